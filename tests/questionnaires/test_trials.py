"""Trying answers out says what trying every answer says, and takes what is too much as possible."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import answer, options, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.conditions import comparisons, holds, questions_named
from vfm.questionnaires.outline import Outline
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Option, Question

LEVELS = {"levels": {1: "No", 2: "Partly", 3: "Yes"}}
MULTI = (*options(a="First", b="Second"), Option(key="n", label="None of these", exclusive=True))
ANSWERS = {
    "yes_no": ["yes", "no"],
    "scale": [1, 2, 3],
    "number": [Decimal(n) / 4 for n in range(-6, 15)],
    "multi_choice": [("a",), ("b",), ("a", "b"), ("n",)],
}
"""Of each kind every answer; of numbers enough to put three and two constants in any order."""


def claims(keys):
    """Comparisons that make sense on one of the questions, by its key's first letter."""
    bound = st.sampled_from(["at_least", "at_most", "greater", "less", "equals"])
    numbers = [key for key in keys if key.startswith("N")]

    def of(key):
        answered = st.builds(lambda is_so: {"question": key, "answered": is_so}, st.booleans())
        operand = {
            "Y": st.builds(lambda word: {"question": key, "equals": word}, st.sampled_from(["yes", "no"])),
            "S": st.builds(lambda word, n: {"question": key, word: n}, bound, st.integers(1, 3)),
            "N": st.builds(
                lambda word, n: {"question": key, word: n},
                bound,
                st.sampled_from([0, 1, *({"question": other} for other in numbers if other != key)]),
            ),
            "M": st.builds(lambda word: {"question": key, "contains": word}, st.sampled_from("abn"))
            | st.builds(lambda n: {"question": key, "at_least": n}, st.integers(1, 3)),
        }
        return answered | operand[key[0]]

    return st.sampled_from(keys).flatmap(of)


def conditions(keys):
    return st.recursive(
        claims(keys),
        lambda inner: (
            st.lists(inner, min_size=1, max_size=3).map(lambda some: {"all": some})
            | st.lists(inner, min_size=1, max_size=3).map(lambda some: {"any": some})
            | inner.map(lambda one: {"not": one})
        ),
        max_leaves=5,
    )


@st.composite
def routed(draw):
    """A questionnaire of four questions, some routed by earlier ones, and one more condition."""
    kinds = draw(st.lists(st.sampled_from(list(ANSWERS)), min_size=4, max_size=4))
    kinds = [kind if kinds[:i].count("number") < 3 else "yes_no" for i, kind in enumerate(kinds)]
    asked: list[Question] = []
    for i, kind in enumerate(kinds):
        earlier = [q.key for q in asked]
        rule = draw(st.none() | conditions(earlier)) if earlier else None
        more = {"options": MULTI} if kind == "multi_choice" else {}
        asked.append(question(f"{kind[0].upper()}-{i}", kind, show_if=rule, **more))
    wanted = draw(conditions([q.key for q in asked]))
    return questionnaire(section("A", *asked, question("T", "text", show_if=wanted)), scales={"s": LEVELS})


def is_really_possible(asked):
    wanted = asked.questions["T"].show_if
    keys = [key for key in asked.questions if key != "T"]
    every = [[None, *ANSWERS[asked.questions[key].kind]] for key in keys]
    for values in product(*every):
        given_ones = {key: answer(v) for key, v in zip(keys, values, strict=True) if v is not None}
        route = on_route(asked, given_ones)
        if holds(wanted, {key: one for key, one in given_ones.items() if key in route}, asked):
            return True
    return False


@settings(max_examples=60, deadline=None)
@given(routed())
def test_what_is_possible_is_what_some_answers_make_true(asked):
    trials = Outline(asked).trials
    wanted = asked.questions["T"].show_if
    assert trials.knows(wanted)
    expected = is_really_possible(asked)
    assert trials.is_possible(*trials.holding(wanted), named=questions_named(wanted)) == expected
    assert trials.is_possible(*trials.holding(wanted)) == expected


