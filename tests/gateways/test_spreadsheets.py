"""Workbooks as text: every kind of cell, and every kind of hostile file, each made here."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook
from xlsxwriter import Workbook as Writer

from vfm.errors import Invalid
from vfm.gateways import archives
from vfm.gateways.spreadsheets import LARGEST, Sheet, sheets
from vfm.gateways.tables import rows

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TOO_LARGE = "This workbook is too large once unpacked. Copy the sheet into a new workbook."


def saved(*cells: tuple[str, object], fill: Callable[[Workbook], None] | None = None) -> bytes:
    """A workbook with these cells in its first sheet, `survey`."""
    book = Workbook()
    book.active.title = "survey"
    for place, value in cells:
        book.active[place] = value
    if fill:
        fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def written(*texts: str) -> bytes:
    """A workbook of one sheet, `survey`, whose texts are in a table of shared ones, as Excel writes them."""
    stream = io.BytesIO()
    with Writer(stream) as book:
        book.add_worksheet("survey").write_column(0, 0, texts)
    return stream.getvalue()


def changed(raw: bytes, **members: bytes | None) -> bytes:
    """The archive with members put in other words; keys are `sheet1`, `workbook` ..., None takes one out."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            stem = member.filename.rsplit("/", 1)[-1].partition(".")[0]
            content = members.get(stem, old.read(member))
            if content is not None:
                new.writestr(member.filename, content)
    return stream.getvalue()


def with_sheet(data: str, *, beginning: str = "", end: str = "") -> bytes:
    """A workbook whose sheet's part is written by hand."""
    text = f'{beginning}<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData>{end}</worksheet>'
    return changed(saved(("A1", "x")), sheet1=text.encode())


def refusal(raw: bytes, name: str = "plan.xlsx") -> str:
    with pytest.raises(Invalid) as caught:
        sheets(raw, name)
    (problem,) = caught.value.problems
    return str(problem)


def only(raw: bytes) -> Sheet:
    (sheet,) = sheets(raw, "plan.xlsx")
    return sheet


# --- cells ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("words", "words"),
        ("  around  ", "  around  "),
        ("a\u00a0b", "a\u00a0b"),
        ("one\ntwo", "one\ntwo"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("007", "007"),
        ("=", "="),
        ("#N/A", "#N/A"),
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (0.1, "0.1"),
        (2.0, "2"),
        (-3.5, "-3.5"),
        (1e15, "1000000000000000"),
        (1e-7, "1e-07"),
        (date(2026, 3, 5), "2026-03-05"),
        (datetime(2026, 3, 5, 9, 30), "2026-03-05"),  # noqa: DTZ001 Excel's days have no zone
        (time(9, 30), "09:30:00"),
        ("Zażółć 🙂 &lt;b>", "Zażółć 🙂 &lt;b>"),
    ],
)
def test_a_cell_as_it_would_be_typed(value, text):
    assert only(saved(("A1", value), ("B1", "end"))).rows == ((text, "end"),)


def test_blank_ends_are_left_out_and_gaps_are_kept():
    raw = saved(("B2", "x"), ("D2", " "), ("A4", "y"), ("A5", ""), ("C9", "\u00a0"))
    assert only(raw) == Sheet("survey", ((), ("", "x"), (), ("y",)))


def test_sheets_come_in_order_hidden_and_empty_ones_too():
    def fill(book):
        book.create_sheet("choices").append(["a"])
        book.create_sheet("hidden").append(["b"])
        book.create_sheet("very hidden").append(["c"])
        book.create_sheet("empty")
        book["hidden"].sheet_state = "hidden"
        book["very hidden"].sheet_state = "veryHidden"
        book.create_chartsheet("chart")

    found = sheets(saved(("A1", "x"), fill=fill), "plan.xlsm")
    assert [(sheet.name, sheet.rows) for sheet in found] == [
        ("survey", (("x",),)),
        ("choices", (("a",),)),
        ("hidden", (("b",),)),
        ("very hidden", (("c",),)),
        ("empty", ()),
    ]


def test_merged_cells_and_formulas_are_listed():
    stream = io.BytesIO()
    with Writer(stream) as book:
        sheet = book.add_worksheet("survey")
        sheet.merge_range("A3:B4", "joint")
        sheet.write_formula("C12", "=1+1", value=2)
        sheet.write_formula("D12", "=HYPERLINK(A1)", value="a text")
    found = only(stream.getvalue())
    assert found.merged == ("A3:B4",)
    assert found.formulas == ("C12", "D12")
    assert found.rows[2] == ("joint",)
    assert found.rows[11] == ("", "", "2", "a text")


def test_a_formula_without_a_value_is_blank_and_listed():
    assert only(saved(("A1", "=1+1"), ("B1", "x"))) == Sheet("survey", (("", "x"),), (), ("A1",))


