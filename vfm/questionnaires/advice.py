"""Advice on a design: what is allowed, and most likely not what was meant. It never stands in the way."""

from collections import defaultdict
from collections.abc import Iterator

from vfm.questionnaires.conditions import questions_named
from vfm.questionnaires.outline import Fault, Outline, Rule
from vfm.questionnaires.question_checks import NAMES
from vfm.questionnaires.rule_checks import concerned
from vfm.questionnaires.schema import Kind, Method, Question, Section
from vfm.questionnaires.scoring_checks import is_scored, keys_in
from vfm.questionnaires.source import Path
from vfm.questionnaires.wording import listed

READ_FROM: dict[str, tuple[Kind, int]] = {
    "assurance_concern": (Kind.SINGLE_CHOICE, 1),
    "budget_variance": (Kind.MONEY, 1),
    "demand_pressure": (Kind.PERCENT, 2),
    "expenditure_level": (Kind.MONEY, 2),
    "performance_gap": (Kind.SINGLE_CHOICE, 1),
    "savings_potential": (Kind.MONEY, 2),
    "unit_cost": (Kind.SINGLE_CHOICE, 1),
}
"""What is fed -> the kind of question it is read from, and how many of them, in reading order."""
NUMBER_WORDS = {1: "first", 2: "first two"}


# --- rules -----------------------------------------------------------------------------------------------


def constant_rules(outline: Outline) -> Iterator[Fault]:
    """Routing rules that are always true, and checks that can never fail."""
    for rule in outline.rules:
        is_check = rule.word == "check"
        if rule.word != "cap" and outline.trials.is_constant(rule.condition, is_given=is_check):
            on = concerned(outline, rule.condition)
            yield Fault(rule.path, rule.owner, _constant(rule), on, is_advice=True)


def _constant(rule: Rule) -> str:
    if rule.word == "check":
        return "The check can never fail, whatever is answered. Correct it, or take it out."
    named = listed(questions_named(rule.condition), "and")
    sentence = f"The routing rule is true whatever is answered to {named}."
    return f'{sentence} Take it out, or say "answered: true" where any answer will do.'


# --- weights ---------------------------------------------------------------------------------------------


def weightless(outline: Outline) -> Iterator[Fault]:
    """Scored questions and sections whose weight is 0 beside others that count."""
    for path, section in outline.sections:
        weights = [question.weight for question in section.questions if question.weight is not None]
        for i, question in enumerate(section.questions):
            if question.weight == 0 and any(weights):
                sentence = "The weight is 0, so the answer is never counted."
                cure = "Give it a weight, or leave the weight out so that it is plainly not scored."
                here = (*path, "questions", i, "weight")
                yield Fault(here, question.key, f"{sentence} {cure}", is_advice=True)
    if outline.questionnaire.scoring.method is Method.WEIGHTED_MEAN:
        yield from _weightless_sections(outline)


def _weightless_sections(outline: Outline) -> Iterator[Fault]:
    for siblings, path in _levels(outline):
        scored = [(i, section) for i, section in enumerate(siblings) if is_scored(section)]
        if any(section.weight for _, section in scored):
            for i, section in scored:
                if section.weight == 0:
                    sentence = (
                        "The section is scored and its weight is 0, so it never counts in what holds it."
                    )
                    message = f"{sentence} Give it a weight, or take its questions' weights out."
                    here = (*path, i, "weight")
                    yield Fault(here, section.key, message, keys_in(section), is_advice=True)


def _levels(outline: Outline) -> Iterator[tuple[tuple[Section, ...], Path]]:
    """Sections that stand side by side, with the path of their list."""
    yield outline.questionnaire.sections, ("sections",)
    for path, section in outline.sections:
        if section.sections:
            yield section.sections, (*path, "sections")


def lone_weights(outline: Outline) -> Iterator[Fault]:
    """Weights beyond any other in the template on what has nothing beside it to be weighed against.

    A lone question or section with a weight that is used elsewhere too is left alone: nobody meant anything
    by it. Under `sum` a weight is a number of points, which always matters.
    """
    if outline.questionnaire.scoring.method is Method.SUM:
        return
    weights = [question.weight for _, question in outline.questions if question.weight]
    for path, section in outline.sections:
        scored = [(i, question) for i, question in enumerate(section.questions) if question.weight]
        if len(scored) == 1 and not any(map(is_scored, section.sections)):
            ((i, question),) = scored
            if _is_beyond_others(question.weight or 0, weights):
                sentence = "The weight cannot matter, as no other question of the section is scored."
                message = f"{sentence} Weigh the section instead, or score another question."
                here = (*path, "questions", i, "weight")
                yield Fault(here, question.key, message, keys_in(section), is_advice=True)
    if outline.questionnaire.scoring.method is Method.WEIGHTED_MEAN:
        yield from _lone_sections(outline)


def _lone_sections(outline: Outline) -> Iterator[Fault]:
    weights = [section.weight for _, section in outline.sections if section.weight]
    beside = {path: any(q.weight for q in section.questions) for path, section in outline.sections}
    for siblings, path in _levels(outline):
        scored = [(i, section) for i, section in enumerate(siblings) if section.weight and is_scored(section)]
        if len(scored) == 1 and not beside.get(path[:-1]):
            ((i, section),) = scored
            if _is_beyond_others(section.weight, weights):
                sentence = "The weight cannot matter, as no other section beside this one is scored."
                message = f"{sentence} Set it to 1, or score another section."
                yield Fault((*path, i, "weight"), section.key, message, keys_in(section), is_advice=True)


