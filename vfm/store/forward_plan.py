"""The forward plan as it is kept: reviews, decisions that wait, and what there is to plan with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from sqlalchemy.orm import Session

from vfm.prioritisation.capacity import Capacity, kept
from vfm.prioritisation.forward import BEGUN, CLOSED, Item
from vfm.prioritisation.outline import Line
from vfm.prioritisation.plan import Mode
from vfm.prioritisation.quarters import Quarter, rolling
from vfm.store import contracts
from vfm.store.queries import plans as queries
from vfm.store.queries import reviews
from vfm.store.queries.plans import ReviewRow, SettingsRow

Priorities = Mapping[tuple[int, int], float]
"""(run, service) -> index."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The plan as it stands.

    Attributes:
        quarters: the three years it rolls over, today's quarter first.
        settings: the row the capacity was kept in, None while nobody has set it.
        items: every review, closed ones too, the first to start first.
        waiting: decisions for a review that are not in the plan.
    """

    quarters: tuple[Quarter, ...]
    capacity: Capacity
    settings: SettingsRow | None
    items: tuple[Item, ...]
    waiting: tuple[Item, ...]

    def item(self, key: str) -> Item | None:
        """One of them by its key."""
        return next((item for item in (*self.items, *self.waiting) if item.key == key), None)


def standing(session: Session, today: date) -> Standing:
    """The plan and everything that wants a place in it."""
    newest = next(iter(queries.settings(session, limit=1)), None)
    capacity = kept(newest.content) if newest else Capacity()
    rows, waiting = queries.reviews(session), reviews.waiting(session)
    runs = {row.run_id for row in rows if row.run_id is not None} | {origin.run_id for origin, _ in waiting}
    priorities = _priorities(session, runs)
    places = queries.directorates(session, {origin.service_id for origin, _ in waiting})
    quarters = rolling(today)
    planned = {row.service_id for row in rows if row.status not in BEGUN and row.contract_ends_on is None}
    said = contracts.of(session, planned | {origin.service_id for origin, _ in waiting}, today)

    def with_contract(item: Item) -> Item:
        contract = said.get(item.service_id)
        if contract is None or item.has_begun or item.contract_ends_on is not None:
            return item
        return replace(item, contract=contract, answered_latest=contract.latest(quarters[0]))

    return Standing(
        quarters=quarters,
        capacity=capacity,
        settings=newest,
        items=tuple(with_contract(_item(row, capacity, priorities)) for row in rows),
        waiting=tuple(
            with_contract(_waiting(origin, name, places[origin.service_id], capacity, priorities))
            for origin, name in waiting
        ),
    )


def _priorities(session: Session, run_ids: set[int]) -> Priorities:
    return {
        (run_id, line.service_id): line.index
        for run_id, outline in queries.outlines(session, run_ids).items()
        for line in (Line(*values) for values in outline["lines"])
        if line.index is not None
    }


def _item(row: ReviewRow, capacity: Capacity, priorities: Priorities) -> Item:
    mode = cast(Mode, row.mode)
    chosen = priorities.get((row.run_id, row.service_id)) if row.run_id is not None else None
    return Item(
        key=f"review-{row.id}",
        review_id=row.id,
        decision_id=row.decision_id,
        run_id=row.run_id,
        service_id=row.service_id,
        service=row.service,
        directorate=row.directorate,
        mode=mode,
        topic=row.topic,
        days=capacity.mode_days[mode] if row.days is None else row.days,
        has_own_days=row.days is not None,
        priority=chosen if chosen is not None else float(row.priority or 0),
        priority_from="ranking" if chosen is not None else "none" if row.priority is None else "hand",
        starts_on=row.starts_on,
        ends_on=row.closed_on if row.status == CLOSED and row.closed_on else row.ends_on,
        lead=row.lead,
        status=row.status,
        note=row.note,
        earliest=row.earliest,
        latest=row.latest,
        latest_reason=row.latest_reason,
        contract_ends_on=row.contract_ends_on,
        is_mandatory=row.is_mandatory,
        is_pinned=row.is_pinned,
        revision=row.revision,
        savings=row.savings,
    )


def _waiting(
    origin: reviews.Origin, service: str, directorate: str, capacity: Capacity, priorities: Priorities
) -> Item:
    mode = cast(Mode, origin.outcome)
    chosen = priorities.get((origin.run_id, origin.service_id))
    return Item(
        key=f"decision-{origin.id}",
        review_id=None,
        decision_id=origin.id,
        run_id=origin.run_id,
        service_id=origin.service_id,
        service=service,
        directorate=directorate,
        mode=mode,
        topic=origin.topic,
        days=capacity.mode_days[mode],
        priority=chosen or 0.0,
        priority_from="none" if chosen is None else "ranking",
    )
