"""What the pages about criteria ask of the store."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    Cycle,
    Figure,
    FigureImport,
    FigureSource,
    Person,
    PersonRole,
    Service,
    Template,
    Version,
)


class OpenedVersion(NamedTuple):
    """A version of a template that a cycle asks."""

    id: int
    template: str
    number: int
    content_hash: str


def opened_versions(session: Session) -> list[OpenedVersion]:
    """The versions that cycles ask, the newest of each template first."""
    rows = session.execute(
        select(Version.id, Template.title, Version.number, Version.content_hash)
        .join(Template, Template.id == Version.template_id)
        .where(exists().where(Cycle.version_id == Version.id, IS_ROUND))
        .order_by(Template.title, Version.number.desc())
    )
    return [OpenedVersion(*row) for row in rows]


def directors(session: Session) -> dict[int, list[str]]:
    """Service -> names of its directors who may sign in."""
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(PersonRole.service_id, Person.name)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.DIRECTOR.value, PersonRole.service_id.is_not(None), Person.is_active)
        .order_by(Person.name)
    )
    for service_id, name in rows:
        found.setdefault(service_id or 0, []).append(name)
    return found


CRITERIA = "criteria"
"""How a file of values of criteria is marked among the files of figures."""


class OpenService(NamedTuple):
    """A service that is not closed."""

    id: int
    key: str
    name: str


def open_services(session: Session) -> dict[str, OpenService]:
    """The services that are not closed, by key."""
    rows = session.execute(select(Service.id, Service.key, Service.name).where(Service.closed_on.is_(None)))
    return {row[1]: OpenService(*row) for row in rows}


def other_feeds(session: Session, criteria: Collection[str]) -> list[tuple[int, str, str]]:
    """(Service, criterion, title) of the measures that feed these criteria under another name."""
    rows = session.execute(
        select(Figure.service_id, Figure.feeds, Figure.title)
        .where(Figure.feeds.in_(criteria), Figure.measure != Figure.feeds)
        .distinct()
    )
    return [(row[0], row[1], row[2]) for row in rows]


class FedMeasure(NamedTuple):
    """A measure of services: how many of them have it, in which years, from where, and what it feeds."""

    measure: str
    title: str
    unit: str
    services: int
    first: str
    last: str
    source: str
    feeds: str
    newest_id: int


def fed_measures(session: Session) -> list[FedMeasure]:
    """Every measure that services have figures of, by title."""
    rows = session.execute(
        select(
            Figure.measure,
            func.max(Figure.title),
            func.max(Figure.unit),
            func.count(Figure.service_id.distinct()),
            func.min(Figure.year),
            func.max(Figure.year),
            func.max(FigureSource.title),
            func.max(Figure.feeds),
            func.max(Figure.id),
        )
        .join(FigureSource, FigureSource.id == Figure.source_id)
        .group_by(Figure.measure)
        .order_by(func.max(Figure.title), Figure.measure)
    )
    return [FedMeasure(*row) for row in rows]


class CriteriaImport(NamedTuple):
    """A file of values of criteria."""

    id: int
    file_name: str
    at: datetime
    by: str | None
    accepted_at: datetime | None
    discarded_at: datetime | None


def criteria_imports(session: Session) -> list[CriteriaImport]:
    """Every file of values of criteria, the newest first."""
    row = FigureImport
    rows = session.execute(
        select(row.id, row.file_name, row.at, Person.name, row.accepted_at, row.discarded_at)
        .outerjoin(Person, Person.id == row.by_id)
        .where(row.layout == CRITERIA)
        .order_by(row.id.desc())
    )
    return [CriteriaImport(*one) for one in rows]


def criteria_import(session: Session, import_id: int) -> CriteriaImport | None:
    """One of them; None where there is none."""
    return next((one for one in criteria_imports(session) if one.id == import_id), None)