def _is_beyond_others(weight: float, weights: list[float]) -> bool:
    """True when a weight is over 1 and no other in the template is as high."""
    return weight > 1 and weight == max(weights) and weights.count(weight) == 1


def unused_points(outline: Outline) -> Iterator[Fault]:
    """Points on answers of questions that are not scored."""
    for path, question in outline.questions + outline.about_the_pilot:
        if question.is_scored:
            continue
        if question.points is not None:
            yield _unused_points((*path, "points"), question)
        for i, option in enumerate(question.options):
            if option.points is not None:
                yield _unused_points((*path, "options", i, "points"), question)
                break


def _unused_points(path: Path, question: Question) -> Fault:
    sentence = "There are points here, but the question has no weight and is not scored."
    cure = "Give it a weight" if question.kind is not Kind.MULTI_CHOICE else "Ask it as a single choice"
    return Fault(path, question.key, f"{sentence} {cure}, or take the points out.", is_advice=True)


def idle_critical(outline: Outline) -> Iterator[Fault]:
    """Critical questions and sections whose being critical changes nothing."""
    by_table = outline.questionnaire.scoring.method is Method.RULE_TABLE
    limit = outline.questionnaire.scoring.critical_limit
    for path, section in outline.sections:
        if section.critical and not is_scored(section):
            message = "The section is critical but has no score. Take critical out, or score a question."
            yield Fault((*path, "critical"), section.key, message, keys_in(section), is_advice=True)
        for i, question in enumerate(section.questions):
            if question.critical and (sentence := _idle(section, limit, by_table=by_table)):
                here = (*path, "questions", i, "critical")
                message = f"{sentence} Take critical out, or change that."
                yield Fault(here, question.key, message, keys_in(section), is_advice=True)


def _idle(section: Section, limit: float, *, by_table: bool) -> str:
    if by_table:
        return "A rule table gives a status, which has no points for a critical question to cap."
    if limit >= 100:
        return f'A critical question caps nothing while "critical_limit" is {limit:g}.'
    counting = [q for q in section.questions if q.weight]
    if len(counting) == 1 and counting[0].critical and not any(map(is_scored, section.sections)):
        return "This is the section's only scored question: at its lowest the score is 0 without any cap."
    return ""


# --- what nothing uses -----------------------------------------------------------------------------------


def unused_tables(outline: Outline) -> Iterator[Fault]:
    """Scales and parts that no question uses."""
    questionnaire = outline.questionnaire
    asked = [q for _, q in outline.questions + outline.about_the_pilot]
    first = next(iter(questionnaire.scales), None)
    scales = {question.scale or first for question in asked if question.kind is Kind.SCALE}
    parts = {question.by for question in asked}
    for name in questionnaire.scales:
        if name not in scales:
            message = "No question is answered on this scale. Take it out, or use it."
            yield Fault(("scales", name), f"scales.{name}", message, is_advice=True)
    for name in questionnaire.parts:
        if name not in parts:
            message = "No question is asked by these parts. Take them out, or use them."
            yield Fault(("parts", name), f"parts.{name}", message, is_advice=True)


def several_exclusive(outline: Outline) -> Iterator[Fault]:
    """Multiple choices with more than one option that stands alone."""
    for path, question in outline.questions:
        alone = [i for i, option in enumerate(question.options) if option.exclusive]
        if question.kind is not Kind.MULTI_CHOICE or len(alone) < 2:
            continue
        if len(alone) == len(question.options):
            message = "Every option is exclusive, so only one can be chosen. Make it a single choice."
        else:
            labels = listed([f'"{question.options[i].key}"' for i in alone], "and")
            message = f"{labels} are all exclusive. Keep one such option, or ask about the rest separately."
        here = (*path, "options", alone[1], "exclusive")
        yield Fault(here, question.key, message, is_advice=True)


def unread_feeds(outline: Outline) -> Iterator[Fault]:
    """Questions that feed the ranking and are never read: too many of them, or all of another kind."""
    feeding: dict[str, list[tuple[Path, Question]]] = defaultdict(list)
    for path, question in outline.questions:
        if question.feeds in READ_FROM:
            feeding[question.feeds].append((path, question))
    for criterion, found in feeding.items():
        kind, most = READ_FROM[criterion]
        read = [(path, q) for path, q in found if q.kind is kind and q.by is None]
        for path, question in read[most:]:
            before = listed([earlier.key for _, earlier in read[:most]], "and")
            sentence = f'"{criterion}" is read from the {NUMBER_WORDS[most]} that feed it: {before}.'
            message = f"{sentence} Take feeds out here, or there."
            on = tuple(earlier.key for _, earlier in read[:most])
            yield Fault((*path, "feeds"), question.key, message, on, is_advice=True)
        if not read:
            path, question = found[0]
            sentence = f'"{criterion}" is read from {NAMES[kind]} asked once, and no such question feeds it.'
            message = f"{sentence} Take feeds out, or ask for it so."
            yield Fault((*path, "feeds"), question.key, message, is_advice=True)
