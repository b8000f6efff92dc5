"""Scorecards: every state, nesting, thresholds and what a result keeps."""

import json

import pytest

from tests.build import answer, dont_know, na, question, questionnaire, scale_question, section, yes_no
from tests.worked import CASES
from vfm.errors import Invalid
from vfm.questionnaires.answers import Evidence, State
from vfm.questionnaires.schema import Band, Comparison, Scoring
from vfm.scoring.results import OverallStatus, SectionStatus
from vfm.scoring.scorecard import ENGINE, Scorecard, score

FIVE = {"steps": {"levels": {n: f"Level {n}" for n in range(1, 6)}}}
"""Five levels: 0, 25, 50, 75, 100."""


def test_output_has_exactly_the_laid_down_fields() -> None:
    case = CASES["weighted-mean-1"]
    found = score(case.template(), case.answers()).as_json()
    assert list(found) == ["engine", "template", "overall", "sections", "questions"]
    assert found["engine"] == ENGINE == "1.1"
    assert found["template"] == {"key": "weighted-mean-1", "version": 1}
    assert " ".join(found["overall"]) == "score low high completeness status band confidence spread"
    assert " ".join(found["sections"][0]) == ("key weight score low high completeness status caps result")
    assert " ".join(found["questions"][0]) == ("key state value points weight share contribution evidence")
    assert found["questions"][0] == {
        "key": "A-01",
        "state": "answered",
        "value": 4,
        "points": 75.0,
        "weight": 2.0,
        "share": 0.5,
        "contribution": 37.5,
        "evidence": "none",
    }
    assert [part["share"] for part in found["questions"]] == [0.5, None, None, 0.25, 0.125, 0.125]
    assert json.loads(json.dumps(found)) == found


def test_a_stored_result_can_be_shown_again() -> None:
    template = questionnaire(
        section("A", scale_question("A-01", critical=True), scale_question("A-02")),
        section("B", yes_no("B-01")),
    )
    card = score(template, {"A-01": answer(1, "verified"), "B-01": answer("yes")})
    assert Scorecard.from_json(json.loads(json.dumps(card.as_record()))) == card
    assert Scorecard.from_json(json.loads(json.dumps(card.as_json()))).as_json() == card.as_json()


# --- states -------------------------------------------------------------------------------------------------


def test_dont_know_counts_as_unanswered_in_every_number() -> None:
    template = questionnaire(section("A", scale_question("A-01"), scale_question("A-02")))
    without, with_it = (score(template, {"A-01": answer(3)} | more) for more in ({}, {"A-02": dont_know()}))
    assert with_it.overall == without.overall
    assert with_it.sections == without.sections
    assert with_it.question["A-02"].state is State.DONT_KNOW


def test_off_route_answers_change_nothing() -> None:
    asked = Comparison(question="A-01", equals="yes")
    template = questionnaire(
        section("A", yes_no("A-01", weight=1), scale_question("A-02", show_if=asked), scale_question("A-03"))
    )
    kept = {"A-01": answer("no"), "A-03": answer(4)}
    assert score(template, kept | {"A-02": answer(1)}) == score(template, kept)
    assert score(template, kept).question["A-02"].state is State.OFF_ROUTE


def test_a_section_that_does_not_apply_leaves_and_is_listed() -> None:
    template = questionnaire(
        section("A", scale_question("A-01"), scale_question("A-02"), weight=9),
        section("B", scale_question("B-01")),
        section("C", question("C-01", "text")),
    )
    card = score(template, {"A-01": na(), "A-02": na(), "B-01": answer(4)})
    assert card.overall.score == 100
    assert card.overall.completeness == 1
    assert card.section["A"].status is SectionStatus.NOT_APPLICABLE
    assert (card.section["A"].score, card.section["A"].low, card.section["A"].completeness) == (
        None,
        None,
        None,
    )
    assert card.section["C"].status is SectionStatus.UNSCORED
    assert [part.key for part in card.profile] == ["A", "B"]
    assert [part.key for part in card.flagged] == ["A"]


