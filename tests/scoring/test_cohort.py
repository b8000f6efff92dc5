"""Statistics of a cycle: quartiles, steps and fences on examples worked by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vfm.scoring.cohort import (
    Pull,
    Quartiles,
    is_in_step,
    median_of,
    peers,
    pulls,
    quartiles,
    steps,
)

SCORES = st.lists(st.floats(0, 100), min_size=1, max_size=40)


# --- quartiles ----------------------------------------------------------------------------------------------


def test_quartiles_interpolate_between_neighbours() -> None:
    """Six scores: place (6 - 1) x 0.25 = 1.25, so Q1 = 20 + 0.25 (36 - 20) = 24; the median stands at 2.5,
    so 36 + 0.5 (44 - 36) = 40; Q3 at 3.75, so 44 + 0.75 (60 - 44) = 56."""
    found = quartiles([60, 8, 44, 20, 36, 90])
    assert found == Quartiles(6, 8, 24, 40, 56, 90)
    assert found.spread == 32
    assert found.is_told


def test_quartiles_that_fall_on_a_score_are_that_score() -> None:
    """Five scores: places 1, 2 and 3 exactly."""
    assert quartiles([10, 20, 30, 40, 50]) == Quartiles(5, 10, 20, 30, 40, 50)


def test_few_scores_are_summed_up_and_said_to_be_few() -> None:
    assert quartiles([]) is None
    assert quartiles([None]) is None
    assert quartiles([62.5, None]) == Quartiles(1, 62.5, 62.5, 62.5, 62.5, 62.5)
    two = quartiles([40, 60])
    assert two == Quartiles(2, 40, 45, 50, 55, 60)
    assert not two.is_told
    assert median_of([None, 3, 1, 2]) == 2
    assert median_of([None]) is None


@given(SCORES)
def test_quartiles_are_those_of_the_method_named(scores: list[float]) -> None:
    found = quartiles(scores)
    assert found is not None
    wanted = np.quantile(scores, [0, 0.25, 0.5, 0.75, 1], method="linear").tolist()
    ends = [found.lowest, found.lower, found.median, found.upper, found.highest]
    assert ends == pytest.approx(wanted)
    assert ends == sorted(ends)


# --- steps --------------------------------------------------------------------------------------------------


def test_a_step_holds_its_lower_end_and_the_last_one_both() -> None:
    scores = {"low": 0.0, "nearly": 9.999, "ten": 10.0, "third": 200 / 3, "all": 100.0, "ninety": 90.0}
    held = {step.low: step.keys for step in steps(scores) if step.keys}
    assert held == {0: ("low", "nearly"), 10: ("ten",), 60: ("third",), 90: ("all", "ninety")}
    assert len(steps(scores)) == 10


def test_a_score_that_only_floating_point_keeps_from_a_step_is_in_it() -> None:
    assert 100 * 0.7 < 70.0000001
    nearly = 70 - 1e-13
    assert next(step.low for step in steps({"a": nearly}) if step.keys) == 70
    assert is_in_step(nearly, 70, 80)
    assert not is_in_step(nearly, 60, 70)


@given(SCORES)
def test_every_score_is_in_exactly_one_step_and_the_list_of_the_step_agrees(scores: list[float]) -> None:
    named = dict(enumerate(scores))
    for step in steps(named):
        assert list(step.keys) == [
            key for key, score in named.items() if is_in_step(score, step.low, step.high)
        ]
    assert sum(len(step.keys) for step in steps(named)) == len(scores)


def test_no_score_is_in_no_step() -> None:
    assert not is_in_step(None, 0, 100)


# --- far from the rest --------------------------------------------------------------------------------------


def test_far_is_beyond_one_and_a_half_widths_of_the_middle_half() -> None:
    """48, 50, 52, 54, 56 and 20: in order 20 48 50 52 54 56; Q1 at 1.25 = 48.5, median 51, Q3 at 3.75 = 53.5.
    Width 5, reach 7.5: far is under 41 or over 61. 20 is 21 points past it and 31 under the median.
    Distances from 51 in order: 1 1 3 3 5 31, MAD 3; modified z 0.6745 x -31 / 3 = -6.97."""
    found = peers("all", {"a": 48, "b": 50, "c": 52, "d": 54, "e": 56, "f": 20, "g": None})
    assert found.ends == (41, 61)
    assert found.without == 1
    (far,) = found.far
    assert (far.key, far.side, far.from_median, far.beyond) == ("f", "below", -31, 21)
    assert far.modified_z == pytest.approx(-6.969833333)


def test_nothing_is_far_by_less_than_five_points_however_alike_the_rest_are() -> None:
    alike = {1: 50.0, 2: 50.0, 3: 50.0, 4: 50.0}
    near = peers("all", alike | {5: 54.9})
    assert near.ends == (45, 55)
    assert near.far == ()
    (far,) = peers("all", alike | {5: 56.0}).far
    assert (far.side, far.beyond, far.modified_z) == ("above", 1, None)


def test_on_the_fence_is_not_far() -> None:
    """0, 10, 20, 30, 60: Q1 10, Q3 30, so far begins under -20 and over 60."""
    found = peers("all", {1: 0, 2: 10, 3: 20, 4: 30, 5: 60})
    assert found.ends == (-20, 60)
    assert found.far == ()


def test_four_scores_are_too_few_to_say() -> None:
    found = peers("all", {1: 50.0, 2: 50.0, 3: 50.0, 4: 0.0, 5: None})
    assert (found.ends, found.far) == (None, ())
    assert found.quartiles is not None
    assert found.quartiles.count == 4


@given(SCORES)
def test_the_middle_half_is_never_far(scores: list[float]) -> None:
    found = peers("all", dict(enumerate(scores)))
    for far in found.far:
        assert found.quartiles is not None
        assert far.beyond > 0
        assert far.score < found.quartiles.lower or far.score > found.quartiles.upper


def test_what_pulls_a_score_is_its_share_of_the_difference() -> None:
    """ECO: 0.25 x (20 - 60) = -10; DEM: 0.5 x (40 - 50) = -5; GOV: 0.25 x (80 - 60) = 5."""
    own = {"GOV": (0.25, 80.0), "DEM": (0.5, 40.0), "ECO": (0.25, 20.0), "NEW": (0.0, 10.0)}
    medians = {"ECO": 60.0, "DEM": 50.0, "GOV": 60.0, "NEW": None}
    assert pulls(own, medians) == (
        Pull("ECO", 20, 60, -10),
        Pull("DEM", 40, 50, -5),
        Pull("GOV", 80, 60, 5),
    )
