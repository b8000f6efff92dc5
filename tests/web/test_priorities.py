"""Ranking in a browser: weights, board, one service, a decision, and what leaves."""

import csv
import io
import json
import re
from collections.abc import Callable
from xml.etree import ElementTree

import openpyxl
import pytest
from PIL import Image
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import Engine, event

from tests.client import Browser, Page, words
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm.store.database import reading
from vfm.store.tables import PrioritisationRun

SignedIn = Callable[[str], Browser]


@pytest.fixture
def executive(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> Browser:
    rankable(engine, council)
    publish(engine, council)
    return signed_in("executive")


def _ranked(executive: Browser, **fields: str) -> Page:
    page = executive.open("/priorities").follow("Set weights")
    return page.submit("Rank the services", **fields)


def _services(page: Page) -> list[str]:
    return [words(head) for head in page.soup.select(".vfm-ranking tbody th")]


def _by_name(page: Page) -> Page:
    return page.browser.open(str(page.soup.select_one("thead a[href*='service']")["href"]))


def test_without_agreed_results_the_page_says_what_is_missing(signed_in: SignedIn) -> None:
    page = signed_in("executive").open("/priorities")
    assert "Nothing can be ranked yet" in page.text
    assert "Nothing can be ranked yet" in page.browser.open("/priorities/new").text


def test_weights_stay_as_typed_until_they_can_be_used(executive: Browser) -> None:
    page = executive.open("/priorities/new")
    assert page.soup.select_one("[name='member-1.demand_pressure']")["value"] == "15"
    page = page.submit("Add a member", **{"name": "Autumn", "member-1": "Ada"})
    page = page.submit("Work out the shares", **{"member-2": "Bo", "member-2.unit_cost": "lots"})
    assert page.status == 422
    assert "Bo, unit cost: Type points from 0 to 100; 0 where it does not matter." in page.problems
    assert page.soup.select_one("[name=name]")["value"] == "Autumn"
    assert page.soup.select_one("[name='member-2.unit_cost']")["value"] == "lots"
    keys = [field["name"].split(".")[1] for field in page.soup.select("[name^='member-2.']")]
    page = page.submit("Work out the shares", **{f"member-2.{key}": "10" for key in keys})
    assert page.status == 200
    assert "16.3%" in page.text  # value for money: 20 of 100 by Ada, 10 of 80 by Bo
    assert "12.5% to 20.0%" in page.text
    assert "Kendall" in page.text
    page = page.submit("Rank the services")
    assert page.heading == "Autumn"
    assert "the average of Ada, Bo" in page.text


def test_another_cycle_shows_the_criteria_it_is_ranked_on(executive: Browser) -> None:
    page = executive.open("/priorities/new").submit("Work out the shares", **{"member-1.unit_cost": "33"})
    page = page.submit("Show its criteria", cycle="0")
    fields = {field["name"]: field["value"] for field in page.soup.select("[name^='member-1.']")}
    assert fields == {"member-1.expenditure_level": "20", "member-1.unit_cost": "33"}
    page = page.submit("Show its criteria", cycle="1")
    fields = {field["name"]: field["value"] for field in page.soup.select("[name^='member-1.']")}
    assert len(fields) == 8
    assert (fields["member-1.unit_cost"], fields["member-1.demand_pressure"]) == ("33", "15")


def test_the_board_tells_the_finding_and_lists_everybody(executive: Browser) -> None:
    page = _ranked(executive, top="2")
    assert page.text.count("Home care comes first of 4 ranked services.") == 1
    assert "Special educational needs: still being answered" in page.text
    assert "Performance gap: no service has a value" in page.text
    assert {"quadrant", "ranked"} == {
        table["data-chart-table"] for table in page.soup.select("[data-chart-table]")
    }
    figure = json.loads(page.soup.select_one("[data-chart-figure=quadrant]").string)
    assert sum(len(trace["x"]) for trace in figure["data"]) == 4
    assert _services(page)[0] == "Home care"
    by_name = _by_name(page)
    assert _services(by_name) == ["Highways", "Home care", "Libraries", "Waste collection"]
    assert _services(_by_name(by_name))[0] == "Waste collection"
    found = page.submit("Show", directorate="Place")
    assert set(_services(found)) == {"Highways", "Waste collection"}
    assert _services(found.submit("Show", q="high")) == ["Highways"]
    assert "No service fits" in found.submit("Show", q="zebra").text
    cells = [words(cell) for cell in page.soup.select(".vfm-ranking tbody tr")[0].select("td")]
    index, groups = float(cells[3]), [float(cell) for cell in cells[4:9]]
    assert sum(groups) == pytest.approx(index)


def test_the_board_asks_little_of_the_store(executive: Browser, engine: Engine) -> None:
    _ranked(executive)
    asked: list[str] = []
    event.listen(
        executive.app.extensions["vfm"].engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, *_: asked.append(statement),
    )
    executive.open("/priorities/1")
    assert sum(statement.startswith("SELECT") for statement in asked) <= 4


def test_what_leaves_is_unrounded(executive: Browser, engine: Engine) -> None:
    page = _ranked(executive)
    with reading(engine) as session:
        kept = session.get_one(PrioritisationRun, 1).result["services"]
    made = csv.DictReader(io.StringIO(page.follow("Download as CSV").data.decode("utf-8-sig")))
    assert [float(row["Index"]) for row in made] == [service["index"] for service in kept]
    book = openpyxl.load_workbook(io.BytesIO(page.follow("Download as Excel").data))
    assert book.sheetnames == ["Ranking", "Weights", "About"]
    assert [row[4].value for row in book["Ranking"].iter_rows(min_row=2)] == [one["index"] for one in kept]
    assert sum(row[7].value for row in book["Weights"].iter_rows(min_row=2)) == pytest.approx(1)


def test_a_service_opens_down_to_its_answers_and_is_decided(executive: Browser, signed_in: SignedIn) -> None:
    page = _ranked(executive).follow("Home care")
    assert page.heading == "Home care"
    assert "Gross, 2024-25: £30,000,000. Revenue outturn: Home" in page.text
    assert "it would give £30,001,000 a year" in page.text
    assert "The mean of 2 published measures." in page.text
    assert page.soup.select_one("a[href$='/result#OUT-05']")
    wrong = page.submit("Record the outcome", outcome="deep_dive", topic="", reason="Rotas cost most.")
    assert (wrong.status, wrong.problems) == (422, ["Name the topic of the deep dive."])
    done = wrong.submit("Record the outcome", topic="Rotas")
    assert "Decided on 23 November 2026: deep dive, Rotas." in done.text
    plan = done.follow("Add to the plan")
    assert plan.soup.select_one("[name=topic]")["value"] == "Rotas"
    listed = plan.submit("Add to the plan", **{"day.day": "1", "day.month": "4", "day.year": "2027"})
    assert "Home care" in listed.text
    assert "1 April 2027" in listed.text
    assert "In the forward plan from 1 April 2027" in executive.open("/priorities/1").follow("Home care").text
    reader = signed_in("viewer")
    read = reader.open("/priorities/1").follow("Home care")
    assert "Rotas cost most." in read.text
    assert not read.soup.select("main form")
    assert (reader.status("/priorities/new"), reader.status("/reviews/new")) == (404, 404)


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_printed_board_begins_with_one_page_of_quadrant_and_what_comes_first(
    executive: Browser, window: Callable[[str, str], BrowserPage]
) -> None:
    address = _ranked(executive, top="2").address
    page = window("executive", address)
    page.locator("#chart-ranked .main-svg").first.wait_for()
    first = page.locator(".vfm-paper")
    assert not first.is_visible()

    printed = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/MediaBox \[0 0 (\d+)\.\d* (\d+)", printed)[0] == (b"841", b"594")  # A4 on its side

    page.set_viewport_size(
        {"width": 1062, "height": 733}
    )  # what 8 mm of margin leave of it, at 96 dots an inch
    page.emulate_media(media="print")
    assert first.locator("tbody th").all_inner_texts()[0] == "Home care"
    for part in (first, page.locator(".vfm-first-page > .vfm-chart").first):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < 733
    rest = page.locator(".vfm-first-page > .vfm-chart").nth(1)
    assert rest.evaluate("part => getComputedStyle(part).breakBefore") == "page"


def test_a_picked_service_is_in_the_address_and_drawn_by_the_server(executive: Browser) -> None:
    page = _ranked(executive, top="2")
    assert page.tree.css_first("#picked h2") is None
    home = str(page.tree.css_first(".vfm-ranking tbody a").attributes["href"]).rsplit("/", 1)[1]
    picked = executive.open(f"/priorities/1?service={home}")
    card = words(picked.tree.css_first("#picked"))
    assert card.startswith("Home care 1st of 4, index 64.7. Deep dive suggested")
    for said in ("Main drivers: ", "How firm: ", "Gaps: ", "Its answers"):
        assert said in card
    assert [words(row.css_first("th")) for row in picked.tree.css("tr.vfm-is-picked")] == ["Home care"]
    sorting = picked.tree.css_first(".vfm-ranking thead a").attributes["href"]
    assert f"service={home}" in sorting
    assert executive.open("/priorities/1?service=999").tree.css_first("#picked h2") is None


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_service_picked_anywhere_is_marked_everywhere(
    executive: Browser, window: Callable[[str, str], BrowserPage]
) -> None:
    page = window("executive", _ranked(executive, top="2").address)
    for chart in ("quadrant", "ranked"):
        page.locator(f"#chart-{chart} .main-svg").first.wait_for()
    row = page.locator(".vfm-ranking tbody tr", has_text="Highways")
    row.locator("td").nth(1).click()
    page.locator("#picked h2", has_text="Highways").wait_for()
    assert "service=" in page.url
    page.wait_for_function(MARKED, arg="Highways")
    # the list, the table of each chart, and what comes first on paper
    assert page.locator("tr.vfm-is-picked[aria-current]").count() == 4
    assert "Highways. " in page.locator("[data-picked-says]").inner_text()

    page.keyboard.press("Escape")
    page.locator("#picked").wait_for(state="hidden")
    assert "service=" not in page.url
    page.wait_for_function("() => !document.querySelector('#chart-ranked').layout.annotations?.length")

    page.locator(".vfm-ranking tbody th a").first.focus()  # as the Tab key does
    page.locator("#picked h2", has_text="Home care").wait_for()
    page.reload()  # as somebody sees it who was sent the address
    page.locator("#picked h2").wait_for()


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_picture_takes_along_what_it_says_and_when(
    executive: Browser, window: Callable[[str, str], BrowserPage]
) -> None:
    page = window("executive", _ranked(executive, top="2").address)
    chart = page.locator(".vfm-chart", has=page.locator("#chart-ranked"))
    saved = {}
    for words_on_it in ("Download picture", "Download picture as SVG"):
        with page.expect_download() as download:
            chart.get_by_role("button", name=words_on_it, exact=True).click()
        saved[words_on_it] = download.value.path().read_bytes()
    with Image.open(io.BytesIO(saved["Download picture"])) as picture:
        assert picture.format == "PNG"
        assert picture.width == 2560
    drawn = ElementTree.fromstring(saved["Download picture as SVG"])
    texts = " ".join("".join(part.itertext()) for part in drawn.iter("{http://www.w3.org/2000/svg}text"))
    for said in (chart.locator("h2").inner_text(), "The length of a bar is the index", "1. Home care"):
        assert said in texts
    assert re.search(r"From “.+”, \d{1,2} [A-Z][a-z]+ \d{4}\.", texts)


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_on_a_phone_names_stand_above_their_bars(
    executive: Browser, window: Callable[[str, str], BrowserPage]
) -> None:
    page = window("executive", _ranked(executive, top="2").address)
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    page.locator("#chart-ranked .annotation-text", has_text="1. Home care").wait_for()
    width = page.locator("#chart-ranked").evaluate(
        "frame => frame._fullLayout.xaxis._length / frame.clientWidth"
    )
    assert width > 0.8
    assert page.evaluate("document.documentElement.scrollWidth") == 390


MARKED = """name => ["quadrant", "ranked"].every(key => {
  const notes = document.querySelector(`#chart-${key}`).layout.annotations ?? [];
  return notes.some(note => note.text === name && note.borderwidth === 3);
})"""
"""Both charts point at the service by name."""
