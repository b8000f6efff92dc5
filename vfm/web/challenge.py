"""Challenge: the queue of a cycle, one assessment's scores side by side, one score with its forms."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.reports import result as say
from vfm.roles import Role
from vfm.scoring.challenge import Trigger
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import challenge, challenge_closing, challenge_queue

blueprint = Blueprint("challenge", __name__)

STATE_WORDS = {
    "waiting": "Waiting for challenge",
    "open": "With open challenges",
    "agreed": "Agreed",
    "all": "All",
}
TRIGGER_WORDS = {
    Trigger.WEAK_EVIDENCE: "Highest level on weak evidence",
    Trigger.NOT_APPLICABLE: "Much does not apply",
    Trigger.LARGE_CHANGE: "Large change since the baseline",
}
SORT_WORDS = {"effect": "Biggest effect first", "service": "Service", "score": "Lowest score first"}
LINE_STATES = {
    "none": ("Not challenged", ""),
    "open": ("Waits for the service", "yellow"),
    "answered": ("Service has responded", "blue"),
    "agreed": ("Agreed", "green"),
}
"""State of a challenged score -> words, colour of the tag."""


@blueprint.get("/challenge")
def index() -> ResponseReturnValue:
    """The queue of the cycle that waits, or for those who answer, the challenges of their own services."""
    person = actor()
    if not person.has(Role.CORE_TEAM, Role.CHALLENGER, Role.EXECUTIVE):
        with reading() as store:
            own = challenge_queue.own(store, by=person)
        return render_template("challenge/own.html", own=own)
    with reading() as store:
        cycle_id = challenge_queue.newest(store)
    if cycle_id is None:
        return render_template("challenge/empty.html")
    return redirect(url_for("challenge.queue", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/challenge")
def queue(cycle_id: int) -> ResponseReturnValue:
    """Signed-off assessments, biggest effect on the total first."""
    wanted = challenge_queue.Wanted(
        state=request.args.get("state", "waiting"),
        directorate=request.args.get("directorate", ""),
        trigger=request.args.get("trigger", ""),
        sort=request.args.get("sort", "effect"),
    )
    with reading() as store:
        view = challenge_queue.queue(store, cycle_id, wanted, by=actor())
    return render_template(
        "challenge/queue.html",
        view=view,
        wanted=wanted,
        states=STATE_WORDS,
        triggers=TRIGGER_WORDS,
        sorts=SORT_WORDS,
        say=say,
    )


# --- one assessment -----------------------------------------------------------------------------------------


@blueprint.get("/challenge/<int:assessment_id>")
def show(assessment_id: int) -> ResponseReturnValue:
    """Scored questions in rows: self, challenged, agreed."""
    return _case_page(assessment_id)


@blueprint.post("/challenge/<int:assessment_id>/close")
def close(assessment_id: int) -> ResponseReturnValue:
    """Agree the result: challenged scores as agreed, the rest as the service said."""
    try:
        with transaction() as store:
            challenge_closing.close(store, assessment_id, by=actor(), now=now())
    except Invalid as refused:
        return _case_page(assessment_id, refused.problems), 422
    flash("The challenge is closed and the result is agreed.", "done")
    return redirect(url_for("results.show", assessment_id=assessment_id), 303)


def _case_page(assessment_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        case = challenge.show(store, assessment_id, by=actor())
    return render_template(
        "challenge/show.html",
        case=case,
        shows=request.args.get("show", "all"),
        states=LINE_STATES,
        triggers=TRIGGER_WORDS,
        problems=problems,
        say=say,
    )


# --- one score ----------------------------------------------------------------------------------------------


@blueprint.get("/challenge/<int:assessment_id>/questions/<key>")
def question(assessment_id: int, key: str) -> ResponseReturnValue:
    """One score: what the service said, what was said of it, and the forms for what comes next."""
    return _question_page(assessment_id, key)


@blueprint.post("/challenge/<int:assessment_id>/questions/<key>")
def make(assessment_id: int, key: str) -> ResponseReturnValue:
    """Challenge the score."""
    try:
        with transaction() as store:
            challenge.make(store, assessment_id, key, request.form, by=actor(), now=now())
    except Invalid as refused:
        return _question_page(assessment_id, key, refused.problems), 422
    flash(f"{key} is challenged. The service is asked to respond.", "done")
    return _onward(assessment_id, key)


@blueprint.post("/challenge/<int:assessment_id>/questions/<key>/withdraw")
def withdraw(assessment_id: int, key: str) -> ResponseReturnValue:
    """Take one's own challenge back."""
    with transaction() as store:
        challenge.withdraw(store, assessment_id, key, by=actor(), now=now())
    flash(f"The challenge of {key} is taken back.", "done")
    return redirect(url_for("challenge.question", assessment_id=assessment_id, key=key), 303)


