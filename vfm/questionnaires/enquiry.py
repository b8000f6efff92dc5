"""A template as key lines of enquiry: what a review must answer, and what it may suppose. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from vfm.questionnaires.pages import pages
from vfm.questionnaires.schema import Question, Questionnaire, Section


@dataclass(frozen=True, slots=True)
class Supposed:
    """A hypothesis, and how it is tested."""

    text: str
    test: str


@dataclass(frozen=True, slots=True)
class Enquiry:
    """A section as a line of enquiry.

    Attributes:
        key: of the section; text: its title, what the review must answer.
        questions: how many it asks.
        supposed: the hypothesis of the section; without one, what a good level of its scales says.
    """

    key: str
    text: str
    questions: int
    supposed: tuple[Supposed, ...]


def enquiries(questionnaire: Questionnaire) -> tuple[Enquiry, ...]:
    """Every section with questions of its own, in reading order."""
    return tuple(
        Enquiry(page.key, page.title, len(page.section.questions), tuple(_supposed(page.section)))
        for page in pages(questionnaire)
    )


def _supposed(section: Section) -> Iterator[Supposed]:
    """What the section says it tests; else, of each of its scales, the level below the highest.

    That level is what a sound service does: supported or refuted, either says something. A scale whose levels
    are bare names says nothing that could be tested.
    """
    if section.hypothesis:
        keys = [question.key for question in section.questions]
        of = f"{keys[0]} to {keys[-1]}" if len(keys) > 1 else keys[0]
        yield Supposed(section.hypothesis, f"The answers to {of}.")
        return
    for question in section.questions:
        if level := _sound_level(question):
            yield Supposed(level, f"{question.key}: {question.text}")


def _sound_level(question: Question) -> str:
    if question.levels is None or len(question.levels) < 2:
        return ""
    return question.levels[sorted(question.levels)[-2]]
