"""A questionnaire as pages to answer: its sections that hold questions, and what each needs to know.

Pure; a page is a section with questions of its own, in reading order.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from vfm.questionnaires.answers import UNANSWERED, Answers, State
from vfm.questionnaires.conditions import keys_in, questions_named
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Questionnaire, Section


@dataclass(frozen=True, slots=True)
class Page:
    """One section to answer.

    Attributes:
        title: its own, after the title of the section that holds it.
        number: its place, from 1; count: how many there are.
        previous_key, next_key: its neighbours, None at either end.
    """

    section: Section
    title: str
    number: int
    count: int
    previous_key: str | None
    next_key: str | None

    @property
    def key(self) -> str:
        """The section's key."""
        return self.section.key


def pages(questionnaire: Questionnaire) -> tuple[Page, ...]:
    """Every page, in reading order."""
    found = [
        (one, one.title if one is top else f"{top.title}: {one.title}")
        for top in questionnaire.sections
        for one in top.walk()
        if one.questions
    ]
    keys = [None, *(one.key for one, _ in found), None]
    return tuple(
        Page(one, title, number, len(found), keys[number - 1], keys[number + 1])
        for number, (one, title) in enumerate(found, 1)
    )


class Place(NamedTuple):
    """Where a question is: its section's key and its own."""

    section_key: str
    key: str


@dataclass(frozen=True, slots=True)
class Position:
    """One question among those asked.

    Attributes:
        number: its place in its section, from 1; count: how many that asks on the route.
        previous, following: its neighbours on the route of the whole, None at either end.
    """

    number: int
    count: int
    previous: Place | None
    following: Place | None


def position(questionnaire: Questionnaire, key: str, route: frozenset[str]) -> Position | None:
    """Where a question stands on the route; None when it is not asked."""
    if key not in route:
        return None
    asked = [Place(section, one) for one, section in questionnaire.section_of.items() if one in route]
    section = questionnaire.section_of[key]
    beside = [place.key for place in asked if place.section_key == section]
    at = asked.index(Place(section, key))
    previous = asked[at - 1] if at else None
    following = asked[at + 1] if at + 1 < len(asked) else None
    return Position(beside.index(key) + 1, len(beside), previous, following)


def progress_of(section: Section, answers: Answers, route: frozenset[str]) -> Progress:
    """How far one page is, without the sections inside it."""
    asked = [question for question in section.questions if question.key in route]
    blank = [q for q in asked if answers.get(q.key, UNANSWERED).state is State.UNANSWERED]
    return Progress(len(asked), len(asked) - len(blank), sum(question.required for question in blank))


def together(parts: Iterable[Progress]) -> Progress:
    """How far several pages are as one."""
    found = list(parts)
    return Progress(*(sum(getattr(one, name) for one in found) for name in ("asked", "settled", "missing")))


def deciding(questionnaire: Questionnaire) -> frozenset[str]:
    """Keys of the questions that routing, checks and derived values look at: what any page must know."""
    named: set[str] = set()
    for question in questionnaire.questions.values():
        if question.show_if is not None:
            named.update(questions_named(question.show_if))
        if question.derived is not None:
            named.update(keys_in(question.derived))
    for check in questionnaire.checks:
        named.update(questions_named(check.must))
    return frozenset(named)
