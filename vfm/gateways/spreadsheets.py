"""Excel workbooks as text: every sheet's cells as they would be typed, whatever was sent.

Reading happens in the sandbox. Macros, links to other files, pictures and formats are not looked at; of a
formula the value that was kept with it is.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.gateways import sandbox
from vfm.gateways.archives import MOST_TEXT, Part, letters, sheet_parts

LARGEST = 10_000_000
"""Bytes of an upload."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet's cells as text, hidden sheets and hidden cells like the others.

    Attributes:
        rows: the cells as they would be typed, blanks around them kept; `rows[i]` is the sheet's row i + 1.
            Blank cells at the end of a row and blank rows at the end of the sheet are left out.
        merged: ranges of merged cells, such as `A3:B4`; the text is in the first cell of each.
        formulas: cells that hold a formula, such as `C12`; their text is the value last reckoned.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    merged: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()

    def cell(self, row: int, column: int) -> str:
        """Where a cell is, counted from 0: `survey!C12`."""
        return f"{self.name}!{letters(column)}{row + 1}"


def sheets(raw: bytes, name: str) -> tuple[Sheet, ...]:
    """Every sheet of an .xlsx or .xlsm workbook that has cells, in the workbook's order.

    Args:
        raw: what the file holds.
        name: of the file, for the places of problems.

    Raises:
        Invalid: it is no such workbook, is damaged or locked, or holds more than is read here.
    """
    if len(raw) > LARGEST:
        sentence = f"This file has {len(raw):,} bytes; the most is {LARGEST:,}."
        raise Invalid([Problem(name, f"{sentence} Take out pictures and sheets that are not needed.")])
    return tuple(
        Sheet(title, tuple(map(tuple, rows)), tuple(merged), tuple(formulas))
        for title, rows, merged, formulas in sandbox.run(read, raw, name)
    )


# --- in the sandbox ----------------------------------------------------------------------------------------


def read(raw: bytes, name: str) -> list[Any]:
    """[name, rows, merged ranges, formula cells] of each sheet; run by `sheets`, in the sandbox.

    Raises:
        Invalid: see `sheets`.
    """
    named = list(_opened(raw, sheet_parts(raw, name)))
    if not named:
        raise Invalid([Problem(name, "This workbook has no sheet with cells. Save the sheet as .xlsx.")])
    excesses = [(title, *part.excess) for title, part, _ in named if part.excess]
    if excesses:
        raise Invalid(Problem(f"{name}: {title}!{cell}", message) for title, cell, message in excesses)
    budget = _Budget(name)
    return [
        [title, budget.spent(_rows(sheet, part), title), part.merged, part.formulas]
        for title, part, sheet in named
    ]


def _opened(raw: bytes, parts: Mapping[str, Part]) -> Iterator[tuple[str, Part, Any]]:
    """Name, part and cells of each sheet.

    Step by step, as `load_workbook` does not tell which part is which sheet, and stumbles over charts and
    properties that are no concern of ours.
    """
    from openpyxl.reader.excel import ExcelReader
    from openpyxl.styles.stylesheet import apply_stylesheet
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    reader = ExcelReader(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_strings()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)  # tells days from numbers
    for sheet, relation in reader.parser.find_sheets():
        path = relation.target
        if path in parts:
            yield (
                sheet.name,
                parts[path],
                ReadOnlyWorksheet(reader.wb, sheet.name, path, reader.shared_strings),
            )


def _rows(sheet: Any, part: Part) -> Iterator[list[str]]:
    """The rows down to the last that holds something, each without its blank end."""
    if part.last_row:
        for cells in sheet.iter_rows(max_row=part.last_row, max_col=part.widest, values_only=True):
            yield _without_end([typed(cell) for cell in cells])


class _Budget:
    """The text that all sheets of a workbook may hold together: a shared text costs each time it is shown."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left = MOST_TEXT

    def spent(self, rows: Iterable[list[str]], title: str) -> list[list[str]]:
        """The rows, without blank ones at the end.

        Raises:
            Invalid: they hold more text than is left.
        """
        kept: list[list[str]] = []
        for row in rows:
            kept.append(row)
            self.left -= sum(map(len, row))
            if self.left < 0:
                message = f"There are more than {MOST_TEXT:,} characters up to here. Split the workbook."
                raise Invalid([Problem(f"{self.name}: {title}!A{len(kept)}", message)])
        while kept and not kept[-1]:
            kept.pop()
        return kept


def _without_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells.pop()
    return cells


def typed(cell: object) -> str:
    """A cell as it would be typed into a CSV file; of a day with a time the day alone, lines end in LF."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return repr(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    return str(cell).replace("\r\n", "\n").replace("\r", "\n")
