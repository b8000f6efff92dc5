"""A questionnaire to read before starting, on paper or on screen: as a Word document and as an Excel sheet.

The room's rule: values in, bytes out. A respondents' copy says nothing of weights; one made with shares does.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from vfm.questionnaires.answers import grade_words
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.pages import Page, pages
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.questionnaires.wording import counted
from vfm.reports import guidance
from vfm.reports.guidance import Block
from vfm.reports.result import exact, one_place
from vfm.reports.workbook import Cell, Rows, workbook

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

HOW: dict[Kind, str] = {
    Kind.SCALE: "Choose one level",
    Kind.YES_NO: "Yes or no",
    Kind.SINGLE_CHOICE: "Choose one",
    Kind.MULTI_CHOICE: "Tick all that apply",
    Kind.NUMBER: "A number",
    Kind.MONEY: "An amount in pounds",
    Kind.PERCENT: "A percentage",
    Kind.DATE: "A date",
    Kind.TEXT: "In words",
    Kind.EVIDENCE: "Documents or links, one a line",
}
"""Kind of question -> how it is answered."""
LINES: dict[Kind, int] = {Kind.TEXT: 6, Kind.EVIDENCE: 4}
"""Kind of question -> blank lines to write on; one for the rest."""
FEW_WORDS, FEW_LINES = 50, 3
"""A text of at most so many words gets so many lines."""
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class ReadingCopy:
    """What a copy is made of.

    Attributes:
        about: (words, value) lines under the title: service, cycle, due date, version.
        council: whose copy it is.
        made_at: when, for the document's properties.
        shares: question or section key -> share of the overall in [0, 1], for the core team's copy; None
            keeps every weight out of it.
    """

    questionnaire: Questionnaire
    about: tuple[tuple[str, str], ...]
    council: str
    made_at: datetime
    shares: Mapping[str, float] | None = None


# --- what both say ------------------------------------------------------------------------------------------


def how(question: Question) -> str:
    """How a question is answered: `A number in FTE`, `In words, at most 120 words`."""
    limit = f", at most {counted(question.max_words, 'word')}" if question.max_words else ""
    least = f", at least {counted(question.min_items, 'item')}" if question.min_items else ""
    unit = question.unit.removeprefix("GBP").strip()
    inside = unit if question.kind is Kind.MONEY else f"in {unit}"
    return f"{HOW[question.kind]}{f' {inside}' if unit else ''}{limit}{least}"


def offered(questionnaire: Questionnaire, question: Question) -> tuple[tuple[str, str], ...]:
    """What can be picked: (level number or "", words); empty for a question answered in figures or words."""
    if question.kind is Kind.SCALE:
        return tuple((str(level), words) for level, words in questionnaire.level_words(question).items())
    alone = {option.key for option in question.options if option.exclusive}
    return tuple(
        ("", f"{words} (chosen alone)" if key in alone else words) for key, words in choices(question).items()
    )


def _asked_when(questionnaire: Questionnaire, question: Question) -> str:
    return in_words(question.show_if, questionnaire) if question.show_if else ""


# --- Excel --------------------------------------------------------------------------------------------------

COLUMNS = (
    "Section", "Key", "Question", "Guidance", "How to answer", "Answers to choose from", "Asked only when",
    "Must be answered",
)  # fmt: skip
WEIGHT_COLUMNS = ("Weight", "Share of the overall")
READING_WIDTH = 36
"""Characters of the widest column: so that a printed sheet is one page wide and can still be read."""


def excel(copy: ReadingCopy) -> bytes:
    """A workbook to read: one row a question, and a sheet that says what it is."""
    made = [_row(copy, page, question) for page in pages(copy.questionnaire) for question in _on(page)]
    columns = COLUMNS if copy.shares is None else (*COLUMNS, *WEIGHT_COLUMNS)
    about = (("Template", copy.questionnaire.title), *copy.about, ("Council", copy.council))
    guide = guidance.plain(copy.questionnaire.guidance)
    return workbook(
        [
            Rows("Questions", columns, tuple(made), widest=READING_WIDTH),
            Rows("About", ("What", "Words"), (*about, *([("How to answer", guide)] if guide else []))),
        ],
        title=copy.questionnaire.title,
    )


def _on(page: Page) -> tuple[Question, ...]:
    return page.section.questions


def _row(copy: ReadingCopy, page: Page, question: Question) -> tuple[Cell, ...]:
    questionnaire = copy.questionnaire
    picks = [f"{number}: {words}" if number else words for number, words in offered(questionnaire, question)]
    parts = questionnaire.parts_of(question).values()
    row: tuple[Cell, ...] = (
        page.title,
        question.key,
        question.text,
        guidance.plain(question.help) or None,
        f"{how(question)}, for each part" if parts else how(question),
        "\n".join([*picks, *parts]) or None,
        _asked_when(questionnaire, question) or None,
        "Yes" if question.required else "No",
    )
    return row if copy.shares is None else (*row, question.weight, copy.shares.get(question.key))


# --- Word ---------------------------------------------------------------------------------------------------


def word(copy: ReadingCopy) -> bytes:
    """A Word document on A4: headings for its sections, words in bold for its questions, room for answers."""
    from docx import Document  # heavy: only who asks for a document waits for it

    document = Document()
    _dress(document, copy)
    _front(document, copy)
    for page in pages(copy.questionnaire):
        _section(document, copy, page)
    _keep_together(document)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def _front(document: "Document", copy: ReadingCopy) -> None:
    questionnaire = copy.questionnaire
    _add(document, questionnaire.title, "Title")
    _add(document, copy.council, "Subtitle")
    for words, value in copy.about:
        _add(document, f"{words}: {value}")
    copy_words = "This copy is for reading and for talking it through. Answers are given on the site."
    _add(document, copy_words)
    if questionnaire.guidance.strip():
        _add(document, "How to answer", "Heading 1")
        _guidance(document, questionnaire.guidance)
    if any(question.is_scored for question in questionnaire.questions.values()):
        _add(document, "Evidence", "Heading 1")
        _add(document, "Beside each answer on a scale you say how well it is evidenced:")
        for grade in grade_words(questionnaire).values():
            _add(document, grade, "List Bullet")
    _add(document, "Sections", "Heading 1")
    for page in pages(questionnaire):
        count = counted(len(page.section.questions), "question")
        _add(document, f"{page.number}. {page.title}: {count}", "Guidance")


def _section(document: "Document", copy: ReadingCopy, page: Page) -> None:
    section = page.section
    _add(document, f"{page.number}. {page.title}", "Heading 1")
    if copy.shares is not None and page.key in copy.shares:
        share = one_place(100 * copy.shares[page.key])
        _add(document, f"Weight {exact(section.weight)}, {share}% of the overall.", "Weights")
    if section.purpose:
        _add(document, section.purpose)
    if section.hypothesis:
        _add(document, f"To test: {section.hypothesis}")
    for question in section.questions:
        _question(document, copy, question)


def _keep_together(document: "Document") -> None:
    """No page ends inside a question, nor between a section's opening and its first question."""
    has_question = False
    for here, following in pairwise(document.paragraphs):
        style, next_style = _style_id(here), _style_id(following)
        has_question = style != "Heading1" and (has_question or style == "Question")
        begins = next_style == "Heading1" or (next_style == "Question" and has_question)
        here.paragraph_format.keep_with_next = None if begins else True


