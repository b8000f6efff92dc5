"""Weights meetings: their list, what the members' points come to, and the steps of the chair.

The room's rule: nobody sees another's points before the chair shows them, and points count only while what
they were given for is what is measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Closed, Conflict, Invalid, NotFound, Problem
from vfm.prioritisation import reweighing
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.points import cure_of, points_of
from vfm.prioritisation.record import read_criteria
from vfm.prioritisation.reweighing import Moved, Reweighed, reweighed
from vfm.prioritisation.swings import not_agreed_on
from vfm.prioritisation.weights import AgreedWeights, agreed
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import weights_meetings as meetings
from vfm.store.queries import rankings
from vfm.store.queries import weights as queries
from vfm.store.queries.rankings import Rankable
from vfm.store.queries.results import AnyRow
from vfm.store.tables import WeightsBallot, WeightsMeeting
from vfm.store.weights_meetings import CHAIRS as CHAIRS
from vfm.store.weights_meetings import Member as Member

OTHERS_CAME = (
    "Members or their points changed after you opened this page, so the average is another one. "
    "You see it now: look at it, then agree again."
)


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting in the list: how many members there are, and how many have given all their points."""

    head: AnyRow
    members: int
    given: int
    is_mine: bool


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


def index(session: Session, *, by: Actor) -> tuple[tuple[MeetingLine, ...], tuple[Rankable, ...]]:
    """The meetings this person may read, the newest first, and what a new one can be about."""
    counts, mine = queries.counts(session), queries.mine(session, by.id)
    lines = (
        MeetingLine(head, *counts.get(head.id, (0, 0)), head.id in mine)
        for head in queries.heads(session)
        if meetings.may_read(by, head, head.id in mine)
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
    if head is None or row is None or not meetings.may_read(by, head, is_member):
        raise NotFound(f"meeting {meeting_id}")
    then = read_criteria(row.criteria)
    now = meetings.asked(session, row)
    is_shown = row.shown_at is not None or row.closed_at is not None
    members = tuple(meetings.member(ballot, now, by, is_shown) for ballot in ballots)
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
        mark=_mark(row, ballots),
    )


def _mark(row: WeightsMeeting, ballots: Sequence[WeightsBallot]) -> str:
    """What tells one state of a meeting and of its points from another."""
    return "-".join(map(str, (row.revision, *(ballot.revision for ballot in ballots))))


def closing(session: Session, meeting_id: int, *, by: Actor) -> View:
    """An open meeting as its chair sees it before it is closed, whether or not the points are shown.

    Raises:
        NotFound: there is none.
        Conflict: it is closed.
    """
    view, row = show(session, meeting_id, by=by), queries.meeting(session, meeting_id)
    if row is None or row.closed_at is not None:
        raise Closed(meetings.CLOSED)
    seen = tuple(
        meetings.member(one, view.criteria, by, is_shown=True) for one in queries.ballots(session, meeting_id)
    )
    return replace(view, members=seen, comparison=_compared(row, seen))


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


# --- steps of the chair -------------------------------------------------------------------------------------


def uncover(session: Session, meeting_id: int, *, by: Actor, now: datetime) -> None:
    """Show the members each other's points.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
        Invalid: nobody has given all their points yet.
    """
    row = meetings.opened(session, meeting_id)
    if not any(ballot.confirmed_at for ballot in queries.ballots(session, meeting_id)):
        raise Invalid([Problem("", "Nobody has given all their points yet, so there is nothing to show.")])
    if row.shown_at is None:
        row.shown_at = now
        row.revision += 1
        meetings.record(session, "showed the points", row.id, by, now)


def cover(session: Session, meeting_id: int, *, by: Actor, now: datetime) -> None:
    """Hide the points from the members again.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed.
    """
    row = meetings.opened(session, meeting_id)
    if row.shown_at is not None:
        row.shown_at = None
        row.revision += 1
        meetings.record(session, "hid the points", row.id, by, now)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a meeting is closed, as typed.

    Attributes:
        way: `average` or `own`; points: criterion -> points of the chair, where it is `own`.
        leaves_out: those whose points are not there, or do not hold, are left out.
        seen: the mark of the meeting as it was looked at; empty where nobody looked at anything.
    """

    way: str = "average"
    points: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    leaves_out: bool = False
    seen: str = ""


def close(session: Session, meeting_id: int, ending: Ending, *, by: Actor, now: datetime) -> None:
    """Agree the weights and close the meeting.

    Raises:
        NotFound: there is no such meeting.
        Conflict: it is closed, or points changed after they were looked at.
        Invalid: nobody's points count; some do not and nobody said to leave them out; other weights than the
            average that cannot be used, or without a reason.
    """
    row, ballots = meetings.opened(session, meeting_id), queries.ballots(session, meeting_id)
    if ending.seen and ending.seen != _mark(row, ballots):
        raise Conflict(OTHERS_CAME)
    criteria = meetings.asked(session, row)
    members = [meetings.member(one, criteria, by, is_shown=True) for one in ballots]
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
    meetings.record(session, "agreed weights", row.id, by, now, after=after)


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
            problems.append(Problem(f"own.{criterion.key}", cure_of(criterion.name)))
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
    return meetings.shares_of(points), problems


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
    meetings.record(session, "opened again", row.id, by, now, before=row.agreed)
    row.agreed = row.closed_at = None
    row.revision += 1
