"""What a forward plan is made from: reviews, periods, and the board on which one stands against the other.

Pure. What a review is (deep dive or service review) was decided before; here is only where it may stand.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.prioritisation.criteria import LARGEST
from vfm.prioritisation.scales import Floats

Mode = Literal["deep_dive", "service_review"]
Places = list[int | None]
"""For each review of a board the position of its period, or None."""
DEFAULT_DAYS: dict[Mode, int] = {"deep_dive": 60, "service_review": 160}
DEFAULT_GAMMA = 0.95
DEFAULT_DIRECTORATE_LIMIT = 2
LEAST_DAYS, MOST_DAYS = 0.001, 1_000_000
TOLERANCE = 1e-6
"""Team days that do not count: what adding up decimal fractions leaves over."""


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time with a capacity.

    Attributes:
        key: its name, `2027-Q1`.
        days: team days there are.
        blackout: nothing may be placed in it: budget setting, an inspection.
        overload: days by which it may be exceeded at most, and only so that a mandatory review is done.
    """

    key: str
    days: float
    blackout: bool = False
    overload: float = 0.0


@dataclass(frozen=True, slots=True)
class Review:
    """One review that wants a period.

    Attributes:
        key: its service.
        priority: the service's index, 0 or more.
        mode: what was decided for it.
        days: team days it takes, all in its one period; None: the usual number for its mode.
        directorate: where it is; None: no limit applies.
        earliest: key of the first period it may be in; None: the first of all.
        latest: key of the last period it may be in; None: the last of all.
        mandatory: it has to be done by its latest period.
    """

    key: str
    priority: float
    mode: Mode
    days: float | None = None
    directorate: str | None = None
    earliest: str | None = None
    latest: str | None = None
    mandatory: bool = False

    @property
    def effort(self) -> float:
        """Team days it takes."""
        return DEFAULT_DAYS[self.mode] if self.days is None else self.days


@dataclass(frozen=True, eq=False)
class Board:
    """Reviews (by key) against periods: what may stand where, and what it is worth there.

    A pinned review may stand in its own period alone, and there it has to: where pinned ones take more than
    there is, the capacity counts as what they take, so that nothing else comes on top.

    Attributes:
        reviews: by key.
        periods: in time order.
        window: (reviews, periods) where earliest, latest, blackouts and the firm periods leave room.
        worth: (reviews, periods) priority x gamma^t.
        effort: (reviews,) team days.
        must: (reviews,) mandatory or pinned.
        pinned: positions of the pinned reviews.
        capacity: (periods,) team days.
        overload: (periods,) days on top, for mandatory reviews alone.
        directorates: positions of the reviews in each, by its name.
        limits: for each directorate (periods,) the most of its reviews in one period.
    """

    reviews: tuple[Review, ...]
    periods: tuple[Period, ...]
    window: NDArray[np.bool_]
    worth: Floats
    effort: Floats
    must: NDArray[np.bool_]
    pinned: frozenset[int]
    capacity: Floats
    overload: Floats
    directorates: Mapping[str, list[int]]
    limits: Mapping[str, Floats]

    def allowed(self) -> NDArray[np.bool_]:
        """(reviews, periods) where there are days enough for it alone, too."""
        return self.window & (self.capacity + TOLERANCE >= self.effort[:, None])

    def objective(self, places: Places) -> float:
        """Sum of priority x gamma^t."""
        return float(sum(self.worth[i, t] for i, t in enumerate(places) if t is not None))

    def used(self, places: Places, t: int) -> float:
        """Team days that the reviews in period t take."""
        return float(sum(self.effort[i] for i, place in enumerate(places) if place == t))

    def keeps_days(self, places: Places) -> bool:
        """Whether no period has more than its capacity."""
        return all(self.used(places, t) <= self.capacity[t] + TOLERANCE for t in range(len(self.periods)))

    def fits(self, places: Places, i: int, t: int) -> bool:
        """Whether review i can go into period t beside those that are there."""
        if not self.window[i, t]:
            return False
        there = [k for k, place in enumerate(places) if place == t and k != i]
        taken = float(self.effort[there].sum()) + float(self.effort[i])
        return taken <= self.capacity[t] + TOLERANCE and self.room_in_directorate(there, i, t)

    def room_in_directorate(self, there: Sequence[int], i: int, t: int) -> bool:
        """Whether the directorate of review i has fewer than its limit among those already there."""
        directorate = self.reviews[i].directorate
        if directorate is None:
            return True
        count = sum(k != i and self.reviews[k].directorate == directorate for k in there)
        return bool(count < self.limits[directorate][t])

    def by_priority(self) -> list[int]:
        """Positions of the reviews, the highest priority first."""
        return sorted(
            range(len(self.reviews)), key=lambda i: (-self.reviews[i].priority, self.reviews[i].key)
        )

    def only(self, chosen: Sequence[int]) -> "Board":
        """The same board with some of its reviews."""
        return replace(
            self,
            reviews=tuple(self.reviews[i] for i in chosen),
            window=self.window[chosen],
            worth=self.worth[chosen],
            effort=self.effort[chosen],
            must=self.must[chosen],
            pinned=frozenset(k for k, i in enumerate(chosen) if i in self.pinned),
            directorates=by_directorate([self.reviews[i] for i in chosen]),
        )

    def placements(self, places: Places) -> dict[str, str]:
        """Review to period, by their keys, the reviews by key."""
        return {self.reviews[i].key: self.periods[t].key for i, t in enumerate(places) if t is not None}

    def places(self, placements: Mapping[str, str]) -> Places:
        """The positions of what is given by keys."""
        at = {period.key: t for t, period in enumerate(self.periods)}
        return [at[placements[r.key]] if r.key in placements else None for r in self.reviews]


