"""One assessment's answers to take away: as a Word document and as an Excel sheet, a row a question.

The room's rule: values in, bytes out. Nothing here tells of weights: a copy goes to whoever answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from vfm.questionnaires.answer_sheet import Line, SheetSection
from vfm.questionnaires.answers import STATE_WORDS, State, grade_words
from vfm.questionnaires.schema import Kind, Questionnaire
from vfm.reports.word_documents import add, blank, content, fit, table
from vfm.reports.workbook import Cell, Rows, workbook

if TYPE_CHECKING:
    from docx.document import Document


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one answer.

    Attributes:
        evidence: titles, with an address where there is one.
        by, at: who wrote the answer, and when, in words.
    """

    evidence: tuple[str, ...] = ()
    by: str = ""
    at: str = ""


NOTHING = Beside()


@dataclass(frozen=True, slots=True)
class AnswerCopy:
    """What a copy is made of.

    Attributes:
        about: (words, value) lines under the title: service, cycle, status.
        steps: (what was done, by whom, when, why) so far; why is empty where no reason was asked for.
        sections: every question, those off the route too; `beside`: question key -> what stands beside it.
        council: whose copy it is; made_at: when, for the document's properties.
    """

    questionnaire: Questionnaire
    about: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str, str, str], ...]
    sections: tuple[SheetSection, ...]
    beside: dict[str, Beside]
    council: str
    made_at: datetime

    @property
    def asked(self) -> tuple[SheetSection, ...]:
        """The questions on the route; a section without any is left out."""
        found = (
            SheetSection(one.page, tuple(line for line in one.lines if line.is_asked))
            for one in self.sections
        )
        return tuple(one for one in found if one.lines)

    def grade(self, line: Line) -> str:
        """The evidence grade of an answer in words; empty for one that has none."""
        is_graded = line.question.is_scored and line.answer.is_answered
        return grade_words(self.questionnaire)[line.answer.evidence] if is_graded else ""


STEP_HEADS = ("Step", "Who", "When", "Why")

# --- Excel --------------------------------------------------------------------------------------------------

COLUMNS = (
    "Key", "Section", "Question", "Answer", "Level", "State", "Reason", "Evidence grade", "Evidence", "Note",
    "Who", "When",
)  # fmt: skip


def excel(copy: AnswerCopy) -> bytes:
    """A workbook: one row a question, figures and dates as such; whose it is, and its steps, beside it."""
    rows = tuple(_row(copy, section, line) for section in copy.sections for line in section.lines)
    about = (("Template", copy.questionnaire.title), *copy.about, ("Council", copy.council))
    sheets = [Rows("Answers", COLUMNS, rows), Rows("About", ("What", "Words"), about)]
    if copy.steps:
        sheets.append(
            Rows("Steps", STEP_HEADS, tuple(tuple(cell or None for cell in one) for one in copy.steps))
        )
    return workbook(sheets, title=f"{copy.questionnaire.title}: answers")


def _row(copy: AnswerCopy, section: SheetSection, line: Line) -> tuple[Cell, ...]:
    beside = copy.beside.get(line.question.key, NOTHING)
    is_level = line.question.kind is Kind.SCALE and line.answer.is_answered
    return (
        line.question.key,
        section.page.title,
        line.question.text,
        _typed(line),
        line.answer.value if is_level and isinstance(line.answer.value, int) else None,
        _state(line),
        line.answer.reason or None,
        copy.grade(line) or None,
        "\n".join(beside.evidence) or None,
        line.answer.note or None,
        beside.by or None,
        beside.at or None,
    )


def _typed(line: Line) -> Cell:
    """A figure or a date as such, everything else in words; None where no value was given."""
    value = line.answer.value
    if not line.answer.is_answered:
        return None
    return value if isinstance(value, Decimal | date) else line.words


def _state(line: Line) -> str:
    state = line.answer.state if line.is_asked else State.OFF_ROUTE
    return STATE_WORDS.get(state, "Answered")


# --- Word ---------------------------------------------------------------------------------------------------


def word(copy: AnswerCopy) -> bytes:
    """A Word document on A4: a heading a section, a heading a question, the answer under it."""
    title = f"{copy.questionnaire.title}: answers"
    document = blank(title, copy.council, copy.made_at)
    add(document, title, "Title")
    add(document, copy.council, "Subtitle")
    for words, value in copy.about:
        add(document, f"{words}: {value}")
    if copy.steps:
        add(document, "Steps", "Heading 1")
        table(document, "The steps this assessment has taken", STEP_HEADS, copy.steps)
    for section in copy.asked:
        add(document, f"{section.page.number}. {section.page.title}", "Heading 1")
        for line in section.lines:
            _question(document, copy, line)
    return content(document)


def _question(document: "Document", copy: AnswerCopy, line: Line) -> None:
    heading = add(document, "", "Heading 2")
    heading.add_run(fit(f"{line.question.key}  "), "Question key")
    heading.add_run(fit(line.question.text))
    said = [add(document, words, "Answer") for words in line.words.splitlines() or [""]]
    said += [add(document, words, "Beside an answer") for words in beside_in_words(copy, line)]
    # A long answer may run on to the next page; what begins or ends one stays with its neighbour.
    for paragraph in {*said[:2], *said[-3:]} - {said[-1]}:
        paragraph.paragraph_format.keep_with_next = True


def beside_in_words(copy: AnswerCopy, line: Line) -> Iterator[str]:
    """What stands beside an answer, a sentence each: evidence, note, who and when."""
    beside = copy.beside.get(line.question.key, NOTHING)
    named = "; ".join(beside.evidence)
    if grade := copy.grade(line):
        yield f"Evidence: {grade}. {named}".strip()
    elif named:
        yield f"Evidence: {named}"
    if line.answer.note:
        yield f"Note: {line.answer.note}"
    if beside.by:
        yield f"{beside.by}, {beside.at}"
