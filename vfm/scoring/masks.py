"""Claims about many assessments at once: the route, what holds sections down, what rule tables come to.

Pure. Each rule is the one-assessment rule, asked once for each distinct answer (or set of answers) it reads
and looked up for every assessment: an array of truths in the order of the columns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vfm.errors import Invalid, Problem
from vfm.questionnaires.answers import UNANSWERED, Answer, State
from vfm.questionnaires.conditions import holds, inside, questions_named
from vfm.questionnaires.schema import All, Cap, Comparison, Condition, Not, Questionnaire, RuleTable
from vfm.scoring.caps import Hold, conditional_hold, critical_hold, is_lowest
from vfm.scoring.columns import Codes, Column, Columns, misfit
from vfm.scoring.rules import Outcome, outcome_of
from vfm.scoring.structure import Item, Node, Structure

Truths = NDArray[np.bool_]
Places = NDArray[np.signedinteger]


@dataclass(frozen=True, eq=False)
class Live:
    """One question's answers on the route.

    Attributes:
        answers: code -> answer.
        codes: one for each assessment; `len(answers)` where the question is not asked.
        faults: code -> why it cannot be used.
    """

    answers: tuple[Answer, ...]
    codes: Codes
    faults: Mapping[int, Problem]

    @cached_property
    def is_asked(self) -> Truths:
        """Where the question is on the route."""
        asked: Truths = self.codes != len(self.answers)
        return asked

    def where(self, claims: Iterable[bool], absent: bool = False) -> Truths:
        """A claim about each answer, and about a question that is not asked, looked up."""
        table = np.array([*claims, absent])
        found: Truths = table.take(self.codes)
        return found

    def answer(self, index: int) -> Answer | None:
        """What one assessment answers; None where the question is not asked."""
        code = self.codes[index]
        return self.answers[code] if code < len(self.answers) else None


Seen = Mapping[str, Live]
"""Question key -> its answers; a question that is not there counts as unanswered."""


def is_gap(answer: Answer) -> bool:
    """True of an answer that scoring takes for a gap: unanswered or don't know."""
    return answer.state not in (State.ANSWERED, State.NOT_APPLICABLE)


# --- the route ----------------------------------------------------------------------------------------------


def followed(columns: Columns) -> dict[str, Live]:
    """Every question's answers on the route, in reading order; `routing.on_route` for all at once."""
    questionnaire = columns.questionnaire
    seen: dict[str, Live] = {}
    for key, question in questionnaire.questions.items():
        column = columns.column(key)
        faults = {
            code: problem
            for code, answer in enumerate(column.answers)
            if (problem := misfit(questionnaire, question, answer)) is not None
        }
        codes = column.codes
        if question.show_if is not None:
            codes = _shown(column, where(question.show_if, seen, questionnaire, len(columns)))
        seen[key] = Live(column.answers, codes, faults)
    return seen


def _shown(column: Column, asked: Truths) -> Codes:
    off = len(column.answers)
    kind = np.result_type(column.codes.dtype, np.min_scalar_type(off))
    codes: Codes = np.where(asked, column.codes, kind.type(off))
    return codes


def where(condition: Condition, seen: Seen, questionnaire: Questionnaire, count: int) -> Truths:
    """In which of `count` assessments a condition is true; `conditions.holds` for all at once."""
    if isinstance(condition, Comparison):
        return _compared(condition, seen, questionnaire, count)
    found = [where(inner, seen, questionnaire, count) for inner in inside(condition)]
    if isinstance(condition, Not):
        return ~found[0]
    joined: Truths = (np.logical_and if isinstance(condition, All) else np.logical_or).reduce(found)
    return joined


def _compared(claim: Comparison, seen: Seen, questionnaire: Questionnaire, count: int) -> Truths:
    """One comparison: asked for each distinct answer, or pair of answers, that it reads."""
    keys = [key for key in questions_named(claim) if key in seen]
    if not keys:
        return np.full(count, holds(claim, {}, questionnaire))
    if len(keys) == 1:
        live = seen[keys[0]]
        asked = ({} if code in live.faults else {keys[0]: a} for code, a in enumerate(live.answers))
        return live.where((holds(claim, a, questionnaire) for a in asked), holds(claim, {}, questionnaire))
    left, right = (seen[key] for key in keys)
    size = len(right.answers) + 1
    pairs, places = np.unique(left.codes.astype(np.int64) * size + right.codes, return_inverse=True)
    first = [
        holds(claim, _usable(keys, (left, right), divmod(int(pair), size)), questionnaire) for pair in pairs
    ]
    found: Truths = np.array(first, bool).take(places)
    return found


def _usable(keys: list[str], lives: tuple[Live, Live], codes: tuple[int, int]) -> dict[str, Answer]:
    """The answers two codes stand for; one that does not fit is told elsewhere."""
    return {
        key: live.answers[code]
        for key, live, code in zip(keys, lives, codes, strict=True)
        if code < len(live.answers) and code not in live.faults
    }


