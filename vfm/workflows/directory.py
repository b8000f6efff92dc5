"""The council's directorates, divisions and services: added, renamed, moved, merged, closed and reopened.

Nothing is ever taken out: what is closed or merged away keeps its results and its history.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import NoReturn

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem, clashes
from vfm.questionnaires.figures import london_day
from vfm.roles import Actor, Role
from vfm.store import events
from vfm.store.content import digest
from vfm.store.queries import directory as queries
from vfm.store.queries import history
from vfm.store.queries.people import FINISHED
from vfm.store.tables import Assessment, Directorate, Division, ImprovementAction, Review, Service

TABLES = {"directorate": Directorate, "division": Division, "service": Service}
"""Kind -> table; each kind but the last holds the next."""

KINDS = tuple(TABLES)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service in the directory."""

    id: int
    key: str
    name: str
    family: str
    directors: tuple[str, ...]
    is_closed: bool
    merged_into: str | None


@dataclass(frozen=True, slots=True)
class DivisionPart:
    """A division with the services that are shown."""

    id: int
    name: str
    is_closed: bool
    merged_into: str | None
    services: tuple[ServiceLine, ...]


@dataclass(frozen=True, slots=True)
class DirectoratePart:
    """A directorate with the divisions that are shown; `service_count` counts its open services."""

    id: int
    name: str
    is_closed: bool
    merged_into: str | None
    service_count: int
    divisions: tuple[DivisionPart, ...]


@dataclass(frozen=True, slots=True)
class DirectoryView:
    """The directory as it was asked for; counts are of everything open in the council."""

    parts: tuple[DirectoratePart, ...]
    found: int
    service_count: int
    division_count: int
    directorate_count: int
    closed_count: int
    without_director: int


@dataclass(frozen=True, slots=True)
class Fields:
    """What is typed for a directorate, a division or a service. `parent_id` is where it belongs."""

    name: str = ""
    parent_id: int | None = None
    key: str = ""
    family: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody's role for a service, in words; one who is switched off still holds it."""

    id: int
    name: str
    role: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class PlaceView:
    """The page of one directorate, division or service.

    Attributes:
        mark: tells what its form was filled with, so that a form from before a change is known.
        parents: (id, words) of the open places it could belong to; none for a directorate.
        targets: (id, words) of the open places of its kind it could be merged into.
        parts: names of what is open in it.
        people: a service's director and contributors.
        lacks_director: an open service that nobody who can sign in directs.
        unfinished: the assessments that are still open, in words.
    """

    kind: str
    id: int
    fields: Fields
    mark: str
    parent: str
    is_closed: bool
    closed_on: date | None
    merged_into: str | None
    parents: tuple[tuple[int, str], ...]
    targets: tuple[tuple[int, str], ...]
    parts: tuple[str, ...]
    people: tuple[Held, ...]
    lacks_director: bool
    unfinished: tuple[str, ...]
    history: tuple[history.Happening, ...]


# --- reading -------------------------------------------------------------------------------------


def show(session: Session, words: str = "", *, with_closed: bool = False) -> DirectoryView:
    """The whole directory, or the services whose key, name or family contains `words`."""
    services, divisions = queries.services(session), queries.divisions(session)
    directorates, directed = queries.directorates(session), _directors(session)
    wanted = words.strip().casefold()
    shown: dict[int, list[ServiceLine]] = defaultdict(list)
    for row in services:
        if (with_closed or row.closed_on is None) and _matches(row, wanted):
            shown[row.division_id].append(_line(row, directed.get(row.id, ())))
    merged = queries.merged_parts(session) if with_closed else {}
    held: dict[int, list[DivisionPart]] = defaultdict(list)
    for row in divisions:
        if shown[row.id] or (not wanted and (with_closed or row.closed_on is None)):
            into = merged.get(("division", row.id))
            part = DivisionPart(row.id, row.name, row.closed_on is not None, into, tuple(shown[row.id]))
            held[row.directorate_id].append(part)
    open_services = [row for row in services if row.closed_on is None]
    return DirectoryView(
        parts=tuple(
            DirectoratePart(
                row.id,
                row.name,
                row.closed_on is not None,
                merged.get(("directorate", row.id)),
                _count(held[row.id]),
                tuple(held[row.id]),
            )
            for row in directorates
            if held[row.id] or (not wanted and (with_closed or row.closed_on is None))
        ),
        found=sum(map(len, shown.values())),
        service_count=len(open_services),
        division_count=sum(row.closed_on is None for row in divisions),
        directorate_count=sum(row.closed_on is None for row in directorates),
        closed_count=sum(row.closed_on is not None for row in (*services, *divisions, *directorates)),
        without_director=sum(row.id not in directed for row in open_services),
    )