def _style_id(paragraph: "Paragraph") -> str | None:
    found: str | None = paragraph.paragraph_format.element.style
    return found


def _question(document: "Document", copy: ReadingCopy, question: Question) -> None:
    questionnaire = copy.questionnaire
    asked = _add(document, "", "Question")
    asked.add_run(_fit(f"{question.key}  "), "Question key")
    asked.add_run(_fit(question.text))
    must = "Must be answered" if question.required else "May be left blank"
    _add(document, f"{how(question)}. {must}.", "How to answer")
    if when := _asked_when(questionnaire, question):
        _add(document, f"Asked only when {when}.", "Routing")
    if question.derived is not None:
        _add(document, "Worked out from other answers; enter a figure only to correct it.", "Routing")
    if copy.shares is not None and question.is_scored:
        _add(document, _weight_words(questionnaire, question, copy.shares), "Weights")
    _guidance(document, question.help)
    _room(document, questionnaire, question)


def _weight_words(questionnaire: Questionnaire, question: Question, shares: Mapping[str, float]) -> str:
    share = shares.get(question.key)
    counts = "" if share is None else f", {one_place(100 * share)}% of the overall"
    worth = questionnaire.points_of(question)
    names = choices(question)
    points = ", ".join(f"{names.get(str(value), value)} = {one_place(worth[value])}" for value in worth)
    return f"Weight {exact(question.weight)}{counts}. Points: {points}."


