"""How far a group lies apart: levels, figures, choices, and those who gave no answer."""

import pytest

from tests import build
from vfm.questionnaires.answers import UNANSWERED, Answer
from vfm.questionnaires.schema import Kind
from vfm.scoring.spread import Spread, spread

ASKED = build.questionnaire(*(build.question(f"Q-{kind}", kind) for kind in Kind))


def of(kind: Kind, *given: Answer) -> Spread:
    return spread(ASKED, ASKED.questions[f"Q-{kind}"], dict(enumerate(given)))


def test_levels_have_a_lowest_a_median_a_highest_and_a_distance() -> None:
    found = of(Kind.SCALE, build.answer(1), build.answer(4), build.answer(2), build.answer(3))
    assert (found.lowest, found.median, found.highest, found.apart) == ("1", "2.5", "4", 3)
    assert found.is_wide
    assert found.words == "From 1 to 4, median 2.5: 3 levels apart."


def test_one_level_apart_is_not_wide() -> None:
    found = of(Kind.SCALE, build.answer(1), build.answer(2))
    assert not found.is_wide
    assert found.words == "From 1 to 2, median 1.5: 1 level apart."


def test_dont_know_is_an_answer_and_never_a_level() -> None:
    found = of(Kind.SCALE, build.answer(3), build.dont_know(), UNANSWERED)
    assert (found.answered, found.silent, found.apart, found.is_alike) == (2, (2,), None, False)
    assert [(choice.words, choice.who) for choice in found.choices if choice.who] == [
        ("In place", (0,)),
        ("We don't know yet", (1,)),
    ]
    assert found.words == "Those who could say, say 3; others gave no answer to it."


@pytest.mark.parametrize("kind", Kind)
def test_a_question_of_any_kind_that_nobody_answered(kind: Kind) -> None:
    found = of(kind, UNANSWERED, UNANSWERED)
    assert (found.words, found.answered, found.is_alike) == ("Nobody answered this question.", 0, False)


def test_one_answer_is_no_agreement() -> None:
    found = of(Kind.YES_NO, build.answer("yes"))
    assert (found.words, found.is_alike) == ("One answer only: Yes.", False)


def test_figures_are_in_their_own_words() -> None:
    found = of(Kind.MONEY, build.answer(10.0), build.answer(30.0), build.answer(2000.0))
    assert found.words == "From £10 to £2,000, median £30."
    assert found.choices == ()


def test_several_ticks_count_each_and_differ_as_a_whole() -> None:
    found = of(Kind.MULTI_CHOICE, build.answer(["a", "b"]), build.answer(["a"]))
    assert [choice.who for choice in found.choices] == [(0, 1), (0,)]
    assert found.words == "The answers differ."


def test_all_alike_is_said() -> None:
    found = of(Kind.SCALE, build.answer(3), build.answer(3, "verified"))
    assert found.is_alike
    assert found.words == "All 2 who answered say the same: 3: In place."
