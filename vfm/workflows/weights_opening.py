"""Weights meetings: opening one for what is ranked, and choosing its members."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.top import top_of
from vfm.questionnaires.figures import day_of, london_day
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor, Role
from vfm.store import weights_meetings as meetings
from vfm.store.queries import rankings
from vfm.store.queries import weights as queries
from vfm.store.queries.rankings import Rankable
from vfm.store.tables import WeightsBallot, WeightsMeeting

MOST_MEMBERS = 40
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Typed:
    """A new meeting as its form sends it.

    Attributes:
        cycle: id of what is ranked, or `FIGURES_ALONE`.
        day: day, month and year it is held on.
        top: services there is capacity for; blank: a tenth.
        people: ids of members who sign in; others: names of those without an account, one a line.
    """

    cycle: str = ""
    name: str = ""
    day: tuple[str, str, str] = ("", "", "")
    top: str = ""
    note: str = ""
    people: tuple[str, ...] = ()
    others: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a new meeting, and what it chooses from; `people` as (id, name, roles in words)."""

    typed: Typed
    cycles: tuple[Rankable, ...]
    criteria: tuple[Criterion, ...]
    people: tuple[tuple[int, str, str], ...]


def blank(session: Session, *, cycle_id: int | None, now: datetime) -> Form:
    """The form of a new meeting: of this cycle, else of the newest one; executives are ticked."""
    cycles = rankings.rankable(session)
    cycle = next((one for one in cycles if one.id == cycle_id), next(iter(cycles), None))
    people = queries.could_be_members(session)
    today = london_day(now)
    typed = Typed(
        cycle=str(cycle.id) if cycle else "",
        name=f"Weights for {cycle.name}" if cycle else "",
        day=(str(today.day), str(today.month), str(today.year)),
        people=tuple(str(person_id) for person_id, _, roles in people if Role.EXECUTIVE in roles),
    )
    return form(session, typed)


def form(session: Session, typed: Typed) -> Form:
    """The form as it was typed, with what it chooses from."""
    cycles = tuple(rankings.rankable(session))
    cycle = next((one for one in cycles if str(one.id) == typed.cycle), None)
    return Form(
        typed=typed,
        cycles=cycles,
        criteria=rankings.measured_by(session, cycle) if cycle else (),
        people=_people(session),
    )


