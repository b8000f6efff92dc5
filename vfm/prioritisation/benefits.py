"""What reviews save, its kinds told apart: cashable or avoided, every year or once. Pure.

Amounts of different kinds are never added together: a sum is one amount for each kind there is.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from vfm.questionnaires.figures import in_pounds

NOT_SAID = ""
CASHABLE, AVOIDANCE = "cashable", "avoidance"
RECURRING, ONE_OFF = "recurring", "one_off"
KINDS = (NOT_SAID, CASHABLE, AVOIDANCE)
"""Whether a budget can be cut by it, or a cost that would have come does not."""
SPANS = (NOT_SAID, RECURRING, ONE_OFF)
"""Whether it comes every year, then it is pounds a year, or once."""
ORDER = tuple((kind, span) for kind in (*KINDS[1:], NOT_SAID) for span in (*SPANS[1:], NOT_SAID))
"""Kinds as they are listed: what is said first, what is not said last."""
PAIRS: Mapping[tuple[str, str], tuple[str, str]] = {
    (kind, span): (f"{kind}_{span}_low", f"{kind}_{span}_high") for kind in KINDS[1:] for span in SPANS[1:]
} | {(NOT_SAID, NOT_SAID): ("savings_low", "savings_high")}
"""(kind, span) -> the columns of a review that hold both ends of it."""

_KIND_LABELS = {CASHABLE: "Cashable", AVOIDANCE: "Cost avoidance", NOT_SAID: "Kind not said"}
_SPAN_LABELS = {RECURRING: "a year", ONE_OFF: "once", NOT_SAID: "once or a year not said"}
_SPAN_WORDS = {RECURRING: " a year", ONE_OFF: " once", NOT_SAID: ""}
_KIND_WORDS = {CASHABLE: "cashable", AVOIDANCE: "avoided", NOT_SAID: "kind not said"}


class Amount(NamedTuple):
    """What is saved of one kind: both ends in pounds, exact; a year where it is recurring."""

    kind: str
    span: str
    low: Decimal
    high: Decimal


def of_review(values: Mapping[str, Any]) -> tuple[Amount, ...]:
    """The amounts that the columns of a review hold, in their order; nothing where none is estimated."""
    return tuple(
        Amount(*which, values[low], values[high])
        for which in ORDER
        if which in PAIRS
        for low, high in (PAIRS[which],)
        if values.get(low) is not None and values.get(high) is not None
    )


def as_columns(amounts: Iterable[Amount]) -> dict[str, Decimal] | None:
    """The columns of a review that would hold these; None where one has no column, its kind half said."""
    found: dict[str, Decimal] = {}
    for amount in amounts:
        pair = PAIRS.get((amount.kind, amount.span))
        if pair is None:
            return None
        found |= dict(zip(pair, (amount.low, amount.high), strict=True))
    return found


def summed(amounts: Iterable[Amount]) -> tuple[Amount, ...]:
    """One amount for each kind there is, in their order.

    >>> ten, two = Decimal(10), Decimal(2)
    >>> [in_words(one) for one in summed([Amount("cashable", "one_off", two, ten)] * 2)]
    ['£4 to £20 once, cashable']
    """
    rows = list(amounts)
    nought = Decimal(0)
    return tuple(
        Amount(*which, sum((one.low for one in same), nought), sum((one.high for one in same), nought))
        for which in ORDER
        if (same := [one for one in rows if (one.kind, one.span) == which])
    )


def label(kind: str, span: str) -> str:
    """A kind as a heading.

    >>> label("avoidance", "one_off"), label("", "")
    ('Cost avoidance, once', 'Kind not said')
    """
    if kind == span == NOT_SAID:
        return _KIND_LABELS[NOT_SAID]
    return f"{_KIND_LABELS[kind]}, {_SPAN_LABELS[span]}"


def in_words(amount: Amount) -> str:
    """Both ends and the kind of an amount.

    >>> in_words(Amount("cashable", "recurring", Decimal(40000), Decimal(60000)))
    '£40,000 to £60,000 a year, cashable'
    >>> in_words(Amount("avoidance", "one_off", Decimal(10000), Decimal(10000)))
    '£10,000 once, avoided'
    """
    low, high = in_pounds(amount.low), in_pounds(amount.high)
    both = low if low == high else f"{low} to {high}"
    kind = _KIND_WORDS[amount.kind]
    if amount.kind and not amount.span:
        kind += f", {_SPAN_LABELS[NOT_SAID]}"
    return f"{both}{_SPAN_WORDS[amount.span]}, {kind}"


def all_in_words(amounts: Iterable[Amount]) -> str:
    """Amounts of several kinds in a row, kept apart; empty for none."""
    return "; ".join(in_words(one) for one in amounts)
