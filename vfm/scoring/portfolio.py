"""Whole portfolios: any number of assessments of one questionnaire scored at once, as arrays.

Pure. The digits are those of `scorecard.score` to the last bit, and any one assessment can be had as the
scorecard it would be alone. An assessment that cannot be scored is named with its question and the reason; it
has no figures, and the others are scored.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.questionnaires.answers import EVIDENCE, State
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.bands import climbing
from vfm.scoring.column_tree import Figure, Floats, folded
from vfm.scoring.columns import Columns
from vfm.scoring.confidence import CONFIDENT_FROM
from vfm.scoring.masks import Live, Outcomes, Rules, Truths, followed, outcomes, tried
from vfm.scoring.methods import METHODS, Row
from vfm.scoring.reading import worth
from vfm.scoring.results import OverallStatus, SectionStatus
from vfm.scoring.rules import Outcome
from vfm.scoring.statuses import overall_status, section_status
from vfm.scoring.structure import Item, Node, Structure, structure_of
from vfm.scoring.thresholds import reach

Codes = NDArray[np.int8]
ROOT = ""
NONE = -1
"""The code of a word where there is none."""
SECTION_STATUSES = tuple(SectionStatus)
OVERALL_STATUSES = tuple(OverallStatus)
CONFIDENCES = tuple(CONFIDENT_FROM)
STATES = tuple(State)
Word = TypeVar("Word")


def word_of(words: Sequence[Word], code: int) -> Word | None:
    """The word a code stands for; None for the code of none."""
    return None if code == NONE else words[code]


@dataclass(frozen=True, eq=False)
class SectionScores:
    """One section of every assessment; figures as in `results.SectionScore`, NaN where there is none.

    Attributes:
        weight: how it counts in what holds it: one figure, or one an assessment where points are summed.
        score: NaN where withheld, not applicable, unscored or under a rule table.
        low, high: of the points; NaN under a rule table.
        status: index of `SECTION_STATUSES`, -1 where the assessment could not be scored.
        worst, best: under a rule table the statuses still possible, as indexes of the table's; else -1.
        meets_minimum: of a rule table's status: 1 yes, 0 no, -1 open or without a table.
    """

    key: str
    parent: str
    weight: float | Floats
    score: Floats
    mean: Floats
    uncapped: Floats
    low: Floats
    high: Floats
    completeness: Floats
    confidence: Floats
    spread: Floats
    na_share: Floats
    status: Codes
    is_flagged: Truths
    worst: Codes
    best: Codes
    meets_minimum: Codes


@dataclass(frozen=True, eq=False)
class OverallScores:
    """The overall of every assessment; figures as in `results.OverallScore`, NaN where there is none.

    Attributes:
        status: index of `OVERALL_STATUSES`, -1 where the assessment could not be scored.
        band: index of the questionnaire's bands, -1 where it falls in none.
        confidence: index of `CONFIDENCES`, -1 where there is none.
    """

    score: Floats
    mean: Floats
    low: Floats
    high: Floats
    completeness: Floats
    confidence_share: Floats
    spread: Floats
    status: Codes
    band: Codes
    confidence: Codes


@dataclass(frozen=True, eq=False)
class QuestionScores:
    """One question of every assessment; figures as in `results.QuestionScore`, NaN where there is none.

    Attributes:
        state: index of `STATES`, -1 where the assessment could not be scored.
        evidence: index of `EVIDENCE`, the grade of a scored answer; else -1.
    """

    key: str
    state: Codes
    evidence: Codes
    points: Floats
    share: Floats
    contribution: Floats


@dataclass(frozen=True, eq=False)
class Portfolio:
    """The results of many assessments of one questionnaire, in the order of `columns.names`.

    Attributes:
        sections: every section at any depth, in reading order.
        problems: index of an assessment that could not be scored -> why; the place of each is a question's
            key, or a section's whose rule table has no answer.
        seen: question key -> its answers on the route.
        tried: section key -> what may hold it down.
        figures: section key (the root's is empty) -> a row for each `column_tree.Figure`.
    """

    columns: Columns
    overall: OverallScores
    sections: tuple[SectionScores, ...]
    problems: Mapping[int, tuple[Problem, ...]]
    seen: Mapping[str, Live]
    tried: Rules
    figures: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def questionnaire(self) -> Questionnaire:
        """What was asked."""
        return self.columns.questionnaire

    @property
    def names(self) -> tuple[Hashable, ...]:
        """What tells the assessments apart."""
        return self.columns.names

    @cached_property
    def section(self) -> dict[str, SectionScores]:
        """Section key -> its results."""
        return {section.key: section for section in self.sections}

    @property
    def method(self) -> Row:
        """How its answers become scores."""
        return METHODS[self.questionnaire.scoring.method]

    @cached_property
    def structure(self) -> Structure:
        """What the questionnaire says about scoring."""
        return structure_of(self.questionnaire)

    @cached_property
    def is_scored(self) -> Truths:
        """Which assessments could be scored."""
        scored = np.ones(len(self), bool)
        scored[[*self.problems]] = False
        return scored

    def assert_scored(self, index: int) -> None:
        """Make sure that an assessment could be scored.

        Raises:
            Invalid: it could not; every problem with it.
        """
        if index in self.problems:
            raise Invalid(self.problems[index])

    def question(self, key: str, rows: slice = slice(None)) -> QuestionScores:
        """One question's part in every result, worked out when asked for.

        Args:
            key: the question's.
            rows: which assessments; all of them when not given.

        Raises:
            KeyError: the questionnaire has no such question.
        """
        live, is_scored = self.seen[key], self.is_scored[rows]
        item = self.structure.items.get(key)
        parts = [(STATES.index(a.state), *_part(item, live, code)) for code, a in enumerate(live.answers)]
        table = np.array([*parts, (STATES.index(State.OFF_ROUTE), NONE, np.nan)])
        state, evidence, points = table.take(live.codes[rows], axis=0).T
        points[~is_scored] = np.nan
        share = np.where(np.isnan(points), np.nan, self._share(key, rows))
        state, evidence = (np.where(is_scored, codes, NONE).astype(np.int8) for codes in (state, evidence))
        return QuestionScores(key, state, evidence, points, share, share * points)

    def _share(self, key: str, rows: slice) -> Floats:
        """A question's share of the overall where it is answered: `tree.shares` along its own branch."""
        found = np.full(self.is_scored[rows].shape, np.nan)
        item = self.structure.items.get(key)
        if item is None or not self.method.has_score:
            return found
        found[:] = 1.0
        whole = self.figures[ROOT][Figure.ENTERED, rows]
        for node in self.path(self.structure.section_of[key]):
            entered = self.figures[node.key][Figure.ENTERED, rows]
            found = _divided(found * self.method.section_weight(node, entered), whole, entered > 0)
            whole = entered
        return _divided(found * item.weight, whole)

    def path(self, key: str) -> tuple[Node, ...]:
        """The sections from the top one that holds a section down to it."""
        nodes = {node.key: node for node in self.structure.nodes}
        way = []
        while key:
            way.append(nodes[key])
            key = self.section[key].parent
        return tuple(reversed(way))


def _part(item: Item | None, live: Live, code: int) -> tuple[int, float]:
    """(grade, points) of a scored answer."""
    answer = live.answers[code]
    if item is None or code in live.faults or answer.state is not State.ANSWERED:
        return NONE, np.nan
    return EVIDENCE.index(answer.evidence), worth(item, answer)


def _divided(parts: Floats, whole: Floats, where: Truths | bool = True) -> Floats:
    """Parts of a whole; NaN where there is no whole."""
    found: Floats = np.divide(parts, whole, out=np.full_like(parts, np.nan), where=(whole > 0) & where)
    return found


# --- scoring ------------------------------------------------------------------------------------------------


def score_all(columns: Columns) -> Portfolio:
    """Score every assessment at once.

    Args:
        columns: the answers, as `columns.encoded` makes them or as `columns.offered` codes them.

    Returns:
        The results; an assessment that `scorecard.score` would refuse, or some of which could not be read, is
        named in `problems` and has no figures.
    """
    structure = structure_of(columns.questionnaire)
    method = METHODS[columns.questionnaire.scoring.method]
    count = len(columns)
    seen = followed(columns)
    rules = tried(structure, seen, count) if method.has_score else {}
    tables = outcomes(structure, seen, count)
    problems = _problems(structure, columns, seen, tables)
    figures = folded(structure, method, seen, rules, count)
    damaged = np.array([*problems], int)
    for found in figures.values():
        found[:, damaged] = np.nan
    makers = _Makers(structure, method, figures, _loose(structure, figures, rules), tables, damaged)
    sections = makers.sections()
    overall = makers.overall(sections)
    return Portfolio(columns, overall, sections, problems, seen, rules, figures)


def _problems(
    structure: Structure, columns: Columns, seen: Mapping[str, Live], tables: Mapping[str, Outcomes]
) -> dict[int, tuple[Problem, ...]]:
    """Index of an assessment -> why it cannot be scored: what cannot be read, then what cannot be used.

    A rule table without an answer counts only where nothing else is wrong, as when one is scored alone.
    """
    found: dict[int, list[Problem]] = {index: [*given] for index, given in columns.problems.items()}
    for key in dict.fromkeys((*structure.known, *seen)):
        live = seen[key]
        if live.faults:
            faulty = np.flatnonzero(live.where(code in live.faults for code in range(len(live.answers))))
            for index, code in zip(faulty.tolist(), live.codes[faulty].tolist(), strict=True):
                found.setdefault(index, []).append(live.faults[code])
    undecided: dict[int, list[Problem]] = {}
    for table in tables.values():
        for place, outcome in enumerate(table.found):
            if not isinstance(outcome, Outcome):
                for index in np.flatnonzero(table.places == place).tolist():
                    undecided.setdefault(index, [*outcome])
    return {index: tuple(given) for index, given in sorted((undecided | found).items())}


def _loose(structure: Structure, figures: Mapping[str, Floats], rules: Rules) -> dict[str, Truths]:
    """Section key (the root's is empty) -> where its mean may lie outside its bounds, as in `scorecard`."""
    found: dict[str, Truths] = {}
    for node in reversed(tuple(structure.root.walk())):
        for child in node.children:
            claims = [found[child.key]] if child.key in found else []
            if child.key in rules:
                held = np.logical_or.reduce([rule.now for rule in rules[child.key]])
                mean, low = figures[child.key][Figure.MEAN], figures[child.key][Figure.LOW]
                claims.append(held & np.isnan(mean) & ~np.isnan(low))
            for claim in claims:
                found[node.key] = found[node.key] | claim if node.key in found else claim
    return found


class _Makers:
    """Statuses and words from figures, by the same rules as for one assessment."""

    def __init__(
        self,
        structure: Structure,
        method: Row,
        figures: Mapping[str, Floats],
        loose: Mapping[str, Truths],
        tables: Mapping[str, Outcomes],
        damaged: NDArray[np.int_],
    ) -> None:
        self.structure = structure
        self.method = method
        self.figures = figures
        self.loose = loose
        self.tables = tables
        self.damaged = damaged
        self.scoring = structure.questionnaire.scoring

    def sections(self) -> tuple[SectionScores, ...]:
        parents = {child.key: node.key for node in self.structure.root.walk() for child in node.children}
        return tuple(self.section(node, parents[node.key]) for node in self.structure.nodes)

    def section(self, node: Node, parent: str) -> SectionScores:
        found = self.figures[node.key]
        minimum = self.scoring.section_minimum
        completeness, mean = found[Figure.COMPLETENESS], found[Figure.MEAN]
        status = self.codes(
            _looked_up(
                SECTION_STATUSES,
                section_status,
                is_scored=node.is_scored,
                applies=~np.isnan(completeness),
                is_complete=reach(completeness, minimum),
                is_whole=self.is_whole(node.key),
            )
        )
        is_scored = status == SECTION_STATUSES.index(SectionStatus.SCORED)
        applies = is_scored | (status == SECTION_STATUSES.index(SectionStatus.INSUFFICIENT))
        weight = self.method.section_weight(node, found[Figure.REACHED]) if node.is_scored else node.weight
        worst, best, meets = self.outcome(node, status)
        flag, na_share = self.scoring.na_flag, found[Figure.NA_SHARE]
        has_bounds = applies if self.method.has_score else False
        return SectionScores(
            key=node.key,
            parent=parent,
            weight=weight,
            score=np.where(is_scored, mean, np.nan),
            mean=mean,
            uncapped=found[Figure.UNCAPPED],
            low=np.where(has_bounds, found[Figure.LOW], np.nan),
            high=np.where(has_bounds, found[Figure.HIGH], np.nan),
            completeness=completeness,
            confidence=found[Figure.CONFIDENCE],
            spread=found[Figure.SPREAD],
            na_share=na_share,
            status=status,
            is_flagged=~np.isnan(na_share) & ~reach(np.full_like(na_share, flag), na_share),
            worst=worst,
            best=best,
            meets_minimum=meets,
        )

    def is_whole(self, key: str) -> Truths:
        """Where a figure may be shown: it exists, lies within its bounds, and nothing inside is loose."""
        found = self.figures[key]
        mean, low, high = found[Figure.MEAN], found[Figure.LOW], found[Figure.HIGH]
        if not self.method.has_score:
            return np.ones(mean.shape, bool)
        inside = reach(mean, low) & reach(high, mean)
        return inside & ~self.loose[key] if key in self.loose else inside

    def outcome(self, node: Node, status: Codes) -> tuple[Codes, Codes, Codes]:
        """Worst and best status of a rule table, and whether the required one is met."""
        none = np.full(status.shape, NONE, np.int8)
        if node.key not in self.tables or node.section is None or node.section.rule_table is None:
            return none, none, none
        statuses, table = node.section.rule_table.statuses, self.tables[node.key]
        words = [
            (statuses.index(one.low), statuses.index(one.high), _truth(one.meets_minimum))
            if isinstance(one, Outcome)
            else (NONE, NONE, NONE)
            for one in table.found
        ]
        rows = np.array(words, np.int8).take(table.places, axis=0).T
        is_off = (status == SECTION_STATUSES.index(SectionStatus.NOT_APPLICABLE)) | (status == NONE)
        worst, best, meets = (np.where(is_off, none, row) for row in rows)
        return worst, best, meets

    def overall(self, sections: Sequence[SectionScores]) -> OverallScores:
        found = self.figures[ROOT]
        completeness, mean = found[Figure.COMPLETENESS], found[Figure.MEAN]
        status = self.codes(
            _looked_up(
                OVERALL_STATUSES,
                overall_status,
                has_overall=self.scoring.has_overall,
                applies=~np.isnan(completeness),
                is_complete=reach(completeness, self.scoring.overall_minimum),
                is_critical_withheld=self.critical_withheld(sections, mean.shape),
                is_whole=self.is_whole(ROOT),
            )
        )
        is_published = status == OVERALL_STATUSES.index(OverallStatus.PUBLISHED)
        is_shown = is_published | (status == OVERALL_STATUSES.index(OverallStatus.PROVISIONAL))
        score = np.where(is_published, mean, np.nan)
        shown = {
            figure: np.where(is_shown, found[figure], np.nan)
            for figure in (Figure.MEAN, Figure.LOW, Figure.HIGH, Figure.CONFIDENCE, Figure.SPREAD)
        }
        bounds = (Figure.LOW, Figure.HIGH) if self.method.has_score else ()
        low, high = [shown[figure] for figure in bounds] or [np.full_like(mean, np.nan)] * 2
        bands = self.structure.questionnaire.bands
        return OverallScores(
            score=score,
            mean=shown[Figure.MEAN],
            low=low,
            high=high,
            completeness=completeness,
            confidence_share=shown[Figure.CONFIDENCE],
            spread=shown[Figure.SPREAD],
            status=status,
            band=_climbed(score, {place: bands[place].minimum for place in climbing(bands)}),
            confidence=_climbed(shown[Figure.CONFIDENCE], dict(enumerate(CONFIDENT_FROM.values()))),
        )

    def critical_withheld(self, sections: Sequence[SectionScores], shape: tuple[int, ...]) -> Truths:
        """Where the score of a critical section is withheld."""
        insufficient = SECTION_STATUSES.index(SectionStatus.INSUFFICIENT)
        found = np.zeros(shape, bool)
        for section in sections:
            if self.structure.questionnaire.all_sections[section.key].critical:
                found |= section.status == insufficient
        return found

    def codes(self, found: Codes) -> Codes:
        """Codes with none where the assessment could not be scored."""
        found[self.damaged] = NONE
        return found


def _truth(claim: bool | None) -> int:
    return NONE if claim is None else int(claim)


def _looked_up(words: Sequence[Any], rule: Any, **claims: Truths | bool) -> Codes:
    """A rule on claims that are true or false, asked once for each combination and looked up."""
    rows = product((False, True), repeat=len(claims))
    table = [words.index(rule(**dict(zip(claims, row, strict=True)))) for row in rows]
    places: NDArray[Any] = np.zeros(1, np.intp)
    for claim in claims.values():
        places = places * 2 + claim
    return np.array(table, np.int8).take(places)


def _climbed(figures: Floats, least: Mapping[int, float]) -> Codes:
    """The last code whose threshold each figure reaches, thresholds rising; none below the first."""
    found = np.full(figures.shape, NONE, np.int8)
    for code, threshold in least.items():
        found[reach(figures, threshold)] = code
    return found
