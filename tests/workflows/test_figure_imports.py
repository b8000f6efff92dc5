"""Files of published figures: compared, accepted, replaced, refused."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from tests.council import SmallCouncil
from vfm.errors import Conflict, Invalid, NotFound
from vfm.gateways import figure_files
from vfm.scoring.figure_files import Area
from vfm.settings import DATA
from vfm.store.database import reading, transaction
from vfm.store.tables import (
    AreaFigure,
    Authority,
    ComparatorGroup,
    ComparatorMember,
    Event,
    FigureImport,
    FigureSource,
    Measure,
)
from vfm.workflows import figure_imports
from vfm.workflows.figure_imports import About

HEADING = "authority_code,authority_name,measure,year,amount,title,unit,basis\n"
ABOUT = About("Waste statistics", "A department", "OGL v3.0", "cash")
DERBY, LEEDS, HULL = "E06000015", "E08000035", "E06000010"
Do = Callable[..., Any]


@pytest.fixture
def known(engine: Engine, council: SmallCouncil) -> None:
    with transaction(engine) as session:
        areas = [
            Area(DERBY, "831", "Derby", "Unitary authority"),
            Area(LEEDS, "383", "Leeds", "Metropolitan district", former="E08000099"),
            Area("E92000001", "970", "England", "Country"),
        ]
        assert figure_imports.know_councils(session, areas) == 3
        assert figure_imports.know_councils(session, areas) == 0


def sent(do: Do, text: str, name: str = "waste.csv", about: About = ABOUT, **more: Any) -> int:
    brought = figure_files.read(text.encode(), name, **more)
    return do(figure_imports.receive, brought, name, "digest", about)


def accept(do: Do, import_id: int, about: About = ABOUT, *, add_unknown: bool = False) -> Any:
    return do(figure_imports.accept, import_id, about, add_unknown=add_unknown)


def shown(engine: Engine, import_id: int) -> figure_imports.Preview:
    with reading(engine) as session:
        return figure_imports.show(session, import_id)


def kept(engine: Engine) -> dict[tuple[str, str, str], Decimal | None]:
    """(measure, council's code, year) -> amount."""
    with reading(engine) as session:
        rows = session.execute(
            select(Measure.key, Authority.code, AreaFigure.year, AreaFigure.amount)
            .join(Measure, Measure.id == AreaFigure.measure_id)
            .join(Authority, Authority.id == AreaFigure.authority_id)
        ).all()
    return {(key, code, year): amount for key, code, year, amount in rows}


def row(code: str, amount: str, year: str = "2024-25", name: str = "") -> str:
    return f"{code},{name},waste,{year},{amount},Cost of waste,GBP per household,cash\n"


@pytest.mark.usefixtures("known")
def test_nothing_counts_before_it_is_accepted(do: Do, engine: Engine):
    number = sent(do, HEADING + row(DERBY, "12.50") + row("E08000099", "-"))
    view = shown(engine, number)
    assert (view.counts["rows"], view.counts["new"], view.counts["blank"]) == (2, 2, 1)
    assert (view.listed.state, view.years) == ("waiting", (("2024-25", 2),))
    assert view.measures == (("waste", "Cost of waste", "GBP per household", 2, True),)
    assert kept(engine) == {}
    accept(do, number)
    found = kept(engine)
    assert found == {("waste", DERBY, "2024-25"): Decimal("12.5"), ("waste", LEEDS, "2024-25"): None}
    assert shown(engine, number).listed.state == "accepted"
    with reading(engine) as session:
        assert session.scalars(select(FigureSource.title)).all() == ["Waste statistics"]
        assert session.scalars(select(AreaFigure.basis)).all() == ["cash", "cash"]
        assert session.scalars(select(FigureImport.content)).all() == [None]
        verbs = session.scalars(select(Event.verb).where(Event.subject == "figure_import")).all()
    assert verbs == ["sent figures", "took in figures"]


@pytest.mark.usefixtures("known")
def test_a_second_file_says_what_changes_and_replaces_just_that(do: Do, engine: Engine):
    first = sent(do, HEADING + row(DERBY, "12") + row(LEEDS, "9") + row("E92000001", "10"))
    accept(do, first)
    second = sent(do, HEADING + row(DERBY, "12.0") + row(LEEDS, "8") + row(DERBY, "11", "2023-24"))
    counts = shown(engine, second).counts
    told = ("new", "changed", "unchanged", "missing")
    assert tuple(counts[key] for key in told) == (1, 1, 1, 1)
    assert shown(engine, second).changed == (("Cost of waste", "Leeds", "2024-25", "9", "8"),)
    accept(do, second)
    assert kept(engine)["waste", LEEDS, "2024-25"] == 8
    with reading(engine) as session:
        by_import = dict(
            iter(session.execute(select(AreaFigure.import_id, func.count()).group_by(AreaFigure.import_id)))
        )
        assert session.scalar(select(func.count()).select_from(FigureSource)) == 1
    assert by_import == {first: 2, second: 2}
    third = sent(do, HEADING + row(DERBY, "12") + row(LEEDS, "8"))
    assert shown(engine, third).counts["unchanged"] == 2


@pytest.mark.usefixtures("known")
def test_councils_nobody_knows_are_named_and_added_only_when_asked(do: Do, engine: Engine):
    text = HEADING + row(DERBY, "1") + row(HULL, "2", name="Hull") + row("E31000001", "3", name="Avon Fire")
    number = sent(do, text)
    view = shown(engine, number)
    assert view.unknown == ((HULL, "Hull", 1), ("E31000001", "Avon Fire", 1))
    assert (view.counts["new"], view.counts["unknown"], view.addable) == (1, 2, 2)
    accept(do, number)
    assert len(kept(engine)) == 1
    again = sent(do, text)
    counts = accept(do, again, add_unknown=True)
    assert (counts["new"], counts["unknown"]) == (2, 0)
    assert ("waste", HULL, "2024-25") in kept(engine)


@pytest.mark.usefixtures("known")
def test_a_year_and_a_basis_that_the_file_lacks_are_asked_for(do: Do, engine: Engine):
    number = sent(do, f"authority_code,measure,amount\n{DERBY},waste,5\n", about=About())
    view = shown(engine, number)
    assert (view.needs_year, view.needs_basis) == (True, True)
    with pytest.raises(Invalid) as refused:
        accept(do, number, About())
    assert [one.place for one in refused.value.problems] == ["title", "publisher", "licence", "year", "basis"]
    accept(do, number, About("T", "P", "L", "at 31 March", "2024/25"))
    assert kept(engine) == {("waste", DERBY, "2024-25"): Decimal(5)}


@pytest.mark.usefixtures("known")
def test_a_file_is_taken_in_or_discarded_once(do: Do, engine: Engine):
    number = sent(do, HEADING + row(DERBY, "1"))
    do(figure_imports.discard, number)
    assert shown(engine, number).listed.state == "discarded"
    with pytest.raises(Conflict, match="discarded already"):
        do(figure_imports.discard, number)
    with pytest.raises(Conflict, match="discarded already"):
        accept(do, number)
    with pytest.raises(NotFound):
        shown(engine, 99)
    with pytest.raises(NotFound):
        do(figure_imports.discard, 99)


@pytest.mark.usefixtures("known")
def test_what_others_took_in_meanwhile_is_looked_at_first(do: Do, engine: Engine):
    mine, theirs = sent(do, HEADING + row(DERBY, "1")), sent(do, HEADING + row(DERBY, "2"))
    accept(do, theirs)
    with pytest.raises(Conflict, match="Other figures were taken in since you looked"):
        accept(do, mine)
    with transaction(engine) as session:
        figure_imports.look_again(session, mine)
    assert shown(engine, mine).counts["changed"] == 1
    accept(do, mine)
    assert kept(engine)["waste", DERBY, "2024-25"] == 1


@pytest.mark.usefixtures("known")
def test_definitions_name_measures_before_and_after_their_figures(do: Do, engine: Engine):
    figures = "measure_code,period,area,la_number,value\nLACFinance,2024-25 (OT),Derby,831,2010\n"
    accept(do, sent(do, figures))
    with reading(engine) as session:
        assert session.scalars(select(Measure.title)).one() == "LACFinance"
    raw = (DATA / "figures" / "children_measure_definitions.csv").read_text(encoding="utf-8")
    number = sent(do, raw, about=About())
    assert (shown(engine, number).counts["new"], shown(engine, number).counts["changed"]) == (21, 1)
    accept(do, number, About())
    accept(do, sent(do, figures))
    with reading(engine) as session:
        row_ = session.scalars(select(Measure).where(Measure.key == "LACFinance")).one()
    assert (row_.title, row_.unit) == (
        "Looked after children - S251/Outturn weekly unit costs",
        "GBP per week",
    )
    again = sent(do, raw, about=About())
    assert shown(engine, again).counts["unchanged"] == 22


def test_the_list_of_councils_and_their_neighbours(do: Do, engine: Engine):
    for name in ("authorities", "statistical_neighbours", "comparator_list"):
        raw = (DATA / "figures" / f"{name}.csv").read_bytes()
        brought = figure_files.read(raw, f"{name}.csv")
        number = do(figure_imports.receive, brought, f"{name}.csv", "digest", ABOUT)
        accept(do, number, replace(ABOUT, year="2025"))
        again = do(figure_imports.receive, brought, f"{name}.csv", "digest", ABOUT)
        counts = shown(engine, again).counts
        assert (counts["new"], counts["changed"]) == (0, 0)
        assert counts["unchanged"] == (457 if name == "authorities" else 1)
    with reading(engine) as session:
        groups = session.scalars(select(ComparatorGroup).order_by(ComparatorGroup.id)).all()
        members = dict(
            iter(
                session.execute(
                    select(ComparatorMember.group_id, func.count()).group_by(ComparatorMember.group_id)
                )
            )
        )
    assert [(one.name, one.kind, one.year) for one in groups] == [
        ("Statistical neighbours", "statistical", "2025"),
        ("Nearest neighbours", "nearest", "2025"),
    ]
    assert [members[one.id] for one in groups] == [10, 15]


@pytest.mark.usefixtures("known")
def test_neighbours_taken_in_again_replace_the_list(do: Do, engine: Engine):
    about = About("N", "P", "L", year="2025")
    heading = "la_number,la_name,rank,neighbour_la_number,neighbour_name\n"
    accept(do, sent(do, f"{heading}831,Derby,1,383,Leeds\n"), about)
    number = sent(do, f"{heading}831,Derby,1,970,England\n831,Derby,2,999,Nowhere\n")
    view = shown(engine, number)
    assert (view.counts["changed"], view.counts["unknown"], view.addable) == (1, 1, 0)
    accept(do, number, about)
    with reading(engine) as session:
        found = session.execute(
            select(ComparatorMember.rank, Authority.name).join(
                Authority, Authority.id == ComparatorMember.authority_id
            )
        ).all()
        assert session.scalars(select(ComparatorGroup.revision)).all() == [2]
    assert [tuple(one) for one in found] == [(1, "England")]


def test_a_council_is_found_by_its_name_where_no_number_says_another(do: Do, engine: Engine):
    with transaction(engine) as session:
        figure_imports.know_councils(session, [Area(HULL, "", "Kingston upon Hull", "Unitary authority")])
    text = 'measure_code,period,area,la_number,value\nLAC,2025,"Kingston Upon Hull, City of",810,5\n'
    accept(do, sent(do, text))
    assert kept(engine) == {("LAC", HULL, "2025"): Decimal(5)}
    with reading(engine) as session:
        assert session.scalars(select(Authority.la_number)).one() == "810"
    other = sent(do, text.replace("810", "811"))
    assert shown(engine, other).counts["unknown"] == 1
