"""Weights meetings: members give swing points, each on their own, look at them together, and agree.

The room's rule: nobody sees another's points before the chair shows them, and points count only while what
they were given for is what is measured.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Closed, Conflict, Forbidden, Invalid, NotFound, Problem, clashes
from vfm.prioritisation import reweighing
from vfm.prioritisation.criteria import Criterion, swing_of
from vfm.prioritisation.points import CURE, MOST_POINTS, points_of
from vfm.prioritisation.record import read_criteria
from vfm.prioritisation.reweighing import Moved, Reweighed, reweighed
from vfm.prioritisation.swings import not_agreed_on, to_confirm, without_points
from vfm.prioritisation.weights import AgreedWeights, agreed
from vfm.questionnaires.figures import day_of
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor, Role
from vfm.store import events
from vfm.store.queries import rankings
from vfm.store.queries import weights as queries
from vfm.store.queries.rankings import Rankable
from vfm.store.queries.results import AnyRow
from vfm.store.tables import WeightsBallot, WeightsMeeting

MOST_MEMBERS = 40
LONGEST_NAME = 120
CHAIRS = (Role.EXECUTIVE, Role.CORE_TEAM)
READERS = (Role.CHALLENGER, Role.VIEWER)
"""Who reads a meeting once it is closed."""
CLOSED = "This meeting is closed, so no points change any more. Its chair can open it again."


# --- what is shown ------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting in the list: how many members there are, and how many have given all their points."""

    head: AnyRow
    members: int
    given: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A member, and how far they are.

    Attributes:
        given: how many criteria have points; `of` how many there are.
        to_confirm: (before, now) of the criteria whose goalposts moved since.
        points, shares: what they gave, once it can be seen; None before.
        counts: their points are whole and hold for what is measured now.
        may_type: this person gives these points, or types them for somebody without an account.
    """

    ballot_id: int
    name: str
    has_account: bool
    is_me: bool
    given: int
    of: int
    to_confirm: tuple[tuple[Criterion, Criterion], ...]
    points: Mapping[str, float] | None
    shares: Mapping[str, float] | None
    counts: bool
    may_type: bool
    reason: str


@dataclass(frozen=True, slots=True)
class OwnList:
    """What one member's own weights would change at the top: names of services."""

    member: str
    entering: tuple[str, ...]
    leaving: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the members' points come to.

    Attributes:
        points: member -> criterion -> points, of the members that count.
        agreed: average shares, ranges, Kendall's W.
        weights: the shares in use: the average, or what the chair set instead.
        list: the services under `weights`; None where nothing could be measured.
        own: what each member's own weights would change in it.
        correlated: warnings about criteria that say almost the same, with keys.
    """

    points: Mapping[str, Mapping[str, float]]
    agreed: AgreedWeights
    weights: Mapping[str, float]
    list: Reweighed | None
    own: tuple[OwnList, ...]
    correlated: tuple[str, ...]

    @property
    def first(self) -> tuple[str, ...]:
        """Names of the services in the top K, in their order."""
        return self.list.names_of(self.list.first) if self.list else ()


@dataclass(frozen=True, slots=True)
class View:
    """A meeting as its page shows it.

    Attributes:
        criteria: as they are measured now; of a closed meeting as the weights were agreed on.
        moved: names of criteria that changed since the weights of a closed meeting were agreed.
        comparison: None before the points are shown, or while nobody has given any.
        agreed: what a closed meeting ended with, as it is kept.
        runs: the rankings made with its weights.
    """

    head: AnyRow
    note: str
    top: int | None
    criteria: tuple[Criterion, ...]
    moved: tuple[str, ...]
    members: tuple[Member, ...]
    may_chair: bool
    comparison: Comparison | None
    agreed: Mapping[str, Any] | None
    runs: tuple[AnyRow, ...]
    mark: str

    @property
    def mine(self) -> Member | None:
        """This person among the members."""
        return next((member for member in self.members if member.is_me), None)

    @property
    def counting(self) -> tuple[Member, ...]:
        """The members whose points count now."""
        return tuple(member for member in self.members if member.counts)

    @property
    def waited_for(self) -> tuple[Member, ...]:
        """The members whose points are not there, or do not hold any more."""
        return tuple(member for member in self.members if not member.counts)


@dataclass(frozen=True, slots=True)
class BallotView:
    """The page on which one member gives points.

    Attributes:
        points: criterion -> as kept, exact text; `most` the criterion with 100, empty while none has it.
        shares: criterion -> share of what was given so far.
        to_confirm: (before, now) of the criteria whose goalposts moved since.
    """

    head: AnyRow
    ballot_id: int
    name: str
    is_me: bool
    criteria: tuple[Criterion, ...]
    points: Mapping[str, str]
    shares: Mapping[str, float]
    most: str
    to_confirm: tuple[tuple[Criterion, Criterion], ...]
    reason: str
    revision: int


def index(session: Session, *, by: Actor) -> tuple[tuple[MeetingLine, ...], tuple[Rankable, ...]]:
    """The meetings this person may read, the newest first, and what a new one can be about."""
    counts, mine = queries.counts(session), queries.mine(session, by.id)
    lines = (
        MeetingLine(head, *counts.get(head.id, (0, 0)), head.id in mine)
        for head in queries.heads(session)
        if _may_read(by, head, head.id in mine)
    )
    return tuple(lines), tuple(rankings.rankable(session))


def show(session: Session, meeting_id: int, *, by: Actor) -> View:
    """One meeting; what the others gave only once it is shown, and to its chair.

    Raises:
        NotFound: there is none, or it is not this person's to read.
    """
    head, row = queries.head(session, meeting_id), queries.meeting(session, meeting_id)
    ballots = queries.ballots(session, meeting_id)
    is_member = any(ballot.person_id == by.id for ballot in ballots)
    if head is None or row is None or not _may_read(by, head, is_member):
        raise NotFound(f"meeting {meeting_id}")
    then = read_criteria(row.criteria)
    now = _asked(session, row)
    is_shown = row.shown_at is not None or row.closed_at is not None
    members = tuple(_member(ballot, now, by, is_shown) for ballot in ballots)
    return View(
        head=head,
        note=row.note,
        top=row.top,
        criteria=now,
        moved=not_agreed_on(then, rankings.measured_in(session, row.cycle_id)) if row.closed_at else (),
        members=members,
        may_chair=by.has(*CHAIRS),
        comparison=_compared(row, members) if is_shown else None,
        agreed=row.agreed if row.closed_at else None,
        runs=tuple(queries.runs(session, meeting_id)),
        mark=f"{row.revision}-{'-'.join(str(ballot.revision) for ballot in ballots)}",
    )


def closing(session: Session, meeting_id: int, *, by: Actor) -> View:
    """An open meeting as its chair sees it before it is closed, whether or not the points are shown.

    Raises:
        NotFound: there is none.
        Conflict: it is closed.
    """
    view, row = show(session, meeting_id, by=by), queries.meeting(session, meeting_id)
    if row is None or row.closed_at is not None:
        raise Closed(CLOSED)
    seen = tuple(
        _member(one, view.criteria, by, is_shown=True) for one in queries.ballots(session, meeting_id)
    )
    return replace(view, members=seen, comparison=_compared(row, seen))


def to_add(session: Session, view: View) -> tuple[tuple[int, str, str], ...]:
    """(id, name, roles in words) of those who could be members and are not."""
    there = {ballot.person_id for ballot in queries.ballots(session, view.head.id)}
    return tuple(one for one in _people(session) if one[0] not in there)


def _people(session: Session) -> tuple[tuple[int, str, str], ...]:
    """Those who could be members: first who decides, then the others, each by name."""
    deciding = {Role.EXECUTIVE, Role.EXECUTIVE_DIRECTOR}
    rows = sorted(queries.could_be_members(session), key=lambda row: deciding.isdisjoint(row[2]))
    return tuple(
        (person_id, name, ", ".join(role.words.lower() for role in roles)) for person_id, name, roles in rows
    )


def _asked(session: Session, row: WeightsMeeting) -> tuple[Criterion, ...]:
    """What points are given to: as measured now, with the references the meeting knows; closed, as agreed."""
    then = read_criteria(row.criteria)
    if row.closed_at is not None:
        return then
    known = {criterion.key: criterion.reference for criterion in then}
    return tuple(
        criterion if criterion.reference else replace(criterion, reference=known.get(criterion.key))
        for criterion in rankings.measured_in(session, row.cycle_id)
    )


def _member(ballot: WeightsBallot, criteria: Sequence[Criterion], by: Actor, is_shown: bool) -> Member:
    is_me = ballot.person_id == by.id
    missing = without_points(criteria, ballot.points)
    changed = to_confirm(criteria, ballot.points, ballot.swings)
    points = {c.key: float(ballot.points[c.key]) for c in criteria} if ballot.points and not missing else None
    is_whole = points is not None and any(points.values())
    seen = points if is_whole and (is_me or is_shown) else None
    return Member(
        ballot_id=ballot.id,
        name=ballot.name,
        has_account=ballot.person_id is not None,
        is_me=is_me,
        given=len(criteria) - len(missing),
        of=len(criteria),
        to_confirm=changed,
        points=seen,
        shares=_shares(seen) if seen else None,
        counts=is_whole and not changed,
        may_type=is_me or (ballot.person_id is None and by.has(*CHAIRS)),
        reason=ballot.reason if is_me or is_shown else "",
    )


def _shares(points: Mapping[str, float]) -> dict[str, float]:
    total = sum(points.values())
    return {key: value / total if total else 0.0 for key, value in points.items()}


def _compared(row: WeightsMeeting, members: Sequence[Member]) -> Comparison | None:
    """What the points come to, of those that count; of a closed meeting, of those it was closed with."""
    if row.agreed is not None:
        points = row.agreed["members"]
    else:
        points = {member.name: member.points for member in members if member.counts and member.points}
    if not points:
        return None
    found = agreed(points)
    weights = (row.agreed and row.agreed["own"]) or found.weights
    if row.measured is None:
        return Comparison(points, found, weights, None, (), ())
    one = reweighing.read(row.measured)
    try:
        listed = reweighed(one, weights)
        lists = {name: reweighing.moved(listed, reweighed(one, given)) for name, given in points.items()}
    except Invalid:  # somebody's points are all on what no service has a value for
        return Comparison(points, found, weights, None, (), ())
    own = tuple(_own(name, listed, change) for name, change in lists.items())
    return Comparison(points, found, weights, listed, own, listed.correlated)


def _own(name: str, listed: Reweighed, change: Moved) -> OwnList:
    return OwnList(name, listed.names_of(change.entering), listed.names_of(change.leaving))


def ballot(session: Session, meeting_id: int, ballot_id: int, *, by: Actor) -> BallotView:
    """The page on which a member gives points.

    Raises:
        NotFound: there is no such member of a meeting that this person may read.
        Forbidden: these are somebody else's points.
        Conflict: the meeting is closed.
    """
    head, row = queries.head(session, meeting_id), queries.meeting(session, meeting_id)
    ballots = queries.ballots(session, meeting_id)
    found = next((one for one in ballots if one.id == ballot_id), None)
    is_member = any(one.person_id == by.id for one in ballots)
    if head is None or row is None or found is None or not _may_read(by, head, is_member):
        raise NotFound(f"member {ballot_id} of meeting {meeting_id}")
    _own_only(found, by)
    if row.closed_at is not None:
        raise Closed(CLOSED)
    criteria, points = _asked(session, row), dict(found.points or {})
    figures = {key: float(text) for key, text in points.items()}
    return BallotView(
        head=head,
        ballot_id=found.id,
        name=found.name,
        is_me=found.person_id == by.id,
        criteria=criteria,
        points=points,
        shares=_shares(figures),
        most=next((c.key for c in criteria if figures.get(c.key) == MOST_POINTS), ""),
        to_confirm=to_confirm(criteria, found.points, found.swings),
        reason=found.reason,
        revision=found.revision,
    )


def _own_only(found: WeightsBallot, by: Actor) -> None:
    if found.person_id == by.id or (found.person_id is None and by.has(*CHAIRS)):
        return
    raise Forbidden(f"These are the points of {found.name}. Only they give them.")


# --- opening a meeting --------------------------------------------------------------------------------------


def blank(session: Session, *, cycle_id: int | None, now: datetime) -> Form:
    """The form of a new meeting: of this cycle, else of the newest one; executives are ticked."""
    cycles = rankings.rankable(session)
    cycle = next((one for one in cycles if one.id == cycle_id), next(iter(cycles), None))
    people = queries.could_be_members(session)
    today = now.date()
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
    held_on, top = _held_on(typed.day, problems), _top(typed.top, cycle, problems)
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
    _record(session, "opened", row.id, by, now, after=after)
    return row.id


def _faults(typed: Typed) -> Iterator[Problem]:
    name = typed.name.strip()
    if not name:
        yield Problem("name", "Give the meeting a name, such as “Weights for 2027”.")
    elif len(name) > LONGEST_NAME:
        yield Problem("name", f"Shorten the name to {LONGEST_NAME} characters.")
    for place, words in (("name", name), ("note", typed.note), ("others", typed.others)):
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


def _held_on(day: tuple[str, str, str], problems: list[Problem]) -> date | None:
    try:
        return day_of(*day)
    except ValueError as problem:
        problems.append(Problem("held_on", str(problem)))
        return None


def _top(typed: str, cycle: Rankable | None, problems: list[Problem]) -> int | None:
    text = typed.strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 6 or int(text) < 1:
        problems.append(Problem("top", "Type a whole number of 1 or more, or leave it blank for a tenth."))
    elif cycle is not None and int(text) > cycle.ready:
        words = f"There are {cycle.ready} services that can be ranked. Type {cycle.ready} or fewer."
        problems.append(Problem("top", words))
    else:
        return int(text)
    return None


def add_members(
    session: Session, meeting_id: int, people: Sequence[str], others: str, *, by: Actor, now: datetime
) -> int:
    """Add members to an open meeting; how many.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
        Invalid: nobody was chosen, or somebody is a member already.
    """
    row = _open(session, meeting_id)
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
    _record(session, "added members", row.id, by, now, after=[*found.values(), *named])
    return len(found) + len(named)


def take_out(session: Session, meeting_id: int, ballot_id: int, *, by: Actor, now: datetime) -> str:
    """Take a member out of an open meeting, with the points they gave; their name.

    Raises:
        NotFound: there is no such meeting or member.
        Conflict: the meeting is closed, or this is its last member.
    """
    row = _open(session, meeting_id)
    found = queries.ballot_to_change(session, meeting_id, ballot_id)
    if found is None:
        raise NotFound(f"member {ballot_id} of meeting {meeting_id}")
    if len(queries.ballots(session, meeting_id)) == 1:
        raise Conflict(f"{found.name} is the only member. Add another before you take them out.")
    _record(
        session, "took a member out", row.id, by, now, before={"name": found.name, "points": found.points}
    )
    session.delete(found)
    row.revision += 1
    return found.name


# --- giving points ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of points that were sent: the usable ones are kept, `problems` names the others.

    Attributes:
        given, of: how many criteria have points now, and how many there are.
        shares: criterion -> share of what is given so far.
    """

    revision: int
    given: int
    of: int
    shares: Mapping[str, float]
    problems: tuple[Problem, ...]


