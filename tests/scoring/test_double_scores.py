"""How far self, challenged and agreed levels agree: by hand."""

import pytest

from vfm.scoring.double_scores import Levels, double_scores

SCALE = (1, 2, 3, 4)


def levels(key: str, own: int | None, challenged: int | None, agreed: int | None) -> Levels:
    return Levels(key, key[0], SCALE, own, challenged, agreed)


GIVEN = [
    levels("A-01", 4, 2, 3),
    levels("A-01", 3, 2, 3),
    levels("A-02", 3, 2, 2),
    levels("A-02", 2, 3, 3),
    levels("B-01", 4, 3, 3),
    levels("B-01", 1, 2, None),
]


def test_the_three_are_compared_two_by_two() -> None:
    found = double_scores(GIVEN)
    assert found is not None
    first, second, third = found.pairs
    assert (found.count, found.left_out, found.scale) == (6, 0, SCALE)
    # Self and challenged lie 2 1 1 1 1 1 apart; challenged and agreed 1 1 0 0 0; self and agreed 1 0 1 1 1.
    assert (first.count, first.exact, first.within_one) == (6, 0, pytest.approx(5 / 6))
    assert (second.count, second.exact, second.within_one) == (5, pytest.approx(3 / 5), 1)
    assert (third.count, third.exact, third.within_one) == (5, pytest.approx(1 / 5), 1)
    # Self 4 3 3 2 4 against agreed 3 3 2 3 3. Observed: 4/5. By chance each self level meets each agreed one:
    # 4 twice (1 + 1 + 4 + 1 + 1 = 8), 3 twice (1) and 2 once (4): 22 in 25.
    assert third.kappa == pytest.approx(1 - (4 / 5) / (22 / 25))
    assert third.low is not None
    assert third.high is not None
    assert third.low <= third.kappa <= third.high


def test_levels_are_crossed_first_down_second_across() -> None:
    found = double_scores(GIVEN)
    assert found is not None
    assert found.tables[2] == ((0, 0, 0, 0), (0, 0, 1, 0), (0, 1, 1, 0), (0, 0, 2, 0))
    assert sum(map(sum, found.tables[0])) == 6


def test_parts_have_their_own_figures_and_too_few_have_no_kappa() -> None:
    found = double_scores(GIVEN)
    assert found is not None
    assert [(part.key, part.figures.count, part.lower, part.higher) for part in found.sections] == [
        ("A", 4, 2, 1),
        ("B", 1, 1, 0),
    ]
    assert [part.key for part in found.questions] == ["A-01", "A-02", "B-01"]
    assert all(part.figures.kappa is None for part in (*found.sections, *found.questions))
    assert found.sections[0].figures.exact == 0.25


def test_another_scale_and_none_are_left_out() -> None:
    odd = Levels("C-01", "C", (1, 2, 3), 1, 2, 2)
    none = Levels("C-02", "C", (), None, None, None)
    found = double_scores([*GIVEN, odd, none])
    assert found is not None
    assert (found.count, found.left_out) == (6, 2)
    assert double_scores([none]) is None
    assert double_scores([]) is None


def test_nothing_settled_has_no_shares() -> None:
    found = double_scores([levels("A-01", 4, 3, None)])
    assert found is not None
    assert (found.pairs[2].count, found.pairs[2].exact, found.pairs[2].kappa) == (0, None, None)
