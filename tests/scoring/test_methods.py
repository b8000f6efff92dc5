"""One page of worked cases for each method a template may declare, and for caps and critical floors."""

from typing import Any

import pytest

from tests.build import (
    answer,
    dont_know,
    na,
    options,
    question,
    questionnaire,
    scale_question,
    section,
    yes_no,
)
from vfm.errors import Invalid
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import (
    AnyOf,
    Cap,
    Comparison,
    Method,
    Not,
    Questionnaire,
    RuleRow,
    RuleTable,
    Scoring,
    Section,
)
from vfm.scoring.methods import METHODS
from vfm.scoring.results import OverallStatus, SectionStatus
from vfm.scoring.rules import collapse
from vfm.scoring.scorecard import Scorecard, score

FIVE = {"steps": {"levels": {n: f"Level {n}" for n in range(1, 6)}}}
"""Five levels: 0, 25, 50, 75, 100."""


def two_sections(method: Method) -> Questionnaire:
    return questionnaire(
        section("A", scale_question("A-1", 3), scale_question("A-2", 1), weight=3),
        section("B", scale_question("B-1", 4), weight=1),
        scales=FIVE,
        scoring=Scoring(method=method),
    )


GIVEN = {"A-1": answer(4), "A-2": answer(1), "B-1": answer(5)}
"""A: (3 x 75 + 1 x 0) / 4 = 56.25; B: 100."""


def test_every_method_has_its_row() -> None:
    assert set(METHODS) == set(Method)
    assert all(row.needs and row.words for row in METHODS.values())


# --- weighted mean, mean of means, sum -------------------------------------------------------------------


def test_weighted_mean_weighs_sections() -> None:
    card = score(two_sections(Method.WEIGHTED_MEAN), GIVEN)
    assert card.section["A"].score == 56.25
    assert card.overall.score == (3 * 56.25 + 1 * 100) / 4
    assert [section.weight for section in card.sections] == [3, 1]


def test_mean_of_means_counts_every_section_the_same() -> None:
    card = score(two_sections(Method.MEAN_OF_MEANS), GIVEN)
    assert card.overall.score == (56.25 + 100) / 2
    assert [section.weight for section in card.sections] == [1, 1]


def test_mean_of_means_completeness_counts_sections_the_same() -> None:
    card = score(two_sections(Method.MEAN_OF_MEANS), {"A-1": answer(4), "A-2": answer(1)})
    assert card.overall.completeness == 0.5
    assert (card.overall.low, card.overall.high) == (28.125, 78.125)


def test_sum_adds_up_the_points_of_all_sections() -> None:
    card = score(two_sections(Method.SUM), GIVEN)
    # Points: 3 x 0.75 + 1 x 0 of 4, and 4 x 1 of 4.
    assert card.section["A"].score == 100 * 2.25 / 4
    assert card.overall.score == 100 * (2.25 + 4) / 8


def test_sum_takes_only_what_was_answered_as_its_base() -> None:
    card = score(two_sections(Method.SUM), {"A-1": answer(4), "A-2": dont_know(), "B-1": answer(5)})
    assert card.overall.score == 100 * (2.25 + 4) / 7
    assert card.overall.completeness == 7 / 8
    assert (card.overall.low, card.overall.high) == (100 * 6.25 / 8, 100 * 7.25 / 8)
    gone = score(two_sections(Method.SUM), {"A-1": answer(4), "A-2": na(), "B-1": answer(5)})
    assert gone.overall.score == card.overall.score
    assert gone.overall.completeness == 1


def test_sum_is_withheld_where_a_capped_part_could_leave_its_bounds() -> None:
    questions = [scale_question(f"A-{n}") for n in range(4)]
    template = questionnaire(
        section("A", *questions, yes_no("A-W"), caps=(cap("warned", "A-W", 40),)),
        section("B", scale_question("B-1", 16)),
        scales=FIVE,
        scoring=Scoring(method=Method.SUM),
    )
    card = score(template, {"A-0": answer(5), "A-W": answer("yes"), "B-1": answer(5)})
    assert card.overall.completeness == 17 / 20
    assert card.overall.high == pytest.approx(100 * (16 + 4 * 0.4) / 20)
    assert card.overall.mean == pytest.approx(100 * 16.4 / 17)
    assert card.overall.status is OverallStatus.PROVISIONAL


# --- caps and critical floors ----------------------------------------------------------------------------


def cap(key: str, of: str, limit: float, reason: str = "A warning sign was seen") -> Cap:
    return Cap(key=key, when=Comparison(question=of, equals="yes"), limit=limit, reason=reason)


