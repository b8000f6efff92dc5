"""Sending an assessment for sign-off, signing it off, or returning it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.scoring.rounding import shown
from vfm.web import answer_checks
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import sign_off

blueprint = Blueprint("sign_off", __name__)


@blueprint.post("/assessments/<int:assessment_id>/submit")
def submit(assessment_id: int) -> ResponseReturnValue:
    """Send it; while something is missing, the check page says what."""
    by = actor()
    try:
        with transaction() as store:
            sign_off.submit(store, assessment_id, by=by, now=now())
    except Invalid as error:
        return answer_checks.page(assessment_id, error.problems), 422
    flash("Sent for sign-off.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


@blueprint.get("/assessments/<int:assessment_id>/sign-off")
def show(assessment_id: int) -> ResponseReturnValue:
    """What was sent, and the director's two choices."""
    return _page(assessment_id)


@blueprint.post("/assessments/<int:assessment_id>/sign-off")
def sign(assessment_id: int) -> ResponseReturnValue:
    """The director signs off."""
    with transaction() as store:
        sign_off.sign_off(store, assessment_id, by=actor(), now=now())
    flash("Signed off. The core team can now challenge the scores.", "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/return")
def send_back(assessment_id: int) -> ResponseReturnValue:
    """The director returns it with a reason."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as store:
            sign_off.send_back(store, assessment_id, reason, by=actor(), now=now())
    except Invalid as error:
        return _page(assessment_id, error.problems, reason), 422
    flash("Returned. Those who answer see your reason above the sections.", "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


def _page(assessment_id: int, problems: tuple[Problem, ...] = (), reason: str = "") -> str:
    with reading() as store:
        view = sign_off.statement(store, assessment_id, by=actor())
    return render_template("sign_off/show.html", view=view, problems=problems, reason=reason, points=shown)
