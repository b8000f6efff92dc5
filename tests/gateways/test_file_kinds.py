"""Files told by what they hold: good ones taken, bad ones each with one sentence that names the cure."""

import io
import struct

import pytest
from docx import Document
from openpyxl import Workbook

from tests.gateways import files
from vfm.errors import Invalid
from vfm.gateways import file_kinds
from vfm.gateways.file_kinds import recognised

LARGEST = 20 << 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def said(raw: bytes, name: str, largest: int = LARGEST) -> str:
    """The one thing that is said of a file that is refused."""
    with pytest.raises(Invalid) as refused:
        recognised(io.BytesIO(raw), name, largest=largest)
    (problem,) = refused.value.problems
    assert problem.place == "file"
    assert problem.message.startswith("“")
    assert problem.message.endswith(".")
    return problem.message


def real_word_document() -> bytes:
    made = io.BytesIO()
    Document().save(made)
    return made.getvalue()


def real_workbook() -> bytes:
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


GOOD = {
    "a.pdf": files.PDF,
    "a.PNG": files.png(),
    "a.jpg": files.JPEG,
    "a.jpeg": files.JPEG + b"a phone's own data",
    "a.csv": "Month,Visits\nMärz,7\n".encode(),
    "with-mark.csv": b"\xef\xbb\xbfMonth,Visits\n",
    "a.txt": b"MZ is how every Windows program begins. <b>",
    "a.docx": real_word_document(),
    "a.xlsx": real_workbook(),
    "a.pptx": files.office(f"{files.OFFICE}presentationml.presentation.main+xml"),
    "a.odt": files.open_document(),
    "a.ods": files.open_document("spreadsheet"),
    "a.odp": files.open_document("presentation"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_files_are_taken_whatever_program_made_them(name: str) -> None:
    stream = io.BytesIO(GOOD[name])
    kind = recognised(stream, name, largest=LARGEST)
    assert name.lower().endswith(kind.endings)
    assert stream.read(4) == GOOD[name][:4]


PROGRAM = "Programs are not taken; ask whoever sent it to you for the document itself."
MACROS = "holds macros, which run when it is opened. Save it without macros, or as a PDF, and add that."
LOCKED = "is locked with a password, so nobody else could read it. Take the password off and save it again."
BAD = (
    ("empty.pdf", b"", "is empty. Choose the file again, or look whether it was saved."),
    ("report.pdf", b"MZ\x90\x00" + b"\x00" * 90, f"is a Windows program. {PROGRAM}"),
    ("report.pdf", b"\x7fELF\x02", f"is a program. {PROGRAM}"),
    ("run.txt", b"#!/bin/sh\nrm -rf /\n", f"is a script. {PROGRAM}"),
    (
        "photo.png",
        b"\n<!DOCTYPE html><script>alert(1)</script>",
        "is a web page or another file of mark-up. Print it to a PDF and add that, or add a link to it.",
    ),
    (
        "photo.png",
        "<html>".encode("utf-16"),
        "is a web page or another file of mark-up. Print it to a PDF and add that, or add a link to it.",
    ),
    (
        "chart.svg",
        b'<?xml version="1.0"?><svg onload="alert(1)"/>',
        "is a drawing (SVG), which can run scripts. Save it as PNG or PDF and add that.",
    ),
    ("a.docx", files.PDF, "is a PDF, whatever its name says. Rename it to “a.pdf” and add it again."),
    (
        "run.exe",
        b"echo hello",
        "is plain text, whatever its name says. Rename it to “run.txt” and add it again.",
    ),
    (
        "noending",
        files.PDF,
        "is a PDF, whatever its name says. Rename it to “noending.pdf” and add it again.",
    ),
    (
        "a.xlsx",
        real_word_document(),
        "is a Word document, whatever its name says. Rename it to “a.docx” and add it again.",
    ),
    ("a.docm", files.office(files.WORD.replace("main", "macroEnabled.main")), MACROS),
    ("a.docx", files.office(word__vbaProject_dot_bin=b"x"), MACROS),
    ("a.xlsx", files.office(xl__macrosheets__sheet1_dot_xml="<x/>"), MACROS),
    (
        "a.odt",
        files.archive(mimetype="application/vnd.oasis.opendocument.text", Basic__a_dot_xml="<x/>"),
        MACROS,
    ),
    ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), LOCKED),
    ("a.odt", files.open_document(manifest="<manifest:encryption-data/>"), LOCKED),
    ("a.docx", files.locked(real_word_document()), LOCKED),
    (
        "a.doc",
        OLE,
        "is a file of an old Office version, which can hold macros. Save it as .docx, .xlsx, .pptx or PDF.",
    ),
    (
        "a.msg",
        OLE + "__substg1.0_".encode("utf-16-le"),
        "is an Outlook message. Save it as a PDF and add that. Add what is attached to it by itself.",
    ),
    (
        "a.docx",
        real_word_document()[:-40],
        "is damaged, or not whole. Open it in the program it was made with and save it again.",
    ),
    ("a.zip", files.archive(a_dot_txt="x"), "is an archive. Unpack it and add the files one by one."),
    ("a.7z", b"7z\xbc\xaf\x27\x1c", "is an archive. Unpack it and add the files one by one."),
    (
        "a.xlsb",
        files.office("application/vnd.ms-excel.sheet.binary.main"),
        "is a binary workbook (.xlsb). Save it as .xlsx and add that.",
    ),
    (
        "a.odg",
        files.open_document("graphics"),
        "is an OpenDocument file of a kind that is not taken. Save it as a PDF and add that.",
    ),
    (
        "a.pdf",
        files.PDF[:-8],
        "is a PDF that breaks off before its end. Open it, save it again and add that.",
    ),
    (
        "a.pdf",
        files.PDF.replace(b"/Type", b"/OpenAction<</S/JavaScript>>/Type"),
        "is a PDF that runs something when it is opened. Print it to a new PDF and add that.",
    ),
    ("a.png", files.png()[:-20], "is a picture that breaks off before its end. Save it again and add that."),
    (
        "a.png",
        files.png(40_000, 40_000),
        "has 40,000 by 40,000 dots, more than most screens can open. Save it smaller.",
    ),
    (
        "a.heic",
        b"\x00\x00\x00\x18ftypheic",
        "is a picture of a kind that is not taken. Save it as PNG or JPEG and add that.",
    ),
    (
        "a.mp4",
        b"\x00\x00\x00\x18ftypisom",
        "is a film or a recording. Put it where colleagues can open it, and add a link to it.",
    ),
    ("a.rtf", b"{\\rtf1 hello}", "is a rich text file (RTF). Save it as .docx or PDF and add that."),
    (
        "a.csv",
        "Jäger".encode("cp1252"),
        "is not in UTF-8, so some letters would be lost. In Excel choose “CSV UTF-8” when you save it.",
    ),
    ("a.bin", b"\x81\x8d\xff\xfe", f"is of a kind that is not taken, or damaged. Add {file_kinds.TAKEN}."),
    ("a.txt", b"abc\x00def", f"is of a kind that is not taken. Add {file_kinds.TAKEN}."),
)


