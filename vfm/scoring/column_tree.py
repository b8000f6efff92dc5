"""The folds of `tree` over columns: every figure of every section, for all assessments at once.

Pure. The same products and sums in the same order from left to right, adding 0.0 for what does not enter, so
that the last digit is that of one assessment scored alone. A few thousand assessments are taken at a time:
what a section needs of them stays in the processor's cache.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from vfm.questionnaires.answers import State
from vfm.scoring.confidence import GRADES
from vfm.scoring.masks import Live, Rules, Seen, Tried
from vfm.scoring.methods import Row
from vfm.scoring.reading import worth
from vfm.scoring.structure import Item, Node, Structure

Floats = NDArray[np.float64]
AT_ONCE = 4096
"""Assessments taken at a time."""


class Figure(IntEnum):
    """What is kept of each section, as rows of a matrix; not a number where there is none.

    The first six are means: of the points, of them with the gaps at either end (caps included in all three),
    of 1 for answered and 0 for a gap, of the grades, of 1 for not applicable. Then the mean before the
    section's own caps, the spread in points, and the weights that entered the mean and the bounds.
    """

    MEAN = 0
    LOW = 1
    HIGH = 2
    COMPLETENESS = 3
    CONFIDENCE = 4
    NA_SHARE = 5
    UNCAPPED = 6
    SPREAD = 7
    ENTERED = 8
    REACHED = 9


MEANS = slice(Figure.MEAN, Figure.UNCAPPED)
WEIGHT_OF = np.array([0, 1, 1, 1, 1, 2])
"""Which weight each mean is divided by: of the answered, of what applies, of what is on the route."""


@dataclass(frozen=True, eq=False)
class _Part:
    """What one section came to for the assessments at hand; 0 where there is none.

    Attributes:
        means: the six means; weights: the three weights they were divided by.
        variance: of the mean, in squared points.
    """

    means: Floats
    weights: Floats
    variance: Floats


def folded(structure: Structure, method: Row, seen: Seen, tried: Rules, count: int) -> dict[str, Floats]:
    """Section key (the root's is empty) -> its figures, a row for each `Figure`, a column an assessment.

    Args:
        structure: of the questionnaire.
        method: how sections count.
        seen: answers on the route.
        tried: what may hold sections down; empty under a method without points.
        count: how many assessments there are.
    """
    fold = _Fold(structure, method, seen, tried, count)
    for start in range(0, count, AT_ONCE):
        fold.part(structure.root, slice(start, min(start + AT_ONCE, count)))
    return fold.figures


class _Fold:
    def __init__(
        self,
        structure: Structure,
        method: Row,
        seen: Seen,
        tried: Rules,
        count: int,
    ) -> None:
        self.method = method
        self.codes = {key: seen[key].codes for key in structure.items}
        self.worths = {key: _worths(item, seen[key]) for key, item in structure.items.items()}
        self.spreads = {key: _spreads(item, seen[key]) for key, item in structure.items.items()}
        self.limits = {key: _limits(rules, count) for key, rules in tried.items()}
        nodes = [*structure.root.walk()]
        every = np.full((len(nodes), len(Figure), count), np.nan)
        self.figures: dict[str, Floats] = {node.key: every[i] for i, node in enumerate(nodes)}

    def part(self, node: Node, rows: slice) -> _Part:
        """One section for some assessments: written to `figures`, and returned for what holds it."""
        places = [self.codes[item.key][rows].astype(np.intp) for item in node.items]
        totals, weights = self.entered(node, places, rows.stop - rows.start)
        children = [self.part(child, rows) for child in node.children]
        for child, part in zip(node.children, children, strict=True):
            counts = self.method.section_weight(child, part.weights)
            by_mean = counts[WEIGHT_OF] if isinstance(counts, np.ndarray) else counts
            totals += by_mean * part.means
            weights += counts * (part.weights > 0)
        whole = np.where(weights > 0, weights, 1.0)
        means = totals / whole[WEIGHT_OF]
        uncapped = means[Figure.MEAN]
        if node.key in self.limits:
            uncapped = uncapped.copy()
            held = means[: Figure.COMPLETENESS]
            np.minimum(held, self.limits[node.key][:, rows], out=held)
        variance = self.variance(node, places, children, whole[0]) if self.method.has_score else uncapped
        self.keep(node, rows, _Part(means, weights, variance), uncapped)
        return _Part(means, weights, variance)

    def entered(self, node: Node, places: list[NDArray[np.intp]], count: int) -> tuple[Floats, Floats]:
        """The six totals and the three weights of a section's own questions."""
        sums = np.zeros((count, 8))
        found = np.empty_like(sums)
        for item, codes in zip(node.items, places, strict=True):
            self.worths[item.key].take(codes, axis=0, out=found, mode="clip")
            sums += found
        lanes = np.ascontiguousarray(sums.T)
        # What is answered weighs as much as it adds to completeness.
        return lanes[MEANS], lanes[[Figure.COMPLETENESS, 6, 7]]

    def variance(
        self, node: Node, places: list[NDArray[np.intp]], children: list[_Part], total: Floats
    ) -> Floats:
        """How far weak evidence could move the section's mean; see `tree.variances`."""
        variance = np.zeros_like(total)
        moved = np.empty_like(total)
        relative: dict[float, Floats] = {}
        for item, codes in zip(node.items, places, strict=True):
            if item.weight not in relative:
                relative[item.weight] = item.weight / total
            self.spreads[item.key].take(codes, out=moved, mode="clip")
            moved *= relative[item.weight]
            moved *= moved
            variance += moved
        for child, part in zip(node.children, children, strict=True):
            entered = part.weights[0]
            counts = self.method.section_weight(child, entered)
            share = np.where(entered > 0, counts / total, 0.0)
            variance += share * share * part.variance
        return variance

    def keep(self, node: Node, rows: slice, part: _Part, uncapped: Floats) -> None:
        into = self.figures[node.key][:, rows]
        has = part.weights > 0
        np.copyto(into[MEANS], part.means, where=has[WEIGHT_OF])
        into[Figure.ENTERED], into[Figure.REACHED] = part.weights[:2]
        if self.method.has_score:
            np.copyto(into[Figure.UNCAPPED], uncapped, where=has[0])
            np.copyto(into[Figure.SPREAD], np.sqrt(part.variance), where=has[0])
        else:
            into[Figure.MEAN] = np.nan


def _worths(item: Item, live: Live) -> Floats:
    """What each code adds: to the six totals, then to the weight of what applies and of what is asked."""
    rows = []
    for code, answer in enumerate(live.answers):
        if code in live.faults:
            rows.append([0.0] * 8)
        elif answer.state is State.ANSWERED:
            points = item.weight * worth(item, answer)
            graded = item.weight * GRADES[answer.evidence]
            rows.append([points, points, points, item.weight, graded, 0.0, item.weight, item.weight])
        elif answer.state is State.NOT_APPLICABLE:
            rows.append([0.0, 0.0, 0.0, 0.0, 0.0, item.weight, 0.0, item.weight])
        else:
            ends = [item.weight * item.points[end] for end in (item.lowest, item.highest)]
            rows.append([0.0, *ends, 0.0, 0.0, 0.0, item.weight, item.weight])
    return np.array([*rows, [0.0] * 8])


def _spreads(item: Item, live: Live) -> Floats:
    """How far each code's points may be off; 0 where there are none."""
    spreads = [
        item.spread[answer.evidence] if answer.state is State.ANSWERED else 0.0 for answer in live.answers
    ]
    return np.array([*spreads, 0.0])


def _limits(rules: tuple[Tried, ...], count: int) -> Floats:
    """The most a section may come to: now, at its lowest and at its highest; infinite where nothing holds."""
    limits = np.full((3, count), np.inf)
    for rule in rules:
        for limit, applies in zip(limits, (rule.now, rule.low, rule.high), strict=True):
            np.minimum(limit, rule.limit, out=limit, where=applies)
    return limits
