"""One result as a Word document: the whole first, each section down to its answers, then the working."""

from typing import TYPE_CHECKING

from vfm.reports import result as say
from vfm.reports import result_tables as tables
from vfm.reports.result import SectionLine
from vfm.reports.result_copy import ResultCopy
from vfm.reports.result_tables import Grid
from vfm.reports.result_working import FIGURES, list_words, sum_words
from vfm.reports.word_documents import add, blank, content, fitted_table

if TYPE_CHECKING:
    from docx.document import Document


def word(copy: ResultCopy) -> bytes:
    """A Word document on A4, each table with a header row and words that say what it holds."""
    document = blank(copy.title, copy.council, copy.made_at)
    add(document, copy.title, "Title")
    add(document, copy.council, "Subtitle")
    add(document, copy.sentence)
    _table(document, tables.about_grid(copy))
    _whole(document, copy)
    add(document, "Section by section, down to each answer", "Heading 1")
    for words in tables.adding_up(copy):
        add(document, words)
    for line in copy.sheet.sections:
        _section(document, line)
    _apart(document, copy)
    _working(document, copy)
    add(document, "Exact figures", "Heading 1")
    _table(document, tables.exact_grid(copy))
    add(document, "Exact figures of each question", "Heading 2")
    _table(document, tables.exact_question_grid(copy))
    return content(document)


def _table(document: "Document", grid: Grid | None) -> None:
    if grid is not None:
        fitted_table(document, grid.about, grid.heads, grid.rows, grid.widths, grid.numbers)


def _whole(document: "Document", copy: ResultCopy) -> None:
    add(document, "The whole", "Heading 1")
    _table(document, tables.fact_grid(copy))
    add(document, "Profile by section", "Heading 1")
    _table(document, tables.profile_grid(copy))
    for block in tables.ways(copy):
        add(document, block.title, "Heading 1")
        for sentence in block.sentences:
            add(document, sentence)
        _table(document, block.grid)


def _section(document: "Document", line: SectionLine) -> None:
    add(document, f"{line.title}: {line.words}" if line.is_scored else line.title, "Heading 2")
    if line.is_scored:
        add(document, tables.section_facts(line))
    for cap in line.caps:
        add(document, say.cap_words(cap))
    _table(document, tables.answers_grid(line))
    if (told := tables.told_grid(line)) is not None:
        heading = add(document, "Answers that earn no points", "Beside an answer")
        heading.paragraph_format.keep_with_next = True
        _table(document, told)


def _apart(document: "Document", copy: ResultCopy) -> None:
    if copy.sheet.apart:
        add(document, "Questions that earn nothing", "Heading 1")
    for one in copy.sheet.apart:
        add(document, one.title, "Heading 2")
        add(document, one.effect)
        _table(document, tables.apart_grid(one))


def _working(document: "Document", copy: ResultCopy) -> None:
    add(document, "How each figure was worked out", "Heading 1")
    _table(document, tables.method_grid(copy))
    for one in copy.workings:
        title = copy.section_title(one.key)
        add(document, title, "Heading 2")
        for found in one.sums:
            add(document, f"{FIGURES[found.figure][0]}: {sum_words(found)}")
            if found.figure == "score":
                _table(document, tables.terms_grid(title, found))
        for statements in one.lists:
            add(document, f"{statements.name}: {list_words(statements)}")
