"""What asks for a challenge, and by how much it could move the overall: by hand."""

from dataclasses import replace

import pytest

from tests.build import answer, dont_know, na, questionnaire, scale_question, section
from vfm.questionnaires.answers import Evidence
from vfm.scoring.challenge import Trigger, agreed_answers, doubts, reasons
from vfm.scoring.peers import Standing
from vfm.scoring.results import Scorecard
from vfm.scoring.scorecard import score

THIRD = 100 / 3
TEMPLATE = questionnaire(
    section("A", scale_question("A-01", weight=2), scale_question("A-02"), weight=3),
    section("B", scale_question("B-01"), weight=1),
)
SOUND = {"A-01": answer(3, "verified"), "A-02": answer(3, "verified"), "B-01": answer(3, "verified")}


def card(**given: object) -> Scorecard:
    return score(TEMPLATE, SOUND | {key.replace("_", "-"): value for key, value in given.items()})


def test_a_sound_result_asks_for_nothing() -> None:
    assert reasons(TEMPLATE, card()) == ()


@pytest.mark.parametrize(
    ("grade", "is_doubted"), [("none", True), ("assertion", True), ("documented", False)]
)
def test_a_highest_level_on_weak_evidence_is_doubted(grade: str, is_doubted: bool) -> None:
    assert bool(doubts(TEMPLATE, card(B_01=answer(4, grade)))) is is_doubted
    assert doubts(TEMPLATE, card(B_01=answer(3, grade))) == {}


def test_what_is_at_stake_is_one_level_of_the_answers_share() -> None:
    found = doubts(TEMPLATE, card(A_01=answer(4), B_01=answer(4), A_02=dont_know()))
    # Without has all of section A: 3 of 4 of the overall; B-01 the last quarter.
    assert found == pytest.approx({"A-01": 0.75 * THIRD, "B-01": 0.25 * THIRD})
    assert list(found) == ["A-01", "B-01"]


def test_much_that_does_not_apply_asks_for_a_challenge() -> None:
    found = reasons(TEMPLATE, card(A_02=na()))
    # A third of section A's weight, which is 3 of 4 of the overall and stands at 200/3.
    assert [(reason.trigger, reason.keys) for reason in found] == [(Trigger.NOT_APPLICABLE, ("A",))]
    assert found[0].effect == pytest.approx(0.75 * (1 / 3) * (200 / 3))


def test_a_large_change_asks_for_a_challenge_and_a_doubtful_one_does_not() -> None:
    then = card(A_01=answer(1, "verified")).overall
    found = reasons(TEMPLATE, card(), then)
    assert [reason.trigger for reason in found] == [Trigger.LARGE_CHANGE]
    assert found[0].effect == pytest.approx(card().overall.score - then.score)
    weak = {key: answer(3, "none") for key in SOUND}
    assert reasons(TEMPLATE, score(TEMPLATE, weak), card(B_01=answer(2, "none")).overall) == ()


def test_what_is_agreed_lies_over_the_self_answers() -> None:
    assert agreed_answers(SOUND, {"B-01": answer(1)}) == SOUND | {"B-01": answer(1)}
    assert SOUND["B-01"] == answer(3, "verified")


def test_a_result_that_stands_out_among_its_peers_asks_for_a_challenge() -> None:
    far = Standing("family", "waste", 8, 60.0, 44.0, 76.0, -38.0, stands_out=True)
    found = reasons(TEMPLATE, card(), None, far)
    assert [(reason.trigger, reason.effect, reason.standing) for reason in found] == [
        (Trigger.OUTLIER, 38.0, far)
    ]
    assert reasons(TEMPLATE, card(), None, replace(far, stands_out=False)) == ()


def test_weak_evidence_says_which_level_on_what() -> None:
    one_level = reasons(TEMPLATE, card(A_01=answer(4, "assertion"), B_01=answer(4, "none")))[0]
    assert (one_level.level, one_level.grades) == (4, (Evidence.NONE, Evidence.ASSERTION))
