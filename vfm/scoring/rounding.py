"""How figures are shown and compared: the one place that rounds.

The room's rule: numbers travel unrounded; they are rounded here, when a person is about to read them.
"""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

COMPARED_PLACES = 9


def shown(figure: float) -> int:
    """The whole number printed for a single figure: half up by size, on the shortest decimal form.

    >>> shown(62.5), shown(-62.5), shown(49.999999)
    (63, -63, 50)
    """
    return int(Decimal(repr(figure)).quantize(Decimal(1), ROUND_HALF_UP))


def shown_tenths(figure: float) -> int:
    """The same in tenths: how many of them are printed for a small figure.

    >>> shown_tenths(6.25), shown_tenths(-0.04)
    (63, 0)
    """
    return int(Decimal(repr(figure)).scaleb(1).quantize(Decimal(1), ROUND_HALF_UP))


def reaches(figure: float, threshold: float) -> bool:
    """True when the figure is at or above the threshold, both rounded to 9 places first.

    >>> reaches(0.1 + 0.5 - 1e-16, 0.6)
    True
    """
    return round(figure, COMPARED_PLACES) >= round(threshold, COMPARED_PLACES)


def largest_remainder(parts: Mapping[str, float], total: int) -> dict[str, int]:
    """Whole numbers printed for parts under their printed total, so that what is printed adds up.

    Args:
        parts: key -> unrounded part, negative ones allowed.
        total: what is printed above them, usually `shown(sum of the parts)`.

    Returns:
        Key -> whole number, in the order of `parts`. Each is rounded down, then the largest remainders are
        rounded up; ties go by key. Nothing for no parts.

    >>> largest_remainder({"a": 20.5, "b": 20.5, "c": 21.5}, 63)
    {'a': 21, 'b': 21, 'c': 21}
    """
    if not parts:
        return {}
    exact = {key: Decimal(repr(float(part))) for key, part in parts.items()}
    floors = {key: int(part.to_integral_value(ROUND_FLOOR)) for key, part in exact.items()}
    # Where the total is not the parts' own, everybody takes an even step and the remainders decide the rest.
    step, left = divmod(total - sum(floors.values()), len(parts))
    first = sorted(parts, key=lambda key: (floors[key] - exact[key], key))[:left]
    return {key: floor + step + (key in first) for key, floor in floors.items()}


def at_the_ends(figures: Mapping[str, float]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names with the highest and with the lowest figure; all that print the same share a place.

    >>> at_the_ends({"a": 80.0, "b": 0.4, "c": 0.0})
    (('a',), ('b', 'c'))
    """
    if not figures:
        return (), ()
    return _printed_as(figures, max(figures.values())), _printed_as(figures, min(figures.values()))


def _printed_as(figures: Mapping[str, float], end: float) -> tuple[str, ...]:
    """Names whose figure prints as this one; only those nearby are rounded, as rounding takes time."""
    printed = shown(end)
    return tuple(
        name
        for name, figure in figures.items()
        if figure == end or (abs(figure - end) < 1 and shown(figure) == printed)
    )
