"""Change: where a service's measuring begins, and what was kept of a change when it was agreed."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.tables import Baseline, ScorecardRow


def starts(session: Session, service_id: int) -> dict[int, int]:
    """Template -> the assessment whose result became the service's baseline for it."""
    found = select(Baseline.template_id, Baseline.assessment_id).where(Baseline.service_id == service_id)
    return dict(iter(session.execute(found)))


def kept_change(session: Session, assessment_id: int) -> dict[str, Any] | None:
    """The change since the baseline as it was kept with the agreed result; None without one."""
    return session.scalars(
        select(ScorecardRow.change)
        .where(ScorecardRow.assessment_id == assessment_id, ScorecardRow.kind == "agreed")
        .order_by(ScorecardRow.number.desc())
    ).first()
