"""The answers of many assessments of one questionnaire as columns: small codes, and what each code means.

Pure. A column keeps each distinct answer once, so that a rule is asked once for each of them and looked up
for every assessment. Nothing that cannot be read is guessed: it is named with its assessment and question.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Problem
from vfm.questionnaires.answers import (
    EVIDENCE,
    UNANSWERED,
    Answer,
    Evidence,
    State,
    answer_at,
    unknown_key,
)
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import NUMERIC, Kind, Question, Questionnaire
from vfm.scoring.reading import fault
from vfm.scoring.structure import structure_of

Codes = NDArray[np.unsignedinteger[Any]]
Names = Sequence[Hashable]
Problems = tuple[Problem, ...]

WITHOUT_VALUE = (UNANSWERED, Answer(State.DONT_KNOW), Answer(State.NOT_APPLICABLE))
"""What `offered` begins with: codes 0, 1 and 2."""


@dataclass(frozen=True, eq=False)
class Column:
    """One question's answers in every assessment.

    Attributes:
        answers: code -> answer, each different; reasons and notes are left out, as they score nothing.
        codes: one for each assessment, an index of `answers`.
    """

    answers: tuple[Answer, ...]
    codes: Codes

    def __post_init__(self) -> None:
        if self.codes.dtype.kind != "u":
            raise TypeError(f"Codes are unsigned whole numbers, not {self.codes.dtype}.")
        if self.codes.size and int(self.codes.max()) >= len(self.answers):
            raise ValueError(f"Code {self.codes.max()} stands for none of the {len(self.answers)} answers.")


@dataclass(frozen=True, eq=False)
class Columns:
    """The answers of many assessments of one questionnaire.

    Attributes:
        names: what tells the assessments apart, such as the keys of services; all columns are in this order.
        given: question key -> its column; a question that is not there is unanswered everywhere.
        problems: index of an assessment -> why some of it could not be read.
    """

    questionnaire: Questionnaire
    names: tuple[Hashable, ...]
    given: Mapping[str, Column]
    problems: Mapping[int, Problems]

    def __post_init__(self) -> None:
        for key, column in self.given.items():
            if column.codes.shape != (len(self.names),):
                words = f"{key} has {column.codes.shape} answers for {len(self.names)} assessments."
                raise ValueError(words)

    def __len__(self) -> int:
        return len(self.names)

    def answers(self, index: int) -> dict[str, Answer]:
        """Question key -> answer of one assessment, without reasons and notes; the unanswered left out."""
        found = {key: column.answers[column.codes[index]] for key, column in self.given.items()}
        return {key: answer for key, answer in found.items() if answer != UNANSWERED}

    @cached_property
    def blank(self) -> Column:
        """The column of a question that nobody answered."""
        return Column((UNANSWERED,), np.zeros(len(self.names), np.uint8))

    def column(self, key: str) -> Column:
        """A question's column."""
        return self.given.get(key, self.blank)


def offered(questionnaire: Questionnaire, question: Question) -> tuple[Answer, ...]:
    """What a scored question can be answered, as a code book for columns that come from elsewhere.

    Code 0 unanswered, 1 don't know, 2 not applicable, then 3 + 4 i + g for the i-th value with points (levels
    and options in the order of `Questionnaire.points_of`) and the g-th evidence grade, weakest first.
    """
    values = questionnaire.points_of(question)
    graded = [Answer(State.ANSWERED, value, evidence=grade) for value in values for grade in EVIDENCE]
    return (*WITHOUT_VALUE, *graded)


def misfit(questionnaire: Questionnaire, question: Question, answer: Answer) -> Problem | None:
    """Why an answer on the route cannot be used, None when it can.

    Of a question that counts, what `score` refuses; of any other, a value that is not of its kind.
    """
    item = structure_of(questionnaire).known.get(question.key)
    if item is not None:
        return fault(item, answer)
    if answer.value is None or _is_of_kind(questionnaire, question, answer.value):
        return None
    words = f"The answer {answer.value!r} is no answer to a question of kind {question.kind}. Correct it."
    return Problem(question.key, words)


def _is_of_kind(questionnaire: Questionnaire, question: Question, value: object) -> bool:
    if question.kind in NUMERIC:
        figures = value.values() if question.by and isinstance(value, Mapping) else [value]
        return all(isinstance(figure, Decimal) and figure.is_finite() for figure in figures)
    if question.kind is Kind.MULTI_CHOICE:
        return isinstance(value, tuple) and all(key in question.option_labels for key in value)
    if question.kind is Kind.SCALE:
        return type(value) is int and value in questionnaire.level_words(question)
    if question.kind in (Kind.YES_NO, Kind.SINGLE_CHOICE):
        return isinstance(value, str) and value in choices(question)
    return isinstance(value, date if question.kind is Kind.DATE else str)


