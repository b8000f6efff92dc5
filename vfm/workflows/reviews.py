"""The forward plan: a dated list of service reviews and deep dives, each from a decision or added by hand."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires import figures
from vfm.questionnaires.figures import london_day
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import events, review_reach, reviewed
from vfm.store.queries import reviews as queries
from vfm.store.queries.review_work import is_worked_on
from vfm.store.queries.reviews import Entry as Entry
from vfm.store.queries.reviews import Origin
from vfm.store.tables import Review, ReviewMember

WHOLE = "service_review"
MODES = (WHOLE, "deep_dive")
STATUSES = ("proposed", "approved", "scoping", "under_way", "reporting", "implementing", "closed")
"""The states of an entry, in the order of the work."""
CLOSED = STATUSES[-1]
DECISION = re.compile(r"[0-9]{1,9}")
KEPT = ("service_id", "mode", "topic", "starts_on", "lead_id", "status", "note")


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan, and the decisions that are not in it yet, each with its service."""

    entries: tuple[Entry, ...]
    waiting: tuple[tuple[Origin, str], ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as typed; `seen` tells which state of it the form was opened on, empty for a new one.

    How far its review is, is not typed here: that changes on the page of the review, step by step.
    """

    service: str = ""
    mode: str = ""
    topic: str = ""
    day: tuple[str, str, str] = field(default=("", "", ""))
    lead: str = ""
    note: str = ""
    decision: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of an entry: what is typed, what it chooses from, and the entry as it is kept (None: new)."""

    draft: Draft
    services: tuple[tuple[int, str], ...]
    leads: tuple[tuple[int, str], ...]
    entry: Entry | None = None


def index(session: Session) -> Plan:
    """The forward plan, the first to start first."""
    return Plan(tuple(queries.entries(session)), tuple(queries.waiting(session)))


def blank(session: Session, *, decision_id: int | None = None, service_id: int | None = None) -> Form:
    """The form for a new entry, filled from a decision where one is named.

    Raises:
        NotFound: there is no such decision.
    """
    if decision_id is None:
        return form(session, Draft(service=str(service_id or "")))
    origin = queries.decision(session, decision_id)
    if origin is None:
        raise NotFound(f"decision {decision_id}")
    mode = origin.outcome if origin.outcome in MODES else ""
    draft = Draft(service=str(origin.service_id), mode=mode, topic=origin.topic, decision=str(origin.id))
    return form(session, draft)


def form(session: Session, draft: Draft, review_id: int | None = None) -> Form:
    """The form with what is typed in it.

    Raises:
        NotFound: there is no such entry.
    """
    entry = _entry(session, review_id) if review_id is not None else None
    return Form(draft, tuple(queries.services(session)), tuple(queries.leads(session)), entry)


def show(session: Session, review_id: int) -> Form:
    """The form of an entry as it is kept.

    Raises:
        NotFound: there is no such entry.
        Closed: its review is closed.
    """
    entry = _open(session, review_id)
    day = entry.starts_on
    draft = Draft(
        service=str(entry.service_id),
        mode=entry.mode,
        topic=entry.topic,
        day=(str(day.day), str(day.month), str(day.year)),
        lead=str(entry.lead_id or ""),
        note=entry.note,
        seen=digest(entry),
    )
    return form(session, draft, review_id)


def digest(entry: Entry) -> str:
    """What tells one state of an entry from another."""
    return hashlib.sha256(repr([getattr(entry, name) for name in KEPT]).encode()).hexdigest()[:16]


def add(session: Session, draft: Draft, *, by: Actor, now: datetime, status: str = STATUSES[0]) -> int:
    """Put an entry into the plan; its id.

    `status` is another than the first for a review that was begun, or closed, before it was written down.

    Raises:
        Invalid: every field that cannot be used; or it is in the plan already: one from the same decision, or
            an open one that says the same.
    """
    values = _checked(session, draft)
    origin = _origin(session, draft.decision)
    if origin is not None and origin.service_id == values["service_id"]:
        values["decision_id"] = origin.id
    _refuse_twice(session, values)
    values["status"] = status
    if status == CLOSED:
        values["closed_on"] = london_day(now)
    row = Review(**values, by_id=by.id, at=now)
    session.add(row)
    session.flush()
    events.record(session, "planned", "review", row.id, by_id=by.id, now=now, after=_plain(values))
    if row.status == CLOSED and row.mode == WHOLE:
        reviewed.note(session, row.service_id, by=by, now=now)
    return row.id


def _origin(session: Session, typed: str) -> Origin | None:
    """The decision an entry comes from, held so that it gives rise to one entry alone."""
    return queries.decision(session, int(typed), lock=True) if DECISION.fullmatch(typed) else None


def _refuse_twice(session: Session, values: Mapping[str, Any]) -> None:
    """An entry that is there already was most likely sent twice."""
    for entry in queries.entries(session):
        same_origin = entry.decision_id is not None and entry.decision_id == values.get("decision_id")
        alike = entry.status != CLOSED and all(
            getattr(entry, name) == values[name] for name in ("service_id", "mode", "topic", "starts_on")
        )
        if same_origin or alike:
            words = f"It is in the plan already: {_in_words(entry)}."
            raise Invalid([Problem("service", f"{words} Change that entry, or add another by hand.")])


def change(session: Session, review_id: int, draft: Draft, *, by: Actor, now: datetime) -> bool:
    """Change an entry; True when something is different.

    Raises:
        NotFound: there is no such entry.
        Closed: its review is closed.
        Invalid: every field that cannot be used.
        Conflict: somebody changed it since the form was opened.
    """
    session.execute(select(Review.id).where(Review.id == review_id).with_for_update())
    entry = _open(session, review_id)
    values = _checked(session, draft, entry)
    if digest(entry) != draft.seen:
        words = "Somebody changed this entry of the plan after you opened it"
        raise Conflict(f"{words}: it is now {_in_words(entry)}. Open it again and make your change there.")
    before = {name: getattr(entry, name) for name in KEPT}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return False
    session.execute(
        update(Review).where(Review.id == review_id).values(**changed, revision=Review.revision + 1)
    )
    was = _plain({name: before[name] for name in changed})
    events.record(
        session, "changed", "review", review_id, by_id=by.id, now=now, before=was, after=_plain(changed)
    )
    return True


def remove(session: Session, review_id: int, *, by: Actor, now: datetime) -> Entry:
    """Take an entry out of the plan, with the places of its team; what it was.

    Raises:
        NotFound: there is no such entry.
        Closed: its review is closed.
        Conflict: its team has begun, and what they worked out is not thrown away.
    """
    session.execute(select(Review.id).where(Review.id == review_id).with_for_update())
    entry = _open(session, review_id)
    if is_worked_on(session, review_id):
        words = (
            "Work on this review has begun: it has a scope, lines of enquiry, findings, recommendations or a "
            "template that its team answers."
        )
        raise Conflict(f"{words} Close it with what came of it instead, or remove those first.")
    session.execute(delete(ReviewMember).where(ReviewMember.review_id == review_id))
    session.execute(delete(Review).where(Review.id == review_id))
    before = _plain({name: getattr(entry, name) for name in KEPT})
    events.record(session, "removed", "review", review_id, by_id=by.id, now=now, before=before)
    return entry


def _entry(session: Session, review_id: int) -> Entry:
    entry = queries.entry(session, review_id)
    if entry is None:
        raise NotFound(f"review {review_id}")
    return entry


def _open(session: Session, review_id: int) -> Entry:
    """An entry to change."""
    entry = _entry(session, review_id)
    if entry.status == "closed":
        raise review_reach.closed_in_plan(entry.service)
    return entry


def _in_words(entry: Entry) -> str:
    return f"{entry.service} from {figures.day_in_words(entry.starts_on)}, {entry.status.replace('_', ' ')}"


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def _checked(session: Session, draft: Draft, entry: Entry | None = None) -> dict[str, Any]:
    """What is typed as values to keep; a closed service or somebody who left stays where they were."""
    service_id = _chosen(draft.service, queries.services(session), entry.service_id if entry else None)
    lead_id = _chosen(draft.lead, queries.leads(session), entry.lead_id if entry else None)
    problems = [] if service_id is not None else [Problem("service", "Choose the service.")]
    problems += _mode_problems(draft)
    starts_on = None
    try:
        starts_on = figures.day_of(*draft.day)
    except ValueError as problem:
        problems.append(Problem("day", str(problem)))
    if draft.lead and lead_id is None:
        problems.append(Problem("lead", "Choose somebody from the list, or nobody yet."))
    problems += _text_problems(draft)
    if problems:
        raise Invalid(problems)
    return {
        "service_id": service_id,
        "mode": draft.mode,
        "topic": draft.topic.strip(),
        "starts_on": starts_on,
        "lead_id": lead_id,
        "note": _lines(draft.note).strip(),
    }


def _mode_problems(draft: Draft) -> Iterator[Problem]:
    if draft.mode not in MODES:
        yield Problem("mode", "Choose a service review or a deep dive.")
    if draft.mode == "deep_dive" and not draft.topic.strip():
        yield Problem("topic", "Name the topic of the deep dive.")


def _text_problems(draft: Draft) -> Iterator[Problem]:
    for place, text in (("topic", draft.topic), ("note", draft.note)):
        if words := text_problem(_lines(text)):
            yield Problem(place, words)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _chosen(typed: str, offered: list[tuple[int, str]], kept: int | None) -> int | None:
    known = [row_id for row_id, _ in offered] + ([] if kept is None else [kept])
    return next((row_id for row_id in known if str(row_id) == typed), None)