def test_a_section_wholly_off_the_route_does_not_apply() -> None:
    asked = Comparison(question="A-01", equals="yes")
    template = questionnaire(
        section("A", yes_no("A-01", weight=1)), section("B", scale_question("B-01", show_if=asked), weight=9)
    )
    card = score(template, {"A-01": answer("no"), "B-01": answer(4)})
    assert card.section["B"].status is SectionStatus.NOT_APPLICABLE
    assert (card.overall.score, card.overall.completeness) == (0, 1)
    assert not card.section["B"].is_flagged


def test_nothing_applicable_is_not_a_zero() -> None:
    card = score(questionnaire(section("A", scale_question("A-01"))), {"A-01": na()})
    assert card.overall.status is OverallStatus.NOT_APPLICABLE
    assert (card.overall.score, card.overall.low, card.overall.high, card.overall.confidence) == (None,) * 4


def test_nothing_answered_is_provisional_over_the_whole_range() -> None:
    card = score(questionnaire(section("A", scale_question("A-01"))), {})
    assert card.overall.status is OverallStatus.PROVISIONAL
    assert (card.overall.score, card.overall.low, card.overall.high) == (None, 0, 100)
    assert card.section["A"].status is SectionStatus.INSUFFICIENT
    assert card.before_caps is None


def test_an_unanswered_section_widens_the_bounds_but_not_the_score() -> None:
    template = questionnaire(
        section("A", scale_question("A-01"), weight=4), section("B", scale_question("B-01"))
    )
    card = score(template, {"A-01": answer(4)})
    assert (card.overall.score, card.overall.low, card.overall.high) == (100, 80, 100)
    assert card.overall.status is OverallStatus.PUBLISHED


def test_an_unanswered_critical_section_keeps_the_overall_back() -> None:
    template = questionnaire(
        section("A", scale_question("A-01"), weight=4), section("B", scale_question("B-01"), critical=True)
    )
    card = score(template, {"A-01": answer(4)})
    assert card.overall.status is OverallStatus.PROVISIONAL
    assert card.overall.score is None
    assert card.overall.mean == 100


def test_the_overall_can_be_switched_off() -> None:
    template = questionnaire(section("A", scale_question("A-01")), scoring=Scoring(has_overall=False))
    card = score(template, {"A-01": answer(4)})
    assert card.overall.status is OverallStatus.OFF
    assert (card.overall.score, card.overall.low, card.overall.high, card.overall.band) == (None,) * 4
    assert card.section["A"].score == 100


def test_weights_of_nought_alone_are_not_applicable() -> None:
    card = score(questionnaire(section("A", scale_question("A-01", weight=0))), {"A-01": answer(4)})
    assert card.section["A"].status is SectionStatus.NOT_APPLICABLE
    assert card.overall.status is OverallStatus.NOT_APPLICABLE


def test_thresholds_are_compared_after_rounding_to_nine_places() -> None:
    weights = [0.1, 0.2, 0.3, 0.4]  # 0.1 + 0.2 + 0.3 is 0.6000000000000001, 0.3 + 0.2 + 0.1 is 0.6
    for order in (weights, weights[::-1]):
        questions = [scale_question(f"A-{weight:.1f}".replace(".", "_"), weight) for weight in order]
        given = {q.key: answer(4) for q in questions if q.weight != 0.4}
        card = score(questionnaire(section("A", *questions)), given)
        assert card.section["A"].status is SectionStatus.SCORED
        assert card.section["A"].score == pytest.approx(100, rel=1e-15)


@pytest.mark.parametrize(("not_applicable", "is_flagged"), [(3, False), (4, True)])
def test_more_than_thirty_percent_not_applicable_calls_for_a_challenge(
    not_applicable: int, is_flagged: bool
) -> None:
    questions = [scale_question(f"A-{n:02}") for n in range(10)]
    given = {q.key: na() if n < not_applicable else answer(2) for n, q in enumerate(questions)}
    card = score(questionnaire(section("A", *questions)), given)
    assert card.section["A"].is_flagged is is_flagged
    assert card.section["A"].na_share == not_applicable / 10


