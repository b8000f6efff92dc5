"""What stands beside a question: published figures with what is said of them, and the ways to other pages.

Buttons of the section's form say where they lead in their value, its parts between bars: what was typed is
saved on the way.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from flask import abort, url_for

from vfm.questionnaires.figures import SHARE, as_typed
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.schema import Kind, Question
from vfm.web import fields, languages
from vfm.web.fields import figure_in_words
from vfm.web.languages import say
from vfm.workflows import figure_views
from vfm.workflows.assessments import Asked
from vfm.workflows.figure_views import Published


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One published figure beside a question.

    Attributes:
        words: its amount; median: that of its comparators, "" where there is none; of: who they are.
        said: "accepted", "corrected" or ""; instead: the amount it was corrected to, in words.
        use: what "Use this figure" types into the answer; "" where it does not fit, or stands there already.
        named, packed: the figure, and the figure with its mark, for the values of buttons.
    """

    figure: Published
    words: str
    median: str
    of: str
    said: str
    instead: str
    use: str
    named: str
    packed: str


def figure_line(figure: Published, asked: Asked | None = None) -> FigureLine:
    """A published figure as a page shows it, beside a question or alone."""
    key = asked.question.key if asked else ""
    median = figure.comparison.get("median")
    standing = figure.amount if figure.corrected is None else figure.corrected
    return FigureLine(
        figure,
        figure_in_words(figure.amount, figure.unit),
        "" if median is None else figure_in_words(median, figure.unit),
        figure.comparison.get("of", "comparators"),
        figure.verdict or "",
        "" if figure.corrected is None else figure_in_words(figure.corrected, figure.unit),
        _use(as_typed(standing, figure.unit), figure, asked) if asked else "",
        f"{key}|{figure.measure}|{figure.year}",
        f"{key}|{figure.measure}|{figure.year}|{figure_views.seen(figure)}",
    )


def _use(amount: str, figure: Published, asked: Asked) -> str:
    """What "Use this figure" would type; "" where it does not fit the question, or stands there already."""
    is_new = fields.as_typed(asked.answer).get("value") != amount
    return amount if is_new and _fits(figure, asked.question) else ""


def _fits(figure: Published, question: Question) -> bool:
    """True when the figure can be the answer as it stands: one figure, in the same unit."""
    if question.by:
        return False
    if question.kind is Kind.PERCENT:
        return figure.unit in ("percent", SHARE)
    return question.kind in (Kind.MONEY, Kind.NUMBER) and figure.unit == question.unit


def with_figure(sent: dict[str, Sent], packed: str) -> dict[str, Sent]:
    """What was sent, a figure in the place of one answer where the button "Use this figure" was pressed."""
    key, _, amount = packed.partition("|")
    if key not in sent:
        return sent
    raw = {name: typed for name, typed in sent[key].raw.items() if name not in ("state", "reason")}
    return sent | {key: replace(sent[key], raw=raw | {"value": amount})}


def unpacked(packed: str, parts: int) -> list[str]:
    """The parts of a button's value; a value that has others was made by no page of ours (404)."""
    found = packed.split("|")
    return found if len(found) == parts else abort(404)


@dataclass(frozen=True, slots=True)
class Way:
    """A button under a question that saves, and leads to another page about that question."""

    to: str
    words: str


def ways(asked: Asked, *, is_pilot: bool, may_give: bool) -> tuple[Way, ...]:
    """Where a question's buttons lead, with how much is there already."""
    return _ways(*asked.attached, is_pilot, may_give, asked.has_history, languages.current())


@lru_cache(maxsize=1024)
def _ways(
    evidence: int, comments: int, is_pilot: bool, may_give: bool, has_history: bool, _language: str
) -> tuple[Way, ...]:
    found = [
        Way("evidence", say("Evidence (%(n)s)", n=evidence) if evidence else say("Add evidence")),
        Way("comments", say("Discuss (%(n)s)", n=comments) if comments else say("Discuss")),
    ]
    if may_give:
        found.append(Way("give", say("Ask a colleague")))
    if has_history:
        found.append(Way("history", say("History")))
    if is_pilot:
        found.append(Way("feedback", say("Comment on this question")))
    return tuple(found)


def _to_figure(assessment_id: int, key: str, measure: str, year: str) -> str:
    return url_for("figure_views.show", assessment_id=assessment_id, measure=measure, year=year, at=key)


def _to_give(assessment_id: int, key: str) -> str:
    return url_for("delegations.give", assessment_id=assessment_id, place=key)


def question_address(assessment_id: int, section_key: str, key: str) -> str:
    """A question's own page."""
    return url_for("assessments.question", assessment_id=assessment_id, key=section_key, question_key=key)


def _to(endpoint: str) -> Callable[[int, str], str]:
    return lambda assessment_id, key: url_for(endpoint, assessment_id=assessment_id, key=key)


def _to_comparison(_: int, __: str, service_id: str) -> str:
    if not service_id.isdecimal():
        abort(404)
    return url_for("comparators.service", service_id=int(service_id))


ASIDES: dict[str, tuple[Callable[..., str], int]] = {
    "evidence": (_to("evidence.of_question"), 2),
    "comments": (_to("comments.of_question"), 2),
    "give": (_to_give, 2),
    "history": (_to("history.of_question"), 2),
    "feedback": (_to("feedback.give"), 2),
    "figure": (_to_figure, 4),
    "compare": (_to_comparison, 3),
    "question": (question_address, 3),
    "section": (_to("assessments.section"), 2),
}
"""What a button "aside" names first -> the address it leads to, and how many parts its value has."""


def address(assessment_id: int, packed: str) -> str:
    """Where a button of the section's form leads, once what was typed is saved."""
    to, parts = ASIDES.get(packed.partition("|")[0]) or abort(404)
    return to(assessment_id, *unpacked(packed, parts)[1:])
