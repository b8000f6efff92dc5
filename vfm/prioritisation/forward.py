"""The forward plan as it stands: what is in which quarter, what it takes, and what holds it there. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from vfm.prioritisation import plan_loads
from vfm.prioritisation.benefits import Amount, summed
from vfm.prioritisation.capacity import Capacity
from vfm.prioritisation.contracts import Contract
from vfm.prioritisation.plan_board import Mode, Period, Review, board
from vfm.prioritisation.quarters import FIRM, Quarter

BEGUN = ("scoping", "under_way", "reporting", "implementing", "closed")
"""States in which a review has begun: no plan moves it."""
CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Item:
    """A review in the plan, or a decision for one that is waiting for its place.

    Attributes:
        key: `review-12` or `decision-7`.
        review_id: None while it is waiting.
        decision_id: what it came from; None by hand.
        run_id: the ranking of that decision.
        days: team days it takes, all in the quarter it begins in.
        has_own_days: they were typed for it; else they are the usual ones of its mode.
        priority: its index in the ranking that chose it, else what was typed, else 0.
        priority_from: ranking, hand or none.
        starts_on: None while it is waiting.
        ends_on: as it was typed or planned; None: with the quarter it begins in.
        earliest: key of the first quarter it may be in, empty: any.
        latest: key of the last one, empty: any; latest_reason says why.
        savings: what it may save, or saved once it is closed, kind by kind.
        contract: what the service's answers say of a contract, where nobody gave the review one of its own.
        answered_latest: key of the last quarter that follows from it, empty: none.
    """

    key: str
    review_id: int | None
    decision_id: int | None
    run_id: int | None
    service_id: int
    service: str
    directorate: str
    mode: Mode
    topic: str
    days: int
    has_own_days: bool = False
    priority: float = 0.0
    priority_from: str = "none"
    starts_on: date | None = None
    ends_on: date | None = None
    lead: str | None = None
    status: str = "proposed"
    note: str = ""
    earliest: str = ""
    latest: str = ""
    latest_reason: str = ""
    contract_ends_on: date | None = None
    is_mandatory: bool = False
    is_pinned: bool = False
    revision: int = 0
    savings: tuple[Amount, ...] = ()
    contract: Contract | None = None
    answered_latest: str = ""

    @property
    def due(self) -> str:
        """Key of the last quarter it may be in, by its own conditions and by a contract; empty: any."""
        return min((key for key in (self.latest, self.answered_latest) if key), default="")

    @property
    def start(self) -> Quarter | None:
        """The quarter it begins in, None while it is waiting."""
        return None if self.starts_on is None else Quarter.of(self.starts_on)

    @property
    def last_day(self) -> date | None:
        """The day it is to be over; without one of its own the last of its quarter."""
        if self.starts_on is None:
            return None
        if self.ends_on is None or self.ends_on < self.starts_on:
            return Quarter.of(self.starts_on).last_day
        return self.ends_on

    @property
    def has_begun(self) -> bool:
        """True from scoping on."""
        return self.status in BEGUN

    def held(self, firm_until: Quarter) -> str:
        """What keeps a new plan from moving it: closed, begun, pinned, firm (up to there); empty: nothing."""
        if self.start is None:
            return ""
        if self.status == CLOSED:
            return "closed"
        if self.has_begun:
            return "begun"
        if self.is_pinned:
            return "pinned"
        return "firm" if self.start <= firm_until else ""


def in_view(items: Iterable[Item], quarters: Sequence[Quarter]) -> tuple[Item, ...]:
    """What the rolling plan shows: all that is not over when its first quarter begins, up to its last."""
    first, last = quarters[0].first_day, quarters[-1]
    return tuple(
        item
        for item in items
        if item.start is not None
        and item.last_day is not None
        and item.start <= last
        and (item.status != CLOSED or item.last_day >= first)
    )


@dataclass(frozen=True, slots=True)
class Savings:
    """What reviews save together, kind by kind: those to come may, those that are closed did.

    `unestimated` reviews to come say nothing of it; `unconfirmed` closed ones neither.
    """

    expected: tuple[Amount, ...]
    confirmed: tuple[Amount, ...]
    unestimated: int
    unconfirmed: int


def savings_of(items: Iterable[Item]) -> Savings:
    """What the reviews of a plan save."""
    rows = list(items)
    closed = [item for item in rows if item.status == CLOSED]
    to_come = [item for item in rows if item.status != CLOSED]
    return Savings(
        expected=summed(amount for item in to_come for amount in item.savings),
        confirmed=summed(amount for item in closed for amount in item.savings),
        unestimated=sum(not item.savings for item in to_come),
        unconfirmed=sum(not item.savings for item in closed),
    )


def firm_until(quarters: Sequence[Quarter]) -> Quarter:
    """The last quarter of the firm year."""
    return quarters[min(FIRM, len(quarters)) - 1]


@dataclass(frozen=True, slots=True)
class Asked:
    """The plan as the solver takes it.

    Attributes:
        placements: review to the quarter it stands in, for those that stand in one of the quarters.
        held: those of them that a new plan leaves where they are, and why: closed, begun, pinned or firm.
        names: of reviews and quarters, for sentences.
    """

    reviews: tuple[Review, ...]
    periods: tuple[Period, ...]
    placements: Mapping[str, str]
    held: Mapping[str, str]
    names: Mapping[str, str]
    gamma: float
    directorate_limit: int

    @property
    def pinned(self) -> dict[str, str]:
        """What stays, with the quarter it stays in."""
        return {key: self.placements[key] for key in self.held}

    def content(self) -> dict[str, Any]:
        """Everything a plan follows from, as it is kept."""
        return {
            "reviews": [asdict(review) for review in self.reviews],
            "periods": [asdict(period) for period in self.periods],
            "placements": dict(self.placements),
            "held": dict(self.held),
            "gamma": self.gamma,
            "directorate_limit": self.directorate_limit,
        }

    def state(self) -> str:
        """What tells one state of the plan from another."""
        said = json.dumps(self.content(), sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def worth(self, placements: Mapping[str, str]) -> float:
        """Sum of priority x gamma^t of a plan."""
        on = board(self.reviews, self.periods, gamma=self.gamma, directorate_limit=self.directorate_limit)
        return on.objective(on.places(placements))


def asked(
    items: Iterable[Item],
    quarters: Sequence[Quarter],
    capacity: Capacity,
    *,
    moves_firm: bool = False,
    by_hand: str = "",
) -> Asked:
    """What wants a place in these quarters, and what holds some of it there.

    Left out is what takes no days in them and wants none: what began before, what may not begin until later.
    The first quarter is under way: nothing new comes into it but what is due by then or earlier.

    Args:
        items: the plan and what is waiting.
        quarters: in time order.
        capacity: what there is to plan with.
        moves_firm: whether what stands in the firm year may move, too.
        by_hand: key of a review that is placed by hand, in the first quarter as well.
    """
    firm = firm_until(quarters)
    there = [item for item in items if _wants_a_place(item, quarters)]
    placements = {item.key: item.start.key for item in there if item.start in quarters and item.start}
    held = {item.key: why for item in there if item.key in placements and (why := item.held(firm))}
    if moves_firm:
        held = {key: why for key, why in held.items() if why != "firm"}
    return Asked(
        reviews=tuple(
            _review(item, quarters, is_free=item.start == quarters[0] or item.key == by_hand)
            for item in there
        ),
        periods=tuple(_period(quarter, capacity) for quarter in quarters),
        placements=placements,
        held=held,
        names={item.key: item.service for item in there}
        | {quarter.key: quarter.name for quarter in quarters},
        gamma=capacity.gamma,
        directorate_limit=capacity.directorate_limit,
    )


def _wants_a_place(item: Item, quarters: Sequence[Quarter]) -> bool:
    last = quarters[-1]
    if item.start in quarters:
        return True
    if item.has_begun or (item.earliest and item.earliest > last.key):
        return False
    return not (item.is_pinned and item.start is not None and item.start > last)


def _review(item: Item, quarters: Sequence[Quarter], *, is_free: bool) -> Review:
    first, last = quarters[0].key, quarters[-1].key
    is_due = bool(item.due) and item.due <= first
    earliest = max(item.earliest, first if is_free or is_due else quarters[1].key)
    return Review(
        key=item.key,
        priority=item.priority,
        mode=item.mode,
        days=float(item.days),
        directorate=item.directorate,
        earliest=earliest if earliest > first else None,
        latest=max(item.due, earliest) if item.due and item.due <= last else None,
        mandatory=item.is_mandatory and item.status != CLOSED,
    )


def _period(quarter: Quarter, capacity: Capacity) -> Period:
    own = capacity.own(quarter.key)
    return Period(
        key=quarter.key,
        days=float(capacity.days_in(quarter.key)),
        blackout=own.is_blackout,
        overload=0.0 if own.is_blackout else float(capacity.overload),
    )


@dataclass(frozen=True, slots=True)
class Load:
    """How full a quarter is.

    Attributes:
        days: team days there are, 0 in a blackout.
        used: what the reviews that begin in it take.
        count: how many begin in it.
        blackout: why nothing may be in it; empty: it is open.
        crowded: directorates with more reviews than the limit, with how many.
    """

    quarter: Quarter
    days: int
    used: int
    blackout: str
    count: int
    crowded: Mapping[str, int]
    is_firm: bool

    @property
    def over(self) -> int:
        """Team days above those there are, 0 where it fits."""
        return max(0, self.used - self.days)

    @property
    def free(self) -> int:
        """Team days left."""
        return max(0, self.days - self.used)


def loads(
    on: Asked, quarters: Sequence[Quarter], capacity: Capacity, placements: Mapping[str, str] | None = None
) -> tuple[Load, ...]:
    """How full each quarter is: as the plan stands, or with other placements."""
    firm = firm_until(quarters)
    where = on.placements if placements is None else placements
    found = plan_loads.loads(on.reviews, on.periods, where, directorate_limit=on.directorate_limit)
    return tuple(
        Load(
            quarter=quarter,
            days=round(load.days),
            used=round(load.used),
            blackout=capacity.own(quarter.key).reason if load.blackout else "",
            count=len(load.keys),
            crowded={one.directorate: one.reviews for one in load.directorates if one.reviews > one.limit},
            is_firm=quarter <= firm,
        )
        for quarter, load in zip(quarters, found, strict=True)
    )
