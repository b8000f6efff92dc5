"""A questionnaire to read before starting, on paper or on screen: as a Word document and as an Excel sheet.

The room's rule: values in, bytes out. A respondents' copy says nothing of weights; one made with shares does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from vfm.questionnaires.answers import grade_words
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.pages import Page, pages
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.wording import counted
from vfm.reports import guidance
from vfm.reports.guidance import Block
from vfm.reports.result import exact, one_place
from vfm.reports.word_documents import add, blank, content, enlist, fit, numbered, style_id
from vfm.reports.workbook import Cell, Rows, workbook

if TYPE_CHECKING:
    from docx.document import Document

HOW: dict[Kind, str] = {
    Kind.SCALE: "Choose one level",
    Kind.YES_NO: "Yes or no",
    Kind.SINGLE_CHOICE: "Choose one",
    Kind.MULTI_CHOICE: "Tick all that apply",
    Kind.NUMBER: "A number",
    Kind.MONEY: "An amount in pounds",
    Kind.PERCENT: "A percentage",
    Kind.DATE: "A date",
    Kind.TEXT: "In words",
    Kind.EVIDENCE: "Documents or links, one a line",
}
"""Kind of question -> how it is answered."""
LINES: dict[Kind, int] = {Kind.TEXT: 6, Kind.EVIDENCE: 4}
"""Kind of question -> blank lines to write on; one for the rest."""
FEW_WORDS, FEW_LINES = 50, 3
"""A text of at most so many words gets so many lines."""


@dataclass(frozen=True, slots=True)
class ReadingCopy:
    """What a copy is made of.

    Attributes:
        about: (words, value) lines under the title: service, cycle, due date, version.
        council: whose copy it is.
        made_at: when, for the document's properties.
        shares: question or section key -> share of the overall in [0, 1], for the core team's copy; None
            keeps every weight out of it.
    """

    questionnaire: Questionnaire
    about: tuple[tuple[str, str], ...]
    council: str
    made_at: datetime
    shares: Mapping[str, float] | None = None


# --- what both say ------------------------------------------------------------------------------------------


def how(question: Question) -> str:
    """How a question is answered: `A number in FTE`, `In words, at most 120 words`."""
    limit = f", at most {counted(question.max_words, 'word')}" if question.max_words else ""
    least = f", at least {counted(question.min_items, 'item')}" if question.min_items else ""
    unit = question.unit.removeprefix("GBP").strip()
    inside = unit if question.kind is Kind.MONEY else f"in {unit}"
    return f"{HOW[question.kind]}{f' {inside}' if unit else ''}{limit}{least}"


def offered(questionnaire: Questionnaire, question: Question) -> tuple[tuple[str, str], ...]:
    """What can be picked: (level number or "", words); empty for a question answered in figures or words."""
    if question.kind is Kind.SCALE:
        return tuple((str(level), words) for level, words in questionnaire.level_words(question).items())
    alone = {option.key for option in question.options if option.exclusive}
    return tuple(
        ("", f"{words} (chosen alone)" if key in alone else words) for key, words in choices(question).items()
    )


def _asked_when(questionnaire: Questionnaire, question: Question) -> str:
    return in_words(question.show_if, questionnaire) if question.show_if else ""


# --- Excel --------------------------------------------------------------------------------------------------

COLUMNS = (
    "Section", "Key", "Question", "Guidance", "How to answer", "Answers to choose from", "Asked only when",
    "Must be answered",
)  # fmt: skip
WEIGHT_COLUMNS = ("Weight", "Share of the overall")
READING_WIDTH = 36
"""Characters of the widest column: so that a printed sheet is one page wide and can still be read."""


def excel(copy: ReadingCopy) -> bytes:
    """A workbook to read: one row a question, and a sheet that says what it is."""
    made = [_row(copy, page, question) for page in pages(copy.questionnaire) for question in _on(page)]
    columns = COLUMNS if copy.shares is None else (*COLUMNS, *WEIGHT_COLUMNS)
    about = (("Template", copy.questionnaire.title), *copy.about, ("Council", copy.council))
    guide = guidance.plain(copy.questionnaire.guidance)
    return workbook(
        [
            Rows("Questions", columns, tuple(made), widest=READING_WIDTH),
            Rows("About", ("What", "Words"), (*about, *([("How to answer", guide)] if guide else []))),
        ],
        title=copy.questionnaire.title,
    )


def _on(page: Page) -> tuple[Question, ...]:
    return page.section.questions


def _row(copy: ReadingCopy, page: Page, question: Question) -> tuple[Cell, ...]:
    questionnaire = copy.questionnaire
    picks = [f"{number}: {words}" if number else words for number, words in offered(questionnaire, question)]
    parts = questionnaire.parts_of(question).values()
    row: tuple[Cell, ...] = (
        page.title,
        question.key,
        question.text,
        guidance.plain(question.help) or None,
        f"{how(question)}, for each part" if parts else how(question),
        "\n".join([*picks, *parts]) or None,
        _asked_when(questionnaire, question) or None,
        "Yes" if question.required else "No",
    )
    return row if copy.shares is None else (*row, question.weight, copy.shares.get(question.key))


# --- Word ---------------------------------------------------------------------------------------------------


def word(copy: ReadingCopy) -> bytes:
    """A Word document on A4: headings for its sections, words in bold for its questions, room for answers."""
    document = blank(copy.questionnaire.title, copy.council, copy.made_at)
    _front(document, copy)
    for page in pages(copy.questionnaire):
        _section(document, copy, page)
    _keep_together(document)
    return content(document)


def _front(document: "Document", copy: ReadingCopy) -> None:
    questionnaire = copy.questionnaire
    add(document, questionnaire.title, "Title")
    add(document, copy.council, "Subtitle")
    for words, value in copy.about:
        add(document, f"{words}: {value}")
    copy_words = "This copy is for reading and for talking it through. Answers are given on the site."
    add(document, copy_words)
    if questionnaire.guidance.strip():
        add(document, "How to answer", "Heading 1")
        _guidance(document, questionnaire.guidance)
    if any(question.is_scored for question in questionnaire.questions.values()):
        add(document, "Evidence", "Heading 1")
        add(document, "Beside each answer on a scale you say how well it is evidenced:")
        for grade in grade_words(questionnaire).values():
            add(document, grade, "List Bullet")
    add(document, "Sections", "Heading 1")
    for page in pages(questionnaire):
        count = counted(len(page.section.questions), "question")
        add(document, f"{page.number}. {page.title}: {count}", "Guidance")


def _section(document: "Document", copy: ReadingCopy, page: Page) -> None:
    section = page.section
    add(document, f"{page.number}. {page.title}", "Heading 1")
    if copy.shares is not None and page.key in copy.shares:
        share = one_place(100 * copy.shares[page.key])
        add(document, f"Weight {exact(section.weight)}, {share}% of the overall.", "Weights")
    if section.purpose:
        add(document, section.purpose)
    if section.hypothesis:
        add(document, f"To test: {section.hypothesis}")
    for question in section.questions:
        _question(document, copy, question)


def _keep_together(document: "Document") -> None:
    """No page ends inside a question, nor between a section's opening and its first question."""
    has_question = False
    for here, following in pairwise(document.paragraphs):
        style, next_style = style_id(here), style_id(following)
        has_question = style != "Heading1" and (has_question or style == "Question")
        begins = next_style == "Heading1" or (next_style == "Question" and has_question)
        here.paragraph_format.keep_with_next = None if begins else True


