"""When each review happens: the schedule of most worth that the team has days for.

Pure: reviews and periods in, a plan out. What a review is (deep dive or service review) was decided before;
here it is only placed in a period, whole.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.prioritisation.criteria import LARGEST
from vfm.prioritisation.scales import Floats

Mode = Literal["deep_dive", "service_review"]
DEFAULT_DAYS: dict[Mode, int] = {"deep_dive": 60, "service_review": 160}
DEFAULT_GAMMA = 0.95
DEFAULT_DIRECTORATE_LIMIT = 2
GAP = 1e-6
MOST_DAYS = 1_000_000
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time with a capacity.

    Attributes:
        key: its name, `2027-Q1`.
        days: team days there are.
        blackout: nothing may be placed in it: budget setting, an inspection.
    """

    key: str
    days: float
    blackout: bool = False


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


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A review in its period."""

    key: str
    period: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why mandatory reviews do not fit.

    Attributes:
        period: key of the period by whose end they have to be done.
        short_by_days: how many team days are missing; 0 where it is not days but a limit or a window.
        keys: the reviews that compete.
    """

    period: str
    short_by_days: float
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A forward plan, or why there is none.

    Attributes:
        scheduled: by period, the higher priority first.
        objective: sum of priority x gamma^t.
        gap: how far the best conceivable plan may be above this one, as a share.
        left_out: the reviews without a period, the higher priority first.
        binding: the capacities that stand in the way of a left-out review or an earlier period.
        infeasible: where mandatory reviews do not fit; then nothing is scheduled.
    """

    scheduled: tuple[Scheduled, ...] = ()
    objective: float = 0.0
    gap: float = 0.0
    left_out: tuple[str, ...] = ()
    binding: tuple[str, ...] = ()
    infeasible: tuple[Shortfall, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """What `vfm plan --json` prints."""
        if self.infeasible:
            return {
                "infeasible": [
                    {"period": s.period, "short_by_days": s.short_by_days, "keys": list(s.keys)}
                    for s in self.infeasible
                ]
            }
        return {
            "scheduled": [{"key": s.key, "period": s.period, "mode": s.mode} for s in self.scheduled],
            "objective": self.objective,
            "gap": self.gap,
            "left_out": list(self.left_out),
            "binding": list(self.binding),
        }


@dataclass(frozen=True, eq=False)
class _Board:
    """Reviews (by key) against periods: what may stand where, and what it is worth there.

    Attributes:
        reviews: by key.
        periods: in time order.
        window: (reviews, periods) where earliest, latest and blackouts leave room.
        allowed: (reviews, periods) where there are days enough for it alone, too.
        worth: (reviews, periods) priority x gamma^t.
        effort: (reviews,) team days.
        directorates: positions of the reviews in each.
        limit: most reviews of one directorate in one period.
    """

    reviews: list[Review]
    periods: list[Period]
    window: NDArray[np.bool_]
    allowed: NDArray[np.bool_]
    worth: Floats
    effort: Floats
    directorates: dict[str, list[int]]
    limit: int

    def objective(self, places: Sequence[int | None]) -> float:
        return float(sum(self.worth[i, t] for i, t in enumerate(places) if t is not None))

    def fits(self, places: list[int | None], i: int, t: int) -> bool:
        """Whether review i can still go into period t."""
        if not self.allowed[i, t]:
            return False
        there = [k for k, place in enumerate(places) if place == t and k != i]
        if self.effort[there].sum() + self.effort[i] > self.periods[t].days + 1e-9:
            return False
        return self.room_in_directorate(there, i)

    def room_in_directorate(self, there: list[int], i: int) -> bool:
        """Whether the directorate of review i has fewer than its limit among those already there."""
        directorate = self.reviews[i].directorate
        if directorate is None:
            return True
        return sum(self.reviews[k].directorate == directorate for k in there) < self.limit


def planned(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    *,
    gamma: float = DEFAULT_GAMMA,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
) -> Plan:
    """Place reviews in periods so that the most worth is done earliest, within days, limits and windows.

    Args:
        reviews: in any order; the plan does not depend on it.
        periods: in time order.
        gamma: what a review is worth one period later, as a share.
        directorate_limit: most reviews in one directorate in one period.

    Returns:
        The better of an exact programme and a greedy plan; or where mandatory reviews do not fit.

    Raises:
        Invalid: every problem with reviews, periods and settings.
    """
    found = _problems(reviews, periods, gamma, directorate_limit)
    if found:
        raise Invalid(found)
    board = _board(reviews, periods, gamma, directorate_limit)
    exact = _exact(board)
    if exact is None:
        return Plan(infeasible=tuple(_shortfalls(board)))
    places, bound = exact
    greedy = _greedy(board)
    if greedy is not None and board.objective(greedy) > board.objective(places) + 1e-9:
        places = greedy
    return _plan(board, _topped_up(board, places), bound)


def _topped_up(board: _Board, places: list[int | None]) -> list[int | None]:
    """The same plan with what still fits, such as reviews of no priority: nothing is left out idly."""
    full = list(places)
    for i in sorted(range(len(full)), key=lambda i: (-board.reviews[i].priority, board.reviews[i].key)):
        if full[i] is None:
            full[i] = next((t for t in range(len(board.periods)) if board.fits(full, i, t)), None)
    return full


def _problems(
    reviews: Sequence[Review], periods: Sequence[Period], gamma: float, limit: int
) -> list[Problem]:
    keys = [period.key for period in periods]
    found = [Problem("periods", "There are no periods. Give at least one.")] if not periods else []
    if not 0 < gamma <= 1:
        found.append(Problem("gamma", f"{gamma} cannot be used. Give a number above 0 and at most 1."))
    if limit < 1:
        found.append(Problem("directorate_limit", f"{limit} leaves no room. Give 1 or more."))
    for key, count in [*Counter(keys).items(), *Counter(r.key for r in reviews).items()]:
        if count > 1:
            found.append(Problem(key, f"This key appears {count} times. Keep one of them."))
    found += [
        Problem(p.key, f"{p.days} days cannot be used. Give 0 or more.")
        for p in periods
        if not 0 <= p.days <= MOST_DAYS
    ]
    for review in reviews:
        found += [Problem(review.key, message) for message in _review_faults(review, keys)]
    return found


def _review_faults(review: Review, keys: list[str]) -> list[str]:
    found = []
    if review.mode not in DEFAULT_DAYS:
        return [f"Mode “{review.mode}” is not known. Use deep_dive or service_review."]
    if not 0 <= review.priority <= LARGEST:
        found.append(f"Priority {review.priority} cannot be used. Give 0 or more.")
    if not 1 / MOST_DAYS <= review.effort <= MOST_DAYS:
        found.append(f"{review.effort} days cannot be used. Give a number above 0, in days.")
    for name, key in (("Earliest", review.earliest), ("Latest", review.latest)):
        if key is not None and key not in keys:
            found.append(
                f"{name} period “{key}” is not in the list of periods. Use one of {', '.join(keys)}."
            )
    if (
        not found
        and review.earliest
        and review.latest
        and keys.index(review.earliest) > keys.index(review.latest)
    ):
        found.append("Its earliest period is after its latest. Swap or correct them.")
    return found


def _board(reviews: Sequence[Review], periods: Sequence[Period], gamma: float, limit: int) -> _Board:
    rows = sorted(reviews, key=lambda review: review.key)
    keys = [period.key for period in periods]
    times = np.arange(len(periods))
    open_ = np.array([not period.blackout for period in periods])
    days = np.array([period.days for period in periods])
    first = [keys.index(r.earliest) if r.earliest else 0 for r in rows]
    last = [keys.index(r.latest) if r.latest else len(keys) - 1 for r in rows]
    inside = [open_ & (times >= a) & (times <= b) for a, b in zip(first, last, strict=True)]
    window = np.array(inside, dtype=np.bool_).reshape(len(rows), len(keys))
    effort = np.array([r.effort for r in rows], dtype=np.float64)
    return _Board(
        reviews=rows,
        periods=list(periods),
        window=window,
        allowed=window & (days + 1e-9 >= effort[:, None]),
        worth=np.outer([r.priority for r in rows], gamma**times),
        effort=effort,
        directorates=_by_directorate(rows),
        limit=limit,
    )


def _by_directorate(reviews: Sequence[Review]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, review in enumerate(reviews):
        if review.directorate is not None:
            found.setdefault(review.directorate, []).append(i)
    return found


def _exact(board: _Board) -> tuple[list[int | None], float] | None:
    """The programme's places and the best that is conceivable; None where mandatory reviews do not fit."""
    from scipy import optimize, sparse  # heavy; only a plan needs it

    n, periods = board.worth.shape
    if not n:
        return [], 0.0
    rows, low, high = _limits(board)
    solution = optimize.milp(
        c=-board.worth.ravel(),
        integrality=np.ones(n * periods),
        bounds=optimize.Bounds(0, board.allowed.ravel()),
        constraints=optimize.LinearConstraint(sparse.csr_array(rows), low, high),
        options={"mip_rel_gap": GAP, "node_limit": MOST_NODES},
    )
    if solution.status == 2:
        return None
    if solution.x is None:
        greedy = _greedy(board)
        if greedy is None:
            raise Invalid(
                [Problem("reviews", f"No plan was found: {solution.message} Plan fewer at a time.")]
            )
        return greedy, float(board.worth.max(axis=1).sum())
    chosen = solution.x.reshape(n, periods) > 0.5
    places = [int(row.argmax()) if row.any() else None for row in chosen]
    bound = solution.mip_dual_bound
    return places, board.objective(places) if bound is None else max(-float(bound), board.objective(places))


