"""The forward plan: small ones by hand, and that nothing is ever broken."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.errors import Invalid
from vfm.prioritisation.plan import Period, Plan, Review, planned

YEAR = (Period("q1", 100), Period("q2", 100, blackout=True), Period("q3", 200))


def dive(key: str, priority: float, days: float | None = 60, **how: Any) -> Review:
    return Review(key, priority, "deep_dive", days, **how)


def places(plan: Plan) -> dict[str, str]:
    return {s.key: s.period for s in plan.scheduled}


def test_the_most_worth_comes_first_and_blackouts_stay_empty() -> None:
    plan = planned([dive("a", 50), dive("b", 70), dive("c", 60)], YEAR)
    assert places(plan) == {"b": "q1", "a": "q3", "c": "q3"}
    assert plan.objective == pytest.approx(70 + 110 * 0.95**2)
    assert plan.gap == pytest.approx(0, abs=1e-6)
    assert plan.binding == ("q1",)


def test_usual_days_hold_where_none_are_given() -> None:
    plan = planned([dive("a", 50, None), Review("b", 10, "service_review")], YEAR)
    assert places(plan) == {"a": "q1", "b": "q3"}


def test_a_directorate_takes_two_at_a_time() -> None:
    reviews = [dive(key, p, 10, directorate="Place") for key, p in (("a", 9), ("b", 8), ("c", 7))]
    plan = planned(reviews, YEAR)
    assert places(plan) == {"a": "q1", "b": "q1", "c": "q3"}
    assert plan.binding == ("q1, Place",)
    assert places(planned(reviews, YEAR, directorate_limit=3)) == {"a": "q1", "b": "q1", "c": "q1"}


def test_what_does_not_fit_is_left_out_by_name() -> None:
    plan = planned([dive("a", 50, 300), dive("b", 1, 100), dive("c", 2, 100)], YEAR[:1])
    assert (places(plan), plan.left_out, plan.binding) == ({"c": "q1"}, ("a", "b"), ("q1",))


def test_a_mandatory_review_displaces_a_better_one_and_keeps_its_window() -> None:
    reviews = [dive("a", 90), dive("b", 1, mandatory=True, latest="q1"), dive("c", 80, earliest="q3")]
    assert places(planned(reviews, YEAR)) == {"b": "q1", "a": "q3", "c": "q3"}


def test_an_infeasible_set_names_period_shortfall_and_services() -> None:
    reviews = [dive(key, 1, 60, mandatory=True, latest="q1") for key in ("a", "b")]
    assert planned(reviews, YEAR).as_json() == {
        "infeasible": [{"period": "q1", "short_by_days": 20, "keys": ["a", "b"]}]
    }
    closed = planned([dive("a", 1, mandatory=True, earliest="q2", latest="q2")], YEAR)
    assert closed.as_json() == {"infeasible": [{"period": "q2", "short_by_days": 60, "keys": ["a"]}]}


def test_nothing_to_plan_is_an_empty_plan() -> None:
    assert planned([], YEAR).as_json() == {
        "scheduled": [],
        "objective": 0.0,
        "gap": 0.0,
        "left_out": [],
        "binding": [],
    }


def test_every_problem_is_named() -> None:
    reviews = [
        dive("a", -1, 0),
        dive("b", 1, latest="q9"),
        dive("c", 1, earliest="q3", latest="q1"),
        Review("d", 1, "walk"),  # type: ignore[arg-type]
    ]
    with pytest.raises(Invalid) as refusal:
        planned(reviews, YEAR, gamma=0, directorate_limit=0)
    assert [p.place for p in refusal.value.problems] == [
        "gamma",
        "directorate_limit",
        "a",
        "a",
        "b",
        "c",
        "d",
    ]


reviews_given = st.lists(
    st.builds(
        Review,
        key=st.integers(0, 99).map("s{}".format),
        priority=st.integers(0, 100).map(float),
        mode=st.just("deep_dive"),
        days=st.integers(1, 90).map(float),
        directorate=st.sampled_from(["x", "y", None]),
        latest=st.sampled_from([None, "q1", "q3"]),
    ),
    max_size=5,
    unique_by=lambda r: r.key,
)


def best_by_trying(reviews: list[Review]) -> float:
    best = 0.0
    for choice in product((None, 0, 2), repeat=len(reviews)):
        pairs = [(r, t) for r, t in zip(reviews, choice, strict=True) if t is not None]
        fits = all(sum(r.effort for r, t in pairs if t == p) <= YEAR[p].days for p in (0, 2))
        shares = all(sum(t == p and r.directorate == d for r, t in pairs) <= 2 for p in (0, 2) for d in "xy")
        in_time = all(t == 0 or r.latest != "q1" for r, t in pairs)
        if fits and shares and in_time:
            best = max(best, sum(r.priority * 0.95**t for r, t in pairs))
    return best


@given(reviews_given)
@settings(max_examples=40, deadline=None)
def test_the_plan_is_the_best_there_is(reviews: list[Review]) -> None:
    plan = planned(reviews, YEAR)
    assert plan.objective == pytest.approx(best_by_trying(reviews), rel=1e-5)
    assert {s.key for s in plan.scheduled} | set(plan.left_out) == {r.key for r in reviews}
    assert planned(reviews[::-1], YEAR) == plan


def test_a_review_too_large_for_every_period_names_the_capacities() -> None:
    plan = planned([Review("care", 10, "service_review", earliest="b")], [Period(k, 90) for k in "abc"])
    assert plan.left_out == ("care",)
    assert plan.binding == ("b", "c")


def test_whole_reviews_that_do_not_pack_name_the_days_that_would_help() -> None:
    """Three of 60 days are 180, as are the periods; but each period holds one of them and has 30 to spare."""
    two = [Period("q1", 90), Period("q2", 90)]
    three = [dive(key, 5, mandatory=True) for key in "abc"]
    plan = planned(three, two)
    assert plan.as_json() == {"infeasible": [{"period": "q2", "short_by_days": 30, "keys": ["a", "b", "c"]}]}


def test_a_directorate_limit_that_stands_in_the_way_names_its_reviews_alone() -> None:
    crowded = [dive(key, 5, 10, directorate="Place", mandatory=True, latest="q1") for key in "abc"]
    others = [dive("x", 5, 10, mandatory=True, latest="q1"), dive("y", 5, 10, directorate="People")]
    assert planned([*crowded, *others], YEAR).as_json() == {
        "infeasible": [{"period": "q1", "short_by_days": 0, "keys": ["a", "b", "c"]}]
    }


def test_what_fits_is_done_even_without_priority() -> None:
    plan = planned([dive("a", 0), dive("b", 0), dive("c", 0, 300)], YEAR)
    assert (places(plan), plan.left_out) == ({"a": "q1", "b": "q3"}, ("c",))


@pytest.mark.parametrize("days", [1e300, 1e-300, float("inf")])
def test_days_and_priorities_too_large_or_small_to_reckon_with_are_problems(days: float) -> None:
    with pytest.raises(Invalid) as refusal:
        planned([dive("a", 5, days), dive("b", 1e300)], [Period("q1", 1e300)])
    assert [problem.place for problem in refusal.value.problems] == ["q1", "a", "b"]
