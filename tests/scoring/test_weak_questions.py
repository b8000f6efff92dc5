"""Questions over all services of a cycle, on examples worked by hand, and on real scorecards."""

import pytest

from tests import build
from vfm.questionnaires.answers import Answer, State
from vfm.scoring.results import OverallStatus, QuestionScore
from vfm.scoring.scorecard import score
from vfm.scoring.weak_questions import standings

ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01", weight=2), build.scale_question("A-02"), weight=3),
    build.section("B", build.scale_question("B-01"), build.question("B-02", "text")),
)


def card(**given: Answer) -> tuple[bool, tuple[QuestionScore, ...]]:
    made = score(ASKED, {key.replace("_", "-"): answer for key, answer in given.items()})
    return made.overall.status is OverallStatus.PUBLISHED, made.questions


def test_what_each_question_takes_from_the_council_and_how_it_was_answered() -> None:
    """Two services. A weighs 3 of 4, in it A-01 2 of 3: shares 0.5, 0.25, 0.25 where all is answered.

    First: A-01 100, A-02 0, B-01 100/3. Second: A-01 200/3, A-02 not applicable, so A-01 has 0.75; B-01 0.
    A-01 loses (0.5 x 0 + 0.75 x 100/3) / 2 = 12.5; A-02 loses 0.25 x 100 / 2 = 12.5;
    B-01 loses (0.25 x 200/3 + 0.25 x 100) / 2 = 20.833.
    """
    found = standings(
        [
            card(
                A_01=build.answer(4, "verified"),
                A_02=build.answer(1, "none"),
                B_01=build.answer(2, "assertion"),
                B_02=build.answer("Words"),
            ),
            card(A_01=build.answer(3, "assertion"), A_02=build.na(), B_01=build.answer(1, "documented")),
        ]
    )
    assert list(found) == ["A-01", "A-02", "B-01"]
    first, second, third = found.values()
    assert [one.lost for one in (first, second, third)] == pytest.approx([12.5, 12.5, 62.5 / 3])
    assert (first.mean, first.median) == pytest.approx((250 / 3, 250 / 3))
    assert first.spread == pytest.approx(((50 / 3) ** 2 * 2) ** 0.5)
    assert (first.weak, third.weak, second.weak) == (0.5, 0.5, 1)
    assert (second.asked, second.answered, second.not_applicable, second.at_lowest) == (2, 1, 0.5, 1)
    assert second.spread is None
    assert third.at_lowest == 0.5


def test_losses_and_the_mean_overall_add_up_to_100() -> None:
    given = [
        {"A_01": build.answer(4), "A_02": build.answer(2), "B_01": build.answer(3)},
        {"A_01": build.answer(1), "A_02": build.na(), "B_01": build.answer(2)},
        {"A_01": build.na(), "A_02": build.answer(3), "B_01": build.na()},
    ]
    cards = [card(**one) for one in given]
    means = [sum(question.contribution or 0 for question in questions) for _, questions in cards]
    lost = sum(one.lost or 0 for one in standings(cards).values())
    assert lost + sum(means) / len(means) == pytest.approx(100)


def test_gaps_are_shares_of_those_asked_and_a_provisional_service_loses_nothing() -> None:
    is_published, questions = card(A_01=build.dont_know(), A_02=build.answer(1, "none"))
    assert not is_published
    found = standings([(is_published, questions)])
    assert found["A-01"].dont_know == 1
    assert found["B-01"].missing == 1
    assert (found["A-02"].mean, found["A-02"].lost) == (0, None)
    assert (found["A-01"].mean, found["A-01"].median, found["A-01"].weak) == (None, None, None)


def test_no_service_has_no_questions() -> None:
    assert standings([]) == {}


def test_a_question_off_the_route_of_everybody_has_no_shares() -> None:
    found = standings([(True, [QuestionScore("A-01", State.OFF_ROUTE, weight=1)])])["A-01"]
    assert (found.asked, found.dont_know, found.missing, found.not_applicable) == (0, None, None, None)
    assert found.lost == 0