def board(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    *,
    gamma: float = DEFAULT_GAMMA,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
    pinned: Mapping[str, str] | None = None,
    firm: int = 0,
) -> Board:
    """Set reviews against periods.

    Args:
        reviews: in any order.
        periods: in time order.
        gamma: what a review is worth one period later, as a share.
        directorate_limit: most reviews in one directorate in one period.
        pinned: review to the period it stays in, whatever else holds.
        firm: how many of the first periods are settled: only what is pinned there stands in them.

    Raises:
        Invalid: every problem with reviews, periods and settings.
    """
    pins = dict(pinned or {})
    found = [
        *settings_problems(periods, gamma, directorate_limit, firm),
        *_repeated(r.key for r in reviews),
        *(
            Problem(r.key, message)
            for r in reviews
            for message in _review_faults(r, [p.key for p in periods])
        ),
        *placement_problems(reviews, periods, pins),
    ]
    if found:
        raise Invalid(found)
    rows = tuple(sorted(reviews, key=lambda review: review.key))
    at = {period.key: t for t, period in enumerate(periods)}
    pinned_at = {i: at[pins[r.key]] for i, r in enumerate(rows) if r.key in pins}
    effort = np.array([r.effort for r in rows], dtype=np.float64)
    days = np.array([period.days for period in periods], dtype=np.float64)
    overload = np.array([period.overload for period in periods], dtype=np.float64)
    settled = np.zeros(len(periods))
    for i, t in pinned_at.items():
        settled[t] += effort[i]
    capacity = np.maximum(days, settled)
    directorates = by_directorate(rows)
    return Board(
        reviews=rows,
        periods=tuple(periods),
        window=_window(rows, periods, pinned_at, firm),
        worth=np.outer([r.priority for r in rows], gamma ** np.arange(len(periods))),
        effort=effort,
        must=np.array([r.mandatory or i in pinned_at for i, r in enumerate(rows)], dtype=np.bool_),
        pinned=frozenset(pinned_at),
        capacity=capacity,
        overload=np.maximum(days + overload - capacity, 0.0),
        directorates=directorates,
        limits={
            name: _limits(members, pinned_at, len(periods), directorate_limit)
            for name, members in directorates.items()
        },
    )


def by_directorate(reviews: Sequence[Review]) -> dict[str, list[int]]:
    """Positions of the reviews in each directorate, by its name."""
    found: dict[str, list[int]] = {}
    for i, review in enumerate(reviews):
        if review.directorate is not None:
            found.setdefault(review.directorate, []).append(i)
    return dict(sorted(found.items()))


