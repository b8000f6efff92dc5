"""Moving a cycle on: chasing several services in one action, and giving them more time."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires.figures import day_of
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import events, letters
from vfm.store.letters import Reader
from vfm.store.queries import chasing as queries
from vfm.store.queries import cycles, deadlines
from vfm.store.queries.cycles import Head
from vfm.store.queries.deadlines import Waiting
from vfm.store.tables import Assessment

LONGEST = 5_000
DayTyped = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One service that was ticked: whom it waits for, or in words why nothing is done about it."""

    assessment_id: int
    service: str
    due_on: date
    left: str
    readers: tuple[Reader, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The services that were ticked in a cockpit.

    Attributes:
        lines: those something can be done about; left_out: the others, each with its reason.
        subject, body: the words of an e-mail as they are proposed.
    """

    head: Head
    lines: tuple[Line, ...]
    left_out: tuple[Line, ...]
    subject: str
    body: str


def to_chase(session: Session, cycle_id: int, ids: Collection[int], *, by: Actor, now: datetime) -> Selection:
    """Who would get an e-mail, and with which words.

    Raises:
        NotFound: no such cycle.
        Invalid: nothing was ticked.
    """
    head = _head(session, cycle_id, ids)
    chased = queries.chased(session, ids, now.date())
    lines = [_not_twice(line, chased) for line in _lines(session, cycle_id, ids, now.date())]
    body = (
        f"We are waiting for your part of {head.name}. Please open it and finish what is left, or tell us "
        f"what stands in the way.\n\nThank you.\n{by.name}"
    )
    return Selection(
        head,
        tuple(line for line in lines if not line.why_not),
        tuple(line for line in lines if line.why_not),
        f"{head.name}: your self-assessment",
        body,
    )


def chase(
    session: Session,
    cycle_id: int,
    ids: Collection[int],
    subject: str,
    body: str,
    *,
    by: Actor,
    now: datetime,
) -> tuple[int, int]:
    """Queue an e-mail to whoever each service waits for; one service is chased once a day.

    Returns:
        How many services were chased, and how many e-mails were queued.

    Raises:
        NotFound: no such cycle.
        Invalid: nothing was ticked, or there are no words.
        Conflict: there is nobody to chase any more.
    """
    selection = to_chase(session, cycle_id, ids, by=by, now=now)
    problems = [
        *_words_problem("subject", "Write a subject.", subject),
        *_words_problem("body", "Write what you want to say.", body),
    ]
    if problems:
        raise Invalid(problems)
    if not selection.lines:
        raise Conflict("There is nobody to chase any more: look at the cockpit again.")
    queued = 0
    for line in selection.lines:
        queued += letters.send(
            session,
            line.readers,
            step=f"chase:assessment:{line.assessment_id}:{now.date()}",
            subject=subject.strip(),
            paragraphs=[body.strip().replace("\r\n", "\n"), _about(line, selection.head)],
            link=letters.page(line.assessment_id),
            now=now,
        )
        after = {"sent_to": [reader.name for reader in line.readers]}
        events.record(session, "chased", "assessment", line.assessment_id, by_id=by.id, now=now, after=after)
    return len(selection.lines), queued


def to_extend(session: Session, cycle_id: int, ids: Collection[int], *, now: datetime) -> Selection:
    """Which of the ticked services can be given more time.

    Raises:
        NotFound: no such cycle.
        Invalid: nothing was ticked.
    """
    head = _head(session, cycle_id, ids)
    lines = _lines(session, cycle_id, ids, now.date())
    settled = tuple(line for line in lines if line.why_not == SETTLED)
    return Selection(head, tuple(line for line in lines if line not in settled), settled, "", "")


def extend(
    session: Session,
    cycle_id: int,
    ids: Collection[int],
    due_on: DayTyped,
    reason: str,
    *,
    by: Actor,
    now: datetime,
) -> int:
    """Give services until another day, with the reason they are told; how many.

    Raises:
        NotFound: no such cycle.
        Invalid: nothing was ticked, there is no reason, or the day cannot be read, has passed, or is no
            later than the day on which one of them is due now.
        Conflict: all of them are signed off meanwhile.
    """
    selection = to_extend(session, cycle_id, ids, now=now)
    day, problems = _day(due_on, now.date(), selection.lines)
    problems += _words_problem("reason", "Say why they get more time: they are told, and it is kept.", reason)
    if problems or day is None:
        raise Invalid(problems)
    if not selection.lines:
        raise Conflict("All of them are signed off meanwhile: nothing is due from them any more.")
    for line in selection.lines:
        _extend(session, line, day, reason.strip(), selection.head, by, now)
    return len(selection.lines)


def _extend(
    session: Session, line: Line, day: date, reason: str, head: Head, by: Actor, now: datetime
) -> None:
    session.execute(update(Assessment).where(Assessment.id == line.assessment_id).values(due_on=day))
    events.record(
        session,
        "gave more time",
        "assessment",
        line.assessment_id,
        by_id=by.id,
        now=now,
        before={"due_on": line.due_on.isoformat()},
        after={"due_on": day.isoformat(), "reason": reason},
    )
    letters.send(
        session,
        line.readers,
        step=f"extended:assessment:{line.assessment_id}:{now.isoformat()}",
        subject=f"{line.service}: due on {letters.day(day)} now",
        paragraphs=[
            f"{by.name} has given {line.service} more time in {head.name}: it is due on {letters.day(day)}.",
            f"It was due on {letters.day(line.due_on)}.",
            reason,
        ],
        link=letters.page(line.assessment_id),
        now=now,
    )


SETTLED = "It is signed off, so the service has nothing left to do."


def _head(session: Session, cycle_id: int, ids: Collection[int]) -> Head:
    head = cycles.head(session, cycle_id)
    if head is None:
        raise NotFound
    if not ids:
        raise Invalid([Problem("assessment", "Tick at least one service.")])
    return head


def _lines(session: Session, cycle_id: int, ids: Collection[int], today: date) -> list[Line]:
    """A line for each that belongs to the cycle; what was made up is left out."""
    found = deadlines.chosen(session, cycle_id, ids)
    readers = deadlines.waited_for(session, found, today)
    lines = [_line(one, readers[one.id]) for one in found]
    settled = queries.settled(session, cycle_id, ids)
    return lines + [Line(row.id, row.service, row.due_on, "", (), SETTLED) for row in settled]


def _line(one: Waiting, readers: Iterable[Reader]) -> Line:
    people = tuple(readers)
    why_not = "" if people else "Nobody who can sign in directs it. Give it a director first."
    return Line(one.id, one.service, one.due_on, deadlines.left_in_words(one), people, why_not)


def _not_twice(line: Line, chased: Collection[int]) -> Line:
    if line.why_not or line.assessment_id not in chased:
        return line
    why_not = "It was chased today already."
    return Line(line.assessment_id, line.service, line.due_on, line.left, line.readers, why_not)


def _about(line: Line, head: Head) -> str:
    return f"{line.service}, {head.name}: due on {letters.day(line.due_on)}. {line.left}"


def _day(typed: DayTyped, today: date, lines: Collection[Line]) -> tuple[date | None, list[Problem]]:
    if not any(part.strip() for part in typed):
        return None, [Problem("due_on", "Enter the day by which they have to be done.")]
    try:
        day = day_of(*(part.strip() for part in typed))
    except ValueError as problem:
        return None, [Problem("due_on", str(problem))]
    if day < today:
        return None, [Problem("due_on", "That day has passed. Choose today or later.")]
    latest = max((line.due_on for line in lines), default=None)
    if latest is not None and day <= latest:
        return None, [Problem("due_on", _no_more_time(latest, lines))]
    return day, []


def _no_more_time(latest: date, lines: Collection[Line]) -> str:
    """Why a day is refused that gives one of them no more time than it has: its e-mail would be untrue."""
    day = letters.day(latest)
    if len(lines) == 1:
        return f"Choose a day after {day}, which is the day it is due now."
    service = next(line.service for line in lines if line.due_on == latest)
    return f"Choose a day after {day}, which is the day {service} is due now."


def _words_problem(place: str, missing: str, words: str) -> list[Problem]:
    if not words.strip():
        return [Problem(place, missing)]
    if len(words) > LONGEST:
        return [Problem(place, f"It is longer than {LONGEST:,} characters. Shorten it.")]
    message = text_problem(words)
    return [Problem(place, message)] if message else []
