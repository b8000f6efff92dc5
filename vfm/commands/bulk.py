"""All the workbooks of a cycle, taken in or made: what the command and the worker both do."""

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import BinaryIO

from sqlalchemy import Engine

from vfm.gateways import answer_workbooks as reading_workbooks
from vfm.gateways.answer_workbooks import Read
from vfm.gateways.workbook_folders import Files
from vfm.reports.assessment_workbook import assessment_workbook
from vfm.roles import Actor
from vfm.store.database import reading, transaction
from vfm.web.answer_workbooks import sheet
from vfm.web.attachments import safe
from vfm.workflows import answer_workbooks, bulk_workbooks
from vfm.workflows.bulk_workbooks import Taken

BATCH = 20
"""Workbooks written in one transaction: what a crash can take back, and how long others may have to wait."""
Progress = Callable[[int, int], None]
"""Told how many are done, of how many."""


def take_in(
    engine: Engine,
    cycle_id: int,
    files: Files,
    *,
    by: Actor,
    clock: Callable[[], datetime],
    progress: Progress,
) -> list[Taken]:
    """Take in workbook after workbook, a transaction for each batch; what became of each.

    Raises:
        Forbidden, NotFound, Conflict: as `bulk_workbooks.take_in`; what was written before stays.
    """
    done: list[Taken] = []
    progress(0, files.total)
    for batch in _batches(reading_workbooks.read_each(files)):
        with transaction(engine) as session:
            done += bulk_workbooks.take_in(session, cycle_id, batch, by=by, now=clock())
        progress(len(done), files.total)
    return done


def _batches(found: Iterator[Read]) -> Iterator[list[Read]]:
    while batch := list(islice(found, BATCH)):
        yield batch


def make(
    engine: Engine,
    cycle_id: int,
    out: BinaryIO,
    *,
    by: Actor,
    clock: Callable[[], datetime],
    progress: Progress,
) -> int:
    """Write every service's workbook into one zip; how many.

    Raises:
        NotFound: no such cycle.
    """
    with reading(engine) as session:
        places = bulk_workbooks.places(session, cycle_id)
    names: set[str] = set()
    with zipfile.ZipFile(out, "w") as archive:  # stored: a workbook is packed already
        for number, place in enumerate(places, 1):
            with reading(engine) as session:
                blank = answer_workbooks.blank(session, place.id, by=by)
            made = assessment_workbook(sheet(blank, clock().date()))
            name = safe(f"{place.service}.xlsx")
            name = name if name not in names else safe(f"{place.service} {place.id}.xlsx")
            names.add(name)
            archive.writestr(name, made)
            if number % BATCH == 0 or number == len(places):
                progress(number, len(places))
    return len(places)
