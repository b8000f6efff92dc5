"""A calibration session: which answers are drawn, how far its raters lie apart, and how well they agree.

Pure; a random sample comes from a generator with the seed that is stated beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

import numpy as np

from vfm.questionnaires.answers import State
from vfm.questionnaires.schema import Kind, Questionnaire
from vfm.scoring.agreement import agreement, is_wide_apart, ordinal_alpha
from vfm.scoring.challenge import doubts
from vfm.scoring.results import Scorecard

FEWEST_RATERS = 2
FEWEST_ITEMS = 5
"""Answers rated by two or more, under which a figure of agreement says nothing and none is given."""

Levels = Sequence[int | None]
"""One level a rater, None where a rater gave none."""


@dataclass(frozen=True, slots=True)
class ItemSpread:
    """How far the raters lie apart on one answer; None for all where nobody gave a level.

    Attributes:
        rated: how many gave a level.
        apart: levels between the lowest and the highest.
        is_wide: two levels apart or more; is_alike: at least two gave a level, and all the same.
    """

    rated: int
    lowest: int | None
    median: float | None
    highest: int | None
    apart: int | None
    is_wide: bool
    is_alike: bool


def item_spread(levels: Levels) -> ItemSpread:
    """The spread of one answer's ratings."""
    given = [level for level in levels if level is not None]
    if not given:
        return ItemSpread(0, None, None, None, None, is_wide=False, is_alike=False)
    low, high = min(given), max(given)
    is_alike = len(given) >= FEWEST_RATERS and low == high
    return ItemSpread(len(given), low, median(given), high, high - low, is_wide_apart(given), is_alike)


class Undefined(StrEnum):
    """Why there is no figure of agreement: too few answers, or no two levels to tell apart."""

    TOO_FEW = "too_few"
    ALL_ALIKE = "all_alike"


@dataclass(frozen=True, slots=True)
class SessionAgreement:
    """How well the raters of a session agree.

    Attributes:
        raters: how many gave at least one level.
        items: answers with a level from at least two; only those count in anything here.
        exact: share of them on which all gave the same level; within_one: on which nobody is more than one
            level from anybody; None for no such answers.
        statistic: `kappa` (quadratic-weighted, two raters) or `alpha` (Krippendorff, ordinal, more).
        value: of it, at most 1; low, high: the 95 % bootstrap interval of kappa.
        undefined: why there is no value.
    """

    raters: int
    items: int
    exact: float | None
    within_one: float | None
    statistic: str
    value: float | None
    low: float | None
    high: float | None
    undefined: Undefined | None


def session_agreement(ratings: Sequence[Levels], levels: Sequence[int]) -> SessionAgreement:
    """How well raters agree over the answers of a session.

    Args:
        ratings: raters x answers; a rater without any level is left out.
        levels: every level of the scale, lowest first.

    Raises:
        ValueError: a level is not on the scale.
    """
    heard = [row for row in ratings if any(level is not None for level in row)]
    columns = [[level for level in column if level is not None] for column in zip(*heard, strict=True)]
    spreads = [item_spread(column) for column in columns if len(column) >= FEWEST_RATERS]
    count = len(spreads)
    statistic = "alpha" if len(heard) > FEWEST_RATERS else "kappa"
    value, low, high, undefined = _figure(heard, count, statistic, levels)
    return SessionAgreement(
        raters=len(heard),
        items=count,
        exact=sum(one.is_alike for one in spreads) / count if count else None,
        within_one=sum((one.apart or 0) <= 1 for one in spreads) / count if count else None,
        statistic=statistic,
        value=value,
        low=low,
        high=high,
        undefined=undefined,
    )


Figure = tuple[float | None, float | None, float | None, Undefined | None]


def _figure(heard: Sequence[Levels], count: int, statistic: str, levels: Sequence[int]) -> Figure:
    if count < FEWEST_ITEMS:
        return None, None, None, Undefined.TOO_FEW
    if statistic == "alpha":
        alpha = ordinal_alpha(heard)
        return alpha, None, None, None if alpha is not None else Undefined.ALL_ALIKE
    pairs = [(a, b) for a, b in zip(*heard, strict=True) if a is not None and b is not None]
    found = agreement([a for a, _ in pairs], [b for _, b in pairs], levels)
    return found.kappa, found.low, found.high, None if found.kappa is not None else Undefined.ALL_ALIKE


def random_sample(population: int, size: int, seed: int) -> list[int]:
    """Places of a simple random sample without repeats, in ascending order.

    Args:
        population: how many there are to draw from, in an order that does not change.
        size: how many to draw; all of them where there are no more.
        seed: of the generator; the same seed draws the same places.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    drawn = generator.choice(population, size=min(size, population), replace=False)
    return sorted(int(place) for place in drawn)


# --- drawing a sample ---------------------------------------------------------------------------------------


class Way(StrEnum):
    """How the answers of a session are drawn."""

    QUESTION = "question"
    QUEUE = "queue"
    RANDOM = "random"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer that can be rated: a level given to a scored question on a scale.

    Attributes:
        stake: points of the overall at stake, as `challenge.doubts` has them; 0 for no doubt.
    """

    assessment_id: int
    key: str
    stake: float


def candidates(questionnaire: Questionnaire, cards: Mapping[int, Scorecard]) -> list[Candidate]:
    """Every answer that can be rated, by assessment, each in reading order.

    Args:
        questionnaire: what was asked.
        cards: assessment -> its self result.
    """
    scales = {key for key, asked in questionnaire.questions.items() if asked.kind is Kind.SCALE}
    found = []
    for assessment_id in sorted(cards):
        card = cards[assessment_id]
        stakes = doubts(questionnaire, card)
        found += [
            Candidate(assessment_id, one.key, stakes.get(one.key, 0.0))
            for one in card.questions
            if one.key in scales and one.weight is not None and one.state is State.ANSWERED
        ]
    return found


def drawn(
    offered: Sequence[Candidate], way: Way, *, size: int = 0, seed: int = 0, question: str = ""
) -> list[Candidate]:
    """The answers of a session.

    Args:
        offered: every answer that can be rated.
        way: `question` takes all answers to one question, `queue` those with most points at stake first,
            `random` a simple random sample, `hand` none: they are chosen one by one.
        size: how many at most, for `queue` and `random`.
        seed: of the random sample.
        question: key, for `question`.
    """
    match way:
        case Way.QUESTION:
            return [one for one in offered if one.key == question]
        case Way.QUEUE:
            doubted = [one for one in offered if one.stake]
            return sorted(doubted, key=lambda one: (-one.stake, one.assessment_id, one.key))[:size]
        case Way.RANDOM:
            return [offered[place] for place in random_sample(len(offered), size, seed)]
    return []
