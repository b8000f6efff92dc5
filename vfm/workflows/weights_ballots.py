"""Weights meetings: members give swing points, each on their own, and confirm them where goalposts moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from vfm.errors import Closed, Conflict, NotFound, Problem, clashes
from vfm.prioritisation.criteria import Criterion, swing_of
from vfm.prioritisation.points import MOST_POINTS, cure_of, points_of
from vfm.prioritisation.swings import to_confirm, without_points
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.store import weights_meetings as meetings
from vfm.store.queries import weights as queries
from vfm.store.queries.results import AnyRow
from vfm.store.tables import WeightsBallot, WeightsMeeting


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
    if head is None or row is None or found is None or not meetings.may_read(by, head, is_member):
        raise NotFound(f"member {ballot_id} of meeting {meeting_id}")
    meetings.own_only(found, by)
    if row.closed_at is not None:
        raise Closed(meetings.CLOSED)
    criteria, points = meetings.asked(session, row), dict(found.points or {})
    figures = {key: float(text) for key, text in points.items()}
    return BallotView(
        head=head,
        ballot_id=found.id,
        name=found.name,
        is_me=found.person_id == by.id,
        criteria=criteria,
        points=points,
        shares=meetings.shares_of(figures),
        most=next((c.key for c in criteria if figures.get(c.key) == MOST_POINTS), ""),
        to_confirm=to_confirm(criteria, found.points, found.swings),
        reason=found.reason,
        revision=found.revision,
    )


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
    criteria = meetings.asked(session, row)
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
        found.revision,
        len(criteria) - len(missing),
        len(criteria),
        meetings.shares_of(figures),
        tuple(problems),
    )


def _own_ballot(
    session: Session, meeting_id: int, ballot_id: int, by: Actor
) -> tuple[WeightsMeeting, WeightsBallot]:
    """An open meeting and the points this person may change in it."""
    found = queries.ballot_to_change(session, meeting_id, ballot_id)
    if found is None or not (by.has(*meetings.CHAIRS) or meeting_id in queries.mine(session, by.id)):
        raise NotFound(f"member {ballot_id} of meeting {meeting_id}")
    meetings.own_only(found, by)
    return meetings.opened(session, meeting_id), found


def _taken(by_key: Mapping[str, Criterion], kept: dict[str, str], sent: Mapping[str, str]) -> list[Problem]:
    """Put what was sent among what is kept; what cannot be used is named and leaves it as it was."""
    problems = []
    for key, text in sent.items():
        if key not in by_key:
            continue
        if points_of(text) is not None:
            kept[key] = _exact(text)
        elif text.strip():
            problems.append(Problem(f"points.{key}", cure_of(by_key[key].name)))
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
        Problem(place, cure_of(criterion.name)) for place, criterion in places.items() if place not in faulty
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
            meetings.record(
                session, "gave points", found.meeting_id, by, now, after={"name": found.name, **kept}
            )
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


def confirm(session: Session, meeting_id: int, ballot_id: int, *, by: Actor, now: datetime) -> None:
    """Say that one's points hold for the goalposts as they are now.

    Raises:
        NotFound: there is no such meeting or member.
        Forbidden: these are somebody else's points.
        Conflict: the meeting is closed.
    """
    row, found = _own_ballot(session, meeting_id, ballot_id, by)
    criteria = meetings.asked(session, row)
    changed = to_confirm(criteria, found.points, found.swings)
    found.swings = {c.key: swing_of(c) for c in criteria if c.key in (found.points or {})}
    if not without_points(criteria, found.points):
        found.confirmed_at = now
    found.revision += 1
    names = [criterion.key for _, criterion in changed]
    meetings.record(
        session, "confirmed points", row.id, by, now, after={"name": found.name, "criteria": names}
    )