# --- what holds sections down -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Tried:
    """One cap, or one critical question, in every assessment.

    Attributes:
        rule: the cap, or the critical question.
        limit: the most its section may come to, in points.
        now: where it applies; low, high: where it enters the lowest and the highest score still possible.
    """

    rule: Cap | Item
    limit: float
    now: Truths
    low: Truths
    high: Truths

    def hold(self, questionnaire: Questionnaire, seen: Seen, index: int) -> Hold:
        """What it does to its section in one assessment where it applies."""
        if isinstance(self.rule, Cap):
            return conditional_hold(self.rule)
        answer = seen[self.rule.key].answer(index) or UNANSWERED
        return critical_hold(questionnaire, self.rule, answer.value)


Rules = Mapping[str, tuple[Tried, ...]]
"""Section key -> what may hold it down, in the order tried."""


def tried(structure: Structure, seen: Seen, count: int) -> dict[str, tuple[Tried, ...]]:
    """Section key -> its rules in the order they are tried; `caps.caps_of` for all at once."""
    views: list[Seen] = [seen]
    if structure.has_conditional_caps:
        views += [_filled(structure, seen, end) for end in ("lowest", "highest")]
    found = {}
    for node in structure.nodes:
        caps = node.section.caps if node.section is not None else ()
        rules = [_critical(structure.questionnaire, item, seen[item.key]) for item in node.criticals]
        rules += [_conditional(structure.questionnaire, cap, views, count) for cap in caps]
        if rules:
            found[node.key] = tuple(rules)
    return found


def _filled(structure: Structure, seen: Seen, end: str) -> dict[str, Live]:
    """The answers with every gap of a scored or critical question at one end of its table."""
    fills = {
        key: Answer(State.ANSWERED, item.lowest if end == "lowest" else item.highest)
        for key, item in structure.known.items()
    }
    return {
        key: replace(live, answers=tuple(fills[key] if is_gap(a) else a for a in live.answers))
        if key in fills
        else live
        for key, live in seen.items()
    }


def _critical(questionnaire: Questionnaire, item: Item, live: Live) -> Tried:
    now = live.where(
        a.state is State.ANSWERED and code not in live.faults and is_lowest(item, a.value)
        for code, a in enumerate(live.answers)
    )
    gap = live.where(map(is_gap, live.answers))
    return Tried(item, questionnaire.scoring.critical_limit, now, now | gap, now)


def _conditional(questionnaire: Questionnaire, cap: Cap, views: Iterable[Seen], count: int) -> Tried:
    ends = [where(cap.when, seen, questionnaire, count) for seen in views]
    return Tried(cap, cap.limit, ends[0], np.logical_or.reduce(ends), np.logical_and.reduce(ends))


# --- rule tables --------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What one section's rule table comes to.

    Attributes:
        found: each different outcome, or why there is none.
        places: one for each assessment, an index of `found`.
    """

    found: tuple[Outcome | tuple[Problem, ...], ...]
    places: Places


def outcomes(structure: Structure, seen: Seen, count: int) -> dict[str, Outcomes]:
    """Section key -> what its rule table comes to, for sections that have one."""
    return {
        node.key: _outcomes(node.section.rule_table, node, seen, count)
        for node in structure.nodes
        if node.section is not None and node.section.rule_table is not None
    }


def _outcomes(table: RuleTable, node: Node, seen: Seen, count: int) -> Outcomes:
    """`rules.outcome_of` for one assessment of each sort that cannot come to different things."""
    keys = dict.fromkeys(key for keys in table.lists.values() for key in keys if key in seen)
    alike: dict[tuple[int, ...], list[Live]] = {}
    for key in keys:
        stands_in = tuple(keys.count(key) for keys in table.lists.values())
        alike.setdefault(stands_in, []).append(seen[key])
    sorts = np.zeros(count, np.int64)
    for lives in alike.values():
        sorts = np.unique(sorts * 12 + _sort(lives, count), return_inverse=True)[1].astype(np.int64)
    _, first, places = np.unique(sorts, return_index=True, return_inverse=True)
    return Outcomes(tuple(_outcome(table, node.key, seen, keys, int(i)) for i in first), places)


def _sort(lives: list[Live], count: int) -> Places:
    """What matters of statements that stand in the same lists: is one true, is one not, how many gaps.

    Of the gaps it matters only whether there are none, one or more, as `rules` says; 0 to 11.
    """
    true, other = np.zeros(count, bool), np.zeros(count, bool)
    gaps = np.zeros(count, np.int64)
    for live in lives:
        true |= live.where(a.state is State.ANSWERED and a.value == "yes" for a in live.answers)
        other |= live.where(a.state is State.ANSWERED and a.value != "yes" for a in live.answers)
        gaps += live.where(map(is_gap, live.answers))
    found: Places = true + 2 * other + 4 * np.minimum(gaps, 2)
    return found


def _outcome(
    table: RuleTable, place: str, seen: Seen, keys: Iterable[str], index: int
) -> Outcome | tuple[Problem, ...]:
    given = {key: answer for key in keys if (answer := seen[key].answer(index)) is not None}
    try:
        return outcome_of(table, given, given.keys(), place)
    except Invalid as invalid:
        return invalid.problems
