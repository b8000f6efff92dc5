"""How much each criterion counts: agreeing weights, and what they come to in this council's figures.

Pure: values in, values out. Weights are swing weights: how much it matters to go from the low goalpost to
the high one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vfm.errors import Invalid, Problem
from vfm.prioritisation.index import PLACES, Ints
from vfm.prioritisation.scales import Floats

DEFAULT_CONCENTRATION = 50.0
LEAST_CONCENTRATION, MOST_CONCENTRATION = 10.0, 500.0
CORRELATED_ABOVE = 0.8
FEWEST_TO_CORRELATE = 3
CORRELATION_BINS = 32


@dataclass(frozen=True, slots=True)
class AgreedWeights:
    """What a group of people made of the weights.

    Attributes:
        weights: the average share of each criterion; they add up to 1.
        ranges: the lowest and highest share any member gave.
        agreement: Kendall's W, 0 (none) to 1 (all the same order); None where it is not defined.
        concentration: how tightly the members stand together, for the simulation, 10 to 500.
    """

    weights: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    agreement: float | None
    concentration: float


def agreed(points: Mapping[str, Mapping[str, float]]) -> AgreedWeights:
    """Average the members' swing points after giving each member the same say.

    Args:
        points: per member, the points given to each criterion; all members name the same criteria.

    Returns:
        Shares that add up to 1, their ranges, and how far the members agree.

    Raises:
        Invalid: nobody gave points, a member left a criterion out, or a member's points cannot be used.
    """
    found = _problems(points)
    if found:
        raise Invalid(found)
    keys = list(next(iter(points.values())))
    given = np.array([[float(member[key]) for key in keys] for member in points.values()])
    normal = given / given.sum(axis=1, keepdims=True)
    mean = normal.mean(axis=0)
    return AgreedWeights(
        weights=dict(zip(keys, mean.tolist(), strict=True)),
        ranges={key: (low, high) for key, low, high in zip(keys, *_ends(normal), strict=True)},
        agreement=kendalls_w(normal),
        concentration=concentration(normal),
    )


def _ends(normal: Floats) -> tuple[list[float], list[float]]:
    return normal.min(axis=0).tolist(), normal.max(axis=0).tolist()


def _problems(points: Mapping[str, Mapping[str, float]]) -> list[Problem]:
    if not points:
        return [Problem("weights", "Nobody has given points yet. Ask at least one member.")]
    keys = {key for member in points.values() for key in member}
    found = []
    for member, given in points.items():
        absent = sorted(keys - given.keys())
        if absent:
            found.append(
                Problem(member, f"No points for {', '.join(absent)}. Give 0 where it does not matter.")
            )
        elif not all(np.isfinite(value) and value >= 0 for value in given.values()) or not sum(
            given.values()
        ):
            found.append(Problem(member, "Points have to be 0 or more, and at least one above 0."))
    return found


def kendalls_w(normal: Floats) -> float | None:
    """Kendall's coefficient of concordance, corrected for ties; None for one member or nothing to rank.

    Args:
        normal: (members, criteria) weights; higher ranks higher.

    Source: Kendall and Babington Smith (1939), The Problem of m Rankings.

    >>> kendalls_w(np.array([[3.0, 2.0, 1.0], [30.0, 20.0, 10.0]]))
    1.0
    """
    members, n = normal.shape
    ranks = np.array([mid_ranks(row) for row in normal])
    ties = sum(
        int(count) ** 3 - int(count) for row in normal for count in np.unique(row, return_counts=True)[1]
    )
    possible = members**2 * (n**3 - n) - members * ties
    if members < 2 or possible <= 0:
        return None
    spread = ranks.sum(axis=0) - members * (n + 1) / 2
    return float(12 * (spread**2).sum() / possible)


def concentration(normal: Floats) -> float:
    """How tightly members stand around their average: s = sum m(1 - m) / sum var - 1, kept to 10 to 500.

    Args:
        normal: (members, criteria) shares. With fewer than three members the default of 50 holds.
    """
    if len(normal) < 3:
        return DEFAULT_CONCENTRATION
    mean, variance = normal.mean(axis=0), float(normal.var(axis=0, ddof=1).sum())
    if variance == 0:
        return MOST_CONCENTRATION
    s = float((mean * (1 - mean)).sum()) / variance - 1
    return float(np.clip(s, LEAST_CONCENTRATION, MOST_CONCENTRATION))


def effective(u: Floats, weights: Floats) -> list[float | None]:
    """The share of the index's variance each criterion carries: e = 100 w cov(u, index) / var(index).

    Args:
        u: (ranked services, criteria).
        weights: (criteria,) shares.

    Returns:
        Shares that add up to 1 and may be negative; None for each where the index does not vary.
    """
    if len(u) < 2:
        return [None] * len(weights)
    index = 100 * (u @ weights)
    away = index - index.mean()
    variance = float(away @ away)
    if variance <= 1e-18 * len(u):
        return [None] * len(weights)
    shares: list[float | None] = (100 * weights * ((u - u.mean(axis=0)).T @ away) / variance).tolist()
    return shares


def mid_ranks(values: Floats) -> Floats:
    """1 for the lowest; equal values share the middle of the ranks they take up."""
    ordered = np.sort(values)
    ends = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return np.asarray((ends + 1) / 2, dtype=np.float64)


def correlation_warnings(known: Floats, keys: Sequence[str], groups: Sequence[str | None]) -> list[str]:
    """Criteria of different groups that say almost the same, so that it counts twice.

    Args:
        known: (ranked services, criteria) u, `nan` for a gap; a pair is compared where both are known.
        keys: the criteria.
        groups: their groups; a criterion without one is not compared.

    Source: Spearman's rank correlation with mid-ranks.
    """
    pairs = [
        (i, j)
        for i, j in combinations(range(len(keys)), 2)
        if groups[i] is not None and groups[j] is not None and groups[i] != groups[j]
    ]
    close = _perhaps_close(known, pairs)
    ranks = {
        j: None if np.isnan(known[:, j]).any() else mid_ranks(known[:, j])
        for j in sorted({j for pair in close for j in pair})
    }
    warnings = []
    for i, j in close:
        rho = _spearman(known, ranks, i, j)
        if rho is not None and round(rho, PLACES) > CORRELATED_ABOVE:
            warnings.append(
                f"{keys[i]} and {keys[j]} move together (rank correlation {rho:.2f}) though they stand in "
                "different groups: what they share counts twice. Consider weighting one of them less."
            )
    return warnings


def _perhaps_close(known: Floats, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pairs whose rank correlation may be above the limit; of the others it is certain that it is not.

    Ranks are replaced by those of their bins, which needs no sorting: by the mean rank of everything in the
    bin, less the middle, 0 for a gap. A vector of ranks of the services that a pair shares, seen from their
    middle, stands at an angle to this one that the bins alone say; two vectors of ranks are no closer than
    those of their bins less these two angles.
    """
    if not pairs or len(known) < FEWEST_TO_CORRELATE:
        return []
    code = _bins(np.ascontiguousarray(known.T))
    holes = [np.flatnonzero(row == CORRELATION_BINS) for row in code]
    counts = _counted(code)
    stand_in = _from_the_middle(counts)
    seen = np.array(
        [by_bin[row] for by_bin, row in zip(np.pad(stand_in, ((0, 0), (0, 1))), code, strict=True)]
    )
    shared = counts[:, None] - np.stack([_counted(code.take(at, axis=1)) for at in holes], axis=1)
    n = shared.sum(axis=2)
    length = np.sqrt((shared * stand_in[:, None] ** 2).sum(axis=2))
    longest = np.sqrt((n**3 - n) / 12)  # ranks without ties; with ties they stand closer than is said here
    own = _angles((shared * stand_in[:, None] * _from_the_middle(shared)).sum(axis=2), length * longest)
    nearest = _angles(seen @ seen.T, length * length.T) - own - own.T
    possible = (np.cos(np.maximum(nearest, 0)) > CORRELATED_ABOVE - 1e-6).tolist()
    return [(i, j) for i, j in pairs if possible[i][j]]


