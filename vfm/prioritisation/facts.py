"""What is known of one service when it is ranked: its figures, and what the rules for its outcome ask.

Pure: frozen values; where they come from is the business of whoever builds them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from vfm.errors import Problem
from vfm.prioritisation.criteria import Criterion, needs_positive, usable

OutcomeName = Literal["service_review", "deep_dive", "data_first", "monitor"]
OUTCOMES: tuple[OutcomeName, ...] = ("service_review", "deep_dive", "data_first", "monitor")


@dataclass(frozen=True, slots=True)
class Override:
    """An outcome that a person set against the rules, for a statutory duty or by executive decision.

    Attributes:
        outcome: what is to happen.
        by: who decided.
        reason: why, in words for the record.
        on: when it was decided.
    """

    outcome: OutcomeName
    by: str = ""
    reason: str = ""
    on: date | None = None


WEAK_SECTION = 40.0
"""A section that scores under this, in points, is weak."""


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service, with everything a ranking needs to know of it.

    Attributes:
        key: its stable name.
        name: its name on screen; the key where there is none.
        values: raw value of each criterion; None or absent is a gap, never 0.
        family: services its gaps may be filled from; None: all.
        gross: gross expenditure in pounds a year; breaks ties.
        weak_sections: the sections that scored under 40, or just how many where their names are not known.
        provisional: its score is not published yet.
        override: an outcome set by a person.
        reviewed_on: when it was last reviewed.
        last_outcome: what was decided for it last time.
        spread: how many points weak evidence could move its value-for-money score (a standard deviation).
    """

    key: str
    name: str = ""
    values: Mapping[str, float | None] = field(default_factory=dict)
    family: str | None = None
    gross: Decimal | float | None = None
    weak_sections: tuple[str, ...] | int = ()
    provisional: bool = False
    override: Override | None = None
    reviewed_on: date | None = None
    last_outcome: OutcomeName | None = None
    spread: float | None = None

    @property
    def title(self) -> str:
        """The words for this service on screen."""
        return self.name or self.key

    @property
    def weak_count(self) -> int:
        """How many of its sections are weak."""
        return self.weak_sections if isinstance(self.weak_sections, int) else len(self.weak_sections)

    @property
    def weak_names(self) -> tuple[str, ...]:
        """Which of its sections are weak, where that is known."""
        return () if isinstance(self.weak_sections, int) else self.weak_sections


def problems(services: Sequence[ServiceFacts], criteria: Sequence[Criterion]) -> list[Problem]:
    """Everything that keeps these services from being ranked, each with its place and its cure."""
    if not services:
        return [Problem("services", "There are no services to rank. Give at least one.")]
    found = [
        Problem(key, f"This service appears {count} times. Keep one of them.")
        for key, count in Counter(s.key for s in services).items()
        if count > 1
    ]
    for service in services:
        found += _own_faults(service)
        found += _value_faults(service, criteria)
    return found


def _own_faults(service: ServiceFacts) -> Iterator[Problem]:
    if service.spread is not None and not (usable(service.spread) and service.spread >= 0):
        yield Problem(
            f"{service.key}, spread", f"{service.spread} cannot be used. Give 0 or more, or a blank."
        )
    if service.gross is not None and not usable(service.gross):
        yield Problem(f"{service.key}, gross", f"{service.gross} is not an amount. Give pounds, or a blank.")
    if service.weak_count < 0:
        yield Problem(f"{service.key}, weak_sections", "A count cannot be under 0. Give 0 or more.")
    if service.override is not None and service.override.outcome not in OUTCOMES:
        yield Problem(
            f"{service.key}, override",
            f"“{service.override.outcome}” is no outcome. Use one of {', '.join(OUTCOMES)}.",
        )


def _value_faults(service: ServiceFacts, criteria: Sequence[Criterion]) -> Iterator[Problem]:
    for criterion in criteria:
        value = service.values.get(criterion.key)
        if value is None:
            continue
        if not usable(value):
            yield Problem(
                f"{service.key}, {criterion.key}",
                f"{value} is no number of a sensible size. Give one, or a blank.",
            )
        elif value <= 0 and needs_positive(criterion):
            yield Problem(
                f"{service.key}, {criterion.key}",
                f"{value} has no logarithm. Give a value above 0, or set a floor for this criterion.",
            )