def window_of(review: Review, periods: Sequence[Period]) -> tuple[int, int]:
    """Positions of the first and the last period a review may be in, blackouts included."""
    keys = [period.key for period in periods]
    first = keys.index(review.earliest) if review.earliest else 0
    return first, keys.index(review.latest) if review.latest else len(keys) - 1


def _window(
    rows: Sequence[Review], periods: Sequence[Period], pinned_at: Mapping[int, int], firm: int
) -> NDArray[np.bool_]:
    window = np.zeros((len(rows), len(periods)), dtype=np.bool_)
    open_ = np.array([not period.blackout for period in periods])
    open_[:firm] = False
    for i, review in enumerate(rows):
        if i in pinned_at:
            window[i, pinned_at[i]] = True
        else:
            first, last = window_of(review, periods)
            window[i, first : last + 1] = open_[first : last + 1]
    return window


def _limits(members: Sequence[int], pinned_at: Mapping[int, int], periods: int, limit: int) -> Floats:
    settled = np.bincount([pinned_at[i] for i in members if i in pinned_at], minlength=periods)
    return np.maximum(settled, limit).astype(np.float64)


def settings_problems(
    periods: Sequence[Period], gamma: float, directorate_limit: int, firm: int = 0
) -> list[Problem]:
    """What is wrong with periods and settings, at `gamma`, `directorate_limit`, `firm` or a period's key."""
    found = [] if periods else [Problem("periods", "There are no periods. Give at least one.")]
    if not 0 < gamma <= 1:
        found.append(Problem("gamma", f"{gamma} cannot be used. Give a number above 0 and at most 1."))
    if not directorate_limit >= 1:
        found.append(Problem("directorate_limit", f"{directorate_limit} leaves no room. Give 1 or more."))
    if not 0 <= firm <= len(periods):
        found.append(Problem("firm", f"{firm} is not a number of periods. Give 0 to {len(periods)}."))
    found += _repeated(p.key for p in periods)
    for period in periods:
        if not 0 <= period.days <= MOST_DAYS:
            found.append(Problem(period.key, f"{period.days} days cannot be used. Give 0 or more."))
        if not 0 <= period.overload <= MOST_DAYS:
            found.append(Problem(period.key, f"Overload {period.overload} cannot be used. Give 0 or more."))
    return found


def _repeated(keys: Iterable[str]) -> list[Problem]:
    return [
        Problem(key, f"This key appears {count} times. Keep one of them.")
        for key, count in Counter(keys).items()
        if count > 1
    ]


def _review_faults(review: Review, keys: list[str]) -> list[str]:
    found = []
    if review.mode not in DEFAULT_DAYS:
        return [f"Mode “{review.mode}” is not known. Use deep_dive or service_review."]
    if not 0 <= review.priority <= LARGEST:
        found.append(f"Priority {review.priority} cannot be used. Give 0 or more.")
    if not LEAST_DAYS <= review.effort <= MOST_DAYS:
        found.append(f"{review.effort} days cannot be used. Give a number above 0, in days.")
    windows = (("Earliest", review.earliest), ("Latest", review.latest))
    unknown = [(name, key) for name, key in windows if key is not None and key not in keys]
    found += [
        f"{name} period “{key}” is not in the list of periods. Use one of {', '.join(keys)}."
        for name, key in unknown
    ]
    ends = [keys.index(key) for _, key in windows if key is not None and not unknown]
    if len(ends) == 2 and ends[0] > ends[1]:
        found.append("Its earliest period is after its latest. Swap or correct them.")
    return found


def placement_problems(
    reviews: Sequence[Review], periods: Sequence[Period], placements: Mapping[str, str]
) -> list[Problem]:
    """What is placed and is not there, or placed where nothing is."""
    known, keys = {review.key for review in reviews}, [period.key for period in periods]
    found = [
        Problem(key, "This review is placed but is not in the list of reviews. Add it or take it out.")
        for key in placements
        if key not in known
    ]
    return found + [
        Problem(key, f"Period “{period}” is not in the list of periods. Use one of {', '.join(keys)}.")
        for key, period in placements.items()
        if period not in keys
    ]