def is_really_constant(asked):
    """With every question that is asked answered, one way or another."""
    wanted = asked.questions["T"].show_if
    keys = [key for key in asked.questions if key != "T"]
    for values in product(*(ANSWERS[asked.questions[key].kind] for key in keys)):
        every = {key: answer(value) for key, value in zip(keys, values, strict=True)}
        route = on_route(asked, every)
        if not holds(wanted, {key: one for key, one in every.items() if key in route}, asked):
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(routed())
def test_a_rule_is_constant_where_every_way_to_answer_makes_it_true(asked):
    wanted = asked.questions["T"].show_if
    is_constant = Outline(asked).trials.is_constant(wanted)
    if any(claim.operator == "answered" for claim in comparisons(wanted)):
        assert not is_constant or is_really_constant(asked)
    elif not any(
        claim.operator == "answered"
        for q in asked.questions.values()
        if q.show_if
        for claim in comparisons(q.show_if)
    ):
        assert is_constant == is_really_constant(asked)


@pytest.mark.parametrize(
    ("rule", "is_constant"),
    [
        ({"question": "S", "at_least": 1}, True),
        ({"question": "S", "at_least": 2}, False),
        ({"question": "S", "answered": True}, False),
        ({"any": [{"question": "S", "answered": True}, {"question": "S", "answered": False}]}, True),
        ({"not": {"all": [{"question": "N", "less": 1}, {"question": "N", "greater": 2}]}}, True),
        ({"any": [{"question": "N", "less": 1}, {"question": "N", "greater": 1}]}, False),
    ],
)
def test_a_rule_that_is_true_whatever_is_answered(rule, is_constant):
    asked = questionnaire(scale_question("S"), question("N", "number"), yes_no("Y", show_if=rule))
    assert Outline(asked).trials.is_constant(asked.questions["Y"].show_if) is is_constant


def test_numbers_between_neighbours_are_tried():
    rule = {"all": [{"question": "N", "greater": 0.2}, {"question": "N", "less": 0.8}]}
    asked = questionnaire(question("N", "number"), question("T", "text", show_if=rule))
    trials = Outline(asked).trials
    assert trials.is_possible(*trials.holding(asked.questions["T"].show_if))


def test_what_cannot_be_tried_is_taken_as_possible():
    many = options(**{f"o{i}": f"Option {i}" for i in range(8)})
    every = [{"question": "M", "contains": f"o{i}"} for i in range(8)]
    rule = {"all": [*every, {"not": every[0]}]}
    asked = questionnaire(question("M", "multi_choice", options=many), question("T", "text", show_if=rule))
    trials = Outline(asked).trials
    assert trials.values("M") == ()
    assert not trials.knows(asked.questions["T"].show_if)
    assert trials.is_possible(*trials.holding(asked.questions["T"].show_if))


def test_what_takes_too_many_trials_is_taken_as_possible():
    keys = [f"S-{i}" for i in range(8)]
    differ = [
        {"not": {"all": [{"question": one, "equals": n}, {"question": other, "equals": n}]}}
        for i, one in enumerate(keys)
        for other in keys[:i]
        for n in range(1, 8)
    ]
    answered = [{"question": key, "answered": True} for key in keys]
    seven = {"levels": {n: f"Level {n}" for n in range(1, 8)}}
    rule = {"all": [*answered, *differ]}
    asked = questionnaire(
        *map(scale_question, keys), question("T", "text", show_if=rule), scales={"s": seven}
    )
    trials = Outline(asked).trials
    assert trials.is_possible(*trials.holding(asked.questions["T"].show_if))


def test_a_long_chain_of_routing_is_walked():
    chain = [yes_no(f"Q-{i}", show_if={"question": f"Q-{i - 1}", "equals": "yes"}) for i in range(1, 400)]
    last = {"all": [{"question": "Q-399", "equals": "yes"}, {"question": "Q-0", "equals": "no"}]}
    asked = questionnaire(yes_no("Q-0"), *chain, question("T", "text", show_if=last))
    trials = Outline(asked).trials
    rule = asked.questions["T"].show_if
    assert trials.is_possible(*trials.holding(asked.questions["Q-399"].show_if), named=["Q-398"])
    assert not trials.is_possible(*trials.holding(rule), named=questions_named(rule))