def test_the_place_of_a_cell():
    sheet = Sheet("survey", ())
    assert [sheet.cell(11, 2), sheet.cell(0, 25), sheet.cell(0, 26), sheet.cell(0, 16_383)] == [
        "survey!C12",
        "survey!Z1",
        "survey!AA1",
        "survey!XFD1",
    ]


def test_cells_without_places_and_texts_of_several_runs():
    runs = "<c t='inlineStr'><is><r><t>a</t></r><r><t>b</t></r></is></c>"
    row = f"<row><c><v>1</v></c>{runs}<c t='b'><v>1</v></c></row>"
    assert only(with_sheet(row * 2)).rows == (("1", "ab", "yes"),) * 2


def test_a_macro_is_neither_run_nor_read():
    raw = saved(("A1", "x"))
    stream = io.BytesIO(raw)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0Auto_Open" * 100)
    assert only(stream.getvalue()).rows == (("x",),)


def test_links_to_other_files_are_not_followed():
    raw = saved(("A1", "='[other.xlsx]Sheet1'!A1"), ("B1", "x"))
    assert only(raw).rows == (("", "x"),)


# --- size -------------------------------------------------------------------------------------------------


def test_a_million_formatted_rows_with_one_text_are_one_row():
    stream = io.BytesIO()
    with Writer(stream, {"constant_memory": True}) as book:
        sheet, bold = book.add_worksheet("survey"), book.add_format({"bold": True})
        sheet.write(0, 0, "x")
        for row in range(1, 1_048_576):
            sheet.write_blank(row, 0, None, bold)
    assert only(stream.getvalue()).rows == (("x",),)


def test_a_dimension_that_claims_everything_is_not_believed():
    dimension = '<dimension ref="A1:XFD1048576"/>'
    raw = changed(
        saved(("A1", "x")),
        sheet1=f'<worksheet xmlns="{MAIN}">{dimension}<sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        "</sheetData></worksheet>".encode(),
    )
    assert only(raw).rows == (("1",),)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ("A1048576", "This cell lies below the 50,000 rows that are read."),
        ("XFD1", "This cell lies beyond the 500 columns that are read."),
    ],
)
def test_a_stray_cell_is_named(place, sentence):
    assert refusal(saved(("A1", "x"), (place, "stray"))).startswith(f"plan.xlsx: survey!{place}: {sentence}")


def test_a_stray_column_within_reach_is_read():
    assert only(saved(("A1", "x"), ("SF3", "stray"))).rows[2][-1] == "stray"


def test_a_full_sheet_is_left_where_it_is_too_much():
    texts = ("".join(f"<c><v>{i * j}</v></c>" for i in range(400)) for j in range(1_300))
    assert refusal(with_sheet("".join(f"<row>{row}</row>" for row in texts))).startswith(
        "plan.xlsx: survey!OJ1251: There are more than 500,000 cells. Split the sheet."
    )


def test_every_sheet_that_is_too_large_is_named():
    def fill(book):
        book.create_sheet("more")["XFD2"] = "stray"

    with pytest.raises(Invalid) as caught:
        sheets(saved(("XFD1", "stray"), fill=fill), "plan.xlsx")
    assert [problem.place for problem in caught.value.problems] == [
        "plan.xlsx: survey!XFD1",
        "plan.xlsx: more!XFD2",
    ]


def test_a_short_text_shown_very_often_is_too_much_text():
    assert refusal(written(*["x" * 30_000] * 200)) == (
        "plan.xlsx: survey!A167: There are more than 5,000,000 characters up to here. Split the workbook."
    )


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([f"<si><t>{i}</t></si>" for i in range(600_000)], "There are more than 500,000 cells."),
        (
            [f"<si><t>{'x' * 20} {i}</t></si>" for i in range(300_000)],
            "There are more than 5,000,000 characters.",
        ),
    ],
)
def test_huge_shared_texts_are_refused(texts, sentence):
    table = f'<sst xmlns="{MAIN}">{"".join(texts)}</sst>'
    assert sentence in refusal(changed(written("x"), sharedStrings=table.encode()))


def test_too_large_an_upload_is_not_opened():
    assert refusal(b"PK" + bytes(LARGEST)).startswith(
        "plan.xlsx: This file has 10,000,002 bytes; the most is"
    )


def test_a_zip_bomb_is_refused_by_its_list():
    raw = saved(("A1", "x"))
    stream = io.BytesIO(raw)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(60_000_000))
    assert refusal(stream.getvalue()) == f"plan.xlsx: {TOO_LARGE}"


