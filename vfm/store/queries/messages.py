"""What became of e-mails, for the administrator."""

from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from vfm.store.tables import Message

STATES = ("waiting", "sending", "sent", "unsure", "failed")
"""What became of a message; unsure is one that was handed over when the worker was stopped or cut off."""


class Line(NamedTuple):
    """One message without its words."""

    id: int
    state: str
    address: str
    subject: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    problem: str


def _state(now: datetime) -> ColumnElement[str]:
    is_held = Message.claimed_until > now
    return case(
        (Message.sent_at.is_not(None), "sent"),
        (Message.failed_at.is_not(None), "failed"),
        (is_held, "sending"),
        (Message.handed_over_at.is_not(None), "unsure"),
        else_="waiting",
    )


def counts(session: Session, *, now: datetime) -> dict[str, int]:
    """State -> how many messages."""
    state = _state(now).label("state")
    rows: Any = session.execute(select(state, func.count()).group_by(state))
    return dict.fromkeys(STATES, 0) | dict(tuple(row) for row in rows)


def some(
    session: Session, state: str, words: str, *, first: int, most: int, now: datetime
) -> tuple[list[Line], int]:
    """Messages in a state (blank: any) to or about somebody, the newest first, and how many there are."""
    shown = _state(now)
    wanted = [shown == state] if state else []
    if words:
        is_named = [one.icontains(words, autoescape=True) for one in (Message.address, Message.subject)]
        wanted.append(or_(*is_named))
    rows = session.execute(
        select(
            Message.id,
            shown,
            Message.address,
            Message.subject,
            Message.created_at,
            Message.due_at,
            Message.sent_at,
            Message.attempts,
            Message.problem,
        )
        .where(*wanted)
        .order_by(Message.id.desc())
        .offset(first)
        .limit(most)
    )
    total = cast(int, session.scalar(select(func.count(Message.id)).where(*wanted)))
    return [Line._make(row) for row in rows], total
