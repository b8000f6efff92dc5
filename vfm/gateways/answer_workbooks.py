"""Workbooks of answers as text: the sheets of an .xlsx file that somebody filled in.

The fast reader used here ends its whole process on some hostile files, so it runs in the sandbox and nowhere
else. What the cells mean is for `vfm.questionnaires.workbook_reading` to say.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.gateways import sandbox
from vfm.gateways.archives import (
    ENCRYPTED,
    MOST_MEMBERS,
    MOST_RATIO,
    MOST_TEXT,
    MOST_UNPACKED,
    OLD_FORMAT,
    SMALL,
    letters,
)
from vfm.gateways.spreadsheets import typed
from vfm.gateways.workbook_folders import Files
from vfm.questionnaires import workbook_layout as layout

LARGEST = 10_000_000
"""Bytes of one workbook."""
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_SHEETS = 20
MACROS = "xl/vbaProject.bin"
"""The member that only a workbook with macros has."""
READ = (layout.SHEET, layout.MARKS)
KEPT = tuple(ord(column.letter) - ord("A") for column in (layout.KEY, *layout.TYPED_INTO))
"""Places, in a row of the sheet of questions, of what a reader needs."""
OTHER = "This is not a workbook. Send the one you downloaded here, saved as .xlsx."
AGAIN = "Download the workbook again and copy your answers into it."


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet's cells.

    Attributes:
        rows: as text, as they would be typed; `rows[i]` is the sheet's row i + 1.
        merged: ranges of merged cells, such as `A3:B4`.
    """

    rows: tuple[tuple[str, ...], ...]
    merged: tuple[str, ...] = ()


Sheets = dict[str, Sheet]
"""Name -> sheet, in the workbook's order."""


@dataclass(frozen=True, slots=True)
class Read:
    """One workbook of several: its sheets, or what is wrong with it."""

    name: str
    sheets: Sheets | None
    problems: tuple[Problem, ...] = ()


def read_each(files: Files) -> Iterator[Read]:
    """Many workbooks, each as soon as it was read; none of them harms another. Refused ones come last."""
    for one in sandbox.run_each(read, files.opened()):
        yield Read(one.name, None if one.problems else as_sheets(one.value), one.problems)
    for problem in files.refused:
        yield Read(problem.place, None, (problem,))


def sheets(raw: bytes, name: str) -> Sheets:
    """The sheets of a workbook that people filled in that say something: see `read`.

    Args:
        raw: what the file holds.
        name: of the file, for the places of problems.

    Raises:
        Invalid: one problem, at the file or at one of its cells, with the cure: it is no workbook, is locked,
            damaged, too large, or bears macros.
    """
    _assert_size(raw, name)
    return as_sheets(sandbox.run(read, raw, name))


def as_sheets(found: list[Any]) -> Sheets:
    """What `read` gave, as sheets."""
    return {title: Sheet(tuple(map(tuple, rows)), tuple(merged)) for title, rows, merged in found}


# --- in the sandbox ----------------------------------------------------------------------------------------


def read(raw: bytes, name: str) -> list[Any]:
    """[name, rows, merged ranges] of each sheet that is read; run by `sheets`, in the sandbox.

    Those are the sheet of questions and the one that says whose they are; where one of the two is not there,
    all are read, to say what became of it. Cells that nobody types into are left out.

    Raises:
        Invalid: see `sheets`.
    """
    _assert_modest(raw, name)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        titles = book.sheet_names[: MOST_SHEETS + 1]
        _assert_few(titles, name)
        budget = [MOST_TEXT]
        wanted = [title for title in READ if title in titles]
        if len(wanted) < len(READ):
            wanted = titles
        return [_sheet(book.get_sheet_by_name(title), title, name, budget) for title in wanted]
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise _refused(name, "This workbook is damaged. Open it, save it again and upload that.") from error


def _assert_few(titles: list[str], name: str) -> None:
    if len(titles) > MOST_SHEETS:
        raise _refused(name, f"This workbook has more than {MOST_SHEETS} sheets. {AGAIN}")


def _sheet(sheet: Any, title: str, name: str, budget: list[int]) -> list[Any]:
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        end = _cell(min(sheet.total_height, MOST_ROWS), min(sheet.total_width, MOST_COLUMNS))
        most = f"{MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
        beyond = f"This sheet goes on far beyond the answers; the most is {most}. {AGAIN}"
        raise Invalid([Problem(f"{name}: {title}!{end}", beyond)])
    rows = []
    for number, cells in enumerate(sheet.to_python(skip_empty_area=False), 1):
        is_answer = title == layout.SHEET and number > layout.HEADING_ROW
        row = [
            typed(cell) if cell != "" and (not is_answer or place in KEPT) else ""
            for place, cell in enumerate(cells)
        ]
        while row and not row[-1]:
            row.pop()
        rows.append(row)
        budget[0] -= sum(map(len, row))
        if budget[0] < 0:
            message = f"There are more than {MOST_TEXT:,} characters up to here. {AGAIN}"
            raise Invalid([Problem(f"{name}: {title}!A{len(rows)}", message)])
    merged = [f"{_cell(*first)}:{_cell(*last)}" for first, last in sheet.merged_cell_ranges or ()]
    return [title, rows, merged]


def _cell(row: int, column: int) -> str:
    return f"{letters(column)}{row + 1}"


def _assert_modest(raw: bytes, name: str) -> None:
    """Refuse by the file's first bytes and the archive's own list, nothing unpacked.

    Raises:
        Invalid: with the one sentence that fits.
    """
    _assert_size(raw, name)
    if raw.startswith(OLD_FORMAT):
        locked = "This workbook is protected by a password. Take the password off and save it again."
        old = "This is an old Excel file (.xls). Save it as .xlsx."
        raise _refused(name, locked if ENCRYPTED in raw else old)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _assert_archive(archive, name)
    except (zipfile.BadZipFile, OSError, EOFError):
        damaged = "This workbook is damaged. Open it, save it again and upload that."
        raise _refused(name, damaged if raw.startswith(b"PK") else OTHER) from None


def _assert_size(raw: bytes, name: str) -> None:
    if len(raw) > LARGEST:
        sentence = f"This file has {len(raw):,} bytes; the most is {LARGEST:,}."
        raise _refused(name, f"{sentence} Take out pictures and sheets of your own.")
    if not raw:
        raise _refused(name, "This file is empty. Save the workbook again and upload that.")


def _assert_archive(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or unpacked > max(SMALL, packed * MOST_RATIO):
        raise _refused(name, f"This workbook is too large once unpacked. {AGAIN}")
    if any(member.flag_bits & 1 for member in members):
        locked = "This workbook is protected by a password. Take the password off and save it again."
        raise _refused(name, locked)
    if MACROS in names:
        raise _refused(name, "This workbook bears macros, which are never run here. Save it as .xlsx.")
    if "xl/workbook.bin" in names:
        raise _refused(name, "This is a binary workbook (.xlsb). Save it as .xlsx.")
    if "content.xml" in names:
        # Its several lines in one cell would come out as one: the reader joins them.
        raise _refused(name, "This is an OpenDocument file (.ods). In LibreOffice, save it as .xlsx.")
    if "xl/workbook.xml" not in names:
        raise _refused(name, OTHER)


def _refused(name: str, message: str) -> Invalid:
    return Invalid([Problem(name, message)])
