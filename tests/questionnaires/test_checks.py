"""Design checks on built questionnaires: faults as problems with keys, and none invented."""

import pytest

from tests.build import options, question, questionnaire, scale_question, section, yes_no
from vfm.prioritisation.provenance import ANSWER_RULES
from vfm.questionnaires.advice import READ_FROM
from vfm.questionnaires.checks import ADVICE, CHECKS, advice, faults, findings, problems
from vfm.questionnaires.schema import FEEDS, Check, Kind, Option, RuleRow, RuleTable


def test_a_sound_questionnaire_has_no_faults():
    sound = questionnaire(
        section(
            "A",
            scale_question("A-01", critical=True),
            yes_no("A-02", 1, show_if={"question": "A-01", "less": 4}),
        ),
        section("B", question("B-01", "single_choice", weight=2, options=options(a=("A", 0), b=("B", 100)))),
        section("C", question("C-01", "money", feeds="unit_cost"), weight=0),
        section("D", section("DA", scale_question("DA-01")), weight=3),
    )
    assert problems(sound) == ()


def test_problems_bear_the_key():
    (problem,) = problems(questionnaire(scale_question("A-01"), question("A-02", "money", unit="EUR")))
    assert str(problem) == "A-02: Money needs a unit in pounds. Write GBP or GBP per year."


def test_paths_lead_to_the_value_at_fault():
    nested = questionnaire(
        section("A", section("AA", scale_question("AA-01"), question("AA-02", "text", feeds="x")))
    )
    (fault,) = faults(nested)
    assert fault.path == ("sections", 0, "sections", 0, "questions", 1, "feeds")


@pytest.mark.parametrize(
    ("rule", "is_possible"),
    [
        ({"all": [{"question": "N", "at_least": 5}, {"question": "N", "less": 5}]}, False),
        ({"all": [{"question": "N", "at_least": 5}, {"question": "N", "at_most": 5}]}, True),
        ({"all": [{"question": "S", "in": [1, 2]}, {"question": "S", "greater": 2}]}, False),
        ({"all": [{"question": "S", "in": [1, 3]}, {"question": "S", "greater": 2}]}, True),
        ({"question": "S", "greater": 4}, False),
        ({"all": [{"question": "S", "answered": False}, {"question": "S", "equals": 1}]}, False),
        ({"all": [{"question": "M", "contains": "a"}, {"question": "M", "contains": "b"}]}, True),
        ({"question": "M", "at_least": 3}, False),
        (
            {"all": [{"question": "D", "less": "2020-01-01"}, {"question": "D", "greater": "2021-01-01"}]},
            False,
        ),
        ({"question": "D", "less": "2020-01-01"}, True),
        (
            {
                "all": [
                    {"question": "N", "less": {"question": "O"}},
                    {"question": "O", "less": {"question": "N"}},
                ]
            },
            False,
        ),
        ({"question": "N", "less": {"question": "O"}}, True),
        ({"all": [{"question": "H", "equals": "yes"}, {"question": "S", "equals": 1}]}, False),
        ({"all": [{"question": "H", "answered": False}, {"question": "S", "equals": 1}]}, True),
    ],
)
def test_a_rule_that_can_never_be_true_is_found(rule, is_possible):
    asked = questionnaire(
        scale_question("S"),
        question("N", "number"),
        question("O", "number"),
        question("M", "multi_choice"),
        question("D", "date"),
        yes_no("H", show_if={"question": "S", "at_least": 3}),
        question("X", "text", show_if=rule),
    )
    found = [problem.place for problem in problems(asked)]
    assert found == ([] if is_possible else ["X"])


def test_a_check_may_name_later_questions_and_must_name_real_ones():
    good = Check(key="k", must={"question": "A", "at_most": {"question": "B"}}, say="Correct one.", at="A")
    asked = [scale_question("S"), question("A", "money"), question("B", "money")]
    assert problems(questionnaire(*asked, checks=(good,))) == ()
    wrong = good.model_copy(update={"at": "C"})
    assert [problem.place for problem in problems(questionnaire(*asked, checks=(wrong,)))] == ["k"]


@pytest.mark.parametrize("operator", ["equals", "in", "at_least", "contains"])
def test_a_text_can_only_be_asked_whether_it_is_answered(operator):
    operand = ["x"] if operator == "in" else 2 if operator == "at_least" else "x"
    rule = {"question": "T", operator: operand}
    asked = questionnaire(scale_question("S"), question("T", "text"), yes_no("Y", show_if=rule))
    (problem,) = problems(asked)
    assert problem.message == f'"{operator}" does not work on T, which is a text. Use answered.'


