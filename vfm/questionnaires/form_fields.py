"""Single fields of the designer's forms read: keys, words, weights, points, counts, lines.

Pure. Each reader gives a value or raises `Invalid` with the field's name as its place; `Reading` gathers what
several of them say, so that a form tells everything that is wrong with it at once.
"""

import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TypeVar, cast

from vfm.errors import Invalid, Problem
from vfm.questionnaires.complaints import KEY_RULE
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.schema import exact_share

Fields = Mapping[str, Sequence[str]]
"""A form as it is sent: every field with its values; a box that is not ticked is not there."""
LONGEST_WORDING = 2_000
"""Characters of the longest question, level or option."""
KEY_FORM = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
MOST_ROWS = 200
MOST_WEIGHT = 1_000_000
Value = TypeVar("Value")


@dataclass
class Reading:
    """A form being read: what was found wrong so far, in the order met.

    Attributes:
        shown: the fields as the form showed them; sent: as they came.
    """

    shown: Fields = field(default_factory=dict)
    sent: Fields = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, reader: Callable[..., Value], *given: object) -> Value | None:
        """What a reader gives; None where it complains, the complaint kept."""
        try:
            return reader(*given)
        except Invalid as invalid:
            self.problems.extend(invalid.problems)
            return None

    def read(self, present: Value, name: str, reader: Callable[..., Value], *given: object) -> Value:
        """What a reader gives; the present value where nobody touched these fields, or the reader complains.

        A browser tidies blanks and line ends of what it shows; saving a form must not, where nothing was
        typed.
        """
        if is_untouched(self.shown, self.sent, name):
            return present
        found = self.take(reader, *given)
        return present if found is None and self.problems else cast(Value, found)

    def close(self) -> None:
        """End the reading.

        Raises:
            Invalid: everything that was found wrong.
        """
        if self.problems:
            raise Invalid(self.problems)


def refuse(name: str, sentence: str) -> Invalid:
    """One field's complaint."""
    return Invalid([Problem(name, sentence)])


def one(fields: Fields, name: str) -> str:
    """A field's text without blanks around it, line ends as the store has them; absent is blank."""
    found = fields.get(name) or [""]
    return found[0].replace("\r\n", "\n").replace("\r", "\n").strip()


def lines(fields: Fields, name: str) -> tuple[str, ...]:
    """A text's lines, blank ones left out."""
    return tuple(line.strip() for line in prose(fields, name).split("\n") if line.strip())


def rows(fields: Fields, name: str, parts: Sequence[str]) -> list[int]:
    """The numbers of the rows `NAME.0.PART`, `NAME.1.PART` ... in which anything was typed."""
    return [i for i in range(MOST_ROWS) if any(one(fields, f"{name}.{i}.{part}") for part in parts)]


def without_spare_rows(fields: Fields, name: str, parts: Sequence[str]) -> Fields:
    """The fields without those of rows in which nothing was typed: a spare row's lists are preset."""
    typed = {str(i) for i in rows(fields, name, parts)}
    return {
        field: values
        for field, values in fields.items()
        if not field.startswith(f"{name}.") or field.split(".")[1] in typed
    }


def moved(fields: Fields, row: str, step: int) -> dict[str, list[str]]:
    """The fields with a row, such as `option.2`, swapped with the one `step` places below (above: negative).

    All that stands in a row goes along. Above the first row, and for what is no row, nothing happens.
    """
    name, _, number = row.rpartition(".")
    here = int(number) if re.fullmatch(r"[0-9]{1,3}", number) else -1
    there = here + step
    if not name or min(here, there) < 0 or max(here, there) >= MOST_ROWS:
        return {field: list(values) for field, values in fields.items()}
    swapped = {f"{name}.{here}.": f"{name}.{there}.", f"{name}.{there}.": f"{name}.{here}."}
    return {_renamed(field, swapped): list(values) for field, values in fields.items()}


def _renamed(field: str, new: Mapping[str, str]) -> str:
    """A field's name under the new beginning of its row, where it stands in one of these rows."""
    old = next((start for start in new if field.startswith(start)), "")
    return new[old] + field.removeprefix(old) if old else field


def as_fields(plain: Mapping[str, str], ticked: Iterable[str] = ()) -> dict[str, list[str]]:
    """Texts and ticked boxes as the fields of a form."""
    return {name: [words] for name, words in plain.items()} | {name: ["yes"] for name in ticked}


# --- what was not touched -----------------------------------------------------------------------------------


def is_untouched(shown: Fields, sent: Fields, name: str) -> bool:
    """True when a field, or every field whose name starts so, came back as it was shown."""
    old, new = _filled_in(shown, name), _filled_in(sent, name)
    return old.keys() == new.keys() and all(_are_same(old[field], new[field]) for field in old)


