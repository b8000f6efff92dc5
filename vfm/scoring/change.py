"""Change since another cycle: what comes from the service, from the weights, and from the questionnaire.

Pure. The three parts add up to the reported change; what is compared like for like was answered both times
to a question that still means the same. Where nothing is compared, all of the reported change is scope.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Any

from vfm.questionnaires.answers import Answers, State
from vfm.questionnaires.schema import Method, Questionnaire
from vfm.scoring.methods import METHODS
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import largest_remainder, reaches, shown
from vfm.scoring.scorecard import score
from vfm.scoring.structure import Structure, structure_of
from vfm.scoring.tree import Mean, SectionWeight, fold, shares, variances

COMMON_MINIMUM = 0.70
MATERIAL_POINTS = 5.0
TWO_SIDED_95 = 1.96


class ScopeReason(StrEnum):
    """Why a question that counts on one side is not compared."""

    NEW = "new"
    REMOVED = "removed"
    REWORDED = "reworded"
    NOT_APPLICABLE_BEFORE = "not_applicable_before"
    NOT_APPLICABLE_NOW = "not_applicable_now"
    MISSING_BEFORE = "missing_before"
    MISSING_NOW = "missing_now"
    NOT_ASKED_BEFORE = "not_asked_before"
    NOT_ASKED_NOW = "not_asked_now"


REASONS: Mapping[State, tuple[ScopeReason, ScopeReason]] = {
    State.NOT_APPLICABLE: (ScopeReason.NOT_APPLICABLE_BEFORE, ScopeReason.NOT_APPLICABLE_NOW),
    State.OFF_ROUTE: (ScopeReason.NOT_ASKED_BEFORE, ScopeReason.NOT_ASKED_NOW),
    State.UNANSWERED: (ScopeReason.MISSING_BEFORE, ScopeReason.MISSING_NOW),
    State.DONT_KNOW: (ScopeReason.MISSING_BEFORE, ScopeReason.MISSING_NOW),
}


class Hindrance(StrEnum):
    """Why there is no like-for-like figure."""

    NO_POINTS = "no_points"
    NOTHING_IN_COMMON = "nothing_in_common"
    TOO_LITTLE_IN_COMMON = "too_little_in_common"


@dataclass(frozen=True, slots=True)
class ScopeItem:
    """One question that is part of the scope effect."""

    key: str
    reason: ScopeReason


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """One question compared like for like.

    Attributes:
        before: points then; after: points now.
        effect: its part of the like-for-like change, in points of the overall; all of them add up to it.
    """

    key: str
    before: float
    after: float
    effect: float


@dataclass(frozen=True, slots=True)
class Parts:
    """A change in points and what it comes from; None where it is not defined.

    Attributes:
        reported: score now less score then; None where either is withheld.
        answers: same questions, same weights, new answers.
        weights: same questions, same answers, new weights.
        scope: the rest: what is new, gone, reworded, missing, not applicable, capped.
    """

    reported: float | None
    answers: float | None
    weights: float | None
    scope: float | None

    def as_json(self) -> dict[str, Any]:
        """The four figures, unrounded."""
        return {name: getattr(self, name) for name in ("reported", "answers", "weights", "scope")}

    @property
    def printed(self) -> dict[str, int | None]:
        """The four as whole numbers, None where there is none: as printed, the parts add up to the change."""
        figures = self.as_json()
        single = {name: None if figure is None else shown(figure) for name, figure in figures.items()}
        total = single.pop("reported")
        parts = {name: figures[name] for name in single}
        if total is None or None in parts.values():
            return {"reported": total, **single}
        return {"reported": total, **largest_remainder(parts, total)}


@dataclass(frozen=True)
class Change:
    """What changed between two cycles.

    Attributes:
        overall: the change of the overall.
        common_weight: share of the answered weight that is compared, then and now; None where nothing counts.
        spread: how far weak evidence could move the like-for-like change, in points (one standard deviation).
        sections: section key -> its own change, in its own points; sections of both sides that are scored.
        questions: what is compared, in today's reading order.
        scope_items: what is not, and why.
        caps: section keys under a cap then, and now.
        section_common_weight: section key -> the same share within that section, for scored ones.
        methods: how answers became scores then, and now. Where one gives no points nothing is compared;
            between any others the change of method is part of the weights.
    """

    overall: Parts
    common_weight: tuple[float | None, float | None]
    spread: float | None
    sections: Mapping[str, Parts]
    questions: tuple[QuestionChange, ...]
    scope_items: tuple[ScopeItem, ...]
    caps: tuple[tuple[str, ...], tuple[str, ...]]
    section_common_weight: Mapping[str, tuple[float | None, float | None]]
    methods: tuple[Method, Method]

    @property
    def is_comparable(self) -> bool:
        """True when at least 70 % of the answered weight is the same on both sides."""
        return _is_enough(self.common_weight)

    @property
    def hindrance(self) -> Hindrance | None:
        """Why there is no like-for-like figure; None where there is one."""
        if self.is_comparable:
            return None
        if not all(METHODS[method].has_score for method in self.methods):
            return Hindrance.NO_POINTS
        return Hindrance.TOO_LITTLE_IN_COMMON if self.questions else Hindrance.NOTHING_IN_COMMON

    def like_for_like_of(self, section: str = "") -> float | None:
        """The change in the service in one section, in its own points; of the overall for an empty key.

        None where less than 70 % of what is answered there is the same on either side.
        """
        if not section:
            return self.like_for_like
        parts, common = self.sections.get(section), self.section_common_weight.get(section, (None, None))
        return parts.answers if parts is not None and _is_enough(common) else None

    @property
    def like_for_like(self) -> float | None:
        """The change in the service; None where too little is comparable."""
        return self.overall.answers if self.is_comparable else None

    @property
    def threshold(self) -> float | None:
        """The size from which the like-for-like change is material, in points."""
        return None if self.spread is None else max(MATERIAL_POINTS, TWO_SIDED_95 * self.spread)

    @property
    def is_material(self) -> bool | None:
        """True when the like-for-like change is too large for weak evidence to explain; None without one."""
        if self.like_for_like is None or self.threshold is None:
            return None
        return reaches(abs(self.like_for_like), self.threshold)

    def as_json(self) -> dict[str, Any]:
        """The laid-down output: numbers unrounded, None where there is none."""
        return {
            **self.overall.as_json(),
            "like_for_like": self.like_for_like,
            "common_weight": list(self.common_weight),
            "material": self.is_material,
            "sections": [{"key": key, **parts.as_json()} for key, parts in self.sections.items()],
        }


@dataclass(frozen=True, slots=True)
class Side:
    """One cycle: its weights and tables, its result, and the points of what was answered."""

    structure: Structure
    card: Scorecard
    points: Mapping[str, float]
    section_weight: SectionWeight


def change(
    before: Questionnaire,
    answers_before: Answers,
    after: Questionnaire,
    answers_after: Answers,
    same_meaning: Collection[str] | Mapping[str, str] = (),
) -> Change:
    """The change from one cycle to another, split into answers, weights and scope.

    Args:
        before: the template version of the earlier cycle, usually the baseline's.
        answers_before: its agreed answers.
        after: the template version of the later cycle.
        answers_after: its answers.
        same_meaning: keys of reworded questions that the core team decided still mean the same, or
            key -> the reason; a blank reason does not count.

    Raises:
        Invalid: either side cannot be scored.
    """
    then, now = _side(before, answers_before), _side(after, answers_after)
    agreed = _agreed(same_meaning)
    common = [key for key in now.structure.items if _is_common(key, then, now, agreed)]
    old, new = ({key: side.points[key] for key in common} for side in (then, now))
    start, moved, end = _means(then, old), _means(then, new), _means(now, new)
    reported = {section: _reported(then, now, section) for section in ("", *_section_keys(then, now))}
    parts = {section: _parts(figure, section, start, moved, end) for section, figure in reported.items()}
    overall = parts.pop("")
    return Change(
        overall=overall,
        common_weight=(_common_weight(then, common), _common_weight(now, common)),
        spread=_spread(then, now, common, start, end),
        sections=parts,
        questions=tuple(_question_changes(then, old, new, moved)),
        scope_items=tuple(_scope_items(then, now, frozenset(common))),
        caps=(_capped(then.card), _capped(now.card)),
        section_common_weight=_section_common_weights(then, now, common, parts),
        methods=(before.scoring.method, after.scoring.method),
    )


def _is_enough(common: tuple[float | None, float | None]) -> bool:
    return all(share is not None and reaches(share, COMMON_MINIMUM) for share in common)


def _side(questionnaire: Questionnaire, answers: Answers) -> Side:
    card = score(questionnaire, answers)
    method = METHODS[questionnaire.scoring.method]
    points = {q.key: q.points for q in card.questions if q.points is not None} if method.has_score else {}
    return Side(structure_of(questionnaire), card, points, method.section_weight)


def _agreed(same_meaning: Collection[str] | Mapping[str, str]) -> frozenset[str]:
    if isinstance(same_meaning, Mapping):
        return frozenset(key for key, reason in same_meaning.items() if reason.strip())
    return frozenset(same_meaning)


def _is_common(key: str, then: Side, now: Side, agreed: Collection[str]) -> bool:
    if key not in then.points or key not in now.points:
        return False
    return key in agreed or then.structure.scoring_texts[key] == now.structure.scoring_texts[key]


def _means(side: Side, points: Mapping[str, float]) -> dict[str, Mean]:
    """Section key -> mean over these points alone, without caps and without the 60 % rule."""
    means: dict[str, Mean] = {}
    fold(side.structure.root, points, {}, side.section_weight, means)
    return means


def _section_keys(then: Side, now: Side) -> Iterator[str]:
    """Scored sections of today in reading order, then those that are gone."""
    scored = [{node.key for node in side.structure.nodes if node.is_scored} for side in (now, then)]
    yield from (node.key for node in now.structure.nodes if node.key in scored[0] | scored[1])
    today = {node.key for node in now.structure.nodes}
    yield from (node.key for node in then.structure.nodes if node.key in scored[1] - today)


def _reported(then: Side, now: Side, section: str) -> float | None:
    scores = [_score(side.card, section) for side in (then, now)]
    if scores[0] is None or scores[1] is None:
        return None
    return scores[1] - scores[0]


def _score(card: Scorecard, section: str) -> float | None:
    if not section:
        return card.overall.score
    return card.section[section].score if section in card.section else None


def _parts(
    reported: float | None,
    section: str,
    start: Mapping[str, Mean],
    moved: Mapping[str, Mean],
    end: Mapping[str, Mean],
) -> Parts:
    values = [means[section].value if section in means else None for means in (start, moved, end)]
    if values[0] is None or values[1] is None or values[2] is None:
        return Parts(reported, None, None, reported)
    answers, weights = values[1] - values[0], values[2] - values[1]
    return Parts(reported, answers, weights, None if reported is None else reported - answers - weights)


def _common_weight(side: Side, common: Collection[str]) -> float | None:
    share = {q.key: q.share for q in side.card.questions if q.share is not None}
    return sum(share.get(key, 0.0) for key in common) if share else None


def _section_common_weights(
    then: Side, now: Side, common: Collection[str], sections: Iterable[str]
) -> dict[str, tuple[float | None, float | None]]:
    before, after = (dict(_within(side, frozenset(common))) for side in (then, now))
    return {key: (before.get(key), after.get(key)) for key in sections}


def _within(side: Side, common: Collection[str]) -> Iterator[tuple[str, float | None]]:
    """Each section's key and the share of its answered weight that is compared; None where nothing counts."""
    share = {q.key: q.share for q in side.card.questions if q.share}
    for node in side.structure.nodes:
        held = [item.key for inner in node.walk() for item in inner.items if item.key in share]
        whole = sum(share[key] for key in held)
        yield node.key, sum(share[key] for key in held if key in common) / whole if whole else None


