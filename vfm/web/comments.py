"""Comments at a question, among those who answer it: read, said, changed, settled."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.web.current import actor, now, reading, transaction
from vfm.web.languages import say
from vfm.workflows import comments

blueprint = Blueprint("comments", __name__)


@blueprint.get("/assessments/<int:assessment_id>/questions/<key>/comments")
def of_question(assessment_id: int, key: str) -> ResponseReturnValue:
    """The comments at a question; what is said to the reader counts as read from now on."""
    page, is_unread = _page(assessment_id, key)
    if is_unread:
        with transaction() as store:
            comments.seen(store, assessment_id, key, by=actor(), now=now())
    return page


@blueprint.post("/assessments/<int:assessment_id>/questions/<key>/comments")
def write(assessment_id: int, key: str) -> ResponseReturnValue:
    """Say something, and tell who is ticked or named."""
    text, tell = request.form.get("text", ""), request.form.getlist("tell")
    try:
        with transaction() as store:
            comments.write(store, assessment_id, key, text, tell, by=actor(), now=now())
    except Invalid as error:
        return _page(assessment_id, key, text, tell, error.problems)[0], 422
    flash(say("Your comment is there."), "done")
    return _back(assessment_id, key)


def _page(
    assessment_id: int,
    key: str,
    text: str = "",
    tell: list[str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> tuple[str, bool]:
    with reading() as store:
        view = comments.of_question(store, assessment_id, key, by=actor(), now=now())
    page = render_template(
        "comments/of_question.html",
        view=view,
        head=view.head,
        text=text,
        tell=tell or [],
        people=[(person.id, person.name) for person in view.people],
        problems=problems,
    )
    return page, view.is_unread


@blueprint.get("/assessments/<int:assessment_id>/comments/<int:comment_id>")
def edit(assessment_id: int, comment_id: int) -> ResponseReturnValue:
    """The form of one's own last comment."""
    return _edit_page(assessment_id, comment_id, None)


@blueprint.post("/assessments/<int:assessment_id>/comments/<int:comment_id>")
def change(assessment_id: int, comment_id: int) -> ResponseReturnValue:
    """Other words for one's own last comment."""
    text = request.form.get("text", "")
    try:
        with transaction() as store:
            key = comments.change(store, assessment_id, comment_id, text, by=actor(), now=now())
    except Invalid as error:
        return _edit_page(assessment_id, comment_id, text, error.problems), 422
    flash(say("Your comment is changed."), "done")
    return _back(assessment_id, key)


def _edit_page(
    assessment_id: int, comment_id: int, text: str | None, problems: tuple[Problem, ...] = ()
) -> str:
    with reading() as store:
        view, line = comments.own(store, assessment_id, comment_id, by=actor(), now=now())
    return render_template(
        "comments/edit.html",
        view=view,
        head=view.head,
        text=line.said.text if text is None else text,
        problems=problems,
    )


@blueprint.post("/assessments/<int:assessment_id>/comments/<int:comment_id>/settle")
def settle(assessment_id: int, comment_id: int) -> ResponseReturnValue:
    """A comment needs nothing more."""
    return _settled(assessment_id, comment_id, is_settled=True)


@blueprint.post("/assessments/<int:assessment_id>/comments/<int:comment_id>/reopen")
def reopen(assessment_id: int, comment_id: int) -> ResponseReturnValue:
    """A comment needs something again."""
    return _settled(assessment_id, comment_id, is_settled=False)


def _settled(assessment_id: int, comment_id: int, *, is_settled: bool) -> ResponseReturnValue:
    with transaction() as store:
        key = comments.settle(store, assessment_id, comment_id, is_settled=is_settled, by=actor(), now=now())
    return _back(assessment_id, key)


def _back(assessment_id: int, key: str) -> ResponseReturnValue:
    return redirect(url_for(".of_question", assessment_id=assessment_id, key=key), 303)
