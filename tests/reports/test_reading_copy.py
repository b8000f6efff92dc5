"""A questionnaire to read: every word of it in the document and the sheet, weights only where they belong."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.shared import Cm

from tests import build
from vfm.questionnaires import document
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.pages import pages
from vfm.questionnaires.schema import Kind, Option, Questionnaire
from vfm.reports import reading_copy
from vfm.reports.reading_copy import HOW, ReadingCopy, how
from vfm.scoring.shares import full_shares

READY = sorted((Path(__file__).parents[2] / "data" / "templates").glob("*.yaml"))
ABOUT = (("Service", "Libraries"), ("Cycle", "Rollout 2026"), ("Due", "18 December 2026"))
MADE = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
ALONE = Option(key="n", label="None", exclusive=True)
SMALL = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01", 3, required=True, help="Of **last** year.\n\n1. plans\n2. figures"),
        build.yes_no("A-02", 1, na_allowed=False),
        build.question("A-03", "text", max_words=40, show_if={"question": "A-02", "equals": "yes"}),
        purpose="What it is for.",
    ),
    build.section(
        "B",
        build.question("B-01", "money", unit="GBP per week"),
        build.question("B-02", "number", unit="FTE", by="ages"),
        build.question("B-03", "multi_choice", options=(*build.options(a="One"), ALONE)),
    ),
    guidance="Read this *first*.\n\n1. once\n2. twice",
    parts={"ages": {"young": "Young people", "old": "Older people"}},
)  # fmt: skip


def copy(questionnaire: Questionnaire = SMALL, *, weights: bool = False) -> ReadingCopy:
    shares = full_shares(questionnaire) if weights else None
    return ReadingCopy(questionnaire, ABOUT, "Wrenmouth Test Council", MADE, shares)


def opened(made: ReadingCopy) -> Document:
    return docx.Document(io.BytesIO(reading_copy.word(made)))


def words(read: Document) -> str:
    return "\n".join(paragraph.text for paragraph in read.paragraphs)


def in_style(read: Document, style: str) -> list[str]:
    return [p.text for p in read.paragraphs if p.style is not None and p.style.name == style]


def sheet(made: ReadingCopy, name: str = "Questions") -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(reading_copy.excel(made)))
    return list(book[name].iter_rows(values_only=True))


def template(path: Path) -> Questionnaire:
    return document.parse(path.read_text(encoding="utf-8"), name=path.name)


# --- Word ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_every_word_of_a_ready_template_is_in_the_document(path: Path) -> None:
    questionnaire = template(path)
    read = opened(copy(questionnaire))
    text = words(read)
    assert in_style(read, "Title") == [questionnaire.title]
    headings = in_style(read, "Heading 1")
    titles = [f"{page.number}. {page.title}" for page in pages(questionnaire)]
    assert headings[-len(titles) :] == titles
    assert in_style(read, "Question") == [f"{key}  {q.text}" for key, q in questionnaire.questions.items()]
    for question in questionnaire.questions.values():
        if question.kind is Kind.SCALE:
            for level, descriptor in questionnaire.level_words(question).items():
                assert f"{level}  {descriptor}" in text
        assert all(label in text for label in choices(question).values())
    assert sum(bool(q.show_if) for q in questionnaire.questions.values()) == text.count("Asked only when")
    assert "Service: Libraries\nCycle: Rollout 2026\nDue: 18 December 2026" in text


def test_question_words_are_bold_and_levels_are_a_list() -> None:
    read = opened(copy())
    question = next(p for p in read.paragraphs if p.text.startswith("A-01"))
    assert question.style.font.bold
    level = next(p for p in read.paragraphs if p.text == "1  Not in place")
    assert level.style.name == "Tick box"
    assert level.runs[0].bold
    assert level.style.element.xpath("w:pPr/w:numPr/w:numId/@w:val")


def test_routing_and_what_may_be_said_instead() -> None:
    text = words(opened(copy()))
    assert 'Asked only when A-02 is "Yes".' in text
    asked = re.split(r"\n(?=[AB]-0\d  )", text)
    offers = {part[:4]: "Does not apply to us" in part for part in asked[1:]}
    assert offers == {"A-01": True, "A-02": False, "A-03": True, "B-01": True, "B-02": True, "B-03": True}
    assert text.count("We don't know yet") == 6
    assert "An amount in pounds per week. May be left blank." in text
    assert "Young people:" in text
    assert "None (chosen alone)" in text


def test_guidance_keeps_its_emphasis_and_every_list_begins_at_one() -> None:
    read = opened(copy())
    last = next(run for p in read.paragraphs for run in p.runs if run.text == "last")
    assert last.bold
    numbered = [p for p in read.paragraphs if p.text in ("once", "twice", "plans", "figures")]
    lists = [p.paragraph_format.element.xpath("w:pPr/w:numPr/w:numId/@w:val")[0] for p in numbered]
    assert lists[0] == lists[1] != lists[2] == lists[3]


def test_the_paper_the_language_and_the_page_numbers() -> None:
    made = reading_copy.word(copy())
    read = docx.Document(io.BytesIO(made))
    page = read.sections[0]
    assert (round(page.page_width / Cm(1), 1), round(page.page_height / Cm(1), 1)) == (21.0, 29.7)  # type: ignore[operator]
    assert page.header.paragraphs[0].text == "Wrenmouth Test Council · A test template"
    with ZipFile(io.BytesIO(made)) as parts:
        styles = parts.read("word/styles.xml").decode()
        footers = "".join(parts.read(name).decode() for name in parts.namelist() if "footer" in name)
    assert set(re.findall(r'<w:lang [^>]*w:val="([^"]+)"', styles)) == {"en-GB"}
    assert 'w:instr="PAGE"' in footers
    assert 'w:instr="NUMPAGES"' in footers
    known = read.core_properties
    assert (known.title, known.author, known.language) == (
        "A test template",
        "Wrenmouth Test Council",
        "en-GB",
    )
    assert known.created == MADE


def test_no_page_ends_inside_a_question() -> None:
    read = opened(copy())
    kept = {p.text.split("\n")[0]: p.paragraph_format.keep_with_next for p in read.paragraphs}
    assert kept["1. Section A"]
    assert kept["What it is for."]
    assert kept["1  Not in place"]
    assert kept["Evidence and notes:"] is None


def test_weights_are_in_the_core_teams_copy_alone() -> None:
    for path in READY:
        questionnaire = template(path)
        plain = opened(copy(questionnaire))
        assert not in_style(plain, "Weights")
        assert "of the overall" not in words(plain)
    told = in_style(opened(copy(weights=True)), "Weights")
    assert told == [
        "Weight 1, 100% of the overall.",
        "Weight 3, 75% of the overall. Points: 1 = 0, 2 = 33.3, 3 = 66.7, 4 = 100.",
        "Weight 1, 25% of the overall. Points: Yes = 100, No = 0.",
    ]


def test_what_no_document_may_hold_is_left_out() -> None:
    odd = build.questionnaire(build.scale_question("A-01", text="How\x00 well\x0b <b>is</b> it ☃?"))
    assert "A-01  How well <b>is</b> it ☃?" in words(opened(copy(odd)))


# --- Excel --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_one_row_a_question(path: Path) -> None:
    questionnaire = template(path)
    head, *rows = sheet(copy(questionnaire))
    assert head == reading_copy.COLUMNS
    assert [(row[1], row[2]) for row in rows] == [(k, q.text) for k, q in questionnaire.questions.items()]
    asked = questionnaire.questions.values()
    assert [row[7] for row in rows] == ["Yes" if q.required else "No" for q in asked]
    assert [bool(row[6]) for row in rows] == [bool(q.show_if) for q in asked]


def test_a_row_says_how_to_answer() -> None:
    rows = {row[1]: row for row in sheet(copy())}
    assert rows["A-01"][:8] == (
        "Section A", "A-01", "How well is it done?", "Of last year.\n1. plans\n2. figures",
        "Choose one level",
        "1: Not in place\n2: Partly in place\n3: In place\n4: Embedded and improving", None, "Yes",
    )  # fmt: skip
    assert rows["A-03"][4:7] == ("In words, at most 40 words", None, 'A-02 is "Yes"')
    assert rows["B-02"][4:6] == ("A number in FTE, for each part", "Young people\nOlder people")
    assert ("Due", "18 December 2026") in sheet(copy(), "About")


def test_weights_are_in_the_core_teams_sheet_alone() -> None:
    assert "Weight" not in sheet(copy())[0]
    head, first, *_ = sheet(copy(weights=True))
    assert (head[-2:], first[-2:]) == (("Weight", "Share of the overall"), (3, 0.75))


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_says_how_it_is_answered(kind: Kind) -> None:
    assert how(build.question("Q-01", kind)).startswith(HOW[kind])
    assert opened(copy(build.questionnaire(build.question("Q-01", kind)))).paragraphs
