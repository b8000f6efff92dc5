"""What holds whatever is ranked: the quick ways give what the plain ways give, to the last digit."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from vfm.errors import Invalid
from vfm.prioritisation import lines
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import Override, ServiceFacts, problems
from vfm.prioritisation.gaps import quantile
from vfm.prioritisation.index import display_order
from vfm.prioritisation.inputs import prepared
from vfm.prioritisation.methods import MethodName
from vfm.prioritisation.ranking import Ranking, rank
from vfm.prioritisation.record import as_record, read_record
from vfm.prioritisation.robustness import STEEP, smallest_change, weight_intervals
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.weights import correlation_warnings

ON = date(2026, 11, 27)
KEYS = ("need", "cost", "risk")
CRITERIA = (
    Criterion("need", weight=3, goalposts=(0, 10), group="demand"),
    Criterion("cost", weight=2, goalposts=(0, 10), direction="lower", group="cost"),
    Criterion("risk", weight=1, goalposts=(0, 10), group="risk"),
)


def ranked(rows: Sequence[Sequence[float | None]], **how: Any) -> Ranking:
    services = [
        ServiceFacts(f"s{i:03}", values=dict(zip(KEYS, row, strict=True))) for i, row in enumerate(rows)
    ]
    return rank(services, CRITERIA, on=ON, **{"draws": 0, **how})


def moved(weights: Floats, j: int, share: float) -> Floats:
    others = weights / (1 - weights[j]) * (1 - share)
    others[j] = share
    return others


points = st.one_of(st.integers(0, 10).map(float), st.floats(0, 10))


@pytest.mark.parametrize("method", ["additive", "geometric", "topsis", "promethee2"])
@given(
    rows=st.lists(st.tuples(points, points, points), min_size=1, max_size=9),
    worse=st.tuples(st.floats(0, 3), st.floats(0, 3), st.floats(0, 3)),
)
@settings(max_examples=40, deadline=None)
def test_a_dominated_service_never_outranks_its_dominator(
    method: MethodName, rows: list[tuple[float, ...]], worse: tuple[float, ...]
) -> None:
    need, cost, risk = rows[0]
    below = (need - worse[0], cost + worse[1], risk - worse[2])
    places = {s.key: s.rank for s in ranked([*rows, below], method=method).services}
    first, second = places["s000"], places[f"s{len(rows):03}"]
    assert first is not None
    assert second is not None
    assert first <= second


@given(st.integers(0, 10**6), st.integers(2, 40), st.integers(1, 6), st.booleans())
@settings(max_examples=120, deadline=None)
def test_weight_intervals_are_those_of_all_pairs(seed: int, n: int, m: int, has_ties: bool) -> None:
    chance = np.random.default_rng(seed)
    u = chance.integers(0, 4, (n, m)) / 3 if has_ties else chance.random((n, m))
    weights = chance.random(m) * (chance.random(m) > 0.1)
    assume(weights.sum() > 0)
    weights /= weights.sum()
    u = u[np.argsort(-np.round(100 * (u * weights).sum(axis=1), 9), kind="stable")]
    top = int(chance.integers(1, n))
    assert weight_intervals(u, weights, top) == [by_pairs(u, weights, j, top) for j in range(m)]


def by_pairs(u: Floats, weights: Floats, j: int, top: int) -> tuple[float, float]:
    """Every crossing of one inside the top set with one outside it, one by one."""
    here, rest = float(weights[j]), 1 - weights[j]
    if round(float(rest), 9) <= 0:
        return 0.0, 1.0
    others = weights / rest
    others[j] = 0
    at_none, at_all = (u * others).sum(axis=1), u[:, j]
    low, high = 0.0, 1.0
    for inside, outside in product(range(top), range(top, len(u))):
        gap = at_none[inside] - at_none[outside]
        slope = at_all[inside] - at_all[outside] - gap
        if abs(slope) >= STEEP:
            crossing = min(1.0, max(0.0, float(-gap / slope)))
            low, high = (max(low, crossing), high) if slope > 0 else (low, min(high, crossing))
    return min(low, here), max(high, here)


@given(st.integers(0, 10**6), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_no_weights_on_a_grid_bring_a_rival_up_with_less(seed: int, top: int) -> None:
    chance = np.random.default_rng(seed)
    u, weights = chance.random((7, 3)), np.array([0.5, 0.3, 0.2])
    rival = int(chance.integers(7))
    grid = np.array([(a, b, 40 - a - b) for a in range(41) for b in range(41 - a)]) / 40
    index = grid @ u.T
    is_there = (index > index[:, [rival]] + 1e-12).sum(axis=1) < top
    least = (np.abs(grid - weights).sum(axis=1) / 2)[is_there].min(initial=np.inf)
    found = smallest_change(u, weights, rival, top)
    if found is None:
        assert np.isinf(least)
        return
    assert found.moved <= least + 1e-7
    assert sum(found.weights) == pytest.approx(1)
    assert np.abs(np.array(found.weights) - weights).sum() / 2 == pytest.approx(found.moved, abs=1e-6)
    reached = u @ np.array(found.weights)
    assert (reached > reached[rival] + 1e-6).sum() < top


def test_the_smallest_change_of_two_weights_is_where_the_lines_cross() -> None:
    chance = np.random.default_rng(8)
    for _ in range(40):
        u, share = chance.random((2, 2)), 0.2 + 0.6 * chance.random()
        u = u[np.argsort(-(u @ [share, 1 - share]))]
        apart = u[0] - u[1]
        found = smallest_change(u, np.array([share, 1 - share]), rival=1)
        if (apart >= 0).all():
            assert found is None
        else:
            crossing = -apart[1] / (apart[0] - apart[1])
            assert found is not None
            assert found.moved == pytest.approx(abs(crossing - share), abs=1e-8)


@given(st.integers(0, 10**6), st.integers(3, 60))
@settings(max_examples=150, deadline=None)
def test_criteria_that_move_together_are_found_with_gaps_and_ties(seed: int, n: int) -> None:
    chance = np.random.default_rng(seed)
    common = chance.random(n)
    spoilt = chance.uniform(0, 0.6, 4)
    known = np.array([common + s * chance.random(n) for s in spoilt]).T
    known = np.round(known, int(chance.integers(1, 5))) ** int(chance.choice([1, 9]))
    known[chance.random(known.shape) < 0.15] = np.nan
    expected = []
    for i, j in combinations(range(4), 2):
        both = known[~np.isnan(known[:, [i, j]]).any(axis=1)][:, [i, j]]
        is_defined = len(both) >= 3 and np.ptp(both, axis=0).all()
        if is_defined and round(float(stats.spearmanr(both[:, 0], both[:, 1]).statistic), 9) > 0.8:
            expected.append(f"{i} and {j}")
    warnings = correlation_warnings(known, list("0123"), list("abcd"))
    assert [warning[:7] for warning in warnings] == expected


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.sampled_from([0.1, 0.5, 0.9, 0.02]))
def test_quantiles_are_those_of_numpy_digit_for_digit(values: list[float], share: float) -> None:
    assert quantile(np.sort(values), share) == np.quantile(values, share)


@given(st.integers(0, 10**6), st.integers(1, 30))
@settings(max_examples=80, deadline=None)
def test_display_order_is_that_of_every_key_sorted_at_once(seed: int, n: int) -> None:
    chance = np.random.default_rng(seed)
    u, weights = chance.integers(0, 3, (n, 2)) / 2, np.array([0.5, 0.5])
    index = np.where(chance.random(n) < 0.2, -np.inf, 100 * (u @ weights) + 1e-12 * chance.random(n))
    gross = np.where(chance.random(n) < 0.3, -np.inf, chance.integers(0, 3, n) * 1.0)
    plain = sorted(range(n), key=lambda i: (-round(index[i], 9), -u[i, 0], -u[i, 1], -gross[i], i))
    assert display_order(index, u, weights, gross).tolist() == plain


figures = st.sampled_from(
    [
        None,
        0.0,
        -1.0,
        5.0,
        7,
        Decimal("2.5"),
        True,
        float("nan"),
        float("inf"),
        1e300,
        10**400,
        -(10**16),
        "many",
    ]
)


@given(
    st.lists(
        st.builds(
            ServiceFacts,
            key=st.sampled_from(["a", "b", "c", "d", "e", "f"]),
            values=st.dictionaries(st.sampled_from(["need", "log"]), figures),
            gross=st.one_of(st.just(1.0), figures),
            spread=st.one_of(st.just(1.0), figures),
            weak_sections=st.sampled_from([(), ("One",), 2, -1]),
            override=st.sampled_from([None, Override("monitor"), Override("guess")]),  # type: ignore[arg-type]
        ),
        max_size=4,
    )
)
@settings(max_examples=300, deadline=None)
def test_what_is_read_at_once_is_refused_when_the_plain_check_finds_a_problem(services: list[Any]) -> None:
    criteria = (CRITERIA[0], Criterion("log", transform="log10", goalposts=(1, 10)))
    expected = problems(services, criteria)
    has_values = any(one.values.get(c.key) is not None for one in services for c in criteria)
    if expected or not has_values:
        with pytest.raises(Invalid) as refusal:
            prepared(services, criteria, 0.3)
        nothing = [(problem.place) for problem in refusal.value.problems] == ["services"]
        assert list(refusal.value.problems) == expected or (not expected and nothing)
    else:
        found = prepared(services, criteria, 0.3)
        assert [one.key for one in found.services] == sorted(one.key for one in services)


def test_lines_read_in_any_way_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(float(i * 7 % 11), float(i % 5), None if i % 4 == 0 else float(i)) for i in range(11)]
    whole = tuple(ranked(rows).services)
    monkeypatch.setattr(lines, "BLOCK", 3)
    services = ranked(rows).services
    assert services[-1] == whole[-1]
    assert services[2:8:2] == whole[2:8:2]
    assert tuple(reversed(services)) == whole[::-1]
    assert services == whole
    assert services[4] is services[4]
    assert len(services) == 11
    for at in (11, -12):
        with pytest.raises(IndexError, match=f"no line {at}"):
            services[at]


def test_a_record_is_the_same_however_much_was_read_before() -> None:
    rows = [(float(i), 3.0, None if i % 2 else 4.0) for i in range(9)]
    unread, read = ranked(rows, draws=50), ranked(rows, draws=50)
    assert read.services[3].key == "s005"
    assert json.dumps(as_record(unread)) == json.dumps(as_record(read))
    again = read_record(json.loads(json.dumps(as_record(read))))
    assert (again.seed, again.ranked) == (unread.seed, unread.ranked)


@given(st.lists(st.tuples(points, points, points), min_size=3, max_size=8))
@settings(max_examples=20, deadline=None)
def test_exactly_k_are_in_the_top_in_every_draw_and_shares_add_up(rows: list[tuple[float, ...]]) -> None:
    ranking = ranked(rows, draws=120, top=2)
    for found in ranking.simulation.values():
        assert found.shares.sum(axis=0) == pytest.approx(1)
        assert found.shares.sum(axis=1) == pytest.approx(1)
        assert found.tally.ranks[:, :2].sum() == 2 * 120
    assert sum(s.top_share or 0 for s in ranking.services) == pytest.approx(2)


def test_criteria_and_rows_shuffled_give_the_same_bytes_with_every_transform() -> None:
    chance = np.random.default_rng(6)
    criteria = [
        replace(CRITERIA[0], goalposts=None, transform="percentile"),
        replace(CRITERIA[1], goalposts=None, transform="asinh", scale=2),
        replace(CRITERIA[2], goalposts=None, transform="log10", floor=0.5),
    ]
    services = [
        ServiceFacts(
            f"s{i}",
            values={key: None if chance.random() < 0.1 else float(chance.integers(0, 9)) for key in KEYS},
            family="x" if i % 2 else "y",
            gross=float(i % 3),
        )
        for i in range(40)
    ]
    first = json.dumps(rank(services, criteria, on=ON, draws=300).as_json(), sort_keys=True)
    for _ in range(3):
        rows = [services[i] for i in chance.permutation(40)]
        columns = [criteria[i] for i in chance.permutation(3)]
        assert json.dumps(rank(rows, columns, on=ON, draws=300).as_json(), sort_keys=True) == first
