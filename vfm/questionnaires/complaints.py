"""What the schema refuses, said so that a performance officer can put it right.

One message per place: pydantic's several complaints about one union become a single sentence.
"""

import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from vfm.questionnaires import schema
from vfm.questionnaires.schema import SCHEMA, Kind
from vfm.questionnaires.source import Path
from vfm.questionnaires.wording import did_you_mean, listed, meant, short

MODELS: dict[str, type[BaseModel]] = {
    "bands": schema.Band,
    "caps": schema.Cap,
    "checks": schema.Check,
    "derived": schema.Operation,
    "options": schema.Option,
    "overall": schema.Question,
    "people": schema.People,
    "pilot_feedback": schema.PilotFeedback,
    "questions": schema.Question,
    "rows": schema.RuleRow,
    "rule_table": schema.RuleTable,
    "scales": schema.Scale,
    "scope": schema.Scope,
    "scoring": schema.Scoring,
    "sections": schema.Section,
    "<all>": schema.All,
    "<any>": schema.AnyOf,
    "<comparison>": schema.Comparison,
    "<not>": schema.Not,
    "<operation>": schema.Operation,
    "<ref>": schema.Ref,
}
"""Field, or form of a union -> what stands in it; used to name the fields there are."""
FORMER = {
    "by_cohort": "by",
    "greater_than": "greater",
    "id": "key",
    "less_than": "less",
    "percent": "points",
    "score_map": "points",
    "type": "kind",
}
"""Words that earlier drafts and other tools use -> ours."""
THE_FIELDS_ARE = "Take it out; the fields here are "
KEY_RULE = "Use letters, figures, - and _, starting with a letter, at most 40 characters."
TAKES = {
    "equals": "one value, or {question: KEY} for another question's answer",
    "in": "a list of values, such as [often, always]",
}


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing the schema refuses.

    Attributes:
        path: to the value, or to what it is missing from.
        of_name: True when the field's name is at fault, not its value.
        field: the name of what is missing, unknown or wrong.
        kind: the schema's own word for it.
    """

    path: Path
    message: str
    of_name: bool
    field: str
    kind: str


def complaints(errors: Iterable[ErrorDetails], places: Iterable[Path]) -> list[Complaint]:
    """The schema's errors as sentences, one for each place, in no special order.

    Args:
        errors: as pydantic gives them.
        places: every path there is in the document.
    """
    known = set(places)
    found: dict[tuple[Path, str], list[ErrorDetails]] = {}
    for error in errors:
        path = _path(error["loc"], known)
        absent = str(error["loc"][-1]) if error["type"] == "missing" else ""
        found.setdefault((path, absent), []).append(error)
    said = [_complaint(path, group) for (path, _), group in found.items()]
    given = {_intended(group[0], path) for (path, _), group in found.items()}
    return [
        complaint
        for complaint in said
        if complaint is not None
        and (complaint.kind != "missing" or (complaint.path, complaint.field) not in given)
    ]


def _intended(error: ErrorDetails, path: Path) -> tuple[Path, str]:
    """Where an unknown field stands and what it was meant as, so that this is not called missing too."""
    if error["type"] != "extra_forbidden":
        return path, ""
    name = str(error["loc"][-1])
    return path[:-1], FORMER.get(name) or meant(name, fields_at(error["loc"])) or ""


def _path(loc: tuple[int | str, ...], known: set[Path]) -> Path:
    """The part of a location that stands in the document, union forms and the like left out."""
    path: Path = ()
    for step in loc:
        readings: tuple[Hashable, ...] = (step, int(step)) if _is_figures(step) else (step,)
        path = next(((*path, reading) for reading in readings if (*path, reading) in known), path)
    return path


def _is_figures(step: int | str) -> bool:
    return isinstance(step, str) and step.isascii() and step.isdigit()


def _complaint(path: Path, group: list[ErrorDetails]) -> Complaint | None:
    error = group[0]
    kind = error["type"]
    name = str(error["loc"][-1]) if kind in ("missing", "extra_forbidden") else _field(path)
    if kind == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]:
        return None  # an item is at fault and has its own complaint
    if error["loc"][-1] == "[key]":
        return Complaint(path, _of_a_name(error), True, name, kind)
    if len(group) > 1 and name in TAKES:
        message = f'"{name}" takes {TAKES[name]}. Write it so.'
    else:
        message = SENTENCES.get(kind, _other)(error, name)
    return Complaint(path, message, kind == "extra_forbidden", name, kind)


def _field(path: Path) -> str:
    """The nearest field's name: in a list, that of the list."""
    return next((str(step) for step in reversed(path) if isinstance(step, str)), "template")


def _of_a_name(error: ErrorDetails) -> str:
    shown = _shown(error["input"])
    if error["type"].startswith("int"):
        return f"{shown} cannot be a level. Levels are whole numbers, the lowest 1."
    if error["type"] == "literal_error":
        expected = _expected(error)
        cure = did_you_mean(str(error["input"]), expected, f"Use {listed(expected)}.")
        return f"{shown} cannot stand here. {cure}"
    return f"{shown} cannot be a key. {KEY_RULE}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a set of fields"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{short(value)}"' if isinstance(value, str) else short(value)


