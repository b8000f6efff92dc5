"""How far people who scored the same answers agree: shares, weighted kappa with an interval, ordinal alpha.

Pure; random draws come from a generator with a given seed, so the same ratings give the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
DRAWS = 2000
SEED = 20260401
WIDE_APART = 2


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement of two raters on one sample of answers.

    Attributes:
        count: answers rated by both.
        exact: share with the same level; within_one: share at most one level apart; None for no answers.
        kappa: quadratic-weighted kappa, at most 1; None where chance alone explains everything.
        low, high: its 95 % bootstrap interval; None where there is no kappa.
    """

    count: int
    exact: float | None
    within_one: float | None
    kappa: float | None
    low: float | None
    high: float | None


def agreement(
    first: Sequence[int],
    second: Sequence[int],
    levels: Sequence[int],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Agreement:
    """How far two raters agree on the same answers.

    Args:
        first: one rater's levels.
        second: the other's, in the same order.
        levels: every level of the scale, lowest first, also those nobody chose.
        draws: bootstrap samples.
        seed: of the generator.

    Raises:
        ValueError: the two do not rate the same number of answers, or a level is not on the scale.
    """
    table = cross_table(first, second, levels)
    count = len(first)
    kappa = weighted_kappa(table)
    low, high = (None, None) if kappa is None else _interval(first, second, levels, draws, seed)
    return Agreement(count, _share_within(table, 0), _share_within(table, 1), kappa, low, high)


def cross_table(first: Sequence[int], second: Sequence[int], levels: Sequence[int]) -> Matrix:
    """How often each pair of levels was given: levels x levels, first rater down, second across.

    Raises:
        ValueError: as for `agreement`.
    """
    place = {level: index for index, level in enumerate(levels)}
    unknown = sorted({*first, *second} - set(place))
    if len(first) != len(second) or unknown:
        raise ValueError(
            f"Level {unknown[0]} is not on the scale." if unknown else "Both must rate the same answers."
        )
    table: Matrix = np.zeros((len(levels), len(levels)))
    np.add.at(table, ([place[level] for level in first], [place[level] for level in second]), 1)
    return table


def _distances(size: int) -> Matrix:
    steps = np.arange(size, dtype=float)
    apart: Matrix = np.abs(steps[:, None] - steps[None, :])
    return apart


def _share_within(table: Matrix, levels: int) -> float | None:
    total = table.sum()
    return float(table[_distances(len(table)) <= levels].sum() / total) if total else None


def weighted_kappa(table: Matrix, power: int = 2) -> float | None:
    """Cohen's kappa with disagreement weighted by distance.

    Args:
        table: counts, levels x levels.
        power: 2 quadratic, 1 linear, 0 any disagreement alike (plain kappa).

    Returns:
        1 for full agreement, 0 for what chance gives; None when chance leaves no disagreement at all.

    Source: Cohen (1968), Psychological Bulletin 70(4).
    """
    total = table.sum()
    if not total:
        return None
    apart = _distances(len(table))
    weights = np.where(apart == 0, 0, apart**power)
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    expected = float((weights * by_chance).sum())
    return 1 - float((weights * table).sum()) / expected if expected else None


def _interval(
    first: Sequence[int], second: Sequence[int], levels: Sequence[int], draws: int, seed: int
) -> tuple[float | None, float | None]:
    """Percentile bootstrap over the answers; draws in which kappa has no value are left out."""
    generator = np.random.Generator(np.random.PCG64(seed))
    cells = cross_table(first, second, levels)
    samples = generator.multinomial(int(cells.sum()), cells.ravel() / cells.sum(), size=draws)
    kappas = _kappas(samples.reshape(draws, *cells.shape).astype(float))
    if not kappas.size:
        return None, None
    low, high = np.percentile(kappas, [2.5, 97.5])
    return float(low), float(high)


def _kappas(tables: Matrix) -> Matrix:
    """Quadratic-weighted kappa of each of many tables with the same total, as `weighted_kappa` has it."""
    weights = _distances(tables.shape[1]) ** 2
    totals = tables[0].sum()
    observed = (weights * tables).sum(axis=(1, 2))
    expected = np.einsum("ij,di,dj->d", weights, tables.sum(axis=2), tables.sum(axis=1)) / totals
    has_value = expected > 0
    kappas: Matrix = 1 - observed[has_value] / expected[has_value]
    return kappas


def ordinal_alpha(ratings: Sequence[Sequence[int | None]]) -> float | None:
    """Krippendorff's alpha on an ordinal scale, for any number of raters and with gaps.

    Args:
        ratings: raters x answers, None where a rater gave nothing; answers with fewer than two are left out.

    Returns:
        1 for full agreement, 0 for what chance gives; None when nothing can be compared or all are alike.

    Source: Krippendorff (2011), Computing Krippendorff's alpha-reliability.
    """
    answers = [[given for given in column if given is not None] for column in zip(*ratings, strict=True)]
    pairable = [column for column in answers if len(column) > 1]
    levels = sorted({level for column in pairable for level in column})
    coincidences: Matrix = np.zeros((len(levels), len(levels)))
    for column in pairable:
        counts = np.array([column.count(level) for level in levels], dtype=float)
        coincidences += (np.outer(counts, counts) - np.diag(counts)) / (len(column) - 1)
    totals = coincidences.sum(axis=0)
    apart = _ordinal_distances(totals)
    expected = float((np.outer(totals, totals) * apart).sum())
    return 1 - (totals.sum() - 1) * float((coincidences * apart).sum()) / expected if expected else None


def _ordinal_distances(totals: Matrix) -> Matrix:
    """Squared ordinal distance of two levels: how many ratings lie between their midpoints."""
    middles = np.cumsum(totals) - totals / 2
    squared: Matrix = (middles[:, None] - middles[None, :]) ** 2
    return squared


def is_wide_apart(levels: Sequence[int]) -> bool:
    """True when members of a group differ by two levels or more, so that they should talk before agreeing.

    >>> is_wide_apart([2, 3, 3]), is_wide_apart([1, 3]), is_wide_apart([])
    (False, True, False)
    """
    return bool(levels) and max(levels) - min(levels) >= WIDE_APART
