"""Which measures a criterion can be fed from, and what it takes of each: the share of a group, or the figure.

Pure: a criterion and what is known of a measure in, the way of taking it or the reason against it out.
"""

from dataclasses import dataclass

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.provenance import SHARE

COST, GAP = "unit_cost", "performance_gap"
OF = "_from_"
"""Stands between the key of a criterion and that of a measure in the figures it is fed from."""


@dataclass(frozen=True, slots=True)
class Take:
    """What a criterion takes of a measure.

    Attributes:
        word: what a figure's comparison calls the share that is ahead; empty: the figure itself is taken.
        lower_is_ahead: whether a lower figure is ahead of a higher one.
    """

    word: str = ""
    lower_is_ahead: bool = False


def takes_shares(criterion: Criterion) -> bool:
    """Whether its values are shares of a comparator group."""
    return criterion.unit == SHARE or criterion.key in (COST, GAP)


def taken(criterion: Criterion, unit: str, polarity: str) -> Take | str:
    """What a criterion takes of a measure in this unit, or why it takes nothing, in a sentence.

    Args:
        criterion: what is fed.
        unit: of the figure that is compared, `GBP per week`.
        polarity: `low` or `high` is better; empty where nobody has said.

    >>> from vfm.prioritisation.criteria import DEFAULT_CRITERIA
    >>> by_key = {one.key: one for one in DEFAULT_CRITERIA}
    >>> taken(by_key["unit_cost"], "GBP per week", ""), taken(by_key["performance_gap"], "percent", "high")
    (Take(word='share_cheaper', lower_is_ahead=True), Take(word='share_better', lower_is_ahead=False))
    >>> taken(by_key["expenditure_level"], "GBP", "")
    Take(word='', lower_is_ahead=False)
    """
    if not takes_shares(criterion):
        return Take()
    is_cost = unit.startswith("GBP per ")
    if unit == "GBP":
        return "A total grows with the size of a council. Divide it by something first."
    if is_cost and criterion.key != GAP:
        return Take("share_cheaper", lower_is_ahead=True)
    if criterion.key == COST:
        return "It is not a cost of one thing."
    if is_cost:
        return "It is a cost, and says nothing of how well a service does."
    if polarity in ("low", "high"):
        return Take("share_better", lower_is_ahead=polarity == "low")
    return "Nobody has said whether a low or a high figure is better."


def figure_key(criterion: str, measure: str) -> str:
    """The key of the figures that a criterion is fed from a measure with; no other criterion has them."""
    return f"{criterion}{OF}{measure.replace('/', '_per_')}"


def is_own(criterion: str, measure: str) -> bool:
    """Whether figures with this key were made to feed this criterion."""
    return measure.startswith(f"{criterion}{OF}")
