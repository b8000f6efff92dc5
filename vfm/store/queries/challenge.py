"""The challenge: which results wait for it, what was raised, and what a baseline is made from."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.scoring.peers import Placed
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    Assessment,
    Baseline,
    Challenge,
    Cycle,
    Directorate,
    Division,
    Event,
    Figure,
    FigureSource,
    Person,
    ScorecardRow,
    Service,
)

SETTLED = ("signed_off", "agreed")
"""States of an assessment in which its challenge can be read."""
SAID = ("challenged", "withdrew a challenge", "answered a challenge", "agreed a score")
"""Verbs of the events that a challenge leaves."""
_OVERALL = ScorecardRow.outline["overall"]


def signed_off(session: Session, cycle_id: int) -> list[AnyRow]:
    """The assessments of a cycle that are signed off or agreed, by the name of their service."""
    return list(
        session.execute(
            select(
                Assessment.id,
                Assessment.status,
                Assessment.service_id,
                Service.name.label("service"),
                Service.family,
                Directorate.name.label("directorate"),
                Assessment.signed_off_at,
            )
            .join(Service, Service.id == Assessment.service_id)
            .join(Division, Division.id == Service.division_id)
            .join(Directorate, Directorate.id == Division.directorate_id)
            .where(Assessment.cycle_id == cycle_id, Assessment.status.in_(SETTLED))
            .order_by(func.lower(Service.name))
        )
    )


def placed(session: Session, cycle_id: int) -> dict[int, Placed]:
    """Assessment -> its newest self score and where its service belongs, for all signed off in a cycle."""
    rows = session.execute(
        select(Assessment.id, _OVERALL["score"].as_float(), Service.family, Directorate.name)
        .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
        .join(Service, Service.id == Assessment.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Assessment.cycle_id == cycle_id, Assessment.status.in_(SETTLED), ScorecardRow.kind == "self")
        .order_by(ScorecardRow.number)
    )
    return {assessment_id: Placed(*rest) for assessment_id, *rest in rows}


def trail(session: Session, assessment_id: int) -> list[AnyRow]:
    """What was said and done in the challenge of one assessment, the oldest first."""
    return list(
        session.execute(
            select(Event.at, Person.name.label("by"), Event.as_deputy, Event.verb, Event.before, Event.after)
            .outerjoin(Person, Person.id == Event.by_id)
            .where(Event.subject == "assessment", Event.subject_id == assessment_id, Event.verb.in_(SAID))
            .order_by(Event.id)
        )
    )


def waiting_results(session: Session, cycle_id: int) -> dict[int, dict[str, Any]]:
    """Assessment -> its newest self result whole, for those of a cycle that are signed off."""
    rows = session.execute(
        select(ScorecardRow.assessment_id, ScorecardRow.content)
        .join(Assessment, Assessment.id == ScorecardRow.assessment_id)
        .where(
            Assessment.cycle_id == cycle_id, Assessment.status == "signed_off", ScorecardRow.kind == "self"
        )
        .order_by(ScorecardRow.number)
    )
    return dict(rows.all())


def agreed_overalls(session: Session, cycle_id: int) -> dict[tuple[int, str], dict[str, Any]]:
    """(assessment, kind) -> overall of its newest result of that kind, for the agreed ones of a cycle."""
    rows = session.execute(
        select(ScorecardRow.assessment_id, ScorecardRow.kind, _OVERALL)
        .join(Assessment, Assessment.id == ScorecardRow.assessment_id)
        .where(Assessment.cycle_id == cycle_id, Assessment.status == "agreed")
        .order_by(ScorecardRow.number)
    )
    return {(assessment_id, kind): overall for assessment_id, kind, overall in rows}


def counts(session: Session, assessment_ids: Collection[int]) -> dict[int, tuple[int, int, int]]:
    """Assessment -> (challenges, of them with a response, of them agreed)."""
    rows = session.execute(
        select(
            Challenge.assessment_id,
            func.count(),
            func.count(Challenge.response_at),
            func.count(Challenge.agreed_at),
        )
        .where(Challenge.assessment_id.in_(assessment_ids))
        .group_by(Challenge.assessment_id)
    )
    return {assessment_id: (total, answered, agreed) for assessment_id, total, answered, agreed in rows}


def baseline_overalls(
    session: Session, template_id: int, service_ids: Collection[int]
) -> dict[int, tuple[int, dict[str, Any]]]:
    """Service -> (assessment its baseline was set in, overall of that agreed result), for one template."""
    rows = session.execute(
        select(Baseline.service_id, Baseline.assessment_id, _OVERALL)
        .join(ScorecardRow, ScorecardRow.assessment_id == Baseline.assessment_id)
        .where(
            Baseline.template_id == template_id,
            Baseline.service_id.in_(service_ids),
            ScorecardRow.kind == "agreed",
        )
    )
    return {service_id: (assessment_id, overall) for service_id, assessment_id, overall in rows}


def one(session: Session, assessment_id: int, question_key: str) -> Challenge | None:
    """The challenge of one score, to be changed; None when there is none."""
    return session.scalars(
        select(Challenge).where(
            Challenge.assessment_id == assessment_id, Challenge.question_key == question_key
        )
    ).first()


def hold(session: Session, assessment_ids: Collection[int]) -> None:
    """Keep others from changing these assessments until the transaction ends."""
    session.execute(select(Assessment.id).where(Assessment.id.in_(assessment_ids)).with_for_update())


def figures(session: Session, service_ids: Collection[int]) -> list[AnyRow]:
    """Every published figure of these services, with the key of its source."""
    return list(
        session.execute(
            select(
                Figure.service_id,
                Figure.measure,
                Figure.year,
                Figure.amount,
                Figure.unit,
                Figure.basis,
                FigureSource.key.label("source"),
            )
            .join(FigureSource, FigureSource.id == Figure.source_id)
            .where(Figure.service_id.in_(service_ids))
            .order_by(Figure.measure, Figure.year)
        )
    )


def own(session: Session, service_ids: Collection[int]) -> list[AnyRow]:
    """Signed-off and agreed assessments of these services, their challenges counted, newest cycle first."""
    return list(
        session.execute(
            select(
                Assessment.id,
                Assessment.status,
                Service.name.label("service"),
                Cycle.name.label("cycle"),
                func.count(Challenge.id).label("challenges"),
                func.count(Challenge.response_at).label("answered"),
                func.count(Challenge.agreed_at).label("agreed"),
            )
            .join(Service, Service.id == Assessment.service_id)
            .join(Cycle, Cycle.id == Assessment.cycle_id)
            .outerjoin(Challenge, Challenge.assessment_id == Assessment.id)
            .where(Assessment.service_id.in_(service_ids), Assessment.status.in_(SETTLED))
            .group_by(Assessment.id, Assessment.status, Service.name, Cycle.name, Cycle.opened_at)
            .order_by(Cycle.opened_at.desc(), func.lower(Service.name))
        )
    )


def newest_challenged_cycle(session: Session) -> int | None:
    """The newest cycle in which something waits for its challenge, else the newest; None without a cycle."""
    waits = (
        select(Assessment.id)
        .where(Assessment.cycle_id == Cycle.id, Assessment.status == "signed_off")
        .exists()
    )
    return session.scalars(
        select(Cycle.id).order_by(waits.desc(), Cycle.opened_at.desc(), Cycle.id.desc()).limit(1)
    ).first()
