"""Signing in: the form, its limits, the demonstration's page, one's own page."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, update

from tests.client import Browser
from tests.council import NOW, SmallCouncil
from vfm.app import create_app
from vfm.store import credentials
from vfm.store.database import transaction
from vfm.store.tables import Council, Person
from vfm.web.browsers import in_words

PASSWORD = "horse battery staple"
DIRECTOR = "director@wrenmouth.example"


@pytest.fixture
def with_password(engine: Engine, council: SmallCouncil) -> None:
    """The director has a password."""
    kept = credentials.password_hash(PASSWORD)
    with transaction(engine) as session:
        session.execute(update(Person).where(Person.email == DIRECTOR).values(password_hash=kept))


def set_up(app: Flask, **changes: object) -> None:
    """The app with other settings."""
    wired = app.extensions["vfm"]
    app.extensions["vfm"] = replace(wired, settings=replace(wired.settings, **changes))


@pytest.mark.usefixtures("with_password")
def test_the_right_password_leads_to_the_page_that_was_wanted(browser: Browser) -> None:
    form = browser.open("/account")
    assert form.heading == "Sign in"
    page = form.submit("Sign in", email=f" {DIRECTOR.upper()} ", password=PASSWORD)
    assert (page.heading, page.address) == ("Your account", "/account")
    assert browser.open("/sign-in").address == "/"


@pytest.mark.usefixtures("with_password")
@pytest.mark.parametrize("email", [DIRECTOR, "nobody@wrenmouth.example", "viewer@wrenmouth.example"])
def test_a_wrong_password_says_the_same_for_everybody(browser: Browser, email: str) -> None:
    page = browser.open("/sign-in").submit("Sign in", email=email, password="not the right one")
    assert page.status == 422
    assert page.problems == ["E-mail or password is not right. Check both and try again."]
    assert page.soup.select_one("#email")["value"] == email
    assert "not the right one" not in page.html


def test_blanks_are_named(browser: Browser) -> None:
    page = browser.open("/sign-in").submit("Sign in")
    assert page.problems == ["Type your e-mail.", "Type your password."]


@pytest.mark.usefixtures("with_password")
def test_guessing_is_slowed_for_the_e_mail_whichever_process_answers(app: Flask) -> None:
    set_up(app, sign_in_tries=2)
    other = create_app(app.extensions["vfm"].settings)
    other.config.update(TESTING=True, NOW=lambda: NOW)
    for process in (app, other):
        page = Browser(process).open("/sign-in").submit("Sign in", email=DIRECTOR, password="wrong")
        assert page.status == 422
    page = Browser(app).open("/sign-in").submit("Sign in", email=DIRECTOR, password=PASSWORD)
    assert page.status == 429
    assert "Wait a quarter of an hour" in page.problems[0]
    other.config["NOW"] = lambda: NOW + timedelta(minutes=16)
    later = Browser(other).open("/sign-in").submit("Sign in", email=DIRECTOR, password=PASSWORD)
    assert later.address == "/"
    other.extensions["vfm"].engine.dispose()


@pytest.mark.usefixtures("with_password")
def test_guessing_is_slowed_for_the_client_address(app: Flask) -> None:
    set_up(app, sign_in_tries=0)
    page = Browser(app).open("/sign-in").submit("Sign in", email="any@wrenmouth.example", password="wrong")
    assert page.status == 429


@pytest.mark.parametrize(
    "wanted",
    ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "/\t/x", "account"],
)
@pytest.mark.usefixtures("with_password")
def test_nobody_is_led_elsewhere(browser: Browser, wanted: str) -> None:
    page = browser.open("/sign-in", query_string={"next": wanted})
    assert page.submit("Sign in", email=DIRECTOR, password=PASSWORD).address == "/"


def test_the_one_click_page_exists_only_in_a_demonstration(app: Flask, engine: Engine) -> None:
    browser = Browser(app)
    assert browser.status("/demo") == 404
    set_up(app, is_demo=True)
    assert browser.status("/demo") == 404
    with transaction(engine) as session:
        session.execute(update(Council).values(is_demo=True))
    page = browser.open("/demo")
    assert "Libraries, Waste collection" in page.text
    page.submit("Contributor")
    assert "Contributor" in browser.open("/account").text


@pytest.mark.usefixtures("with_password")
def test_sign_out_everywhere_else(signed_in: Callable[[str], Browser]) -> None:
    here, there = signed_in("director"), signed_in("director")
    page = here.open("/account").submit("Sign out everywhere else")
    assert "Signed out of 1 other browser" in page.text
    assert there.open("/account").heading == "Sign in"
    assert here.open("/account").heading == "Your account"


@pytest.mark.usefixtures("with_password")
def test_a_password_is_changed_by_who_knows_it(signed_in: Callable[[str], Browser], app: Flask) -> None:
    here, there = signed_in("director"), signed_in("director")
    page = here.open("/account").submit("Change password", current="wrong", password="short", again="short")
    assert page.status == 422
    assert [problem.split(".")[0] for problem in page.problems] == [
        "That is not your present password",
        "Use at least 12 characters: three words that do not belong together are easy to keep",
    ]
    new = "purple tractor lagoon"
    page = here.open("/account").submit("Change password", current=PASSWORD, password=new, again=new)
    assert "Your password is changed" in page.text
    assert there.open("/account").heading == "Sign in"
    assert Browser(app).open("/sign-in").submit("Sign in", email=DIRECTOR, password=new).address == "/"


@pytest.mark.parametrize(
    ("password", "again", "problem"),
    [
        ("purple tractor lagoon", "purple tractor lagoons", "differ"),
        ("aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", "five different characters"),
        ("password12345", "password12345", "a guesser tries"),
        ("dora.director1", "dora.director1", "a guesser tries"),
        ("x" * 150 + "abcdefgh" * 10, "", "at most 200"),
    ],
)
def test_weak_passwords_are_refused_with_a_cure(password: str, again: str, problem: str) -> None:
    (found,) = credentials.password_problems(
        password, again, names=("Dora Director", "dora.director@x.example")
    )
    assert problem in found.message


def test_a_good_password_has_no_problem() -> None:
    assert (
        credentials.password_problems("purple tractor lagoon", "purple tractor lagoon", names=("Dora",)) == []
    )


def test_a_browser_is_named_in_words() -> None:
    agent = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0"
    )
    assert in_words(agent) == "Edge on Windows"
    assert in_words("") == "A browser"
