"""The pages of the list of criteria, as people use them."""

from collections.abc import Callable

from sqlalchemy import Engine

from tests.client import Browser, words
from tests.council import SmallCouncil
from tests.rankable import publish, rankable

SignedIn = Callable[[str], Browser]
OWN = {
    "key": "contracts",
    "label": "contracts ending",
    "definition": "Contracts that end in two years.",
    "unit": "per cent of gross",
    "low": "0",
    "high": "50",
    "weight": "5",
    "group": "cost",
    "feeds": "contract_window",
    "note": "The board asked for it.",
}


def test_the_list_is_edited_and_taken_back(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    browser = signed_in("core_team")
    page = browser.open("/criteria/")
    rows = {words(row.select_one("strong")): words(row) for row in page.soup.select("tbody tr")}
    assert "3 of 4" in rows["Savings potential"]
    assert "0% counts 0, 30% counts 1" in rows["Demand pressure"]
    assert "100 of 100 counts 0, 0 of 100 counts 1" in rows["Value-for-money score"]
    assert "Read from PRO-10, PRO-11" in rows["Demand pressure"]
    form = page.follow("Add a criterion")
    assert "PRO-12, money: Contracts ending" in form.text
    refused = form.submit("Add the criterion", **(OWN | {"high": "-1"}))
    assert refused.soup.select_one("#low-error") is not None
    assert refused.soup.select_one("#definition").text.strip() == OWN["definition"]
    page = refused.submit("Add the criterion", high="50")
    assert "The criterion is kept." in page.text
    assert "contracts ending" in page.text.lower()
    page = page.submit("Switch off contracts ending")
    assert "Contracts ending is switched off." in page.text
    assert "Switched off" in words(page.soup.select_one("#contracts"))
    page = page.submit("move contracts ending up")
    assert [row["id"] for row in page.soup.select("tbody tr")][-2:] == ["contracts", "assurance_concern"]
    history = browser.open("/criteria/history")
    assert "The board asked for it." in history.text
    assert "Contracts ending: added" in history.text
    history = history.submit("Take back the last edit")
    assert "Put back as it was after edit 2" in history.text
    assert browser.open("/criteria/").soup.select("tbody tr")[-1]["id"] == "contracts"


def test_an_old_form_is_refused_and_what_was_typed_stays(council: SmallCouncil, signed_in: SignedIn) -> None:
    browser = signed_in("core_team")
    form = browser.open("/criteria/unit_cost/change")
    browser.open("/criteria/").submit("Switch off unit cost")
    page = form.submit("Keep the change", label="cost of a unit", note="Plain words.")
    assert "Somebody else edited the list" in page.text
    assert page.soup.select_one("#label")["value"] == "cost of a unit"


def test_who_reads_sees_no_button(council: SmallCouncil, signed_in: SignedIn) -> None:
    page = signed_in("viewer").open("/criteria/")
    assert "Unit cost" in page.text
    assert not page.soup.select("main form[method=post]")
