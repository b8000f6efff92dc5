"""A workbook's archive looked through before anything opens it: its format, its size, every XML part.

Runs in the sandbox. Nothing is kept of a part but what its sheet's cells come to; a part is left as soon as
it says too much.
"""

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat  # nosec B407

from vfm.errors import Invalid, Problem

MOST_MEMBERS = 2_000
MOST_UNPACKED = 200_000_000
MOST_RATIO = 200
"""Bytes unpacked for one packed; real sheets, also empty ones of a million formatted rows, stay under 100."""
SMALL = 5_000_000
"""Bytes unpacked up to which no ratio is looked at."""
MOST_ROWS = 50_000
MOST_COLUMNS = 500
MOST_CELLS = 500_000
"""Places in the rows and columns that hold something, empty ones between them counted."""
MOST_TEXT = 5_000_000
"""Characters, in cells or in a table of shared texts."""

LAST_COLUMN = 16_384
"""Of Excel itself."""
OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main}"
PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BLOCK = 1 << 16
DAMAGED = "This workbook is damaged{where}. Open it in Excel and save it again as .xlsx."


@dataclass(slots=True)
class Part:
    """What the cells of one sheet's part come to.

    Attributes:
        last_row: the last that holds something, from 1; 0 for an empty sheet.
        widest: the last column that holds something, from 1.
        merged: ranges of merged cells.
        formulas: cells that hold a formula.
        excess: the cell at which the sheet holds too much, and what to do; None for one that does not.
    """

    last_row: int = 0
    widest: int = 0
    merged: list[str] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    excess: tuple[str, str] | None = None


