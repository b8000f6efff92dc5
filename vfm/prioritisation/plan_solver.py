"""Whole choices of most gain under limits: a small layer over the exact solver, for plans and their repair.

Pure. It stops at a relative gap or a number of nodes, never by the clock, so that the same programme always
gets the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vfm.prioritisation.scales import Floats

MOST_NODES = 2_000
FINEST = 1e-6
"""Relative gap at which a plan counts as the best there is."""


class Solution(NamedTuple):
    """The best choice found.

    Attributes:
        chosen: (columns,) how much of each.
        gain: what it gains.
        bound: what no choice can exceed.
    """

    chosen: Floats
    gain: float
    bound: float


class Unsolved(Exception):
    """The solver stopped before it found any choice, or a proof that there is none."""


@dataclass
class Programme:
    """Columns to choose from, and rows that limit sums over them; grown one by one."""

    gains: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    _entries: list[tuple[NDArray[np.intp], Floats]] = field(default_factory=list)
    _low: list[float] = field(default_factory=list)
    _high: list[float] = field(default_factory=list)

    def columns(self, gains: Sequence[float], most: Sequence[float], *, whole: bool) -> NDArray[np.intp]:
        """Add columns of 0 to `most` each; their positions."""
        start = len(self.gains)
        self.gains += gains
        self.most += most
        self.whole += [whole] * len(gains)
        return np.arange(start, len(self.gains))

    def row(self, columns: ArrayLike, factors: ArrayLike, low: float, high: float) -> None:
        """Keep the sum of factors x columns between low and high."""
        at = np.asarray(columns, dtype=np.intp)
        self._entries.append((at, np.broadcast_to(np.asarray(factors, dtype=np.float64), at.shape)))
        self._low.append(low)
        self._high.append(high)

    def solved(self, *, gap: float = FINEST, nodes: int = MOST_NODES) -> Solution | None:
        """The choice of most gain; None where no choice keeps every row.

        Raises:
            Unsolved: neither was found within the number of nodes.
        """
        from scipy import optimize, sparse  # heavy; only a plan needs it

        if not self.gains:
            possible = all(low <= 0 <= high for low, high in zip(self._low, self._high, strict=True))
            return Solution(np.zeros(0), 0.0, 0.0) if possible else None
        gains = np.array(self.gains)
        counts = [at.size for at, _ in self._entries]
        where = (
            np.repeat(np.arange(len(counts)), counts),
            np.concatenate([at for at, _ in self._entries]) if counts else np.zeros(0, dtype=np.intp),
        )
        factors = np.concatenate([values for _, values in self._entries]) if counts else np.zeros(0)
        rows = sparse.csr_array((factors, where), shape=(len(counts), gains.size))
        found = optimize.milp(
            c=-gains,
            integrality=np.array(self.whole, dtype=np.int64),
            bounds=optimize.Bounds(0, np.array(self.most)),
            constraints=optimize.LinearConstraint(rows, self._low, self._high),
            # Without the solver's own simplification: it is twice as fast on plans, whose rows are plain.
            options={"mip_rel_gap": gap, "node_limit": nodes, "presolve": False},
        )
        if found.status == 2:
            return None
        if found.x is None:
            raise Unsolved(found.message)
        chosen = np.where(self.whole, np.round(found.x), found.x)
        gain = float(gains @ chosen)
        bound = found.mip_dual_bound
        return Solution(chosen, gain, gain if bound is None else max(-float(bound), gain))


def solved(programme: Programme, *, nodes: int = MOST_NODES) -> Solution:
    """The choice of most gain of a programme that has one.

    Raises:
        Unsolved: none was found.
    """
    found = programme.solved(nodes=nodes)
    if found is None:
        raise Unsolved("There is no choice that keeps every limit.")
    return found
