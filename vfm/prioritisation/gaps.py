"""What stands in for a value nobody has: the middle of its family, with the honest range around it.

Pure: arrays in, arrays out. A gap never counts as 0 and is always flagged.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.scales import Floats

ENOUGH = 5


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
    members = _members(families if isinstance(families, np.ndarray) else numbered(families))
    for j in np.flatnonzero(missing.any(axis=0)).tolist():
        column, gaps = known[:, j], missing[:, j]
        all_known: list[float] | None = None
        for family, rows in members.items():
            empty = rows[gaps[rows]]
            if not empty.size:
                continue
            ends = _ends(column[rows]) if family and rows.size - empty.size >= ENOUGH else all_known
            if ends is None:
                ends = all_known = _ends(references[j]) or _ends(column)
            if ends is None:
                raise ValueError("a criterion without any value is left out before its gaps are filled")
            low[empty, j], point[empty, j], high[empty, j] = ends
    return Filled(point, low, high, missing)


def numbered(families: Sequence[str | None]) -> NDArray[np.int64]:
    """Families as numbers from 1; 0 for a service without one."""
    found = {family: number for number, family in enumerate(dict.fromkeys(filter(None, families)), 1)}
    return np.array([found.get(family or "", 0) for family in families], dtype=np.int64)


def _members(families: NDArray[np.int64]) -> dict[int, NDArray[np.int64]]:
    """Family to the positions of its services, those that have none under 0."""
    order = np.argsort(families, kind="stable")
    numbers, starts = np.unique(families[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=True))


def _ends(values: Floats) -> list[float] | None:
    """The 10th percentile, the median and the 90th of what is known; None where nothing is."""
    ordered = np.sort(values[~np.isnan(values)])
    return [quantile(ordered, share) for share in (0.1, 0.5, 0.9)] if ordered.size else None


def quantile(ordered: Floats, share: float) -> float:
    """The value that this share lies under, between neighbours in proportion: `np.quantile`, digit for digit.

    Args:
        ordered: ascending, at least one.
        share: 0 to 1.

    >>> quantile(np.array([1.0, 2.0, 4.0]), 0.75)
    3.0
    """
    at = (len(ordered) - 1) * share
    below = int(at)
    rest, lower = at - below, float(ordered[below])
    upper = float(ordered[min(below + 1, len(ordered) - 1)])
    return upper - (upper - lower) * (1 - rest) if rest >= 0.5 else lower + (upper - lower) * rest
