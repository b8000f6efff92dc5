"""The council's criteria: the list that stands, and what each cycle was frozen with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.record import read_criteria
from vfm.store.tables import CriteriaFreeze, CriteriaList, Person, PrioritisationRun

USED = "is_used"
"""The one field of an entry of the list that is not the criterion's own."""


def listed(session: Session) -> tuple[tuple[Criterion, bool], ...]:
    """(criterion, whether it is used) of the council's list; the default criteria where it has none."""
    content = session.scalar(select(CriteriaList.content).order_by(CriteriaList.id.desc()).limit(1))
    if content is None:
        return tuple((criterion, True) for criterion in DEFAULT_CRITERIA)
    return _listed(content)


def _listed(content: Sequence[Mapping[str, Any]]) -> tuple[tuple[Criterion, bool], ...]:
    return tuple(zip(_read(content), (entry[USED] for entry in content), strict=True))


def standing(session: Session) -> tuple[Criterion, ...]:
    """The criteria of the list that are used."""
    return tuple(criterion for criterion, is_used in listed(session) if is_used)


class Edit(NamedTuple):
    """One state the list was in; `criteria` pairs each with whether it was used."""

    id: int
    criteria: tuple[tuple[Criterion, bool], ...]
    note: str
    by: str
    at: datetime


def edits(session: Session) -> list[Edit]:
    """Every state the list was in after an edit, the newest first."""
    rows = session.execute(
        select(CriteriaList.id, CriteriaList.content, CriteriaList.note, Person.name, CriteriaList.at)
        .outerjoin(Person, Person.id == CriteriaList.by_id)
        .order_by(CriteriaList.id.desc())
    )
    return [Edit(row[0], _listed(row[1]), row[2], row[3] or "Command line", row[4]) for row in rows]


def newest_edit(session: Session) -> int:
    """The id of the list as it stands; 0 while the default criteria stand."""
    return session.scalar(select(func.max(CriteriaList.id))) or 0


def keep_list(
    session: Session,
    criteria: Iterable[tuple[Criterion, bool]],
    note: str,
    *,
    by_id: int | None,
    now: datetime,
) -> int:
    """Keep the list after an edit; the new row's id."""
    content = [criterion.as_json() | {USED: is_used} for criterion, is_used in criteria]
    row = CriteriaList(content=content, note=note, by_id=by_id, at=now)
    session.add(row)
    session.flush()
    return row.id


def frozen(session: Session, cycle_id: int | None) -> tuple[Criterion, ...] | None:
    """The criteria this cycle is ranked with; None while nothing froze them.

    Runs kept before freezing was a step of its own froze their references: those of the first stand.
    """
    content = session.scalar(
        select(CriteriaFreeze.content)
        .where(_of(CriteriaFreeze.cycle_id, cycle_id))
        .order_by(CriteriaFreeze.id.desc())
        .limit(1)
    )
    if content is None:
        settings = session.scalar(
            select(PrioritisationRun.settings)
            .where(_of(PrioritisationRun.cycle_id, cycle_id))
            .order_by(PrioritisationRun.id)
            .limit(1)
        )
        content = settings["criteria"] if settings else None
    return None if content is None else _read(content)


class Freeze(NamedTuple):
    """Criteria that were frozen for a cycle; by its first ranking where there is no reason."""

    id: int
    cycle_id: int | None
    criteria: tuple[Criterion, ...]
    reason: str
    by: str
    at: datetime


def freezes(session: Session) -> list[Freeze]:
    """Everything that was ever frozen, the newest first."""
    row = CriteriaFreeze
    found = session.execute(
        select(row.id, row.cycle_id, row.content, row.reason, Person.name, row.at)
        .join(Person, Person.id == row.by_id)
        .order_by(row.id.desc())
    )
    return [Freeze(one[0], one[1], _read(one[2]), *one[3:]) for one in found]


def freeze(
    session: Session,
    cycle_id: int | None,
    criteria: Iterable[Criterion],
    reason: str = "",
    *,
    by_id: int,
    now: datetime,
) -> int:
    """Keep the criteria this cycle is ranked with from now on; the new row's id."""
    content = [criterion.as_json() for criterion in criteria]
    row = CriteriaFreeze(cycle_id=cycle_id, content=content, reason=reason, by_id=by_id, at=now)
    session.add(row)
    session.flush()
    return row.id


def _of(column: Any, cycle_id: int | None) -> Any:
    return column.is_(None) if cycle_id is None else column == cycle_id


def _read(content: Iterable[Mapping[str, Any]]) -> tuple[Criterion, ...]:
    return read_criteria({name: value for name, value in entry.items() if name != USED} for entry in content)
