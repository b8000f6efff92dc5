"""Who there is, what they hold, and what waits for them."""

from datetime import datetime

from sqlalchemy import Row, exists, func, or_, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.tables import (
    Assessment,
    Council,
    Delegation,
    Directorate,
    Division,
    ImprovementAction,
    Invitation,
    Person,
    PersonRole,
    Review,
    ReviewMember,
    Service,
    SignInSession,
)

FINISHED = ("done", "dropped", "cancelled", "completed", "closed", "rejected")
"""States of actions and reviews in which nobody has to do anything any more."""


def everybody(session: Session, words: str, role: str) -> list[Row]:
    """People by name whose name or e-mail contains `words` and who hold `role` (each blank: any)."""
    seen = (
        select(SignInSession.person_id, func.max(SignInSession.seen_at).label("seen_at"))
        .group_by(SignInSession.person_id)
        .subquery()
    )
    asked = (
        select(
            Person.id,
            Person.name,
            Person.email,
            Person.is_active,
            Person.password_hash.is_not(None).label("has_password"),
            seen.c.seen_at,
        )
        .outerjoin(seen, seen.c.person_id == Person.id)
        .order_by(func.lower(Person.name), Person.id)
    )
    if words:
        asked = asked.where(
            or_(Person.name.icontains(words, autoescape=True), Person.email.icontains(words, autoescape=True))
        )
    if role:
        asked = asked.where(exists().where(PersonRole.person_id == Person.id, PersonRole.role == role))
    return list(session.execute(asked))


def roles_held(session: Session) -> list[Row]:
    """Each person's roles with the number of services each is held for."""
    return list(
        session.execute(
            select(
                PersonRole.person_id, PersonRole.role, func.count(PersonRole.service_id).label("services")
            ).group_by(PersonRole.person_id, PersonRole.role)
        )
    )


def roles_of(session: Session, person_id: int) -> list[Row]:
    """A person's roles, a row a service, services by name."""
    return list(
        session.execute(
            select(PersonRole.role, PersonRole.service_id, Service.name.label("service"))
            .outerjoin(Service, Service.id == PersonRole.service_id)
            .where(PersonRole.person_id == person_id)
            .order_by(Service.name)
        )
    )


def has_email(session: Session, email: str, but: int = 0) -> bool:
    """True when somebody else (not the person `but`) has this e-mail, in lower case."""
    return session.scalar(select(Person.id).where(Person.email == email, Person.id != but)) is not None


def person_for_change(session: Session, person_id: int) -> Person | None:
    """A person, the council locked, so that two administrators cannot take the last role from each other."""
    session.execute(select(Council.id).with_for_update())
    return session.get(Person, person_id)


def other_administrators(session: Session, person_id: int) -> int:
    """How many others hold the administrator's role and can sign in today."""
    return (
        session.scalar(
            select(func.count(Person.id.distinct()))
            .join(PersonRole, PersonRole.person_id == Person.id)
            .where(
                PersonRole.role == Role.ADMINISTRATOR.value,
                Person.id != person_id,
                Person.is_active,
                Person.password_hash.is_not(None),
            )
        )
        or 0
    )


def open_link(session: Session, person_id: int, *, now: datetime) -> datetime | None:
    """When a person's one-time link runs out; None when there is none that can still be used."""
    return session.scalar(
        select(func.max(Invitation.expires_at)).where(
            Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.expires_at > now
        )
    )


def owned_actions(session: Session, person_id: int) -> list[Row]:
    """The improvement actions a person owns that are not finished."""
    return list(
        session.execute(
            select(ImprovementAction.id, ImprovementAction.text, ImprovementAction.due_on, Service.name)
            .join(Service, Service.id == ImprovementAction.service_id)
            .where(ImprovementAction.owner_id == person_id, ImprovementAction.status.not_in(FINISHED))
            .order_by(ImprovementAction.due_on, ImprovementAction.id)
        )
    )


def reviews_of(session: Session, person_id: int) -> list[Row]:
    """The planned reviews a person sponsors, leads or is in the team of that are not finished."""
    in_team = exists().where(ReviewMember.review_id == Review.id, ReviewMember.person_id == person_id)
    has_part = or_(Review.lead_id == person_id, Review.sponsor_id == person_id, in_team.correlate(Review))
    return list(
        session.execute(
            select(Review.id, Review.mode, Review.starts_on, Service.name)
            .join(Service, Service.id == Review.service_id)
            .where(has_part, Review.status.not_in(FINISHED))
            .order_by(Review.starts_on, Review.id)
        )
    )


def others_active(session: Session, person_id: int) -> list[Row]:
    """Everybody else who is not switched off, by name."""
    return list(
        session.execute(
            select(Person.id, Person.name)
            .where(Person.is_active, Person.id != person_id)
            .order_by(func.lower(Person.name))
        )
    )


def parts_of(session: Session, person_id: int, service_id: int) -> list[Delegation]:
    """The parts of a service's assessments that are not agreed which a person was given."""
    return list(
        session.scalars(
            select(Delegation)
            .join(Assessment, Assessment.id == Delegation.assessment_id)
            .where(
                Delegation.person_id == person_id,
                Assessment.service_id == service_id,
                Assessment.status != "agreed",
            )
        )
    )


def open_services(session: Session) -> list[Row]:
    """Every service that is not closed, in the order of the directory."""
    return list(
        session.execute(
            select(
                Service.id,
                Service.name,
                Directorate.id.label("directorate_id"),
                Directorate.name.label("directorate"),
            )
            .join(Division, Division.id == Service.division_id)
            .join(Directorate, Directorate.id == Division.directorate_id)
            .where(Service.closed_on.is_(None))
            .order_by(Directorate.name, Service.name)
        )
    )