def _spread(
    then: Side, now: Side, common: Collection[str], start: dict[str, Mean], end: dict[str, Mean]
) -> float | None:
    """Both overall spreads over what is compared, taken together."""
    found = [_variance(side, common, means) for side, means in ((then, start), (now, end))]
    return None if found[0] is None or found[1] is None else sqrt(found[0] + found[1])


def _variance(side: Side, common: Collection[str], means: Mapping[str, Mean]) -> float | None:
    grades = {key: side.card.question[key].evidence for key in common}
    spreads = {
        key: side.structure.items[key].spread[grade] for key, grade in grades.items() if grade is not None
    }
    into: dict[str, float] = {}
    variances(side.structure.root, spreads, means, side.section_weight, into)
    return into.get("")


def _question_changes(
    then: Side, old: Mapping[str, float], new: Mapping[str, float], means: Mapping[str, Mean]
) -> Iterator[QuestionChange]:
    share: dict[str, float] = {}
    shares(then.structure.root, 1.0, new, means, then.section_weight, share)
    for key, after in new.items():
        yield QuestionChange(key, old[key], after, share.get(key, 0.0) * (after - old[key]))


def _scope_items(then: Side, now: Side, common: Collection[str]) -> Iterator[ScopeItem]:
    """Every question that counts on one side at least and is not compared."""
    for key in dict.fromkeys((*now.points, *then.points)):
        if key not in common:
            yield ScopeItem(key, _scope_reason(key, then, now))


def _scope_reason(key: str, then: Side, now: Side) -> ScopeReason:
    if key not in then.structure.items:
        return ScopeReason.NEW
    if key not in now.structure.items:
        return ScopeReason.REMOVED
    if key not in then.points:
        return REASONS[then.card.question[key].state][0]
    if key not in now.points:
        return REASONS[now.card.question[key].state][1]
    return ScopeReason.REWORDED


def _capped(card: Scorecard) -> tuple[str, ...]:
    return tuple(section.key for section in card.sections if section.caps)
