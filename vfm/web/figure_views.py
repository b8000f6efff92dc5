"""A published figure of an assessment's service: accepted, corrected with a reason, or left as it is."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Conflict, Invalid, Problem
from vfm.questionnaires.figures import SHARE
from vfm.web import languages
from vfm.web.access import allows
from vfm.web.beside import figure_line
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import figure_views
from vfm.workflows.figure_views import Typed, View

blueprint = Blueprint("figure_views", __name__)

ADDRESS = "/assessments/<int:assessment_id>/figures/<measure>/<year>"


@blueprint.get(ADDRESS)
def show(assessment_id: int, measure: str, year: str) -> ResponseReturnValue:
    """The figure, where it comes from, and what is said of it."""
    return _page(assessment_id, measure, year)


@blueprint.post(ADDRESS)
def say(assessment_id: int, measure: str, year: str) -> ResponseReturnValue:
    """Accept it, correct it, or take back what was said; then back to the question."""
    form = request.form
    typed = Typed(
        form.get("verdict", ""), form.get("amount", ""), form.get("reason", ""), form.get("seen", "")
    )
    is_taken_back = "take_back" in form
    try:
        with transaction() as store:
            if is_taken_back:
                figure_views.take_back(store, assessment_id, measure, year, typed.seen, by=actor(), now=now())
            else:
                figure_views.say(store, assessment_id, measure, year, typed, by=actor(), now=now())
    except Invalid as refused:
        return _page(assessment_id, measure, year, typed, refused.problems), 422
    except Conflict as conflict:
        if not conflict.clashes:
            raise
        cure = "What is kept now stands below. Save again to put yours in its place."
        problem = Problem("verdict", f"{conflict} {cure}")
        return _page(assessment_id, measure, year, typed, (problem,), conflict.clashes), 409
    flash(
        languages.say("Taken back: nothing is said of this figure now.")
        if is_taken_back
        else languages.say("Saved."),
        "done",
    )
    with reading() as store:
        view = figure_views.show(store, assessment_id, measure, year, by=actor())
    return redirect(_back(view, form.get("at", "")), 303)


def _back(view: View, at: str) -> str:
    """The question the figure was opened from; the list of sections where that is not said."""
    section = view.questionnaire.section_of.get(at)
    if section is None:
        return url_for("assessments.show", assessment_id=view.head.id)
    return url_for("assessments.section", assessment_id=view.head.id, key=section, _anchor=at)


def _page(
    assessment_id: int,
    measure: str,
    year: str,
    typed: Typed | None = None,
    problems: tuple[Problem, ...] = (),
    clashes: tuple[Clash, ...] = (),
) -> str:
    with reading() as store:
        view = figure_views.show(store, assessment_id, measure, year, by=actor())
    unit = view.figure.unit
    return render_template(
        "figure_views/show.html",
        view=view,
        figure=view.figure,
        typed=typed or view.typed,
        seen=view.typed.seen,
        problems=problems,
        clashes=clashes,
        line=figure_line(view.figure),
        prefix="£" if unit.startswith("GBP") else "",
        suffix="%" if unit in ("percent", SHARE) else unit.removeprefix("GBP").strip(),
        at=request.values.get("at", ""),
        may_compare=allows("comparators.service", actor()) and actor().sees(view.head.service_id),
        back=_back(view, request.values.get("at", "")),
    )
