"""What ranking services and deciding about them asks of the store."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.store.tables import (
    Cycle,
    Decision,
    Person,
    PrioritisationRun,
    Review,
)

FIGURES_ALONE_NAME = "Imported figures alone"
"""What stands where a cycle's name does when services were ranked without a self-assessment."""


class RunRow(NamedTuple):
    """A run without what it holds; `cycle_id` None: on imported figures alone."""

    id: int
    name: str
    cycle_id: int | None
    cycle: str
    settings: dict[str, Any]
    by: str
    at: datetime


_RUN = (
    PrioritisationRun.id,
    PrioritisationRun.name,
    PrioritisationRun.cycle_id,
    func.coalesce(Cycle.name, FIGURES_ALONE_NAME),
    PrioritisationRun.settings,
    Person.name,
    PrioritisationRun.at,
)


def runs(session: Session) -> list[RunRow]:
    """Every run, the newest first."""
    rows = session.execute(
        select(*_RUN)
        .outerjoin(Cycle, Cycle.id == PrioritisationRun.cycle_id)
        .join(Person, Person.id == PrioritisationRun.by_id)
        .order_by(PrioritisationRun.at.desc(), PrioritisationRun.id.desc())
    )
    return [RunRow(*row) for row in rows]


def decisions_by_run(session: Session) -> dict[int, int]:
    """Run -> how many services have a decision recorded in it."""
    rows = session.execute(
        select(Decision.run_id, func.count(Decision.service_id.distinct())).group_by(Decision.run_id)
    )
    return {row[0]: row[1] for row in rows}


def run(session: Session, run_id: int) -> tuple[RunRow, dict[str, Any]] | None:
    """A run and its outline; None when there is none."""
    row = session.execute(
        select(*_RUN, PrioritisationRun.outline)
        .outerjoin(Cycle, Cycle.id == PrioritisationRun.cycle_id)
        .join(Person, Person.id == PrioritisationRun.by_id)
        .where(PrioritisationRun.id == run_id)
    ).first()
    return (RunRow(*row[:-1]), row[-1]) if row else None


def whole(session: Session, run_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """(inputs, result) of a run that is there."""
    row = session.execute(
        select(PrioritisationRun.inputs, PrioritisationRun.result).where(PrioritisationRun.id == run_id)
    ).one()
    return row[0], row[1]


def firmness(session: Session, run_id: int) -> tuple[str, dict[str, Any] | None]:
    """(engine, robustness) of a run that is there; None for runs kept before it was."""
    row = session.execute(
        select(PrioritisationRun.engine, PrioritisationRun.robustness).where(PrioritisationRun.id == run_id)
    ).one()
    return row[0], row[1]


def run_ids(session: Session) -> list[int]:
    """Every run, the oldest first."""
    return list(session.scalars(select(PrioritisationRun.id).order_by(PrioritisationRun.id)))


class StoredRun(NamedTuple):
    """Everything a run was made from and gave."""

    name: str
    settings: dict[str, Any]
    inputs: dict[str, Any]
    result: dict[str, Any]
    robustness: dict[str, Any] | None
    engine: str


def stored(session: Session, run_id: int) -> StoredRun | None:
    """A run whole; None when there is none."""
    row = session.execute(
        select(
            PrioritisationRun.name,
            PrioritisationRun.settings,
            PrioritisationRun.inputs,
            PrioritisationRun.result,
            PrioritisationRun.robustness,
            PrioritisationRun.engine,
        ).where(PrioritisationRun.id == run_id)
    ).first()
    return StoredRun(*row) if row else None


class DecisionRow(NamedTuple):
    """What a person decided for a service."""

    id: int
    service_id: int
    run_id: int
    run: str
    cycle_id: int | None
    suggested: str
    rule: str
    outcome: str
    topic: str
    reason: str
    decided_on: date
    by: str
    at: datetime


DECISION_COLUMNS: tuple[Any, ...] = (
    Decision.id,
    Decision.service_id,
    Decision.run_id,
    PrioritisationRun.name,
    PrioritisationRun.cycle_id,
    Decision.suggested,
    Decision.rule,
    Decision.outcome,
    Decision.topic,
    Decision.reason,
    Decision.decided_on,
    Person.name,
    Decision.at,
)


def standing_outcomes(session: Session, cycle_id: int | None) -> dict[int, tuple[str, str]]:
    """Service -> (outcome, topic) that stands: the last one recorded on any run of this cycle, or of none."""
    of_it = PrioritisationRun.cycle_id
    rows = session.execute(
        select(Decision.service_id, Decision.outcome, Decision.topic)
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .where(of_it.is_(None) if cycle_id is None else of_it == cycle_id)
        .order_by(Decision.id)
    )
    return {service_id: (outcome, topic) for service_id, outcome, topic in rows}


def decisions_of(session: Session, service_id: int) -> list[DecisionRow]:
    """Every decision about a service, the last recorded first."""
    rows = session.execute(
        select(*DECISION_COLUMNS)
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .join(Person, Person.id == Decision.by_id)
        .where(Decision.service_id == service_id)
        .order_by(Decision.id.desc())
    )
    return [DecisionRow(*row) for row in rows]


class Planned(NamedTuple):
    """An entry of the forward plan."""

    id: int
    mode: str
    topic: str
    starts_on: date
    status: str


def planned(session: Session, service_id: int) -> list[Planned]:
    """A service's entries in the forward plan that are not closed, the first to start first."""
    rows = session.execute(
        select(Review.id, Review.mode, Review.topic, Review.starts_on, Review.status)
        .where(Review.service_id == service_id, Review.status != "closed")
        .order_by(Review.starts_on)
    )
    return [Planned(*row) for row in rows]
