"""Services, reviews and settings of a ranking or a forward plan, read from files into frozen values.

Reads and checks, changes nothing: a figure is the one in the file or there is a problem. All problems of a
file are raised at once, each with its place and its cure.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from math import isfinite
from typing import Any, NamedTuple, TypeVar, get_args

import numpy as np

from vfm.errors import Invalid, Problem
from vfm.gateways.tables import NUMBER, Row, rows
from vfm.prioritisation.criteria import DEFAULT_CRITERIA, Criterion
from vfm.prioritisation.criteria import problems as criteria_problems
from vfm.prioritisation.facts import OUTCOMES, OutcomeName, Override
from vfm.prioritisation.plan import (
    DEFAULT_DIRECTORATE_LIMIT,
    DEFAULT_GAMMA,
    Mode,
    Period,
    Review,
)
from vfm.prioritisation.plan_board import settings_problems
from vfm.prioritisation.scales import Floats
from vfm.prioritisation.service_table import ServiceTable
from vfm.prioritisation.weights import DEFAULT_CONCENTRATION
from vfm.questionnaires.source import Source, decoded, read

T = TypeVar("T")
COUNT = re.compile(r"[0-9]{1,9}")
YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0", "")
SCALE_FIELDS = ("direction", "transform", "goalposts", "floor", "scale", "reference")
CONFIG_FIELDS = ("key", "label", "definition", "unit", "source", "weight", *SCALE_FIELDS, "group")
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class RankSettings:
    """What CONFIG of `vfm rank` says; without criteria, the default ones."""

    criteria: tuple[Criterion, ...] = DEFAULT_CRITERIA
    concentration: float = DEFAULT_CONCENTRATION


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """What CONFIG of `vfm plan` says."""

    periods: tuple[Period, ...]
    gamma: float = DEFAULT_GAMMA
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT


class _Cells:
    """The cells of one row as typed values; what cannot be read becomes a problem and None."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        self.row, self.problems = row, problems

    def text(self, column: str) -> str | None:
        return self.row.cells.get(column) or None

    def _typed(self, column: str, reads: Callable[[str], T | None], wanted: str) -> T | None:
        text = self.text(column)
        if text is None:
            return None
        value = reads(text)
        if value is None:
            self.problems.append(Problem(self.row.place(column), f"“{text}” is not {wanted}."))
        return value

    def number(self, column: str) -> float | None:
        return self._typed(
            column, _number, "a number. Write it as 1234.5, without commas or signs, or leave it blank"
        )

    def count(self, column: str) -> int | None:
        return self._typed(
            column, lambda t: int(t) if COUNT.fullmatch(t) else None, "a count. Write 0, 1, 2 and so on"
        )

    def flag(self, column: str) -> bool:
        return self._typed(column, _flag, "yes or no. Write one of them, or leave it blank") or False

    def day(self, column: str) -> date | None:
        return self._typed(column, _day, "a date. Write it as 2026-03-31, or leave it blank")

    def one_of(self, column: str, options: Sequence[str]) -> str | None:
        wanted = f"known here. Use one of {', '.join(options)}"
        return self._typed(column, lambda t: t if t in options else None, wanted)


def _number(text: str) -> float | None:
    value = float(text) if NUMBER.fullmatch(text) else None
    return value if value is not None and isfinite(value) else None


def _flag(text: str) -> bool | None:
    word = text.lower()
    return word in YES if word in YES + NO else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def services(raw: bytes, name: str, criteria: Sequence[Criterion]) -> ServiceTable:
    """The services of a CSV or Excel file: first column `key`, one column per criterion, a blank is a gap.

    Args:
        raw: what the file holds.
        name: of the file.
        criteria: whose columns are read; one without a column has no value anywhere.

    Raises:
        Invalid: every cell that cannot be read.
    """
    found: list[Problem] = []
    keys = [criterion.key for criterion in criteria]
    read = [_service(_Cells(row, found), keys) for row in rows(raw, name, ("key",))]
    if found:
        raise Invalid(found)
    return ServiceTable(
        keys=[one.key for one in read],
        criteria=keys,
        values=_figures([one.values for one in read]).reshape(len(read), len(keys)),
        names=[one.name for one in read],
        families=[one.family for one in read],
        gross=_figures([one.gross for one in read]),
        spread=_figures([one.spread for one in read]),
        more={at: one.more for at, one in enumerate(read) if one.more},
    )


def _figures(cells: Sequence[Any]) -> Floats:
    """Figures as an array, a blank as `nan`."""
    return np.array(cells, dtype=np.float64)


class _Service(NamedTuple):
    """One row: what most rows have, and by name what only some have."""

    key: str
    name: str
    values: list[float | None]
    family: str | None
    gross: float | None
    spread: float | None
    more: dict[str, Any]


