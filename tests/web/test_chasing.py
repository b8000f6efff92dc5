"""From the cockpit: chasing several services in one action, giving them more time, the cycle over time."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.store import events
from vfm.store.database import transaction
from vfm.store.tables import Assessment, Cycle, Event, Message

ASKED = build.questionnaire(build.scale_question("Q-01", required=True))
Enter = Callable[[str], Browser]


@pytest.fixture
def ids(engine: Engine, council: SmallCouncil) -> dict[str, int]:
    """Libraries is open with a part at the contributor, Highways sent, Home care signed off."""
    found = opened(engine, council, ASKED, services=("LIB", "ROADS", "HOME")).assessments
    with transaction(engine) as session:
        session.get_one(Assessment, found["ROADS"]).status = "submitted"
        session.get_one(Assessment, found["HOME"]).status = "signed_off"
    return found


def ticked(core: Browser, ids: dict[str, int], *keys: str, button: str = "Chase those ticked"):
    return core.open("/cycles/1").submit(button, assessment=[str(ids[key]) for key in keys])


def messages(engine: Engine) -> list[Message]:
    with transaction(engine) as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_several_are_chased_in_one_action(engine: Engine, ids: dict[str, int], signed_in: Enter) -> None:
    core = signed_in("core_team")
    page = ticked(core, ids, "LIB", "ROADS", "HOME")
    assert page.heading == "Chase 2 services"
    assert "Home care : It is signed off, so the service has nothing left to do." in page.text
    assert messages(engine) == [], "shown first"
    done = page.submit("Send to 2 services", body="Please finish {pages} by Friday.")
    assert "2 services chased, 3 e-mails queued. They wait until a mail server is set." in done.text
    sent = messages(engine)
    assert {one.address.partition("@")[0] for one in sent} == {"director", "contributor", "other_director"}
    libraries = next(one for one in sent if one.address.startswith("contributor"))
    assert "Libraries, Rollout 2026: due on 18 December 2026. Nothing is answered yet." in libraries.body
    assert libraries.body.endswith(f"{{pages}}/assessments/{ids['LIB']}\n")
    again = ticked(core, ids, "LIB", "ROADS")
    assert again.text.count("It was chased today already.") == 2
    assert page.submit("Send to 2 services").status == 409, "from a page that stood open"
    assert len(messages(engine)) == 3
    with transaction(engine) as session:
        chased = session.scalars(select(Event).where(Event.verb == "chased")).all()
    assert [one.after["sent_to"] for one in chased] == [["Other Director"], ["Director", "Contributor"]]


def test_words_are_wanted_and_kept(ids: dict[str, int], signed_in: Enter) -> None:
    page = ticked(signed_in("core_team"), ids, "LIB").submit("Send to 1 service", subject="", body="Hello")
    assert page.status == 422
    assert page.problems == ["Write a subject."]
    assert "Hello" in page.soup.select_one("#body").get_text()


def test_nothing_ticked_is_said(ids: dict[str, int], signed_in: Enter) -> None:
    for button in ("Chase those ticked", "Give them more time"):
        assert "Tick at least one service." in ticked(signed_in("core_team"), ids, button=button).text


def test_more_time_shows_wherever_it_is_due(engine: Engine, ids: dict[str, int], signed_in: Enter) -> None:
    core, director = signed_in("core_team"), signed_in("director")
    page = ticked(core, ids, "LIB", "HOME", button="Give them more time")
    refused = page.submit("Give more time")
    assert refused.problems == [
        "Enter the day by which they have to be done.",
        "Say why they get more time: they are told, and it is kept.",
    ]
    past = refused.submit(
        "Give more time", due_on__day="1", due_on__month="3", due_on__year="2026", reason="x"
    )
    assert past.problems == ["That day has passed. Choose today or later."]
    less = past.submit("Give more time", due_on__day="18", due_on__month="12")
    assert less.status == 422
    assert less.problems == ["Choose a day after 18 December 2026, which is the day it is due now."]
    done = less.submit(
        "Give more time",
        due_on__day="1",
        due_on__month="3",
        due_on__year="2027",
        reason="The flood of November",
    )
    assert "1 service given more time." in done.text
    row = next(row for row in done.soup.select("tbody tr") if "Libraries" in row.get_text())
    assert "1 March 2027" in row.get_text()
    assert "Extended" in row.get_text()
    for path in ("/", "/assessments", f"/assessments/{ids['LIB']}"):
        assert "1 March 2027" in director.open(path).text, path
    with transaction(engine) as session:
        event = session.scalars(select(Event).where(Event.verb == "gave more time")).one()
    assert (event.before, event.after) == (
        {"due_on": "2026-12-18"},
        {"due_on": "2027-03-01", "reason": "The flood of November"},
    )
    assert "The flood of November" in messages(engine)[0].body


def test_a_day_that_gives_one_of_several_no_more_time_is_refused(
    engine: Engine, ids: dict[str, int], signed_in: Enter
) -> None:
    with transaction(engine) as session:
        session.get_one(Assessment, ids["ROADS"]).due_on = date(2027, 3, 5)
    page = ticked(signed_in("core_team"), ids, "LIB", "ROADS", button="Give them more time")
    typed = {"due_on__day": "1", "due_on__month": "3", "due_on__year": "2027", "reason": "The flood"}
    refused = page.submit("Give more time", **typed)
    assert refused.problems == ["Choose a day after 5 March 2027, which is the day Highways is due now."]
    assert messages(engine) == [], "nobody is told of time they do not get"


def test_all_that_is_signed_off_gets_no_more_time(ids: dict[str, int], signed_in: Enter) -> None:
    core = signed_in("core_team")
    assert "Nothing is due" in ticked(core, ids, "HOME", button="Give them more time").text
    sent = {"assessment": str(ids["HOME"]), "due_on.day": "1", "due_on.month": "3", "due_on.year": "2027"}
    token = core.open("/cycles/1").soup.select_one('input[name="csrf_token"]')["value"]
    page = core.send("/cycles/1/extend", sent | {"reason": "Why", "csrf_token": token})
    assert page.status == 409


def test_the_cycle_over_time(
    engine: Engine, council: SmallCouncil, app: Flask, ids: dict[str, int], signed_in: Enter
) -> None:
    happened = (
        ("LIB", "saved answers", 9), ("LIB", "submitted", 8), ("LIB", "returned", 6),
        ("ROADS", "submitted", 5),
        ("HOME", "submitted", 5), ("HOME", "signed off", 3), ("LIB", "submitted", 2),
    )  # fmt: skip
    with transaction(engine) as session:
        for key, verb, days in happened:
            at, by = NOW - timedelta(days=days), council.people["director"]
            events.record(session, verb, "assessment", ids[key], by_id=by, now=at)
    page = signed_in("core_team").open("/cycles/1").follow("How it went over time")
    assert "1 of 3 services have signed off, 3 have sent" in page.text
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in page.soup.select("tbody tr")]
    assert rows == [
        ["21 November 2026", "3", "3", "1"],
        ["20 November 2026", "2", "2", "1"],
        ["18 November 2026", "2", "2", "0"],
        ["17 November 2026", "1", "0", "0"],
        ["15 November 2026", "1", "1", "0"],
        ["14 November 2026", "1", "0", "0"],
        ["13 November 2026", "0", "0", "0"],
    ]
    app.config["NOW"] = lambda: NOW - timedelta(days=10)
    assert "The chart begins" in signed_in("core_team").open("/cycles/1/completion").text


def test_who_holds_it_up_and_what_to_look_at(engine: Engine, ids: dict[str, int], signed_in: Enter) -> None:
    core = signed_in("core_team")
    page = core.open("/cycles/1")
    row = next(row for row in page.soup.select("tbody tr") if "Libraries" in row.get_text())
    assert "Contributor (1 part), Director" in row.get_text()
    assert "since 23 November 2026" in row.get_text()
    with transaction(engine) as session:
        session.get_one(Cycle, 1).due_on = NOW.date() - timedelta(days=1)
        session.get_one(Assessment, ids["ROADS"]).due_on = date(2027, 3, 1)
        session.get_one(Assessment, ids["ROADS"]).last_activity_at = NOW
    page = core.open("/cycles/1")
    assert [page.follow(words).address for words in ("Late (1)", "Stuck (1)", "Extended (1)")] == [
        "/cycles/1?state=late", "/cycles/1?state=stuck", "/cycles/1?state=extended",
    ]  # fmt: skip
