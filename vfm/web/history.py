"""The history of an answer, and putting an earlier revision back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Problem
from vfm.questionnaires.differences import answer_lines
from vfm.questionnaires.merging import How
from vfm.questionnaires.steps import STATUS_WORDS
from vfm.web.current import actor, now, reading, transaction
from vfm.web.paging import page_of
from vfm.workflows import history

blueprint = Blueprint("history", __name__)

HOW = {
    How.PAGE: "",
    How.WORKBOOK: "from a workbook",
    How.RESTORED: "put back",
    How.CONFIRMED: "confirmed from an earlier version",
    How.CONSENSUS: "consensus of the group",
}
"""By which way an answer came, where that is worth saying."""


@blueprint.get("/assessments/<int:assessment_id>/questions/<key>/history")
def of_question(assessment_id: int, key: str) -> ResponseReturnValue:
    """Every revision of an answer, newest first."""
    is_every = request.args.get("show") == "all"
    with reading() as store:
        view = history.of_question(store, assessment_id, key, by=actor(), is_every=is_every)
    page = page_of(view.revisions, request.args.get("page", 1, type=int))
    return render_template(
        "history/of_question.html",
        view=view,
        page=page,
        rows=[(one, answer_lines(view.questionnaire, key, one.before, one.answer)) for one in page.rows],
        is_every=is_every,
        how=HOW,
        status_words=STATUS_WORDS,
    )


@blueprint.get("/assessments/<int:assessment_id>/questions/<key>/history/<int:number>")
def ask(assessment_id: int, key: str, number: int) -> ResponseReturnValue:
    """Both texts, before one takes the other's place."""
    return _both(assessment_id, key, number)


@blueprint.post("/assessments/<int:assessment_id>/questions/<key>/history/<int:number>")
def put_back(assessment_id: int, key: str, number: int) -> ResponseReturnValue:
    """Let an earlier revision stand again."""
    seen = request.form.get("seen", "")
    try:
        with transaction() as store:
            history.put_back(store, assessment_id, key, number, seen=seen, by=actor(), now=now())
    except Conflict as refused:
        return _both(assessment_id, key, number, refused.message), 409
    flash(f"Revision {number} of {key} stands again.", "done")
    return redirect(url_for(".of_question", assessment_id=assessment_id, key=key), 303)


def _both(assessment_id: int, key: str, number: int, refused: str = "") -> str:
    with reading() as store:
        view = history.ask(store, assessment_id, key, number, by=actor())
    return render_template(
        "history/ask.html",
        view=view,
        standing=answer_lines(view.questionnaire, key, None, view.standing.answer),
        wanted=answer_lines(view.questionnaire, key, view.standing.answer, view.wanted.answer),
        how=HOW,
        status_words=STATUS_WORDS,
        problems=[Problem("put-back", refused)] if refused else [],
    )