def _service(cells: _Cells, criteria: Sequence[str]) -> _Service:
    override = _outcome(cells, "override")
    return _Service(
        key=cells.text("key") or "",
        name=cells.text("name") or "",
        values=[cells.number(key) for key in criteria],
        family=cells.text("family"),
        gross=cells.number("gross"),
        more=_filled(
            weak_sections=cells.count("weak_sections"),
            provisional=cells.flag("provisional"),
            override=Override(override) if override else None,
            reviewed_on=cells.day("reviewed_on"),
            last_outcome=_outcome(cells, "last_outcome"),
        ),
        spread=cells.number("spread"),
    )


def _filled(**cells: Any) -> dict[str, Any]:
    return {name: value for name, value in cells.items() if value}


def _outcome(cells: _Cells, column: str) -> OutcomeName | None:
    word = cells.one_of(column, OUTCOMES)
    return next((outcome for outcome in OUTCOMES if outcome == word), None)


def reviews(raw: bytes, name: str) -> tuple[Review, ...]:
    """The reviews of a CSV or Excel file: key, priority, mode and, where given, the rest of a `Review`.

    Raises:
        Invalid: every cell that cannot be read, and every missing priority or mode.
    """
    found: list[Problem] = []
    read_rows = [_review(_Cells(row, found)) for row in rows(raw, name, ("key", "priority", "mode"))]
    if found:
        raise Invalid(found)
    return tuple(review for review in read_rows if review is not None)


def _review(cells: _Cells) -> Review | None:
    for column in ("priority", "mode"):
        if cells.text(column) is None:
            cells.problems.append(Problem(cells.row.place(column), f"This row has no {column}. Give it one."))
    priority, word = cells.number("priority"), cells.one_of("mode", MODES)
    mode = next((mode for mode in MODES if mode == word), None)
    if priority is None or mode is None:
        return None
    return Review(
        key=cells.text("key") or "",
        priority=priority,
        mode=mode,
        days=cells.number("days"),
        directorate=cells.text("directorate"),
        earliest=cells.text("earliest"),
        latest=cells.text("latest"),
        mandatory=cells.flag("mandatory"),
    )


