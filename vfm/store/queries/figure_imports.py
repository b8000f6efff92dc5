"""Imports of published figures: the areas, measures and figures that are known, and the files so far."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.store.queries.criteria import CRITERIA as OF_CRITERIA
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    AreaFigure,
    Authority,
    ComparatorGroup,
    ComparatorMember,
    FigureImport,
    FigureSource,
    Measure,
    Person,
)


def authorities(session: Session) -> list[AnyRow]:
    """Every area: (id, code, name, kind, region, la_number, former)."""
    return list(
        session.execute(
            select(
                Authority.id,
                Authority.code,
                Authority.name,
                Authority.kind,
                Authority.region,
                Authority.la_number,
                Authority.former,
            ).order_by(Authority.id)
        )
    )


def measures(session: Session) -> list[AnyRow]:
    """Every measure: (id, key, title, unit, polarity, topic, definition)."""
    return list(
        session.execute(
            select(
                Measure.id,
                Measure.key,
                Measure.title,
                Measure.unit,
                Measure.polarity,
                Measure.topic,
                Measure.definition,
            ).order_by(Measure.id)
        )
    )


def figures(session: Session, measure_ids: Collection[int]) -> list[AnyRow]:
    """(id, measure, year, authority, amount) of every figure of these measures."""
    return list(
        session.execute(
            select(
                AreaFigure.id,
                AreaFigure.measure_id,
                AreaFigure.year,
                AreaFigure.authority_id,
                AreaFigure.amount,
            ).where(AreaFigure.measure_id.in_(measure_ids))
        )
    )


def source(session: Session, title: str, publisher: str, licence: str) -> int | None:
    """The id of the source with these words; None where there is none yet."""
    return session.scalar(
        select(FigureSource.id).where(
            FigureSource.title == title, FigureSource.publisher == publisher, FigureSource.licence == licence
        )
    )


_IMPORT = (
    FigureImport.id,
    FigureImport.layout,
    FigureImport.file_name,
    FigureImport.summary["counts"].label("counts"),
    FigureImport.at,
    FigureImport.accepted_at,
    FigureImport.discarded_at,
    Person.name.label("by"),
)


def imports(session: Session) -> list[AnyRow]:
    """Every file that was sent, the newest first, with its counts and who sent it."""
    return list(
        session.execute(
            select(*_IMPORT)
            .outerjoin(Person, Person.id == FigureImport.by_id)
            .where(FigureImport.layout != OF_CRITERIA)
            .order_by(FigureImport.id.desc())
        )
    )


def one(session: Session, import_id: int) -> AnyRow | None:
    """One file with its whole summary; None when there is none."""
    return session.execute(
        select(*_IMPORT, FigureImport.summary)
        .outerjoin(Person, Person.id == FigureImport.by_id)
        .where(FigureImport.id == import_id, FigureImport.layout != OF_CRITERIA)
    ).first()


def for_change(session: Session, import_id: int) -> FigureImport | None:
    """The row of one file, locked until the transaction ends."""
    wanted = FigureImport.id == import_id, FigureImport.layout != OF_CRITERIA
    return session.scalars(select(FigureImport).where(*wanted).with_for_update()).first()


def kept(session: Session) -> list[AnyRow]:
    """(title, key, unit, first year, last year, how many figures, source) of each measure with figures."""
    return list(
        session.execute(
            select(
                Measure.title,
                Measure.key,
                Measure.unit,
                func.min(AreaFigure.year).label("first"),
                func.max(AreaFigure.year).label("last"),
                func.count().label("count"),
                func.max(FigureSource.title).label("source"),
            )
            .join(Measure, Measure.id == AreaFigure.measure_id)
            .join(FigureSource, FigureSource.id == AreaFigure.source_id)
            .group_by(Measure.id, Measure.title, Measure.key, Measure.unit)
            .order_by(Measure.title)
        )
    )


def count_authorities(session: Session) -> int:
    """How many areas are known."""
    return session.scalar(select(func.count()).select_from(Authority)) or 0


def source_keys(session: Session) -> set[str]:
    """The keys of every source."""
    return set(session.scalars(select(FigureSource.key)))


def groups_of(session: Session, kind: str) -> list[AnyRow]:
    """(id, whose) of the groups of neighbours of a kind."""
    return list(
        session.execute(
            select(ComparatorGroup.id, ComparatorGroup.of_id).where(
                ComparatorGroup.kind == kind, ComparatorGroup.of_id.is_not(None)
            )
        )
    )


def group_rows(session: Session, kind: str) -> list[ComparatorGroup]:
    """The same, to be changed."""
    return list(
        session.scalars(
            select(ComparatorGroup).where(ComparatorGroup.kind == kind, ComparatorGroup.of_id.is_not(None))
        )
    )


def members(session: Session, group_ids: Collection[int]) -> list[AnyRow]:
    """(group, authority, rank) of every member of these groups."""
    return list(
        session.execute(
            select(ComparatorMember.group_id, ComparatorMember.authority_id, ComparatorMember.rank).where(
                ComparatorMember.group_id.in_(group_ids)
            )
        )
    )


def measure_rows(session: Session) -> list[Measure]:
    """Every measure, to be changed."""
    return list(session.scalars(select(Measure)))


def authority_rows(session: Session) -> list[Authority]:
    """Every area, to be changed."""
    return list(session.scalars(select(Authority)))
