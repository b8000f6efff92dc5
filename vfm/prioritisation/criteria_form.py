"""A criterion as it is typed into a form: shown, read, and everything that cannot be used at its field.

Pure: texts in, a criterion out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

from vfm.errors import Problem
from vfm.prioritisation.criteria import Criterion, Direction, Transform, problems
from vfm.questionnaires import figures
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.schema import FEEDS

KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
OF_FILES = ("key", "name", "family", "gross", "weak_sections", "provisional", "override", "reviewed_on")
OF_PAGES = ("new", "history", "changes", "freezes", "import", "imports", "measures", "quality", "template")
TAKEN = frozenset((*OF_FILES, "last_outcome", "spread", *OF_PAGES))
"""Words that a file of services or an address of these pages has another use for."""
LONGEST_NAME, LONGEST_TEXT = 80, 400
FIGURES_ALONE = "figures_alone"
"""Stands in `Criterion.feeds` where no answer is read: no question feeds it."""
PLACES = {
    "Direction": "direction",
    "Transform": "transform",
    "Weight": "weight",
    "Floor": "floor",
    "Scale": "scale",
    "Goalposts": "low",
    "Goalpost": "low",
    "The value": "choices",
}
"""How what is wrong with a criterion begins -> the field it is about."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A criterion as typed; `seen` is the newest state of the list its reader saw."""

    key: str = ""
    label: str = ""
    definition: str = ""
    unit: str = ""
    direction: str = "higher"
    transform: str = "linear"
    low: str = ""
    high: str = ""
    floor: str = ""
    scale: str = ""
    weight: str = "10"
    group: str = ""
    source: str = ""
    feeds: str = ""
    choices: str = ""
    note: str = ""
    seen: str = ""


def as_typed(one: Criterion) -> Typed:
    """A criterion as the form shows it."""
    low, high = one.goalposts or (None, None)
    return Typed(
        key=one.key,
        label=one.label,
        definition=one.definition,
        unit=one.unit,
        direction=one.direction,
        transform=one.transform,
        low=_number(low),
        high=_number(high),
        floor=_number(one.floor),
        scale="" if one.scale == 1 else _number(one.scale),
        weight=_number(one.weight),
        group=one.group or "",
        source=one.source,
        feeds=one.feeds,
        choices="\n".join(f"{option} = {_number(worth)}" for option, worth in one.choices),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def read(
    typed: Typed, before: Criterion | None, keys: Sequence[str]
) -> tuple[Criterion | None, list[Problem]]:
    """The criterion that was typed, and everything that cannot be used, at its field.

    Args:
        typed: the form.
        before: the criterion it changes; its key stays. None for a new one.
        keys: of the list, which a new one may not have.
    """
    fields = _Fields(typed)
    key = before.key if before else fields.key(keys)
    goalposts = fields.goalposts()
    made = Criterion(
        key=key,
        label=fields.text("label", LONGEST_NAME, "Give it a name, as it shall stand on screen."),
        definition=fields.text("definition", LONGEST_TEXT, "Say what the value means, in one sentence."),
        unit=fields.text("unit", LONGEST_NAME, "Say the unit of the values, such as pounds a year."),
        direction=fields.direction(),
        transform=fields.transform(),
        goalposts=goalposts,
        floor=fields.number("floor", None),
        scale=fields.number("scale", 1.0) or 0.0,
        weight=fields.number("weight", 0.0) or 0.0,
        group=fields.text("group", LONGEST_NAME, "").lower() or None,
        source=fields.text("source", LONGEST_TEXT, ""),
        feeds=fields.feeds(before),
        choices=fields.choices(),
    )
    if not fields.problems:
        fields.problems += _refused(made)
    return (None if fields.problems else made), fields.problems


def _refused(made: Criterion) -> list[Problem]:
    """What the rules say of a criterion, each at the field of the form it is about."""
    found = problems([replace(made, weight=made.weight or 1.0)])
    return [
        Problem(
            next((place for words, place in PLACES.items() if one.message.startswith(words)), "low"),
            one.message,
        )
        for one in found
    ]


class _Fields:
    """The fields of the form as values; what cannot be used becomes a problem at its field."""

    def __init__(self, typed: Typed) -> None:
        self.typed, self.problems = typed, list[Problem]()

    def _wrong(self, place: str, message: str) -> None:
        self.problems.append(Problem(place, message))

    def key(self, keys: Sequence[str]) -> str:
        key = self.typed.key.strip()
        if not KEY.fullmatch(key):
            self._wrong(
                "key",
                "Give it a key of 2 to 40 small letters, digits and underscores that begins with a letter, "
                "such as contract_value. It heads the column of import files.",
            )
        elif key in TAKEN:
            self._wrong("key", f"“{key}” has another use in files of services. Choose another key.")
        elif key in keys:
            self._wrong("key", f"The list has a criterion {key} already. Choose another key, or change that.")
        return key

    def text(self, name: str, most: int, missing: str) -> str:
        words = " ".join(getattr(self.typed, name).split())
        if not words and missing:
            self._wrong(name, missing)
        elif len(words) > most:
            self._wrong(name, f"Shorten this to {most} characters.")
        elif message := text_problem(words):
            self._wrong(name, message)
        return words

    def number(self, name: str, blank: float | None) -> float | None:
        text = getattr(self.typed, name).strip()
        if not text:
            if name == "weight":
                self._wrong(name, "Give it a default weight of 0 or more; only the shares count.")
            return blank
        try:
            return float(figures.number(text, cure="Write digits, such as 30 or 0.5."))
        except ValueError as error:
            self._wrong(name, str(error))
            return blank

    def direction(self) -> Direction:
        found: Direction | None = next((d for d in get_args(Direction) if d == self.typed.direction), None)
        if found is None:
            self._wrong("direction", "Choose whether a higher or a lower value raises the priority.")
        return found or "higher"

    def transform(self) -> Transform:
        found: Transform | None = next((t for t in get_args(Transform) if t == self.typed.transform), None)
        if found is None:
            self._wrong("transform", "Choose how values are placed between the goalposts.")
        return found or "linear"

    def goalposts(self) -> tuple[float, float] | None:
        before = len(self.problems)
        low, high = self.number("low", None), self.number("high", None)
        if (low is None and high is None) or len(self.problems) > before:
            return None
        if low is None or high is None:
            place, words = ("low", "low") if low is None else ("high", "high")
            self._wrong(place, f"Give the {words} goalpost too, or leave both blank.")
            return None
        return low, high

    def feeds(self, before: Criterion | None) -> str:
        feeds = self.typed.feeds.strip()
        if feeds and feeds not in (*FEEDS, FIGURES_ALONE):
            self._wrong("feeds", "Choose what the questions feed, or that answers are not read.")
        if before and feeds == before.key:
            return ""
        return feeds

    def choices(self) -> tuple[tuple[str, float], ...]:
        """Lines of `option = value`."""
        found: dict[str, float] = {}
        for number, line in enumerate(self.typed.choices.splitlines(), start=1):
            if not line.strip():
                continue
            option, equals, worth = (part.strip() for part in line.partition("="))
            try:
                value = float(figures.number(worth)) if worth else None
            except ValueError:
                value = None
            if not option or not equals or value is None:
                self._wrong(
                    "choices", f"Line {number}: write an option, an equals sign and its value: mixed = 50."
                )
            elif option in found:
                self._wrong("choices", f"Line {number}: the option {option} stands above already. Keep one.")
            else:
                found[option] = value
        return tuple(found.items())
