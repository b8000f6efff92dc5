"""What chasing and giving more time ask of the store."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.queries.deadlines import DUE, UNSIGNED
from vfm.store.tables import Assessment, Cycle, Event, Service


def chased(session: Session, assessment_ids: Collection[int], today: date) -> set[int]:
    """Those of some assessments that were chased on a day."""
    since = datetime.combine(today, time(), UTC)
    rows = session.scalars(
        select(Event.subject_id).where(
            Event.subject == "assessment",
            Event.subject_id.in_(sorted(assessment_ids)),
            Event.verb == "chased",
            Event.at >= since,
        )
    )
    return set(rows)


class Settled(NamedTuple):
    """An assessment that its service has done all for."""

    id: int
    service: str
    due_on: date


def settled(session: Session, cycle_id: int, assessment_ids: Collection[int]) -> list[Settled]:
    """Those of some assessments of one cycle that are signed off or agreed."""
    rows = session.execute(
        select(Assessment.id, Service.name, DUE)
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(
            Cycle.id == cycle_id,
            Assessment.id.in_(sorted(assessment_ids)),
            Assessment.status.not_in(UNSIGNED),
        )
        .order_by(Service.name)
    )
    return [Settled._make(row) for row in rows]
