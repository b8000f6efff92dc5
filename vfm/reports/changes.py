"""A change between two rounds in words and rows: what page, workbook and file all say, said once.

The room's rule: values in, words out. Effects are printed in tenths of a point, and what is printed adds up
to what is printed above it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vfm.questionnaires.answers import Answer, Answers, State, in_words
from vfm.questionnaires.changes import Badge, Changes
from vfm.questionnaires.schema import Questionnaire
from vfm.reports.workbook import Cell, Rows
from vfm.scoring.change import (
    COMMON_MINIMUM,
    MATERIAL_POINTS,
    TWO_SIDED_95,
    Change,
    Hindrance,
    Parts,
    ScopeReason,
)
from vfm.scoring.methods import METHODS
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import largest_remainder, shown, shown_tenths

PART_WORDS = {
    "answers": "Answers: the same questions, answered differently",
    "weights": "Weights: the same answers, counted differently",
    "scope": "Scope: questions that are new, gone, reworded, missing, limited or do not apply",
}
"""What a change comes from."""
SCOPE_HEADINGS = {
    ScopeReason.NEW: "New: not in the questionnaire of {then}",
    ScopeReason.REMOVED: "Gone: no longer in the questionnaire of {now}",
    ScopeReason.REWORDED: "Asked in other words, and not marked as meaning the same",
    ScopeReason.NOT_APPLICABLE_BEFORE: "Did not apply in {then}",
    ScopeReason.NOT_APPLICABLE_NOW: "Does not apply in {now}",
    ScopeReason.MISSING_BEFORE: "No answer in {then}",
    ScopeReason.MISSING_NOW: "No answer in {now}",
    ScopeReason.NOT_ASKED_BEFORE: "Not on the route in {then}",
    ScopeReason.NOT_ASKED_NOW: "Not on the route in {now}",
}
"""Why questions are not compared, in the order they are listed."""


NOUGHT = 1e-9
"""Points below which a part of a change is none."""


# --- figures ------------------------------------------------------------------------------------------------


def tenths(number: int | None, *, is_signed: bool = False) -> str:
    """So many tenths as they are printed: `63.4`, with a sign `+3.2`, `−0.4`, `0`; a dash for none.

    >>> tenths(634), tenths(32, is_signed=True), tenths(-4, is_signed=True), tenths(0, is_signed=True)
    ('63.4', '+3.2', '−0.4', '0.0')
    """
    if number is None:
        return "–"
    sign = "−" if number < 0 else "+" if is_signed and number > 0 else ""
    return f"{sign}{abs(number) // 10}.{abs(number) % 10}"


def figure(points: float | None) -> str:
    """A figure in points with one decimal; a dash for none."""
    return tenths(None if points is None else shown_tenths(points))


def moved(points: float | None) -> str:
    """A movement in points with its sign and one decimal; a dash for none."""
    return tenths(None if points is None else shown_tenths(points), is_signed=True)


def percent(share: float | None) -> str:
    """A share as a whole percentage; `none` where nothing counts."""
    return "none" if share is None else f"{shown(100 * share)}%"


# --- the parts ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Split:
    """A change and its parts in printed tenths, which add up: then + answers + weights + scope = now.

    None where there is no such figure. `exact` keeps them unrounded.
    """

    then: int | None
    answers: int | None
    weights: int | None
    scope: int | None
    now: int | None
    exact: Parts

    @property
    def reported(self) -> int | None:
        """What is printed as the change: the difference of the printed ends."""
        return None if self.then is None or self.now is None else self.now - self.then


def split(parts: Parts, then: float | None, now: float | None) -> Split:
    """The parts of a change from one score to another, as they are printed."""
    ends = [None if score is None else shown_tenths(score) for score in (then, now)]
    exact = {"answers": parts.answers, "weights": parts.weights, "scope": parts.scope}
    known = {name: part for name, part in exact.items() if part is not None}
    printed = {name: shown_tenths(part) for name, part in known.items()}
    moving = {name: 10 * part for name, part in known.items() if not is_nothing(part)}
    if ends[0] is not None and ends[1] is not None and moving:
        printed = dict.fromkeys(known, 0) | largest_remainder(moving, ends[1] - ends[0])
    return Split(
        ends[0],
        printed.get("answers"),
        printed.get("weights"),
        printed.get("scope"),
        ends[1],
        parts,
    )


def split_of(kept: Mapping[str, Any] | None, then: float | None, now: float | None) -> Split:
    """The same of a change as it was kept; only the two scores where there is none."""
    names = ("reported", "answers", "weights", "scope")
    return split(Parts(*(None if kept is None else kept[name] for name in names)), then, now)


def is_nothing(part: float) -> bool:
    """True for what is nought but for the last digits of floating point: no remainder goes there."""
    return abs(part) < NOUGHT


@dataclass(frozen=True, slots=True)
class SectionLine:
    """The change of one section in its own points.

    Attributes:
        depth: 0 for a top section.
        before, after: status of a rule table, "" without one.
        common: share of its answered weight that is compared, on each side.
        is_comparable: at least 70 % of it is compared, so that the answers' part is its like-for-like change.
        effect: tenths printed that its questions move the overall by; they add up to the answers' part.
    """

    key: str
    title: str
    depth: int
    split: Split
    before: str
    after: str
    common: tuple[float | None, float | None]
    is_comparable: bool
    effect: int | None


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question on both sides.

    Attributes:
        before, after: the answers in words; "" where it was not in the questionnaire.
        points_before, points_after: unrounded; None without points.
        effect: tenths printed of the overall; None where it is not compared.
        exact: the same unrounded.
        reason: why it is not compared; None where it is, or never counts.
    """

    key: str
    text: str
    section: str
    before: str
    after: str
    points_before: float | None
    points_after: float | None
    effect: int | None
    exact: float | None
    reason: ScopeReason | None

    @property
    def is_moved(self) -> bool:
        """True where it is compared and was worth something else."""
        return self.exact is not None and self.points_before != self.points_after


