"""Writing answers: one row an answer, many rows at once, never over a revision nobody saw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vfm.store.tables import AnswerRow

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
_WRITTEN = ("content", "revision", "by_id", "at")


def write(
    session: Session,
    assessment_id: int,
    written: Sequence[tuple[str, dict[str, Any], int]],
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Add or replace answers, each (question key, content, new revision), in one statement.

    The caller holds the assessment's lock and has compared revisions. Rows are written in the order of their
    keys, so that two writers can never wait for each other.
    """
    insert = _INSERT[session.get_bind().dialect.name](AnswerRow.__table__)
    statement = insert.on_conflict_do_update(
        index_elements=[AnswerRow.assessment_id, AnswerRow.question_key],
        set_={name: insert.excluded[name] for name in _WRITTEN},
    )
    rows = [
        {
            "assessment_id": assessment_id,
            "question_key": key,
            "content": content,
            "revision": revision,
            "by_id": by_id,
            "at": now,
        }
        for key, content, revision in sorted(written, key=lambda one: one[0])
    ]
    session.execute(statement, rows)
