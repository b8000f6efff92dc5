"""The whole ranking: worked examples by hand, properties, and what it refuses."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.errors import Invalid
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.facts import Override, ServiceFacts
from vfm.prioritisation.ranking import RankedService, Ranking, rank

ON = date(2026, 11, 23)
TWO = (
    Criterion("need", weight=3, goalposts=(0, 10), group="demand"),
    Criterion("cost", weight=1, goalposts=(0, 100), group="cost", direction="lower"),
)


def service(key: str, need: float | None, cost: float | None, **facts: Any) -> ServiceFacts:
    return ServiceFacts(key, values={"need": need, "cost": cost}, **facts)


def ranked(services: Sequence[ServiceFacts], criteria: Sequence[Criterion] = TWO, **how: Any) -> Ranking:
    return rank(services, criteria, on=ON, **{"draws": 0, **how})


def found(ranking: Ranking, key: str) -> RankedService:
    return next(s for s in ranking.services if s.key == key)


THREE = [service("a", 8, 20), service("b", 2, 60), service("c", 5, 100)]


def test_index_contributions_and_drivers_by_hand() -> None:
    # u: a (0.8, 0.8), b (0.2, 0.4), c (0.5, 0); weights 0.75 and 0.25; medians 0.5 and 0.4
    ranking = ranked(THREE)
    assert [(s.key, s.rank) for s in ranking.services] == [("a", 1), ("c", 2), ("b", 3)]
    a = ranking.services[0]
    assert a.index == pytest.approx(80)
    assert a.values == pytest.approx({"need": 0.8, "cost": 0.8})
    assert a.contributions == pytest.approx({"need": 60, "cost": 20})
    assert a.drivers == pytest.approx({"need": 22.5, "cost": 10})
    assert ranking.base == pytest.approx(47.5)
    assert ranking.weights == {"need": 0.75, "cost": 0.25}
    assert list(a.values) == ["need", "cost"]


def test_a_gap_is_the_median_of_all_and_opens_a_range() -> None:
    ranking = ranked([*THREE, service("d", 10, None)])
    d = ranking.services[0]
    assert d.values == pytest.approx({"need": 1, "cost": 0.4})
    assert (d.index, d.low, d.high) == pytest.approx((85, 75, 100))
    assert d.missing_weight == 0.25
    assert d.missing == ("cost",)


def test_a_gap_is_filled_from_a_family_of_five_and_not_of_four() -> None:
    many = [service(f"x{i}", 5, 90, family="x") for i in range(5)] + [
        service(f"y{i}", 5, 10) for i in range(8)
    ]
    gap = service("gap", 5, None, family="x")
    assert found(ranked([*many, gap]), "gap").values["cost"] == pytest.approx(0.1)
    assert found(ranked([*many[1:], gap]), "gap").values["cost"] == pytest.approx(0.9)


def test_a_given_reference_fills_gaps_of_services_without_a_family() -> None:
    criteria = (TWO[0], replace(TWO[1], reference=(10, 30, 40)))
    assert found(ranked([*THREE, service("d", 1, None)], criteria), "d").values["cost"] == pytest.approx(0.7)


def test_more_than_thirty_per_cent_missing_is_listed_last_without_a_place() -> None:
    ranking = ranked([*THREE, service("d", None, 0)], draws=250)
    last = ranking.services[-1]
    assert last.key == "d"
    assert last.missing_weight == 0.75
    assert (last.rank, last.index, last.top_share, last.expected_rank) == (None, None, None, None)
    assert (last.outcome, last.rule) == ("data_first", 2)
    assert len(ranking.ranked) == 3
    assert ranking.base == pytest.approx(47.5)  # medians over ranked services alone


def test_exactly_thirty_per_cent_missing_is_ranked() -> None:
    criteria = [Criterion(key, weight=w, goalposts=(0, 1)) for key, w in (("a", 0.1), ("b", 0.2), ("c", 0.7))]
    services = [
        ServiceFacts("s", values={"c": 1.0}),
        ServiceFacts("t", values={"a": 1.0, "b": 1.0, "c": 0.0}),
    ]
    assert found(ranked(services, criteria), "s").missing_weight == pytest.approx(0.3)
    assert found(ranked(services, criteria), "s").rank is not None


def test_a_criterion_without_any_value_is_left_out_and_counts_as_missing() -> None:
    criteria = (*TWO, Criterion("empty", weight=1, goalposts=(0, 1)))
    ranking = ranked(THREE, criteria)
    assert ranking.weights == {"need": 0.75, "cost": 0.25}
    assert {s.missing_weight for s in ranking.services} == {0.2}
    assert ranking.warnings[0].startswith("empty: no service has a value")


def test_nothing_ranked_still_answers() -> None:
    criteria = (*TWO, Criterion("empty", weight=9, goalposts=(0, 1)))
    ranking = ranked(THREE, criteria, draws=250)
    assert [s.rank for s in ranking.services] == [None, None, None]
    assert ranking.base is None
    assert {s.outcome for s in ranking.services} == {"data_first"}
    assert json.loads(json.dumps(ranking.as_json()))["base"] is None


def test_ties_share_a_place_and_gross_then_key_order_them() -> None:
    ranking = ranked(
        [service("b", 4, 0, gross=5), service("a", 4, 0), service("c", 4, 0, gross=9), service("z", 1, 0)]
    )
    assert [(s.key, s.rank) for s in ranking.services] == [("c", 1), ("b", 1), ("a", 1), ("z", 4)]
    assert ranking.shared_ranks == {1}


def test_a_single_service_can_be_ranked_by_every_method() -> None:
    for method in ("additive", "geometric", "topsis", "promethee2"):
        only = ranked([service("a", 5, 50)], draws=250, method=method).services[0]
        assert (only.rank, only.top_share) == (1, 1), method


def test_geometric_by_hand() -> None:
    ranking = ranked(THREE, method="geometric")
    assert found(ranking, "b").index == pytest.approx(100 * 0.2**0.75 * 0.4**0.25)
    assert found(ranking, "c").index == pytest.approx(100 * 0.5**0.75 * 0.01**0.25)
    assert ranking.services[0].contributions == {}
    assert ranking.base is None


def test_the_printed_form_is_the_one_laid_down() -> None:
    printed = ranked(THREE, draws=250).as_json()
    assert list(printed) == [
        "services",
        "base",
        "weights",
        "effective_weights",
        "intervals",
        "themes",
        "seed",
        "warnings",
    ]
    assert list(printed["services"][0]) == [
        "key",
        "rank",
        "index",
        "low",
        "high",
        "missing_weight",
        "values",
        "contributions",
        "drivers",
        "top_share",
        "expected_rank",
        "outcome",
        "rule",
        "borderline",
    ]
    assert json.loads(json.dumps(printed)) == printed


def test_capacity_is_a_tenth_rounded_half_up_unless_given() -> None:
    many = [service(f"s{i:02}", i / 2, 10) for i in range(15)]
    assert ranked(many).top == 2
    assert ranked(many[:14]).top == 1
    assert ranked(many, top=7).top == 7


def test_every_problem_is_named_at_once() -> None:
    criteria = (
        Criterion("log", transform="log10", goalposts=(1, 10)),
        Criterion("posts", goalposts=(5, 5)),
        Criterion("heavy", weight=-1),
        Criterion("heavy", weight=1),
    )
    services = [
        ServiceFacts("s", values={"log": 0.0, "posts": float("inf")}, spread=-1),
        ServiceFacts("s", values={"log": 2.0}),
    ]
    with pytest.raises(Invalid) as refusal:
        ranked(services, criteria)
    assert [p.place for p in refusal.value.problems] == [
        "heavy",
        "posts",
        "heavy",
        "s",
        "s, spread",
        "s, log",
        "s, posts",
    ]


@pytest.mark.parametrize(
    ("how", "place"),
    [
        ({"top": 0}, "top"),
        ({"draws": -1}, "draws"),
        ({"method": "magic"}, "method"),
        ({"concentration": 0}, "concentration"),
    ],
)
def test_settings_that_cannot_be_used_are_named(how: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ranked(THREE, **how)
    assert [p.place for p in refusal.value.problems] == [place]


@pytest.mark.parametrize(
    ("services", "criteria", "place"),
    [
        ([], TWO, "services"),
        (THREE, (), "criteria"),
        (THREE, tuple(replace(c, weight=0) for c in TWO), "criteria"),
        ([ServiceFacts("a")], TWO, "services"),
    ],
)
def test_nothing_to_rank_is_a_problem(services: Any, criteria: Any, place: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ranked(services, criteria)
    assert [p.place for p in refusal.value.problems] == [place]


@pytest.mark.parametrize("method", ["topsis", "promethee2"])
def test_methods_that_compare_everything_refuse_gaps(method: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ranked([*THREE, service("d", None, 1)], method=method)
    assert [p.place for p in refusal.value.problems] == ["d, need"]


def test_a_switched_off_criterion_changes_nothing() -> None:
    off = (*TWO, Criterion("off", weight=0, goalposts=(0, 1)))
    with_off = [replace(s, values={**s.values, "off": 0.9}) for s in THREE]
    a, b = ranked(THREE, draws=250), ranked(with_off, off, draws=250)
    assert [s.index for s in a.services] == [s.index for s in b.services]
    assert b.services[0].contributions["off"] == 0


def test_defaults_rank_services_of_every_size() -> None:
    same = {"vfm_result": 50.0, "demand_pressure": 3.0, "budget_variance": 1.0, "unit_cost": 0.5}
    services = [
        ServiceFacts(f"s{i}", values={**same, "performance_gap": 0.25, "expenditure_level": 10.0**i})
        for i in range(3, 9)
    ]
    ranking = rank(services, DEFAULT_CRITERIA, on=ON, draws=0)
    assert ranking.services[0].key == "s8"
    assert {s.missing_weight for s in ranking.services} == {0.15}


values = st.one_of(st.none(), st.floats(-5, 15, allow_nan=False))
facts = st.lists(
    st.builds(
        ServiceFacts,
        key=st.integers(0, 999).map("s{}".format),
        values=st.fixed_dictionaries({"need": st.floats(0, 10), "cost": values, "risk": values}),
        family=st.sampled_from([None, "x"]),
        gross=st.one_of(st.none(), st.floats(0, 1e6)),
        weak_sections=st.integers(0, 3),
        override=st.one_of(st.none(), st.builds(Override, outcome=st.just("monitor"))),
    ),
    min_size=2,
    max_size=12,
    unique_by=lambda s: s.key,
)
THREE_CRITERIA = (*TWO, Criterion("risk", weight=1.2, goalposts=(0, 10), group="risk"))


@given(facts, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_and_criteria_changes_no_byte(services: list[ServiceFacts], random: Any) -> None:
    before = json.dumps(ranked(services, THREE_CRITERIA, draws=20).as_json(), sort_keys=True)
    shuffled, criteria = random.sample(services, len(services)), random.sample(THREE_CRITERIA, 3)
    assert json.dumps(ranked(shuffled, criteria, draws=20).as_json(), sort_keys=True) == before


@given(facts)
@settings(max_examples=40, deadline=None)
def test_what_is_added_up_adds_up(services: list[ServiceFacts]) -> None:
    ranking = ranked(services, THREE_CRITERIA)
    assert sum(ranking.weights.values()) == pytest.approx(1)
    for s in ranking.ranked:
        assert s.index is not None
        assert ranking.base is not None
        assert sum(s.contributions.values()) == pytest.approx(s.index, abs=1e-9)
        assert ranking.base + sum(s.drivers.values()) == pytest.approx(s.index, abs=1e-9)
        assert s.low - 1e-9 <= s.index <= s.high + 1e-9
        assert s.rank == 1 + sum(round(o.index or 0, 9) > round(s.index, 9) for o in ranking.ranked)
    shares = [e for e in ranking.effective_weights.values() if e is not None]
    assert not shares or sum(shares) == pytest.approx(1)


@given(facts)
@settings(max_examples=30, deadline=None)
def test_with_given_goalposts_others_do_not_move_an_index(services: list[ServiceFacts]) -> None:
    whole = ServiceFacts("whole", values={"need": 4.0, "cost": 30.0, "risk": 7.0})
    alone = ranked([whole], THREE_CRITERIA).services[0].index
    criteria_with_values = ranked([whole, *services], THREE_CRITERIA)
    assert found(criteria_with_values, "whole").index == alone


@given(facts, st.floats(0.1, 3))
@settings(max_examples=30, deadline=None)
def test_more_need_never_lowers_a_service(services: list[ServiceFacts], more: float) -> None:
    first = services[0]
    raised = replace(first, values={**first.values, "need": (first.values["need"] or 0) + more})
    before, after = ranked(services, THREE_CRITERIA), ranked([raised, *services[1:]], THREE_CRITERIA)
    old, new = found(before, first.key), found(after, first.key)
    assert (old.rank is None) == (new.rank is None)
    assert (new.index or 0) >= (old.index or 0) - 1e-9


def test_ranks_are_the_same_for_integer_and_float_and_decimal_input() -> None:
    given_as: list[Any] = [3, 3.0, Decimal(3)]
    seeds = {ranked([service("a", x, 1), service("b", 1, 1)]).seed for x in given_as}
    assert len(seeds) == 1


def test_what_rounding_leaves_of_a_group_is_no_positive_excess() -> None:
    """Drivers of need, cost and speed are +10, +20 and -30: nothing is left, so nothing holds half of it."""
    criteria = [Criterion(key, goalposts=(0, 1), group="demand") for key in ("need", "cost", "speed")]
    values = {"need": 0.1, "cost": 0.2, "speed": -0.3}
    middle = [ServiceFacts(f"m{i}", values=dict.fromkeys(values, 0.4)) for i in range(3)]
    apart = ServiceFacts("apart", values={key: 0.4 + x for key, x in values.items()}, gross=1.0)
    first = ranked([*middle, apart], criteria, top=4).services[0]
    assert sum(first.drivers.values()) == pytest.approx(0, abs=1e-9)
    assert (first.key, first.outcome, first.rule) == ("apart", "service_review", 6)


@pytest.mark.parametrize(
    "fault",
    [
        {"goalposts": (-1e300, 1e300)},
        {"weight": 1e300},
        {"weight": 1e-300},
        {"reference": (1.0, 1e300)},
        {"transform": "asinh", "scale": 1e-300},
        {"transform": "log10", "floor": 1e-300},
    ],
)
def test_settings_too_large_or_small_to_reckon_with_are_problems(fault: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        ranked(THREE, [replace(TWO[0], **fault), TWO[1]])
    assert [problem.place for problem in refusal.value.problems] == ["need"]


def test_figures_too_large_to_reckon_with_are_problems() -> None:
    with pytest.raises(Invalid) as refusal:
        ranked([service("a", 1e300, 5, gross=1e300, spread=1e300), THREE[1]])
    places = [problem.place for problem in refusal.value.problems]
    assert places == ["a, spread", "a, gross", "a, need"]