@dataclass(frozen=True)
class Sheet:
    """A change laid out.

    Attributes:
        questions: compared ones in reading order, then those that are not.
    """

    split: Split
    sections: tuple[SectionLine, ...]
    questions: tuple[QuestionLine, ...]

    @property
    def moved(self) -> tuple[QuestionLine, ...]:
        """Compared questions answered differently, the largest effect first."""
        found = [line for line in self.questions if line.is_moved]
        return tuple(sorted(found, key=lambda line: (-abs(line.exact or 0.0), line.key)))

    @property
    def still(self) -> int:
        """How many compared questions are worth what they were."""
        return sum(line.exact is not None and not line.is_moved for line in self.questions)

    def not_compared(self, reason: ScopeReason) -> tuple[QuestionLine, ...]:
        """Questions left out for one reason."""
        return tuple(line for line in self.questions if line.reason is reason)


@dataclass(frozen=True)
class Told:
    """One side of a change: what was asked, answered and scored."""

    questionnaire: Questionnaire
    answers: Answers
    card: Scorecard


def lay_out(change: Change, then: Told, now: Told) -> Sheet:
    """A change as rows that add up as printed."""
    overall = split(change.overall, then.card.overall.score, now.card.overall.score)
    effects = {line.key: line.effect for line in change.questions}
    printed = _printed(effects, overall.answers)
    by_section = _by_section(change, now.questionnaire)
    return Sheet(
        overall,
        tuple(_section_lines(change, then, now, _printed(by_section, overall.answers))),
        tuple(_question_lines(change, then, now, printed)),
    )


def _printed(effects: Mapping[str, float], total: int | None) -> dict[str, int]:
    if total is None:
        return {}
    moving = {key: 10 * effect for key, effect in effects.items() if not is_nothing(effect)}
    if not moving:  # the total then is a remainder of rounding alone
        return dict.fromkeys(effects, 0)
    return dict.fromkeys(effects, 0) | largest_remainder(moving, total)


def _by_section(change: Change, questionnaire: Questionnaire) -> dict[str, float]:
    """Top section -> what its questions move the overall by."""
    tops = {section.key: top.key for top in questionnaire.sections for section in top.walk()}
    found = {top.key: 0.0 for top in questionnaire.sections if top.key in change.sections}
    for line in change.questions:
        found[tops[questionnaire.section_of[line.key]]] += line.effect
    return found


