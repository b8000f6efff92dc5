"""The folds over the tree of weights: means going up, shares going down, variances going up.

Pure. Plain left-to-right sums: the same order, and so the same last digit, wherever they are computed.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol, TypeVar

from vfm.scoring.structure import Node


class Mean(NamedTuple):
    """What one section comes to.

    Attributes:
        value: the mean after the section's own cap; None when nothing with weight was given.
        uncapped: the mean before it, with the caps of the sections inside already applied.
        weight: the weight that entered the mean.
    """

    value: float | None
    uncapped: float | None
    weight: float


Weights = TypeVar("Weights")


class SectionWeight(Protocol):
    """(section, question weight that entered its mean) -> how it counts in what holds it.

    The weight may be one figure or an array of them, one for each of many assessments.
    """

    def __call__(self, node: Node, entered: Weights, /) -> Weights | float:
        """How the section counts."""


def fold(
    node: Node,
    values: Mapping[str, float],
    limits: Mapping[str, float],
    section_weight: SectionWeight,
    into: dict[str, Mean],
) -> Mean:
    """The mean up the tree: questions and child sections alike enter with their weight.

    The same fold gives the score (points), completeness (1 answered, 0 not), confidence (grades), the share
    not applicable and, with the gaps filled, the bounds.

    Args:
        node: where to start, usually the root.
        values: question key -> value of a question that enters; one that is not there does not.
        limits: section key -> the most it may come to.
        section_weight: how a section counts in what holds it.
        into: gets section key -> its mean; the root's key is empty.

    Returns:
        The node's own mean. Weights of 0 that stand alone give no mean.
    """
    total = weight = 0.0
    for item in node.items:
        value = values.get(item.question.key)
        if value is not None:
            total += item.weight * value
            weight += item.weight
    for child in node.children:
        mean = fold(child, values, limits, section_weight, into)
        if mean.value is not None:
            counts = section_weight(child, mean.weight)
            total += counts * mean.value
            weight += counts
    uncapped = total / weight if weight > 0 else None
    limit = limits.get(node.key)
    value = uncapped if uncapped is None or limit is None else min(uncapped, limit)
    mean = into[node.key] = Mean(value, uncapped, weight)
    return mean


def shares(
    node: Node,
    of: float,
    values: Mapping[str, float],
    means: Mapping[str, Mean],
    section_weight: SectionWeight,
    into: dict[str, float],
) -> None:
    """Each answered question's share of a mean: the product of its relative weights down the tree.

    Args:
        node: whose mean is shared out.
        of: the share to share out, 1 at the node whose mean it is.
        values: question key -> value, as given to `fold`.
        means: section key -> mean, as `fold` left them.
        section_weight: how a section counts in what holds it.
        into: gets question key -> share; they add up to `of`.
    """
    total = means[node.key].weight
    if total <= 0:
        return
    for item in node.items:
        if item.question.key in values:
            into[item.question.key] = of * item.weight / total
    for child in node.children:
        mean = means[child.key]
        if mean.value is not None:
            part = of * section_weight(child, mean.weight) / total
            shares(child, part, values, means, section_weight, into)


def variances(
    node: Node,
    spreads: Mapping[str, float],
    means: Mapping[str, Mean],
    section_weight: SectionWeight,
    into: dict[str, float],
) -> None:
    """How far weak evidence could move each mean: sums of squared relative weights times squared spreads.

    Args:
        node: where to start.
        spreads: question key -> spread in points, for every answered question.
        means: section key -> mean, as `fold` left them.
        section_weight: how a section counts in what holds it.
        into: gets section key -> variance in squared points, where there is a mean; the root's key is empty.
    """
    total = means[node.key].weight
    variance = 0.0
    for child in node.children:
        variances(child, spreads, means, section_weight, into)
    if total <= 0:
        return
    for item in node.items:
        spread = spreads.get(item.question.key)
        if spread is not None:
            part = item.weight / total * spread
            variance += part * part  # a product, as the last digit of a power is the machine's affair
    for child in node.children:
        mean = means[child.key]
        if mean.value is not None:
            part = section_weight(child, mean.weight) / total
            variance += part * part * into[child.key]
    into[node.key] = variance
