"""How scores moved: by hand, and the sign test on its table."""

import pytest

from vfm.scoring.movement import Direction, Means, Three, direction, means, sign_test, tally

UP, DOWN, KEPT, UNKNOWN = Direction.UP, Direction.DOWN, Direction.KEPT, Direction.UNKNOWN


@pytest.mark.parametrize(
    ("ups", "downs", "expected"),
    [
        (0, 1, 1.0),  # 2 x 1/2
        (0, 5, 2 / 32),
        (5, 0, 2 / 32),
        (1, 4, 2 * (1 + 5) / 32),
        (2, 6, 2 * (1 + 8 + 28) / 256),
        (3, 3, 1.0),
    ],
)
def test_the_sign_test_is_the_binomial_tail_twice(ups: int, downs: int, expected: float) -> None:
    assert sign_test(ups, downs) == pytest.approx(expected)


def test_without_a_move_there_is_no_probability() -> None:
    assert sign_test(0, 0) is None
    assert tally([KEPT, UNKNOWN]).probability is None


def test_one_way_takes_three_moves_and_unlikely_takes_six() -> None:
    assert not tally([DOWN, DOWN]).is_one_way
    three = tally([DOWN, KEPT, DOWN, DOWN])
    assert (three.count, three.moved, three.kept, three.is_one_way) == (4, 3, 1, True)
    assert (three.probability, three.is_unlikely) == (0.25, False)
    six = tally([UP] * 6)
    assert (six.probability, six.is_unlikely) == (0.03125, True)
    assert not tally([UP, UP, UP, DOWN]).is_one_way


def test_a_difference_that_is_no_more_than_arithmetic_is_none() -> None:
    assert direction(0.1 + 0.2, 0.3) is KEPT
    assert direction(None, 1.0) is UNKNOWN


def test_means_count_what_has_a_self_and_an_agreed_figure() -> None:
    found = means([Three(60, 40, 50), Three(80, None, 80), Three(70, 70, None), Three(40, 30, 46)])
    # The third has no agreed figure. Of the others: 180, 150 and 176 in three; moved -10, 0 and +6.
    assert (found.count, found.own, found.challenged) == (3, 60, 50)
    assert found.agreed == pytest.approx(176 / 3)
    assert found.movement == pytest.approx(-4 / 3)
    assert [found.share(way) for way in ("up", "down", "kept")] == pytest.approx([1 / 3, 1 / 3, 1 / 3])


def test_no_scores_have_no_means() -> None:
    assert means([]) == Means(0, None, None, None, None, tally([]))
    assert means([Three(1, 1, None)]).share("up") is None
