"""Design checks on rules: routing, checks across answers, caps and derived values.

A routing rule cites only earlier questions; checks and caps may cite any. Whether a rule can ever be true is
tried out on a handful of answers per question, so that a contradiction is found however it is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, product
from math import prod

from vfm.questionnaires.answers import Answer, State
from vfm.questionnaires.conditions import comparisons, holds, questions_named
from vfm.questionnaires.kinds import KINDS, Value, choices
from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.question_checks import NAMES
from vfm.questionnaires.schema import (
    NUMERIC,
    All,
    AnyOf,
    Comparison,
    Condition,
    Expression,
    Kind,
    Not,
    Operation,
    Question,
    Ref,
)
from vfm.questionnaires.source import Path
from vfm.questionnaires.wording import did_you_mean, listed, meant_key

MOST_TRIALS = 5_000
"""Combinations of answers tried out for one rule; a rule that needs more is taken as possible."""
MOST_OPTIONS = 6
"""Options of a multiple choice whose every selection is tried out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition with its place.

    Attributes:
        owner: key of the question, check or cap it belongs to.
        word: what to call it in a sentence.
        before: only questions before this position may be named; None for any.
    """

    path: Path
    owner: str
    word: str
    condition: Condition
    before: int | None = None


def rules(outline: Outline) -> Iterator[Rule]:
    """Every condition of the questionnaire, in the order of the document's parts."""
    for path, question in outline.questions:
        if question.show_if is not None:
            before = outline.position[question.key]
            yield Rule((*path, "show_if"), question.key, "routing rule", question.show_if, before)
    for path, section in outline.sections:
        for i, cap in enumerate(section.caps):
            yield Rule((*path, "caps", i, "when"), cap.key, "cap", cap.when)
    for i, check in enumerate(outline.questionnaire.checks):
        yield Rule(("checks", i, "must"), check.key, "check", check.must)


def unfit_rules(outline: Outline) -> Iterator[Fault]:
    """Rules that name what is not there or comes later, compare what cannot be, or can never be true."""
    for rule in rules(outline):
        found = [
            Fault(at, rule.owner, message, (claim.question,))
            for path, claim in _claims(rule.condition, rule.path)
            for at, message in _unfit_claim(outline, rule, claim, path)
        ]
        yield from found
        if not found and not _is_possible(outline, rule):
            if rule.word == "routing rule":
                sentence = "The routing rule can never be true, so the question is never asked."
            else:
                sentence = f"The {rule.word}'s condition can never be true."
            concerned = tuple(_concerned(outline, rule.condition))
            yield Fault(rule.path, rule.owner, f"{sentence} Correct the rule, or take it out.", concerned)


def misplaced_checks(outline: Outline) -> Iterator[Fault]:
    """Checks whose message is to be shown at a question that does not exist."""
    for i, check in enumerate(outline.questionnaire.checks):
        if check.at not in outline.by_key:
            message = _nowhere(outline, check.at, "The message is shown at")
            yield Fault(("checks", i, "at"), check.key, message)


def unfit_derived(outline: Outline) -> Iterator[Fault]:
    """Derived values that name questions missing, later, without figures or asked by other parts."""
    for path, question in outline.questions:
        if question.derived is not None and question.kind in NUMERIC:
            for inner, key in _operands(question.derived, (*path, "derived")):
                message = _unfit_operand(outline, question, key)
                if message:
                    yield Fault(inner, question.key, message, (key,))