def test_a_whole_rule_table_is_clean():
    rows = [
        RuleRow(lists=(found,), status=status)
        for found, status in zip(("all", "some", "none"), "210", strict=True)
    ]
    table = RuleTable(lists={"basics": ("A-01",)}, statuses=("0", "1", "2"), minimum="1", rows=tuple(rows))
    asked = questionnaire(section("A", yes_no("A-01"), rule_table=table), scoring={"method": "rule_table"})
    assert problems(asked) == ()
    cure = "Make the method a rule table, or take the table out."
    unused = questionnaire(section("A", yes_no("A-01", 1), rule_table=table))
    assert [problem.message for problem in problems(unused)] == [
        f"The rule table is not used by the template's method. {cure}"
    ]
    lacking = questionnaire(yes_no("A-01"), scoring={"method": "rule_table"})
    assert "The method is a rule table, but no section has one. Add one, or choose another method." in [
        problem.message for problem in problems(lacking)
    ]


def test_points_of_a_built_questionnaire_must_run_from_0_to_100():
    levels = {"levels": {1: "No", 2: "Yes"}, "points": {1: 0, 2: 50}}
    (problem,) = problems(questionnaire(scale_question("A-01"), scales={"s": levels}))
    assert str(problem) == "scales.s: Points run from 0 to 50. Let the lowest be 0 and the highest 100."


def test_every_check_is_one_row_and_documented():
    every = CHECKS + ADVICE
    assert len({check.__name__ for check in every}) == len(every)
    assert all(check.__doc__ for check in every)


def test_errors_block_and_advice_does_not():
    asked = questionnaire(scale_question("A-01"), scale_question("A-02", 0, text="And how fast?"))
    assert problems(asked) == ()
    (found,) = advice(asked)
    assert found.place == "A-02"
    (fault,) = findings(asked)
    assert fault.is_advice
    assert faults(asked) == ()


def test_errors_come_before_advice():
    asked = questionnaire(scale_question("A-01", 0, text="TBC"), question("A-02", "money", unit="EUR"))
    found = [fault.is_advice for fault in findings(asked)]
    assert found == sorted(found)
    assert len(found) == 3


def test_a_draft_in_which_a_section_stands_twice_is_still_checked():
    doubled = questionnaire(
        section("A", scale_question("A-01")),
        section("A", yes_no("A-02", 1, show_if={"question": "A-01", "equals": 1})),
    )
    assert [str(problem) for problem in problems(doubled)] == [
        'A: The key "A" is already taken. Give it another key.'
    ]


@pytest.mark.parametrize("operand", [float("inf"), float("-inf"), 1e300, -1e-300])
def test_any_number_in_a_rule_can_be_tried(operand):
    rule = {"question": "N", "at_most": operand}
    asked = questionnaire(scale_question("S"), question("N", "number"), yes_no("Y", show_if=rule))
    assert [problem.place for problem in problems(asked)] in ([], ["Y"])


def test_the_last_day_of_the_calendar_can_be_tried():
    rule = {"question": "D", "at_most": "9999-12-31"}
    asked = questionnaire(scale_question("S"), question("D", "date"), yes_no("Y", show_if=rule))
    assert problems(asked) == ()


def test_a_day_between_two_days_is_tried():
    rule = {"all": [{"question": "D", "greater": "2026-01-01"}, {"question": "D", "less": "2026-01-03"}]}
    asked = questionnaire(scale_question("S"), question("D", "date"), yes_no("Y", show_if=rule))
    assert problems(asked) == ()


def test_checks_that_only_together_contradict_each_other_are_named_together():
    asked = [scale_question("S"), *(question(key, "number") for key in "ABC")]
    pairs = [("A", "B"), ("B", "C"), ("C", "A")]
    checks = tuple(
        Check(
            key=f"{one}-{other}",
            must={"question": one, "less": {"question": other}},
            say="Correct one.",
            at=one,
        )
        for one, other in pairs
    )
    (problem,) = problems(questionnaire(*asked, checks=checks))
    sentence = 'The checks "A-B", "B-C" and "C-A" can never hold together. Correct one, or take it out.'
    assert str(problem) == f"C-A: {sentence}"
    assert problems(questionnaire(*asked, checks=checks[:2])) == ()


def test_checks_on_different_routes_do_not_contradict_each_other():
    asked = [
        yes_no("Y"),
        question("A", "number", show_if={"question": "Y", "equals": "yes"}),
        question("B", "number", show_if={"question": "Y", "equals": "no"}),
        question("N", "number"),
    ]
    checks = (
        Check(key="a", must={"question": "N", "greater": {"question": "A"}}, say="Correct one.", at="N"),
        Check(key="b", must={"question": "N", "greater": {"question": "B"}}, say="Correct one.", at="N"),
    )
    assert problems(questionnaire(section("A", *asked, weight=0), checks=checks)) == ()


