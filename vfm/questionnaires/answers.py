"""Answers: the states a question can be in, and one row of behaviour per kind of question.

A blank is `unanswered`, never 0 and never the lowest level.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class State(StrEnum):
    """What is known about a question's answer; `off_route` is computed, never given."""

    ANSWERED = "answered"
    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"
    UNANSWERED = "unanswered"
    OFF_ROUTE = "off_route"


class Evidence(StrEnum):
    """How well an answer is evidenced, weakest first."""

    NONE = "none"
    ASSERTION = "assertion"
    DOCUMENTED = "documented"
    VERIFIED = "verified"


Value = int | str | Decimal | date | tuple[str, ...] | Mapping[str, Decimal]
"""scale: level number; yes/no: "yes" or "no"; choices: option key or keys; number, money (pounds), percent
(as typed, 12.5 for 12.5 %): Decimal; date: date; text: str; evidence: one line an item; asked by part: part -> Decimal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One respondent's answer to one question.

    Attributes:
        value: by kind, see `Value`; None unless the state is answered.
        reason: why the question does not apply; empty otherwise.
        evidence: grade given beside a scored answer; none when not graded.
        note: the respondent's own remark.
    """

    state: State = State.UNANSWERED
    value: Value | None = None
    reason: str = ""
    evidence: Evidence = Evidence.NONE
    note: str = ""

    @property
    def is_answered(self) -> bool:
        """True when a value was given."""
        return self.state is State.ANSWERED


UNANSWERED = Answer()
Answers = Mapping[str, Answer]
"""Question key -> answer; a key that is not there is unanswered."""
