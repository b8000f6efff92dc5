"""What depends on a part of a template, so that deleting it comes as no surprise.

Pure, and of a draft in any state: rules that name what is not there are told without being read back.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from vfm.questionnaires.conditions import (
    comparisons,
    expression_in_words,
    in_words,
    keys_in,
    questions_named,
)
from vfm.questionnaires.outline import Outline, Rule
from vfm.questionnaires.schema import Comparison, Kind, Question, Questionnaire
from vfm.questionnaires.scoring_checks import keys_in as keys_inside
from vfm.questionnaires.source import Path


@dataclass(frozen=True, slots=True)
class Dependent:
    """One thing that stands on another.

    Attributes:
        key: of the question, check, cap or section that depends.
        place: where in it, for a sentence: `routing of ECO-04`, `check GOV-low-within-high`.
        rule: what stands there, read back; empty where there is nothing to read.
        path: to what would have to be taken out or rewritten.
    """

    key: str
    place: str
    rule: str
    path: Path

    @property
    def in_words(self) -> str:
        """`routing of ECO-04: ECO-03 is "Above median"`."""
        return f"{self.place}: {self.rule}" if self.rule else self.place


def dependents(
    questionnaire: Questionnaire, key: str, *, option: str = "", level: int | None = None
) -> tuple[Dependent, ...]:
    """Everything outside a part of the template that names it, by kind of rule and in reading order.

    Args:
        questionnaire: a draft in any state.
        key: of a question, else of a section (for it and everything inside), else the name of a scale, else
            of a list of parts.
        option: with a question's key, only what depends on this option of it.
        level: with a scale's name, only what depends on this level; the levels above it would move down.

    Returns:
        Nothing for a key that is not there, and where nothing depends on it.
    """
    outline = Outline(questionnaire)
    for path, question in outline.questions:
        if question.key == key:
            return of_option(outline, key, option) if option else of_questions(outline, {key}, path)
    for path, section in outline.sections:
        if section.key == key:
            return of_questions(outline, keys_inside(section), path)
    if key in questionnaire.scales:
        return of_scale(outline, key) if level is None else of_level(outline, key, level)
    return of_parts(outline, key)


def of_questions(outline: Outline, keys: Collection[str], within: Path) -> tuple[Dependent, ...]:
    """What names one of the questions, but for what stands within the part that holds them."""
    wanted = frozenset(keys)
    rules = [rule for rule in outline.rules if not wanted.isdisjoint(questions_named(rule.condition))]
    found = (
        *(_by_rule(outline, rule) for rule in rules),
        *_shown_at(outline, wanted, {rule.owner for rule in rules if rule.word == "check"}),
        *_derived(outline, wanted),
        *_listed(outline, wanted),
        *_mentioned(outline, wanted),
    )
    return tuple(one for one in found if one.path[: len(within)] != within)


def of_option(outline: Outline, key: str, option: str) -> tuple[Dependent, ...]:
    """Rules that compare a question's answer with one of its options."""

    def is_named(claim: Comparison) -> bool:
        named = claim.operand if isinstance(claim.operand, tuple) else (claim.operand,)
        return claim.question == key and option in named

    return _by_claim(outline, is_named)


def of_scale(outline: Outline, name: str) -> tuple[Dependent, ...]:
    """Questions answered on a scale, by its name or because it is the first."""
    return tuple(
        Dependent(q.key, f"scale of {q.key}", q.text, path) for path, q in _answered_on(outline, name)
    )


