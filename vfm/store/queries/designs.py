"""Edits of drafts, and what other templates have to reuse."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from vfm.store.tables import DraftEdit, Person, Version


class EditRow(NamedTuple):
    """One edit of a draft."""

    id: int
    revision: int
    words: str
    by_id: int
    by: str
    at: datetime
    undone_at: datetime | None


_EDIT = (
    select(
        DraftEdit.id,
        DraftEdit.revision,
        DraftEdit.words,
        DraftEdit.by_id,
        Person.name,
        DraftEdit.at,
        DraftEdit.undone_at,
    )
    .join(Person, Person.id == DraftEdit.by_id)
    .order_by(DraftEdit.id.desc())
)


def edits(session: Session, version_id: int, most: int) -> list[EditRow]:
    """The latest edits of a draft, newest first, those taken back too."""
    found = session.execute(_EDIT.where(DraftEdit.version_id == version_id).limit(most))
    return [EditRow._make(row) for row in found]


def patch_of(session: Session, edit_id: int) -> object:
    """What an edit changed."""
    return session.scalars(select(DraftEdit.patch).where(DraftEdit.id == edit_id)).one()


def newest_of_each_template(session: Session) -> Sequence[int]:
    """Version ids: of every template the newest."""
    latest = (
        select(Version.template_id, func.max(Version.number).label("number"))
        .group_by(Version.template_id)
        .subquery()
    )
    return session.scalars(
        select(Version.id).join(
            latest, (latest.c.template_id == Version.template_id) & (latest.c.number == Version.number)
        )
    ).all()
