"""The cockpit of a cycle: where each service stands, who is waited for, what is late."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.store.queries import cycles as queries
from vfm.store.queries.cycles import Head

STATES = ("not_started", "in_progress", "submitted", "signed_off", "agreed")
"""How far a service is, in order."""


@dataclass(frozen=True, slots=True)
class Place:
    """One service in the cockpit.

    Attributes:
        state: not_started, in_progress, submitted, signed_off or agreed.
        waiting: for whom, as words; empty when nothing is left to do.
        has_director: False when nobody can sign it off.
        is_late: the due date has passed and it is not signed off.
    """

    assessment_id: int
    service: str
    directorate: str
    state: str
    answered: int
    asked: int
    waiting: str
    has_director: bool
    last_at: datetime | None
    last_by: str | None
    is_late: bool

    @property
    def share(self) -> float:
        """Share of the questions on its route that are settled, in [0, 1]."""
        return self.answered / self.asked if self.asked else 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the cockpit somebody wants to see, and in what order."""

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
        counts: state (and `late`, and empty for all) -> services in the chosen directorate.
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
    "waiting": lambda place: (place.waiting, place.service),
    "last": lambda place: (
        (place.last_at is not None, place.last_at, place.service)
        if place.last_at
        else (False, None, place.service)
    ),
}


def show(session: Session, cycle_id: int, wanted: Wanted, *, now: datetime) -> Cockpit:
    """The cockpit of one cycle.

    Raises:
        NotFound: no such cycle.
    """
    head = queries.head(session, cycle_id)
    if head is None:
        raise NotFound(f"cycle {cycle_id}")
    places = _places(queries.cockpit(session, cycle_id), head, now)
    near = [place for place in places if wanted.directorate in ("", place.directorate)]
    return Cockpit(
        head=head,
        places=tuple(_sorted([place for place in near if _is_wanted(place, wanted)], wanted)),
        counts=_counts(near),
        directorates=tuple(sorted({place.directorate for place in places})),
        total=len(places),
    )


def _places(rows: list[Any], head: Head, now: datetime) -> list[Place]:
    late = head.due_on < now.date() and head.closed_at is None
    places: list[Place] = []
    directors: list[str] = []
    for i, row in enumerate(rows):
        assessment_id, service, directorate, status, answered, asked, last_at, last_by, director = row
        if director is not None:
            directors.append(director)
        if i + 1 < len(rows) and rows[i + 1][0] == assessment_id:
            continue
        state = status if status != "open" else "in_progress" if last_at else "not_started"
        places.append(
            Place(
                assessment_id,
                service,
                directorate,
                state,
                answered,
                asked,
                _waiting(state, directors),
                bool(directors),
                last_at,
                last_by,
                late and state in ("not_started", "in_progress", "submitted"),
            )
        )
        directors = []
    return places


def _waiting(state: str, directors: list[str]) -> str:
    if state == "agreed":
        return ""
    return "Core team" if state == "signed_off" else ", ".join(directors)


def _is_wanted(place: Place, wanted: Wanted) -> bool:
    if wanted.state and not (place.is_late if wanted.state == "late" else place.state == wanted.state):
        return False
    words = wanted.words.strip().lower()
    return not words or words in f"{place.service} {place.directorate} {place.waiting}".lower()


def _sorted(places: list[Place], wanted: Wanted) -> list[Place]:
    return sorted(places, key=SORTS.get(wanted.sort, SORTS["service"]), reverse=wanted.is_descending)


def _counts(places: list[Place]) -> dict[str, int]:
    counts = dict.fromkeys(("", *STATES, "late"), 0)
    for place in places:
        counts[""] += 1
        counts[place.state] += 1
        counts["late"] += place.is_late
    return counts
