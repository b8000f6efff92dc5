"""Portfolios as pandas frames for analysts: a row for each assessment, or each of its sections or questions.

The room's rule: values in, frames out, figures unrounded. Pages do not load this module, as pandas takes a
while to start. Every column is described in `COLUMNS`, with its type and its unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas

from vfm.questionnaires.answers import EVIDENCE, KINDS, Answer
from vfm.questionnaires.schema import Questionnaire
from vfm.scoring.columns import encoded
from vfm.scoring.portfolio import (
    CONFIDENCES,
    OVERALL_STATUSES,
    SECTION_STATUSES,
    STATES,
    Portfolio,
    SectionScores,
    score_all,
)

FLOAT, WORD, WORDS, TRUTH, TEXT, ANY = "float64", "category", "ordered category", "boolean", "str", "object"


@dataclass(frozen=True, slots=True)
class Described:
    """One column of a frame.

    Attributes:
        dtype: float64 (NaN where there is none), category, ordered category, boolean (NA where open), str or
            object.
        unit: of its figures; blank for words.
        words: what it says.
    """

    dtype: str
    unit: str
    words: str


_FIGURES = {
    "score": Described(FLOAT, "points, 0 to 100", "The score shown; none where it is withheld."),
    "mean": Described(FLOAT, "points, 0 to 100", "The mean after caps, also where the score is withheld."),
    "low": Described(FLOAT, "points, 0 to 100", "The lowest score still possible, every gap at its lowest."),
    "high": Described(FLOAT, "points, 0 to 100", "The highest score still possible."),
    "completeness": Described(FLOAT, "share, 0 to 1", "Share of the weight that applies which is answered."),
}
_SPREAD = Described(FLOAT, "points", "How far weak evidence could move the mean: one standard deviation.")
COLUMNS: Mapping[str, Mapping[str, Described]] = {
    "scores": {
        "status": Described(WORD, "", "published, provisional, not_applicable or off; none with a problem."),
        **_FIGURES,
        "band": Described(WORDS, "", "The rating band of the score, lowest first."),
        "confidence": Described(WORDS, "", "low, medium or high: the evidence behind it."),
        "confidence_share": Described(FLOAT, "share, 0 to 1", "The weighted mean grade of the evidence."),
        "spread": _SPREAD,
        "problem": Described(TEXT, "", "Why it could not be scored; blank where it was."),
    },
    "sections": {
        "assessment": Described(ANY, "", "Which assessment."),
        "section": Described(WORDS, "", "The section's key, in reading order."),
        "parent": Described(WORD, "", "The section that holds it; none at the top."),
        "status": Described(WORD, "", "scored, insufficient, not_applicable or unscored."),
        "weight": Described(FLOAT, "relative", "How it counts in what holds it."),
        **_FIGURES,
        "uncapped": Described(FLOAT, "points, 0 to 100", "The mean before the section's own caps."),
        "limit": Described(
            FLOAT, "points, 0 to 100", "The lowest cap that holds it down; none where none does."
        ),
        "confidence_share": Described(FLOAT, "share, 0 to 1", "The weighted mean grade of the evidence."),
        "spread": _SPREAD,
        "na_share": Described(FLOAT, "share, 0 to 1", "Share of its weight that does not apply."),
        "is_flagged": Described(TRUTH, "", "So much does not apply that a challenge is called for."),
        "worst": Described(TEXT, "", "Under a rule table, the worst status still possible; else none."),
        "best": Described(TEXT, "", "The best status still possible."),
        "meets_minimum": Described(TRUTH, "", "Whether the required status is met; none while it is open."),
    },
    "questions": {
        "assessment": Described(ANY, "", "Which assessment."),
        "question": Described(WORDS, "", "The question's key, in reading order."),
        "section": Described(WORDS, "", "The section that holds it."),
        "state": Described(WORD, "", "answered, dont_know, not_applicable, unanswered or off_route."),
        "value": Described(
            ANY, "", "The answer as JSON holds it: a level, an option's key, a figure, a text."
        ),
        "points": Described(FLOAT, "points, 0 to 100", "What a scored answer is worth."),
        "weight": Described(FLOAT, "relative", "Inside its section; none for a question that is not scored."),
        "share": Described(
            FLOAT, "share, 0 to 1", "Its share of the overall; over an assessment they add to 1."
        ),
        "contribution": Described(
            FLOAT, "points", "Share times points; they add up to the overall before caps."
        ),
        "evidence": Described(WORDS, "", "The grade of a scored answer's evidence, weakest first."),
    },
}
"""Frame -> column -> what it holds, in the order of its columns."""


def scores(questionnaire: Questionnaire, assessments: Mapping[Any, Mapping[str, Answer]]) -> pandas.DataFrame:
    """Answers scored: a row for each assessment, its name the index; columns as in `COLUMNS["scores"]`."""
    return overall(score_all(encoded(questionnaire, assessments)))


def overall(portfolio: Portfolio) -> pandas.DataFrame:
    """A row for each assessment, its name the index; columns as in `COLUMNS["scores"]`."""
    found = portfolio.overall
    bands = [band.name for band in portfolio.questionnaire.bands]
    problems = ["; ".join(map(str, portfolio.problems.get(index, ()))) for index in range(len(portfolio))]
    columns = {
        "status": _words(found.status, OVERALL_STATUSES),
        "score": found.score,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "completeness": found.completeness,
        "band": _band(found.band, bands, portfolio),
        "confidence": _words(found.confidence, CONFIDENCES, ordered=True),
        "confidence_share": found.confidence_share,
        "spread": found.spread,
        "problem": pandas.array(problems, dtype="str"),
    }
    return pandas.DataFrame(columns, index=_index(portfolio))


def sections(portfolio: Portfolio) -> pandas.DataFrame:
    """A row for each section of each assessment; columns as in `COLUMNS["sections"]`."""
    keys = [section.key for section in portfolio.sections]
    parts = [
        pandas.DataFrame(_section(portfolio, section, keys), index=range(len(portfolio)))
        for section in portfolio.sections
    ]
    return _stacked(portfolio, parts)


def questions(portfolio: Portfolio) -> pandas.DataFrame:
    """A row for each question of each assessment; columns as in `COLUMNS["questions"]`."""
    keys = [*portfolio.questionnaire.questions]
    parts = [pandas.DataFrame(_question(portfolio, key, keys), index=range(len(portfolio))) for key in keys]
    return _stacked(portfolio, parts)


def described(frame: str) -> pandas.DataFrame:
    """What the columns of a frame (`scores`, `sections` or `questions`) hold: type, unit, words."""
    rows = [(name, one.dtype, one.unit, one.words) for name, one in COLUMNS[frame].items()]
    return pandas.DataFrame(rows, columns=["column", "dtype", "unit", "words"]).set_index("column")


def _index(portfolio: Portfolio) -> pandas.Index:
    return pandas.Index(portfolio.names, name="assessment")


def _stacked(portfolio: Portfolio, parts: Sequence[pandas.DataFrame]) -> pandas.DataFrame:
    """Frames of all assessments under each other, sorted so that each assessment stands together."""
    whole = pandas.concat(parts)
    whole.insert(
        0, "assessment", _things(np.tile(np.array(_index(portfolio), dtype=object), len(parts)), whole.index)
    )
    return whole.sort_index(kind="stable").reset_index(drop=True)


def _words(codes: Any, words: Sequence[str], *, ordered: bool = False) -> pandas.Categorical:
    return pandas.Categorical.from_codes(codes, [str(word) for word in words], ordered=ordered)


def _things(given: Any, index: pandas.Index) -> pandas.Series:
    """Values as they are: pandas would make texts of them where all are texts."""
    return pandas.Series(given, index=index, dtype=object)


def _same(word: str, words: Sequence[str], count: int) -> pandas.Categorical:
    """One word for all."""
    return _words(np.full(count, words.index(word), np.int16), words, ordered=True)


def _band(codes: Any, bands: Sequence[str], portfolio: Portfolio) -> pandas.Categorical:
    """Bands from the lowest minimum up, in whatever order they were written."""
    minimum = [band.minimum for band in portfolio.questionnaire.bands]
    rising = sorted(range(len(bands)), key=minimum.__getitem__)
    place = np.array([*np.argsort(rising), -1], int)
    return _words(place[codes], [bands[index] for index in rising], ordered=True)


def _section(portfolio: Portfolio, found: SectionScores, keys: Sequence[str]) -> dict[str, Any]:
    count = len(portfolio)
    section = portfolio.questionnaire.all_sections[found.key]
    statuses = section.rule_table.statuses if section.rule_table is not None else ()
    parent = keys.index(found.parent) if found.parent else -1
    is_scored = portfolio.is_scored
    return {
        "section": _same(found.key, keys, count),
        "parent": _words(np.full(count, parent, np.int16), keys),
        "status": _words(found.status, SECTION_STATUSES),
        "weight": np.broadcast_to(np.asarray(found.weight, float), count),
        "score": found.score,
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "completeness": found.completeness,
        "uncapped": found.uncapped,
        "limit": _limit(portfolio, found.key),
        "confidence_share": found.confidence,
        "spread": found.spread,
        "na_share": found.na_share,
        "is_flagged": pandas.arrays.BooleanArray(found.is_flagged, ~is_scored),
        "worst": _texts(found.worst, statuses),
        "best": _texts(found.best, statuses),
        "meets_minimum": pandas.arrays.BooleanArray(found.meets_minimum == 1, found.meets_minimum == -1),
    }


def _texts(codes: Any, words: Sequence[str]) -> Any:
    """Words for codes, none for -1."""
    return pandas.array(np.array([*words, None], dtype=object)[codes], dtype="str")


def _limit(portfolio: Portfolio, key: str) -> Any:
    limits = np.full(len(portfolio), np.inf)
    for rule in portfolio.tried.get(key, ()):
        np.minimum(limits, rule.limit, out=limits, where=rule.now)
    return np.where(np.isinf(limits) | ~portfolio.is_scored, np.nan, limits)


def _question(portfolio: Portfolio, key: str, keys: Sequence[str]) -> dict[str, Any]:
    found, count = portfolio.question(key), len(portfolio)
    live = portfolio.seen[key]
    question = portfolio.questionnaire.questions[key]
    item = portfolio.structure.items.get(key)
    to_json = KINDS[question.kind].to_json
    values = np.empty(len(live.answers) + 1, dtype=object)
    for code, answer in enumerate(live.answers):
        if answer.value is not None and code not in live.faults:
            values[code] = to_json(answer.value)
    sections_of = portfolio.questionnaire.section_of
    return {
        "question": _same(key, keys, count),
        "section": _same(sections_of[key], [*portfolio.questionnaire.all_sections], count),
        "state": _words(found.state, STATES),
        "value": _things(
            values[np.where(portfolio.is_scored, live.codes, len(values) - 1)], pandas.RangeIndex(count)
        ),
        "points": found.points,
        "weight": np.full(count, np.nan if item is None else item.weight),
        "share": found.share,
        "contribution": found.contribution,
        "evidence": _words(found.evidence, EVIDENCE, ordered=True),
    }
