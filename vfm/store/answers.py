"""Writing answers: one row each, many at once, never over a revision nobody saw, never without a trail."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Executable, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vfm.questionnaires.merging import How, Kept, Written
from vfm.questionnaires.routing import Progress
from vfm.store import events
from vfm.store.prepared import Change
from vfm.store.tables import AnswerRow, Assessment, TimeSpent

_WRITTEN = ("content", "revision", "by_id", "at")
_TABLE = cast(Table, AnswerRow.__table__)
MANY = 16
"""Answers that one statement writes at most."""


@cache
def _upsert(count: int) -> Change:
    """Adds or replaces so many answers of one assessment: KEY0, CONTENT0, REVISION0, KEY1, ..."""
    same = {name: bindparam(name, type_=_TABLE.c[name].type) for name in ("assessment_id", "by_id", "at")}
    values = [
        same
        | {
            column: bindparam(f"{name}{number}", type_=_TABLE.c[column].type)
            for column, name in (("question_key", "key"), ("content", "content"), ("revision", "revision"))
        }
        for number in range(count)
    ]
    return Change(
        {
            dialect: insert.on_conflict_do_update(
                index_elements=["assessment_id", "question_key"],
                set_={name: insert.excluded[name] for name in _WRITTEN},
            )
            for dialect, insert in (
                ("sqlite", sqlite.insert(_TABLE).values(values).inline()),
                ("postgresql", postgresql.insert(_TABLE).values(values).inline()),
            )
        }
    )


_TOUCH = Change(
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
    who: dict[str, Any] = {"assessment_id": assessment_id, "by_id": by_id, "at": now}
    in_order = sorted(written.items())
    for first in range(0, len(in_order), MANY):
        some, row = in_order[first : first + MANY], dict[str, Any]()
        for number, (key, one) in enumerate(some):
            row |= {f"key{number}": key, f"content{number}": one.content, f"revision{number}": one.revision}
        _upsert(len(some)).run(session, **who, **row)
    _TOUCH.run(session, **who, answered_count=progress.settled, route_count=progress.asked)
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
