"""Conditions and arithmetic as text: exact both ways, and a place and a cure for every mistake."""

import pytest
from hypothesis import given, settings

from tests.generated import arithmetic, conditions
from vfm.errors import Invalid
from vfm.questionnaires.notation import parse, parse_arithmetic, write, write_arithmetic
from vfm.questionnaires.schema import All, AnyOf, Comparison, Not, Operation


@given(conditions())
@settings(max_examples=300, deadline=None)
def test_a_condition_written_reads_back_as_it_was(condition):
    read = parse(write(condition))
    assert read == condition
    assert repr(read) == repr(condition)  # 1, 1.0 and true are equal, and not the same


@given(arithmetic())
@settings(max_examples=200, deadline=None)
def test_arithmetic_written_reads_back_as_it_was(operation):
    assert parse_arithmetic(write_arithmetic(operation)) == operation


def claim(key="A-1", **operator):
    return Comparison.model_validate({"question": key, **operator})


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (claim(**{"in": ["above_median", "highest_quarter"]}), "A-1 in (above_median, highest_quarter)"),
        (claim(**{"in": []}), "A-1 in ()"),
        (claim(**{"in": [3, "3", "2026-01-05"]}), 'A-1 in (3, "3", 2026-01-05)'),
        (claim(at_most={"question": "PRO-03"}), "A-1 at most the answer to PRO-03"),
        (claim(greater="2026-01-05"), "A-1 greater than 2026-01-05"),
        (claim(less=-2.5), "A-1 less than -2.5"),
        (claim(equals=True), "A-1 equals true"),
        (claim(equals="true"), 'A-1 equals "true"'),
        (claim(equals='He said "no"\n'), 'A-1 equals "He said \\"no\\"\\n"'),
        (claim(equals=1), "A-1 equals 1"),
        (claim(equals=1.0), "A-1 equals 1.0"),
        (claim(equals="yes"), "A-1 equals yes"),
        (claim(key="not", contains="and"), '"not" contains "and"'),
        (claim(answered=False), "A-1 not answered"),
        (Not(not_=claim(answered=True)), "not (A-1 answered)"),
        (All(all=(claim(at_least=1),)), "all (A-1 at least 1)"),
        (
            All(all=(claim(at_least=1), AnyOf(any=(claim(equals=4), claim(equals=5))))),
            "A-1 at least 1 and (A-1 equals 4 or A-1 equals 5)",
        ),
    ],
)
def test_how_a_condition_is_written(condition, text):
    assert write(condition) == text
    assert repr(parse(text)) == repr(condition)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("A-1 >= 2", "A-1 at least 2"),
        ("A-1 is at_least 2", "A-1 at least 2"),
        ("A-1 is yes", "A-1 equals yes"),
        ("A-1 is not answered", "A-1 not answered"),
        ("A-1 more than answer to B-1", "A-1 greater than the answer to B-1"),
        ("A-1 = “High: above”", 'A-1 equals "High: above"'),
        ("A-1 in yes", "A-1 in (yes)"),
        ("NOT A-1 Answered", "not (A-1 answered)"),
        (
            "A-1 = 1 or B-1 = 2 and C-1 = 3",
            "A-1 equals 1 or (B-1 equals 2 and C-1 equals 3)",
        ),
        ("all (A-1 = 1, B-1 = 2)", "A-1 equals 1 and B-1 equals 2"),
        ("any (A-1 = 1, B-1 = 2)", "A-1 equals 1 or B-1 equals 2"),
        ("not any (A-1 = 1, B-1 = 2)", "not (A-1 equals 1 or B-1 equals 2)"),
        ("not not A-1 answered", "not (not (A-1 answered))"),
        ("((A-1 answered))", "A-1 answered"),
    ],
)
def test_other_ways_to_type_a_condition(typed, written):
    assert write(parse(typed)) == written


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "",
            (
                "character 1: The condition ends where the key of a question should follow."
                " Write one, such as ECO-03."
            ),
        ),
        (
            "A-1",
            (
                "character 4: The condition ends where a comparison after A-1 should follow."
                " Write equals, in, at least, at most, greater than, less than, contains or answered."
            ),
        ),
        (
            "A-1 contians x",
            'character 5: "contians" stands where a comparison after A-1 should. Did you mean "contains"?',
        ),
        (
            "A-1 at least",
            (
                "character 13: The condition ends where a value should follow."
                " Write a number, a word, a date or a text in quotes."
            ),
        ),
        (
            "A-1 at least often",
            (
                "character 14: at least takes a number, a date such as 2026-03-05, or the answer to another"
                " question. Write one of them."
            ),
        ),
        (
            "A-1 at most 2026-13-45",
            (
                "character 13: at most takes a number, a date such as 2026-03-05, or the answer to another"
                " question. Write one of them."
            ),
        ),
        (
            "A-1 in (2.5)",
            "character 8: in takes words and whole numbers. Write them in brackets, such as (often, always).",
        ),
        ("A-1 in (a, b", "character 13: The condition ends where a closing bracket should follow. Add )."),
        (
            "A-1 equals 1 B-1 equals 2",
            (
                'character 14: "B-1" stands after the end of the condition.'
                " Join parts with and or or, or take it out."
            ),
        ),
        ('A-1 equals "x', "character 12: A quoted text is not closed. Add the closing quote."),
        (
            'A-1 equals "a\\q"',
            r"character 12: A backslash in quotes must be doubled. Write \\ for it.",
        ),
        (
            "A-1 equals £5",
            'character 12: "£" cannot stand here. Put a text that holds it in double quotes.',
        ),
        (
            "3 equals 1",
            'character 1: "3" stands where the key of a question should. Write one, such as ECO-03.',
        ),
        (
            '"1st" answered',
            (
                'character 1: "1st" cannot be the key of a question. Use letters, figures, - and _,'
                " starting with a letter, at most 40 characters."
            ),
        ),
        (
            "(" * 200 + "A-1 answered" + ")" * 200,
            "character 101: The brackets are nested too deeply. Use fewer levels.",
        ),
        (
            "not " * 200 + "A-1 answered",
            "character 401: The brackets are nested too deeply. Use fewer levels.",
        ),
        (
            f"A-1 equals {'9' * 400}",
            "character 12: This number has too many figures. Write it shorter.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place_and_cure(text, problem):
    with pytest.raises(Invalid) as refused:
        parse(text)
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("typed", "operation"),
    [
        ("A + B + C", {"add": ["A", "B", "C"]}),
        ("A - B - C", {"subtract": [{"subtract": ["A", "B"]}, "C"]}),
        ("A + B * 2", {"add": ["A", {"multiply": ["B", 2]}]}),
        ("(A - B) / B × 100", {"multiply": [{"divide": [{"subtract": ["A", "B"]}, "B"]}, 100]}),
        ("A -2", {"subtract": ["A", 2]}),
        ("A * -2", {"multiply": ["A", -2]}),
        ("K-1 - K-2", {"subtract": ["K-1", "K-2"]}),
    ],
)
def test_how_arithmetic_is_read(typed, operation):
    assert parse_arithmetic(typed) == Operation.model_validate(operation)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "A",
            "character 1: Nothing is worked out here. Write a calculation, such as K3-01 / K1-01.",
        ),
        (
            "A /",
            (
                "character 4: The calculation ends where the key of a question should follow."
                " Write one, such as ECO-03."
            ),
        ),
        ("(A + B", "character 7: The calculation ends where a closing bracket should follow. Add )."),
        (
            "A * -B",
            (
                'character 6: "B" stands where a number should. Only a number can stand after a minus;'
                " write 0 - KEY."
            ),
        ),
        (
            "A + B C",
            (
                'character 7: "C" stands after the end of the calculation.'
                " Join parts with +, -, * or /, or take it out."
            ),
        ),
    ],
)
def test_a_mistake_in_arithmetic_is_named_with_its_place_and_cure(text, problem):
    with pytest.raises(Invalid) as refused:
        parse_arithmetic(text)
    assert str(refused.value) == problem
