"""What a copy of an assessment's answers tells beside them: who wrote each, and its evidence."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.tables import AnswerRow, Evidence, EvidenceUse, Person


class Named(NamedTuple):
    """One piece of evidence named for an answer; `address` is empty for a file."""

    title: str
    address: str
    file_name: str


def writers(session: Session, assessment_id: int) -> dict[str, tuple[str, datetime]]:
    """Question key -> who wrote the stored answer, and when."""
    rows = session.execute(
        select(AnswerRow.question_key, Person.name, AnswerRow.at)
        .join(Person, Person.id == AnswerRow.by_id)
        .where(AnswerRow.assessment_id == assessment_id)
    )
    return {key: (name, at) for key, name, at in rows}


def evidence(session: Session, assessment_id: int) -> dict[str, list[Named]]:
    """Question key -> the evidence named for its answer, in the order it was put there."""
    rows = session.execute(
        select(EvidenceUse.question_key, Evidence.title, Evidence.address, Evidence.file_name)
        .join(Evidence, Evidence.id == EvidenceUse.evidence_id)
        .where(EvidenceUse.assessment_id == assessment_id)
        .order_by(EvidenceUse.at, EvidenceUse.id)
    )
    found: dict[str, list[Named]] = {}
    for key, *named in rows:
        found.setdefault(key, []).append(Named(*named))
    return found
