"""What can be written about a review: the fields of each of its forms, read and shown. Pure.

A form's values are the columns of its row. Fields are read together, so that every problem is told at once.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.prioritisation import benefits
from vfm.questionnaires import figures
from vfm.questionnaires.kinds import text_problem


class As(StrEnum):
    """How a field is typed."""

    LINE = "line"
    TEXT = "text"
    ONE_OF = "one_of"
    """A row of another table, offered by name."""
    CHOICE = "choice"
    DAY = "day"
    MONEY = "money"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    Attributes:
        name: of the column, and of the field on the page.
        need: what is said when it is left blank; empty where it may be.
        choices: the values of a CHOICE.
    """

    name: str
    form: As
    need: str = ""
    choices: tuple[str, ...] = ()


HYPOTHESIS = ("open", "supported", "refuted", "unclear")
RECOMMENDATION = ("proposed", "accepted", "rejected", "done")
SAVINGS = (Field("savings_low", As.MONEY), Field("savings_high", As.MONEY))
BY_KIND = tuple(Field(name, As.MONEY) for pair in benefits.PAIRS.values() for name in pair)
"""What a review saves, kind by kind, the kind that nobody said last."""
OTHER = Field("other_benefit", As.TEXT)

FORMS: Mapping[str, tuple[Field, ...]] = {
    "about": (
        Field("sponsor_id", As.ONE_OF),
        Field("lead_id", As.ONE_OF),
        Field("partner", As.LINE),
        Field("ends_on", As.DAY),
        *BY_KIND,
        OTHER,
        Field("origin", As.TEXT),
    ),
    "scope": (
        Field("covers", As.TEXT, "Say what the review covers."),
        Field("leaves_out", As.TEXT),
        Field("reason", As.TEXT, "Say why this is the scope, or why it changes."),
    ),
    "team": (
        Field("role", As.LINE, "Say what this place in the team is for."),
        Field("person_id", As.ONE_OF),
        Field("name", As.LINE),
        Field("days", As.DAYS),
    ),
    "lines": (
        Field("text", As.TEXT, "Write the question that the review must answer."),
        Field("lead_id", As.ONE_OF),
        Field("conclusion", As.TEXT),
    ),
    "hypotheses": (
        Field("text", As.TEXT, "Write what is supposed, as a statement that can be tested."),
        Field("test", As.TEXT),
        Field("status", As.CHOICE, choices=HYPOTHESIS),
        Field("note", As.TEXT),
    ),
    "findings": (
        Field("text", As.TEXT, "Write what was found, in a sentence or two."),
        Field("line_id", As.ONE_OF),
        Field("evidence", As.TEXT),
    ),
    "recommendations": (
        Field("text", As.TEXT, "Write what should be done, in a sentence."),
        Field("finding_id", As.ONE_OF),
        Field("owner_id", As.ONE_OF),
        Field("due_on", As.DAY),
        *SAVINGS,
        Field("savings_kind", As.CHOICE, choices=benefits.KINDS),
        Field("savings_span", As.CHOICE, choices=benefits.SPANS),
        OTHER,
        Field("status", As.CHOICE, choices=RECOMMENDATION),
        Field("response", As.TEXT),
    ),
    "closing": (Field("outcome_note", As.TEXT), *BY_KIND, OTHER),
}
"""Form -> its fields, in the order in which they are filled in."""

Typed = Mapping[str, str]
"""Field -> what is typed; a day has three, `due_on.day`, `due_on.month` and `due_on.year`."""
Offered = Mapping[str, Mapping[int, str]]
"""Field -> the rows that can be chosen, by name."""


def typed_names(form: str) -> Iterator[str]:
    """The names under which the fields of a form are sent."""
    for field in FORMS[form]:
        parts = ("day", "month", "year") if field.form is As.DAY else ("",)
        yield from (f"{field.name}.{part}" if part else field.name for part in parts)


def read(form: str, typed: Typed, offered: Offered) -> dict[str, Any]:
    """The columns of a row from what was typed; blanks are None, or empty texts.

    Raises:
        Invalid: every field that cannot be used.
    """
    values: dict[str, Any] = {}
    problems = []
    for field in FORMS[form]:
        try:
            values[field.name] = _READ[field.form](field, typed, offered)
        except ValueError as refused:
            problems.append(Problem(field.name, str(refused)))
    problems += _across(values)
    if problems:
        raise Invalid(problems)
    return values