def _room(document: "Document", questionnaire: Questionnaire, question: Question) -> None:
    """Where the answer goes: boxes to tick, or lines to write on; then what may be said instead of one."""
    for number, words in offered(questionnaire, question):
        line = _add(document, "", "Tick box")
        if number:
            line.add_run(f"{number}  ").bold = True
        line.add_run(_fit(words))
    if not offered(questionnaire, question):
        blank = "\n" * _lines(question)
        for part in questionnaire.parts_of(question).values() or ("Answer",):
            _add(document, f"{part}:{blank}", "Answer space")
    _add(document, "We don't know yet", "Tick box")
    if question.allows_na:
        _add(document, "Does not apply to us, because:", "Tick box")
    if question.is_scored:
        _add(document, "Evidence and notes:\n", "Answer space")


def _lines(question: Question) -> int:
    is_short = question.max_words is not None and question.max_words <= FEW_WORDS
    return FEW_LINES if is_short else LINES.get(question.kind, 1)


def _guidance(document: "Document", text: str) -> None:
    numbers = 0
    for block in guidance.blocks(text):
        if block.number == 1 and block.kind == "number":
            numbers = _new_list(document, "decimal", "%1.")
        _block(document, block, numbers)


def _block(document: "Document", block: Block, numbers: int) -> None:
    paragraph = _add(document, "", "List Bullet" if block.kind == "bullet" else "Guidance")
    for run in block.runs:
        made = paragraph.add_run(_fit(run.words))
        made.bold, made.italic = run.is_bold or None, run.is_italic or None
    if block.kind == "number":
        _number(paragraph.paragraph_format.element, numbers)


def _add(document: "Document", words: str, style: str = "Normal") -> "Paragraph":
    made = document.add_paragraph(_fit(words))
    # By the style's id, which is its name without blanks: to look it up by name takes most of the time.
    made.paragraph_format.element.style = style.replace(" ", "")
    return made


def _fit(words: str) -> str:
    """Words without the characters that no document may hold."""
    return _NOT_IN_XML.sub("", words)


# --- how the document looks ---------------------------------------------------------------------------------

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "Question": {"bold": True, "size": 11, "before": 16, "after": 2},
    "How to answer": {"size": 9, "colour": "505A5F", "after": 2},
    "Routing": {"size": 10, "italic": True, "after": 2},
    "Weights": {"size": 9, "colour": "505A5F", "after": 2},
    "Guidance": {"size": 10, "after": 3},
    "Tick box": {"size": 11, "after": 2},
    "Answer space": {"size": 10, "colour": "505A5F", "before": 4, "after": 4},
}
"""Paragraph styles of our own: sizes and spaces in points."""
HEADINGS = {"Title": 24, "Subtitle": 14, "Heading 1": 16}
"""Styles of Word's own that are used -> size in points."""


def _dress(document: "Document", copy: ReadingCopy) -> None:
    """Page, language, properties, styles, header and footer."""
    from docx.shared import Cm

    sheet = document.sections[0]
    sheet.page_width, sheet.page_height = Cm(21), Cm(29.7)
    sheet.left_margin = sheet.right_margin = Cm(2.2)
    sheet.top_margin = sheet.bottom_margin = Cm(2)
    known = document.core_properties
    known.title, known.author = _fit(copy.questionnaire.title), _fit(copy.council)
    known.last_modified_by, known.comments, known.language = known.author, "", "en-GB"
    known.created = known.modified = copy.made_at.astimezone(UTC)
    _speak_english(document)
    _style(document)
    sheet.header.paragraphs[0].text = _fit(f"{copy.council} · {copy.questionnaire.title}")
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
    _number(styles["Tick box"].element, _new_list(document, "bullet", "☐"))
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


def _new_list(document: "Document", form: str, mark: str) -> int:
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


def _number(element: Any, number: int) -> None:
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