def _directors(session: Session) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for row in queries.directors(session):
        found[row.service_id].append(row.name)
    return {service_id: tuple(names) for service_id, names in found.items()}


def _matches(row: Row, wanted: str) -> bool:
    return not wanted or any(wanted in text.casefold() for text in (row.key, row.name, row.family))


def _line(row: Row, directors: tuple[str, ...]) -> ServiceLine:
    closed = row.closed_on is not None
    return ServiceLine(row.id, row.key, row.name, row.family, directors, closed, row.merged_into)


def _count(divisions: list[DivisionPart]) -> int:
    return sum(not service.is_closed for division in divisions for service in division.services)


def place(session: Session, kind: str, place_id: int) -> PlaceView:
    """One directorate, division or service.

    Raises:
        NotFound: there is none.
    """
    row = _row(session, kind, place_id)
    column = "id" if kind == "service" else f"{kind}_id"
    services = [one for one in queries.services(session) if getattr(one, column) == place_id]
    held = queries.people_of(session, place_id) if kind == "service" else []
    is_directed = any(one.role == Role.DIRECTOR and one.is_active for one in held)
    return PlaceView(
        kind=kind,
        id=place_id,
        fields=_fields(row),
        mark=_mark(_fields(row)),
        parent=_parent_words(session, row),
        is_closed=row.closed_on is not None,
        closed_on=row.closed_on,
        merged_into=(
            services[0].merged_into
            if kind == "service"
            else queries.merged_parts(session).get((kind, place_id))
        ),
        parents=parents(session, kind),
        targets=tuple((key, words) for key, words in _open(session, kind) if key != place_id),
        parts=tuple(_parts(session, row)),
        people=tuple(Held(one.id, one.name, one.role.capitalize(), one.is_active) for one in held),
        lacks_director=kind == "service" and row.closed_on is None and not is_directed,
        unfinished=_unfinished(session, [one.id for one in services]),
        history=history.of(session, kind, place_id),
    )


def parents(session: Session, kind: str) -> tuple[tuple[int, str], ...]:
    """(id, words) of the open places a new one of this kind can belong to; none for a directorate."""
    at = KINDS.index(kind)
    return _open(session, KINDS[at - 1]) if at else ()


def rows(session: Session) -> tuple[tuple[str, str, str, str, str], ...]:
    """Key, name, directorate, division and family of every open service, in the order of the directory."""
    found = [
        (row.key, row.name, row.directorate, row.division, row.family)
        for row in queries.services(session)
        if row.closed_on is None
    ]
    return tuple(sorted(found, key=lambda row: (row[2], row[3], row[1])))


def _open(session: Session, kind: str) -> tuple[tuple[int, str], ...]:
    """(id, words) of every open place of a kind, with where it belongs."""
    if kind == "directorate":
        found = [(row.id, row.name) for row in queries.directorates(session) if row.closed_on is None]
    elif kind == "division":
        found = [
            (row.id, f"{row.directorate}: {row.name}")
            for row in queries.divisions(session)
            if row.closed_on is None and row.directorate_closed_on is None
        ]
    else:
        found = [
            (row.id, f"{row.name} ({row.key})") for row in queries.services(session) if row.closed_on is None
        ]
    return tuple(found)


def _parts(session: Session, row: Directorate | Division | Service) -> list[str]:
    """Names of what is open in a place."""
    if isinstance(row, Directorate):
        held = queries.divisions(session)
        return [one.name for one in held if one.directorate_id == row.id and one.closed_on is None]
    if isinstance(row, Division):
        held = queries.services(session)
        return [one.name for one in held if one.division_id == row.id and one.closed_on is None]
    return []


def _unfinished(session: Session, service_ids: Sequence[int]) -> tuple[str, ...]:
    waiting = "waiting for sign-off"
    words = {"open": "being answered", "submitted": waiting, "approved": waiting}
    words["signed_off"] = "being challenged"
    return tuple(
        f"{row.service} in {row.cycle} ({words.get(row.status, row.status)})"
        for row in queries.open_assessments(session, service_ids)
    )


