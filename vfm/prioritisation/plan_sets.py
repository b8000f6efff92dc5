"""A plan chosen from the best sets of reviews of each period, with a bound on all plans.

Pure. With few long reviews in each period the solver's bound is far too high, as it fills every period to the
last day with parts of reviews. Here every review has a price for being taken, and a period takes the whole
reviews that are worth most above their prices: what all periods take, and the prices, bound every plan from
above (Lagrange). How far a set of reviews is below its period's best is what a plan with it loses of that
bound; so only the first few sets of each period can be in a good plan. Period by period they are put
together, the least lost first, and what is dropped on the way says what is proven.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vfm.prioritisation.plan_board import TOLERANCE, Board, Places
from vfm.prioritisation.plan_greedy import LEAST_GAIN, polished
from vfm.prioritisation.scales import Floats

AIM = 0.9
"""Part of the gap by which a plan has to be better to count; the rest is for rounding."""
FEW, MOST_COLUMNS = 12, 2_000
"""Reviews in a period, and reviews x periods that may be in a better plan, up to which this is tried."""
PASSES, ROUNDS, PATIENCE = 3, 100, 8
FINEST_UNIT, MOST_UNITS = 0.01, 50_000
"""Days that a period is counted in, and into how many of them it is cut at most."""
SETS, PARTIAL, AT_ONCE = 2_000, 5_000, 500


@dataclass(frozen=True)
class _Prices:
    """What taking a review costs, and what is proven with it.

    Attributes:
        reviews: (reviews,) for a review, wherever it is; below 0 only where it must stand.
        crowds: (directorates, periods) for one of a directorate in a period.
        gains: (reviews, periods) what is left of its worth.
        bound: what no plan of the cells can exceed.
    """

    reviews: Floats
    crowds: Floats
    gains: Floats
    bound: float


@dataclass(frozen=True)
class _Sets:
    """The best sets of one period, the least lost first: (sets, words) of bits, (sets,) what each loses."""

    bits: NDArray[np.uint64]
    lost: Floats


def proven(board: Board, places: Places, bound: float, *, gap: float) -> tuple[Places, float]:
    """The same plan or a better one, and a bound on all plans that is the same or lower.

    Args:
        board: whose limits the plan keeps.
        places: of every review; those that must stand do.
        bound: what no plan can exceed.
        gap: share by which the bound may be above the plan; only plans better than by that are looked for.
    """
    best, cells = places, board.allowed()
    if sum(t is not None for t in best) > FEW * cells.any(axis=0).sum():
        return best, bound
    prices = _relaxed(board, cells)
    for _ in range(PASSES):  # a better plan leaves fewer columns, and they are priced better
        target = (1 + AIM * gap) * board.objective(best)
        cells = cells & (prices.bound + np.minimum(prices.gains, 0.0) >= target)
        if cells.sum() > MOST_COLUMNS:
            break
        prices = _priced(board, cells, prices, target)
        best, least = _searched(board, cells, prices, best, gap)
        bound = min(bound, least)
        if bound <= (1 + gap) * board.objective(best):
            break
    return best, bound


def _searched(
    board: Board, cells: NDArray[np.bool_], prices: _Prices, best: Places, gap: float
) -> tuple[Places, float]:
    """The best plan that the sets of each period make, and what is proven with them."""
    target = (1 + AIM * gap) * board.objective(best)
    sets, missing = _best_sets(board, cells, prices, prices.bound - target)
    while True:  # a better plan leaves less to try, so that less is dropped
        found, dropped = _put_together(board, sets, prices, prices.bound - target)
        least = max(target, prices.bound - min(missing, dropped))
        if found is None or not board.keeps_days(found):
            return best, least
        found = polished(board, found)
        if board.objective(found) <= board.objective(best) + LEAST_GAIN:
            return best, least
        best = found
        target = (1 + AIM * gap) * board.objective(best)


def _directorates(board: Board) -> tuple[NDArray[np.intp], Floats]:
    """(reviews,) the directorate of each; (directorates, periods) the limits, none in the last one."""
    n, names = len(board.reviews), list(board.directorates)
    of = np.full(n, len(names), dtype=np.intp)
    for d, name in enumerate(names):
        of[board.directorates[name]] = d
    limits = [board.limits[name] for name in names]
    return of, np.minimum(np.array([*limits, np.full(len(board.periods), n)], dtype=np.float64), n)


def _relaxed(board: Board, cells: NDArray[np.bool_]) -> _Prices:
    """The prices of the programme whose reviews may be divided, days taken off what a review gains, too.

    The bound holds for whatever prices, so that nothing depends on how exactly they were found.
    """
    from scipy import optimize, sparse  # heavy; only a plan needs it

    n, periods = cells.shape
    of, limits = _directorates(board)
    i, t = np.nonzero(cells)
    where = np.concatenate([i, n + t, n + periods + of[i] * periods + t])
    factors = np.concatenate([np.ones(i.size), board.effort[i], np.ones(i.size)])
    high = np.concatenate([np.ones(n), board.capacity + TOLERANCE, limits.ravel()])
    rows = sparse.csr_array((factors, (where, np.tile(np.arange(i.size), 3))), shape=(high.size, i.size))
    must = np.flatnonzero(board.must)
    found = optimize.linprog(
        -board.worth[i, t],
        A_ub=sparse.vstack([rows, -rows[must]]),
        b_ub=np.concatenate([high, np.full(must.size, -1.0)]),
        method="highs",
    )
    dual = np.zeros(high.size + must.size) if found.x is None else np.maximum(-found.ineqlin.marginals, 0.0)
    price = dual[: high.size].copy()
    price[must] -= dual[high.size :]
    crowds = price[n + periods :].reshape(limits.shape)
    gains = board.worth - price[:n, None] - np.outer(board.effort, price[n : n + periods]) - crowds[of]
    bound = float(high @ price + np.maximum(gains[cells], 0.0).sum())
    return _Prices(price[:n], crowds, gains, bound)


def _priced(board: Board, cells: NDArray[np.bool_], start: _Prices, target: float) -> _Prices:
    """Prices with a low bound: raised where too many want a review, lowered where nobody does.

    The steps are Polyak's, halved when nothing was won for a while.
    """
    of, limits = _directorates(board)
    periods = range(cells.shape[1])
    best, reviews, crowds = None, start.reviews, start.crowds
    step, since = 1.0, 0
    for _ in range(ROUNDS):
        gains = board.worth - reviews[:, None] - crowds[of]
        taken = np.zeros(cells.shape, dtype=np.bool_)
        bound = float(reviews.sum() + (crowds * limits).sum())
        for t in periods:
            inside = np.flatnonzero(cells[:, t] & (gains[:, t] > 0))
            days, all_days = _units(board, inside, t)
            table = _most(days, gains[inside, t], all_days)
            bound += float(table[0, all_days])
            taken[inside[_chosen(table, days)], t] = True
        if best is None or bound < best.bound:
            since = 0 if best is None or bound < best.bound - 1e-5 * target else since
            best = _Prices(reviews, crowds, gains, bound)
        else:
            since += 1
        if bound <= target:
            break
        if since >= PATIENCE:
            step, since, reviews, crowds = step / 2, 0, best.reviews, best.crowds
            continue
        spare = 1.0 - taken.sum(axis=1)
        counts = np.zeros(limits.shape)
        np.add.at(counts, of, taken)
        room = limits - counts
        spare[(spare > 0) & (reviews <= 0) & ~board.must] = 0.0
        room[(room > 0) & (crowds <= 0)] = 0.0
        size = float((spare**2).sum() + (room**2).sum())
        if not size:
            break
        far = step * (bound - target) / size
        reviews = reviews - far * spare
        reviews = np.where(board.must, reviews, np.maximum(reviews, 0.0))
        crowds = np.maximum(crowds - far * room, 0.0)
    return best or start


def _units(board: Board, inside: NDArray[np.intp], t: int) -> tuple[NDArray[np.intp], int]:
    """What reviews take of a period and what it has, in units: rounded so that whatever fits still does."""
    capacity = float(board.capacity[t]) + 2 * TOLERANCE
    unit = max(FINEST_UNIT, capacity / MOST_UNITS)
    return np.floor(board.effort[inside] / unit + 1e-9).astype(np.intp), int(capacity / unit)


def _most(days: NDArray[np.intp], gains: Floats, all_days: int) -> Floats:
    """(reviews + 1, days + 1) the most that reviews k and after gain in so many days."""
    table = np.zeros((days.size + 1, all_days + 1))
    for k in range(days.size - 1, -1, -1):
        d, after = days[k], table[k + 1]
        table[k] = after
        if d <= all_days:
            np.maximum(after[d:], after[: all_days + 1 - d] + gains[k], out=table[k, d:])
    return table


def _chosen(table: Floats, days: NDArray[np.intp]) -> list[int]:
    """The reviews with which the most is gained."""
    left, found = table.shape[1] - 1, []
    for k, d in enumerate(days):
        if table[k, left] > table[k + 1, left]:
            found.append(k)
            left -= int(d)
    return found


def _best_sets(
    board: Board, cells: NDArray[np.bool_], prices: _Prices, slack: float
) -> tuple[list[_Sets], float]:
    """The best sets of each period that lose no more than the slack; the least that one left out loses."""
    of, limits = _directorates(board)
    found, dropped = [], np.inf
    for t in range(cells.shape[1]):
        inside = np.flatnonzero(cells[:, t])
        days, all_days = _units(board, inside, t)
        gains = prices.gains[inside, t]
        table = _most(days, gains, all_days)
        most = float(table[0, all_days])
        gained, left = np.zeros(1), np.full(1, all_days)
        taken = np.zeros((1, inside.size), dtype=np.bool_)
        for k in range(inside.size):
            fellows = np.flatnonzero(of[inside[:k]] == of[inside[k]])
            fits = (left >= days[k]) & (taken[:, fellows].sum(axis=1) < limits[of[inside[k]], t])
            more = taken[fits].copy()
            more[:, k] = True
            gained = np.concatenate([gained, gained[fits] + gains[k]])
            left = np.concatenate([left, left[fits] - days[k]])
            taken = np.concatenate([taken, more])
            lost = most - gained - table[k + 1, left]
            order = np.argsort(lost, kind="stable")
            order = order[lost[order] <= slack]
            dropped = min([dropped, *lost[order[SETS : SETS + 1]]])
            order = order[:SETS]
            gained, left, taken = gained[order], left[order], taken[order]
        fits = taken @ board.effort[inside] <= board.capacity[t] + TOLERANCE
        taken, gained = taken[fits], gained[fits]
        counts = np.stack([taken[:, of[inside] == d].sum(axis=1) for d in range(len(limits))], axis=1)
        lost = most - gained + (limits[:, t] - counts) @ prices.crowds[:, t]
        order = np.argsort(lost, kind="stable")
        whole = np.zeros((order.size, len(board.reviews)), dtype=np.bool_)
        whole[:, inside] = taken[order]
        found.append(_Sets(_bits(whole), lost[order]))
    return found, float(dropped)


def _bits(taken: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(sets, reviews) as (sets, words) of 64 reviews each."""
    wide = np.zeros((len(taken), -(-taken.shape[1] // 64) * 64), dtype=np.uint8)
    wide[:, : taken.shape[1]] = taken
    return np.packbits(wide, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def _has(bits: NDArray[np.uint64], i: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (bits[:, i // 64] >> np.uint64(i % 64)) & np.uint64(1) != 0
    return found


def _put_together(
    board: Board, sets: Sequence[_Sets], prices: _Prices, slack: float
) -> tuple[Places | None, float]:
    """The best plan of one set a period that loses less than the slack, and the least one dropped loses.

    A review that no later period has a set for, and that no period so far took, loses its price. Of two plans
    so far with the same reviews only the better is kept.
    """
    sets = [_Sets(s.bits[s.lost <= slack], s.lost[s.lost <= slack]) for s in sets]
    if not all(s.lost.size for s in sets):
        return None, np.inf
    bits = np.zeros((1, sets[0].bits.shape[1]), dtype=np.uint64)
    lost, picks = np.zeros(1), np.zeros((1, 0), dtype=np.intp)
    open_, dropped = np.ones(len(board.reviews), dtype=np.bool_), np.inf
    for t, here in enumerate(sets):
        later = [np.bitwise_or.reduce(s.bits, axis=0, keepdims=True) for s in sets[t + 1 :]]
        still = np.array([any(_has(s, i)[0] for s in later) for i in range(open_.size)])
        closing = [int(i) for i in np.flatnonzero(open_ & ~still & (board.must | (prices.reviews > 0)))]
        open_ = still
        absent = {i: np.inf if board.must[i] else float(prices.reviews[i]) for i in closing}
        parts = []
        for a in range(0, len(bits), AT_ONCE):
            some = slice(a, a + AT_ONCE)
            before, pick, both, sums = _joined(_Sets(bits[some], lost[some]), here, absent, slack)
            dropped = min([dropped, *sums[PARTIAL : PARTIAL + 1]])
            taken = np.column_stack([picks[some][before], pick])
            parts.append((both[:PARTIAL], sums[:PARTIAL], taken[:PARTIAL]))
        bits, lost, picks = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(lost, kind="stable")
        order = order[np.sort(np.unique(bits[order], axis=0, return_index=True)[1])]
        dropped = min([dropped, *lost[order[PARTIAL : PARTIAL + 1]]])
        order = order[:PARTIAL]
        bits, lost, picks = bits[order], lost[order], picks[order]
        if not lost.size:
            return None, float(dropped)
    places: Places = [None] * len(board.reviews)
    for t, here in enumerate(sets):
        there = here.bits[picks[0, t]][None]
        places = [t if _has(there, i)[0] else place for i, place in enumerate(places)]
    return places, float(dropped)


def _joined(
    before: _Sets, here: _Sets, absent: dict[int, float], slack: float
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint64], Floats]:
    """Each plan so far with each set it shares no review with, the least lost first.

    Args:
        before: plans so far.
        here: sets of a period.
        absent: what a plan loses that has not taken a review by then.
        slack: what may be lost.

    Returns:
        (plans,) which plan so far, which set, (plans, words) the reviews of both, what is lost.
    """
    total = before.lost[:, None] + here.lost
    apart = total <= slack
    for word in np.flatnonzero(here.bits.any(axis=0)):
        apart &= (before.bits[:, word, None] & here.bits[:, word]) == 0
    i, j = np.nonzero(apart)
    both, lost = before.bits[i] | here.bits[j], total[i, j]
    for review, price in absent.items():
        lost = lost + np.where(_has(both, review), 0.0, price)
    order = np.argsort(lost, kind="stable")
    order = order[lost[order] <= slack]
    return i[order], j[order], both[order], lost[order]
