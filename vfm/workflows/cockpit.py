"""The cockpit of a cycle: where each service stands, who holds it up since when, what is late."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.merging import How
from vfm.store.queries import cockpit as queries
from vfm.store.queries import cycles
from vfm.store.queries.cockpit import InHand, Line
from vfm.store.queries.cycles import Head

STATES = ("not_started", "in_progress", "submitted", "approved", "signed_off", "agreed")
"""How far a service is, in order."""
UNSIGNED = STATES[:4]
TAGS = ("late", "stuck", "returned", "extended")
"""What to look at, in the order of the page."""
STUCK_AFTER = timedelta(days=10)
"""Without any activity for so long, an assessment that is not signed off is stuck."""


class Place(NamedTuple):
    """One service in the cockpit.

    Attributes:
        state: one of `STATES`.
        waiting: for whom, as words; empty when nothing is left to do.
        since: when it came to them; None when nothing is left to do.
        has_signatory: False when nobody is there to sign it next.
        due_on: the service's own day where it was extended, else the cycle's.
        tags: of `TAGS`.
    """

    assessment_id: int
    service: str
    directorate: str
    state: str
    answered: int
    asked: int
    waiting: str
    since: datetime | None
    has_signatory: bool
    last_at: datetime | None
    last_by: str | None
    due_on: date
    tags: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the questions on its route that are settled, in [0, 1]."""
        return self.answered / self.asked if self.asked else 0.0

    @property
    def left(self) -> int:
        """Questions on its route that are not settled; none once it was sent."""
        return max(self.asked - self.answered, 0) if self.state in ("not_started", "in_progress") else 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the cockpit somebody wants to see (a state or a tag), and in what order."""

    state: str = ""
    directorate: str = ""
    words: str = ""
    sort: str = "service"
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Cockpit:
    """One cycle, a row a service.

    Attributes:
        places: those wanted, in the order wanted.
        counts: state or tag (and empty for all) -> services in the chosen directorate.
        directorates: every one that has a service in the cycle.
    """

    head: Head
    places: tuple[Place, ...]
    counts: dict[str, int]
    directorates: tuple[str, ...]
    total: int


SORTS: dict[str, Callable[[Place], Any]] = {
    "service": lambda place: place.service,
    "directorate": lambda place: (place.directorate, place.service),
    "state": lambda place: (STATES.index(place.state), place.service),
    "progress": lambda place: (place.share, place.service),
    "left": lambda place: (place.left, place.service),
    "waiting": lambda place: (place.waiting, place.since or datetime.max.replace(tzinfo=UTC), place.service),
    "last": lambda place: (place.last_at or datetime.min.replace(tzinfo=UTC), place.service),
    "due": lambda place: (place.due_on, place.service),
}


def show(session: Session, cycle_id: int, wanted: Wanted, *, now: datetime) -> Cockpit:
    """The cockpit of one cycle.

    Raises:
        NotFound: no such cycle.
    """
    head = _head(session, cycle_id)
    places = _places(session, head, now)
    near = [place for place in places if wanted.directorate in ("", place.directorate)]
    return Cockpit(
        head=head,
        places=tuple(_sorted([place for place in near if _is_wanted(place, wanted)], wanted)),
        counts=_counts(near),
        directorates=tuple(sorted({place.directorate for place in places})),
        total=len(places),
    )


def _head(session: Session, cycle_id: int) -> Head:
    head = cycles.head(session, cycle_id)
    if head is None:
        raise NotFound(f"cycle {cycle_id}")
    return head


def _places(session: Session, head: Head, now: datetime) -> list[Place]:
    held, in_hand = queries.holders(session, head.id), queries.in_hand(session, head.id)
    back = queries.came_back(session, head.id)
    places = []
    for line in queries.lines(session, head.id):
        parts = in_hand.get(line.id, ())
        state = line.status if line.status != "open" else "in_progress" if line.last_at else "not_started"
        signing = held.executive_directors if state == "approved" else held.directors
        names = signing.get(line.service_id, [])
        places.append(
            Place(
                line.id,
                line.service,
                line.directorate,
                state,
                line.answered,
                line.asked,
                _waiting(state, names, parts),
                _since(state, line, head, parts, back),
                bool(names) or state in ("signed_off", "agreed"),
                line.last_at,
                line.last_by,
                line.due_on or head.due_on,
                _tags(state, line, head, back, now),
            )
        )
    return places


def _waiting(state: str, names: Sequence[str], parts: Iterable[InHand]) -> str:
    if state == "agreed":
        return ""
    if state == "signed_off":
        return "Core team"
    helping = [f"{one.name} ({one.parts} part{'' if one.parts == 1 else 's'})" for one in parts]
    return ", ".join([*helping, *names])


def _since(
    state: str, line: Line, head: Head, parts: Iterable[InHand], back: Mapping[int, datetime]
) -> datetime | None:
    """When it came to who has it now: given, returned, opened; sent; signed."""
    if state in ("not_started", "in_progress"):
        given = min((one.since for one in parts), default=None)
        opened = max(head.opened_at, datetime.combine(head.opens_on, time(), UTC))
        return given or back.get(line.id) or opened
    reached = {"submitted": line.submitted_at, "approved": line.approved_at}
    reached["signed_off"] = line.signed_off_at
    return reached.get(state)


def _tags(state: str, line: Line, head: Head, back: Mapping[int, datetime], now: datetime) -> tuple[str, ...]:
    is_under_way = state in UNSIGNED and head.closed_at is None
    opened = max(head.opened_at, datetime.combine(head.opens_on, time(), UTC))
    holds = {
        "late": is_under_way and (line.due_on or head.due_on) < now.date(),
        "stuck": is_under_way and now - max(line.last_at or opened, opened) >= STUCK_AFTER,
        "returned": line.id in back,
        "extended": line.due_on is not None and line.due_on > head.due_on,
    }
    return tuple(tag for tag in TAGS if holds[tag])


def _is_wanted(place: Place, wanted: Wanted) -> bool:
    if wanted.state and wanted.state != place.state and wanted.state not in place.tags:
        return False
    words = wanted.words.strip().lower()
    return not words or words in f"{place.service} {place.directorate} {place.waiting}".lower()


def _sorted(places: list[Place], wanted: Wanted) -> list[Place]:
    return sorted(places, key=SORTS.get(wanted.sort, SORTS["service"]), reverse=wanted.is_descending)


def _counts(places: list[Place]) -> dict[str, int]:
    found = Counter(place.state for place in places)
    found.update(tag for place in places for tag in place.tags)
    return {"": len(places), **{name: found[name] for name in (*STATES, *TAGS)}}


# --- over time --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """How many services had come how far at the end of a day; each counts in all it has reached."""

    on: date
    started: int
    submitted: int
    signed_off: int


@dataclass(frozen=True, slots=True)
class Completion:
    """How a cycle went, a row a day, from the day it opened to today (or the day it was closed)."""

    head: Head
    total: int
    days: tuple[Day, ...]


MOST_DAYS = 400
"""A chart of more days says no more."""
CHANGES = {
    "submitted": {"submitted": True},
    "signed off": {"signed_off": True},
    "taken back": {"submitted": False},
    "returned": {"submitted": False, "signed_off": False},
    "opened again": {"submitted": False, "signed_off": False},
}
"""Verb of an event -> what it makes true or false of its assessment."""


def completion(session: Session, cycle_id: int, *, now: datetime) -> Completion:
    """How far the services of a cycle had come on each day, from what was recorded.

    Raises:
        NotFound: no such cycle.
    """
    head = _head(session, cycle_id)
    first = max(head.opens_on, head.opened_at.date())
    last = max(first, (head.closed_at or now).date())
    started = Counter(at.date() for at in queries.first_answers(session, cycle_id, tuple(How)))
    taken = queries.steps(session, cycle_id)
    at: dict[str, set[int]] = {"submitted": set(), "signed_off": set()}
    days, following, begun = [], 0, 0
    for number in range(min((last - first).days, MOST_DAYS) + 1):
        on = first + timedelta(days=number)
        while following < len(taken) and taken[following].at.date() <= on:
            step = taken[following]
            for name, is_reached in CHANGES[step.verb].items():
                (at[name].add if is_reached else at[name].discard)(step.assessment_id)
            following += 1
        begun = sum(count for day, count in started.items() if day <= on)
        sent = len(at["submitted"])
        days.append(Day(on, max(begun, sent), sent, len(at["signed_off"])))
    return Completion(head, len(queries.lines(session, cycle_id)), tuple(days))
