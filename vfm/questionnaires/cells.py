"""One value of a template as one cell of a table: how it is written, and how what stands there is read.

What a form cannot read it hands on as it was typed, for the schema to refuse; where only the form knows the
cure it raises `Unreadable`.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_args

from vfm.errors import Invalid
from vfm.questionnaires import notation
from vfm.questionnaires.answers import Evidence
from vfm.questionnaires.document import share
from vfm.questionnaires.schema import FEEDS, Band, Kind, Method, Question, Questionnaire
from vfm.questionnaires.steps import Chain

Cell = str | int | float
MOST_EXACT = 10**15
"""Whole numbers from here on are written as text: a spreadsheet keeps fifteen figures."""
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
"""Signs that no sheet can hold, and what spreadsheets write in their place."""
WORDS = {"yes": True, "true": True, "no": False, "false": False}


class Unreadable(ValueError):
    """What stands in a cell cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of cell.

    Attributes:
        write: value -> what stands in the cell; empty for a value that need not be written.
        read: the text in the cell, never blank -> the value as a document holds it.
        choices: the only values there are, for a drop-down; empty when anything goes.
        is_figure: written as a number, so that a spreadsheet can add it up.
    """

    write: Callable[[Any], Cell]
    read: Callable[[str], Any]
    choices: tuple[str, ...] = ()
    is_figure: bool = False


# --- texts -----------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    r"""A text in double quotes with at least one backslash, so that nobody means it by accident.

    >>> quoted(" ")
    '"\\u0020"'
    """
    written = json.dumps(text).replace("_x", "\\u005fx")
    return written if not text or "\\" in written else f'"\\u{ord(text[0]):04x}{written[2:]}'


def is_quoted(text: str) -> bool:
    """True for what `quoted` writes; a text that merely stands in quotes is just that."""
    if text == '""':
        return True
    if not (text.startswith('"') and text.endswith('"') and "\\" in text):
        return False
    try:
        return isinstance(json.loads(text), str)
    except json.JSONDecodeError:
        return False


def write_text(text: str) -> str:
    """The text as it is; quoted where a cell could not keep it: only blanks, or signs no sheet can hold."""
    if not text:
        return ""
    return quoted(text) if not text.strip() or UNSAFE.search(text) or is_quoted(text) else text


def read_text(text: str) -> str:
    """The text that a cell holds."""
    return str(json.loads(text)) if is_quoted(text) else text


def write_lines(texts: Iterable[str]) -> str:
    r"""Several texts, one a line; quoted where a line could not keep one.

    >>> write_lines(["Elected members", "a\nb", ""])
    'Elected members\n"a\\nb"\n""'
    """
    return "\n".join(_line(text) for text in texts)


def _line(text: str) -> str:
    return quoted(text) if text != text.strip() or len(text.splitlines()) != 1 else write_text(text)


def read_lines(text: str) -> list[str]:
    """Several texts, one a line; blank lines are passed over."""
    return [read_text(line.strip()) for line in text.split("\n") if line.strip()]


# --- figures ---------------------------------------------------------------------------------------------


def write_figure(figure: float | None) -> Cell:
    """A number with every digit; one with more figures than a spreadsheet keeps as text."""
    if figure is None:
        return ""
    if abs(figure) >= MOST_EXACT:
        return str(figure)
    return int(figure) if figure == int(figure) else figure


def write_share(figure: float | None) -> Cell:
    """Points: 100/3 is written so, as no decimal is exactly a third.

    >>> write_share(100 / 3), write_share(50.0), write_share(0.1)
    ('100/3', 50, 0.1)
    """
    if figure is None:
        return ""
    written = share(figure)
    return written if isinstance(written, str) else write_figure(written)


def read_figure(text: str) -> int | float | str:
    """A number, or the text as it was typed."""
    whole = read_whole(text)
    try:
        return whole if isinstance(whole, int) else float(whole)
    except ValueError:
        return whole


def read_whole(text: str) -> int | str:
    """A whole number, or the text as it was typed."""
    return int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,300}\s*", text) else text.strip()


# --- words from a list -----------------------------------------------------------------------------------


def write_choice(value: str | None) -> str:
    """The word itself."""
    return str(value or "")


def read_choice(text: str) -> str:
    """A word as the schema spells it: small letters, `_` between words."""
    return re.sub(r"[\s/-]+", "_", text.strip().casefold())


def write_flag(value: bool | None) -> str:
    """`yes`, or blank."""
    return "yes" if value else ""


def write_yes_no(value: bool | None) -> str:
    """`yes`, `no`, or blank where it is left open."""
    return "" if value is None else "yes" if value else "no"


def read_yes_no(text: str) -> bool:
    """True for yes.

    Raises:
        Unreadable: it is neither yes nor no.
    """
    value = WORDS.get(text.strip().casefold())
    if value is None:
        raise Unreadable(f'"{text}" is neither yes nor no. Write one of the two, or leave the cell blank.')
    return value


def read_row(text: str) -> list[str]:
    """Words with commas between them, in small letters: `all, some`."""
    return [word.casefold() for word in read_keys(text)]


def read_keys(text: str) -> list[str]:
    """Keys with commas, blanks or line breaks between them."""
    return [word for word in re.split(r"[,;\s]+", text) if word]


# --- rules -----------------------------------------------------------------------------------------------


def write_condition(condition: Any) -> str:
    """The condition in the notation; blank for none."""
    return "" if condition is None else notation.write(condition)


def read_condition(text: str) -> Any:
    """The condition as plain values.

    Raises:
        Unreadable: with the place in the text and the cure.
    """
    return _plain(notation.parse, text)


def write_operation(operation: Any) -> str:
    """The calculation in the notation; blank for none."""
    return "" if operation is None else notation.write_arithmetic(operation)


def read_operation(text: str) -> Any:
    """The calculation as plain values.

    Raises:
        Unreadable: with the place in the text and the cure.
    """
    return _plain(notation.parse_arithmetic, text)


def _plain(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text).model_dump(by_alias=True, exclude_none=True)
    except Invalid as invalid:
        problem = invalid.problems[0]
        raise Unreadable(f"At {problem.place}: {problem.message}") from None


def _choice(words: Iterable[str]) -> Form:
    return Form(write_choice, read_choice, tuple(str(word) for word in words))


TEXT = Form(write_text, read_text)
KEY = Form(write_choice, str.strip)
LINES = Form(write_lines, read_lines)
FIGURE = Form(write_figure, read_figure, is_figure=True)
WHOLE = Form(write_figure, read_whole, is_figure=True)
POINTS = Form(write_share, read_figure)
FLAG = Form(write_flag, read_yes_no, ("yes", "no"))
YES_NO = Form(write_yes_no, read_yes_no, ("yes", "no"))
KEYS = Form(", ".join, read_keys)
COLLAPSED = Form(", ".join, read_row)
CONDITION = Form(write_condition, read_condition)
OPERATION = Form(write_operation, read_operation)
KIND = _choice(Kind)
METHOD = _choice(Method)
FEED = _choice(FEEDS)
GRADE = _choice(Evidence)
COLOUR = _choice(get_args(Band.model_fields["colour"].annotation))
SIGN_OFF = _choice(Chain)
UNIT = _choice(get_args(Questionnaire.model_fields["unit"].annotation))
PAGES = _choice(get_args(Questionnaire.model_fields["pages"].annotation))
BECOMES = _choice(get_args(get_args(Question.model_fields["becomes"].annotation)[0]))
