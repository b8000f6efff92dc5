"""Answers from forms and JSON: every kind with good and wrong input, the states, and the words shown."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import answer, dont_know, na, options, question, questionnaire, scale_question, yes_no
from vfm.errors import Invalid
from vfm.questionnaires.answers import (
    UNANSWERED,
    Answer,
    Evidence,
    State,
    answer_from_json,
    answer_to_json,
    answers_from_json,
    answers_to_json,
    grade_words,
    in_words,
    parse,
)
from vfm.questionnaires.kinds import KINDS
from vfm.questionnaires.question_checks import NAMES
from vfm.questionnaires.schema import OPERATORS, Kind, Option

ASKED = questionnaire(
    scale_question("scale", levels={1: "Not known", 2: "Partly", 3: "Full cost is known", 4: "Used"}),
    scale_question("critical", critical=True),
    yes_no("yes_no"),
    question("single_choice", "single_choice", options=options(low="Low", high="High")),
    question(
        "multi_choice",
        "multi_choice",
        options=(*options(a="First", b="Second"), Option(key="none", label="None of these", exclusive=True)),
    ),
    question("number", "number", unit="FTE"),
    question("money", "money", unit="GBP per year"),
    question("percent", "percent"),
    question("date", "date"),
    question("text", "text", max_words=3),
    question("evidence", "evidence", min_items=2),
    question("by_part", "money", by="sizes"),
    parts={"sizes": {"small": "Small", "large": "Large"}},
)


def read(key, **raw):
    return parse(ASKED, ASKED.questions[key], {name.replace("__", "."): value for name, value in raw.items()})


def test_every_kind_has_a_row_everywhere():
    assert set(KINDS) == set(Kind)
    assert set(NAMES) == set(Kind)
    assert {question.kind for question in ASKED.questions.values()} == set(Kind)
    assert {operator for rule in KINDS.values() for operator in rule.operators} == set(OPERATORS)


@pytest.mark.parametrize(
    ("key", "raw", "value"),
    [
        ("scale", "3", 3),
        ("yes_no", "no", "no"),
        ("single_choice", "high", "high"),
        ("multi_choice", ["b", "a"], ("a", "b")),
        ("multi_choice", "none", ("none",)),
        ("number", "1,250.5", Decimal("1250.5")),
        ("number", " 1 250 ", Decimal(1250)),
        ("number", "−3", Decimal(-3)),
        ("money", "£1,234.50", Decimal("1234.50")),
        ("money", "-£12,000", Decimal(-12000)),
        ("money", "£-12000", Decimal(-12000)),
        ("money", "1250000", Decimal(1250000)),
        ("money", "0", Decimal(0)),
        ("percent", "12.5%", Decimal("12.5")),
        ("percent", "12.5", Decimal("12.5")),
        ("percent", "-3 %", Decimal(-3)),
        ("date", "2026-03-05", date(2026, 3, 5)),
        ("date", "5/3/2026", date(2026, 3, 5)),
        ("date", "5 March 2026", date(2026, 3, 5)),
        ("date", "5th mar 2026", date(2026, 3, 5)),
        ("text", " one\r\ntwo ", "one\ntwo"),
        ("evidence", "audit report\n\n  budget book ", "audit report\nbudget book"),
    ],
)
def test_good_input(key, raw, value):
    assert read(key, value=raw) == Answer(State.ANSWERED, value)


@pytest.mark.parametrize(
    ("key", "raw", "message"),
    [
        ("scale", "5", "Choose one of the levels 1 to 4."),
        ("scale", "three", "Choose one of the levels 1 to 4."),
        ("yes_no", "maybe", '"maybe" is not one of the answers. Choose yes or no.'),
        ("single_choice", "hihg", '"hihg" is not one of the answers. Did you mean "high"?'),
        ("multi_choice", ["a", "z"], '"z" is not one of the answers. Choose from the answers listed.'),
        (
            "multi_choice",
            ["a", "none"],
            '"None of these" cannot be chosen with another answer. Untick it or untick the rest.',
        ),
        ("number", "lots", '"lots" is not a number. Enter a number, such as 1250 or 12.5.'),
        ("number", "1,23", '"1,23" is not a number. Enter a number, such as 1250 or 12.5.'),
        ("number", "1e5", '"1e5" is not a number. Enter a number, such as 1250 or 12.5.'),
        ("number", "nan", '"nan" is not a number. Enter a number, such as 1250 or 12.5.'),
        ("number", "0.1234567", '"0.1234567" has too many decimal places. Use at most 6.'),
        ("money", "1.2m", '"1.2m" is shortened. Write it in full, such as 1250000 or 1,250,000.'),
        ("money", "£250k", '"£250k" is shortened. Write it in full, such as 1250000 or 1,250,000.'),
        ("money", "(1,200)", '"(1,200)" is in brackets. For a negative amount write a minus sign: -1,200.'),
        ("money", "£", '"£" is not a number. Enter the amount in pounds, such as 1250000 or 1,250,000.'),
        ("money", "12.345", '"12.345" has too many decimal places. Use at most 2.'),
        (
            "money",
            "1" + "0" * 12,
            f'"{"1" + "0" * 12}" is a million million or more. Check the number of noughts.',
        ),
        ("percent", "half", '"half" is not a number. Enter a percentage, such as 12.5 or 12.5%.'),
        ("date", "31/2/2026", "31 February 2026 is not in the calendar. Check the day and the month."),
        ("date", "5/13/2026", "There is no month 13. Enter a month from 1 to 12, or its name."),
        ("date", "5/3/26", '"26" is not a whole year. Write it with four figures, such as 2026.'),
        ("date", "1/1/1066", "The year 1066 is out of reach. Enter a year from 1900 to 2100."),
        ("date", "last week", '"last week" is not a date we can read. Enter it as 5 March 2026 or 5/3/2026.'),
        ("text", "one two three four five", "Your answer has 5 words; the limit is 3. Take out 2 words."),
        (
            "text",
            "a\x00b",
            "This holds a character that cannot be kept. Type the text instead of pasting it.",
        ),
        (
            "evidence",
            "x" * 20_001,
            "This has 20,001 characters; the most is 20,000. Take out 1 character, or attach a document.",
        ),
    ],
)
def test_wrong_input_says_what_is_wrong_and_what_to_do(key, raw, message):
    (problem,) = read(key, value=raw)
    assert (problem.place, problem.message) == (key, message)


@pytest.mark.parametrize("key", list(ASKED.questions))
def test_blank_is_unanswered(key):
    assert read(key) == UNANSWERED
    assert read(key, value="  ", state="", reason="", evidence="", note=" ") == UNANSWERED


def test_a_date_in_three_fields():
    assert read("date", value__day="5", value__month="March", value__year="2026").value == date(2026, 3, 5)
    (problem,) = read("date", value__day="5", value__month="", value__year="")
    assert problem.message == "The date must include a month and a year. Fill in day, month and year."
    (problem,) = read("date", value__day="5", value__month="Mrch", value__year="2026")
    assert problem.message == '"Mrch" is not a month. Enter the date as three numbers, such as 5 3 2026.'


def test_a_figure_by_part_keeps_what_is_there_and_names_each_wrong_part():
    assert read("by_part", value__small="£10").value == {"small": Decimal(10)}
    problems = read("by_part", value__small="x", value__large="y")
    assert [problem.place for problem in problems] == ["by_part.value.small", "by_part.value.large"]


def test_states():
    assert read("scale", state="dont_know") == dont_know()
    assert read("scale", state="not_applicable", reason="No such duty") == na("No such duty")
    assert read("scale", value="2", state="dont_know") == dont_know()
    assert read("scale", value="2", reason="left over from a folded field") == answer(2)
    assert read("scale", value="2", state="answered") == answer(2)


@pytest.mark.parametrize(
    ("key", "raw", "place", "message"),
    [
        (
            "scale",
            {"state": "not_applicable"},
            "scale.reason",
            "Say why the question does not apply. One sentence is enough.",
        ),
        (
            "critical",
            {"state": "not_applicable", "reason": "x"},
            "critical.state",
            'This question applies to everyone. Answer it, or say "We don\'t know yet".',
        ),
        (
            "scale",
            {"state": "perhaps"},
            "scale.state",
            (
                '"perhaps" is not a state of an answer. '
                'Answer, or choose "We don\'t know yet" or "Does not apply".'
            ),
        ),
        (
            "money",
            {"state": "dont_know", "value": "12"},
            "money",
            (
                'You gave an answer and also said "We don\'t know yet". '
                'Clear the answer, or take back "We don\'t know yet".'
            ),
        ),
        (
            "scale",
            {"value": "2", "evidence": "hearsay"},
            "scale.evidence",
            '"hearsay" is not an evidence grade. Choose none, assertion, documented or verified.',
        ),
    ],
)
def test_states_that_do_not_fit(key, raw, place, message):
    (problem,) = parse(ASKED, ASKED.questions[key], raw)
    assert (problem.place, problem.message) == (place, message)


def test_every_problem_of_one_answer_at_once():
    problems = read("money", value="lots", evidence="hearsay", note="\x07")
    assert [problem.place for problem in problems] == ["money.note", "money.evidence", "money"]


def test_evidence_and_note_are_kept():
    assert read("scale", value="2", evidence="verified", note=" seen ") == answer(2, "verified", "seen")


@pytest.mark.parametrize(
    ("key", "given", "words"),
    [
        ("scale", answer(3), "3: Full cost is known"),
        ("yes_no", answer("yes"), "Yes"),
        ("single_choice", answer("high"), "High"),
        ("multi_choice", answer(["a", "b"]), "First; Second"),
        ("number", answer(Decimal("1200.5")), "1,200.5 FTE"),
        ("money", answer(Decimal(1250000)), "£1,250,000 per year"),
        ("money", answer(Decimal("-12.5")), "-£12.50 per year"),
        ("percent", answer(Decimal("12.5")), "12.5%"),
        ("date", answer(date(2026, 3, 5)), "5 March 2026"),
        ("text", answer("Some words"), "Some words"),
        ("evidence", answer("one\ntwo"), "one\ntwo"),
        ("by_part", answer({"small": 10, "large": 2000}), "Small: £10; Large: £2,000"),
        ("scale", dont_know(), "We don't know yet"),
        ("scale", na("No such duty"), "Does not apply: No such duty"),
        ("scale", UNANSWERED, "Not answered"),
        ("scale", Answer(State.OFF_ROUTE), "Not asked"),
    ],
)
def test_in_words(key, given, words):
    assert in_words(ASKED, ASKED.questions[key], given) == words


@pytest.mark.parametrize(
    ("key", "given", "written"),
    [
        ("scale", answer(3, "documented"), {"state": "answered", "value": 3, "evidence": "documented"}),
        ("yes_no", answer("yes"), {"state": "answered", "value": "yes"}),
        ("multi_choice", answer(["a", "b"]), {"state": "answered", "value": ["a", "b"]}),
        ("number", answer(Decimal("12.5")), {"state": "answered", "value": 12.5}),
        ("money", answer(Decimal("1250000.00")), {"state": "answered", "value": "1250000.00"}),
        ("date", answer(date(2026, 3, 5)), {"state": "answered", "value": "2026-03-05"}),
        ("by_part", answer({"small": "1.50"}), {"state": "answered", "value": {"small": "1.50"}}),
        ("scale", na("No duty"), {"state": "not_applicable", "reason": "No duty"}),
        ("scale", dont_know(), {"state": "dont_know"}),
        ("text", answer("x", note="n"), {"state": "answered", "value": "x", "note": "n"}),
    ],
)
def test_json(key, given, written):
    question = ASKED.questions[key]
    assert answer_to_json(question, given) == written
    assert answer_from_json(ASKED, question, written) == given


@pytest.mark.parametrize(
    ("key", "written", "message"),
    [
        ("scale", 3, 'The answer is not an object. Write {"state": "answered", "value": ...}.'),
        ("scale", {"state": "answered", "value": 5}, "5 is off the scale. Use a level from 1 to 4."),
        ("scale", {"state": "answered", "value": True}, "True is not a level. Use a whole number: 1 to 4."),
        (
            "scale",
            {"state": "answered"},
            "It is answered without a value. Give the value, or leave the question out.",
        ),
        (
            "scale",
            {"state": "dont_know", "value": 3},
            "It has a value though its state is 'dont_know'. Set \"answered\", or drop the value.",
        ),
        (
            "scale",
            {"state": "off_route"},
            "The state is 'off_route'. Use answered, dont_know, not_applicable or unanswered.",
        ),
        (
            "scale",
            {"state": "dont_know", "evidnce": "none"},
            '"evidnce" is not a field of an answer. Did you mean "evidence"?',
        ),
        (
            "scale",
            {"state": "not_applicable"},
            "Say why the question does not apply. One sentence is enough.",
        ),
        (
            "critical",
            {"state": "not_applicable", "reason": "x"},
            'This question applies to everyone. Answer it, or say "We don\'t know yet".',
        ),
        (
            "yes_no",
            {"state": "answered", "value": False},
            '"False" is not one of the answers. Choose yes or no.',
        ),
        (
            "multi_choice",
            {"state": "answered", "value": "a"},
            "A multiple choice takes a list of option keys. Write them as a list, at least one.",
        ),
        (
            "number",
            {"state": "answered", "value": [1]},
            '[1] is not a figure. Give a number, or money as text such as "1250000".',
        ),
        (
            "date",
            {"state": "answered", "value": "5/3/2026"},
            "'5/3/2026' is not a date. Write year, month and day: \"2026-03-05\".",
        ),
        (
            "by_part",
            {"state": "answered", "value": {"smal": 1}},
            '"smal" is not a part of this question. Did you mean "small"?',
        ),
        (
            "text",
            {"state": "answered", "value": 3},
            "The value is not a text. Write some words in quotes, or leave the question out.",
        ),
        ("text", {"state": "dont_know", "note": 3}, "The note is not a text. Put it in quotes."),
    ],
)
def test_json_that_cannot_be_used(key, written, message):
    (problem,) = answer_from_json(ASKED, ASKED.questions[key], written)
    assert (problem.place, problem.message) == (key, message)


VALUES = {
    "scale": st.integers(1, 4),
    "critical": st.integers(1, 4),
    "yes_no": st.sampled_from(["yes", "no"]),
    "single_choice": st.sampled_from(["low", "high"]),
    "multi_choice": st.sampled_from([("a",), ("a", "b"), ("none",)]),
    "number": st.decimals(-(10**11), 10**11, places=6),
    "money": st.decimals(-(10**11), 10**11, places=2),
    "percent": st.decimals(-1000, 1000, places=3),
    "date": st.dates(date(1900, 1, 1), date(2100, 12, 31)),
    "text": st.text(st.characters(categories=["L", "Nd"]), min_size=1),
    "evidence": st.text(st.characters(categories=["L", "Nd"]), min_size=1),
    "by_part": st.dictionaries(
        st.sampled_from(["small", "large"]), st.decimals(0, 10**9, places=2), min_size=1
    ),
}


@given(st.fixed_dictionaries({}, optional=VALUES), st.sampled_from(Evidence))
@settings(max_examples=50, deadline=None)
def test_answers_survive_json(values, grade):
    given_answers = {key: Answer(State.ANSWERED, value, evidence=grade) for key, value in values.items()}
    assert answers_from_json(ASKED, answers_to_json(ASKED, given_answers)) == given_answers


@given(
    st.fixed_dictionaries({}, optional={key: VALUES[key] for key in ("number", "money", "percent", "date")})
)
@settings(max_examples=50, deadline=None)
def test_what_a_page_shows_can_be_typed_back(values):
    for key, value in values.items():
        question = ASKED.questions[key].model_copy(update={"unit": "GBP" if key == "money" else ""})
        shown = KINDS[question.kind].in_words(ASKED, question, value)
        assert parse(ASKED, question, {"value": shown}).value == value


def test_answers_from_json_lists_every_problem():
    with pytest.raises(Invalid) as refused:
        answers_from_json(
            ASKED, {"answers": {"scale": {"state": "answered", "value": 9}, "scael": {"state": "dont_know"}}}
        )
    assert [str(problem) for problem in refused.value.problems] == [
        "scale: 9 is off the scale. Use a level from 1 to 4.",
        'scael: The template "test" has no question "scael". Did you mean "scale"?',
    ]


@pytest.mark.parametrize("data", [None, [], {}, {"answers": []}, "answers"])
def test_json_without_answers_is_refused(data):
    with pytest.raises(Invalid, match="There are no answers here"):
        answers_from_json(ASKED, data)


def test_a_template_may_word_the_evidence_grades():
    own = questionnaire(evidence_grades={"none": "Nothing"})
    assert list(grade_words(own).values()) == [
        "Nothing",
        "Opinion or verbal only",
        "Documented",
        "Independently confirmed",
    ]
