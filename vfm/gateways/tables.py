"""Rows of a CSV or Excel file as text by column, with the place of each.

Reads and checks, changes nothing: what a cell holds is handed on as it would be typed. All problems of a file
are raised at once, each with file, line and column.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vfm.errors import Invalid, Problem
from vfm.gateways.spreadsheets import sheets
from vfm.questionnaires.source import decoded

MOST_ROWS = 50_000
MOST_BYTES = 20_000_000
"""Of a CSV file: as many rows, of figures with every digit."""
EXCEL = (".xlsx", ".xlsm")

NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
"""How a figure is written in a file: no commas, no signs."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row under the headings.

    Attributes:
        file: the name it came from.
        line: in the file, from 1; headings are line 1.
        cells: text by column, trimmed; an empty cell is an empty text.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def place(self, column: str) -> str:
        """Where a cell of this row is, in words a problem can start with."""
        return f"{self.file}:{self.line}: {column}"


def rows(raw: bytes, name: str, needed: Sequence[str]) -> list[Row]:
    """The rows of a file; empty ones are passed over.

    Args:
        raw: what the file holds; Excel where its name says so, else CSV in UTF-8.
        name: of the file, for the places of problems.
        needed: columns that must be there; the first of them comes first, filled and unique in each row.

    Raises:
        Invalid: every problem with the file, its headings and its first column.
    """
    lines = _excel(raw, name) if name.lower().endswith(EXCEL) else _csv(decoded(raw, name, MOST_BYTES), name)
    _, headings = next(lines, (1, []))
    found = _heading_problems(headings, name, needed)
    if found:
        raise Invalid(found)
    read = []
    for line, texts in lines:
        if len(texts) > len(headings):
            message = (
                f"This row has {len(texts)} cells under {len(headings)} headings. Quote cells with commas."
            )
            found.append(Problem(f"{name}:{line}", message))
        elif any(texts):
            read.append(
                Row(name, line, dict.fromkeys(headings, "") | dict(zip(headings, texts, strict=False)))
            )
        if len(read) > MOST_ROWS:
            raise Invalid(
                [Problem(f"{name}:{line}", f"There are more than {MOST_ROWS:,} rows. Split the file.")]
            )
    found += _key_problems(read, needed[0])
    if found:
        raise Invalid(found)
    return read


def _csv(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            yield reader.line_num, _without_tail([cell.strip() for cell in cells])
    except csv.Error as error:
        raise Invalid(
            [Problem(f"{name}:{reader.line_num}", f"This is not CSV: {error}. Correct the quotes.")]
        ) from None


def _excel(raw: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet."""
    for line, cells in enumerate(sheets(raw, name)[0].rows, start=1):
        yield line, _without_tail([cell.strip() for cell in cells])


def _without_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _heading_problems(headings: list[str], name: str, needed: Sequence[str]) -> list[Problem]:
    if not headings or headings[0] != needed[0]:
        return [Problem(f"{name}:1", f"The first column has to be “{needed[0]}”. Put it first.")]
    place = f"{name}:1"
    found = [
        Problem(place, f"There is no column “{column}”. Add it.")
        for column in needed
        if column not in headings
    ]
    for heading, count in Counter(headings).items():
        if not heading:
            found.append(Problem(place, "A column has no heading. Name it or take it out."))
        elif count > 1:
            found.append(Problem(place, f"The column “{heading}” appears {count} times. Keep one of them."))
    return found


def _key_problems(read: Iterable[Row], column: str) -> list[Problem]:
    first: dict[str, int] = {}
    found = []
    for row in read:
        key = row.cells[column]
        if not key:
            found.append(Problem(row.place(column), f"This row has no {column}. Give it one."))
        elif key in first:
            found.append(
                Problem(row.place(column), f"“{key}” stands in line {first[key]} too. Keep one of them.")
            )
        else:
            first[key] = row.line
    return found