def _limits(board: _Board) -> tuple[Floats, list[float], list[float]]:
    """Rows over (review, period) cells: each review once, the days of each period, then its directorates."""
    shape = board.worth.shape
    rows, low, high = [], [], []

    def limited(cells: Floats, least: float, most: float) -> None:
        rows.append(cells.ravel())
        low.append(least)
        high.append(most)

    for i, review in enumerate(board.reviews):
        limited(_cells(shape, i, slice(None), 1.0), float(review.mandatory), 1.0)
    crowded = [members for members in board.directorates.values() if len(members) > board.limit]
    for t, period in enumerate(board.periods):
        limited(_cells(shape, slice(None), t, board.effort), 0.0, period.days)
    for t in range(len(board.periods)):
        for members in crowded:
            limited(_cells(shape, members, t, 1.0), 0.0, float(board.limit))
    return np.array(rows), low, high


def _cells(shape: tuple[int, ...], row: Any, column: Any, value: Any) -> Floats:
    cells = np.zeros(shape)
    cells[row, column] = value
    return cells


def _greedy(board: _Board) -> list[int | None] | None:
    """Mandatory ones first, the tightest window leading; then by priority; each as early as it fits."""
    places: list[int | None] = [None] * len(board.reviews)
    window = board.allowed.sum(axis=1)

    def turn(i: int) -> tuple[bool, float, float, str]:
        review = board.reviews[i]
        return (
            not review.mandatory,
            float(window[i]) if review.mandatory else 0.0,
            -review.priority,
            review.key,
        )

    for i in sorted(range(len(places)), key=turn):
        places[i] = next((t for t in range(len(board.periods)) if board.fits(places, i, t)), None)
        if places[i] is None and board.reviews[i].mandatory:
            return None
    return places


