"""What figures would change, in words: one list for every way in which they come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.figure_changes import Effect, EffectKind, sentence
from vfm.prioritisation.provenance import raw_in_words
from vfm.reports.workbook import Cell

KIND_WORDS: Mapping[EffectKind, tuple[str, str]] = {
    "gains": ("Gains a value", "green"),
    "changes": ("Changes", "blue"),
    "loses": ("Loses its value", "red"),
    "stays": ("Same value, other source", "grey"),
    "kept": ("Kept", "grey"),
    "none": ("No value", "yellow"),
}
COLUMNS = (
    "Criterion", "Key", "Service", "Directorate", "What happens", "Before", "After", "Unit", "Source before",
    "Source after", "Not used", "Told in two ways", "Stale",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One service's value before and after, as it is shown.

    Attributes:
        before, after: in words.
        was, then: where they come from, a sentence each.
        unused: what else speaks of it afterwards.
    """

    effect: Effect
    kind: str
    colour: str
    before: str
    after: str
    was: tuple[str, ...]
    then: tuple[str, ...]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfCriterion:
    """What happens to one criterion: `lines` of what is different, `rest` of what is not."""

    criterion: Criterion
    sentence: str
    lines: tuple[Line, ...]
    rest: tuple[Line, ...]
    conflicts: int
    stale: int


def grouped(found: Sequence[Effect]) -> tuple[OfCriterion, ...]:
    """Effects criterion by criterion: those that gain, change, lose; then those that are kept."""
    criteria = dict.fromkeys(one.criterion.key for one in found)
    return tuple(_of([one for one in found if one.criterion.key == key]) for key in criteria)


def _of(found: Sequence[Effect]) -> OfCriterion:
    lines = [line_of(one) for kind in KIND_WORDS for one in found if one.kind == kind]
    different = tuple(one for one in lines if one.effect.kind not in ("kept", "none"))
    return OfCriterion(
        found[0].criterion,
        sentence(found),
        different,
        tuple(one for one in lines if one.effect.kind in ("kept", "none")),
        sum(bool(one.effect.conflicts) for one in different),
        sum(bool(one.effect.stale) for one in different),
    )


def line_of(effect: Effect) -> Line:
    """One effect as it is shown."""
    unit = effect.criterion.unit
    return Line(
        effect,
        *KIND_WORDS[effect.kind],
        "–" if effect.before is None else raw_in_words(unit, effect.before),
        "–" if effect.after is None else raw_in_words(unit, effect.after),
        _sources(effect.was, "used"),
        _sources(effect.then, "used"),
        _sources(effect.then, "unused"),
    )


def _sources(gathered: Mapping[str, Any] | None, which: str) -> tuple[str, ...]:
    return tuple(_source(one) for one in (gathered or {}).get(which, ()))


def _source(one: Mapping[str, Any]) -> str:
    """`Weekly cost, 2024-25: £1,038 per week; 56% of 9 neighbours are cheaper. Title; publisher; licence`."""
    if one["kind"] != "figure":
        return f"{one['key'] or one['title']}: {one['says']}"
    where = "; ".join(part for part in (one["publication"], one["publisher"], one["licence"]) if part)
    return f"{one['title']}, {one['year']}: {one['says']}. {where}"


def row_of(effect: Effect) -> tuple[Cell, ...]:
    """One effect for a file, values exact; in the order of `COLUMNS`."""
    line = line_of(effect)
    return (
        *(effect.criterion.name, effect.key, effect.service, effect.directorate, line.kind),
        *(effect.before, effect.after, effect.criterion.unit),
        *(" | ".join(words) or None for words in (line.was, line.then, line.unused)),
        *(" ".join(words) or None for words in (effect.conflicts, effect.stale)),
    )
