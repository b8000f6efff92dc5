"""A questionnaire laid out for design checks: everything in it with its path in the document.

Keys may still be doubled or missing here, which is why the checks walk this and not the questionnaire's own
dictionaries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from vfm.questionnaires.schema import SCORABLE, Condition, Kind, Question, Questionnaire, Section
from vfm.questionnaires.source import Path
from vfm.questionnaires.texts import Text, texts_around, texts_of
from vfm.questionnaires.trials import Trials


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a template's design that is wrong.

    Attributes:
        path: to the value at fault, or to what lacks it.
        key: of the question, section, check or cap it is about.
        message: what is wrong and what to do.
        rests_on: keys of other questions that it would not be said without.
        is_advice: worth a look, and no reason not to open the template to people.
    """

    path: Path
    key: str
    message: str
    rests_on: tuple[str, ...] = ()
    is_advice: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition with its place.

    Attributes:
        owner: key of the question, check or cap it belongs to.
        word: what to call it in a sentence.
        before: only questions before this position may be named; None for any.
    """

    path: Path
    owner: str
    word: str
    condition: Condition
    before: int | None = None


@dataclass(frozen=True)
class Outline:
    """The sections and questions of one questionnaire with their paths, in reading order."""

    questionnaire: Questionnaire

    @cached_property
    def sections(self) -> list[tuple[Path, Section]]:
        """Every section at any depth."""
        return [*_sections(self.questionnaire.sections, ())]

    @cached_property
    def section_at(self) -> dict[Path, Section]:
        """Path -> the section there."""
        return dict(self.sections)

    @cached_property
    def questions(self) -> list[tuple[Path, Question]]:
        """Every question asked, the pilot's own about the whole left out."""
        return [
            ((*path, "questions", i), question)
            for path, section in self.sections
            for i, question in enumerate(section.questions)
        ]

    @cached_property
    def about_the_pilot(self) -> list[tuple[Path, Question]]:
        """The questions a pilot asks about the whole."""
        overall = self.questionnaire.pilot_feedback.overall
        return [(("pilot_feedback", "overall", i), question) for i, question in enumerate(overall)]

    @cached_property
    def by_key(self) -> dict[str, Question]:
        """Key -> the first question that bears it."""
        found: dict[str, Question] = {}
        for _, question in self.questions:
            found.setdefault(question.key, question)
        return found

    @cached_property
    def position(self) -> dict[str, int]:
        """Key -> place in reading order, from 0."""
        return {key: i for i, key in enumerate(self.by_key)}

    @cached_property
    def texts_of_questions(self) -> list[Text]:
        """The words of questions, levels and options."""
        return [text for asked in self.questions + self.about_the_pilot for text in texts_of(*asked)]

    @cached_property
    def texts(self) -> list[Text]:
        """Every text that somebody reads and that may not be blank."""
        return [*texts_around(self.questionnaire, self.sections), *self.texts_of_questions]

    @cached_property
    def best(self) -> dict[str, frozenset[object]]:
        """Key of each question whose weight counts -> the answers worth most, where they can be tried out."""
        alike: dict[tuple[Kind, str | None], frozenset[object]] = {}
        found = {}
        for _, question in self.questions:
            if question.weight and question.kind in SCORABLE and self.trials.values(question.key):
                name = question.kind, question.scale
                if question.kind is not Kind.SCALE or name not in alike:
                    alike[name] = _best(self.questionnaire, question)
                if alike[name]:
                    found[question.key] = alike[name]
        return found

    @cached_property
    def rules(self) -> list[Rule]:
        """Every condition: routing in reading order, then caps, then checks."""
        return [*_routing(self), *_caps(self), *_checks(self)]

    @cached_property
    def trials(self) -> Trials:
        """Answers to try the rules with."""
        return Trials(self.questionnaire, tuple(rule.condition for rule in self.rules))


def _best(questionnaire: Questionnaire, question: Question) -> frozenset[object]:
    """The answers worth most; none while some have no points yet."""
    points = questionnaire.points_of(question)
    if len(points) < len(question.options):
        return frozenset()
    most = max(points.values(), default=0)
    return frozenset(value for value in points if points[value] == most)


def _routing(outline: Outline) -> Iterator[Rule]:
    for path, question in outline.questions:
        if question.show_if is not None:
            before = outline.position[question.key]
            yield Rule((*path, "show_if"), question.key, "routing rule", question.show_if, before)


def _caps(outline: Outline) -> Iterator[Rule]:
    for path, section in outline.sections:
        for i, cap in enumerate(section.caps):
            yield Rule((*path, "caps", i, "when"), cap.key, "cap", cap.when)


def _checks(outline: Outline) -> Iterator[Rule]:
    for i, check in enumerate(outline.questionnaire.checks):
        yield Rule(("checks", i, "must"), check.key, "check", check.must)


def _sections(sections: tuple[Section, ...], path: Path) -> Iterator[tuple[Path, Section]]:
    for i, section in enumerate(sections):
        here = (*path, "sections", i)
        yield here, section
        yield from _sections(section.sections, here)
