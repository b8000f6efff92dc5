"""What the first page needs to know, each question one statement."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from vfm.roles import Actor, Role
from vfm.store.queries.deadlines import DUE
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    Assessment,
    Challenge,
    Cycle,
    Decision,
    Feedback,
    GroupMember,
    ImprovementAction,
    Person,
    PersonRole,
    PrioritisationRun,
    Service,
    Template,
    Version,
)


@dataclass(frozen=True, slots=True)
class Work:
    """One assessment somebody works on; `is_of_group` when members answer it alone first."""

    assessment_id: int
    service_id: int
    service: str
    cycle: str
    status: str
    answered: int
    on_route: int
    due_on: date
    is_of_group: bool


@dataclass(frozen=True, slots=True)
class CycleState:
    """A cycle that is not closed, in numbers of assessments."""

    cycle_id: int
    name: str
    kind: str
    due_on: date
    total: int
    not_started: int
    in_progress: int
    submitted: int
    signed_off: int
    agreed: int


@dataclass(frozen=True, slots=True)
class Run:
    """A prioritisation run and how many of its services have a decision."""

    run_id: int
    name: str
    at: datetime
    decided: int


def work_of(session: Session, actor: Actor) -> list[Work]:
    """Assessments of open cycles of services that this person directs or signs for, and not agreed."""
    if not actor.answers_for:
        return []
    rows = session.execute(
        select(
            Assessment.id,
            Service.id,
            Service.name,
            Cycle.name,
            Assessment.status,
            Assessment.answered_count,
            Assessment.route_count,
            DUE,
            exists().where(GroupMember.assessment_id == Assessment.id),
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(
            Assessment.service_id.in_(sorted(actor.answers_for)),
            Assessment.status != "agreed",
            Cycle.closed_at.is_(None),
            IS_ROUND,
        )
        .order_by(DUE, Service.name)
    )
    return [Work(*row) for row in rows]


def challenges_to_answer(session: Session, actor: Actor) -> list[tuple[int, str, str, int]]:
    """(assessment id, service, cycle, count) of challenges to this director's services without a response."""
    if not actor.directs:
        return []
    rows = session.execute(
        select(Assessment.id, Service.name, Cycle.name, func.count())
        .join(Challenge, Challenge.assessment_id == Assessment.id)
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(
            Assessment.service_id.in_(sorted(actor.directs)),
            Challenge.response_at.is_(None),
            Challenge.agreed_at.is_(None),
        )
        .group_by(Assessment.id, Service.name, Cycle.name)
        .order_by(Service.name, Cycle.name)
    )
    return list(rows)


def actions_wanting(session: Session, actor: Actor, today: date) -> tuple[int, int]:
    """(without a date, overdue) among the open actions this person owns."""
    undated, overdue = session.execute(
        select(
            func.coalesce(func.sum(case((ImprovementAction.due_on.is_(None), 1), else_=0)), 0),
            func.coalesce(func.sum(case((ImprovementAction.due_on < today, 1), else_=0)), 0),
        ).where(ImprovementAction.owner_id == actor.id, ImprovementAction.status.not_in(("done", "dropped")))
    ).one()
    return undated, overdue


def open_cycles(session: Session) -> list[CycleState]:
    """Every cycle that is not closed, counted, the one due first first."""

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    is_open, started = Assessment.status == "open", Assessment.last_activity_at.is_not(None)
    is_sent = Assessment.status.in_(("submitted", "approved"))
    steps = (Assessment.status == status for status in ("signed_off", "agreed"))
    counts = map(count, (is_open & ~started, is_open & started, is_sent, *steps))
    about = (Cycle.id, Cycle.name, Cycle.kind, Cycle.due_on)
    columns: list[Any] = [*about, func.count(Assessment.id), *counts]  # more than select() has types for
    rows = session.execute(
        select(*columns)
        .outerjoin(Assessment, Assessment.cycle_id == Cycle.id)
        .where(Cycle.closed_at.is_(None), IS_ROUND)
        .group_by(*about)
        .order_by(Cycle.due_on, Cycle.id)
    )
    return [CycleState(*row) for row in rows]


def undecided_comments(session: Session) -> list[tuple[int, str, int]]:
    """(cycle id, cycle, count) of pilot comments nobody has decided."""
    rows = session.execute(
        select(Cycle.id, Cycle.name, func.count(Feedback.id))
        .join(Assessment, Assessment.cycle_id == Cycle.id)
        .join(Feedback, Feedback.assessment_id == Assessment.id)
        .where(Feedback.outcome.is_(None))
        .group_by(Cycle.id, Cycle.name)
        .order_by(Cycle.id)
    )
    return list(rows)


def drafts(session: Session) -> list[tuple[int, str, int]]:
    """(version id, template, number) of versions that are still drafts."""
    rows = session.execute(
        select(Version.id, Template.title, Version.number)
        .join(Template, Template.id == Version.template_id)
        .where(Version.status == "draft")
        .order_by(Template.title, Version.number)
    )
    return list(rows)


def latest_run(session: Session) -> Run | None:
    """The newest prioritisation run, None when there is none."""
    row = session.execute(
        select(
            PrioritisationRun.id,
            PrioritisationRun.name,
            PrioritisationRun.at,
            func.count(Decision.service_id.distinct()),  # a later decision stands beside the earlier one
        )
        .outerjoin(Decision, Decision.run_id == PrioritisationRun.id)
        .group_by(PrioritisationRun.id, PrioritisationRun.name, PrioritisationRun.at)
        .order_by(PrioritisationRun.at.desc(), PrioritisationRun.id.desc())
        .limit(1)
    ).first()
    return Run(*row) if row else None


def latest_agreed_cycle(session: Session) -> tuple[int, str, int] | None:
    """(id, name, agreed assessments) of the newest rollout cycle that has agreed results."""
    row = session.execute(
        select(Cycle.id, Cycle.name, func.count(Assessment.id))
        .join(Assessment, Assessment.cycle_id == Cycle.id)
        .where(Cycle.kind == "rollout", Assessment.status == "agreed")
        .group_by(Cycle.id, Cycle.name, Cycle.opens_on)
        .order_by(Cycle.opens_on.desc(), Cycle.id.desc())
        .limit(1)
    ).first()
    return (row[0], row[1], row[2]) if row else None


def set_up_state(session: Session) -> tuple[int, int, int, int]:
    """(open services, those without a director who can sign in, people, templates)."""
    directed = (
        select(PersonRole.service_id)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.DIRECTOR.value, PersonRole.service_id.is_not(None), Person.is_active)
    )
    services = select(func.count(Service.id)).where(Service.closed_on.is_(None))
    row = session.execute(
        select(
            services.scalar_subquery(),
            services.where(Service.id.not_in(directed)).scalar_subquery(),
            select(func.count(Person.id)).where(Person.is_active).scalar_subquery(),
            select(func.count(Template.id)).scalar_subquery(),
        )
    ).one()
    return row[0], row[1], row[2], row[3]
