"""What making a ranking asks of the store: what can be ranked, and everything known of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import case, exists, func, or_, select
from sqlalchemy.orm import Session

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.outcome import DEFAULT_RULES, Rules
from vfm.store import criteria
from vfm.store.queries.priorities import FIGURES_ALONE_NAME
from vfm.store.queries.priorities import run as run
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    Assessment,
    Cycle,
    Decision,
    Directorate,
    Division,
    Event,
    Figure,
    FigureSource,
    OutcomeOverride,
    OutcomeRules,
    PrioritisationRun,
    ScorecardRow,
    Service,
    Version,
)

FIGURES_ALONE = 0
"""Stands where the id of a cycle does: services ranked on imported figures, without a self-assessment."""


class Rankable(NamedTuple):
    """What can be ranked: a rollout with agreed results, or the services that have imported figures.

    Attributes:
        id: of the cycle, or `FIGURES_ALONE`.
        ready: how many of its services can be ranked.
    """

    id: int
    name: str
    version_id: int | None
    content_hash: str
    ready: int
    services: int

    @property
    def cycle_id(self) -> int | None:
        """The cycle's id as it is kept; None for imported figures alone."""
        return None if self.id == FIGURES_ALONE else self.id


def rankable(session: Session) -> list[Rankable]:
    """Every rollout that has agreed results, the newest first; then figures alone, where there are any."""
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
    return [*(Rankable(*row) for row in rows), *_figures_alone(session)]


def _figures_alone(session: Session) -> list[Rankable]:
    keys = [criterion.key for criterion in criteria.standing(session)]
    services = select(func.count(Service.id)).where(Service.closed_on.is_(None))
    fed = exists().where(Figure.service_id == Service.id, Figure.feeds.in_(keys))
    ready = session.scalar(services.where(fed)) or 0
    if not ready:
        return []
    return [Rankable(FIGURES_ALONE, FIGURES_ALONE_NAME, None, "", ready, session.scalar(services) or 0)]


def fed_by_figures(session: Session) -> set[str]:
    """The criteria that an imported figure of an open service is a value for."""
    return set(
        session.scalars(
            select(Figure.feeds)
            .join(Service, Service.id == Figure.service_id)
            .where(Service.closed_on.is_(None), Figure.feeds != "")
            .distinct()
        )
    )


def measured_by(session: Session, cycle: Rankable) -> tuple[Criterion, ...]:
    """The criteria this cycle is ranked on: as they were frozen, else those of the list that can be known."""
    return measured_in(session, cycle.cycle_id)


def measured_in(session: Session, cycle_id: int | None) -> tuple[Criterion, ...]:
    """What `measured_by` says of the cycle with this id; None: of imported figures alone."""
    frozen = criteria.frozen(session, cycle_id)
    return frozen if frozen is not None else to_measure_by(session, cycle_id)


def to_measure_by(session: Session, cycle_id: int | None) -> tuple[Criterion, ...]:
    """The criteria of the list that can be known of its services: what freezing it now would take."""
    standing = criteria.standing(session)
    if cycle_id is not None:
        return standing
    fed = fed_by_figures(session)
    return tuple(criterion for criterion in standing if criterion.key in fed)


class RankedRow(NamedTuple):
    """A service that may be ranked; `content` is its agreed scorecard, None while there is none.

    Without a cycle `assessment_id` is None and `status` empty, or `no_figure` where nothing was imported.
    """

    assessment_id: int | None
    status: str
    service_id: int
    key: str
    name: str
    directorate: str
    family: str
    reviewed_on: date | None
    content: dict[str, Any] | None

    @property
    def can_be_ranked(self) -> bool:
        """Whether there is something to rank it on."""
        return self.content is not None or (self.assessment_id is None and not self.status)