@pytest.mark.parametrize(("name", "raw", "words"), BAD)
def test_bad_files_are_refused_with_what_they_are_and_the_cure(name: str, raw: bytes, words: str) -> None:
    assert said(raw, name) == f"“{name}” {words}"


def test_a_file_over_the_limit_is_refused_by_its_size() -> None:
    assert said(b"x" * (3 << 20), "a.txt", largest=2 << 20) == (
        "“a.txt” has 3 MB; the most is 2 MB. Save it smaller or split it, or add a link to where it is."
    )


def test_an_archive_that_bursts_is_refused_unopened() -> None:
    bursting = files.office(word__document_dot_xml=b"\x00" * 30_000_000)
    assert len(bursting) < 100_000
    assert "would grow beyond all measure" in said(bursting, "a.docx")
    many = files.archive(**{f"m{n}": "" for n in range(file_kinds.MOST_MEMBERS + 1)})
    assert "would grow beyond all measure" in said(many, "a.docx")


def test_an_archive_that_lies_about_its_sizes_harms_nothing() -> None:
    raw = bytearray(files.office(word__document_dot_xml=b"\x00" * 3_000_000))
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 50)  # the table of contents is said to have 50 bytes
    assert "damaged, or not whole" in said(bytes(raw), "a.docx")


def test_what_stands_across_two_blocks_is_found() -> None:
    gap = b" " * (file_kinds.BLOCK - len(files.PDF) + 40)
    raw = files.PDF.replace(b"endobj", gap + b"/Launch endobj")
    assert "runs something" in said(raw, "a.pdf")


def test_a_name_is_shown_without_folders_and_hidden_signs() -> None:
    assert file_kinds.shown("C:\\Users\\me\\..\\a\u202egnp.exe") == "agnp.exe"
    assert file_kinds.shown("../../etc/passwd") == "passwd"
    assert file_kinds.shown("\x00") == "file"
    long = file_kinds.shown("x" * 300 + ".pdf")
    assert (len(long), long[-4:]) == (file_kinds.LONGEST_NAME, ".pdf")
