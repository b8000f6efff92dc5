"""Comments in a pilot: given beside a question, read on the board, each decided with a reason."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.questionnaires.conditions import in_words
from vfm.web import words
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural, with_link
from vfm.workflows import feedback
from vfm.workflows.feedback import Decided, Typed

blueprint = Blueprint("feedback", __name__)

CLARITY = (("1", "1, not clear at all"), ("2", "2"), ("3", "3"), ("4", "4"), ("5", "5, quite clear"))


# --- respondents --------------------------------------------------------------------------------------


@blueprint.get("/assessments/<int:assessment_id>/feedback")
def mine(assessment_id: int) -> ResponseReturnValue:
    """What this service said, and what became of each comment."""
    with reading() as store:
        view = feedback.mine(store, assessment_id, by=actor())
    return render_template(
        "feedback/mine.html", view=view, kinds=words.FEEDBACK_KINDS, outcomes=words.OUTCOMES
    )


@blueprint.get("/assessments/<int:assessment_id>/feedback/<key>")
def give(assessment_id: int, key: str) -> ResponseReturnValue:
    """The form of a comment on a question, or on the whole."""
    return _give_page(assessment_id, key, Typed("", "", ""))


@blueprint.post("/assessments/<int:assessment_id>/feedback/<key>")
def send(assessment_id: int, key: str) -> ResponseReturnValue:
    """Keep a comment, and go back to where it was made."""
    sent = request.form
    typed = Typed(sent.get("kind", ""), sent.get("clarity", ""), sent.get("comment", ""))
    try:
        with transaction() as store:
            feedback.give(store, assessment_id, key, typed, by=actor(), now=now())
    except Invalid as refused:
        return _give_page(assessment_id, key, typed, refused.problems), 422
    mine = url_for("feedback.mine", assessment_id=assessment_id)
    if section := sent.get("section"):
        thanks = "Thank you. The core team reads every comment."
        flash(with_link(thanks, "See your comments and what becomes of them", mine), "done")
        back = url_for("assessments.section", assessment_id=assessment_id, key=section, _anchor=key)
        return redirect(back, 303)
    flash("Thank you. The core team reads every comment; you will see here what becomes of it.", "done")
    return redirect(mine, 303)


def _give_page(assessment_id: int, key: str, typed: Typed, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = feedback.form(store, assessment_id, key, by=actor())
    return render_template(
        "feedback/give.html",
        view=view,
        typed=typed,
        key=key,
        kinds=words.FEEDBACK_KINDS,
        outcomes=words.OUTCOMES,
        clarity=CLARITY,
        problems=problems,
        errors={problem.place: problem.message for problem in problems},
    )


# --- the core team ------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>/feedback")
def board(cycle_id: int) -> ResponseReturnValue:
    """Questions as rows, the most troubled first."""
    with reading() as store:
        view = feedback.board(store, cycle_id)
    shows_all = request.args.get("show") == "all"
    rows = [row for row in view.rows if shows_all or row.comments or row.gaps]
    return render_template(
        "feedback/board.html", view=view, rows=rows, shows_all=shows_all, kinds=words.FEEDBACK_SHORT
    )


@blueprint.get("/cycles/<int:cycle_id>/feedback/<key>")
def question(cycle_id: int, key: str) -> ResponseReturnValue:
    """One question: comments beside the wording."""
    return _question_page(cycle_id, key)


@blueprint.post("/cycles/<int:cycle_id>/feedback/<key>/decide")
def decide(cycle_id: int, key: str) -> ResponseReturnValue:
    """Decide one comment, or all undecided ones on a question alike."""
    form = request.form.get("form", "")
    decided = Decided(
        outcome=request.form.get(f"outcome-{form}", ""),
        reason=request.form.get(f"reason-{form}", ""),
        version=request.form.get(f"version-{form}", ""),
        seen=request.form.get("seen", ""),
    )
    try:
        count = _decide(cycle_id, key, form, decided)
    except Invalid as refused:
        return _question_page(cycle_id, key, form, decided, refused.problems), 422
    except Conflict as conflict:
        return _question_page(cycle_id, key, form, decided, conflict=conflict), 409
    flash(f"{plural(count, 'comment')} decided.", "done")
    return redirect(url_for("feedback.question", cycle_id=cycle_id, key=key), 303)


def _decide(cycle_id: int, key: str, form: str, decided: Decided) -> int:
    by = actor()
    with transaction() as store:
        if form == "all":
            given = (decided.outcome, decided.reason, decided.version)
            return feedback.decide_all(store, cycle_id, key, *given, by=by, now=now())
        comment_id = int(form) if form.isascii() and form.isdigit() and len(form) < 10 else 0
        feedback.decide(store, cycle_id, comment_id, decided, by=by, now=now())
        return 1


def _question_page(
    cycle_id: int,
    key: str,
    form: str = "",
    decided: Decided | None = None,
    problems: tuple[Problem, ...] = (),
    conflict: Conflict | None = None,
) -> str:
    with reading() as store:
        view = feedback.question(store, cycle_id, key)
    asked = view.question.show_if if view.question else None
    return render_template(
        "feedback/question.html",
        view=view,
        form=form,
        decided=decided or Decided("", "", "", ""),
        kinds=words.FEEDBACK_KINDS,
        outcomes=words.OUTCOMES,
        statuses=words.VERSION_STATUS,
        version_options=[
            (version_id, f"version {number} ({words.VERSION_STATUS[status][0].lower()})")
            for version_id, number, status in view.versions
        ],
        kind=words.kind_in_words(view.questionnaire, view.question) if view.question else "",
        asked_when=in_words(asked, view.questionnaire) if asked else "",
        problems=problems,
        errors={problem.place: problem.message for problem in problems},
        conflict=conflict,
    )
