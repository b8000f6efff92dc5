"""Templates as workbooks: nothing is lost on the way there and back, and a broken one says where and why."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from tests.build import question, questionnaire, scale_question, section, yes_no
from tests.generated import AWKWARD, made
from vfm.errors import Invalid
from vfm.gateways import spreadsheets
from vfm.gateways.spreadsheets import Sheet
from vfm.gateways.template_workbooks import from_sheets, read
from vfm.questionnaires import document
from vfm.questionnaires.document import Parsed
from vfm.questionnaires.schema import Cap, Check, Questionnaire
from vfm.reports.template_workbook import template_workbook

TEMPLATES = sorted(Path("data/templates").glob("*.yaml"))


def small() -> Questionnaire:
    """Two sections with a question of most kinds."""
    return questionnaire(
        section(
            "A",
            scale_question("A-01", levels={n: f"Words {n}" for n in range(1, 5)}),
            yes_no("A-02", 1, show_if={"question": "A-01", "at_least": 2}),
            caps=(Cap(key="A-cap", when={"question": "A-02", "equals": "no"}, limit=40, reason="Why."),),
        ),
        section(
            "B",
            question("B-01", "single_choice"),
            question("B-02", "number", by="cohorts"),
            question("B-03", "number", derived={"divide": ["B-02", 2]}, by="cohorts"),
            weight=0,
        ),
        parts={"cohorts": {"young": "Young", "old": "Old"}},
        checks=(Check(key="k", must={"question": "A-01", "answered": True}, say="Answer it.", at="A-01"),),
        bands=(
            {"name": "Low", "minimum": 0, "colour": "red"},
            {"name": "High", "minimum": 50, "colour": "green"},
        ),
    )


def read_here(raw: bytes, name: str = "t.xlsx") -> Parsed:
    """The same as `read`, without the child process that makes each a third of a second slower."""
    return from_sheets(
        [Sheet(title, *map(tuple, parts)) for title, *parts in spreadsheets.read(raw, name)], name
    )


def there_and_back(given: Questionnaire) -> Questionnaire:
    return read_here(template_workbook(given)).questionnaire


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_ready_template_survives_excel(path: Path) -> None:
    given = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    back = read(template_workbook(given), "made.xlsx").questionnaire
    assert back == given
    assert document.dump(back) == document.dump(given)


@pytest.mark.parametrize("seed", range(50))
def test_a_generated_template_survives_excel(seed: int) -> None:
    given = made(seed)
    back = there_and_back(given)
    assert back == given
    assert document.dump(back) == document.dump(given)


@pytest.mark.parametrize("text", [text for text in AWKWARD if text])
def test_an_awkward_text_survives_as_words_guidance_and_item(text: str) -> None:
    given = questionnaire(scale_question("A-01", text=text, help=text), outputs=(text, "", text), title=text)
    assert there_and_back(given) == given


def test_empty_tables_survive() -> None:
    given = questionnaire(scale_question("A-01", levels={}), parts={"cohorts": {}})
    assert there_and_back(given) == given


def test_texts_are_text_in_excel_and_figures_are_figures() -> None:
    given = questionnaire(scale_question("A-01", weight=0.1, text="=1+1", help="2026-01-05"))
    sheet = load_workbook(io.BytesIO(template_workbook(given)))["Questions"]
    by_heading = {cell.value: sheet.cell(2, cell.column) for cell in sheet[1]}
    assert (by_heading["Words"].value, by_heading["Words"].data_type) == ("=1+1", "s")
    assert (by_heading["Guidance"].value, by_heading["Guidance"].number_format) == ("2026-01-05", "@")
    assert (by_heading["Weight"].value, by_heading["Weight"].data_type) == (0.1, "n")


def test_every_column_with_few_answers_has_a_drop_down() -> None:
    book = load_workbook(io.BytesIO(template_workbook(small())))
    offered = {
        (sheet.title, sheet.cell(1, first.min_col).value): rule.formula1
        for sheet in book
        for rule in sheet.data_validations.dataValidation
        for first in rule.sqref.ranges
        if sheet.title != "Template"
    }
    assert offered["Questions", "Kind"].startswith('"scale,yes_no,single_choice,')
    assert offered["Questions", "Section"] == "'Sections'!$A$2:$A$5000"
    assert offered["Questions", "Scale"] == "'Scales'!$A$2:$A$5000"
    assert offered["Options", "Question"] == "'Questions'!$B$2:$B$5000"
    assert offered["Questions", "Required"] == '"yes,no"'
    assert {name for name, _ in offered} >= {"Levels", "Caps", "Checks", "Bands", "Pilot questions"}
    assert all(rule.type == "list" for sheet in book for rule in sheet.data_validations.dataValidation)
    assert all(sheet.freeze_panes for sheet in book)


def test_a_text_too_long_for_a_cell_is_refused_by_the_writer() -> None:
    given = questionnaire(scale_question("A-01", text="x" * 32_768, help="😀" * 16_384))
    with pytest.raises(Invalid) as refused:
        template_workbook(given)
    assert [str(problem) for problem in refused.value.problems] == [
        "Questions!C2: This text has 32,768 characters; a cell takes 32,767. Shorten it.",
        "Questions!D2: This text has 32,768 characters; a cell takes 32,767. Shorten it.",
    ]
    longest = questionnaire(scale_question("A-01", text="x" * 32_767))
    assert there_and_back(longest) == longest


def test_points_that_do_not_run_to_100_are_rescaled_and_the_cell_is_named() -> None:
    given = questionnaire(yes_no("A-01", 1, points={"yes": 10, "no": 0}))
    parsed = read(template_workbook(given), "made.xlsx")
    assert parsed.questionnaire.questions["A-01"].points == {"yes": 100, "no": 0}
    (notice,) = map(str, parsed.notices)
    assert notice.startswith("made.xlsx: Questions!K2: Points ran from 0 to 10 and were rescaled to run")


def test_a_template_of_five_hundred_questions_is_written_and_read_in_bounded_time() -> None:
    levels = {level: f"Words {level} " * 20 for level in range(1, 5)}
    asked = [scale_question(f"A-{n:03}", levels=levels) for n in range(500)]
    given = questionnaire(section("A", *asked))
    started = time.process_time()
    assert there_and_back(given) == given
    assert time.process_time() - started < 10


def test_columns_may_change_places_and_empty_sheets_may_go() -> None:
    book = load_workbook(io.BytesIO(template_workbook(small())))
    for name in ("Read me", "Rule lists", "Rule rows", "Evidence grades", "Pilot questions"):
        del book[name]
    sheet = book["Questions"]
    sheet.move_range("A1:A6", cols=30)
    sheet["B1"].value = " KEY "
    sheet["F3"].value = "No"
    sheet["E3"].value = "Yes / no"
    assert read(saved(book), "t.xlsx").questionnaire == small()


# --- broken ones ------------------------------------------------------------------------------------------


def saved(book: Workbook) -> bytes:
    made_of = io.BytesIO()
    book.save(made_of)
    return made_of.getvalue()


def put(**cells: Any) -> Callable[[Workbook], None]:
    """Values by cell, `Questions_C2="words"`; a blank of a sheet's name is two lines, `Rule__lists_A2`."""

    def change(book: Workbook) -> None:
        for place, value in cells.items():
            sheet, cell = place.replace("__", " ").rsplit("_", 1)
            book[sheet][cell].value = value

    return change


