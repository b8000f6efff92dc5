"""Why a score is what it is: the tree of contributions, its caps, and what would raise it most.

Pure. What is printed adds up as printed: every level of the tree to the figure above it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from vfm.questionnaires.answers import Answers, Evidence
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import Kind, Question, Questionnaire
from vfm.scoring.bands import NextBand, next_band
from vfm.scoring.methods import METHODS
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import largest_remainder, shown
from vfm.scoring.scorecard import score
from vfm.scoring.structure import Item, Node, structure_of
from vfm.scoring.tree import Mean, SectionWeight, fold

LIFTS_SHOWN = 3
SMALLEST_GAIN = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """One question or section in the tree of contributions.

    Attributes:
        title: a section's title, a question's words.
        weight: as it counts in what holds it.
        share: its share of the figure explained, in [0, 1].
        value: a question's points, a section's mean after its caps; on 0 to 100.
        contribution: points of the figure explained, before caps.
        printed: the whole number to print for it; those of one holder add up to the holder's.
        printed_share: the same for the share, in percent.
        level: words of the answer chosen; level_above: of the next better one, "" at the top.
        evidence: grade of the answer, None for a section.
    """

    kind: Literal["question", "section"]
    key: str
    title: str
    weight: float
    share: float
    value: float
    contribution: float
    printed: int = 0
    printed_share: int = 0
    level: str = ""
    level_above: str = ""
    evidence: Evidence | None = None
    parts: "tuple[Part, ...]" = ()


@dataclass(frozen=True, slots=True)
class CapLine:
    """What one section's cap takes from the figure explained.

    Attributes:
        effect: points, negative, or 0 where the cap does not bind.
        printed: the whole number to print; with the other caps it leads from the one total to the other.
    """

    section: str
    rule: str
    limit: float
    reason: str
    effect: float
    printed: int = 0


@dataclass(frozen=True, slots=True)
class Explanation:
    """One figure, taken apart.

    Attributes:
        section: key of the section explained, "" for the overall.
        before_caps: sum of the contributions; total: after caps.
        printed_before_caps: sum of what is printed for `parts`; printed: that and every cap's line.
        next_band: the band above and the points to it, None at the top or where there are no bands.
    """

    section: str
    before_caps: float
    total: float
    printed_before_caps: int
    printed: int
    parts: tuple[Part, ...]
    caps: tuple[CapLine, ...]
    next_band: NextBand | None


@dataclass(frozen=True, slots=True)
class Lift:
    """What one level more on one question would bring.

    Attributes:
        level: words of the answer now; level_above: of the next better one.
        gain: points of the figure, caps and routing worked through.
    """

    key: str
    title: str
    level: str
    level_above: str
    gain: float


def explain(questionnaire: Questionnaire, card: Scorecard, section: str = "") -> Explanation | None:
    """The overall, or one section's figure, as a tree of contributions and the lines of its caps.

    Args:
        questionnaire: what the card was scored with.
        card: the result.
        section: key of the section to explain, "" for the overall.

    Returns:
        The explanation also of a figure that display withholds: ask the card's status whether to show it.
        None where nothing was scored.
    """
    method = METHODS[questionnaire.scoring.method]
    nodes = {node.key: node for node in structure_of(questionnaire).root.walk()}
    means: dict[str, Mean] = {}
    points = {q.key: q.points for q in card.questions if q.points is not None}
    limits = {s.key: s.caps[0].limit for s in card.sections if s.caps}
    fold(nodes[""], points, limits, method.section_weight, means)
    total = means[section].value
    if total is None or not method.has_score:
        return None
    tree = Tree(questionnaire, card, means, method.section_weight)
    parts = tree.parts(nodes[section], 1.0)
    caps = tuple(tree.caps(nodes[section], 1.0))
    # Without a cap that binds both totals are one figure, to the last digit.
    before = sum(part.contribution for part in parts) if any(cap.effect for cap in caps) else total
    return Explanation(
        section=section,
        before_caps=before,
        total=total,
        printed_before_caps=shown(before),
        printed=shown(total),
        parts=_printed(parts, shown(before), 100),
        caps=_printed_caps(caps, shown(total) - shown(before)),
        next_band=next_band(questionnaire.bands, total),
    )


@dataclass(frozen=True, slots=True)
class Tree:
    """The walk over one result that collects contributions and caps, without printing them yet."""

    questionnaire: Questionnaire
    card: Scorecard
    means: Mapping[str, Mean]
    section_weight: SectionWeight

    def parts(self, node: Node, of: float) -> tuple[Part, ...]:
        """What has a share in this node's mean, in reading order."""
        total = self.means[node.key].weight
        questions = [
            self._question(item, of * item.weight / total) for item in node.items if self._counts(item)
        ]
        sections = [
            self._section(child, weight, of * weight / total) for child, weight in self._children(node)
        ]
        return (*questions, *sections)

    def caps(self, node: Node, of: float) -> Iterator[CapLine]:
        """The winning cap of every section inside, then the node's own."""
        total = self.means[node.key].weight
        for child, weight in self._children(node):
            yield from self.caps(child, of * weight / total)
        mean = self.means[node.key]
        if node.key and mean.value is not None and mean.uncapped is not None:
            for cap in self.card.section[node.key].caps[:1]:
                effect = of * (mean.value - mean.uncapped)
                yield CapLine(node.key, cap.rule, cap.limit, cap.reason, effect)

    def _counts(self, item: Item) -> bool:
        return self.card.question[item.key].points is not None

    def _children(self, node: Node) -> list[tuple[Node, float]]:
        """Child sections with a mean, each with the weight it counts with here."""
        found = ((child, self.means[child.key]) for child in node.children)
        return [
            (child, self.section_weight(child, mean.weight))
            for child, mean in found
            if mean.value is not None
        ]

    def _question(self, item: Item, share: float) -> Part:
        scored = self.card.question[item.key]
        points = scored.points or 0.0
        above = value_above(item, scored.value)
        return Part(
            kind="question",
            key=item.key,
            title=item.question.text,
            weight=item.weight,
            share=share,
            value=points,
            contribution=share * points,
            level=words_of(self.questionnaire, item.question, scored.value),
            level_above="" if above is None else words_of(self.questionnaire, item.question, above),
            evidence=scored.evidence,
        )

    def _section(self, node: Node, weight: float, share: float) -> Part:
        parts = self.parts(node, share)
        return Part(
            kind="section",
            key=node.key,
            title=node.section.title if node.section is not None else "",
            weight=weight,
            share=share,
            value=self.means[node.key].value or 0.0,
            contribution=sum(part.contribution for part in parts),
            parts=parts,
        )


