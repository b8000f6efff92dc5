"""What planning reviews over quarters asks of the store."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.prioritisation import benefits
from vfm.prioritisation.benefits import Amount
from vfm.store.queries.reviews import IN_ORDER, joined
from vfm.store.tables import (
    Decision,
    Directorate,
    Division,
    Person,
    PlanProposal,
    PlanSettings,
    PrioritisationRun,
    Review,
    Service,
)


class ReviewRow(NamedTuple):
    """A review as planning sees it; `run_id` the ranking whose decision it came from, None by hand."""

    id: int
    service_id: int
    service: str
    directorate: str
    decision_id: int | None
    run_id: int | None
    mode: str
    topic: str
    starts_on: date
    ends_on: date | None
    closed_on: date | None
    lead: str | None
    status: str
    note: str
    days: int | None
    earliest: str
    latest: str
    latest_reason: str
    contract_ends_on: date | None
    is_mandatory: bool
    is_pinned: bool
    priority: int | None
    revision: int
    savings: tuple[Amount, ...]


_REVIEW: tuple[Any, ...] = (
    Review.id,
    Review.service_id,
    Service.name,
    Directorate.name,
    Review.decision_id,
    Decision.run_id,
    Review.mode,
    Review.topic,
    Review.starts_on,
    Review.ends_on,
    Review.closed_on,
    Person.name,
    Review.status,
    Review.note,
    Review.days,
    Review.earliest,
    Review.latest,
    Review.latest_reason,
    Review.contract_ends_on,
    Review.is_mandatory,
    Review.is_pinned,
    Review.priority,
    Review.revision,
)
_SAVINGS = tuple(name for pair in benefits.PAIRS.values() for name in pair)


def reviews(session: Session) -> list[ReviewRow]:
    """Every review, the first to start first."""
    columns = (*_REVIEW, *(getattr(Review, name) for name in _SAVINGS))
    rows = session.execute(joined(*columns).order_by(*IN_ORDER))
    last = len(_REVIEW)
    return [
        ReviewRow._make([*row[:last], benefits.of_review(dict(zip(_SAVINGS, row[last:], strict=True)))])
        for row in rows
    ]


def directorates(session: Session, service_ids: Iterable[int]) -> dict[int, str]:
    """Service -> its directorate."""
    rows = session.execute(
        select(Service.id, Directorate.name)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.id.in_(list(service_ids)))
    )
    return {row[0]: row[1] for row in rows}


def outlines(session: Session, run_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Run -> its outline."""
    rows = session.execute(
        select(PrioritisationRun.id, PrioritisationRun.outline).where(PrioritisationRun.id.in_(list(run_ids)))
    )
    return {row[0]: row[1] for row in rows}


class SettingsRow(NamedTuple):
    """Settings of the plan as somebody kept them."""

    id: int
    content: dict[str, Any]
    reason: str
    by: str
    at: datetime


def settings(session: Session, *, limit: int | None = None) -> list[SettingsRow]:
    """What was set, the newest first; the first stands."""
    rows = session.execute(
        select(PlanSettings.id, PlanSettings.content, PlanSettings.reason, Person.name, PlanSettings.at)
        .join(Person, Person.id == PlanSettings.by_id)
        .order_by(PlanSettings.id.desc())
        .limit(limit)
    )
    return [SettingsRow(*row) for row in rows]


class ProposalRow(NamedTuple):
    """A plan that was worked out, or a move: what from, what came of it, and what became of it."""

    id: int
    inputs: dict[str, Any]
    result: dict[str, Any]
    by: str
    at: datetime
    adopted_at: datetime | None
    discarded_at: datetime | None


_PROPOSAL: tuple[Any, ...] = (
    PlanProposal.id,
    PlanProposal.inputs,
    PlanProposal.result,
    Person.name,
    PlanProposal.at,
    PlanProposal.adopted_at,
    PlanProposal.discarded_at,
)


def proposal(session: Session, proposal_id: int) -> ProposalRow | None:
    """One of them, None when there is none."""
    row = session.execute(
        select(*_PROPOSAL).join(Person, Person.id == PlanProposal.by_id).where(PlanProposal.id == proposal_id)
    ).first()
    return ProposalRow(*row) if row else None


_IS_PLAN = PlanProposal.inputs["kind"].as_string() == "plan"
"""Worked out for all reviews; the others are moves by hand."""


def proposals(session: Session, *, limit: int | None = None) -> list[ProposalRow]:
    """The plans that were worked out, the newest first."""
    rows = session.execute(
        select(*_PROPOSAL)
        .join(Person, Person.id == PlanProposal.by_id)
        .where(_IS_PLAN)
        .order_by(PlanProposal.id.desc())
        .limit(limit)
    )
    return [ProposalRow(*row) for row in rows]


def proposal_count(session: Session) -> int:
    """How many plans were worked out."""
    return session.scalar(select(func.count(PlanProposal.id)).where(_IS_PLAN)) or 0


def run_names(session: Session) -> dict[int, str]:
    """Ranking -> its name."""
    return {row[0]: row[1] for row in session.execute(select(PrioritisationRun.id, PrioritisationRun.name))}


def last_adopted(session: Session) -> ProposalRow | None:
    """The last plan or move that was adopted and not undone; None when there is none."""
    row = session.execute(
        select(*_PROPOSAL)
        .join(Person, Person.id == PlanProposal.by_id)
        .where(PlanProposal.adopted_at.is_not(None), PlanProposal.discarded_at.is_(None))
        .order_by(PlanProposal.id.desc())
        .limit(1)
    ).first()
    return ProposalRow(*row) if row else None


def waiting_proposal(session: Session) -> int | None:
    """The newest plan that was worked out and neither adopted nor discarded; None when there is none."""
    return session.scalar(
        select(PlanProposal.id)
        .where(PlanProposal.adopted_at.is_(None), PlanProposal.discarded_at.is_(None))
        .order_by(PlanProposal.id.desc())
        .limit(1)
    )
