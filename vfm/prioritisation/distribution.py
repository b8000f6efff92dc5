"""How the values of one criterion are spread, and where its goalposts put each of them.

Pure: values in, values out; scales and gaps are those of the ranking itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from vfm.prioritisation import gaps, scales
from vfm.prioritisation.criteria import Criterion

MOST_STEPS, MOST_TENS = 12, 16


@dataclass(frozen=True, slots=True)
class Spread:
    """What is known of one criterion; raw values.

    Attributes:
        known, missing: services with a value, and without.
        lowest, low, median, high, highest: the ends, the 2nd and 98th percentile and the middle.
    """

    known: int
    missing: int
    lowest: float
    low: float
    median: float
    high: float
    highest: float


@dataclass(frozen=True, slots=True)
class Step:
    """How many values lie from `low` up to and not with `high`; in the last step with it."""

    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a criterion puts each value.

    Attributes:
        criterion: with goalposts and reference filled in.
        u: of each service in the order given; None for a gap.
        at_nought, at_one: services that stand at or beyond an end, so that they are not told apart there.
        stand_ins: (family, services without a value, services of it with one, u that stands in for a gap).
        warnings: what the scale itself warns of.
    """

    criterion: Criterion
    u: tuple[float | None, ...]
    at_nought: int
    at_one: int
    stand_ins: tuple[tuple[str, int, int, float], ...]
    warnings: tuple[str, ...]


def spread(values: Sequence[float | None]) -> Spread | None:
    """The spread of what is known; None where nothing is.

    >>> found = spread([4.0, None, 1.0, 2.0])
    >>> found.known, found.missing, found.median, found.highest
    (3, 1, 2.0, 4.0)
    """
    known = np.array([value for value in values if value is not None])
    if not known.size:
        return None
    ends: list[float] = np.percentile(known, [0, 2, 50, 98, 100]).tolist()
    return Spread(known.size, len(values) - known.size, *ends)


def steps(values: Sequence[float | None], *, is_logarithmic: bool = False) -> tuple[Step, ...]:
    """The values counted in steps of round numbers; by 1, 2 and 5 times powers of ten where asked.

    At most twelve steps, or sixteen by tens; by tens only where every value is above 0.

    >>> [(step.low, step.high, step.count) for step in steps([0, 0.2, None, 0.5])][:3]
    [(0.0, 0.05, 1), (0.05, 0.1, 0), (0.1, 0.15, 0)]
    """
    known = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known.size:
        return ()
    by_tens = is_logarithmic and known.min() > 0
    low, high = float(known.min()), float(known.max())
    edges = _tens(low, high) if by_tens else _round(low, high)
    counts, _ = np.histogram(known, edges)
    return tuple(
        Step(low, high, int(count)) for low, high, count in zip(edges, edges[1:], counts, strict=False)
    )


def _round(low: float, high: float) -> list[float]:
    if low == high:
        return [low - 0.5, high + 0.5] if abs(low) < 1e15 else [low * 0.9, high * 1.1]
    wide = (high - low) / MOST_STEPS
    power = 10.0 ** floor(log10(wide))
    width = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power * (1 + 1e-9) >= wide)
    first = floor(low / width + 1e-9)
    count = 1
    while (first + count) * width < high - 1e-9 * width:
        count += 1
    return [round((first + at) * width, 12) for at in range(count + 1)]


def _tens(low: float, high: float) -> list[float]:
    """Edges at 1, 2 and 5 times powers of ten; at powers alone where those are too many."""
    for parts in ((1, 2, 5), (1,)):
        edges = [float(part * 10.0**power) for power in range(floor(log10(low)), 18) for part in parts]
        first = max(at for at, edge in enumerate(edges) if edge <= low)
        last = min(at for at, edge in enumerate(edges) if edge >= high or at == len(edges) - 1)
        found = edges[first : max(last, first + 1) + 1]
        if len(found) <= MOST_TENS + 1:
            break
    return found


def placed(criterion: Criterion, values: Sequence[float | None], families: Sequence[str | None]) -> Placed:
    """Where each value stands between the goalposts, and what stands in for gaps.

    Args:
        criterion: as it is set up, or frozen.
        values: raw, of each service; None for a gap.
        families: of each service; None: none.
    """
    raw = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    known = ~np.isnan(raw)
    if not known.any():
        return Placed(criterion, (None,) * len(values), 0, 0, (), ())
    with np.errstate(invalid="ignore", divide="ignore"):  # a logarithm of nothing is told as a gap
        used, warnings = scales.frozen(criterion, raw)
        u = scales.utility(used, raw)
    u[np.isinf(u)] = np.nan
    bounded = criterion.transform != "none"
    filled = gaps.filled(u[:, None], families, [_reference(used)]) if (~np.isnan(u)).any() else None
    return Placed(
        used,
        tuple(None if np.isnan(one) else float(one) for one in u),
        int((u <= 0).sum()) if bounded else 0,
        int((u >= 1).sum()) if bounded else 0,
        _stand_ins(u, families, filled) if filled else (),
        tuple(warnings),
    )


def _reference(criterion: Criterion) -> scales.Floats:
    return scales.utility(criterion, np.array(criterion.reference or (), dtype=np.float64))


def _stand_ins(
    u: scales.Floats, families: Sequence[str | None], filled: gaps.Filled
) -> tuple[tuple[str, int, int, float], ...]:
    found: dict[str, tuple[int, int, float]] = {}
    for at in np.flatnonzero(np.isnan(u)).tolist():
        family = families[at] or ""
        known = sum(
            1 for other, one in zip(families, u, strict=True) if other == family and not np.isnan(one)
        )
        found[family] = found.get(family, (0, known, 0.0))[0] + 1, known, float(filled.point[at, 0])
    return tuple((family, *found[family]) for family in sorted(found))
