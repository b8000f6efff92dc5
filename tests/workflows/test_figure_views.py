"""What is said of a published figure: kept once, never unseen, only while the assessment is open."""

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import opened, publish
from vfm.errors import Conflict, Invalid, NotFound
from vfm.store.database import reading, transaction
from vfm.store.tables import Assessment, Event
from vfm.workflows import figure_views
from vfm.workflows.figure_views import Typed, View

ASKED = build.questionnaire(build.question("MON-01", "money", feeds="expenditure_level"))
GROSS = ("gross_expenditure", "2024-25")


@pytest.fixture
def assessment(engine: Engine, council: SmallCouncil) -> int:
    publish(engine, council)
    return opened(engine, council, ASKED).assessments["LIB"]


def shown(engine: Engine, council: SmallCouncil, assessment: int) -> View:
    with reading(engine) as session:
        return figure_views.show(session, assessment, *GROSS, by=council.actor("director"))


def say(engine: Engine, council: SmallCouncil, assessment: int, typed: Typed) -> None:
    with transaction(engine) as session:
        figure_views.say(session, assessment, *GROSS, typed, by=council.actor("director"), now=NOW)


def events(engine: Engine) -> list[tuple[str, object]]:
    with reading(engine) as session:
        return [(row.verb, row.after) for row in session.scalars(select(Event).order_by(Event.id))]


def test_said_twice_is_kept_once(engine: Engine, council: SmallCouncil, assessment: int) -> None:
    typed = Typed("corrected", "4,000,000", "Archive moved.", shown(engine, council, assessment).typed.seen)
    for _ in range(2):
        say(engine, council, assessment, typed)
    kept = {"measure": GROSS[0], "year": GROSS[1], "verdict": "corrected"}
    assert events(engine) == [
        ("corrected a figure", {**kept, "amount": "4000000", "reason": "Archive moved."})
    ]
    view = shown(engine, council, assessment)
    assert (view.typed.verdict, view.typed.amount, view.typed.reason) == (
        "corrected",
        "4,000,000",
        "Archive moved.",
    )


def test_nothing_is_written_over_unseen(engine: Engine, council: SmallCouncil, assessment: int) -> None:
    unseen = shown(engine, council, assessment).typed.seen
    say(engine, council, assessment, Typed("accepted", seen=unseen))
    with pytest.raises(Conflict) as refused:
        say(engine, council, assessment, Typed("corrected", "1", "Because.", unseen))
    (clash,) = refused.value.clashes
    assert (clash.kept, clash.sent, clash.by) == ("accepted", "corrected to 1: Because.", "Director")
    with transaction(engine) as session, pytest.raises(Conflict):
        figure_views.take_back(session, assessment, *GROSS, unseen, by=council.actor("director"), now=NOW)
    newest = shown(engine, council, assessment).typed.seen
    for _ in range(2):
        with transaction(engine) as session:
            figure_views.take_back(session, assessment, *GROSS, newest, by=council.actor("director"), now=NOW)
    assert [verb for verb, _ in events(engine)] == ["accepted a figure", "took back a figure"]
    assert shown(engine, council, assessment).typed.seen == unseen


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        (Typed(""), ["verdict"]),
        (Typed("corrected"), ["amount", "reason"]),
        (Typed("corrected", "4321000", "Same."), ["amount"]),
        (Typed("corrected", "1", "x" * 20_001), ["reason"]),
    ],
)
def test_what_is_missing_is_named(
    engine: Engine, council: SmallCouncil, assessment: int, typed: Typed, places: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        say(engine, council, assessment, typed)
    assert [problem.place for problem in refused.value.problems] == places


def test_only_its_own_people_and_only_while_it_is_open(
    engine: Engine, council: SmallCouncil, assessment: int
) -> None:
    for who in ("other_director", "core_team"):
        with transaction(engine) as session, pytest.raises(NotFound):
            figure_views.say(session, assessment, *GROSS, Typed("accepted"), by=council.actor(who), now=NOW)
    with transaction(engine) as session:
        session.get_one(Assessment, assessment).status = "submitted"
    with pytest.raises(Conflict, match="sent for sign-off"):
        say(engine, council, assessment, Typed("accepted", seen="0"))
    assert not shown(engine, council, assessment).may_answer
