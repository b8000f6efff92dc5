"""Formulas of an XLSForm as conditions and arithmetic of ours, or the reason why there is no counterpart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from vfm.gateways.xlsform_expressions import Answer, Call, Literal, Tree, Unreadable, parse
from vfm.questionnaires.schema import NUMERIC, Kind

Rule = dict[str, Any]
"""A condition or an operation as plain values of a document."""

CHOSEN = frozenset({Kind.SINGLE_CHOICE, Kind.YES_NO})
OPERATORS = {"=": "equals", "<": "less", "<=": "at_most", ">": "greater", ">=": "at_least"}
MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "div": "divide"}
WRAPPERS = frozenset({"number", "string", "date"})
"""Functions that only say how to read what they hold."""


class NoCounterpart(ValueError):
    """A formula that cannot be said in a template; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule has to know of a question that is taken over.

    Attributes:
        options: name of a choice in the form -> key of the option.
    """

    key: str
    kind: Kind
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Names:
    """What the names in formulas stand for.

    Attributes:
        asked: name -> question taken over so far.
        form: every name the form has, for a better reason when one is not in `asked`.
        own: the name of the question the formula stands at.
    """

    asked: Mapping[str, Asked]
    form: frozenset[str]
    own: str


def condition(formula: str, names: Names) -> Rule | bool:
    """A formula that is true or false as a condition; True or False where it does not depend on an answer.

    Raises:
        NoCounterpart: it cannot be read, or not be said in a template.
    """
    return _Conditions(names).of(_read(formula))


def arithmetic(formula: str, names: Names) -> Rule:
    """A formula that reckons with answers as an operation.

    Raises:
        NoCounterpart: it cannot be read, reckons with anything but numbers, or does not reckon at all.
    """
    found = _expression(_read(formula), names)
    if not isinstance(found, dict):
        raise NoCounterpart("it only repeats a value, it does not reckon")
    return found


def joined(conditions: list[Rule | bool], word: str = "all") -> Rule | bool:
    """Conditions joined by all or any, constants taken out."""
    decides = word == "any"
    if any(inner is decides for inner in conditions):
        return decides
    left = [inner for inner in conditions if isinstance(inner, dict)]
    return {word: left} if len(left) > 1 else left[0] if left else not decides


def _read(formula: str) -> Tree:
    try:
        return parse(formula)
    except Unreadable as error:
        raise NoCounterpart(f"it cannot be read: {error}") from None


def _named(answer: Answer, names: Names) -> Asked:
    name = names.own if answer.name is None else answer.name
    if name in names.asked:
        return names.asked[name]
    if name in names.form:
        raise NoCounterpart(f"it names “{name}”, which comes later, is left out or is asked by part")
    raise NoCounterpart(f"it names “{name}”, which the form does not have")


def _plain(tree: Tree) -> Tree:
    """The tree without functions that change nothing, a sign taken into its number."""
    while isinstance(tree, Call) and tree.function in WRAPPERS and len(tree.arguments) == 1:
        tree = tree.arguments[0]
    if isinstance(tree, Call) and tree.function == "-" and len(tree.arguments) == 1:
        inner = _plain(tree.arguments[0])
        if isinstance(inner, Literal) and isinstance(inner.value, float):
            return Literal(-inner.value)
    return tree


def _unknown(tree: Tree) -> NoCounterpart:
    if not isinstance(tree, Call):
        return NoCounterpart("an answer or a value stands where something is true or false")
    if tree.function in ("today", "now"):
        return NoCounterpart("it depends on the day it is answered")
    name = tree.function if tree.function in "+-*divmod" else f"{tree.function}()"
    return NoCounterpart(f"“{name}” has no counterpart here")


def _number(value: float | str) -> float | None:
    """The number a value in a formula or the name of a choice is, whole where it can be; None for a word."""
    try:
        number = float(value)
    except ValueError:
        return None
    if number in (float("inf"), float("-inf")) or number != number:
        return None
    return int(number) if number.is_integer() else number


def _as_name(value: float | str) -> str:
    return value.strip() if isinstance(value, str) else str(_number(value))


class _Conditions:
    """What is true or false, by function."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def of(self, tree: Tree) -> Rule | bool:
        """The condition of a tree."""
        if not isinstance(tree, Call):
            raise _unknown(tree)
        name, arguments = tree.function, tree.arguments
        if name in ("and", "or") and len(arguments) > 1:
            return joined([self.of(inner) for inner in arguments], "all" if name == "and" else "any")
        if name in MIRRORED:
            return self._comparison(name, _plain(arguments[0]), _plain(arguments[1]))
        if name == "selected" and len(arguments) == 2:
            return self._selected(_plain(arguments[0]), _plain(arguments[1]))
        if name == "not" and len(arguments) == 1:
            return _negated(self.of(arguments[0]))
        if name in ("true", "false") and not arguments:
            return name == "true"
        raise _unknown(tree)

    def _selected(self, answer: Tree, choice: Tree) -> Rule:
        if not isinstance(answer, Answer) or not isinstance(choice, Literal):
            raise NoCounterpart("“selected()” is understood of one question and one fixed choice")
        asked = _named(answer, self.names)
        operator = "contains" if asked.kind is Kind.MULTI_CHOICE else "equals"
        return {"question": asked.key, operator: _option(asked, choice.value)}

    def _comparison(self, sign: str, left: Tree, right: Tree) -> Rule | bool:
        if isinstance(left, Literal):
            left, right, sign = right, left, MIRRORED[sign]
        if isinstance(left, Literal):
            raise NoCounterpart("it compares two fixed values")
        if sign == "!=":
            return _negated(self._comparison("=", left, right))
        if isinstance(left, Call):
            return self._measured(sign, left, right)
        asked = _named(left, self.names)
        if isinstance(right, Answer):
            return _beside(asked.key, sign, _named(right, self.names).key)
        if not isinstance(right, Literal):
            raise _unknown(right)
        if right.value == "" and sign == "=":
            return {"question": asked.key, "answered": False}
        return _valued(asked, sign, right.value)

    def _measured(self, sign: str, call: Call, right: Tree) -> Rule | bool:
        """How many are ticked, or how long a text is, compared with a fixed number."""
        inner = _plain(call.arguments[0]) if len(call.arguments) == 1 else None
        if call.function not in ("count-selected", "string-length") or not isinstance(inner, Answer):
            raise _unknown(call)
        number = _number(right.value) if isinstance(right, Literal) else None
        if number is None:
            raise NoCounterpart(f"“{call.function}()” is understood beside a fixed number")
        asked = _named(inner, self.names)
        if (sign, number) in ((">", 0), (">=", 1)):
            return {"question": asked.key, "answered": True}
        if (sign, number) in (("=", 0), ("<", 1), ("<=", 0)):
            return {"question": asked.key, "answered": False}
        if call.function == "string-length" or asked.kind is not Kind.MULTI_CHOICE:
            raise NoCounterpart(f"“{call.function}()” is understood where it asks whether there is an answer")
        return _counted(asked.key, sign, number)


