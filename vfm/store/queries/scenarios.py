"""What trying other weights on a kept run asks of the store."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from vfm.store.queries.priorities import RunRow, run
from vfm.store.queries.results import AnyRow
from vfm.store.tables import Person, PrioritisationRun, Scenario


def run_and_result(session: Session, run_id: int) -> tuple[RunRow, dict[str, Any], dict[str, Any]] | None:
    """(run, outline, result) of a run; None when there is none."""
    found = run(session, run_id)
    if found is None:
        return None
    result = session.scalars(select(PrioritisationRun.result).where(PrioritisationRun.id == run_id)).one()
    return (*found, result)


def scenarios(session: Session, run_id: int) -> list[AnyRow]:
    """Every scenario of a run, withdrawn ones too, in the order they were kept."""
    asked = (
        select(
            Scenario.id,
            Scenario.name,
            Scenario.weights,
            Scenario.note,
            Scenario.at,
            Scenario.withdrawn_at,
            Person.name.label("by"),
        )
        .join(Person, Person.id == Scenario.by_id)
        .where(Scenario.run_id == run_id)
        .order_by(Scenario.id)
    )
    return list(session.execute(asked))


def scenario(session: Session, run_id: int, scenario_id: int) -> Scenario | None:
    """One scenario of a run; None when it has no such."""
    found = session.get(Scenario, scenario_id)
    return found if found is not None and found.run_id == run_id else None


def names(session: Session, run_id: int) -> Sequence[str]:
    """The names that scenarios of a run have, withdrawn ones too."""
    return session.scalars(select(Scenario.name).where(Scenario.run_id == run_id)).all()
