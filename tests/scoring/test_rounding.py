"""Rounding: half up by size, nine places for thresholds, parts that add up as printed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.scoring.rounding import largest_remainder, reaches, shown

POINTS = st.floats(min_value=-100, max_value=100, allow_nan=False)


@pytest.mark.parametrize(
    ("figure", "printed"),
    [
        (0.5, 1),
        (1.5, 2),
        (2.5, 3),
        (-0.5, -1),
        (-2.5, -3),
        (62.5, 63),
        (66.66666666666667, 67),
        (0, 0),
        (-0.4, 0),
    ],
)
def test_a_half_goes_up_by_size(figure: float, printed: int) -> None:
    assert shown(figure) == printed


def test_the_shortest_decimal_form_decides() -> None:
    assert shown(0.49999999999999994) == 0
    assert shown(1e-7) == 0
    assert shown(100.0) == 100


def test_thresholds_forgive_the_tenth_place_and_no_more() -> None:
    assert reaches(0.6 - 1e-12, 0.6)
    assert not reaches(0.6 - 1e-8, 0.6)


def test_ties_go_by_key() -> None:
    assert largest_remainder({"b": 0.5, "a": 0.5}, 1) == {"b": 0, "a": 1}
    assert largest_remainder({"b": -0.5, "a": -0.5}, -1) == {"b": -1, "a": 0}
    assert largest_remainder({}, 7) == {}


@settings(max_examples=50)
@given(st.dictionaries(st.text("abcdef", min_size=1, max_size=3), POINTS, min_size=1, max_size=8))
def test_printed_parts_add_up_and_none_is_a_whole_point_off(parts: dict[str, float]) -> None:
    printed = largest_remainder(parts, shown(sum(parts.values())))
    assert sum(printed.values()) == shown(sum(parts.values()))
    assert list(printed) == list(parts)
    assert all(abs(printed[key] - part) <= 1 + 1e-9 for key, part in parts.items())
