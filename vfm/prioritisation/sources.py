"""Where the default criteria get their raw values: published figures first, else the service's own answers.

Pure: values in, values out. What is not known stays None and is never 0; gross spend is always the base.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

Number = float | int | Decimal

UNIT_COST_QUARTERS: Mapping[str, float] = {
    "lowest_quarter": 0.125,
    "below_median": 0.375,
    "above_median": 0.625,
    "highest_quarter": 0.875,
}
PERFORMANCE_QUARTERS: Mapping[str, float] = {
    "top_quarter": 0.125,
    "above_median": 0.375,
    "below_median": 0.625,
    "bottom_quarter": 0.875,
}
ASSURANCE: Mapping[str, float] = {"positive": 0.0, "mixed": 50.0, "negative": 100.0}


def demand_pressure(past: Number | None, forecast: Number | None) -> float | None:
    """The greater of 0 and the change in volume, past or forecast, in per cent; None if neither is known.

    >>> [demand_pressure(-4, None), demand_pressure(3, 12), demand_pressure(None, None)]
    [0.0, 12.0, None]
    """
    known = [float(change) for change in (past, forecast) if change is not None]
    return max(0.0, *known) if known else None


def share_of_gross(amount: Number | None, gross: Number | None) -> float | None:
    """100 x amount / gross, in per cent; None where either is missing or there is no gross expenditure.

    >>> share_of_gross(Decimal("-50"), 1000)
    -5.0
    """
    if amount is None or gross is None or gross <= 0:
        return None
    return 100 * float(amount) / float(gross)


def savings_potential(low: Number | None, high: Number | None, gross: Number | None) -> float | None:
    """The middle of the savings range as a share of gross expenditure, in per cent; both ends are needed.

    >>> savings_potential(20, 60, 1000)
    4.0
    """
    if low is None or high is None:
        return None
    return share_of_gross((float(low) + float(high)) / 2, gross)


def share_ahead(own: Number | None, group: Sequence[Number], *, lower_is_ahead: bool) -> float | None:
    """The share of the comparator group that is cheaper or performs better; None without figure or group.

    Args:
        own: the service's figure.
        group: the others' figures for the same service and year, without its own.
        lower_is_ahead: true for a cost, false where more is better.

    >>> share_ahead(41.2, [30.0, 41.2, 50.0, 60.0], lower_is_ahead=True)
    0.25
    """
    if own is None or not group:
        return None
    ahead = sum(other < own if lower_is_ahead else other > own for other in group)
    return ahead / len(group)


def answered(options: Mapping[str, float], option: str | None) -> float | None:
    """What an option of a single choice stands for; None for no answer and for "not known" or "none".

    >>> [answered(ASSURANCE, "mixed"), answered(ASSURANCE, "none"), answered(UNIT_COST_QUARTERS, None)]
    [50.0, None, None]
    """
    return None if option is None else options.get(option)
