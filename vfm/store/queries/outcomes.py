"""What the rules for outcomes and the outcomes set against them ask of the store."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from vfm.prioritisation.outcome import Rules
from vfm.store.queries.rankings import outcome_rules as outcome_rules
from vfm.store.tables import Directorate, Division, OutcomeOverride, OutcomeRules, Person, Service


class Kept(NamedTuple):
    """An outcome set against the rules; `withdrawn_at` and `withdrawn_by` None while it was not withdrawn."""

    id: int
    service_id: int
    service: str
    directorate: str
    outcome: str
    kind: str
    topic: str
    reason: str
    decided_by: str
    decided_on: date
    ends_on: date | None
    by: str
    at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None


def overrides(session: Session) -> list[Kept]:
    """Every outcome ever set against the rules, the last decided first."""
    recorder, withdrawer = aliased(Person), aliased(Person)
    row = OutcomeOverride
    columns: tuple[Any, ...] = (
        row.id, row.service_id, Service.name, Directorate.name, row.outcome, row.kind, row.topic, row.reason,
        row.decided_by, row.decided_on, row.ends_on, recorder.name, row.at, row.withdrawn_at, withdrawer.name,
    )  # fmt: skip
    rows = session.execute(
        select(*columns)
        .join(Service, Service.id == row.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .join(recorder, recorder.id == row.by_id)
        .outerjoin(withdrawer, withdrawer.id == row.withdrawn_by_id)
        .order_by(row.decided_on.desc(), row.id.desc())
    )
    return [Kept(*found) for found in rows]


class RulesThen(NamedTuple):
    """The rules as they stood after a change."""

    rules: Rules
    reason: str
    by: str
    at: datetime


def rules_history(session: Session) -> list[RulesThen]:
    """Every change of the rules, the newest first."""
    rows = session.execute(
        select(OutcomeRules.content, OutcomeRules.reason, Person.name, OutcomeRules.at)
        .join(Person, Person.id == OutcomeRules.by_id)
        .order_by(OutcomeRules.id.desc())
    )
    return [RulesThen(Rules(**content), *rest) for content, *rest in rows]


def newest_rules_id(session: Session) -> int:
    """Id of the change that stands, 0 where the rules were never changed."""
    return session.scalar(select(func.max(OutcomeRules.id))) or 0
