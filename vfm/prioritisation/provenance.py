"""From a service's published figures and answers to one value a criterion, each with where it came from.

Pure: values in, values out. Where a figure and an answer speak of the same thing the figure is used and both
are kept. A default criterion reads answers by its row of `ANSWER_RULES`, any other the first that feeds it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from vfm.prioritisation import sources
from vfm.prioritisation.criteria import VFM_RESULT, Criterion
from vfm.questionnaires.figures import in_pounds, plain
from vfm.questionnaires.kinds import KINDS, Value
from vfm.questionnaires.schema import NUMERIC, Kind, Question, Questionnaire
from vfm.scoring.results import OverallScore

GROSS, NET, REVIEWED = "expenditure_level", "net_expenditure", "time_since_review"
SHARES = {"share_cheaper": "are cheaper", "share_better": "do better", "share_less": "spend less"}
"""What a figure's comparison calls the share of the group that is ahead, and the words for it."""
SHARE = "share, 0 to 1"
"""The unit of a criterion that takes the share of a figure that is compared, not the figure itself."""
SPENDS_LESS = "share_less"
"""A figure compared so is worth its share to whatever criterion it feeds, as what it is compared on says."""


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure of the service.

    Attributes:
        source: title of where it was published.
        line: the line of the return it stands on, empty where there is none.
        feeds: the criterion it is a value for, empty for none.
        comparison: `of`, `counted`, `median`, `england` `others` and one of `SHARES`; each may lack.
    """

    measure: str
    title: str
    year: str
    amount: Decimal
    unit: str
    source: str
    line: str = ""
    feeds: str = ""
    comparison: Mapping[str, Any] | None = None
    publisher: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that says what a criterion's value is.

    Attributes:
        kind: a published figure, an answer of the service, or its agreed scorecard.
        title: what was measured, or the question.
        says: what it says, in words.
        value: the raw value it comes to; None where it comes to none.
        key: the question's key; empty for a figure.
        measure, year: of a figure.
        amount: of a figure, exact, as text and in its own unit; `value` may be a share made of it.
        publication: titles of where a figure and what it is compared with were published.
        line: of the return it stands on.
        others: (name, what it says) of each it is compared with, the lowest first, where they are known.
        publisher, licence: of a figure; empty in what was kept before they were told.
    """

    kind: Literal["figure", "answer", "scorecard"]
    title: str
    says: str
    value: float | None = None
    key: str = ""
    year: str = ""
    publication: str = ""
    measure: str = ""
    amount: str = ""
    line: str = ""
    others: Sequence[Sequence[str]] = ()
    publisher: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The value of one criterion for one service.

    Attributes:
        value: raw; None where nobody knows it.
        used: what it was made from.
        unused: what else speaks of it and was not used.
        otherwise: the value those would have come to.
        how: how several things became one value; empty where there is nothing to say.
    """

    value: float | None
    used: tuple[Source, ...] = ()
    unused: tuple[Source, ...] = ()
    otherwise: float | None = None
    how: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """How answers come to a value.

    Attributes:
        kinds: the kinds of question that are read, among those that feed the criterion.
        most: how many of them, in reading order.
        value: (answers in that order, None for one not given; gross expenditure) -> raw value.
        how: how several answers, or an answer and gross expenditure, became one value.
    """

    kinds: frozenset[Kind]
    most: int
    value: Callable[[Sequence[Any], Decimal | None], float | None]
    how: str = ""


MONEY, PERCENT = frozenset({Kind.MONEY}), frozenset({Kind.PERCENT})
CHOICE, DAY = frozenset({Kind.SINGLE_CHOICE}), frozenset({Kind.DATE})
ANSWER_RULES: Mapping[str, AnswerRule] = {
    GROSS: AnswerRule(MONEY, 1, lambda given, _: None if given[0] is None else float(given[0])),
    "demand_pressure": AnswerRule(
        PERCENT,
        2,
        lambda given, _: sources.demand_pressure(*given),
        "The greater of the two, and never under 0.",
    ),
    "budget_variance": AnswerRule(
        MONEY,
        1,
        lambda given, gross: sources.share_of_gross(given[0], gross),
        "As a share of gross expenditure.",
    ),
    "unit_cost": AnswerRule(
        CHOICE, 1, lambda given, _: sources.answered(sources.UNIT_COST_QUARTERS, given[0])
    ),
    "performance_gap": AnswerRule(
        CHOICE, 1, lambda given, _: sources.answered(sources.PERFORMANCE_QUARTERS, given[0])
    ),
    "savings_potential": AnswerRule(
        MONEY,
        2,
        lambda given, gross: sources.savings_potential(given[0], given[1], gross),
        "The middle of the two, as a share of gross expenditure.",
    ),
    "assurance_concern": AnswerRule(
        CHOICE, 1, lambda given, _: sources.answered(sources.ASSURANCE, given[0])
    ),
}
OF_GROSS = "per cent of gross"
"""The unit in which a sum that was answered counts as a share of gross expenditure."""


def rule_of(criterion: Criterion) -> AnswerRule | None:
    """How answers come to this criterion's value; None for the score, which is no answer.

    A default criterion that reads what it was made for has a rule of its own. Any other takes the first
    figure that feeds it, or what its `choices` say of a single choice.
    """
    if criterion.key == VFM_RESULT:
        return None
    if criterion.choices:
        options = dict(criterion.choices)
        return AnswerRule(CHOICE, 1, lambda given, _: sources.answered(options, given[0]))
    if criterion.key in ANSWER_RULES and criterion.feeds in ("", criterion.key):
        return ANSWER_RULES[criterion.key]
    if criterion.unit == OF_GROSS:
        how = "As a share of gross expenditure."
        return AnswerRule(MONEY, 1, lambda given, gross: sources.share_of_gross(given[0], gross), how)
    return AnswerRule(NUMERIC, 1, lambda given, _: None if given[0] is None else float(given[0]))


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that is known of one service before it is ranked.

    Attributes:
        values: criterion -> what was gathered, in the order asked for.
        gross, net: pounds a year; None where nobody knows.
        gross_from, net_from: the figures they were published as, else the answers that say so.
        reviewed_on: when it says it was last reviewed.
        beside: what it said of things that are shown and not weighted.
    """

    values: dict[str, Gathered]
    gross: Decimal | None
    net: Decimal | None
    reviewed_on: date | None
    beside: tuple[Source, ...]
    gross_from: tuple[Source, ...] = ()
    net_from: tuple[Source, ...] = ()


def known(
    questionnaire: Questionnaire | None,
    answers: Mapping[str, Value],
    overall: OverallScore | None,
    figures: Sequence[Published],
    criteria: Sequence[Criterion],
) -> Known:
    """Gather one service's values.

    Args:
        questionnaire: what was asked; None where it was not asked, and figures alone speak.
        answers: question key -> agreed answer; only what was answered on the route.
        overall: of the agreed scorecard; a withheld score is a gap, as is none.
        figures: of the service, any years; of each measure the latest year counts.
        criteria: what is ranked on.
    """
    told = {criterion.feeds or criterion.key for criterion in criteria}
    (gross, gross_from), (net, net_from) = _spending(questionnaire, answers, figures)
    values = {
        criterion.key: _scored(overall)
        if criterion.key == VFM_RESULT and overall
        else _gathered(criterion, questionnaire, answers, figures, gross)
        for criterion in criteria
    }
    reviewed = [answers.get(q.key) for q in _feeding(questionnaire, REVIEWED, DAY)]
    return Known(
        values=values,
        gross=gross,
        net=net,
        reviewed_on=max((day for day in reviewed if isinstance(day, date)), default=None),
        beside=tuple(
            _said(questionnaire, question, answers[question.key])
            for question in (questionnaire.questions.values() if questionnaire else ())
            if questionnaire and question.feeds and question.feeds not in told and question.key in answers
        ),
        gross_from=gross_from,
        net_from=net_from,
    )


def feeding(questionnaire: Questionnaire, criterion: Criterion) -> list[Question]:
    """The questions whose answers a criterion is read from, in reading order; none where it has no rule."""
    rule = rule_of(criterion)
    return _feeding(questionnaire, criterion.feeds or criterion.key, rule.kinds)[: rule.most] if rule else []


def _feeding(questionnaire: Questionnaire | None, feeds: str, kinds: frozenset[Kind]) -> list[Question]:
    if questionnaire is None:
        return []
    return [
        q for q in questionnaire.questions.values() if q.feeds == feeds and q.kind in kinds and q.by is None
    ]


Spent = tuple[Decimal | None, tuple[Source, ...]]
"""Pounds a year, and what says so."""


def _spending(
    questionnaire: Questionnaire | None, answers: Mapping[str, Value], figures: Sequence[Published]
) -> tuple[Spent, Spent]:
    """Gross and net: the published ones, else the first two sums that feed the spending criterion."""
    asked = [*_feeding(questionnaire, GROSS, MONEY), None, None]
    gross = _latest(figures, lambda figure: figure.feeds == GROSS)
    net = _latest(figures, lambda figure: figure.measure == NET)[:1]
    return (
        _spent(GROSS, gross) if gross else _said_to_be_spent(questionnaire, answers, asked[0]),
        _spent(NET, net) if net else _said_to_be_spent(questionnaire, answers, asked[1]),
    )


def _spent(criterion: str, published: Sequence[Published]) -> Spent:
    mean = sum((figure.amount for figure in published), Decimal(0)) / len(published)
    return mean, tuple(_published(criterion, figure) for figure in published)


def _said_to_be_spent(
    questionnaire: Questionnaire | None, answers: Mapping[str, Value], question: Question | None
) -> Spent:
    amount = answers.get(question.key) if question else None
    if questionnaire is None or question is None or not isinstance(amount, Decimal):
        return None, ()
    return amount, (_said(questionnaire, question, amount),)


def _latest(figures: Sequence[Published], wanted: Callable[[Published], bool]) -> list[Published]:
    """Of each measure that is wanted the figure of its latest year, by measure."""
    found: dict[str, Published] = {}
    for figure in sorted((f for f in figures if wanted(f)), key=lambda f: (f.measure, f.year)):
        found[figure.measure] = figure
    return list(found.values())


def _scored(overall: OverallScore) -> Gathered:
    if overall.score is None:
        says = "too little is answered for a score" if overall.mean is not None else "no score"
        return Gathered(None, unused=(Source("scorecard", "Agreed scorecard", says),))
    says = f"{_short(overall.score)} of 100"
    return Gathered(overall.score, used=(Source("scorecard", "Agreed scorecard", says, overall.score),))


def _gathered(
    criterion: Criterion,
    questionnaire: Questionnaire | None,
    answers: Mapping[str, Value],
    figures: Sequence[Published],
    gross: Decimal | None,
) -> Gathered:
    answered = _from_answers(criterion, questionnaire, answers, gross)
    key, is_share = criterion.key, criterion.unit == SHARE
    of_it = _latest(figures, lambda f: f.feeds == key and _value_of(key, f, is_share=is_share) is not None)
    if not of_it:
        return answered
    used = tuple(_published(key, figure, is_share=is_share) for figure in of_it)
    values = [source.value for source in used if source.value is not None]
    how = f"The mean of {len(values)} published measures." if len(values) > 1 else ""
    return Gathered(sum(values) / len(values), used, answered.used, answered.value, how)


def _value_of(criterion: str, figure: Published, *, is_share: bool = False) -> float | None:
    share = share_ahead(figure)
    is_compared = criterion in ("unit_cost", "performance_gap") or SPENDS_LESS in (figure.comparison or {})
    if not (is_compared or (is_share and share is not None)):
        return float(figure.amount)
    if share is None and figure.unit == "share":
        return float(figure.amount)
    return None if share is None else float(share[1])


def gives_value(criterion: Criterion, figure: Published) -> bool:
    """Whether a figure that feeds a criterion comes to a value of it."""
    return _value_of(criterion.key, figure, is_share=criterion.unit == SHARE) is not None


def share_ahead(figure: Published) -> tuple[str, Decimal] | None:
    """(which of `SHARES`, share of the comparators ahead in [0, 1]); None where unknown."""
    comparison = figure.comparison or {}
    return next(
        ((word, Decimal(str(comparison[word]))) for word in SHARES if comparison.get(word) is not None), None
    )


