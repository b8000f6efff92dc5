"""XLSForms as text files: tables of their sheets, the template they come to and the report, see `FOLDER`."""

import io
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

FOLDER = Path("tests/gateways/xlsforms")


@dataclass(frozen=True)
class Example:
    """One form and what is to come of it.

    Attributes:
        tables: its sheets in Markdown, as `workbook` reads them.
        template: the whole document.
        report: its lines.
        refused: a word of what pyxform says where it refuses the form; None where it takes it.
    """

    tables: str
    template: str
    report: tuple[str, ...]
    refused: str | None


def example(path: Path) -> Example:
    """What a file of the folder holds: tables, then parts that begin with `=== NAME`."""
    tables, *parts = path.read_text(encoding="utf-8").split("\n=== ")
    named = {}
    for part in parts:
        heading, _, body = part.partition("\n")
        name, _, word = heading.partition(": ")
        named[name] = body or word
    report = tuple(filter(None, named["report"].splitlines()))
    return Example(tables, named["template"], report, named.get("refused by pyxform"))


def workbook(tables: str) -> bytes:
    r"""The .xlsx of sheets in Markdown: `| name |`, then rows that begin with an empty cell.

    Whole numbers are written as numbers, `\n` as a line break.
    """
    book = Workbook()
    book.remove(book.active)
    for line in filter(None, map(str.strip, tables.splitlines())):
        name, *cells = (cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|"))
        if name:
            sheet = book.create_sheet(name)
        else:
            sheet.append([int(cell) if cell.isdecimal() else cell.replace("\\n", "\n") for cell in cells])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
