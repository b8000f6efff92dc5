"""What a copy of an assessment's answers tells beside them: who wrote each, its evidence, the steps taken."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.tables import AnswerRow, Event, Evidence, EvidenceUse, Person

STEPS = ("submitted", "taken back", "signed", "signed off", "returned", "opened again", "agreed")
"""Verbs of the events that tell how an assessment went from hand to hand."""


class Named(NamedTuple):
    """One piece of evidence named for an answer; `address` is empty for a file."""

    title: str
    address: str
    file_name: str


class StepTaken(NamedTuple):
    """One step that an assessment took from hand to hand, and what its event tells."""

    verb: str
    by: str
    at: datetime
    after: Any

    @property
    def reason(self) -> str:
        """Why, where a reason was asked for; else empty."""
        return str((self.after or {}).get("reason", ""))


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


def steps(session: Session, assessment_id: int) -> list[StepTaken]:
    """The steps the assessment has taken so far, the first one first."""
    rows = session.execute(
        select(Event.verb, Person.name, Event.at, Event.after)
        .join(Person, Person.id == Event.by_id)
        .where(Event.subject == "assessment", Event.subject_id == assessment_id, Event.verb.in_(STEPS))
        .order_by(Event.id)
    )
    return [StepTaken(*row) for row in rows]
