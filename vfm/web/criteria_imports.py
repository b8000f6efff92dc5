"""Values of criteria from files, looked at before they are taken in; published figures that feed them."""

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.gateways import criterion_files, file_kinds
from vfm.reports.workbook import Rows
from vfm.web.attachments import table_file
from vfm.web.current import actor, now, reading, transaction
from vfm.web.figure_effects import grouped
from vfm.web.filters import plural
from vfm.workflows import criteria_imports
from vfm.workflows.criteria_imports import About

blueprint = Blueprint("criteria_imports", __name__, url_prefix="/criteria")

STATES = {
    "waiting": ("Waiting for you", "orange"),
    "accepted": ("Taken in", "green"),
    "discarded": ("Discarded", "grey"),
}


@blueprint.route("/import", methods=["GET", "POST"])
def take_in() -> ResponseReturnValue:
    """Send a file and see what it would do."""
    about = About(*(request.form.get(name, "") for name in About.__dataclass_fields__))
    if request.method == "GET":
        return _form(about)
    problems = criteria_imports.problems_of(about)
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        problems.append(Problem("file", "Choose a file."))
    if sent is None or problems:
        return _form(about, tuple(problems)), 422
    name, content = file_kinds.shown(sent.filename or ""), sent.read()
    try:
        with reading() as store:
            keys = criteria_imports.columns(store)
        found = criterion_files.read(content, name, keys)
        with transaction() as store:
            digest = hashlib.sha256(content).hexdigest()
            import_id = criteria_imports.receive(
                store, found.rows, found.faults, found.unused, name, digest, about, by=actor(), now=now()
            )
    except Invalid as error:
        return _form(about, tuple(Problem("file", _words(one, name)) for one in error.problems)), 422
    return redirect(url_for(".show", import_id=import_id), 303)


def _words(problem: Problem, name: str) -> str:
    """A problem of a file, its line in words and its name left out: the form holds one file."""
    line, _, column = problem.place.removeprefix(name).lstrip(":").partition(":")
    where = f"Line {line}{f', {column.strip()}' if column.strip() else ''}: " if line.isdecimal() else ""
    return f"{where}{problem.message}"


def _form(about: About, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = criteria_imports.measures(store)
    return render_template(
        "criteria_imports/new.html", view=view, about=about, problems=problems, states=STATES
    )


@blueprint.get("/imports/<int:import_id>")
def show(import_id: int) -> ResponseReturnValue:
    """What a file would do, or did; `?instead=1` as if other figures gave way, `?cycle=ID`."""
    is_instead = request.args.get("instead") == "1"
    cycle_id = request.args.get("cycle", type=int)
    with reading() as store:
        view = criteria_imports.show(store, import_id)
        foreseen = (
            criteria_imports.effects(store, import_id, cycle_id, instead=is_instead, now=now())
            if view.state == "waiting"
            else None
        )
    many = plural(view.counts["new"], "new value")
    sentence = f"{many}, {view.counts['changed']:,} changed, {view.counts['unchanged']:,} as before."
    return render_template(
        "criteria_imports/show.html",
        view=view,
        states=STATES,
        sentence=sentence,
        foreseen=foreseen,
        effects=grouped(foreseen.effects) if foreseen else (),
        is_instead=is_instead,
    )


@blueprint.post("/imports/<int:import_id>/accept")
def accept(import_id: int) -> ResponseReturnValue:
    """Take a file in, all that can be taken of it."""
    with transaction() as store:
        counts = criteria_imports.accept(
            store, import_id, instead="instead" in request.form, by=actor(), now=now()
        )
    flash(f"Taken in: {counts['new']:,} new, {counts['changed']:,} changed.", "done")
    return redirect(url_for(".show", import_id=import_id), 303)


@blueprint.post("/imports/<int:import_id>/discard")
def discard(import_id: int) -> ResponseReturnValue:
    """Do nothing with a file."""
    with transaction() as store:
        criteria_imports.discard(store, import_id, by=actor(), now=now())
    flash("Discarded. Nothing was taken in.", "done")
    return redirect(url_for(".take_in"), 303)


@blueprint.get("/template.<any(csv, xlsx):form>")
def template(form: str) -> ResponseReturnValue:
    """A file to fill in: every open service, an empty column for each criterion that is used."""
    with reading() as store:
        keys, services = criteria_imports.to_fill_in(store)
    rows = tuple((key, name, *(None for _ in keys)) for key, name in services)
    return table_file(Rows("Values", ("key", "name", *keys), rows), "values of criteria", form)


@blueprint.route("/measures", methods=["GET", "POST"])
def measures() -> ResponseReturnValue:
    """Published figures of services, and which criterion each feeds."""
    if request.method == "GET":
        return _measures()
    measure, feeds = request.form.get("measure", ""), request.form.get("feeds", "")
    try:
        with transaction() as store:
            count = criteria_imports.attach(store, measure, feeds, by=actor(), now=now())
    except Invalid as error:
        return _measures(error.problems), 422
    done = "feeds" if count == 1 else "feed"
    words = f"{plural(count, 'figure')} {done} {feeds.replace('_', ' ')}."
    back = "You can take this back on the page of the criterion."
    flash(f"{words if feeds else 'It feeds nothing now.'} {back}", "done")
    return redirect(url_for(".measures", _anchor=f"measure-{measure}"), 303)


@blueprint.get("/measures/preview")
def attaching() -> ResponseReturnValue:
    """What letting a measure feed a criterion would do; `?measure=KEY&feeds=KEY&cycle=ID`."""
    measure, feeds = request.args.get("measure", ""), request.args.get("feeds", "")
    if not measure:
        return redirect(url_for(".measures"), 303)
    try:
        with reading() as store:
            cycle_id = request.args.get("cycle", type=int)
            view = criteria_imports.would_attach(store, measure, feeds, cycle_id, now=now())
    except Invalid as error:
        return _measures(error.problems), 422
    return render_template(
        "criteria_imports/attaching.html", view=view, feeds=feeds, effects=grouped(view.foreseen.effects)
    )


def _measures(problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = criteria_imports.measures(store)
    return render_template("criteria_imports/measures.html", view=view, problems=problems)
