"""One question as a form: what its fields show, and the question that filled-in fields describe.

Pure. Everything about a question can be changed here but its place; what its kind has no use for is left out.
Every problem is named at its field, and nothing else of the questionnaire is touched.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from vfm.errors import Invalid, Problem
from vfm.questionnaires import expression_form, rule_form
from vfm.questionnaires.arranging import keys_taken, remade
from vfm.questionnaires.dependents import dependents
from vfm.questionnaires.form_fields import (
    LONGEST_WORDING,
    Fields,
    Reading,
    among,
    as_fields,
    count,
    figure,
    key,
    one,
    points,
    prose,
    refuse,
    rows,
    share,
    unused,
    weight,
    wording,
)
from vfm.questionnaires.kinds import text_problem
from vfm.questionnaires.question_checks import CHOICES, ONLY_ON
from vfm.questionnaires.schema import (
    FEEDS,
    NUMERIC,
    SCORABLE,
    Condition,
    Kind,
    Option,
    Question,
    Questionnaire,
)
from vfm.questionnaires.wording import listed

YesNo = Literal["yes", "no"]


def shown(questionnaire: Questionnaire, question: Question) -> dict[str, list[str]]:
    """The fields of a question as its form shows them first."""
    plain = {
        "key": question.key,
        "text": question.text,
        "help": question.help,
        "kind": question.kind.value,
        "weight": figure(question.weight),
        "scale": question.scale or "",
        "unit": question.unit,
        "max_words": str(question.max_words or ""),
        "min_items": str(question.min_items or ""),
        "by": question.by or "",
        "feeds": question.feeds or "",
        **{f"points.{word}": share(value) for word, value in (question.points or {}).items()},
    }
    ticked = {
        "required": question.required,
        "critical": question.critical,
        "na": question.allows_na,
        "becomes": question.becomes is not None,
    }
    if question.kind is Kind.SCALE:
        plain |= {f"level.{n}": words for n, words in questionnaire.level_words(question).items()}
    for i, option in enumerate(question.options):
        plain[f"option.{i}.key"] = option.key
        plain[f"option.{i}.label"] = option.label
        plain[f"option.{i}.points"] = share(option.points)
        ticked[f"option.{i}.exclusive"] = option.exclusive
    fields = as_fields(plain, (name for name, is_ticked in ticked.items() if is_ticked))
    fields |= rule_form.fields("show_if", rule_form.as_typed(question.show_if))
    return fields | expression_form.fields("derived", expression_form.as_typed(question.derived))


def read(
    questionnaire: Questionnaire,
    question: Question,
    fields: Fields,
    once: Mapping[str, str] = MappingProxyType({}),
) -> Question:
    """The question that the fields describe, in the place of the one given.

    A key that is not sent stays. What belongs to another kind is dropped with the kind. `once` holds keys
    that earlier versions gave to questions this one does not have, in small letters, with what they meant.

    Raises:
        Invalid: every problem, its place the field's name.
    """
    kind = _kind(question, fields)
    before = shown(questionnaire, question)
    reading = Reading(before, fields)
    said = reading.read
    if kind is Kind.SCALE and not questionnaire.scales:
        raise refuse("kind", "There is no scale to answer on yet. Add one under Scales and parts first.")
    same_kind = kind is question.kind
    scale = among(fields, "scale", questionnaire.scales) if kind is Kind.SCALE else None
    changes: dict[str, Any] = {
        "key": reading.take(_key, questionnaire, question, fields, once),
        "text": said(question.text, "text", wording, fields, "text", "question"),
        "help": said(question.help, "help", prose, fields, "help"),
        "kind": kind,
        "required": "required" in fields,
        "critical": "critical" in fields and kind in SCORABLE,
        "show_if": said(
            question.show_if, "show_if", rule_form.read, fields, "show_if", questionnaire, question.show_if
        ),
        "weight": said(question.weight, "weight", weight, fields, "weight") if kind in SCORABLE else None,
        "feeds": among(fields, "feeds", FEEDS),
        "scale": scale,
        "levels": None,
        "options": (),
        "points": said(question.points, "points", _yes_no_points, fields) if kind is Kind.YES_NO else None,
        "unit": said(question.unit, "unit", prose, fields, "unit") if kind in NUMERIC else "",
        "by": among(fields, "by", questionnaire.parts) if kind in NUMERIC else None,
        "derived": said(
            question.derived, "derived", expression_form.read, fields, "derived", questionnaire, question
        )
        if kind in NUMERIC
        else None,
        "max_words": reading.take(count, fields, "max_words") if kind is Kind.TEXT else None,
        "min_items": reading.take(count, fields, "min_items") if kind is Kind.EVIDENCE else None,
        "becomes": "improvement_action" if "becomes" in fields and kind in ONLY_ON["becomes"] else None,
    }
    if kind in CHOICES:
        changes["options"] = (
            said(question.options, "option", _options, fields, kind)
            if same_kind
            else reading.take(_options, fields, kind) or ()
        )
    if kind is Kind.SCALE:
        same_scale = same_kind and scale == question.scale
        changes["levels"] = (
            said(question.levels, "level", _levels, questionnaire, question, scale, fields)
            if same_scale
            else reading.take(_levels, questionnaire, question, scale, fields)
        )
    if not reading.problems:
        reading.problems += _needed_options(questionnaire, question, kind, changes["options"])
    reading.close()
    changes["na_allowed"] = _na_allowed(question, changes["critical"], "na" in fields)
    return remade(question, **changes)


def _kind(question: Question, fields: Fields) -> Kind:
    sent = one(fields, "kind")
    return Kind(sent) if sent in set(Kind) else question.kind


def _key(questionnaire: Questionnaire, question: Question, fields: Fields, once: Mapping[str, str]) -> str:
    taken = keys_taken(questionnaire) - {question.key.casefold()}
    return unused(key(fields, "key", taken, question.key), once)


def _levels(
    questionnaire: Questionnaire, question: Question, scale: str | None, fields: Fields
) -> dict[int, str] | None:
    """The question's own level descriptors; None where they say what the scale says."""
    levels = questionnaire.scales[scale or next(iter(questionnaire.scales))].levels
    problems, words = [], {}
    for level, name in levels.items():
        field = f"level.{level}"
        words[level] = one(fields, field) or name
        if len(words[level]) > LONGEST_WORDING:
            sentence = (
                f"Level {level} has {len(words[level]):,} characters. Shorten it to {LONGEST_WORDING:,}."
            )
            problems.append(Problem(field, sentence))
        elif message := text_problem(words[level]):
            problems.append(Problem(field, message))
    if problems:
        raise Invalid(problems)
    return None if question.levels is None and words == levels else words


