"""What raters of one sample agree on: by hand, and where nothing can be said."""

import pytest

from vfm.scoring.calibration import Undefined, item_spread, random_sample, session_agreement

LEVELS = (1, 2, 3, 4)


def test_the_spread_of_one_answer() -> None:
    found = item_spread([2, None, 4, 3])
    assert (found.rated, found.lowest, found.median, found.highest, found.apart) == (3, 2, 3, 4, 2)
    assert found.is_wide
    assert not found.is_alike
    assert not item_spread([3]).is_alike
    assert item_spread([3, 3]).is_alike
    assert item_spread([None, None]).rated == 0


def test_two_raters_have_kappa_with_its_interval() -> None:
    # They differ once, by two levels: 4 in 5 answers. By chance the squared distances of every level of one
    # from every level of the other add up to 15 + 6 + 7 + 18 + 18: 64 in 25. Kappa is 1 - 0.8 / 2.56.
    first, second = (1, 2, 3, 4, 4), (1, 2, 3, 4, 2)
    chance = sum((a - b) ** 2 for a in first for b in second) / 25
    found = session_agreement([first, second], LEVELS)
    assert (found.raters, found.items, found.statistic) == (2, 5, "kappa")
    assert (found.exact, found.within_one) == (0.8, 0.8)
    assert chance == 2.56
    assert found.value == pytest.approx(0.6875)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.value <= found.high <= 1
    assert found.undefined is None


def test_three_raters_have_ordinal_alpha() -> None:
    # Krippendorff's own example is in test_agreement; here it is enough that it is used, and that shares
    # count an answer as agreed only where all three do.
    found = session_agreement([(1, 2, 3, 4, 4), (1, 2, 3, 4, 3), (1, 2, 3, 3, 2)], LEVELS)
    assert (found.raters, found.statistic, found.low) == (3, "alpha", None)
    assert (found.exact, found.within_one) == (3 / 5, 4 / 5)
    assert found.value is not None
    assert 0 < found.value < 1


def test_what_only_one_rated_counts_in_nothing() -> None:
    found = session_agreement([(1, None, 3), (1, 2, None), (None, None, None)], LEVELS)
    assert (found.raters, found.items, found.exact) == (2, 1, 1.0)
    assert found.undefined is Undefined.TOO_FEW


def test_raters_who_always_say_the_same_level_have_no_kappa() -> None:
    found = session_agreement([(3,) * 6, (3,) * 6], LEVELS)
    assert (found.exact, found.value, found.undefined) == (1.0, None, Undefined.ALL_ALIKE)
    alpha = session_agreement([(3,) * 6] * 3, LEVELS)
    assert (alpha.value, alpha.undefined) == (None, Undefined.ALL_ALIKE)


def test_nobody_rated() -> None:
    found = session_agreement([], LEVELS)
    assert (found.raters, found.items, found.exact, found.undefined) == (0, 0, None, Undefined.TOO_FEW)


def test_the_same_seed_draws_the_same_sample() -> None:
    drawn = random_sample(100, 12, 7)
    assert drawn == random_sample(100, 12, 7)
    assert drawn == sorted(set(drawn))
    assert len(drawn) == 12
    assert drawn != random_sample(100, 12, 8)
    assert random_sample(3, 12, 1) == [0, 1, 2]
