"""What stands beside the answers of one assessment: the parts that are away, and comments."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from vfm.store.prepared import Prepared
from vfm.store.tables import Comment, Delegation, Person

_AWAY = Prepared(
    select(Delegation.person_id, Person.name, Delegation.place, Delegation.given_at)
    .join(Person, Person.id == Delegation.person_id)
    .where(Delegation.assessment_id == bindparam("id"), Delegation.handed_back_at.is_(None))
    .order_by(Delegation.given_at, Delegation.id)
)
_COMMENTS = Prepared(
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


def away(session: Session, assessment_id: int) -> list[Away]:
    """The parts that are still with somebody, the longest away first."""
    return [Away(*row) for row in _AWAY.rows(session, id=assessment_id)]


def open_comments(session: Session, assessment_id: int) -> dict[str, int]:
    """Question key (empty: the whole) -> how many comments nobody has settled."""
    return {key or "": number for key, number in _COMMENTS.rows(session, id=assessment_id)}