def test_a_critical_question_at_its_lowest_level_caps_its_section() -> None:
    template = questionnaire(section("A", scale_question("A-1", critical=True), scale_question("A-2", 3)))
    card = score(template, {"A-1": answer(1), "A-2": answer(4)})
    held = card.section["A"]
    assert (held.score, held.uncapped) == (100 / 3, 75)
    assert [(applied.rule, applied.limit, applied.uncapped) for applied in held.caps] == [
        ("A-1", 100 / 3, 75)
    ]
    assert held.caps[0].reason == "A-1 is critical and stands at its lowest level: Not in place"
    assert card.overall.score == 100 / 3
    assert card.before_caps == 75
    assert not score(template, {"A-1": answer(2), "A-2": answer(4)}).section["A"].caps


def test_only_the_lowest_level_of_a_critical_question_caps_whatever_the_second_is_worth() -> None:
    """A critical question at its lowest level caps its section."""
    levels = {level: f"Level {level}" for level in range(1, 5)}
    flat = {"flat": {"levels": levels, "points": {2: 0, 1: 0, 3: 50, 4: 100}}}
    critical = scale_question("A-1", critical=True)
    template = questionnaire(section("A", critical, scale_question("A-2", 3)), scales=flat)
    first, second = (score(template, {"A-1": answer(n), "A-2": answer(4)}).section["A"] for n in (1, 2))
    assert (first.score, first.uncapped) == (100 / 3, 75)
    assert [held.reason for held in first.caps] == ["A-1 is critical and stands at its lowest level: Level 1"]
    assert (second.score, second.caps) == (75, ())
    lettered = {"a": ("Neither", 0), "b": ("Refused", 0), "c": ("Done", 100)}
    choice = question("A-1", "single_choice", weight=1, critical=True, options=options(**lettered))
    held = score(questionnaire(section("A", choice)), {"A-1": answer("b")}).section["A"]
    assert [cap.reason for cap in held.caps] == ["A-1 is critical and stands at its lowest level: Refused"]


def test_an_open_critical_question_lowers_only_the_lower_bound() -> None:
    template = questionnaire(section("A", scale_question("A-1", critical=True), scale_question("A-2", 3)))
    card = score(template, {"A-2": answer(4)})
    assert (card.section["A"].low, card.section["A"].high) == (100 / 3, 100)
    assert not card.section["A"].caps
    assert card.section["A"].score == 100


def test_a_critical_question_that_is_not_scored_still_caps() -> None:
    template = questionnaire(
        section("A", scale_question("A-1"), yes_no("A-2", critical=True)),
        scoring=Scoring(critical_limit=50),
    )
    card = score(template, {"A-1": answer(4), "A-2": answer("no")})
    assert card.section["A"].score == 50
    assert card.section["A"].completeness == 1
    assert (score(template, {"A-1": answer(4)}).section["A"].low, card.section["A"].high) == (50, 50)


def test_the_lowest_cap_wins_and_every_one_is_printed() -> None:
    template = questionnaire(
        section(
            "A",
            scale_question("A-1"),
            yes_no("A-2"),
            caps=(cap("two-signs", "A-2", 50), cap("grave-sign", "A-2", 100 / 3), cap("high", "A-2", 80)),
        )
    )
    held = score(template, {"A-1": answer(3), "A-2": answer("yes")}).section["A"]
    assert held.score == 100 / 3
    assert [applied.rule for applied in held.caps] == ["grave-sign", "two-signs", "high"]
    assert {applied.uncapped for applied in held.caps} == {200 / 3}


def test_a_cap_above_the_score_is_printed_and_changes_nothing() -> None:
    template = questionnaire(section("A", scale_question("A-1"), yes_no("A-2"), caps=(cap("c", "A-2", 50),)))
    held = score(template, {"A-1": answer(2), "A-2": answer("yes")}).section["A"]
    assert held.score == held.uncapped == 100 / 3
    assert len(held.caps) == 1


def test_warning_signs_are_counted() -> None:
    signs = question("A-W", "multi_choice", options=tuple({"key": k, "label": k.upper()} for k in "abc"))
    when = AnyOf(any=(Comparison(question="A-W", at_least=2), Comparison(question="A-W", contains="c")))
    capped = Cap(key="signs", when=when, limit=50, reason="Two signs, or a grave one")
    template = questionnaire(section("A", scale_question("A-1"), signs, caps=(capped,)))
    scores = [
        score(template, {"A-1": answer(4), "A-W": answer(ticked)}).section["A"].score
        for ticked in (("a",), ("a", "b"), ("c",))
    ]
    assert scores == [100, 50, 50]


