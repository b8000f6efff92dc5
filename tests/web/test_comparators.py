"""Comparison pages: one service, all services, the measures beside a service, groups of councils."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine

from tests.client import Browser
from tests.compared import Compared, compared
from tests.council import SmallCouncil
from vfm.store.database import transaction

SignedIn = Callable[[str], Browser]


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Compared:
    with transaction(engine) as session:
        return compared(session, council, by=council.actor("core_team"))


@pytest.fixture
def page_of(council: SmallCouncil) -> str:
    return f"/services/{council.services['LIB']}/comparison"


def test_a_service_beside_its_comparators(made: Compared, signed_in: SignedIn, page_of: str):
    """£1,200 in 2024-25; neighbours 1,000, 1,200 and 2,400, Denby none: median 1,200, (1 + 1/2) of 3."""
    page = signed_in("director").open(page_of)
    row = [
        " ".join(cell.get_text(" ").split()) for cell in page.soup.select("main tbody tr")[0].select("th, td")
    ]
    assert row == [
        "Spending on libraries", "2024-25 Library statistics; cash, outturn", "£1,200", "£1,200", "£1,300",
        "2nd lowest of 4, shared", "50", "50", "–",
    ]  # fmt: skip
    assert "£1,200: higher than 1 of 3 comparators, the same as 1" in page.text
    assert "without a figure for 2024-25: Denby" in page.text
    assert "It is a total: larger councils spend more" in page.text
    assert "Lower is usually cheaper, not always better." in page.text
    assert (
        "Library statistics, A department; 2024-25; cash, outturn; Open Government Licence v3.0" in page.text
    )


def test_a_unit_cost_says_both_figures_and_their_years(made: Compared, signed_in: SignedIn, page_of: str):
    """£1,200 for 400 visits is £3; Ashby £2, Boltham £3; Camden Vale £4 is no member of the group."""
    page = signed_in("director").open(page_of)
    assert "£3 per visit" in page.text
    assert (
        "£1,200 divided by 400, both published; the second is of 2025, which goes with 2024-25." in page.text
    )
    assert "£3 per visit: higher than 1 of 2 comparators, the same as 1" in page.text
    assert "median of all 3" in page.text  # England counted no visits


def test_another_group_and_another_year(made: Compared, signed_in: SignedIn, page_of: str):
    browser = signed_in("viewer")
    page = browser.open(page_of).submit("Show", group=str(made.group), year="2023-24")
    assert "£1,000: higher than 1 of 2 comparators" in page.text
    assert (
        "The years do not match: Spending on libraries is of 2023-24, Visits to libraries of 2025."
        in page.text
    )
    assert "There is no figure of your council for 2019-20." in browser.open(f"{page_of}?year=2019-20").text
    assert browser.status(f"{page_of}?group=99") == 404


def test_over_the_years(made: Compared, signed_in: SignedIn, page_of: str):
    page = signed_in("viewer").open(page_of)
    table = page.soup.select_one(f'table[data-chart-table="t{made.link}"]')
    assert "£1,000 in 2023-24, £1,200 in 2024-25" in page.text
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in table.select("tbody tr")]
    assert rows == [["2023-24", "1,000", "900"], ["2024-25", "1,200", "1,200"]]


def test_what_is_taken_away_is_exact(made: Compared, signed_in: SignedIn, page_of: str):
    browser = signed_in("director")
    sent = browser.client.get(f"{page_of}/export/csv").data.decode("utf-8-sig")
    first, second = csv.DictReader(io.StringIO(sent))
    assert (first["Own figure"], first["Median of comparators"], first["Percentile, share"]) == (
        "1200",
        "1200",
        "0.5",
    )
    assert (second["Own figure"], second["Unit"], second["Divided by year"]) == ("3", "GBP per visit", "2025")
    assert (first["Licence"], first["Basis"]) == ("Open Government Licence v3.0", "cash, outturn")
    book = load_workbook(io.BytesIO(browser.client.get(f"{page_of}/export/xlsx").data))
    rows = list(book["Councils"].values)
    assert ("Spending on libraries", "lib_cost", "GBP", "2024-25", "Camden Vale", 2400, "yes") in rows


def test_the_list_of_all_sorted_and_filtered(made: Compared, signed_in: SignedIn, council: SmallCouncil):
    browser = signed_in("core_team")
    page = browser.open("/comparisons")
    assert "2 of 2 measures" in page.text
    page = page.submit("Show", only="unit_costs")
    assert "1 of 2 measures" in page.text
    assert "Spending on libraries, per visit" in page.text
    assert "No measure fits" in browser.open("/comparisons?q=roads").text
    turned = browser.open("/comparisons?sort=-difference")
    assert turned.soup.select_one('th[aria-sort="descending"]').get_text().startswith("Against the median")
    sent = browser.client.get("/comparisons/export/csv?only=unit_costs").data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sent))
    assert Decimal(row["Above the median, share"]) == Decimal("0.2")  # 3 against (2 + 3) / 2
    assert "2 of 2 measures" in signed_in("director").open("/comparisons").text
    other = signed_in("other_director").open("/comparisons")
    assert "No measure stands beside a service of yours yet." in other.text


def test_nothing_to_compare_with_says_what_to_do(signed_in: SignedIn, page_of: str):
    page = signed_in("administrator").open(page_of)
    assert "has not said its code" in page.text
    assert page.follow("Type it on the council’s page").heading == "Council"
    assert "No measure stands beside a service yet." in signed_in("viewer").open("/comparisons").text
    assert "No group yet." in signed_in("viewer").open("/comparisons/groups/").text


def test_the_council_says_its_code(made: Compared, signed_in: SignedIn):
    page = signed_in("administrator").open("/council/")
    assert "It stands for Wrenmouth." in page.text
    page = page.submit("Save", authority_code="E09999999")
    assert page.problems == [
        "No list of councils that was taken in has the code E09999999. It looks like E06000057."
    ]
    page = page.submit("Save", authority_code="e06000002")
    assert "It stands for Ashby." in page.text


def test_measures_are_put_beside_a_service_and_taken_away(made: Compared, signed_in: SignedIn, page_of: str):
    browser = signed_in("core_team")
    page = browser.open(page_of).follow("Choose the measures of this service")
    again = page.submit("Put it beside the service", measure=str(made.measures["lib_cost"]))
    assert again.problems == ["That stands beside the service already. Choose another."]
    empty = page.submit("Put it beside the service")
    assert empty.problems == ["Choose what is compared."]
    one = str(made.measures["lib_visits"])
    assert "divided by itself says nothing" in page.submit("Put it beside", measure=one, per=one).text
    page = page.submit("Put it beside the service", measure=one, per=str(made.measures["lib_places"]))
    assert "It stands beside the service now." in page.text
    assert (
        "No figure of your council for what it is divided by: Places to read." in browser.open(page_of).text
    )
    page = page.submit("Take away : Visits to libraries")
    assert "It stands beside the service no more." in page.text
    found = page.submit("Search", words="visits")
    assert "1 measure for “visits”." in found.text
    assert "No measure with figures fits" in page.submit("Search", words="trains").text


def test_a_group_is_made_changed_withdrawn_and_brought_back(made: Compared, signed_in: SignedIn):
    browser = signed_in("core_team")
    page = browser.open("/comparisons/groups/").follow("Make a group")
    page = page.submit("Search", name="Inland", words="camden")
    assert page.soup.find(id="name")["value"] == "Inland"
    tick = page.soup.find("input", {"name": "member"})["value"]
    page = page.submit("Save the group", member=[tick])
    assert page.problems == ["Say why these councils, so that nobody suspects a convenient choice."]
    page = page.submit("Save the group", reason="No coast.")
    assert page.heading == "Inland"
    assert "Camden Vale" in page.text
    other = browser.open(page.address).follow("Change the group")
    page = page.follow("Change the group").submit("Search", words="Denby")
    ids = [one["value"] for one in page.soup.find_all("input", {"name": "member"})]
    page = page.submit("Save the group", member=ids)
    assert "2 councils" in page.text
    stale = other.submit("Save the group", reason="Far from the sea.")
    assert stale.status == 409
    assert "changed the group after you opened the page" in stale.text
    page = browser.open(page.address).submit("Withdraw it")
    assert "Withdrawn on 23 November 2026" in page.text
    page = page.submit("Bring it back")
    assert "It is offered again." in page.text


def test_a_published_list_cannot_be_changed_by_hand(made: Compared, signed_in: SignedIn):
    browser = signed_in("core_team")
    page = browser.open(f"/comparisons/groups/{made.neighbours}")
    assert "A published list changes when another file of it is taken in." in page.text
    assert "Change the group" not in page.text
    assert [row.get_text() for row in page.soup.select("main table th[scope=row]")][:4] == [
        "Ashby", "Boltham", "Camden Vale", "Denby",
    ]  # fmt: skip
    form = browser.open("/comparisons/groups/new")
    token = form.soup.select_one('main input[name="csrf_token"]')["value"]
    sent = browser.send(f"/comparisons/groups/{made.neighbours}/withdraw", {"csrf_token": token})
    assert sent.status == 409
