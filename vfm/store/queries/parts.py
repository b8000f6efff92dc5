"""Which parts of assessments people were given."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from vfm.questionnaires.parts import Part
from vfm.questionnaires.steps import Status
from vfm.roles import Role
from vfm.store.prepared import Prepared
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Cycle,
    Delegation,
    Person,
    PersonRole,
    Service,
    Version,
)

_GIVEN_TO = Prepared(
    select(Delegation.scope, Delegation.place, Delegation.handed_back_at).where(
        Delegation.assessment_id == bindparam("assessment_id"), Delegation.person_id == bindparam("person_id")
    )
)


def given_to(session: Session, assessment_id: int, person_id: int) -> list[tuple[Part, bool]]:
    """The parts of an assessment that somebody was given, each with whether they have it still in hand."""
    rows = _GIVEN_TO.rows(session, assessment_id=assessment_id, person_id=person_id)
    return [(Part(scope, place), handed_back_at is None) for scope, place, handed_back_at in rows]


class Holding(NamedTuple):
    """A part of an assessment in somebody's hands, or handed back by them.

    `is_at_hand`: they can sign in and are a contributor of the service, so that the part counts.
    """

    id: int
    person_id: int
    name: str
    scope: str
    place: str
    message: str
    given_by: str
    given_at: datetime
    handed_back_at: datetime | None
    handed_back_as: str
    handed_back_note: str
    is_at_hand: bool

    @property
    def part(self) -> Part:
        """What they were given."""
        return Part(self.scope, self.place)


_giver = aliased(Person)
_is_at_hand = (
    exists()
    .where(
        PersonRole.person_id == Delegation.person_id,
        PersonRole.service_id == Assessment.service_id,
        PersonRole.role == Role.CONTRIBUTOR.value,
    )
    .correlate(Delegation, Assessment)
)
_HOLDINGS = Prepared(
    select(
        Delegation.id,
        Delegation.person_id,
        Person.name,
        Delegation.scope,
        Delegation.place,
        Delegation.message,
        _giver.name,
        Delegation.given_at,
        Delegation.handed_back_at,
        Delegation.handed_back_as,
        Delegation.handed_back_note,
        and_(Person.is_active, _is_at_hand),
    )
    .join(Person, Person.id == Delegation.person_id)
    .join(_giver, _giver.id == Delegation.given_by_id)
    .join(Assessment, Assessment.id == Delegation.assessment_id)
    .where(Delegation.assessment_id == bindparam("assessment_id"))
    .order_by(Person.name, Delegation.id)
)


def holdings(session: Session, assessment_id: int) -> list[Holding]:
    """Every part of an assessment that is given, by the names of those who have them."""
    return [Holding(*row) for row in _HOLDINGS.rows(session, assessment_id=assessment_id)]


class Given(NamedTuple):
    """A part somebody was given, with the assessment it belongs to."""

    part_id: int
    assessment_id: int
    service_id: int
    service: str
    cycle: str
    kind: str
    due_on: date
    status: str
    version_id: int
    content_hash: str
    scope: str
    place: str
    given_by: str
    given_at: datetime
    handed_back_at: datetime | None
    handed_back_as: str


def of_person(session: Session, person_id: int, service_ids: Collection[int]) -> list[Given]:
    """What somebody was given of these services in cycles that are not closed, the one due first first."""
    due_on = func.coalesce(Assessment.due_on, Cycle.due_on)
    columns: list[Any] = [  # more than select() has types for
        Delegation.id,
        Assessment.id,
        Service.id,
        Service.name,
        Cycle.name,
        Cycle.kind,
        due_on,
        Assessment.status,
        Version.id,
        Version.content_hash,
        Delegation.scope,
        Delegation.place,
        Person.name,
        Delegation.given_at,
        Delegation.handed_back_at,
        Delegation.handed_back_as,
    ]
    rows = session.execute(
        select(*columns)
        .join(Assessment, Assessment.id == Delegation.assessment_id)
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Person, Person.id == Delegation.given_by_id)
        .where(
            Delegation.person_id == person_id,
            Assessment.service_id.in_(sorted(service_ids)),
            Cycle.closed_at.is_(None),
        )
        .order_by(due_on, Service.name, Delegation.id)
    )
    return [Given._make(row) for row in rows]


def answers_of(session: Session, assessment_ids: Collection[int]) -> dict[int, list[tuple[str, Any]]]:
    """Assessment -> its (question key, content) pairs."""
    found: dict[int, list[tuple[str, Any]]] = {}
    if assessment_ids:
        rows = session.execute(
            select(AnswerRow.assessment_id, AnswerRow.question_key, AnswerRow.content).where(
                AnswerRow.assessment_id.in_(sorted(assessment_ids))
            )
        )
        for assessment_id, key, content in rows:
            found.setdefault(assessment_id, []).append((key, content))
    return found


def without_any(session: Session, person_id: int, service_ids: Collection[int]) -> list[tuple[str, str]]:
    """(service, a director) of open assessments of these services of which somebody was given nothing.

    A row for each director; an empty name where there is none.
    """
    director = aliased(PersonRole)
    rows = session.execute(
        select(Service.name, func.coalesce(Person.name, ""))
        .join(Assessment, Assessment.service_id == Service.id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .outerjoin(
            director,
            and_(director.service_id == Service.id, director.role == Role.DIRECTOR.value),
        )
        .outerjoin(Person, and_(Person.id == director.person_id, Person.is_active))
        .where(
            Service.id.in_(sorted(service_ids)),
            Assessment.status == Status.OPEN,
            Cycle.closed_at.is_(None),
            IS_ROUND,
            ~exists()
            .where(Delegation.assessment_id == Assessment.id, Delegation.person_id == person_id)
            .correlate(Assessment),
        )
        .distinct()
        .order_by(Service.name)
    )
    return [(row[0], row[1]) for row in rows]


class Stuck(NamedTuple):
    """Somebody handed back parts of an assessment, as they cannot answer them."""

    assessment_id: int
    service: str
    cycle: str
    who: str
    due_on: date


def cannot_be_answered(session: Session, service_ids: Collection[int]) -> list[Stuck]:
    """What was handed back of open assessments of these services because somebody cannot answer it."""
    if not service_ids:
        return []
    due_on = func.coalesce(Assessment.due_on, Cycle.due_on)
    rows = session.execute(
        select(Assessment.id, Service.name, Cycle.name, Person.name, due_on)
        .join(Delegation, Delegation.assessment_id == Assessment.id)
        .join(Service, Service.id == Assessment.service_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .join(Person, Person.id == Delegation.person_id)
        .where(
            Assessment.service_id.in_(sorted(service_ids)),
            Assessment.status == Status.OPEN,
            Cycle.closed_at.is_(None),
            Delegation.handed_back_as == "cannot",
        )
        .distinct()
        .order_by(due_on, Service.name, Person.name)
    )
    return [Stuck(*row) for row in rows]


class Candidate(NamedTuple):
    """Somebody who can be given a part."""

    id: int
    name: str
    email: str


def at_hand(session: Session, service_id: int) -> list[Candidate]:
    """The contributors of a service who can sign in, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(
            PersonRole.service_id == service_id,
            PersonRole.role == Role.CONTRIBUTOR.value,
            Person.is_active,
        )
        .order_by(func.lower(Person.name), Person.id)
    )
    return [Candidate(*row) for row in rows]


