"""What the plan asks of agreed answers about contracts."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from vfm.store.tables import Assessment, Cycle, ScorecardRow, Version


class AgreedRow(NamedTuple):
    """The last agreed result of a service, with the version it answered."""

    service_id: int
    version_id: int
    content_hash: str
    cycle: str
    content: dict[str, Any]


def agreed(session: Session, service_ids: Iterable[int]) -> list[AgreedRow]:
    """The last agreed result of each of these services; of several agreed scorecards the last."""
    ids = sorted(set(service_ids))
    last = (
        select(Assessment.service_id, func.max(Assessment.agreed_at).label("at"))
        .where(Assessment.status == "agreed", Assessment.service_id.in_(ids))
        .group_by(Assessment.service_id)
        .subquery()
    )
    rows = session.execute(
        select(Assessment.service_id, Version.id, Version.content_hash, Cycle.name, ScorecardRow.content)
        .join(last, and_(last.c.service_id == Assessment.service_id, last.c.at == Assessment.agreed_at))
        .join(Version, Version.id == Assessment.version_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
        .where(ScorecardRow.kind == "agreed")
        .order_by(Assessment.id, ScorecardRow.number)
    )
    return list({row[0]: AgreedRow(*row) for row in rows}.values())
