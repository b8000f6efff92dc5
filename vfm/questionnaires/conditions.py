"""Whether a condition is true of some answers, what it names, and how it reads in English.

The operators are a closed set on a tree; nothing is ever evaluated as text.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from operator import add, eq, ge, gt, le, lt, mul, sub, truediv
from typing import Any

from vfm.questionnaires import figures
from vfm.questionnaires.answers import Answers
from vfm.questionnaires.kinds import KINDS, choices
from vfm.questionnaires.schema import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Expression,
    Kind,
    Not,
    Operation,
    Question,
    Questionnaire,
    Ref,
)
from vfm.questionnaires.wording import listed

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "equals": eq,
    "at_least": ge,
    "at_most": le,
    "greater": gt,
    "less": lt,
}
ARITHMETIC: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "add": add,
    "subtract": sub,
    "multiply": mul,
    "divide": truediv,
}
Figure = Decimal | Mapping[str, Decimal]


def holds(condition: Condition, answers: Answers, questionnaire: Questionnaire) -> bool:
    """True when the condition is true of the answers.

    Args:
        condition: the tree.
        answers: question key -> answer; leave out what is off the route, so that it counts as unanswered.
        questionnaire: what the keys mean.

    A question without a value (blank, don't know, not applicable, absent) makes a comparison with it false,
    except `answered: false`. Amounts are compared exactly as typed; a multiple choice by how many are
    ticked, one asked by part by its sum.
    """
    if isinstance(condition, Comparison):
        return _compares(condition, answers, questionnaire)
    if isinstance(condition, All):
        return all(holds(inner, answers, questionnaire) for inner in condition.all)
    if isinstance(condition, AnyOf):
        return any(holds(inner, answers, questionnaire) for inner in condition.any)
    return not holds(condition.not_, answers, questionnaire)


def _compares(claim: Comparison, answers: Answers, questionnaire: Questionnaire) -> bool:
    answer = answers.get(claim.question)
    value = answer.value if answer is not None and answer.is_answered else None
    operator, operand = claim.operator, claim.operand
    if operator == "answered":
        return (value is not None) is operand
    if value is None:
        return False
    if operator == "contains":
        return isinstance(value, tuple) and operand in value
    if operator == "in":
        return value in operand  # type: ignore[operator]
    right = _operand(operand, answers, questionnaire)
    return right is not None and _ordered(operator, _amount(claim.question, value, questionnaire), right)


def _ordered(operator: str, left: Any, right: Any) -> bool:
    """Compare two amounts; two that have no order (a word and a number) never compare as true."""
    try:
        return ORDER[operator](left, right)
    except TypeError:
        return False


def _amount(key: str, value: Any, questionnaire: Questionnaire) -> Any:
    amount = KINDS[questionnaire.questions[key].kind].amount(value)
    return Decimal(amount) if isinstance(amount, int) else amount


def _operand(operand: Any, answers: Answers, questionnaire: Questionnaire) -> Any:
    if isinstance(operand, Ref):
        answer = answers.get(operand.question)
        if answer is None or answer.value is None:
            return None
        return _amount(operand.question, answer.value, questionnaire)
    if isinstance(operand, int | float) and not isinstance(operand, bool):
        return Decimal(repr(operand))
    return _as_date(operand)


def _as_date(operand: Any) -> Any:
    """`equals: "2026-03-05"` is written as text; other words stay words."""
    if isinstance(operand, str) and len(operand) == 10 and operand[4] == operand[7] == "-":
        return date.fromisoformat(operand)
    return operand


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison in the tree, in the order written."""
    if isinstance(condition, Comparison):
        yield condition
    else:
        for inner in inside(condition):
            yield from comparisons(inner)


def inside(condition: Condition) -> tuple[Condition, ...]:
    """The conditions one step down; none under a comparison."""
    if isinstance(condition, All):
        return condition.all
    if isinstance(condition, AnyOf):
        return condition.any
    return (condition.not_,) if isinstance(condition, Not) else ()


def questions_named(condition: Condition) -> tuple[str, ...]:
    """Every question key the condition names, once each, in the order met."""
    named: dict[str, None] = {}
    for claim in comparisons(condition):
        named[claim.question] = None
        if isinstance(claim.operand, Ref):
            named[claim.operand.question] = None
    return tuple(named)


def keys_in(expression: Expression) -> tuple[str, ...]:
    """Every question key an expression names, once each, in the order met."""
    if isinstance(expression, Operation):
        return tuple(dict.fromkeys(key for inner in expression.operands for key in keys_in(inner)))
    return (expression,) if isinstance(expression, str) else ()


def value_of(expression: Expression, answers: Answers) -> Figure | None:
    """What an expression comes to: a figure, or part -> figure when an operand is asked by part.

    A figure beside one asked by part is used for every part; a part that is missing on one side is left out.
    None when an operand has no value or a divisor is 0 (for one part: that part is left out). Unrounded.
    """
    if isinstance(expression, Operation):
        figures_found = [value_of(inner, answers) for inner in expression.operands]
        result = figures_found[0]
        for right in figures_found[1:]:
            result = _combined(expression.operator, result, right)
        return result
    if not isinstance(expression, str):
        return Decimal(repr(expression))
    answer = answers.get(expression)
    value = answer.value if answer is not None and answer.is_answered else None
    return (
        value if isinstance(value, Decimal | Mapping) else Decimal(value) if isinstance(value, int) else None
    )


def worked_out(questionnaire: Questionnaire, question: Question, answers: Answers) -> str | None:
    """A question's derived value in words, None where it has none or it cannot be worked out.

    `answers`: as for `holds`, those off the route left out.
    """
    figure = value_of(question.derived, answers) if question.derived else None
    return None if figure is None else KINDS[question.kind].in_words(questionnaire, question, figure)


def _combined(operator: str, left: Figure | None, right: Figure | None) -> Figure | None:
    if left is None or right is None:
        return None
    if not isinstance(left, Mapping) and not isinstance(right, Mapping):
        return None if operator == "divide" and right == 0 else ARITHMETIC[operator](left, right)
    parts = [*left] if isinstance(left, Mapping) else [*right] if isinstance(right, Mapping) else []
    by_part = {part: _combined(operator, _part(left, part), _part(right, part)) for part in parts}
    found = {part: value for part, value in by_part.items() if isinstance(value, Decimal)}
    return found or None


def _part(figure: Figure, part: str) -> Decimal | None:
    return figure.get(part) if isinstance(figure, Mapping) else figure


# --- in English ---------------------------------------------------------------------------------------------

PHRASES = {
    "equals": "is",
    "in": "is",
    "at_least": "is at least",
    "at_most": "is at most",
    "greater": "is more than",
    "less": "is less than",
    "contains": "includes",
}


def in_words(condition: Condition, questionnaire: Questionnaire) -> str:
    """The condition as an English clause: `ECO-03 is "Above median" or "Highest-cost quarter"`."""
    if isinstance(condition, Comparison):
        return _claim_in_words(condition, questionnaire)
    if isinstance(condition, Not):
        return f"it is not so that {in_words(condition.not_, questionnaire)}"
    joint = " and " if isinstance(condition, All) else " or "
    return joint.join(_bracketed(inner, questionnaire) for inner in inside(condition))


def _bracketed(condition: Condition, questionnaire: Questionnaire) -> str:
    words = in_words(condition, questionnaire)
    return f"({words})" if isinstance(condition, All | AnyOf) and len(inside(condition)) > 1 else words


def _claim_in_words(claim: Comparison, questionnaire: Questionnaire) -> str:
    question = questionnaire.questions[claim.question]
    if claim.operator == "answered":
        return f"{question.key} is {'answered' if claim.operand else 'not answered'}"
    many = claim.operand if isinstance(claim.operand, tuple) else (claim.operand,)
    operands = listed([_operand_in_words(operand, question, questionnaire) for operand in many])
    if question.kind is Kind.MULTI_CHOICE and claim.operator != "contains":
        return f"the number ticked in {question.key} {PHRASES[claim.operator]} {operands}"
    return f"{question.key} {PHRASES[claim.operator]} {operands}"


def _operand_in_words(operand: Any, question: Question, questionnaire: Questionnaire) -> str:
    if isinstance(operand, Ref):
        return operand.question
    if isinstance(operand, date):
        return figures.day_in_words(operand)
    if isinstance(operand, str):
        return f'"{choices(question).get(operand, operand)}"'
    if question.kind is Kind.SCALE and operand in questionnaire.level_words(question):
        return f"level {operand:g}"
    if question.kind in (Kind.MONEY, Kind.PERCENT):
        return KINDS[question.kind].in_words(questionnaire, question, _shortest(operand))
    return figures.plain(_shortest(operand))


def _shortest(operand: float) -> Decimal:
    """A fixed figure with no more digits than it needs: 0.0 was written as 0."""
    return Decimal(int(operand)) if operand == int(operand) else Decimal(repr(operand))


WORKED = {"add": " plus ", "subtract": " minus ", "multiply": " times ", "divide": " divided by "}


def expression_in_words(expression: Expression) -> str:
    """Arithmetic as an English phrase: `K3-01 divided by K1-01`."""
    if isinstance(expression, Operation):
        inner = [(operand, expression_in_words(operand)) for operand in expression.operands]
        words = [f"({said})" if isinstance(operand, Operation) else said for operand, said in inner]
        return WORKED[expression.operator].join(words)
    return expression if isinstance(expression, str) else figures.plain(_shortest(expression))
