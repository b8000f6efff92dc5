"""What the pages about criteria ask of the store."""

from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import Cycle, Template, Version


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
