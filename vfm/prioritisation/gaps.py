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


def filled(known: Floats, families: Sequence[str | None], references: Sequence[Floats]) -> Filled:
    """Fill each gap from the service's family, or from all where the family is too small to speak.

    Args:
        known: (services, criteria) u, `nan` for a gap.
        families: the family of each service; None: none.
        references: per criterion, the u of its frozen reference; empty: the services themselves.

    Returns:
        Point values and ranges. A family speaks when at least five of its services have a value.
    """
    missing = np.isnan(known)
    point, low, high = known.copy(), known.copy(), known.copy()
    families_at = np.array([family or "" for family in families])
    for j in np.flatnonzero(missing.any(axis=0)).tolist():
        column, gaps = known[:, j], np.flatnonzero(missing[:, j])
        for family in np.unique(families_at[gaps]):
            rows = gaps[families_at[gaps] == family]
            peers = column[families_at == family] if family else column[:0]
            low[rows, j], point[rows, j], high[rows, j] = _range(peers, column, references[j])
    return Filled(point, low, high, missing)


def _range(peers: Floats, column: Floats, reference: Floats) -> list[float]:
    for values in (peers, reference, column):
        known = values[~np.isnan(values)]
        if known.size and (known.size >= ENOUGH or values is not peers):
            ends: list[float] = np.percentile(known, [10, 50, 90]).tolist()
            return ends
    raise ValueError("a criterion without any value is left out before its gaps are filled")
