"""A formula of a form and the condition it becomes are true of the same answers, blanks among them."""

from decimal import Decimal
from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from tests.gateways.test_xlsform import HEADINGS, table
from vfm.gateways import xlsform
from vfm.gateways.xlsform_expressions import Answer as Named
from vfm.gateways.xlsform_expressions import Call, Literal, parse
from vfm.gateways.xlsform_rules import Asked, Names, NoCounterpart, condition
from vfm.questionnaires.answers import Answer, State
from vfm.questionnaires.conditions import holds
from vfm.questionnaires.schema import Condition, Kind

FORM = xlsform.converted(
    [
        table(
            "survey",
            HEADINGS,
            *("integer | n | N", "integer | m | M", "text | t | T"),
            *("select_one size | s | S", "select_multiple size | p | P"),
        ),
        table("choices", "list_name | name | label", "size | 1 | One", "size | 2 | Two"),
    ],
    "form.xlsx",
).questionnaire
SIZES = {"1": "o1", "2": "o2"}
NAMES = Names(
    {
        "n": Asked("n", Kind.NUMBER),
        "m": Asked("m", Kind.NUMBER),
        "t": Asked("t", Kind.TEXT),
        "s": Asked("s", Kind.SINGLE_CHOICE, SIZES),
        "p": Asked("p", Kind.MULTI_CHOICE, SIZES),
    },
    frozenset("nmtsp"),
    "n",
)
GIVEN = {
    "n": ("", "0", "1", "2"),
    "m": ("", "1", "2"),
    "t": ("", "words"),
    "s": ("", "1", "2"),
    "p": ("", "1", "2", "1 2"),
}
"""Name -> what a form's answer may be, as the form writes it; blank for none."""


def meant(tree, given):
    """What a formula comes to in a form: text, number or truth, after the rules of XPath 1.0."""
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Named):
        return given[tree.name or "n"]
    return FUNCTIONS[tree.function](*(meant(inner, given) for inner in tree.arguments))


def number(value):
    try:
        return float(value)
    except ValueError:
        return float("nan")


def equal(left, right):
    """Texts as texts; where a number is on either side, as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return number(left) == number(right)


FUNCTIONS = {
    "=": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": lambda left, right: number(left) < number(right),
    "<=": lambda left, right: number(left) <= number(right),
    ">": lambda left, right: number(left) > number(right),
    ">=": lambda left, right: number(left) >= number(right),
    "-": lambda value: -number(value),
    "and": lambda *truths: all(truths),
    "or": lambda *truths: any(truths),
    "not": lambda truth: not truth,
    "true": lambda: True,
    "false": lambda: False,
    "selected": lambda chosen, one: str(one) in chosen.split(),
    "count-selected": lambda chosen: len(chosen.split()),
    "string-length": len,
}


def answered(name, text):
    """The same answer as a template keeps it."""
    values = {
        "t": lambda: text,
        "s": lambda: SIZES[text],
        "p": lambda: tuple(SIZES[one] for one in text.split()),
    }
    return Answer(State.ANSWERED, values.get(name, lambda: Decimal(text))())


SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
SIZE = st.sampled_from(["'1'", "'2'"])
CLAIMS = st.one_of(
    st.tuples(st.sampled_from(["${n}", "${m}"]), SIGNS, st.sampled_from(["0", "1", "-1", "${m}", "${n}"])),
    st.tuples(st.sampled_from(["0", "1.5"]), SIGNS, st.just("${n}")),
    st.tuples(
        st.sampled_from([f"${{{name}}}" for name in GIVEN]), st.sampled_from(["=", "!="]), st.just("''")
    ),
    st.tuples(st.just("${s}"), st.sampled_from(["=", "!="]), SIZE),
    st.tuples(st.just("${s}"), SIGNS, st.sampled_from(["1", "2"])),
    st.tuples(st.just("count-selected(${p})"), SIGNS, st.sampled_from(["0", "1", "2"])),
    st.tuples(st.just("string-length(${t})"), SIGNS, st.sampled_from(["0", "1"])),
    st.tuples(st.sampled_from(["selected(${p},", "selected(${s},"]), SIZE, st.just(")")),
    st.tuples(st.sampled_from(["true()", "false()"])),
).map(" ".join)
FORMULAS = st.recursive(
    CLAIMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda formula: f"not({formula})"),
        inner.map(lambda formula: f"({formula})"),
    ),
    max_leaves=4,
)
CONDITIONS = TypeAdapter(Condition)


@settings(max_examples=300, deadline=None)
@given(FORMULAS)
def test_a_condition_holds_of_the_answers_its_formula_is_true_of(formula):
    try:
        rule = condition(formula, NAMES)
    except NoCounterpart:
        assume(False)
    tree = parse(formula)
    assert isinstance(tree, Call)
    ours = rule if isinstance(rule, bool) else CONDITIONS.validate_python(rule)
    for chosen in product(*GIVEN.values()):
        given = dict(zip(GIVEN, chosen, strict=True))
        answers = {name: answered(name, text) for name, text in given.items() if text}
        held = ours if isinstance(ours, bool) else holds(ours, answers, FORM)
        assert held is meant(tree, given), given