def _beside(key: str, sign: str, other: str) -> Rule | bool:
    """Two answers compared; two that are both blank count as equal, as they do in the form."""
    claim: Rule = {"question": key, OPERATORS[sign]: {"question": other}}
    blank = joined([{"question": one, "answered": False} for one in (key, other)])
    return joined([claim, blank], "any") if sign == "=" else claim


def _negated(inner: Rule | bool) -> Rule | bool:
    if isinstance(inner, bool):
        return not inner
    if isinstance(inner.get("answered"), bool):
        return {**inner, "answered": not inner["answered"]}
    twice: Rule | None = inner.get("not")
    return {"not": inner} if twice is None else twice


def _counted(key: str, sign: str, number: float) -> Rule | bool:
    """How many are ticked; no answer counts as none ticked, as it does in the form."""
    signs = (">=", "<=") if sign == "=" else (sign,)
    claim = joined([{"question": key, OPERATORS[one]: number} for one in signs])
    holds_of_none = {"=": number == 0, "<": number > 0, "<=": number >= 0, ">": number < 0, ">=": number <= 0}
    return joined([claim, {"question": key, "answered": False}], "any") if holds_of_none[sign] else claim


def _valued(asked: Asked, sign: str, value: float | str) -> Rule:
    """An answer compared with a fixed value."""
    if asked.kind in CHOSEN:
        return _chosen(asked, sign, value)
    if asked.kind is Kind.MULTI_CHOICE:
        raise NoCounterpart("it compares all ticks at once; “selected()” asks for one")
    if asked.kind is Kind.DATE:
        return {"question": asked.key, OPERATORS[sign]: _day(value)}
    if asked.kind not in NUMERIC:
        raise NoCounterpart("a text can only be asked whether it is there")
    number = _number(value)
    if number is None:
        raise NoCounterpart(f"“{value}” is not a number")
    return {"question": asked.key, OPERATORS[sign]: number}


def _chosen(asked: Asked, sign: str, value: float | str) -> Rule:
    if sign == "=":
        return {"question": asked.key, "equals": _option(asked, value)}
    limit = _number(value)
    numbers = {key: _number(name) for name, key in asked.options.items()}
    if limit is None or None in numbers.values():
        raise NoCounterpart("choices have an order only where all their names are numbers")
    fitting = [key for key, number in numbers.items() if number is not None and _fits(number, sign, limit)]
    if not fitting:
        raise NoCounterpart("no choice fulfils it")
    return {"question": asked.key, "in": fitting}


def _fits(number: float, sign: str, limit: float) -> bool:
    return (
        (number < limit and "<" in sign)
        or (number > limit and ">" in sign)
        or (number == limit and "=" in sign)
    )


def _option(asked: Asked, value: float | str) -> str:
    name = _as_name(value)
    if name not in asked.options:
        raise NoCounterpart(f"“{name}” is no choice of {asked.key}")
    return asked.options[name]


def _day(value: float | str) -> str:
    try:
        return date.fromisoformat(str(value).strip()).isoformat()
    except ValueError:
        raise NoCounterpart(f"“{value}” is not a day such as 2026-03-05") from None


def _expression(tree: Tree, names: Names) -> Rule | str | float:
    tree = _plain(tree)
    if isinstance(tree, Literal):
        number = _number(tree.value)
        if number is None:
            raise NoCounterpart(f"“{tree.value}” is not a number")
        return number
    if isinstance(tree, Answer):
        asked = _named(tree, names)
        if asked.kind not in NUMERIC:
            raise NoCounterpart(f"“{tree.name or names.own}” is not a number")
        return asked.key
    if tree.function not in ARITHMETIC:
        raise _unknown(tree)
    operands = [_expression(inner, names) for inner in tree.arguments]
    return {ARITHMETIC[tree.function]: operands if len(operands) > 1 else [0, *operands]}
