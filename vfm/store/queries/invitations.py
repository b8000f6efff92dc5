"""Whose one-time link this is."""

from datetime import datetime

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from vfm.store.tables import Invitation, Person


def by_token(session: Session, token_hash: str) -> Row | None:
    """The link with its person; None when nobody ever made it."""
    return session.execute(
        select(
            Invitation.id,
            Invitation.expires_at,
            Invitation.used_at,
            Person.id.label("person_id"),
            Person.name,
            Person.email,
            Person.is_active,
            Person.password_hash.is_not(None).label("has_password"),
        )
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.token_hash == token_hash)
    ).first()


def use(session: Session, invitation_id: int, *, now: datetime) -> bool:
    """Mark a link as used; False when somebody was quicker."""
    used = session.scalar(
        update(Invitation)
        .where(Invitation.id == invitation_id, Invitation.used_at.is_(None))
        .values(used_at=now)
        .returning(Invitation.id)
    )
    return used is not None
