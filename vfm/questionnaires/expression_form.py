"""A derived value as drop-downs, and back: one operation on questions' answers and fixed figures.

Pure. A calculation nested deeper than one operation is shown in words and stays until another replaces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from vfm.errors import Invalid, Problem
from vfm.questionnaires.schema import NUMERIC, Operation, Question, Questionnaire

OPERATIONS = {
    "add": "added together",
    "subtract": "the first less the second",
    "multiply": "multiplied",
    "divide": "the first divided by the second",
}
NONE = "none"
"""What is chosen to take away a calculation that is too deep for rows."""
PAIRED = ("subtract", "divide")
MOST_OPERANDS = 12


@dataclass(frozen=True, slots=True)
class CalculationTyped:
    """A derived value as typed.

    Attributes:
        operator: a key of `OPERATIONS`, blank for none.
        operands: question keys, or figures as text.
        kept: True while a calculation too deep for rows stays as it is.
    """

    operator: str = ""
    operands: tuple[str, ...] = ()
    kept: bool = False


def as_typed(operation: Operation | None) -> CalculationTyped:
    """A calculation laid out as rows; `kept` when there is another inside it."""
    if operation is None:
        return CalculationTyped()
    if any(isinstance(operand, Operation) for operand in operation.operands):
        return CalculationTyped(kept=True)
    operands = (one if isinstance(one, str) else f"{one:.15g}" for one in operation.operands)
    return CalculationTyped(operation.operator, tuple(map(str, operands)))


def sent(fields: Mapping[str, Sequence[str]], name: str) -> CalculationTyped:
    """The rows out of a form's fields: `NAME.operator`, `NAME.0.question` or `NAME.0.figure` ..."""

    def first(field: str) -> str:
        return (fields.get(f"{name}.{field}") or [""])[0].strip()

    operands = (first(f"{i}.question") or first(f"{i}.figure") for i in range(MOST_OPERANDS))
    return CalculationTyped(
        first("operator"), tuple(operand for operand in operands if operand), first("kept") == "yes"
    )


def fields(name: str, typed: CalculationTyped) -> dict[str, list[str]]:
    """The rows of a calculation as the fields of a form; what `sent` reads."""
    found = {f"{name}.operator": [typed.operator]} | ({f"{name}.kept": ["yes"]} if typed.kept else {})
    return found | {f"{name}.{i}.figure": [words] for i, words in enumerate(typed.operands)}


def read(
    fields: Mapping[str, Sequence[str]], name: str, questionnaire: Questionnaire, question: Question
) -> Operation | None:
    """The calculation the rows describe, None for none.

    Where there is one now, choosing none takes it away, whatever figures are left in the rows.

    Raises:
        Invalid: an operand that is no figure, or too few or too many for the operation.
    """
    typed = sent(fields, name)
    if typed.kept and not typed.operator:
        return question.derived
    if typed.operator not in OPERATIONS:
        if typed.operands and question.derived is None:
            sentence = "Choose what is done with the figures, or clear them."
            raise Invalid([Problem(f"{name}.operator", sentence)])
        return None
    operands = [
        _operand(words, questionnaire, f"{name}.{i}.figure") for i, words in enumerate(typed.operands)
    ]
    if len(operands) < 2 or (typed.operator in PAIRED and len(operands) != 2):
        many = "exactly two" if typed.operator in PAIRED else "at least two"
        raise Invalid([Problem(f"{name}.operator", f"Name {many} figures to work with.")])
    return Operation.model_validate({typed.operator: operands})


def _operand(words: str, questionnaire: Questionnaire, place: str) -> str | float:
    other = questionnaire.questions.get(words)
    if other is not None:
        if other.kind in NUMERIC:
            return words
        raise Invalid([Problem(place, f"{words} is not a figure. Choose a question that asks for one.")])
    try:
        figure = float(words.replace(",", ""))
    except ValueError:
        figure = float("nan")
    if not isfinite(figure):
        raise Invalid([Problem(place, f'"{words}" is neither a question nor a number.')])
    return figure
