"""Copies to read before starting, as they are handed out: to whom, under what name, and with what in them."""

import io
from collections.abc import Callable

import docx
import openpyxl
import pytest
from sqlalchemy import Engine

from tests import build, rounds
from tests.client import Browser, Page
from tests.council import SmallCouncil
from tests.rounds import Round

Enter = Callable[[str], Browser]
ASKED = build.questionnaire(build.scale_question("A-01", 2, text="How well is the cost known?"))


@pytest.fixture
def cycle(engine: Engine, council: SmallCouncil) -> Round:
    return rounds.opened(engine, council, ASKED)


def taken(page: Page) -> tuple[bytes, str]:
    """The file, and the name it is sent under."""
    found = page.response  # type: ignore[attr-defined]
    how, _, name = found.headers["Content-Disposition"].partition("; ")
    assert how == "attachment"
    return found.data, name


def text(content: bytes) -> str:
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(content)).paragraphs)


def test_respondents_take_their_copy_from_all_questions(signed_in: Enter, cycle: Round) -> None:
    page = signed_in("contributor").open(f"/assessments/{cycle.assessments['LIB']}/questions")
    made, name = taken(page.follow("Word"))
    assert name == 'filename="libraries-rollout-2026-questions.docx"'
    said = text(made)
    assert "Wrenmouth Test Council" in said
    assert "Service: Libraries\nCycle: Rollout 2026\nDue: 18 December 2026" in said
    assert "A-01  How well is the cost known?" in said
    assert "eight" not in said
    made, name = taken(page.follow("Excel"))
    assert name == 'filename="libraries-rollout-2026-questions.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert "Weight" not in [cell.value for cell in book["Questions"][1]]


def test_the_core_team_takes_a_copy_with_weights_from_the_version(signed_in: Enter, cycle: Round) -> None:
    page = signed_in("core_team").open(f"/versions/{cycle.version_id}")
    made, name = taken(page.follow("Word"))
    assert name == 'filename="test-v1-questions-with-weights.docx"'
    said = text(made)
    assert "Version: 1 (live), with weights" in said
    assert "Weight 2, 100% of the overall." in said
    made, name = taken(page.follow("Excel"))
    assert name == 'filename="test-v1-questions-with-weights.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(made))["Questions"]["J2"].value == 1


def test_nobody_takes_what_is_not_theirs(signed_in: Enter, cycle: Round) -> None:
    own = f"/assessments/{cycle.assessments['LIB']}/questions.docx"
    weights = f"/versions/{cycle.version_id}/reading-copy.docx"
    expected = {
        "director": (200, 404), "contributor": (200, 404), "other_director": (404, 404),
        "core_team": (200, 200), "administrator": (404, 200), "viewer": (404, 404),
        "executive": (200, 404), "challenger": (200, 404),
    }  # fmt: skip
    found = {}
    for who in expected:
        browser = signed_in(who)
        found[who] = (browser.status(own), browser.status(weights))
    assert found == expected
    assert signed_in("core_team").status(f"/versions/{cycle.version_id}/reading-copy.pdf") == 404