def _printed(parts: Sequence[Part], total: int, percent: int) -> tuple[Part, ...]:
    """The parts with whole numbers that add up to the total, all the way down."""
    # A section and a question may share a key, so the kind goes behind it.
    names = [f"{part.key} {part.kind}" for part in parts]
    numbers = largest_remainder({n: p.contribution for n, p in zip(names, parts, strict=True)}, total)
    shares = largest_remainder({n: 100 * p.share for n, p in zip(names, parts, strict=True)}, percent)
    return tuple(
        replace(
            part,
            printed=numbers[name],
            printed_share=shares[name],
            parts=_printed(part.parts, numbers[name], shares[name]),
        )
        for name, part in zip(names, parts, strict=True)
    )


def _printed_caps(caps: Sequence[CapLine], total: int) -> tuple[CapLine, ...]:
    numbers = largest_remainder({cap.section: cap.effect for cap in caps}, total)
    return tuple(replace(cap, printed=numbers[cap.section]) for cap in caps)


def words_of(questionnaire: Questionnaire, question: Question, value: int | str) -> str:
    """The words of an answer to a scored question: a level descriptor, yes or no, an option's label."""
    if question.kind is Kind.SCALE:
        return questionnaire.level_words(question)[int(value)]
    return choices(question)[str(value)]


def value_above(item: Item, value: int | str) -> int | str | None:
    """The answer worth the next more points than this one; None at the top. Of equal ones, the first."""
    better = [other for other, worth in item.points.items() if worth > item.points[value]]
    return min(better, key=item.points.__getitem__, default=None)


def lifts(
    questionnaire: Questionnaire,
    answers: Answers,
    card: Scorecard,
    section: str = "",
    count: int | None = LIFTS_SHOWN,
) -> tuple[Lift, ...]:
    """The questions that would raise the overall, or one section's figure, most if one level better.

    Each is found by scoring again with that one answer changed, so that caps and routing count.

    Args:
        questionnaire: what was answered.
        answers: as scored.
        card: their result.
        section: key of the section whose figure is to rise, "" for the overall.
        count: how many at most; None for every one.

    Returns:
        By gain, largest first, ties by key; nothing that would not raise the figure.
    """
    now = _mean(card, section)
    if now is None:
        return ()
    found = []
    for key, item in structure_of(questionnaire).items.items():
        value = card.question[key].value
        above = None if card.question[key].points is None else value_above(item, value)
        if above is None:
            continue
        then = _mean(score(questionnaire, {**answers, key: replace(answers[key], value=above)}), section)
        gain = 0.0 if then is None else then - now
        if gain > SMALLEST_GAIN:
            level, better = (words_of(questionnaire, item.question, v) for v in (value, above))
            found.append(Lift(key, item.question.text, level, better, gain))
    return tuple(sorted(found, key=lambda lift: (-round(lift.gain, 9), lift.key))[:count])


def _mean(card: Scorecard, section: str) -> float | None:
    return card.section[section].mean if section else card.overall.mean
