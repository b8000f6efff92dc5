"""Beginning and ending what a browser or a link is trusted with: signed-in sessions and one-time links.

Signing in, choosing a password and looking after people all write these rows; here they do it one way.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from vfm.store import credentials
from vfm.store.tables import Invitation, SignInAttempt, SignInSession

LINK_LASTS = timedelta(days=7)


def start(session: Session, person_id: int, *, now: datetime, browser: str = "") -> str:
    """Begin a session for a person whose right to sign in was checked; the token for the browser."""
    token = credentials.new_token()
    session.add(
        SignInSession(
            token_hash=credentials.token_hash(token),
            person_id=person_id,
            browser=browser,
            created_at=now,
            seen_at=now,
        )
    )
    return token


def end(session: Session, token: str, *, now: datetime) -> None:
    """End the session that holds this token; nothing happens when there is none."""
    session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == credentials.token_hash(token), SignInSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def end_all(session: Session, person_id: int, *, now: datetime, but: int = 0) -> int:
    """End every session of a person except the one with the id `but`; how many ended."""
    ended = session.scalars(
        update(SignInSession)
        .where(
            SignInSession.person_id == person_id,
            SignInSession.id != but,
            SignInSession.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(SignInSession.id)
    )
    return len(ended.all())


def invite(session: Session, person_id: int, *, now: datetime) -> str:
    """The token of a new one-time link to choose a password; earlier links of this person stop working."""
    withdraw_invitations(session, person_id, now=now)
    token = credentials.new_token()
    session.add(
        Invitation(
            token_hash=credentials.token_hash(token),
            person_id=person_id,
            created_at=now,
            expires_at=now + LINK_LASTS,
        )
    )
    return token


def withdraw_invitations(session: Session, person_id: int, *, now: datetime) -> None:
    """Let every link of this person that was not used run out now."""
    session.execute(
        update(Invitation)
        .where(Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(expires_at=now)
    )


def attempts_of(email: str) -> str:
    """What failed sign-ins of an e-mail count against; hashed: people type passwords into the wrong field."""
    return credentials.token_hash(f"email {email.strip().lower()}")


def forget_attempts(session: Session, email: str) -> None:
    """Failed sign-ins of this e-mail no longer count."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.subject == attempts_of(email)))
