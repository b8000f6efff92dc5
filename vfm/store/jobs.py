"""Long work: queued by a page, done by a worker, looked at while it goes on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from vfm.store.tables import Job

CLAIM_LASTS = timedelta(minutes=5)
"""How long a worker may go without saying how far it is, before another one begins the job again."""
MOST_TRIES = 3
STOPPED = "It was begun three times and never came to its end. Ask for it again, or for less of it."


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that one worker alone does until `until`; `given` is what it was asked with."""

    id: int
    kind: str
    subject_id: int | None
    given: dict[str, Any]
    by_id: int
    until: datetime


def queue(
    session: Session, kind: str, *, by_id: int, now: datetime, subject_id: int | None = None, **given: Any
) -> int:
    """Ask for a job; its id. `kind` is one of `vfm.commands.job_kinds.KINDS`, `given` plain JSON."""
    job = Job(kind=kind, subject_id=subject_id, given=given, by_id=by_id, created_at=now)
    session.add(job)
    session.flush()
    return job.id


def claim(session: Session, *, now: datetime) -> Claimed | None:
    """Take the oldest job that nobody is at; None when there is none.

    One that has stopped its worker again and again is given up, so that it does not keep the others waiting.
    """
    free = or_(Job.claimed_until.is_(None), Job.claimed_until <= now)
    wanted = select(Job).where(Job.finished_at.is_(None), free).order_by(Job.id)
    for job in session.scalars(wanted.with_for_update(skip_locked=True)):
        if job.attempts >= MOST_TRIES:
            job.finished_at, job.problem = now, STOPPED
            continue
        job.attempts += 1
        job.claimed_until = now + CLAIM_LASTS
        return Claimed(job.id, job.kind, job.subject_id, job.given, job.by_id, job.claimed_until)
    return None


def progress(session: Session, job_id: int, done: int, total: int, *, now: datetime) -> None:
    """Say how far a job is, which also keeps other workers away from it."""
    values = {"done": done, "total": total, "claimed_until": now + CLAIM_LASTS}
    session.execute(update(Job).where(Job.id == job_id, Job.finished_at.is_(None)).values(values))


def finish(
    session: Session, job_id: int, *, result: dict[str, Any] | None = None, problem: str = "", now: datetime
) -> None:
    """A job is over, with its result or with what went wrong."""
    values = {"finished_at": now, "result": result, "problem": problem}
    session.execute(update(Job).where(Job.id == job_id, Job.finished_at.is_(None)).values(values))


def waiting(session: Session, *, now: datetime) -> bool:
    """True when there is a job that nobody is at; reads alone."""
    free = or_(Job.claimed_until.is_(None), Job.claimed_until <= now)
    return session.scalar(select(Job.id).where(Job.finished_at.is_(None), free).limit(1)) is not None
