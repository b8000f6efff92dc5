"""Cohorts: what all services of a cycle answered, and what is published of them."""

from collections.abc import Collection

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from vfm.store.queries.results import AnyRow
from vfm.store.tables import Assessment, Figure, FigureSource, ScorecardRow


def questions(session: Session, scorecard_ids: Collection[int]) -> list[AnyRow]:
    """(scorecard, its questions as it holds them) of each."""
    wanted = select(ScorecardRow.id, ScorecardRow.content["questions"].label("questions"))
    return list(session.execute(wanted.where(ScorecardRow.id.in_(scorecard_ids))))


def sections(session: Session, scorecard_ids: Collection[int]) -> list[AnyRow]:
    """(scorecard, its sections as it holds them) of each."""
    wanted = select(ScorecardRow.id, ScorecardRow.content["sections"].label("sections"))
    return list(session.execute(wanted.where(ScorecardRow.id.in_(scorecard_ids))))


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
