"""How much of the way to a target was covered: by hand, and honestly at every edge."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.build import answer, questionnaire, scale_question, section
from vfm.questionnaires.answers import Answer
from vfm.scoring.change import change
from vfm.scoring.scorecard import score
from vfm.scoring.targets import Standing, Way, is_met, time_gone, way

SCORES = st.floats(0, 100).map(lambda figure: round(figure, 3))
MOVES = st.floats(-100, 100).map(lambda figure: round(figure, 3))

TEMPLATE = questionnaire(
    section("A", scale_question("A1"), scale_question("A2"), weight=3),
    section("B", scale_question("B1"), scale_question("B2")),
)


def levels(*chosen: int) -> dict[str, Answer]:
    return {key: answer(level) for key, level in zip(("A1", "A2", "B1", "B2"), chosen, strict=False)}


@pytest.mark.parametrize(
    ("start", "target", "moved", "share", "left", "standing"),
    [
        (40, 60, 15, 0.75, 5, Standing.NEARER),  # 15 of 20
        (40, 60, 20, 1.0, 0, Standing.REACHED),
        (40, 60, 20 - 1e-12, 1.0, 0, Standing.REACHED),  # the last digits of floating point hold nobody back
        (40, 60, 25, 1.25, -5, Standing.PASSED),  # 25 of 20
        (40, 60, 0, 0.0, 20, Standing.NOT_MOVED),
        (40, 60, -5, -0.25, 25, Standing.AWAY),  # 5 back on a way of 20
        (60, 60, 0, None, 0, Standing.HELD),
        (60, 60, -3, None, 3, Standing.BELOW),
        (60, 55, -3, None, -2, Standing.HELD),  # 57 is still above 55
        (60, 55, -8, None, 3, Standing.BELOW),
        (60, 55, 4, None, -9, Standing.HELD),
        (None, 60, 5, None, None, Standing.NO_FIGURE),
        (40, 60, None, None, None, Standing.NO_FIGURE),
    ],
)
def test_the_way_by_hand(
    start: float | None,
    target: float,
    moved: float | None,
    share: float | None,
    left: float | None,
    standing: Standing,
) -> None:
    found = Way(start, target, moved)
    assert found.share == (None if share is None else pytest.approx(share))
    assert found.left == (None if left is None else pytest.approx(left))
    assert found.standing is standing


def test_the_way_overall_and_in_a_section_from_answers() -> None:
    # Then A = (0 + 33.3) / 2 = 16.7, B = 33.3: overall (3 x 16.7 + 33.3) / 4 = 20.8.
    # Now A = (33.3 + 66.7) / 2 = 50, B = 33.3: overall (150 + 33.3) / 4 = 45.8, so +25.
    then, now = levels(1, 2, 2, 2), levels(2, 3, 2, 2)
    start, since = score(TEMPLATE, then), change(TEMPLATE, then, TEMPLATE, now)
    overall = way(start, since, "", 70.8333333333)
    assert overall.distance == pytest.approx(50)
    assert overall.share == pytest.approx(0.5)
    in_a = way(start, since, "A", 66.6666666667)  # 50 - 16.7 = 33.3 of 50
    assert (in_a.distance, in_a.share) == (pytest.approx(50), pytest.approx(2 / 3))
    in_b = way(start, since, "B", 50)
    assert in_b.standing is Standing.NOT_MOVED
    assert way(start, since, "GONE", 50).standing is Standing.NO_FIGURE
    assert way(None, None, "", 50).standing is Standing.NO_FIGURE


def test_new_weights_bring_nobody_nearer() -> None:
    weighed = questionnaire(
        section("A", scale_question("A1"), scale_question("A2")),
        section("B", scale_question("B1"), scale_question("B2"), weight=9),
    )
    given = levels(1, 1, 4, 4)
    start, since = score(TEMPLATE, given), change(TEMPLATE, given, weighed, given)
    assert since.overall.reported == pytest.approx(65)  # from 25 to 90
    assert way(start, since, "", 90).standing is Standing.NOT_MOVED


def test_a_section_with_less_than_seventy_percent_in_common_has_no_figure() -> None:
    reworded = questionnaire(
        section("A", scale_question("A1"), scale_question("A2"), weight=3),
        section("B", scale_question("B1", text="Another question?"), scale_question("B2")),
    )
    then, now = levels(1, 2, 2, 2), levels(2, 3, 4, 4)
    start, since = score(TEMPLATE, then), change(TEMPLATE, then, reworded, now)
    assert since.common_weight == (0.875, 0.875)
    assert since.section_common_weight == {"A": (1.0, 1.0), "B": (0.5, 0.5)}
    assert way(start, since, "A", 60).standing is Standing.NEARER
    assert way(start, since, "B", 60).standing is Standing.NO_FIGURE
    assert way(start, since, "", 60).moved == since.like_for_like


def test_what_is_reported_and_the_time() -> None:
    assert [is_met(figure, 60) for figure in (59.9, 60 - 1e-12, 70, None)] == [False, True, True, None]
    start, due = date(2026, 4, 1), date(2026, 4, 11)
    assert [time_gone(start, due, date(2026, 4, day)) for day in (1, 6, 11, 30)] == [0, 0.5, 1, 1]
    assert time_gone(due, start, due) is None


@given(start=SCORES, target=SCORES, moved=MOVES)
def test_share_left_and_standing_agree(start: float, target: float, moved: float) -> None:
    found = Way(start, target, moved)
    assert found.distance is not None
    assert found.left == pytest.approx(found.distance - moved)
    match found.standing:
        case Standing.PASSED:
            assert found.share is not None
            assert found.share > 1
        case Standing.REACHED:
            assert found.share == pytest.approx(1)
        case Standing.NEARER:
            assert found.share is not None
            assert 0 < found.share < 1
        case Standing.NOT_MOVED:
            assert found.share == pytest.approx(0)
        case Standing.AWAY:
            assert found.share is not None
            assert found.share < 0
        case Standing.HELD | Standing.BELOW:
            assert found.share is None
            assert target <= start
            assert (found.standing is Standing.HELD) == (round(start + moved - target, 9) >= 0)
        case _:
            pytest.fail("both figures are there")


@given(start=SCORES, target=SCORES, moved=MOVES, more=st.floats(0.001, 50))
def test_moving_further_up_never_closes_less(start: float, target: float, moved: float, more: float) -> None:
    before, after = Way(start, target, moved).share, Way(start, target, moved + more).share
    assert (before is None) == (after is None)
    if before is not None and after is not None:
        assert after > before
