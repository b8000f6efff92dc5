"""Improvement actions: those somebody may see, and who could own one."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.tables import (
    Assessment,
    Cycle,
    Directorate,
    Division,
    ImprovementAction,
    Person,
    PersonRole,
    Recommendation,
    Service,
)


class ActionRow(NamedTuple):
    """One action with its service, its owner and where it came from: an answer, or a review."""

    id: int
    service_id: int
    service: str
    directorate: str
    assessment_id: int | None
    cycle: str | None
    question_key: str | None
    text: str
    owner_id: int | None
    owner: str | None
    due_on: date | None
    status: str
    revision: int
    review_id: int | None


_ACTION: Select[*tuple[Any, ...]] = (
    select(
        ImprovementAction.id,
        ImprovementAction.service_id,
        Service.name,
        Directorate.name,
        ImprovementAction.assessment_id,
        Cycle.name,
        ImprovementAction.question_key,
        ImprovementAction.text,
        ImprovementAction.owner_id,
        Person.name,
        ImprovementAction.due_on,
        ImprovementAction.status,
        ImprovementAction.revision,
        Recommendation.review_id,
    )
    .join(Service, Service.id == ImprovementAction.service_id)
    .join(Division, Division.id == Service.division_id)
    .join(Directorate, Directorate.id == Division.directorate_id)
    .outerjoin(Assessment, Assessment.id == ImprovementAction.assessment_id)
    .outerjoin(Cycle, Cycle.id == Assessment.cycle_id)
    .outerjoin(Person, Person.id == ImprovementAction.owner_id)
    .outerjoin(Recommendation, Recommendation.action_id == ImprovementAction.id)
)


def found(
    session: Session,
    *,
    service_ids: Collection[int] | None,
    owner_id: int | None = None,
    statuses: Collection[str] = (),
    due_before: date | None = None,
) -> list[ActionRow]:
    """The actions of these services (None: of all) and those of this owner, in these states, by due date.

    An action without a date comes last; with `due_before` there are only those due before that day.
    """
    question = _ACTION.order_by(
        ImprovementAction.due_on.is_(None), ImprovementAction.due_on, Service.name, ImprovementAction.id
    )
    if service_ids is not None:
        of_service = ImprovementAction.service_id.in_(sorted(service_ids))
        question = question.where(or_(of_service, ImprovementAction.owner_id == owner_id))
    if statuses:
        question = question.where(ImprovementAction.status.in_(statuses))
    if due_before is not None:
        question = question.where(ImprovementAction.due_on < due_before)
    return [ActionRow(*row) for row in session.execute(question)]


def one(session: Session, action_id: int) -> ActionRow | None:
    """One action, None when there is none."""
    row = session.execute(_ACTION.where(ImprovementAction.id == action_id)).first()
    return ActionRow(*row) if row else None


def services(session: Session, service_ids: Collection[int] | None) -> list[tuple[int, str]]:
    """(id, name) of these services (None: of all that are not closed), by name."""
    question = select(Service.id, Service.name).order_by(Service.name)
    if service_ids is None:
        question = question.where(Service.closed_on.is_(None))
    else:
        question = question.where(Service.id.in_(sorted(service_ids)))
    return [(row[0], row[1]) for row in session.execute(question)]


def owners(session: Session, service_id: int, also_id: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of who could own a service's action: its people, and one more, by name."""
    roles = (Role.DIRECTOR.value, Role.CONTRIBUTOR.value)
    is_theirs = and_(
        Person.is_active,
        Person.id.in_(
            select(PersonRole.person_id).where(
                PersonRole.service_id == service_id, PersonRole.role.in_(roles)
            )
        ),
    )
    rows = session.execute(
        select(Person.id, Person.name).where(or_(is_theirs, Person.id == also_id)).order_by(Person.name)
    )
    return [(row[0], row[1]) for row in rows]
