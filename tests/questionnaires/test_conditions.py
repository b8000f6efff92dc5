"""Conditions: every operator on every kind it fits, blanks, references, arithmetic and plain English."""

from datetime import date
from decimal import Decimal

import pytest

from tests.build import answer, dont_know, na, options, question, questionnaire, scale_question, yes_no
from vfm.questionnaires.conditions import holds, in_words, keys_in, questions_named, value_of
from vfm.questionnaires.schema import Operation, Question

ASKED = questionnaire(
    scale_question("S"),
    yes_no("Y"),
    question("C", "single_choice", options=options(low="Low", mid="Middle", high="High")),
    question("M", "multi_choice", options=options(a="First", b="Second", c="Third")),
    question("N", "number", unit="FTE"),
    question("P", "percent"),
    question("G", "money"),
    question("D", "date"),
    question("T", "text"),
    question("B", "number", by="sizes"),
    parts={"sizes": {"small": "Small", "large": "Large"}},
)
GIVEN = {
    "S": answer(3),
    "Y": answer("no"),
    "C": answer("mid"),
    "M": answer(["a", "c"]),
    "N": answer(12.5),
    "P": answer(0.1),
    "G": answer(Decimal("1000.50")),
    "D": answer(date(2026, 3, 5)),
    "T": answer("Some words"),
    "B": answer({"small": 2, "large": 5}),
}


def condition(written):
    return Question(key="X", text="?", kind="text", show_if=written).show_if


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"question": "S", "equals": 3}, True),
        ({"question": "S", "equals": 2}, False),
        ({"question": "S", "in": [1, 3]}, True),
        ({"question": "S", "in": [1, 2]}, False),
        ({"question": "S", "at_least": 3}, True),
        ({"question": "S", "greater": 3}, False),
        ({"question": "S", "at_most": 3}, True),
        ({"question": "S", "less": 3}, False),
        ({"question": "Y", "equals": "no"}, True),
        ({"question": "Y", "equals": "yes"}, False),
        ({"question": "C", "equals": "mid"}, True),
        ({"question": "C", "in": ["mid", "high"]}, True),
        ({"question": "C", "in": ["low", "high"]}, False),
        ({"question": "C", "at_least": 1}, False),  # a word has no order
        ({"question": "M", "contains": "a"}, True),
        ({"question": "M", "contains": "b"}, False),
        ({"question": "M", "at_least": 2}, True),
        ({"question": "M", "greater": 2}, False),
        ({"question": "N", "equals": 12.5}, True),
        ({"question": "N", "greater": 12}, True),
        ({"question": "P", "equals": 0.1}, True),  # as typed, not as a float
        ({"question": "P", "greater": 0.1}, False),
        ({"question": "G", "at_least": 1000.5}, True),
        ({"question": "G", "less": {"question": "N"}}, False),
        ({"question": "N", "less": {"question": "G"}}, True),
        ({"question": "D", "at_least": "2026-03-05"}, True),
        ({"question": "D", "less": "2026-03-05"}, False),
        ({"question": "D", "equals": "2026-03-05"}, True),
        ({"question": "B", "equals": 7}, True),
        ({"question": "T", "answered": True}, True),
        ({"question": "T", "answered": False}, False),
        ({"not": {"question": "Y", "equals": "yes"}}, True),
        ({"all": [{"question": "Y", "equals": "no"}, {"question": "S", "equals": 3}]}, True),
        ({"all": [{"question": "Y", "equals": "no"}, {"question": "S", "equals": 4}]}, False),
        ({"any": [{"question": "Y", "equals": "yes"}, {"question": "S", "equals": 3}]}, True),
        ({"any": [{"question": "Y", "equals": "yes"}, {"question": "S", "equals": 4}]}, False),
    ],
)
def test_holds(written, expected):
    assert holds(condition(written), GIVEN, ASKED) is expected


@pytest.mark.parametrize("blank", [None, dont_know(), na()])
@pytest.mark.parametrize(
    "claim",
    [{"equals": 3}, {"in": [1, 2, 3, 4]}, {"at_least": 1}, {"at_most": 4}, {"greater": 0}, {"less": 9}],
)
def test_without_a_value_every_comparison_is_false(blank, claim):
    given = {} if blank is None else {"S": blank}
    assert holds(condition({"question": "S", **claim}), given, ASKED) is False
    assert holds(condition({"question": "S", "answered": False}), given, ASKED) is True


def test_a_reference_without_a_value_is_false_too():
    claim = condition({"question": "G", "at_most": {"question": "N"}})
    assert not holds(claim, {"G": answer(1)}, ASKED)
    assert not holds(claim, {"G": answer(1), "N": dont_know()}, ASKED)


def test_questions_named_once_each_in_the_order_met():
    claim = condition(
        {"any": [{"question": "S", "equals": 1}, {"not": {"question": "G", "less": {"question": "S"}}}]}
    )
    assert questions_named(claim) == ("S", "G")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"question": "S", "at_least": 3}, "S is at least level 3"),
        ({"question": "Y", "equals": "yes"}, 'Y is "Yes"'),
        ({"question": "C", "in": ["mid", "high"]}, 'C is "Middle" or "High"'),
        ({"question": "M", "contains": "b"}, 'M includes "Second"'),
        ({"question": "M", "at_least": 2}, "the number ticked in M is at least 2"),
        ({"question": "G", "greater": 25000}, "G is more than £25,000"),
        ({"question": "P", "less": 12.5}, "P is less than 12.5%"),
        ({"question": "N", "at_most": {"question": "B"}}, "N is at most B"),
        ({"question": "D", "less": "2022-04-01"}, "D is less than 1 April 2022"),
        ({"question": "T", "answered": False}, "T is not answered"),
        ({"not": {"question": "Y", "equals": "no"}}, 'it is not so that Y is "No"'),
        (
            {
                "all": [
                    {"question": "S", "equals": 1},
                    {"any": [{"question": "Y", "equals": "no"}, {"question": "T", "answered": True}]},
                ]
            },
            'S is level 1 and (Y is "No" or T is answered)',
        ),
    ],
)
def test_in_words(written, words):
    assert in_words(condition(written), ASKED) == words


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Operation(add=("N", "P")), Decimal("12.6")),
        (Operation(subtract=("G", 0.5)), Decimal("1000.0")),
        (Operation(multiply=("N", 2, 2)), Decimal("50.0")),
        (Operation(divide=("N", 5)), Decimal("2.5")),
        (Operation(divide=("N", 0)), None),
        (Operation(divide=("N", "T")), None),
        (Operation(divide=("B", 2)), {"small": Decimal(1), "large": Decimal("2.5")}),
        (Operation(divide=(10, "B")), {"small": Decimal(5), "large": Decimal(2)}),
        (Operation(add=("B", "B")), {"small": Decimal(4), "large": Decimal(10)}),
        (Operation(divide=(Operation(add=("S", 1)), 2)), Decimal(2)),
    ],
)
def test_value_of(expression, expected):
    assert value_of(expression, GIVEN) == expected


def test_a_part_that_is_missing_or_divided_by_nought_is_left_out():
    given = {"A": answer({"small": 6, "large": 8, "huge": 1}), "B": answer({"small": 0, "large": 4})}
    assert value_of(Operation(divide=("A", "B")), given) == {"large": Decimal(2)}
    assert value_of(Operation(divide=("A", "B")), {"A": given["A"]}) is None


def test_keys_in_an_expression():
    assert keys_in(Operation(add=("N", Operation(divide=("G", "N")), 3))) == ("N", "G")
