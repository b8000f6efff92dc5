"""The answers taken away: by whom, in which form, and with the steps at the top."""

import io
from collections.abc import Callable
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import Engine

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.gateways import pdf
from vfm.store.database import transaction
from vfm.store.tables import Evidence, EvidenceUse

ASKED = build.questionnaire(
    build.section("ECO", build.scale_question("ECO-01", required=True), build.question("ECO-02", "text")),
    build.section("OUT", build.scale_question("OUT-01")),
)
Enter = Callable[[str], Browser]


@pytest.fixture
def at(engine: Engine, council: SmallCouncil) -> str:
    """The address of the libraries' assessment; its contributor has one question of it."""
    number = opened(engine, council, ASKED, given=(("question", "ECO-01"),)).assessments["LIB"]
    with transaction(engine) as session:
        paper = Evidence(
            service_id=council.services["LIB"], kind="link", title="Cost model",
            address="https://papers.example/costs", grade="documented",
            by_id=council.people["director"], at=NOW,
        )  # fmt: skip
        session.add(paper)
        session.flush()
        by_id = council.people["director"]
        session.add(
            EvidenceUse(
                assessment_id=number, question_key="ECO-01", evidence_id=paper.id, by_id=by_id, at=NOW
            )
        )
    return f"/assessments/{number}"


def answers_of(browser: Browser, at: str) -> dict[str, tuple[Any, ...]]:
    """Key -> row of the workbook."""
    got = browser.client.get(f"{at}/answers.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(got.data))
    return {row[0]: row for row in book["Answers"].iter_rows(min_row=2, values_only=True)}


def test_a_signed_off_assessment_tells_who_sent_and_who_signed(signed_in: Enter, at: str) -> None:
    director = signed_in("director")
    director.open(f"{at}/sections/ECO").submit(
        "Save and return later", **{"ECO-01.value": "2", "ECO-02.value": "<b>Tills</b> & vans"}
    )
    director.open(f"{at}/check").submit("Send for sign-off").submit("Sign off")
    page = director.open(f"{at}/check")
    links = [str(a["href"]) for a in page.soup.select("main a") if "/answers." in str(a["href"])]
    assert links == [f"{at}/answers.docx", f"{at}/answers.xlsx", f"{at}/answers.pdf"]
    got = director.client.get(f"{at}/answers.docx")
    assert 'filename="libraries-rollout-2026-answers.docx"' in got.headers["Content-Disposition"]
    read = docx.Document(io.BytesIO(got.data))
    assert "Status: Signed off" in [paragraph.text for paragraph in read.paragraphs]
    steps = [[cell.text for cell in row.cells] for row in read.tables[0].rows]
    assert steps[1] == ["Submitted", "Director", "23 November 2026 at 14:02", ""]
    assert steps[-1][:2] == ["Signed off", "Director"]
    assert answers_of(director, at)["ECO-01"][3:5] == ("2: Partly in place", 2)
    assert answers_of(director, at)["ECO-01"][8] == "Cost model (https://papers.example/costs)"
    printed = director.client.get(f"{at}/answers.pdf")
    assert (printed.mimetype, printed.data[:5]) == ("application/pdf", b"%PDF-")


def test_a_contributor_takes_away_their_own_part_alone(signed_in: Enter, at: str) -> None:
    assert list(answers_of(signed_in("contributor"), at)) == ["ECO-01"]
    assert list(answers_of(signed_in("core_team"), at)) == ["ECO-01", "ECO-02", "OUT-01"]


@pytest.mark.parametrize("form", ["docx", "xlsx", "pdf"])
def test_others_do_not_know_of_it(signed_in: Enter, at: str, form: str) -> None:
    assert signed_in("other_director").status(f"{at}/answers.{form}") == 404
    assert signed_in("core_team").status(f"/assessments/9999/answers.{form}") == 404


def test_where_no_pdf_can_be_made_none_is_offered_and_the_address_says_why(
    signed_in: Enter, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    director = signed_in("director")
    page = director.open(f"{at}/check")
    assert not [a for a in page.soup.select("main a") if "answers.pdf" in str(a["href"])]
    assert "PDFs are not made on this site." in director.open(f"{at}/answers.pdf", expect=404).text
