"""What the cockpit of a cycle asks of the store."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.tables import (
    Assessment,
    Delegation,
    Directorate,
    Division,
    Event,
    Person,
    PersonRole,
    Service,
)


class Line(NamedTuple):
    """One assessment of a cycle; `due_on` is its own day where it was extended."""

    id: int
    service_id: int
    service: str
    directorate: str
    status: str
    answered: int
    asked: int
    last_at: datetime | None
    last_by: str | None
    due_on: date | None
    submitted_at: datetime | None
    approved_at: datetime | None
    signed_off_at: datetime | None


def lines(session: Session, cycle_id: int) -> list[Line]:
    """One row an assessment, by the service's name."""
    rows = session.connection().execute(
        select(
            Assessment.id,
            Service.id,
            Service.name,
            Directorate.name,
            Assessment.status,
            Assessment.answered_count,
            Assessment.route_count,
            Assessment.last_activity_at,
            Person.name,
            Assessment.due_on,
            Assessment.submitted_at,
            Assessment.approved_at,
            Assessment.signed_off_at,
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .outerjoin(Person, Person.id == Assessment.last_activity_by_id)
        .where(Assessment.cycle_id == cycle_id)
        .order_by(Service.name, Assessment.id)
    )
    return [Line._make(row) for row in rows]


class Holders(NamedTuple):
    """Service -> names of its directors, and of its executive directors, who may sign in."""

    directors: dict[int, list[str]]
    executive_directors: dict[int, list[str]]


def holders(session: Session, cycle_id: int) -> Holders:
    """Who directs each service of a cycle, and who signs after them."""
    roles = (Role.DIRECTOR.value, Role.EXECUTIVE_DIRECTOR.value)
    rows: Any = session.connection().execute(
        select(PersonRole.service_id, PersonRole.role, Person.name)
        .join(Person, Person.id == PersonRole.person_id)
        .join(Assessment, Assessment.service_id == PersonRole.service_id)
        .where(Assessment.cycle_id == cycle_id, PersonRole.role.in_(roles), Person.is_active)
        .order_by(Person.name)
    )
    found = Holders(defaultdict(list), defaultdict(list))
    for service_id, role, name in rows:
        found[roles.index(role)][service_id].append(name)
    return found


class InHand(NamedTuple):
    """Somebody who has parts of an assessment in hand, how many, and since when at least one of them."""

    name: str
    parts: int
    since: datetime


def in_hand(session: Session, cycle_id: int) -> dict[int, list[InHand]]:
    """Open assessment -> who has not handed back what they were given."""
    rows: Any = session.execute(
        select(
            Delegation.assessment_id, Person.name, func.count(Delegation.id), func.min(Delegation.given_at)
        )
        .join(Assessment, Assessment.id == Delegation.assessment_id)
        .join(Person, Person.id == Delegation.person_id)
        .where(
            Assessment.cycle_id == cycle_id,
            Assessment.status == "open",
            Delegation.handed_back_at.is_(None),
            Person.is_active,
        )
        .group_by(Delegation.assessment_id, Person.name)
        .order_by(Person.name)
    )
    found: dict[int, list[InHand]] = defaultdict(list)
    for assessment_id, *about in rows:
        found[assessment_id].append(InHand(*about))
    return found


def came_back(session: Session, cycle_id: int) -> dict[int, datetime]:
    """Open assessment -> when it was last returned or opened again."""
    rows = session.execute(
        select(Event.subject_id, func.max(Event.at))
        .join(Assessment, Assessment.id == Event.subject_id)
        .where(
            Event.subject == "assessment",
            Event.verb.in_(("returned", "opened again")),
            Assessment.cycle_id == cycle_id,
            Assessment.status == "open",
        )
        .group_by(Event.subject_id)
    )
    return {row[0]: row[1] for row in rows}


class Step(NamedTuple):
    """A step of one assessment that counts for how far a cycle is."""

    assessment_id: int
    verb: str
    at: datetime


def steps(session: Session, cycle_id: int) -> list[Step]:
    """Every sending, signing off, return and opening again in a cycle, in the order it happened."""
    verbs = ("submitted", "taken back", "signed off", "returned", "opened again")
    rows = session.execute(
        select(Event.subject_id, Event.verb, Event.at)
        .join(Assessment, Assessment.id == Event.subject_id)
        .where(Event.subject == "assessment", Event.verb.in_(verbs), Assessment.cycle_id == cycle_id)
        .order_by(Event.id)
    )
    return [Step._make(row) for row in rows]


def first_answers(session: Session, cycle_id: int, verbs: tuple[str, ...]) -> list[datetime]:
    """When each assessment of a cycle was first answered, by events of these verbs."""
    rows: Any = session.execute(
        select(func.min(Event.at))
        .join(Assessment, Assessment.id == Event.subject_id)
        .where(Event.subject == "assessment", Event.verb.in_(verbs), Assessment.cycle_id == cycle_id)
        .group_by(Event.subject_id)
    )
    return [at for (at,) in rows]
