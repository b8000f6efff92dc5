"""What happened to a review as people read it: dates, quarters, money and states in words. Pure.

Events hold what was kept, in the form it was kept in; older ones hold it as words already. Either is shown as
words, and a field that nobody has a word for as its own name.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from vfm.prioritisation import benefits
from vfm.prioritisation.quarters import KEY, Quarter
from vfm.questionnaires import figures

LABELS: Mapping[str, str] = {
    "mode": "what",
    "status": "state",
    "starts_on": "starts on",
    "ends_on": "ends on",
    "closed_on": "closed on",
    "due_on": "due on",
    "contract_ends_on": "contract ends on",
    "days": "team days",
    "earliest": "first quarter it can be in",
    "latest": "last quarter it can be in",
    "latest_reason": "why by then",
    "is_mandatory": "has to be done by its last quarter",
    "is_pinned": "pinned to its quarter",
    "person": "who",
    "outcome_note": "what came of it",
    "savings_kind": "kind of saving",
    "savings_span": "how often it comes",
    "other_benefit": "besides money",
} | {
    name: f"savings, {benefits.label(*which).lower()}, {end}" if any(which) else f"savings, {end}"
    for which, pair in benefits.PAIRS.items()
    for name, end in zip(pair, ("low", "high"), strict=True)
}
"""Field -> what it is called."""
LEFT_OUT = ("action",)
"""Numbers of rows, which say nothing to a reader."""
CHOSEN: Mapping[str, str] = {
    "service_review": "service review",
    "deep_dive": "deep dive",
    "under_way": "under way",
    benefits.CASHABLE: "cashable",
    benefits.AVOIDANCE: "cost avoidance",
    benefits.RECURRING: "every year",
    benefits.ONE_OFF: "once",
}
"""Value of a choice -> its words, where they are other ones."""
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_EXACT = re.compile(r"\d+(\.\d+)?")


def in_words(content: Mapping[str, Any]) -> dict[str, Any]:
    """One side of an event by what its fields are called; blanks stay blanks.

    >>> in_words({"status": "under_way", "ends_on": "2027-03-31", "is_pinned": True})
    {'state': 'under way', 'ends on': '31 March 2027', 'pinned to its quarter': 'yes'}
    """
    return {
        LABELS.get(name, name): _words(name, value) for name, value in content.items() if name not in LEFT_OUT
    }


def _words(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value:
        return _SAID.get(name, str)(value)
    return value


def _day(value: str) -> str:
    return figures.day_in_words(date.fromisoformat(value)) if _ISO.fullmatch(value) else value


def _quarter(value: str) -> str:
    return Quarter.from_key(value).words if KEY.fullmatch(value) else value


def _money(value: str) -> str:
    return figures.in_pounds(Decimal(value)) if _EXACT.fullmatch(value) else value


def _chosen(value: str) -> str:
    return CHOSEN.get(value, value)


_SAID: Mapping[str, Callable[[str], str]] = (
    dict.fromkeys(("starts_on", "ends_on", "closed_on", "due_on", "contract_ends_on"), _day)
    | dict.fromkeys(("earliest", "latest"), _quarter)
    | dict.fromkeys(("mode", "status", "savings_kind", "savings_span"), _chosen)
    | dict.fromkeys((name for pair in benefits.PAIRS.values() for name in pair), _money)
)
