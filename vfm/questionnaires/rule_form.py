"""A condition as rows of drop-downs, and back: what the designer's forms show and send.

Pure. A rule is groups of claims: all or any of the groups hold, and in each all, any or none of its claims.
That covers nearly every rule people write; one nested deeper is shown in English and can be replaced.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from vfm.errors import Invalid, Problem
from vfm.questionnaires.figures import day_in_words
from vfm.questionnaires.kinds import KINDS, choices
from vfm.questionnaires.schema import (
    NUMERIC,
    All,
    AnyOf,
    Comparison,
    Condition,
    Kind,
    Not,
    Question,
    Questionnaire,
    Ref,
)

JOINTS = (("all", "all of these are true"), ("any", "any of these is true"))
WORDS = {
    "equals": "is",
    "not_equals": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "greater": "is more than",
    "less": "is less than",
    "contains": "includes",
    "not_contains": "does not include",
    "answered": "has an answer",
    "not_answered": "has no answer",
}
"""Operator of a form -> its words; `not_` before a name turns it round."""
TURNED = ("equals", "in", "contains")
MOST_CLAIMS = 60


@dataclass(frozen=True, slots=True)
class ClaimTyped:
    """One row as typed.

    Attributes:
        question: key, blank for a row not yet used.
        operator: a key of `WORDS`.
        values: option keys, level numbers, a figure or a date as text.
        other: key of a question whose answer it is compared with, instead of a value.
    """

    question: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    other: str = ""


@dataclass(frozen=True, slots=True)
class GroupTyped:
    """Claims joined by `all`, `any` or `none`."""

    joint: str = "all"
    claims: tuple[ClaimTyped, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTyped:
    """A rule as typed.

    Attributes:
        joint: how the groups are joined, `all` or `any`.
        kept: True while a rule too deep for rows stays as it is.
    """

    joint: str = "all"
    groups: tuple[GroupTyped, ...] = ()
    kept: bool = False

    def with_blank(self) -> "RuleTyped":
        """The same with one empty row at the end of each group; one group at least."""
        groups = self.groups or (GroupTyped(),)
        return replace(
            self, groups=tuple(replace(group, claims=(*group.claims, ClaimTyped())) for group in groups)
        )


# --- a condition as rows ------------------------------------------------------------------------------------


def as_typed(condition: Condition | None) -> RuleTyped:
    """A condition laid out as rows; `kept` when it is nested too deep for them."""
    if condition is None:
        return RuleTyped()
    claim = _claim(condition)
    if claim:
        return RuleTyped(groups=(GroupTyped("all", (claim,)),))
    group = _group(condition)
    if group:
        return RuleTyped(groups=(group,))
    if isinstance(condition, All | AnyOf):
        inner = condition.all if isinstance(condition, All) else condition.any
        groups = [_group(one) or _alone(one) for one in inner]
        if all(groups):
            joint = "all" if isinstance(condition, All) else "any"
            return RuleTyped(joint, tuple(filter(None, groups)))
    return RuleTyped(kept=True)


def _alone(condition: Condition) -> GroupTyped | None:
    claim = _claim(condition)
    return GroupTyped("all", (claim,)) if claim else None


def _group(condition: Condition) -> GroupTyped | None:
    if isinstance(condition, Not) and isinstance(condition.not_, AnyOf):
        joint, inner = "none", condition.not_.any
    elif isinstance(condition, All):
        joint, inner = "all", condition.all
    elif isinstance(condition, AnyOf):
        joint, inner = "any", condition.any
    else:
        return None
    claims = [_claim(one) for one in inner]
    return GroupTyped(joint, tuple(filter(None, claims))) if all(claims) else None


def _claim(condition: Condition) -> ClaimTyped | None:
    if isinstance(condition, Not):
        claim = _claim(condition.not_)
        turned = claim is not None and claim.operator in TURNED
        return replace(claim, operator=f"not_{claim.operator}") if claim and turned else None
    if not isinstance(condition, Comparison):
        return None
    operand = condition.operand
    if condition.operator == "answered":
        return ClaimTyped(condition.question, "answered" if operand else "not_answered")
    if isinstance(operand, Ref):
        return ClaimTyped(condition.question, condition.operator, other=operand.question)
    many = operand if isinstance(operand, tuple) else (operand,)
    return ClaimTyped(condition.question, condition.operator, tuple(_as_text(one) for one in many))


def _as_text(operand: object) -> str:
    if isinstance(operand, float) and operand.is_integer():
        return str(int(operand))
    return str(operand)


# --- rows as a form sends them ------------------------------------------------------------------------------


def sent(fields: Mapping[str, Sequence[str]], name: str) -> RuleTyped:
    """The rows of one rule out of a form's fields: `NAME.joint`, `NAME.0.joint`, `NAME.0.1.question` ...

    Rows without a question are left out, and so are groups without rows.
    """

    def first(field: str) -> str:
        return (fields.get(f"{name}.{field}") or [""])[0].strip()

    groups = []
    for g in range(MOST_CLAIMS):
        if f"{name}.{g}.joint" not in fields:
            break
        claims = []
        for c in range(MOST_CLAIMS):
            if f"{name}.{g}.{c}.question" not in fields:
                break
            values = [value.strip() for value in fields.get(f"{name}.{g}.{c}.value") or ()]
            row = ClaimTyped(
                first(f"{g}.{c}.question"),
                first(f"{g}.{c}.operator"),
                tuple(value for value in values if value),
                first(f"{g}.{c}.other"),
            )
            claims += [row] if row.question else []
        groups += [GroupTyped(first(f"{g}.joint") or "all", tuple(claims))] if claims else []
    return RuleTyped(first("joint") or "all", tuple(groups), first("kept") == "yes" and not groups)


def fields(name: str, rule: RuleTyped) -> dict[str, list[str]]:
    """The rows of a rule as the fields of a form; what `sent` reads."""
    found = {f"{name}.joint": [rule.joint]}
    if rule.kept:
        found[f"{name}.kept"] = ["yes"]
    for g, group in enumerate(rule.groups):
        found[f"{name}.{g}.joint"] = [group.joint]
        for c, claim in enumerate(group.claims):
            here = f"{name}.{g}.{c}"
            found[f"{here}.question"] = [claim.question]
            found[f"{here}.operator"] = [claim.operator]
            found[f"{here}.value"] = list(claim.values)
            found[f"{here}.other"] = [claim.other]
    return found


# --- rows as a condition ------------------------------------------------------------------------------------


def read(
    fields: Mapping[str, Sequence[str]],
    name: str,
    questionnaire: Questionnaire,
    present: Condition | None = None,
) -> Condition | None:
    """The condition that a form's rows describe, None for none at all.

    `present` is what a rule too deep for rows stays while no row takes its place.

    Raises:
        Invalid: what is wrong with the rows, at their fields: `NAME.0.1.value`.
    """
    rule = sent(fields, name)
    if rule.kept:
        return present
    problems: list[Problem] = []
    groups: list[Condition] = []
    for g, group in enumerate(rule.groups):
        found = [_read_claim(typed, questionnaire, f"{name}.{g}.{c}") for c, typed in enumerate(group.claims)]
        problems += [one for one in found if isinstance(one, Problem)]
        claims = [one for one in found if not isinstance(one, Problem)]
        groups += [_joined(group.joint, claims)] if claims else []
    if problems:
        raise Invalid(problems)
    return _joined(rule.joint, groups) if groups else None


def _joined(joint: str, conditions: list[Condition]) -> Condition:
    if joint == "none":
        alone = len(conditions) == 1 and isinstance(conditions[0], Comparison)
        inner = conditions[0] if alone else AnyOf(any=tuple(conditions))
        return Not.model_validate({"not": inner})
    if len(conditions) == 1:
        return conditions[0]
    return AnyOf(any=tuple(conditions)) if joint == "any" else All(all=tuple(conditions))


def _read_claim(typed: ClaimTyped, questionnaire: Questionnaire, place: str) -> Condition | Problem:
    question = questionnaire.questions.get(typed.question)
    if question is None:
        return Problem(f"{place}.question", f'There is no question "{typed.question}" now. Choose another.')
    operator = typed.operator
    if operator not in operators_for(question):
        return Problem(f"{place}.operator", f"Choose how the answer to {question.key} is compared.")
    if operator in ("answered", "not_answered"):
        return Comparison(question=question.key, answered=operator == "answered")
    bare = operator.removeprefix("not_")
    operand = _operand(typed, bare, question, questionnaire)
    if isinstance(operand, str) and operand.startswith("!"):
        return Problem(f"{place}.value", operand[1:])
    comparison = Comparison.model_validate({"question": question.key, bare: operand})
    return comparison if bare == operator else Not.model_validate({"not": comparison})


def operators_for(question: Question) -> tuple[str, ...]:
    """The operators that make sense for a question, as keys of `WORDS`."""
    found: list[str] = []
    for operator in KINDS[question.kind].operators:
        found.append(operator)
        if operator in TURNED and is_picked(question):
            found.append(f"not_{operator}")
        if operator == "answered":
            found.append("not_answered")
    return tuple(found)


def is_picked(question: Question) -> bool:
    """True when a value to compare with is picked from a list: levels, yes or no, options."""
    return KINDS[question.kind].is_picked


def value_choices(questionnaire: Questionnaire, question: Question) -> tuple[tuple[str, str], ...]:
    """(value, words) of what the answer can be compared with; empty where a figure or date is typed."""
    if question.kind is Kind.SCALE:
        words = questionnaire.level_words(question).items()
        return tuple((str(level), f"{level}: {text}") for level, text in words)
    return tuple(choices(question).items()) if is_picked(question) else ()


def comparable_with(questionnaire: Questionnaire, question: Question) -> tuple[Question, ...]:
    """Questions whose answer this one's may be compared with: figures with figures, dates with dates."""
    return tuple(
        other
        for other in questionnaire.questions.values()
        if other.key != question.key
        and (
            (question.kind in NUMERIC and other.kind in NUMERIC)
            or (question.kind is Kind.DATE and other.kind is Kind.DATE)
        )
    )