def _expected(error: ErrorDetails) -> list[str]:
    return re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))


def fields_at(loc: tuple[int | str, ...]) -> list[str]:
    """The fields that may stand where an error's location ends."""
    model = next((MODELS[step] for step in reversed(loc[:-1]) if step in MODELS), schema.Questionnaire)
    return [info.alias or name for name, info in model.model_fields.items()]


def _missing(_: ErrorDetails, name: str) -> str:
    cure = f"Add {name}: one of {listed(Kind)}." if name == "kind" else f'Add "{name}: ...".'
    if name == "schema":
        cure = f'Start with "schema: {SCHEMA}".'
    return f'The field "{name}" is missing. {cure}'


def _unknown(error: ErrorDetails, name: str) -> str:
    fields = fields_at(error["loc"])
    if FORMER.get(name) in fields:
        return f'There is no field "{name}" here. Write "{FORMER[name]}" instead.'
    cure = did_you_mean(name, fields, f"{THE_FIELDS_ARE}{listed(fields, 'and')}.")
    return f'There is no field "{name}" here. {cure}'


def _not_words(error: ErrorDetails, name: str) -> str:
    cure = "Put it in quotes." if isinstance(error["input"], int | float) else "Write a text."
    return f'"{name}" must be words, not {_shown(error["input"])}. {cure}'


def _blank(_: ErrorDetails, name: str) -> str:
    return f'"{name}" is empty. Write the words.'


def _bad_key(error: ErrorDetails, _: str) -> str:
    return f"{_shown(error['input'])} cannot be a key. {KEY_RULE}"


def _bad_kind(error: ErrorDetails, name: str) -> str:
    expected = _expected(error)
    cure = did_you_mean(str(error["input"]), expected, f"Use {listed(expected)}.")
    return f'{_shown(error["input"])} cannot be the "{name}". {cure}'


def _bad_literal(error: ErrorDetails, name: str) -> str:
    if name == "schema":
        return f"The schema is {_shown(error['input'])}. This program reads {SCHEMA}; convert the file to it."
    return _bad_kind(error, name)


def _not_whole(error: ErrorDetails, name: str) -> str:
    return f'"{name}" must be a whole number, not {_shown(error["input"])}. Write one, such as 3.'


def _not_number(error: ErrorDetails, name: str) -> str:
    return f'"{name}" must be a number, not {_shown(error["input"])}. Write one, such as 2 or 12.5.'


def _not_truth(error: ErrorDetails, name: str) -> str:
    return f'"{name}" must be true or false, not {_shown(error["input"])}. Write one of the two.'


def _not_list(error: ErrorDetails, name: str) -> str:
    return (
        f'"{name}" must be a list, not {_shown(error["input"])}. Write [a, b], or one item a line after "- ".'
    )


def _not_fields(error: ErrorDetails, name: str) -> str:
    return f'"{name}" must have fields, not {_shown(error["input"])}. Write "name: value" lines under it.'


def _too_small(error: ErrorDetails, name: str) -> str:
    return f'"{name}" is {short(error["input"])}; the least is {error["ctx"]["ge"]:g}. Raise it.'


def _too_large(error: ErrorDetails, name: str) -> str:
    return f'"{name}" is {short(error["input"])}; the most is {error["ctx"]["le"]:g}. Lower it.'


def _too_few(error: ErrorDetails, name: str) -> str:
    least = error["ctx"]["min_length"]
    return f'"{name}" needs at least {least} and has {len(error["input"])}. Add what is missing.'


def _too_many(error: ErrorDetails, name: str) -> str:
    most = error["ctx"]["max_length"]
    return f'"{name}" takes at most {most} and has {len(error["input"])}. Take some out.'


def _from_schema(error: ErrorDetails, _: str) -> str:
    return str(error["ctx"]["error"])


def _not_date(error: ErrorDetails, name: str) -> str:
    return f'"{name}" must be a date, not {_shown(error["input"])}. Write year-month-day, such as 2026-03-05.'


def _other(error: ErrorDetails, name: str) -> str:
    return f'"{name}" cannot be {_shown(error["input"])}: {error["msg"]}. Correct it.'


SENTENCES: dict[str, Callable[[ErrorDetails, str], str]] = {
    "missing": _missing,
    "extra_forbidden": _unknown,
    "string_type": _not_words,
    "string_too_short": _blank,
    "string_pattern_mismatch": _bad_key,
    "enum": _bad_kind,
    "literal_error": _bad_literal,
    "int_type": _not_whole,
    "int_parsing": _not_whole,
    "int_from_float": _not_whole,
    "float_type": _not_number,
    "float_parsing": _not_number,
    "finite_number": _not_number,
    "bool_type": _not_truth,
    "bool_parsing": _not_truth,
    "tuple_type": _not_list,
    "dict_type": _not_fields,
    "model_type": _not_fields,
    "model_attributes_type": _not_fields,
    "greater_than_equal": _too_small,
    "less_than_equal": _too_large,
    "too_short": _too_few,
    "too_long": _too_many,
    "missing_positional_only_argument": _too_few,
    "value_error": _from_schema,
    "date_type": _not_date,
    "date_parsing": _not_date,
    "date_from_datetime_parsing": _not_date,
}