def _fields(row: Directorate | Division | Service) -> Fields:
    if isinstance(row, Service):
        return Fields(row.name, row.division_id, row.key, row.family, row.note)
    return Fields(row.name, row.directorate_id if isinstance(row, Division) else None)


def _mark(fields: Fields) -> str:
    return digest(asdict(fields))


def _parent_words(session: Session, row: Directorate | Division | Service) -> str:
    if isinstance(row, Service):
        division = session.get_one(Division, row.division_id)
        return f"{session.get_one(Directorate, division.directorate_id).name}: {division.name}"
    if isinstance(row, Division):
        return session.get_one(Directorate, row.directorate_id).name
    return ""


# --- adding and changing -------------------------------------------------------------------------


def add(session: Session, kind: str, fields: Fields, *, by: Actor, now: datetime) -> int:
    """A new directorate, division or service; its id.

    Raises:
        Invalid: no name, a name or key that is there already, or no place it belongs to.
    """
    queries.lock(session)
    fields = _tidy(fields)
    problems = _key_problems(session, fields.key) if kind == "service" else []
    problems += _problems(session, kind, fields, 0)
    if problems:
        raise Invalid(problems)
    row = _made(kind, fields)
    session.add(row)
    session.flush()
    after = _words(session, row)
    events.record(session, "added", kind, row.id, by_id=by.id, now=now, after=after)
    return row.id


def _made(kind: str, fields: Fields) -> Directorate | Division | Service:
    if kind == "directorate":
        return Directorate(name=fields.name)
    if kind == "division":
        return Division(name=fields.name, directorate_id=fields.parent_id)
    return Service(
        key=fields.key,
        name=fields.name,
        division_id=fields.parent_id,
        family=fields.family,
        note=fields.note,
    )


def change(
    session: Session, kind: str, place_id: int, fields: Fields, seen: str, *, by: Actor, now: datetime
) -> None:
    """Another name, place, family or note; the key of a service never changes.

    `seen` is the mark of what the form was filled with.

    Raises:
        NotFound: there is none.
        Invalid: no name, a name that is there already, or no place it belongs to.
        Conflict: somebody changed it since; nothing was written, both sides are told.
    """
    queries.lock(session)
    row = _row(session, kind, place_id)
    fields = _tidy(fields)
    if problems := _problems(session, kind, fields, place_id):
        raise Invalid(problems)
    if seen != _mark(_fields(row)):
        _refuse_stale(session, kind, row, fields)
    before = _words(session, row)
    row.name = fields.name
    if isinstance(row, Division):
        row.directorate_id = fields.parent_id or row.directorate_id
    if isinstance(row, Service):
        row.division_id = fields.parent_id or row.division_id
        row.family, row.note = fields.family, fields.note
    session.flush()
    after = _words(session, row)
    if before != after:
        moved = before.get("place") != after.get("place")
        verb = "moved" if moved else "renamed" if before["name"] != after["name"] else "changed"
        events.record(session, verb, kind, place_id, by_id=by.id, now=now, before=before, after=after)


def _refuse_stale(session: Session, kind: str, row: Directorate | Division | Service, sent: Fields) -> None:
    """Tell both sides where a form from before a change would undo it; nothing where both say the same."""
    by = history.last_by(session, kind, row.id)
    places = dict(parents(session, kind))
    both = clashes(_form_words(kind, _fields(row), places), _form_words(kind, sent, places), by)
    if both:
        raise Conflict(f"{by} changed this {kind} after you opened the page.", both)


def _form_words(kind: str, fields: Fields, places: Mapping[int, str]) -> dict[str, str]:
    """The fields of a kind as its form has them, in words."""
    told = {"name": fields.name}
    if kind != "directorate" and fields.parent_id is not None:
        told["parent"] = places.get(fields.parent_id, "a closed one")
    return told | ({"family": fields.family, "note": fields.note} if kind == "service" else {})


def _tidy(fields: Fields) -> Fields:
    def one_line(text: str) -> str:
        return " ".join(text.split())

    return Fields(
        one_line(fields.name),
        fields.parent_id,
        fields.key.strip(),
        one_line(fields.family),
        fields.note.strip(),
    )


