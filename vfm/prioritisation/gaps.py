"""What stands in for a value nobody has: the middle of its family, with the honest range around it.

Pure: arrays in, arrays out. A gap never counts as 0 and is always flagged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.index import Ints
from vfm.prioritisation.scales import Floats

ENOUGH = 5
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9


@dataclass(frozen=True, eq=False)
class Filled:
    """The u of every service on every criterion, with no gap left.

    Attributes:
        known: (services, criteria) u, `nan` for a gap.
        families: family to the positions of its services, those that have none under 0.
        references: per criterion, the u of its frozen reference; empty: the services themselves.
    """

    known: Floats
    families: Mapping[int, Ints]
    references: Sequence[Floats]

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """(services, criteria) where the value is missing."""
        return np.isnan(self.known)

    @cached_property
    def point(self) -> Floats:
        """(services, criteria) u, the family's median where the value is missing."""
        return self._with(MIDDLE)

    @cached_property
    def low(self) -> Floats:
        """(services, criteria) 10th percentile of the family where missing, else the point value."""
        return self._with(LOW)

    @cached_property
    def high(self) -> Floats:
        """(services, criteria) 90th percentile of the family where missing, else the point value."""
        return self._with(HIGH)

    def with_gaps_at(self, u: float) -> Floats:
        """(services, criteria) u with every gap at this value, for the lowest and highest possible index."""
        return np.where(self.missing, u, self.known)

    def _with(self, share: float) -> Floats:
        """Every gap at the value under which this share of the family lies, or of all where it is small."""
        found, of_all = self.known.copy(), dict[int, float]()
        for family, rows in self.families.items():
            gaps = self.missing.take(rows, axis=0).T
            blanks = np.count_nonzero(gaps, axis=1)
            speaks = (rows.size - blanks >= ENOUGH) & (family > 0)
            own = self.known.take(rows, axis=0).T  # a family lies together, one criterion after the other
            for j in np.flatnonzero(blanks).tolist():
                if speaks[j]:
                    end = _at(own[j][~gaps[j]], share)
                else:
                    end = of_all[j] if j in of_all else of_all.setdefault(j, self._of_all(j, share))
                found[rows[gaps[j]], j] = end
        return found

    def _of_all(self, j: int, share: float) -> float:
        reference = self.references[j]
        spoken = reference[~np.isnan(reference)]
        return _at(spoken if spoken.size else self.known[~self.missing[:, j], j], share)


def filled(known: Floats, families: Sequence[str | None] | Ints, references: Sequence[Floats]) -> Filled:
    """Fill each gap from the service's family, or from all where the family is too small to speak.

    Args:
        known: (services, criteria) u, `nan` for a gap; no criterion without any value.
        families: (services,) the family of each, None for none; or their numbers, see `numbered`.
        references: per criterion, the u of its frozen reference; empty: the services themselves.

    Returns:
        Point values and ranges. A family speaks when at least five of its services have a value.

    Raises:
        ValueError: a criterion has no value at all.
    """
    found = Filled(
        known, _members(families if isinstance(families, np.ndarray) else numbered(families)), references
    )
    if found.missing.all(axis=0).any():
        raise ValueError("a criterion without any value is left out before its gaps are filled")
    return found


def numbered(families: Sequence[str | None]) -> Ints:
    """Families as numbers from 1; 0 for a service without one."""
    found: dict[str | None, int] = {
        family: number for number, family in enumerate(dict.fromkeys(filter(None, families)), 1)
    }
    found |= {None: 0, "": 0}
    return np.fromiter(map(found.__getitem__, families), np.int64, len(families))


def _members(families: Ints) -> dict[int, Ints]:
    """Family to the positions of its services, those that have none under 0."""
    order = np.argsort(families, kind="stable")
    numbers, starts = np.unique(families[order], return_index=True)
    return dict(zip(numbers.tolist(), np.split(order, starts[1:]), strict=True))


def _at(values: Floats, share: float) -> float:
    """The value under which this share of some known ones lies; they are put into another order."""
    below = int((values.size - 1) * share)
    values.partition(sorted({below, min(below + 1, values.size - 1)}))  # all that is read
    return quantile(values, share)


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