def merged(book: Workbook) -> None:
    book["Questions"].merge_cells("C2:D2")


def without(name: str) -> Callable[[Workbook], None]:
    return lambda book: book.remove(book[name])


def renamed(name: str, other: str) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        book[name].title = other

    return change


def with_sheet(name: str) -> Callable[[Workbook], None]:
    return lambda book: book.create_sheet(name).append(["A note"])


def emptied(book: Workbook) -> None:
    book["Sections"].delete_rows(2, 9)


def after(*changes: Callable[[Workbook], None]) -> Callable[[Workbook], None]:
    def change(book: Workbook) -> None:
        for one in changes:
            one(book)

    return change


BROKEN: dict[str, Callable[[Workbook], None]] = {
    "no sheet of ours": lambda book: [book.remove(sheet) for sheet in book.worksheets[1:]],
    "a needed sheet is missing": without("Questions"),
    "two needed sheets are missing": after(without("Template"), without("Sections")),
    "a sheet has a wrong name": renamed("Questions", "Qestions"),
    "a sheet too many": with_sheet("My notes"),
    "merged cells": merged,
    "a formula": put(Questions_G3="=SUM(G2:G2)"),
    "a column of formulas": put(Questions_G2="=1", Questions_G3="=2", Questions_G4="=3"),
    "a stray column": put(Questions_V1="Remarks", Questions_V2="Ask Jo"),
    "a heading mistyped": put(Questions_D1="Guidence"),
    "a needed heading missing": put(Options_C1=None),
    "a heading twice": put(Questions_D1="Words"),
    "a value under no heading": put(Questions_W4="?"),
    "no rows of sections": emptied,
    "blank cells that are needed": put(Questions_C2=None, Questions_E3=None, Options_C2=None),
    "figures in words": put(Questions_G2="two", Sections_D2="ten", Template_B5="first", Questions_N4="x"),
    "neither yes nor no": put(Questions_F2="maybe", Template_B16="perhaps"),
    "words not in the list": put(
        Questions_E2="scael", Questions_S4="spend", Bands_C2="pink", Template_B6="town"
    ),
    "a kind nobody knows": put(Questions_E5="slider"),
    "keys that cannot be": put(Questions_B2="1st", Sections_A3="B B", Template_B3="-"),
    "keys twice": put(Questions_B3="A-01", Options_B3="a", Checks_A2="A-cap"),
    "section keys twice": put(Sections_A4="a", Sections_B4="A third"),
    "rows of nothing": put(
        Questions_A4="C", Options_A2="B-09", Levels_A2="A-1", Caps_A2="D", Sections_C3="Z"
    ),
    "a row of no question": put(Options_A3=None, Levels_A3=None),
    "levels twice and blank": put(Levels_B3=1, Levels_B4=None, Levels_C5=None, Scales_B3=1, Scales_B4="two"),
    "conditions that cannot be read": put(
        Questions_Q3="A-01 at lest 2", Checks_B2="A-01", Caps_C2="(A-02 = no"
    ),
    "arithmetic that cannot be read": put(Questions_R6="B-02 /"),
    "rules that make no sense": put(Questions_Q3="B-01 = a", Checks_B2="A-09 answered", Checks_D2="A-10"),
    "a calculation on words": put(Questions_R6="B-01 / 2"),
    "a section inside itself": put(Sections_C2="B", Sections_C3="A"),
    "a section too many": put(Sections_A4="C", Sections_B4="Empty"),
    "a field nobody knows": put(Template_A4="Titel", Template_A5="Key"),
    "another program's format": put(Template_B2="vfm-template/9"),
    "points out of place": put(Questions_K2=0, Questions_L2=100, Scales_D2="a third", Caps_D2=140),
    "things a kind cannot use": put(Questions_M3="FTE", Questions_O3=20, Questions_J3="maturity"),
    "a scale and parts nobody knows": put(Questions_J2="maturty", Questions_N5="cohort"),
    "bands out of order": put(Bands_B2=60),
    "a rule table that is not whole": put(
        Sections_I2="Weak\nSound",
        Sections_J2="Good",
        Rule__lists_A2="A",
        Rule__lists_B2="first",
        Rule__lists_C2="A-01, A-09",
    ),
    "half a rule table": put(Rule__rows_A2="A", Rule__rows_B2="all", Rule__rows_C2="Sound"),
    "parts and grades twice": put(
        Parts_B3="young",
        Evidence__grades_A2="none",
        Evidence__grades_B2="Nothing",
        Evidence__grades_A3="None",
        Evidence__grades_B3="Nil",
    ),
    "a pilot question of no kind": put(Pilot__questions_A2="P-01", Pilot__questions_B2="Was it clear?"),
    "several at once": put(
        Questions_G2="two", Questions_Q3="A-01 = 9", Options_A2="B-9", Bands_B2=1, Parts_B3="young"
    ),
    "cells, rules and bands at once": put(
        Questions_F2="?", Questions_Q3="B-01 = a", Bands_B2=1, Parts_B3="young"
    ),
    "keys that are too long": put(Questions_B4="B" * 41, Options_A2="B" * 41, Options_A3="B" * 41),
}


LINES = (Path(__file__).parent / "broken_workbooks.txt").read_text(encoding="utf-8")
EXPECTED = {
    name.strip(): [line for line in lines.split("\n") if line]
    for name, _, lines in (part.partition("\n") for part in LINES.split("# ")[1:])
}
"""Name of a broken workbook -> every line it gives."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_workbook_gives_every_problem(name: str) -> None:
    book = load_workbook(io.BytesIO(template_workbook(small())))
    BROKEN[name](book)
    with pytest.raises(Invalid) as refused:
        read_here(saved(book))
    assert [str(problem) for problem in refused.value.problems] == EXPECTED[name]