def of_level(outline: Outline, name: str, level: int) -> tuple[Dependent, ...]:
    """What would mean something else without a level: own words for it, points, rules from it upwards."""
    asked = {q.key: (path, q) for path, q in _answered_on(outline, name)}

    def is_moved(claim: Comparison) -> bool:
        named = claim.operand if isinstance(claim.operand, tuple) else (claim.operand,)
        return claim.question in asked and any(
            isinstance(number, int | float) and not isinstance(number, bool) and number >= level
            for number in named
        )

    points = outline.questionnaire.scales[name].points or {}
    table = (
        Dependent(f"scales.{name}", f"points of the scale {name}", "", ("scales", name, "points", level)),
    )
    worded = (
        Dependent(key, f"level {level} of {key}", q.levels[level], (*path, "levels", level))
        for key, (path, q) in asked.items()
        if q.levels and level in q.levels
    )
    return (*(table if level in points else ()), *worded, *_by_claim(outline, is_moved))


def of_parts(outline: Outline, name: str) -> tuple[Dependent, ...]:
    """Questions asked once for each of the parts."""
    return tuple(
        Dependent(question.key, f"parts of {question.key}", question.text, (*path, "by"))
        for path, question in outline.questions
        if question.by == name
    )


def _answered_on(outline: Outline, name: str) -> Iterator[tuple[Path, Question]]:
    first = next(iter(outline.questionnaire.scales))
    for path, question in outline.questions + outline.about_the_pilot:
        if question.kind is Kind.SCALE and (question.scale or first) == name:
            yield path, question


def _by_claim(outline: Outline, is_meant: Callable[[Comparison], bool]) -> tuple[Dependent, ...]:
    return tuple(
        _by_rule(outline, rule)
        for rule in outline.rules
        if any(is_meant(claim) for claim in comparisons(rule.condition))
    )


def _by_rule(outline: Outline, rule: Rule) -> Dependent:
    known = outline.questionnaire.questions
    named = [known.get(key) for key in questions_named(rule.condition)]
    is_readable = all(q and (q.kind is not Kind.SCALE or outline.trials.values(q.key)) for q in named)
    words = in_words(rule.condition, outline.questionnaire) if is_readable else ""
    if rule.word == "routing rule":
        return Dependent(rule.owner, f"routing of {rule.owner}", words, rule.path)
    if rule.word == "check":
        return Dependent(rule.owner, f"check {rule.owner}", words, rule.path[:-1])
    held = outline.section_at[rule.path[:-3]].key
    return Dependent(rule.owner, f"cap {rule.owner} of {held}", words, rule.path[:-1])


def _shown_at(outline: Outline, keys: frozenset[str], told: set[str]) -> Iterator[Dependent]:
    for i, check in enumerate(outline.questionnaire.checks):
        if check.at in keys and check.key not in told:
            yield Dependent(check.key, f"place of the check {check.key}", check.say, ("checks", i, "at"))


def _derived(outline: Outline, keys: frozenset[str]) -> Iterator[Dependent]:
    for path, question in outline.questions:
        reckoned = question.derived
        if reckoned is not None and not keys.isdisjoint(keys_in(reckoned)):
            place = f"derived value of {question.key}"
            yield Dependent(question.key, place, expression_in_words(reckoned), (*path, "derived"))


def _listed(outline: Outline, keys: frozenset[str]) -> Iterator[Dependent]:
    for path, section in outline.sections:
        if section.rule_table is None:
            continue
        for name, statements in section.rule_table.lists.items():
            for i, key in enumerate(statements):
                if key in keys:
                    place = f'list "{name}" of the rule table of {section.key}'
                    yield Dependent(section.key, place, "", (*path, "rule_table", "lists", name, i))


def _mentioned(outline: Outline, keys: frozenset[str]) -> Iterator[Dependent]:
    """Words of other questions that name one by its key; keys without a figure could be any word."""
    named = [re.escape(key) for key in keys if any(map(str.isdigit, key))]
    if not named:
        return
    mention = re.compile(rf"(?<![\w-])(?:{'|'.join(named)})(?![\w-])")
    for path, question in outline.questions:
        for field in ("text", "help", "unit"):
            words = getattr(question, field)
            if mention.search(words):
                what = {"text": "words", "help": "guidance", "unit": "unit"}[field]
                yield Dependent(question.key, f"{what} of {question.key}", words, (*path, field))