def save(
    session: Session,
    meeting_id: int,
    ballot_id: int,
    sent: Mapping[str, str],
    *,
    revision: str,
    reason: str | None = None,
    is_last: bool = False,
    by: Actor,
    now: datetime,
) -> Saved:
    """Keep the points that were sent, those of one member; what is not sent stays as it is.

    Args:
        session: the store.
        meeting_id: the meeting.
        ballot_id: the member.
        sent: criterion -> points as typed; a blank takes back what was given.
        revision: of the points that were on the page.
        reason: why, where it was asked.
        is_last: this member says that these are their points: none may be missing.
        by: who sends them.
        now: the moment.

    Raises:
        NotFound: there is no such meeting or member.
        Forbidden: these are somebody else's points.
        Conflict: the meeting is closed; or the points were changed elsewhere since the page was opened.
    """
    row, found = _own_ballot(session, meeting_id, ballot_id, by)
    criteria = _asked(session, row)
    by_key = {criterion.key: criterion for criterion in criteria}
    kept: dict[str, str] = dict(found.points or {})
    if revision != str(found.revision):
        _refuse_stale(found, by_key, kept, sent)
    problems = _taken(by_key, kept, sent)
    missing = without_points(criteria, kept)
    is_whole = not missing and any(float(kept[key]) for key in by_key)
    if is_last:
        problems += _unfinished(criteria, missing, is_whole, {problem.place for problem in problems})
    if reason is not None and (message := text_problem(reason)):
        problems.append(Problem("reason", message))
    _keep_points(session, found, by_key, kept, sent, reason, is_whole, by, now)
    figures = {key: float(text) for key, text in kept.items() if key in by_key}
    return Saved(
        found.revision, len(criteria) - len(missing), len(criteria), _shares(figures), tuple(problems)
    )


