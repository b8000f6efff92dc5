"""What the weights would have to be for the list to change: who changes places there, and how far it is.

Pure: arrays in, values out. Services come in display order, so that the first K are the top set; `parts` are
(services, criteria) what a linear method weighs and sums; `weights` are (criteria,) shares that add up to 1.
"""

from dataclasses import dataclass

import numpy as np

from vfm.prioritisation.index import PLACES
from vfm.prioritisation.robustness import SmallestChange, smallest_change
from vfm.prioritisation.scales import Floats

JUST_BEYOND = 1e-7
"""Share of the weight by which an end is passed to see who has changed places there."""
LEVEL = 10.0**-PLACES


@dataclass(frozen=True, slots=True)
class Swap:
    """Who leaves the top set and who enters it, by position in display order."""

    leave: tuple[int, ...] = ()
    enter: tuple[int, ...] = ()


def swap(parts: Floats, weights: Floats, j: int, end: float, way: int, top: int) -> Swap:
    """Who changes places when one weight goes just past an end of its interval, the others in proportion.

    Args:
        parts: of every ranked service.
        weights: those in use.
        j: the criterion.
        end: its share at the end of the interval.
        way: 1 past the upper end, -1 past the lower one; past 0 and past 1 there is nothing.
        top: how many services are in the top set.
    """
    share, rest = end + way * JUST_BEYOND, 1 - float(weights[j])
    if not 0 <= share <= 1 or round(rest, PLACES) <= 0:
        return Swap()
    moved = weights * (1 - share) / rest
    moved[j] = share
    after = set(np.argsort(-(parts @ moved), kind="stable")[:top].tolist())
    inside = set(range(min(top, len(parts))))
    return Swap(tuple(sorted(inside - after)), tuple(sorted(after - inside)))


def overtaking(lead: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """For each pair of services alone, the nearest weights under which one draws level with the other.

    The best way to gain on another is to take weight from the criterion on which one lags most, then from
    the next, and to put it on the one on which one leads most: a linear programme with one constraint.

    Args:
        lead: (pairs, criteria) parts of the one that gains less those of the one it gains on.
        weights: those in use.

    Returns:
        (pairs,) the share of the weight that has to move: 0 where it is level or ahead already, infinite
        where no weights do it; and (pairs, criteria) those weights, today's where it is infinite.
    """
    behind = -(lead @ weights)
    best = lead.argmax(axis=1)
    order = np.argsort(lead, axis=1, kind="stable")
    gain = lead.max(axis=1, keepdims=True) - np.take_along_axis(lead, order, axis=1)
    room = weights[order]
    gained = (gain * room).cumsum(axis=1)
    rows = np.arange(len(lead))
    at = np.minimum((gained < behind[:, None] - LEVEL).sum(axis=1), len(weights) - 1)
    before = np.where(at > 0, gained[rows, at - 1], 0.0)
    each = gain[rows, at]
    last = np.clip((behind - before) / np.where(each > 0, each, 1), 0, room[rows, at])
    whole = np.arange(len(weights)) < at[:, None]
    given = np.where(whole, room, 0.0)
    given[rows, at] = last
    moved = given.sum(axis=1)
    reached = gained[:, -1] >= behind - LEVEL
    changed = np.repeat(weights[None, :], len(lead), axis=0)
    np.put_along_axis(changed, order, np.take_along_axis(changed, order, axis=1) - given, axis=1)
    changed[rows, best] += moved
    done = behind > LEVEL
    possible = (reached & done)[:, None]
    return np.where(done, np.where(reached, moved, np.inf), 0.0), np.where(possible, changed, weights)


@dataclass(frozen=True, slots=True)
class Dethroned:
    """The nearest weights under which somebody draws level with the first.

    Attributes:
        by: positions of those who do.
        change: those weights and how much has to move.
    """

    by: tuple[int, ...]
    change: SmallestChange


def dethroning(parts: Floats, weights: Floats) -> Dethroned | None:
    """The smallest change of weights that brings the first down; None where none does, or it is alone.

    Whoever needs the least to draw level with the first has nobody above it there: another would have drawn
    level on the way.
    """
    if len(parts) < 2:
        return None
    costs, changed = overtaking(parts[1:] - parts[0], weights)
    least = float(costs.min())
    if least == np.inf:
        return None
    by = np.flatnonzero(costs <= least + LEVEL)
    return Dethroned(tuple((by + 1).tolist()), SmallestChange(tuple(changed[by[0]].tolist()), least))


def entering(parts: Floats, weights: Floats, rival: int, top: int) -> SmallestChange | None:
    """The smallest change of weights that brings a rival into the top set; None where no weights do.

    Most services are ahead of the rival, or behind it, whatever the weights within reach: only the others go
    into the integer programme, and none is needed where one overtaking turns out to be enough.

    Raises:
        Invalid: the solver gave up.
    """
    others = np.delete(parts, rival, axis=0)
    ahead = others - parts[rival]
    is_ahead = ahead @ weights > LEVEL
    too_many = int(is_ahead.sum()) - top + 1
    if too_many <= 0:
        return SmallestChange(tuple(weights.tolist()), 0.0)
    gained, changed = overtaking(-ahead[is_ahead], weights)
    least = float(np.sort(gained)[too_many - 1])
    if least == np.inf:
        return None
    left = (changed @ ahead.T > LEVEL).sum(axis=1)
    reached = np.where((left < top) & (gained < np.inf), gained, np.inf)
    best = int(reached.argmin())
    if reached[best] <= least + LEVEL:
        return SmallestChange(tuple(changed[best].tolist()), float(reached[best]))
    reach = float(reached[best]) if reached[best] < np.inf else 1.0
    lost, _ = overtaking(ahead[~is_ahead], weights)
    stays_ahead = gained > reach + LEVEL
    contested = [*np.flatnonzero(is_ahead)[~stays_ahead], *np.flatnonzero(~is_ahead)[lost <= reach + LEVEL]]
    room = top - int(stays_ahead.sum())
    if room < 1:
        return None
    return smallest_change(np.vstack([parts[rival], others[contested]]), weights, 0, room)
