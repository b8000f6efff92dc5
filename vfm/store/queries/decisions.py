"""What the decision page and its minutes ask of the store."""

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.queries.priorities import DECISION_COLUMNS
from vfm.store.queries.priorities import DecisionRow as DecisionRow
from vfm.store.queries.priorities import run as run
from vfm.store.tables import Decision, DecisionMeeting, Person, PrioritisationRun


class Meeting(NamedTuple):
    """A meeting that decides on a run; `closed_at` None while its minutes are open."""

    id: int
    run_id: int
    held_on: date
    chair: str
    present: str
    apologies: str
    note: str
    closed_at: datetime | None
    by: str
    revision: int


_MEETING: tuple[Any, ...] = (
    DecisionMeeting.id,
    DecisionMeeting.run_id,
    DecisionMeeting.held_on,
    DecisionMeeting.chair,
    DecisionMeeting.present,
    DecisionMeeting.apologies,
    DecisionMeeting.note,
    DecisionMeeting.closed_at,
    Person.name,
    DecisionMeeting.revision,
)


def hold(session: Session, run_id: int) -> None:
    """Let nobody else decide on this run until the transaction ends."""
    session.execute(select(PrioritisationRun.id).where(PrioritisationRun.id == run_id).with_for_update())


def meetings(session: Session, run_id: int) -> list[Meeting]:
    """The meetings that decided on a run, the newest first."""
    rows = session.execute(
        select(*_MEETING)
        .join(Person, Person.id == DecisionMeeting.by_id)
        .where(DecisionMeeting.run_id == run_id)
        .order_by(DecisionMeeting.id.desc())
    )
    return [Meeting(*row) for row in rows]


def decided_in(session: Session, meeting_id: int) -> list[DecisionRow]:
    """What a meeting decided, as it was recorded; a service decided twice there stands twice."""
    return _decisions(session, Decision.meeting_id == meeting_id)


def decided_on_cycle(session: Session, cycle_id: int | None) -> list[DecisionRow]:
    """Every decision recorded on any run of this cycle, or on runs of none, in the order of recording."""
    of_it = PrioritisationRun.cycle_id
    return _decisions(session, of_it.is_(None) if cycle_id is None else of_it == cycle_id)


def _decisions(session: Session, wanted: Any) -> list[DecisionRow]:
    rows = session.execute(
        select(*DECISION_COLUMNS)
        .join(PrioritisationRun, PrioritisationRun.id == Decision.run_id)
        .join(Person, Person.id == Decision.by_id)
        .where(wanted)
        .order_by(Decision.id)
    )
    return [DecisionRow(*row) for row in rows]
