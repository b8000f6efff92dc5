"""What colleagues say to each other about a question, and who is told."""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select, union
from sqlalchemy.orm import Session, aliased

from vfm.roles import Role
from vfm.store.tables import (
    Assessment,
    Comment,
    Cycle,
    Delegation,
    Deputy,
    Mention,
    Person,
    PersonRole,
    Service,
)


class Said(NamedTuple):
    """One comment, who made it, and who settled it."""

    id: int
    question_key: str | None
    text: str
    by_id: int
    by: str
    at: datetime
    settled_at: datetime | None
    settled_by: str | None


class Named(NamedTuple):
    """Somebody who can be told of a comment."""

    id: int
    name: str
    email: str


_settler = aliased(Person)


def of_question(session: Session, assessment_id: int, key: str) -> list[Said]:
    """The comments at a question, in the order they were made."""
    rows = session.execute(
        select(
            Comment.id,
            Comment.question_key,
            Comment.text,
            Comment.by_id,
            Person.name,
            Comment.at,
            Comment.settled_at,
            _settler.name,
        )
        .join(Person, Person.id == Comment.by_id)
        .outerjoin(_settler, _settler.id == Comment.settled_by_id)
        .where(Comment.assessment_id == assessment_id, Comment.question_key == key)
        .order_by(Comment.id)
    )
    return [Said(*row) for row in rows]


def one(session: Session, assessment_id: int, comment_id: int) -> Comment | None:
    """A comment of an assessment."""
    wanted = select(Comment).where(Comment.id == comment_id, Comment.assessment_id == assessment_id)
    return session.scalars(wanted).one_or_none()


def told(session: Session, comment_ids: Collection[int]) -> list[tuple[int, int, str, datetime | None]]:
    """(comment, person, name, when they read it) of everybody who is named in these comments."""
    rows = session.execute(
        select(Mention.comment_id, Mention.person_id, Person.name, Mention.seen_at)
        .join(Person, Person.id == Mention.person_id)
        .where(Mention.comment_id.in_(comment_ids))
        .order_by(Person.name)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def directing(session: Session, service_id: int, today: date) -> list[Named]:
    """Those who direct a service today, deputies too, and can sign in."""
    ids = union(
        select(PersonRole.person_id).where(
            PersonRole.service_id == service_id, PersonRole.role == Role.DIRECTOR.value
        ),
        select(Deputy.person_id).where(
            Deputy.service_id == service_id,
            Deputy.starts_on <= today,
            or_(Deputy.ends_on.is_(None), Deputy.ends_on >= today),
        ),
    )
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .where(Person.id.in_(ids), Person.is_active)
        .order_by(Person.name, Person.id)
    )
    return [Named(*row) for row in rows]


def people(session: Session, person_ids: Collection[int]) -> list[Named]:
    """Those of these people who can sign in."""
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .where(Person.id.in_(person_ids), Person.is_active)
        .order_by(Person.name, Person.id)
    )
    return [Named(*row) for row in rows]


class Unread(NamedTuple):
    """A question at which somebody was named and has not looked since."""

    assessment_id: int
    question_key: str
    service_id: int
    service: str
    cycle: str
    by: str


def unread(session: Session, person_id: int) -> list[Unread]:
    """Where somebody was named in comments that they have not read; once a question and author."""
    rows = session.execute(
        select(
            Comment.assessment_id,
            Comment.question_key,
            Service.id,
            Service.name,
            Cycle.name,
            Person.name,
        )
        .join(Mention, Mention.comment_id == Comment.id)
        .join(Assessment, Assessment.id == Comment.assessment_id)
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Person, Person.id == Comment.by_id)
        .where(
            Mention.person_id == person_id,
            Mention.seen_at.is_(None),
            Comment.question_key.is_not(None),
            Comment.settled_at.is_(None),
        )
        .distinct()
        .order_by(Service.name, Comment.question_key)
    )
    return [Unread._make(row) for row in rows]


def given_parts(session: Session, assessment_id: int) -> list[tuple[int, str, str]]:
    """(person, scope, place) of every part of an assessment that counts for who was given it."""
    rows = session.execute(
        select(Delegation.person_id, Delegation.scope, Delegation.place)
        .join(Assessment, Assessment.id == Delegation.assessment_id)
        .join(
            PersonRole,
            (PersonRole.person_id == Delegation.person_id) & (PersonRole.service_id == Assessment.service_id),
        )
        .where(Delegation.assessment_id == assessment_id, PersonRole.role == Role.CONTRIBUTOR.value)
    )
    return [(row[0], row[1], row[2]) for row in rows]
