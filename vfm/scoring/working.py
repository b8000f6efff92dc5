"""The working behind each figure, so that it can be done again by hand: every weight, value and product.

Pure. The same values and the same fold as the score itself; what is listed adds up to the numerator shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from vfm.questionnaires.answers import Answers
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.caps import NO_CAPS, caps_of
from vfm.scoring.methods import METHODS
from vfm.scoring.reading import read
from vfm.scoring.rules import ListWorking, lists_of
from vfm.scoring.scorecard import ROOT, Fold, FoldName, folds
from vfm.scoring.structure import Node, structure_of
from vfm.scoring.tree import Mean, SectionWeight, fold

Figure = Literal["score", "low", "high", "completeness", "confidence"]
FIGURES: Mapping[Figure, FoldName] = {
    "score": "mean",
    "low": "low",
    "high": "high",
    "completeness": "completeness",
    "confidence": "confidence",
}
"""Figure shown -> the fold that gives it."""


@dataclass(frozen=True, slots=True)
class Term:
    """One question or section in a weighted mean; `product` is weight x value."""

    kind: Literal["question", "section"]
    key: str
    title: str
    weight: float
    value: float
    product: float


@dataclass(frozen=True, slots=True)
class Sum:
    """One weighted mean.

    Attributes:
        terms: what enters it, in reading order.
        numerator: sum of the products; denominator: sum of the weights.
        quotient: the one by the other; None where nothing enters.
        limit: the most that caps leave of it; None without one.
        result: after the limit: points, or a share in [0, 1] for completeness and confidence.
    """

    figure: Figure
    terms: tuple[Term, ...]
    numerator: float
    denominator: float
    quotient: float | None
    limit: float | None
    result: float | None


@dataclass(frozen=True, slots=True)
class Working:
    """The working of one section, or of the overall, whose key is empty.

    Attributes:
        sums: those that have a figure.
        lists: how the lists of a rule table collapse; none without one.
    """

    key: str
    title: str
    sums: tuple[Sum, ...]
    lists: tuple[ListWorking, ...] = ()


def workings(questionnaire: Questionnaire, answers: Answers) -> tuple[Working, ...]:
    """The working of the overall, then of every section, in reading order; sections without figures left out.

    Args:
        questionnaire: what was answered.
        answers: as scored.

    Raises:
        Invalid: as `score` does.
    """
    structure = structure_of(questionnaire)
    method = METHODS[questionnaire.scoring.method]
    route = on_route(questionnaire, answers)
    reading = read(structure, answers, route)
    caps = caps_of(structure, reading) if method.has_score else NO_CAPS
    known = folds(structure, reading, caps, route)
    means: dict[Figure, dict[str, Mean]] = {}
    for figure, name in FIGURES.items():
        if method.has_score or figure in ("completeness", "confidence"):
            means[figure] = {}
            fold(structure.root, known[name].values, known[name].limits, method.section_weight, means[figure])
    found = (
        Working(
            node.key,
            node.section.title if node.section else "",
            tuple(
                _sum(node, figure, known[FIGURES[figure]], means[figure], method.section_weight)
                for figure in means
                if node.key in means[figure] and means[figure][node.key].value is not None
            ),
            tuple(lists_of(node.section.rule_table, reading.given, route))
            if node.section and node.section.rule_table
            else (),
        )
        for node in structure.root.walk()
        if node.key != ROOT or questionnaire.scoring.has_overall
    )
    return tuple(one for one in found if one.sums or one.lists)


def _sum(
    node: Node, figure: Figure, given: Fold, means: Mapping[str, Mean], section_weight: SectionWeight
) -> Sum:
    terms = tuple(_terms(node, given, means, section_weight))
    own = means[node.key]
    return Sum(
        figure=figure,
        terms=terms,
        numerator=sum(term.product for term in terms),
        denominator=own.weight,
        quotient=own.uncapped,
        limit=given.limits.get(node.key),
        result=own.value,
    )


def _terms(
    node: Node, given: Fold, means: Mapping[str, Mean], section_weight: SectionWeight
) -> Iterator[Term]:
    for item in node.items:
        value = given.values.get(item.key)
        if value is not None:
            yield Term("question", item.key, item.question.text, item.weight, value, item.weight * value)
    for child in node.children:
        mean = means[child.key]
        if mean.value is not None and child.section is not None:
            weight = section_weight(child, mean.weight)
            yield Term("section", child.key, child.section.title, weight, mean.value, weight * mean.value)
