"""Portfolios: every answer of one or more cycles as columns, to be scored together.

The room's rule: the answers that count are loaded, so that what is scored is what the results say.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Invalid, NotFound, Problem
from vfm.questionnaires.answers import Answer, answer_at
from vfm.questionnaires.wording import listed
from vfm.roles import Actor
from vfm.scoring.columns import Columns, Problems, Writer
from vfm.store import content
from vfm.store.queries import portfolio as queries
from vfm.store.queries.results import AnyRow


class Answered(StrEnum):
    """Which answers: those that count (once a result is agreed, agreed ones laid over), or the own ones."""

    COUNTS = "counts"
    SELF = "self"


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment of a portfolio.

    Attributes:
        status: a `steps.Status`.
        family: what like services share; may be blank.
    """

    id: int
    cycle: str
    service_key: str
    service: str
    family: str
    division: str
    directorate: str
    status: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The answers of some cycles.

    Attributes:
        columns: the answers; its names are the assessments' ids.
        assessments: in the same order: by cycle, then by the service's name.
    """

    columns: Columns
    assessments: tuple[Assessed, ...]


def load(
    session: Session,
    cycle_ids: Collection[int],
    *,
    by: Actor,
    answered: Answered = Answered.COUNTS,
    with_open: bool = False,
) -> Loaded:
    """Every answer of one or more cycles of one version, of the services a person may know of.

    A few hundred assessments are read at a time. Outside a transaction an answer that changes meanwhile may
    be the old or the new one.

    Args:
        session: to read from.
        cycle_ids: of cycles that ask the same version.
        by: who reads.
        answered: which answers.
        with_open: also assessments that were not sent yet, as far as they are.

    Returns:
        The columns; an answer that the store should not hold is named in their `problems`, one to a question
        that the version does not have is left out, as everywhere.

    Raises:
        NotFound: one of the cycles is not there.
        Invalid: the cycles ask different versions.
    """
    rows = queries.cycles(session, cycle_ids)
    if not rows or len(rows) < len({*cycle_ids}):
        raise NotFound
    if len({row.version_id for row in rows}) > 1:
        names = listed([row.name for row in rows], "and")
        words = f"{names} ask different versions. Load the cycles of one version at a time."
        raise Invalid([Problem("cycles", words)])
    services = None if by.sees_all_services else by.answers_for
    found = [
        row
        for row in queries.assessments(session, cycle_ids, services, with_open=with_open)
        if row.version_id == rows[0].version_id
    ]
    questionnaire = content.questionnaire(session, rows[0].version_id, rows[0].content_hash)
    ids = [row.id for row in found]
    writer = Writer(questionnaire, ids)
    _write(writer, queries.answers(session, ids))
    if answered is Answered.COUNTS:
        agreed = [row.id for row in found if row.status == "agreed"]
        _write(writer, queries.settled(session, agreed))
    return Loaded(writer.columns(), tuple(_assessed(row) for row in found))


def _assessed(row: AnyRow) -> Assessed:
    return Assessed(
        id=row.id,
        cycle=row.cycle,
        service_key=row.service_key,
        service=row.service,
        family=row.family,
        division=row.division,
        directorate=row.directorate,
        status=row.status,
    )


def _write(writer: Writer, rows: Iterable[AnyRow]) -> None:
    """Rows into columns; each distinct answer is read once, and a later one replaces an earlier."""
    place = {name: index for index, name in enumerate(writer.names)}
    asked = writer.questionnaire.questions
    read: dict[tuple[Any, ...], int | Problems] = {}
    for assessment_id, *told in rows:
        known = (*told,)
        if known not in read and told[0] in asked:
            read[known] = _read(writer, *told)
        found = read.get(known)
        if isinstance(found, int):
            writer.codes[told[0]][place[assessment_id]] = found
        elif found is not None:
            writer.refuse(place[assessment_id], found)


def _read(
    writer: Writer, key: str, state: str | None, value: str | None, evidence: str | None, reason: str | None
) -> int | Problems:
    """The code of an answer from the fields of its content, or every problem with it."""
    fields: Mapping[str, Any] = {
        "state": state,
        "value": None if value is None else json.loads(value),
        "evidence": evidence,
        "reason": reason,
    }
    given = {name: field for name, field in fields.items() if field is not None}
    found = answer_at(writer.questionnaire, key, given)
    return writer.code(key, found) if isinstance(found, Answer) else found
