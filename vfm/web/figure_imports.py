"""Published figures of many councils: files sent, looked at, taken in or discarded."""

import hashlib
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.gateways import figure_files, file_kinds
from vfm.gateways.figure_layouts import LAYOUTS, PLAIN_COLUMNS
from vfm.reports import workbook
from vfm.scoring.figure_files import Kind
from vfm.web.attachments import attachment
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.workflows import figure_imports
from vfm.workflows.figure_imports import About

blueprint = Blueprint("figure_imports", __name__, url_prefix="/figures")

STATES = {
    "waiting": ("Waiting for you", "orange"),
    "accepted": ("Taken in", "green"),
    "discarded": ("Discarded", "grey"),
}
WHAT = {
    Kind.FIGURES: "figure",
    Kind.GROUPS: "council’s group",
    Kind.MEASURES: "definition",
    Kind.AUTHORITIES: "council",
}
"""What a file is counted in."""
FAULT_HEADINGS = ("File", "Line", "Column", "What is wrong and what to do")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What is kept, and every file that was sent."""
    with reading() as store:
        view = figure_imports.index(store)
    return render_template("figure_imports/index.html", view=view, layouts=LAYOUTS, states=STATES)


@blueprint.route("/import", methods=["GET", "POST"])
def take_in() -> ResponseReturnValue:
    """Send a file and see what it would do."""
    if request.method == "GET":
        return _form()
    layout, more = request.form.get("layout", ""), request.form.get("more", "")
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _form((Problem("file", "Choose a file."),)), 422
    if layout and layout not in LAYOUTS:
        return _form((Problem("layout", "Choose one of the layouts, or let it be recognised."),)), 422
    name, content = file_kinds.shown(sent.filename), sent.read()
    try:
        brought = figure_files.read(content, name, layout, more.split())
    except Invalid as error:
        return _form(tuple(Problem("file", _words(one, name)) for one in error.problems)), 422
    asked = LAYOUTS[brought.layout].asked
    about = About(asked.title, asked.publisher, asked.licence, asked.basis)
    with transaction() as store:
        import_id = figure_imports.receive(
            store, brought, name, hashlib.sha256(content).hexdigest(), about, by=actor(), now=now()
        )
    return redirect(url_for(".show", import_id=import_id), 303)


def _words(problem: Problem, name: str) -> str:
    """A problem of a file, its line in words and its name left out: the form holds one file."""
    line = problem.place.removeprefix(name).lstrip(":")
    return f"Line {line}: {problem.message}" if line.isdecimal() else problem.message


def _form(problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "figure_imports/new.html",
        layouts=LAYOUTS.values(),
        choices=[("", "Recognise it by its headings"), *((one.key, one.title) for one in LAYOUTS.values())],
        columns=PLAIN_COLUMNS,
        problems=problems,
        layout=request.form.get("layout", ""),
        more=request.form.get("more", ""),
    )


@blueprint.get("/imports/<int:import_id>")
def show(import_id: int) -> ResponseReturnValue:
    """What a file would do, or did."""
    return _page(import_id)


@blueprint.post("/imports/<int:import_id>/accept")
def accept(import_id: int) -> ResponseReturnValue:
    """Take a file in, all that can be taken of it."""
    form = request.form
    about = About(*(form.get(name, "") for name in About.__dataclass_fields__))
    try:
        with transaction() as store:
            counts = figure_imports.accept(
                store, import_id, about, add_unknown="add_unknown" in form, by=actor(), now=now()
            )
    except Invalid as error:
        return _page(import_id, about, error.problems), 422
    except Conflict as error:
        return _after_others(import_id, about, error), 409
    flash(f"Taken in: {counts['new']:,} new, {counts['changed']:,} changed.", "done")
    return redirect(url_for(".show", import_id=import_id), 303)


def _after_others(import_id: int, about: About, conflict: Conflict) -> str:
    """The preview as it is now, after somebody else was quicker.

    Raises:
        Conflict: the file itself was taken in or discarded.
    """
    with transaction() as store:
        figure_imports.look_again(store, import_id)
    return _page(import_id, about, (Problem("", conflict.message),))


@blueprint.post("/imports/<int:import_id>/discard")
def discard(import_id: int) -> ResponseReturnValue:
    """Do nothing with a file."""
    with transaction() as store:
        figure_imports.discard(store, import_id, by=actor(), now=now())
    flash("Discarded. Nothing was taken in.", "done")
    return redirect(url_for(".index"), 303)


@blueprint.get("/imports/<int:import_id>/faults.csv")
def faults(import_id: int) -> ResponseReturnValue:
    """Each row that cannot be taken in."""
    with reading() as store:
        view = figure_imports.show(store, import_id)
    rows = tuple((view.listed.file_name, one.line, one.column, one.words) for one in view.faults)
    made = workbook.csv_file(workbook.Rows("Faults", FAULT_HEADINGS, rows))
    return attachment(made, f"faults {import_id}.csv", "text/csv")


def _page(import_id: int, about: About | None = None, problems: Sequence[Problem] = ()) -> str:
    with reading() as store:
        view = figure_imports.show(store, import_id)
    return render_template(
        "figure_imports/show.html",
        view=view,
        about=about or view.about,
        problems=problems,
        layout=LAYOUTS[view.listed.layout],
        what=WHAT[view.kind],
        states=STATES,
        sentence=_sentence(view),
    )


def _sentence(view: figure_imports.Preview) -> str:
    """What a file would do, in one sentence."""
    counts, what = view.counts, WHAT[view.kind]
    many = plural(counts["new"], f"new {what}")
    changed = f"{counts['changed']:,} changed" if counts["changed"] else "none changed"
    return f"{many}, {changed}, {counts['unchanged']:,} as before."
