"""The draws: what they are, that they repeat, and that chunking changes nothing."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from vfm.prioritisation import simulation
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.simulation import (
    BLOCK,
    MODELS,
    Around,
    Between,
    Tally,
    Trial,
    best_first,
    drawn_weights,
    simulated,
    standard_error,
    tally,
)

ON = date(2026, 11, 23)


def trial(weights: tuple[float, ...] = (0.5, 0.3, 0.2), services: int = 12, **how: Any) -> Trial:
    u = np.random.default_rng(5).random((services, len(weights)))
    u = u[np.argsort(-(u @ np.array(weights)))]
    settings = {"method": "additive", "concentration": 50.0, "uncertain": (), "seed": 7, **how}
    return Trial(parts=(u,), weights=np.array(weights), **settings)


def equal(a: Tally, b: Tally) -> bool:
    return (
        a.draws == b.draws
        and np.array_equal(a.ranks, b.ranks)
        and np.array_equal(a.first_weights, b.first_weights)
        and np.array_equal(a.wins, b.wins)
    )


def test_any_chunking_gives_the_same_counts() -> None:
    vague = Between(1, np.array([2, 3]), np.array([0.1, 0.2]), np.array([0.9, 0.8]))
    given, draws = trial(uncertain=(vague,)), 5 * BLOCK + 17
    for model in range(len(MODELS)):
        whole = tally(given, model, draws)
        parts = [tally(given, model, draws, blocks) for blocks in ([4, 1], [5], [0, 2, 3])]
        assert whole.draws == draws
        assert equal(whole, parts[0] + parts[1] + parts[2])


@pytest.mark.parametrize("method", ["additive", "topsis"])
def test_any_room_and_any_number_of_threads_give_the_same_bytes(
    method: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    vague = Around(
        0, np.arange(12), Criterion("s", goalposts=(0, 100)), np.arange(12) * 8.0, np.full(12, 9.0)
    )
    given = trial(method=method, uncertain=(vague,), services=12)
    if method == "topsis":
        given = replace(given, parts=(given.parts[0], given.parts[0] ** 2), uncertain=())
    monkeypatch.setattr(simulation, "WORTH_A_THREAD", 1)
    for model in range(len(MODELS)):
        once = tally(given, model, 9 * BLOCK + 3, threads=1)
        for room, threads in ((1, 1), (12 * 7, 2), (12 * 100, 3), (10**9, 2)):
            monkeypatch.setattr(simulation, "ROOM", room)
            again = tally(given, model, 9 * BLOCK + 3, threads=threads)
            assert equal(once, again), (model, room, threads)


def test_every_place_is_taken_once_in_every_draw() -> None:
    for model, found in simulated(trial(), 1_000).items():
        assert found.tally.ranks.sum(axis=0).tolist() == [1_000] * 12, model
        assert found.tally.ranks.sum(axis=1).tolist() == [1_000] * 12, model
        assert sum(found.top_share(3)) == pytest.approx(3)
        assert sum(found.expected_rank()) == pytest.approx(12 * 13 / 2)


def test_weights_add_up_and_keep_to_their_model() -> None:
    given = trial((0.5, 0.3, 0.0, 0.2))
    for model in range(len(MODELS)):
        drawn = drawn_weights(given, model, 3)
        assert drawn.sum(axis=1) == pytest.approx(np.ones(BLOCK))
        assert (drawn[:, 2] == 0).all()
    ordered = drawn_weights(given, MODELS.index("ordered"), 0)
    assert (ordered[:, 0] >= ordered[:, 1]).all()
    assert (ordered[:, 1] >= ordered[:, 3]).all()


def test_mean_weights_are_the_known_ones() -> None:
    given = trial((0.4, 0.4, 0.2))
    means = {
        model: np.mean([drawn_weights(given, number, block).mean(axis=0) for block in range(80)], axis=0)
        for number, model in enumerate(MODELS)
    }
    assert means["uniform"] == pytest.approx([1 / 3] * 3, abs=0.01)
    # Ordered sizes average 11/18, 5/18 and 2/18; equal weights share the upper two by lot.
    assert means["ordered"] == pytest.approx([8 / 18, 8 / 18, 2 / 18], abs=0.01)
    assert means["agreed"] == pytest.approx([0.4, 0.4, 0.2], abs=0.005)


def test_concentration_sets_how_far_weights_scatter() -> None:
    for s in (10.0, 200.0):
        given = trial(concentration=s)
        drawn = np.concatenate([drawn_weights(given, MODELS.index("agreed"), block) for block in range(80)])
        assert drawn.var(axis=0) == pytest.approx(given.weights * (1 - given.weights) / (s + 1), rel=0.05)


def test_two_services_on_two_criteria_by_integral() -> None:
    # (0.9, 0) beats (0, 0.6) while 0.9 w > 0.6 (1 - w), that is for w > 0.4: 60 % of uniform weights.
    given = replace(trial((0.5, 0.5)), parts=(np.array([[0.9, 0.0], [0.0, 0.6]]),))
    found = simulated(given, 20_000)["uniform"]
    assert found.top_share(1)[0] == pytest.approx(0.6, abs=3 * standard_error(0.6, 20_000))
    assert found.beats_next() == [found.top_share(1)[0]]
    central = found.central_weights()
    assert central[0] == pytest.approx([0.7, 0.3], abs=0.01)
    assert central[1] == pytest.approx([0.2, 0.8], abs=0.01)
    assert found.confidence == (1, 1)


def test_uncertain_values_lower_the_confidence() -> None:
    vague = Between(0, np.array([0]), np.array([0.0]), np.array([1.0]))
    given = Trial("additive", (np.array([[0.5], [0.5]]),), np.array([1.0]), 50.0, uncertain=(vague,), seed=1)
    found = simulated(given, 10_000)["agreed"]
    assert found.top_share(1)[0] == pytest.approx(0.5, abs=0.02)
    assert found.confidence[0] == pytest.approx(0.5, abs=0.1)


def test_display_order_breaks_ties_in_packed_and_in_plain_sorting() -> None:
    small = np.array([[5.0, 7.0, 7.0, 5.0], [-1.0, -1.0, 3.0, -2.0]])
    expected = [[1, 2, 0, 3], [2, 0, 1, 3]]
    assert best_first(small).tolist() == expected
    assert best_first(small * 2.0**60).tolist() == expected


def test_places_at_a_share() -> None:
    ranks = np.array([[90, 6, 4], [10, 84, 6], [0, 10, 90]])
    found = simulated(trial(services=3), 100)["agreed"]
    counted = replace(found.tally, draws=100, ranks=ranks)
    found = type(found)(counted, found.confidence)
    assert found.place_at(0.05) == [1, 1, 2]
    assert found.place_at(0.95) == [2, 3, 3]
    assert found.expected_rank() == [1.14, 1.96, 2.9]


CRITERIA = (
    Criterion("vfm_result", direction="lower", goalposts=(0, 100), weight=2),
    Criterion("need", goalposts=(0, 10), weight=1),
)
SERVICES = [
    ServiceFacts(f"s{i}", values={"vfm_result": 30.0 + 3 * i, "need": float(9 - i) if i % 4 else None})
    for i in range(10)
]


def test_a_run_again_gives_the_same_bytes_and_other_inputs_another_seed() -> None:
    first, again = (rank(SERVICES, CRITERIA, on=ON, draws=600).as_json() for _ in range(2))
    assert first == again
    moved = [replace(SERVICES[0], values={"vfm_result": 30.5, "need": None}), *SERVICES[1:]]
    assert rank(moved, CRITERIA, on=ON, draws=0).seed != first["seed"]
    assert rank(SERVICES, CRITERIA, on=date(2030, 1, 1), draws=50).seed == first["seed"]
    assert 0 <= first["seed"] < 2**53


def test_spread_of_a_score_widens_its_places() -> None:
    firm = rank(SERVICES, CRITERIA, on=ON, top=3, draws=2_000)
    vague = rank([replace(s, spread=15.0) for s in SERVICES], CRITERIA, on=ON, top=3, draws=2_000)
    width = [sum((s.rank_to or 0) - (s.rank_from or 0) for s in r.ranked) for r in (firm, vague)]
    assert width[1] > width[0]
    assert [s.index for s in firm.services] == [s.index for s in vague.services]


@pytest.mark.parametrize("method", ["geometric", "topsis", "promethee2"])
def test_every_method_can_be_tried(method: Any) -> None:
    whole = [replace(s, values={**s.values, "need": s.values["need"] or 1.0}) for s in SERVICES]
    ranking = rank(whole, CRITERIA, on=ON, top=3, draws=500, method=method)
    assert sum(s.top_share or 0 for s in ranking.services) == pytest.approx(3)


@pytest.mark.filterwarnings("error")
def test_a_score_that_scatters_to_0_and_under_stands_at_the_low_end_of_a_logarithm() -> None:
    score = Criterion("vfm_result", transform="log10", goalposts=(1, 100))
    vague = Around(0, np.array([0]), score, np.array([2.0]), np.array([50.0]))
    values = vague.drawn(np.random.Generator(np.random.Philox(3)))
    assert ((values >= 0) & (values <= 1)).all()
    assert 0.3 < (values == 0).mean() < 0.7


def test_weights_add_up_however_far_they_may_scatter() -> None:
    for concentration in (1e-6, 1e-3, 1e6):
        weights = drawn_weights(trial(concentration=concentration), MODELS.index("agreed"), 0)
        assert weights.sum(axis=1) == pytest.approx(1)
        assert weights.mean(axis=0) == pytest.approx([0.5, 0.3, 0.2], abs=0.12)


@pytest.mark.parametrize("services", [2, 60])
def test_whoever_waits_is_told_of_every_draw_once(services: int) -> None:
    u = np.random.default_rng(1).random((services, 2))
    given = Trial("additive", (u,), np.array([0.6, 0.4]), 50.0, (), seed=1)
    heard: list[tuple[int, int]] = []
    draws = 3 * BLOCK + 5
    found = simulated(given, draws, lambda done, total: heard.append((done, total)))
    assert {total for _, total in heard} == {3 * draws}
    assert [done for done, _ in heard] == sorted({done for done, _ in heard})
    assert heard[-1] == (3 * draws, 3 * draws)
    assert found["agreed"].shares.tolist() == simulated(given, draws)["agreed"].shares.tolist()