def _own_ballot(
    session: Session, meeting_id: int, ballot_id: int, by: Actor
) -> tuple[WeightsMeeting, WeightsBallot]:
    """An open meeting and the points this person may change in it."""
    found = queries.ballot_to_change(session, meeting_id, ballot_id)
    if found is None or not (by.has(*CHAIRS) or meeting_id in queries.mine(session, by.id)):
        raise NotFound(f"member {ballot_id} of meeting {meeting_id}")
    _own_only(found, by)
    return _open(session, meeting_id), found


def _taken(by_key: Mapping[str, Criterion], kept: dict[str, str], sent: Mapping[str, str]) -> list[Problem]:
    """Put what was sent among what is kept; what cannot be used is named and leaves it as it was."""
    problems = []
    for key, text in sent.items():
        if key not in by_key:
            continue
        if points_of(text) is not None:
            kept[key] = _exact(text)
        elif text.strip():
            problems.append(Problem(f"points.{key}", f"{_capital(by_key[key].name)}: {CURE}"))
        else:
            kept.pop(key, None)
    return problems


def _unfinished(
    criteria: Sequence[Criterion], missing: Sequence[Criterion], is_whole: bool, faulty: set[str]
) -> list[Problem]:
    """What keeps these from being all of somebody's points."""
    if not missing and not is_whole:
        words = "Every criterion has 0 points. Give 100 to the one that matters most."
        return [Problem(f"points.{criteria[0].key}", words)]
    places = {f"points.{criterion.key}": criterion for criterion in missing}
    return [
        Problem(place, f"{_capital(criterion.name)}: {CURE}")
        for place, criterion in places.items()
        if place not in faulty
    ]


