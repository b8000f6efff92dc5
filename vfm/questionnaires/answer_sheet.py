"""Answers laid out to be read: page by page in reading order, each in words. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, in_words
from vfm.questionnaires.pages import Page, pages
from vfm.questionnaires.schema import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Line:
    """One question with its answer.

    Attributes:
        words: the answer, or what stands for it.
    """

    question: Question
    words: str
    answer: Answer
    is_asked: bool = True


@dataclass(frozen=True, slots=True)
class SheetSection:
    """One page's questions."""

    page: Page
    lines: tuple[Line, ...]


def sheet(
    questionnaire: Questionnaire,
    given: Answers,
    route: Collection[str],
    *,
    only: Collection[str] | None = None,
) -> tuple[SheetSection, ...]:
    """The questions on the route with their answers; a page without any is left out.

    Args:
        questionnaire: what was asked.
        given: question key -> answer.
        route: keys of the questions that are asked.
        only: keys of the questions to show instead, those off the route too; None for the route.
    """
    wanted = route if only is None else only
    found = []
    for page in pages(questionnaire):
        shown = [question for question in page.section.questions if question.key in wanted]
        if shown:
            lines = (_line(questionnaire, question, given, route) for question in shown)
            found.append(SheetSection(page, tuple(lines)))
    return tuple(found)


def _line(questionnaire: Questionnaire, question: Question, given: Answers, route: Collection[str]) -> Line:
    answer = given.get(question.key, UNANSWERED)
    return Line(question, in_words(questionnaire, question, answer), answer, question.key in route)
