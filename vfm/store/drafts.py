"""Versions that may still change: found, locked, written; and the refusal where one may not."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Frozen, NotFound
from vfm.questionnaires import document
from vfm.questionnaires.arranging import remade
from vfm.questionnaires.patches import Patch, difference
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor, Role
from vfm.store import content
from vfm.store.queries import versions as queries
from vfm.store.queries.versions import VersionRow
from vfm.store.tables import DraftEdit, Template, Version

EDITORS = (Role.CORE_TEAM, Role.ADMINISTRATOR)
"""Who may see a draft."""


def readable(session: Session, version_id: int, by: Actor) -> VersionRow:
    """A version that this person may read.

    Raises:
        NotFound: there is none, or it is a draft and this person does not work on templates.
    """
    row = queries.version(session, version_id)
    if row is None or (row.opened_at is None and not by.has(*EDITORS)):
        raise NotFound(f"version {version_id}")
    return row


def draft(session: Session, version_id: int, by: Actor) -> VersionRow:
    """A version that may still be changed.

    Raises:
        NotFound: there is none, or this person does not work on templates.
        Frozen: it was opened, so it never changes.
    """
    row = readable(session, version_id, by)
    if not by.has(*EDITORS):
        raise NotFound(f"version {version_id}")
    if row.opened_at is not None:
        versions = queries.versions_of(session, row.template_id)
        unopened = next((version.id for version in versions if version.status == "draft"), None)
        sentence = (
            f"Version {row.number} was opened on {row.opened_at:%-d %B %Y}. From then on it never changes, "
            "so that every answer keeps the question it was given to."
        )
        raise Frozen(sentence, saved=unopened)
    return row


def lock(session: Session, version_id: int) -> None:
    """Make two people who save one draft queue up, so that neither writes over the other unseen."""
    session.execute(select(Version.id).where(Version.id == version_id).with_for_update())


def add(
    session: Session,
    template_id: int,
    number: int,
    questionnaire: Questionnaire,
    *,
    by_id: int,
    now: datetime,
) -> int:
    """A new draft; its id."""
    made = _numbered(questionnaire, number)
    return session.execute(
        insert(Version)
        .values(
            template_id=template_id,
            number=number,
            status="draft",
            content=made,
            content_hash=content.digest(made),
            revision=1,
            created_by_id=by_id,
            created_at=now,
        )
        .returning(Version.id)
    ).scalar_one()


def write(session: Session, row: VersionRow, questionnaire: Questionnaire) -> None:
    """New content for a draft, and the template's title with its first version.

    Raises:
        Conflict: somebody else wrote since `row` was read.
    """
    _keep(session, row, _numbered(questionnaire, row.number))


def _keep(session: Session, row: VersionRow, made: dict[str, Any]) -> None:
    written = session.execute(
        update(Version)
        .where(Version.id == row.id, Version.revision == row.revision)
        .values(content=made, content_hash=content.digest(made), revision=row.revision + 1)
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("Somebody saved a change of this draft at the same moment. Send yours again.")
    if row.number == 1 and made["title"] != row.title:
        session.execute(update(Template).where(Template.id == row.template_id).values(title=made["title"]))


def edit(
    session: Session,
    row: VersionRow,
    before: Questionnaire,
    after: Questionnaire,
    words: str,
    *,
    by_id: int,
    now: datetime,
) -> Patch:
    """Write an edit of a draft with what takes it back; nothing is written where nothing changed.

    `words` say what was done. The patch is empty when nothing changed.
    """
    made = _numbered(after, row.number)
    patch = difference(document.to_json(before), made)
    if patch:
        _keep(session, row, made)
        kept = {"version_id": row.id, "revision": row.revision + 1, "words": words, "patch": patch}
        session.execute(insert(DraftEdit), [kept | {"by_id": by_id, "at": now}])
    return patch


def _numbered(questionnaire: Questionnaire, number: int) -> dict[str, Any]:
    """The content under this version's own number, whatever number a file bore: a result names it."""
    return document.to_json(remade(questionnaire, version=number))
