"""A weights meeting and the what-if page in a browser, with scripts and without."""

import csv
import io
import re
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import Engine

from tests.client import Browser, Page, words
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm.prioritisation.criteria import DEFAULT_CRITERIA

SignedIn = Callable[[str], Browser]
Window = Callable[[str, str], BrowserPage]
KEYS = [criterion.key for criterion in DEFAULT_CRITERIA]


@pytest.fixture
def chair(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> Browser:
    rankable(engine, council)
    publish(engine, council)
    return signed_in("executive")


def _opened(chair: Browser, council: SmallCouncil) -> Page:
    page = chair.open("/priorities").follow("Open a weights meeting")
    people = [str(council.people[who]) for who in ("executive", "director")]
    return page.submit("Open the meeting", people=people, others="Cllr Green")


def _given(page: Page, button: str = "Give these points", **points: str) -> Page:
    fields = {f"points.{key}": points.get(key, "50") for key in KEYS}
    return page.submit(button, **fields)


def test_a_meeting_without_scripts_from_opening_to_ranking(
    chair: Browser, council: SmallCouncil, signed_in: SignedIn
) -> None:
    page = _opened(chair, council)
    assert "0 of 3 members have given points" in page.text
    director = signed_in("director")
    first = (
        director.open("/").follow("Give your points for Weights for Rollout 2026").follow("Give your points")
    )
    assert first.heading == "Which of these changes matters most?"
    wrong = first.submit("Save and continue")
    assert (wrong.status, wrong.problems) == (422, ["Choose the one that matters most."])
    rest = first.submit("Save and continue", most="unit_cost")
    assert rest.tree.css_first("[name='points.unit_cost']").attributes["value"] == "100"
    assert "gross expenditure goes from £2.2m to £29m a year?" in rest.text
    half = rest.submit(
        "Save and go on later", **{"points.vfm_result": "lots", "points.demand_pressure": "30"}
    )
    assert half.problems == ["Value-for-money score: Type points from 0 to 100; 0 where it does not matter."]
    assert half.tree.css_first("[name='points.vfm_result']").attributes["value"] == "lots"
    assert half.tree.css_first("[name='points.demand_pressure']").attributes["value"] == "30"
    done = _given(half, unit_cost="100", reason="")
    assert "Your points are in." in done.text
    assert "Kendall" not in done.text, "nobody sees what they come to yet"
    assert "Give your points" not in director.open("/").text
    page = chair.open(page.address)
    typed = _given(
        page.follow("Type their points").submit("Save and continue", most="vfm_result"), vfm_result="100"
    )
    shown = typed.submit("Show the points")
    assert "2 of 3 members have given points." in shown.text
    assert shown.tree.css_first("[data-chart-table=weights]") is not None
    assert "Kendall’s W" in shown.text
    assert "would change in it" in shown.text
    book = openpyxl.load_workbook(io.BytesIO(shown.follow("Download as Excel").data))
    assert book.sheetnames == ["Points", "Weights", "Own weights", "About"]
    ask = shown.follow("Agree the weights")
    stays = ask.submit("Agree and close")
    assert "Not all points are there: Executive." in stays.problems[0]
    page = stays.submit("Agree and close", leaves_out="yes")
    assert "Left out: Executive." in page.text
    board = page.submit("Rank with these weights")
    assert board.heading == "Weights for Rollout 2026"
    assert "the average of Cllr Green, Director" in board.text
    assert "Weights for Rollout 2026, 23 November 2026" in chair.open(page.address).text
    assert page.submit("Open the meeting again").text.count("Give your points") == 1


def test_points_of_others_are_theirs_and_two_devices_do_not_overwrite_one_another(
    chair: Browser, council: SmallCouncil, signed_in: SignedIn
) -> None:
    page = _opened(chair, council)
    mine = page.follow("Give your points").submit("Save and continue", most="vfm_result")
    assert signed_in("director").open(mine.address, expect=403).status == 403
    assert signed_in("viewer").status(page.address) == 404
    _given(mine, "Save and go on later", unit_cost="10")
    late = mine.submit("Save and go on later", **{"points.unit_cost": "90"})
    assert late.status == 409
    assert "Kept now, by Executive, elsewhere" in late.text
    assert late.tree.css_first("[name='points.unit_cost']").attributes["value"] == "90"
    again = late.submit("Save and go on later")
    assert again.tree.css_first("[name='points.unit_cost']").attributes["value"] == "90"


def _ranked(chair: Browser) -> Page:
    return chair.open("/priorities/new").submit("Rank the services", top="2")


def test_other_weights_without_scripts_and_what_is_kept_of_them(chair: Browser) -> None:
    page = _ranked(chair).follow("Try other weights")
    assert "These are the weights of the ranking." in page.text
    assert "Performance gap has 10% of the whole besides" in page.text
    wrong = chair.open(f"{page.address}?w.vfm_result=nought&w.unit_cost=60", expect=422)
    assert len(wrong.problems) == 1
    assert wrong.tree.css_first("[name='w.vfm_result'][inputmode]").attributes["value"] == "nought"
    found = page.submit("Rank again", **{"w.unit_cost": "60"})
    value = found.tree.css_first("[name='w.unit_cost'][inputmode]").attributes["value"]
    shares = [
        float(str(box.attributes["value"])) for box in found.tree.css("form[data-what-if] [name^='w.']")
    ]
    assert (value, sum(shares)) == ("60.0", pytest.approx(100, abs=0.3))
    listed = [words(row) for row in found.tree.css("#list tbody th")]
    kept = found.submit("Keep as a scenario", name="Cost first", note="As asked.")
    assert "“Cost first” is kept as a scenario." in kept.text
    assert [words(row) for row in kept.follow("Cost first").tree.css("#list tbody th")] == listed
    taken = found.submit("Keep as a scenario", name="cost first")
    assert taken.problems == ["There is a scenario “cost first” already. Choose another name."]
    assert taken.tree.css_first("[name='w.unit_cost'][inputmode]").attributes["value"] == "60.0"
    made = csv.DictReader(io.StringIO(kept.follow("Download as CSV").data.decode("utf-8-sig")))
    assert "Place: Cost first" in (made.fieldnames or ())
    gone = kept.submit("Withdraw")
    assert "You can bring it back below" in gone.text
    back = gone.submit("Bring back")
    assert back.submit("Rank with these weights").heading == "Cost first"


def test_what_it_takes_is_said_of_a_chosen_service(chair: Browser) -> None:
    page = _ranked(chair).follow("What would bring a service into the top 2")
    choices = [(str(o.attributes["value"]), words(o)) for o in page.tree.css("#service option")[1:]]
    assert [name for _, name in choices] == ["Highways", "Home care", "Libraries", "Waste collection"]
    told = page.submit("Show", service=choices[1][0])
    assert "Home care is in the top 2" in told.text
    told = page.submit("Show", service=choices[2][0])
    assert re.search("Libraries enters the top 2 when|No weights bring Libraries", told.text)


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_points_are_saved_while_they_are_given_and_the_wall_follows(
    chair: Browser, council: SmallCouncil, window: Window
) -> None:
    address = _opened(chair, council).address
    page = window("executive", address)
    page.get_by_role("button", name="Give your points").click()
    page.get_by_label("Unit cost").check()
    page.get_by_role("button", name="Save and continue").click()
    cost = page.get_by_role("slider", name="Unit cost, slider")
    expect(cost).to_have_value("100")
    box = page.locator("[name='points.vfm_result']")
    box.fill("50")
    expect(page.locator("#points-vfm_result-share")).to_have_text("33.3% of the whole")
    expect(page.locator("#saved")).to_have_text("Saved. 2 of 8 given")
    slider = page.get_by_role("slider", name="Demand pressure, slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.locator("[name='points.demand_pressure']")).to_have_value("5")
    box.fill("much")
    expect(page.get_by_text("Value-for-money score: Type points from 0 to 100")).to_be_visible()
    box.fill("40")
    expect(page.locator("#saved")).to_have_text("Saved. 3 of 8 given")
    page.reload()
    expect(box).to_have_value("40")
    for key in KEYS:
        page.locator(f"[name='points.{key}']").fill("50")
    wall = window("core_team", address)
    page.get_by_role("button", name="Give these points").click()
    expect(page.get_by_text("Your points are in.")).to_be_visible()
    expect(wall.get_by_text("1 of 3 members has given points")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_slider_ranks_again_at_once_and_the_address_can_be_sent(chair: Browser, window: Window) -> None:
    address = _ranked(chair).address
    page = window("executive", f"{address}/what-if")
    slider = page.get_by_role("slider", name="Unit cost, slider")
    slider.focus()
    slider.press("End")
    expect(page.locator("[name='w.vfm_result'][inputmode]")).to_have_value("0.0")
    expect(page.locator("#said")).not_to_contain_text("These are the weights of the ranking")
    expect(page).to_have_url(re.compile(r"w\.unit_cost=100"))
    listed = page.locator("#list tbody th").all_inner_texts()
    other = window("viewer", page.url.split("//", 1)[1].split("/", 1)[1].join(["/", ""]))
    assert other.locator("#list tbody th").all_inner_texts() == listed
    box = page.locator("[name='w.demand_pressure'][inputmode]")
    box.fill("x")
    expect(page.get_by_text("Demand pressure: Type points from 0 to 100").first).to_be_visible()
    box.fill("30")
    expect(page.locator("[name='w.unit_cost'][inputmode]")).to_have_value("70.0")
    page.get_by_label("Name").fill("Cost and demand")
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.get_by_role("heading", name="Scenarios side by side")).to_be_visible()
    expect(page.get_by_role("cell", name="70.0%")).to_be_visible()
