"""What ranking services and deciding about them asks of the store."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from vfm.store.tables import (
    Assessment,
    Cycle,
    Decision,
    Directorate,
    Division,
    Figure,
    FigureSource,
    Person,
    PrioritisationRun,
    Review,
    ScorecardRow,
    Service,
    Version,
)


class RankableCycle(NamedTuple):
    """A rollout with agreed results."""

    id: int
    name: str
    version_id: int
    content_hash: str
    agreed: int
    services: int


def rankable_cycles(session: Session) -> list[RankableCycle]:
    """Every rollout that has agreed results, the newest first."""
    agreed = func.sum(case((Assessment.status == "agreed", 1), else_=0))
    rows = session.execute(
        select(
            Cycle.id, Cycle.name, Cycle.version_id, Version.content_hash, agreed, func.count(Assessment.id)
        )
        .join(Assessment, Assessment.cycle_id == Cycle.id)
        .join(Version, Version.id == Cycle.version_id)
        .where(Cycle.kind == "rollout")
        .group_by(Cycle.id, Cycle.name, Cycle.version_id, Version.content_hash, Cycle.opened_at)
        .having(agreed > 0)
        .order_by(Cycle.opened_at.desc(), Cycle.id.desc())
    )
    return [RankableCycle(*row) for row in rows]


class AgreedResult(NamedTuple):
    """A service of a cycle; `content` is its agreed scorecard, None while there is none."""

    assessment_id: int
    status: str
    service_id: int
    key: str
    name: str
    directorate: str
    family: str
    reviewed_on: date | None
    content: dict[str, Any] | None


def agreed_results(session: Session, cycle_id: int) -> list[AgreedResult]:
    """One row a service of a cycle, by its key; of several agreed scorecards the last."""
    rows = session.execute(
        select(
            Assessment.id,
            Assessment.status,
            Service.id,
            Service.key,
            Service.name,
            Directorate.name,
            Service.family,
            Service.reviewed_on,
            ScorecardRow.content,
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .outerjoin(
            ScorecardRow, (ScorecardRow.assessment_id == Assessment.id) & (ScorecardRow.kind == "agreed")
        )
        .where(Assessment.cycle_id == cycle_id)
        .order_by(Service.key, ScorecardRow.number)
    )
    return list({row[0]: AgreedResult(*row) for row in rows}.values())


class PublishedRow(NamedTuple):
    """A published figure of a service."""

    service_id: int
    measure: str
    title: str
    year: str
    amount: Decimal
    unit: str
    source: str
    line: str
    feeds: str
    comparison: dict[str, Any]


def figures_for_ranking(session: Session, cycle_id: int, measures: Sequence[str]) -> list[PublishedRow]:
    """The figures of a cycle's services that feed a criterion, and those of these measures."""
    rows = session.execute(
        select(
            Figure.service_id,
            Figure.measure,
            Figure.title,
            Figure.year,
            Figure.amount,
            Figure.unit,
            FigureSource.title,
            Figure.line,
            Figure.feeds,
            Figure.comparison,
        )
        .join(FigureSource, FigureSource.id == Figure.source_id)
        .join(Assessment, Assessment.service_id == Figure.service_id)
        .where(Assessment.cycle_id == cycle_id, or_(Figure.feeds != "", Figure.measure.in_(measures)))
        .order_by(Figure.service_id, Figure.measure, Figure.year)
    )
    return [PublishedRow(*row) for row in rows]


def last_outcomes(session: Session, cycle_id: int) -> dict[int, str]:
    """Service -> what was decided for it last, in an earlier cycle."""
    opened_at = select(Cycle.opened_at).where(Cycle.id == cycle_id).scalar_subquery()
    rows = session.execute(
        select(Decision.service_id, Decision.outcome)
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .join(Cycle, Cycle.id == PrioritisationRun.cycle_id)
        .where(Cycle.opened_at < opened_at)
        .order_by(Decision.decided_on, Decision.id)
    )
    return {row[0]: row[1] for row in rows}


class RunRow(NamedTuple):
    """A run without what it holds."""

    id: int
    name: str
    cycle_id: int
    cycle: str
    settings: dict[str, Any]
    by: str
    at: datetime


_RUN = (
    PrioritisationRun.id,
    PrioritisationRun.name,
    PrioritisationRun.cycle_id,
    Cycle.name,
    PrioritisationRun.settings,
    Person.name,
    PrioritisationRun.at,
)


def runs(session: Session) -> list[RunRow]:
    """Every run, the newest first."""
    rows = session.execute(
        select(*_RUN)
        .join(Cycle, Cycle.id == PrioritisationRun.cycle_id)
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
        .join(Cycle, Cycle.id == PrioritisationRun.cycle_id)
        .join(Person, Person.id == PrioritisationRun.by_id)
        .where(PrioritisationRun.id == run_id)
    ).first()
    return (RunRow(*row[:-1]), row[-1]) if row else None


def first_settings(session: Session, cycle_id: int) -> dict[str, Any] | None:
    """The settings of the first run of a cycle; None while there is none."""
    return session.scalars(
        select(PrioritisationRun.settings)
        .where(PrioritisationRun.cycle_id == cycle_id)
        .order_by(PrioritisationRun.id)
        .limit(1)
    ).first()


def whole(session: Session, run_id: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """(inputs, result) of a run that is there."""
    row = session.execute(
        select(PrioritisationRun.inputs, PrioritisationRun.result).where(PrioritisationRun.id == run_id)
    ).one()
    return row[0], row[1]


class DecisionRow(NamedTuple):
    """What a person decided for a service."""

    id: int
    service_id: int
    run_id: int
    run: str
    cycle_id: int
    suggested: str
    rule: str
    outcome: str
    topic: str
    reason: str
    decided_on: date
    by: str
    at: datetime


_DECISION: tuple[Any, ...] = (
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


def standing_outcomes(session: Session, cycle_id: int) -> dict[int, tuple[str, str]]:
    """Service -> (outcome, topic) that stands: the last one recorded on any run of this cycle."""
    rows = session.execute(
        select(Decision.service_id, Decision.outcome, Decision.topic)
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .where(PrioritisationRun.cycle_id == cycle_id)
        .order_by(Decision.id)
    )
    return {service_id: (outcome, topic) for service_id, outcome, topic in rows}


def decisions_of(session: Session, service_id: int) -> list[DecisionRow]:
    """Every decision about a service, the last recorded first."""
    rows = session.execute(
        select(*_DECISION)
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
