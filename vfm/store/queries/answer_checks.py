"""What stands beside the answers of one assessment: evidence, parts, comments."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from vfm.store.tables import Comment, Delegation, Evidence, EvidenceUse, Person

# Built once, and run without the ORM: each is asked whenever answers are checked.
_EXPIRIES = (
    select(EvidenceUse.question_key, Evidence.expires_on)
    .join(Evidence, Evidence.id == EvidenceUse.evidence_id)
    .where(EvidenceUse.assessment_id == bindparam("id"), Evidence.withdrawn_at.is_(None))
)
_AWAY = (
    select(Delegation.person_id, Person.name, Delegation.place, Delegation.given_at)
    .join(Person, Person.id == Delegation.person_id)
    .where(Delegation.assessment_id == bindparam("id"), Delegation.handed_back_at.is_(None))
    .order_by(Delegation.given_at, Delegation.id)
)
_COMMENTS = (
    select(Comment.question_key, func.count())
    .where(Comment.assessment_id == bindparam("id"), Comment.settled_at.is_(None))
    .group_by(Comment.question_key)
)


class Away(NamedTuple):
    """A part that somebody was given and has not handed back; `place` is empty for the whole."""

    person_id: int
    person: str
    place: str
    given_at: datetime


def expiries(session: Session, assessment_id: int) -> dict[str, list[date | None]]:
    """Question key -> the expiry date, None for none, of each piece of evidence named for it."""
    found: dict[str, list[date | None]] = {}
    for key, day in session.connection().execute(_EXPIRIES, {"id": assessment_id}):
        found.setdefault(key, []).append(day)
    return found


def away(session: Session, assessment_id: int) -> list[Away]:
    """The parts that are still with somebody, the longest away first."""
    return [Away(*row) for row in session.connection().execute(_AWAY, {"id": assessment_id})]


def open_comments(session: Session, assessment_id: int) -> dict[str, int]:
    """Question key (empty: the whole) -> how many comments nobody has settled."""
    rows = session.connection().execute(_COMMENTS, {"id": assessment_id})
    return {key or "": number for key, number in rows}
