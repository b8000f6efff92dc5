"""Signing in and out: a random token in the browser, its hash and the times in the store."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from vfm.roles import Actor, Role
from vfm.store.queries import sign_in as queries
from vfm.store.tables import SignInSession

SEEN_STEP = timedelta(minutes=5)
"""`seen_at` is written at most this often, so that reading a page seldom writes."""


@dataclass(frozen=True, slots=True)
class CouncilView:
    """What every page shows of the council."""

    name: str
    colour: str
    has_logo: bool
    is_demo: bool
    financial_year: str
    revision: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in person, their council, and whether it is time to note that they were seen."""

    session_id: int
    actor: Actor
    council: CouncilView
    is_due_seen: bool


def hashed(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def council(session: Session) -> CouncilView | None:
    """The council for a visitor who is not signed in; None before `vfm init`."""
    row = queries.the_council(session)
    if row is None:
        return None
    return CouncilView(
        row.name, row.colour, row.logo_type is not None, row.is_demo, row.financial_year, row.revision
    )


def visit(session: Session, token: str, *, now: datetime, hours: int) -> Visit | None:
    """Who holds this token; None when it is unknown, revoked, or not used for `hours`."""
    rows = queries.visit_by_token(session, hashed(token))
    if not rows or rows[0].seen_at < now - timedelta(hours=hours):
        return None
    first = rows[0]
    held = [(Role(row.role), row.service_id) for row in rows if row.role]
    actor = Actor(
        id=first.person_id,
        name=first.name,
        roles=frozenset(role for role, _ in held),
        directs=frozenset(s for role, s in held if role is Role.DIRECTOR and s),
        contributes_to=frozenset(s for role, s in held if role is Role.CONTRIBUTOR and s),
    )
    shown = CouncilView(
        first.council_name,
        first.colour,
        first.logo_type is not None,
        first.is_demo,
        first.financial_year,
        first.revision,
    )
    return Visit(first.id, actor, shown, first.seen_at < now - SEEN_STEP)


def seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that a signed-in browser is still in use."""
    session.execute(update(SignInSession).where(SignInSession.id == session_id).values(seen_at=now))


def start(session: Session, person_id: int, *, now: datetime) -> str:
    """Begin a session for a person whose right to sign in was checked; the token for the browser."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(token_hash=hashed(token), person_id=person_id, created_at=now, seen_at=now)
    )
    return token


def end(session: Session, token: str, *, now: datetime) -> None:
    """End the session that holds this token; nothing happens when there is none."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == hashed(token), SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )
