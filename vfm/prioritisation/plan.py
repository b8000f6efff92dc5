"""When each review happens: the schedule of most worth that the team has days for.

Pure: reviews and periods in, a plan out. What a review is (deep dive or service review) was decided before;
here it is only placed in a period, whole. What a hand changes in a plan is `vfm.prioritisation.plan_moves`,
how full it is `vfm.prioritisation.plan_loads`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vfm.errors import Invalid, Problem
from vfm.prioritisation.plan_board import (
    DEFAULT_DAYS,
    DEFAULT_DIRECTORATE_LIMIT,
    DEFAULT_GAMMA,
    TOLERANCE,
    Board,
    Mode,
    Period,
    Places,
    Review,
    board,
)
from vfm.prioritisation.plan_greedy import greedy, polished
from vfm.prioritisation.plan_layout import laid_out
from vfm.prioritisation.plan_rounds import bettered
from vfm.prioritisation.plan_sets import proven
from vfm.prioritisation.plan_shortfalls import Shortfall, fewest_days, shortfalls
from vfm.prioritisation.plan_solver import FINEST, MOST_NODES, Unsolved

__all__ = [
    "DEFAULT_DAYS",
    "DEFAULT_DIRECTORATE_LIMIT",
    "DEFAULT_GAMMA",
    "Mode",
    "Overload",
    "Period",
    "Plan",
    "Review",
    "Scheduled",
    "Shortfall",
    "planned",
]

SMALL = 1_000
"""Reviews x periods up to which a plan is the best there is; larger ones stop at `COARSER`."""
NODES = 300
COARSER, FEWER_NODES = 1e-3, 20
MARGIN = 1e-3
"""Days taken off a period whose reviews the solver fitted in with its own tolerance, not with ours."""


@dataclass(frozen=True, slots=True)
class Scheduled:
    """A review in its period."""

    key: str
    period: str
    mode: Mode


@dataclass(frozen=True, slots=True)
class Overload:
    """A period that a plan exceeds, and by how many days."""

    period: str
    days: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A forward plan, or why there is none.

    Attributes:
        scheduled: by period, the higher priority first.
        objective: sum of priority x gamma^t.
        gap: how far the best conceivable plan may be above this one, as a share.
        left_out: the reviews without a period, the higher priority first.
        binding: the capacities that stand in the way of a left-out review or an earlier period.
        overloaded: periods with more than their days: within their overload for the sake of mandatory
            reviews, or because of what is pinned there.
        infeasible: where mandatory reviews do not fit; then nothing is scheduled.
    """

    scheduled: tuple[Scheduled, ...] = ()
    objective: float = 0.0
    gap: float = 0.0
    left_out: tuple[str, ...] = ()
    binding: tuple[str, ...] = ()
    overloaded: tuple[Overload, ...] = ()
    infeasible: tuple[Shortfall, ...] = ()

    @property
    def placements(self) -> dict[str, str]:
        """Review to period, by their keys."""
        return {s.key: s.period for s in self.scheduled}

    def as_json(self) -> dict[str, Any]:
        """What `vfm plan --json` prints; `overloaded` only where a period is."""
        if self.infeasible:
            return {
                "infeasible": [
                    {"period": s.period, "short_by_days": s.short_by_days, "keys": list(s.keys)}
                    for s in self.infeasible
                ]
            }
        said: dict[str, Any] = {
            "scheduled": [{"key": s.key, "period": s.period, "mode": s.mode} for s in self.scheduled],
            "objective": self.objective,
            "gap": self.gap,
            "left_out": list(self.left_out),
            "binding": list(self.binding),
        }
        if self.overloaded:
            said["overloaded"] = [{"period": o.period, "days": o.days} for o in self.overloaded]
        return said


def planned(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    *,
    gamma: float = DEFAULT_GAMMA,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
    pinned: Mapping[str, str] | None = None,
    firm: int = 0,
) -> Plan:
    """Place reviews in periods so that the most worth is done earliest, within days, limits and windows.

    Args:
        reviews: in any order; the plan does not depend on it.
        periods: in time order.
        gamma: what a review is worth one period later, as a share.
        directorate_limit: most reviews in one directorate in one period.
        pinned: review to the period it stays in, by their keys: under way already, or fixed by hand. It stays
            there whatever else holds; what it breaks, `plan_moves.checked` tells.
        firm: how many of the first periods are settled: only what is pinned there stands in them.

    Returns:
        The better of an exact programme and a greedy plan; or where mandatory reviews do not fit. Up to
        `SMALL` reviews x periods the solver goes for the best there is, above that for 0.1 %; where it stops
        before, after a number of nodes, whole sets of reviews are put together and a period or two are
        planned anew at a time. `gap` says what is proven; the plan itself may be nearer to the best.

    Raises:
        Invalid: every problem with reviews, periods and settings.
    """
    on = board(reviews, periods, gamma=gamma, directorate_limit=directorate_limit, pinned=pinned, firm=firm)
    found = best_places(on)
    return Plan(infeasible=why_not(on)) if found is None else _plan(on, *found)


