"""A list of services taken in: compared with the directory first, then accepted whole or not at all.

Services are known by their key. What the list does not name stays as it is; the same list twice changes
nothing.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, Problem
from vfm.roles import Actor
from vfm.store import events
from vfm.store.queries import directory as queries
from vfm.store.tables import Directorate, Division, Service

LONGEST = 200
"""Characters in a name."""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service as the list has it; `family` is None when the list has no such column."""

    line: int
    key: str
    name: str
    directorate: str
    division: str
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A service that is there and what would change of it, as `name: Libraries → Library service`."""

    line: ServiceLine
    service_id: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What taking the list in would do. With problems nothing is taken in.

    Attributes:
        new_directorates, new_divisions: names of what the list needs and the directory lacks.
        untouched: how many open services the list does not name.
        digest: tells on acceptance whether the directory changed since the preview.
    """

    new: tuple[ServiceLine, ...]
    changed: tuple[Changed, ...]
    unchanged: int
    untouched: int
    new_directorates: tuple[str, ...]
    new_divisions: tuple[str, ...]
    problems: tuple[Problem, ...]
    digest: str


def preview(session: Session, lines: Sequence[ServiceLine]) -> Preview:
    """Compare a list with the directory; nothing is written."""
    here = {row.key.casefold(): row for row in queries.services(session)}
    places = _Places(session)
    problems = [problem for line in lines for problem in _problems(line, here, places)]
    problems += _repeated_keys(lines) + _repeated_names(lines, here)
    new = tuple(line for line in lines if line.key.casefold() not in here)
    met = [(line, here[line.key.casefold()]) for line in lines if line.key.casefold() in here]
    changed = tuple(Changed(line, row.id, changes) for line, row in met if (changes := _changes(line, row)))
    named = {line.key.casefold() for line in lines}
    told = repr((new, changed, places.new_directorates(lines), places.new_divisions(lines)))
    return Preview(
        new=new,
        changed=changed,
        unchanged=len(met) - len(changed),
        untouched=sum(row.closed_on is None and key not in named for key, row in here.items()),
        new_directorates=places.new_directorates(lines),
        new_divisions=places.new_divisions(lines),
        problems=tuple(sorted(problems, key=_line_of)),
        digest=hashlib.sha256(told.encode()).hexdigest(),
    )


def accept(
    session: Session, lines: Sequence[ServiceLine], digest: str | None, *, by: Actor | None, now: datetime
) -> Preview:
    """Take the list in, all or nothing; what was done. `digest` is the preview's, None to ask for none.

    Raises:
        Invalid: the list has problems; every one is listed.
        Conflict: the directory changed since the preview.
    """
    queries.lock(session)
    plan = preview(session, lines)
    if plan.problems:
        raise Invalid(plan.problems)
    if digest is not None and digest != plan.digest:
        raise Conflict("Somebody changed the directory since you saw the preview. Look at it again.")
    divisions = _make_places(session, lines, by=by, now=now)
    for line in plan.new:
        row = Service(
            key=line.key,
            name=line.name,
            division_id=divisions[_spot(line)],
            family=line.family or "",
        )
        session.add(row)
        session.flush()
        after = {"key": line.key, "name": line.name, "place": f"{line.directorate}: {line.division}"}
        _record(session, "added from a list", "service", row.id, after, by=by, now=now)
    for one in plan.changed:
        service = session.get_one(Service, one.service_id)
        service.name, service.division_id = one.line.name, divisions[_spot(one.line)]
        service.family = service.family if one.line.family is None else one.line.family
        _record(session, "changed from a list", "service", service.id, list(one.changes), by=by, now=now)
    return plan


class _Places:
    """The directorates and divisions there are, found by name whatever its capitals."""

    def __init__(self, session: Session) -> None:
        self.directorates = {row.name.casefold(): row for row in queries.directorates(session)}
        self.divisions = {
            (row.directorate.casefold(), row.name.casefold()): row for row in queries.divisions(session)
        }

    def new_directorates(self, lines: Sequence[ServiceLine]) -> tuple[str, ...]:
        """Names that the lines need and that are not there, each once, in the order of the lines."""
        needed = {line.directorate.casefold(): line.directorate for line in reversed(lines)}
        return tuple(sorted(name for key, name in needed.items() if key not in self.directorates))

    def new_divisions(self, lines: Sequence[ServiceLine]) -> tuple[str, ...]:
        """`Directorate: Division` of each that the lines need and that is not there."""
        needed = {_spot(line): f"{line.directorate}: {line.division}" for line in reversed(lines)}
        return tuple(sorted(words for spot, words in needed.items() if spot not in self.divisions))


def _spot(line: ServiceLine) -> tuple[str, str]:
    return line.directorate.casefold(), line.division.casefold()


