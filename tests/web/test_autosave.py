"""Autosave in a real browser: saved while typing, kept while the server cannot be reached, sent when back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import Engine, select

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.questionnaires.schema import Check, Comparison, Operation, Ref
from vfm.store import sessions
from vfm.store.database import reading, transaction
from vfm.store.tables import AnswerRow

IS_YES = Comparison(question="A-01", equals="yes")
ASKED = build.questionnaire(
    build.yes_no("A-01"),
    build.question("A-02", "text", show_if=IS_YES),
    build.question("A-03", "money"),
)
WITH_A_CHECK = build.questionnaire(
    build.question("A-01", "money"),
    build.question("A-02", "money"),
    build.question("A-03", "money", derived=Operation(subtract=("A-01", "A-02"))),
    checks=(
        Check(
            key="net",
            must=Comparison(question="A-02", at_most=Ref(question="A-01")),
            say="Net is above gross.",
            at="A-02",
        ),
    ),
)


@pytest.fixture
def page(window: Callable[[str, str], Page], engine: Engine, council: SmallCouncil) -> Page:
    """A section of the libraries' assessment, open in the director's browser."""
    assessment_id = opened(engine, council, ASKED).assessments["LIB"]
    return window("director", f"/assessments/{assessment_id}/sections/A")


def stored(engine: Engine) -> dict[str, object]:
    with reading(engine) as session:
        rows = session.execute(select(AnswerRow.question_key, AnswerRow.content))
        return {key: content.get("value") for key, content in rows}


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nothing_typed_is_lost(page: Page, engine: Engine) -> None:
    said = page.locator("#saved")
    page.get_by_label("Yes").check()
    expect(said).to_contain_text("1 more question appeared")
    expect(page.locator("#progress")).to_have_text("1 of 3 answered")

    page.locator("#A-02-value").fill("Typed on line")
    expect(said).to_have_text("· Saved 14:02")
    assert stored(engine) == {"A-01": "yes", "A-02": "Typed on line"}

    page.context.set_offline(True)
    page.locator("#A-02-value").fill("Typed on a train")
    expect(said).to_contain_text("Not sent yet: no connection. Kept in this browser")
    page.context.set_offline(False)
    expect(said).to_have_text("· Saved 14:02")
    assert stored(engine)["A-02"] == "Typed on a train"

    page.context.set_offline(True)
    page.locator("#A-02-value").fill("Typed, then closed")
    expect(said).to_contain_text("Not sent yet: no connection. Kept in this browser")
    address, context = page.url, page.context
    page.close()  # a page that is only left may live on for a moment, and send what it kept
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    said = page.locator("#saved")
    expect(said).to_have_text("· Saved 14:02")
    assert stored(engine)["A-02"] == "Typed, then closed"

    page.locator("#A-03-value").fill("ninety")
    expect(page.locator("#A-03")).to_contain_text('Not saved yet. "ninety" is not a number.')
    page.get_by_role("button", name="Save and continue").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text('"ninety" is not a number.')
    expect(page.locator("#A-03-value")).to_have_value("ninety")


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_typed_after_signing_out_is_saved_once_signed_in_again(
    page: Page, engine: Engine, council: SmallCouncil, cookie_of: Callable[[str], str]
) -> None:
    said = page.locator("#saved")
    with transaction(engine) as session:
        sessions.end_all(session, council.people["director"], now=NOW)
    page.locator("#A-03-value").fill("90")
    expect(said).to_contain_text("you are no longer signed in. What you typed is kept in this browser.")
    assert stored(engine) == {}

    [cookie] = page.context.cookies()
    other = page.context.new_page()
    for who, is_saved in (("contributor", False), ("director", True)):
        page.context.add_cookies([{**cookie, "value": cookie_of(who)}])
        other.goto(page.url.rpartition("/assessments")[0])  # another tab, signed in: this one takes notice
        if is_saved:
            expect(said).to_have_text("· Saved 14:02")
        else:
            expect(other.locator("h1")).to_be_visible()
            expect(said).to_contain_text("you are no longer signed in")
    assert stored(engine) == {"A-03": "90"}


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_two_tabs_without_a_connection_keep_both_and_what_is_wrong_stays_too(
    page: Page, engine: Engine
) -> None:
    page.get_by_label("Yes").check()
    expect(page.locator("#saved")).to_contain_text("1 more question appeared")
    address, context = page.url, page.context
    second = context.new_page()
    second.goto(address)
    context.set_offline(True)
    page.locator("#A-02-value").fill("In the first tab")
    second.locator("#A-03-value").fill("ninety")
    for tab in (page, second):
        expect(tab.locator("#saved")).to_contain_text("Not sent yet")
        tab.get_by_role("button", name="Save and continue").click()  # nothing leads away from what was typed
        expect(tab.locator("#saved")).to_contain_text("Not sent yet")
        tab.goto("about:blank")
    second.close()
    context.set_offline(False)
    page.goto(address)
    expect(page.locator("#saved")).to_have_text("· Saved 14:02, but for what is marked below")
    assert stored(engine)["A-02"] == "In the first tab"
    page.reload()
    expect(page.locator("#A-03")).to_contain_text('Not saved yet. "ninety" is not a number.')
    page.locator("#A-03-value").fill("90")
    expect(page.locator("#saved")).to_have_text("· Saved 14:02")
    page.reload()
    expect(page.locator("#saved")).to_contain_text("Saved 23 November 2026")
    assert stored(engine)["A-03"] == "90"


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_before_the_sign_in_ends_there_is_a_warning_and_a_way_to_stay(
    window: Callable[[str, str], Page], engine: Engine, council: SmallCouncil
) -> None:
    assessment_id = opened(engine, council, ASKED).assessments["LIB"]
    page = window("director", "/account")
    page.wait_for_function("localStorage.getItem('vfm:ends')")
    page.evaluate("localStorage.clear()")
    page.clock.install()
    page.goto(page.url.replace("/account", f"/assessments/{assessment_id}/sections/A"))
    expect(page.locator("#A-03-value")).to_be_visible()
    page.wait_for_function("localStorage.getItem('vfm:ends')")
    page.clock.fast_forward("09:54:00")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.clock.fast_forward("02:00")
    warned = page.get_by_role("dialog")
    expect(warned).to_contain_text("You will be signed out in 4 minutes")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(warned).to_have_count(0)
    page.clock.fast_forward("10:00:30")
    expect(page.get_by_role("dialog")).to_contain_text("You are signed out")
    expect(page.get_by_role("link", name="Sign in again in a new tab")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_clash_while_typing_is_settled_once_and_nobody_clashes_with_themselves(
    page: Page, engine: Engine, signed_in: Callable[[str], Browser]
) -> None:
    contributor, address = signed_in("contributor"), "/assessments/1/sections/A"
    contributor.open(address).submit("Save and return later", **{"A-03.value": "90"})
    page.locator("#A-03-value").fill("80")
    expect(page.locator("#A-03")).to_contain_text("Contributor changed this at 14:02")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Keep theirs").check()
    page.get_by_role("button", name="Save and return later").click()
    expect(page.locator("h1")).to_have_text("Libraries")
    page.goto(page.url + "/sections/A")
    expect(page.locator("#A-03-value")).to_have_value("90")
    expect(page.locator("#A-03")).not_to_contain_text("Not saved")

    # The button is pressed while a save is on its way, and more was typed meanwhile.
    def slowly(route: Route) -> None:
        if route.request.headers.get("accept") != "application/json":
            route.continue_()
            return
        reply = route.fetch()  # the server has it, the browser does not know yet
        page.wait_for_timeout(600)
        route.fulfill(response=reply)

    page.route("**/sections/A", slowly)
    page.locator("#A-03-value").fill("70")
    with page.expect_request(lambda request: request.method == "POST"):
        page.locator("#A-03-value").blur()
    page.locator("#A-03-value").fill("75")
    page.get_by_role("button", name="Save and return later").click()
    expect(page.locator("h1")).to_have_text("Libraries")
    assert stored(engine)["A-03"] == "75"


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_follows_from_the_answers_shows_while_they_are_typed(
    window: Callable[[str, str], Page], engine: Engine, council: SmallCouncil
) -> None:
    assessment_id = opened(engine, council, WITH_A_CHECK).assessments["LIB"]
    page = window("director", f"/assessments/{assessment_id}/sections/A")
    page.locator("#A-01-value").fill("100")
    page.locator("#A-02-value").fill("120")
    expect(page.locator("#A-02 .vfm-failed")).to_have_text("Does this fit? Net is above gross.")
    expect(page.locator("#saved")).to_have_text("· Saved 14:02 · Does this fit? Net is above gross.")
    expect(page.locator("#A-03 [data-worked-out]")).to_contain_text("Worked out from your answers: -£20")
    page.locator("#A-02-value").fill("90")
    expect(page.locator("#A-02 .vfm-failed")).to_have_count(0)
    expect(page.locator("#A-03 [data-worked-out] strong")).to_have_text("£10")
