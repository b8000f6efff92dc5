"""Baselines: which there are, without what they hold, which `vfm.store.baselines` alone reads."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from vfm.store.tables import (
    Assessment,
    Baseline,
    Cycle,
    Directorate,
    Division,
    ScorecardRow,
    Service,
    Template,
)


def index(session: Session, service_ids: Collection[int] | None) -> list[Row[*tuple[Any, ...]]]:
    """Every baseline of these services (None: of all) with the overall of its agreed result, by service."""
    found = (
        select(
            Baseline.id,
            Baseline.service_id,
            Service.name.label("service"),
            Directorate.name.label("directorate"),
            Template.title.label("template"),
            Cycle.name.label("cycle"),
            Baseline.assessment_id,
            Baseline.frozen_at,
            Baseline.content_hash,
            ScorecardRow.outline["overall"].label("overall"),
        )
        .join(Service, Service.id == Baseline.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .join(Template, Template.id == Baseline.template_id)
        .join(Assessment, Assessment.id == Baseline.assessment_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
        .where(ScorecardRow.kind == "agreed")
        .order_by(func.lower(Service.name), Template.title)
    )
    if service_ids is not None:
        found = found.where(Baseline.service_id.in_(service_ids))
    return list(session.execute(found))


def place(session: Session, service_id: int) -> tuple[str, str]:
    """(Directorate, division) of a service."""
    found = (
        select(Directorate.name, Division.name)
        .join(Division, Division.directorate_id == Directorate.id)
        .join(Service, Service.division_id == Division.id)
        .where(Service.id == service_id)
    )
    directorate, division = session.execute(found).one()
    return directorate, division


def agreed(session: Session, assessment_id: int) -> Any:
    """The agreed result of an assessment as it is kept; None where there is none."""
    return session.scalars(
        select(ScorecardRow.content)
        .where(ScorecardRow.assessment_id == assessment_id, ScorecardRow.kind == "agreed")
        .order_by(ScorecardRow.number.desc())
    ).first()
