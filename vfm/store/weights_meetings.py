"""A weights meeting as it is kept: who may read and change it, what points are given to, whose count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Closed, Forbidden, NotFound
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.record import read_criteria
from vfm.prioritisation.swings import to_confirm, without_points
from vfm.roles import Actor, Role
from vfm.store import events
from vfm.store.queries import rankings
from vfm.store.queries import weights as queries
from vfm.store.queries.results import AnyRow
from vfm.store.tables import WeightsBallot, WeightsMeeting

CHAIRS = (Role.EXECUTIVE, Role.CORE_TEAM)
READERS = (Role.CHALLENGER, Role.VIEWER)
"""Who reads a meeting once it is closed."""
CLOSED = "This meeting is closed, so no points change any more. Its chair can open it again."


def may_read(by: Actor, head: AnyRow, is_member: bool) -> bool:
    """True for those who chair meetings, for a member, and once it is closed for `READERS`."""
    return by.has(*CHAIRS) or is_member or (head.closed_at is not None and by.has(*READERS))


def own_only(found: WeightsBallot, by: Actor) -> None:
    """Points are given by their member alone; those of somebody without an account by a chair.

    Raises:
        Forbidden: these are somebody else's.
    """
    if found.person_id == by.id or (found.person_id is None and by.has(*CHAIRS)):
        return
    raise Forbidden(f"These are the points of {found.name}. Only they give them.")


def shares_of(points: Mapping[str, float]) -> dict[str, float]:
    """Criterion -> share of all points, 0 to 1 and together 1; all 0 where every criterion has 0 points."""
    total = sum(points.values())
    return {key: value / total if total else 0.0 for key, value in points.items()}


def asked(session: Session, row: WeightsMeeting) -> tuple[Criterion, ...]:
    """What points are given to: as measured now, with the references the meeting knows; closed, as agreed."""
    then = read_criteria(row.criteria)
    if row.closed_at is not None:
        return then
    known = {criterion.key: criterion.reference for criterion in then}
    return tuple(
        criterion if criterion.reference else replace(criterion, reference=known.get(criterion.key))
        for criterion in rankings.measured_in(session, row.cycle_id)
    )


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


def member(ballot: WeightsBallot, criteria: Sequence[Criterion], by: Actor, is_shown: bool) -> Member:
    """A member as this person may see them; `is_shown` once the chair shows everybody's points."""
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
        shares=shares_of(seen) if seen else None,
        counts=is_whole and not changed,
        may_type=is_me or (ballot.person_id is None and by.has(*CHAIRS)),
        reason=ballot.reason if is_me or is_shown else "",
    )


def opened(session: Session, meeting_id: int) -> WeightsMeeting:
    """An open meeting, locked for whoever is to write.

    Raises:
        NotFound: there is none.
        Closed: it is closed.
    """
    row = queries.to_change(session, meeting_id)
    if row is None:
        raise NotFound(f"meeting {meeting_id}")
    if row.closed_at is not None:
        raise Closed(CLOSED)
    return row


def record(
    session: Session,
    verb: str,
    meeting_id: int,
    by: Actor,
    now: datetime,
    *,
    before: Any = None,
    after: Any = None,
) -> None:
    """Note in the trail of a meeting what was done."""
    events.record(
        session, verb, "weights_meeting", meeting_id, by_id=by.id, now=now, before=before, after=after
    )
