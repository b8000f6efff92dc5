"""Rehearsing a version: its sections with throw-away answers, and beside them what those answers give.

What was typed travels with the form, so a section is opened by sending the form to its address.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from vfm.errors import Problem
from vfm.questionnaires.answers import UNANSWERED
from vfm.questionnaires.conditions import in_words
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.reports import result as say
from vfm.scoring.methods import METHODS
from vfm.web import fields, words
from vfm.web.current import actor, reading
from vfm.web.fields import Field
from vfm.web.filters import plural
from vfm.workflows import rehearsals
from vfm.workflows.rehearsals import Level, Rehearsal, Walk

blueprint = Blueprint("rehearsals", __name__)

LEVELS = {
    Level.LOWEST: "At its lowest level",
    Level.MIDDLE: "At its middle level",
    Level.HIGHEST: "At its highest level",
}
"""Where every scored answer can be put at once -> words of its button."""


@dataclass(frozen=True, slots=True)
class Row:
    """One question of the section shown, as its respondents see it."""

    field: Field
    failed: tuple[str, ...]
    worked_out: str | None


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One question in the panel.

    Attributes:
        line: what it gives; None when it is not asked.
        asked_when: its condition in words, "" when it is always asked.
    """

    key: str
    text: str
    line: say.QuestionLine | None
    asked_when: str


@dataclass(frozen=True, slots=True)
class RouteSection:
    """One section in the panel.

    Attributes:
        result: what it gives; None for a section of facts of which nothing is asked.
        asked: how many of its own questions are on the route.
    """

    key: str
    title: str
    result: say.SectionLine | None
    lines: tuple[RouteLine, ...]
    asked: int


@blueprint.get("/versions/<int:version_id>/rehearsal")
def start(version_id: int) -> ResponseReturnValue:
    """What a rehearsal is, the sections, and where to begin."""
    with reading() as store:
        view = rehearsals.start(store, version_id, by=actor())
    return render_template("rehearsals/start.html", view=view, statuses=words.VERSION_STATUS, levels=LEVELS)


@blueprint.get("/versions/<int:version_id>/rehearsal/<key>")
def section(version_id: int, key: str) -> ResponseReturnValue:
    """One section with nothing answered anywhere."""
    with reading() as store:
        walk = rehearsals.section(store, version_id, key, {}, by=actor())
    return render_template("rehearsals/section.html", **_shown(walk))


@blueprint.post("/versions/<int:version_id>/rehearsal/<key>")
def walk(version_id: int, key: str) -> ResponseReturnValue:
    """One section after what was typed; as JSON, the parts of the page that follow from it."""
    form = request.form
    with reading() as store:
        found = rehearsals.section(
            store,
            version_id,
            key,
            fields.read(form),
            by=actor(),
            leaving=form.get("leaving", ""),
            seen=form.getlist("shown"),
            level=Level(form["level"]) if form.get("level") in set(Level) else None,
        )
    parts = _shown(found)
    if request.headers.get("Accept") == "application/json":
        return jsonify(
            questions=render_template("rehearsals/questions.html", **parts),
            panel=render_template("rehearsals/panel.html", **parts),
            said=parts["said"],
        )
    return render_template("rehearsals/section.html", **parts), 422 if found.problems else 200


def _shown(walk: Walk) -> dict[str, object]:
    """All that the section's page, or a part of it, is rendered with."""
    found = walk.rehearsal
    asked = found.asked(walk.page)
    sheet = say.lay_out(found.questionnaire, found.card, found.answers)
    problems = found.problems_on(walk.page)
    return {
        "walk": walk,
        "page": walk.page,
        "found": found,
        "overall": found.card.overall,
        "rows": [_row(found, question) for question in asked],
        "carried": fields.carried(found.sent, besides={question.key for question in asked}),
        "problems": [_at_field(problem) for problem in problems],
        "unread": [_at_field(problem) for problem in found.problems],
        "sheet": sheet,
        "sections": tuple(_sections(found.questionnaire, sheet)),
        "method": METHODS[found.questionnaire.scoring.method].words,
        "said": _said(walk),
        "levels": LEVELS,
        "say": say,
    }


def _row(found: Rehearsal, question: Question) -> Row:
    key = question.key
    answer = fields.as_typed(found.answers.get(key, UNANSWERED))
    problems = [problem for problem in found.problems if problem.place.partition(".")[0] == key]
    sent = found.sent.get(key, Sent({}, ""))
    field = fields.shown(
        found.questionnaire,
        question,
        sent.raw if problems else answer,
        seen=sent.seen if problems else str(answer["state"]),
        problems=problems,
    )
    failed = tuple(problem.message for problem in found.failed if problem.place == key)
    return Row(field, failed, found.worked_out(question))


def _at_field(problem: Problem) -> Problem:
    """A problem that leads to its field and names its question, as on the page of an assessment."""
    key = problem.place.partition(".")[0]
    return Problem(fields.place(problem), f"{key}: {problem.message}")


def _sections(questionnaire: Questionnaire, sheet: say.Sheet) -> Iterator[RouteSection]:
    """Every section, those off the route too."""
    results = {line.key: line for line in sheet.sections}
    for key, section in questionnaire.all_sections.items():
        result = results.get(key)
        lines = {line.key: line for line in result.questions} if result else {}
        if section.questions or result:
            yield RouteSection(
                key,
                section.title,
                result,
                tuple(_route_line(questionnaire, question, lines) for question in section.questions),
                len(lines),
            )


def _route_line(
    questionnaire: Questionnaire, question: Question, lines: Mapping[str, say.QuestionLine]
) -> RouteLine:
    asked_when = in_words(question.show_if, questionnaire) if question.show_if else ""
    return RouteLine(question.key, question.text, lines.get(question.key), asked_when)


def _said(walk: Walk) -> str:
    """What a screen reader is told after a change: the score, how far it is, what came and went."""
    progress = walk.rehearsal.progress
    parts = [
        f"{say.headline(walk.rehearsal.card.overall)}.",
        f"{progress.settled} of {plural(progress.asked, 'question')} answered.",
    ]
    if walk.appeared:
        parts.append(f"{plural(len(walk.appeared), 'more question is', 'more questions are')} asked here.")
    if walk.gone:
        parts.append(f"{plural(walk.gone, 'question is', 'questions are')} no longer asked here.")
    return " ".join(parts)
