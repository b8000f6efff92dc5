"""How scores moved: the overall of each result three times, and every challenge with the self answer."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from vfm.store.queries.challenge import SETTLED
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Challenge,
    Cycle,
    Directorate,
    Division,
    Person,
    ScorecardRow,
    Service,
    Version,
)


def results(session: Session, cycle_id: int) -> list[AnyRow]:
    """One row an assessment and kind of result, for all signed off in a cycle; an older one first."""
    return list(
        session.execute(
            select(
                Assessment.id,
                Assessment.status,
                Service.name.label("service"),
                Directorate.name.label("directorate"),
                ScorecardRow.kind,
                ScorecardRow.outline,
            )
            .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
            .join(Service, Service.id == Assessment.service_id)
            .join(Division, Division.id == Service.division_id)
            .join(Directorate, Directorate.id == Division.directorate_id)
            .where(Assessment.cycle_id == cycle_id, Assessment.status.in_(SETTLED))
            .order_by(func.lower(Service.name), Assessment.id, ScorecardRow.number)
        )
    )


_RAISED: Select[*tuple[Any, ...]] = (
    select(
        Challenge.assessment_id,
        Challenge.question_key,
        Challenge.challenged,
        Challenge.agreed,
        AnswerRow.content.label("own"),
        Person.name.label("challenger"),
        Assessment.service_id,
        Assessment.version_id,
        Assessment.cycle_id,
        Version.content_hash,
        Service.name.label("service"),
        Directorate.name.label("directorate"),
        Cycle.name.label("cycle"),
    )
    .join(Assessment, Assessment.id == Challenge.assessment_id)
    .join(Version, Version.id == Assessment.version_id)
    .join(Cycle, Cycle.id == Assessment.cycle_id)
    .join(Service, Service.id == Assessment.service_id)
    .join(Division, Division.id == Service.division_id)
    .join(Directorate, Directorate.id == Division.directorate_id)
    .join(Person, Person.id == Challenge.by_id)
    .outerjoin(
        AnswerRow,
        and_(
            AnswerRow.assessment_id == Challenge.assessment_id,
            AnswerRow.question_key == Challenge.question_key,
        ),
    )
    .order_by(Challenge.at, Challenge.id)
)


def raised(session: Session, cycle_id: int) -> list[AnyRow]:
    """Every challenge of a cycle with the self answer it is of, the oldest first."""
    return list(session.execute(_RAISED.where(Assessment.cycle_id == cycle_id)))


def settled(session: Session) -> list[AnyRow]:
    """Every settled challenge of every cycle, the oldest first."""
    return list(session.execute(_RAISED.where(Challenge.agreed.is_not(None))))


def answers(session: Session, assessment_ids: Collection[int]) -> list[AnyRow]:
    """(assessment, question key, content) of every answer of these."""
    return list(
        session.execute(
            select(AnswerRow.assessment_id, AnswerRow.question_key, AnswerRow.content).where(
                AnswerRow.assessment_id.in_(assessment_ids)
            )
        )
    )
