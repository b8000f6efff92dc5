"""Which kind of file was sent, told by what it holds: only the kinds listed here are taken as evidence.

A name says nothing here but for its ending, which has to fit what was found. Archives, which Office files
are, are opened in the sandbox and never unpacked. Nothing here looks for viruses.
"""

import codecs
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

from vfm.errors import Invalid, Problem
from vfm.gateways import sandbox
from vfm.gateways.archives import ENCRYPTED, MOST_RATIO, OLD_FORMAT, PACKINGS, SMALL

BLOCK = 1 << 16
END = 4096
"""Bytes at the end of a file that are looked at."""
MOST_MEMBERS = 5_000
MOST_UNPACKED = 500_000_000
MOST_LISTED = 1_000_000
"""Bytes of an archive's own list of what it holds."""
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
MOST_PIXELS = 100_000_000
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken.

    Attributes:
        words: as it is called; media_type: as it is sent out again.
        endings: of its names, the usual one first.
    """

    words: str
    media_type: str
    endings: tuple[str, ...]


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS = {
    "pdf": Kind("PDF", "application/pdf", (".pdf",)),
    "docx": Kind("Word document", f"{_OFFICE}wordprocessingml.document", (".docx",)),
    "xlsx": Kind("Excel workbook", f"{_OFFICE}spreadsheetml.sheet", (".xlsx",)),
    "pptx": Kind("PowerPoint presentation", f"{_OFFICE}presentationml.presentation", (".pptx",)),
    "odt": Kind("OpenDocument text", f"{_OPEN}text", (".odt",)),
    "ods": Kind("OpenDocument spreadsheet", f"{_OPEN}spreadsheet", (".ods",)),
    "odp": Kind("OpenDocument presentation", f"{_OPEN}presentation", (".odp",)),
    "png": Kind("PNG picture", "image/png", (".png",)),
    "jpeg": Kind("JPEG picture", "image/jpeg", (".jpg", ".jpeg")),
    "csv": Kind("CSV table", "text/csv; charset=utf-8", (".csv",)),
    "txt": Kind("plain text", "text/plain; charset=utf-8", (".txt",)),
}
ENDINGS = tuple(ending for kind in KINDS.values() for ending in kind.endings)
TAKEN = "PDF, Word, Excel, PowerPoint, OpenDocument, PNG, JPEG, CSV or plain text"

_AS_PDF = "Save it as a PDF and add that."
_MACROS = "holds macros, which run when it is opened. Save it without macros, or as a PDF, and add that."
_LOCKED = "is locked with a password, so nobody else could read it. Take the password off and save it again."
_PROGRAM = "Programs are not taken; ask whoever sent it to you for the document itself."
_PACKED = "Unpack it and add the files one by one."
_AS_PICTURE = "Save it as PNG or JPEG and add that."
_AS_LINK = "Put it where colleagues can open it, and add a link to it."


@dataclass(frozen=True, slots=True)
class Refused:
    """A kind of file that is known, and not taken.

    Attributes:
        starts: one of these stands at its beginning, `at` bytes in.
        is_binary: the sign is short, so the beginning has to hold what no text does.
    """

    starts: tuple[bytes, ...]
    what: str
    cure: str
    at: int = 0
    is_binary: bool = False

    def fits(self, start: bytes) -> bool:
        """True when a file that begins so is of this kind."""
        return start.startswith(self.starts, self.at) and (not self.is_binary or b"\0" in start)


REFUSED = (
    Refused((b"MZ",), "a Windows program", _PROGRAM, is_binary=True),
    Refused((b"\x7fELF", b"\xcf\xfa\xed\xfe"), "a program", _PROGRAM),
    Refused((b"#!",), "a script", _PROGRAM),
    Refused((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh"), "an archive", _PACKED),
    Refused((b"{\\rtf",), "a rich text file (RTF)", "Save it as .docx or PDF and add that."),
    Refused((b"GIF8",), "a GIF picture", _AS_PICTURE),
    Refused(
        (b"BM", b"II*\0", b"MM\0*"), "a picture of a kind that is not taken", _AS_PICTURE, is_binary=True
    ),
    Refused(
        (b"ftyphei", b"ftypmif", b"ftypavif"), "a picture of a kind that is not taken", _AS_PICTURE, at=4
    ),
    Refused((b"WEBP",), "a WebP picture", _AS_PICTURE, at=8),
    Refused((b"ftyp",), "a film or a recording", _AS_LINK, at=4),
    Refused((b"ID3", b"OggS", b"RIFF", b"\x1aE\xdf\xa3"), "a film or a recording", _AS_LINK),
)
"""Kinds that are known and not taken; the first that fits."""


def recognised(stream: BinaryIO, name: str, *, largest: int) -> Kind:
    """The kind of a file; the stream is left at its beginning.

    Args:
        stream: what was sent, which can be read from any place.
        name: as its sender named it.
        largest: bytes a file may have.

    Raises:
        Invalid: one problem at `file`, with the file's name, what it seems to be and the cure: empty, too
            large, of a kind that is not taken, damaged, locked, able to run something, or wrongly named.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise _refused(name, "is empty. Choose the file again, or look whether it was saved.")
    if size > largest:
        raise _refused(name, too_large(size, largest))
    kind = KINDS[_key(stream, name)]
    stream.seek(0)
    ending = PurePosixPath(name).suffix.lower()
    if ending not in kind.endings:
        better = PurePosixPath(shown(name)).with_suffix(kind.endings[0])
        words = f"is {_a(kind.words)}, whatever its name says. Rename it to “{better}” and add it again."
        raise _refused(name, words)
    return kind