def _words(session: Session, row: Directorate | Division | Service) -> dict[str, str]:
    """What the trail tells of a place."""
    told = {"name": row.name}
    if not isinstance(row, Directorate):
        told["place"] = _parent_words(session, row)
    if isinstance(row, Service):
        told |= {"key": row.key, "family": row.family, "note": row.note}
    return told


def _problems(session: Session, kind: str, fields: Fields, place_id: int) -> list[Problem]:
    problems = []
    if not fields.name:
        problems.append(Problem("name", f"Type the name of the {kind}."))
    if kind != "directorate" and fields.parent_id not in dict(parents(session, kind)):
        holder = KINDS[KINDS.index(kind) - 1]
        problems.append(Problem("parent", f"Choose the {holder} it belongs to."))
    elif fields.name and _is_taken(session, kind, fields, place_id):
        problems.append(
            Problem("name", f"There is a {kind} called {fields.name} already. Choose another name.")
        )
    return problems


def _is_taken(session: Session, kind: str, fields: Fields, place_id: int) -> bool:
    """True when another place of this kind, closed ones too, has this name beside it."""
    same = fields.name.casefold()
    if kind == "directorate":
        beside = [(row.id, row.name) for row in queries.directorates(session)]
    elif kind == "division":
        held = queries.divisions(session)
        beside = [(row.id, row.name) for row in held if row.directorate_id == fields.parent_id]
    else:
        all_services = queries.services(session)
        beside = [
            (row.id, row.name)
            for row in all_services
            if row.division_id == fields.parent_id and row.closed_on is None
        ]
    return any(key != place_id and name.casefold() == same for key, name in beside)


def _key_problems(session: Session, key: str) -> list[Problem]:
    if not queries.KEY.fullmatch(key):
        return [Problem("key", f"Type a short key for the service. {queries.KEY_WORDS}")]
    for row in queries.services(session):
        if row.key.casefold() == key.casefold():
            closed = " (closed: reopen it instead)" if row.closed_on else ""
            return [Problem("key", f"{row.name}{closed} has the key {row.key} already. Choose another.")]
    return []


# --- closing, reopening, merging -----------------------------------------------------------------


def close(session: Session, kind: str, place_id: int, *, sure: bool, by: Actor, now: datetime) -> None:
    """No new cycle asks it any more; results and history stay, and it can be reopened.

    Raises:
        NotFound: there is none.
        Invalid: something is still open in it, or assessments are unfinished and it was not said that
            they may stay so.
    """
    queries.lock(session)
    row = _row(session, kind, place_id)
    if parts := _parts(session, row):
        inside = KINDS[KINDS.index(kind) + 1]
        listed = ", ".join(parts[:5]) + (f" and {len(parts) - 5} more" if len(parts) > 5 else "")
        words = f"{row.name} still has an open {inside}: {listed}. Close, move or merge what is in it first."
        raise Invalid([Problem("close", words)])
    if kind == "service":
        _ask_about_unfinished(session, place_id, sure, "close_sure", "Close")
    if row.closed_on is None:
        row.closed_on = london_day(now)
        events.record(session, "closed", kind, place_id, by_id=by.id, now=now)


def reopen(session: Session, kind: str, place_id: int, *, by: Actor, now: datetime) -> None:
    """Open again what was closed or merged away.

    Raises:
        NotFound: there is none.
        Invalid: what it belongs to is closed.
    """
    queries.lock(session)
    row = _row(session, kind, place_id)
    if kind != "directorate" and _fields(row).parent_id not in dict(parents(session, kind)):
        holder = KINDS[KINDS.index(kind) - 1]
        words = (
            f"Its {holder} is closed ({_parent_words(session, row)}). Reopen that first, or move this one."
        )
        raise Invalid([Problem("reopen", words)])
    if row.closed_on is not None:
        row.closed_on = None
        if isinstance(row, Service):
            row.merged_into_id = None
        events.record(session, "reopened", kind, place_id, by_id=by.id, now=now)