def _shortfalls(board: _Board) -> list[Shortfall]:
    """The first period by whose end the mandatory reviews due cannot all be done, and what is missing."""
    due = [(i, board.allowed[i]) for i, review in enumerate(board.reviews) if review.mandatory]
    homeless = [i for i, allowed in due if not allowed.any()]
    if homeless:
        return [_without_period(board, i) for i in homeless]
    for t, period in enumerate(board.periods):
        inside = [i for i, allowed in due if np.flatnonzero(allowed).max() <= t]
        open_days = sum(board.periods[s].days for s in range(t + 1) if board.allowed[inside, s].any())
        short = float(board.effort[inside].sum() - open_days)
        if short > 1e-9:
            return [Shortfall(period.key, short, tuple(board.reviews[i].key for i in inside))]
    clash = _clash(board, [i for i, _ in due])
    last = int(np.flatnonzero(clash.window.any(axis=0)).max())
    return [Shortfall(board.periods[last].key, _missing_days(clash), tuple(r.key for r in clash.reviews))]


def _clash(board: _Board, due: list[int]) -> _Board:
    """The mandatory reviews that do not fit together, without any that could go and leave the rest stuck."""
    stuck = due
    for i in due:
        without = [k for k in stuck if k != i]
        if _exact(_only(board, without)) is None:
            stuck = without
    return _only(board, stuck)


