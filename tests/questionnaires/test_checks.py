"""Design checks on built questionnaires: faults as problems with keys, and none invented."""

import pytest

from tests.build import options, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.checks import CHECKS, faults, problems
from vfm.questionnaires.schema import Check, RuleRow, RuleTable


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
    assert str(problem) == 'A-02: Money needs a unit in pounds. Write "unit: GBP" or "GBP per year".'


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
    cure = "Set the method to rule_table, or take the table out."
    unused = questionnaire(section("A", yes_no("A-01", 1), rule_table=table))
    assert [problem.message for problem in problems(unused)] == [
        f"The rule table is not used by the template's method. {cure}"
    ]
    lacking = questionnaire(yes_no("A-01"), scoring={"method": "rule_table"})
    assert (
        "The method is rule_table, but no section has a rule_table. Add one, or choose another method."
        in [problem.message for problem in problems(lacking)]
    )


def test_points_of_a_built_questionnaire_must_run_from_0_to_100():
    levels = {"levels": {1: "No", 2: "Yes"}, "points": {1: 0, 2: 50}}
    (problem,) = problems(questionnaire(scale_question("A-01"), scales={"s": levels}))
    assert str(problem) == "scales.s: Points run from 0 to 50. Let the lowest be 0 and the highest 100."


def test_every_check_is_one_row_and_documented():
    assert len({check.__name__ for check in CHECKS}) == len(CHECKS)
    assert all(check.__doc__ for check in CHECKS)
