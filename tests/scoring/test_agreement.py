"""Agreement of raters: published kappas, Krippendorff's own example, intervals that can be repeated."""

import json
from pathlib import Path

import numpy as np
import pytest

from vfm.scoring.agreement import agreement, cross_table, ordinal_alpha, weighted_kappa

CASE = json.loads((Path(__file__).parents[2] / "data" / "cases" / "scoring-kappa.json").read_text())
LEVELS = [1, 2, 3, 4]


@pytest.mark.parametrize(("power", "name"), [(0, "kappa"), (1, "weighted_kappa")])
def test_kappas_printed_by_sas(power: int, name: str) -> None:
    found = weighted_kappa(np.array(CASE["input"]["table"], dtype=float), power)
    assert found == pytest.approx(CASE["expected"][name], abs=CASE["tolerance"][name])


def test_quadratic_kappa_by_hand() -> None:
    # Squared distances: 0 + 1 + 0 + 0. By chance each of 1, 2, 3, 4 meets 1, 3, 3, 4: (14 + 2 x 6 + 14) / 4.
    found = agreement([1, 2, 3, 4], [1, 3, 3, 4], LEVELS)
    assert found.kappa == pytest.approx(1 - 1 / (40 / 4))
    assert (found.count, found.exact, found.within_one) == (4, 0.75, 1)


def test_full_agreement_and_none() -> None:
    assert agreement([1, 2, 4], [1, 2, 4], LEVELS).kappa == 1
    assert agreement([1, 4], [4, 1], LEVELS).kappa == -1
    assert agreement([1, 4], [4, 1], LEVELS).within_one == 0


def test_without_any_disagreement_by_chance_there_is_no_kappa() -> None:
    found = agreement([2, 2], [2, 2], LEVELS)
    assert (found.exact, found.kappa, found.low, found.high) == (1, None, None, None)
    assert agreement([], [], LEVELS).exact is None


def test_interval_contains_kappa_and_repeats() -> None:
    first = [1, 2, 2, 3, 4, 4, 3, 2, 1, 3]
    second = [1, 2, 3, 3, 4, 3, 3, 2, 2, 3]
    found = agreement(first, second, LEVELS, draws=400)
    assert found == agreement(first, second, LEVELS, draws=400)
    assert found.low is not None
    assert found.kappa is not None
    assert found.high is not None
    assert found.low < found.kappa < found.high


def test_levels_and_lengths_are_checked() -> None:
    with pytest.raises(ValueError, match="Level 9"):
        cross_table([9], [1], LEVELS)
    with pytest.raises(ValueError, match="same answers"):
        cross_table([1], [1, 2], LEVELS)


def test_ordinal_alpha_of_krippendorffs_example() -> None:
    """Four observers, twelve units, gaps. Source: Krippendorff (2011), section C to E: ordinal 0.815."""
    ratings = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    assert ordinal_alpha(ratings) == pytest.approx(0.815, abs=0.0005)
    assert ordinal_alpha([[1, 2], [1, 2]]) == 1
    assert ordinal_alpha([[1, None], [None, 2]]) is None
