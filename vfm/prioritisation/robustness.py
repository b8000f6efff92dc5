"""How far the weights may move before the list changes: exact, from crossings of straight lines, no grid.

Pure: arrays in, values out. Services come in display order, so that the first K are the top set. `parts` are
what a linear method weighs and sums (u; log u for the weighted product; net flows).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.prioritisation.index import PLACES, Ints
from vfm.prioritisation.scales import Floats

Flags = NDArray[np.bool_]

STEEP = 1e-15
NEAR = 1e-9  # lines this close at the edge of an interval are looked at pair by pair
MOST_PAIRS = 1_000_000


def weight_intervals(parts: Floats, weights: Floats, top: int) -> list[tuple[float, float]]:
    """How far each weight can move alone, the others rescaled in proportion, before the top set changes.

    Args:
        parts: (services in display order, criteria).
        weights: (criteria,) shares that add up to 1.
        top: how many services are in the top set.

    Returns:
        Per criterion the lowest and highest share that keep the top set; 0 and 1 where nothing changes it.
    """
    return [_interval(parts, weights, j, top) for j in range(len(weights))]


def _interval(parts: Floats, weights: Floats, j: int, top: int) -> tuple[float, float]:
    lines = _lines(parts, weights, j)
    if lines is None or top >= len(parts):
        return 0.0, 1.0
    at_none, slopes, here = lines[0], lines[1] - lines[0], float(weights[j])
    edges = [_edge(at_none, slopes, top, start, here) for start in (0.0, 1.0)]
    inside, outside = (np.flatnonzero(_either(near)) for near in zip(*edges, strict=True))
    low, high = 0.0, 1.0
    step = max(1, MOST_PAIRS // max(outside.size, 1))
    for first in range(0, inside.size, step):
        lower, higher = _crossings(lines, inside[first : first + step], outside + top)
        low, high = max(low, lower), min(high, higher)
    return min(low, here), max(high, here)


def _crossings(lines: tuple[Floats, Floats], inside: Ints, outside: Ints) -> tuple[float, float]:
    """The highest share at which one inside overtakes one outside, and the lowest where it falls back."""
    at_none, at_all = lines
    gap_none = at_none[inside, None] - at_none[None, outside]
    slope = at_all[inside, None] - at_all[None, outside] - gap_none
    crossing = np.clip(-gap_none / np.where(np.abs(slope) < STEEP, np.nan, slope), 0, 1)
    low = np.max(crossing, initial=0.0, where=slope >= STEEP)
    high = np.min(crossing, initial=1.0, where=slope <= -STEEP)
    return float(low), float(high)


def _edge(at_none: Floats, slopes: Floats, top: int, start: float, here: float) -> tuple[Flags, Flags]:
    """Which lines inside and outside can meet at the edge of the interval on this side of the weight.

    The lowest line inside less the highest outside is concave. So a walk from where it is below 0 to where
    the two lines met there cross, and so on, never walks past the edge and ends on it after a few steps.
    """
    share = start
    for _ in range(len(at_none)):
        height = at_none + share * slopes
        weakest, strongest = int(height[:top].argmin()), top + int(height[top:].argmax())
        gap, slope = height[weakest] - height[strongest], slopes[weakest] - slopes[strongest]
        if gap >= 0:
            break
        further = float(share - gap / slope) if slope else here
        if further == share:
            break
        share = further if min(start, here) <= further <= max(start, here) else here
        if share == here:
            break
    height = at_none + share * slopes
    weakest_height, strongest_height = height[:top].min(), height[top:].max()
    near = NEAR * max(1.0, abs(float(weakest_height)), abs(float(strongest_height)))
    return height[:top] <= strongest_height + near, height[top:] >= weakest_height - near


def _either(flags: tuple[Flags, ...]) -> Flags:
    return np.logical_or(*flags)


def _lines(parts: Floats, weights: Floats, j: int) -> tuple[Floats, Floats] | None:
    """Each service's sum with this weight at 0 and at 1; None where no other weight could make room."""
    rest = 1 - weights[j]
    if np.round(rest, PLACES) <= 0:
        return None
    others = weights / rest
    others[j] = 0
    return (parts * others).sum(axis=1), parts[:, j]


def deciding_weights(parts: Floats, weights: Floats, top: int, service: int) -> dict[int, float]:
    """For one service, the nearest share of each weight that moves it into the top set, or out of it.

    Args:
        parts: (services in display order, criteria).
        weights: (criteria,) shares that add up to 1.
        top: how many services are in the top set.
        service: its position in display order.

    Returns:
        Criterion to share, nearest change first; a criterion that cannot decide it alone is left out.
    """
    found = {}
    for j in range(len(weights)):
        share = _turning_point(parts, weights, j, top, service)
        if share is not None:
            found[j] = share
    return dict(sorted(found.items(), key=lambda item: (abs(item[1] - float(weights[item[0]])), item[0])))


