"""Answering in a workbook: downloaded, filled in, sent back, looked at, accepted."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.answered import answered
from tests.client import Browser, Page
from tests.council import SmallCouncil
from tests.rounds import opened
from tests.workbooks import Filling, by_office, filled
from vfm import cli
from vfm.gateways import answer_workbooks as files
from vfm.questionnaires import workbook_layout as layout
from vfm.questionnaires.answers import Answer, Evidence, State
from vfm.questionnaires.schema import Check, Comparison, Ref
from vfm.store import content
from vfm.store.database import reading
from vfm.store.tables import AnswerRow, Event

ASKED = build.questionnaire(
    build.section(
        "A",
        build.scale_question("A-01", required=True),
        build.question("A-02", "text", "What does it do?", max_words=5),
        build.yes_no("A-03", required=True),
        build.question("A-04", "money", "Which cost?", show_if=Comparison(question="A-03", equals="yes")),
        build.question("A-05", "money", "Which income?"),
    ),
    build.section(
        "B",
        build.question("B-01", "single_choice", "Which?", options=build.options(one="One", two="Two")),
        build.question(
            "B-02", "multi_choice", "Which of these?", options=build.options(x="Ex", y="Why", z="Zed")
        ),
        build.question("B-03", "number", "How many?", by="ages"),
        build.question("B-04", "percent", "What share?"),
        build.question("B-05", "date", "Since when?"),
        build.question("B-06", "evidence", "What shows it?"),
        build.question("B-07", "number", "How often?", unit="a year"),
    ),
    parts={"ages": {"young": "Young people", "old": "Older people"}},
    checks=(
        Check(
            key="less",
            must=Comparison(question="A-05", at_most=Ref(question="A-04")),
            say="Income is more than cost.",
            at="A-05",
        ),
    ),
)
NA, DONT_KNOW = "Does not apply", "We don't know yet"
Enter = Callable[[str], Browser]
on_one_database = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""What is tried before the store is reached needs no second one."""
TYPED: dict[str, Any] = {
    "A-01": "3: In place",
    "A-02": "=Lends 'books'",
    "A-03": "Yes",
    "A-04": 1250000.5,
    "A-05": "£1,000",
    "B-01": "Two",
    "B-02.x": "Yes",
    "B-02.z": "Yes",
    "B-03.young": 12,
    "B-03.old": "1,300",
    "B-04": "12.5%",
    "B-05": date(2027, 3, 27),
    "B-06": "Plan 2026\nAudit, May",
}
MEANT: dict[str, Any] = {
    "A-01": 3,
    "A-02": "=Lends 'books'",
    "A-03": "yes",
    "A-04": Decimal("1250000.5"),
    "A-05": Decimal(1000),
    "B-01": "two",
    "B-02": ("x", "z"),
    "B-03": {"young": Decimal(12), "old": Decimal(1300)},
    "B-04": Decimal("12.5"),
    "B-05": date(2027, 3, 27),
    "B-06": "Plan 2026\nAudit, May",
}


@pytest.fixture
def at(engine: Engine, council: SmallCouncil) -> int:
    return opened(engine, council, ASKED).assessments["LIB"]


def download(browser: Browser, at: int) -> bytes:
    response = browser.client.get(f"/assessments/{at}/workbook.xlsx")
    assert response.status_code == 200, response.status
    return response.data


def upload(browser: Browser, at: int, raw: bytes, name: str = "mine.xlsx") -> Page:
    page = browser.open(f"/assessments/{at}/workbook")
    return page.submit("Send it and see", files={"file": (io.BytesIO(raw), name)})


def stored(engine: Engine, at: int) -> dict[str, Answer]:
    with reading(engine) as session:
        found = session.execute(
            select(AnswerRow.question_key, AnswerRow.content).where(AnswerRow.assessment_id == at)
        ).all()
        return content.answers(ASKED, [(key, kept) for key, kept in found])


def values(engine: Engine, at: int) -> dict[str, Any]:
    return {key: answer.value for key, answer in stored(engine, at).items()}


