"""The kinds of long work there are, and what does each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from vfm.store import jobs
from vfm.store.database import transaction


@dataclass(frozen=True, slots=True)
class Work:
    """A job in hand: what was asked, the database, and a way to say how far it is."""

    engine: Engine
    job: jobs.Claimed
    clock: Callable[[], datetime]

    def progress(self, done: int, total: int) -> None:
        """Shown to whoever waits; to be said at least every minute, or another worker begins it again."""
        with transaction(self.engine) as session:
            jobs.progress(session, self.job.id, done, total, now=self.clock())


KINDS: dict[str, Callable[[Work], dict[str, Any]]] = {}
"""Kind -> what does it and gives back its result as plain JSON; it may be begun again from the start.

It raises Invalid, Conflict, NotFound or Forbidden, whose words whoever asked for the job is shown.
"""