def too_large(size: int, largest: int) -> str:
    """What to say of a file, after its name, that is larger than is taken."""
    return (
        f"has {_megabytes(size)} MB; the most is {_megabytes(largest)} MB. "
        "Save it smaller or split it, or add a link to where it is."
    )


def _megabytes(size: int) -> str:
    whole = size / (1 << 20)
    return f"{whole:,.0f}" if whole >= 10 or whole == int(whole) else f"{whole:.1f}"


def shown(name: str) -> str:
    """A file's name to show and to keep: without folders and signs that no screen shows, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if sign.isprintable()).strip()
    if len(clean) <= LONGEST_NAME:
        return clean or "file"
    ending = PurePosixPath(clean).suffix[:12]
    return clean[: LONGEST_NAME - len(ending)] + ending


def _key(stream: BinaryIO, name: str) -> str:
    """The key in `KINDS` of what the stream holds."""
    start = stream.read(BLOCK)
    for is_so, key, check in SIGNED:
        if is_so(start):
            check(stream, start, name)
            return key
    if start.startswith(ARCHIVES):
        return _archive_key(stream, name)
    if words := _known_and_refused(stream, start):
        raise _refused(name, words)
    _assert_text(stream, name)
    return "csv" if name.lower().endswith(".csv") else "txt"


def _archive_key(stream: BinaryIO, name: str) -> str:
    stream.seek(0)
    try:
        return str(sandbox.run(archived, stream.read(), name))
    except Invalid as invalid:  # the sandbox's own complaints do not name the file in their words
        problems = [one for one in invalid.problems if one.place == "file"]
        raise Invalid(
            problems or [Problem("file", f"“{shown(name)}”: {invalid.problems[0].message}")]
        ) from None


def _known_and_refused(stream: BinaryIO, start: bytes) -> str | None:
    """What to say of a file of a kind that is known and not taken; None for any other."""
    if start.startswith(OLD_FORMAT):
        return _old_office(stream)
    if _is_markup(start):
        return _markup_words(start)
    found = next((kind for kind in REFUSED if kind.fits(start)), None)
    return f"is {found.what}. {found.cure}" if found else None


def _markup_words(start: bytes) -> str:
    if b"<svg" in start.replace(b"\0", b"").lower():
        return "is a drawing (SVG), which can run scripts. Save it as PNG or PDF and add that."
    return "is a web page or another file of mark-up. Print it to a PDF and add that, or add a link to it."


def _assert_pdf(stream: BinaryIO, _: bytes, name: str) -> None:
    if b"%%EOF" not in _end(stream):
        raise _refused(name, "is a PDF that breaks off before its end. Open it, save it again and add that.")
    if _holds(stream, b"/JavaScript", b"/Launch"):
        words = "is a PDF that runs something when it is opened. Print it to a new PDF and add that."
        raise _refused(name, words)


def _assert_png(stream: BinaryIO, start: bytes, name: str) -> None:
    if start[12:16] != b"IHDR" or b"IEND" not in _end(stream):
        raise _refused(name, "is a picture that breaks off before its end. Save it again and add that.")
    wide, high = int.from_bytes(start[16:20], "big"), int.from_bytes(start[20:24], "big")
    if wide * high > MOST_PIXELS:
        raise _refused(
            name, f"has {wide:,} by {high:,} dots, more than most screens can open. Save it smaller."
        )


def _assert_jpeg(stream: BinaryIO, _: bytes, name: str) -> None:
    if not _holds(stream, b"\xff\xd9"):
        raise _refused(name, "is a picture that breaks off before its end. Save it again and add that.")


SIGNED: tuple[tuple[Callable[[bytes], bool], str, Callable[[BinaryIO, bytes, str], None]], ...] = (
    (lambda start: start.startswith(b"%PDF-"), "pdf", _assert_pdf),
    (lambda start: start.startswith(b"\x89PNG\r\n\x1a\n"), "png", _assert_png),
    (lambda start: start.startswith(b"\xff\xd8\xff"), "jpeg", _assert_jpeg),
)
"""(does a file that begins so, its kind, what else it has to be)."""


def _old_office(stream: BinaryIO) -> str:
    if _holds(stream, ENCRYPTED):
        return _LOCKED
    if _holds(stream, "__substg1.0_".encode("utf-16-le")):
        return f"is an Outlook message. {_AS_PDF} Add what is attached to it by itself."
    return "is a file of an old Office version, which can hold macros. Save it as .docx, .xlsx, .pptx or PDF."


def _assert_text(stream: BinaryIO, name: str) -> None:
    """UTF-8 throughout, without signs that no text holds."""
    read = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for block in _blocks(stream):
            if any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in set(read.decode(block))):
                raise _refused(name, f"is of a kind that is not taken. Add {TAKEN}.")
        read.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _refused(name, _no_text(name)) from None


def _no_text(name: str) -> str:
    if name.lower().endswith((".csv", ".txt")):
        return "is not in UTF-8, so some letters would be lost. In Excel choose “CSV UTF-8” when you save it."
    return f"is of a kind that is not taken, or damaged. Add {TAKEN}."


def _is_markup(start: bytes) -> bool:
    """True for what begins with an element, a declaration or a comment of HTML, SVG or XML."""
    plain = start.removeprefix(codecs.BOM_UTF8).replace(b"\0", b"").lstrip()
    plain = plain.removeprefix(codecs.BOM_UTF16_LE).removeprefix(codecs.BOM_UTF16_BE).lstrip()
    return plain[:1] == b"<" and (plain[1:2].isalpha() or plain[1:2] in (b"!", b"?"))


def _end(stream: BinaryIO) -> bytes:
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - END))
    return stream.read()


def _holds(stream: BinaryIO, *wanted: bytes) -> bool:
    """True when any of these stands anywhere in the file, across blocks too."""
    longest = max(map(len, wanted))
    before = b""
    for block in _blocks(stream):
        window = before + block
        if any(words in window for words in wanted):
            return True
        before = window[-longest:]
    return False


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    stream.seek(0)
    while block := stream.read(BLOCK):
        yield block


def _a(words: str) -> str:
    return words if words.startswith("plain") else f"{'an' if words[0] in 'AEIO' else 'a'} {words}"


def _refused(name: str, words: str) -> Invalid:
    return Invalid([Problem("file", f"“{shown(name)}” {words}")])


# --- in the sandbox ----------------------------------------------------------------------------------------


def archived(raw: bytes, name: str) -> str:
    """The key in `KINDS` of an archive; run in the sandbox.

    Raises:
        Invalid: it is no document, or one that is damaged, locked, bursting or able to run something.
    """
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            _assert_modest(archive, name)
            return _document(archive, name)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        words = "is damaged, or not whole. Open it in the program it was made with and save it again."
        raise _refused(name, words) from None


def _assert_modest(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse by the archive's own list, nothing unpacked."""
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or unpacked > max(SMALL, packed * MOST_RATIO):
        raise _refused(name, f"would grow beyond all measure when it is opened. {_AS_PDF}")
    if any(member.flag_bits & 1 for member in members):
        raise _refused(name, _LOCKED)
    if any(member.compress_type not in PACKINGS for member in members):
        raise _refused(name, "is packed in an unusual way. Save it again in the program it was made with.")


