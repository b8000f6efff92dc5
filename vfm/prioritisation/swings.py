"""What a criterion's points are given for, in words: going from one goalpost to the other.

Pure: a criterion in, words out.
"""

import numpy as np

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.provenance import raw_in_words
from vfm.prioritisation.scales import frozen


def swing(criterion: Criterion) -> str:
    """From the end that matters least to the one that matters most.

    Where no goalposts were given they are read from the reference; without one, nobody knows them yet.

    >>> swing(Criterion("unit_cost", unit="share, 0 to 1", goalposts=(0, 1)))
    'from 0% to 100% of the group'
    """
    placed = criterion
    if criterion.goalposts is None and criterion.reference:
        placed = frozen(criterion, np.array(criterion.reference))[0]
    if placed.goalposts is None:
        return "from the lowest here to the highest (2nd to 98th percentile)"
    low, high = placed.goalposts
    ends = (high, low) if criterion.direction == "lower" else (low, high)
    first, last = (raw_in_words(criterion.unit, end) for end in ends)
    figure, _, of_what = first.partition(" ")
    return f"from {figure if last.endswith(of_what) else first} to {last}"


def question(criterion: Criterion) -> str:
    """What a member is asked before they give points.

    >>> question(Criterion("backlog", unit="weeks", goalposts=(0, 26)))
    'How much does it matter that a service’s backlog goes from 0 to 26 weeks?'
    """
    return f"How much does it matter that a service’s {criterion.name} goes {swing(criterion)}?"
