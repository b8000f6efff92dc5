"""One-time links with which somebody chooses a password: looked at, then used once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound
from vfm.store import credentials, events, sessions
from vfm.store.queries import invitations as queries
from vfm.store.tables import Person


@dataclass(frozen=True, slots=True)
class InvitationView:
    """A link as it is: whose, and whether it is open, used or expired."""

    name: str
    email: str
    state: str
    is_new_person: bool


def look(session: Session, token: str, *, now: datetime) -> InvitationView:
    """Whose link this is; looking does not use it up, because mail programs look at links too.

    Raises:
        NotFound: nobody made such a link, or its person is switched off.
    """
    row = _found(session, token)
    return InvitationView(row.name, row.email, _state(row, now), not row.has_password)


def choose(session: Session, token: str, password: str, again: str, *, now: datetime) -> None:
    """Set the password and use the link up; whoever was signed in as this person is signed out.

    Raises:
        NotFound: nobody made such a link, or its person is switched off.
        Conflict: the link was used or has run out.
        Invalid: the password is too weak or was typed differently the second time.
    """
    row = _found(session, token)
    if problems := credentials.password_problems(password, again, names=(row.name, row.email)):
        raise Invalid(problems)
    if _state(row, now) != "open" or not queries.use(session, row.id, now=now):
        raise Conflict("This link was used or has run out. Ask your administrator for a new one.")
    kept = credentials.password_hash(password)
    session.execute(update(Person).where(Person.id == row.person_id).values(password_hash=kept))
    sessions.end_all(session, row.person_id, now=now)
    sessions.forget_attempts(session, row.email)
    events.record(session, "chose a password", "person", row.person_id, by_id=row.person_id, now=now)


def _found(session: Session, token: str) -> Row:
    row = queries.by_token(session, credentials.token_hash(token))
    if row is None or not row.is_active:
        raise NotFound
    return row


def _state(row: Row, now: datetime) -> str:
    if row.used_at is not None:
        return "used"
    return "open" if row.expires_at > now else "expired"
