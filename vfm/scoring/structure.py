"""What a template version says about scoring, worked out once: the tree of weights and point tables.

Pure: content only, no answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from vfm.questionnaires.answers import Evidence
from vfm.questionnaires.changes import ScoringText, scoring_text
from vfm.questionnaires.schema import Kind, Method, Question, Questionnaire, Section
from vfm.scoring.confidence import spread_by_grade

KEPT_STRUCTURES = 64


@dataclass(frozen=True, slots=True)
class Item:
    """One question that counts: in a mean by its weight, or in a cap because it is critical.

    Attributes:
        weight: relative inside its section, >= 0; 0 for a critical question that is not scored.
        points: answer value -> points on 0 to 100.
        lowest: the answer value worth least; highest: the one worth most; both blank in a draft
            whose answers have no points yet.
        spread: evidence grade -> how far the points may be off, in points.
    """

    question: Question
    weight: float
    points: Mapping[int | str, float]
    lowest: int | str
    highest: int | str
    spread: Mapping[Evidence, float]

    @property
    def key(self) -> str:
        """The question's key."""
        return self.question.key


@dataclass(frozen=True)
class Node:
    """One section of the tree; the whole questionnaire is a node without a section of its own.

    Attributes:
        items: its own scored questions, in reading order.
        children: its child sections, in reading order.
        criticals: its own critical questions, scored or not.
        even_weight: how it counts where sections count the same: 1, or beside questions as their average,
            so that scaling every weight changes nothing.
    """

    key: str
    weight: float
    items: tuple[Item, ...] = ()
    children: "tuple[Node, ...]" = ()
    criticals: tuple[Item, ...] = ()
    section: Section | None = None
    even_weight: float = 1.0

    @cached_property
    def is_scored(self) -> bool:
        """True when it holds a scored question, at any depth."""
        return bool(self.items) or any(child.is_scored for child in self.children)

    def walk(self) -> "Iterator[Node]":
        """This node, then every node inside it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Structure:
    """All that scoring asks of one questionnaire.

    Attributes:
        root: the questionnaire as a node; its children are the top sections.
    """

    questionnaire: Questionnaire
    root: Node

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every section, at any depth, in reading order, without the root."""
        return tuple(self.root.walk())[1:]

    @cached_property
    def items(self) -> dict[str, Item]:
        """Question key -> scored question."""
        return {item.key: item for node in self.nodes for item in node.items}

    @cached_property
    def known(self) -> dict[str, Item]:
        """Question key -> question with points that can move a figure: scored or critical."""
        return self.items | {item.key: item for node in self.nodes for item in node.criticals}

    @cached_property
    def section_of(self) -> dict[str, str]:
        """Question key -> key of its section, for scored questions."""
        return {item.key: node.key for node in self.nodes for item in node.items}

    @cached_property
    def scoring_texts(self) -> dict[str, ScoringText]:
        """Question key -> what must be equal for two results to mean the same, for scored questions."""
        return {key: scoring_text(self.questionnaire, item.question) for key, item in self.items.items()}

    @cached_property
    def has_conditional_caps(self) -> bool:
        """True when some section is capped on a condition about answers."""
        return any(node.section is not None and node.section.caps for node in self.nodes)


class _Same:
    """A questionnaire told by identity: a frozen value that holds tables has no hash of its own."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    def __hash__(self) -> int:
        return id(self.questionnaire)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.questionnaire is self.questionnaire


def structure_of(questionnaire: Questionnaire) -> Structure:
    """The scoring structure of a questionnaire; the same object gets the same structure back."""
    return _structure(_Same(questionnaire))


@lru_cache(maxsize=KEPT_STRUCTURES)
def _structure(same: _Same) -> Structure:
    questionnaire = same.questionnaire
    tops = tuple(_node(questionnaire, section) for section in questionnaire.sections)
    return Structure(questionnaire, Node(key="", weight=1.0, children=tops))


def _node(
    questionnaire: Questionnaire,
    section: Section,
    even_weight: float = 1.0,
    above: frozenset[str] = frozenset(),
) -> Node:
    statements = above | _statements(questionnaire, section)
    weighed = [(q, _weight(q, statements)) for q in section.questions]
    weights = [weight for _, weight in weighed if weight]
    average = sum(weights) / len(weights) if weights else 1.0
    return Node(
        key=section.key,
        weight=section.weight,
        items=tuple(_item(questionnaire, q, weight) for q, weight in weighed if weight is not None),
        children=tuple(_node(questionnaire, child, average, statements) for child in section.sections),
        criticals=tuple(
            _item(questionnaire, q, q.weight or 0.0)
            for q in section.questions
            if q.critical and questionnaire.points_of(q)
        ),
        section=section,
        even_weight=even_weight,
    )


def _statements(questionnaire: Questionnaire, section: Section) -> frozenset[str]:
    """Keys of the questions, here or further inside, whose completeness counts as a rule table reads them."""
    if questionnaire.scoring.method is not Method.RULE_TABLE or section.rule_table is None:
        return frozenset()
    return frozenset(key for keys in section.rule_table.lists.values() for key in keys)


def _weight(question: Question, statements: frozenset[str]) -> float | None:
    """The question's weight; a statement of a rule table without one weighs 1."""
    return 1.0 if question.weight is None and question.key in statements else question.weight


def _item(questionnaire: Questionnaire, question: Question, weight: float) -> Item:
    points = {value: float(worth) for value, worth in questionnaire.points_of(question).items()}
    if not points:  # in a draft: a check stands in the way of asking it
        return Item(question, float(weight), points, "", "", spread_by_grade([0.0, 100.0]))
    # Of levels worth the same, the first is the lowest and the last the highest, in whatever order written.
    ordered = sorted(points) if question.kind is Kind.SCALE else list(points)
    lowest = min(ordered, key=points.__getitem__)
    highest = max(reversed(ordered), key=points.__getitem__)
    return Item(question, float(weight), points, lowest, highest, spread_by_grade(list(points.values())))