def test_a_member_that_unpacks_to_more_than_it_says_is_refused():
    raw = bytearray(with_sheet("<row><c><v>1</v></c></row>" * 40_000))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        says = archive.getinfo("xl/worksheets/sheet1.xml").file_size
    raw = raw.replace(says.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert refusal(bytes(raw)).startswith("plan.xlsx")


def test_many_members_are_refused():
    stream = io.BytesIO(saved(("A1", "x")))
    with zipfile.ZipFile(stream, "a") as archive:
        for i in range(2_000):
            archive.writestr(f"xl/media/{i}.txt", b"")
    assert "parts; the most is 2,000." in refusal(stream.getvalue())


# --- XML and formats --------------------------------------------------------------------------------------

LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize("doctype", [LAUGHS, OUTSIDE, "<!DOCTYPE worksheet>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_part(doctype, encoding):
    for member in ("sheet1", "workbook", "styles", "core", "sharedStrings", "theme1"):
        text = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<x>&a;</x>'
        raw = changed(written("x"), **{member: text.encode(encoding)})
        assert "declares a document type" in refusal(raw), member


@pytest.mark.parametrize("member", ["sheet1", "workbook", "styles", "sharedStrings", "[Content_Types]"])
@pytest.mark.parametrize("content", [b"<worksheet", b"<a><b></a>", b"<a>\xff\xfe</a>", b"", b"words"])
def test_broken_xml_is_refused(member, content):
    assert refusal(changed(written("x"), **{member: content})).startswith("plan.xlsx")


@pytest.mark.parametrize("member", ["sheet1", "workbook", "sharedStrings", "[Content_Types]"])
def test_a_part_of_another_kind_is_refused(member):
    assert refusal(changed(written("x"), **{member: b"<a/>"})).startswith("plan.xlsx: This")


@pytest.mark.parametrize("member", ["[Content_Types]", "workbook", "sheet1"])
def test_a_missing_part_is_refused(member):
    assert refusal(changed(saved(("A1", "x")), **{member: None})).startswith("plan.xlsx: This")


@pytest.mark.parametrize(
    "data",
    [
        '<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>',
        '<row r="one"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-x</v></c></row>',
        '<row r="1"><c r="11"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" s="99999"><v>one</v></c></row>',
    ],
)
def test_cells_that_no_program_writes_are_refused(data):
    assert "damaged" in refusal(with_sheet(data))


@pytest.mark.parametrize("length", [10, 100, 3000])
def test_a_truncated_file_is_refused(length):
    assert "This workbook is damaged. Open it in Excel and save it again as .xlsx." in refusal(
        saved(("A1", "x"))[:length]
    )


def archive_of(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"<a/>")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "This is not an Excel workbook. Save it as .xlsx."),
        (b"key,name\na,b\n", "This is not an Excel workbook. Save it as .xlsx."),
        (b"%PDF-1.7", "This is not an Excel workbook. Save it as .xlsx."),
        (b"<html><table></table></html>", "This is not an Excel workbook. Save it as .xlsx."),
        (archives.OLD_FORMAT + bytes(600), "This is an old Excel file (.xls). Save it as .xlsx."),
        (
            archives.OLD_FORMAT + bytes(600) + archives.ENCRYPTED,
            "This workbook is protected by a password. Take the password off and save it again.",
        ),
        (
            archive_of("xl/workbook.bin", "[Content_Types].xml"),
            "This is a binary workbook (.xlsb). Save it as .xlsx.",
        ),
        (
            archive_of("mimetype", "content.xml"),
            "This is not an Excel workbook but one of LibreOffice or OpenOffice. Save it as .xlsx.",
        ),
        (
            archive_of("word/document.xml", "[Content_Types].xml"),
            "This is not an Excel workbook. Save it as .xlsx.",
        ),
        (archive_of("notes.txt"), "This is not an Excel workbook. Save it as .xlsx."),
    ],
)
def test_another_format_is_named_with_the_cure(raw, sentence):
    assert refusal(raw) == f"plan.xlsx: {sentence}"


def test_a_strict_workbook_is_refused_in_words():
    with zipfile.ZipFile(io.BytesIO(saved(("A1", "x")))) as archive:
        strict = archive.read("xl/workbook.xml").replace(MAIN.encode(), archives.STRICT[:-1].encode())
    assert "“Strict Open XML”" in refusal(changed(saved(("A1", "x")), workbook=strict))


def test_a_locked_member_is_refused():
    raw = bytearray(saved(("A1", "x")))
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    assert "locked or packed in an unusual way" in refusal(bytes(raw))


def test_a_workbook_of_charts_alone_is_refused():
    def fill(book):
        book.create_chartsheet("chart")
        del book["survey"]

    assert "has no sheet with cells" in refusal(saved(fill=fill))


def test_rows_of_a_table_come_trimmed():
    found = rows(
        saved(("A1", "key "), ("B1", "name"), ("A2", " a"), ("B2", "two\nlines ")), "s.xlsx", ["key"]
    )
    assert [row.cells for row in found] == [{"key": "a", "name": "two\nlines"}]
