"""Raw values to u, by hand."""

from dataclasses import replace

import numpy as np
import pytest

from vfm.prioritisation.criteria import Criterion, Transform
from vfm.prioritisation.scales import frozen, percentile_ranks, utility

NAN = float("nan")


def u(criterion: Criterion, *raw: float) -> list[float]:
    return utility(criterion, np.array(raw)).tolist()


def test_linear_between_goalposts_and_clipped_outside() -> None:
    criterion = Criterion("x", goalposts=(10, 30))
    assert u(criterion, 0, 10, 15, 30, 99) == [0, 0, 0.25, 1, 1]


def test_lower_turns_round() -> None:
    assert u(Criterion("x", direction="lower", goalposts=(0, 100)), 0, 30, 100) == [1, 0.7, 0]


def test_logarithm_counts_values_under_the_floor_as_the_floor() -> None:
    criterion = Criterion("x", transform="log10", floor=10, goalposts=(1, 1000))
    assert u(criterion, -5, 10, 100, 1000) == pytest.approx([0, 0, 0.5, 1])


def test_asinh_bends_at_its_scale() -> None:
    criterion = Criterion("x", transform="asinh", scale=2, goalposts=(-4, 4))
    expected = (np.arcsinh(1) + np.arcsinh(2)) / (2 * np.arcsinh(2))
    assert u(criterion, -4, 0, 2) == pytest.approx([0, 0.5, expected])


def test_percentile_counts_below_and_half_the_equal() -> None:
    criterion = Criterion("x", transform="percentile", reference=(1, 2, 2, 3), goalposts=(0, 4))
    assert u(criterion, 0, 1, 2, 2.5, 9) == [0, 0.125, 0.5, 0.75, 1]
    assert u(replace(criterion, direction="lower"), 1) == [0.875]


def test_percentile_without_goalposts_stands_between_p2_and_p98_like_any_other() -> None:
    """The specification: where none are given, p2 and p98; here 1.06 and 2.94, so T is 0.25 and 0.75."""
    fixed, _ = frozen(Criterion("x", transform="percentile", reference=(1, 2, 2, 3)), np.array([2.0]))
    assert fixed.goalposts == pytest.approx((1.06, 2.94))
    assert u(fixed, 0, 1, 2, 2.5, 9) == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize("transform", ["linear", "log10", "asinh", "percentile"])
def test_a_constant_reference_gives_a_half_whatever_the_transform(transform: Transform) -> None:
    """The specification: a constant reference gives u = 0.5 and a warning."""
    fixed, warnings = frozen(Criterion("x", transform=transform, reference=(7, 7)), np.array([7.0]))
    assert u(fixed, 1, 7, 99) == [0.5, 0.5, 0.5]
    assert len(warnings) == 1


def test_percentile_goalposts_with_nothing_of_the_reference_between_are_warned_about() -> None:
    criterion = Criterion("x", transform="percentile", reference=(1, 2), goalposts=(8, 9))
    fixed, warnings = frozen(criterion, np.array([1.0]))
    assert u(fixed, 1, 8.5) == [0.5, 0.5]
    assert len(warnings) == 1


def test_percentile_between_given_goalposts() -> None:
    criterion = Criterion("x", transform="percentile", reference=(1, 2, 3, 4), goalposts=(1, 3))
    # T(1) = 0.125, T(3) = 0.625, T(2) = 0.375
    assert u(criterion, 1, 2, 3, 4) == [0, 0.5, 1, 1]


def test_none_is_neither_placed_nor_clipped() -> None:
    assert u(Criterion("x", transform="none"), -3, 0.5, 40) == [-3, 0.5, 40]


def test_a_blank_stays_blank() -> None:
    for transform in ("linear", "log10", "asinh", "percentile", "none"):
        criterion = Criterion("x", transform=transform, goalposts=(1, 9), reference=(1.0, 9.0))
        assert np.isnan(u(criterion, NAN)[0]), transform


def test_without_goalposts_they_are_the_2nd_and_98th_percentile_of_the_reference() -> None:
    reference = tuple(float(x) for x in range(101))
    fixed, warnings = frozen(Criterion("x", reference=reference), np.array([50.0]))
    assert fixed.goalposts == (2, 98)
    assert warnings == []
    assert u(fixed, 50) == [0.5]


def test_without_a_reference_the_services_are_it_and_a_warning_says_so() -> None:
    fixed, warnings = frozen(Criterion("x"), np.array([0.0, NAN, 100.0]))
    assert fixed.goalposts == (2, 98)
    assert fixed.reference == (0, 100)
    assert len(warnings) == 1
    assert "changes with them" in warnings[0]


def test_a_constant_reference_gives_a_half_and_a_warning() -> None:
    fixed, warnings = frozen(Criterion("x", reference=(7, 7, 7)), np.array([7.0]))
    assert u(fixed, 1, 7, 99) == [0.5, 0.5, 0.5]
    assert any("does not vary" in warning for warning in warnings)


def test_given_goalposts_need_no_reference() -> None:
    criterion = Criterion("x", goalposts=(0, 1))
    assert frozen(criterion, np.array([5.0])) == (criterion, [])


def test_percentile_ranks_of_a_set_in_itself_average_a_half() -> None:
    values = np.array([3.0, 1.0, 1.0, 8.0, 5.0])
    assert percentile_ranks(values, values).mean() == pytest.approx(0.5)
