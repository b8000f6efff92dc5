"""The append-only trail: who did what to what, when, and what changed."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from vfm.store.prepared import Change
from vfm.store.tables import Event

_RECORD = Change(
    insert(cast(Table, Event.__table__)).inline(),
    *("at", "by_id", "verb", "subject", "subject_id", "before", "after", "as_deputy"),
)


def record(
    session: Session,
    verb: str,
    subject: str,
    subject_id: int,
    *,
    by_id: int | None,
    now: datetime,
    before: Any = None,
    after: Any = None,
    as_deputy: bool = False,
) -> None:
    """Add one event in the same transaction as the change it tells of.

    `verb` is past tense, one or two words (`submitted`, `signed off`); `subject` the table's name;
    `before` and `after` plain JSON of what changed, None where there was or is nothing; `as_deputy` that
    it was done in the director's place.
    """
    _RECORD.run(
        session,
        at=now,
        by_id=by_id,
        verb=verb,
        subject=subject,
        subject_id=subject_id,
        before=before,
        after=after,
        as_deputy=as_deputy,
    )