def _keep_points(
    session: Session,
    found: WeightsBallot,
    by_key: Mapping[str, Criterion],
    kept: Mapping[str, str],
    sent: Mapping[str, str],
    reason: str | None,
    is_whole: bool,
    by: Actor,
    now: datetime,
) -> None:
    before, swings = dict(found.points or {}), dict(found.swings or {})
    changed = [key for key in by_key if key in sent and kept.get(key) != before.get(key)]
    for key in changed:  # given anew, for what stands on the page now
        swings[key] = swing_of(by_key[key])
    if changed:
        found.points, found.swings = dict(kept), swings
        if is_whole and found.confirmed_at is None:
            _record(session, "gave points", found.meeting_id, by, now, after={"name": found.name, **kept})
        found.confirmed_at = now if is_whole else None
    if reason is not None and not text_problem(reason) and reason.strip() != found.reason:
        found.reason = reason.strip()
        changed.append("reason")
    if changed:
        found.revision += 1


def _refuse_stale(
    found: WeightsBallot, by_key: Mapping[str, Criterion], kept: Mapping[str, str], sent: Mapping[str, str]
) -> None:
    """Both sides of what was typed elsewhere meanwhile; nothing to refuse where both say the same."""
    typed = {key: text.strip() for key, text in sent.items() if key in by_key}
    apart = clashes({key: kept.get(key, "") for key in typed}, typed, f"{found.name}, elsewhere")
    apart = tuple(replace(clash, place=f"points.{clash.place}") for clash in apart)
    if apart:
        raise Conflict("These points were changed on another device since this page was opened.", apart)


