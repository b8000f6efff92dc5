"""Writing what a group does: who is in it, what each answers alone, why it settled on an answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Executable, Table, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from vfm.store.tables import Assessment, Consensus, GroupMember, MemberAnswer

_ANSWERS = cast(Table, MemberAnswer.__table__)
_CONSENSUS = cast(Table, Consensus.__table__)
_DIALECTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def _upsert(table: Table, unique: Sequence[str], written: Sequence[str]) -> dict[str, Executable]:
    made: dict[str, Executable] = {}
    for dialect, kind in _DIALECTS.items():
        statement: Any = kind(table)
        made[dialect] = statement.on_conflict_do_update(
            index_elements=list(unique), set_={name: statement.excluded[name] for name in written}
        )
    return made


_WRITE_ANSWER = _upsert(
    _ANSWERS, ("assessment_id", "person_id", "question_key"), ("content", "revision", "at")
)
_WRITE_CONSENSUS = _upsert(_CONSENSUS, ("assessment_id", "question_key"), ("reason", "by_id", "at"))


def join(session: Session, assessment_id: int, people: Iterable[int]) -> None:
    """Make these people, none of them one yet, members of the group."""
    rows = [{"assessment_id": assessment_id, "person_id": person_id} for person_id in people]
    if rows:
        session.execute(insert(GroupMember), rows)


def leave(session: Session, assessment_id: int, person_id: int) -> None:
    """End a membership; what was answered is kept, and counts again if the person comes back."""
    session.execute(
        delete(GroupMember).where(
            GroupMember.assessment_id == assessment_id, GroupMember.person_id == person_id
        )
    )


def finish(session: Session, assessment_id: int, person_id: int, at: datetime | None) -> None:
    """Note that a member has finished; None: that they take it back."""
    session.execute(
        update(GroupMember)
        .where(GroupMember.assessment_id == assessment_id, GroupMember.person_id == person_id)
        .values(finished_at=at)
    )


def open_spread(session: Session, assessment_id: int, now: datetime) -> None:
    """From now on the group sees its members' answers, and nobody answers alone any more."""
    session.execute(update(Assessment).where(Assessment.id == assessment_id).values(spread_opened_at=now))


def write_own(
    session: Session,
    assessment_id: int,
    person_id: int,
    written: Sequence[tuple[str, dict[str, Any], int]],
    now: datetime,
) -> None:
    """Add or replace a member's answers, each (question key, content, new revision).

    The caller holds the assessment's lock and has compared revisions.
    """
    connection = session.connection()
    rows = [
        {
            "assessment_id": assessment_id,
            "person_id": person_id,
            "question_key": key,
            "content": content,
            "revision": revision,
            "at": now,
        }
        for key, content, revision in written
    ]
    connection.execute(_WRITE_ANSWER[connection.dialect.name], rows)
    session.execute(
        update(Assessment)
        .where(Assessment.id == assessment_id)
        .values(last_activity_at=now, last_activity_by_id=person_id)
    )


def write_reason(
    session: Session, assessment_id: int, reasons: Iterable[tuple[str, str]], *, by_id: int, now: datetime
) -> None:
    """Keep why the group settled on its answers, each (question key, reason)."""
    connection = session.connection()
    rows = [
        {"assessment_id": assessment_id, "question_key": key, "reason": reason, "by_id": by_id, "at": now}
        for key, reason in reasons
    ]
    connection.execute(_WRITE_CONSENSUS[connection.dialect.name], rows)
