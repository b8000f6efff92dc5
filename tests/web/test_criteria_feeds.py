"""Feeding a criterion from published figures, as the core team does it."""

from collections.abc import Callable

from sqlalchemy import Engine

from tests.client import Browser
from tests.compared import compared
from tests.council import SmallCouncil
from tests.rankable import rankable
from vfm.store.database import transaction

SignedIn = Callable[[str], Browser]
ADDRESS = "/criteria/unit_cost/published"


def _made(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    with transaction(engine) as session:
        compared(session, council, by=council.actor("core_team"))


def test_looked_at_confirmed_and_taken_back(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _made(engine, council)
    browser = signed_in("core_team")
    page = browser.open("/criteria/unit_cost").follow("published figures")
    assert "0 of 4 services would gain a value; 1 would change; 3 keep their value." in page.text
    assert "Spending on libraries, per visit, 2024-25: £3 per visit; 50% of 2 councils" in page.text
    assert "A department; Open Government Licence v3.0" in page.text
    page = page.submit("Confirm: feed unit cost from these")
    assert "1 published figure feeds it now." in page.text
    assert "A department; Open Government Licence v3.0" in page.text
    assert "Published figures: Spending on libraries, per visit" in page.text
    assert "Nothing would change" in browser.open(ADDRESS).text
    page = browser.open("/criteria/unit_cost").submit("Take this back")
    assert "The figures are as they were before." in page.text
    assert "Taken back" in page.text
    assert not page.tree.css("#fed ~ ul button")


def test_the_list_can_be_taken_away(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    _made(engine, council)
    browser = signed_in("core_team")
    rows = browser.client.get(f"{ADDRESS}.csv").text.splitlines()
    assert rows[0].split(",")[4:7] == ["What happens", "Before", "After"]
    assert [row.split(",")[5:7] for row in rows if ",LIB," in row] == [["0.625", "0.5"]]
    assert browser.status(f"{ADDRESS}.xlsx") == 200


def test_what_cannot_be_used_is_said_and_stays(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _made(engine, council)
    browser = signed_in("core_team")
    page = browser.open(f"{ADDRESS}?chosen=1&mode=beside")
    assert "Choose at least one measure." in page.text
    assert "checked" in page.tree.css_first("input[name=mode][value=beside]").attributes
    assert "That group was withdrawn" in browser.open(f"{ADDRESS}?group=99").text
    assert "Say what becomes of the figures" in browser.open(f"{ADDRESS}?mode=all").text
    assert browser.status("/criteria/vfm_result/published") == 404
    assert browser.status("/criteria/moon/published") == 404
    page = browser.open(ADDRESS)
    refused = page.submit("Confirm: feed unit cost from these", seen="old")
    assert "Figures changed since you looked." in refused.text


def test_without_a_code_it_says_so(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    rankable(engine, council)
    page = signed_in("core_team").open(ADDRESS)
    assert "Your council has not said its code" in page.text
    assert "Confirm" not in page.text


def test_a_reader_sees_what_fed_it_and_no_way_to_change_it(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _made(engine, council)
    signed_in("core_team").open(ADDRESS).submit("Confirm: feed unit cost from these")
    page = signed_in("executive").open("/criteria/unit_cost")
    assert "What fed it" in page.text
    assert "Take this back" not in page.text
    assert "Where its values can come from" not in page.text
