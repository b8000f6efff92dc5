"""Agreeing weights, and what they come to."""

import numpy as np
import pytest

from vfm.errors import Invalid
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion, changed_goalposts, shares
from vfm.prioritisation.weights import (
    agreed,
    concentration,
    correlation_warnings,
    effective,
    kendalls_w,
    mid_ranks,
)


def test_the_default_weights_are_the_published_ones() -> None:
    assert {c.key: c.weight for c in DEFAULT_CRITERIA} == {
        "vfm_result": 20,
        "expenditure_level": 20,
        "demand_pressure": 15,
        "budget_variance": 10,
        "unit_cost": 10,
        "performance_gap": 10,
        "savings_potential": 10,
        "assurance_concern": 5,
    }
    assert sum(shares(DEFAULT_CRITERIA)) == pytest.approx(1)
    assert all(c.definition and c.unit and c.source and c.group for c in DEFAULT_CRITERIA)


def test_each_member_has_the_same_say_whatever_points_they_use() -> None:
    found = agreed({"one": {"a": 1, "b": 3}, "two": {"a": 50, "b": 50}})
    assert found.weights == {"a": 0.375, "b": 0.625}
    assert found.ranges == {"a": (0.25, 0.5), "b": (0.5, 0.75)}
    assert found.concentration == 50


def test_problems_with_points_are_all_named() -> None:
    with pytest.raises(Invalid) as refusal:
        agreed({"one": {"a": 1, "b": 1}, "two": {"a": 1}, "three": {"a": 0, "b": 0}})
    assert [p.place for p in refusal.value.problems] == ["two", "three"]


def test_kendalls_w_by_hand() -> None:
    # Rank sums 6, 5, 7 over three members: S = 0 + 1 + 1 = 2; W = 12 * 2 / (9 * 24).
    given = np.array([[1.0, 2, 3], [2, 1, 3], [3, 2, 1]])
    assert kendalls_w(given) == pytest.approx(24 / 216)
    assert kendalls_w(given[:1]) is None
    assert kendalls_w(np.array([[1.0, 1.0], [2.0, 2.0]])) is None


def test_kendalls_w_is_one_for_equal_orders_with_ties() -> None:
    assert kendalls_w(np.array([[1.0, 1, 2], [4, 4, 9]])) == pytest.approx(1)


def test_concentration_is_found_again_from_dirichlet_members() -> None:
    members = np.random.default_rng(3).dirichlet([12.0, 18.0, 30.0], 4000)
    assert concentration(members) == pytest.approx(60, rel=0.05)


def test_concentration_is_kept_within_bounds() -> None:
    assert concentration(np.array([[0.5, 0.5]] * 3)) == 500
    assert concentration(np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])) == 10
    assert concentration(np.array([[1.0, 0.0], [0.0, 1.0]])) == 50


def test_effective_weights_add_up_and_leave_out_what_does_not_vary() -> None:
    u = np.array([[0.1, 0.5, 0.9], [0.7, 0.5, 0.2], [0.9, 0.5, 0.4]])
    found = effective(u, np.array([0.5, 0.3, 0.2]))
    assert sum(x for x in found if x is not None) == pytest.approx(1)
    assert found[1] == pytest.approx(0)
    assert found[2] is not None
    assert found[2] < 0
    assert effective(np.full((3, 2), 0.5), np.array([0.5, 0.5])) == [None, None]


def test_mid_ranks_share_places() -> None:
    assert mid_ranks(np.array([5.0, 1.0, 5.0, 9.0])).tolist() == [2.5, 1, 2.5, 4]


def test_only_criteria_of_different_groups_are_warned_about() -> None:
    known = np.array([[0.1, 0.2, 0.9], [0.2, 0.3, 0.1], [0.3, 0.4, 0.5], [0.4, np.nan, 0.2]])
    assert correlation_warnings(known, ["a", "b", "c"], ["g", "g", "h"]) == []
    assert len(correlation_warnings(known, ["a", "b", "c"], ["g", "h", "h"])) == 1
    assert correlation_warnings(known, ["a", "b", "c"], [None, "h", "h"]) == []


def test_moved_goalposts_ask_for_the_weight_again() -> None:
    before = [Criterion("a", goalposts=(0, 1)), Criterion("b", goalposts=(0, 1))]
    after = [Criterion("a", goalposts=(0, 1), weight=9), Criterion("b", goalposts=(0, 2))]
    assert changed_goalposts(before, after) == ("b",)
