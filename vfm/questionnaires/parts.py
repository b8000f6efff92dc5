"""The parts of an assessment that people are given: the whole, sections, single questions. Pure.

Who may see and answer which part is asked in one place, `vfm.store.reach`; here is only what a part holds.
"""

from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from vfm.questionnaires.conditions import keys_in, questions_named
from vfm.questionnaires.schema import Check, Question, Questionnaire, Section


class Scope(StrEnum):
    """How much a part is."""

    WHOLE = "whole"
    SECTION = "section"
    QUESTION = "question"


class Part(NamedTuple):
    """What somebody was given; `place` is the section's or question's key, empty for the whole."""

    scope: str
    place: str


WHOLE = Part(Scope.WHOLE, "")


@dataclass(frozen=True, slots=True)
class Reach:
    """What one person may see and answer of one assessment.

    Attributes:
        whole: what the assessment asks; routing needs all of it, whoever looks.
        own: the same cut to what this person may see. Pages show nothing that is not in here: neither
            titles of other sections, nor rules, checks and derived values that look at other questions.
        answers: keys they may answer; none for somebody who only reads.
        is_director: they direct the service, or stand in for who does.
        is_of_review: the team of a review answers it, and what they answer is sent to nobody.
    """

    whole: Questionnaire
    own: Questionnaire
    answers: Set[str]
    is_director: bool = False
    is_of_review: bool = False

    @property
    def sees_all(self) -> bool:
        """True when nothing is hidden from them."""
        return self.own is self.whole

    @property
    def answers_all(self) -> bool:
        """True for the director, and for who was given the whole: they may send the assessment."""
        return self.is_director or (not self.is_of_review and len(self.answers) == len(self.whole.questions))

    @property
    def to_answer(self) -> Questionnaire:
        """What the assessment asks, cut to what they may answer."""
        return self.own if len(self.answers) == len(self.own.questions) else cut(self.whole, self.answers)


def part_at(questionnaire: Questionnaire, place: str) -> Part | None:
    """The part an address or a form names: a section or a question by its key, blank for the whole."""
    if not place:
        return WHOLE
    if place in questionnaire.all_sections:
        return Part(Scope.SECTION, place)
    return Part(Scope.QUESTION, place) if place in questionnaire.questions else None


def keys_of(questionnaire: Questionnaire, parts: Iterable[tuple[str, str]]) -> Set[str]:
    """Every question the parts hold; a key that the questionnaire does not have holds none."""
    found: set[str] = set()
    for scope, place in parts:
        if scope == Scope.WHOLE:
            return questionnaire.questions.keys()
        if scope == Scope.SECTION and place in questionnaire.all_sections:
            inside = questionnaire.all_sections[place].walk()
            found.update(question.key for section in inside for question in section.questions)
        elif scope == Scope.QUESTION and place in questionnaire.questions:
            found.add(place)
    return found


def title_of(questionnaire: Questionnaire, part: tuple[str, str]) -> str:
    """A part in words: `All of it`, a section's title, a question's key with its words."""
    scope, place = part
    if scope == Scope.SECTION and place in questionnaire.all_sections:
        return questionnaire.all_sections[place].title
    if scope == Scope.QUESTION and place in questionnaire.questions:
        return f"{place}: {questionnaire.questions[place].text}"
    return "All of it" if scope == Scope.WHOLE else place


def cut(questionnaire: Questionnaire, keys: Collection[str]) -> Questionnaire:
    """The questionnaire with these questions alone, and only the sections that hold them.

    Rules, checks and derived values that look at any other question are left out, as they would tell of it.
    Routing is never asked of a cut questionnaire: what is on the route is the whole's to say.
    """
    if len(keys) == len(questionnaire.questions):
        return questionnaire
    content = {name: getattr(questionnaire, name) for name in Questionnaire.model_fields}
    sections = (_section(section, keys) for section in questionnaire.sections)
    content["sections"] = tuple(section for section in sections if section is not None)
    content["checks"] = tuple(check for check in questionnaire.checks if _is_within(check, keys))
    return Questionnaire.model_construct(**content).with_english(questionnaire.english_things)


def _section(section: Section, keys: Collection[str]) -> Section | None:
    inner = tuple(one for child in section.sections if (one := _section(child, keys)) is not None)
    questions = tuple(_question(one, keys) for one in section.questions if one.key in keys)
    if not inner and not questions:
        return None
    return section.model_copy(update={"questions": questions, "sections": inner})


def _question(question: Question, keys: Collection[str]) -> Question:
    told: dict[str, None] = {}
    if question.show_if is not None and not set(questions_named(question.show_if)) <= set(keys):
        told["show_if"] = None
    if question.derived is not None and not set(keys_in(question.derived)) <= set(keys):
        told["derived"] = None
    return question.model_copy(update=told) if told else question


def _is_within(check: Check, keys: Collection[str]) -> bool:
    return check.at in keys and set(questions_named(check.must)) <= set(keys)
