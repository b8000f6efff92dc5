"""The first page: what wants doing next, by role."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Unavailable
from vfm.roles import Role
from vfm.store import database
from vfm.web.current import actor, now, reading, wiring
from vfm.web.filters import day
from vfm.web.languages import english, mark, say
from vfm.workflows import home
from vfm.workflows.home import Task

blueprint = Blueprint("home", __name__)

TAG_COLOURS = {mark("Late"): "red", mark("Due soon"): "yellow"}


@dataclass(frozen=True, slots=True)
class Link:
    """A task as the task list shows it."""

    title: str
    href: str
    hint: str
    status: str
    colour: str


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """A welcome for a visitor, the list of things to do for everybody else."""
    if g.visit is None:
        return render_template("home/welcome.html")
    with reading() as store:
        view = home.show(store, by=actor(), now=now())
    return render_template(
        "home/index.html",
        tasks=[_link(task) for task in view.tasks],
        cycles=view.cycles,
        work=view.work,
        parts=view.parts,
        needs_set_up=view.needs_set_up,
        may_open_cycles=actor().has(Role.CORE_TEAM),
    )


def _link(task: Task) -> Link:
    arguments: dict[str, Any] = {task.with_[0]: task.with_[1]} if task.with_ else {}
    arguments |= {"key": task.key} if task.key else {}
    due = say("Due %(day)s", day=day(task.due_on)) if task.due_on else ""
    hint = " · ".join(part for part in (task.about, due) if part)
    href, colour = url_for(task.page, **arguments), TAG_COLOURS.get(task.tag, "")
    return Link(english(task.words), href, hint, say(task.tag), colour)


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """Says that the server answers and whether its database does; 503 when it does not."""
    try:
        database.answers(wiring().engine)
    except Unavailable as error:
        current_app.logger.warning("%s", error)
        return (
            "The database cannot be reached. The server's log says why.\n",
            503,
            {"Content-Type": "text/plain"},
        )
    return "ok\n", 200, {"Content-Type": "text/plain"}


@blueprint.get("/plotly.min.js")
def plotly() -> Response:
    """The chart library's own script, from its installed package; found without importing it."""
    package = find_spec("plotly")
    if package is None or package.origin is None:
        raise LookupError("plotly is a declared dependency and is not installed; run the set-up again")
    script = Path(package.origin).parent / "package_data" / "plotly.min.js"
    return send_file(script, mimetype="text/javascript", max_age=24 * 3600)
