"""Cycles: the list, who can be asked, what earlier pilots left, and the cockpit of one cycle."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Cycle,
    Directorate,
    Division,
    Feedback,
    Person,
    PersonRole,
    Service,
    Template,
    Version,
)


class CycleRow(NamedTuple):
    """One cycle in the list, in numbers of assessments."""

    id: int
    name: str
    kind: str
    opens_on: date
    due_on: date
    closed_at: datetime | None
    version_id: int
    number: int
    title: str
    total: int
    not_started: int
    in_progress: int
    submitted: int
    signed_off: int
    agreed: int


class ServiceRow(NamedTuple):
    """A service that can be asked, and its place."""

    id: int
    name: str
    directorate: str
    division: str


class Undecided(NamedTuple):
    """A pilot comment nobody has decided."""

    cycle_id: int
    cycle: str
    question_key: str | None
    comments: int


class Source(NamedTuple):
    """An assessment whose answers can come along."""

    assessment_id: int
    service_id: int
    cycle: str
    kind: str
    version_id: int
    number: int
    content_hash: str


class Head(NamedTuple):
    """One cycle as the cockpit heads it."""

    id: int
    name: str
    kind: str
    opens_on: date
    due_on: date
    opened_at: datetime
    closed_at: datetime | None
    version_id: int
    number: int
    title: str
    undecided: int
    comments: int


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


_STARTED = Assessment.last_activity_at.is_not(None)


def all_cycles(session: Session) -> list[CycleRow]:
    """Every cycle, those still open first, the newest first in each."""
    rows = session.execute(
        select(
            Cycle.id,
            Cycle.name,
            Cycle.kind,
            Cycle.opens_on,
            Cycle.due_on,
            Cycle.closed_at,
            Cycle.version_id,
            Version.number,
            Template.title,
            func.count(Assessment.id),
            _count(and_(Assessment.status == "open", ~_STARTED)),
            _count(and_(Assessment.status == "open", _STARTED)),
            _count(Assessment.status.in_(("submitted", "approved"))),
            _count(Assessment.status == "signed_off"),
            _count(Assessment.status == "agreed"),
        )
        .join(Version, Version.id == Cycle.version_id)
        .join(Template, Template.id == Version.template_id)
        .outerjoin(Assessment, Assessment.cycle_id == Cycle.id)
        .where(IS_ROUND)
        .group_by(
            Cycle.id,
            Cycle.name,
            Cycle.kind,
            Cycle.opens_on,
            Cycle.due_on,
            Cycle.closed_at,
            Cycle.version_id,
            Cycle.opened_at,
            Version.number,
            Template.title,
        )
        .order_by(Cycle.closed_at.is_not(None), Cycle.opened_at.desc(), Cycle.id.desc())
    )
    return [CycleRow._make(row) for row in rows]


def names(session: Session) -> set[str]:
    """The names cycles have, in lower case."""
    return {name.lower() for name in session.scalars(select(Cycle.name))}


def open_services(session: Session) -> list[ServiceRow]:
    """Every service that is not closed, by directorate and name."""
    rows = session.execute(
        select(Service.id, Service.name, Directorate.name, Division.name)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.closed_on.is_(None))
        .order_by(Directorate.name, Service.name)
    )
    return [ServiceRow._make(row) for row in rows]


def directors(session: Session) -> dict[int, tuple[str, ...]]:
    """Service id -> names of its directors who can sign in."""
    return _holders(session, Role.DIRECTOR)


def contributors(session: Session) -> dict[int, tuple[str, ...]]:
    """Service id -> names of those who help it answer and can sign in."""
    return _holders(session, Role.CONTRIBUTOR)


def _holders(session: Session, role: Role) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    rows = session.execute(
        select(PersonRole.service_id, Person.name)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == role.value, Person.is_active)
        .order_by(Person.name)
    )
    for service_id, name in rows:
        if service_id is not None:
            found[service_id] = (*found.get(service_id, ()), name)
    return found


def undecided_comments(session: Session, template_id: int) -> list[Undecided]:
    """Comments of a template's pilots that nobody has decided, by cycle and question."""
    rows = session.execute(
        select(Cycle.id, Cycle.name, Feedback.question_key, func.count(Feedback.id))
        .join(Assessment, Assessment.id == Feedback.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Cycle.version_id)
        .where(Version.template_id == template_id, Cycle.kind == "pilot", Feedback.outcome.is_(None))
        .group_by(Cycle.id, Cycle.name, Feedback.question_key)
        .order_by(Cycle.id, Feedback.question_key)
    )
    return [Undecided._make(row) for row in rows]


def unfinished(session: Session, template_id: int, number: int) -> dict[int, Source]:
    """Service id -> its latest assessment of this version or an earlier one, where its answers come along.

    That is a pilot, or a rollout of an earlier version still being answered. A service whose latest
    assessment is another rollout is left out: a later one measures it anew.
    """
    rows = session.execute(
        select(
            Assessment.id,
            Assessment.service_id,
            Cycle.name,
            Cycle.kind,
            Version.id,
            Version.number,
            Version.content_hash,
            Assessment.status,
            Cycle.closed_at,
        )
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .where(Version.template_id == template_id, Version.number <= number, IS_ROUND)
        .order_by(Cycle.opened_at, Assessment.id)
    )
    latest = {row.service_id: row for row in rows}
    return {
        service: Source._make(row[:7])
        for service, row in latest.items()
        if row.kind == "pilot" or (row.number < number and row.status == "open" and row.closed_at is None)
    }


def answers_of(session: Session, assessment_ids: Collection[int]) -> list[Any]:
    """(assessment id, question key, content, by id, at) of every answer of these assessments."""
    if not assessment_ids:
        return []
    return list(
        session.execute(
            select(
                AnswerRow.assessment_id,
                AnswerRow.question_key,
                AnswerRow.content,
                AnswerRow.by_id,
                AnswerRow.at,
            ).where(AnswerRow.assessment_id.in_(sorted(assessment_ids)))
        )
    )


def head(session: Session, cycle_id: int) -> Head | None:
    """One cycle, with how many comments it has and how many of them are undecided."""
    comments = (
        select(func.count(Feedback.id))
        .join(Assessment, Assessment.id == Feedback.assessment_id)
        .where(Assessment.cycle_id == cycle_id)
    )
    row = session.execute(
        select(
            Cycle.id,
            Cycle.name,
            Cycle.kind,
            Cycle.opens_on,
            Cycle.due_on,
            Cycle.opened_at,
            Cycle.closed_at,
            Cycle.version_id,
            Version.number,
            Template.title,
            comments.where(Feedback.outcome.is_(None)).scalar_subquery(),
            comments.scalar_subquery(),
        )
        .join(Version, Version.id == Cycle.version_id)
        .join(Template, Template.id == Version.template_id)
        .where(Cycle.id == cycle_id, IS_ROUND)
    ).first()
    return Head._make(row) if row else None


def open_cycles_of_version(session: Session, version_id: int) -> int:
    """How many cycles still ask this version."""
    return (
        session.scalar(
            select(func.count(Cycle.id)).where(Cycle.version_id == version_id, Cycle.closed_at.is_(None))
        )
        or 0
    )