@blueprint.post("/challenge/<int:assessment_id>/questions/<key>/response")
def respond(assessment_id: int, key: str) -> ResponseReturnValue:
    """The director's response."""
    try:
        with transaction() as store:
            words = request.form.get("response", "")
            challenge.respond(store, assessment_id, key, words, by=actor(), now=now())
    except Invalid as refused:
        return _question_page(assessment_id, key, refused.problems), 422
    flash(f"Your response on {key} is sent.", "done")
    return redirect(url_for("challenge.show", assessment_id=assessment_id, _anchor=key), 303)


@blueprint.post("/challenge/<int:assessment_id>/questions/<key>/agreed")
def agree(assessment_id: int, key: str) -> ResponseReturnValue:
    """Agree a score, with its reason."""
    raw = {name: request.form.get(f"agreed_{name}", "") for name in ("value", "evidence", "reason")}
    try:
        with transaction() as store:
            challenge.agree(store, assessment_id, key, raw, by=actor(), now=now())
    except Invalid as refused:
        problems = tuple(Problem(f"agreed_{one.place}", one.message) for one in refused.problems)
        return _question_page(assessment_id, key, problems), 422
    flash(f"A score is agreed for {key}.", "done")
    return redirect(url_for("challenge.show", assessment_id=assessment_id, _anchor=key), 303)


def _question_page(assessment_id: int, key: str, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = challenge.question(store, assessment_id, key, by=actor(), now=now())
    return render_template(
        "challenge/question.html",
        view=view,
        states=LINE_STATES,
        problems=problems,
        sent=request.form,
        say=say,
    )


def _onward(assessment_id: int, key: str) -> ResponseReturnValue:
    """To the next question where that was asked for, else back to the list."""
    following = request.form.get("next", "")
    if following:
        return redirect(url_for("challenge.question", assessment_id=assessment_id, key=following), 303)
    return redirect(url_for("challenge.show", assessment_id=assessment_id, _anchor=key), 303)


# --- many at once -------------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/challenge/close")
def choose_unchallenged(cycle_id: int) -> ResponseReturnValue:
    """What closing every unchallenged assessment would agree; nothing is done yet."""
    return _unchallenged_page(cycle_id)


@blueprint.post("/cycles/<int:cycle_id>/challenge/close")
def close_unchallenged(cycle_id: int) -> ResponseReturnValue:
    """Agree those that are ticked at their self score."""
    chosen = [int(found) for found in request.form.getlist("assessments") if found.isdigit()]
    try:
        with transaction() as store:
            count = challenge_closing.close_unchallenged(store, cycle_id, chosen, by=actor(), now=now())
    except Invalid as refused:
        return _unchallenged_page(cycle_id, refused.problems), 422
    words = "1 result is" if count == 1 else f"{count} results are"
    flash(f"{words} agreed at the self score.", "done")
    return redirect(url_for("challenge.queue", cycle_id=cycle_id), 303)


def _unchallenged_page(cycle_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        cycle, found = challenge_queue.unchallenged(store, cycle_id, by=actor())
    return render_template(
        "challenge/close.html",
        cycle_id=cycle_id,
        cycle=cycle,
        found=found,
        triggers=TRIGGER_WORDS,
        problems=problems,
        say=say,
    )