def _filled_in(fields: Fields, name: str) -> dict[str, Sequence[str]]:
    return {
        field: values
        for field, values in fields.items()
        if (field == name or field.startswith(f"{name}.")) and any(value.strip() for value in values)
    }


def _are_same(shown: Sequence[str], sent: Sequence[str]) -> bool:
    return len(shown) == len(sent) and all(map(_is_same_text, shown, sent))


def _is_same_text(shown: str, sent: str) -> bool:
    """True when a browser could have made the one into the other by itself."""
    old, new = (text.replace("\r\n", "\n").replace("\r", "\n") for text in (shown, sent))
    return new.strip() in (old.strip(), old.replace("\n", "").strip())


# --- readers ------------------------------------------------------------------------------------------------


def key(fields: Fields, name: str, taken: Container[str], present: str = "") -> str:
    """A key as typed (blank: the present one): well formed, and not among those taken, capitals aside."""
    typed = one(fields, name) or present
    if not KEY_FORM.fullmatch(typed):
        raise refuse(name, f'"{typed}" cannot be a key. {KEY_RULE}')
    if typed.casefold() in taken:
        raise refuse(name, f'The key "{typed}" is taken already. Choose another.')
    return typed


def unused(typed: str, once: Mapping[str, str]) -> str:
    """A key that no earlier version gave to something else; `once`: key in small letters -> what it meant."""
    if meant := once.get(typed.casefold()):
        raise refuse("key", f"{typed} {meant}. A new meaning is a new key: choose another.")
    return typed


def wording(fields: Fields, name: str, what: str) -> str:
    """Words that must be there, of a reasonable length; `what` names them in a sentence."""
    words = one(fields, name)
    if not words:
        raise refuse(name, f"The {what} has no words. Write what people should read.")
    if len(words) > LONGEST_WORDING:
        sentence = f"The {what} has {len(words):,} characters; the most is {LONGEST_WORDING:,}. Shorten it."
        raise refuse(name, sentence)
    return prose(fields, name)


def prose(fields: Fields, name: str) -> str:
    """Words that may be blank, without characters that no screen shows."""
    words = one(fields, name)
    if message := text_problem(words):
        raise refuse(name, message)
    return words


def weight(fields: Fields, name: str) -> float | None:
    """A weight as typed, 0 or more; None when blank."""
    typed = one(fields, name)
    if not typed:
        return None
    try:
        found = float(typed)
    except ValueError:
        sentence = f'"{typed}" is not a number. Write a weight such as 1 or 2.5, or leave it blank.'
        raise refuse(name, sentence) from None
    if not isfinite(found) or not 0 <= found <= MOST_WEIGHT:
        raise refuse(name, "A weight is 0 or more. Write a number such as 1 or 2.5.")
    return found


def points(fields: Fields, name: str) -> float | None:
    """Points on 0 to 100 as typed, `100/3` too; None when blank."""
    typed = one(fields, name)
    if not typed:
        return None
    try:
        found = float(exact_share(typed))  # type: ignore[arg-type]
    except ValueError:
        found = float("nan")
    if not isfinite(found):
        sentence = f'"{typed}" is not a number of points. Write 0 to 100, or two whole numbers such as 100/3.'
        raise refuse(name, sentence)
    if not 0 <= found <= 100:
        beyond = "less than 0" if found < 0 else "more than 100"
        raise refuse(name, f"{typed} is {beyond}; points run from 0 to 100.")
    return found


def count(fields: Fields, name: str) -> int | None:
    """A whole number above 0 as typed; None when blank."""
    typed = one(fields, name)
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= 100_000):
        raise refuse(name, f'"{typed}" is not a whole number above 0. Write one, or leave it blank.')
    return int(typed)


def percent(fields: Fields, name: str, otherwise: float) -> float:
    """A share typed as per cent, 0 to 100; what it is otherwise where the field is blank."""
    typed = one(fields, name).removesuffix("%").strip()
    if not typed:
        return otherwise
    try:
        found = float(typed) / 100
    except ValueError:
        found = -1.0
    if not 0 <= found <= 1:
        raise refuse(name, f'"{typed}" is not a percentage. Write a number from 0 to 100.')
    return otherwise if abs(found - otherwise) < 1e-12 else found


def among(fields: Fields, name: str, known: Container[str]) -> str | None:
    """One of the known words; None for anything else, which no drop-down offers."""
    sent = one(fields, name)
    return sent if sent in known else None


# --- shown --------------------------------------------------------------------------------------------------


def figure(value: float | None) -> str:
    """A number as it is typed: no more digits than tell it from any other, blank for None."""
    if value is None:
        return ""
    return f"{value:.15g}" if float(f"{value:.15g}") == value else repr(value)


def share(value: float | None) -> str:
    """Points as they are typed: `66.5`, and `100/3` for a third that no decimal is."""
    thirds = {100 / 3: "100/3", 200 / 3: "200/3"}
    return figure(value) if value is None else thirds.get(value, figure(value))