def open_services(session: Session) -> list[RankedRow]:
    """The services that are not closed, by key."""
    rows = session.execute(
        select(Service.id, Service.key, Service.name, Directorate.name, Service.family, Service.reviewed_on)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.closed_on.is_(None))
        .order_by(Service.key)
    )
    return [RankedRow(None, "", *row, None) for row in rows]


def agreed_results(session: Session, cycle_id: int) -> list[RankedRow]:
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
    return list({row[0]: RankedRow(*row) for row in rows}.values())


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
    publisher: str
    licence: str


def figures_for_ranking(
    session: Session, cycle_id: int | None, measures: Sequence[str]
) -> list[PublishedRow]:
    """The figures of a cycle's services that feed a criterion, and those of these measures.

    Without a cycle, of every service that is not closed.
    """
    asked = (
        Figure.service_id.in_(select(Service.id).where(Service.closed_on.is_(None)))
        if cycle_id is None
        else Figure.service_id.in_(select(Assessment.service_id).where(Assessment.cycle_id == cycle_id))
    )
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
            FigureSource.publisher,
            FigureSource.licence,
        )
        .join(FigureSource, FigureSource.id == Figure.source_id)
        .where(asked, or_(Figure.feeds != "", Figure.measure.in_(measures)))
        .order_by(Figure.service_id, Figure.measure, Figure.year)
    )
    return [PublishedRow(*row) for row in rows]


def last_outcomes(session: Session, cycle_id: int | None) -> dict[int, str]:
    """Service -> what was decided for it last, in an earlier cycle; nothing where there is no cycle."""
    if cycle_id is None:
        return {}
    opened_at = select(Cycle.opened_at).where(Cycle.id == cycle_id).scalar_subquery()
    rows = session.execute(
        select(Decision.service_id, Decision.outcome)
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .join(Cycle, Cycle.id == PrioritisationRun.cycle_id)
        .where(Cycle.opened_at < opened_at)
        .order_by(Decision.decided_on, Decision.id)
    )
    return {row[0]: row[1] for row in rows}


class OverrideRow(NamedTuple):
    """An outcome that a person set against the rules."""

    service_id: int
    outcome: str
    kind: str
    topic: str
    reason: str
    decided_by: str
    decided_on: date


def overrides_in_force(session: Session, on: date) -> dict[int, OverrideRow]:
    """Service -> the override that counts on this day; of several the one decided last."""
    row = OutcomeOverride
    rows = session.execute(
        select(row.service_id, row.outcome, row.kind, row.topic, row.reason, row.decided_by, row.decided_on)
        .where(
            row.withdrawn_at.is_(None),
            row.decided_on <= on,
            or_(row.ends_on.is_(None), row.ends_on >= on),
        )
        .order_by(row.decided_on, row.id)
    )
    return {found[0]: OverrideRow(*found) for found in rows}


def outcome_rules(session: Session) -> Rules:
    """The thresholds of the outcome rules that stand."""
    content = session.scalar(select(OutcomeRules.content).order_by(OutcomeRules.id.desc()).limit(1))
    return DEFAULT_RULES if content is None else Rules(**content)


def newest(session: Session) -> AnyRow | None:
    """(id, name, settings, inputs, result) of the newest run; None while there is none."""
    run = PrioritisationRun
    return session.execute(
        select(run.id, run.name, run.settings, run.inputs, run.result)
        .order_by(run.at.desc(), run.id.desc())
        .limit(1)
    ).first()


def state_of_values(session: Session) -> tuple[int | None, ...]:
    """Differs whenever anything differs that values are gathered from: each write leaves an event."""
    newest = (Event.id, Figure.id, ScorecardRow.id, OutcomeOverride.id, Decision.id, Service.id)
    counts = (Figure.id, ScorecardRow.id)
    parts = [
        *(select(func.max(column)).scalar_subquery() for column in newest),
        *(select(func.count(column)).scalar_subquery() for column in counts),
    ]
    return tuple(session.execute(select(*parts)).one())
