"""Deputies: named with days, with a director's rights in that time and no longer, on record as deputies."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from tests import build
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from tests.rounds import Round, opened
from vfm.store.database import reading, transaction
from vfm.store.tables import Deputy, Event, Message
from vfm.workflows import people, sign_in

Enter = Callable[[str], Browser]
ASKED = build.questionnaire(
    build.section("ECO", build.question("ECO-01", "text", "What does it cost?", required=True))
)


@pytest.fixture
def cycle(engine: Engine, council: SmallCouncil) -> Round:
    return opened(engine, council, ASKED, given=(("question", "ECO-01"),))


@pytest.fixture
def at(cycle: Round) -> str:
    return f"/assessments/{cycle.assessments['LIB']}"


def stand_in(
    engine: Engine, council: SmallCouncil, who: str, starts: date, ends: date | None, service: str = "LIB"
) -> None:
    with transaction(engine) as session:
        session.add(
            Deputy(
                service_id=council.services[service],
                person_id=council.people[who],
                starts_on=starts,
                ends_on=ends,
                given_by_id=council.people["director"],
                given_at=NOW,
            )
        )


def test_a_director_names_a_deputy_who_directs_in_that_time_alone(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: str
) -> None:
    page = signed_in("director").open("/assessments").follow("Who stands in for you")
    assert page.submit("Let them stand in").problems == ["Choose who stands in. Find them by name first."]
    page = page.submit("Find people", search="view")
    page = page.submit("Let them stand in", person=str(council.people["viewer"]),
                       services=str(council.services["LIB"]))  # fmt: skip
    assert "Viewer stands in for you." in page.text
    deputy = signed_in("viewer")
    assert "as deputy" in deputy.open("/assessments").text
    assert "Deputy director" in deputy.open("/account").text
    assert deputy.status(f"{at}/give") == 200
    assert deputy.status("/deputies/") == 404
    page = deputy.open(f"{at}/sections/ECO")
    page.submit("Save and continue", **{"ECO-01.value": "Two million"}).submit("Send for sign-off")
    deputy.open(at).follow("Read and sign off").submit("Sign off")
    with reading(engine) as session:
        done = session.execute(
            select(Event.verb, Event.as_deputy).where(Event.by_id == council.people["viewer"])
        )
        assert dict(iter(done)) == {
            "saved answers": True, "submitted": True, "signed off": True,
        }  # fmt: skip
        assert session.scalars(select(Message.subject)).first() == "You stand in for Director"
    assert "no longer stands in" in signed_in("director").open("/deputies/").submit("End").text
    assert deputy.status(at) == 404


@pytest.mark.parametrize(
    ("first", "last", "directs"), [(-3, 0, True), (0, None, True), (1, 9, False), (-9, -1, False)]
)
def test_the_days_count_both_included(
    engine: Engine,
    council: SmallCouncil,
    signed_in: Enter,
    at: str,
    first: int,
    last: int | None,
    directs: bool,
) -> None:
    today = NOW.date()
    ends = None if last is None else today + timedelta(days=last)
    stand_in(engine, council, "viewer", today + timedelta(days=first), ends)
    assert (signed_in("viewer").status(at) == 200) is directs


def test_days_that_cannot_be_are_named_and_kept(council: SmallCouncil, signed_in: Enter) -> None:
    page = signed_in("director").open("/deputies/")
    page = page.submit("Let them stand in", person=str(council.people["contributor"]), starts__day="31",
                       starts__month="2", starts__year="2027", ends__day="1", ends__month="1",
                       ends__year="2026")  # fmt: skip
    assert page.problems == [
        "31 February 2027 is not in the calendar. Check the day and the month.",
        "The last day is over before it begins. Choose a later day.",
    ]
    assert page.soup.select_one('[name="ends.year"]')["value"] == "2026"


def test_a_new_director_finds_all_and_the_old_one_nothing(
    engine: Engine, council: SmallCouncil, signed_in: Enter, at: str
) -> None:
    old, new = signed_in("director"), signed_in("other_director")
    old.open(f"{at}/sections/ECO").submit("Save and continue", **{"ECO-01.value": "Two million"})
    old.open(f"{at}/questions/ECO-01/comments").submit("Add the comment", text="Gross, I think")
    assert new.status(at) == 404
    with transaction(engine) as session:
        people.hand_over(
            session,
            council.people["director"],
            council.people["other_director"],
            [f"director-{council.services['LIB']}"],
            by=council.actor("administrator"),
            now=NOW,
        )
    for page in ("", "/sections/ECO", "/check", "/give", "/questions/ECO-01/comments"):
        assert (old.status(f"{at}{page}"), new.status(f"{at}{page}")) == (404, 200), page
    assert "Two million" in new.open(f"{at}/sections/ECO").html
    assert "Gross, I think" in new.open(f"{at}/questions/ECO-01/comments").text
    assert "With Contributor (1 question)" in new.open(at).text
    assert signed_in("contributor").status(f"{at}/sections/ECO") == 200


def test_a_deputy_of_one_service_learns_nothing_of_another(
    engine: Engine, council: SmallCouncil, signed_in: Enter, cycle: Round, app: Flask
) -> None:
    stand_in(engine, council, "viewer", NOW.date(), None, service="ROADS")
    deputy = signed_in("viewer")
    seen = {key: deputy.status(f"/assessments/{made}") for key, made in cycle.assessments.items()}
    assert seen == {"LIB": 404, "ROADS": 200}
    with transaction(engine) as session:
        token = sign_in.start(session, council.people["viewer"], now=NOW)
    with reading(engine) as session:
        visit = sign_in.visit(session, token, now=NOW, hours=10)
    assert visit is not None
    assert visit.actor.directs == visit.actor.stands_in_for == {council.services["ROADS"]}