def test_what_is_typed_in_a_workbook_is_shown_first_and_counts_once_accepted(
    engine: Engine, signed_in: Enter, at: int
) -> None:
    director = signed_in("director")
    raw = filled(download(director, at), TYPED, {"B-07": NA})
    raw = (
        Filling(raw)
        .put("B-07", "It never happens", layout.REASON)
        .put("A-01", "Documented", layout.GRADE)
        .saved()
    )
    page = upload(director, at, raw)
    assert "12 answers would change. 0 answers stay as they are." in page.text
    assert values(engine, at) == {}
    done = page.submit("Accept these changes")
    assert "12 answers taken from the workbook." in done.text
    assert values(engine, at) == MEANT | {"B-07": None}
    given = stored(engine, at)
    assert given["B-07"] == Answer(State.NOT_APPLICABLE, reason="It never happens")
    assert given["A-01"].evidence is Evidence.DOCUMENTED
    with reading(engine) as session:
        verbs = session.scalars(select(Event.verb).where(Event.subject == "assessment")).all()
    assert verbs == ["took answers from a workbook"]


@on_one_database
def test_what_was_downloaded_can_be_scored_at_the_command_line(
    engine: Engine,
    council: SmallCouncil,
    signed_in: Enter,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = build.questionnaire(build.section("A", build.scale_question("A-01"), build.yes_no("A-02")))
    cycle = opened(engine, council, asked)
    answered(engine, council, cycle.assessments["LIB"], asked, {"A-01": Answer(State.ANSWERED, 3)})
    template = signed_in("core_team").client.get(f"/versions/{cycle.version_id}/download.yaml")
    (tmp_path / "template.yaml").write_bytes(template.data)
    (tmp_path / "mine.xlsx").write_bytes(download(signed_in("director"), cycle.assessments["LIB"]))
    paths = [str(tmp_path / name) for name in ("template.yaml", "mine.xlsx")]
    assert cli.main(["score", *paths, "--json"]) == 0, capsys.readouterr()
    overall = json.loads(capsys.readouterr().out)["overall"]
    assert overall["score"] == pytest.approx(200 / 3)


def test_a_workbook_sent_back_as_it_came_changes_nothing(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: int
) -> None:
    given = {key: Answer(State.ANSWERED, value) for key, value in MEANT.items()}
    given["B-07"] = Answer(State.DONT_KNOW, note="Counted from May")
    given["A-04"] = Answer(State.ANSWERED, Decimal("123456789012.89"))
    answered(engine, council, at, ASKED, given)
    director = signed_in("director")
    page = upload(director, at, download(director, at))
    assert "0 answers would change. 12 answers stay as they are." in page.text


@on_one_database
def test_a_workbook_filled_in_with_libreoffice_is_read_as_it_was_typed(
    signed_in: Enter, engine: Engine, council: SmallCouncil, at: int, tmp_path: Path
) -> None:
    answered(
        engine, council, at, ASKED, {"A-02": Answer(State.ANSWERED, "1/2"), "A-01": Answer(State.ANSWERED, 1)}
    )
    director = signed_in("director")
    raw = download(director, at)
    filling = Filling(raw)
    by_hand = TYPED | {
        "A-04": "1250000.5",
        "B-03.young": "12",
        "B-05": "27/03/2027",
        "A-02": "=Lends 'books'",
    }
    cells = {f"D{filling.row(mark)}": str(words) for mark, words in by_hand.items()}
    untouched = upload(director, at, by_office(raw, _folder(tmp_path, "as-it-is"), {}))
    assert "0 answers would change. 12 answers stay as they are." in untouched.text
    made = by_office(raw, _folder(tmp_path, "filled"), cells)
    page = upload(director, at, made)
    assert "cannot be read" not in page.text, page.text
    page.submit("Accept these changes")
    assert values(engine, at) == MEANT


def _folder(inside: Path, name: str) -> Path:
    made = inside / name
    made.mkdir()
    return made


def changed(mark: str, value: Any, column: layout.Column = layout.ANSWER) -> Callable[[Filling], Any]:
    return lambda one: one.put(mark, value, column)


def _delete_row(one: Filling) -> None:
    one.sheet.delete_rows(one.row("A-03"))


def _twice(one: Filling) -> None:
    one.sheet.cell(40, 1).value = "A-03"


def _merge(one: Filling) -> None:
    one.sheet.merge_cells(f"D{one.row('B-04')}:E{one.row('B-04')}")


def _move(one: Filling) -> None:
    one.sheet.insert_cols(3)


def _rename(one: Filling) -> None:
    one.sheet.title = "My answers"


FAULTS: dict[str, tuple[Callable[[Filling], Any], str, str]] = {
    "words that are not in the list": (
        changed("A-01", "Excellent"),
        "A-01 Questions!D6",
        "is not in the list",
    ),
    "no figure": (changed("A-05", "lots"), "A-05 Questions!D10", "Enter"),
    "too many words": (
        changed("A-02", "one two three four five six"),
        "A-02 Questions!D7",
        "Take out 1 word",
    ),
    "no date": (changed("B-05", "last spring"), "B-05 Questions!D21", "is not a date"),
    "no part of a figure": (changed("B-03.old", "some"), "B-03 Questions!D19", "Enter"),
    "a tick that is none": (
        changed("B-02.y", "perhaps"),
        "B-02 Questions!D15",
        "Choose Yes where it applies",
    ),
    "an answer and a state": (
        lambda one: one.put("A-05", 5).put("A-05", DONT_KNOW, layout.STATE),
        "A-05 Questions!E10",
        "Clear one of the two",
    ),
    "not applicable without why": (changed("B-04", NA, layout.STATE), "B-04 Questions!F20", "Say why"),
    "a reason for nothing": (
        changed("B-04", "No share", layout.REASON),
        "B-04 Questions!F20",
        "or clear this cell",
    ),
    "a grade that is none": (
        changed("A-01", "Sure", layout.GRADE),
        "A-01 Questions!G6",
        "is not in the list",
    ),
    "a deleted row": (_delete_row, "A-03 Questions!A8", "was taken out"),
    "a row that is there twice": (_twice, "A-03 Questions!A40", "here twice"),
    "merged cells": (_merge, "B-04 Questions!D20:E20", "Unmerge them"),
}


@on_one_database
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_names_sheet_cell_reason_and_cure_and_costs_its_own_question_alone(
    engine: Engine, signed_in: Enter, at: int, fault: str
) -> None:
    do, place, words = FAULTS[fault]
    director = signed_in("director")
    filling = Filling(download(director, at)).put("B-07", 4)
    do(filling)
    page = upload(director, at, filling.saved())
    cells = [
        [one.get_text(" ", strip=True) for one in row.select("th, td")]
        for row in page.soup.select("tbody tr")
    ]
    assert len(cells) == 1, cells
    assert cells[0][0] == place
    assert words in cells[0][1]
    page.submit("Accept these changes")
    assert values(engine, at) == {"B-07": Decimal(4)}


def _without_marks(one: Filling) -> None:
    del one.book[layout.MARKS]


def _changed_marks(one: Filling) -> None:
    one.book[layout.MARKS]["B2"].value = "999"


WHOLE: dict[str, tuple[Callable[[Filling], Any], str]] = {
    "renamed sheet": (_rename, "My answers!A1: This sheet was renamed. Name it “Questions” again"),
    "moved column": (_move, "Questions!C4: This column should be “How to answer”"),
    "no marks": (_without_marks, "says whose it is was taken out"),
    "changed marks": (_changed_marks, "was changed. Download the workbook again"),
}


@on_one_database
@pytest.mark.parametrize("fault", WHOLE)
def test_a_workbook_whose_structure_was_changed_is_refused_in_one_sentence(
    engine: Engine, signed_in: Enter, at: int, fault: str
) -> None:
    do, words = WHOLE[fault]
    director = signed_in("director")
    filling = Filling(download(director, at)).put("B-07", 4)
    do(filling)
    page = upload(director, at, filling.saved())
    assert page.status == 422
    assert words in page.problems[0], page.problems
    assert values(engine, at) == {}


def _zip(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in members.items():
            archive.writestr(name.replace("__", "/"), held)
    return out.getvalue()


HOSTILE = {
    "nothing": (b"", "This file is empty"),
    "a text": (b"hello", "This is not a workbook"),
    "an old file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Excel file"),
    "a locked file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "a half": (b"PK\x03\x04" + b"\0" * 40, "This workbook is damaged"),
    "an OpenDocument": (_zip(**{"content.xml": b"<x/>"}), "save it as .xlsx"),
    "macros": (_zip(**{"xl__workbook.xml": b"<x/>", "xl__vbaProject.bin": b"x"}), "bears macros"),
    "a bomb": (_zip(**{"xl__workbook.xml": b" " * 60_000_000}), "too large once unpacked"),
    "no workbook inside": (_zip(**{"word__document.xml": b"<x/>"}), "This is not a workbook"),
    "a workbook of rubbish": (
        _zip(**{"xl__workbook.xml": b"<workbook><sheets><sheet", "[Content_Types].xml": b"<"}),
        "This workbook is damaged",
    ),
}


@on_one_database
@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_workbook_gets_one_clear_sentence(signed_in: Enter, at: int, what: str) -> None:
    raw, words = HOSTILE[what]
    page = upload(signed_in("director"), at, raw)
    assert page.status == 422
    assert len(page.problems) == 1
    assert words in page.problems[0], page.problems


@on_one_database
def test_a_file_that_is_too_large_is_refused_before_it_is_opened(
    signed_in: Enter, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST", 1_000)
    page = upload(signed_in("director"), at, b"PK" + b"x" * 999)
    assert "This file has 1,001 bytes; the most is 1,000." in page.problems[0]


def test_two_copies_merge_with_exactly_their_conflicts(engine: Engine, signed_in: Enter, at: int) -> None:
    director = signed_in("director")
    raw = download(director, at)
    one = filled(raw, {"A-01": "2: Partly in place", "A-05": 10, "B-07": 3, "B-01": "One"})
    two = filled(raw, {"A-01": "4: Embedded and improving", "A-05": 10, "B-04": "5", "B-01": "Two"})
    upload(director, at, one, "one.xlsx").submit("Accept these changes")
    page = upload(director, at, two, "two.xlsx")
    clashing = [one.get_text(" ", strip=True)[:4] for one in page.soup.select(".vfm-clash legend .vfm-key")]
    assert clashing == ["A-01", "B-01"]
    assert "1 answer would change, 2 answers need your choice" in page.text
    refused = page.submit("Accept these changes")
    assert refused.status == 409
    assert len(refused.problems) == 2
    assert values(engine, at)["A-01"] == 2
    marks = {
        field["name"]: field["value"]
        for field in page.soup.select(".vfm-clash input")
        if field["value"] != "theirs"
    }
    done = refused.submit(
        "Accept these changes", **{"A-01__choice": marks["A-01.choice"], "B-01__choice": "theirs"}
    )
    assert "2 answers taken" in done.text
    assert values(engine, at) == {
        "A-01": 4,
        "A-05": Decimal(10),
        "B-07": Decimal(3),
        "B-01": "one",
        "B-04": Decimal(5),
    }


def test_whoever_writes_between_preview_and_accepting_is_not_written_over(
    engine: Engine, signed_in: Enter, at: int
) -> None:
    director = signed_in("director")
    page = upload(director, at, filled(download(director, at), {"A-02": "From Excel"}))
    director.open(f"/assessments/{at}/sections/A").submit(
        "Save and return later", **{"A-02__value": "From the page"}
    )
    refused = page.submit("Accept these changes")
    assert refused.status == 409
    assert "From the page" in refused.text
    assert values(engine, at) == {"A-02": "From the page"}


def test_a_contributor_downloads_and_sends_back_their_part_alone(
    engine: Engine, council: SmallCouncil, signed_in: Enter
) -> None:
    at = opened(engine, council, ASKED, given=(("section", "B"),)).assessments["LIB"]
    director, contributor = signed_in("director"), signed_in("contributor")
    part = Filling(download(contributor, at))
    marks = {cell.value for cell in part.sheet["A"]}
    assert "B-01" in marks
    assert "A-01" not in marks
    whole = filled(download(director, at), {"A-02": "Not mine", "B-07": 2})
    seen = upload(contributor, at, whole)
    assert "1 answer would change" in seen.text
    assert "Not mine" not in seen.text
    seen.submit("Accept these changes")
    assert values(engine, at) == {"B-07": Decimal(2)}


@on_one_database
@pytest.mark.parametrize("place", ["workbook", "questions/A-01/evidence", "questions/A-01/history"])
def test_the_menu_says_that_a_page_is_one_of_the_assessment(signed_in: Enter, at: int, place: str) -> None:
    page = signed_in("director").open(f"/assessments/{at}/{place}")
    assert [one.get_text(strip=True) for one in page.soup.select("nav [aria-current]")] == ["Assessments"]


def test_whoever_was_given_nothing_finds_no_workbook(
    engine: Engine, council: SmallCouncil, signed_in: Enter
) -> None:
    at = opened(engine, council, ASKED, given=()).assessments["LIB"]
    contributor = signed_in("contributor")
    for address in (f"/assessments/{at}/workbook", f"/assessments/{at}/workbook.xlsx"):
        assert contributor.status(address) == 404


def test_the_workbook_of_another_service_is_refused_with_its_name(
    engine: Engine, council: SmallCouncil, signed_in: Enter
) -> None:
    made = opened(engine, council, ASKED, services=("LIB", "WASTE"))
    director = signed_in("director")
    page = upload(director, made.assessments["LIB"], download(director, made.assessments["WASTE"]))
    assert "mine.xlsx: vfm!B2: This is the workbook of Waste collection" in page.problems[0]


def test_an_upload_can_be_discarded_and_is_nobody_elses(engine: Engine, signed_in: Enter, at: int) -> None:
    director = signed_in("director")
    page = upload(director, at, filled(download(director, at), {"B-07": 2}))
    assert signed_in("other_director").status(page.address) == 404
    assert "mine.xlsx" in director.open(f"/assessments/{at}/workbook").text
    gone = page.submit("Discard this upload")
    assert "Nothing of it was counted" in gone.text
    assert "accepted or discarded already" in director.open(page.address).text
    assert values(engine, at) == {}


def test_once_sent_no_workbook_is_taken(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: int
) -> None:
    answered(
        engine,
        council,
        at,
        ASKED,
        {"A-01": Answer(State.ANSWERED, 2), "A-03": Answer(State.ANSWERED, "no")},
    )
    director = signed_in("director")
    page = upload(director, at, filled(download(director, at), {"B-07": 2}))
    director.open(f"/assessments/{at}/check").submit("Send")
    assert "no workbook can be sent back now" in director.open(f"/assessments/{at}/workbook").text
    assert page.submit("Accept these changes").status == 409
    assert "B-07" not in values(engine, at)


def test_a_workbook_downloaded_in_welsh_is_read_by_somebody_who_reads_english(
    engine: Engine, council: SmallCouncil, signed_in: Enter
) -> None:
    welsh_words = {
        "question.B-01.text": "Pa un?",
        "question.B-01.options.one": "Un",
        "question.B-01.options.two": "Dau",
    }
    both = ASKED.model_copy(update={"translations": {"cy": welsh_words}})
    at = opened(engine, council, both).assessments["LIB"]
    director = signed_in("director")
    director.send("/language", {"language": "cy"})
    welsh = filled(download(director, at), {"B-01": "Dau"})
    director.send("/language", {"language": "en"})
    upload(director, at, welsh).submit("Accept these changes")
    assert values(engine, at) == {"B-01": "two"}
