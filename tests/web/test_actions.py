"""Improvement actions: found, exported, given an owner and a date, kept from being overwritten."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, event, select

from tests.client import Browser
from tests.council import NOW, SmallCouncil
from vfm.store.database import reading, transaction
from vfm.store.tables import Event, ImprovementAction
from vfm.web.paging import page_of

Enter = Callable[[str], Browser]
TODAY = NOW.date()


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> dict[str, int]:
    """Four actions: text -> id."""
    rows = (
        ("Share a van", "LIB", TODAY - timedelta(days=1), "agreed", "director"),
        ("Open later", "LIB", None, "proposed", None),
        ("Mend kerbs", "ROADS", TODAY, "under_way", "other_director"),
        ("=SUM(A1)", "WASTE", TODAY - timedelta(days=9), "done", "director"),
    )
    ids = {}
    with transaction(engine) as session:
        for text, service, due_on, status, owner in rows:
            action = ImprovementAction(
                service_id=council.services[service],
                text=text,
                due_on=due_on,
                status=status,
                owner_id=council.people[owner] if owner else None,
                created_at=NOW,
            )
            session.add(action)
            session.flush()
            ids[text] = action.id
    return ids


def listed(page: object) -> list[str]:
    return [th.get_text(strip=True) for th in page.soup.select("main tbody th")]  # type: ignore[attr-defined]


def test_each_sees_their_own_and_those_with_an_overview_all(signed_in: Enter, made: dict[str, int]) -> None:
    assert listed(signed_in("director").open("/actions")) == ["Share a van", "Open later"]
    assert listed(signed_in("contributor").open("/actions")) == []
    everything = signed_in("executive").open("/actions?status=all&sort=service")
    assert listed(everything) == ["Mend kerbs", "Share a van", "Open later", "=SUM(A1)"]
    assert not everything.soup.select("main tbody th a")


def test_a_filter_and_what_is_overdue(signed_in: Enter, council: SmallCouncil, made: dict[str, int]) -> None:
    page = signed_in("core_team").open("/actions")
    page = page.submit("Show", status="overdue")
    assert listed(page) == ["Share a van"]
    assert "Overdue" in page.soup.select_one("main tbody").get_text()
    page = page.submit("Show", status="dropped", service=str(council.services["LIB"]))
    assert "No action is dropped here." in page.text


def test_a_long_list_comes_in_pages_whose_links_keep_the_filter(
    signed_in: Enter, engine: Engine, council: SmallCouncil
) -> None:
    with transaction(engine) as session:
        session.add_all(
            ImprovementAction(service_id=council.services["LIB"], text=f"Step {n:03}", created_at=NOW)
            for n in range(120)
        )
    core = signed_in("core_team")
    page = core.open("/actions?status=proposed&sort=status")
    assert "120 actions, 1 to 50 shown." in page.text
    assert listed(page) == [f"Step {n:03}" for n in range(50)]
    following = page.follow("Next page")
    assert listed(following) == [f"Step {n:03}" for n in range(50, 100)]
    current = following.soup.select_one("nav.govuk-pagination [aria-current]")
    assert current.text == "2"  # type: ignore[union-attr]
    last = following.follow("Next page")
    assert "120 actions, 101 to 120 shown." in last.text
    assert "Next page" not in last.text
    assert last.address == "/actions?status=proposed&sort=status&page=3"
    assert listed(core.open("/actions?page=99")) == listed(last)
    assert len(core.client.get("/actions.csv").get_data(as_text=True).splitlines()) == 121


@pytest.mark.parametrize(
    ("number", "offered"),
    [
        (1, (1, 2, None, 12)),
        (2, (1, 2, 3, None, 12)),
        (6, (1, None, 5, 6, 7, None, 12)),
        (12, (1, None, 11, 12)),
    ],
)
def test_the_pages_offered_are_the_ends_and_the_neighbours(number: int, offered: tuple[int | None]) -> None:
    assert page_of(range(600), number).numbers == offered


def test_the_export_defuses_formulas(signed_in: Enter, made: dict[str, int]) -> None:
    reply = signed_in("core_team").client.get("/actions.csv?status=all")
    assert reply.headers["Cache-Control"] == "no-store"
    data = reply.get_data(as_text=True)
    lines = data.splitlines()
    assert len(lines) == 5
    assert "Share a van" in data
    assert "'=SUM(A1)" in data


def test_an_owner_and_a_date_are_given(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: dict[str, int]
) -> None:
    page = signed_in("director").open("/actions").follow("Open later")
    page = page.submit(**{"text": " ", "due.day": "31", "due.month": "2", "due.year": "2027"})
    assert page.status == 422
    assert page.problems == [
        "Say what will be done, in a sentence.",
        "31 February 2027 is not in the calendar. Check the day and the month.",
    ]
    owner = str(council.people["contributor"])
    sent = {"text": "Open  later", "due.day": "1", "due.month": "3", "due.year": "2027", "owner": owner}
    page = page.submit(**sent, status="under_way")
    assert "1 March 2027" in page.text
    with reading(engine) as session:
        row = session.get_one(ImprovementAction, made["Open later"])
        event = session.scalars(select(Event).where(Event.subject == "improvement_action")).one()
    assert (row.due_on, row.owner_id, row.status, row.revision) == (
        date(2027, 3, 1),
        council.people["contributor"],
        "under_way",
        2,
    )
    assert (event.before["status"], event.after["due_on"]) == ("proposed", "2027-03-01")


def test_a_stale_form_shows_both_and_loses_nothing(signed_in: Enter, made: dict[str, int]) -> None:
    address = f"/actions/{made['Open later']}"
    first, second = signed_in("director").open(address), signed_in("core_team").open(address)
    first.submit(text="Open at eight")
    page = second.submit(text="Open at nine")
    assert page.status == 409
    assert "Kept now: Open at eight" in page.text
    assert page.soup.select_one("[name=text]").get_text(strip=True) == "Open at nine"
    assert "Open at nine" in page.submit().text


def test_one_is_added_by_hand(signed_in: Enter, council: SmallCouncil, made: dict[str, int]) -> None:
    page = signed_in("director").open(f"/services/{council.services['LIB']}/actions")
    page = page.follow("Add an action").submit(text="Count visitors")
    assert "Count visitors" in page.text
    assert "Added by hand" in page.text


def test_what_is_not_yours_is_not_there(
    signed_in: Enter, council: SmallCouncil, made: dict[str, int]
) -> None:
    other = signed_in("other_director")
    service = council.services["LIB"]
    for address in (
        f"/actions/{made['Share a van']}",
        f"/services/{service}/actions",
        f"/services/{service}/actions/new",
        f"/actions?service={service}",
        "/actions/999",
    ):
        assert other.status(address) == 404
    assert signed_in("executive").status(f"/actions/{made['Share a van']}") == 404


def test_many_actions_cost_no_more_statements(
    signed_in: Enter, engine: Engine, council: SmallCouncil, made: dict[str, int]
) -> None:
    core = signed_in("core_team")
    core.open("/actions")
    statements: list[str] = []
    event.listen(
        core.app.extensions["vfm"].engine, "before_cursor_execute", lambda *a: statements.append(a[2])
    )
    core.open("/actions?status=all")
    assert len([words for words in statements if not words.startswith("BEGIN")]) == 3
