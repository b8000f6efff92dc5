"""Where everything stands in a workbook of answers: one table that its writer and its reader share.

Pure. A workbook has one sheet to fill in, with a row for each question, and one more for each option of a
multiple choice and each part of a figure; a hidden sheet says whose it is and which answers it was made from.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from vfm.questionnaires.answers import STATE_WORDS, State, grade_words
from vfm.questionnaires.kinds import KINDS, choices
from vfm.questionnaires.pages import pages
from vfm.questionnaires.schema import Kind, Question, Questionnaire

FORM = "vfm-answers/1"
GUIDE, SHEET, LISTS, MARKS = "Start here", "Questions", "Lists", "vfm"
HEADING_ROW = 4
"""Row of the headings, from 1; the rows above say whose workbook it is and how far it has come."""
BELOW = "Answer in the rows below"
"""In the answer cell of a question whose options or parts have rows of their own."""
TICK = "Yes"
TICKED = ("yes", "x", "✓", "✔", "true", "1")
NOT_TICKED = ("", "no", "false", "0")


class Column(NamedTuple):
    """One column of the sheet: its letter, heading, width in characters."""

    letter: str
    heading: str
    width: int


KEY = Column("A", "Question", 11)
WORDS = Column("B", "What is asked", 46)
CHOICES = Column("C", "How to answer", 42)
ANSWER = Column("D", "Answer", 30)
STATE = Column("E", "Or say", 16)
REASON = Column("F", "Why it does not apply", 22)
GRADE = Column("G", "Evidence", 17)
NOTE = Column("H", "Note", 26)
BESIDE = Column("I", "Last time, and published figures", 32)
PROGRESS = Column("J", "Where it stands", 13)
LOOK = Column("K", "To look at", 26)
COLUMNS = (KEY, WORDS, CHOICES, ANSWER, STATE, REASON, GRADE, NOTE, BESIDE, PROGRESS, LOOK)
ASKED, AMOUNT = "L", "M"
"""Hidden columns for routing and checks: whether a row is asked, and what its answer amounts to."""
TYPED_INTO = (ANSWER, STATE, REASON, GRADE, NOTE)


class LineKind(StrEnum):
    """What a row of the sheet is for."""

    SECTION = "section"
    QUESTION = "question"
    OPTION = "option"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet.

    Attributes:
        number: of the row, from 1.
        kind: what it is for.
        mark: what stands in its first cell, by which a reader finds it again.
        key: of the question, or of the section over its questions.
        part: of an option or a part, blank on other rows.
        words: the title, question, option or part in words.
    """

    number: int
    kind: LineKind
    mark: str
    key: str
    part: str
    words: str


def lines(questionnaire: Questionnaire, keys: Collection[str]) -> tuple[Line, ...]:
    """The rows under the headings for the questions of these keys, sections without any left out."""
    found: list[tuple[LineKind, str, str, str, str]] = []
    for page in pages(questionnaire):
        asked = [question for question in page.section.questions if question.key in keys]
        if asked:
            found.append((LineKind.SECTION, f"§ {page.key}", page.key, "", page.title))
        for question in asked:
            found.append((LineKind.QUESTION, question.key, question.key, "", question.text))
            kind = LineKind.OPTION if question.kind is Kind.MULTI_CHOICE else LineKind.PART
            found += [
                (kind, f"{question.key}.{part}", question.key, part, words)
                for part, words in inside(questionnaire, question).items()
            ]
    return tuple(Line(number, *one) for number, one in enumerate(found, HEADING_ROW + 1))


def inside(questionnaire: Questionnaire, question: Question) -> dict[str, str]:
    """Key -> words of what has a row of its own under the question; empty for a question of one row."""
    if question.kind is Kind.MULTI_CHOICE:
        return question.option_labels
    return questionnaire.parts_of(question)


def offered(questionnaire: Questionnaire, question: Question) -> dict[str, str]:
    """What the drop-down of an answer offers -> the value it stands for; empty without a drop-down.

    Two options with the same words are told apart by their keys.
    """
    if question.kind is Kind.SCALE:
        rule = KINDS[question.kind]
        levels = questionnaire.level_words(question)
        return {rule.in_words(questionnaire, question, level): str(level) for level in levels}
    if question.kind is Kind.MULTI_CHOICE:
        return {}
    pairs = choices(question)
    words = [label.casefold() for label in pairs.values()]
    return {
        label if words.count(label.casefold()) == 1 else f"{label} ({key})": key
        for key, label in pairs.items()
    }


def states_offered(question: Question) -> dict[str, State]:
    """What can be said instead of an answer, in words -> state."""
    states = (State.DONT_KNOW, State.NOT_APPLICABLE) if question.allows_na else (State.DONT_KNOW,)
    return {STATE_WORDS[state]: state for state in states}


def grades_offered(questionnaire: Questionnaire) -> dict[str, str]:
    """Evidence grade in words -> the grade."""
    return {words: grade.value for grade, words in grade_words(questionnaire).items()}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a workbook was made from.

    Attributes:
        assessment_id: whose answers.
        version: content hash of what is asked.
        service, cycle: in words, for a reader who uploads it in the wrong place.
        seen: question key -> the mark of the answer that stood there.
    """

    assessment_id: int
    version: str
    service: str
    cycle: str
    seen: Mapping[str, str]

    def rows(self) -> list[tuple[str, str]]:
        """The hidden sheet, row by row."""
        return [
            ("form", FORM),
            ("assessment", str(self.assessment_id)),
            ("version", self.version),
            ("service", self.service),
            ("cycle", self.cycle),
            ("digest", self.digest),
            *self.seen.items(),
        ]

    @property
    def digest(self) -> str:
        """Tells whether the hidden sheet is as it was written."""
        whole = [self.assessment_id, self.version, self.service, self.cycle, *self.seen.items()]
        return hashlib.blake2b(json.dumps([FORM, *whole]).encode(), digest_size=16).hexdigest()


ORIGIN_ROWS = ("form", "assessment", "version", "service", "cycle", "digest")


def origin(rows: list[tuple[str, str]]) -> Origin | None:
    """What `Origin.rows` wrote; None when it is not so written, or was changed since."""
    named = dict(rows[: len(ORIGIN_ROWS)])
    if tuple(named) != ORIGIN_ROWS or named["form"] != FORM or not named["assessment"].isdecimal():
        return None
    found = Origin(
        int(named["assessment"]),
        named["version"],
        named["service"],
        named["cycle"],
        dict(rows[len(ORIGIN_ROWS) :]),
    )
    return found if found.digest == named["digest"] else None
