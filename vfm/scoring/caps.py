"""Caps and critical floors: when a section's score is held down, by what, and why.

Pure. The lowest cap that applies wins; what the score would have been is always kept beside it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from vfm.questionnaires.answers import Answers
from vfm.questionnaires.conditions import holds
from vfm.questionnaires.schema import Cap, Kind, Questionnaire
from vfm.scoring.reading import Reading
from vfm.scoring.structure import Item, Node, Structure


@dataclass(frozen=True, slots=True)
class Hold:
    """One rule that holds a section down.

    Attributes:
        rule: key of the cap, or of the critical question.
        limit: the most the section may come to, in points.
        reason: why, in words to be printed.
    """

    rule: str
    limit: float
    reason: str


@dataclass(frozen=True, slots=True)
class Caps:
    """What holds sections down now, and what may once the gaps are filled.

    Attributes:
        holds: section key -> rules that apply now, lowest limit first.
        now: section key -> the limit that wins now.
        low: limits that enter the lowest score still possible: every rule that applies now or with the gaps
            filled at either end.
        high: limits that enter the highest: rules that apply now and at both ends.
    """

    holds: dict[str, tuple[Hold, ...]]
    now: dict[str, float]
    low: dict[str, float]
    high: dict[str, float]


NO_CAPS = Caps({}, {}, {}, {})
"""What holds down statuses, which have no points to hold: nothing."""


def caps_of(structure: Structure, reading: Reading) -> Caps:
    """Every cap of the questionnaire tried on the answers as they are and with the gaps at either end."""
    found = Caps({}, {}, {}, {})
    trials = _trials(structure, reading)
    for node in structure.nodes:
        tried = [
            *_critical(structure.questionnaire, node, reading),
            *_conditional(node, trials),
        ]
        holds_now = sorted((hold for hold, ends in tried if ends[0]), key=lambda hold: hold.limit)
        if holds_now:
            found.holds[node.key] = tuple(holds_now)
            found.now[node.key] = holds_now[0].limit
        _lowest(found.low, node.key, (hold.limit for hold, ends in tried if any(ends)))
        _lowest(found.high, node.key, (hold.limit for hold, ends in tried if all(ends)))
    return found


Ends = tuple[bool, bool, bool]
"""Does the rule apply now, with the gaps at their lowest, at their highest?"""


def _lowest(limits: dict[str, float], key: str, candidates: Iterable[float]) -> None:
    lowest = min(candidates, default=None)
    if lowest is not None:
        limits[key] = lowest


def _critical(questionnaire: Questionnaire, node: Node, reading: Reading) -> list[tuple[Hold, Ends]]:
    tried = []
    gaps = {item.key for item in reading.gaps} if node.criticals else set()
    for item in node.criticals:
        value = reading.given[item.key].value if item.key in reading.points else None
        now = value is not None and is_lowest(item, value)
        if now or item.key in gaps:
            tried.append((critical_hold(questionnaire, item, value), (now, True, now)))
    return tried


def is_lowest(item: Item, value: Any) -> bool:
    """On a scale the first level alone, whatever the second is worth; else any answer worth least."""
    if item.question.kind is Kind.SCALE:
        return bool(value == item.lowest)
    return item.points[value] == item.points[item.lowest]


def critical_hold(questionnaire: Questionnaire, item: Item, value: Any) -> Hold:
    """What a critical question at its lowest does to its section."""
    level = questionnaire.level_words(item.question).get(value) if isinstance(value, int) else None
    words = level or item.question.option_labels.get(str(value)) or str(value)
    reason = f"{item.key} is critical and stands at its lowest level: {words}"
    return Hold(item.key, questionnaire.scoring.critical_limit, reason)


def conditional_hold(cap: Cap) -> Hold:
    """What a cap whose condition is true does to its section."""
    return Hold(cap.key, cap.limit, cap.reason)


Trial = Callable[[Cap], bool]


def _trials(structure: Structure, reading: Reading) -> tuple[Trial, Trial, Trial]:
    """Three ways to try a condition: on the answers now, with the gaps lowest, with the gaps highest."""
    questionnaire = structure.questionnaire

    def on(answers: Answers) -> Trial:
        return lambda cap: holds(cap.when, answers, questionnaire)

    if not structure.has_conditional_caps or not reading.gaps:
        now = on(reading.given)
        return now, now, now
    return on(reading.given), on(reading.filled_answers("lowest")), on(reading.filled_answers("highest"))


def _conditional(node: Node, trials: tuple[Trial, Trial, Trial]) -> list[tuple[Hold, Ends]]:
    caps = node.section.caps if node.section is not None else ()
    now, lowest, highest = trials
    return [(conditional_hold(cap), (now(cap), lowest(cap), highest(cap))) for cap in caps]
