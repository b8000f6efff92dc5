"""Calibration sessions: which there are, who rates what, and what was settled."""

from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from vfm.roles import Role
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    Assessment,
    Calibration,
    CalibrationItem,
    CalibrationRater,
    CalibrationRating,
    Cycle,
    Directorate,
    Division,
    Person,
    PersonRole,
    Service,
    Template,
    Version,
)

Closer = aliased(Person)
Settler = aliased(Person)


def _count(of: type[CalibrationItem] | type[CalibrationRater], *more: ColumnElement[bool]) -> Any:
    counted = select(func.count()).where(of.calibration_id == Calibration.id, *more)
    return counted.correlate(Calibration).scalar_subquery()


_HEADS: Select[*tuple[Any, ...]] = (
    select(
        Calibration.id,
        Calibration.name,
        Calibration.held_on,
        Calibration.note,
        Calibration.sample,
        Calibration.hides_scores,
        Calibration.at,
        Calibration.compared_at,
        Calibration.closed_at,
        Calibration.cycle_id,
        Person.name.label("by"),
        Closer.name.label("closed_by"),
        Cycle.name.label("cycle"),
        Cycle.version_id,
        Version.content_hash,
        Template.title.label("template"),
        _count(CalibrationItem).label("items"),
        _count(CalibrationItem, CalibrationItem.after.is_not(None)).label("settled"),
        _count(CalibrationRater).label("raters"),
        _count(CalibrationRater, CalibrationRater.finished_at.is_not(None)).label("finished"),
    )
    .join(Person, Person.id == Calibration.by_id)
    .outerjoin(Closer, Closer.id == Calibration.closed_by_id)
    .join(Cycle, Cycle.id == Calibration.cycle_id)
    .join(Version, Version.id == Cycle.version_id)
    .join(Template, Template.id == Version.template_id)
)


def heads(session: Session) -> list[AnyRow]:
    """Every session with its counts, the newest first."""
    return list(session.execute(_HEADS.order_by(Calibration.held_on.desc(), Calibration.id.desc())))


def head(session: Session, calibration_id: int) -> AnyRow | None:
    """One session; None when there is none."""
    return session.execute(_HEADS.where(Calibration.id == calibration_id)).first()


def to_change(session: Session, calibration_id: int) -> Calibration | None:
    """One session, held until the transaction ends; None when there is none."""
    return session.scalars(
        select(Calibration).where(Calibration.id == calibration_id).with_for_update()
    ).first()


def mine(session: Session, person_id: int) -> set[int]:
    """The sessions in which somebody rates."""
    return set(
        session.scalars(
            select(CalibrationRater.calibration_id).where(CalibrationRater.person_id == person_id)
        )
    )


def items(session: Session, calibration_id: int) -> list[AnyRow]:
    """The answers of a session with their service, in the order in which they were drawn."""
    return list(
        session.execute(
            select(
                CalibrationItem.id,
                CalibrationItem.assessment_id,
                CalibrationItem.question_key,
                CalibrationItem.before,
                CalibrationItem.stood_as,
                CalibrationItem.after,
                CalibrationItem.reason,
                CalibrationItem.at,
                Settler.name.label("by"),
                Assessment.status,
                Assessment.service_id,
                Service.name.label("service"),
                Directorate.name.label("directorate"),
            )
            .join(Assessment, Assessment.id == CalibrationItem.assessment_id)
            .join(Service, Service.id == Assessment.service_id)
            .join(Division, Division.id == Service.division_id)
            .join(Directorate, Directorate.id == Division.directorate_id)
            .outerjoin(Settler, Settler.id == CalibrationItem.by_id)
            .where(CalibrationItem.calibration_id == calibration_id)
            .order_by(CalibrationItem.id)
        )
    )


def raters(session: Session, calibration_id: int) -> list[AnyRow]:
    """(person id, name, finished at) of those who rate, by name."""
    return list(
        session.execute(
            select(CalibrationRater.person_id, Person.name, CalibrationRater.finished_at)
            .join(Person, Person.id == CalibrationRater.person_id)
            .where(CalibrationRater.calibration_id == calibration_id)
            .order_by(Person.name, Person.id)
        )
    )


def ratings(session: Session, calibration_id: int, person_id: int | None = None) -> list[AnyRow]:
    """(item, person, content, note, revision) of a session, or of one person alone."""
    asked = (
        select(
            CalibrationRating.item_id,
            CalibrationRating.person_id,
            CalibrationRating.content,
            CalibrationRating.note,
            CalibrationRating.revision,
        )
        .join(CalibrationItem, CalibrationItem.id == CalibrationRating.item_id)
        .where(CalibrationItem.calibration_id == calibration_id)
    )
    if person_id is not None:
        asked = asked.where(CalibrationRating.person_id == person_id)
    return list(session.execute(asked))


def rating(session: Session, item_id: int, person_id: int) -> CalibrationRating | None:
    """What one person makes of one answer, to be changed; None when they have not rated it."""
    return session.scalars(
        select(CalibrationRating).where(
            CalibrationRating.item_id == item_id, CalibrationRating.person_id == person_id
        )
    ).first()


def could_rate(session: Session) -> list[AnyRow]:
    """(id, name) of everybody who challenges, by name."""
    asked = (
        select(Person.id, Person.name)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.is_active, PersonRole.role.in_([Role.CORE_TEAM.value, Role.CHALLENGER.value]))
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return list(session.execute(asked))


def directed(session: Session, calibration_id: int) -> set[tuple[int, int]]:
    """(rater, service) of every rater who directs a service of the session, and so does not rate it."""
    rows = session.execute(
        select(PersonRole.person_id, PersonRole.service_id)
        .join(CalibrationRater, CalibrationRater.person_id == PersonRole.person_id)
        .where(
            CalibrationRater.calibration_id == calibration_id,
            PersonRole.role == Role.DIRECTOR.value,
            PersonRole.service_id.is_not(None),
        )
    )
    return {(person_id, service_id) for person_id, service_id in rows if service_id is not None}