def _operands(expression: Expression, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(expression, Operation):
        for i, inner in enumerate(expression.operands):
            yield from _operands(inner, (*path, expression.operator, i))
    elif isinstance(expression, str):
        yield path, expression


def _unfit_operand(outline: Outline, question: Question, key: str) -> str | None:
    named = outline.by_key.get(key)
    if named is None:
        return _nowhere(outline, key, "The derived value names")
    if outline.position[key] >= outline.position[question.key]:
        return f"The derived value names {key}, which is not before it. Move {key} up, or name another."
    if named.kind not in NUMERIC:
        return f"{key} is {NAMES[named.kind]}. A derived value works on numbers, money and percentages."
    if named.by not in (None, question.by):
        return f'{key} is asked by "{named.by}". Add "by: {named.by}" here too.'
    return None


# --- what a comparison names -----------------------------------------------------------------------------


def _claims(condition: Condition, path: Path) -> Iterator[tuple[Path, Comparison]]:
    """Every comparison with its path."""
    if isinstance(condition, Comparison):
        yield path, condition
    elif isinstance(condition, Not):
        yield from _claims(condition.not_, (*path, "not"))
    else:
        word, inside = ("all", condition.all) if isinstance(condition, All) else ("any", _any(condition))
        for i, inner in enumerate(inside):
            yield from _claims(inner, (*path, word, i))


def _any(condition: AnyOf) -> tuple[Condition, ...]:
    return condition.any


def _unfit_claim(outline: Outline, rule: Rule, claim: Comparison, path: Path) -> Iterator[tuple[Path, str]]:
    if message := _unfit_name(outline, rule, claim.question):
        yield (*path, "question"), message
        return
    question = outline.by_key[claim.question]
    at = (*path, claim.operator)
    allowed = KINDS[question.kind].operators
    if claim.operator not in allowed:
        sentence = f'"{claim.operator}" does not work on {question.key}, which is {NAMES[question.kind]}.'
        yield at, f"{sentence} Use {listed(allowed)}."
    elif isinstance(claim.operand, Ref):
        yield from _unfit_reference(outline, rule, question, claim.operand, at)
    elif claim.operator != "answered" and (message := _unfit_value(outline, question, claim)):
        yield at, message


def _unfit_name(outline: Outline, rule: Rule, key: str) -> str | None:
    if key not in outline.by_key:
        return _nowhere(outline, key, f"The {rule.word} names")
    if rule.before is None:
        return None
    if outline.position[key] == rule.before:
        return "The routing rule names the question itself. Name an earlier question."
    if outline.position[key] > rule.before:
        return f"The routing rule names {key}, which comes later. Move {key} up, or name an earlier question."
    return None


def _nowhere(outline: Outline, key: str, sentence: str) -> str:
    near = meant_key(key, outline.by_key)
    cure = f'Did you mean "{near}"?' if near else "Name a question that exists, or add it."
    return f'{sentence} "{key}", which no question has as its key. {cure}'


def _unfit_reference(
    outline: Outline, rule: Rule, question: Question, operand: Ref, path: Path
) -> Iterator[tuple[Path, str]]:
    if message := _unfit_name(outline, rule, operand.question):
        yield (*path, "question"), message
        return
    other = outline.by_key[operand.question]
    alike = question.kind is other.kind or {question.kind, other.kind} <= NUMERIC
    if not alike or question.kind in (Kind.SINGLE_CHOICE, Kind.YES_NO):
        sentence = f"{question.key} ({NAMES[question.kind]}) cannot be compared with {other.key}"
        yield path, f"{sentence} ({NAMES[other.kind]}). Compare figures with figures and dates with dates."


def _unfit_value(outline: Outline, question: Question, claim: Comparison) -> str | None:
    """What is wrong with the fixed value a comparison holds, or None."""
    values = claim.operand if isinstance(claim.operand, tuple) else (claim.operand,)
    if question.kind is Kind.SCALE:
        return _off_scale(outline, question, values)
    if question.kind is Kind.DATE:
        wrong = next((value for value in values if not _is_date(value)), None)
        if wrong is None:
            return None
        return f'{question.key} is a date. Write year-month-day, such as 2026-03-05, not "{wrong}".'
    if question.kind in NUMERIC or (question.kind is Kind.MULTI_CHOICE and claim.operator != "contains"):
        wrong = next((value for value in values if not _is_number(value)), None)
        return (
            None if wrong is None else f'"{wrong}" is not a number, as {question.key} wants. Write a number.'
        )
    return _not_offered(question, values)


def _off_scale(outline: Outline, question: Question, values: tuple[object, ...]) -> str | None:
    scale = outline.questionnaire.scales.get(question.scale or next(iter(outline.questionnaire.scales), ""))
    if scale is None:
        return None
    wrong = next((value for value in values if not _is_number(value) or value not in scale.levels), None)
    if wrong is None:
        return None
    shown = f"{wrong:g}" if isinstance(wrong, float) else wrong
    levels = f"{min(scale.levels)} to {max(scale.levels)}"
    return f"{shown} is not a level of {question.key}. Use a level from {levels}."


def _not_offered(question: Question, values: tuple[object, ...]) -> str | None:
    offered = choices(question)
    wrong = next((value for value in values if value not in offered), None)
    if wrong is None:
        return None
    shown = str(wrong).lower() if isinstance(wrong, bool) else str(wrong)
    cure = did_you_mean(shown, offered, f"Use {listed(offered)}." if offered else "Give it options first.")
    return f'{question.key} has no option "{shown}". {cure}'


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, date) or bool(date.fromisoformat(str(value)))
    except ValueError:
        return False