def _turning_point(parts: Floats, weights: Floats, j: int, top: int, service: int) -> float | None:
    lines = _lines(parts, weights, j)
    if lines is None:
        return None
    at_none, at_all = (np.delete(line, service) - line[service] for line in lines)
    slope = at_all - at_none
    crosses = np.abs(slope) >= STEEP
    at_none, slope = at_none[crosses], slope[crosses]
    ahead = (np.arange(len(parts) - 1) < service)[crosses]
    crossing, change = -at_none / slope, np.where(ahead, -1, 1)
    above = (slope > 0) != ahead  # who leads and falls back, or follows and gains, is met on the way up
    here = float(weights[j])
    up, down = above & (crossing <= 1), ~above & (crossing >= 0)
    ends = (
        _first_turn(crossing[up], change[up], service, top),
        _first_turn(crossing[down], change[down], service, top, way=-1),
    )
    reached = [end for end in ends if end is not None]
    return min(reached, key=lambda share: (abs(share - here), share)) if reached else None


def _first_turn(crossing: Floats, change: Ints, ahead: int, top: int, way: int = 1) -> float | None:
    """Walk outwards over the crossings, counting who is ahead, until the top set gains or loses it."""
    order = np.argsort(way * crossing, kind="stable")
    turned = (ahead + np.cumsum(change[order]) < top) != (ahead < top)
    at = int(turned.argmax()) if turned.any() else None
    return None if at is None else float(crossing[order[at]])


def critical_changes(parts: Floats, weights: Floats, first: int, second: int) -> list[float | None]:
    """How much to take off each weight alone, without rescaling, for the second to draw level with the first.

    Args:
        parts: (services, criteria).
        weights: (criteria,) shares.
        first: position of the service that leads.
        second: position of the one behind it.

    Returns:
        Per criterion the amount (negative: to add); None where it would take more than the whole weight.

    Source: Triantaphyllou and Sanchez (1997), Decision Sciences 28(1).
    """
    apart = parts[second] - parts[first]
    behind = float(apart @ weights)
    changes = [behind / float(a) if abs(a) >= STEEP else None for a in apart]
    return [c if c is not None and c <= w else None for c, w in zip(changes, weights.tolist(), strict=True)]


@dataclass(frozen=True, slots=True)
class SmallestChange:
    """The nearest weights under which a rival is in the top set.

    Attributes:
        weights: (criteria) shares that add up to 1.
        moved: the share of weight that has to move, 0 to 1.
    """

    weights: tuple[float, ...]
    moved: float


def smallest_change(parts: Floats, weights: Floats, rival: int, top: int = 1) -> SmallestChange | None:
    """The smallest change of weights that brings a rival to the top: fewer than `top` stay ahead of it.

    Args:
        parts: (services, criteria).
        weights: (criteria,) shares that add up to 1.
        rival: position of the service.
        top: how many places count as the top.

    Returns:
        The nearest weights by the sum of changes, the rival level with the last place at least; None where no
        weights do it. With `top` 1 a linear programme; otherwise one yes-or-no per service that stays ahead.

    Raises:
        Invalid: the solver gave up.
    """
    from scipy import optimize  # heavy; the list itself does not need it

    n, m = parts.shape
    ahead = np.delete(parts, rival, axis=0) - parts[rival]
    allowed = np.maximum(ahead.max(axis=1), 0) if top > 1 else np.zeros(n - 1)
    extra = n - 1 if top > 1 else 0
    by = np.concatenate([np.eye(m), -np.eye(m), np.zeros((extra, m))]).T
    stays = np.zeros((n - 1, 2 * m + extra))
    stays[:, : 2 * m] = np.hstack([ahead, -ahead])
    if extra:
        stays[:, 2 * m :] = -np.diag(allowed)
    count = np.concatenate([np.zeros(2 * m), np.ones(extra)])
    solution = optimize.milp(
        c=np.concatenate([np.ones(2 * m), np.zeros(extra)]),
        integrality=np.concatenate([np.zeros(2 * m), np.ones(extra)]),
        bounds=optimize.Bounds(0, np.ones(2 * m + extra)),
        constraints=[
            optimize.LinearConstraint(by, -weights, np.inf),
            optimize.LinearConstraint(by.sum(axis=0), 0, 0),
            optimize.LinearConstraint(stays, -np.inf, -ahead @ weights),
            optimize.LinearConstraint(count, 0, top - 1),
        ],
    )
    if solution.status == 2:
        return None
    if solution.x is None:
        raise Invalid([Problem("weights", f"No nearest weights were found: {solution.message}")])
    nearest = np.clip(weights + by @ solution.x, 0, 1)
    return SmallestChange(tuple((nearest / nearest.sum()).tolist()), float(solution.fun) / 2)
