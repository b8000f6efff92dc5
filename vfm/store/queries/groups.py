"""What a group's pages ask: who its members are, what each answered alone, and what was agreed why."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from vfm.questionnaires.merging import Kept
from vfm.questionnaires.steps import Status
from vfm.roles import Actor, Role
from vfm.store.queries.deadlines import DUE
from vfm.store.tables import (
    Assessment,
    Consensus,
    Cycle,
    GroupMember,
    MemberAnswer,
    Person,
    PersonRole,
    Template,
    Version,
)


class MemberRow(NamedTuple):
    """One member of a group."""

    person_id: int
    name: str
    is_active: bool
    finished_at: datetime | None


class Settled(NamedTuple):
    """Why a group settled on its answer to one question."""

    reason: str
    by: str
    at: datetime


class Mine(NamedTuple):
    """A group's assessment that somebody answers in."""

    assessment_id: int
    title: str
    cycle: str
    due_on: date
    finished_at: datetime | None
    spread_opened_at: datetime | None
    answered: int


class Steered(NamedTuple):
    """A group's assessment that somebody brings to a consensus."""

    assessment_id: int
    title: str
    cycle: str
    due_on: date
    spread_opened_at: datetime | None
    members: int
    finished: int


def members(session: Session, assessment_id: int) -> list[MemberRow]:
    """Everybody who answers alone, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Person.is_active, GroupMember.finished_at)
        .join(GroupMember, GroupMember.person_id == Person.id)
        .where(GroupMember.assessment_id == assessment_id)
        .order_by(func.lower(Person.name), Person.id)
    )
    return [MemberRow(*row) for row in rows]


def spread_opened_at(session: Session, assessment_id: int) -> datetime | None:
    """When the members' answers were opened to the group; None while each answers alone."""
    opened = select(Assessment.spread_opened_at).where(Assessment.id == assessment_id)
    return cast(datetime | None, session.scalar(opened))


def own_answers(session: Session, assessment_id: int, person_id: int) -> list[Kept]:
    """What one member answered."""
    return answers(session, assessment_id, [person_id]).get(person_id, [])


def answers(
    session: Session, assessment_id: int, people: Collection[int], key: str | None = None
) -> dict[int, list[Kept]]:
    """Person id -> what each of these members answered; with `key`, to that question only."""
    asked = select(
        MemberAnswer.person_id, MemberAnswer.question_key, MemberAnswer.content, MemberAnswer.revision
    ).where(MemberAnswer.assessment_id == assessment_id, MemberAnswer.person_id.in_(people))
    if key is not None:
        asked = asked.where(MemberAnswer.question_key == key)
    found: dict[int, list[Kept]] = {}
    for row in session.execute(asked):
        found.setdefault(row[0], []).append(Kept(*row[1:]))
    return found


def settled(session: Session, assessment_id: int) -> dict[str, Settled]:
    """Question key -> why the group settled on its answer."""
    rows = session.execute(
        select(Consensus.question_key, Consensus.reason, Person.name, Consensus.at)
        .join(Person, Person.id == Consensus.by_id)
        .where(Consensus.assessment_id == assessment_id)
    )
    return {row[0]: Settled(*row[1:]) for row in rows}


def executives(session: Session) -> list[int]:
    """Ids of the executive team: who is asked when a group's assessment opens."""
    return list(
        session.scalars(
            select(Person.id)
            .where(Person.is_active, exists().where(_holds(Role.EXECUTIVE)))
            .order_by(Person.id)
        )
    )


def _holds(role: Role) -> Any:
    return (PersonRole.person_id == Person.id) & (PersonRole.role == role.value)


def could_join(session: Session, assessment_id: int) -> list[tuple[int, str]]:
    """(id, name) of everybody who holds a role and is no member yet, by name."""
    is_member = exists().where(GroupMember.person_id == Person.id, GroupMember.assessment_id == assessment_id)
    rows = session.execute(
        select(Person.id, Person.name)
        .where(Person.is_active, exists().where(PersonRole.person_id == Person.id), ~is_member)
        .order_by(func.lower(Person.name), Person.id)
    )
    return [(row[0], row[1]) for row in rows]


def of_member(session: Session, person_id: int) -> list[Mine]:
    """The groups' assessments of open cycles in which somebody answers and nothing is agreed yet."""
    answered = (
        select(func.count(MemberAnswer.id))
        .where(MemberAnswer.assessment_id == Assessment.id, MemberAnswer.person_id == person_id)
        .correlate(Assessment)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Assessment.id,
            Template.title,
            Cycle.name,
            DUE,
            GroupMember.finished_at,
            Assessment.spread_opened_at,
            answered,
        )
        .join(GroupMember, GroupMember.assessment_id == Assessment.id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Template, Template.id == Version.template_id)
        .where(
            GroupMember.person_id == person_id,
            Assessment.status == Status.OPEN.value,
            Cycle.closed_at.is_(None),
        )
        .order_by(DUE, Assessment.id)
    )
    return [Mine(*row) for row in rows]


def steered_by(session: Session, actor: Actor) -> list[Steered]:
    """The groups' assessments of open cycles that this person may bring to a consensus."""
    asked = (
        select(
            Assessment.id,
            Template.title,
            Cycle.name,
            DUE,
            Assessment.spread_opened_at,
            func.count(GroupMember.id),
            func.count(GroupMember.finished_at),
        )
        .join(GroupMember, GroupMember.assessment_id == Assessment.id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Template, Template.id == Version.template_id)
        .where(Assessment.status == Status.OPEN.value, Cycle.closed_at.is_(None))
        .group_by(
            Assessment.id,
            Template.title,
            Cycle.name,
            Assessment.due_on,
            Cycle.due_on,
            Assessment.spread_opened_at,
        )
        .order_by(DUE, Assessment.id)
    )
    if not actor.has(Role.CORE_TEAM):
        asked = asked.where(Assessment.service_id.in_(sorted(actor.directs)))
    return [Steered(*row) for row in session.execute(asked)]