def _published(criterion: str, figure: Published, *, is_share: bool = False) -> Source:
    return Source(
        kind="figure",
        title=figure.title,
        says=in_words(figure),
        value=_value_of(criterion, figure, is_share=is_share),
        year=figure.year,
        publication="; ".join(dict.fromkeys(publications(figure))),
        measure=figure.measure,
        amount=f"{figure.amount:f}",
        line=figure.line,
        others=tuple(
            (name, _amount(Decimal(amount), figure.unit))
            for name, amount in (figure.comparison or {}).get("others", ())
        ),
        publisher=figure.publisher,
        licence=figure.licence,
    )


def publications(figure: Published) -> list[str]:
    """Where a figure was published, and where what it is compared with was."""
    comparison = figure.comparison or {}
    others = (comparison.get(name) for name in ("source", "england_source"))
    return [figure.source, *(str(title) for title in others if title)]


def in_words(figure: Published) -> str:
    """`£1,038 per week; 56% of 9 statistical neighbours are cheaper (their median £950 per week)`."""
    words = _amount(figure.amount, figure.unit)
    share = share_ahead(figure)
    if share is None:
        return words
    comparison, (word, ahead) = figure.comparison or {}, share
    group = (
        " ".join(str(comparison[part]) for part in ("counted", "of") if comparison.get(part)) or "the group"
    )
    ends = [
        f"{name} {_amount(Decimal(str(comparison[part])), figure.unit)}"
        for part, name in (("median", "their median"), ("england", "England"))
        if comparison.get(part) is not None
    ]
    rest = f" ({', '.join(ends)})" if ends else ""
    return f"{words}; {_short(100 * float(ahead), 0)}% of {group} {SHARES[word]}{rest}"


def _amount(amount: Decimal, unit: str) -> str:
    if unit.startswith("GBP"):
        return in_pounds(amount, unit)
    if unit == "percent":
        return f"{plain(amount)}%"
    return f"{plain(amount)} {unit}".strip()


def _from_answers(
    criterion: Criterion,
    questionnaire: Questionnaire | None,
    answers: Mapping[str, Value],
    gross: Decimal | None,
) -> Gathered:
    rule = rule_of(criterion)
    if rule is None or questionnaire is None:
        return Gathered(None)
    asked = feeding(questionnaire, criterion)
    given = [answers.get(question.key) for question in asked]
    said = tuple(
        _said(questionnaire, question, value)
        for question, value in zip(asked, given, strict=True)
        if value is not None
    )
    value = rule.value([*given, *[None] * (rule.most - len(given))], gross)
    if value is None:
        return Gathered(None, unused=said)
    return Gathered(value, used=said, how=rule.how if len(said) > 1 or rule.most == 1 else "")


def _said(questionnaire: Questionnaire, question: Question, value: Value) -> Source:
    words = KINDS[question.kind].in_words(questionnaire, question, value)
    return Source("answer", question.text, words, key=question.key)


UNITS: Mapping[str, Callable[[float], str]] = {
    "points, 0 to 100": lambda value: f"{_short(value)} of 100",
    "pounds a year": lambda value: f"{in_pounds(Decimal(repr(value)))} a year",
    "per cent": lambda value: f"{_short(value)}%",
    "per cent of gross": lambda value: f"{_short(value)}% of gross",
    SHARE: lambda value: f"{_short(100 * value, 0)}% of the group",
}


def raw_in_words(unit: str, value: float | None) -> str:
    """A raw value as it is read aloud; `no value` for a gap.

    >>> raw_in_words("share, 0 to 1", 0.625), raw_in_words("per cent", -4.25), raw_in_words("points", None)
    ('63% of the group', '-4.3%', 'no value')
    """
    if value is None:
        return "no value"
    words = UNITS.get(unit)
    return words(value) if words else f"{_short(value)} {unit}".strip()


def _short(value: float, places: int = 1) -> str:
    """Rounded half up, a whole number without its noughts."""
    near = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return plain(near.quantize(Decimal(1)) if near == near.to_integral_value() else near)
