"""The methods on worked cases from the literature; each file names its source."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.facts import ServiceFacts
from vfm.prioritisation.methods import METHODS
from vfm.prioritisation.ranking import Ranking, rank
from vfm.prioritisation.robustness import critical_changes
from vfm.prioritisation.simulation import Trial, pairwise_wins, simulated

CASES = Path(__file__).parents[2] / "data" / "cases"
ON = date(2026, 11, 23)


def case(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CASES / f"public_{name}.json").read_text())
    return found


def ranked(given: dict[str, Any], **settings: Any) -> Ranking:
    """Rank a case's matrix as it stands: no goalposts, no clipping."""
    criteria = [
        Criterion(f"c{j}", weight=w, transform="none", direction="higher" if d > 0 else "lower")
        for j, (w, d) in enumerate(zip(given["weights"], given["direction"], strict=True))
    ]
    services = [
        ServiceFacts(f"s{i}", values={f"c{j}": value for j, value in enumerate(row)})
        for i, row in enumerate(given["matrix"])
    ]
    return rank(services, criteria, on=ON, **{"draws": 0, **settings})


def by_row(ranking: Ranking, of: str) -> list[Any]:
    return [getattr(s, of) for s in sorted(ranking.services, key=lambda s: s.key)]


def test_weighted_sum_with_an_exact_tie() -> None:
    found = case("wsm_tie_triantaphyllou")
    ranking = ranked(found["input"])
    assert [index / 100 for index in by_row(ranking, "index")] == pytest.approx(
        found["expected"]["score"], abs=found["tolerance"]
    )
    assert by_row(ranking, "rank") == found["expected"]["competition_rank"]
    # Equal on the index: the heaviest criterion (30 against 20) puts the third row first.
    assert [s.key for s in ranking.services] == ["s2", "s1", "s0"]


def test_a_gap_in_the_tenth_place_is_a_tie_and_in_the_eighth_is_not() -> None:
    given = case("wsm_tie_triantaphyllou")["input"]
    given["matrix"][1][0] += 1e-11  # 0.2e-9 on the index
    assert by_row(ranked(given), "rank") == [3, 1, 1]
    given["matrix"][1][0] += 1e-9
    assert by_row(ranked(given), "rank") == [3, 1, 2]


def test_goalposts_with_logarithm_and_the_geometric_mean() -> None:
    found = case("hdi_log_geomean_undp2020")
    given, tolerance = found["input"], found["tolerance"]
    criteria = [
        Criterion("income", transform="log10", goalposts=tuple(given["gni_goalposts"])),
        Criterion("health", transform="none"),
        Criterion("education", transform="none"),
    ]
    values = {
        "income": given["gni_per_capita"],
        "health": given["health_index"],
        "education": given["education_index"],
    }
    service = rank(
        [ServiceFacts("sdn", values=values)], criteria, on=ON, draws=0, method="geometric"
    ).services[0]
    assert service.values["income"] == pytest.approx(
        found["expected"]["income_index"], abs=tolerance["income_index"]
    )
    assert service.index is not None
    assert service.index / 100 == pytest.approx(found["expected"]["overall"], abs=tolerance["overall"])


def test_topsis() -> None:
    found = case("topsis_tzeng2011")
    ranking = ranked(found["input"], method="topsis")
    assert [i / 100 for i in by_row(ranking, "index")] == pytest.approx(
        found["expected"]["score"], abs=found["tolerance"]
    )
    assert by_row(ranking, "rank") == found["expected"]["rank"]


def test_promethee_two() -> None:
    found = case("promethee2_zhao2013")
    ranking = ranked(found["input"], method="promethee2")
    assert [i / 100 for i in by_row(ranking, "index")] == pytest.approx(
        found["expected"]["net_flow"], abs=found["tolerance"]
    )
    assert by_row(ranking, "rank") == found["expected"]["rank"]


def test_weight_stability_intervals() -> None:
    found = case("derived_weight_stability")
    expected, tolerance = found["expected"], found["tolerance"]
    ranking = ranked(found["input"], top=1)
    assert [i / 100 for i in by_row(ranking, "index")] == pytest.approx(expected["score"], abs=tolerance)
    assert by_row(ranking, "rank") == expected["rank"]
    for j, ends in expected["interval"].items():
        assert ranking.intervals[f"c{j}"] == pytest.approx(ends, abs=tolerance)


def test_critical_changes_of_a_single_weight() -> None:
    found = case("derived_weight_stability")
    given, expected = found["input"], found["expected"]["critical_change_first_vs_second"]
    changes = critical_changes(np.array(given["matrix"]), np.array(given["weights"]), first=0, second=1)
    for j, change in expected.items():
        if change is None:
            assert changes[int(j)] is None
        else:
            assert changes[int(j)] == pytest.approx(change, abs=found["tolerance"])


def test_pairwise_winning_index() -> None:
    found = case("smaa_small_rsmaa")
    wins = pairwise_wins(np.array(found["input"]["pwi"]["values_by_draw"]))
    assert wins == pytest.approx(np.array(found["expected"]["pwi"]))


@pytest.mark.parametrize("model", ["uniform", "ordered", "agreed"])
def test_a_dominated_service_is_never_first_and_has_no_central_weights(model: Any) -> None:
    found = case("smaa_small_rsmaa")
    given, expected = found["input"]["dominance"], found["expected"]["dominance"]
    values = np.array(given["values"], dtype=np.float64)
    trial = Trial(
        "additive", METHODS["additive"].parts(values, values), np.array(given["weights"]), 50.0, (), 1
    )
    result = simulated(trial, given["draws"])[model]
    assert result.shares.tolist() == expected["rai"]
    assert list(result.confidence) == expected["confidence"]
    first, never = result.central_weights()
    assert first == pytest.approx(expected["central_weight"][0], abs=0.01)  # a mean of 10,000 draws
    assert never is expected["central_weight"][1]


def test_a_piecewise_linear_value_is_a_weighted_sum_of_clipped_pieces() -> None:
    """The partial value function: each piece a criterion on the same figure, weighted by what it drops."""
    found = case("smaa_small_rsmaa")
    given, expected = found["input"]["pvf"], found["expected"]
    cuts, values = given["cutoffs"], given["values"]
    pieces = [
        Criterion(f"piece{i}", weight=values[i] - low, direction="lower", goalposts=(cuts[i], cuts[i + 1]))
        for i, low in enumerate(values[1:])
    ]
    for raw, known in ((given["x"], expected["pvf"]), (given["clip_x"], expected["pvf_clip"])):
        services = [ServiceFacts(f"s{i}", values={c.key: x for c in pieces}) for i, x in enumerate(raw)]
        index = by_row(rank(services, pieces, on=ON, draws=0), "index")
        assert [i / 100 for i in index] == pytest.approx(known, abs=found["tolerance"])
