"""Signing in and out."""

from flask import Blueprint, redirect, session, url_for
from flask.typing import ResponseReturnValue

from vfm.web.current import now, transaction
from vfm.workflows import sign_in

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session here and in the store."""
    token = session.pop("token", None)
    if token:
        with transaction() as store:
            sign_in.end(store, token, now=now())
    return redirect(url_for("home.index"))
