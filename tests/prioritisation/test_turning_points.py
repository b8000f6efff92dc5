"""What the weights would have to be: exact, held against the general programmes and by moving the weights."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.prioritisation.robustness import smallest_change, weight_intervals
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.turning_points import Swap, dethroning, entering, overtaking, swap

WEIGHTS = np.array([0.4, 0.3, 0.2, 0.1])


def world(seed: int, services: int = 14) -> Floats:
    parts = np.random.default_rng(seed).random((services, 4))
    return np.asarray(parts[np.argsort(-(parts @ WEIGHTS))])


@pytest.mark.parametrize("seed", range(6))
def test_the_first_is_dethroned_by_whoever_needs_the_least(seed: int) -> None:
    parts = world(seed)
    each = [smallest_change(parts, WEIGHTS, rival) for rival in range(1, len(parts))]
    found, costs = dethroning(parts, WEIGHTS), [change.moved for change in each if change]
    assert found is not None
    assert found.change.moved == pytest.approx(min(costs))
    index = parts @ np.array(found.change.weights)
    assert index[found.by[0]] == pytest.approx(index[0])
    assert index.max() == pytest.approx(index[0])


@pytest.mark.parametrize("seed", range(4))
def test_entering_agrees_with_the_programme_over_every_service(seed: int) -> None:
    parts, top = world(seed), 4
    for rival in range(top, len(parts)):
        found, whole = entering(parts, WEIGHTS, rival, top), smallest_change(parts, WEIGHTS, rival, top)
        if whole is None:
            assert found is None
            continue
        assert found is not None
        assert found.moved == pytest.approx(whole.moved, abs=1e-6)
        index = parts @ np.array(found.weights)
        assert (index > index[rival] + 1e-6).sum() < top


def test_nobody_dethrones_a_service_that_leads_on_everything() -> None:
    parts = np.array([[1.0, 1.0], [0.2, 0.3], [0.1, 0.9]])
    assert dethroning(parts, np.array([0.5, 0.5])) is None
    assert entering(parts, np.array([0.5, 0.5]), 2, 1) is None
    assert dethroning(parts[:1], np.array([0.5, 0.5])) is None


def test_a_shared_first_place_needs_no_change() -> None:
    found = dethroning(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.5, 0.5]))
    assert found is not None
    assert (found.by, found.change.moved) == ((1,), 0)


def test_a_service_in_the_top_set_needs_no_change() -> None:
    found = entering(world(1), WEIGHTS, 1, 3)
    assert found is not None
    assert found.moved == 0


def test_overtaking_by_hand() -> None:
    # Behind by 0.4 with weights 0.7, 0.3; each share moved gains 2, so a fifth of the weight has to move.
    moved, weights = overtaking(np.array([[-1.0, 1.0]]), np.array([0.7, 0.3]))
    assert moved.tolist() == pytest.approx([0.2])
    assert weights[0].tolist() == pytest.approx([0.5, 0.5])


@given(st.lists(st.lists(st.integers(0, 50), min_size=3, max_size=3), min_size=3, max_size=9))
@settings(max_examples=60, deadline=None)
def test_past_an_end_exactly_those_named_change_places(rows: list[list[int]]) -> None:
    weights, top = np.array([0.5, 0.3, 0.2]), 2
    parts = np.array(rows) / 50
    parts = parts[np.argsort(-np.round(parts @ weights, 9), kind="stable")]
    for j, (low, high) in enumerate(weight_intervals(parts, weights, top)):
        for end, way in ((low, -1), (high, 1)):
            found = swap(parts, weights, j, end, way, top)
            assert len(found.leave) == len(found.enter)
            assert all(at < top for at in found.leave)
            assert all(at >= top for at in found.enter)
            if not 0 < end < 1:
                assert found == Swap()
