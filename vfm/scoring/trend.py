"""A service over any number of cycles: reported scores, and the like-for-like level from the baseline.

Pure. Each cycle is compared with the baseline itself, over the questions the two have in common, never with
the cycle before it and added up: so a point of the trend is the figure that the result and the change page
give, and a mistake of one cycle is not carried on into the next. The step from the cycle before stands beside
it as a figure of its own; steps do not add up to the level, as each is over other questions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vfm.scoring.change import Change
from vfm.scoring.rounds import Round, Side


@dataclass(frozen=True)
class Point:
    """One cycle of a trend.

    Attributes:
        cycle: its name.
        round: the service's assessment in it; None where the cycle did not ask the service, which is a gap.
        side: what counts of it; None without a result.
        since_start: the change from the baseline to it; None for the baseline itself, for what came before
            it, and without a baseline.
        since_before: the change from the result before it; None for the first.
        is_start: True for the baseline.
        is_new_version: True where the questionnaire is another than in the result before it.
    """

    cycle: str
    round: Round | None = None
    side: Side | None = None
    since_start: Change | None = None
    since_before: Change | None = None
    is_start: bool = False
    is_new_version: bool = False

    def score(self, place: str = "") -> float | None:
        """The published score, overall or of a section; None where it is withheld or there is no result."""
        if self.side is None:
            return None
        card = self.side.card
        if not place:
            return card.overall.score
        return card.section[place].score if place in card.section else None

    def bounds(self) -> tuple[float, float] | None:
        """The lowest and the highest overall still possible; None without a result in points."""
        overall = None if self.side is None else self.side.card.overall
        if overall is None or not isinstance(overall.low, float) or not isinstance(overall.high, float):
            return None
        return overall.low, overall.high

    def moved(self, place: str = "") -> float | None:
        """Like for like since the baseline: nought at the baseline; None where nothing is comparable."""
        if self.is_start:
            return 0.0 if self.score(place) is not None else None
        return None if self.since_start is None else self.since_start.like_for_like_of(place)


@dataclass(frozen=True)
class Trend:
    """The cycles of one template, the oldest first."""

    points: tuple[Point, ...]

    @property
    def start(self) -> Point | None:
        """The baseline; None without one."""
        return next((point for point in self.points if point.is_start), None)

    @property
    def scored(self) -> tuple[Point, ...]:
        """Cycles with a result."""
        return tuple(point for point in self.points if point.side is not None)

    def level(self, point: Point, place: str = "") -> float | None:
        """The baseline's score with the like-for-like change since; None where either is missing."""
        start, moved = self.start, point.moved(place)
        score = None if start is None else start.score(place)
        return None if score is None or moved is None else score + moved

    def sections(self) -> dict[str, str]:
        """Key -> title of every top section that ever had a score, in the newest reading order."""
        found: dict[str, str] = {}
        for side in (point.side for point in reversed(self.points) if point.side is not None):
            scored = {section.key for section in side.card.sections if section.score is not None}
            for top in side.questionnaire.sections:
                if top.key in scored:
                    found.setdefault(top.key, top.title)
        return found


def trend(cycles: Sequence[tuple[int, str]], known: Mapping[int, Point]) -> Trend:
    """The points of a trend with a gap for each cycle that did not ask the service.

    Args:
        cycles: (id, name) of every cycle of the template since the service was first asked, the oldest first.
        known: cycle -> point, for those that asked it.
    """
    return Trend(tuple(known.get(cycle_id, Point(name)) for cycle_id, name in cycles))