def merge(
    session: Session,
    kind: str,
    place_id: int,
    into_id: int | None,
    *,
    sure: bool,
    by: Actor,
    now: datetime,
) -> None:
    """Close one place and let another go on in its stead.

    What is open in a directorate or division moves over. A service keeps its results under its own name;
    its unfinished actions and reviews go over.

    Raises:
        NotFound: there is none.
        Invalid: it is closed, no other open one is chosen, or assessments are unfinished and it was not
            said that they may stay so.
    """
    queries.lock(session)
    row = _row(session, kind, place_id)
    targets = {key: words for key, words in _open(session, kind) if key != place_id}
    if into_id is None or into_id not in targets:
        raise Invalid([Problem("into", f"Choose the {kind} that goes on.")])
    if row.closed_on is not None:
        raise Invalid([Problem("into", f"{row.name} is closed already. Reopen it first.")])
    if kind == "service":
        _ask_about_unfinished(session, place_id, sure, "merge_sure", "Merge")
    _merged(session, row, _row(session, kind, into_id), by=by, now=now)


def _merged(
    session: Session,
    row: Directorate | Division | Service,
    into: Directorate | Division | Service,
    *,
    by: Actor,
    now: datetime,
) -> None:
    kind = row.__tablename__
    if isinstance(row, Service):
        row.merged_into_id = into.id
        _pass_on(session, row.id, into.id)
    elif isinstance(row, Division) and isinstance(into, Division):
        _move_services(session, row, into, by=by, now=now)
    elif isinstance(row, Directorate) and isinstance(into, Directorate):
        _move_divisions(session, row, into, by=by, now=now)
    row.closed_on = london_day(now)
    session.flush()
    events.record(session, f"{queries.MERGED}{into.name}", kind, row.id, by_id=by.id, now=now)
    events.record(session, f"took in {row.name}", kind, into.id, by_id=by.id, now=now)


def _pass_on(session: Session, from_id: int, to_id: int) -> None:
    for table in (ImprovementAction, Review):
        session.execute(
            update(table)
            .where(table.service_id == from_id, table.status.not_in(FINISHED))
            .values(service_id=to_id)
        )
    # What the team of a review answers goes with the review.
    answered = select(Review.assessment_id).where(Review.service_id == to_id)
    session.execute(
        update(Assessment)
        .where(Assessment.service_id == from_id, Assessment.id.in_(answered))
        .values(service_id=to_id)
    )


def _move_services(session: Session, row: Division, into: Division, *, by: Actor, now: datetime) -> None:
    for one in queries.services(session):
        if one.division_id == row.id and one.closed_on is None:
            _move(session, session.get_one(Service, one.id), into.id, by=by, now=now)


def _move_divisions(
    session: Session, row: Directorate, into: Directorate, *, by: Actor, now: datetime
) -> None:
    """Divisions go over; one whose name is there already is merged into its namesake."""
    held = queries.divisions(session)
    there = {one.name.casefold(): one for one in held if one.directorate_id == into.id}
    for one in held:
        if one.directorate_id != row.id or one.closed_on is not None:
            continue
        division, namesake = session.get_one(Division, one.id), there.get(one.name.casefold())
        if namesake is None:
            _move(session, division, into.id, by=by, now=now)
        elif namesake.closed_on is not None:
            _refuse_closed_namesake(into.name, one.name)
        else:
            _merged(session, division, session.get_one(Division, namesake.id), by=by, now=now)


def _move(session: Session, row: Division | Service, parent_id: int, *, by: Actor, now: datetime) -> None:
    before = _words(session, row)
    if isinstance(row, Service):
        row.division_id = parent_id
    else:
        row.directorate_id = parent_id
    session.flush()
    after = _words(session, row)
    events.record(
        session, "moved", row.__tablename__, row.id, by_id=by.id, now=now, before=before, after=after
    )


def _refuse_closed_namesake(directorate: str, division: str) -> NoReturn:
    words = f"{directorate} has a closed division called {division}. Reopen or rename it first."
    raise Invalid([Problem("into", words)])


def _ask_about_unfinished(session: Session, service_id: int, sure: bool, place: str, verb: str) -> None:
    unfinished = _unfinished(session, [service_id])
    if unfinished and not sure:
        words = (
            f"There is unfinished work: {'; '.join(unfinished)}. Finish it first, or tick “{verb} it anyway”."
        )
        raise Invalid([Problem(place, words)])


def _row(session: Session, kind: str, place_id: int) -> Directorate | Division | Service:
    row = session.get(TABLES[kind], place_id)
    if not isinstance(row, Directorate | Division | Service):
        raise NotFound
    return row
