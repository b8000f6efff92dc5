"""Conditions and arithmetic as one line of text that a person can read and type.

    ECO-03 in (above_median, highest_quarter) and not (PRO-01 answered)
    PRO-04 at most the answer to PRO-03
    (K3-01 - K1-01) / K1-01 * 100

Tokens and recursive descent into the schema's closed trees; nothing is ever evaluated. `parse` gives back
exactly what `write` was given. A plain word stands for itself, such as an option's key; any other text stands
in double quotes. "and" binds closer than "or".
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from pydantic import ValidationError

from vfm.errors import Invalid, Problem
from vfm.questionnaires.schema import (
    All,
    AnyOf,
    Comparison,
    Condition,
    Expression,
    Not,
    Operation,
    Ref,
)
from vfm.questionnaires.wording import meant

DEEPEST = 100
"""Brackets inside brackets that are still read."""
PHRASES: dict[str, str] = {
    "equals": "equals",
    "in": "in",
    "at_least": "at least",
    "at_most": "at most",
    "greater": "greater than",
    "less": "less than",
    "contains": "contains",
    "answered": "answered",
}
"""Operator -> how it is written."""
SPELLINGS: dict[tuple[str, ...], str] = {
    **{tuple(phrase.split()): operator for operator, phrase in PHRASES.items()},
    **{(operator,): operator for operator in PHRASES},
    ("more", "than"): "greater",
    ("includes",): "contains",
    ("=",): "equals",
    (">=",): "at_least",
    ("≥",): "at_least",
    ("<=",): "at_most",
    ("≤",): "at_most",
    (">",): "greater",
    ("<",): "less",
}
"""How an operator may be typed -> the operator."""
REFERENCE = ("the", "answer", "to")
NUMBERS = {"inf": float("inf"), "nan": float("nan")}
TRUTHS = {"true": True, "false": False}
RESERVED = frozenset(
    {"and", "or", "not", "all", "any", "is", *NUMBERS, *TRUTHS, *REFERENCE}
    | {word for spelling in SPELLINGS for word in spelling}
)
"""Words of the notation itself; one that is meant as a key or a value stands in quotes."""
ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
SIGNS = {operation: sign for sign, operation in ARITHMETIC.items()}
CHAINED = ("add", "multiply")
TYPED_OTHERWISE = {"×": "*", "÷": "/", "−": "-"}

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:[^"\\]|\\.)*"|“[^”]*”)
      | (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?!\w)
      | (?P<word>[A-Za-z][A-Za-z0-9_-]*)
      | (?P<sign><=|>=|[()+*/,=<>≤≥×÷−-])
      | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST_NUMBER = 300

Built = TypeVar("Built")


# --- written ---------------------------------------------------------------------------------------------


def write(condition: Condition) -> str:
    """The condition as text; `parse` gives it back.

    >>> write(Comparison(question="ECO-03", at_least=2))
    'ECO-03 at least 2'
    """
    if isinstance(condition, Comparison):
        return _claim(condition)
    if isinstance(condition, Not):
        return f"not ({write(condition.not_)})"
    word, inside = ("all", condition.all) if isinstance(condition, All) else ("any", condition.any)
    if len(inside) == 1:
        return f"{word} ({write(inside[0])})"
    return (" and " if word == "all" else " or ").join(_grouped(inner) for inner in inside)


def write_arithmetic(operation: Operation) -> str:
    """The arithmetic of a derived value as text; `parse_arithmetic` gives it back.

    >>> write_arithmetic(Operation(divide=("K3-01", Operation(add=("K1-01", 2)))))
    'K3-01 / (K1-01 + 2)'
    """
    return f" {SIGNS[operation.operator]} ".join(_operand(inner) for inner in operation.operands)


def _grouped(condition: Condition) -> str:
    is_joined = isinstance(condition, All) and len(condition.all) > 1
    is_joined = is_joined or (isinstance(condition, AnyOf) and len(condition.any) > 1)
    return f"({write(condition)})" if is_joined else write(condition)


def _claim(claim: Comparison) -> str:
    key = _plain(claim.question)
    if claim.operator == "answered":
        return f"{key} answered" if claim.operand else f"{key} not answered"
    return f"{key} {PHRASES[claim.operator]} {_value(claim.operand, claim.operator)}"


def _value(value: object, operator: str) -> str:
    if isinstance(value, Ref):
        return f"{' '.join(REFERENCE)} {_plain(value.question)}"
    if isinstance(value, tuple):
        return f"({', '.join(_value(item, operator) for item in value)})"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value if _DAY.fullmatch(value) else _plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return repr(value) if operator == "equals" or not isinstance(value, float) else _shortest(value)


def _plain(text: str) -> str:
    """A word as it is, any other text in quotes."""
    is_word = _WORD.fullmatch(text) and text.casefold() not in RESERVED
    return text if is_word else json.dumps(text, ensure_ascii=False)


def _shortest(number: float) -> str:
    """2.0 is written 2; a number too long to be read in full stays as Python writes it."""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _operand(expression: Expression) -> str:
    if isinstance(expression, Operation):
        return f"({write_arithmetic(expression)})"
    return expression if isinstance(expression, str) else _shortest(float(expression))


# --- read ------------------------------------------------------------------------------------------------


def parse(text: str) -> Condition:
    """The condition that a text means.

    Raises:
        Invalid: one problem; its place is `character N`, counted from 1.
    """
    return _read(text, _Reader.condition, "condition")


def parse_arithmetic(text: str) -> Operation:
    """The arithmetic that a text means: keys and numbers joined by + - * / and brackets.

    Raises:
        Invalid: one problem; its place is `character N`, counted from 1.
    """
    found = _read(text, _Reader.sum, "calculation")
    if not isinstance(found, Operation):
        raise _refusal(0, "Nothing is worked out here. Write a calculation, such as K3-01 / K1-01.")
    return found


def _read(text: str, rule: "Callable[[_Reader], Built]", what: str) -> Built:
    reader = _Reader(_tokens(text), what)
    found = rule(reader)
    reader.assert_end()
    return found


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int

    @property
    def folded(self) -> str:
        """A word of the notation in small letters, a sign as it is; empty for anything else."""
        return self.text.casefold() if self.kind in ("word", "sign") else ""

    @property
    def shown(self) -> str:
        return self.text if self.kind == "quoted" else f'"{self.text}"'


def _refusal(start: int, message: str) -> Invalid:
    return Invalid([Problem(f"character {start + 1}", message)])


def _tokens(text: str) -> list[_Token]:
    """The text cut into tokens, the last of kind `end`."""
    found: list[_Token] = []
    position = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unknown_sign(text, position)
        kind = match.lastgroup or "end"
        word = match[kind]
        found.append(_Token(kind, TYPED_OTHERWISE.get(word, word), match.start(kind)))
        position = match.end()
    return found


def _unknown_sign(text: str, position: int) -> Invalid:
    start = position + len(text[position:]) - len(text[position:].lstrip())
    if text[start] in '"“':
        return _refusal(start, "A quoted text is not closed. Add the closing quote.")
    return _refusal(start, f'"{text[start]}" cannot stand here. Put a text that holds it in double quotes.')


class _Reader:
    """Recursive descent over the tokens of one text."""

    def __init__(self, tokens: list[_Token], what: str) -> None:
        self.tokens = tokens
        self.what = what
        self.index = 0
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.index]

    def take(self) -> _Token:
        token = self.next
        self.index += token.kind != "end"
        return token

    def takes(self, *words: str) -> bool:
        """True, and they are taken, when these words or signs come next."""
        coming = [token.folded for token in self.tokens[self.index : self.index + len(words)]]
        if coming != [*words]:
            return False
        self.index += len(words)
        return True

    def refusal(self, wanted: str, cure: str) -> Invalid:
        """What stands here instead of what is wanted."""
        if self.next.kind == "end":
            return _refusal(self.next.start, f"The {self.what} ends where {wanted} should follow. {cure}")
        return _refusal(self.next.start, f"{self.next.shown} stands where {wanted} should. {cure}")

    def assert_end(self) -> None:
        if self.next.kind == "end":
            return
        join = "and or or" if self.what == "condition" else "+, -, * or /"
        sentence = f"{self.next.shown} stands after the end of the {self.what}."
        raise _refusal(self.next.start, f"{sentence} Join parts with {join}, or take it out.")

    def deeper(self, rule: Callable[[], Built]) -> Built:
        """What stands one level further in, under what was taken last.

        Raises:
            Invalid: there are more levels than are read.
        """
        self.depth += 1
        if self.depth > DEEPEST:
            start = self.tokens[self.index - 1].start
            raise _refusal(start, "The brackets are nested too deeply. Use fewer levels.")
        found = rule()
        self.depth -= 1
        return found

    def bracketed(self, rule: Callable[[], Built]) -> Built:
        """What stands up to the closing bracket; the opening one is taken already."""
        found = self.deeper(rule)
        if not self.takes(")"):
            raise self.refusal("a closing bracket", "Add ).")
        return found

    def listed(self, rule: Callable[[], Built]) -> list[Built]:
        """One or more, with commas between them."""
        found = [rule()]
        while self.takes(","):
            found.append(rule())
        return found

    # --- conditions

    def condition(self) -> Condition:
        joined = [self.conjunction()]
        while self.takes("or"):
            joined.append(self.conjunction())
        return joined[0] if len(joined) == 1 else AnyOf(any=tuple(joined))

    def conjunction(self) -> Condition:
        joined = [self.unit()]
        while self.takes("and"):
            joined.append(self.unit())
        return joined[0] if len(joined) == 1 else All(all=tuple(joined))

    def unit(self) -> Condition:
        if self.takes("not"):
            return Not(not_=self.deeper(self.unit))
        if self.takes("("):
            return self.bracketed(self.condition)
        if self.takes("all", "("):
            return All(all=tuple(self.bracketed(lambda: self.listed(self.condition))))
        if self.takes("any", "("):
            return AnyOf(any=tuple(self.bracketed(lambda: self.listed(self.condition))))
        return self.claim()

    def claim(self) -> Condition:
        key = self.key()
        self.takes("is")
        if self.takes("not", "answered"):
            return Comparison(question=key, answered=False)
        operator = self.operator(key)
        if operator == "answered":
            return Comparison(question=key, answered=True)
        start = self.next.start
        value = self.values() if operator == "in" else self.value()
        try:
            return Comparison.model_validate({"question": key, operator: value})
        except ValidationError:
            raise _refusal(start, f"{PHRASES[operator]} {TAKES[operator]}") from None

    def key(self) -> str:
        token = self.next
        if token.kind not in ("word", "quoted"):
            raise self.refusal("the key of a question", "Write one, such as ECO-03.")
        key = _unquoted(self.take())
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", key):
            cure = "Use letters, figures, - and _, starting with a letter, at most 40 characters."
            raise _refusal(token.start, f"{token.shown} cannot be the key of a question. {cure}")
        return key

    def operator(self, key: str) -> str:
        for spelling in sorted(SPELLINGS, key=len, reverse=True):
            if self.takes(*spelling):
                return SPELLINGS[spelling]
        previous = self.tokens[self.index - 1].folded
        if previous == "is" and self.next.kind != "end":
            return "equals"
        otherwise = f"Write {', '.join(list(PHRASES.values())[:-1])} or answered."
        two = " ".join(token.text for token in self.tokens[self.index : self.index + 2])
        near = meant(two, PHRASES.values()) or meant(self.next.text, PHRASES.values())
        cure = f'Did you mean "{near}"?' if near else otherwise
        raise self.refusal(f"a comparison after {key}", cure)

    def values(self) -> tuple[Any, ...]:
        if not self.takes("("):
            return (self.value(),)
        if self.takes(")"):
            return ()
        return tuple(self.bracketed(lambda: self.listed(self.value)))

    def value(self) -> Any:
        if self.takes(*REFERENCE) or self.takes(*REFERENCE[1:]):
            return {"question": self.key()}
        sign = -1 if self.takes("-") else 1
        token = self.next
        if token.kind == "number" or token.folded in NUMBERS:
            return sign * _number(self.take())
        if sign < 0 or token.kind in ("sign", "end") or token.folded in ("and", "or", "not"):
            raise self.refusal("a value", "Write a number, a word, a date or a text in quotes.")
        self.take()
        return TRUTHS.get(token.folded, _unquoted(token))

    # --- arithmetic

    def sum(self) -> Expression:
        return self.chain(self.product, "+", "-")

    def product(self) -> Expression:
        return self.chain(self.factor, "*", "/")

    def chain(self, rule: Callable[[], Expression], *signs: str) -> Expression:
        """`a + b + c` is one sum of three; every other mixture is worked out from left to right."""
        operands, operation = [rule()], ""
        while self.next.folded in signs:
            following = ARITHMETIC[self.take().text]
            if operation and not operation == following in CHAINED:
                operands = [_operation(operation, operands)]
            operation = following
            operands.append(rule())
        return _operation(operation, operands) if operation else operands[0]

    def factor(self) -> Expression:
        if self.takes("("):
            return self.bracketed(self.sum)
        sign = -1 if self.takes("-") else 1
        if self.next.kind == "number":
            return float(sign * _number(self.take()))
        if sign < 0:
            raise self.refusal("a number", "Only a number can stand after a minus; write 0 - KEY.")
        return self.key()


def _operation(name: str, operands: Iterable[Expression]) -> Operation:
    return Operation.model_validate({name: tuple(operands)})


def _number(token: _Token) -> int | float:
    if token.kind == "word":
        return NUMBERS[token.folded]
    if len(token.text) > _LONGEST_NUMBER:
        raise _refusal(token.start, "This number has too many figures. Write it shorter.")
    return int(token.text) if token.text.isdigit() else float(token.text)


def _unquoted(token: _Token) -> str:
    if token.kind != "quoted":
        return token.text
    if token.text[0] == "“":
        return token.text[1:-1]
    try:
        return str(json.loads(token.text, strict=False))
    except json.JSONDecodeError:
        raise _refusal(token.start, r"A backslash in quotes must be doubled. Write \\ for it.") from None


_BOUND = "takes a number, a date such as 2026-03-05, or the answer to another question. Write one of them."
TAKES = {
    "equals": "takes one value. Write a number, a word, a date or a text in quotes.",
    "in": "takes words and whole numbers. Write them in brackets, such as (often, always).",
    "at_least": _BOUND,
    "at_most": _BOUND,
    "greater": _BOUND,
    "less": _BOUND,
    "contains": "takes the key of one option. Write it, such as late_savings.",
}
"""Operator -> what it can be compared with, and the cure."""