def found(session: Session, words: str, at_most: int) -> list[Candidate]:
    """People who can sign in whose name or e-mail contains `words`, by name."""
    named = Person.name.icontains(words, autoescape=True) | Person.email.icontains(words, autoescape=True)
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .where(Person.is_active, named)
        .order_by(func.lower(Person.name), Person.id)
        .limit(at_most)
    )
    return [Candidate(*row) for row in rows]


def people(session: Session, person_ids: Collection[int]) -> list[Candidate]:
    """Those of these people who can sign in, by name."""
    rows = session.execute(
        select(Person.id, Person.name, Person.email)
        .where(Person.id.in_(person_ids), Person.is_active)
        .order_by(func.lower(Person.name), Person.id)
    )
    return [Candidate(*row) for row in rows]


def by_email(session: Session, email: str) -> tuple[int, str, bool] | None:
    """(id, name, may sign in) of the person with this e-mail, in lower case."""
    row = session.execute(
        select(Person.id, Person.name, Person.is_active).where(Person.email == email)
    ).first()
    return (row[0], row[1], row[2]) if row else None


def one(session: Session, assessment_id: int, part_id: int) -> Delegation | None:
    """A given part of an assessment."""
    return session.scalars(
        select(Delegation).where(Delegation.id == part_id, Delegation.assessment_id == assessment_id)
    ).one_or_none()


def kept(
    session: Session, assessment_id: int, person_ids: Collection[int]
) -> dict[tuple[int, str, str], Delegation]:
    """(person, scope, place) -> the part these people were given already."""
    rows = session.scalars(
        select(Delegation).where(
            Delegation.assessment_id == assessment_id, Delegation.person_id.in_(person_ids)
        )
    )
    return {(row.person_id, row.scope, row.place): row for row in rows}


class Held(NamedTuple):
    """A part somebody had in the assessment of a service, and who had given it."""

    service_id: int
    person_id: int
    scope: str
    place: str
    given_by_id: int


def held_before(session: Session, cycle_id: int) -> list[Held]:
    """The parts people had in the previous assessment of the same template by each service of a cycle.

    Only of those who may sign in and are still at hand for the service.
    """
    template_id = (
        select(Version.template_id)
        .join(Cycle, Cycle.version_id == Version.id)
        .where(Cycle.id == cycle_id)
        .scalar_subquery()
    )
    asked_now = select(Assessment.service_id).where(Assessment.cycle_id == cycle_id)
    before = session.execute(
        select(Assessment.service_id, Assessment.id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(
            Version.template_id == template_id,
            Assessment.cycle_id != cycle_id,
            Assessment.service_id.in_(asked_now),
            IS_ROUND,
        )
        .order_by(Cycle.opened_at, Cycle.id)
    )
    latest = {row[0]: row[1] for row in before}
    rows = session.execute(
        select(
            Assessment.service_id,
            Delegation.person_id,
            Delegation.scope,
            Delegation.place,
            Delegation.given_by_id,
        )
        .join(Assessment, Assessment.id == Delegation.assessment_id)
        .join(Person, Person.id == Delegation.person_id)
        .join(
            PersonRole,
            (PersonRole.person_id == Person.id) & (PersonRole.service_id == Assessment.service_id),
        )
        .where(
            Delegation.assessment_id.in_(sorted(latest.values())),
            PersonRole.role == Role.CONTRIBUTOR.value,
            Person.is_active,
        )
        .order_by(Delegation.id)
    )
    return [Held(*row) for row in rows]
