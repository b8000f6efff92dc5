"""What a pilot shows about its questions: gaps, spread, and how each goes with its section.

Pure. Information, never a gate: a value-for-money section gathers different things on purpose, so a low alpha
is no fault in itself. It points at questions worth a second look.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vfm.questionnaires.answers import UNANSWERED, Answers, State
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import SCORABLE, Question, Questionnaire
from vfm.scoring.structure import Structure, structure_of

FEWEST_PAIRS = 3


@dataclass(frozen=True, slots=True)
class ItemEvidence:
    """One question over all assessments of a cycle.

    Attributes:
        asked: assessments in which it was on the route; the shares are of these, None where nobody was asked.
        missing: share left blank.
        values: answer -> how often given, for questions whose answer is a level, a yes or no, or an option.
        spread: standard deviation of the points given; None unless it is scored and two answered.
        item_rest: correlation of its points with the mean of the rest of its section; None with fewer than
            three assessments to compare, or where either never varies.
    """

    key: str
    asked: int
    answered: int
    missing: float | None
    dont_know: float | None
    not_applicable: float | None
    values: Mapping[int | str, int]
    spread: float | None
    item_rest: float | None


@dataclass(frozen=True, slots=True)
class SectionEvidence:
    """One section's own scored questions over all assessments.

    Attributes:
        complete: assessments with an answer to every one of them: those alpha is computed on.
        alpha: Cronbach's alpha; None with fewer than two questions or two such assessments.
    """

    key: str
    complete: int
    alpha: float | None


@dataclass(frozen=True, slots=True)
class PilotEvidence:
    """What the answers of one cycle say about the questionnaire, in its order."""

    items: Mapping[str, ItemEvidence]
    sections: Mapping[str, SectionEvidence]


Points = NDArray[np.float64]
"""Assessments x questions of one section, in points, not-a-number where there is no answer."""


def evidence(questionnaire: Questionnaire, assessments: Sequence[Answers]) -> PilotEvidence:
    """Evidence about every question and every section with scored questions of its own.

    Args:
        questionnaire: what was asked.
        assessments: the answers of each assessment.
    """
    structure = structure_of(questionnaire)
    routes = [on_route(questionnaire, answers) for answers in assessments]
    sections: dict[str, SectionEvidence] = {}
    spreads: dict[str, float | None] = {}
    rests: dict[str, float | None] = {}
    for node in structure.nodes:
        if not node.items:
            continue
        points = _points(structure, [item.key for item in node.items], assessments, routes)
        complete = points[~np.isnan(points).any(axis=1)]
        sections[node.key] = SectionEvidence(node.key, len(complete), cronbach_alpha(complete))
        for column, item in enumerate(node.items):
            spreads[item.key] = _spread(points[:, column])
            rests[item.key] = item_rest(points, column)
    items = {
        key: _item(question, assessments, routes, spreads.get(key), rests.get(key))
        for key, question in questionnaire.questions.items()
    }
    return PilotEvidence(items, sections)


def _points(
    structure: Structure,
    keys: Sequence[str],
    assessments: Sequence[Answers],
    routes: Sequence[frozenset[str]],
) -> Points:
    points: Points = np.full((len(assessments), len(keys)), np.nan)
    for row, (answers, route) in enumerate(zip(assessments, routes, strict=True)):
        for column, key in enumerate(keys):
            answer = answers.get(key, UNANSWERED)
            if key in route and answer.is_answered:
                points[row, column] = structure.items[key].points.get(_plain(answer.value), np.nan)
    return points


def _plain(value: Any) -> int | str:
    """The value as a point table knows it; a word no table knows for any other."""
    return value if isinstance(value, int | str) and not isinstance(value, bool) else ""


def _item(
    question: Question,
    assessments: Sequence[Answers],
    routes: Sequence[frozenset[str]],
    spread: float | None,
    rest: float | None,
) -> ItemEvidence:
    asked = [
        answers.get(question.key, UNANSWERED)
        for answers, route in zip(assessments, routes, strict=True)
        if question.key in route
    ]
    states = Counter(answer.state for answer in asked)
    picked = [answer for answer in asked if answer.is_answered and question.kind in SCORABLE]
    given = Counter(_plain(answer.value) for answer in picked)

    def share(state: State) -> float | None:
        return states[state] / len(asked) if asked else None

    return ItemEvidence(
        key=question.key,
        asked=len(asked),
        answered=states[State.ANSWERED],
        missing=share(State.UNANSWERED),
        dont_know=share(State.DONT_KNOW),
        not_applicable=share(State.NOT_APPLICABLE),
        values=dict(given),
        spread=spread,
        item_rest=rest,
    )


def _spread(points: Points) -> float | None:
    given = points[~np.isnan(points)]
    return float(given.std(ddof=1)) if len(given) > 1 else None


def item_rest(points: Points, column: int) -> float | None:
    """Pearson correlation of one question's points with the mean of the others answered beside it.

    Args:
        points: assessments x questions, not-a-number where there is no answer.
        column: the question.
    """
    others = np.delete(points, column, axis=1)
    count = (~np.isnan(others)).sum(axis=1)
    usable = ~np.isnan(points[:, column]) & (count > 0)
    if usable.sum() < FEWEST_PAIRS:
        return None
    item = points[usable, column]
    rest = np.nansum(others[usable], axis=1) / count[usable]
    if np.ptp(item) == 0 or np.ptp(rest) == 0:
        return None
    return float(np.corrcoef(item, rest)[0, 1])


def cronbach_alpha(points: Points) -> float | None:
    """Cronbach's alpha of complete answers; None with fewer than two questions or rows, or no variance.

    Args:
        points: assessments x questions, without gaps.

    Source: Cronbach (1951), Psychometrika 16(3).
    """
    rows, columns = points.shape
    if rows < 2 or columns < 2:
        return None
    total = float(points.sum(axis=1).var(ddof=1))
    own = float(points.var(axis=0, ddof=1).sum())
    return columns / (columns - 1) * (1 - own / total) if total else None