def test_a_cap_on_an_open_question_counts_in_the_bounds_it_can_reach() -> None:
    when = Comparison(question="A-1", at_most=1)
    capped = Cap(key="low", when=when, limit=20, reason="Nothing is in place")
    template = questionnaire(section("A", scale_question("A-1"), scale_question("A-2", 3), caps=(capped,)))
    held = score(template, {"A-2": answer(4)}).section["A"]
    assert (held.low, held.score, held.high) == (20, 100, 100)


@pytest.mark.parametrize(
    "when",
    [
        Comparison(question="A-1", answered=False),
        Not(not_=Comparison(question="A-1", equals=1)),
        Comparison(question="A-1", at_least=4),
    ],
)
def test_bounds_hold_the_score_whatever_a_cap_asks(when: Any) -> None:
    capped = Cap(key="odd", when=when, limit=20, reason="An odd rule")
    template = questionnaire(section("A", scale_question("A-1"), scale_question("A-2", 3), caps=(capped,)))
    held = score(template, {"A-2": answer(4)}).section["A"]
    assert isinstance(held.low, float)
    assert isinstance(held.high, float)
    assert held.score is not None
    assert held.low <= held.score <= held.high


def test_a_capped_section_without_a_scored_answer_keeps_its_parent_back() -> None:
    inner = section("B", scale_question("B-1"), yes_no("B-W"), caps=(cap("warned", "B-W", 20),))
    flat = questionnaire(section("A", scale_question("A-1"), weight=4), inner)
    given = {"A-1": answer(4), "B-W": answer("yes")}
    card = score(flat, given)
    assert (card.overall.completeness, card.overall.mean, card.overall.high) == (0.8, 100, 84)
    assert card.overall.status is OverallStatus.PROVISIONAL
    deep = score(questionnaire(section("X", scale_question("A-1", 4), inner)), given)
    assert deep.section["X"].status is SectionStatus.INSUFFICIENT
    assert deep.overall.status is OverallStatus.PROVISIONAL


def test_caps_at_two_depths_both_apply() -> None:
    inner = section("B", scale_question("B-1"), yes_no("B-W"), caps=(cap("inner", "B-W", 60),))
    outer = section("A", scale_question("A-1"), inner, yes_no("A-W"), caps=(cap("outer", "A-W", 70),))
    card = score(
        questionnaire(outer),
        {"A-1": answer(4), "B-1": answer(4), "A-W": answer("yes"), "B-W": answer("yes")},
    )
    assert (card.section["B"].score, card.section["B"].uncapped) == (60, 100)
    assert (card.section["A"].score, card.section["A"].uncapped) == (70, 80)
    assert card.before_caps == 100


# --- rule table ------------------------------------------------------------------------------------------

STATUSES = ("Not yet", "Developing", "Sound")
TABLE = RuleTable(
    lists={"must": ("M-1", "M-2"), "good": ("G-1", "G-2")},
    statuses=STATUSES,
    minimum="Developing",
    rows=tuple(
        RuleRow(
            lists=(must, good),
            status="Not yet" if must != "all" else "Sound" if good == "all" else "Developing",
        )
        for must in ("all", "some", "none")
        for good in ("all", "some", "none")
    ),
)


def ruled(table: RuleTable = TABLE, **more: Any) -> Questionnaire:
    statements = [yes_no(key) for key in ("M-1", "M-2", "G-1", "G-2")]
    return questionnaire(
        section("R", *statements, rule_table=table), scoring=Scoring(method=Method.RULE_TABLE), **more
    )


def yes(*keys: str, no: str = "") -> dict[str, Answer]:
    return {key: answer("yes") for key in keys} | {key: answer("no") for key in no.split()}


def result(card: Scorecard) -> tuple[Any, Any, Any]:
    held = card.section["R"]
    return held.low, held.high, held.result


def test_collapsing_a_list() -> None:
    assert [collapse(ticked, 2) for ticked in (0, 1, 2)] == ["none", "some", "all"]
    assert collapse(0, 0) == "none"


@pytest.mark.parametrize(
    ("given", "expected", "meets"),
    [
        (yes("M-1", "M-2", "G-1", "G-2"), ("Sound", "Sound", "Sound"), True),
        (yes("M-1", "M-2", "G-1", no="G-2"), ("Developing", "Developing", "Developing"), True),
        (yes("M-1", no="M-2"), ("Not yet", "Not yet", "Not yet"), False),
        (yes("M-1", "M-2"), ("Developing", "Sound", None), True),
        (yes("M-1"), ("Not yet", "Sound", None), None),
        ({}, ("Not yet", "Sound", None), None),
        (yes("M-1", "G-1", "G-2") | {"M-2": na()}, ("Sound", "Sound", "Sound"), True),
        (yes("M-1", "M-2") | {"G-1": na(), "G-2": na()}, ("Developing", "Developing", "Developing"), True),
    ],
)
def test_statuses_by_hand(given: dict[str, Answer], expected: tuple[Any, ...], meets: bool | None) -> None:
    card = score(ruled(), given)
    assert result(card) == expected
    assert card.section["R"].meets_minimum is meets
    assert card.section["R"].score is None