def _only(board: _Board, chosen: list[int]) -> _Board:
    reviews = [board.reviews[i] for i in chosen]
    return replace(
        board,
        reviews=reviews,
        window=board.window[chosen],
        allowed=board.allowed[chosen],
        worth=board.worth[chosen],
        effort=board.effort[chosen],
        directorates=_by_directorate(reviews),
    )


def _missing_days(board: _Board) -> float:
    """The fewest team days more, over all periods, with which all would fit; 0 where no days would help."""
    from scipy import optimize  # heavy; only a plan needs it

    n, periods = board.worth.shape
    rows, low, high = _limits(board)
    more = np.zeros((len(rows), periods))
    more[n : n + periods] = -np.eye(periods)
    solution = optimize.milp(
        c=np.concatenate([np.zeros(n * periods), np.ones(periods)]),
        integrality=np.concatenate([np.ones(n * periods), np.zeros(periods)]),
        bounds=optimize.Bounds(0, np.concatenate([board.window.ravel(), np.full(periods, np.inf)])),
        constraints=optimize.LinearConstraint(np.hstack([rows, more]), low, high),
        options={"node_limit": MOST_NODES},
    )
    return 0.0 if solution.x is None else round(float(solution.fun), 6)


def _without_period(board: _Board, i: int) -> Shortfall:
    review, keys = board.reviews[i], [period.key for period in board.periods]
    last = keys.index(review.latest) if review.latest else len(keys) - 1
    first = keys.index(review.earliest) if review.earliest else 0
    most = max((p.days for p in board.periods[first : last + 1] if not p.blackout), default=0.0)
    return Shortfall(keys[last], max(0.0, review.effort - most), (review.key,))


def _plan(board: _Board, places: list[int | None], bound: float) -> Plan:
    objective = board.objective(places)
    placed = [(t, i) for i, t in enumerate(places) if t is not None]
    placed.sort(key=lambda item: (item[0], -board.reviews[item[1]].priority, board.reviews[item[1]].key))
    left = sorted(
        (i for i, t in enumerate(places) if t is None),
        key=lambda i: (-board.reviews[i].priority, board.reviews[i].key),
    )
    return Plan(
        scheduled=tuple(
            Scheduled(board.reviews[i].key, board.periods[t].key, board.reviews[i].mode) for t, i in placed
        ),
        objective=objective,
        gap=max(0.0, (bound - objective) / objective) if objective else 0.0,
        left_out=tuple(board.reviews[i].key for i in left),
        binding=tuple(_binding(board, places)),
    )


def _binding(board: _Board, places: list[int | None]) -> list[str]:
    """The capacities without which a review would stand in the plan, or stand earlier in it."""
    found: dict[str, None] = {}
    for t, period in enumerate(board.periods):
        there = [k for k, place in enumerate(places) if place == t]
        wanting = [i for i, at in enumerate(places) if board.allowed[i, t] and (at is None or at > t)]
        unplaced = [i for i, at in enumerate(places) if board.window[i, t] and at is None]
        if any(board.effort[there].sum() + board.effort[i] > period.days + 1e-9 for i in wanting + unplaced):
            found[period.key] = None
        for i in wanting:
            if not board.room_in_directorate(there, i):
                found[f"{period.key}, {board.reviews[i].directorate}"] = None
    return list(found)