def _section_lines(
    change: Change, then: Told, now: Told, effects: Mapping[str, int]
) -> Iterator[SectionLine]:
    depths = {key: depth for side in (then, now) for key, depth in _depths(side.questionnaire)}
    for key, parts in change.sections.items():
        home = now.questionnaire if key in now.questionnaire.all_sections else then.questionnaire
        before, after = then.card.section.get(key), now.card.section.get(key)
        yield SectionLine(
            key=key,
            title=home.all_sections[key].title,
            depth=depths[key],
            split=split(parts, before.score if before else None, after.score if after else None),
            before=(before.result or "") if before else "",
            after=(after.result or "") if after else "",
            common=change.section_common_weight[key],
            is_comparable=change.like_for_like_of(key) is not None,
            effect=effects.get(key),
        )


def _depths(questionnaire: Questionnaire) -> Iterator[tuple[str, int]]:
    waiting = [(top, 0) for top in questionnaire.sections]
    while waiting:
        section, depth = waiting.pop()
        yield section.key, depth
        waiting += [(child, depth + 1) for child in section.sections]


def _question_lines(
    change: Change, then: Told, now: Told, printed: Mapping[str, int]
) -> Iterator[QuestionLine]:
    points = [{q.key: q.points for q in side.card.questions} for side in (then, now)]
    compared = {line.key: line for line in change.questions}
    reasons: dict[str, ScopeReason | None] = {item.key: item.reason for item in change.scope_items}
    listed = [*compared, *reasons]
    listed += [key for key in _answered_apart(then, now) if key not in compared and key not in reasons]
    for key in listed:
        home = now.questionnaire if key in now.questionnaire.questions else then.questionnaire
        line = compared.get(key)
        yield QuestionLine(
            key=key,
            text=home.questions[key].text,
            section=home.all_sections[home.section_of[key]].title,
            before=_words(then, key),
            after=_words(now, key),
            points_before=line.before if line else points[0].get(key),
            points_after=line.after if line else points[1].get(key),
            effect=printed.get(key) if line else None,
            exact=line.effect if line else None,
            reason=reasons.get(key),
        )


def _answered_apart(then: Told, now: Told) -> list[str]:
    """Questions of both sides that count and whose answers differ in words, in today's order.

    They are listed too where nothing is compared, as under a rule table.
    """
    asked = now.questionnaire
    tables = [section.rule_table for section in asked.all_sections.values() if section.rule_table]
    ruled = {key for table in tables for keys in table.lists.values() for key in keys}
    return [
        key
        for key, question in asked.questions.items()
        if key in then.questionnaire.questions
        and (question.is_scored or question.critical or key in ruled)
        and _words(then, key) != _words(now, key)
    ]


def _words(side: Told, key: str) -> str:
    question = side.questionnaire.questions.get(key)
    if question is None:
        return ""
    kept = side.card.question.get(key)
    if kept is not None and kept.state is State.OFF_ROUTE:
        return "Not asked"
    return in_words(side.questionnaire, question, side.answers.get(key, Answer()))


# --- sentences ----------------------------------------------------------------------------------------------


def finding(change: Change, sheet: Sheet, then: str) -> str:
    """The like-for-like change in one sentence, without its end.

    Args:
        change: from one round to another.
        sheet: the same laid out, whose printed figures are said.
        then: name of the earlier cycle.
    """
    if change.like_for_like is None or sheet.split.answers is None:
        return f"There is no like-for-like change since {then}"
    if sheet.split.answers == 0:
        return f"Like for like, the service stands where it stood in {then}"
    direction = "up" if change.like_for_like > 0 else "down"
    words = f"Like for like, {direction} {tenths(abs(sheet.split.answers))} points since {then}"
    if change.is_material is None:
        return words
    return f"{words}, {'more than' if change.is_material else 'within'} the doubt in the evidence"


def common_words(change: Change, then: str, now: str) -> str:
    """What share is compared, and the 70 % rule."""
    before, after = change.common_weight
    minimum = percent(COMMON_MINIMUM)
    shares = f"{percent(before)} of the answered weight in {then} and {percent(after)} of it in {now}"
    rule = f"It takes {minimum} on both sides."
    if change.hindrance is Hindrance.NO_POINTS:
        return (
            "The questionnaire gives a status by a table of rules and no points, so there is nothing to take "
            "apart. The statuses and the answers stand side by side below."
        )
    if change.hindrance is not None:
        return (
            f"There is no like-for-like figure: only {shares} lies in questions that were answered both "
            f"times and mean the same. {rule}"
        )
    return f"{shares} lies in questions that were answered both times and mean the same. {rule}"


