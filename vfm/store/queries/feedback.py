"""Comments given in pilots: on one question, by one service, over a whole cycle."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from vfm.store.tables import (
    AnswerRow,
    Assessment,
    Cycle,
    Feedback,
    Person,
    Service,
    Template,
    TimeSpent,
    Version,
)


class Asked(NamedTuple):
    """What one assessment or one cycle asks, and whether it still takes comments."""

    assessment_id: int
    service_id: int
    service: str
    cycle_id: int
    cycle: str
    kind: str
    closed_at: datetime | None
    version_id: int
    number: int
    content_hash: str
    template_id: int
    title: str


class Comment(NamedTuple):
    """One comment, who gave it, and what became of it.

    `version_opened_at` tells whether respondents may read the version that a change is in.
    """

    id: int
    cycle_id: int
    service: str
    question_key: str | None
    kind: str
    clarity: int | None
    comment: str
    by_id: int
    by: str
    at: datetime
    outcome: str | None
    reason: str
    version_id: int | None
    version_number: int | None
    version_opened_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None


class Later(NamedTuple):
    """A version after the one that was asked."""

    id: int
    number: int
    status: str
    content_hash: str


_asked = (
    select(
        Assessment.id,
        Service.id,
        Service.name,
        Cycle.id,
        Cycle.name,
        Cycle.kind,
        Cycle.closed_at,
        Version.id,
        Version.number,
        Version.content_hash,
        Version.template_id,
        Template.title,
    )
    .join(Service, Service.id == Assessment.service_id)
    .join(Cycle, Cycle.id == Assessment.cycle_id)
    .join(Version, Version.id == Assessment.version_id)
    .join(Template, Template.id == Version.template_id)
)


def asked_of(session: Session, assessment_id: int) -> Asked | None:
    """What an assessment asks."""
    row = session.execute(_asked.where(Assessment.id == assessment_id)).first()
    return Asked._make(row) if row else None


def asked_in(session: Session, cycle_id: int) -> Asked | None:
    """What a cycle asks, told by any one of its assessments."""
    row = session.execute(_asked.where(Cycle.id == cycle_id).order_by(Assessment.id).limit(1)).first()
    return Asked._make(row) if row else None


def _comments() -> Any:
    decider, changed_in = aliased(Person), aliased(Version)
    return (
        select(
            Feedback.id,
            Assessment.cycle_id,
            Service.name,
            Feedback.question_key,
            Feedback.kind,
            Feedback.clarity,
            Feedback.comment,
            Feedback.by_id,
            Person.name,
            Feedback.at,
            Feedback.outcome,
            Feedback.outcome_reason,
            Feedback.outcome_version_id,
            changed_in.number,
            changed_in.opened_at,
            decider.name,
            Feedback.outcome_at,
        )
        .join(Assessment, Assessment.id == Feedback.assessment_id)
        .join(Service, Service.id == Assessment.service_id)
        .join(Person, Person.id == Feedback.by_id)
        .outerjoin(decider, decider.id == Feedback.outcome_by_id)
        .outerjoin(changed_in, changed_in.id == Feedback.outcome_version_id)
        .order_by(Feedback.at, Feedback.id)
    )


def of_assessment(session: Session, assessment_id: int) -> list[Comment]:
    """Every comment of one assessment, oldest first."""
    rows = session.execute(_comments().where(Feedback.assessment_id == assessment_id))
    return [Comment._make(row) for row in rows]


def of_cycle(session: Session, cycle_id: int) -> list[Comment]:
    """Every comment of one cycle, oldest first."""
    return [Comment._make(row) for row in session.execute(_comments().where(Assessment.cycle_id == cycle_id))]


def one(session: Session, feedback_id: int) -> Comment | None:
    """One comment."""
    row = session.execute(_comments().where(Feedback.id == feedback_id)).first()
    return Comment._make(row) if row else None


def answers_in(session: Session, cycle_id: int) -> list[Any]:
    """(assessment id, question key, content) of every answer in the assessments that were sent.

    Key and content are None for one without answers.
    """
    return list(
        session.execute(
            select(Assessment.id, AnswerRow.question_key, AnswerRow.content)
            .outerjoin(AnswerRow, AnswerRow.assessment_id == Assessment.id)
            .where(Assessment.cycle_id == cycle_id, Assessment.status != "open")
            .order_by(Assessment.id)
        )
    )


def times(session: Session, cycle_id: int) -> list[tuple[int, str, int]]:
    """(assessment id, section key, seconds) that the pilot's services took."""
    rows = session.execute(
        select(TimeSpent.assessment_id, TimeSpent.section_key, TimeSpent.seconds)
        .join(Assessment, Assessment.id == TimeSpent.assessment_id)
        .where(Assessment.cycle_id == cycle_id)
        .order_by(TimeSpent.assessment_id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def later_versions(session: Session, template_id: int, number: int) -> list[Later]:
    """A template's versions after this one, the newest first."""
    rows = session.execute(
        select(Version.id, Version.number, Version.status, Version.content_hash)
        .where(Version.template_id == template_id, Version.number > number)
        .order_by(Version.number.desc())
    )
    return [Later._make(row) for row in rows]
