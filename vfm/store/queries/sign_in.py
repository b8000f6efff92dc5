"""Who is behind a request, and who may sign in."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Row, String, bindparam, cast, func, literal_column, or_, select, true
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.prepared import Prepared
from vfm.store.tables import Council, Deputy, Person, PersonRole, Service, SignInAttempt, SignInSession

DEPUTY = "deputy"
"""Stands in the list of roles for a service that somebody directs as a deputy today."""

# One row, however many services somebody works on.
_ROLES = (
    select(
        func.aggregate_strings(
            PersonRole.role + ":" + func.coalesce(cast(PersonRole.service_id, String), ""), " "
        )
    )
    .where(PersonRole.person_id == Person.id)
    .scalar_subquery()
)
_DEPUTISED = (
    select(
        func.aggregate_strings(literal_column(f"'{DEPUTY}:'", String) + cast(Deputy.service_id, String), " ")
    )
    .where(
        Deputy.person_id == Person.id,
        Deputy.starts_on <= bindparam("today"),
        or_(Deputy.ends_on.is_(None), Deputy.ends_on >= bindparam("today")),
    )
    .scalar_subquery()
)
_VISIT = Prepared(
    select(
        SignInSession.id,
        SignInSession.seen_at,
        Person.id.label("person_id"),
        Person.name,
        Person.language,
        (func.coalesce(_ROLES, "") + " " + func.coalesce(_DEPUTISED, "")).label("roles"),
        Council.name.label("council_name"),
        Council.colour,
        Council.logo_type,
        Council.is_demo,
        Council.is_published,
        Council.financial_year,
        Council.revision,
    )
    .join(Person, Person.id == SignInSession.person_id)
    .join(Council, true())
    .where(
        SignInSession.token_hash == bindparam("token_hash"),
        SignInSession.revoked_at.is_(None),
        Person.is_active,
    )
)


class Visitor(NamedTuple):
    """A signed-in person, the council, and in `roles` each role held as `ROLE:SERVICE_ID` or `ROLE:`.

    Among them `deputy:SERVICE_ID` for each service they stand in for today.
    """

    id: int
    seen_at: datetime
    person_id: int
    name: str
    language: str
    roles: str
    council_name: str
    colour: str
    logo_type: str | None
    is_demo: bool
    is_published: bool
    financial_year: str
    revision: int


def visit_by_token(session: Session, token_hash: str, today: date) -> Visitor | None:
    """Who holds a token whose session has not ended; None when nobody does."""
    row = _VISIT.first(session, token_hash=token_hash, today=today)
    return Visitor(*row) if row else None


def person_by_token(session: Session, token_hash: str) -> int | None:
    """Whose session this is or was, whether or not it has ended."""
    return session.scalar(select(SignInSession.person_id).where(SignInSession.token_hash == token_hash))


def the_council(session: Session) -> Council | None:
    """The one council, None before `vfm init`."""
    return session.scalars(select(Council)).first()


def attempts(session: Session, subjects: tuple[str, ...], *, since: datetime) -> dict[str, int]:
    """How many tries each subject made since an instant; none is left out."""
    rows = session.execute(
        select(SignInAttempt.subject, func.count().label("tries"))
        .where(SignInAttempt.subject.in_(subjects), SignInAttempt.at >= since)
        .group_by(SignInAttempt.subject)
    )
    return {row.subject: row.tries for row in rows}


def active_person(session: Session, email: str) -> tuple[int, str | None] | None:
    """The id and password hash of somebody who may sign in, by an e-mail in lower case."""
    row = session.execute(
        select(Person.id, Person.password_hash).where(Person.email == email, Person.is_active)
    ).first()
    return None if row is None else (row.id, row.password_hash)


def roles_without_service(session: Session, person_id: int) -> frozenset[Role]:
    """The roles somebody holds for the whole council."""
    held = session.scalars(
        select(PersonRole.role).where(PersonRole.person_id == person_id, PersonRole.service_id.is_(None))
    )
    return frozenset(map(Role, held))


def person_name(session: Session, person_id: int) -> str:
    """The name of somebody who is there."""
    return session.scalars(select(Person.name).where(Person.id == person_id)).one()


def is_active(session: Session, person_id: int) -> bool:
    """True when there is such a person and they are not switched off."""
    return session.scalar(select(Person.is_active).where(Person.id == person_id)) or False


def person_email(session: Session, person_id: int) -> str:
    """The e-mail of somebody who is there."""
    return session.scalars(select(Person.email).where(Person.id == person_id)).one()


def live_sessions(session: Session, person_id: int, *, since: datetime) -> list[Row]:
    """A person's sessions that were used since an instant and not ended, the latest seen first."""
    return list(
        session.execute(
            select(SignInSession.id, SignInSession.browser, SignInSession.created_at, SignInSession.seen_at)
            .where(
                SignInSession.person_id == person_id,
                SignInSession.revoked_at.is_(None),
                SignInSession.seen_at >= since,
            )
            .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
        )
    )


def people_by_role(session: Session) -> list[Row]:
    """A row a role held by somebody active, with the service where there is one; people by name."""
    return list(
        session.execute(
            select(PersonRole.role, Person.id, Person.name, Service.name.label("service"))
            .join(Person, Person.id == PersonRole.person_id)
            .outerjoin(Service, Service.id == PersonRole.service_id)
            .where(Person.is_active)
            .order_by(Person.name, Person.id, Service.name)
        )
    )
