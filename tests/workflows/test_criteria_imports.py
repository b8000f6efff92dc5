"""Values of criteria from files and from figures that are kept: looked at first, replaced, never doubled."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.errors import Conflict, Invalid, NotFound
from vfm.prioritisation.data_quality import Thresholds
from vfm.store.database import reading, transaction
from vfm.store.queries.rankings import FIGURES_ALONE
from vfm.store.tables import Event, Figure
from vfm.workflows import criteria_imports, criteria_values, data_quality, figure_changes, figure_imports
from vfm.workflows.criteria_imports import About, Preview

ABOUT = About("Budget  monitoring", "The council", "internal", "2025/26")
ROWS = (
    (2, "LIB", {"budget_variance": "4.5", "unit_cost": "0.25"}),
    (3, "ROADS", {"budget_variance": "-1"}),
    (4, "MOON", {"budget_variance": "2"}),
    (5, "WASTE", {"unit_cost": "1.5", "gone": "1"}),
)
Rows = Sequence[tuple[int, str, Mapping[str, str]]]


def _receive(engine: Engine, council: SmallCouncil, rows: Rows = ROWS, about: About = ABOUT) -> int:
    with transaction(engine) as session:
        by = council.actor("core_team")
        return criteria_imports.receive(session, rows, (), (), "values.csv", "x", about, by=by, now=NOW)


def _show(engine: Engine, import_id: int) -> Preview:
    with reading(engine) as session:
        return criteria_imports.show(session, import_id)


def _accept(
    engine: Engine, council: SmallCouncil, import_id: int, *, instead: bool = False
) -> Mapping[str, int]:
    with transaction(engine) as session:
        by = council.actor("core_team")
        return criteria_imports.accept(session, import_id, instead=instead, by=by, now=NOW)


def test_a_file_is_looked_at_taken_in_and_shown_with_its_source(
    engine: Engine, council: SmallCouncil
) -> None:
    made = rankable(engine, council)
    first = _receive(engine, council)
    view = _show(engine, first)
    assert view.counts == {"new": 4, "changed": 0, "unchanged": 0, "unknown": 1}
    assert (view.unknown, view.criteria) == (((4, "MOON"),), ("budget_variance", "unit_cost"))
    assert [(one.key, one.criterion) for one in view.odd] == [
        ("ROADS", "budget_variance"),
        ("WASTE", "unit_cost"),
    ]
    with reading(engine) as session:
        assert session.scalars(select(Figure)).all() == []
    assert _accept(engine, council, first)["new"] == 4
    assert _show(engine, first).state == "accepted"
    with pytest.raises(Conflict):
        _accept(engine, council, first)
    with reading(engine) as session:
        shown = criteria_values.show(session, "budget_variance", made.cycle_id, None, now=NOW)
    library = next(row for row in shown.rows if row.key == "LIB")
    (source,) = library.gathered["used"]
    assert (library.value, library.year) == (4.5, "2025-26")
    assert round(library.gathered["otherwise"], 2) == 2
    assert (source["publication"], source["says"]) == ("Budget monitoring", "4.5%")
    again = _receive(engine, council, ((2, "LIB", {"budget_variance": "5", "unit_cost": "0.250"}),))
    view = _show(engine, again)
    assert view.counts == {"new": 0, "changed": 1, "unchanged": 1, "unknown": 0}
    assert (view.changed[0].before, view.changed[0].amount) == (Decimal("4.5"), Decimal(5))
    _accept(engine, council, again)
    with reading(engine) as session:
        kept = session.scalars(select(Figure).where(Figure.measure == "budget_variance")).all()
        assert sorted(one.amount for one in kept) == [-1, 5]
        told = session.scalars(select(Event).where(Event.subject == "figure_import")).all()
        assert [one.verb for one in told] == ["sent figures", "took in figures"] * 2
        assert figure_imports.index(session).imports == ()


def test_figures_that_feed_it_already_are_told_and_can_give_way(
    engine: Engine, council: SmallCouncil
) -> None:
    made = rankable(engine, council)
    publish(engine, council)
    sent = _receive(engine, council, ((2, "HOME", {"expenditure_level": "40000000"}),))
    assert _show(engine, sent).besides == (("gross expenditure", "Gross", 1),)
    _accept(engine, council, sent, instead=True)
    with reading(engine) as session:
        view = criteria_values.show(session, "expenditure_level", made.cycle_id, None, now=NOW)
        assert [row.value for row in view.rows if row.key == "HOME"] == [40_000_000]
        left = session.scalars(
            select(Figure).where(Figure.measure == "gross_expenditure", Figure.feeds == "")
        )
        assert {one.service_id for one in left} == {council.services["HOME"]}


def test_what_is_not_said_of_the_source_is_asked_for(engine: Engine, council: SmallCouncil) -> None:
    with pytest.raises(Invalid) as problem:
        _receive(engine, council, about=About("x" * 301, " ", "", "soon"))
    places = [one.place for one in problem.value.problems]
    assert places == ["publisher", "licence", "year", "title"]
    with reading(engine) as session, pytest.raises(NotFound):
        criteria_imports.show(session, 99)


def test_a_discarded_file_changes_nothing(engine: Engine, council: SmallCouncil) -> None:
    sent = _receive(engine, council)
    with transaction(engine) as session:
        criteria_imports.discard(session, sent, by=None, now=NOW)
    assert _show(engine, sent).state == "discarded"
    with reading(engine) as session:
        assert session.scalars(select(Figure)).all() == []


def test_a_published_measure_feeds_a_criterion(engine: Engine, council: SmallCouncil) -> None:
    publish(engine, council)
    by = council.actor("core_team")
    with transaction(engine) as session:
        view = criteria_imports.measures(session)
        assert [(one.measure, one.services, one.feeds) for one in view.measures] == [
            ("gross_expenditure", 5, "expenditure_level"),
            ("hour_cost", 1, "unit_cost"),
            ("visit_cost", 1, "unit_cost"),
        ]
        assert criteria_imports.attach(session, "gross_expenditure", "", by=by, now=NOW) == 10
        with pytest.raises(Invalid):
            criteria_imports.attach(session, "hour_cost", "moon", by=by, now=NOW)
        with pytest.raises(NotFound):
            criteria_imports.attach(session, "moon", "unit_cost", by=by, now=NOW)
    with transaction(engine) as session:
        found = data_quality.show(session, FIGURES_ALONE, Thresholds(), now=NOW)
        assert found.services == 1
        assert (
            criteria_imports.attach(session, "gross_expenditure", "expenditure_level", by=by, now=NOW) == 10
        )
    with reading(engine) as session:
        assert data_quality.show(session, FIGURES_ALONE, Thresholds(), now=NOW).services == 5
        keys, services = criteria_imports.to_fill_in(session)
        assert ("unit_cost" in keys, services[0]) == (True, ("HOME", "Home care"))


def _figures(session: Session) -> set[tuple[Any, ...]]:
    columns = Figure.service_id, Figure.measure, Figure.year, Figure.amount, Figure.feeds
    return {tuple(row) for row in session.execute(select(*columns))}


def test_what_a_file_would_do_is_told_service_by_service(engine: Engine, council: SmallCouncil) -> None:
    """Libraries answered 2% and HOME 2%: a file says 4.5% of one, and roads have -1% of gross."""
    made = rankable(engine, council)
    publish(engine, council)
    rows = ((2, "LIB", {"budget_variance": "4.5"}), (3, "HOME", {"expenditure_level": "10000000"}))
    sent = _receive(engine, council, rows)
    with reading(engine) as session:
        beside = criteria_imports.effects(session, sent, made.cycle_id, instead=False, now=NOW)
        instead = criteria_imports.effects(session, sent, made.cycle_id, instead=True, now=NOW)
        with pytest.raises(NotFound):
            criteria_imports.effects(session, 99, None, instead=False, now=NOW)
    assert (beside.cycle.id, beside.elsewhere) == (made.cycle_id, ())
    told = {(one.key, one.criterion.key): one for one in beside.effects}
    assert len(told) == 8
    assert (told["LIB", "budget_variance"].kind, told["LIB", "budget_variance"].after) == ("changes", 4.5)
    assert (told["ROADS", "budget_variance"].kind, told["ROADS", "expenditure_level"].kind) == (
        "kept",
        "kept",
    )
    assert told["HOME", "expenditure_level"].after == 20_000_000
    home = next(
        one for one in instead.effects if (one.key, one.criterion.key) == ("HOME", "expenditure_level")
    )
    assert (home.before, home.after) == (30_000_000, 10_000_000)
    with reading(engine) as session:
        before = _figures(session)
    _accept(engine, council, sent, instead=True)
    by = council.actor("core_team")
    with transaction(engine) as session:
        (deed,) = figure_changes.history(session, "budget_variance")
        assert (deed.kind, deed.title) == ("file", "File values.csv")
        figure_changes.undo(session, deed.id, by=by, now=NOW)
    with reading(engine) as session:
        assert _figures(session) == before


def test_what_a_measure_would_do_is_told_and_taken_back(engine: Engine, council: SmallCouncil) -> None:
    made = rankable(engine, council)
    publish(engine, council)
    with reading(engine) as session:
        view = criteria_imports.would_attach(
            session, "gross_expenditure", "demand_pressure", made.cycle_id, now=NOW
        )
        same = criteria_imports.would_attach(
            session, "gross_expenditure", "expenditure_level", made.cycle_id, now=NOW
        )
        with pytest.raises(Invalid):
            criteria_imports.would_attach(session, "hour_cost", "moon", None, now=NOW)
        with pytest.raises(NotFound):
            criteria_imports.would_attach(session, "moon", "unit_cost", None, now=NOW)
    assert (view.figures, view.criterion) == (10, "demand pressure")
    kinds = {(one.key, one.criterion.key): one.kind for one in view.foreseen.effects}
    assert kinds["LIB", "demand_pressure"] == "changes"
    assert kinds["LIB", "expenditure_level"] == "changes"
    assert (same.figures, same.foreseen.effects) == (0, ())
    by = council.actor("core_team")
    with transaction(engine) as session:
        criteria_imports.attach(session, "gross_expenditure", "demand_pressure", by=by, now=NOW)
        (deed,) = figure_changes.history(session, "demand_pressure")
        assert deed.criteria == ("demand_pressure", "expenditure_level")
        figure_changes.undo(session, deed.id, by=by, now=NOW)
        feeds = session.scalars(select(Figure.feeds).where(Figure.measure == "gross_expenditure")).all()
    assert set(feeds) == {"expenditure_level"}