def _make_places(
    session: Session, lines: Sequence[ServiceLine], *, by: Actor | None, now: datetime
) -> dict[tuple[str, str], int]:
    """The id of the division of every line; directorates and divisions that are missing are made."""
    places = _Places(session)
    directorates = {key: row.id for key, row in places.directorates.items()}
    divisions = {spot: row.id for spot, row in places.divisions.items()}
    for line in lines:
        top, spot = line.directorate.casefold(), _spot(line)
        if top not in directorates:
            directorates[top] = _add(session, Directorate(name=line.directorate), by=by, now=now)
        if spot not in divisions:
            row = Division(name=line.division, directorate_id=directorates[top])
            divisions[spot] = _add(session, row, by=by, now=now)
    return divisions


def _add(session: Session, row: Directorate | Division, *, by: Actor | None, now: datetime) -> int:
    session.add(row)
    session.flush()
    _record(session, "added from a list", row.__tablename__, row.id, {"name": row.name}, by=by, now=now)
    return row.id


def _record(
    session: Session, verb: str, kind: str, row_id: int, after: object, *, by: Actor | None, now: datetime
) -> None:
    events.record(session, verb, kind, row_id, by_id=by.id if by else None, now=now, after=after)


def _changes(line: ServiceLine, row: Row) -> tuple[str, ...]:
    """What differs, each with both sides; a place differs only when it is another one."""
    pairs = [("name", row.name, line.name)]
    if (row.directorate.casefold(), row.division.casefold()) != _spot(line):
        pairs.append(("place", f"{row.directorate}: {row.division}", f"{line.directorate}: {line.division}"))
    if line.family is not None:
        pairs.append(("family", row.family or "none", line.family or "none"))
    return tuple(f"{field}: {old} → {new}" for field, old, new in pairs if old != new)


# --- what can be wrong ---------------------------------------------------------------------------


def _problems(line: ServiceLine, here: dict[str, Row], places: _Places) -> list[Problem]:
    return [*_blank_or_long(line), *_odd_key(line), *_closed(line, here, places)]


def _blank_or_long(line: ServiceLine) -> list[Problem]:
    cells = (("name", line.name), ("directorate", line.directorate), ("division", line.division))
    blank = [_at(line, column, f"The {column} is blank. Type it.") for column, text in cells if not text]
    long = [
        _at(line, column, f"The {column} has {len(text)} characters. Use at most {LONGEST}.")
        for column, text in cells
        if len(text) > LONGEST
    ]
    return blank + long


def _odd_key(line: ServiceLine) -> list[Problem]:
    if not line.key:
        return [_at(line, "key", "The key is blank. Give the service a short one that never changes.")]
    if not queries.KEY.fullmatch(line.key):
        return [_at(line, "key", f"“{line.key}” cannot be a key. {queries.KEY_WORDS}")]
    return []


def _closed(line: ServiceLine, here: dict[str, Row], places: _Places) -> list[Problem]:
    """What the line names and what is closed."""
    found = (
        ("key", here.get(line.key.casefold())),
        ("directorate", places.directorates.get(line.directorate.casefold())),
        ("division", places.divisions.get(_spot(line))),
    )
    return [
        _at(line, column, f"{row.name} is closed. Reopen it in the directory first, or name another.")
        for column, row in found
        if row is not None and row.closed_on is not None
    ]


def _repeated_keys(lines: Sequence[ServiceLine]) -> list[Problem]:
    first: dict[str, ServiceLine] = {}
    problems = []
    for line in lines:
        met = first.setdefault(line.key.casefold(), line)
        if met is not line and line.key:
            words = f"{line.key} is on line {met.line} already. Keep one of the two lines."
            problems.append(_at(line, "key", words))
    return problems


def _repeated_names(lines: Sequence[ServiceLine], here: dict[str, Row]) -> list[Problem]:
    """Two services that would bear the same name in the same division, in the list or beside it."""
    named = {line.key.casefold() for line in lines}
    taken: dict[tuple[str, str, str], str] = {
        (row.directorate.casefold(), row.division.casefold(), row.name.casefold()): row.key
        for key, row in here.items()
        if row.closed_on is None and key not in named
    }
    problems = []
    for line in lines:
        other = taken.setdefault((*_spot(line), line.name.casefold()), line.key)
        if line.name and other.casefold() != line.key.casefold():
            words = f"{other} is called {line.name} in the same division. Choose another name."
            problems.append(_at(line, "name", words))
    return problems


def _at(line: ServiceLine, column: str, words: str) -> Problem:
    return Problem(f"line {line.line}, column {column}", words)


def _line_of(problem: Problem) -> int:
    return int(problem.place.split()[1].rstrip(","))
