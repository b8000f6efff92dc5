"""The assessments of a cycle whose workbooks come back together: a few statements for many of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.questionnaires.merging import Kept
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import AnswerRow, Assessment, Cycle, Job, Person, Service, Upload, Version


class Asked(NamedTuple):
    """A cycle and what it asks."""

    id: int
    name: str
    version_id: int
    content_hash: str
    closed_at: datetime | None


class Place(NamedTuple):
    """One assessment of a cycle."""

    id: int
    status: str
    service: str


class JobRow(NamedTuple):
    """One job of a cycle, as its pages show it."""

    id: int
    kind: str
    given: dict[str, Any]
    total: int
    done: int
    result: dict[str, Any] | None
    problem: str
    by: str
    created_at: datetime
    claimed_until: datetime | None
    finished_at: datetime | None


def cycle(session: Session, cycle_id: int) -> Asked | None:
    """A cycle, None when there is none."""
    found = session.execute(
        select(Cycle.id, Cycle.name, Cycle.version_id, Version.content_hash, Cycle.closed_at)
        .join(Version, Version.id == Cycle.version_id)
        .where(Cycle.id == cycle_id, IS_ROUND)
    ).first()
    return Asked._make(found) if found else None


def places(session: Session, cycle_id: int, ids: Collection[int]) -> dict[int, Place]:
    """Those of these assessments that are of the cycle, their other writers kept waiting until this ends."""
    found = session.execute(
        select(Assessment.id, Assessment.status, Service.name)
        .join(Service, Service.id == Assessment.service_id)
        .where(Assessment.cycle_id == cycle_id, Assessment.id.in_(sorted(ids)))
        .order_by(Assessment.id)
        .with_for_update(of=Assessment)
    )
    return {row[0]: Place._make(row) for row in found}


def every_place(session: Session, cycle_id: int) -> list[Place]:
    """The assessments of a cycle, by the names of their services."""
    found = session.execute(
        select(Assessment.id, Assessment.status, Service.name)
        .join(Service, Service.id == Assessment.service_id)
        .where(Assessment.cycle_id == cycle_id)
        .order_by(Service.name, Assessment.id)
    )
    return [Place._make(row) for row in found]


def answers(session: Session, ids: Collection[int]) -> dict[int, dict[str, Kept]]:
    """Assessment -> question key -> its stored answer."""
    found: dict[int, dict[str, Kept]] = {assessment_id: {} for assessment_id in ids}
    rows: Any = session.connection().execute(
        select(AnswerRow.assessment_id, AnswerRow.question_key, AnswerRow.content, AnswerRow.revision).where(
            AnswerRow.assessment_id.in_(sorted(ids))
        )
    )
    for assessment_id, *kept in rows:
        found[assessment_id][kept[0]] = Kept(*kept)
    return found


def waiting(session: Session, ids: Collection[int], by_id: int) -> list[tuple[int, dict[str, Any]]]:
    """(assessment, content) of this person's uploads that nobody has accepted or discarded."""
    found = session.execute(
        select(Upload.assessment_id, Upload.content).where(
            Upload.assessment_id.in_(sorted(ids)),
            Upload.by_id == by_id,
            Upload.accepted_at.is_(None),
            Upload.discarded_at.is_(None),
        )
    )
    return [(row[0], row[1]) for row in found]


def _jobs(*which: Any) -> Any:
    return (
        select(
            Job.id, Job.kind, Job.given, Job.total, Job.done, Job.result, Job.problem, Person.name,
            Job.created_at, Job.claimed_until, Job.finished_at,
        )
        .join(Person, Person.id == Job.by_id)
        .where(*which)
        .order_by(Job.id.desc())
    )  # fmt: skip


def job(session: Session, cycle_id: int, job_id: int, kinds: Sequence[str]) -> JobRow | None:
    """A job of a cycle, None when there is none of these kinds."""
    found = session.execute(_jobs(Job.id == job_id, Job.subject_id == cycle_id, Job.kind.in_(kinds))).first()
    return JobRow._make(found) if found else None


def jobs(session: Session, cycle_id: int, kinds: Sequence[str], most: int) -> list[JobRow]:
    """The newest jobs of a cycle, of these kinds."""
    found = session.execute(_jobs(Job.subject_id == cycle_id, Job.kind.in_(kinds)).limit(most))
    return [JobRow._make(row) for row in found]


def cycles_named(session: Session, name: str) -> list[int]:
    """The cycles of this name, whatever the case."""
    wanted = name.strip().casefold()
    return [
        found_id
        for found_id, found in session.execute(select(Cycle.id, Cycle.name))
        if found.casefold() == wanted
    ]
