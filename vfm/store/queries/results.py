"""Results: what is kept of one assessment's scores, and the results of a whole cycle."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Challenge,
    Cycle,
    Directorate,
    Division,
    Evidence,
    Person,
    ScorecardRow,
    Service,
    Template,
    Version,
)

AnyRow = Row[*tuple[Any, ...]]
"""A row whose columns the statement names."""

SignedBy = aliased(Person)
AgreedBy = aliased(Person)


def assessment(session: Session, assessment_id: int) -> AnyRow | None:
    """One assessment with its service, place, cycle and version; None when there is none."""
    return session.execute(_assessments().where(Assessment.id == assessment_id)).first()


def assessments(session: Session, assessment_ids: Collection[int]) -> list[AnyRow]:
    """The same for several, in the order of their services' names."""
    return list(
        session.execute(_assessments().where(Assessment.id.in_(assessment_ids)).order_by(Service.name))
    )


def _assessments() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Assessment.id,
            Assessment.status,
            Assessment.cycle_id,
            Assessment.service_id,
            Assessment.version_id,
            Assessment.submitted_at,
            Assessment.signed_off_at,
            Assessment.agreed_at,
            SignedBy.name.label("signed_off_by"),
            AgreedBy.name.label("agreed_by"),
            Service.key.label("service_key"),
            Service.name.label("service"),
            Division.name.label("division"),
            Directorate.name.label("directorate"),
            Cycle.name.label("cycle"),
            Cycle.kind,
            Version.template_id,
            Version.number.label("version"),
            Version.content_hash,
            Template.title.label("template"),
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Template, Template.id == Version.template_id)
        .outerjoin(SignedBy, SignedBy.id == Assessment.signed_off_by_id)
        .outerjoin(AgreedBy, AgreedBy.id == Assessment.agreed_by_id)
    )


def scorecards(session: Session, assessment_ids: Collection[int]) -> list[AnyRow]:
    """(assessment, kind, content) of every result kept, an older one of a kind before a newer."""
    return list(
        session.execute(
            select(ScorecardRow.assessment_id, ScorecardRow.kind, ScorecardRow.content, ScorecardRow.number)
            .where(ScorecardRow.assessment_id.in_(assessment_ids))
            .order_by(ScorecardRow.assessment_id, ScorecardRow.number)
        )
    )


def answers(session: Session, assessment_ids: Collection[int]) -> list[AnyRow]:
    """(assessment, question key, content) of every answer given."""
    return list(
        session.execute(
            select(AnswerRow.assessment_id, AnswerRow.question_key, AnswerRow.content).where(
                AnswerRow.assessment_id.in_(assessment_ids)
            )
        )
    )


Challenger = aliased(Person)
Responder = aliased(Person)
Settler = aliased(Person)


def challenges(session: Session, assessment_ids: Collection[int]) -> list[AnyRow]:
    """Every challenge with the names of those who made, answered and settled it, oldest first."""
    return list(
        session.execute(
            select(
                Challenge.id,
                Challenge.assessment_id,
                Challenge.question_key,
                Challenge.challenged,
                Challenge.reason,
                Challenge.by_id,
                Challenger.name.label("by"),
                Challenge.at,
                Challenge.response,
                Challenge.response_as,
                Challenge.offered_id,
                Evidence.title.label("offered"),
                Responder.name.label("response_by"),
                Challenge.response_at,
                Challenge.agreed,
                Challenge.agreed_reason,
                Settler.name.label("agreed_by"),
                Challenge.agreed_at,
            )
            .join(Challenger, Challenger.id == Challenge.by_id)
            .outerjoin(Responder, Responder.id == Challenge.response_by_id)
            .outerjoin(Settler, Settler.id == Challenge.agreed_by_id)
            .outerjoin(Evidence, Evidence.id == Challenge.offered_id)
            .where(Challenge.assessment_id.in_(assessment_ids))
            .order_by(Challenge.at, Challenge.id)
        )
    )