def _exact(text: str) -> str:
    return f"{Decimal(repr(points_of(text))).normalize():f}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def confirm(session: Session, meeting_id: int, ballot_id: int, *, by: Actor, now: datetime) -> None:
    """Say that one's points hold for the goalposts as they are now.

    Raises:
        NotFound: there is no such meeting or member.
        Forbidden: these are somebody else's points.
        Conflict: the meeting is closed.
    """
    row, found = _own_ballot(session, meeting_id, ballot_id, by)
    criteria = _asked(session, row)
    changed = to_confirm(criteria, found.points, found.swings)
    found.swings = {c.key: swing_of(c) for c in criteria if c.key in (found.points or {})}
    if not without_points(criteria, found.points):
        found.confirmed_at = now
    found.revision += 1
    names = [criterion.key for _, criterion in changed]
    _record(session, "confirmed points", row.id, by, now, after={"name": found.name, "criteria": names})


# --- steps of the chair -------------------------------------------------------------------------------------


def uncover(session: Session, meeting_id: int, *, by: Actor, now: datetime) -> None:
    """Show the members each other's points.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
        Invalid: nobody has given all their points yet.
    """
    row = _open(session, meeting_id)
    if not any(ballot.confirmed_at for ballot in queries.ballots(session, meeting_id)):
        raise Invalid([Problem("", "Nobody has given all their points yet, so there is nothing to show.")])
    if row.shown_at is None:
        row.shown_at = now
        row.revision += 1
        _record(session, "showed the points", row.id, by, now)


