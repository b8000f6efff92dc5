"""Answers to take away: every answer in the document and the sheet, typed; headings, table headers."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from tests import build
from vfm.questionnaires.answer_sheet import sheet
from vfm.questionnaires.routing import on_route
from vfm.reports import answer_copy
from vfm.reports.answer_copy import COLUMNS, AnswerCopy, Beside

ASKED = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01", required=True),
        build.yes_no("A-02", 2),
        build.question("A-03", "text", show_if={"question": "A-02", "equals": "yes"}),
        title="What it costs",
    ),
    build.section(
        "B",
        build.question("B-01", "money"),
        build.question("B-02", "number", by="ages", unit="FTE"),
        build.question("B-03", "date"),
        build.question("B-04", "percent"),
        build.scale_question("B-05"),
        build.scale_question("B-06"),
    ),
    parts={"ages": {"old": "Older", "young": "Younger"}},
)
GIVEN = {
    "A-01": build.answer(3, "documented", note="=SUM(A1)"),
    "A-02": build.answer("no"),
    "A-03": build.answer("Kept from when it was asked"),
    "B-01": build.answer(Decimal("1234.50")),
    "B-02": build.answer({"old": 2, "young": 3}),
    "B-03": build.answer(date(2026, 3, 5)),
    "B-04": build.answer(Decimal("12.5")),
    "B-05": build.na("Run by others"),
    "B-06": build.dont_know(),
}
STEPS = (
    ("Submitted", "Carl", "1 November 2026 at 10:00", ""),
    ("Returned", "Dora", "2 November 2026 at 11:00", "Net <looks> too high."),
)


@pytest.fixture(scope="module")
def copy() -> AnswerCopy:
    """One assessment, some of it answered by Carl with evidence."""
    return AnswerCopy(
        questionnaire=ASKED,
        about=(("Service", "Libraries"), ("Status", "Signed off")),
        steps=STEPS,
        sections=sheet(ASKED, GIVEN, on_route(ASKED, GIVEN), only=ASKED.questions),
        beside={"A-01": Beside(("Plan (https://a.example/plan)", "Survey"), "Carl", "1 March 2026 at 09:00")},
        council="Wrenmouth Test Council",
        made_at=datetime(2026, 11, 23, 14, 2, tzinfo=UTC),
    )


def test_the_sheet_has_one_row_a_question_with_typed_values(copy: AnswerCopy) -> None:
    book = openpyxl.load_workbook(io.BytesIO(answer_copy.excel(copy)))
    heads, *rows = book["Answers"].iter_rows(values_only=True)
    assert heads == COLUMNS
    found = {row[0]: dict(zip(heads, row, strict=True)) for row in rows}
    assert list(found) == list(ASKED.questions)
    assert found["A-01"] == {
        "Key": "A-01", "Section": "What it costs", "Question": "How well is it done?",
        "Answer": "3: In place", "Level": 3, "State": "Answered", "Reason": None,
        "Evidence grade": "Documented",
        "Evidence": "Plan (https://a.example/plan)\nSurvey",
        "Note": "=SUM(A1)", "Who": "Carl", "When": "1 March 2026 at 09:00",
    }  # fmt: skip
    assert [found[key]["Answer"] for key in ("B-01", "B-04")] == [1234.5, 12.5]
    assert found["B-03"]["Answer"] == datetime(2026, 3, 5)  # noqa: DTZ001
    assert found["B-02"]["Answer"] == "Older: 2 FTE; Younger: 3 FTE"
    assert [found["B-05"][name] for name in ("Answer", "State", "Reason")] == [
        None, "Does not apply", "Run by others",
    ]  # fmt: skip
    assert found["B-06"]["State"] == "We don't know yet"
    assert [found["A-03"][name] for name in ("Answer", "State")] == [
        "Kept from when it was asked", "Not asked",
    ]  # fmt: skip
    note = book["Answers"].cell(2, 10)
    assert note.data_type == "s", "what somebody typed is never a formula"
    assert [row[:2] for row in book["Steps"].iter_rows(min_row=2, values_only=True)] == [
        ("Submitted", "Carl"), ("Returned", "Dora"),
    ]  # fmt: skip


def test_the_document_has_a_heading_for_each_section_and_question_asked(copy: AnswerCopy) -> None:
    read = docx.Document(io.BytesIO(answer_copy.word(copy)))
    headings = [(p.style.name, p.text) for p in read.paragraphs if p.style.name.startswith("Heading")]
    assert headings[:3] == [
        ("Heading 1", "Steps"),
        ("Heading 1", "1. What it costs"),
        ("Heading 2", "A-01  How well is it done?"),
    ]  # fmt: skip
    assert len([style for style, _ in headings if style == "Heading 2"]) == 8, "what is not asked is left out"
    text = "\n".join(p.text for p in read.paragraphs)
    assert "Evidence: Documented. Plan (https://a.example/plan); Survey" in text
    assert "Note: =SUM(A1)" in text
    assert "Does not apply: Run by others" in text
    assert "Kept from when it was asked" not in text
    assert read.core_properties.language == "en-GB"


def test_the_steps_are_a_table_with_a_header_row_and_words_for_a_screen_reader(copy: AnswerCopy) -> None:
    read = docx.Document(io.BytesIO(answer_copy.word(copy)))
    (steps,) = read.tables
    assert [cell.text for cell in steps.rows[0].cells] == ["Step", "Who", "When", "Why"]
    assert [cell.text for cell in steps.rows[2].cells] == list(STEPS[1])
    element = read.element.body.tbl_lst[0]
    assert element.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
    assert (
        element.tblPr.find(qn("w:tblDescription")).get(qn("w:val")) == "The steps this assessment has taken"
    )


def test_nothing_is_said_of_weights(copy: AnswerCopy) -> None:
    book = openpyxl.load_workbook(io.BytesIO(answer_copy.excel(copy)))
    cells = [str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in cells if "weight" in cell.casefold()]
