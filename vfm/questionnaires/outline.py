"""A questionnaire laid out for design checks: everything in it with its path in the document.

Keys may still be doubled or missing here, which is why the checks walk this and not the questionnaire's own
dictionaries.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from vfm.questionnaires.schema import Question, Questionnaire, Section
from vfm.questionnaires.source import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing in a template's design that is wrong.

    Attributes:
        path: to the value at fault, or to what lacks it.
        key: of the question, section, check or cap it is about.
        message: what is wrong and what to do.
        rests_on: keys of other questions that it would not be said without.
    """

    path: Path
    key: str
    message: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outline:
    """The sections and questions of one questionnaire with their paths, in reading order."""

    questionnaire: Questionnaire

    @cached_property
    def sections(self) -> list[tuple[Path, Section]]:
        """Every section at any depth."""
        return [*_sections(self.questionnaire.sections, ())]

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


def _sections(sections: tuple[Section, ...], path: Path) -> Iterator[tuple[Path, Section]]:
    for i, section in enumerate(sections):
        here = (*path, "sections", i)
        yield here, section
        yield from _sections(section.sections, here)
