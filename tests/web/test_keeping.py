"""What is typed after a sign-in ended is not lost, and nobody else gets it; in a browser without scripts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update

from tests import build
from tests.client import Browser, Page
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.store import credentials
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow, Council, Person

PASSWORD = "horse battery staple"
TYPED = "Lends books,\nand <reads> stories"
LATER = NOW + timedelta(hours=11)
Enter = Callable[[str], Browser]


@pytest.fixture
def section(signed_in: Enter, engine: Engine, council: SmallCouncil) -> Page:
    """A section open in the director's browser; director and contributor have a password."""
    asked = build.questionnaire(build.question("A-01", "text"), build.question("A-02", "multi_choice"))
    assessment_id = opened(engine, council, asked).assessments["LIB"]
    kept = credentials.password_hash(PASSWORD)
    with transaction(engine) as session:
        session.execute(update(Person).values(password_hash=kept))
    return signed_in("director").open(f"/assessments/{assessment_id}/sections/A")


def stored(engine: Engine) -> dict[str, object]:
    with reading(engine) as session:
        rows = session.execute(select(AnswerRow.question_key, AnswerRow.content))
        return {key: content.get("value") for key, content in rows}


def sent_too_late(section: Page) -> Page:
    """The sign-in page that a form leads to eleven hours after its page was opened."""
    section.browser.app.config["NOW"] = lambda: LATER
    page = section.submit("Save and continue", **{"A-01.value": TYPED, "A-02.value": ["a", "b"]})
    assert (page.status, page.heading) == (401, "Sign in")
    assert "what you typed is not saved yet" in page.text
    return page


def test_signing_in_gives_it_back_to_be_saved(section: Page, engine: Engine) -> None:
    page = sent_too_late(section)
    page = page.submit("Sign in", email="director@wrenmouth.example", password="wrong, at first")
    assert page.status == 422
    page = page.submit("Sign in", email="director@wrenmouth.example", password=PASSWORD)
    assert page.heading == "What you typed is still here"
    assert stored(engine) == {}, "nothing is sent unasked"
    page = page.submit("Save what I typed")
    assert page.heading == "Check your answers"
    assert stored(engine) == {"A-01": TYPED, "A-02": ["a", "b"]}


def test_somebody_else_does_not_get_it(section: Page, engine: Engine) -> None:
    page = sent_too_late(section)
    page = page.submit("Sign in", email="contributor@wrenmouth.example", password=PASSWORD)
    assert "somebody else typed it, or too long ago" in page.text
    assert "Lends books" not in page.html
    assert stored(engine) == {}


def test_a_seal_that_is_not_ours_gives_nothing(section: Page) -> None:
    page = sent_too_late(section)
    kept = page.tree.css_first("input[name=kept]")
    kept.attrs["value"] = str(kept.attrs["value"])[:-3] + "abc"
    page = page.submit("Sign in", email="director@wrenmouth.example", password=PASSWORD)
    assert "was left out" in page.text


def test_the_demonstration_takes_it_along(section: Page, engine: Engine, app: Flask) -> None:
    wired = app.extensions["vfm"]
    app.extensions["vfm"] = replace(wired, settings=replace(wired.settings, is_demo=True))
    with transaction(engine) as session:
        session.execute(update(Council).values(is_demo=True))
    page = sent_too_late(section).submit("Sign in as one of the demonstration's people")
    page = page.submit("Director").submit("Save what I typed")
    assert stored(engine)["A-01"] == TYPED


def test_a_page_from_before_another_sign_in_gives_it_back_too(section: Page, engine: Engine) -> None:
    token = section.tree.css_first("main [name=csrf_token]")
    token.attrs["value"] = "from an earlier sign-in"
    page = section.submit("Save and continue", **{"A-01.value": TYPED})
    assert page.status == 400
    assert "Nothing was saved" in page.text, "sent from elsewhere, or by nobody knows whom"
    section.browser.client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    page = section.submit("Save and continue", **{"A-01.value": TYPED})
    assert (page.status, page.heading) == (400, "What you typed is still here")
    page.submit("Save what I typed")
    assert stored(engine) == {"A-01": TYPED}
    section.tree.css_first("[name=opened_by]").attrs["value"] = "0"
    assert "Nothing was saved" in section.submit("Save and continue").text


def test_a_password_is_never_written_into_a_page(signed_in: Enter) -> None:
    account = signed_in("director").open("/account")
    account.browser.app.config["NOW"] = lambda: LATER
    page = account.submit("Change password", current="a secret of mine", password="x", again="x")
    assert "what you sent was not saved" in page.text
    assert "kept" not in [field.get("name") for field in page.soup.select("input")]


def test_staying_signed_in_begins_the_hours_anew(section: Page) -> None:
    browser, app = section.browser, section.browser.app
    token = section.soup.select_one("[name=csrf_token]")["value"]
    app.config["NOW"] = lambda: NOW + timedelta(hours=9)
    reply = browser.client.post("/account/stay", data={"csrf_token": token})
    assert reply.json == {"ends_in": 36_000}
    app.config["NOW"] = lambda: NOW + timedelta(hours=18)
    assert browser.open(section.address).heading == "Section A"
