"""Comparators: groups of councils, the measures beside services, and the figures of everybody."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    AreaFigure,
    Assessment,
    Authority,
    ComparatorGroup,
    ComparatorMember,
    Council,
    Cycle,
    Directorate,
    Division,
    FigureSource,
    Measure,
    Person,
    ScorecardRow,
    Service,
    ServiceMeasure,
    Template,
    Version,
)

_AREA = (Authority.id, Authority.code, Authority.name, Authority.kind, Authority.region)


def own(session: Session) -> AnyRow | None:
    """The council itself as published figures know it; None while it has not said its code."""
    return session.execute(select(*_AREA).join(Council, Council.authority_code == Authority.code)).first()


def areas(session: Session) -> list[AnyRow]:
    """(id, code, name, kind, region) of every area, by name."""
    return list(session.execute(select(*_AREA).order_by(Authority.name)))


def found(session: Session, words: str, most: int) -> list[AnyRow]:
    """The councils whose name or code has these words, by name; no regions."""
    pattern = f"%{words.lower()}%"
    return list(
        session.execute(
            select(*_AREA)
            .where(
                or_(func.lower(Authority.name).like(pattern), func.lower(Authority.code).like(pattern)),
                Authority.kind.not_in(("Region", "Country")),
            )
            .order_by(Authority.name)
            .limit(most)
        )
    )


# --- groups ----------------------------------------------------------------------------------------------

Of = aliased(Authority)


def _groups() -> Select:
    count = (
        select(func.count())
        .where(ComparatorMember.group_id == ComparatorGroup.id)
        .correlate(ComparatorGroup)
        .scalar_subquery()
    )
    return (
        select(
            ComparatorGroup.id,
            ComparatorGroup.name,
            ComparatorGroup.kind,
            ComparatorGroup.of_id,
            Of.name.label("of_name"),
            ComparatorGroup.year,
            ComparatorGroup.reason,
            ComparatorGroup.revision,
            ComparatorGroup.at,
            ComparatorGroup.withdrawn_at,
            FigureSource.title.label("source"),
            FigureSource.publisher,
            FigureSource.licence,
            Person.name.label("by"),
            count.label("count"),
        )
        .outerjoin(Of, Of.id == ComparatorGroup.of_id)
        .outerjoin(FigureSource, FigureSource.id == ComparatorGroup.source_id)
        .outerjoin(Person, Person.id == ComparatorGroup.by_id)
        .order_by(ComparatorGroup.kind.desc(), func.lower(ComparatorGroup.name), ComparatorGroup.id)
    )


def groups(session: Session, own_id: int | None) -> list[AnyRow]:
    """The council's own choices and its own neighbours, withdrawn ones too."""
    mine = or_(ComparatorGroup.of_id.is_(None), ComparatorGroup.of_id == own_id)
    return list(session.execute(_groups().where(mine)))


def group(session: Session, group_id: int) -> AnyRow | None:
    """One group; None when there is none."""
    return session.execute(_groups().where(ComparatorGroup.id == group_id)).first()


def group_row(session: Session, group_id: int) -> ComparatorGroup | None:
    """The row of a group, locked until the transaction ends."""
    return session.scalars(
        select(ComparatorGroup).where(ComparatorGroup.id == group_id).with_for_update()
    ).first()


def others_of(session: Session) -> int:
    """How many groups of neighbours of other councils are kept."""
    return (
        session.scalar(
            select(func.count()).select_from(ComparatorGroup).where(ComparatorGroup.of_id.is_not(None))
        )
        or 0
    )


def members(session: Session, group_ids: Collection[int]) -> list[AnyRow]:
    """(group, area, code, name, kind, region, rank) of these groups, the most alike first, then by name."""
    return list(
        session.execute(
            select(
                ComparatorMember.group_id,
                Authority.id,
                Authority.code,
                Authority.name,
                Authority.kind,
                Authority.region,
                ComparatorMember.rank,
            )
            .join(Authority, Authority.id == ComparatorMember.authority_id)
            .where(ComparatorMember.group_id.in_(group_ids))
            .order_by(ComparatorMember.rank.is_(None), ComparatorMember.rank, Authority.name)
        )
    )


def used_by(session: Session, group_id: int) -> list[AnyRow]:
    """(service, name) of the services that usually compare with a group."""
    return list(
        session.execute(
            select(Service.id, Service.name)
            .join(ServiceMeasure, ServiceMeasure.service_id == Service.id)
            .where(ServiceMeasure.group_id == group_id)
            .distinct()
            .order_by(Service.name)
        )
    )


# --- measures beside services ----------------------------------------------------------------------------

Per = aliased(Measure)


