"""What fed criteria with figures so far, and taking it back."""

from datetime import datetime

from sqlalchemy.orm import Session

from vfm.roles import Actor
from vfm.store import figure_changes as kept
from vfm.store.figure_changes import Made as Made


def history(session: Session, key: str) -> tuple[Made, ...]:
    """Everything that fed a criterion, the newest first."""
    return tuple(one for one in kept.made(session) if key in one.criteria)


def undo(session: Session, change_id: int, *, by: Actor, now: datetime) -> tuple[str, tuple[str, ...]]:
    """Put the figures back as they were; what was taken back, and the keys of the criteria it fed.

    Raises:
        NotFound: nothing was done under this number.
        Conflict: it was taken back already, or some of its figures changed since.
    """
    row = kept.undo(session, change_id, by_id=by.id, now=now)
    return row.title, tuple(row.criteria)