# --- nesting ------------------------------------------------------------------------------------------------


def test_a_child_section_takes_the_place_of_a_question() -> None:
    template = questionnaire(
        section(
            "A",
            scale_question("A-01", weight=1),
            section("A1", scale_question("A1-01"), scale_question("A1-02"), weight=2),
            section("A2", scale_question("A2-01"), weight=1),
        ),
        scales=FIVE,
    )
    card = score(template, {"A-01": answer(5), "A1-01": answer(2), "A1-02": answer(4)})
    assert card.section["A1"].score == 50
    assert card.section["A"].score == pytest.approx((1 * 100 + 2 * 50) / 3)
    assert card.section["A"].completeness == 0.75
    assert (card.section["A"].low, card.section["A"].high) == (50, 75)
    assert card.question["A1-01"].share == pytest.approx(1 / 3)
    assert card.section["A1"].parent == "A"
    assert [part.key for part in card.profile] == ["A"]


def test_nesting_one_section_in_another_changes_no_figure() -> None:
    inner = section("A", scale_question("A-01", weight=2), scale_question("A-02"))
    given = {"A-01": answer(2), "A-02": answer(4)}
    flat, deep = (score(questionnaire(s), given) for s in (inner, section("X", section("Y", inner))))
    assert deep.overall == flat.overall
    assert deep.section["X"].score == deep.section["Y"].score == flat.section["A"].score


# --- around the figures -------------------------------------------------------------------------------------


def test_bands_follow_the_score() -> None:
    bands = (Band(name="Weak", minimum=0, colour="red"), Band(name="Sound", minimum=60, colour="green"))
    template = questionnaire(
        section("A", *(scale_question(f"A-{n}") for n in range(5))), bands=bands, scales=FIVE
    )
    given = {f"A-{n}": answer(level) for n, level in enumerate([5, 3, 3, 3, 3])}
    assert score(template, given).overall.score == 60
    assert score(template, given).overall.band == "Sound"
    assert score(template, given | {"A-4": answer(2)}).overall.band == "Weak"


def test_every_section_that_shares_the_lowest_place_is_named() -> None:
    template = questionnaire(*(section(key, scale_question(f"{key}-01")) for key in "ABC"))
    card = score(template, {"A-01": answer(3), "B-01": answer(2), "C-01": answer(2)})
    assert [section.key for section in card.lowest_sections] == ["B", "C"]


def test_confidence_and_spread_by_hand() -> None:
    template = questionnaire(
        section("A", scale_question("A-01", weight=3), scale_question("A-02")), scales=FIVE
    )
    given = {"A-01": answer(3, Evidence.VERIFIED), "A-02": answer(3, Evidence.ASSERTION)}
    overall = score(template, given).overall
    assert overall.confidence_share == (3 * 1 + 1 * 0.5) / 4
    assert overall.confidence == "high"
    # Only the second can be off: a level of 25 points is two standard deviations, at a quarter weight.
    assert overall.spread == 12.5 / 4
    assert score(template, {"A-01": answer(3, Evidence.VERIFIED)}).overall.confidence_share == 0.75


def test_the_spread_of_a_yes_or_no_is_at_most_half_its_range() -> None:
    card = score(questionnaire(section("A", yes_no("A-01", weight=1))), {"A-01": answer("yes")})
    assert card.overall.spread == 50


def test_what_cannot_be_scored_is_named_all_at_once() -> None:
    template = questionnaire(
        section("A", scale_question("A-01"), yes_no("A-02", weight=1), scale_question("A-03", critical=True))
    )
    with pytest.raises(Invalid) as caught:
        score(template, {"A-01": answer(9), "A-02": answer(True), "A-03": na()})
    assert [problem.place for problem in caught.value.problems] == ["A-01", "A-02", "A-03"]


def test_a_key_nobody_asked_changes_nothing() -> None:
    template = questionnaire(section("A", scale_question("A-01")))
    assert score(template, {"A-01": answer(2), "Z-99": answer(4)}) == score(template, {"A-01": answer(2)})
