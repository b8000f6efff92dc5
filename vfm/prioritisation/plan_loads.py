"""How full a plan is, period by period, and why a review is not in it.

Pure: reviews, periods and placements in, numbers and reasons out; the sentences are in `plan_words`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from vfm.errors import Invalid
from vfm.prioritisation.plan_board import (
    DEFAULT_DIRECTORATE_LIMIT,
    TOLERANCE,
    Board,
    Period,
    Places,
    Review,
    board,
    placement_problems,
    window_of,
)

ObstacleKind = Literal["blackout", "firm", "too_large", "directorate", "full", "none"]
ReasonKind = Literal["closed", "too_large", "directorate", "full", "fits"]


@dataclass(frozen=True, slots=True)
class DirectorateLoad:
    """How many reviews of a directorate stand in a period, and how many may."""

    directorate: str
    reviews: int
    limit: int


@dataclass(frozen=True, slots=True)
class Load:
    """How full one period is.

    Attributes:
        period: its key.
        days: team days there are; 0 in a blackout.
        overload: days by which these may be exceeded.
        used: team days of the reviews in it.
        keys: these reviews, the higher priority first.
        directorates: those with a review in it, by name.
        blackout: nothing may be placed in it.
    """

    period: str
    days: float
    overload: float
    used: float
    keys: tuple[str, ...]
    directorates: tuple[DirectorateLoad, ...]
    blackout: bool

    @property
    def free(self) -> float:
        """Team days left, 0 or more."""
        return max(0.0, self.days - self.used)

    @property
    def over(self) -> float:
        """Team days beyond those there are, 0 or more."""
        return max(0.0, self.used - self.days)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What keeps a review out of one period of its window.

    Attributes:
        period: its key.
        kind: `blackout`; `firm`; `too_large` for all the days there are; `directorate`: its limit is reached;
            `full`: too few days are free; `none`: it would fit.
        short_by_days: how many days it lacks (`too_large`, `full`), else 0.
    """

    period: str
    kind: ObstacleKind
    short_by_days: float = 0.0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a review is not in the plan.

    Attributes:
        key: the review.
        kind: `closed`: every period it may be in is a blackout or settled; `too_large`: none of the others
            has days enough, whatever else is planned; `directorate`: the limit alone keeps it out; `full`:
            too few days are free, in some perhaps the limit; `fits`: nothing keeps it out.
        days: team days it takes.
        obstacles: one for each period it may be in.
        lower: reviews of lower priority that stand in a period it could be in: they take fewer days, or
            another place is worth more in sum, or they are mandatory.
    """

    key: str
    kind: ReasonKind
    days: float
    obstacles: tuple[Obstacle, ...]
    lower: tuple[str, ...] = ()

    @property
    def nearest(self) -> Obstacle | None:
        """The period where the fewest days are missing, the earliest of several; None: it is not days."""
        short = [o for o in self.obstacles if o.kind == self.kind and o.short_by_days]
        return min(short, key=lambda o: o.short_by_days, default=None)


def loads(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    placements: Mapping[str, str],
    *,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
) -> tuple[Load, ...]:
    """How full each period is, in time order.

    Raises:
        Invalid: every problem with reviews, periods and placements.
    """
    on, places = _placed(reviews, periods, placements, directorate_limit)
    return tuple(_load(on, places, t, directorate_limit) for t in range(len(periods)))


def _placed(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    placements: Mapping[str, str],
    limit: int,
    firm: int = 0,
) -> tuple[Board, Places]:
    on = board(reviews, periods, directorate_limit=limit, firm=firm)
    found = placement_problems(reviews, periods, placements)
    if found:
        raise Invalid(found)
    return on, on.places(placements)


def _load(on: Board, places: Places, t: int, limit: int) -> Load:
    period = on.periods[t]
    counts = {name: sum(places[i] == t for i in members) for name, members in on.directorates.items()}
    return Load(
        period=period.key,
        days=0.0 if period.blackout else period.days,
        overload=0.0 if period.blackout else period.overload,
        used=on.used(places, t),
        keys=tuple(on.reviews[i].key for i in on.by_priority() if places[i] == t),
        directorates=tuple(DirectorateLoad(name, n, limit) for name, n in counts.items() if n),
        blackout=period.blackout,
    )


def reasons(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    placements: Mapping[str, str],
    *,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
    firm: int = 0,
) -> tuple[Reason, ...]:
    """Why each review without a period has none, the higher priority first.

    Raises:
        Invalid: every problem with reviews, periods and placements.
    """
    on, places = _placed(reviews, periods, placements, directorate_limit, firm)
    return tuple(_reason(on, places, i, firm) for i in on.by_priority() if places[i] is None)


def _reason(on: Board, places: Places, i: int, firm: int) -> Reason:
    first, last = window_of(on.reviews[i], on.periods)
    obstacles = tuple(_obstacle(on, places, i, t, firm) for t in range(first, last + 1))
    could = [
        t for t in range(first, last + 1) if on.window[i, t] and on.effort[i] <= on.capacity[t] + TOLERANCE
    ]
    kinds = {obstacle.kind for obstacle in obstacles} - {"blackout", "firm"}
    kind: ReasonKind = "full"
    if "none" in kinds:
        kind = "fits"
    elif not kinds:
        kind = "closed"
    elif kinds == {"too_large"}:
        kind = "too_large"
    elif "full" not in kinds:
        kind = "directorate"
    lower = [
        k for k in on.by_priority() if places[k] in could and on.reviews[k].priority < on.reviews[i].priority
    ]
    return Reason(
        on.reviews[i].key,
        kind,
        float(on.effort[i]),
        obstacles,
        tuple(on.reviews[k].key for k in lower),
    )


def _obstacle(on: Board, places: Places, i: int, t: int, firm: int) -> Obstacle:
    period = on.periods[t]
    there = [k for k, place in enumerate(places) if place == t]
    if period.blackout:
        return Obstacle(period.key, "blackout")
    if t < firm:
        return Obstacle(period.key, "firm")
    if on.effort[i] > period.days + TOLERANCE:
        return Obstacle(period.key, "too_large", float(on.effort[i] - period.days))
    if not on.room_in_directorate(there, i, t):
        return Obstacle(period.key, "directorate")
    short = on.used(places, t) + float(on.effort[i]) - period.days
    return Obstacle(period.key, "full", short) if short > TOLERANCE else Obstacle(period.key, "none")


def latest_for_contract(contract_ends_on: date, period_ends: Mapping[str, date]) -> str | None:
    """The last period that ends at least 12 months before a contract does; None where all end later.

    Args:
        contract_ends_on: the day the contract ends; of 29 February, the 28th a year before counts.
        period_ends: the last day of each period, by key.

    >>> ends = {"Q3": date(2026, 12, 31), "Q4": date(2027, 3, 31)}
    >>> latest_for_contract(date(2028, 3, 31), ends), latest_for_contract(date(2028, 3, 30), ends)
    ('Q4', 'Q3')
    """
    day = 28 if (contract_ends_on.month, contract_ends_on.day) == (2, 29) else contract_ends_on.day
    by = contract_ends_on.replace(year=contract_ends_on.year - 1, day=day)
    in_time = [(end, key) for key, end in period_ends.items() if end <= by]
    return max(in_time)[1] if in_time else None
