"""The way to the next rating: the fewest raises, tried against every set there is, and what stands in it."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import answer, dont_know, na, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.answers import State
from vfm.questionnaires.schema import Band, Cap, Comparison, Questionnaire
from vfm.scoring.climbing import climb, missing
from vfm.scoring.results import OverallStatus
from vfm.scoring.rounding import reaches
from vfm.scoring.scorecard import score

BANDS = (
    Band(name="Weak", minimum=0, colour="red"),
    Band(name="Fair", minimum=40, colour="yellow"),
    Band(name="Sound", minimum=60, colour="green"),
    Band(name="Strong", minimum=80, colour="blue"),
)
TEMPLATE = questionnaire(
    section("A", scale_question("A-01", weight=3), scale_question("A-02"), weight=2),
    section("B", scale_question("B-01"), scale_question("B-02", weight=2)),
    bands=BANDS,
)
KEYS = ("A-01", "A-02", "B-01", "B-02")


def raised(answers: dict, steps: dict[str, int]) -> float:
    return score(TEMPLATE, answers | {k: answer(answers[k].value + n) for k, n in steps.items()}).overall.mean


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(KEYS, st.integers(1, 4).map(answer))))
def test_no_smaller_set_reaches_the_next_band(answers: dict) -> None:
    card = score(TEMPLATE, answers)
    found = climb(TEMPLATE, answers, card)
    if card.overall.band == "Strong":
        assert found is None
        return
    target = found.band.minimum
    choices = [range(min(2, 4 - answers[key].value) + 1) for key in KEYS]
    sets = [{k: n for k, n in zip(KEYS, steps, strict=True) if n} for steps in product(*choices)]
    enough = [steps for steps in sets if reaches(raised(answers, steps), target)]
    assert found.is_reached == bool(enough)
    assert found.points == target - card.overall.score
    assert card.overall.score + sum(one.gain for one in found.raises) == pytest.approx(found.reaches)
    if enough:
        assert found.is_fewest
        assert len(found.raises) == min(map(len, enough))
        assert reaches(raised(answers, {one.key: one.steps for one in found.raises}), target)


def test_of_the_same_questions_as_many_as_possible_rise_by_one_level_alone() -> None:
    answers = {"A-01": answer(1), "A-02": answer(4), "B-01": answer(1), "B-02": answer(4)}
    found = climb(TEMPLATE, answers, score(TEMPLATE, answers))
    # From 38.9 to 40: one level of A-01 adds 16.7, and two are not asked for.
    assert [(one.key, one.steps, round(one.gain, 1)) for one in found.raises] == [("A-01", 1, 16.7)]
    assert (found.raises[0].level, found.raises[0].level_above) == ("Not in place", "Partly in place")


def test_a_critical_question_at_its_lowest_comes_first_as_nothing_else_counts_before() -> None:
    template = questionnaire(
        section(
            "A", scale_question("A-01", critical=True), *(scale_question(f"A-{n:02}") for n in range(2, 9))
        ),
        bands=BANDS,
    )
    answers = {f"A-{n:02}": answer(3) for n in range(2, 9)} | {"A-01": answer(1)}
    card = score(template, answers)
    assert card.overall.score == pytest.approx(100 / 3)
    found = climb(template, answers, card)
    assert [one.key for one in found.raises] == ["A-01"]
    assert (found.is_reached, found.still_held) == (True, frozenset())
    assert [section.key for section in found.held] == ["A"]
    assert found.reaches == pytest.approx(100 * (7 * 2 / 3 + 1 / 3) / 8)


def test_a_limit_that_no_answer_lifts_leaves_the_band_out_of_reach() -> None:
    cap = Cap(key="sign", when=Comparison(question="S-01", equals="yes"), limit=30, reason="A sign is there")
    template = questionnaire(
        section("A", scale_question("A-01"), yes_no("S-01", weight=None), caps=(cap,)), bands=BANDS
    )
    answers = {"A-01": answer(3), "S-01": answer("yes")}
    found = climb(template, answers, score(template, answers))
    assert (found.raises, found.is_reached, found.still_held) == ((), False, frozenset("A"))
    assert found.reaches == 30


def test_questions_that_a_raise_would_ask_are_counted_and_may_cost_the_overall() -> None:
    def with_followed(weight: float) -> Questionnaire:
        followed = scale_question("A-02", weight=weight, show_if=Comparison(question="A-01", at_least=3))
        rest = (scale_question(f"A-{n:02}") for n in range(3, 9))
        return questionnaire(section("A", scale_question("A-01", weight=4), followed, *rest), bands=BANDS)

    answers = {f"A-{n:02}": answer(2) for n in (1, 3, 4, 5, 6, 7, 8)}
    light, heavy = with_followed(1), with_followed(9)
    found = climb(light, answers, score(light, answers))
    assert [(one.key, one.steps) for one in found.raises] == [("A-01", 1)]
    assert (found.is_reached, found.opens) == (True, 1)
    # The heavy one would leave 19 in 19 + 9 of the weight open: no overall, so this raise is no way.
    found = climb(heavy, answers, score(heavy, answers))
    assert "A-01" not in [one.key for one in found.raises]
    assert (found.is_reached, found.opens) == (True, 0)


def test_there_is_no_way_without_a_score_or_at_the_top() -> None:
    few = {"A-01": answer(2)}
    assert climb(TEMPLATE, few, score(TEMPLATE, few)) is None
    best = dict.fromkeys(KEYS, answer(4))
    assert climb(TEMPLATE, best, score(TEMPLATE, best)) is None


def test_what_is_missing_are_the_fewest_and_heaviest_open_questions() -> None:
    answers = {"A-01": answer(2), "A-02": dont_know()}
    card = score(TEMPLATE, answers)
    assert card.overall.status is OverallStatus.PROVISIONAL
    # Answered: 2/3 x 3/4 = 50%. B-02 adds 22.2%, A-02 another 16.7%: together past 80%.
    found = missing(TEMPLATE, answers, card)
    assert [(one.key, one.state, round(one.share, 3)) for one in found] == [
        ("B-02", State.UNANSWERED, 0.222),
        ("A-02", State.DONT_KNOW, 0.167),
    ]
    answers |= {"B-02": answer(1), "A-02": answer(1)}
    assert score(TEMPLATE, answers).overall.status is OverallStatus.PUBLISHED
    assert missing(TEMPLATE, answers, score(TEMPLATE, answers)) == ()


def test_a_critical_section_that_is_too_thin_has_to_be_answered_first() -> None:
    template = questionnaire(
        section("A", *(scale_question(f"A-{n:02}") for n in range(9)), weight=9),
        section("B", scale_question("B-01"), scale_question("B-02"), critical=True),
        bands=BANDS,
    )
    answers = {f"A-{n:02}": answer(3) for n in range(8)} | {"A-08": na(), "B-01": answer(2)}
    card = score(template, answers)
    assert (card.overall.status, card.overall.completeness) == (OverallStatus.PROVISIONAL, 0.95)
    assert [one.key for one in missing(template, answers, card)] == ["B-02"]
