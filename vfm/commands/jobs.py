"""Doing long work that a page asked for, one job at a time."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from vfm.commands.job_kinds import KINDS, Work
from vfm.errors import VfmError
from vfm.gateways.file_store import FileStore
from vfm.store import jobs
from vfm.store.database import reading, transaction

UNKNOWN = "This program does not know work of this kind. Start `vfm work` of the same version as the pages."
FAULT = "It was stopped by a fault of the program, which is written in the log. Tell your administrator."

log = logging.getLogger("vfm.work")


def do_next(engine: Engine, clock: Callable[[], datetime], files: FileStore) -> bool:
    """Do the oldest job that waits; False when there is none."""
    with reading(engine) as session:
        if not jobs.waiting(session, now=clock()):
            return False
    with transaction(engine) as session:
        job = jobs.claim(session, now=clock())
    if job is None:  # another worker was faster, or it was given up
        return False
    result, problem = _done(Work(engine, job, clock, files))
    with transaction(engine) as session:
        jobs.finish(session, job.id, result=result, problem=problem, now=clock())
    return True


def _done(work: Work) -> tuple[dict[str, Any] | None, str]:
    """Its result, or in words why there is none."""
    do = KINDS.get(work.job.kind)
    if do is None:
        return None, UNKNOWN
    try:
        return do(work), ""
    except VfmError as error:
        return None, str(error) or "What it was asked for is no longer there."
    except Exception:
        log.exception("Job %s (%s) failed.", work.job.id, work.job.kind)
        return None, FAULT
