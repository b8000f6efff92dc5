"""Plans that were worked out before: what each was made from, what became of it, and how it differs today."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.prioritisation.forward import Item, asked
from vfm.prioritisation.quarters import Quarter
from vfm.questionnaires.figures import london_day
from vfm.store import forward_plan
from vfm.store.forward_plan import Standing
from vfm.store.queries import plans as queries
from vfm.store.queries.plans import ProposalRow

NEWEST = 5
"""How many are listed before somebody asks for all."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A review that stands elsewhere now than a plan would have it.

    Attributes:
        proposed: its quarter in that plan, None where that left it out.
        now: the quarter it stands in, None while it is waiting or stands outside the three years.
        is_new: that plan did not know it.
    """

    item: Item
    proposed: Quarter | None
    now: Quarter | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Against:
    """A plan worked out before, held against the one that stands; `gone` of its reviews are in none."""

    differences: tuple[Difference, ...]
    gone: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """A plan that was worked out.

    Attributes:
        rankings: (id, name) of those whose decisions it placed, the newest first; none: all by hand.
        placed, left_out: how many of its reviews had a place, and how many had none.
        moved: how many stood elsewhere when it was worked out.
        fits: False where what has to be done did not fit; then there is no plan.
        worth: in points; gap: how much better one could have been, as a share.
        is_waiting: it can still be adopted.
        against: it and the plan that stands.
    """

    row: ProposalRow
    rankings: tuple[tuple[int, str], ...]
    placed: int
    left_out: int
    moved: int
    fits: bool
    worth: float
    gap: float
    is_waiting: bool
    against: Against


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Those that were worked out, the newest first, and how many there are in all."""

    rows: tuple[Earlier, ...]
    total: int


def index(session: Session, *, is_every: bool = False, now: datetime) -> WorkedOut:
    """The plans that were worked out, the newest first; the last few unless every one is asked for."""
    standing = forward_plan.standing(session, london_day(now))
    rows = queries.proposals(session, limit=None if is_every else NEWEST)
    names = queries.run_names(session)
    states = {moves_firm: _state(standing, moves_firm) for moves_firm in (False, True)}
    return WorkedOut(
        tuple(_earlier(row, standing, names, states) for row in rows), queries.proposal_count(session)
    )


def _state(standing: Standing, moves_firm: bool) -> str:
    items = (*standing.items, *standing.waiting)
    return asked(items, standing.quarters, standing.capacity, moves_firm=moves_firm).state()


def _earlier(
    row: ProposalRow, standing: Standing, names: Mapping[int, str], states: Mapping[bool, str]
) -> Earlier:
    placements, stood = row.result["placements"], row.inputs["placements"]
    reviews = [one["key"] for one in row.inputs["reviews"]]
    is_open = not row.adopted_at and not row.discarded_at
    return Earlier(
        row=row,
        rankings=tuple((run, names[run]) for run in _runs(row.inputs, standing) if run in names),
        placed=len(placements),
        left_out=sum(key not in placements for key in reviews),
        moved=sum(stood.get(key) != placements.get(key) for key in reviews),
        fits=not row.result["shortages"],
        worth=row.result.get("objective", 0.0),
        gap=row.result.get("gap", 0.0),
        is_waiting=is_open and row.inputs["state"] == states[row.inputs["moves_firm"]],
        against=_against(row, standing),
    )


def _runs(inputs: Mapping[str, Any], standing: Standing) -> list[int]:
    """The rankings it was made from; of one that did not keep them, those its reviews come from."""
    kept = inputs.get("runs")
    if kept is None:
        found = (_item(one["key"], standing) for one in inputs["reviews"])
        kept = {item.run_id for item in found if item is not None and item.run_id is not None}
    return sorted(kept, reverse=True)


def _item(key: str, standing: Standing) -> Item | None:
    """A review by the key it had then: a decision that waited is a review once it came in."""
    if item := standing.item(key):
        return item
    kind, _, number = key.partition("-")
    if kind != "decision":
        return None
    return next((item for item in standing.items if str(item.decision_id) == number), None)


def against(session: Session, proposal_id: int, *, now: datetime) -> Against:
    """One of them, held against the plan that stands.

    Raises:
        NotFound: there is no such plan.
    """
    row = queries.proposal(session, proposal_id)
    if row is None or row.inputs["kind"] != "plan":
        raise NotFound(f"proposal {proposal_id}")
    return _against(row, forward_plan.standing(session, london_day(now)))


def _against(row: ProposalRow, standing: Standing) -> Against:
    if row.result["shortages"]:
        return Against((), 0)
    reviews = [one["key"] for one in row.inputs["reviews"]]
    known = {key: item for key in reviews if (item := _item(key, standing))}
    found = [*_moved(row.result["placements"], known, standing), *_come_since(known, standing)]
    return Against(tuple(found), len(reviews) - len(known))


def _moved(
    placements: Mapping[str, str], known: Mapping[str, Item], standing: Standing
) -> Iterator[Difference]:
    for key, item in known.items():
        proposed = Quarter.from_key(placements[key]) if key in placements else None
        place = item.start if item.start and item.start <= standing.quarters[-1] else None
        if proposed != place:
            yield Difference(item, proposed, place, is_new=False)


def _come_since(known: Mapping[str, Item], standing: Standing) -> Iterator[Difference]:
    there = {item.key for item in known.values()}
    for item in standing.items:
        if item.key not in there and item.start in standing.quarters:
            yield Difference(item, None, item.start, is_new=True)
