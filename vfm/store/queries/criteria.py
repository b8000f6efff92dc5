"""What the pages about criteria ask of the store."""

from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from vfm.roles import Role
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import Cycle, Person, PersonRole, Template, Version


class OpenedVersion(NamedTuple):
    """A version of a template that a cycle asks."""

    id: int
    template: str
    number: int
    content_hash: str


def opened_versions(session: Session) -> list[OpenedVersion]:
    """The versions that cycles ask, the newest of each template first."""
    rows = session.execute(
        select(Version.id, Template.title, Version.number, Version.content_hash)
        .join(Template, Template.id == Version.template_id)
        .where(exists().where(Cycle.version_id == Version.id, IS_ROUND))
        .order_by(Template.title, Version.number.desc())
    )
    return [OpenedVersion(*row) for row in rows]


def directors(session: Session) -> dict[int, list[str]]:
    """Service -> names of its directors who may sign in."""
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(PersonRole.service_id, Person.name)
        .join(Person, Person.id == PersonRole.person_id)
        .where(PersonRole.role == Role.DIRECTOR.value, PersonRole.service_id.is_not(None), Person.is_active)
        .order_by(Person.name)
    )
    for service_id, name in rows:
        found.setdefault(service_id or 0, []).append(name)
    return found