def _bins(columns: Floats) -> Ints:
    """(criteria, services) the bin of each value between its column's ends; one more for a gap."""
    low = np.fmin.reduce(columns, axis=1, keepdims=True)
    span = np.fmax.reduce(columns, axis=1, keepdims=True) - low
    place = (columns - low) / np.where(span > 0, span, 1) * (CORRELATION_BINS - 1)
    return np.where(np.isnan(place), CORRELATION_BINS, place).astype(np.int64)


def _counted(code: Ints) -> Floats:
    """(criteria, bins) how many values lie in each bin, gaps left out."""
    wide, m = CORRELATION_BINS + 1, len(code)
    joint = code + wide * np.arange(m)[:, None]
    found = np.bincount(joint.ravel(), minlength=wide * m).reshape(m, wide)
    return found[:, :CORRELATION_BINS].astype(np.float64)


def _from_the_middle(counts: Floats) -> Floats:
    """(..., bins) the mean rank in each bin, less the middle of all ranks."""
    middle = (counts.sum(axis=-1, keepdims=True) + 1) / 2
    return np.asarray(np.cumsum(counts, axis=-1) - (counts - 1) / 2 - middle, dtype=np.float64)


def _angles(inner: Floats, lengths: Floats) -> Floats:
    return np.arccos(np.clip(inner / np.where(lengths > 0, lengths, 1), -1, 1))


def _spearman(known: Floats, ranks: Mapping[int, Floats | None], i: int, j: int) -> float | None:
    a, b = ranks[i], ranks[j]
    if a is None or b is None:
        pair = known[:, [i, j]]
        pair = pair[~np.isnan(pair).any(axis=1)]
        a, b = (mid_ranks(pair[:, 0]), mid_ranks(pair[:, 1])) if len(pair) else (pair[:, 0], pair[:, 1])
    return _correlation(a, b) if len(a) >= FEWEST_TO_CORRELATE else None


def _correlation(a: Floats, b: Floats) -> float | None:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale else None