# --- whether a rule can ever be true ---------------------------------------------------------------------


def _is_possible(outline: Outline, rule: Rule) -> bool:
    """True when some answers make the rule true, or when there are too many to try.

    The answers keep to the route: what an earlier rule leaves out has no answer.
    """
    keys = _concerned(outline, rule.condition)
    if not _is_known(outline, keys):
        return True
    trials = [_trial_answers(outline, key, [*_all_claims(outline, keys, rule)]) for key in keys]
    if prod(map(len, trials)) > MOST_TRIALS:
        return True
    return any(
        _is_true_of(outline, rule.condition, dict(zip(keys, chosen, strict=True)))
        for chosen in product(*trials)
    )


def _is_known(outline: Outline, keys: list[str]) -> bool:
    """True when every key means one question and every scale is there, so that answers can be tried out."""
    scales = outline.questionnaire.scales
    asked = [outline.by_key[key] for key in keys if outline.by_key[key].kind is Kind.SCALE]
    is_unique = len(outline.by_key) == len(outline.questions)
    return is_unique and all(scales and (q.scale is None or q.scale in scales) for q in asked)


def _concerned(outline: Outline, condition: Condition) -> list[str]:
    """The questions a condition names, those their own routing names, and so on, in reading order."""
    found: set[str] = set()
    waiting = list(questions_named(condition))
    while waiting:
        key = waiting.pop()
        if key in found or key not in outline.by_key:
            continue
        found.add(key)
        routing = outline.by_key[key].show_if
        waiting.extend(questions_named(routing) if routing is not None else ())
    return sorted(found, key=outline.position.__getitem__)


def _all_claims(outline: Outline, keys: list[str], rule: Rule) -> Iterator[Comparison]:
    yield from comparisons(rule.condition)
    for key in keys:
        routing = outline.by_key[key].show_if
        if routing is not None:
            yield from comparisons(routing)


def _is_true_of(outline: Outline, condition: Condition, chosen: dict[str, Value | None]) -> bool:
    questionnaire = outline.questionnaire
    known: dict[str, Answer] = {}
    for key, value in chosen.items():
        routing = outline.by_key[key].show_if
        if value is not None and (routing is None or holds(routing, known, questionnaire)):
            known[key] = Answer(State.ANSWERED, value)
    return holds(condition, known, questionnaire)


def _trial_answers(outline: Outline, key: str, claims: list[Comparison]) -> list[Value | None]:
    """A blank, and answers enough to tell the comparisons apart."""
    question = outline.by_key[key]
    named = [claim.operand for claim in claims if claim.question == key]
    if question.kind is Kind.SCALE:
        return [None, *outline.questionnaire.level_words(question)]
    if question.kind is Kind.MULTI_CHOICE:
        return [None, *_selections(question)]
    if question.kind in NUMERIC:
        fixed = {Decimal(repr(operand)) for operand in named if _is_number(operand)} | {Decimal(0)}
        return [None, *sorted({near + step for near in fixed for step in (-1, 0, 1)})]
    if question.kind is Kind.DATE:
        days = {date.fromisoformat(str(operand)) for operand in named if _is_date(operand)} | {
            date(2020, 1, 2)
        }
        return [None, *sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})]
    return [None, *(choices(question) or ("words",))]


def _selections(question: Question) -> Iterator[tuple[str, ...]]:
    """Every selection of a short list; of a long one each option alone, pairs and the first so many."""
    keys = [option.key for option in question.options]
    sizes = range(1, len(keys) + 1)
    if len(keys) <= MOST_OPTIONS:
        for size in sizes:
            yield from combinations(keys, size)
    else:
        yield from combinations(keys, 1)
        yield from combinations(keys, 2)
        yield from (tuple(keys[:size]) for size in sizes)
        yield from (tuple(keys[-size:]) for size in sizes)
