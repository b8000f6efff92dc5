"""Agreement of raters: its ends, intervals that repeat, what is refused; figures are worked cases."""

import pytest

from vfm.scoring.agreement import agreement, cross_table, ordinal_alpha

LEVELS = [1, 2, 3, 4]


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


def test_ordinal_alpha_at_its_ends() -> None:
    assert ordinal_alpha([[1, 2], [1, 2]]) == 1
    assert ordinal_alpha([[1, None], [None, 2]]) is None