def test_a_check_that_is_never_looked_at_is_told():
    asked = [
        yes_no("Y"),
        question("A", "number", show_if={"question": "Y", "equals": "yes"}),
        question("B", "number", show_if={"question": "Y", "equals": "no"}),
    ]
    both = Check(key="c", must={"question": "A", "at_most": {"question": "B"}}, say="Correct one.", at="A")
    (problem,) = problems(questionnaire(section("A", *asked, weight=0), checks=(both,)))
    assert problem.message.startswith("The check's questions are never asked together")


@pytest.mark.parametrize(
    "words", ["...", "TBC", " tbd ", "To be confirmed", "lorem ipsum dolor", "xxx", "[TBC]", "?"]
)
def test_stand_ins_are_advised_on(words):
    found = advice(questionnaire(scale_question("A-01", text=words)))
    assert [one.message.split(" still")[0] for one in found] == ["The question"]


@pytest.mark.parametrize(
    "words", ["Todo lists kept?", "TBC status of the plan", "Exxon contract value", "Why?"]
)
def test_words_that_only_look_like_a_stand_in_are_left_alone(words):
    assert advice(questionnaire(scale_question("A-01", text=words))) == ()


def test_wording_is_measured_on_guidance_and_choices_too():
    long = "word " * 31
    asked = questionnaire(
        scale_question("A-01", help=long),
        question("A-02", "multi_choice", text="Which?", options=options(a=long, b="Short")),
    )
    paths = [fault.path[-1] for fault in findings(asked)]
    assert paths == ["label", "help"]


def test_what_answers_feed_is_read_as_the_ranking_reads_it():
    """Gross and net are the first two sums; the rest as the ranking's own table says."""
    read = {name: (kind, rule.most) for name, rule in ANSWER_RULES.items() for kind in rule.kinds}
    assert read | {"expenditure_level": (Kind.MONEY, 2)} == READ_FROM
    assert set(READ_FROM) <= set(FEEDS)


def test_a_lone_section_is_not_weighed():
    asked = [scale_question("A-01"), yes_no("A-02", 1, text="Is it?")]
    (found,) = advice(questionnaire(section("A", *asked, weight=40)))
    assert found.message.startswith(
        "The weight cannot matter, as no other section beside this one is scored."
    )
    assert advice(questionnaire(section("A", *asked, weight=1))) == ()
    beside = section("A", scale_question("A-03"), section("AA", *asked, weight=40))
    assert advice(questionnaire(beside)) == ()


@pytest.mark.parametrize(
    ("scoring", "says"),
    [
        ({"critical_limit": 100}, 'A critical question caps nothing while "critical_limit" is 100.'),
        ({"method": "rule_table"}, "A rule table gives a status"),
        ({}, None),
    ],
)
def test_being_critical_where_it_changes_nothing(scoring, says):
    asked = questionnaire(scale_question("A-01", critical=True), yes_no("A-02", 1), scoring=scoring)
    told = [one.message for one in advice(asked) if one.place == "A-01"]
    assert [message.startswith(str(says)) for message in told] == ([True] if says else [])


def test_a_critical_section_without_a_score_is_told():
    asked = [
        section("A", scale_question("A-01")),
        section("B", question("B-01", "text"), critical=True, weight=0),
    ]
    (found,) = advice(questionnaire(*asked))
    assert (
        str(found) == "B: The section is critical but has no score. Take critical out, or score a question."
    )


def test_every_option_exclusive_is_a_single_choice():
    alone = [Option(key=key, label=key.upper(), exclusive=True) for key in "ab"]
    several = question("M", "multi_choice", text="Which?", options=tuple(alone))
    (found,) = advice(questionnaire(scale_question("S"), several))
    assert found.message == "Every option is exclusive, so only one can be chosen. Make it a single choice."


def test_more_feeding_than_are_read_is_told_of_those_that_are_not():
    asked = [question(key, "percent", text=key, feeds="demand_pressure") for key in ("A-1", "B-1", "C-1")]
    (found,) = advice(questionnaire(section("A", *asked, weight=0), scales={}))
    assert str(found) == (
        'C-1: "demand_pressure" is read from the first two that feed it: A-1 and B-1. '
        "Take feeds out here, or there."
    )


def test_the_pilots_own_questions_are_not_scored():
    about = [question("P-1", "yes_no", weight=1), question("P-2", "text", feeds="unit_cost")]
    found = problems(questionnaire(pilot_feedback={"overall": about}))
    assert [problem.place for problem in found] == ["P-1", "P-2"]
    assert all("no meaning on a question about the pilot" in problem.message for problem in found)
