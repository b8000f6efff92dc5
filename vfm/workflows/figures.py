"""Published figures: taken in whole, each with its source; a figure taken in again replaces itself."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from vfm.errors import Invalid, Problem
from vfm.roles import Actor
from vfm.store import events
from vfm.store.tables import Figure, FigureSource, Service


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from, in the words shown beside each of them."""

    key: str
    title: str
    publisher: str
    licence: str


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One figure of one service; `comparison` as `vfm.store.tables.Figure` describes it."""

    service_key: str
    measure: str
    title: str
    year: str
    amount: Decimal
    unit: str
    basis: str
    source_key: str
    line: str = ""
    feeds: str = ""
    comparison: dict[str, Any] = field(default_factory=dict)


def load(
    session: Session,
    sources: list[Source],
    figures: list[PublishedFigure],
    *,
    by: Actor | None,
    now: datetime,
) -> int:
    """Take in sources and figures, all or none; the number of figures kept.

    Raises:
        Invalid: a figure names a service or source that is not there; every one is listed.
    """
    services = dict(iter(session.execute(select(Service.key, Service.id))))
    source_ids = {source.key: _keep_source(session, source) for source in sources}
    problems = [
        Problem(
            figure.service_key, f"There is no service with this key (figure {figure.measure}, {figure.year})."
        )
        for figure in figures
        if figure.service_key not in services
    ] + [
        Problem(
            figure.source_key, f"There is no source with this key (figure {figure.measure}, {figure.year})."
        )
        for figure in figures
        if figure.source_key not in source_ids
    ]
    if problems:
        raise Invalid(problems)
    for measure, year in {(figure.measure, figure.year) for figure in figures}:
        session.execute(delete(Figure).where(Figure.measure == measure, Figure.year == year))
    if figures:
        session.execute(insert(Figure), [_row(figure, services, source_ids) for figure in figures])
    after = {"sources": sorted(source_ids), "figures": len(figures)}
    events.record(session, "took in figures", "council", 1, by_id=by.id if by else None, now=now, after=after)
    return len(figures)


def _keep_source(session: Session, source: Source) -> int:
    row = session.scalars(select(FigureSource).where(FigureSource.key == source.key)).first()
    if row is None:
        row = FigureSource(key=source.key)
        session.add(row)
    row.title, row.publisher, row.licence = source.title, source.publisher, source.licence
    session.flush()
    return row.id


def _row(figure: PublishedFigure, services: dict[str, int], sources: dict[str, int]) -> dict[str, Any]:
    return {
        "service_id": services[figure.service_key],
        "measure": figure.measure,
        "title": figure.title,
        "year": figure.year,
        "amount": figure.amount,
        "unit": figure.unit,
        "basis": figure.basis,
        "source_id": sources[figure.source_key],
        "line": figure.line,
        "feeds": figure.feeds,
        "comparison": figure.comparison,
    }
