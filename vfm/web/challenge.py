"""Challenge: the queue of a cycle, one assessment's scores side by side, one score with its forms."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.reports import result as say
from vfm.reports.challenge_words import reason_words
from vfm.reports.workbook import Cell, Rows
from vfm.roles import Role
from vfm.scoring.challenge import Response, Trigger
from vfm.scoring.cohort import FAR_WORDS
from vfm.web.access import allows
from vfm.web.attachments import table_file
from vfm.web.current import actor, now, reading, transaction
from vfm.web.row_ids import row_id
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
    Trigger.OUTLIER: "Far from its peers",
}
COLUMNS = (
    ("service", "Service", False),
    ("directorate", "Directorate", False),
    ("score", "Self score", True),
    ("", "Agreed", True),
    ("effect", "At stake, points", True),
    ("reasons", "Why look again", False),
    ("challenges", "Challenges", False),
)
"""(sort, heading, whether it holds numbers) of the queue's columns; one without a sort is no link."""
EXPORTED = (
    "Service", "Directorate", "State", "Self score", "Lowest possible", "Highest possible", "Agreed score",
    "Points at stake", *(f"{words}, points" for words in TRIGGER_WORDS.values()), "Why look again",
    "Challenges", "With a response", "Agreed challenges",
)  # fmt: skip
RESPONSE_WORDS = {
    Response.ACCEPTS: "We accept the challenge",
    Response.KEEPS: "We keep our score",
    Response.OFFERS: "We offer more evidence",
}
"""What a director chooses between."""
RESPONDED = {
    Response.ACCEPTS: "The service accepts",
    Response.KEEPS: "The service keeps its score",
    Response.OFFERS: "The service offers more evidence",
}
"""The same as others read it."""
VERBS = {
    "challenged": "Challenged",
    "withdrew a challenge": "Took the challenge back",
    "answered a challenge": "Responded",
    "agreed a score": "Agreed a score",
}
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
    wanted = _wanted()
    with reading() as store:
        view = challenge_queue.queue(store, cycle_id, wanted, by=actor())
    return render_template(
        "challenge/queue.html",
        view=view,
        wanted=wanted,
        states=STATE_WORDS,
        triggers=TRIGGER_WORDS,
        headings=[(*column, _sort_link(cycle_id, wanted, column[0])) for column in COLUMNS],
        link=lambda **changed: _link(cycle_id, **changed),
        why=lambda reason: reason_words(reason, view.titles),
        base=url_for(".show", assessment_id=0).removesuffix("0"),
        far=FAR_WORDS,
        may_calibrate=allows("calibrations.index", actor()),
        say=say,
    )


@blueprint.get("/cycles/<int:cycle_id>/challenge.<any(csv, xlsx):form>")
def export(cycle_id: int, form: str) -> ResponseReturnValue:
    """The queue as filtered and sorted, numbers unrounded."""
    with reading() as store:
        view = challenge_queue.queue(store, cycle_id, _wanted(), by=actor())
    lines = tuple(_exported(row, view.titles) for row in view.rows)
    return table_file(Rows("Challenge", EXPORTED, lines), f"{view.cycle} challenge", form)


@blueprint.get("/cycles/<int:cycle_id>/challenge/next")
def following(cycle_id: int) -> ResponseReturnValue:
    """On to the assessment after the one the address names, in the queue as it stands."""
    after = request.args.get("after", type=row_id) or 0
    with reading() as store:
        found = challenge_queue.following(store, cycle_id, after, _wanted(), by=actor())
    if found is None:
        flash("That was the last assessment of the queue.")
        return redirect(url_for(".queue", cycle_id=cycle_id))
    return redirect(url_for(".show", assessment_id=found))


def _wanted() -> challenge_queue.Wanted:
    taken = request.args
    return challenge_queue.Wanted(
        search=taken.get("q", "").strip(),
        state=taken.get("state", "waiting"),
        directorate=taken.get("directorate", ""),
        trigger=taken.get("trigger", ""),
        sort=taken.get("sort", "effect"),
    )


def _link(cycle_id: int, **changed: str) -> str:
    """This page with some of its state changed; blanks are left out of the address."""
    state = {key: value for key, value in (request.args | changed).items() if value}
    address = url_for(".queue", cycle_id=cycle_id)
    return f"{address}?{urlencode(state)}" if state else address


def _sort_link(cycle_id: int, wanted: challenge_queue.Wanted, column: str) -> str:
    """Sort by this column; a second time turns it round."""
    return _link(cycle_id, sort=f"-{column}" if wanted.sort == column else column) if column else ""


def _exported(row: challenge_queue.Waiting, titles: Mapping[str, str]) -> tuple[Cell, ...]:
    effects = {reason.trigger: reason.effect for reason in row.reasons}
    return (
        row.service,
        row.directorate,
        "Agreed" if row.status == "agreed" else "Waiting",
        row.overall.score,
        row.overall.low if isinstance(row.overall.low, float) else None,
        row.overall.high if isinstance(row.overall.high, float) else None,
        row.agreed["score"] if row.agreed else None,
        row.effect if row.reasons else None,
        *(effects.get(trigger) for trigger in TRIGGER_WORDS),
        "; ".join(reason_words(reason, titles) for reason in row.reasons) or None,
        row.challenges,
        row.answered,
        row.settled,
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
        responded=RESPONDED,
        why=lambda reason: reason_words(reason, case.titles),
        may_go_on=allows("challenge.queue", actor()),
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
            challenge.respond(store, assessment_id, key, request.form, by=actor(), now=now())
    except Invalid as refused:
        return _question_page(assessment_id, key, refused.problems), 422
    flash(f"Your response on {key} is sent.", "done")
    return _onward(assessment_id, key)


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
    return _onward(assessment_id, key)


def _question_page(assessment_id: int, key: str, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = challenge.question(store, assessment_id, key, by=actor(), now=now())
    return render_template(
        "challenge/question.html",
        view=view,
        states=LINE_STATES,
        responses=RESPONSE_WORDS,
        responded=RESPONDED,
        verbs=VERBS,
        may_go_on=allows("challenge.queue", actor()),
        may_add_evidence=allows("evidence.new", actor()),
        problems=problems,
        sent=request.form,
        say=say,
    )


def _onward(assessment_id: int, key: str) -> ResponseReturnValue:
    """To the next question or assessment where that was asked for, else back to the list."""
    if asked := request.form.get("next", ""):
        return redirect(url_for("challenge.question", assessment_id=assessment_id, key=asked), 303)
    if cycle := request.form.get("onward", type=row_id):
        return redirect(url_for("challenge.following", cycle_id=cycle, after=assessment_id), 303)
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
        cycle, found, titles = challenge_queue.unchallenged(store, cycle_id, by=actor())
    return render_template(
        "challenge/close.html",
        cycle_id=cycle_id,
        cycle=cycle,
        found=found,
        why=lambda reason: reason_words(reason, titles),
        problems=problems,
        say=say,
    )
