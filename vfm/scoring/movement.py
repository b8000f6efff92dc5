"""How scores moved from self over challenged to agreed, and whether they move one way too often for chance.

Pure. A challenge is settled once a score is agreed for it; it moved up or down when the agreed answer is
worth more or fewer points than the self answer, and was kept when it is worth the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb
from statistics import fmean

FEWEST_MOVES = 3
"""Moves from which on it is worth saying that all of them went one way."""
UNLIKELY = 0.05
"""A probability under this is said to be unlikely by chance alone."""


class Direction(StrEnum):
    """Where a settled score went; `unknown` when self or agreed answer is worth no points."""

    UP = "up"
    DOWN = "down"
    KEPT = "kept"
    UNKNOWN = "unknown"


def direction(before: float | None, after: float | None) -> Direction:
    """Where points went; differences under a billionth are none.

    >>> direction(100.0, 66.7), direction(50.0, 50.0), direction(None, 50.0)
    (<Direction.DOWN: 'down'>, <Direction.KEPT: 'kept'>, <Direction.UNKNOWN: 'unknown'>)
    """
    if before is None or after is None:
        return Direction.UNKNOWN
    change = round(after - before, 9)
    return Direction.UP if change > 0 else Direction.DOWN if change < 0 else Direction.KEPT


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the settled challenges of one service, challenger or directorate went."""

    ups: int = 0
    downs: int = 0
    kept: int = 0
    unknown: int = 0

    @property
    def count(self) -> int:
        """Settled challenges."""
        return self.ups + self.downs + self.kept + self.unknown

    @property
    def moved(self) -> int:
        """Those that went up or down."""
        return self.ups + self.downs

    @property
    def probability(self) -> float | None:
        """Of a split at least so uneven, were up and down equally likely; None where nothing moved."""
        return sign_test(self.ups, self.downs)

    @property
    def is_one_way(self) -> bool:
        """True when at least three moved and all of them the same way."""
        return self.moved >= FEWEST_MOVES and 0 in (self.ups, self.downs)

    @property
    def is_unlikely(self) -> bool:
        """True when the split is unlikely by chance alone."""
        chance = self.probability
        return chance is not None and chance < UNLIKELY


def tally(directions: Iterable[Direction]) -> Tally:
    """How many went where."""
    found = list(directions)
    ways = (Direction.UP, Direction.DOWN, Direction.KEPT, Direction.UNKNOWN)
    return Tally(*(found.count(way) for way in ways))


def sign_test(ups: int, downs: int) -> float | None:
    """The exact two-sided sign test: how likely a split at least so uneven is, were both ways equally likely.

    Args:
        ups: moves up.
        downs: moves down; what did not move is left out.

    Returns:
        A probability in (0, 1]; None where nothing moved.

    Source: Conover (1999), Practical Nonparametric Statistics, 3rd edition, section 3.4.

    >>> sign_test(0, 6), sign_test(1, 4), sign_test(0, 0)
    (0.03125, 0.375, None)
    """
    moved = ups + downs
    if not moved:
        return None
    tail = sum(comb(moved, fewer) for fewer in range(min(ups, downs) + 1))
    return min(1.0, float(2 * tail / 2**moved))


@dataclass(frozen=True, slots=True)
class Three:
    """One score three times, in points; None where there is none.

    Attributes:
        own: what the service said; challenged: with every challenge as raised; agreed: the result.
    """

    own: float | None
    challenged: float | None
    agreed: float | None

    @property
    def movement(self) -> float | None:
        """Agreed less self, in points."""
        return None if self.own is None or self.agreed is None else self.agreed - self.own

    @property
    def direction(self) -> Direction:
        """Where the score went."""
        return direction(self.own, self.agreed)


@dataclass(frozen=True, slots=True)
class Means:
    """Several scores three times: their means and how many of them moved.

    Attributes:
        count: scores with a self and an agreed figure; only those count in anything here.
        own, challenged, agreed, movement: means in points; None for no scores.
        tally: where they went.
    """

    count: int
    own: float | None
    challenged: float | None
    agreed: float | None
    movement: float | None
    tally: Tally

    def share(self, way: str) -> float | None:
        """Share in [0, 1] of the scores that went `up` or `down` or were `kept`; None for no scores."""
        counts = {"up": self.tally.ups, "down": self.tally.downs, "kept": self.tally.kept}
        return counts[way] / self.count if self.count else None


def means(scores: Sequence[Three]) -> Means:
    """The means over scores with a self and an agreed figure; a missing challenged one stands as the self."""
    whole = [one for one in scores if one.movement is not None]
    if not whole:
        return Means(0, None, None, None, None, Tally())
    own = [float(one.own or 0.0) for one in whole]
    agreed = [float(one.agreed or 0.0) for one in whole]
    challenged = [one.challenged if one.challenged is not None else float(one.own or 0.0) for one in whole]
    return Means(
        len(whole),
        fmean(own),
        fmean(challenged),
        fmean(agreed),
        fmean(after - before for before, after in zip(own, agreed, strict=True)),
        tally(one.direction for one in whole),
    )
