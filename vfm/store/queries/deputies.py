"""Who stands in for the directors of services, and when."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from vfm.store.tables import Deputy, Person, Service


class Standing(NamedTuple):
    """Somebody who stands in for the director of a service, now or later."""

    id: int
    service_id: int
    service: str
    person_id: int
    name: str
    starts_on: date
    ends_on: date | None


def of_services(session: Session, service_ids: Collection[int], today: date) -> list[Standing]:
    """The deputies of these services whose time is not over, by service."""
    rows = session.execute(
        select(
            Deputy.id,
            Service.id,
            Service.name,
            Person.id,
            Person.name,
            Deputy.starts_on,
            Deputy.ends_on,
        )
        .join(Service, Service.id == Deputy.service_id)
        .join(Person, Person.id == Deputy.person_id)
        .where(
            Deputy.service_id.in_(sorted(service_ids)),
            or_(Deputy.ends_on.is_(None), Deputy.ends_on >= today),
        )
        .order_by(Service.name, Deputy.starts_on, Deputy.id)
    )
    return [Standing(*row) for row in rows]


def services(session: Session, service_ids: Collection[int]) -> list[tuple[int, str]]:
    """(id, name) of these services that are not closed, by name."""
    rows = session.execute(
        select(Service.id, Service.name)
        .where(Service.id.in_(sorted(service_ids)), Service.closed_on.is_(None))
        .order_by(Service.name)
    )
    return [(row[0], row[1]) for row in rows]