def _operand(typed: ClaimTyped, operator: str, question: Question, questionnaire: Questionnaire) -> object:
    """What is compared with; a text that starts with `!` says what is wrong."""
    if typed.other and not is_picked(question):
        fitting = {other.key for other in comparable_with(questionnaire, question)}
        if typed.other in fitting:
            return {"question": typed.other}
        return f"!{question.key} cannot be compared with {typed.other}. Choose a question of the same kind."
    if not typed.values:
        return f"!Say what the answer to {question.key} is compared with."
    if question.kind is Kind.MULTI_CHOICE and operator != "contains":
        return _figure(typed.values[0])
    if is_picked(question):
        return _picked(typed.values, operator, question, questionnaire)
    if question.kind is not Kind.DATE:
        return _figure(typed.values[0])
    day = _day(typed.values[0])
    return day.isoformat() if operator == "equals" and isinstance(day, date) else day


def _picked(values: Iterable[str], operator: str, question: Question, questionnaire: Questionnaire) -> object:
    known = dict(value_choices(questionnaire, question))
    chosen = list(values)
    if any(value not in known for value in chosen):
        return f"!Choose one of the answers to {question.key}."
    read = [int(value) for value in chosen] if question.kind is Kind.SCALE else chosen
    if operator == "in":
        return read
    if len(read) > 1:
        return f'!Choose one answer, or compare with "{WORDS["in"]}".'
    return read[0]


def _figure(words: str) -> object:
    try:
        figure = float(words.replace(",", "").removeprefix("£").removesuffix("%"))
    except ValueError:
        figure = float("nan")
    if figure != figure or figure in (float("inf"), float("-inf")):
        return f'!"{words}" is not a number. Write it in figures, such as 250000 or 12.5.'
    return int(figure) if figure.is_integer() else figure


def _day(words: str) -> object:
    try:
        return date.fromisoformat(words)
    except ValueError:
        today = day_in_words(date(2027, 3, 5))
        return f'!"{words}" is not a date. Write year-month-day, such as 2027-03-05 for {today}.'
