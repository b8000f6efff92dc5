"""Who holds a service: its directors, deputies and executive directors, with their e-mails."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.letters import Reader
from vfm.store.prepared import OneOf, Prepared
from vfm.store.tables import Deputy, Person, PersonRole

_HOLDERS = Prepared(
    select(PersonRole.service_id, Person.id, Person.name, Person.email)
    .join(Person, Person.id == PersonRole.person_id)
    .where(
        PersonRole.role == bindparam("role"), OneOf(PersonRole.service_id, "service_ids"), Person.is_active
    )
    .order_by(PersonRole.id)
)


def of_services(session: Session, role: Role, service_ids: Collection[int]) -> dict[int, list[Reader]]:
    """Service -> those who hold a role for it and may sign in, the longest first."""
    found: dict[int, list[Reader]] = defaultdict(list)
    for service_id, *person in _HOLDERS.rows(session, role=role.value, service_ids=list(service_ids)):
        found[service_id].append(Reader(*person))
    return found


def directing(session: Session, service_ids: Collection[int], today: date) -> dict[int, list[Reader]]:
    """Service -> its directors and those who stand in for them today."""
    found = of_services(session, Role.DIRECTOR, service_ids)
    rows: Any = session.execute(
        select(Deputy.service_id, Person.id, Person.name, Person.email)
        .join(Person, Person.id == Deputy.person_id)
        .where(
            Deputy.service_id.in_(service_ids),
            Deputy.starts_on <= today,
            or_(Deputy.ends_on.is_(None), Deputy.ends_on >= today),
            Person.is_active,
        )
        .order_by(Deputy.id)
    )
    for service_id, *person in rows:
        found.setdefault(service_id, []).append(Reader(*person))
    return found


def person(session: Session, person_id: int) -> Reader | None:
    """Somebody who may sign in."""
    row = session.execute(
        select(Person.id, Person.name, Person.email).where(Person.id == person_id, Person.is_active)
    ).first()
    return Reader(*row) if row else None
