"""Medians, places, percentiles and unit costs, each worked by hand."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from vfm.scoring import comparison
from vfm.scoring.comparison import Standing

FIGURES = st.lists(st.decimals(-1000, 1000, places=2), min_size=1, max_size=20)


def decimals(*figures: str | int) -> list[Decimal]:
    return [Decimal(figure) for figure in figures]


def test_a_place_among_ten_neighbours_by_hand():
    """Of nine neighbours 685, 1285, 1545, 1680 and 1995 are lower than 2010, and four are higher."""
    others = decimals(685, 1285, 1545, 1680, 1995, 2090, 2230, 2405, 2600)
    found = comparison.standing(Decimal(2010), others)
    assert found == Standing(lower=5, equal=0, higher=4)
    assert (found.place, found.counted) == (6, 9)
    assert found.percentile.quantize(Decimal("0.0001")) == Decimal("0.5556")  # 5 of 9


def test_those_with_the_same_figure_count_half():
    """Lower than 10: 8 and 9. The same: 10 and 10. So (2 + 2/2) of 5 is 0.6."""
    found = comparison.standing(Decimal(10), decimals(8, 9, 10, "10.0", 11))
    assert found == Standing(2, 2, 1)
    assert found.percentile == Decimal("0.6")
    assert found.place == 3


def test_the_ends_and_nobody():
    assert comparison.standing(Decimal(1), decimals(2, 3)).percentile == 0
    assert comparison.standing(Decimal(4), decimals(2, 3)).percentile == 1
    assert comparison.standing(Decimal(4), decimals(4, 4)).percentile == Decimal("0.5")
    assert comparison.standing(Decimal(4), []).percentile is None


def test_medians_of_odd_and_even_numbers():
    assert comparison.median(decimals(3, 1, 2)) == 2
    assert comparison.median(decimals(4, 1, 2, 3)) == Decimal("2.5")
    assert comparison.median(decimals("-0.1", "0.2")) == Decimal("0.05")
    assert comparison.median([]) is None


def test_a_unit_cost_is_exact_and_equal_ones_are_equal():
    """£94,614,000 for 594 children is 159,282.8282...; a third is a third, whatever it was made from."""
    cost = comparison.quotient(Decimal(94_614_000), Decimal(594))
    assert cost.quantize(Decimal("0.0001")) == Decimal("159282.8283")
    assert comparison.quotient(Decimal(1), Decimal(3)) == comparison.quotient(Decimal(7), Decimal(21))
    assert str(comparison.quotient(Decimal(1000), Decimal(10))) == "100"
    assert comparison.quotient(Decimal(5), Decimal(0)) is None


def test_unit_costs_need_both_figures():
    over = {1: Decimal(10), 2: Decimal(20), 3: Decimal(30)}
    under = {1: Decimal(4), 2: Decimal(0), 4: Decimal(5)}
    assert comparison.unit_costs(over, under) == {1: Decimal("2.5")}


def test_which_years_go_together():
    assert comparison.matching("2024-25", {"2024-25", "2025"}) == "2024-25"
    assert comparison.matching("2024-25", {"2024", "2025"}) == "2025"
    assert comparison.matching("2025", {"2024-25", "2025-26"}) == "2024-25"
    assert comparison.matching("2024-25", {"2024", "2023-24"}) is None
    assert comparison.matching("1999-00", {"2000"}) == "2000"


@given(st.decimals(-1000, 1000, places=2), FIGURES)
def test_lower_and_higher_change_places_when_signs_do(own: Decimal, others: list[Decimal]):
    found = comparison.standing(own, others)
    turned = comparison.standing(-own, [-other for other in others])
    assert (found.lower, found.equal, found.higher) == (turned.higher, turned.equal, turned.lower)
    assert abs(found.percentile + turned.percentile - 1) < Decimal("1e-30")


@given(FIGURES)
def test_half_are_on_either_side_of_the_median(figures: list[Decimal]):
    middle = comparison.median(figures)
    assert 2 * sum(figure < middle for figure in figures) <= len(figures)
    assert 2 * sum(figure > middle for figure in figures) <= len(figures)
