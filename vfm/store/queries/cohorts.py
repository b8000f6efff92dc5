"""Cohorts: what all services of a cycle answered, and what is published of them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import String, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from vfm.store.queries.results import AnyRow
from vfm.store.tables import Assessment, Figure, FigureSource, ScorecardRow

Newer = aliased(ScorecardRow)


def questions(
    session: Session, cycle_id: int, service_ids: Collection[int] | None
) -> dict[int, list[dict[str, Any]]]:
    """Assessment -> the questions of the result that counts, as its scorecard holds them.

    Agreed where the assessment is, else self, the newest; an assessment that is open has none. Only these
    services; None means all.
    """
    kind = case((Assessment.status == "agreed", "agreed"), else_="self")
    newest = (
        select(func.max(Newer.number))
        .where(Newer.assessment_id == ScorecardRow.assessment_id, Newer.kind == ScorecardRow.kind)
        .correlate(ScorecardRow)
        .scalar_subquery()
    )
    wanted = (
        select(Assessment.id, ScorecardRow.content["questions"])
        .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
        .where(
            Assessment.cycle_id == cycle_id,
            Assessment.status != "open",
            ScorecardRow.kind == kind,
            ScorecardRow.number == newest,
        )
    )
    if service_ids is not None:
        wanted = wanted.where(Assessment.service_id.in_(service_ids))
    return {row[0]: row[1] for row in session.execute(wanted)}


def compared_figures(session: Session, cycle_id: int, service_ids: Collection[int] | None) -> list[AnyRow]:
    """The figures of a cycle's services that say which share of their comparators is ahead, by year.

    Only these services; None means all.
    """
    wanted = (
        select(
            Figure.service_id,
            Figure.measure,
            Figure.title,
            Figure.year,
            Figure.amount,
            Figure.unit,
            Figure.basis,
            FigureSource.title.label("source"),
            Figure.line,
            Figure.feeds,
            Figure.comparison,
        )
        .join(FigureSource, FigureSource.id == Figure.source_id)
        .join(Assessment, Assessment.service_id == Figure.service_id)
        .where(Assessment.cycle_id == cycle_id, cast(Figure.comparison, String).like('%"share_%'))
        .order_by(Figure.service_id, Figure.measure, Figure.year)
    )
    if service_ids is not None:
        wanted = wanted.where(Figure.service_id.in_(service_ids))
    return list(session.execute(wanted))
