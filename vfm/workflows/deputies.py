"""Deputies: who stands in for a director, for which services, between which days.

A deputy has the director's rights in that time, but names no deputies. Who finds out is `sign_in.visit`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from vfm.errors import Invalid, NotFound, Problem
from vfm.questionnaires.figures import day_of
from vfm.roles import Actor
from vfm.store import events, letters
from vfm.store.queries import deputies as queries
from vfm.store.queries import parts as people
from vfm.store.queries.deputies import Standing
from vfm.store.queries.parts import Candidate
from vfm.store.tables import Deputy

FOUND = 20
"""At most so many people are listed for the words somebody searched for."""
Day = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Typed:
    """A deputy as the form sends it: ids as text, days as day, month and year."""

    person: str = ""
    services: tuple[str, ...] = ()
    starts: Day = ("", "", "")
    ends: Day = ("", "", "")


@dataclass(frozen=True, slots=True)
class View:
    """A director's deputies, and what the form of a new one offers.

    Attributes:
        services: (id, name) of those this person directs themselves.
        people: who can stand in: the search's finds, else the contributors of these services.
    """

    services: tuple[tuple[int, str], ...]
    standing: tuple[Standing, ...]
    people: tuple[Candidate, ...]


def show(session: Session, search: str, chosen: str, *, by: Actor, now: datetime) -> View:
    """The deputies of the services somebody directs, now and later.

    Raises:
        NotFound: they direct none themselves.
    """
    own = _own(by)
    offered = _offered(session, own, search)
    offered += [one for one in people.people(session, _ids([chosen])) if one not in offered]
    return View(
        services=tuple(queries.services(session, own)),
        standing=tuple(queries.of_services(session, own, now.date())),
        people=tuple(one for one in offered if one.id != by.id),
    )


def _offered(session: Session, own: Collection[int], search: str) -> list[Candidate]:
    if search.strip():
        return people.found(session, search.strip(), FOUND)
    at_hand = (one for service_id in sorted(own) for one in people.at_hand(session, service_id))
    return list(dict.fromkeys(at_hand))


def name(session: Session, typed: Typed, *, by: Actor, now: datetime) -> str:
    """Let somebody stand in, and tell them by e-mail; their name.

    Raises:
        NotFound: this person directs no service themselves.
        Invalid: nobody or no service is chosen, or a day that cannot be.
    """
    offered = dict(queries.services(session, _own(by)))
    services = sorted(_ids(typed.services) & offered.keys())
    found = [one for one in people.people(session, _ids([typed.person])) if one.id != by.id]
    starts, ends, problems = _days(typed, now.date())
    if not services:
        problems.insert(0, Problem("services", "Tick at least one service."))
    if not found:
        problems.insert(0, Problem("person", "Choose who stands in. Find them by name first."))
    if problems:
        raise Invalid(problems)
    deputy = found[0]
    for service_id in services:
        row = Deputy(service_id=service_id, person_id=deputy.id, starts_on=starts, ends_on=ends)
        row.given_by_id, row.given_at = by.id, now
        session.add(row)
        after = {"deputy": deputy.name, "from": str(starts), "until": str(ends or "")}
        events.record(session, "named a deputy", "service", service_id, by_id=by.id, now=now, after=after)
    _tell(session, deputy, [offered[key] for key in services], starts, ends, by, now)
    return deputy.name


def _tell(
    session: Session,
    deputy: Candidate,
    services: list[str],
    starts: date,
    ends: date | None,
    by: Actor,
    now: datetime,
) -> None:
    until = f" until {letters.day(ends)}" if ends else ", until further notice"
    letters.send(
        session,
        [letters.Reader(*deputy)],
        step=f"deputy:by:{by.id}:{now.isoformat()}",
        subject=f"You stand in for {by.name}",
        paragraphs=[
            f"From {letters.day(starts)}{until} you stand in for {by.name} as director of these services:",
            "\n".join(f"- {service}" for service in services),
            "You can do all that they can do: answer, give parts to colleagues, and sign off.",
        ],
        link=f"{letters.PAGES}/assessments",
        now=now,
    )


def _days(typed: Typed, today: date) -> tuple[date, date | None, list[Problem]]:
    """From when, until when (None: open), and what is wrong with it; blank means today, and open."""
    found: dict[str, date] = {}
    problems = []
    for place, parts in (("starts", typed.starts), ("ends", typed.ends)):
        try:
            if any(part.strip() for part in parts):
                found[place] = day_of(*(part.strip() for part in parts))
        except ValueError as error:
            problems.append(Problem(place, str(error)))
    starts, ends = found.get("starts", today), found.get("ends")
    if ends is not None and ends < max(starts, today):
        problems.append(Problem("ends", "The last day is over before it begins. Choose a later day."))
    return starts, ends, problems


def end(session: Session, deputy_id: int, *, by: Actor, now: datetime) -> str:
    """Nobody stands in any more, from this moment on; their name.

    Raises:
        NotFound: no such deputy of a service that this person directs themselves.
    """
    own = queries.of_services(session, _own(by), now.date())
    standing = next((one for one in own if one.id == deputy_id), None)
    if standing is None:
        raise NotFound
    row = session.get_one(Deputy, deputy_id)
    if standing.starts_on >= now.date():
        session.delete(row)
    else:
        row.ends_on = now.date() - timedelta(days=1)
    after = {"deputy": standing.name}
    events.record(
        session, "ended a deputy", "service", standing.service_id, by_id=by.id, now=now, after=after
    )
    return standing.name


def _own(by: Actor) -> frozenset[int]:
    """The services somebody directs themselves; a deputy names no deputies."""
    own = by.directs - by.stands_in_for
    if not own:
        raise NotFound
    return own


def _ids(texts: Collection[str]) -> set[int]:
    return {int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10}
