"""The forward plan as it stands: what is in which quarter, what it takes, and what holds it there. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from vfm.prioritisation.capacity import Capacity
from vfm.prioritisation.plan import Mode
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
        """What keeps a new plan from moving it: begun, pinned, firm (up to that quarter); empty: nothing."""
        if self.start is None:
            return ""
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


def firm_until(quarters: Sequence[Quarter]) -> Quarter:
    """The last quarter of the firm year."""
    return quarters[min(FIRM, len(quarters)) - 1]


@dataclass(frozen=True, slots=True)
class Load:
    """How full a quarter is.

    Attributes:
        days: team days there are, 0 in a blackout.
        used: what the reviews that begin in it take.
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


def loads(items: Iterable[Item], quarters: Sequence[Quarter], capacity: Capacity) -> tuple[Load, ...]:
    """How full each quarter is with what begins in it."""
    there: dict[Quarter, list[Item]] = {quarter: [] for quarter in quarters}
    for item in items:
        if item.start in there:
            there[item.start].append(item)
    firm = firm_until(quarters)
    return tuple(
        Load(
            quarter=quarter,
            days=capacity.days_in(quarter.key),
            used=sum(item.days for item in begun),
            blackout=capacity.own(quarter.key).reason if capacity.own(quarter.key).is_blackout else "",
            count=len(begun),
            crowded={
                name: count
                for name, count in sorted(Counter(item.directorate for item in begun).items())
                if count > capacity.directorate_limit
            },
            is_firm=quarter <= firm,
        )
        for quarter, begun in there.items()
    )
