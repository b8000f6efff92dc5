"""Other weights on a kept run: the list of a whole ranking, kept by name, side by side, what it takes."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.council import NOW, SmallCouncil
from tests.rankable import publish, rankable
from vfm.errors import Conflict, Invalid, NotFound
from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.store.database import reading, transaction
from vfm.store.tables import PrioritisationRun
from vfm.workflows import rankings, scenarios
from vfm.workflows.scenarios import SideBySide, Turning, WhatIf, in_address, in_box

KEYS = [criterion.key for criterion in DEFAULT_CRITERIA]
COST = {key: "100" if key == "unit_cost" else "0" for key in KEYS}


class Tried:
    """A run of the small council with a capacity of two, and what is tried on it."""

    def __init__(self, engine: Engine, council: SmallCouncil) -> None:
        self.engine, self.council = engine, council
        with transaction(engine) as session:
            sheet = replace(rankings.prepare(session).sheet, top="2")
            self.run = rankings.run(session, sheet, by=council.actor("executive"), now=NOW)

    def what_if(self, typed: Mapping[str, str], before: Mapping[str, str] | None = None) -> WhatIf:
        with reading(self.engine) as session:
            return scenarios.tried(session, self.run, typed, before or {})

    def keep(self, name: str, typed: Mapping[str, str], note: str = "") -> int:
        with transaction(self.engine) as session:
            by = self.council.actor("executive")
            return scenarios.keep(session, self.run, name, note, typed, {}, by=by, now=NOW)

    def beside(self, *chosen: int, sort: str = "") -> SideBySide:
        with reading(self.engine) as session:
            return scenarios.side_by_side(session, self.run, chosen, sort)

    def turning(self, key: str) -> Turning:
        with reading(self.engine) as session:
            return scenarios.turning(session, self.run, self.council.services[key])

    def step(self, name: str, scenario: int) -> Any:
        where = rankings if name == "run_scenario" else scenarios
        with transaction(self.engine) as session:
            by = self.council.actor("executive")
            return getattr(where, name)(session, self.run, scenario, by=by, now=NOW)

    def kept(self, run: int) -> PrioritisationRun:
        with reading(self.engine) as session:
            return session.get_one(PrioritisationRun, run)


@pytest.fixture
def tried(engine: Engine, council: SmallCouncil) -> Tried:
    rankable(engine, council)
    publish(engine, council)
    return Tried(engine, council)


def _places(problem: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [one.place for one in problem.value.problems]


def test_the_run_s_own_weights_give_the_run_s_own_list(tried: Tried) -> None:
    view, kept = tried.what_if({}), tried.kept(tried.run).result["services"]
    assert view.is_own
    assert view.after.places == {one["key"]: one["rank"] for one in kept if one["rank"] is not None}
    assert view.after.index_of() == {one["key"]: one["index"] for one in kept if one["rank"] is not None}
    assert [line.name for line in view.first] == [one["name"] for one in kept][:4]
    assert view.changed == 0


@pytest.mark.parametrize("typed", [{"unit_cost": "60"}, {"vfm_result": "0"}, COST, dict.fromkeys(KEYS, "3")])
def test_a_scenario_that_is_ranked_says_what_was_tried(tried: Tried, typed: dict[str, str]) -> None:
    view = tried.what_if(typed)
    made = tried.kept(tried.step("run_scenario", tried.keep("Other", typed)))
    assert made.name == "Other"
    assert made.settings["top"] == 2
    whole = {one["key"]: (one["rank"], one["index"]) for one in made.result["services"]}
    index = view.after.index_of()
    assert {key: rank for key, (rank, _) in whole.items() if rank} == view.after.places
    assert {key: pytest.approx(points) for key, (_, points) in whole.items() if points is not None} == index


def test_what_is_changed_stands_and_the_others_share_the_rest(tried: Tried) -> None:
    own = tried.what_if({}).shares
    boxes = {key: in_box(share) for key, share in own.items()}
    exact = {key: in_address(share) for key, share in own.items()}
    view = tried.what_if(boxes | {"unit_cost": "40"}, exact)
    assert view.shares["unit_cost"] == pytest.approx(0.4)
    assert view.shares["vfm_result"] == pytest.approx(own["vfm_result"] * 0.6 / (1 - own["unit_cost"]))
    assert tried.what_if({"unit_cost": "40"}).shares == pytest.approx(dict(view.shares))
    again = tried.what_if({key: in_address(share) for key, share in view.shares.items()})
    assert again.after.places == view.after.places, "the address alone shows the same list"
    assert tried.what_if(boxes, exact).shares == pytest.approx(dict(own)), "nothing was changed"


def test_who_enters_and_who_leaves(tried: Tried) -> None:
    view = tried.what_if(COST)
    assert len(view.change.entering) == len(view.change.leaving)
    marked = {line.name for line in view.first if line.is_in and not line.was_in}
    assert marked == set(view.after.names_of(view.change.entering))


@pytest.mark.parametrize("text", ["", "lots", "101", "-1", "1e2", "inf"])
def test_a_share_that_is_none_is_named(tried: Tried, text: str) -> None:
    with pytest.raises(Invalid) as problem:
        tried.what_if({"unit_cost": text})
    assert _places(problem) == ["w.unit_cost"]


def test_all_noughts_and_weights_on_nothing_known_are_refused(tried: Tried) -> None:
    with pytest.raises(Invalid, match="Every weight is 0"):
        tried.what_if(dict.fromkeys(KEYS, "0"))
    with pytest.raises(Invalid, match="Every weight is 0"):
        tried.what_if(COST | {"unit_cost": "0", "performance_gap": "10"})
    assert tried.what_if({"shoe_size": "50"}).is_own, "what is not ranked on is passed over"
    with pytest.raises(NotFound), reading(tried.engine) as session:
        scenarios.tried(session, 99, {}, {})


def test_scenarios_stand_side_by_side(tried: Tried) -> None:
    cost = tried.keep("Cost alone", COST, "As the cabinet asked.")
    even = tried.keep("All alike", dict.fromkeys(KEYS, "10"))
    view = tried.beside()
    assert [column.name for column in view.columns] == ["Rollout 2026 ranking", "Cost alone", "All alike"]
    assert view.columns[1].note == "As the cabinet asked."
    inside = [set(column.list.first) for column in view.columns]
    assert set(view.contested) == set.union(*inside) - set.intersection(*inside)
    assert [column.id for column in tried.beside(even).columns] == [None, even]
    by_name = [view.weighed.one.by_key[key] for key in tried.beside(sort="service").keys]
    assert by_name == ["Highways", "Home care", "Libraries", "Waste collection"]
    by_cost = tried.beside(sort="1")
    order = [by_cost.columns[1].list.places[key] for key in by_cost.keys]
    assert order == sorted(order)
    turned = tried.beside(sort="-1")
    assert list(turned.keys) == list(by_cost.keys)[::-1]
    assert tried.beside(sort="77").keys == tried.beside().keys
    assert cost != even


def test_a_name_is_wanted_and_taken_once(tried: Tried) -> None:
    kept = tried.keep("Cost alone", COST)
    for name in (" ", "cost ALONE", "x" * 121):
        with pytest.raises(Invalid) as problem:
            tried.keep(name, COST)
        assert _places(problem) == ["name"]
    tried.step("withdraw", kept)
    with pytest.raises(Invalid, match="already"):
        tried.keep("Cost alone", COST)


def test_a_scenario_is_withdrawn_and_brought_back(tried: Tried) -> None:
    kept = tried.keep("Cost alone", COST)
    assert tried.step("withdraw", kept) == "Cost alone"
    assert len(tried.beside().columns) == 1
    with pytest.raises(Conflict, match="Bring it back first"):
        tried.step("run_scenario", kept)
    with pytest.raises(Conflict, match="withdrawn already"):
        tried.step("withdraw", kept)
    assert tried.step("bring_back", kept) == "Cost alone"
    with pytest.raises(Conflict, match="not withdrawn"):
        tried.step("bring_back", kept)
    with pytest.raises(NotFound):
        tried.step("withdraw", 99)
    assert json.loads(json.dumps(dict(tried.beside().columns[1].list.shares)))["unit_cost"] == 1.0


def test_what_it_takes_to_enter_the_top_is_true(tried: Tried) -> None:
    own = tried.what_if({}).weighed.own
    outside = [key for key in own.places if key not in own.first]
    assert outside
    tests = 0
    for key in outside:
        view = tried.turning(key)
        wanted = [{criterion.key: in_address(share)} for criterion, _, share in view.alone]
        if view.nearest is not None and not view.unknown:
            wanted.append({name: in_address(share) for name, share in view.then.items()})
        for typed in wanted:
            index = tried.what_if(typed).after.index_of()
            ahead = [points for points in index.values() if points > index[key] + 1e-4]
            assert len(ahead) < 2, f"fewer than K are ahead of {key} with {typed}"
            tests += 1
    assert tests
    inside = tried.turning(own.first[0])
    assert (inside.is_in, inside.nearest) == (True, None)
