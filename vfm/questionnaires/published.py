"""Published figures and the questions that ask for the same thing: what stands beside what, what disagrees.

Pure. A figure is never changed by an answer; a correction of it comes with a reason and stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeVar

from vfm.questionnaires.answers import Answer
from vfm.questionnaires.figures import in_unit
from vfm.questionnaires.schema import Kind, Question

TOLERANCE = Decimal("0.10")
"""A share of the published figure: an answer further from it than this is worth another look."""
POSTS = "FTE"
"""The unit of posts, of which a question need feed no criterion to have figures beside it."""
SPENT = ("gross_expenditure", "net_expenditure")


class Figure(Protocol):
    """What is looked at of a published figure, and what respondents say of it.

    `feeds` is the criterion it supplies, empty for none; `corrected` the amount they say it should be, None
    while they say nothing else, and `reason` why.
    """

    @property
    def measure(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def year(self) -> str: ...  # noqa: D102
    @property
    def amount(self) -> Decimal: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def feeds(self) -> str: ...  # noqa: D102
    @property
    def corrected(self) -> Decimal | None: ...  # noqa: D102
    @property
    def reason(self) -> str | None: ...  # noqa: D102


Some = TypeVar("Some", bound=Figure)


def beside(question: Question, figures: Sequence[Some]) -> tuple[Some, ...]:
    """The figures that speak of the same thing as a question: posts, or the criterion it feeds.

    Of each measure the last one given, and of the trend of spending every year; `figures` go by year.
    """
    if question.unit == POSTS:
        return _latest([figure for figure in figures if figure.unit == POSTS])
    if not figures or question.feeds is None:
        return ()
    if question.feeds == "expenditure_trend":
        return tuple(figure for figure in figures if figure.measure == "net_current_expenditure")
    if question.feeds == "expenditure_level":
        words = question.text.casefold().split()
        spent = [figure for figure in figures if figure.measure in SPENT]
        return _latest([figure for figure in spent if figure.measure.split("_")[0] in words] or spent)
    return _latest([figure for figure in figures if figure.feeds == question.feeds])


def _latest(figures: Sequence[Some]) -> tuple[Some, ...]:
    return tuple({figure.measure: figure for figure in figures}.values())


@dataclass(frozen=True, slots=True)
class Disagreement:
    """An answer too far from the figure it is measured against.

    Attributes:
        against: the published amount, or what respondents corrected it to.
        difference: the answer less that.
    """

    figure: Figure
    typed: Decimal
    against: Decimal
    difference: Decimal

    def in_words(self) -> str:
        """What was answered, what is published, and how far apart they are."""
        figure = self.figure
        corrected = "" if figure.corrected is None else ", as you corrected it"
        more = "more" if self.difference > 0 else "less"
        share = f", {_percent(self.difference / self.against)}" if self.against else ""
        return (
            f"You answered {in_unit(self.typed, figure.unit)}. {figure.title}, {figure.year}{corrected}: "
            f"{in_unit(self.against, figure.unit)}. Your answer is "
            f"{in_unit(abs(self.difference), figure.unit)} {more}{share}."
        )


def disagreement(question: Question, answer: Answer, figures: Sequence[Figure]) -> Disagreement | None:
    """How an answer disagrees with what is published, None when it does not or nothing can be compared.

    Compared is what `is_same`; with several years, the nearest. An answer may be `TOLERANCE` of the figure
    away: it may speak of another year, or of a budget.

    Args:
        question: what was asked.
        answer: what was answered; one that is not a single figure disagrees with nothing.
        figures: the service's published figures, by year; where respondents corrected one, the answer is
            measured against what they say.
    """
    if not answer.is_answered or not isinstance(answer.value, Decimal):
        return None
    found = [
        _against(figure, answer.value) for figure in beside(question, figures) if is_same(question, figure)
    ]
    if not found:
        return None
    nearest = min(found, key=lambda one: abs(one.difference))
    return nearest if abs(nearest.difference) > TOLERANCE * abs(nearest.against) else None


def _against(figure: Figure, typed: Decimal) -> Disagreement:
    against = figure.amount if figure.corrected is None else figure.corrected
    return Disagreement(figure, typed, against, typed - against)


def is_same(question: Question, figure: Figure) -> bool:
    """True when a figure beside a question measures what it asks: in its unit, and not net beside gross.

    What feeds no criterion is never the same: a figure of posts may be of one profession alone.
    """
    other = {"gross_expenditure": "net", "net_expenditure": "gross"}.get(figure.measure)
    is_other = other in question.text.casefold().split()
    return question.feeds is not None and figure.unit.casefold() == _unit(question) and not is_other


def _unit(question: Question) -> str:
    """A question's unit as figures name theirs."""
    if question.kind is Kind.MONEY:
        return question.unit.casefold() or "gbp"
    return "percent" if question.kind is Kind.PERCENT else question.unit.casefold()


def _percent(share: Decimal) -> str:
    whole = (abs(share) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{whole:,}%"
