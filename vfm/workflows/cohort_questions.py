"""Questions of a cycle over all its services: what each takes from the council, down to who answered what.

The room's rule: read from the stored scorecards of the results that count; nothing is scored again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.answers import State
from vfm.questionnaires.kinds import KINDS
from vfm.questionnaires.schema import Question
from vfm.roles import Actor
from vfm.scoring.service_results import ServiceResult, Wanted, chosen
from vfm.scoring.weak_questions import QuestionStanding, standings
from vfm.store import cohorts
from vfm.store.cohorts import Cohort

STATES = {
    State.ANSWERED: "Answered without points",
    State.DONT_KNOW: "Do not know yet",
    State.UNANSWERED: "Not answered",
    State.NOT_APPLICABLE: "Does not apply",
    State.OFF_ROUTE: "Not asked",
}
"""States of a question without points, in the order shown."""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One scored question over all services; section: key and title of the top section it is in."""

    question: Question
    section: tuple[str, str]
    standing: QuestionStanding


@dataclass(frozen=True)
class Questions:
    """The scored questions of a cycle.

    Attributes:
        sections: (key, title) of the top sections with scored questions.
        services: how many results these are; published: how many of them have an overall score.
        total: questions without the filter.
    """

    cohort: Cohort
    lines: tuple[QuestionLine, ...]
    sections: tuple[tuple[str, str], ...]
    services: int
    published: int
    total: int


def questions(session: Session, cycle_id: int, wanted: Wanted, *, section: str = "", by: Actor) -> Questions:
    """What each scored question takes from the council, and how it was answered, as sorted.

    Args:
        session: as everywhere.
        cycle_id: as everywhere.
        wanted: which services count; `sort` is a field of `QuestionStanding`, a minus for largest first.
        section: only the questions of this top section.
        by: as everywhere.

    Raises:
        NotFound: as `distribution`.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by, section=section)
    rows = [row for row in chosen(cohort.rows, wanted) if row.kind]
    answered = cohorts.questions(session, cohort)
    found = standings([(row.score is not None, answered[row.assessment_id]) for row in rows])
    asked = cohort.questionnaire.questions
    lines = [QuestionLine(asked[key], _top(cohort, key), standing) for key, standing in found.items()]
    shown = [line for line in lines if section in ("", line.section[0])]
    return Questions(
        cohort,
        tuple(_sorted_questions(shown, wanted.sort)),
        tuple(dict.fromkeys(line.section for line in lines)),
        len(rows),
        sum(row.score is not None for row in rows),
        len(lines),
    )


QUESTION_SORTS = (
    "lost", "mean", "median", "at_lowest", "dont_know", "not_applicable", "missing", "weak", "spread",
    "asked",
)  # fmt: skip
"""Columns that questions are sorted by; anything else leaves them in reading order."""


def _top(cohort: Cohort, key: str) -> tuple[str, str]:
    top = cohort.top_of[key]
    return top, cohort.questionnaire.all_sections[top].title


def _sorted_questions(lines: Sequence[QuestionLine], sort: str) -> list[QuestionLine]:
    name = sort.removeprefix("-")
    if name not in QUESTION_SORTS:
        return list(lines)
    have = [line for line in lines if getattr(line.standing, name) is not None]
    if name == "lost" and not have:  # nothing is lost where the template gives no overall
        return _sorted_questions(lines, "mean")
    ranked = sorted(have, key=lambda line: getattr(line.standing, name), reverse=sort.startswith("-"))
    return ranked + [line for line in lines if getattr(line.standing, name) is None]


@dataclass(frozen=True, slots=True)
class Given:
    """Services that gave one answer.

    Attributes:
        value: as the scorecard holds it; None for a state without one.
        words: of the level, the option or the state.
        points: 0 to 100; None for a state.
        rows: by name, each with the evidence grade of its answer.
    """

    value: int | str | None
    words: str
    points: float | None
    rows: tuple[tuple[ServiceResult, str], ...]


@dataclass(frozen=True)
class OneQuestion:
    """One question over all services: every answer that could be given, and who gave it."""

    cohort: Cohort
    line: QuestionLine
    given: tuple[Given, ...]


def question(session: Session, cycle_id: int, key: str, wanted: Wanted, *, by: Actor) -> OneQuestion:
    """One scored question, opened to the services by the answer they gave.

    Raises:
        NotFound: as `heat_map`; or the cycle has no such question that is scored.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by)
    asked = cohort.questionnaire.questions.get(key)
    if asked is None:
        raise NotFound
    rows = [row for row in chosen(cohort.rows, wanted) if row.kind]
    answered = cohorts.questions(session, cohort)
    found = standings([(row.score is not None, answered[row.assessment_id]) for row in rows])
    if not asked.is_scored and key not in found:  # a statement of a table of rules has points all the same
        raise NotFound
    standing = found.get(key) or QuestionStanding(key, 0, 0, *(None,) * 9)
    held: dict[object, list[tuple[ServiceResult, str]]] = defaultdict(list)
    for row in rows:
        for one in answered[row.assessment_id]:
            if one.key == key:
                place = one.value if one.points is not None else one.state
                held[place].append((row, one.evidence.value if one.evidence else ""))
    line = QuestionLine(asked, _top(cohort, key), standing)
    return OneQuestion(cohort, line, tuple(_all_given(cohort, asked, held)))


def _all_given(
    cohort: Cohort, asked: Question, held: Mapping[object, Sequence[tuple[ServiceResult, str]]]
) -> Iterator[Given]:
    """The answers with points, the lowest first, also those nobody gave; then the states somebody is in."""
    table = cohort.questionnaire.points_of(asked)
    for value, points in sorted(table.items(), key=lambda pair: pair[1]):
        words = KINDS[asked.kind].in_words(cohort.questionnaire, asked, value)
        yield Given(value, words, points, tuple(held.get(value, ())))
    for state, words in STATES.items():
        if state in held:
            yield Given(None, words, None, tuple(held[state]))
