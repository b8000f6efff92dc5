"""One assessment of a portfolio as the scorecard it would be alone.

Pure. Nothing is scored here: figures are picked out of the arrays, words are put to codes.
"""

from math import isnan

import numpy as np

from vfm.questionnaires.answers import EVIDENCE, KINDS, State
from vfm.questionnaires.schema import Question
from vfm.scoring.caps import Hold
from vfm.scoring.column_tree import Floats
from vfm.scoring.portfolio import (
    CONFIDENCES,
    OVERALL_STATUSES,
    SECTION_STATUSES,
    Portfolio,
    SectionScores,
    word_of,
)
from vfm.scoring.results import (
    ENGINE,
    CapApplied,
    OverallScore,
    QuestionScore,
    Scorecard,
    SectionScore,
    SectionStatus,
)


def scorecard_of(portfolio: Portfolio, index: int) -> Scorecard:
    """The scorecard of one assessment, equal to what `scorecard.score` makes of its answers.

    Raises:
        Invalid: the assessment could not be scored; every problem with it.
    """
    portfolio.assert_scored(index)
    return Scorecard(
        engine=ENGINE,
        template=portfolio.questionnaire.key,
        version=portfolio.questionnaire.version,
        overall=_overall(portfolio, index),
        sections=tuple(_section(portfolio, section, index) for section in portfolio.sections),
        questions=tuple(
            _question(portfolio, question, index) for question in portfolio.questionnaire.questions.values()
        ),
    )


def _figure(figures: Floats, index: int) -> float | None:
    figure = float(figures[index])
    return None if isnan(figure) else figure


def _overall(portfolio: Portfolio, index: int) -> OverallScore:
    found = portfolio.overall
    band = word_of(portfolio.questionnaire.bands, found.band[index])
    return OverallScore(
        score=_figure(found.score, index),
        low=_figure(found.low, index),
        high=_figure(found.high, index),
        completeness=_figure(found.completeness, index),
        status=OVERALL_STATUSES[found.status[index]],
        band=band.name if band else None,
        confidence=word_of(CONFIDENCES, found.confidence[index]),
        spread=_figure(found.spread, index),
        mean=_figure(found.mean, index),
        confidence_share=_figure(found.confidence_share, index),
    )


def _section(portfolio: Portfolio, found: SectionScores, index: int) -> SectionScore:
    status = SECTION_STATUSES[found.status[index]]
    worst, best = _words(portfolio, found, index)
    is_by_table = not portfolio.method.has_score
    applies = status in (SectionStatus.SCORED, SectionStatus.INSUFFICIENT)
    uncapped = _figure(found.uncapped, index)
    shown = uncapped if status is SectionStatus.SCORED else None
    meets = word_of((False, True), found.meets_minimum[index])
    return SectionScore(
        key=found.key,
        weight=float(found.weight[index]) if isinstance(found.weight, np.ndarray) else found.weight,
        score=_figure(found.score, index),
        low=(worst if applies else None) if is_by_table else _figure(found.low, index),
        high=(best if applies else None) if is_by_table else _figure(found.high, index),
        completeness=_figure(found.completeness, index),
        status=status,
        caps=tuple(
            CapApplied(h.rule, h.limit, shown, h.reason) for h in holds_of(portfolio, found.key, index)
        ),
        result=worst if worst == best else None,
        parent=found.parent,
        mean=_figure(found.mean, index),
        uncapped=uncapped,
        confidence=_figure(found.confidence, index),
        spread=_figure(found.spread, index),
        na_share=_figure(found.na_share, index),
        is_flagged=bool(found.is_flagged[index]),
        meets_minimum=meets,
    )


def _words(portfolio: Portfolio, found: SectionScores, index: int) -> tuple[str | None, str | None]:
    """The worst and the best status a section's rule table still allows."""
    section = portfolio.questionnaire.all_sections[found.key]
    statuses = section.rule_table.statuses if section.rule_table is not None else ()
    return word_of(statuses, found.worst[index]), word_of(statuses, found.best[index])


def holds_of(portfolio: Portfolio, key: str, index: int) -> tuple[Hold, ...]:
    """What holds a section down in one assessment, the lowest limit (which wins) first."""
    rules = [rule for rule in portfolio.tried.get(key, ()) if rule.now[index]]
    holds = (rule.hold(portfolio.questionnaire, portfolio.seen, index) for rule in rules)
    return tuple(sorted(holds, key=lambda hold: hold.limit))


def _question(portfolio: Portfolio, question: Question, index: int) -> QuestionScore:
    answer = portfolio.seen[question.key].answer(index)
    if answer is None:
        return QuestionScore(question.key, State.OFF_ROUTE, weight=question.weight)
    found = portfolio.question(question.key, slice(index, index + 1))
    item = portfolio.structure.items.get(question.key)
    return QuestionScore(
        key=question.key,
        state=answer.state,
        value=None if answer.value is None else KINDS[question.kind].to_json(answer.value),
        points=_figure(found.points, 0),
        weight=item.weight if item is not None else None,
        share=_figure(found.share, 0),
        contribution=_figure(found.contribution, 0),
        evidence=word_of(EVIDENCE, found.evidence[0]),
    )
