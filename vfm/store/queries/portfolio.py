"""Portfolios: what all services of one or more cycles answered, streamed for scoring them together.

Fields are taken out of stored answers by the database, so that nothing is parsed twice and notes stay where
they are.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, cast, null, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from vfm.store.queries.results import AnyRow
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import AnswerRow, Assessment, Challenge, Cycle, Directorate, Division, Service, Version

AT_ONCE = 250
"""Assessments whose answers are in memory at a time."""
Field = InstrumentedAttribute[dict[str, Any]] | InstrumentedAttribute[dict[str, Any] | None]


def cycle_ids(session: Session) -> dict[str, int]:
    """Name -> id of every cycle, in the order opened."""
    found = session.execute(select(Cycle.name, Cycle.id).where(IS_ROUND).order_by(Cycle.opened_at, Cycle.id))
    return {row.name: row.id for row in found}


def cycles(session: Session, cycle_ids: Collection[int]) -> list[AnyRow]:
    """(id, name, version_id, content_hash) of cycles, in the order opened."""
    return list(
        session.execute(
            select(Cycle.id, Cycle.name, Cycle.version_id, Version.content_hash)
            .join(Version, Version.id == Cycle.version_id)
            .where(Cycle.id.in_(cycle_ids))
            .order_by(Cycle.opened_at, Cycle.id)
        )
    )


def assessments(
    session: Session, cycle_ids: Collection[int], service_ids: Collection[int] | None, *, with_open: bool
) -> list[AnyRow]:
    """The assessments of cycles with service, place and state, by cycle and name of the service.

    Only of these services; None means all. Those that were not sent yet only `with_open`.
    """
    wanted = (
        select(
            Assessment.id,
            Assessment.status,
            Assessment.version_id,
            Service.key.label("service_key"),
            Service.name.label("service"),
            Service.family,
            Division.name.label("division"),
            Directorate.name.label("directorate"),
            Cycle.name.label("cycle"),
        )
        .join(Service, Service.id == Assessment.service_id)
        .join(Division, Division.id == Service.division_id)
        .join(Directorate, Directorate.id == Division.directorate_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(Assessment.cycle_id.in_(cycle_ids))
        .order_by(Cycle.opened_at, Cycle.id, Service.name, Assessment.id)
    )
    if service_ids is not None:
        wanted = wanted.where(Assessment.service_id.in_(service_ids))
    if not with_open:
        wanted = wanted.where(Assessment.status != "open")
    return list(session.execute(wanted))


def answers(session: Session, assessment_ids: Sequence[int]) -> Iterator[AnyRow]:
    """(assessment, question key, state, value, evidence, reason) of every answer, some assessments at a time.

    The value is JSON text, the others plain; each None where the answer has none.
    """
    wanted = select(AnswerRow.assessment_id, AnswerRow.question_key, *_parts(AnswerRow.content))
    yield from _streamed(session, wanted, AnswerRow.assessment_id, assessment_ids)


def settled(session: Session, assessment_ids: Sequence[int]) -> Iterator[AnyRow]:
    """The same of every answer that a challenge was settled with."""
    wanted = select(Challenge.assessment_id, Challenge.question_key, *_parts(Challenge.agreed)).where(
        Challenge.agreed.is_not(null())
    )
    yield from _streamed(session, wanted, Challenge.assessment_id, assessment_ids)


def _streamed(
    session: Session,
    wanted: Select[*tuple[Any, ...]],
    of: InstrumentedAttribute[int],
    assessment_ids: Sequence[int],
) -> Iterator[AnyRow]:
    """A statement for a few assessments at a time: a cursor would need a transaction, which readers lack."""
    for start in range(0, len(assessment_ids), AT_ONCE):
        yield from session.execute(wanted.where(of.in_(assessment_ids[start : start + AT_ONCE])))


def _parts(content: Field) -> list[ColumnElement[Any]]:
    """Fields of a stored answer; both databases write this the same."""
    whole = type_coerce(content, Text)
    return [
        whole.op("->>", return_type=Text())("state"),
        cast(whole.op("->", return_type=Text())("value"), Text),
        whole.op("->>", return_type=Text())("evidence"),
        whole.op("->>", return_type=Text())("reason"),
    ]
