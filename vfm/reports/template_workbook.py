"""A template as an Excel workbook to be designed in Excel; `vfm.gateways.template_workbooks` reads it back.

The room's rule: nothing is lost and nothing runs. Every text is written as text, whatever it begins with; a
text that no cell can hold is refused.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from vfm.errors import Invalid, Problem
from vfm.questionnaires import layout
from vfm.questionnaires.cells import Cell
from vfm.questionnaires.layout import LAYOUTS, Column, Layout
from vfm.questionnaires.schema import Question, Questionnaire, Section
from vfm.questionnaires.translations import stray, texts
from vfm.reports.workbook import LONGEST_TEXT, ExactFigure

Row = Sequence[Cell]
SPARE = 500
"""Rows under the last one that still have drop-downs."""
READING = """
This workbook is an assessment template. Change it in Excel, save it as .xlsx and import it, or convert it
with: vfm template convert template.xlsx template.yaml

Keep the names of the sheets and the headings; columns may change places. Do not merge cells, and write
values, not formulas. Keep remarks elsewhere: a column that is not listed here is refused.

A cell for several texts has one a line: press Alt and Enter for the next line.

Points that are no decimal are written as a fraction, such as 100/3.

A condition is written so: ECO-03 in (above_median, highest_quarter) and not (PRO-01 answered). It joins
comparisons with and, or, not and brackets. A comparison is a question's key, then equals, in, at least, at
most, greater than, less than, contains, answered or not answered, then a number, an option's key, a date
such as 2026-03-05, or: the answer to PRO-03. Any other text stands in double quotes.

A calculation is written so: (K3-01 - K1-01) / K1-01 * 100. A minus between keys has a blank on both sides.

When the workbook is imported, everything wrong is listed at once with its sheet and cell, and nothing is
taken in until it is put right.
"""


def template_workbook(questionnaire: Questionnaire) -> bytes:
    """The questionnaire as a workbook: a sheet for each of `LAYOUTS`, drop-downs, and a sheet that explains.

    Raises:
        Invalid: a text is too long for a cell of Excel; every one is named.
    """
    import xlsxwriter  # heavy: only who asks for a workbook waits for it

    tables = {one.name: [*_rows(one, questionnaire)] for one in LAYOUTS}
    _assert_short(tables)
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": questionnaire.title[:255]})
    looks = _looks(book)
    _write_readme(book.add_worksheet(layout.README), looks)
    for one in LAYOUTS:
        _write_sheet(book.add_worksheet(one.name), one, tables[one.name], looks)
    book.get_worksheet_by_name(layout.TEMPLATE).activate()
    book.close()
    return made.getvalue()


# --- what stands in the rows --------------------------------------------------------------------------------


def _rows(one: Layout, questionnaire: Questionnaire) -> Iterator[Row]:
    """The rows under the headings of one sheet."""
    if one.name == layout.TEMPLATE:
        for column in layout.FIELDS:
            yield column.heading, column.form.write(_at(questionnaire, column.field)), column.help
    else:
        for values in ROWS[one.name](questionnaire):
            yield [column.form.write(_found(values, column.field)) for column in one.columns]


def _found(values: Mapping[str, Any], field: str) -> Any:
    """A row's value for a column: given under its name, else a field of the thing the row is about."""
    return values[field] if field in values else _at(values["of"], field)


def _at(holder: Any, field: str) -> Any:
    """What stands in a field, dotted where it stands deeper; None under something that is not there."""
    for step in field.split("."):
        if isinstance(holder, Mapping):
            holder = holder.get(step)
        elif holder is not None:
            holder = getattr(holder, "schema_" if step == "schema" else step)
    return () if holder is None and field in TEXTS else holder


NOTHING = ((None, ""),)
"""One row that only says to what nothing belongs: a table that is there and empty."""
TEXTS = ("scope.inside", "scope.outside", "rule_table.statuses")
"""Fields of several texts under something that may not be there."""


