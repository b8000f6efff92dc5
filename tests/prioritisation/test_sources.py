"""Raw values of the default criteria from figures and answers."""

from vfm.prioritisation.criteria import DEFAULT_CRITERIA
from vfm.prioritisation.sources import (
    PERFORMANCE_QUARTERS,
    UNIT_COST_QUARTERS,
    answered,
    demand_pressure,
    savings_potential,
    share_ahead,
    share_of_gross,
)


def test_what_is_not_known_is_never_nought() -> None:
    assert demand_pressure(None, None) is None
    assert share_of_gross(None, 10) is None
    assert share_of_gross(5, None) is None
    assert share_of_gross(5, 0) is None
    assert savings_potential(1, None, 10) is None
    assert share_ahead(None, [1.0], lower_is_ahead=True) is None
    assert share_ahead(1.0, [], lower_is_ahead=True) is None
    assert answered(UNIT_COST_QUARTERS, "not_known") is None


def test_demand_that_falls_is_no_pressure_and_the_greater_change_counts() -> None:
    assert demand_pressure(-3, None) == 0
    assert demand_pressure(-3, 8) == 8
    assert demand_pressure(9, 8) == 9


def test_shares_of_the_group() -> None:
    group = [10.0, 20.0, 30.0, 40.0]
    assert share_ahead(30.0, group, lower_is_ahead=True) == 0.5
    assert share_ahead(30.0, group, lower_is_ahead=False) == 0.25


def test_the_worst_quarter_stands_for_the_highest_share_ahead() -> None:
    assert UNIT_COST_QUARTERS["highest_quarter"] == PERFORMANCE_QUARTERS["bottom_quarter"] == 0.875
    assert UNIT_COST_QUARTERS["lowest_quarter"] == PERFORMANCE_QUARTERS["top_quarter"] == 0.125


def test_each_default_criterion_says_where_it_comes_from() -> None:
    assert all(criterion.source for criterion in DEFAULT_CRITERIA)