def agreed_before(
    session: Session, service_id: int, template_id: int, before: datetime, apart: Collection[int]
) -> AnyRow | None:
    """(cycle, content) of the newest agreed result of a service, of an earlier rollout of one template.

    Args:
        session: to read from.
        service_id: whose.
        template_id: of any version of this template.
        before: when the later assessment was submitted.
        apart: assessments that do not count.
    """
    return session.execute(
        select(Cycle.name.label("cycle"), ScorecardRow.content)
        .join(Assessment, Assessment.id == ScorecardRow.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .where(
            Assessment.service_id == service_id,
            Version.template_id == template_id,
            Assessment.id.not_in(apart),
            Assessment.status == "agreed",
            Assessment.submitted_at < before,
            Cycle.kind == "rollout",
            ScorecardRow.kind == "agreed",
        )
        .order_by(Assessment.submitted_at.desc(), ScorecardRow.number.desc())
        .limit(1)
    ).first()


# --- a whole cycle ------------------------------------------------------------------------------------------


def cycle(session: Session, cycle_id: int) -> AnyRow | None:
    """One cycle with its version; None when there is none."""
    return session.execute(
        select(
            Cycle.id,
            Cycle.name,
            Cycle.kind,
            Cycle.version_id,
            Version.content_hash,
            Version.number.label("version"),
            Template.title.label("template"),
            Version.template_id,
        )
        .join(Version, Version.id == Cycle.version_id)
        .join(Template, Template.id == Version.template_id)
        .where(Cycle.id == cycle_id, IS_ROUND)
    ).first()


def cycles(session: Session) -> list[AnyRow]:
    """(id, name, kind) of every cycle, the newest first."""
    return list(
        session.execute(
            select(Cycle.id, Cycle.name, Cycle.kind)
            .where(IS_ROUND)
            .order_by(Cycle.opened_at.desc(), Cycle.id.desc())
        )
    )


def newest_scored_cycle(session: Session, service_ids: Collection[int] | None) -> int | None:
    """Of the cycles that asked these services (None: any), the newest with a result, else the newest."""
    has_result = (
        select(ScorecardRow.id)
        .join(Assessment, Assessment.id == ScorecardRow.assessment_id)
        .where(Assessment.cycle_id == Cycle.id)
        .exists()
    )
    wanted = (
        select(Cycle.id)
        .where(IS_ROUND)
        .order_by(has_result.desc(), Cycle.opened_at.desc(), Cycle.id.desc())
        .limit(1)
    )
    if service_ids is not None:
        asked = select(Assessment.cycle_id).where(Assessment.service_id.in_(service_ids))
        wanted = wanted.where(Cycle.id.in_(asked))
    return session.scalars(wanted).first()


def outlines(session: Session, cycle_id: int, service_ids: Collection[int] | None) -> list[AnyRow]:
    """One row an assessment of a cycle with the result that counts, by service name.

    Agreed where the assessment is, else self: one row a time it was submitted, the newest last. Only these
    services; None means all.
    """
    kind = case((Assessment.status == "agreed", "agreed"), else_="self")
    counts = and_(ScorecardRow.assessment_id == Assessment.id, ScorecardRow.kind == kind)
    wanted = (
        select(
            Assessment.id,
            Assessment.status,
            Assessment.service_id,
            Service.key.label("service_key"),
            Service.name.label("service"),
            Division.name.label("division"),
            Directorate.name.label("directorate"),
            Service.family,
            ScorecardRow.id.label("scorecard_id"),
            ScorecardRow.created_at.label("scored_at"),
            ScorecardRow.kind,
            ScorecardRow.number,
            ScorecardRow.outline,
            ScorecardRow.change,
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .outerjoin(ScorecardRow, counts)
        .where(Assessment.cycle_id == cycle_id)
        .order_by(func.lower(Service.name), Assessment.id, ScorecardRow.number)
    )
    if service_ids is not None:
        wanted = wanted.where(Assessment.service_id.in_(service_ids))
    return list(session.execute(wanted))
