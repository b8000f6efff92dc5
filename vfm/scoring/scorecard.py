"""Scoring one assessment: from a questionnaire and its answers to a scorecard.

The room's rule: pure, unrounded, one implementation for page, workbook, report and command.

Readings: bounds fill the gaps on the route of the answers given; filling one opens no further question. A gap
is a scored or critical question: ticks not yet made are not taken for warning signs. Where a cap under `sum`
could put a figure outside its bounds, the figure is withheld. A status follows completeness alone: under a
rule table a section may be scored while its result is open.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import sqrt
from typing import Literal

from vfm.questionnaires.answers import KINDS, UNANSWERED, Answers, State
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.scoring.bands import band_of
from vfm.scoring.caps import NO_CAPS, Caps, caps_of
from vfm.scoring.confidence import GRADES, confidence_word
from vfm.scoring.methods import METHODS, Row
from vfm.scoring.reading import Reading, read
from vfm.scoring.results import (
    ENGINE,
    CapApplied,
    OverallScore,
    OverallStatus,
    QuestionScore,
    Scorecard,
    SectionScore,
    SectionStatus,
)
from vfm.scoring.rounding import reaches
from vfm.scoring.rules import Outcome, outcome_of
from vfm.scoring.statuses import overall_status, section_status
from vfm.scoring.structure import Item, Node, Structure, structure_of
from vfm.scoring.tree import Mean, fold, shares, variances

__all__ = ["ENGINE", "Scorecard", "score"]

ROOT = ""
FoldName = Literal["mean", "low", "high", "completeness", "confidence", "na"]
"""A figure of `Figures` that is a weighted mean."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Every fold of one assessment: section key -> mean, the root's key empty.

    Attributes:
        mean: of the points; low, high: with the gaps at either end; caps included in all three.
        completeness: of 1 for answered and 0 for a gap; confidence: of the grades, 0 for a gap.
        na: of 1 for not applicable and 0 for the rest on the route.
        variance: of the mean, in squared points.
        share: question key -> share of the overall.
        outcome: section key -> what its rule table comes to.
    """

    mean: dict[str, Mean] = field(default_factory=dict)
    low: dict[str, Mean] = field(default_factory=dict)
    high: dict[str, Mean] = field(default_factory=dict)
    completeness: dict[str, Mean] = field(default_factory=dict)
    confidence: dict[str, Mean] = field(default_factory=dict)
    na: dict[str, Mean] = field(default_factory=dict)
    variance: dict[str, float] = field(default_factory=dict)
    share: dict[str, float] = field(default_factory=dict)
    outcome: dict[str, Outcome] = field(default_factory=dict)


def score(questionnaire: Questionnaire, answers: Answers) -> Scorecard:
    """The scorecard of one assessment.

    Args:
        questionnaire: what was asked and how it is scored.
        answers: question key -> answer. A key that is not there is unanswered; an answer off the route is
            kept by its keeper but changes nothing here; a key the questionnaire does not ask is ignored.

    Returns:
        Sections and questions in reading order, figures unrounded, None where there is none.

    Raises:
        Invalid: a scored answer is off its scale, or not applicable where that is not allowed, or a rule
            table lacks a row; every case of one kind at once.
    """
    structure = structure_of(questionnaire)
    method = METHODS[questionnaire.scoring.method]
    route = on_route(questionnaire, answers)
    reading = read(structure, answers, route)
    caps = caps_of(structure, reading) if method.has_score else NO_CAPS
    figures = _figures(structure, method, reading, caps, route)
    sections = _sections(structure, method, figures, caps)
    return Scorecard(
        engine=ENGINE,
        template=questionnaire.key,
        version=questionnaire.version,
        overall=_overall(structure, method, figures, caps, sections),
        sections=tuple(sections.values()),
        questions=_questions(structure, reading, route, figures.share),
    )


# --- figures ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fold:
    """What one fold over the tree is given.

    Attributes:
        values: question key -> value of a question that enters.
        limits: section key -> the most it may come to.
    """

    values: Mapping[str, float]
    limits: Mapping[str, float] = field(default_factory=dict)


def folds(structure: Structure, reading: Reading, caps: Caps, route: Collection[str]) -> dict[FoldName, Fold]:
    """What gives each figure of `Figures` that is a weighted mean."""
    applies = {
        key: 1.0 if key in reading.points else 0.0
        for key in structure.items
        if key in route and key not in reading.not_applicable
    }
    grades = {key: share * _grade(reading, key) for key, share in applies.items()}
    apart = dict.fromkeys(applies, 0.0) | dict.fromkeys(reading.not_applicable, 1.0)
    return {
        "mean": Fold(reading.points, caps.now),
        "low": Fold(reading.filled("lowest"), caps.low),
        "high": Fold(reading.filled("highest"), caps.high),
        "completeness": Fold(applies),
        "confidence": Fold(grades),
        "na": Fold(apart),
    }


def _figures(
    structure: Structure, method: Row, reading: Reading, caps: Caps, route: Collection[str]
) -> Figures:
    found = Figures()
    root, counts = structure.root, method.section_weight
    for name, given in folds(structure, reading, caps, route).items():
        fold(root, given.values, given.limits, counts, getattr(found, name))
    if method.has_score:
        shares(root, 1.0, reading.points, found.mean, counts, found.share)
        variances(root, _spreads(structure, reading), found.mean, counts, found.variance)
    found.outcome.update(_outcomes(structure, reading, route))
    return found


def _grade(reading: Reading, key: str) -> float:
    return GRADES[reading.given[key].evidence] if key in reading.points else 0.0


def _spreads(structure: Structure, reading: Reading) -> dict[str, float]:
    return {
        key: structure.items[key].spread[reading.given[key].evidence]
        for key in reading.points
        if key in structure.items
    }


def _outcomes(structure: Structure, reading: Reading, route: Collection[str]) -> dict[str, Outcome]:
    return {
        node.key: outcome_of(node.section.rule_table, reading.given, route, node.key)
        for node in structure.nodes
        if node.section is not None and node.section.rule_table is not None
    }


def _value(means: Mapping[str, Mean], key: str) -> float | None:
    return means[key].value


# --- sections -----------------------------------------------------------------------------------------------


def _sections(structure: Structure, method: Row, figures: Figures, caps: Caps) -> dict[str, SectionScore]:
    """Section key -> its result, in reading order."""
    parents = {child.key: node.key for node in structure.root.walk() for child in node.children}
    loose = _loose(structure.root, figures, caps)
    return {
        node.key: _section(structure, method, node, parents[node.key], figures, caps, node.key in loose)
        for node in structure.nodes
    }


def _section(
    structure: Structure,
    method: Row,
    node: Node,
    parent: str,
    figures: Figures,
    caps: Caps,
    is_loose: bool,
) -> SectionScore:
    thresholds = structure.questionnaire.scoring
    mean, outcome = figures.mean[node.key], figures.outcome.get(node.key)
    status = _section_status(node, method, figures, thresholds.section_minimum, is_loose)
    is_shown = status is SectionStatus.SCORED and method.has_score
    applies = status in (SectionStatus.SCORED, SectionStatus.INSUFFICIENT)
    na_share = _value(figures.na, node.key)
    uncapped = mean.uncapped if is_shown else None
    has_outcome = outcome is not None and status is not SectionStatus.NOT_APPLICABLE
    return SectionScore(
        key=node.key,
        weight=method.section_weight(node, figures.low[node.key].weight) if node.is_scored else node.weight,
        score=mean.value if is_shown else None,
        low=_end(method, figures.low, outcome.low if outcome else None, node.key, applies),
        high=_end(method, figures.high, outcome.high if outcome else None, node.key, applies),
        completeness=_value(figures.completeness, node.key),
        status=status,
        caps=tuple(CapApplied(h.rule, h.limit, uncapped, h.reason) for h in caps.holds.get(node.key, ())),
        result=outcome.result if outcome is not None and has_outcome else None,
        parent=parent,
        mean=mean.value if method.has_score else None,
        uncapped=mean.uncapped if method.has_score else None,
        confidence=_value(figures.confidence, node.key),
        spread=_spread(figures, node.key),
        na_share=na_share,
        is_flagged=na_share is not None and not reaches(thresholds.na_flag, na_share),
        meets_minimum=outcome.meets_minimum if outcome is not None and has_outcome else None,
    )


def _end(
    method: Row, means: Mapping[str, Mean], status: str | None, key: str, applies: bool
) -> float | str | None:
    """One end of the bounds: points, or a rule table's status."""
    if not applies:
        return None
    return _value(means, key) if method.has_score else status


