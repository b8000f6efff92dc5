"""What stands in for a value nobody has: the middle of its family, with the honest range around it.

Pure: arrays in, arrays out. A gap never counts as 0 and is always flagged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.scales import Floats

ENOUGH = 5
SHARES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """The u of every service on every criterion, with no gap left.

    Attributes:
        point: (services, criteria) u, the family's median where the value is missing.
        low: (services, criteria) 10th percentile of the family where missing, else the point value.
        high: (services, criteria) 90th percentile of the family where missing, else the point value.
        missing: (services, criteria) where the value is missing.
    """

    point: Floats
    low: Floats
    high: Floats
    missing: NDArray[np.bool_]

    def with_gaps_at(self, u: float) -> Floats:
        """(services, criteria) u with every gap at this value, for the lowest and highest possible index."""
        return np.where(self.missing, u, self.point)


def filled(
    known: Floats, families: Sequence[str | None] | NDArray[np.int64], references: Sequence[Floats]
) -> Filled:
    """Fill each gap from the service's family, or from all where the family is too small to speak.

    Args:
        known: (services, criteria) u, `nan` for a gap.
        families: (services,) the family of each, None for none; or their numbers, see `numbered`.
        references: per criterion, the u of its frozen reference; empty: the services themselves.

    Returns:
        Point values and ranges. A family speaks when at least five of its services have a value.
    """
    missing = np.isnan(known)
    point, low, high = known.copy(), known.copy(), known.copy()
    all_known: dict[int, list[float]] = {}
    for family, rows in _members(
        families if isinstance(families, np.ndarray) else numbered(families)
    ).items():
        gaps = missing.take(rows, axis=0).T
        blanks = np.count_nonzero(gaps, axis=1)
        with_gaps = np.flatnonzero(blanks)
        speaks = (rows.size - blanks >= ENOUGH) & (family > 0)
        own = known.take(rows, axis=0).T  # a family lies together, one criterion after the other
        for j in with_gaps.tolist():
            ends = _ends(own[j]) if speaks[j] else all_known.get(j)
            if ends is None:
                ends = all_known[j] = _of_all(known[:, j], references[j])
            empty = rows[gaps[j]]
            low[empty, j], point[empty, j], high[empty, j] = ends
    return Filled(point, low, high, missing)


def _of_all(column: Floats, reference: Floats) -> list[float]:
    ends = _ends(reference) or _ends(column)
    if ends is None:
        raise ValueError("a criterion without any value is left out before its gaps are filled")
    return ends


def numbered(families: Sequence[str | None]) -> NDArray[np.int64]:
    """Families as numbers from 1; 0 for a service without one."""
    found: dict[str | None, int] = {
        family: number for number, family in enumerate(dict.fromkeys(filter(None, families)), 1)
    }
    found |= {None: 0, "": 0}
    return np.fromiter(map(found.__getitem__, families), np.int64, len(families))


def _members(families: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Family to the positions of its services, those that have none under 0."""
    order = np.argsort(families, kind="stable")
    numbers, starts = np.unique(families[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=True))


def _ends(values: Floats) -> list[float] | None:
    """The 10th percentile, the median and the 90th of what is known; None where nothing is."""
    found = values[~np.isnan(values)]
    if not found.size:
        return None
    below = [int((found.size - 1) * share) for share in SHARES]
    found.partition(sorted({*below, *(min(at + 1, found.size - 1) for at in below)}))  # all that is read
    return [quantile(found, share) for share in SHARES]


def quantile(ordered: Floats, share: float) -> float:
    """The value that this share lies under, between neighbours in proportion: `np.quantile`, digit for digit.

    Args:
        ordered: ascending, at least one; the value there and the next stand where they belong.
        share: 0 to 1.

    >>> quantile(np.array([1.0, 2.0, 4.0]), 0.75)
    3.0
    """
    at = (len(ordered) - 1) * share
    below = int(at)
    rest, lower = at - below, float(ordered[below])
    upper = float(ordered[min(below + 1, len(ordered) - 1)])
    return upper - (upper - lower) * (1 - rest) if rest >= 0.5 else lower + (upper - lower) * rest
