"""The quadrant: value for money against materiality and pressure, and what each corner calls for.

Pure: values in, values out. A corner is a way of reading a ranking, never a rule for an outcome.
"""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Literal

from vfm.prioritisation.criteria import VFM_RESULT, Criterion

Corner = Literal["Review now", "Learn from", "Director action plan", "Light touch"]
CORNERS: tuple[Corner, ...] = ("Review now", "Learn from", "Director action plan", "Light touch")
MIDDLE_RESULT = 50.0
"""Points under which a service gives low value for money."""


def pressing(criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """Keys of the criteria that make up materiality and pressure: all outside the result's own group."""
    group = next((criterion.group for criterion in criteria if criterion.key == VFM_RESULT), None)
    return tuple(
        criterion.key
        for criterion in criteria
        if criterion.key != VFM_RESULT and (group is None or criterion.group != group)
    )


def pressure(u: Mapping[str, float], weights: Mapping[str, float], keys: Sequence[str]) -> float | None:
    """The weighted mean u of these criteria, 0 to 1; None where they carry no weight.

    >>> pressure({"a": 0.5, "b": 1.0}, {"a": 0.25, "b": 0.75}, ["a", "b"])
    0.875
    """
    total = sum(weights[key] for key in keys)
    return sum(weights[key] * u[key] for key in keys) / total if total > 0 else None


def dividing_line(pressures: Sequence[float]) -> float:
    """The pressure of the service in the middle; half where there is none."""
    return median(pressures) if pressures else 0.5


def corner(result: float, pressing_hard: float, line: float) -> Corner:
    """Where a service stands; on a line it counts as good value, and as hard pressed.

    Args:
        result: value for money, points of 100.
        pressing_hard: its materiality and pressure, 0 to 1.
        line: the pressure that divides high from low.
    """
    if result < MIDDLE_RESULT:
        return "Review now" if pressing_hard >= line else "Director action plan"
    return "Learn from" if pressing_hard >= line else "Light touch"
