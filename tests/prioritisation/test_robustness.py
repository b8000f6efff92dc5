"""How far weights may move: exact answers, checked by moving them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.prioritisation.robustness import deciding_weights, smallest_change, weight_intervals
from vfm.prioritisation.scales import Floats

WEIGHTS = np.array([0.5, 0.3, 0.2])


def moved(weights: Floats, j: int, share: float) -> Floats:
    others = weights / (1 - weights[j]) * (1 - share)
    others[j] = share
    return others


def top_set(u: Floats, weights: Floats, top: int) -> set[int]:
    return set(np.argsort(-(u @ weights), kind="stable")[:top].tolist())


tables = st.lists(st.lists(st.integers(0, 97), min_size=3, max_size=3), min_size=3, max_size=8).map(
    lambda rows: np.array(sorted(rows, key=lambda r: -float(np.array(r) @ WEIGHTS))) / 97
)


@given(tables, st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_inside_its_interval_a_weight_keeps_the_top_set_and_outside_it_does_not(u: Floats, top: int) -> None:
    index = u @ WEIGHTS
    if top >= len(u) or index[top - 1] - index[top] < 1e-6:
        return
    for j, (low, high) in enumerate(weight_intervals(u, WEIGHTS, top)):
        assert 0 <= low <= WEIGHTS[j] <= high <= 1
        for share in np.linspace(low + 1e-7, high - 1e-7, 5):
            assert top_set(u, moved(WEIGHTS, j, share), top) == set(range(top))
        for share in ([low - 1e-6] if low > 1e-6 else []) + ([high + 1e-6] if high < 1 - 1e-6 else []):
            assert top_set(u, moved(WEIGHTS, j, share), top) != set(range(top))


def test_a_tie_at_the_edge_leaves_no_room_on_one_side() -> None:
    u = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert weight_intervals(u, np.array([0.5, 0.5]), 1) == [(0.5, 1.0), (0.0, 0.5)]


def test_a_lone_weight_and_a_full_top_set_decide_nothing() -> None:
    assert weight_intervals(np.array([[1.0], [0.0]]), np.array([1.0]), 1) == [(0, 1)]
    assert weight_intervals(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.6, 0.4]), 2) == [(0, 1), (0, 1)]


@given(tables, st.integers(1, 2), st.integers(0, 7))
@settings(max_examples=50, deadline=None)
def test_a_deciding_weight_moves_the_service_over_the_edge(u: Floats, top: int, service: int) -> None:
    index = u @ WEIGHTS
    if service >= len(u) or top >= len(u) or np.abs(np.diff(index)).min() < 1e-6:
        return
    was_in = service < top
    for j, share in deciding_weights(u, WEIGHTS, top, service).items():
        way = 1e-7 if share > WEIGHTS[j] else -1e-7
        before, after = moved(WEIGHTS, j, share - way), moved(WEIGHTS, j, share + way)
        assert (service in top_set(u, before, top)) == was_in
        if 0 <= share + way <= 1:
            assert (service in top_set(u, after, top)) != was_in


def test_the_smallest_change_by_hand() -> None:
    # The rival leads on the second criterion: level at 0.5 and 0.5, so a fifth of the weight has to move.
    found = smallest_change(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.7, 0.3]), rival=1)
    assert found is not None
    assert found.weights == pytest.approx((0.5, 0.5))
    assert found.moved == pytest.approx(0.2)


def test_a_dominated_rival_cannot_be_brought_to_the_top() -> None:
    assert smallest_change(np.array([[1.0, 1.0], [0.2, 0.3]]), np.array([0.7, 0.3]), rival=1) is None


def test_entering_the_top_two_takes_less_than_leading() -> None:
    u = np.array([[1.0, 0.0, 0.1], [0.8, 0.3, 0.1], [0.1, 0.7, 0.6]])
    to_lead, to_enter = smallest_change(u, WEIGHTS, rival=2), smallest_change(u, WEIGHTS, rival=2, top=2)
    assert to_lead is not None
    assert to_enter is not None
    assert to_enter.moved < to_lead.moved
    index = u @ np.array(to_enter.weights)
    assert (index > index[2] + 1e-6).sum() == 1


def test_a_service_already_there_needs_no_change() -> None:
    found = smallest_change(np.array([[1.0, 0.0, 0.1], [0.1, 0.7, 0.6]]), WEIGHTS, rival=0)
    assert found is not None
    assert found.moved == pytest.approx(0)
