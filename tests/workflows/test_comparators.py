"""Comparing services and keeping groups, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.answered import signed_off
from tests.compared import Compared, compared
from tests.council import SmallCouncil
from tests.rounds import opened
from vfm.errors import Conflict, Invalid, NotFound
from vfm.scoring.comparison import Standing
from vfm.store.database import reading, transaction
from vfm.store.tables import ComparatorMember, Council, Event
from vfm.workflows import comparator_groups, comparators
from vfm.workflows.comparator_groups import Draft
from vfm.workflows.comparators import Choice, Comparison, Listing, Wanted

Do = Callable[..., Any]
ASKED = build.questionnaire(
    build.section("ECO", build.scale_question("ECO-01")), build.section("DEM", build.scale_question("DEM-01"))
)


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Compared:
    with transaction(engine) as session:
        return compared(session, council, by=council.actor("core_team"))


def shown(engine: Engine, council: SmallCouncil, who: str = "director", **more: Any) -> Comparison:
    with reading(engine) as session:
        return comparators.service(session, council.services["LIB"], by=council.actor(who), **more)


def listed(engine: Engine, council: SmallCouncil, wanted: Wanted | None = None) -> Listing:
    with reading(engine) as session:
        return comparators.index(session, wanted or Wanted(), by=council.actor("core_team"))


def test_a_measure_and_a_unit_cost_by_hand(engine: Engine, council: SmallCouncil, made: Compared):
    """Neighbours 1,000, 1,200 and 2,400; own 1,200. By visits: own 3; Ashby 2 and Boltham 3, so 2.5."""
    cost, unit_cost = shown(engine, council).lines
    assert (cost.beside.year, cost.own.amount, cost.beside.median) == ("2024-25", 1200, 1200)
    assert cost.beside.in_group == Standing(1, 1, 1)
    assert cost.beside.in_group.percentile == Decimal("0.5")
    assert (cost.beside.country, cost.beside.missing) == (1300, (made.areas["Denby"],))
    assert str(cost.own.source) == (
        "Library statistics, A department; cash, outturn; Open Government Licence v3.0"
    )
    assert (unit_cost.own.amount, unit_cost.own.parts, unit_cost.unit) == (3, (1200, 400), "GBP per visit")
    assert (unit_cost.beside.median, unit_cost.under_year) == (Decimal("2.5"), "2025")
    assert unit_cost.beside.difference == Decimal("0.2")
    assert (unit_cost.group_name, unit_cost.beside.country) == ("Small coasts", None)
    assert cost.years == (("2023-24", 1000, 900), ("2024-25", 1200, 1200))


def test_the_list_says_the_same_as_the_page(engine: Engine, council: SmallCouncil, made: Compared):
    page, listing = shown(engine, council), listed(engine, council)
    assert [(one.id, one.own, one.beside) for one in listing.lines] == [
        (one.id, one.own, one.beside) for one in page.lines
    ]
    dearest = listed(engine, council, Wanted(sort="-difference"))
    assert [one.id for one in dearest.lines] == [made.unit_cost, made.link]
    assert [one.id for one in listed(engine, council, Wanted(only="above")).lines] == [made.unit_cost]
    assert not listed(engine, council, Wanted(only="missing")).lines


def test_the_score_it_stands_beside(engine: Engine, council: SmallCouncil, made: Compared, do: Do):
    """ECO at level 3 of 4 is 2/3 of the way, DEM at 1 is nought: overall a third."""
    round_ = opened(engine, council, ASKED, services=("LIB",), given=())
    given = {"ECO-01": build.answer(3), "DEM-01": build.answer(1)}
    signed_off(engine, council, round_.assessments["LIB"], ASKED, given)
    do(
        comparators.put_beside,
        council.services["LIB"],
        Choice(str(made.measures["lib_visits"]), section="ECO"),
    )
    *_, visits = shown(engine, council).lines
    assert visits.score.self_points == pytest.approx(200 / 3)
    assert (visits.score.section, visits.score.agreed_points) == (ASKED.all_sections["ECO"].title, None)
    cost = shown(engine, council).lines[0]
    assert (cost.score.section, cost.score.self_points) == ("", pytest.approx(100 / 3))
    with reading(engine) as session:
        offered = comparators.beneath(session, council.services["LIB"])
    assert [key for key, _ in offered.sections] == ["ECO", "DEM"]


def test_who_may_look(engine: Engine, council: SmallCouncil, made: Compared):
    for who in ("other_director", "contributor"):
        with pytest.raises(NotFound):
            shown(engine, council, who)
    with pytest.raises(NotFound):
        shown(engine, council, group_id=99)


def test_without_a_code_nothing_is_compared(engine: Engine, council: SmallCouncil, made: Compared):
    with transaction(engine) as session:
        session.scalars(select(Council)).one().authority_code = ""
    view = shown(engine, council)
    assert view.own is None
    assert {line.why_not for line in view.lines} == {
        "The council has not said its code in published figures."
    }
    assert {line.why_not for line in listed(engine, council).lines} == {view.lines[0].why_not}


def test_a_measure_is_put_beside_a_service_once(
    do: Do, engine: Engine, council: SmallCouncil, made: Compared
):
    service, one = council.services["LIB"], str(made.measures["lib_cost"])
    wrong = {
        Choice(one): "measure",
        Choice(""): "measure",
        Choice("999"): "measure",
        Choice(one, one): "per",
        Choice(one, "999"): "per",
        Choice(str(made.measures["lib_visits"]), group="999"): "group",
    }
    for choice, place in wrong.items():
        with pytest.raises(Invalid) as refused:
            do(comparators.put_beside, service, choice)
        assert [problem.place for problem in refused.value.problems] == [place]
    do(comparators.take_away, service, made.link)
    with pytest.raises(Conflict, match="took that measure away already"):
        do(comparators.take_away, service, made.link)
    with reading(engine) as session:
        verbs = session.scalars(select(Event.verb).where(Event.subject == "service")).all()
    assert verbs == ["put a measure beside", "put a measure beside", "took a measure away"]


def test_a_withdrawn_group_gives_way_to_the_neighbours(
    do: Do, engine: Engine, council: SmallCouncil, made: Compared
):
    do(comparator_groups.withdraw, made.group)
    assert shown(engine, council).lines[1].group_name == "Statistical neighbours"
    with pytest.raises(NotFound):
        shown(engine, council, group_id=made.group)
    with pytest.raises(Conflict, match="withdrawn already"):
        do(comparator_groups.withdraw, made.group)
    do(comparator_groups.bring_back, made.group)
    assert shown(engine, council).lines[1].group_name == "Small coasts"
    with pytest.raises(Conflict, match="offered already"):
        do(comparator_groups.bring_back, made.group)


def test_a_group_needs_a_name_of_its_own_a_reason_and_somebody(do: Do, made: Compared):
    with pytest.raises(Invalid) as refused:
        do(comparator_groups.save, None, Draft())
    assert [one.place for one in refused.value.problems] == ["name", "reason", "words"]
    with pytest.raises(Invalid, match="Another group has this name"):
        do(comparator_groups.save, None, Draft("SMALL coasts", "Why", "", (made.areas["Denby"],)))
    with pytest.raises(NotFound):
        do(comparator_groups.save, 99, Draft("A", "B", "", (made.areas["Denby"],)))
    with pytest.raises(Conflict, match="This list was published"):
        do(comparator_groups.save, made.neighbours, Draft("A", "B", "", (made.areas["Denby"],)))


def test_a_group_changed_by_two_people(do: Do, engine: Engine, made: Compared):
    with reading(engine) as session:
        draft = comparator_groups.show(session, made.group).draft
    do(comparator_groups.save, made.group, replace(draft, members=(made.areas["Denby"],)))
    with pytest.raises(Conflict) as conflict:
        do(comparator_groups.save, made.group, replace(draft, reason="Another."))
    told = {one.place: (one.kept, one.sent) for one in conflict.value.clashes}
    assert told["councils"] == ("Denby", "Ashby, Boltham")
    with reading(engine) as session:
        wanted = ComparatorMember.group_id == made.group
        members = session.scalars(select(ComparatorMember.authority_id).where(wanted)).all()
        assert comparator_groups.show(session, made.group).row.revision == 2
    assert members == [made.areas["Denby"]]
