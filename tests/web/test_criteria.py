"""The pages of the list of criteria, as people use them."""

from collections.abc import Callable

import pytest
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
    assert "From 0% (0) to 30% (1)" in rows["Demand pressure"]
    assert "From 100 of 100 (0) to 0 of 100 (1)" in rows["Value-for-money score"]
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


def test_a_criterion_is_looked_at_tried_and_taken_away(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    browser = signed_in("viewer")
    page = browser.open("/criteria/").follow("Gross expenditure")
    assert "Half of 4 services have £7,000,000 a year or more for gross expenditure" in page.text
    first = words(page.soup.select("#services ~ div tbody tr")[0])
    assert first.startswith("Home care Adults £30,000,000 a year 1.00")
    assert "Gross, 2024-25: £30m. Revenue outturn: Home" in first or "Revenue outturn: Home" in first
    assert "Not used; it would give £30,001,000 a year" in first
    page = page.submit("Try", transform="linear", low="0", high="10000000", floor="")
    assert "As tried, 0 at 0 and 1 at 1" in page.text
    assert [words(th) for th in page.soup.select("#services ~ div thead th")][4] == "As tried"
    wrong = page.submit("Try", low="9", high="1")
    assert "the first has to be under the second" in wrong.text
    by_name = browser.open("/criteria/expenditure_level?sort=name")
    assert by_name.soup.select_one("th[aria-sort]")["aria-sort"] == "ascending"
    for form in ("csv", "xlsx"):
        assert browser.status(f"/criteria/expenditure_level/values.{form}") == 200


def test_a_long_list_of_values_comes_a_page_at_a_time(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    rankable(engine, council)
    publish(engine, council)
    monkeypatch.setattr("vfm.web.criteria.ON_A_PAGE", 3)
    browser = signed_in("viewer")
    page = browser.open("/criteria/expenditure_level?sort=name")
    assert "1 to 3 of 4 services" in page.text
    rest = page.follow("2")
    assert "4 to 4 of 4 services" in rest.text
    assert len(rest.soup.select("#services ~ div tbody tr")) == 1
    assert rest.soup.select_one("th[aria-sort]")["aria-sort"] == "ascending"
    assert "page=" not in str(rest.soup.select_one("#services ~ div thead a")["href"])  # sorting begins anew


def test_the_core_team_freezes_and_everybody_reads(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = rankable(engine, council)
    browser = signed_in("core_team")
    page = browser.open("/criteria/freezes")
    assert "Not frozen" in page.text
    refused = page.submit("Freeze Rollout 2026")
    assert refused.soup.select_one(f"#reason-{made.cycle_id}-error") is not None
    page = refused.submit("Freeze Rollout 2026", reason="The meeting is near.")
    assert "The criteria are frozen." in page.text
    assert "Core Team: The meeting is near." in page.text
    assert "The list says the same today." in page.text
    form = browser.open("/criteria/demand_pressure/change")
    form.submit("Keep the change", high="45", note="Demand grew.")
    page = browser.open("/criteria/freezes")
    assert "Demand pressure: goalposts 0 to 30 → 0 to 45" in page.text
    shown = browser.open(f"/criteria/demand_pressure?cycle={made.cycle_id}")
    assert "The list has it otherwise now" in shown.text
    page = page.submit("Freeze anew: Rollout 2026", reason="Demand grew.")
    assert "Weights have to be confirmed again for: demand pressure." in page.text
    assert not signed_in("viewer").open("/criteria/freezes").soup.select("main form[method=post]")


def test_nothing_to_rank_is_said(council: SmallCouncil, signed_in: SignedIn) -> None:
    browser = signed_in("core_team")
    assert "No cycle can be ranked yet" in browser.open("/criteria/").text
    assert "No cycle can be ranked yet" in browser.open("/criteria/unit_cost").text
    assert "No cycle can be ranked yet" in browser.open("/criteria/freezes").text