def _question(document: "Document", copy: ReadingCopy, question: Question) -> None:
    questionnaire = copy.questionnaire
    asked = add(document, "", "Question")
    asked.add_run(fit(f"{question.key}  "), "Question key")
    asked.add_run(fit(question.text))
    must = "Must be answered" if question.required else "May be left blank"
    add(document, f"{how(question)}. {must}.", "How to answer")
    if when := _asked_when(questionnaire, question):
        add(document, f"Asked only when {when}.", "Routing")
    if question.derived is not None:
        add(document, "Worked out from other answers; enter a figure only to correct it.", "Routing")
    if copy.shares is not None and question.is_scored:
        add(document, _weight_words(questionnaire, question, copy.shares), "Weights")
    _guidance(document, question.help)
    _room(document, questionnaire, question)


def _weight_words(questionnaire: Questionnaire, question: Question, shares: Mapping[str, float]) -> str:
    share = shares.get(question.key)
    counts = "" if share is None else f", {one_place(100 * share)}% of the overall"
    worth = questionnaire.points_of(question)
    names = choices(question)
    points = ", ".join(f"{names.get(str(value), value)} = {one_place(worth[value])}" for value in worth)
    return f"Weight {exact(question.weight)}{counts}. Points: {points}."


def _room(document: "Document", questionnaire: Questionnaire, question: Question) -> None:
    """Where the answer goes: boxes to tick, or lines to write on; then what may be said instead of one."""
    for number, words in offered(questionnaire, question):
        line = add(document, "", "Tick box")
        if number:
            line.add_run(f"{number}  ").bold = True
        line.add_run(fit(words))
    if not offered(questionnaire, question):
        blank = "\n" * _lines(question)
        for part in questionnaire.parts_of(question).values() or ("Answer",):
            add(document, f"{part}:{blank}", "Answer space")
    add(document, "We don't know yet", "Tick box")
    if question.allows_na:
        add(document, "Does not apply to us, because:", "Tick box")
    if question.is_scored:
        add(document, "Evidence and notes:\n", "Answer space")


def _lines(question: Question) -> int:
    is_short = question.max_words is not None and question.max_words <= FEW_WORDS
    return FEW_LINES if is_short else LINES.get(question.kind, 1)


def _guidance(document: "Document", text: str) -> None:
    numbers = 0
    for block in guidance.blocks(text):
        if block.number == 1 and block.kind == "number":
            numbers = numbered(document, "decimal", "%1.")
        _block(document, block, numbers)


def _block(document: "Document", block: Block, numbers: int) -> None:
    paragraph = add(document, "", "List Bullet" if block.kind == "bullet" else "Guidance")
    for run in block.runs:
        made = paragraph.add_run(fit(run.words))
        made.bold, made.italic = run.is_bold or None, run.is_italic or None
    if block.kind == "number":
        enlist(paragraph.paragraph_format.element, numbers)
