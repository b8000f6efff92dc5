"""Design checks on rules: routing, checks across answers, caps and derived values.

A routing rule cites only earlier questions; checks and caps may cite any. Whether a rule can ever be true is
tried out, see `trials`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import combinations, islice
from operator import itemgetter

from vfm.questionnaires.conditions import questions_named
from vfm.questionnaires.kinds import KINDS, choices
from vfm.questionnaires.outline import Fault, Outline, Rule
from vfm.questionnaires.question_checks import NAMES
from vfm.questionnaires.schema import (
    NUMERIC,
    All,
    AnyOf,
    Check,
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
from vfm.questionnaires.trials import Goals, Trials
from vfm.questionnaires.wording import did_you_mean, listed, meant_key

MOST_PAIRS = 300
"""Pairs of checks looked at for the two that contradict each other."""


def unfit_rules(outline: Outline) -> Iterator[Fault]:
    """Rules that name what is not there or comes later, compare what cannot be, or can never be true."""
    for rule in outline.rules:
        found = [
            Fault(at, rule.owner, message, (claim.question,))
            for path, claim in _claims(rule.condition, rule.path)
            for at, message in _unfit_claim(outline, rule, claim, path)
        ]
        yield from found
        if not found and (sentence := _impossible(outline.trials, rule)):
            message = f"{sentence} Correct the rule, or take it out."
            yield Fault(rule.path, rule.owner, message, concerned(outline, rule.condition))


def _impossible(trials: Trials, rule: Rule) -> str:
    """What to say of a rule that no answers make true; empty where some do, or it cannot be tried out."""
    if not trials.knows(rule.condition):
        return ""
    named = questions_named(rule.condition)
    wanted = trials.holding(rule.condition)
    if rule.word != "check":
        if trials.is_possible(*wanted, named=named):
            return ""
        if rule.word == "routing rule":
            return "The routing rule can never be true, so the question is never asked."
        return f"The {rule.word}'s condition can never be true."
    given = trials.answered(named)
    if trials.is_possible(*given, *wanted, named=named):
        return ""
    if trials.is_possible(*given, named=named):
        return "The check's condition can never be true."
    return "The check's questions are never asked together, so it is never looked at."


def contradicting_checks(outline: Outline) -> Iterator[Fault]:
    """Checks that no answers satisfy together, though each could hold alone."""
    for group in _checks_together(outline):
        if not _can_hold(outline.trials, group):
            yield from _contradictions(outline.trials, group)


Placed = tuple[int, Check]
"""A check with its place in the list."""


def _checks_together(outline: Outline) -> list[list[Placed]]:
    """Checks that make sense alone, in groups that look at the same questions or are linked by those."""
    groups: list[tuple[set[str], list[Placed]]] = []
    for i, check in enumerate(outline.questionnaire.checks):
        if not outline.trials.knows(check.must) or not _can_hold(outline.trials, [(i, check)]):
            continue
        named, together = set(questions_named(check.must)), [(i, check)]
        touching = [group for group in groups if not named.isdisjoint(group[0])]
        groups = [group for group in groups if named.isdisjoint(group[0])]
        for keys, others in touching:
            named |= keys
            together = others + together
        groups.append((named, together))
    return [sorted(together, key=itemgetter(0)) for _, together in groups if len(together) > 1]


def _given(trials: Trials, checks: Iterable[Placed]) -> Goals:
    return trials.answered(dict.fromkeys(key for _, one in checks for key in questions_named(one.must)))


def _can_hold(trials: Trials, checks: list[Placed]) -> bool:
    """True when some answers to all their questions satisfy every check."""
    musts = (goal for _, check in checks for goal in trials.holding(check.must))
    return trials.is_possible(*_given(trials, checks), *musts)


def _contradictions(trials: Trials, group: list[Placed]) -> Iterator[Fault]:
    """The pairs of a group that are at odds; where it is no pair, all of them together."""
    pairs = [[one, other] for one, other in islice(combinations(group, 2), MOST_PAIRS) if _meet(one, other)]
    at_odds = [pair for pair in pairs if _are_at_odds(trials, pair)]
    for checks in at_odds or ([group] if _are_at_odds(trials, group) else []):
        i, last = checks[-1]
        keys = listed([f'"{check.key}"' for _, check in checks], "and")
        message = f"The checks {keys} can never hold together. Correct one, or take it out."
        on = tuple(key for _, check in checks for key in questions_named(check.must))
        yield Fault(("checks", i, "must"), last.key, message, on)


def _meet(one: Placed, other: Placed) -> bool:
    return not set(questions_named(one[1].must)).isdisjoint(questions_named(other[1].must))


def _are_at_odds(trials: Trials, checks: list[Placed]) -> bool:
    return not _can_hold(trials, checks) and trials.is_possible(*_given(trials, checks))


def silent_checks(outline: Outline) -> Iterator[Fault]:
    """Checks that would speak at a question which is never asked when they fail."""
    for i, check, can_be_shown in _away_from_what_they_compare(outline):
        if not can_be_shown:
            yield _silent(i, check, "is never")


def often_silent_checks(outline: Outline) -> Iterator[Fault]:
    """Checks that speak at a question which is not always asked when they fail."""
    for i, check, can_be_shown in _away_from_what_they_compare(outline):
        if can_be_shown:
            yield replace(_silent(i, check, "is not always"), is_advice=True)


def _silent(i: int, check: Check, often: str) -> Fault:
    named = questions_named(check.must)
    sentence = f"The message is shown at {check.at}, which {often} asked when the check fails."
    return Fault(
        ("checks", i, "at"), check.key, f"{sentence} Show it at {listed(named)}.", (check.at, *named)
    )


def _away_from_what_they_compare(outline: Outline) -> Iterator[tuple[int, Check, bool]]:
    """Checks that can fail while their message is not shown; and whether it can ever be shown."""
    trials = outline.trials
    for i, check in enumerate(outline.questionnaire.checks):
        at, named = outline.by_key.get(check.at), questions_named(check.must)
        if at is None or at.show_if is None or check.at in named:
            continue
        if not trials.knows(check.must) or not trials.knows(at.show_if):
            continue
        failing = (*trials.answered(named), *trials.holding(check.must, wanted=False))
        if trials.is_possible(*failing, *trials.holding(at.show_if, wanted=False)):
            yield i, check, trials.is_possible(*failing, *trials.holding(at.show_if))


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
    if key == question.key:
        return "The derived value names the question itself. Name an earlier question."
    if outline.position[key] > outline.position[question.key]:
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


def concerned(outline: Outline, condition: Condition) -> tuple[str, ...]:
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
    return tuple(sorted(found, key=outline.position.__getitem__))
