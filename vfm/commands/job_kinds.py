"""The kinds of long work there are, and what does each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from sqlalchemy import Engine

from vfm.commands import bulk
from vfm.errors import NotFound
from vfm.gateways import workbook_folders
from vfm.gateways.file_store import FileStore
from vfm.roles import Actor
from vfm.store import jobs
from vfm.store.database import reading, transaction
from vfm.workflows import bulk_workbooks, sign_in


@dataclass(frozen=True, slots=True)
class Work:
    """A job in hand: what was asked, the database, the file store, and a way to say how far it is."""

    engine: Engine
    job: jobs.Claimed
    clock: Callable[[], datetime]
    files: FileStore

    def progress(self, done: int, total: int) -> None:
        """Shown to whoever waits; to be said at least every minute, or another worker begins it again."""
        with transaction(self.engine) as session:
            jobs.progress(session, self.job.id, done, total, now=self.clock())

    @property
    def cycle_id(self) -> int:
        """The cycle that the job is about."""
        if self.job.subject_id is None:
            raise NotFound
        return self.job.subject_id

    def by(self) -> Actor:
        """Who asked for it, with the roles they hold now.

        Raises:
            Forbidden: they may not sign in any more.
        """
        with reading(self.engine) as session:
            return sign_in.acting(session, self.job.by_id)


def take_in_workbooks(work: Work) -> dict[str, Any]:
    """Take in the workbooks of the zip that waits in the file store."""
    with work.files.open(work.job.given["digest"]) as stream:
        files = workbook_folders.in_zip(stream, work.job.given["name"])
        taken = bulk.take_in(
            work.engine, work.cycle_id, files, by=work.by(), clock=work.clock, progress=work.progress
        )
    return {"files": [one.as_json() for one in taken]}


def make_workbooks(work: Work) -> dict[str, Any]:
    """Make every service's workbook, into one zip in the file store."""
    with TemporaryFile() as out:
        made = bulk.make(
            work.engine, work.cycle_id, out, by=work.by(), clock=work.clock, progress=work.progress
        )
        size = out.tell()
        out.seek(0)
        return {"digest": work.files.put(cast(BinaryIO, out)), "size": size, "workbooks": made}


KINDS: dict[str, Callable[[Work], dict[str, Any]]] = {
    bulk_workbooks.TAKE_IN: take_in_workbooks,
    bulk_workbooks.MAKE: make_workbooks,
}
"""Kind -> what does it and gives back its result as plain JSON; it may be begun again from the start.

It raises Invalid, Conflict, NotFound or Forbidden, whose words whoever asked for the job is shown.
"""
