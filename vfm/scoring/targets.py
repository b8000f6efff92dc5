"""Targets: how much of the way from the baseline to a target was covered, like for like.

Pure. The way is the distance from the baseline's score to the target; what was covered of it is the
like-for-like change since the baseline, so that neither new weights nor another scope bring anybody nearer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from vfm.scoring.change import Change
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import COMPARED_PLACES, reaches


class Standing(StrEnum):
    """Where a service stands on its way to a target."""

    PASSED = "passed"
    REACHED = "reached"
    NEARER = "nearer"
    NOT_MOVED = "not_moved"
    AWAY = "away"
    HELD = "held"
    BELOW = "below"
    NO_FIGURE = "no_figure"


@dataclass(frozen=True, slots=True)
class Target:
    """One target as it was set.

    Attributes:
        place: key of a section, "" for the overall.
        why_withdrawn: the reason given, "" where it was not withdrawn.
    """

    id: int
    service_id: int
    template_id: int
    place: str
    points: Decimal
    due_on: date
    reason: str
    by: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    why_withdrawn: str


@dataclass(frozen=True, slots=True)
class Way:
    """The way from a baseline to a target, in points.

    Attributes:
        start: the baseline's score; None where it is withheld or there is no baseline.
        target: on 0 to 100.
        moved: the like-for-like change since the baseline; None where there is none.
    """

    start: float | None
    target: float
    moved: float | None

    @property
    def distance(self) -> float | None:
        """From the baseline up to the target; nought or less where the target is at or below the baseline."""
        return None if self.start is None else self.target - self.start

    @property
    def share(self) -> float | None:
        """The share of the way that was covered: above 1 passed, below 0 moved away.

        None without a figure on either side, and where there is no way up to be covered.

        >>> Way(40, 60, 15).share, Way(40, 60, -5).share, Way(60, 60, 5).share
        (0.75, -0.25, None)
        """
        if self.distance is None or self.moved is None or not _is_above(self.distance):
            return None
        return self.moved / self.distance

    @property
    def left(self) -> float | None:
        """Points still to go, like for like; below nought where the target was passed."""
        return None if self.distance is None or self.moved is None else self.distance - self.moved

    @property
    def standing(self) -> Standing:
        """The same in one word, compared at 9 places."""
        if self.start is None or self.moved is None or self.left is None:
            return Standing.NO_FIGURE
        is_there = not _is_above(self.left)
        if self.share is None:
            return Standing.HELD if is_there else Standing.BELOW
        if is_there:
            return Standing.PASSED if _is_above(-self.left) else Standing.REACHED
        if _is_above(self.moved):
            return Standing.NEARER
        return Standing.AWAY if _is_above(-self.moved) else Standing.NOT_MOVED


def _is_above(figure: float) -> bool:
    """True where a figure is above nought at 9 places."""
    return round(figure, COMPARED_PLACES) > 0


def way(start: Scorecard | None, change: Change | None, place: str, target: float) -> Way:
    """The way to a target overall (`place` empty) or in a section, by a baseline and the change since it."""
    score = None if start is None else score_of(start, place)
    return Way(score, target, None if change is None else change.like_for_like_of(place))


@dataclass(frozen=True, slots=True)
class Towards:
    """A target that stands, and the way to it as far as it was gone at one result."""

    target: Target
    way: Way


def towards(start: Scorecard, change: Change, standing: Iterable[Target]) -> tuple[Towards, ...]:
    """The way to each target that stands, by the baseline and the change from it to one result."""
    return tuple(Towards(one, way(start, change, one.place, float(one.points))) for one in standing)


def score_of(card: Scorecard, place: str) -> float | None:
    """The published score of a place; None where it is withheld, or there is no such section."""
    if not place:
        return card.overall.score
    return card.section[place].score if place in card.section else None


def is_met(score: float | None, target: float) -> bool | None:
    """Whether a reported score has come to the target; None without one."""
    return None if score is None else reaches(score, target)


def time_gone(start: date, due: date, today: date) -> float | None:
    """The share of the time from the baseline to a target's day that is over, in [0, 1]; None for no time."""
    days = (due - start).days
    return None if days <= 0 else min(1.0, max(0.0, (today - start).days / days))
