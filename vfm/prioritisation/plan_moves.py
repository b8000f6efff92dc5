"""A plan changed by hand: does it fit, what does it break, and what would have to give.

Pure. `checked` holds any placements against every limit; `moved` puts one review elsewhere, or in, or out,
says what that breaks as it stands, and finds the plan in which as little else as possible changes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from vfm.errors import Invalid
from vfm.prioritisation.plan_board import (
    DEFAULT_DIRECTORATE_LIMIT,
    DEFAULT_GAMMA,
    TOLERANCE,
    Board,
    Period,
    Places,
    Review,
    board,
    placement_problems,
    window_of,
)
from vfm.prioritisation.plan_layout import laid_out
from vfm.prioritisation.plan_shortfalls import Shortfall, shortfalls
from vfm.prioritisation.plan_solver import Unsolved
from vfm.prioritisation.scales import Floats

ClashKind = Literal["days", "overload", "directorate", "blackout", "early", "late", "missing"]
NODES = 2_000
MOVED, DROPPED = 1.0, 3.0
"""How much it disturbs a plan when a review changes its period, and when it falls out or comes in."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A limit that placements break.

    Attributes:
        kind: `days`: more than the period has, its overload included; `overload`: more than its days, though
            within its overload; `directorate`: more reviews than its limit; `blackout`; `early` or `late`:
            outside the window of the review; `missing`: a mandatory review without a period.
        period: key of the period; of a missing review, the latest it may be in.
        keys: the reviews it is about, by key.
        over: by how many days (`days`, `overload`), reviews (`directorate`) or periods (`early`, `late`).
        directorate: whose limit it is.
    """

    kind: ClashKind
    period: str
    keys: tuple[str, ...]
    over: float = 0.0
    directorate: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A review whose period changes; None: without a period."""

    key: str
    was: str | None
    now: str | None