def _across(values: Mapping[str, Any]) -> Iterator[Problem]:
    for which, (low_name, high_name) in benefits.PAIRS.items():
        low, high = values.get(low_name), values.get(high_name)
        of = f" ({benefits.label(*which).lower()})" if any(which) else ""
        if (low is None) != (high is None) and {low_name, high_name} <= values.keys():
            missing = low_name if low is None else high_name
            yield Problem(missing, f"Give both ends of the savings{of}, low and high, or neither.")
        elif low is not None and high is not None and low > high:
            words = f"The low end of the savings{of} is more than the high end. Change one of them."
            yield Problem(low_name, words)
    if values.get("name") and values.get("person_id") is not None:
        yield Problem("name", "Choose somebody from the list, or write a name from outside, not both.")


def _line(field: Field, typed: Typed, _: Offered) -> str:
    return _text(field, {field.name: " ".join(typed.get(field.name, "").split())}, {})


def _text(field: Field, typed: Typed, _: Offered) -> str:
    words = typed.get(field.name, "").replace("\r\n", "\n").strip()
    if not words and field.need:
        raise ValueError(field.need)
    if problem := text_problem(words):
        raise ValueError(problem)
    return words


def _one_of(field: Field, typed: Typed, offered: Offered) -> int | None:
    chosen = typed.get(field.name, "")
    if not chosen:
        return None
    if not chosen.isascii() or not chosen.isdecimal() or int(chosen) not in offered.get(field.name, {}):
        raise ValueError("Choose one from the list, or leave it at the first.")
    return int(chosen)


def _choice(field: Field, typed: Typed, _: Offered) -> str:
    chosen = typed.get(field.name) or field.choices[0]
    if chosen not in field.choices:
        raise ValueError("Choose one of those listed.")
    return chosen


def _day(field: Field, typed: Typed, _: Offered) -> date | None:
    parts = [typed.get(f"{field.name}.{part}", "") for part in ("day", "month", "year")]
    return figures.day_of(*parts) if any(part.strip() for part in parts) else None


def _money(field: Field, typed: Typed, _: Offered) -> Decimal | None:
    words = typed.get(field.name, "").strip()
    found = figures.money(words) if words else None
    if found is not None and found < 0:
        raise ValueError("Savings are nought or more. Say a cost in the words beside them.")
    return found


def _days(field: Field, typed: Typed, _: Offered) -> int | None:
    words = typed.get(field.name, "").strip()
    if not words:
        return None
    found = figures.number(words, places=0, cure="Enter whole team days, such as 12.")
    if not 0 < found <= 2000:
        raise ValueError("Enter team days from 1 to 2,000.")
    return int(found)


_READ = {
    As.LINE: _line,
    As.TEXT: _text,
    As.ONE_OF: _one_of,
    As.CHOICE: _choice,
    As.DAY: _day,
    As.MONEY: _money,
    As.DAYS: _days,
}


def shown(form: str, values: Mapping[str, Any]) -> dict[str, str]:
    """A row as its form shows it."""
    typed: dict[str, str] = {}
    for field in FORMS[form]:
        value = values.get(field.name)
        if field.form is As.DAY:
            parts = (value.day, value.month, value.year) if value else ("", "", "")
            typed |= {
                f"{field.name}.{name}": str(part)
                for name, part in zip(("day", "month", "year"), parts, strict=True)
            }
        elif field.form is As.MONEY:
            typed[field.name] = "" if value is None else figures.as_typed(value, "GBP")
        else:
            typed[field.name] = "" if value is None else str(value)
    return typed


def in_words(form: str, values: Mapping[str, Any], offered: Offered) -> dict[str, str]:
    """Column -> its value as a reader knows it, empty where there is none."""
    return {field.name: _words(field, values.get(field.name), offered) for field in FORMS[form]}


def _words(field: Field, value: Any, offered: Offered) -> str:
    if value is None:
        return ""
    if field.form is As.ONE_OF:
        return offered.get(field.name, {}).get(value, "")
    if isinstance(value, Decimal):
        return figures.in_pounds(value)
    if isinstance(value, date):
        return figures.day_in_words(value)
    return str(value)


def told(form: str, values: Mapping[str, Any], offered: Offered) -> dict[str, str]:
    """Those of the values that are there, in words, as the trail tells of them: `lead` for `lead_id`."""
    said = in_words(form, values, offered)
    return {name.removesuffix("_id"): words for name, words in said.items() if name in values}


def mark(form: str, values: Mapping[str, Any]) -> str:
    """What tells one state of a row from another; a form hands it back, so that nobody is written over."""
    kept = [shown(form, values)[name] for name in typed_names(form)]
    return hashlib.sha256(repr(kept).encode()).hexdigest()[:16]


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON takes them, for the trail: days in ISO form, money as exact text."""
    return {
        name: value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for name, value in values.items()
    }
