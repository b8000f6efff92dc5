"""Importing values of criteria, and what published figures feed, as people do it."""

from collections.abc import Callable
from io import BytesIO

from sqlalchemy import Engine

from tests.client import Browser
from tests.council import SmallCouncil
from tests.rankable import publish

SignedIn = Callable[[str], Browser]
ABOUT = {"title": "Monitoring", "publisher": "The council", "licence": "internal", "year": "2025-26"}


def test_a_file_is_sent_looked_at_and_taken_in(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    publish(engine, council)
    browser = signed_in("core_team")
    page = browser.open("/criteria/import")
    bad = page.submit(
        "Show what would change", files={"file": (BytesIO(b"name\nx\n"), "values.csv")}, **ABOUT
    )
    assert "The first column has to be “key”" in bad.text
    assert bad.soup.select_one("#title")["value"] == "Monitoring"
    sent = BytesIO(b"key,expenditure_level,odd\nLIB,3000000,1\nMOON,1,1\nROADS,x,1\n")
    page = page.submit("Show what would change", files={"file": (sent, "values.csv")}, **ABOUT)
    assert "1 new value, 0 changed, 0 as before." in page.text
    assert "MOON (line 3)" in page.text
    assert "Line 4, expenditure_level" in page.text
    assert "odd: no criterion of the list has this key" in page.text
    assert "Gross expenditure of 1 service has a figure from “Gross”." in page.text
    assert "0 of 5 services would gain a value; 1 would change; 4 keep their value." in page.text
    assert "£2,500,000 a year" in page.text
    assert "£3,000,000 a year" in page.follow("See what happens instead of them").text
    page = page.submit("Take in what can be taken", instead="1")
    assert "Taken in: 1 new, 0 changed." in page.text
    assert "values.csv" in browser.open("/criteria/import").text
    fed = browser.open("/criteria/expenditure_level")
    assert "File values.csv" in fed.text
    assert "£2,000,000 a year" in fed.submit("Take this back").text
    assert browser.status("/figures/") == 200
    for form in ("csv", "xlsx"):
        assert browser.status(f"/criteria/template.{form}") == 200


def test_a_measure_is_given_to_a_criterion(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    publish(engine, council)
    browser = signed_in("core_team")
    page = browser.open("/criteria/measures")
    page = page.submit("Show what would change if hour_cost feeds it", feeds="savings_potential")
    assert "Unit cost in" in page.text
    assert "would change; 0 keep their value" in page.text
    assert "1 figure would feed savings potential" in page.text
    page = page.submit("Confirm: let this feed savings potential")
    assert "1 figure feeds savings potential." in page.text
    page = page.submit("Show what would change if hour_cost feeds it", feeds="").submit(
        "Confirm: let this feed nothing"
    )
    assert "It feeds nothing now." in page.text