def service_measures(session: Session, service_ids: Collection[int] | None) -> list[AnyRow]:
    """The measures beside services (None: of every one), each with what it is divided by."""
    wanted = (
        select(
            ServiceMeasure.id,
            ServiceMeasure.service_id,
            ServiceMeasure.measure_id,
            ServiceMeasure.per_id,
            ServiceMeasure.group_id,
            ServiceMeasure.section,
            Measure.key,
            Measure.title,
            Measure.unit,
            Measure.polarity,
            Measure.topic,
            Measure.definition,
            Per.key.label("per_key"),
            Per.title.label("per_title"),
            Per.unit.label("per_unit"),
            Per.definition.label("per_definition"),
            Service.key.label("service_key"),
            Service.name.label("service"),
            Directorate.name.label("directorate"),
        )
        .join(Measure, Measure.id == ServiceMeasure.measure_id)
        .outerjoin(Per, Per.id == ServiceMeasure.per_id)
        .join(Service, Service.id == ServiceMeasure.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.closed_on.is_(None) if service_ids is None else Service.id.in_(service_ids))
        .order_by(func.lower(Service.name), ServiceMeasure.id)
    )
    return list(session.execute(wanted))


def choosable(session: Session, words: str, most: int) -> list[AnyRow]:
    """(id, key, title, unit) of the measures that have figures and whose title or key has these words."""
    pattern = f"%{words.lower()}%"
    with_figures = select(AreaFigure.measure_id).distinct().subquery()
    return list(
        session.execute(
            select(Measure.id, Measure.key, Measure.title, Measure.unit)
            .join(with_figures, with_figures.c.measure_id == Measure.id)
            .where(or_(func.lower(Measure.title).like(pattern), func.lower(Measure.key).like(pattern)))
            .order_by(Measure.title)
            .limit(most)
        )
    )


def measure(session: Session, measure_id: int) -> AnyRow | None:
    """(id, key, title, unit) of one measure; None when there is none."""
    return session.execute(
        select(Measure.id, Measure.key, Measure.title, Measure.unit).where(Measure.id == measure_id)
    ).first()


def link(session: Session, service_id: int, link_id: int) -> ServiceMeasure | None:
    """The row of one measure beside a service."""
    return session.scalars(
        select(ServiceMeasure).where(ServiceMeasure.id == link_id, ServiceMeasure.service_id == service_id)
    ).first()


def service(session: Session, service_id: int) -> AnyRow | None:
    """(id, key, name, directorate) of one service; None when there is none."""
    return session.execute(
        select(Service.id, Service.key, Service.name, Directorate.name.label("directorate"))
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .where(Service.id == service_id)
    ).first()


# --- figures ---------------------------------------------------------------------------------------------

_FIGURE = (
    AreaFigure.measure_id,
    AreaFigure.year,
    AreaFigure.authority_id,
    AreaFigure.amount,
    AreaFigure.basis,
    AreaFigure.source_id,
)


def figures(session: Session, measure_ids: Collection[int]) -> list[AnyRow]:
    """Every figure of these measures that has an amount, an earlier year first."""
    return list(
        session.execute(
            select(*_FIGURE)
            .where(AreaFigure.measure_id.in_(measure_ids), AreaFigure.amount.is_not(None))
            .order_by(AreaFigure.year)
        )
    )


def own_figures(session: Session, measure_ids: Collection[int], own_id: int) -> list[AnyRow]:
    """The same of one council alone."""
    return list(
        session.execute(
            select(*_FIGURE)
            .where(
                AreaFigure.measure_id.in_(measure_ids),
                AreaFigure.authority_id == own_id,
                AreaFigure.amount.is_not(None),
            )
            .order_by(AreaFigure.year)
        )
    )


def figures_of_years(session: Session, wanted: Mapping[str, Collection[int]]) -> list[AnyRow]:
    """The figures of some measures in each year: year -> measures."""
    if not wanted:
        return []
    places = [
        and_(AreaFigure.year == year, AreaFigure.measure_id.in_(measures))
        for year, measures in wanted.items()
    ]
    return list(session.execute(select(*_FIGURE).where(or_(*places), AreaFigure.amount.is_not(None))))


def sources(session: Session, source_ids: Collection[int]) -> dict[int, AnyRow]:
    """Source -> (id, title, publisher, licence)."""
    rows = session.execute(
        select(FigureSource.id, FigureSource.title, FigureSource.publisher, FigureSource.licence).where(
            FigureSource.id.in_(source_ids)
        )
    )
    return {row.id: row for row in rows}


# --- scores ----------------------------------------------------------------------------------------------


def scores(session: Session, service_ids: Collection[int] | None) -> list[AnyRow]:
    """The self and agreed results of rollouts, of these services (None: of every one), the newest first."""
    wanted = (
        select(
            Assessment.service_id,
            Assessment.id,
            Assessment.status,
            Assessment.version_id,
            Version.content_hash,
            Template.title.label("template"),
            Cycle.name.label("cycle"),
            ScorecardRow.kind,
            ScorecardRow.outline,
        )
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Template, Template.id == Version.template_id)
        .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
        .where(
            Cycle.kind == "rollout", Assessment.status != "open", ScorecardRow.kind.in_(("self", "agreed"))
        )
        .order_by(Cycle.opened_at.desc(), Assessment.id.desc(), ScorecardRow.number.desc())
    )
    if service_ids is not None:
        wanted = wanted.where(Assessment.service_id.in_(service_ids))
    return list(session.execute(wanted))
