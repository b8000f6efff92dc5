"""What a criterion's points are given for, in words: going from one goalpost to the other.

Pure: a criterion in, words out.
"""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

import numpy as np

from vfm.prioritisation.criteria import Criterion, changed_goalposts, swing_of, with_swing
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
    first, last = (_in_words(criterion.unit, end) for end in ends)
    figure, _, of_what = first.partition(" ")
    return f"from {figure if last.endswith(of_what) else first} to {last}"


def _in_words(unit: str, value: float) -> str:
    """An end as it is read aloud; money to two digits, as nobody weighs the last pound.

    >>> _in_words("pounds a year", 69_606_960.0), _in_words("pounds a year", 75_720.0)
    ('£70m a year', '£76,000 a year')
    """
    if unit != "pounds a year" or abs(value) < 100:
        return raw_in_words(unit, value)
    near = round(value, 1 - floor(log10(abs(value))))
    if abs(near) < 1_000_000:
        return raw_in_words(unit, near)
    return f"{'−' if near < 0 else ''}£{abs(near) / 1_000_000:g}m a year"


def question(criterion: Criterion) -> str:
    """What a member is asked before they give points.

    >>> question(Criterion("backlog", unit="weeks", goalposts=(0, 26)))
    'How much does it matter that a service’s backlog goes from 0 to 26 weeks?'
    """
    return f"How much does it matter that a service’s {criterion.name} goes {swing(criterion)}?"


def not_agreed_on(before: Sequence[Criterion], now: Sequence[Criterion]) -> tuple[str, ...]:
    """Names of the criteria that points given before do not hold for: moved, new, or no longer there."""
    moved = set(changed_goalposts(before, now))
    then, here = ({criterion.key for criterion in some} for some in (before, now))
    return (
        *(criterion.name for criterion in now if criterion.key in moved or criterion.key not in then),
        *(criterion.name for criterion in before if criterion.key not in here),
    )


def without_points(criteria: Sequence[Criterion], points: Mapping[str, Any] | None) -> tuple[Criterion, ...]:
    """The criteria that a member has still to give points to."""
    return tuple(criterion for criterion in criteria if criterion.key not in (points or {}))


def to_confirm(
    criteria: Sequence[Criterion], points: Mapping[str, Any] | None, swings: Mapping[str, Any] | None
) -> tuple[tuple[Criterion, Criterion], ...]:
    """(as it was when the points were given, as it is) of the criteria whose goalposts moved since then.

    Args:
        criteria: as they are now.
        points: what was given; a criterion without points has nothing to be confirmed.
        swings: criterion -> `swing_of` when it was.
    """
    given, seen = points or {}, swings or {}
    return tuple(
        (with_swing(criterion, seen[criterion.key]), criterion)
        for criterion in criteria
        if criterion.key in given and seen.get(criterion.key, swing_of(criterion)) != swing_of(criterion)
    )
