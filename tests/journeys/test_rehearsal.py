"""A rehearsal in a real browser: walked with scripts on a wide screen and a phone, and walked without any."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import People
from tests.journeys.person import Person

TEMPLATE = "Service value for money self-assessment"


def rehearse(person: Person) -> Person:
    """From the list of templates to the first section."""
    row = person.open("/templates").page.get_by_role("row", name=f"Version 2 of {TEMPLATE}")
    row.get_by_role("link").first.click()
    person.look().sees(TEMPLATE).click("Rehearse it as a respondent")
    person.sees("Rehearsal: nothing you type here is kept.")
    return person.click("Start", exact=True)


def go_to(person: Person, title: str) -> Person:
    """Open a section from the list beside the questions; it is a button, as the answers go along."""
    person.page.get_by_role("link", name=title, exact=True).click()
    return person.look()


def said(page: Page) -> str:
    return page.locator("#said").inner_text()


def is_no_wider_than_its_window(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("width", [1280, 390])
def test_each_change_is_followed_as_it_is_made(people: People, width: int) -> None:
    core = people("Cora Core", width=width)
    page = rehearse(core).page
    go_to(core, "Economy - the cost of what we use").sees("ECO-04", "Asked only when ECO-03 is")
    assert page.locator("#ECO-04").count() == 0
    before = page.url
    page.locator('[name="ECO-03.value"]').nth(2).check()
    expect(page.locator("#ECO-04")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("1 more question is asked here.")
    assert page.evaluate("document.activeElement.name") == "ECO-03.value"
    page.locator("#ECO-04 textarea").press_sequentially("Too many small depots", delay=20)
    expect(page.locator("#panel")).to_contain_text("Too many small depots")
    assert page.evaluate("document.activeElement.name") == "ECO-04.value"
    assert page.locator("#ECO-04 textarea").input_value() == "Too many small depots"
    page.locator('[name="ECO-01.value"][value="4"]').check()
    expect(page.locator("#gives-ECO")).to_contain_text("100 points")
    page.locator('[name="ECO-03.value"]').nth(0).check()
    expect(page.locator("#ECO-04")).to_have_count(0)
    expect(page.locator("#said")).to_contain_text("1 question is no longer asked here.")
    assert page.url == before
    assert is_no_wider_than_its_window(page)
    core.look()
    follow_wrong_input(core)
    put_everything_at_its_ends(core)


def follow_wrong_input(core: Person) -> None:
    """A figure that cannot be read is said at its question while the page is used, and on going on."""
    page = go_to(core, "Service profile and money").page
    page.locator('[name="PRO-03.value"]').fill("a lot")
    page.locator('[name="PRO-04.value"]').focus()
    expect(page.locator("#PRO-03-error")).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("Not counted, because it cannot be read")
    core.look().press("Next section")
    assert len(core.problems) == 1
    assert "PRO-03" in core.problems[0]
    page.locator('[name="PRO-03.value"]').fill("1,000")
    page.locator('[name="PRO-04.value"]').fill("2,000")
    page.locator('[name="PRO-04.value"]').blur()
    expect(page.locator("#PRO-04")).to_contain_text("Does this fit?")
    expect(page.locator("#panel")).to_contain_text("1 check does not hold")


def put_everything_at_its_ends(core: Person) -> None:
    for level, score in (("lowest", "0 of 100"), ("highest", "100 of 100")):
        core.press(f"At its {level} level")
        assert re.search(rf"\b{score}", said(core.page))
    core.press("Next section")
    assert "100 of 100" in said(core.page)
    core.click("Start again")
    assert "No overall score yet" in said(core.page)


def test_it_is_walked_whole_without_scripts(people: People) -> None:
    core = people("Cora Core", has_scripts=False)
    page = rehearse(core).page
    go_to(core, "Economy - the cost of what we use")
    page.locator('[name="ECO-01.value"][value="3"]').check()
    page.locator('[name="ECO-03.value"]').nth(2).check()
    core.press("Next section").sees(
        "Your answers bring up more questions in this section.", "1 more question"
    )
    page.locator("#ECO-04 textarea").fill("Too many small depots")
    core.press("Next section")
    assert core.heading == "Efficiency - what we get for the cost"
    assert "3 of " in said(page)
    go_to(core, "Economy - the cost of what we use")
    assert page.locator('[name="ECO-01.value"][value="3"]').is_checked()
    assert page.locator("#ECO-04 textarea").input_value() == "Too many small depots"
    core.press("Show what this gives").sees("Too many small depots")
    core.press("At its highest level")
    assert "100 of 100" in said(page)
    while page.get_by_role("button", name="Next section").count():
        core.press("Next section")
    assert "100 of 100" in said(page)
    core.click("Start again")
    assert "0 of " in said(page)