def test_a_rule_table_has_completeness_and_no_score() -> None:
    """Score null, completeness as usual: enough is answered although the result is still open."""
    card = score(ruled(), yes("M-1", "M-2", "G-1"))
    assert card.section["R"].completeness == 0.75
    assert result(card) == ("Developing", "Sound", None)
    assert card.section["R"].status is SectionStatus.SCORED
    assert (card.overall.score, card.overall.low, card.overall.status) == (
        None,
        None,
        OverallStatus.PROVISIONAL,
    )
    settled = score(ruled(), yes(no="M-1 M-2"))
    assert (settled.section["R"].completeness, settled.section["R"].status) == (
        0.5,
        SectionStatus.INSUFFICIENT,
    )
    assert result(settled) == ("Not yet", "Not yet", "Not yet")
    whole = score(ruled(), yes("M-1", "M-2", "G-1", "G-2"))
    assert whole.section["R"].status is SectionStatus.SCORED
    assert (whole.overall.score, whole.overall.status) == (None, OverallStatus.PUBLISHED)
    assert all(part.share is None for part in whole.questions)


def test_statements_in_child_sections_count_in_completeness() -> None:
    """Score null, completeness as usual, wherever in its section a table's statements stand."""
    must, good = (section(key, *(yes_no(f"{key}-{n}") for n in (1, 2))) for key in "MG")
    template = questionnaire(
        section("R", must, good, rule_table=TABLE), scoring=Scoring(method=Method.RULE_TABLE)
    )
    card = score(template, yes("M-1", no="M-2"))
    assert result(card) == ("Not yet", "Not yet", "Not yet")
    assert {key: held.completeness for key, held in card.section.items()} == {"R": 0.5, "M": 1, "G": 0}


def test_nothing_caps_a_status() -> None:
    """`floor` and `cap` are added to any of the first three methods."""
    statements = [yes_no(key) for key in ("M-1", "M-2", "G-1", "G-2")]
    capped = section("R", *statements, rule_table=TABLE, caps=(cap("warned", "M-1", 40),))
    card = score(questionnaire(capped, scoring=Scoring(method=Method.RULE_TABLE)), yes("M-1"))
    assert card.section["R"].caps == ()


def test_a_statement_in_two_lists_is_filled_the_same_in_both() -> None:
    table = RuleTable(
        lists={"a": ("M-1",), "b": ("M-1",)},
        statuses=("No", "Odd", "Yes"),
        minimum="Yes",
        rows=tuple(
            RuleRow(lists=(a, b), status="Odd" if a != b else "Yes" if a == "all" else "No")
            for a in ("all", "some", "none")
            for b in ("all", "some", "none")
        ),
    )
    without_odd = table.model_copy(update={"rows": tuple(r for r in table.rows if r.status != "Odd")})
    assert result(score(ruled(without_odd), {})) == ("No", "Yes", None)


def test_nothing_applicable_has_no_status() -> None:
    card = score(ruled(), {key: na() for key in ("M-1", "M-2", "G-1", "G-2")})
    assert result(card) == (None, None, None)
    assert card.section["R"].status is SectionStatus.NOT_APPLICABLE


def test_a_hole_and_an_overlap_are_named() -> None:
    hole = TABLE.model_copy(update={"rows": TABLE.rows[1:]})
    overlap = TABLE.model_copy(
        update={"rows": (*TABLE.rows, RuleRow(lists=("all", "all"), status="Not yet"))}
    )
    everything = yes("M-1", "M-2", "G-1", "G-2")
    with pytest.raises(Invalid, match="no row for must all, good all"):
        score(ruled(hole), everything)
    with pytest.raises(Invalid, match="two answers for must all, good all"):
        score(ruled(overlap), everything)


def test_a_rule_table_beside_a_mean_gives_both() -> None:
    tabled = section("R", *(yes_no(k, weight=1) for k in ("M-1", "M-2", "G-1", "G-2")), rule_table=TABLE)
    card = score(questionnaire(tabled), yes("M-1", "M-2", no="G-1 G-2"))
    assert (card.section["R"].score, card.section["R"].result) == (50, "Developing")


def test_sections_without_a_table_are_unscored_under_rule_tables() -> None:
    plain: Section = section("P", question("P-1", "text"))
    template = questionnaire(plain, scoring=Scoring(method=Method.RULE_TABLE))
    assert score(template, {}).section["P"].status is SectionStatus.UNSCORED
