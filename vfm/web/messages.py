"""E-mails: what waits, what went out, what did not and why; sent again by hand alone."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import messages

blueprint = Blueprint("messages", __name__, url_prefix="/e-mails")

STATES = {
    "waiting": ("Waiting", "blue"),
    "sending": ("Being sent", "light-blue"),
    "sent": ("Sent", "green"),
    "unsure": ("May have been sent", "orange"),
    "failed": ("Not sent", "red"),
}
"""State -> words, colour of the tag."""
AGAIN = ("unsure", "failed")
"""States from which somebody may send an e-mail again."""


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The newest first, by state and words."""
    state, words = request.args.get("state", ""), request.args.get("words", "")
    with reading() as store:
        view = messages.index(store, state, words, request.args.get("page", 1, type=int), now=now())
    return render_template(
        "messages/index.html", view=view, state=state, words=words, states=STATES, again=AGAIN
    )


@blueprint.post("/<int:message_id>/send-again")
def send_again(message_id: int) -> ResponseReturnValue:
    """Put it back among those that wait."""
    with transaction() as store:
        subject = messages.send_again(store, message_id, by=actor(), now=now())
    flash(f"“{subject}” will be sent again.", "done")
    return redirect(url_for(".index"), 303)
