"""Lists of services that people send as CSV, as Excel and others save them: bytes in, lines out.

Takes UTF-8 with or without a byte order mark, UTF-16, and Windows-1252; commas, semicolons or tabs. What is
in the cells is judged by the workflow; here only the form of the file is.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from vfm.errors import Invalid, Problem

COLUMNS = ("key", "name", "directorate", "division")
OPTIONAL = ("family",)
LARGEST = 1024 * 1024
"""Bytes: thousands of services."""

DELIMITERS = (",", ";", "\t")
RISKY = ("=", "+", "-", "@")
"""What a spreadsheet would take for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the file: its number as a text editor counts, and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class ServiceList:
    """A file that could be read; `problems` tells of lines whose form is wrong, `unused` of other columns."""

    lines: tuple[Line, ...]
    problems: tuple[Problem, ...]
    unused: tuple[str, ...]


def read(content: bytes) -> ServiceList:
    """The lines of a CSV file whose first line names its columns, in any order.

    Raises:
        Invalid: the file is empty, too large, no text, or lacks a column; nothing else could be said of it.
    """
    text = decoded(content)
    try:
        rows = _numbered(text)
    except csv.Error as error:
        raise _unreadable(f"This is not a CSV file ({error}). Save it as CSV again.") from error
    if not rows:
        raise _unreadable("The file is empty. Put the column names in the first line.")
    heading = [name.strip().lower() for name in rows[0][1]]
    _check_heading(heading, rows[0][0])
    if not rows[1:]:
        raise _unreadable("There are no services in it. Write one a line below the column names.")
    used = [*COLUMNS, *(column for column in OPTIONAL if column in heading)]
    fitting = [(number, cells) for number, cells in rows[1:] if _fits(cells, heading)]
    return ServiceList(
        tuple(Line(number, _picked(cells, heading, used)) for number, cells in fitting),
        tuple(
            _wrong_length(number, cells, heading) for number, cells in rows[1:] if not _fits(cells, heading)
        ),
        tuple(name for name in heading if name and name not in used),
    )


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252, line ends made the same.

    Raises:
        Invalid: the file is too large, or holds bytes that no text has.
    """
    if len(content) > LARGEST:
        raise _unreadable("The file is larger than 1 MB. Send the services in several files.")
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if is_wide else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise _unreadable("This is not a text file. In Excel, choose Save as, then “CSV UTF-8”.")


def written(rows: Sequence[Sequence[str]]) -> bytes:
    """A CSV file of key, name, directorate, division and family that `read` takes and Excel opens rightly.

    A cell that a spreadsheet would take for a formula begins with an apostrophe, which `read` takes off.
    """
    stream = io.StringIO(newline="")
    out = csv.writer(stream, lineterminator="\r\n")
    out.writerow((*COLUMNS, *OPTIONAL))
    out.writerows([[f"'{cell}" if cell.startswith(RISKY) else cell for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _numbered(text: str) -> list[tuple[int, list[str]]]:
    """(line on which the row begins, cells) of each row that is not empty."""
    first, _, rest = text.partition("\n")
    # Excel may say in a line of its own what separates cells.
    skipped = 1 if first.lower().startswith("sep=") else 0
    delimiter = first[4:5] if skipped else max(DELIMITERS, key=first.count)
    reader = csv.reader(
        io.StringIO(rest if skipped else text, newline=""), delimiter=delimiter or ",", strict=True
    )
    rows, begins = [], 1 + skipped
    for cells in reader:
        if any(cell.strip() for cell in cells):
            rows.append((begins, cells))
        begins = reader.line_num + 1 + skipped
    return rows


def _check_heading(heading: list[str], number: int) -> None:
    if not set(COLUMNS).intersection(heading):
        names = ", ".join(COLUMNS)
        raise Invalid([Problem(f"line {number}", f"This line names no columns. Put one above it: {names}.")])
    problems = [
        Problem(f"line {number}", f"There is no column “{column}”. Add it to the first line.")
        for column in COLUMNS
        if column not in heading
    ]
    # With a column lacking, the line may be no heading at all: what stands in it twice is then no matter.
    problems = problems or [
        Problem(f"line {number}, column {name}", "This column is there twice. Take one out.")
        for name in sorted({name for name in heading if name and heading.count(name) > 1})
    ]
    if problems:
        raise Invalid(problems)


def _fits(cells: list[str], heading: list[str]) -> bool:
    """Blank cells beyond the heading do no harm: Excel writes them."""
    return len(cells) >= len(heading) and not any(cell.strip() for cell in cells[len(heading) :])


def _picked(cells: list[str], heading: list[str], used: list[str]) -> dict[str, str]:
    return {column: _plain(cells[heading.index(column)]) for column in used}


def _plain(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(RISKY) else cell


def _wrong_length(number: int, cells: list[str], heading: list[str]) -> Problem:
    column = heading[min(len(cells), len(heading)) - 1]
    words = (
        f"The line has {len(cells)} cells, the first line {len(heading)}. "
        "Put words that hold the separator in double quotes, and keep a separator for each blank cell."
    )
    return Problem(f"line {number}, column {column}", words)


def _unreadable(words: str) -> Invalid:
    return Invalid([Problem("file", words)])