class _Fields:
    """The fields of a settings file as typed values; what cannot be read becomes a problem."""

    def __init__(self, source: Source) -> None:
        self.source, self.problems = source, [located.problem for located in source.problems]

    def problem(self, path: tuple[Any, ...], message: str, *, of_name: bool = False) -> None:
        line, column = self.source.place(path, of_name=of_name)
        name = next((part for part in reversed(path) if isinstance(part, str)), "file")
        place = f"{self.source.name}:{line}:{column}: {name}"
        self.problems.append(Problem(place, message))

    def mapping(self, value: Any, path: tuple[Any, ...], known: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            self.problem(path, f"Here has to be a list of fields. Use {', '.join(known)}.")
            return {}
        for name in value:
            if name not in known:
                self.problem((*path, name), f"This field is not known. Use {', '.join(known)}.", of_name=True)
        return value

    def items(self, value: Any, path: tuple[Any, ...]) -> list[Any]:
        if isinstance(value, list):
            return value
        self.problem(path, "Here has to be a list. Start each entry with a dash.")
        return []

    def number(self, value: Any, path: tuple[Any, ...]) -> float | None:
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
        self.problem(path, f"“{value}” is not a number. Give one.")
        return None

    def numbers(self, value: Any, path: tuple[Any, ...]) -> tuple[float, ...] | None:
        read_numbers = [self.number(item, (*path, i)) for i, item in enumerate(self.items(value, path))]
        return tuple(number for number in read_numbers if number is not None)

    def text(self, value: Any, path: tuple[Any, ...]) -> str | None:
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
        self.problem(path, "Here has to be a word. Write it, in quotes if it is yes or no.")
        return None

    def goalposts(self, value: Any, path: tuple[Any, ...]) -> tuple[float, float] | None:
        ends = self.numbers(value, path)
        if ends is not None and len(ends) == 2:
            return ends[0], ends[1]
        self.problem(path, "Goalposts are two numbers, [low, high]. Give both.")
        return None


def _settings(raw: bytes, name: str, first: str) -> _Fields:
    """The fields of a settings file; `first` is what it has to start with."""
    text = decoded(raw, name)
    if not text.strip():
        raise Invalid([Problem(f"{name}:1:1: file", f"The file is empty. Start with “{first}:”.")])
    return _Fields(read(text, name))


def rank_settings(raw: bytes, name: str) -> RankSettings:
    """CONFIG of `vfm rank`: YAML or JSON with `criteria` and `concentration`.

    A criterion that bears the key of a default one keeps its words unless they are given, and its scale and
    group unless anything of a scale is given: so `{key: unit_cost, weight: 5}` re-weights it.

    Raises:
        Invalid: every problem, with line and column.
    """
    given = _settings(raw, name, "criteria")
    content = given.mapping(given.source.data, (), ("criteria", "concentration"))
    settings = RankSettings()
    if "criteria" in content:
        entries = given.items(content["criteria"], ("criteria",))
        criteria = [_criterion(given, entry, ("criteria", i)) for i, entry in enumerate(entries)]
        settings = replace(settings, criteria=tuple(c for c in criteria if c is not None))
        if not given.problems:
            _place_criteria_problems(given, settings.criteria)
    if "concentration" in content:
        concentration = given.number(content["concentration"], ("concentration",))
        settings = replace(settings, concentration=concentration or 0.0)
    if given.problems:
        raise Invalid(given.problems)
    return settings


def _criterion(given: _Fields, entry: Any, path: tuple[Any, ...]) -> Criterion | None:
    content = given.mapping(entry, path, CONFIG_FIELDS)
    key = given.text(content["key"], (*path, "key")) if "key" in content else None
    if key is None:
        given.problem(path, "This criterion has no key. Give it one.")
        return None
    default = next((c for c in DEFAULT_CRITERIA if c.key == key), Criterion(key))
    if any(name in content for name in SCALE_FIELDS):
        plain = Criterion(key)
        default = replace(default, **{name: getattr(plain, name) for name in (*SCALE_FIELDS, "group")})
    reads: Mapping[str, Callable[[Any, tuple[Any, ...]], Any]] = {
        "label": given.text,
        "definition": given.text,
        "unit": given.text,
        "source": given.text,
        "weight": given.number,
        "direction": given.text,
        "transform": given.text,
        "goalposts": given.goalposts,
        "floor": given.number,
        "scale": given.number,
        "reference": given.numbers,
        "group": given.text,
    }
    values = {
        name: reads[name](content[name], (*path, name)) for name in reads if content.get(name) is not None
    }
    known = {field.name for field in fields(Criterion)}
    return replace(default, **{name: v for name, v in values.items() if name in known and v is not None})


def _place_criteria_problems(given: _Fields, criteria: Sequence[Criterion]) -> None:
    """What the criteria say of themselves, at the entry it is about."""
    at = {criterion.key: i for i, criterion in enumerate(criteria)}
    for problem in criteria_problems(criteria):
        path: tuple[Any, ...] = ("criteria", at[problem.place]) if problem.place in at else ("criteria",)
        line, column = given.source.place(path)
        given.problems.append(
            Problem(f"{given.source.name}:{line}:{column}: {problem.place}", problem.message)
        )


def plan_settings(raw: bytes, name: str) -> PlanSettings:
    """CONFIG of `vfm plan`: YAML or JSON with `periods`, `gamma` and `directorate_limit`.

    Raises:
        Invalid: every problem, with line and column.
    """
    given = _settings(raw, name, "periods")
    content = given.mapping(given.source.data, (), ("periods", "gamma", "directorate_limit"))
    entries = given.items(content.get("periods"), ("periods",))
    periods = [_period(given, entry, ("periods", i)) for i, entry in enumerate(entries)]
    gamma = given.number(content.get("gamma", DEFAULT_GAMMA), ("gamma",))
    limit = given.number(content.get("directorate_limit", DEFAULT_DIRECTORATE_LIMIT), ("directorate_limit",))
    if limit is not None and not limit.is_integer():
        given.problem(("directorate_limit",), f"{limit} is not a count. Give a whole number.")
    settings = PlanSettings(tuple(p for p in periods if p is not None), gamma or 0.0, int(limit or 0))
    if not given.problems:
        _place_settings_problems(given, settings)
    if given.problems:
        raise Invalid(given.problems)
    return settings


def _place_settings_problems(given: _Fields, settings: PlanSettings) -> None:
    """What periods and settings cannot be planned with, at the entry it is about."""
    at = {period.key: i for i, period in enumerate(settings.periods)}
    for problem in settings_problems(settings.periods, settings.gamma, settings.directorate_limit):
        path = ("periods", at[problem.place]) if problem.place in at else (problem.place,)
        line, column = given.source.place(path)
        given.problems.append(
            Problem(f"{given.source.name}:{line}:{column}: {problem.place}", problem.message)
        )


def _period(given: _Fields, entry: Any, path: tuple[Any, ...]) -> Period | None:
    content = given.mapping(entry, path, ("key", "days", "blackout", "overload"))
    absent = [name for name in ("key", "days") if name not in content]
    for name in absent:
        given.problem(path, f"This period has no {name}. Give it one.")
    if absent:
        return None
    key, days = given.text(content["key"], (*path, "key")), given.number(content["days"], (*path, "days"))
    said = content.get("blackout")
    blackout = False if said is None else _flag(str(said))
    if blackout is None:
        given.problem((*path, "blackout"), f"“{said}” is not yes or no. Write one of them.")
    overload = given.number(content["overload"], (*path, "overload")) if "overload" in content else 0.0
    return Period(key or "", days or 0.0, bool(blackout), overload or 0.0)
