"""Reminders: when, to whom, in which words, and each once, whoever makes them and how often."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.council import NOW, SmallCouncil
from tests.rounds import DUE, give, opened
from vfm.store.database import transaction
from vfm.store.tables import Assessment, Cycle, Deputy, Message
from vfm.workflows import reminders

ASKED = build.questionnaire(build.scale_question("Q-01", required=True))
On = Callable[[int], list[tuple[str, str]]]


@pytest.fixture
def lib(engine: Engine, council: SmallCouncil) -> int:
    """Libraries is to be answered by 18 December; a part of it is with the contributor."""
    return opened(engine, council, ASKED, services=("LIB",)).assessments["LIB"]


@pytest.fixture
def on(engine: Engine) -> On:
    """What is queued so many days after the day it is due: (to whom, subject)."""

    def make(days: int) -> list[tuple[str, str]]:
        with transaction(engine) as session:
            last = max(session.scalars(select(Message.id)).all(), default=0)
            reminders.make(session, now=NOW + (DUE - NOW.date()) + timedelta(days=days))
            new = session.scalars(select(Message).where(Message.id > last).order_by(Message.id))
            return [(one.address.partition("@")[0], one.subject) for one in new]

    return make


@pytest.mark.parametrize(
    ("days", "step"),
    [
        (-8, None), (-7, "soon"), (-2, "soon"), (-1, "now"), (0, "now"), (1, "overdue-0"), (7, "overdue-0"),
        (8, "overdue-1"), (35, "overdue-4"), (36, None),
    ],
)  # fmt: skip
def test_which_reminder_it_is_time_for(days: int, step: str | None) -> None:
    found = reminders.due(DUE, DUE + timedelta(days=days))
    assert (found.step if found else None) == step


def test_each_goes_out_once_to_who_is_waited_for(lib: int, on: On, engine: Engine) -> None:
    assert on(-8) == []
    first = "Libraries: Rollout 2026 is due in 7 days"
    assert on(-7) == [("director", first), ("contributor", first)]
    assert on(-7) == on(-6) == []
    assert on(-1) == [(who, "Libraries: Rollout 2026 is due tomorrow") for who in ("director", "contributor")]
    overdue = "Libraries: Rollout 2026 was due on 18 December 2026"
    assert on(1) == [("director", overdue), ("contributor", overdue)]
    assert on(2) == []
    assert len(on(8)) == 2
    with transaction(engine) as session:
        body = session.scalars(select(Message.body).order_by(Message.id)).first()
    assert body == (
        "Dear Director,\n\nThe assessment of Libraries for Rollout 2026 is due in 7 days, on 18 December "
        "2026.\n\nIt waits for answers. Nothing is answered yet.\n\n"
        f"{{pages}}/assessments/{lib}\n"
    )


def test_how_many_questions_are_left_is_said(lib: int, on: On, engine: Engine) -> None:
    with transaction(engine) as session:
        row = session.get_one(Assessment, lib)
        row.answered_count, row.route_count = 12, 50
    on(-7)
    with transaction(engine) as session:
        assert "38 of 50 questions are left." in session.scalars(select(Message.body)).all()[0]


def test_the_signature_is_asked_of_who_signs_next(lib: int, on: On, engine: Engine) -> None:
    for status, who in (("submitted", "director"), ("approved", "executive_director")):
        with transaction(engine) as session:
            session.get_one(Assessment, lib).status = status
        assert [reader for reader, _ in on(-7)] == [who]
    with transaction(engine) as session:
        session.get_one(Assessment, lib).status = "signed_off"
    assert on(-1) == []


def test_a_deputy_is_told_and_a_part_handed_back_is_not(
    lib: int, on: On, engine: Engine, council: SmallCouncil
) -> None:
    other = opened(engine, council, ASKED, services=("WASTE",), name="Second", template_id=1).assessments
    with transaction(engine) as session:
        give(session, council, other["WASTE"], "whole").handed_back_at = NOW
        session.add(
            Deputy(
                service_id=council.services["WASTE"],
                person_id=council.people["viewer"],
                starts_on=NOW.date(),
                given_by_id=council.people["director"],
                given_at=NOW,
            )
        )
        session.get_one(Assessment, lib).status = "agreed"
    assert [reader for reader, _ in on(-7)] == ["director", "viewer"]


def test_more_time_begins_anew_and_a_closed_cycle_is_silent(lib: int, on: On, engine: Engine) -> None:
    assert len(on(-7)) == 2
    with transaction(engine) as session:
        session.get_one(Assessment, lib).due_on = DUE + timedelta(days=30)
    assert on(1) == []
    assert len(on(23)) == 2
    with transaction(engine) as session:
        session.scalars(select(Cycle)).one().closed_at = NOW
    assert on(29) == []
    assert on(31) == []


def test_two_that_make_them_at_once_make_each_once(lib: int, engine: Engine) -> None:
    both = Barrier(2)

    def make() -> None:
        both.wait()
        with transaction(engine) as session:
            reminders.make(session, now=NOW + (DUE - NOW.date()))

    threads = [Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(engine) as session:
        steps = session.scalars(select(Message.step)).all()
    assert len(steps) == len(set(steps)) == 2
    assert date(2026, 12, 18).isoformat() in steps[0]
