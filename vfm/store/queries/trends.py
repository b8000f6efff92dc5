"""Trends: the cycles in which a template was asked."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vfm.store.tables import Assessment, Cycle, Version


def cycles(session: Session, template_id: int, since: datetime, service_id: int) -> list[tuple[int, str]]:
    """(Id, name) of every rollout of a template opened from an instant on, the oldest first.

    A pilot is among them only where it asked this service: that it asked others is no gap.
    """
    asked = (
        select(Assessment.id)
        .where(Assessment.cycle_id == Cycle.id, Assessment.service_id == service_id)
        .exists()
    )
    found = (
        select(Cycle.id, Cycle.name)
        .join(Version, Version.id == Cycle.version_id)
        .where(Version.template_id == template_id, Cycle.opened_at >= since)
        .where(or_(Cycle.kind == "rollout", asked))
        .order_by(Cycle.opened_at, Cycle.id)
    )
    return [(row.id, row.name) for row in session.execute(found)]
