"""Targets as they are kept: every one that was ever set, and those that stand.

The newest target for a place stands, unless it was withdrawn; an earlier one never comes back.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from vfm.scoring.targets import Target
from vfm.store.tables import Event, Person
from vfm.store.tables import Target as TargetRow

Setter, Withdrawer = aliased(Person), aliased(Person)


def of_service(session: Session, service_id: int, template_id: int) -> tuple[Target, ...]:
    """Every target of a service for a template, the newest first."""
    return tuple(_all(session, [service_id], template_id))


def standing(targets: Iterable[Target]) -> dict[str, Target]:
    """Place -> the target that stands, of one service's targets, the newest first; the overall's leads."""
    newest: dict[str, Target] = {}
    for one in targets:
        newest.setdefault(one.place, one)
    return {place: newest[place] for place in sorted(newest) if newest[place].withdrawn_at is None}


def overall_of(session: Session, service_ids: Collection[int], template_id: int) -> dict[int, Target]:
    """Service -> the target that stands for its overall."""
    by_service: dict[int, list[Target]] = {}
    for one in _all(session, service_ids, template_id):
        by_service.setdefault(one.service_id, []).append(one)
    found = {service_id: standing(all_of_it).get("") for service_id, all_of_it in by_service.items()}
    return {service_id: one for service_id, one in found.items() if one is not None}


def _all(session: Session, service_ids: Collection[int], template_id: int) -> list[Target]:
    why = (
        select(Event.after)
        .where(Event.subject == "target", Event.verb == "withdrawn", Event.subject_id == TargetRow.id)
        .limit(1)
        .scalar_subquery()
    )
    found = (
        select(
            TargetRow.id,
            TargetRow.service_id,
            TargetRow.template_id,
            TargetRow.place,
            TargetRow.points,
            TargetRow.due_on,
            TargetRow.reason,
            Setter.name,
            TargetRow.at,
            TargetRow.withdrawn_at,
            Withdrawer.name,
            why,
        )
        .join(Setter, Setter.id == TargetRow.by_id)
        .outerjoin(Withdrawer, Withdrawer.id == TargetRow.withdrawn_by_id)
        .where(TargetRow.service_id.in_(service_ids), TargetRow.template_id == template_id)
        .order_by(TargetRow.id.desc())
    )
    rows: Iterable[Any] = session.execute(found)
    return [_target(*row) for row in rows]


def _target(*row: Any) -> Target:
    values: Any = (*row[:-1], (row[-1] or {}).get("reason", ""))
    return Target(*values)
