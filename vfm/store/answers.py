"""Writing answers: one row each, many at once, never over a revision nobody saw, never without a trail."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from sqlalchemy import Executable, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vfm.questionnaires.merging import How, Kept, Written
from vfm.questionnaires.routing import Progress
from vfm.store import events
from vfm.store.tables import AnswerRow, Assessment, TimeSpent

_WRITTEN = ("content", "revision", "by_id", "at")


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    return insert.on_conflict_do_update(
        index_elements=["assessment_id", "question_key"],
        set_={name: insert.excluded[name] for name in _WRITTEN},
    )


_TABLE = cast(Table, AnswerRow.__table__)
_UPSERT: dict[str, Executable] = {
    "sqlite": _upsert(sqlite.insert(_TABLE)),
    "postgresql": _upsert(postgresql.insert(_TABLE)),
}
_TOUCH = (
    update(cast(Table, Assessment.__table__))
    .where(Assessment.id == bindparam("assessment_id"))
    .values(
        answered_count=bindparam("answered_count"),
        route_count=bindparam("route_count"),
        last_activity_at=bindparam("at"),
        last_activity_by_id=bindparam("by_id"),
    )
)


def _time(insert: postgresql.Insert | sqlite.Insert) -> Executable:
    return insert.on_conflict_do_update(
        index_elements=["assessment_id", "section_key"],
        set_={"seconds": TimeSpent.seconds + insert.excluded.seconds},
    )


_TIMES = cast(Table, TimeSpent.__table__)
_ADD_TIME: dict[str, Executable] = {
    "sqlite": _time(sqlite.insert(_TIMES)),
    "postgresql": _time(postgresql.insert(_TIMES)),
}


def add_time(session: Session, assessment_id: int, section_key: str, seconds: int) -> None:
    """Add to the time a section took."""
    connection = session.connection()
    row = {"assessment_id": assessment_id, "section_key": section_key, "seconds": seconds}
    connection.execute(_ADD_TIME[connection.dialect.name], row)


def write(
    session: Session,
    assessment_id: int,
    written: Mapping[str, Written],
    kept: Mapping[str, Kept],
    progress: Progress,
    *,
    by_id: int,
    now: datetime,
    how: How = How.PAGE,
    as_deputy: bool = False,
) -> None:
    """Add or replace answers, leave an event of each before and after, and note how far this brings them.

    The caller holds the assessment's lock and has compared revisions. Rows are written in the order of their
    keys, so that two writers can never wait for each other.

    Args:
        session: a writing transaction.
        assessment_id: whose answers.
        written: question key -> what is to stand; at least one.
        kept: question key -> what stands now; further keys are not looked at.
        progress: how far the assessment is with them.
        by_id: who writes.
        now: when.
        how: by which way they came.
        as_deputy: who writes stands in for the service's director.
    """
    connection = session.connection()
    rows = [
        {
            "assessment_id": assessment_id,
            "question_key": key,
            "content": one.content,
            "revision": one.revision,
            "by_id": by_id,
            "at": now,
        }
        for key, one in sorted(written.items())
    ]
    connection.execute(_UPSERT[connection.dialect.name], rows)
    counts = {"answered_count": progress.settled, "route_count": progress.asked}
    connection.execute(_TOUCH, {"assessment_id": assessment_id, **counts, "at": now, "by_id": by_id})
    events.record(
        session,
        how,
        "assessment",
        assessment_id,
        by_id=by_id,
        now=now,
        before={key: kept[key].content if key in kept else None for key in written},
        after={key: one.content | {"revision": one.revision} for key, one in written.items()},
        as_deputy=as_deputy,
    )
