"""Reminders: before an assessment is due, and after; each once for each day it is due and each reader."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from vfm.questionnaires.steps import Status
from vfm.store import letters
from vfm.store.queries import deadlines
from vfm.store.queries.deadlines import Waiting

SOON, VERY_SOON = 7, 1
"""Days before the day it is due on which people are reminded."""
WEEKS = 4
"""After the first notice that it is overdue follows one a week, so many times."""
ASKS = {
    Status.OPEN: "It waits for answers.",
    Status.SUBMITTED: "It was sent and waits for the director’s signature.",
    Status.APPROVED: "The director has signed it, and it waits for the executive director’s signature.",
}


class Reminder(NamedTuple):
    """Which reminder it is time for: the name of its step, and when it is due, in words."""

    step: str
    when: str


def due(due_on: date, today: date) -> Reminder | None:
    """The reminder it is time for on a day; None too early, or when all were sent.

    A worker that was away for a week sends what fits today, not what it has missed.
    """
    days = (due_on - today).days
    if days > SOON:
        return None
    if days > VERY_SOON:
        return Reminder("soon", f"is due in {days} days, on {letters.day(due_on)}")
    if days >= 0:
        return Reminder("now", f"is due {('today', 'tomorrow')[days]}, {letters.day(due_on)}")
    week = (-days - 1) // 7
    if week > WEEKS:
        return None
    return Reminder(f"overdue-{week}", f"was due on {letters.day(due_on)}")


def make(session: Session, *, now: datetime) -> int:
    """Queue every reminder it is time for and that was not queued yet; how many."""
    today = now.date()
    wanted = [
        (one, reminder)
        for one in deadlines.unsigned(session, until=today + timedelta(days=SOON), today=today)
        if (reminder := due(one.due_on, today))
    ]
    readers = deadlines.waited_for(session, [one for one, _ in wanted], today)
    queued = deadlines.queued(session, [f"{_step(*one)}:" for one in wanted])
    made = 0
    for one, reminder in wanted:
        step = _step(one, reminder)
        new = [reader for reader in readers[one.id] if f"{step}:person:{reader.person_id}" not in queued]
        made += letters.send(
            session,
            new,
            step=step,
            subject=f"{one.service}: {one.cycle} {reminder.when.partition(',')[0]}",
            paragraphs=[
                f"The assessment of {one.service} for {one.cycle} {reminder.when}.",
                f"{ASKS[Status(one.status)]} {deadlines.left_in_words(one)}",
            ],
            link=letters.page(one.id, "" if one.status == Status.OPEN else "/sign-off"),
            now=now,
        )
    return made


def _step(one: Waiting, reminder: Reminder) -> str:
    return f"{reminder.step}:assessment:{one.id}:{one.status}:{one.due_on}"
