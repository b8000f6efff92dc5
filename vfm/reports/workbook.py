"""Excel workbooks and CSV files: sheets of plain values in, bytes out; figures exact, texts never formulas.

The room's rule: nothing is rounded or worked out here. Text is written as text, whatever it begins with.
"""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Cell = str | int | float | Decimal | date | None
WIDEST = 70
"""Characters of the widest column."""
A4 = 9
"""Excel's number for the paper; printed, a sheet is one page wide and repeats its headings."""
LONGEST_TEXT = 32_767
"""Characters Excel takes in one cell."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One sheet: its name, its headings and its rows.

    Attributes:
        name: at most 31 characters.
        widest: characters of the widest column; longer texts run over several lines.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widest: int = WIDEST


class ExactFigure(float):
    """A float that is written with every digit it has: the writer's own format stops at sixteen."""

    def __format__(self, _specification: str) -> str:
        return repr(float(self))


def workbook(sheets: Sequence[Rows], *, title: str) -> bytes:
    """An Excel workbook with these sheets, headings frozen and filterable."""
    import xlsxwriter  # heavy: only who asks for a workbook waits for it

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    book.set_properties({"title": title})
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    figure = book.add_format({"valign": "top"})
    day = book.add_format({"num_format": "d mmmm yyyy", "valign": "top", "align": "left"})
    for rows in sheets:
        sheet = book.add_worksheet(rows.name[:31])
        for column, words in enumerate(rows.columns):
            sheet.write_string(0, column, words, heading)
            sheet.set_column(column, column, _width(rows, column))
        for number, row in enumerate(rows.rows, start=1):
            for column, cell in enumerate(row):
                _write(sheet, number, column, cell, text, figure, day)
        sheet.freeze_panes(1, 1)
        sheet.set_paper(A4)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(1, len(rows.rows)), len(rows.columns) - 1)
    book.close()
    return made.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, text: Any, figure: Any, day: Any) -> None:
    match cell:
        case None:
            sheet.write_blank(row, column, None, figure)
        case bool() | str():
            sheet.write_string(row, column, str(cell)[:LONGEST_TEXT], text)
        case datetime():
            sheet.write_string(row, column, cell.isoformat(), text)
        case date():
            sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
        case _:
            sheet.write_number(row, column, ExactFigure(cell), figure)


def _width(rows: Rows, column: int) -> int:
    cells = (str(row[column]) for row in rows.rows if row[column] is not None)
    longest = max((len(line) for cell in cells for line in cell.splitlines()), default=0)
    return min(rows.widest, max(12, len(rows.columns[column]) // 2, longest) + 1)


def csv_file(rows: Rows) -> bytes:
    """A CSV file that spreadsheets open with its letters right; a text like a formula gets a quote."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(rows.columns)
    writer.writerows([_in_csv(cell) for cell in row] for row in rows.rows)
    return made.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case float():
            return repr(cell) if math.isfinite(cell) else ""
        case str():
            return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
    return str(cell)