def _walked(questionnaire: Questionnaire) -> list[Section]:
    """Every section at any depth, in reading order."""
    return [section for top in questionnaire.sections for section in top.walk()]


def _sections(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    inside = {child.key: section.key for section in _walked(questionnaire) for child in section.sections}
    for section in _walked(questionnaire):
        yield {"of": section, "inside": inside.get(section.key)}


def _questions(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for section in _walked(questionnaire):
        for question in section.questions:
            yield {"of": question, "section": section.key}


def _pilot(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for question in questionnaire.pilot_feedback.overall:
        yield {"of": question}


def _every(questionnaire: Questionnaire) -> list[Question]:
    asked = [question for section in _walked(questionnaire) for question in section.questions]
    return [*asked, *questionnaire.pilot_feedback.overall]


def _options(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for question in _every(questionnaire):
        for option in question.options:
            yield {"of": option, "question": question.key}


def _levels(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for question in _every(questionnaire):
        if question.levels is not None:
            for level, words in question.levels.items() or NOTHING:
                yield {"question": question.key, "level": level, "words": words}


def _scales(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for name, scale in questionnaire.scales.items():
        for level, words in scale.levels.items():
            points = (scale.points or {}).get(level)
            yield {"scale": name, "level": level, "name": words, "points": points}


def _parts(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for name, parts in questionnaire.parts.items():
        for key, words in parts.items() or NOTHING:
            yield {"set": name, "key": key, "words": words}


def _bands(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for band in questionnaire.bands:
        yield {"of": band}


def _checks(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for check in questionnaire.checks:
        yield {"of": check}


def _caps(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for section in _walked(questionnaire):
        for cap in section.caps:
            yield {"of": cap, "section": section.key}


def _lists(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for section in _walked(questionnaire):
        if section.rule_table is not None:
            for name, keys in section.rule_table.lists.items():
                yield {"section": section.key, "list": name, "questions": keys}


def _rule_rows(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for section in _walked(questionnaire):
        if section.rule_table is not None:
            for row in section.rule_table.rows:
                yield {"of": row, "section": section.key}


def _grades(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    for grade, words in questionnaire.evidence_grades.items():
        yield {"grade": grade, "words": words}


def _translations(questionnaire: Questionnaire) -> Iterator[dict[str, Any]]:
    """Every text of a language that has some, so that the rest can be filled in; then what fits none."""
    english = texts(questionnaire)
    for language, given in questionnaire.translations.items():
        for text in english:
            words = given.get(text.place, "")
            yield {"language": language, "place": text.place, "english": text.english, "words": words}
        for place in stray(questionnaire, language):
            yield {"language": language, "place": place, "english": "", "words": given[place]}


ROWS = {
    layout.SECTIONS: _sections,
    layout.QUESTIONS: _questions,
    layout.OPTIONS: _options,
    layout.SCALES: _scales,
    layout.LEVELS: _levels,
    layout.PARTS: _parts,
    layout.BANDS: _bands,
    layout.CHECKS: _checks,
    layout.CAPS: _caps,
    layout.LISTS: _lists,
    layout.ROWS: _rule_rows,
    layout.GRADES: _grades,
    layout.PILOT: _pilot,
    layout.TRANSLATIONS: _translations,
}
"""Sheet -> what gives its rows."""


def _assert_short(tables: Mapping[str, Sequence[Row]]) -> None:
    from xlsxwriter.utility import xl_rowcol_to_cell

    found = [
        Problem(
            f"{name}!{xl_rowcol_to_cell(number, column)}",
            f"This text has {_length(cell):,} characters; a cell takes {LONGEST_TEXT:,}. Shorten it.",
        )
        for name, rows in tables.items()
        for number, row in enumerate(rows, 1)
        for column, cell in enumerate(row)
        if _length(cell) > LONGEST_TEXT
    ]
    if found:
        raise Invalid(found)


def _length(cell: Cell) -> int:
    """Characters as Excel counts them: one beyond the first plane is two."""
    return len(cell.encode("utf-16-le", "surrogatepass")) // 2 if isinstance(cell, str) else 0


# --- how it looks -----------------------------------------------------------------------------------------


class _Looks(NamedTuple):
    """The formats of one workbook; a cell for text is of Excel's format text, so that what is typed stays."""

    heading: Any
    text: Any
    figure: Any
    prose: Any


def _looks(book: Any) -> _Looks:
    top = {"valign": "top", "text_wrap": True}
    return _Looks(
        heading=book.add_format({**top, "bold": True, "bottom": 1, "bg_color": "#F3F2F1"}),
        text=book.add_format({**top, "num_format": "@"}),
        figure=book.add_format({"valign": "top"}),
        prose=book.add_format(top),
    )


def _write_readme(sheet: Any, looks: _Looks) -> None:
    """What to know before changing anything, then every sheet and column in words."""
    sheet.set_column(0, 1, 24, looks.prose)
    sheet.set_column(2, 2, 90, looks.prose)
    lines: list[tuple[str, str, str]] = [("", "", " ".join(words.split())) for words in READING.split("\n\n")]
    for one in LAYOUTS:
        lines.append((one.name, "", one.about))
        columns = layout.FIELDS if one.name == layout.TEMPLATE else one.columns
        lines += [("", column.heading, _explained(column)) for column in columns]
    for column, words in enumerate(("Sheet", "Column", "What to write")):
        sheet.write_string(0, column, words, looks.heading)
    for number, line in enumerate(lines, 1):
        for column, words in enumerate(line):
            sheet.write_string(number, column, words, looks.prose)
    sheet.freeze_panes(1, 0)


def _explained(column: Column) -> str:
    words = column.help if column.help.endswith(".") else f"{column.help}."
    choices = f" One of: {', '.join(column.form.choices)}." if len(column.form.choices) > 2 else ""
    return f"{words}{choices}{' Needed.' if column.is_needed else ''}"


def _write_sheet(sheet: Any, one: Layout, rows: Sequence[Row], looks: _Looks) -> None:
    for number, column in enumerate(one.columns):
        look = looks.figure if column.form.is_figure else looks.text
        sheet.set_column(number, number, column.width, look)
        sheet.write_string(0, number, column.heading, looks.heading)
        if one.name != layout.TEMPLATE:
            _offer(sheet, column, (1, number, len(rows) + SPARE, number))
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            _write(sheet, number, place, cell, looks)
    if one.name == layout.TEMPLATE:
        for number, field in enumerate(layout.FIELDS, 1):
            _offer(sheet, field, (number, 1, number, 1))
    sheet.freeze_panes(1, one.held)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _write(sheet: Any, row: int, column: int, cell: Cell, looks: _Looks) -> None:
    if isinstance(cell, str):
        if cell:
            sheet.write_string(row, column, cell, looks.text)
    else:
        figure = ExactFigure(cell) if isinstance(cell, float) else cell
        sheet.write_number(row, column, figure, looks.figure)


def _offer(sheet: Any, column: Column, cells: tuple[int, int, int, int]) -> None:
    """A drop-down: only these words where the list is closed, a warning where a new key may be meant."""
    if column.form.choices:
        sheet.data_validation(
            *cells,
            {
                "validate": "list",
                "source": list(column.form.choices),
                "error_title": column.heading,
                "error_message": "Choose from the list, or leave the cell blank.",
            },
        )
    elif column.names:
        sheet.data_validation(
            *cells,
            {
                "validate": "list",
                "source": _keys_of(column.names),
                "error_type": "warning",
                "error_title": column.heading,
                "error_message": f"This key is not in the sheet {column.names} yet.",
            },
        )


def _keys_of(name: str) -> str:
    """Where the keys of a sheet stand, as Excel names a range."""
    one = layout.BY_NAME[name]
    letter = "ABCDEFGHIJ"[[column.heading for column in one.columns].index(one.key)]
    return f"='{name}'!${letter}$2:${letter}$5000"
