"""The outbox: e-mails queued in the transaction that gives rise to them, and sent by a worker afterwards.

A message is waiting, claimed by a worker, handed over to the mail server, and sent, in this order. What was
handed over is never claimed again: when a worker is stopped between the server's yes and our note of it, the
message may or may not have gone out, and only a person decides to send it again
(docs/decisions/0009-no-reminder-twice.md).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, and_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vfm.store.tables import Message

CLAIM_LASTS = timedelta(minutes=5)
"""How long a worker may take before another one takes over what it has claimed and not handed over."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720, 1440))
"""How long to wait after the first, second, ... try that failed; after the last of them it is given up."""

ONE_TIME = re.compile(r"/invitations/\S+")
"""A link with which somebody chooses a password: not kept in a message once that is over."""

PAGES = "{pages}"
"""Stands in a body for where the pages are reached; the worker, which knows, puts that in its place."""

_TABLE = cast(Table, Message.__table__)
_ADD = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(index_elements=["step"]).returning(_TABLE.c.id),
    "postgresql": postgresql.insert(_TABLE)
    .on_conflict_do_nothing(index_elements=["step"])
    .returning(_TABLE.c.id),
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that one worker alone may send until `until`."""

    id: int
    step: str
    address: str
    subject: str
    body: str
    attempts: int
    until: datetime


def queue(
    session: Session,
    *,
    step: str,
    person_id: int | None,
    address: str,
    subject: str,
    body: str,
    now: datetime,
) -> bool:
    """Put an e-mail into the outbox, once for each `step`: it is sent after this transaction has committed.

    `step` names what it is for and for whom, such as `overdue:assessment:12:person:7`.

    Returns:
        False when this step was queued before; then nothing happens, whatever has become of it.
    """
    connection = session.connection()
    row = {
        "step": step,
        "person_id": person_id,
        "address": address,
        "subject": " ".join(subject.split()),  # a header is one line
        "body": body,
        "created_at": now,
        "due_at": now,
        "attempts": 0,
        "problem": "",
    }
    return connection.execute(_ADD[connection.dialect.name], row).first() is not None


def is_waiting() -> ColumnElement[bool]:
    """What is neither sent nor handed over nor given up."""
    return and_(Message.sent_at.is_(None), Message.failed_at.is_(None), Message.handed_over_at.is_(None))


def claim(session: Session, *, now: datetime, most: int = 20) -> list[Claimed]:
    """Take the messages that are due, oldest first; no other worker gets them until the claim runs out."""
    until = now + CLAIM_LASTS
    free = or_(Message.claimed_until.is_(None), Message.claimed_until <= now)
    wanted = (
        select(Message.id, Message.step, Message.address, Message.subject, Message.body, Message.attempts)
        .where(is_waiting(), Message.due_at <= now, free)
        .order_by(Message.due_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)  # SQLite has no such clause: there one writer comes after another
    )
    found = [Claimed(*row, until) for row in session.execute(wanted)]
    if found:
        ids = [message.id for message in found]
        session.execute(update(Message).where(Message.id.in_(ids)).values(claimed_until=until))
    return found


def hand_over(session: Session, message: Claimed, *, now: datetime) -> bool:
    """Note that the mail server is about to be given this message; False when the claim has run out.

    Committed before the words go out, so that a worker that is stopped leaves no doubt about what is safe
    to send again.
    """
    return _change(session, message, is_waiting(), handed_over_at=now)


def sent(session: Session, message: Claimed, *, now: datetime) -> None:
    """The mail server has taken it."""
    values: dict[str, Any] = {"sent_at": now, "problem": "", "attempts": message.attempts + 1}
    _forget_links(message, values)
    _change(session, message, Message.sent_at.is_(None), **values)


def refused(session: Session, message: Claimed, problem: str, *, for_good: bool, now: datetime) -> None:
    """It surely did not go out: try again later, or give it up when that was the last try or is for good."""
    tries = message.attempts + 1
    is_over = for_good or tries > len(WAITS)
    values: dict[str, Any] = {
        "attempts": tries,
        "problem": problem,
        "claimed_until": None,
        "handed_over_at": None,
        "failed_at": now if is_over else None,
    }
    if is_over:
        _forget_links(message, values)
    else:
        values["due_at"] = now + WAITS[tries - 1]
    _change(session, message, Message.sent_at.is_(None), **values)


def _forget_links(message: Claimed, values: dict[str, Any]) -> None:
    if ONE_TIME.search(message.body):
        values["body"] = ONE_TIME.sub("/invitations/", message.body)


def unsure(session: Session, message: Claimed, problem: str) -> None:
    """The connection broke while the words went out: it stays handed over, not sent again by itself."""
    _change(session, message, Message.sent_at.is_(None), problem=problem, attempts=message.attempts + 1)


def let_go(session: Session, message: Claimed) -> None:
    """Give back what was claimed and not touched."""
    _change(session, message, is_waiting(), claimed_until=None)


def send_again(session: Session, message_id: int, *, now: datetime) -> bool:
    """Put what was given up, or may not have gone out, back among those that wait; False when it cannot be.

    What a worker holds at this moment, what waits anyway and what was sent stay as they are.
    """
    at_rest = or_(Message.claimed_until.is_(None), Message.claimed_until <= now)
    stuck = or_(Message.failed_at.is_not(None), and_(Message.handed_over_at.is_not(None), at_rest))
    cleared = {
        "failed_at": None,
        "handed_over_at": None,
        "claimed_until": None,
        "attempts": 0,
        "problem": "",
        "due_at": now,
    }
    statement = update(Message).where(Message.id == message_id, Message.sent_at.is_(None), stuck)
    return _changed(session, statement.values(cleared))


def _change(session: Session, message: Claimed, still: ColumnElement[bool], **values: Any) -> bool:
    """Change a message that is still held by this claim."""
    held = update(Message).where(Message.id == message.id, Message.claimed_until == message.until, still)
    return _changed(session, held.values(**values))


def _changed(session: Session, statement: Any) -> bool:
    return cast(CursorResult[Any], session.execute(statement)).rowcount == 1


def is_due(session: Session, *, now: datetime) -> bool:
    """True when a message can be claimed; reads alone, so that nobody waits for an idle worker."""
    free = or_(Message.claimed_until.is_(None), Message.claimed_until <= now)
    return (
        session.scalar(select(Message.id).where(is_waiting(), Message.due_at <= now, free).limit(1))
        is not None
    )
