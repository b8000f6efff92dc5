"""The first page: what wants doing next, by role."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """A welcome for a visitor, the list of things to do for everybody else."""
    if g.visit is None:
        return render_template("home/welcome.html")
    return render_template("home/index.html")


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """Says that the server answers; no session, no database."""
    return "ok\n", 200, {"Content-Type": "text/plain"}
