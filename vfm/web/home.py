"""The first page: what wants doing next, by role."""

from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, g, render_template, send_file
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


@blueprint.get("/plotly.min.js")
def plotly() -> Response:
    """The chart library's own script, from its installed package; found without importing it."""
    package = find_spec("plotly")
    assert package and package.submodule_search_locations  # a declared dependency
    script = Path(package.submodule_search_locations[0]) / "package_data" / "plotly.min.js"
    return send_file(script, mimetype="text/javascript", max_age=24 * 3600)
