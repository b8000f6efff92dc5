"""What the forward plan asks of the store."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from vfm.store.tables import (
    Decision,
    Directorate,
    Division,
    Event,
    Person,
    PrioritisationRun,
    Review,
    Service,
)


class Entry(NamedTuple):
    """One dated entry of the forward plan; `run_id` the ranking whose decision it came from, None by hand."""

    id: int
    service_id: int
    service: str
    directorate: str
    decision_id: int | None
    run_id: int | None
    mode: str
    topic: str
    starts_on: date
    lead_id: int | None
    lead: str | None
    status: str
    note: str


_COLUMNS: tuple[Any, ...] = (
    Review.id,
    Review.service_id,
    Service.name,
    Directorate.name,
    Review.decision_id,
    Decision.run_id,
    Review.mode,
    Review.topic,
    Review.starts_on,
    Review.lead_id,
    Person.name,
    Review.status,
    Review.note,
)


def joined(*columns: Any) -> Select[Any]:
    """These columns of the entries of the plan, beside their service, its directorate, decision and lead."""
    return (
        select(*columns)
        .join(Service, Service.id == Review.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .outerjoin(Decision, Decision.id == Review.decision_id)
        .outerjoin(Person, Person.id == Review.lead_id)
    )


IN_ORDER = (Review.starts_on, func.lower(Service.name), Review.id)
"""The first to start first."""


def entries(session: Session) -> list[Entry]:
    """The whole plan, the first to start first."""
    rows = session.execute(joined(*_COLUMNS).order_by(*IN_ORDER))
    return [Entry(*row) for row in rows]


def entry(session: Session, review_id: int) -> Entry | None:
    """One entry, None when there is none."""
    row = session.execute(joined(*_COLUMNS).where(Review.id == review_id)).first()
    return Entry(*row) if row else None


class Origin(NamedTuple):
    """A decision that an entry is to come from."""

    id: int
    service_id: int
    run_id: int
    outcome: str
    topic: str


def decision(session: Session, decision_id: int, *, lock: bool = False) -> Origin | None:
    """A decision, None when there is none; locked for whoever is to write."""
    if lock:
        session.execute(select(Decision.id).where(Decision.id == decision_id).with_for_update())
    row = session.execute(
        select(Decision.id, Decision.service_id, Decision.run_id, Decision.outcome, Decision.topic).where(
            Decision.id == decision_id
        )
    ).first()
    return Origin(*row) if row else None


def waiting(session: Session) -> list[tuple[Origin, str]]:
    """(decision, service) for a review or deep dive that stands in its cycle and is not in the plan."""
    rows = session.execute(
        select(
            Decision.id,
            Decision.service_id,
            Decision.run_id,
            Decision.outcome,
            Decision.topic,
            Service.name,
            PrioritisationRun.cycle_id,
        )
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .join(Service, Service.id == Decision.service_id)
        .order_by(Decision.id)
    )
    standing = {(row.service_id, row.cycle_id): (Origin(*row[:5]), row.name) for row in rows}
    in_plan = set(session.scalars(select(Review.service_id).where(Review.status != "closed")))
    done = set(session.scalars(select(Review.decision_id).where(Review.decision_id.is_not(None))))
    return [
        (origin, name)
        for origin, name in standing.values()
        if origin.outcome in ("service_review", "deep_dive")
        and origin.id not in done
        and origin.service_id not in in_plan
    ]


def last_event(session: Session, verb: str, subject: str, subject_id: int) -> Event | None:
    """The newest event of this kind about one thing; None when there is none."""
    return session.scalar(
        select(Event)
        .where(Event.verb == verb, Event.subject == subject, Event.subject_id == subject_id)
        .order_by(Event.id.desc())
        .limit(1)
    )


def services(session: Session) -> list[tuple[int, str]]:
    """(id, name) of the services that are not closed, by name."""
    rows = session.execute(
        select(Service.id, Service.name).where(Service.closed_on.is_(None)).order_by(func.lower(Service.name))
    )
    return [(row[0], row[1]) for row in rows]


def leads(session: Session) -> list[tuple[int, str]]:
    """(id, name) of everybody who can sign in, by name."""
    rows = session.execute(
        select(Person.id, Person.name).where(Person.is_active).order_by(func.lower(Person.name))
    )
    return [(row[0], row[1]) for row in rows]