@dataclass(frozen=True, slots=True)
class Move:
    """What it means to move one review by hand.

    Attributes:
        change: the move itself.
        clashes: what it breaks when nothing else moves; nothing: it fits as it is.
        gives: the other reviews that have to change period, so that it breaks nothing more than it must.
        placements: the plan after that, review to period.
        remaining: what the plan still breaks then, such as a blackout the review was put in by hand, or what
            was broken before.
        before: objective of the plan as it was.
        after: objective after the move and all that gives.
        infeasible: why there is no plan with this move at all; then nothing else moves.
        broken: what the plan broke before the move, whatever is moved; an overload in use breaks nothing.
        mends: what would have to change after all that gives to mend that; nothing where nothing was broken,
            or nothing that may move mends it.
        openings: reviews left out that would fit then, each by itself and in its earliest such period.
    """

    change: Change
    clashes: tuple[Clash, ...]
    gives: tuple[Change, ...]
    placements: Mapping[str, str]
    remaining: tuple[Clash, ...]
    before: float
    after: float
    infeasible: tuple[Shortfall, ...] = ()
    openings: tuple[Change, ...] = ()
    broken: tuple[Clash, ...] = ()
    mends: tuple[Change, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether it breaks nothing, so that nothing has to give; an overload in use breaks nothing."""
        return all(clash.kind == "overload" for clash in self.clashes)

    @property
    def gain(self) -> float:
        """By how much the objective changes."""
        return self.after - self.before


def checked(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    placements: Mapping[str, str],
    *,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
) -> tuple[Clash, ...]:
    """Every limit that placements break, by period; nothing where all is kept.

    Args:
        reviews: in any order.
        periods: in time order.
        placements: review to period, by their keys; what is not in it has no period.
        directorate_limit: most reviews in one directorate in one period.

    Raises:
        Invalid: every problem with reviews, periods and placements.
    """
    on = board(reviews, periods, directorate_limit=directorate_limit)
    found = placement_problems(reviews, periods, placements)
    if found:
        raise Invalid(found)
    return _clashes(on, on.places(placements))


def _clashes(on: Board, places: Places) -> tuple[Clash, ...]:
    """On a board without pins: these change what counts as a limit."""
    found: list[Clash] = []
    for t, period in enumerate(on.periods):
        there = [i for i, place in enumerate(places) if place == t]
        keys = tuple(on.reviews[i].key for i in there)
        over = on.used(places, t) - period.days
        if over > period.overload + TOLERANCE:
            found.append(Clash("days", period.key, keys, round(over - period.overload, 6)))
        elif over > TOLERANCE:
            found.append(Clash("overload", period.key, keys, round(over, 6)))
        for name, members in on.directorates.items():
            crowd = [i for i in there if i in members]
            above = len(crowd) - float(on.limits[name][t])
            if above > 0:
                crowded = tuple(on.reviews[i].key for i in crowd)
                found.append(Clash("directorate", period.key, crowded, above, name))
        found += [clash for i in there for clash in _window_clashes(on, i, t)]
    found += [
        Clash("missing", on.periods[window_of(review, on.periods)[1]].key, (review.key,))
        for review, place in zip(on.reviews, places, strict=True)
        if review.mandatory and place is None
    ]
    return tuple(found)


def _window_clashes(on: Board, i: int, t: int) -> list[Clash]:
    review, period = on.reviews[i], on.periods[t]
    first, last = window_of(review, on.periods)
    found = [Clash("blackout", period.key, (review.key,))] if period.blackout else []
    if t < first:
        found.append(Clash("early", period.key, (review.key,), float(first - t)))
    if t > last:
        found.append(Clash("late", period.key, (review.key,), float(t - last)))
    return found


def moved(
    reviews: Sequence[Review],
    periods: Sequence[Period],
    placements: Mapping[str, str],
    key: str,
    to: str | None,
    *,
    gamma: float = DEFAULT_GAMMA,
    directorate_limit: int = DEFAULT_DIRECTORATE_LIMIT,
    pinned: Collection[str] = (),
    firm: int = 0,
) -> Move:
    """Move one review by hand and see what gives.

    It stays where the hand put it. Of the others, as few as possible change: one that changes its period
    counts 1, one that falls out or comes in 3; of all plans with the least of that, the one of most worth.
    What the plan broke before the move stays as broken as it was: what mends it is told apart.
    What is pinned, and what stands in a firm period, stays; nothing else comes into a firm period.

    Args:
        reviews: in any order.
        periods: in time order.
        placements: the plan as it is, review to period.
        key: of the review that is moved.
        to: key of its new period; None: it is taken out.
        gamma: what a review is worth one period later, as a share.
        directorate_limit: most reviews in one directorate in one period.
        pinned: keys of other reviews that stay where they are whatever else holds.
        firm: how many of the first periods are settled.

    Raises:
        Invalid: every problem with reviews, periods, placements and settings.
    """
    plain = board(reviews, periods, gamma=gamma, directorate_limit=directorate_limit)
    found = placement_problems(reviews, periods, {**placements, key: to or periods[0].key})
    if found:
        raise Invalid(found)
    was = dict(placements)
    hand = {other: period for other, period in was.items() if other != key}
    settled = {**firm_placements(periods, hand, firm), **{k: hand[k] for k in pinned if k in hand}}
    if to is not None:
        hand[key] = settled[key] = to
    on = board(
        [review for review in reviews if review.key != key or to is not None],
        periods,
        gamma=gamma,
        directorate_limit=directorate_limit,
        pinned=settled,
        firm=firm,
    )
    clashes = tuple(clash for clash in _clashes(plain, plain.places(hand)) if key in clash.keys)
    before = plain.places({other: period for other, period in was.items() if other != key})
    broken = tuple(clash for clash in _clashes(plain, before) if clash.kind != "overload")
    now, mended, missing = hand, hand, tuple[Shortfall, ...]()
    if any(clash.kind not in ("overload", "missing") for clash in clashes):
        least = _nearest(_tolerant(on, on.places(hand), key) if broken else on, on.places(hand))
        missing = shortfalls(_with_overload_in_use(on, on.places(hand))) if least is None else ()
        now = mended = hand if least is None else on.placements(least)
        if broken and least is not None and (whole := _nearest(on, least)) is not None:
            mended = on.placements(whole)
    return Move(
        change=Change(key, was.get(key), to),
        clashes=clashes,
        gives=changes(hand, now),
        placements=now,
        remaining=_clashes(plain, plain.places(now)),
        before=plain.objective(plain.places(was)),
        after=plain.objective(plain.places(now)),
        infeasible=missing,
        openings=_openings(on, on.places(now)),
        broken=broken,
        mends=changes(now, mended),
    )


def _nearest(on: Board, hand: Places) -> Places | None:
    """The plan nearest to what the hand left, overloads as they are in use; None where there is none."""
    return _least_disturbed(_with_overload_in_use(on, hand), hand)


def _tolerant(on: Board, hand: Places, key: str) -> Board:
    """The same board, with room for all but one review where they stand, whatever limit that breaks.

    What is broken may stay so, and no worse: what the one brings with it has no room of its own.
    """
    places = [None if review.key == key else t for review, t in zip(on.reviews, hand, strict=True)]
    periods = range(len(on.periods))
    capacity = np.maximum(on.capacity, [on.used(places, t) for t in periods])
    window, must = on.window.copy(), on.must.copy()
    for i, t in enumerate(places):
        if t is not None:
            window[i, t] = True
        elif on.reviews[i].key != key:
            must[i] = False
    crowds = {
        name: np.array([sum(places[i] == t for i in members) for t in periods], dtype=np.float64)
        for name, members in on.directorates.items()
    }
    return replace(
        on,
        window=window,
        must=must,
        capacity=capacity,
        overload=np.maximum(on.capacity + on.overload - capacity, 0.0),
        limits={name: np.maximum(on.limits[name], crowd) for name, crowd in crowds.items()},
    )


def _with_overload_in_use(on: Board, places: Places) -> Board:
    """The same board, with as much of each overload as the places use."""
    used = np.array([on.used(places, t) for t in range(len(on.periods))])
    return replace(on, capacity=np.maximum(on.capacity, np.minimum(used, on.capacity + on.overload)))


def _least_disturbed(on: Board, hand: Places) -> Places | None:
    """The plan nearest to what the hand left; None where there is none."""
    stays = np.where(np.array([t is None for t in hand])[:, None], -DROPPED, DROPPED - MOVED)
    kept: Floats = np.broadcast_to(stays, on.worth.shape).copy()
    for i, t in enumerate(hand):
        if t is not None:
            kept[i, t] = DROPPED
    try:
        nearest = laid_out(on, on.allowed(), gains=kept).programme.solved(nodes=NODES)
    except Unsolved:
        return None
    if nearest is None:
        return None
    layout = laid_out(on, on.allowed(), gains=on.worth)
    cells = layout.columns >= 0
    layout.programme.row(layout.columns[cells], kept[cells], nearest.gain - 0.5, np.inf)
    try:
        best = layout.programme.solved(nodes=NODES)
    except Unsolved:
        best = None
    return layout.places((best or nearest).chosen)


def _openings(on: Board, places: Places) -> tuple[Change, ...]:
    found = []
    for i in on.by_priority():
        first = next((t for t in range(len(on.periods)) if on.fits(places, i, t)), None)
        if places[i] is None and first is not None:
            found.append(Change(on.reviews[i].key, None, on.periods[first].key))
    return tuple(found)


def changes(was: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """What is different between two plans, by key."""
    return tuple(
        Change(key, was.get(key), now.get(key))
        for key in sorted({*was, *now})
        if was.get(key) != now.get(key)
    )


def firm_placements(periods: Sequence[Period], placements: Mapping[str, str], firm: int) -> dict[str, str]:
    """What stands in the first `firm` periods: what is pinned when the rest is planned anew."""
    settled = {period.key for period in periods[:firm]}
    return {key: period for key, period in placements.items() if period in settled}
