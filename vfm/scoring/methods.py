"""How answers become scores: one row for each method a template may declare.

Pure. To add a method, add a row of `METHODS` and a page of worked cases; the fold they share is in `tree`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vfm.questionnaires.schema import Method
from vfm.scoring.structure import Node
from vfm.scoring.tree import SectionWeight, Weights


def declared(node: Node, _entered: object) -> float:
    """Sections count as the template says."""
    return node.weight


def equal(node: Node, _entered: object) -> float:
    """Every section counts the same; beside questions, as their average does."""
    return node.even_weight


def by_points(_node: Node, entered: Weights) -> Weights:
    """Sections count by the points that could be had in them, so that points simply add up."""
    return entered


def declared_or_equal(node: Node, _entered: object) -> float:
    """Sections count as the template says, and the same where it says nothing: only completeness needs it."""
    return node.weight or node.even_weight


@dataclass(frozen=True, slots=True)
class Row:
    """One method.

    Attributes:
        name: as written in a template.
        section_weight: how a section counts in what holds it.
        has_score: False when the method gives a status instead of a score.
        needs: what the template must declare, in words for its author.
        words: what it does, in one sentence for a reader of a result.
    """

    name: Method
    section_weight: SectionWeight
    has_score: bool
    needs: tuple[str, ...]
    words: str


METHODS: Mapping[Method, Row] = {
    row.name: row
    for row in (
        Row(
            Method.WEIGHTED_MEAN,
            declared,
            True,
            ("a weight on each scored question", "a weight on each section with scored questions"),
            "Each section is the weighted mean of its answers, the overall that of its sections.",
        ),
        Row(
            Method.MEAN_OF_MEANS,
            equal,
            True,
            ("a weight on each scored question",),
            "Each section is the weighted mean of its answers; in the overall every section counts the same.",
        ),
        Row(
            Method.SUM,
            by_points,
            True,
            ("a weight on each scored question: the most points it can give",),
            "The points earned, as a share of the points the answers could have earned.",
        ),
        Row(
            Method.RULE_TABLE,
            declared_or_equal,
            False,
            ("a rule table on at least one section, with a row for every combination",),
            "Answers to lists of statements are looked up in a table: a status, not a score.",
        ),
    )
}