def sheet_parts(raw: bytes, name: str) -> dict[str, Part]:
    """Member name -> what its cells come to, for every sheet in the archive.

    Raises:
        Invalid: it is no workbook of the kind read here, too large in any way, damaged, or one of its parts
            declares a document type.
    """
    if raw.startswith(OLD_FORMAT):
        locked = "This workbook is protected by a password. Take the password off and save it again."
        old = "This is an old Excel file (.xls). Save it as .xlsx."
        raise _refused(name, locked if ENCRYPTED in raw else old)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _assert_modest(archive, name)
            return _scanned(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        message = DAMAGED.format(where="") if raw.startswith(b"PK") else _not_excel("")
        raise _refused(name, message) from None


def _refused(name: str, message: str) -> Invalid:
    return Invalid([Problem(name, message)])


def _not_excel(what: str) -> str:
    return f"This is not an Excel workbook{what}. Save it as .xlsx."


def _assert_modest(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse by the archive's own list of members, nothing unpacked."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS:
        sentence = f"This workbook has {len(members):,} parts; the most is {MOST_MEMBERS:,}."
        raise _refused(name, f"{sentence} Copy the sheet into a new workbook.")
    if unpacked > MOST_UNPACKED or unpacked > max(SMALL, packed * MOST_RATIO):
        raise _refused(name, "This workbook is too large once unpacked. Copy the sheet into a new workbook.")
    if any(member.flag_bits & 1 or member.compress_type not in PACKINGS for member in members):
        raise _refused(name, "This workbook is locked or packed in an unusual way. Save it again as .xlsx.")
    _assert_excel({member.filename for member in members}, name)


def _assert_excel(names: set[str], name: str) -> None:
    if "xl/workbook.bin" in names:
        raise _refused(name, "This is a binary workbook (.xlsb). Save it as .xlsx.")
    if "content.xml" in names:
        raise _refused(name, _not_excel(" but one of LibreOffice or OpenOffice"))
    if "[Content_Types].xml" not in names or "word/document.xml" in names:
        raise _refused(name, _not_excel(""))


def _scanned(archive: zipfile.ZipFile, name: str) -> dict[str, Part]:
    found = {}
    for member in archive.infolist():
        scan = _Scan(f"{name}: {member.filename}")
        with archive.open(member) as stream:
            block = stream.read(BLOCK)
            if _is_xml(block):
                while block and scan.part.excess is None:
                    scan.feed(block)
                    block = stream.read(BLOCK)
                scan.close()
        if scan.is_sheet:
            found[member.filename] = scan.part
        elif scan.part.excess:
            raise _refused(name, scan.part.excess[1])
    return found


def _is_xml(beginning: bytes) -> bool:
    """True for what an XML reader would take, in whatever encoding and under whatever name."""
    return beginning.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")


def letters(column: int) -> str:
    """The letters over a column, counted from 0: A, B ... Z, AA."""
    left, last = divmod(column, 26)
    return (letters(left - 1) if left else "") + chr(ord("A") + last)


@lru_cache(maxsize=1024)
def _column(written: str) -> int:
    """Column number of its letters, from 1."""
    number = 0
    for letter in written:
        number = number * 26 + ord(letter) - 64
    return number


class _Scan:
    """One XML part read from end to end, or until it says too much."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.part = Part()
        self.is_sheet = False
        self._depth = 0
        self._row = self._column = self._width = self._laid_out = 0
        self._texts = self._characters = 0
        self._in_text = self._filled = False
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._root
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            f"{SPACE}row": self._start_row,
            f"{SPACE}c": self._start_cell,
            f"{SPACE}f": self._formula,
            f"{SPACE}mergeCell": self._merge,
            f"{SPACE}v": self._start_text,
            f"{SPACE}t": self._start_text,
            f"{SPACE}si": self._shared,
        }
        self._ends: dict[str, Callable[[], None]] = {
            f"{SPACE}row": self._end_row,
            f"{SPACE}c": self._end_cell,
            f"{SPACE}v": self._end_text,
            f"{SPACE}t": self._end_text,
        }

    def feed(self, block: bytes) -> None:
        """The next bytes of the part."""
        self._parse(block, is_final=False)

    def close(self) -> None:
        """The part has ended, unless it was left early."""
        if self.part.excess is None:
            self._parse(b"", is_final=True)

    def _parse(self, block: bytes, *, is_final: bool) -> None:
        try:
            self._parser.Parse(block, is_final)
        except (expat.ExpatError, ValueError):
            raise _refused(self.place, DAMAGED.format(where=" here")) from None

    def _refuse_doctype(self, *_: object) -> None:
        sentence = "This part of the workbook declares a document type, which no spreadsheet program writes."
        raise _refused(self.place, f"{sentence} Copy the sheet into a new workbook.")

    # --- elements -----------------------------------------------------------------------------------------

    def _root(self, name: str, _: dict[str, str]) -> None:
        if name.startswith(STRICT):
            sentence = "This workbook is saved as “Strict Open XML”."
            raise _refused(self.place, f"{sentence} Save it as “Excel Workbook (.xlsx)”.")
        self.is_sheet = name == f"{SPACE}worksheet"
        if self.is_sheet or name == f"{SPACE}sst":
            self._parser.StartElementHandler = self._start
            self._parser.EndElementHandler = self._end
            self._parser.CharacterDataHandler = self._text
        else:
            self._parser.StartElementHandler = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        handle = self._starts.get(name)
        if handle is not None and self.part.excess is None:
            handle(attributes)

    def _end(self, name: str) -> None:
        handle = self._ends.get(name)
        if handle is not None and self.part.excess is None:
            handle()

    def _text(self, words: str) -> None:
        if self._in_text and not words.isspace():
            self._filled = True
            self._characters += len(words)

    def _start_row(self, attributes: dict[str, str]) -> None:
        row = int(attributes.get("r", self._row + 1))
        if row <= self._row:
            raise ValueError(row)  # rows fall only in a file that no program wrote
        self._row, self._column, self._width = row, 0, 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _column(place.rstrip("0123456789")) if place else self._column + 1
        if not 0 < self._column <= LAST_COLUMN:
            raise ValueError(place)
        self._filled = False

    def _formula(self, _: dict[str, str]) -> None:
        self.part.formulas.append(self._cell())
        self._filled = True

    def _merge(self, attributes: dict[str, str]) -> None:
        self.part.merged.append(attributes.get("ref", ""))
        self._assert_few(len(self.part.merged))

    def _shared(self, _: dict[str, str]) -> None:
        self._texts += 1
        self._assert_few(self._texts)

    def _start_text(self, _: dict[str, str]) -> None:
        self._in_text = True

    def _end_text(self) -> None:
        self._in_text = False
        if self._characters > MOST_TEXT:
            self._stop(f"There are more than {MOST_TEXT:,} characters. Split the workbook.")

    def _end_cell(self) -> None:
        if not self._filled:
            return
        self._width = max(self._width, self._column)
        if self._column > MOST_COLUMNS:
            sentence = f"This cell lies beyond the {MOST_COLUMNS} columns that are read."
            self._stop(f"{sentence} Clear everything to the right of the table.")
        elif self._row > MOST_ROWS:
            sentence = f"This cell lies below the {MOST_ROWS:,} rows that are read."
            self._stop(f"{sentence} Clear everything below the table, or split it.")

    def _end_row(self) -> None:
        if self._width and self.part.excess is None:
            self._laid_out += self._width
            self.part.last_row, self.part.widest = self._row, max(self.part.widest, self._width)
            self._assert_few(self._laid_out)

    def _assert_few(self, number: int) -> None:
        if number > MOST_CELLS:
            self._stop(f"There are more than {MOST_CELLS:,} cells. Split the sheet.")

    def _stop(self, message: str) -> None:
        self.part.excess = (self._cell() if self._column else f"row {self._row}", message)

    def _cell(self) -> str:
        return f"{letters(self._column - 1)}{self._row}"