# --- from answers -------------------------------------------------------------------------------------------


class Writer:
    """Columns in the making: answers come in any order, those of one question find their codes."""

    def __init__(self, questionnaire: Questionnaire, names: Iterable[Hashable]) -> None:
        self.questionnaire = questionnaire
        self.names = tuple(names)
        self.books: dict[str, dict[Hashable, int]] = {}
        self.answers: dict[str, list[Answer]] = {}
        self.codes: dict[str, list[int]] = {}
        self.problems: dict[int, list[Problem]] = {}

    def code(self, key: str, answer: Answer) -> int:
        """The code of an answer in its question's column, a new one when it was not met before."""
        if key not in self.books:
            self.books[key] = {_told(UNANSWERED): 0}
            self.answers[key] = [UNANSWERED]
            self.codes[key] = [0] * len(self.names)
        book = self.books[key]
        told = _told(answer)
        found = book.get(told)
        if found is None:
            found = book[told] = len(book)
            self.answers[key].append(replace(answer, reason="", note=""))
        return found

    def put(self, index: int, key: str, answer: Answer) -> None:
        """What one assessment answers to one question."""
        self.codes[key][index] = self.code(key, answer)

    def refuse(self, index: int, problems: Iterable[Problem]) -> None:
        """Why something of one assessment could not be read."""
        self.problems.setdefault(index, []).extend(problems)

    def columns(self) -> Columns:
        """All that came in."""
        given = {}
        for key, answers in self.answers.items():
            # One more code than there are answers: whoever follows the route needs it for "not asked".
            codes = np.array(self.codes[key], np.min_scalar_type(len(answers)))
            given[key] = Column(tuple(answers), codes)
        problems = {index: tuple(found) for index, found in sorted(self.problems.items())}
        return Columns(self.questionnaire, self.names, given, problems)


def _told(answer: Answer) -> Hashable:
    """What tells an answer from every other: 1 is neither True nor 1.0, and £1.50 is not £1.5."""
    value = answer.value
    exact = value if type(value) in (int, str) else repr(value)
    return answer.state, type(value), exact, answer.evidence


def encoded(questionnaire: Questionnaire, assessments: Mapping[Any, Mapping[str, Answer]]) -> Columns:
    """Typed answers as columns.

    Args:
        questionnaire: what all of them answered.
        assessments: name -> answers by question key.

    Returns:
        Columns in the order of `assessments`. A key that the questionnaire does not ask, and what is no
        answer at all, is named in `problems`; a value that does not fit is left to scoring, as it matters
        only where its question is asked.
    """
    writer = Writer(questionnaire, assessments)
    for index, answers in enumerate(assessments.values()):
        for key, answer in answers.items():
            problem = _unusable(questionnaire, key, answer)
            if problem is None:
                writer.put(index, key, answer)
            else:
                writer.refuse(index, [problem])
    return writer.columns()


def _unusable(questionnaire: Questionnaire, key: object, answer: object) -> Problem | None:
    if key not in questionnaire.questions:
        return unknown_key(questionnaire, key)
    if not isinstance(answer, Answer):
        return Problem(str(key), f"{answer!r} is not an answer. Make one with its state and its value.")
    state: object = answer.state
    grade: object = answer.evidence
    if not isinstance(state, State) or not isinstance(grade, Evidence):
        words = f"{state!r} with {grade!r} is not a state with a grade of evidence."
        return Problem(str(key), f"{words} Use State and Evidence.")
    return None


def encoded_json(questionnaire: Questionnaire, assessments: Mapping[Any, object]) -> Columns:
    """Answers as JSON holds them (`answers_from_json`) as columns; each distinct answer is read once.

    Args:
        questionnaire: what all of them answered.
        assessments: name -> `{"answers": {KEY: {...}}}`.

    Returns:
        Columns in the order of `assessments`, everything that cannot be read named in `problems`.
    """
    writer = Writer(questionnaire, assessments)
    read: dict[tuple[str, str], int | Problems] = {}
    for index, record in enumerate(assessments.values()):
        answers = record.get("answers") if isinstance(record, Mapping) else None
        if not isinstance(answers, Mapping):
            form = '{"answers": {"ECO-01": {"state": "answered", "value": 3}}}'
            writer.refuse(index, [Problem("answers", f"There are no answers here. Write {form}.")])
            continue
        for key, content in answers.items():
            told = (str(key), repr(content))
            if told not in read:
                found = answer_at(questionnaire, told[0], content)
                read[told] = writer.code(told[0], found) if isinstance(found, Answer) else found
            _keep(writer, index, told[0], read[told])
    return writer.columns()


def _keep(writer: Writer, index: int, key: str, found: int | Problems) -> None:
    if isinstance(found, int):
        writer.codes[key][index] = found
    else:
        writer.refuse(index, found)
