"""Figures that feed criteria: what a change of them would do, doing it, and taking it back.

The one way in which figures of services come to feed criteria once a council is set up, whether from other
councils' figures, a file, or a measure that is there already.
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from vfm.errors import Conflict, NotFound
from vfm.prioritisation import figure_changes
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.figure_changes import Effect, FigureChange, ServiceFigure
from vfm.prioritisation.figure_changes import FigureSource as Where
from vfm.store import criteria as kept
from vfm.store import events, gathering
from vfm.store.queries import figure_imports, rankings
from vfm.store.queries.priorities import FIGURES_ALONE_NAME
from vfm.store.queries.rankings import FIGURES_ALONE, Rankable
from vfm.store.tables import Figure, FigureChangeRow, FigureSource, Person, Service

NAMED = 3


def of_measures(session: Session, measures: Collection[str]) -> list[ServiceFigure]:
    """Every figure of these measures, of any year."""
    return _figures(session, Figure.measure.in_(measures))


def feeding(session: Session, criteria: Collection[str]) -> list[ServiceFigure]:
    """Every figure that feeds one of these criteria."""
    return _figures(session, Figure.feeds.in_(criteria))


def _figures(session: Session, wanted: ColumnElement[bool]) -> list[ServiceFigure]:
    rows = session.execute(
        select(Figure, FigureSource)
        .join(FigureSource, FigureSource.id == Figure.source_id)
        .where(wanted)
        .order_by(Figure.service_id, Figure.measure, Figure.year)
    )
    return [_whole(figure, source) for figure, source in rows]


def _whole(row: Figure, source: FigureSource) -> ServiceFigure:
    return ServiceFigure(
        row.service_id,
        row.measure,
        row.year,
        row.title,
        row.amount,
        row.unit,
        Where(source.title, source.publisher, source.licence),
        row.basis,
        row.line,
        row.feeds,
        row.comparison,
    )


# --- what a change would do ---------------------------------------------------------------------------------


def looked_at_in(session: Session, cycle_id: int | None) -> tuple[tuple[Rankable, ...], Rankable]:
    """(Cycles whose values can be looked at, the one chosen): the newest by default.

    Imported figures alone can always be looked at: a council may be about to take in its first.
    """
    cycles = tuple(rankings.rankable(session))
    if all(one.id != FIGURES_ALONE for one in cycles):
        count = len(rankings.open_services(session))
        cycles = (*cycles, Rankable(FIGURES_ALONE, FIGURES_ALONE_NAME, None, "", 0, count))
    return cycles, next((one for one in cycles if one.id == cycle_id), cycles[0])


def effects(
    session: Session, cycle: Rankable, keys: Collection[str], changes: Sequence[FigureChange], on: date
) -> tuple[Effect, ...]:
    """What these changes would do to the values of some criteria in a cycle, criterion by criterion.

    A criterion counts as the cycle was frozen with it, else as the list has it; others are passed over.
    """
    listed = {one.key: one for one, _ in kept.listed(session)}
    listed |= {one.key: one for one in kept.frozen(session, cycle.cycle_id) or ()}
    criteria: tuple[Criterion, ...] = tuple(one for key, one in listed.items() if key in keys)
    if not criteria:
        return ()
    before = gathering.gathered(session, cycle, criteria, on)["services"]
    after = gathering.gathered(session, cycle, criteria, on, changes)["services"]
    return figure_changes.effects(criteria, before, after, on)


# --- making a change, and taking it back --------------------------------------------------------------------


def make(
    session: Session,
    changes: Sequence[FigureChange],
    *,
    kind: str,
    title: str,
    criteria: Sequence[str],
    by_id: int | None,
    now: datetime,
) -> int:
    """Change these figures, and keep how they were; the id of what was done.

    Args:
        session: of a writing transaction.
        changes: each as its figure stands now.
        kind: comparators, file or measure.
        title: what was done, in words.
        criteria: keys of what the figures feed, or fed.
        by_id: who did it, None for the command line.
        now: when.
    """
    for change in changes:
        _write(session, change)
    content = [[one and one.as_json() for one in (change.before, change.after)] for change in changes]
    row = FigureChangeRow(
        kind=kind, title=title, criteria=list(criteria), content=content, by_id=by_id, at=now
    )
    session.add(row)
    session.flush()
    told = {"title": title, "criteria": list(criteria), "figures": len(changes)}
    events.record(session, "fed", "figure_change", row.id, by_id=by_id, now=now, after=told)
    return row.id


def _write(session: Session, change: FigureChange) -> None:
    service_id, measure, year = change.place
    row = _row(session, service_id, measure, year)
    after = change.after
    if after is None:
        if row is not None:
            session.delete(row)
            session.flush()
        return
    where = source_id(session, after.source)
    if row is None:
        row = Figure(service_id=service_id, measure=measure, year=year)
        session.add(row)
    row.title, row.amount, row.unit, row.basis = after.title, after.amount, after.unit, after.basis
    row.line, row.feeds, row.comparison = after.line, after.feeds, dict(after.comparison or {})
    row.source_id = where
    session.flush()


def _row(session: Session, service_id: int, measure: str, year: str) -> Figure | None:
    wanted = Figure.service_id == service_id, Figure.measure == measure, Figure.year == year
    return session.scalars(select(Figure).where(*wanted)).first()


def source_id(session: Session, where: Where) -> int:
    """The id of the source with these words; kept where there is none yet."""
    found = figure_imports.source(session, where.title, where.publisher, where.licence)
    if found is not None:
        return found
    taken = figure_imports.source_keys(session)
    key = "-".join(re.findall(r"[a-z0-9]+", where.title.lower()))[:60] or "source"
    name = next(one for number in range(1, len(taken) + 2) if (one := f"{key}-{number}") not in taken)
    row = FigureSource(key=name, title=where.title, publisher=where.publisher, licence=where.licence)
    session.add(row)
    session.flush()
    return row.id


class Made(NamedTuple):
    """One deed that changed figures which feed criteria; `undone_at` is None while it stands."""

    id: int
    kind: str
    title: str
    criteria: tuple[str, ...]
    by: str
    at: datetime
    undone_by: str
    undone_at: datetime | None


def made(session: Session) -> list[Made]:
    """Every deed, the newest first."""
    row, undoer = FigureChangeRow, aliased(Person)
    rows = session.execute(
        select(row.id, row.kind, row.title, row.criteria, Person.name, row.at, undoer.name, row.undone_at)
        .outerjoin(Person, Person.id == row.by_id)
        .outerjoin(undoer, undoer.id == row.undone_by_id)
        .order_by(row.id.desc())
    )
    return [
        Made(one[0], one[1], one[2], tuple(one[3]), one[4] or "Command line", one[5], one[6] or "", one[7])
        for one in rows
    ]


def undo(session: Session, change_id: int, *, by_id: int, now: datetime) -> FigureChangeRow:
    """Put every figure of a deed back as it was before.

    Raises:
        NotFound: there is no such deed.
        Conflict: it was taken back already, or some of its figures changed since.
    """
    row = session.get(FigureChangeRow, change_id, with_for_update=True)
    if row is None:
        raise NotFound(f"figure change {change_id}")
    if row.undone_at is not None:
        raise Conflict("This was taken back already.")
    changes = [
        FigureChange(*(one and ServiceFigure.from_json(one) for one in pair)).turned_back
        for pair in row.content
    ]
    places = {change.place for change in changes}
    here = {one.place: one for one in of_measures(session, {measure for _, measure, _ in places})}
    others = [change.place for change in changes if here.get(change.place) != change.before]
    if others:
        raise Conflict(_changed_since(session, [service_id for service_id, _, _ in others]))
    for change in changes:
        _write(session, change)
    row.undone_by_id, row.undone_at = by_id, now
    session.flush()
    told = {"title": row.title, "figures": len(changes)}
    events.record(session, "took back", "figure_change", row.id, by_id=by_id, now=now, before=told)
    return row


def _changed_since(session: Session, service_ids: Sequence[int]) -> str:
    """Why it cannot be taken back, with the services by name."""
    names = session.scalars(
        select(Service.name).where(Service.id.in_(service_ids)).order_by(Service.name)
    ).all()
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return (
        f"Figures of {', '.join(names[:NAMED])}{more} were changed since by something else. "
        "Take that back first, or leave this as it is."
    )
