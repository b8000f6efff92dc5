"""The outbox: once for each step, one worker at a time, and never twice to the mail server."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from tests.council import NOW
from vfm.store import outbox
from vfm.store.database import reading, transaction
from vfm.store.tables import Message

LATER = NOW + outbox.CLAIM_LASTS


def queued(engine: Engine, step: str = "reminder:1", subject: str = "Due soon") -> bool:
    with transaction(engine) as session:
        return outbox.queue(
            session, step=step, person_id=None, address="a@b.example", subject=subject, body="Hello", now=NOW
        )


def row(engine: Engine) -> Message:
    with reading(engine) as session:
        return session.scalars(select(Message)).one()


def claimed(engine: Engine, now=NOW) -> list[outbox.Claimed]:
    with transaction(engine) as session:
        return outbox.claim(session, now=now)


def test_a_step_is_queued_once(engine: Engine) -> None:
    assert queued(engine, subject="Due\nBcc: x@y.example")
    assert not queued(engine, subject="Another")
    assert row(engine).subject == "Due Bcc: x@y.example"


def test_a_transaction_that_fails_queues_nothing(engine: Engine) -> None:
    def broken() -> None:
        with transaction(engine) as session:
            outbox.queue(session, step="s", person_id=None, address="a", subject="b", body="c", now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        broken()
    assert claimed(engine) == []


def test_a_claim_keeps_others_away_until_it_runs_out(engine: Engine) -> None:
    queued(engine)
    (first,) = claimed(engine)
    assert claimed(engine) == []
    (second,) = claimed(engine, LATER)
    with transaction(engine) as session:
        assert not outbox.hand_over(session, first, now=LATER)
        assert outbox.hand_over(session, second, now=LATER)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)  # on SQLite the second writer waits
def test_another_worker_passes_over_what_is_being_claimed(engine: Engine) -> None:
    queued(engine, "reminder:1")
    queued(engine, "reminder:2")
    with transaction(engine) as first, transaction(engine) as second:
        assert [one.step for one in outbox.claim(first, now=NOW, most=1)] == ["reminder:1"]
        assert [one.step for one in outbox.claim(second, now=NOW)] == ["reminder:2"]


def test_what_was_handed_over_is_never_claimed_again(engine: Engine) -> None:
    queued(engine)
    (message,) = claimed(engine)
    with transaction(engine) as session:
        assert outbox.hand_over(session, message, now=NOW)
        assert not outbox.send_again(session, message.id, now=NOW), "a worker is at it"
    assert claimed(engine, NOW + timedelta(days=30)) == []
    with transaction(engine) as session:
        assert outbox.send_again(session, message.id, now=LATER)
    (again,) = claimed(engine, LATER)
    with transaction(engine) as session:
        assert outbox.hand_over(session, again, now=LATER)
        outbox.sent(session, again, now=LATER)
        assert not outbox.send_again(session, message.id, now=LATER + timedelta(days=1))
    assert row(engine).sent_at == LATER


def test_tries_wait_longer_each_time_until_it_is_given_up(engine: Engine) -> None:
    queued(engine)
    now, waits = NOW, []
    while messages := claimed(engine, now):
        with transaction(engine) as session:
            outbox.refused(session, messages[0], "No answer.", for_good=False, now=now)
        waits.append(row(engine).due_at - now)
        now = row(engine).due_at
    assert waits[:-1] == list(outbox.WAITS)
    kept = row(engine)
    assert (kept.attempts, kept.problem, kept.failed_at) == (8, "No answer.", now)
    with transaction(engine) as session:
        assert outbox.send_again(session, kept.id, now=now)
    assert len(claimed(engine, now)) == 1


def test_a_refusal_for_good_is_tried_once(engine: Engine) -> None:
    queued(engine)
    (message,) = claimed(engine)
    with transaction(engine) as session:
        outbox.refused(session, message, "No such address.", for_good=True, now=NOW)
    assert claimed(engine, NOW + timedelta(days=9)) == []
    assert row(engine).failed_at == NOW


def test_what_is_let_go_or_broke_off(engine: Engine) -> None:
    queued(engine)
    (message,) = claimed(engine)
    with transaction(engine) as session:
        outbox.let_go(session, message)
    (message,) = claimed(engine)
    with transaction(engine) as session:
        outbox.hand_over(session, message, now=NOW)
        outbox.unsure(session, message, "The connection broke.")
    kept = row(engine)
    assert (kept.problem, kept.handed_over_at, kept.sent_at) == ("The connection broke.", NOW, None)
    assert claimed(engine, NOW + timedelta(days=9)) == []
