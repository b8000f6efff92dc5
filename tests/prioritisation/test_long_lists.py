"""Lists too long to count every place: what is exact stays exact, the reach of a place is honest."""

from datetime import date

import numpy as np
import pytest

from vfm.prioritisation import simulation
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.ranking import rank
from vfm.prioritisation.simulation import MODELS, Between, Trial, simulated

N, TOP = 60, 9
WEIGHTS = np.array([0.5, 0.3, 0.2])


def trial() -> Trial:
    u = np.random.default_rng(4).random((N, 3))
    vague = Between(1, np.array([2, 40]), np.array([0.1, 0.2]), np.array([0.9, 0.8]))
    return Trial("additive", (u[np.argsort(-(u @ WEIGHTS))],), WEIGHTS, 50.0, (vague,), seed=3, top=TOP)


@pytest.fixture
def short_of_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty services are a long list, counted in bands of six places."""
    monkeypatch.setattr(simulation, "MOST_COUNTED", 50)
    monkeypatch.setattr(simulation, "BANDS", 10)
    monkeypatch.setattr(simulation, "MOST_AT_ONCE", 50)


@pytest.mark.parametrize("model", MODELS)
def test_shares_averages_and_confidence_are_those_of_a_full_count(
    model: simulation.WeightModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = simulated(trial(), 700)[model]
    for name, value in (("MOST_COUNTED", 50), ("BANDS", 10), ("MOST_AT_ONCE", 50)):
        monkeypatch.setattr(simulation, name, value)
    banded = simulated(trial(), 700)[model]
    assert banded.top_share(TOP) == full.top_share(TOP)
    assert banded.expected_rank() == full.expected_rank()
    assert banded.beats_next() == full.beats_next()
    assert banded.central_weights() == full.central_weights()
    assert banded.confidence == full.confidence
    assert (banded.width, full.width) == (6, 1)
    assert banded.shares == pytest.approx(full.shares.reshape(N, 10, 6).sum(axis=2))
    for share in (0.05, 0.95):
        for outer, place in zip(banded.place_at(share), full.place_at(share), strict=True):
            assert 0 <= (place - outer if share < 0.5 else outer - place) < 6


@pytest.mark.usefixtures("short_of_room")
def test_a_share_that_was_not_counted_is_refused() -> None:
    with pytest.raises(ValueError, match="the top 9 was counted"):
        simulated(trial(), 100)["agreed"].top_share(5)


@pytest.mark.usefixtures("short_of_room")
def test_a_long_list_is_ranked_with_a_word_about_the_reach_of_places() -> None:
    services = [ServiceFacts(f"s{i:02}", values={"a": float(i), "b": float(i * 7 % N)}) for i in range(N)]
    criteria = [Criterion(key, goalposts=(0, N)) for key in "ab"]
    ranking = rank(services, criteria, on=date(2026, 11, 27), draws=300)
    assert sum(s.top_share or 0 for s in ranking.services) == pytest.approx(6)
    assert sum(s.expected_rank or 0 for s in ranking.services) == pytest.approx(N * (N + 1) / 2)
    assert any("counted in bands of 6" in warning for warning in ranking.warnings)
