"""The page of data quality: filtered, counted, taken away, copied into a message."""

from collections.abc import Callable

from sqlalchemy import Engine

from tests.client import Browser, words
from tests.council import SmallCouncil
from tests.rankable import publish, rankable

SignedIn = Callable[[str], Browser]


def test_matters_are_filtered_and_taken_away(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    browser = signed_in("viewer")
    page = browser.open("/criteria/quality")
    assert "of 4 services" in page.text
    kinds = words(page.soup.select_one("nav[aria-label=Kinds]"))
    page = browser.open("/criteria/quality?kind=missing&criterion=savings_potential")
    (row,) = page.soup.select("main table")[0].select("tbody tr")
    assert words(row.select_one("th")) == "Highways Place"
    assert row.select("a")[-1]["href"].endswith("#GOV-04")
    assert kinds.startswith("All ")
    page = browser.open("/criteria/quality?who=Other+Director")
    assert "- Highways, savings potential (GOV-04): No value" in page.soup.select_one("#words").text
    assert "Nothing fits this choice." in browser.open("/criteria/quality?directorate=Moon").text
    wrong = browser.open("/criteria/quality?years=x&apart=-1", expect=422)
    assert wrong.soup.select_one("#years-error") is not None
    assert wrong.soup.select_one("#apart-error") is not None
    for form in ("csv", "xlsx"):
        assert browser.status(f"/criteria/quality.{form}?kind=missing") == 200


def test_nothing_to_rank(council: SmallCouncil, signed_in: SignedIn) -> None:
    assert "No cycle can be ranked yet" in signed_in("executive").open("/criteria/quality").text