def why_not(on: Board) -> tuple[Shortfall, ...]:
    """What is missing on a board that has no plan.

    Raises:
        Invalid: the solver gave up before it found a plan, or that there is none.
    """
    try:
        missing = shortfalls(on)
    except Unsolved:
        missing = ()
    if not missing:
        raise Invalid([Problem("reviews", "No plan was found in time. Plan fewer reviews at a time.")])
    return missing


def best_places(on: Board) -> tuple[Places, float] | None:
    """The better of the exact and the greedy plan, and a bound on all plans; None where none is possible."""
    within, first = on, greedy(on)
    exact = _exact(on, may_fail=first is not None)
    if exact is None and first is None and on.overload.any():
        within = _overloaded(on)
        exact = _exact(within, may_fail=False)
    candidates = [polished(within, places) for places in (exact and exact[0], first) if places is not None]
    if not candidates:
        return None
    best = max(candidates, key=on.objective)
    bound = exact[1] if exact else float(on.worth.max(axis=1, initial=0.0).sum())
    gap = FINEST if on.worth.size <= SMALL else COARSER
    if bound > (1 + COARSER) * on.objective(best):
        best, bound = proven(within, best, bound, gap=COARSER)
    best = bettered(within, best, bound / (1 + gap))
    return best, max(bound, on.objective(best))


def _exact(on: Board, *, may_fail: bool) -> tuple[Places, float] | None:
    """The programme's places and the best that is conceivable; None where no plan was found.

    Where it may not fail, the solver goes on for longer until it has a plan. Its own tolerance may let the
    reviews of a period exceed it by a trifle: then again, with these periods a trifle shorter.
    """
    gap, nodes = (FINEST, NODES) if on.worth.size <= SMALL else (COARSER, FEWER_NODES)
    capacity, bound = on.capacity, None
    for _ in range(1 + len(on.periods)):
        layout = laid_out(on, on.allowed(), gains=on.worth, capacity=capacity)
        try:
            solution = layout.programme.solved(gap=gap, nodes=nodes)
        except Unsolved:
            if may_fail or nodes == MOST_NODES:
                return None
            nodes = MOST_NODES
            continue
        if solution is None:
            return None
        places = layout.places(solution.chosen)
        bound = solution.bound if bound is None else bound
        if on.keeps_days(places):
            return places, bound
        over = np.array([on.used(places, t) for t in range(len(on.periods))]) > on.capacity + TOLERANCE
        capacity = capacity - np.where(over, MARGIN, 0.0)
    return None


def _overloaded(on: Board) -> Board:
    """The same board with the fewest days of its overloads with which all that must stand does."""
    must = on.only([i for i in range(len(on.reviews)) if on.must[i]])
    more = fewest_days(must, on.overload)
    return on if more is None else replace(on, capacity=on.capacity + more)


def _plan(on: Board, places: Places, bound: float) -> Plan:
    objective = on.objective(places)
    placed = [(t, k, i) for k, i in enumerate(on.by_priority()) if (t := places[i]) is not None]
    return Plan(
        scheduled=tuple(
            Scheduled(on.reviews[i].key, on.periods[t].key, on.reviews[i].mode) for t, _, i in sorted(placed)
        ),
        objective=objective,
        gap=max(0.0, (bound - objective) / objective) if objective else 0.0,
        left_out=tuple(on.reviews[i].key for i in on.by_priority() if places[i] is None),
        binding=tuple(_binding(on, places)),
        overloaded=tuple(
            Overload(period.key, round(used - period.days, 6))
            for t, period in enumerate(on.periods)
            if (used := on.used(places, t)) > period.days + TOLERANCE
        ),
    )


def _binding(on: Board, places: Places) -> list[str]:
    """The capacities without which a review would stand in the plan, or stand earlier in it."""
    found: dict[str, None] = {}
    for t, period in enumerate(on.periods):
        there = [k for k, place in enumerate(places) if place == t]
        used = on.used(places, t)
        wanting = [i for i, at in enumerate(places) if on.window[i, t] and (at is None or at > t)]
        short = [i for i in wanting if places[i] is None or on.effort[i] <= on.capacity[t] + TOLERANCE]
        if any(used + on.effort[i] > on.capacity[t] + TOLERANCE for i in short):
            found[period.key] = None
        for i in wanting:
            if on.effort[i] <= on.capacity[t] + TOLERANCE and not on.room_in_directorate(there, i, t):
                found[f"{period.key}, {on.reviews[i].directorate}"] = None
    return list(found)