def _spread(figures: Figures, key: str) -> float | None:
    variance = figures.variance.get(key)
    return None if variance is None else sqrt(variance)


def _section_status(
    node: Node, method: Row, figures: Figures, minimum: float, is_loose: bool
) -> SectionStatus:
    completeness = _value(figures.completeness, node.key)
    return section_status(
        is_scored=node.is_scored,
        applies=completeness is not None,
        is_complete=completeness is not None and reaches(completeness, minimum),
        is_whole=not method.has_score or (_is_inside(figures, node.key) and not is_loose),
    )


def _loose(root: Node, figures: Figures, caps: Caps) -> set[str]:
    """Keys of sections (the root's is empty) whose mean may lie outside their own bounds.

    A section under a cap without any scored answer is in its parent's bounds but not in its mean, so the
    parent's figure, and every one above it, is withheld.
    """
    found: set[str] = set()
    for node in reversed(tuple(root.walk())):
        if any(child.key in found or _is_capped_blank(child, figures, caps) for child in node.children):
            found.add(node.key)
    return found


def _is_capped_blank(node: Node, figures: Figures, caps: Caps) -> bool:
    applies = _value(figures.low, node.key) is not None
    return applies and node.key in caps.now and _value(figures.mean, node.key) is None


# --- overall ------------------------------------------------------------------------------------------------