def cover(session: Session, meeting_id: int, *, by: Actor, now: datetime) -> None:
    """Hide the points from the members again.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
    """
    row = _open(session, meeting_id)
    if row.shown_at is not None:
        row.shown_at = None
        row.revision += 1
        _record(session, "hid the points", row.id, by, now)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a meeting is closed, as typed.

    Attributes:
        way: `average` or `own`; points: criterion -> points of the chair, where it is `own`.
        leaves_out: those whose points are not there, or do not hold, are left out.
    """

    way: str = "average"
    points: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    leaves_out: bool = False


def close(session: Session, meeting_id: int, ending: Ending, *, by: Actor, now: datetime) -> None:
    """Agree the weights and close the meeting.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
        Invalid: nobody's points count; some do not and nobody said to leave them out; other weights than the
            average that cannot be used, or without a reason.
    """
    row = _open(session, meeting_id)
    criteria = _asked(session, row)
    members = [_member(one, criteria, by, is_shown=True) for one in queries.ballots(session, meeting_id)]
    counting = {member.name: dict(member.points) for member in members if member.counts and member.points}
    waiting = [member.name for member in members if not member.counts]
    problems = []
    if not counting:
        problems.append(Problem("way", "Nobody’s points count yet. Wait for at least one member."))
    elif waiting and not ending.leaves_out:
        words = (
            f"Not all points are there: {', '.join(waiting)}. Wait for them, or tick that they are left out."
        )
        problems.append(Problem("leaves_out", words))
    own, wrong = _chair_sets(criteria, ending)
    problems += wrong
    if problems:
        raise Invalid(problems)
    found = agreed(counting)
    row.agreed = asdict(found) | {
        "own": own,
        "reason": ending.reason.strip() if own else "",
        "members": counting,
        "left_out": waiting,
    }
    row.criteria = [asdict(criterion) for criterion in criteria]
    row.closed_at = now
    row.shown_at = row.shown_at or now
    row.revision += 1
    after = {"weights": own or found.weights, "reason": row.agreed["reason"], "left out": waiting}
    _record(session, "agreed weights", row.id, by, now, after=after)


def _chair_sets(
    criteria: Sequence[Criterion], ending: Ending
) -> tuple[dict[str, float] | None, list[Problem]]:
    """Shares that the chair set instead of the average; None for the average."""
    if ending.way != "own":
        return None, []
    problems, points = [], {}
    for criterion in criteria:
        value = points_of(ending.points.get(criterion.key, ""))
        if value is None:
            problems.append(Problem(f"own.{criterion.key}", f"{_capital(criterion.name)}: {CURE}"))
        else:
            points[criterion.key] = value
    if not problems and not any(points.values()):
        words = "Every weight is 0. Give at least one criterion points."
        problems.append(Problem(f"own.{criteria[0].key}", words))
    if not ending.reason.strip():
        words = "Say why these weights stand in the place of the average; the run keeps it."
        problems.append(Problem("reason", words))
    elif message := text_problem(ending.reason):
        problems.append(Problem("reason", message))
    return _shares(points), problems


def reopen(session: Session, meeting_id: int, *, by: Actor, now: datetime) -> None:
    """Open a closed meeting again: points can be changed, and the weights are agreed anew.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is open.
    """
    row = queries.to_change(session, meeting_id)
    if row is None:
        raise NotFound(f"meeting {meeting_id}")
    if row.closed_at is None:
        raise Conflict("This meeting is open already.")
    _record(session, "opened again", row.id, by, now, before=row.agreed)
    row.agreed = row.closed_at = None
    row.revision += 1


def _open(session: Session, meeting_id: int) -> WeightsMeeting:
    row = queries.to_change(session, meeting_id)
    if row is None:
        raise NotFound(f"meeting {meeting_id}")
    if row.closed_at is not None:
        raise Closed(CLOSED)
    return row


def _may_read(by: Actor, head: AnyRow, is_member: bool) -> bool:
    return by.has(*CHAIRS) or is_member or (head.closed_at is not None and by.has(*READERS))


def _record(
    session: Session,
    verb: str,
    meeting_id: int,
    by: Actor,
    now: datetime,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    events.record(
        session, verb, "weights_meeting", meeting_id, by_id=by.id, now=now, before=before, after=after
    )