def material_words(change: Change, sheet: Sheet) -> str:
    """Whether the like-for-like change is material, with both thresholds; empty without a figure."""
    if change.like_for_like is None or change.threshold is None or change.spread is None:
        return ""
    doubt = TWO_SIDED_95 * change.spread
    thresholds = (
        f"A change is material from the larger of two: {figure(MATERIAL_POINTS)} points, and {figure(doubt)} "
        f"points, {TWO_SIDED_95} times how far weak evidence on both sides could move it "
        f"({figure(change.spread)})."
    )
    is_or_not = "is material" if change.is_material else "is not material"
    return f"{tenths(sheet.split.answers, is_signed=True)} {is_or_not}. {thresholds}"


def method_words(change: Change) -> str:
    """What a change of the scoring method means; empty where there was none."""
    then, now = (METHODS[method] for method in change.methods)
    if then is now or not (then.has_score and now.has_score):
        return ""
    return (
        f"The way of scoring changed in between. Then: {then.words} Now: {now.words} "
        "What that moves is part of the weights."
    )


WORDING = (
    (Badge.ADDED, "new"),
    (Badge.DROPPED, "gone"),
    (Badge.REWORDED, "reworded"),
    (Badge.RESCORED, "scored otherwise"),
    (Badge.REROUTED, "asked on another condition"),
    (Badge.REWEIGHTED, "weighted otherwise"),
)


def wording_words(changes: Changes, then: int, now: int) -> str:
    """What happened to the questionnaire between two versions."""
    if then == now:
        return f"Both cycles asked version {now} of the questionnaire."
    found = [f"{count} {words}" for badge, words in WORDING if (count := changes.count(badge))]
    told = f": {', '.join(found)}" if found else " in nothing that is scored"
    return f"The questionnaire changed in between, from version {then} to {now}{told}; {changes.in_words}."


# --- to take away -------------------------------------------------------------------------------------------


SECTION_COLUMNS = (
    "Key", "Section", "Reported change", "From the answers", "From the weights", "From the scope",
    "Like-for-like change", "Share compared then", "Share compared now", "Status then", "Status now",
)  # fmt: skip
QUESTION_COLUMNS = (
    "Key", "Section", "Question", "Answer then", "Answer now", "Points then", "Points now",
    "Moves the overall by", "Not compared because",
)  # fmt: skip


def sheets(change: Change, sheet: Sheet, about: Sequence[tuple[str, Cell]]) -> tuple[Rows, ...]:
    """The change as sheets: Overall, Sections, Questions; figures unrounded."""
    parts = change.overall
    overall: tuple[tuple[str, Cell], ...] = (
        *about,
        ("Reported change", parts.reported),
        ("From the answers", parts.answers),
        ("From the weights", parts.weights),
        ("From the scope", parts.scope),
        ("Like-for-like change", change.like_for_like),
        ("Share compared then", change.common_weight[0]),
        ("Share compared now", change.common_weight[1]),
        ("Spread of the evidence", change.spread),
        ("Material from", change.threshold),
        ("Material", _yes(change.is_material)),
    )
    return (
        Rows("Overall", ("What", "Value"), overall),
        Rows(
            "Sections",
            SECTION_COLUMNS,
            tuple(_section_row(line) for line in sheet.sections),
        ),
        questions(sheet),
    )


def questions(sheet: Sheet) -> Rows:
    """Every question of both sides with its part, or why it has none."""
    return Rows(
        "Questions",
        QUESTION_COLUMNS,
        tuple(_question_row(line) for line in sheet.questions),
    )


def _question_row(line: QuestionLine) -> tuple[Cell, ...]:
    return (
        line.key,
        line.section,
        line.text,
        line.before,
        line.after,
        line.points_before,
        line.points_after,
        line.exact,
        line.reason.value.replace("_", " ") if line.reason else None,
    )


def _section_row(line: SectionLine) -> tuple[Cell, ...]:
    exact = line.split.exact
    return (
        line.key,
        line.title,
        exact.reported,
        exact.answers,
        exact.weights,
        exact.scope,
        exact.answers if line.is_comparable else None,
        *line.common,
        line.before or None,
        line.after or None,
    )


def _yes(claim: bool | None) -> str | None:
    return None if claim is None else "yes" if claim else "no"
