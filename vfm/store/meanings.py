"""Which reworded questions still mean the same, in the core team's word, from one version to another."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from vfm.questionnaires.changes import scoring_text
from vfm.questionnaires.schema import Questionnaire
from vfm.store import content
from vfm.store.queries import versions as queries
from vfm.store.queries.versions import VersionRow
from vfm.store.tables import Person, SameMeaning


class Mark(NamedTuple):
    """One word of the core team: the question means what it meant in the version before."""

    question_key: str
    digest: str
    reason: str
    by: str
    at: datetime


def digest(questionnaire: Questionnaire, key: str) -> str:
    """What tells one scoring text of a question from any other."""
    return sha256(repr(scoring_text(questionnaire, questionnaire.questions[key])).encode()).hexdigest()[:16]


def marks(session: Session, version_id: int, questionnaire: Questionnaire) -> dict[str, Mark]:
    """Question key -> its mark, where one was made for the wording the version has now."""
    rows = session.execute(
        select(SameMeaning.question_key, SameMeaning.digest, SameMeaning.reason, Person.name, SameMeaning.at)
        .join(Person, Person.id == SameMeaning.by_id)
        .where(SameMeaning.version_id == version_id)
    )
    found = [Mark._make(row) for row in rows]
    return {
        mark.question_key: mark
        for mark in found
        if mark.question_key in questionnaire.questions
        and mark.digest == digest(questionnaire, mark.question_key)
    }


def mark(
    session: Session,
    version_id: int,
    questionnaire: Questionnaire,
    key: str,
    reason: str,
    *,
    by_id: int,
    now: datetime,
) -> None:
    """Say that a question means what it meant in the version before; an earlier word gives way."""
    unmark(session, version_id, key)
    row = {"version_id": version_id, "question_key": key, "digest": digest(questionnaire, key)}
    session.execute(insert(SameMeaning), [row | {"reason": reason, "by_id": by_id, "at": now}])


def unmark(session: Session, version_id: int, key: str) -> None:
    """Take the word back."""
    session.execute(
        delete(SameMeaning).where(SameMeaning.version_id == version_id, SameMeaning.question_key == key)
    )


def same_meaning(session: Session, template_id: int, old: int, new: int) -> dict[str, str]:
    """Question key -> why it means the same in version number `new` as in `old`, though its words changed."""
    found = marks_between(session, template_id, old, new)
    return {key: "; ".join(mark.reason for mark in said) for key, said in found.items()}


def marks_between(session: Session, template_id: int, old: int, new: int) -> dict[str, tuple[Mark, ...]]:
    """Question key -> every mark by which it means the same in one version as in the other, oldest first.

    Every change of its scoring text on the way from one to the other has to be marked; a question that was
    gone in between is not followed.
    """
    low, high = sorted((old, new))
    rows = [row for row in queries.versions_of(session, template_id) if low <= row.number <= high]
    return dict(_agreed(session, sorted(rows, key=lambda row: row.number)))


def _agreed(session: Session, rows: Sequence[VersionRow]) -> Iterator[tuple[str, tuple[Mark, ...]]]:
    versions = [content.questionnaire(session, row.id, row.content_hash) for row in rows]
    said = [marks(session, row.id, version) for row, version in zip(rows, versions, strict=True)]
    for key in {key for found in said[1:] for key in found}:
        if any(key not in version.questions for version in versions):
            continue
        changed = [
            found.get(key)
            for (before, after), found in zip(pairwise(versions), said[1:], strict=True)
            if digest(before, key) != digest(after, key)
        ]
        marked = tuple(one for one in changed if one is not None)
        if marked and len(marked) == len(changed):
            yield key, marked
