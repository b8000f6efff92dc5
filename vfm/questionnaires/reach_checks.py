"""Design checks on what scores can be reached: caps that always apply, tops and bands out of reach."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from vfm.questionnaires.conditions import questions_named
from vfm.questionnaires.outline import Fault, Outline
from vfm.questionnaires.rule_checks import concerned
from vfm.questionnaires.schema import Method, Question, Section
from vfm.questionnaires.scoring_checks import keys_in
from vfm.questionnaires.source import Path
from vfm.questionnaires.trials import Goal, Goals, Tried, among
from vfm.questionnaires.wording import listed

MOST_SCORED = 40
"""Scored questions of which the scores are listed; of more there are too many to look."""
MOST_SUMS = 2_000
"""Sums kept apart in one section; with more of them any score is taken as possible."""


def constant_caps(outline: Outline) -> Iterator[Fault]:
    """Caps that apply whatever is answered."""
    for path, section in outline.sections:
        for i, cap in enumerate(section.caps):
            if cap.limit < 100 and outline.trials.is_constant(cap.when):
                sentence = (
                    f"The cap applies whatever is answered, so no score above {cap.limit:g} can be had."
                )
                message = f"{sentence} Correct its condition, or take it out."
                yield Fault((*path, "caps", i, "when"), cap.key, message, concerned(outline, cap.when))


# --- the top ---------------------------------------------------------------------------------------------


def unreachable_top(outline: Outline) -> Iterator[Fault]:
    """Best answers that a cap or a check rules out, and sections that no answers bring to the top score."""
    if outline.questionnaire.scoring.method is Method.RULE_TABLE:
        return
    found = [*_ruled_out(outline)]
    yield from found
    if not found and not any(constant_caps(outline)):
        yield from _capped_tops(outline)


def _ruled_out(outline: Outline) -> Iterator[Fault]:
    """Each best answer tried beside each cap around it and each check that names it."""
    trials = outline.trials
    for path, question, rules in _counting(outline):
        best = _best(outline, question)
        for words, goals in rules:
            is_ruled_out = not trials.is_possible(best, *goals)
            if is_ruled_out and trials.is_possible(best) and trials.is_possible(*goals):
                sentence = f"The best answer can never count in full, as {words} stands against it."
                yield Fault(path, question.key, f"{sentence} Correct that rule, or the points.")


Ruling = tuple[str, Goals]
"""A cap or a check in words, and what has to be so for it to stand back."""


def _counting(outline: Outline) -> Iterator[tuple[Path, Question, list[Ruling]]]:
    """Every question whose weight counts, with the caps of the sections around it and the checks on it."""
    checks = _checks_on(outline)
    for path, question in outline.questions:
        if question.key in outline.best:
            yield path, question, [*_caps_around(outline, path), *checks.get(question.key, ())]


def _caps_around(outline: Outline, path: Path) -> Iterator[Ruling]:
    """The caps of the section that holds a question, and of those that hold that one."""
    sections = outline.section_at
    for depth in range(2, len(path) - 1, 2):
        for cap in sections[path[:depth]].caps:
            if cap.limit < 100 and outline.trials.knows(cap.when):
                yield f'the cap "{cap.key}"', outline.trials.holding(cap.when, wanted=False)


def _checks_on(outline: Outline) -> dict[str, list[Ruling]]:
    trials = outline.trials
    found: dict[str, list[Ruling]] = {}
    for check in outline.questionnaire.checks:
        if trials.knows(check.must):
            named = questions_named(check.must)
            goals = (*trials.answered(named), *trials.holding(check.must))
            for key in named:
                found.setdefault(key, []).append((f'the check "{check.key}"', goals))
    return found


def _best(outline: Outline, question: Question) -> Goal:
    best = outline.best[question.key]
    return among(question.key, lambda answer: answer is not None and answer.value in best)


def _best_or_not_asked(outline: Outline, question: Question) -> Goal:
    best = outline.best[question.key]
    return outline.trials.if_asked(question.key, lambda answer: answer.value in best)


def _any_answered(keys: Iterable[str]) -> Goal:
    wanted = tuple(keys)

    def goal(tried: Tried) -> bool | str:
        if any(tried.get(key) is not None for key in wanted):
            return True
        return next((key for key in wanted if key not in tried), False)

    return goal


def _capped_tops(outline: Outline) -> Iterator[Fault]:
    """Sections whose questions cannot all be at their best without a cap, innermost first; then the whole."""
    lame: set[str] = set()
    for path, section in reversed(outline.sections):
        if lame.isdisjoint(inner.key for inner in section.walk()) and not _has_top(outline, (section,)):
            lame.add(section.key)
            sentence = "No answers bring the section to the top score: its routing and caps rule it out."
            message = f"{sentence} Correct the rules, or the points."
            yield Fault(path, section.key, message, keys_in(section))
    if not lame and not _has_top(outline, outline.questionnaire.sections):
        sentence = "No answers bring every section to the top score: routing and caps rule it out."
        yield Fault(("sections",), "template", f"{sentence} Correct the rules, or the points.")


def _has_top(outline: Outline, sections: Iterable[Section]) -> bool:
    """True when some answers put every question asked at its best without a cap.

    What is always asked and stands in no rule can always be at its best, so it is left out.
    """
    trials = outline.trials
    inside = [inner for section in sections for inner in section.walk()]
    counting = [q for section in inside for q in section.questions if q.key in outline.best]
    bound = [q for q in counting if q.show_if is not None or q.key in trials.named]
    free = [
        goal
        for section in inside
        for cap in section.caps
        if cap.limit < 100 and trials.knows(cap.when)
        for goal in trials.holding(cap.when, wanted=False)
    ]
    if not bound and not free:
        return True
    answered = () if len(bound) < len(counting) else (_any_answered(q.key for q in bound),)
    if not counting or not trials.is_possible(*answered):
        return True  # nothing is asked at all, which another check says
    return trials.is_possible(*(_best_or_not_asked(outline, q) for q in bound), *free, *answered)


def follow_ups_below_the_top(outline: Outline) -> Iterator[Fault]:
    """Scored questions asked only of those whose other answers are below their best."""
    trials = outline.trials
    for path, question in outline.questions:
        if question.show_if is None or question.key not in outline.best or not trials.knows(question.show_if):
            continue
        named = concerned(outline, question.show_if)
        scored = [outline.by_key[key] for key in named if key in outline.best]
        asked = trials.answered((question.key,))
        others = [_best_or_not_asked(outline, other) for other in scored]
        if scored and trials.is_possible(*asked) and not trials.is_possible(*asked, *others):
            keys = listed([other.key for other in scored])
            sentence = f"This is asked only where {keys} is below its best answer, and then it is scored too."
            cure = "Whoever is asked cannot reach the top score: take the weight out unless that is meant."
            yield Fault((*path, "show_if"), question.key, f"{sentence} {cure}", tuple(named), is_advice=True)


# --- bands -----------------------------------------------------------------------------------------------


def unreachable_bands(outline: Outline) -> Iterator[Fault]:
    """Bands that no score falls into, where there are few enough scores to know."""
    bands, method = outline.questionnaire.bands, outline.questionnaire.scoring.method
    if bands and method is Method.RULE_TABLE:
        sentence = "A rule table gives a status, so the bands are never used."
        message = f"{sentence} Take them out, or choose another method."
        yield Fault(("bands",), "bands", message, is_advice=True)
    scores = _all_scores(outline) if bands and method is Method.WEIGHTED_MEAN else None
    if not scores:
        return
    ends = [*(band.minimum for band in bands[1:]), float("inf")]
    for i, (band, end) in enumerate(zip(bands, ends, strict=True)):
        if not any(band.minimum <= score < end for score in scores):
            message = f'No score falls into the band "{band.name}". Widen it, or take it out.'
            yield Fault(("bands", i, "minimum"), "bands", message, is_advice=True)


def _all_scores(outline: Outline) -> frozenset[float] | None:
    """Every score a section or the whole can have, and some more; None when they are too many to list."""
    if len(outline.best) > MOST_SCORED:
        return None
    every: set[float] = set()
    whole: list[tuple[float, frozenset[float]]] = []
    for section in outline.questionnaire.sections:
        scores = _scores(outline, section, every)
        if scores is None:
            return None
        whole.append((section.weight, scores))
    means = _means(tuple(whole))
    return None if means is None else means | every


def _scores(outline: Outline, section: Section, every: set[float]) -> frozenset[float] | None:
    """Scores of a section, any of its questions left out; they join `every`, as do those further inside."""
    questionnaire = outline.questionnaire
    parts = [
        (question.weight or 0, frozenset(questionnaire.points_of(question).values()))
        for question in section.questions
        if question.key in outline.best
    ]
    for child in section.sections:
        scores = _scores(outline, child, every)
        if scores is None:
            return None
        parts.append((child.weight, scores))
    means = _means(tuple(parts))
    if not means:
        return means
    limits = {cap.limit for cap in section.caps}
    if any(question.critical for question in section.questions):
        limits.add(questionnaire.scoring.critical_limit)
    every |= means | limits
    return means | limits


@lru_cache(maxsize=64)
def _means(parts: tuple[tuple[float, frozenset[float]], ...]) -> frozenset[float] | None:
    """Weighted means of one value from each part, or none of it; None when there are too many."""
    sums = {(0.0, 0.0)}
    for weight, values in parts:
        if weight:
            worths = {weight * value for value in values}
            if len(sums) * (len(worths) + 1) > MOST_SUMS:
                return None
            sums |= {(w + weight, round(total + worth, 9)) for w, total in sums for worth in worths}
    return frozenset(round(total / weight, 9) for weight, total in sums if weight)
