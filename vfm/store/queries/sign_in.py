"""Who is behind a request, and who may sign in."""

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from vfm.store.tables import Council, Person, PersonRole, SignInSession


def visit_by_token(session: Session, token_hash: str) -> list[tuple]:  # type: ignore[type-arg]
    """One row a role of the signed-in person (a row without role when there is none), council included.

    One statement, because every page of every signed-in person asks it.
    """
    rows = session.execute(
        select(
            SignInSession.id,
            SignInSession.seen_at,
            Person.id.label("person_id"),
            Person.name,
            PersonRole.role,
            PersonRole.service_id,
            Council.name.label("council_name"),
            Council.colour,
            Council.logo_type,
            Council.is_demo,
            Council.financial_year,
            Council.revision,
        )
        .join(Person, Person.id == SignInSession.person_id)
        .join(Council, true())
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(
            SignInSession.token_hash == token_hash,
            SignInSession.revoked_at.is_(None),
            Person.is_active,
        )
    )
    return list(rows)  # type: ignore[arg-type]


def the_council(session: Session) -> Council | None:
    """The one council, None before `vfm init`."""
    return session.scalars(select(Council)).first()
