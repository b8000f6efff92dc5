"""Workbooks that were uploaded and wait to be accepted."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.tables import Person, Upload


class Waiting(NamedTuple):
    """One upload: its file, who sent it, when."""

    id: int
    file_name: str
    by_id: int
    by: str
    at: datetime


def waiting(session: Session, assessment_id: int) -> list[Waiting]:
    """Uploads of an assessment that nobody has accepted or discarded, the newest first."""
    found = session.execute(
        select(Upload.id, Upload.file_name, Upload.by_id, Person.name, Upload.at)
        .join(Person, Person.id == Upload.by_id)
        .where(
            Upload.assessment_id == assessment_id,
            Upload.accepted_at.is_(None),
            Upload.discarded_at.is_(None),
        )
        .order_by(Upload.id.desc())
    )
    return [Waiting._make(row) for row in found]


def described(session: Session, upload: Upload) -> Waiting:
    """An upload in hand, with the name of who sent it."""
    name = session.scalars(select(Person.name).where(Person.id == upload.by_id)).one()
    return Waiting(upload.id, upload.file_name, upload.by_id, name, upload.at)
