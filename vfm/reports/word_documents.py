"""Word documents on A4 in one look: headings, lists, tables with headers, page numbers.

Made to be read by a screen reader too: British English throughout, Word's own headings and lists, each table
with a header row and words that say what it holds.
"""

import io
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

TEXT_WIDTH = 16.6
"""Centimetres between the margins."""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def blank(title: str, council: str, made_at: datetime) -> "Document":
    """An empty document in our look, its header and properties filled in."""
    from docx import Document  # heavy: only who asks for a document waits for it

    document = Document()
    _dress(document, title, council, made_at)
    return document


def content(document: "Document") -> bytes:
    """What the document comes to as a file."""
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def add(document: "Document", words: str, style: str = "Normal") -> "Paragraph":
    """A paragraph in one of our styles, at the end."""
    made = document.add_paragraph(fit(words))
    # By the style's id, which is its name without blanks: to look it up by name takes most of the time.
    made.paragraph_format.element.style = style.replace(" ", "")
    return made


def fit(words: str) -> str:
    """Words without the characters that no document may hold."""
    return _NOT_IN_XML.sub("", words)


def style_id(paragraph: "Paragraph") -> str | None:
    """The id of the style of a paragraph: its name without blanks."""
    found: str | None = paragraph.paragraph_format.element.style
    return found


def table(document: "Document", about: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with a header row that each page repeats; `about` tells a screen reader what it holds."""
    made = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    for cell, words in zip(made.rows[0].cells, heads, strict=True):
        cell.paragraphs[0].add_run(fit(words)).bold = True
    for row in rows:
        for cell, words in zip(made.add_row().cells, row, strict=True):
            cell.paragraphs[0].add_run(fit(words))
    _announce(document.element.body.tbl_lst[-1], about)


def fitted_table(
    document: "Document",
    about: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    numbers: Collection[int] = (),
) -> None:
    """The same in small letters and with columns of given widths, for many columns or long texts.

    Args:
        document: gets it at the end.
        about: what it holds, for a screen reader.
        heads: titles of the columns.
        rows: a text a column.
        widths: shares of the width of the text, adding up to 1.
        numbers: places of the columns that are set to the right.
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    made = document.add_table(rows=1, cols=len(heads), style="Table Grid")
    made.autofit = False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(TEXT_WIDTH * width)
    element = document.element.body.tbl_lst[-1]
    for place, words in enumerate(heads):
        _fill(element.tr_lst[0].tc_lst[place], words, is_number=place in numbers, is_bold=True)
        element.tr_lst[0].tc_lst[place].width = Cm(TEXT_WIDTH * widths[place])
    for row in rows:
        made.add_row()
        line = element.tr_lst[-1]
        line.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for place, words in enumerate(row):
            _fill(line.tc_lst[place], words, is_number=place in numbers)
    _announce(element, about)
    add(document, "", "Beside an answer")  # so that two tables never run together
    document.element.body.tbl_lst[-1].tblPr.find(qn("w:tblLayout")).set(qn("w:type"), "fixed")


def _fill(cell: Any, words: str, *, is_number: bool, is_bold: bool = False) -> None:
    """One cell, written on its element: python-docx's own cells take most of the time of a long table."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = cell.p_lst[0]
    paragraph.style = "Cell"
    if is_number:
        paragraph.get_or_add_pPr().jc_val = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_r()
    if is_bold:
        run.get_or_add_rPr().get_or_add_b().val = True
    run.text = fit(words)


def _announce(element: Any, about: str) -> None:
    """Repeat the header row on each page, and say what the table holds."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element.tr_lst[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for name in ("w:tblCaption", "w:tblDescription"):
        said = OxmlElement(name)
        said.set(qn("w:val"), fit(about))
        element.tblPr.append(said)


# --- how it looks -------------------------------------------------------------------------------------------

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "Question": {"bold": True, "size": 11, "before": 16, "after": 2},
    "How to answer": {"size": 9, "colour": "505A5F", "after": 2},
    "Routing": {"size": 10, "italic": True, "after": 2},
    "Weights": {"size": 9, "colour": "505A5F", "after": 2},
    "Guidance": {"size": 10, "after": 3},
    "Answer": {"size": 11, "after": 3},
    "Beside an answer": {"size": 9, "colour": "505A5F", "after": 2},
    "Tick box": {"size": 11, "after": 2},
    "Cell": {"size": 9, "after": 1},
    "Answer space": {"size": 10, "colour": "505A5F", "before": 4, "after": 4},
}
"""Paragraph styles of our own: sizes and spaces in points."""
HEADINGS = {"Title": 24, "Subtitle": 14, "Heading 1": 16, "Heading 2": 12}
"""Styles of Word's own that are used -> size in points."""


