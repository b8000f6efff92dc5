"""Feeding a criterion from published figures: looked at, kept with its source and taken back."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from tests.compared import Compared, compared
from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.errors import Conflict, Invalid, NotFound
from vfm.prioritisation.figure_changes import sentence
from vfm.store.database import reading, transaction
from vfm.store.queries.rankings import FIGURES_ALONE
from vfm.store.tables import AreaFigure, Council, Event, Figure, FigureSource
from vfm.workflows import criteria_feeds, criteria_values, figure_changes
from vfm.workflows.criteria_feeds import Choice, Preview

PER_VISIT = "lib_cost/lib_visits"


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Compared:
    rankable(engine, council)
    with transaction(engine) as session:
        return compared(session, council, by=council.actor("core_team"))


def _look(
    engine: Engine, choice: Choice | None = None, key: str = "unit_cost", cycle: int | None = None
) -> Preview:
    with reading(engine) as session:
        return criteria_feeds.preview(session, key, choice or Choice(), cycle, now=NOW)


def _feed(engine: Engine, council: SmallCouncil, choice: Choice | None = None, key: str = "unit_cost") -> int:
    seen = _look(engine, choice, key).seen
    with transaction(engine) as session:
        by = council.actor("core_team")
        return criteria_feeds.feed(session, key, choice or Choice(), seen, by=by, now=NOW)


def _value(engine: Engine, service: str, key: str = "unit_cost") -> criteria_values.ServiceValue:
    with reading(engine) as session:
        view = criteria_values.show(session, key, None, None, now=NOW)
    return next(row for row in view.rows if row.key == service)


def _kept(engine: Engine) -> list[tuple[object, ...]]:
    with reading(engine) as session:
        rows = session.execute(
            select(
                Figure.service_id,
                Figure.measure,
                Figure.year,
                Figure.amount,
                Figure.feeds,
                FigureSource.title,
            )
            .join(FigureSource, FigureSource.id == Figure.source_id)
            .order_by(Figure.service_id, Figure.measure, Figure.year)
        )
        return [tuple(row) for row in rows]


def test_a_share_of_the_group_by_hand(engine: Engine, council: SmallCouncil, made: Compared) -> None:
    """Libraries cost 3 a visit; of the small coasts Ashby pays 2 and Boltham 3: half are cheaper."""
    view = _look(engine)
    assert [(one.key, one.services, one.is_chosen) for one in view.measures] == [(PER_VISIT, 1, True)]
    assert sentence(view.effects) == "0 of 4 services would gain a value; 1 would change; 3 keep their value."
    changed = next(one for one in view.effects if one.kind == "changes")
    assert (changed.key, changed.before, changed.after) == ("LIB", 0.625, 0.5)
    (row,) = view.comparators
    assert (row.group, row.counted, row.missing) == ("Small coasts, 2025", 2, ())
    told = {(one.service, one.measure): one.why for one in view.without}
    assert told["Libraries", "Spending on libraries"].startswith("A total grows with the size")
    assert told["Home care", ""] == "No measure of other councils stands beside this service."
    assert (view.figures, view.stopped, _kept(engine)) == (1, 0, [])


def test_it_is_kept_with_its_source_and_taken_back(
    engine: Engine, council: SmallCouncil, made: Compared
) -> None:
    assert _feed(engine, council) == 1
    library = _value(engine, "LIB")
    (source,) = library.gathered["used"]
    assert (library.value, library.gathered["otherwise"], source["year"]) == (0.5, 0.625, "2024-25")
    assert (source["publisher"], source["licence"]) == ("A department", "Open Government Licence v3.0")
    assert source["says"].startswith("£3 per visit; 50% of 2 councils in “Small coasts” are cheaper")
    assert [list(one) for one in source["others"]] == [["Ashby", "£2 per visit"], ["Boltham", "£3 per visit"]]
    assert not _look(engine).figures
    with pytest.raises(Invalid, match="Nothing would change"):
        _feed(engine, council)
    with transaction(engine) as session:
        (deed,) = figure_changes.history(session, "unit_cost")
        by = council.actor("core_team")
        assert figure_changes.undo(session, deed.id, by=by, now=NOW)[1] == ("unit_cost",)
        with pytest.raises(Conflict, match="already"):
            figure_changes.undo(session, deed.id, by=by, now=NOW)
        with pytest.raises(NotFound):
            figure_changes.undo(session, 99, by=by, now=NOW)
    assert (_value(engine, "LIB").value, _kept(engine)) == (0.625, [])
    with reading(engine) as session:
        (deed,) = figure_changes.history(session, "unit_cost")
        assert (deed.undone_by, deed.undone_at) == (council.actor("core_team").name, NOW)
        events = session.scalars(
            select(Event.verb).where(Event.subject == "figure_change").order_by(Event.id)
        )
        assert list(events) == ["fed", "took back"]


def test_another_group_and_what_it_has_no_figure_of(
    engine: Engine, council: SmallCouncil, made: Compared
) -> None:
    """Of the neighbours Ashby pays 2, Boltham 3, Camden Vale 4; Denby has no figure: a third is cheaper."""
    view = _look(engine, Choice(group=str(made.neighbours)))
    assert view.comparators[0].missing == ("Denby",)
    assert next(one for one in view.effects if one.key == "LIB").after == pytest.approx(1 / 3)
    with transaction(engine) as session:
        ids = [made.areas["Ashby"], made.areas["Boltham"]]
        for row in session.scalars(select(AreaFigure).where(AreaFigure.authority_id.in_(ids))):
            row.amount = None
    view = _look(engine)
    assert (view.figures, view.comparators) == (0, ())
    whys = [one.why for one in view.without if one.measure]
    assert "No council of “Small coasts” has a figure for 2024-25." in whys


def test_figures_that_feed_it_stay_give_way_or_stand_beside(
    engine: Engine, council: SmallCouncil, made: Compared
) -> None:
    with transaction(engine) as session:
        source = FigureSource(key="S", title="A survey", publisher="A body", licence="OGL")
        session.add(source)
        session.flush()
        session.add(
            Figure(
                service_id=council.services["LIB"], measure="loan_cost", year="2022-23",
                title="Cost of a loan",
                amount=Decimal(9), unit="GBP per loan", basis="cash", source_id=source.id, feeds="unit_cost",
                comparison={"share_cheaper": "0.9", "counted": "10"},
            )
        )  # fmt: skip
    before = _kept(engine)
    assert (_look(engine).figures, _value(engine, "LIB").value) == (0, 0.9)
    beside, instead = (_look(engine, Choice(mode=mode)) for mode in ("beside", "instead"))
    assert [next(e for e in view.effects if e.key == "LIB").after for view in (beside, instead)] == [
        pytest.approx(0.7),
        0.5,
    ]
    assert [(view.figures, view.stopped) for view in (beside, instead)] == [(1, 0), (1, 1)]
    library = next(one for one in beside.effects if one.key == "LIB")
    assert [words.split(",")[0] for words in library.stale] == ["Cost of a loan is of 2022-23"]
    _feed(engine, council, Choice(mode="instead"))
    assert _value(engine, "LIB").value == 0.5
    with transaction(engine) as session:
        (deed,) = figure_changes.history(session, "unit_cost")
        session.scalars(select(Figure).where(Figure.measure == "loan_cost")).one().amount = Decimal(8)
        with pytest.raises(Conflict, match="Libraries were changed since"):
            figure_changes.undo(session, deed.id, by=council.actor("core_team"), now=NOW)
        session.rollback()
    with transaction(engine) as session:
        figure_changes.undo(session, deed.id, by=council.actor("core_team"), now=NOW)
    assert _kept(engine) == before


def test_what_was_not_seen_is_not_kept(engine: Engine, council: SmallCouncil, made: Compared) -> None:
    seen = _look(engine).seen
    by = council.actor("core_team")
    with transaction(engine) as session:
        wanted = AreaFigure.authority_id == made.areas["Ashby"], AreaFigure.year == "2024-25"
        session.scalars(select(AreaFigure).where(*wanted)).one().amount = Decimal(5000)
    with transaction(engine) as session, pytest.raises(Conflict, match="changed since"):
        criteria_feeds.feed(session, "unit_cost", Choice(), seen, by=by, now=NOW)
    wrong = {
        Choice(measures=()): "measure",
        Choice(measures=("moon",)): "measure",
        Choice(group="99"): "group",
        Choice(group="x"): "group",
        Choice(mode="all"): "mode",
    }
    for choice, place in wrong.items():
        view = _look(engine, choice)
        assert ([one.place for one in view.problems], view.figures) == ([place], 0)
        with transaction(engine) as session, pytest.raises(Invalid):
            criteria_feeds.feed(session, "unit_cost", choice, view.seen, by=by, now=NOW)
    for key in ("moon", "vfm_result"):
        with reading(engine) as session, pytest.raises(NotFound):
            criteria_feeds.preview(session, key, Choice(), None, now=NOW)
    assert _kept(engine) == []


def test_a_criterion_of_amounts_takes_the_figure_itself(
    engine: Engine, council: SmallCouncil, made: Compared
) -> None:
    choice = Choice(measures=("lib_cost",))
    view = _look(engine, choice, "expenditure_level")
    assert (view.takes_shares, view.comparators) == (False, ())
    assert next(one for one in view.effects if one.key == "LIB").after == 1200
    _feed(engine, council, choice, "expenditure_level")
    other = replace(choice, measures=(PER_VISIT,))
    assert _look(engine, other, "expenditure_level").stopped == 1
    _feed(engine, council, other, "expenditure_level")
    assert _value(engine, "LIB", "expenditure_level").value == 3


def test_before_anything_was_asked_or_taken_in(engine: Engine, council: SmallCouncil) -> None:
    with transaction(engine) as session:
        compared(session, council, by=council.actor("core_team"))
    view = _look(engine)
    assert (view.cycle.id, view.figures) == (FIGURES_ALONE, 1)
    assert [(one.key, one.kind) for one in view.effects] == [("LIB", "gains")]
    with transaction(engine) as session:
        session.scalars(select(Council)).one().authority_code = ""
    view = _look(engine)
    assert (view.own, view.figures, view.effects) == ("", 0, ())


def test_services_outside_the_cycle_are_named(engine: Engine, council: SmallCouncil, made: Compared) -> None:
    publish(engine, council)
    assert _look(engine).elsewhere == ()
    view = _look(engine, cycle=FIGURES_ALONE)
    assert {one.key for one in view.effects} >= {"HOME", "LIB"}
