"""When an assessment is due, and whom it waits for."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from vfm.questionnaires.steps import Status
from vfm.roles import Role
from vfm.store.letters import Reader
from vfm.store.queries import holders
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import Assessment, Cycle, Delegation, Message, Person, Service

DUE = func.coalesce(Assessment.due_on, Cycle.due_on)
"""The day an assessment is due: its own where it was extended, else its cycle's. Both tables are joined."""
UNSIGNED = (Status.OPEN, Status.SUBMITTED, Status.APPROVED)
"""States in which a service has still something to do by that day."""


class Waiting(NamedTuple):
    """An assessment that a service has still to do something about."""

    id: int
    service_id: int
    service: str
    cycle: str
    status: str
    due_on: date
    answered: int
    asked: int


def unsigned(session: Session, *, until: date, today: date) -> list[Waiting]:
    """The assessments of cycles under way that are due by a day and not signed off."""
    return _waiting(
        session,
        Cycle.closed_at.is_(None),
        Cycle.opens_on <= today,
        until >= DUE,
    )


def chosen(session: Session, cycle_id: int, ids: Collection[int]) -> list[Waiting]:
    """Those of some assessments of one cycle that are not signed off."""
    return _waiting(session, Cycle.id == cycle_id, Assessment.id.in_(sorted(ids)))


def _waiting(session: Session, *which: Any) -> list[Waiting]:
    rows = session.execute(
        select(
            Assessment.id,
            Assessment.service_id,
            Service.name,
            Cycle.name,
            Assessment.status,
            DUE,
            Assessment.answered_count,
            Assessment.route_count,
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(Assessment.status.in_(UNSIGNED), IS_ROUND, *which)
        .order_by(Service.name, Assessment.id)
    )
    return [Waiting._make(row) for row in rows]


class Stands(Protocol):
    """What has to be known of an assessment to say whom it waits for."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def service_id(self) -> int: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102


def waited_for(session: Session, rows: Iterable[Stands], today: date) -> dict[int, list[Reader]]:
    """Assessment -> those it waits for, each once; nobody where nobody holds the service.

    While it is open those are its directors, who stands in for them, and whoever has a part in hand; then
    the directors until they have signed, then the executive directors.
    """
    rows = list(rows)
    services = {row.service_id for row in rows}
    directors = holders.directing(session, services, today)
    executives = holders.of_services(session, Role.EXECUTIVE_DIRECTOR, services)
    helpers = _with_a_part(session, [row.id for row in rows if row.status == Status.OPEN])
    found = {}
    for row in rows:
        people = executives if row.status == Status.APPROVED else directors
        all_of_them = [*people.get(row.service_id, []), *helpers.get(row.id, [])]
        found[row.id] = list({one.person_id: one for one in all_of_them}.values())
    return found


def _with_a_part(session: Session, assessment_ids: Collection[int]) -> dict[int, list[Reader]]:
    rows: Any = session.execute(
        select(Delegation.assessment_id, Person.id, Person.name, Person.email)
        .join(Person, Person.id == Delegation.person_id)
        .where(
            Delegation.assessment_id.in_(assessment_ids),
            Delegation.handed_back_at.is_(None),
            Person.is_active,
        )
        .order_by(Delegation.id)
    )
    found: dict[int, list[Reader]] = defaultdict(list)
    for assessment_id, *person in rows:
        found[assessment_id].append(Reader(*person))
    return found


def left_in_words(one: Waiting) -> str:
    """How many questions are left, as a sentence; nothing where it was sent."""
    if one.status != Status.OPEN:
        return ""
    left = max(one.asked - one.answered, 0)
    if not one.asked:
        return "Nothing is answered yet."
    return f"{left} of {one.asked} questions are left." if left else "Every question is answered: send it."


def queued(session: Session, steps: Collection[str]) -> set[str]:
    """The steps of e-mails that are in the outbox and begin with one of these, each up to the person."""
    if not steps:
        return set()
    kinds = {step.partition(":")[0] for step in steps}
    rows = session.scalars(
        select(Message.step).where(or_(*(Message.step.startswith(f"{kind}:") for kind in sorted(kinds))))
    )
    wanted = set(steps)
    return {step for step in rows if f"{step.partition('person:')[0]}" in wanted}