def _dress(document: "Document", title: str, council: str, made_at: datetime) -> None:
    """Page, language, properties, styles, header and footer."""
    from docx.shared import Cm

    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = Cm(21), Cm(29.7)
    sheet.left_margin = sheet.right_margin = Cm(2.2)
    sheet.top_margin = sheet.bottom_margin = Cm(2)
    known = document.core_properties
    known.title, known.author = fit(title), fit(council)
    known.last_modified_by, known.comments, known.language = known.author, "", "en-GB"
    known.created = known.modified = made_at.astimezone(UTC)
    _speak_english(document)
    _style(document)
    sheet.header.paragraphs[0].text = fit(f"{council} · {title}")
    _page_numbers(sheet.footer.paragraphs[0])


def _speak_english(document: "Document") -> None:
    """British English throughout, so that a screen reader and the spelling check read it right."""
    from docx.oxml.ns import qn

    for language in document.styles.element.xpath("//w:lang"):
        language.set(qn("w:val"), "en-GB")


def _style(document: "Document") -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Pt, RGBColor

    styles = document.styles
    _font(styles["Normal"])
    styles["Normal"].font.size = Pt(11)
    styles["Normal"].paragraph_format.space_after = Pt(5)
    for name, size in HEADINGS.items():
        _font(styles[name])
        styles[name].font.size = Pt(size)
        styles[name].font.color.rgb = RGBColor(0x0B, 0x0C, 0x0C)
        styles[name].font.italic = False
    key = styles.add_style("Question key", WD_STYLE_TYPE.CHARACTER)
    key.font.bold, key.font.color.rgb = False, RGBColor(0x50, 0x5A, 0x5F)
    for name, look in LOOKS.items():
        _own_style(styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH), look)
        styles[name].base_style = styles["Normal"]
    enlist(styles["Tick box"].element, numbered(document, "bullet", "☐"))
    room = styles["Answer space"]
    room.paragraph_format.left_indent = room.paragraph_format.right_indent = Pt(4)
    _frame(room.element)


def _own_style(style: Any, look: Mapping[str, Any]) -> None:
    from docx.shared import Pt, RGBColor

    style.font.size = Pt(look["size"])
    style.font.bold, style.font.italic = look.get("bold"), look.get("italic")
    if "colour" in look:
        style.font.color.rgb = RGBColor.from_string(look["colour"])
    style.paragraph_format.space_before = Pt(look.get("before", 0))
    style.paragraph_format.space_after = Pt(look["after"])


def _font(style: Any) -> None:
    """Arial, also where Word's own style takes its letters from a theme."""
    from docx.oxml.ns import qn

    style.font.name = "Arial"
    fonts = style.element.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def numbered(document: "Document", form: str, mark: str) -> int:
    """A list of its own, which begins at 1; the number by which paragraphs belong to it."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    numbering = document.part.numbering_part.element
    known = [int(found.get(qn("w:abstractNumId"))) for found in numbering.findall(qn("w:abstractNum"))]
    abstract = max(known, default=0) + 1
    font = '<w:rPr><w:rFonts w:ascii="Segoe UI Symbol" w:hAnsi="Segoe UI Symbol"/></w:rPr>'
    numbering.insert(
        len(known),
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="{abstract}">'
            '<w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{mark}"/><w:lvlJc w:val="left"/>'
            '<w:pPr><w:ind w:left="454" w:hanging="454"/></w:pPr>'
            f"{font if form == 'bullet' else ''}</w:lvl></w:abstractNum>"
        ),
    )
    return int(numbering.add_num(abstract).numId)


def enlist(element: Any, number: int) -> None:
    """Put a paragraph, or all of a style, into a list."""
    properties = element.get_or_add_pPr().get_or_add_numPr()
    properties.get_or_add_ilvl().val = 0
    properties.get_or_add_numId().val = number


def _frame(element: Any) -> None:
    """A thin line around, and between neighbours: room to write in."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="4" w:color="505A5F"/>'
        for side in ("top", "left", "bottom", "right", "between")
    )
    element.get_or_add_pPr().insert_element_before(
        parse_xml(f"<w:pBdr {nsdecls('w')}>{sides}</w:pBdr>"),
        "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl",
    )  # fmt: skip


def _page_numbers(paragraph: "Paragraph") -> None:
    """`Page 2 of 14`, counted by whoever shows the document."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    for words, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        paragraph.add_run(words)
        paragraph.paragraph_format.element.append(
            parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>')
        )
