"""Sending an assessment for sign-off, signing it off, or returning it."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.questionnaires.steps import Status
from vfm.scoring.rounding import shown
from vfm.web import answer_checks
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import sign_off

blueprint = Blueprint("sign_off", __name__)

SIGNED = {
    Status.APPROVED: "Signed. It goes to the executive director, who signs last.",
    Status.SIGNED_OFF: "Signed off. The core team can now challenge the scores.",
}


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
    """What was sent, the steps taken so far, and those this person can take."""
    return _page(assessment_id)


@blueprint.post("/assessments/<int:assessment_id>/sign-off")
def sign(assessment_id: int) -> ResponseReturnValue:
    """The director signs."""
    with transaction() as store:
        status = sign_off.sign_off(store, assessment_id, by=actor(), now=now())
    flash(SIGNED[status], "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/countersign")
def countersign(assessment_id: int) -> ResponseReturnValue:
    """The executive director signs after the director."""
    with transaction() as store:
        sign_off.countersign(store, assessment_id, by=actor(), now=now())
    flash(SIGNED[Status.SIGNED_OFF], "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/take-back")
def take_back(assessment_id: int) -> ResponseReturnValue:
    """Whoever sent it goes on answering."""
    with transaction() as store:
        sign_off.take_back(store, assessment_id, by=actor(), now=now())
    flash("Taken back. Send it again when it is ready.", "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/return")
def send_back(assessment_id: int) -> ResponseReturnValue:
    """The director or the executive director returns it with a reason."""
    return _with_reason(assessment_id, sign_off.send_back, "Returned")


@blueprint.post("/assessments/<int:assessment_id>/reopen")
def reopen(assessment_id: int) -> ResponseReturnValue:
    """The core team opens it again with a reason."""
    return _with_reason(assessment_id, sign_off.reopen, "Opened again")


def _with_reason(assessment_id: int, do: Callable[..., None], done: str) -> ResponseReturnValue:
    reason = request.form.get("reason", "")
    try:
        with transaction() as store:
            do(store, assessment_id, reason, by=actor(), now=now())
    except Invalid as error:
        return _page(assessment_id, error.problems, reason), 422
    flash(f"{done}. Those who answer see your reason above the sections.", "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


def _page(assessment_id: int, problems: tuple[Problem, ...] = (), reason: str = "") -> str:
    with reading() as store:
        view = sign_off.statement(store, assessment_id, by=actor())
    return render_template("sign_off/show.html", view=view, problems=problems, reason=reason, points=shown)
