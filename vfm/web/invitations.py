"""The page behind a one-time link: choose a password."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.web.current import now, reading, transaction
from vfm.web.languages import say
from vfm.workflows import invitations

blueprint = Blueprint("invitations", __name__)


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
def choose(token: str) -> ResponseReturnValue:
    """Choose a password, once; a used or old link says so."""
    if request.method == "GET":
        return _page(token)
    try:
        with transaction() as store:
            invitations.choose(
                store, token, request.form.get("password", ""), request.form.get("again", ""), now=now()
            )
    except Invalid as error:
        return _page(token, error.problems), 422
    except Conflict:
        return _page(token), 409
    flash(say("Your password is set. Sign in with it."), "done")
    return redirect(url_for("sign_in.enter"), 303)


def _page(token: str, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = invitations.look(store, token, now=now())
    return render_template("invitations/choose.html", invitation=view, token=token, problems=problems)
