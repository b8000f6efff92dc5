"""Routing rules, checks and amounts as formulas of a spreadsheet, true there exactly where they are here.

Pure text. Each question has a hidden cell with what its answer amounts to, empty where `conditions.holds`
would find no value; conditions are compiled over these cells. Texts stand in quotes, so that nothing of a
template is ever read as a formula.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from vfm.questionnaires.conditions import inside
from vfm.questionnaires.schema import Comparison, Condition, Not, Ref

LONGEST = 8_000
"""Characters of a formula that every spreadsheet program takes."""
SIGNS = {"equals": "=", "at_least": ">=", "at_most": "<=", "greater": ">", "less": "<"}
DAY_ONE = date(1899, 12, 30)
"""Day 0 of a spreadsheet's calendar, for days from March 1900."""

Cells = Mapping[str, str]
"""Question key -> the cell, or literal, its answer amounts to; `KEY.option` -> whether it is ticked."""


def formula(condition: Condition, cells: Cells) -> str | None:
    """The condition as a formula without its equals sign; None when no spreadsheet would take it.

    Args:
        condition: the tree.
        cells: for every question it names.
    """
    found = _compiled(condition, cells)
    return found if len(found) <= LONGEST else None


def _compiled(condition: Condition, cells: Cells) -> str:
    if isinstance(condition, Comparison):
        return _claim(condition, cells)
    parts = ",".join(_compiled(one, cells) for one in inside(condition))
    return f"{'NOT' if isinstance(condition, Not) else _JOINTS[type(condition).__name__]}({parts})"


_JOINTS = {"All": "AND", "AnyOf": "OR"}


def _claim(claim: Comparison, cells: Cells) -> str:
    cell, operand = cells[claim.question], claim.operand
    if claim.operator == "answered":
        return f'{cell}{"<>" if operand else "="}""'
    if claim.operator == "contains":
        return cells.get(f"{claim.question}.{operand}", "FALSE")
    if claim.operator == "in":
        among = ",".join(_same(cell, one) for one in operand)  # type: ignore[union-attr]
        return f'AND({cell}<>"",OR({among}))'
    if isinstance(operand, Ref):
        other = cells[operand.question]
        return f'AND({cell}<>"",{other}<>"",{cell}{SIGNS[claim.operator]}{other})'
    if claim.operator == "equals":
        return f'AND({cell}<>"",{_same(cell, operand)})'
    return f'AND({cell}<>"",{cell}{SIGNS[claim.operator]}{literal(operand)})'


def _same(cell: str, operand: Any) -> str:
    """Equal, letters large and small told apart; a day is written as text in a template."""
    written = literal(operand)
    return f"EXACT({cell},{written})" if written.startswith('"') else f"{cell}={written}"


def literal(value: Any) -> str:
    """A value as it stands in a formula; nothing is an empty text."""
    match value:
        case None:
            return '""'
        case bool():
            return "TRUE" if value else "FALSE"
        case date():
            return f"DATE({value.year},{value.month},{value.day})"
        case str() if _is_day(value):
            return literal(date.fromisoformat(value))
        case str():
            return '"' + value.replace('"', '""') + '"'
    return f"{Decimal(repr(value)) if isinstance(value, float) else value:f}"


def _is_day(words: str) -> bool:
    try:
        return len(words) == 10 and bool(date.fromisoformat(words))
    except ValueError:
        return False


def serial(value: Any) -> Any:
    """An amount as a cell holds it: a day by its number, a figure as a float, nothing as an empty text."""
    match value:
        case None:
            return ""
        case date():
            return (value - DAY_ONE).days
        case Decimal():
            return float(value)
    return value


# --- what an answer amounts to ------------------------------------------------------------------------------


def chosen(cell: str, words: str, values: str) -> str:
    """The value beside the words that were chosen; empty when they are not in the list.

    Not MATCH, which reads `*` and `?` of the words as signs.
    """
    hits = f"SUMPRODUCT(--({words}={cell}))"
    place = f"SUMPRODUCT(({words}={cell})*(ROW({words})-ROW({words.partition(':')[0]})+1))"
    return f'IF({cell}="","",IF({hits}<>1,"",INDEX({values},{place})))'


def level(cell: str) -> str:
    """The level a cell such as `3: In place` begins with."""
    return f'IFERROR(VALUE(LEFT({cell},FIND(":",{cell}&":")-1)),"")'


def figure(cell: str) -> str:
    """A figure, also one that is kept as text with a pound sign, commas or a per cent sign."""
    plain = f"{cell}"
    for sign in ("%", "£", ","):
        plain = f'SUBSTITUTE({plain},"{sign}","")'
    return f'IF(ISNUMBER({cell}),{cell},IFERROR(VALUE({plain}),""))'


def day(cell: str) -> str:
    """A day, also one that is kept as text."""
    return f'IF(ISNUMBER({cell}),{cell},IFERROR(DATEVALUE({cell}),""))'


def words(cell: str) -> str:
    """1 where anything is written."""
    return f'IF(TRIM({cell})="","",1)'


def yes_no(cell: str) -> str:
    """yes, no, or empty."""
    return f'IF(OR(LOWER({cell})="yes",LOWER({cell})="no"),LOWER({cell}),"")'


def ticks(cells: str, tick: str) -> str:
    """How many of the cells are ticked; empty when none is."""
    return f'IF(COUNTIF({cells},"{tick}")=0,"",COUNTIF({cells},"{tick}"))'


def total(cells: str) -> str:
    """The sum of the cells; empty when none holds a figure."""
    return f'IF(COUNT({cells})=0,"",SUM({cells}))'


SINGLE: Mapping[str, Callable[[str], str]] = {
    "scale": level,
    "yes_no": yes_no,
    "number": figure,
    "money": figure,
    "percent": figure,
    "date": day,
    "text": words,
    "evidence": words,
}
"""Kind of a question of one row and no list -> the formula of what its cell amounts to."""
