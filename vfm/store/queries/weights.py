"""What weights meetings ask of the store: which there are, who is a member, what they gave."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, undefer

from vfm.roles import Role
from vfm.store.queries.priorities import FIGURES_ALONE_NAME
from vfm.store.queries.results import AnyRow
from vfm.store.tables import Cycle, Person, PersonRole, PrioritisationRun, WeightsBallot, WeightsMeeting

_HEADS: Select[*tuple[Any, ...]] = (
    select(
        WeightsMeeting.id,
        WeightsMeeting.name,
        WeightsMeeting.held_on,
        WeightsMeeting.cycle_id,
        WeightsMeeting.shown_at,
        WeightsMeeting.closed_at,
        func.coalesce(Cycle.name, FIGURES_ALONE_NAME).label("cycle"),
        Person.name.label("by"),
    )
    .join(Person, Person.id == WeightsMeeting.by_id)
    .outerjoin(Cycle, Cycle.id == WeightsMeeting.cycle_id)
)


def heads(session: Session) -> list[AnyRow]:
    """Every meeting, the newest first."""
    return list(session.execute(_HEADS.order_by(WeightsMeeting.held_on.desc(), WeightsMeeting.id.desc())))


def head(session: Session, meeting_id: int) -> AnyRow | None:
    """One meeting; None when there is none."""
    return session.execute(_HEADS.where(WeightsMeeting.id == meeting_id)).first()


def meeting(session: Session, meeting_id: int) -> WeightsMeeting | None:
    """One meeting with what services measured; None when there is none."""
    wanted = undefer(WeightsMeeting.measured)
    return session.scalars(
        select(WeightsMeeting).where(WeightsMeeting.id == meeting_id).options(wanted)
    ).first()


def to_change(session: Session, meeting_id: int) -> WeightsMeeting | None:
    """One meeting, held until the transaction ends; None when there is none."""
    return session.scalars(
        select(WeightsMeeting).where(WeightsMeeting.id == meeting_id).with_for_update()
    ).first()


def ballots(session: Session, meeting_id: int) -> list[WeightsBallot]:
    """The members of a meeting and what they gave, by name."""
    asked = select(WeightsBallot).where(WeightsBallot.meeting_id == meeting_id)
    return list(session.scalars(asked.order_by(WeightsBallot.name, WeightsBallot.id)))


def counts(session: Session) -> dict[int, tuple[int, int]]:
    """Meeting -> (members, those of them who gave points to everything)."""
    ballot = WeightsBallot
    rows = session.execute(
        select(ballot.meeting_id, func.count(), func.count(ballot.confirmed_at)).group_by(ballot.meeting_id)
    )
    return {meeting_id: (members, given) for meeting_id, members, given in rows}


def mine(session: Session, person_id: int) -> set[int]:
    """The meetings somebody is a member of."""
    asked = select(WeightsBallot.meeting_id).where(WeightsBallot.person_id == person_id)
    return set(session.scalars(asked))


def ballot_to_change(session: Session, meeting_id: int, ballot_id: int) -> WeightsBallot | None:
    """One member's points, held until the transaction ends; None when the meeting has no such member."""
    return session.scalars(
        select(WeightsBallot)
        .where(WeightsBallot.id == ballot_id, WeightsBallot.meeting_id == meeting_id)
        .with_for_update()
    ).first()


def runs(session: Session, meeting_id: int) -> list[AnyRow]:
    """(id, name, at) of the rankings made with a meeting's weights, the newest first."""
    run = PrioritisationRun
    asked = select(run.id, run.name, run.at).where(run.meeting_id == meeting_id)
    return list(session.execute(asked.order_by(run.id.desc())))


def could_be_members(session: Session) -> list[tuple[int, str, tuple[Role, ...]]]:
    """(id, name, roles) of everybody who can sign in and does more than answer a part, by name."""
    rows = session.execute(
        select(Person.id, Person.name, PersonRole.role)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.is_active, PersonRole.role != Role.CONTRIBUTOR.value)
        .distinct()
        .order_by(Person.name, Person.id, PersonRole.role)
    )
    found: dict[tuple[int, str], list[Role]] = {}
    for person_id, name, role in rows:
        found.setdefault((person_id, name), []).append(Role(role))
    return [(*who, tuple(roles)) for who, roles in found.items()]


def waiting_for(session: Session, person_id: int) -> list[AnyRow]:
    """The open meetings somebody is a member of, with what they gave so far, the first to be held first."""
    meeting, ballot = WeightsMeeting, WeightsBallot
    asked = (
        select(
            meeting.id,
            meeting.name,
            meeting.held_on,
            ballot.id.label("ballot_id"),
            ballot.points,
            ballot.swings,
            meeting.cycle_id,
        )
        .join(ballot, ballot.meeting_id == meeting.id)
        .where(ballot.person_id == person_id, meeting.closed_at.is_(None))
        .order_by(meeting.held_on, meeting.id)
    )
    return list(session.execute(asked))
