"""The questions of a cycle over all its services: where the council loses most, and how sure that is.

Pure. Read from stored scorecards, question by question; nothing is scored again.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from vfm.questionnaires.answers import State
from vfm.questionnaires.evidence import WEAK
from vfm.scoring.cohort import median_of
from vfm.scoring.results import QuestionScore


@dataclass(frozen=True, slots=True)
class QuestionStanding:
    """One scored question over all services of a cycle that have a result.

    Attributes:
        asked: services that had it on their route; dont_know, not_applicable and missing are shares of these.
        answered: services whose answer has points; mean, median, spread (one standard deviation, from two
            answers on), at_lowest and weak (share whose evidence is none or an assertion) are of these.
        lost: points of the council's mean overall score that it takes, over the services whose overall is
            published; None where no overall is. The losses of all questions and the mean overall before
            limits add up to 100.
    """

    key: str
    asked: int
    answered: int
    mean: float | None
    median: float | None
    spread: float | None
    at_lowest: float | None
    dont_know: float | None
    not_applicable: float | None
    missing: float | None
    weak: float | None
    lost: float | None


def standings(cards: Sequence[tuple[bool, Sequence[QuestionScore]]]) -> dict[str, QuestionStanding]:
    """Question key -> how it stands, in the order in which questions first appear.

    Args:
        cards: a service each: whether its overall is published, and its questions as its scorecard holds
            them. Questions that are not scored are left out.
    """
    held: dict[str, _Held] = defaultdict(_Held)
    published = 0
    for is_published, questions in cards:
        published += is_published
        for question in questions:
            if question.weight is not None:
                held[question.key].add(question, is_published)
    return {key: one.standing(key, published) for key, one in held.items()}


class _Held:
    """What is gathered of one question."""

    __slots__ = ("graded", "lost", "points", "states", "weak")

    def __init__(self) -> None:
        self.states: list[State] = []
        self.points: list[float] = []
        self.lost = 0.0
        self.graded = 0
        self.weak = 0

    def add(self, question: QuestionScore, is_published: bool) -> None:
        self.states.append(question.state)
        points = question.points
        if points is None:
            return
        self.points.append(points)
        if question.evidence is not None:
            self.graded += 1
            self.weak += question.evidence in WEAK
        if is_published and question.share is not None:
            self.lost += question.share * (100 - points)

    def standing(self, key: str, published: int) -> QuestionStanding:
        points = self.points
        asked = len(self.states) - self.states.count(State.OFF_ROUTE)

        def share(state: State) -> float | None:
            return self.states.count(state) / asked if asked else None

        return QuestionStanding(
            key=key,
            asked=asked,
            answered=len(points),
            mean=fmean(points) if points else None,
            median=median_of(points),
            spread=stdev(points) if len(points) > 1 else None,
            at_lowest=sum(one <= 0 for one in points) / len(points) if points else None,
            dont_know=share(State.DONT_KNOW),
            not_applicable=share(State.NOT_APPLICABLE),
            missing=share(State.UNANSWERED),
            weak=self.weak / self.graded if self.graded else None,
            lost=self.lost / published if published else None,
        )