def create(session: Session, typed: Typed, *, by: Actor, now: datetime) -> int:
    """Open a meeting: its criteria are those that its cycle is ranked on; its id.

    Raises:
        Invalid: every field that cannot be used.
    """
    cycles = {str(one.id): one for one in rankings.rankable(session)}
    cycle, problems = cycles.get(typed.cycle), list(_faults(typed))
    if cycle is None:
        problems.insert(0, Problem("cycle", "Choose what the weights are for."))
    people, wrong = _chosen(session, typed.people)
    others = [name.strip() for name in typed.others.splitlines() if name.strip()]
    names = [*people.values(), *others]
    problems += [*wrong, *_name_problems(names, others)]
    held_on = _held_on(typed.day, problems)
    top, too_many = top_of(typed.top, cycle.ready if cycle else None)
    problems += too_many
    if problems or cycle is None or held_on is None:
        raise Invalid(problems)
    row = WeightsMeeting(
        cycle_id=cycle.cycle_id,
        name=typed.name.strip(),
        held_on=held_on,
        criteria=[asdict(criterion) for criterion in rankings.measured_by(session, cycle)],
        top=top,
        note=typed.note.strip(),
        by_id=by.id,
        at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(
        WeightsBallot(meeting_id=row.id, person_id=one, name=name) for one, name in people.items()
    )
    session.add_all(WeightsBallot(meeting_id=row.id, name=name) for name in others)
    after = {"name": row.name, "cycle": cycle.name, "members": names}
    meetings.record(session, "opened", row.id, by, now, after=after)
    return row.id


def _faults(typed: Typed) -> Iterator[Problem]:
    name = typed.name.strip()
    if not name:
        yield Problem("name", "Give the meeting a name, such as “Weights for 2027”.")
    elif len(name) > LONGEST_NAME:
        yield Problem("name", f"Shorten the name to {LONGEST_NAME} characters.")
    for place, words in (("name", name), ("note", typed.note)):
        if message := text_problem(words):
            yield Problem(place, message)


def _chosen(session: Session, ids: Sequence[str]) -> tuple[dict[int, str], list[Problem]]:
    """Person -> the name they stand under here; two of one name are told apart."""
    known = {str(person_id): (person_id, name) for person_id, name, _ in queries.could_be_members(session)}
    if any(one not in known for one in ids):
        return {}, [
            Problem("people", "Somebody you chose can no longer sign in. Choose from the list again.")
        ]
    found: dict[int, str] = {}
    for person_id, name in (known[one] for one in dict.fromkeys(ids)):
        alike = sum(kept.split(" (")[0] == name for kept in found.values())
        found[person_id] = f"{name} ({alike + 1})" if alike else name
    return found, []


def _name_problems(names: Sequence[str], others: Sequence[str]) -> Iterator[Problem]:
    if not names:
        yield Problem("people", "Choose at least one member, or name one.")
    if len(names) > MOST_MEMBERS:
        yield Problem("people", f"A meeting takes {MOST_MEMBERS} members. You chose {len(names)}.")
    seen = [name.casefold() for name in names]
    for name in dict.fromkeys(others):
        if seen.count(name.casefold()) > 1:
            yield Problem(
                "others", f"{name} is a member already. Name everybody once, or tell the two apart."
            )
        if len(name) > LONGEST_NAME:
            yield Problem("others", f"Shorten “{name[:40]}…” to {LONGEST_NAME} characters.")
        elif message := text_problem(name):
            yield Problem("others", message)


def _held_on(day: tuple[str, str, str], problems: list[Problem]) -> date | None:
    try:
        return day_of(*day)
    except ValueError as problem:
        problems.append(Problem("held_on", str(problem)))
        return None


def to_add(session: Session, meeting_id: int) -> tuple[tuple[int, str, str], ...]:
    """(id, name, roles in words) of those who could be members and are not."""
    there = {ballot.person_id for ballot in queries.ballots(session, meeting_id)}
    return tuple(one for one in _people(session) if one[0] not in there)


def _people(session: Session) -> tuple[tuple[int, str, str], ...]:
    """Those who could be members: first who decides, then the others, each by name."""
    deciding = {Role.EXECUTIVE, Role.EXECUTIVE_DIRECTOR}
    rows = sorted(queries.could_be_members(session), key=lambda row: deciding.isdisjoint(row[2]))
    return tuple(
        (person_id, name, ", ".join(role.words.lower() for role in roles)) for person_id, name, roles in rows
    )


def add_members(
    session: Session, meeting_id: int, people: Sequence[str], others: str, *, by: Actor, now: datetime
) -> int:
    """Add members to an open meeting; how many.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
        Invalid: nobody was chosen, or somebody is a member already.
    """
    row = meetings.opened(session, meeting_id)
    kept = queries.ballots(session, meeting_id)
    found, problems = _chosen(session, people)
    named = [name.strip() for name in others.splitlines() if name.strip()]
    there = {ballot.person_id for ballot in kept if ballot.person_id is not None}
    if not found and not named and not problems:
        problems.append(Problem("people", "Choose whom to add, or name somebody."))
    for person_id, name in found.items():
        if person_id in there:
            problems.append(Problem("people", f"{name} is a member already."))
    taken = [ballot.name for ballot in kept if ballot.person_id not in found]
    problems += _name_problems([*taken, *found.values(), *named], [*found.values(), *named])
    if problems:
        raise Invalid(problems)
    session.add_all(WeightsBallot(meeting_id=row.id, person_id=one, name=name) for one, name in found.items())
    session.add_all(WeightsBallot(meeting_id=row.id, name=name) for name in named)
    row.revision += 1
    meetings.record(session, "added members", row.id, by, now, after=[*found.values(), *named])
    return len(found) + len(named)


def take_out(session: Session, meeting_id: int, ballot_id: int, *, by: Actor, now: datetime) -> str:
    """Take a member out of an open meeting, with the points they gave; their name.

    Raises:
        NotFound: there is no such meeting or member.
        Conflict: the meeting is closed, or this is its last member.
    """
    row = meetings.opened(session, meeting_id)
    found = queries.ballot_to_change(session, meeting_id, ballot_id)
    if found is None:
        raise NotFound(f"member {ballot_id} of meeting {meeting_id}")
    if len(queries.ballots(session, meeting_id)) == 1:
        raise Conflict(f"{found.name} is the only member. Add another before you take them out.")
    meetings.record(
        session, "took a member out", row.id, by, now, before={"name": found.name, "points": found.points}
    )
    session.delete(found)
    row.revision += 1
    return found.name