def _document(archive: zipfile.ZipFile, name: str) -> str:
    names = {member.lower() for member in archive.namelist()}
    if any(map(_runs, names)):
        raise _refused(name, _MACROS)
    if "mimetype" in names:
        return _open_document(archive, names, name)
    if "[content_types].xml" in names:
        return _office_document(_part(archive, "[Content_Types].xml", name), name)
    raise _refused(name, f"is an archive. {_PACKED}")


def _runs(member: str) -> bool:
    """True for a part, in small letters, that holds macros or controls."""
    return member.endswith("vbaproject.bin") or member.startswith(
        ("xl/macrosheets/", "basic/", "scripts/", "word/activex/", "xl/activex/", "ppt/activex/")
    )


def _office_document(types: bytes, name: str) -> str:
    if b"macroEnabled" in types:
        raise _refused(name, _MACROS)
    for key in ("docx", "xlsx", "pptx"):
        if f'"{KINDS[key].media_type}.main+xml"'.encode() in types:
            return key
    if b"sheet.binary" in types:
        raise _refused(name, "is a binary workbook (.xlsb). Save it as .xlsx and add that.")
    raise _refused(name, f"is an Office file of a kind that is not taken. {_AS_PDF}")


def _open_document(archive: zipfile.ZipFile, names: set[str], name: str) -> str:
    if "meta-inf/manifest.xml" in names and b"encryption-data" in _part(
        archive, "META-INF/manifest.xml", name
    ):
        raise _refused(name, _LOCKED)
    said = _part(archive, "mimetype", name).strip().decode("ascii", "replace")
    for key in ("odt", "ods", "odp"):
        if said == KINDS[key].media_type:
            return key
    raise _refused(name, f"is an OpenDocument file of a kind that is not taken. {_AS_PDF}")


def _part(archive: zipfile.ZipFile, wanted: str, name: str) -> bytes:
    """A small part of an archive, whichever way its name is written."""
    member = next(one for one in archive.infolist() if one.filename.lower() == wanted.lower())
    if member.file_size > MOST_LISTED:
        raise _refused(name, f"would grow beyond all measure when it is opened. {_AS_PDF}")
    with archive.open(member) as stream:
        return stream.read(MOST_LISTED + 1)