def _options(fields: Fields, kind: Kind) -> tuple[Option, ...]:
    problems: list[Problem] = []
    options: list[Option] = []
    taken: set[str] = set()
    for i in rows(fields, "option", ("key", "label", "points")):
        here = f"option.{i}"
        try:
            label = wording(fields, f"{here}.label", "answer")
            typed = key(fields, f"{here}.key", frozenset(taken), option_key(label, taken))
            worth = points(fields, f"{here}.points") if kind is Kind.SINGLE_CHOICE else None
        except Invalid as invalid:
            problems.extend(invalid.problems)
            continue
        taken.add(typed.casefold())
        is_alone = kind is Kind.MULTI_CHOICE and f"{here}.exclusive" in fields
        options.append(Option(key=typed, label=label, points=worth, exclusive=is_alone))
    if problems:
        raise Invalid(problems)
    return tuple(options)


def option_key(label: str, taken: set[str]) -> str:
    """A key for an answer out of its words: `None of these` becomes `none_of_these`.

    >>> option_key("Above the median!", {"above_the_median"})
    'above_the_median_2'
    """
    stem = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:32] or "answer"
    stem = stem if stem[0].isalpha() else f"a_{stem}"
    found, number = stem, 1
    while found in taken:
        number += 1
        found = f"{stem}_{number}"
    return found


def _yes_no_points(fields: Fields) -> dict[YesNo, float] | None:
    words: tuple[YesNo, ...] = ("yes", "no")
    found = {word: points(fields, f"points.{word}") for word in words}
    given = {word: value for word, value in found.items() if value is not None}
    if len(given) == 1:
        lacking = next(word for word in found if word not in given)
        raise refuse(f"points.{lacking}", "Give the points of the other answer too, or of neither.")
    return given or None


def _needed_options(
    questionnaire: Questionnaire, question: Question, kind: Kind, options: Sequence[Option]
) -> list[Problem]:
    """Answers that rules name and that are no longer there."""
    problems = []
    kept = {option.key for option in options}
    for i, option in enumerate(question.options):
        if option.key in kept:
            continue
        if needing := dependents(questionnaire, question.key, option=option.key):
            places = listed([one.place for one in needing], "and")
            sentence = f'The answer "{option.key}" is needed by the {places}. Change that first.'
            problems.append(Problem(f"option.{i}.key" if kind in CHOICES else "kind", sentence))
    return problems


def _na_allowed(question: Question, is_critical: bool, is_ticked: bool) -> bool | None:
    """As it was where nothing changed; else only what differs from the rule is written down."""
    if (question.critical, question.allows_na) == (is_critical, is_ticked):
        return question.na_allowed
    return None if is_ticked is not is_critical else is_ticked


def in_words(
    questionnaire: Questionnaire, question: Question, condition_in_words: Callable[[Condition], str]
) -> str:
    """A question as one text, for showing two side by side."""
    lines = [f"{question.key}: {question.text}", question.help]
    if question.kind is Kind.SCALE:
        lines += [f"{level}: {words}" for level, words in questionnaire.level_words(question).items()]
    lines += [f"• {option.label}" for option in question.options]
    weighs = "not scored" if question.weight is None else f"weight {question.weight:g}"
    lines.append(f"{weighs}, {'required' if question.required else 'not required'}")
    if question.show_if is not None:
        lines.append(f"Asked only when {condition_in_words(question.show_if)}")
    return "\n".join(line for line in lines if line)