def _overall(
    structure: Structure, method: Row, figures: Figures, caps: Caps, sections: Mapping[str, SectionScore]
) -> OverallScore:
    questionnaire = structure.questionnaire
    completeness = _value(figures.completeness, ROOT)
    status = _overall_status(structure, method, figures, caps, sections)
    if status in (OverallStatus.OFF, OverallStatus.NOT_APPLICABLE):
        return OverallScore(None, None, None, completeness, status)
    mean = _value(figures.mean, ROOT) if method.has_score else None
    published = mean if status is OverallStatus.PUBLISHED else None
    band = band_of(questionnaire.bands, published)
    confidence = _value(figures.confidence, ROOT) or 0.0
    return OverallScore(
        score=published,
        low=_value(figures.low, ROOT) if method.has_score else None,
        high=_value(figures.high, ROOT) if method.has_score else None,
        completeness=completeness,
        status=status,
        band=band.name if band else None,
        confidence=confidence_word(confidence),
        spread=_spread(figures, ROOT),
        mean=mean,
        confidence_share=confidence,
    )


def _overall_status(
    structure: Structure, method: Row, figures: Figures, caps: Caps, sections: Mapping[str, SectionScore]
) -> OverallStatus:
    scoring, all_sections = structure.questionnaire.scoring, structure.questionnaire.all_sections
    completeness = _value(figures.completeness, ROOT)
    withheld = [key for key, section in sections.items() if section.status is SectionStatus.INSUFFICIENT]
    is_loose = ROOT in _loose(structure.root, figures, caps)
    return overall_status(
        has_overall=scoring.has_overall,
        applies=completeness is not None,
        is_complete=completeness is not None and reaches(completeness, scoring.overall_minimum),
        is_critical_withheld=any(all_sections[key].critical for key in withheld),
        is_whole=not method.has_score or (_is_inside(figures, ROOT) and not is_loose),
    )


def _is_inside(figures: Figures, key: str) -> bool:
    """True when there is a mean and it lies within its bounds: a figure shown always does.

    It can lie outside only where points are summed, as a gap then changes how much a capped part counts.
    """
    mean, low, high = (_value(means, key) for means in (figures.mean, figures.low, figures.high))
    if mean is None or low is None or high is None:
        return False
    return reaches(mean, low) and reaches(high, mean)


# --- questions ----------------------------------------------------------------------------------------------


def _questions(
    structure: Structure, reading: Reading, route: Collection[str], share: Mapping[str, float]
) -> tuple[QuestionScore, ...]:
    return tuple(
        _question(question, structure.items.get(key), reading, share.get(key))
        if key in route
        else QuestionScore(key, State.OFF_ROUTE, weight=question.weight)
        for key, question in structure.questionnaire.questions.items()
    )


def _question(question: Question, item: Item | None, reading: Reading, share: float | None) -> QuestionScore:
    answer = reading.given.get(question.key, UNANSWERED)
    points = reading.points.get(question.key) if item is not None else None
    return QuestionScore(
        key=question.key,
        state=answer.state,
        value=None if answer.value is None else KINDS[question.kind].to_json(answer.value),
        points=points,
        weight=item.weight if item is not None else None,
        share=share,
        contribution=None if share is None or points is None else share * points,
        evidence=answer.evidence if points is not None else None,
    )
