"""What a person decides for a service, as typed, and what keeps it from standing in the minutes.

Pure: values in, problems out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from vfm.errors import Problem
from vfm.prioritisation.facts import OUTCOMES
from vfm.questionnaires import figures
from vfm.questionnaires.kinds import text_problem

Day = tuple[str, str, str]
"""Day, month and year as typed."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision as typed; `day` is (day, month, year)."""

    outcome: str = ""
    topic: str = ""
    reason: str = ""
    day: Day = field(default=("", "", ""))


def problems(verdict: Verdict) -> Iterator[Problem]:
    """Everything that keeps this from being recorded, its day apart; places as the fields of `Verdict`."""
    if verdict.outcome not in OUTCOMES:
        yield Problem("outcome", "Choose what is to happen with this service.")
    if verdict.outcome == "deep_dive" and not verdict.topic.strip():
        yield Problem("topic", "Name the topic of the deep dive.")
    if not verdict.reason.strip():
        yield Problem("reason", "Give the reason, in words that can stand in the minutes.")
    for place, text in (("topic", verdict.topic), ("reason", verdict.reason)):
        if words := text_problem(text.replace("\r\n", "\n")):
            yield Problem(place, words)


def day_of(typed: Day, today: date, place: str = "day") -> tuple[date | None, list[Problem]]:
    """The day of a decision, today or earlier; None with its problem where it cannot be used."""
    try:
        day = figures.day_of(*typed)
    except ValueError as problem:
        return None, [Problem(place, str(problem))]
    if day > today:
        words = "The decision cannot lie in the future. Enter today or an earlier day."
        return None, [Problem(place, words)]
    return day, []
