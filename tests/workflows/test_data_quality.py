"""Whose values of a cycle are worth a look, and who has to put which right."""

from decimal import Decimal

from sqlalchemy import Engine, delete, update

from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.prioritisation.data_quality import Thresholds
from vfm.store.database import reading, transaction
from vfm.store.queries.rankings import FIGURES_ALONE
from vfm.store.tables import Figure
from vfm.workflows import data_quality
from vfm.workflows.data_quality import CORE_TEAM, View


def _show(engine: Engine, cycle_id: int | None = None, **thresholds: float) -> View:
    with reading(engine) as session:
        return data_quality.show(session, cycle_id, Thresholds(**thresholds), now=NOW)  # type: ignore[arg-type]


def test_each_matter_names_who_puts_it_right(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    view = _show(engine)
    assert view.services == 4
    assert view.left_out == (("Special educational needs", "open"),)
    told = {(line.kind, line.criterion.key, line.key): line for line in view.lines}
    savings = told["missing", "savings_potential", "ROADS"]
    assert (savings.question, savings.who, savings.service) == ("GOV-04", "Other Director", "Highways")
    everywhere = told["missing", "performance_gap", ""]
    assert (everywhere.service_id, everywhere.who) == (None, CORE_TEAM)
    first = view.gaps[0]
    assert (first.key, first.criteria, first.is_ranked) == (
        "ROADS",
        ("performance gap", "savings potential"),
        True,
    )
    assert round(view.gaps[0].weight, 9) == 0.2


def test_a_figure_is_told_against_the_answer(engine: Engine, council: SmallCouncil) -> None:
    rankable(engine, council)
    publish(engine, council)
    with transaction(engine) as session:
        own = Figure.service_id == council.services["LIB"]
        session.execute(delete(Figure).where(own, Figure.year == "2023-24"))
        session.execute(update(Figure).where(own).values(amount=Decimal(1_500_000), year="2021-22"))
    of_spending = [
        line
        for line in _show(engine).lines
        if line.criterion.key == "expenditure_level" and line.key == "LIB"
    ]
    stale, conflict = (
        next(line for line in of_spending if line.kind == kind) for kind in ("stale", "conflict")
    )
    assert (stale.who, stale.question) == (CORE_TEAM, "")
    assert (conflict.who, conflict.question, conflict.value) == ("Director", "PRO-03", 1_500_000)
    assert not [
        line
        for line in _show(engine, years=9, months=99, apart=0.9).lines
        if line.kind in ("stale", "conflict")
    ]


def test_imported_figures_alone(engine: Engine, council: SmallCouncil) -> None:
    publish(engine, council)
    view = _show(engine, FIGURES_ALONE)
    assert view.services == 5
    missing = {
        line.key for line in view.lines if line.kind == "missing" and line.criterion.key == "unit_cost"
    }
    assert missing == {"LIB", "WASTE", "ROADS", "SEND"}
    assert {line.who for line in view.lines} == {CORE_TEAM}


def test_nothing_to_look_at(engine: Engine, council: SmallCouncil) -> None:
    view = _show(engine)
    assert (view.cycle, view.lines, view.gaps, view.unranked) == (None, (), (), 0)
