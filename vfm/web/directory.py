"""The directory of directorates, divisions and services, and lists of services in and out."""

import base64
import binascii

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Conflict, Invalid, NotFound, Problem
from vfm.gateways import service_lists
from vfm.web.current import actor, now, reading, transaction
from vfm.web.errors import stale
from vfm.web.filters import plural
from vfm.web.row_ids import row_id
from vfm.workflows import directory, directory_import

blueprint = Blueprint("directory", __name__, url_prefix="/directory")

KIND = "/<any(directorate, division, service):kind>"


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The whole directory, or what was searched for."""
    words, with_closed = request.args.get("words", ""), bool(request.args.get("closed"))
    with reading() as store:
        view = directory.show(store, words, with_closed=with_closed)
    return render_template("directory/index.html", view=view, words=words, with_closed=with_closed)


@blueprint.route(f"{KIND}/add", methods=["GET", "POST"])
def add(kind: str) -> ResponseReturnValue:
    """A new directorate, division or service."""
    problems: tuple[Problem, ...] = ()
    fields = _fields() if request.method == "POST" else directory.Fields(parent_id=_number("in"))
    if request.method == "POST":
        try:
            with transaction() as store:
                directory.add(store, kind, fields, by=actor(), now=now())
        except Invalid as error:
            problems = error.problems
        else:
            flash(f"{fields.name.strip()} is added.", "done")
            return redirect(url_for("directory.index"), 303)
    with reading() as store:
        parents = directory.parents(store, kind)
    page = render_template("directory/add.html", kind=kind, fields=fields, parents=parents, problems=problems)
    return page, 422 if problems else 200


@blueprint.route(f"{KIND}/<int:place_id>", methods=["GET", "POST"])
def place(kind: str, place_id: int) -> ResponseReturnValue:
    """One place: rename, move, merge, close or reopen it, and what happened to it."""
    if request.method == "GET":
        return _place(kind, place_id)
    fields, seen = _fields(), request.form.get("seen", "")
    try:
        with transaction() as store:
            directory.change(store, kind, place_id, fields, seen, by=actor(), now=now())
    except Invalid as error:
        return _place(kind, place_id, fields, error.problems, seen), 422
    except Conflict as error:
        return _place(kind, place_id, fields, stale(error), clashes=error.clashes), 409
    return _done(kind, place_id, "Saved.")


@blueprint.post(f"{KIND}/<int:place_id>/close")
def close(kind: str, place_id: int) -> ResponseReturnValue:
    """No new cycle asks it any more."""
    try:
        with transaction() as store:
            sure = bool(request.form.get("close_sure"))
            directory.close(store, kind, place_id, sure=sure, by=actor(), now=now())
    except Invalid as error:
        return _place(kind, place_id, None, error.problems), 422
    return _done(kind, place_id, "Closed. Its results and history stay; you can reopen it here.")


@blueprint.post(f"{KIND}/<int:place_id>/reopen")
def reopen(kind: str, place_id: int) -> ResponseReturnValue:
    """Open again what was closed or merged away."""
    try:
        with transaction() as store:
            directory.reopen(store, kind, place_id, by=actor(), now=now())
    except Invalid as error:
        return _place(kind, place_id, None, error.problems), 422
    return _done(kind, place_id, "Reopened.")


@blueprint.post(f"{KIND}/<int:place_id>/merge")
def merge(kind: str, place_id: int) -> ResponseReturnValue:
    """Let another place of the kind go on in its stead."""
    try:
        with transaction() as store:
            sure = bool(request.form.get("merge_sure"))
            directory.merge(store, kind, place_id, _number("into"), sure=sure, by=actor(), now=now())
    except Invalid as error:
        return _place(kind, place_id, None, error.problems), 422
    return _done(kind, place_id, "Merged. Its own history stays here; you can reopen it.")


def _place(
    kind: str,
    place_id: int,
    fields: directory.Fields | None = None,
    problems: tuple[Problem, ...] = (),
    seen: str | None = None,
    clashes: tuple[Clash, ...] = (),
) -> str:
    """The page of a place; `seen` is of a form that comes back with mistakes."""
    with reading() as store:
        view = directory.place(store, kind, place_id)
    return render_template(
        "directory/place.html",
        view=view,
        fields=fields or view.fields,
        problems=problems,
        seen=view.mark if seen is None else seen,
        clashes=clashes,
    )


def _done(kind: str, place_id: int, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for("directory.place", kind=kind, place_id=place_id), 303)


def _fields() -> directory.Fields:
    form = request.form
    return directory.Fields(
        name=form.get("name", ""),
        parent_id=_number("parent"),
        key=form.get("key", ""),
        family=form.get("family", ""),
        note=form.get("note", ""),
    )


def _number(name: str) -> int | None:
    return request.values.get(name, type=row_id)


# --- lists of services ---------------------------------------------------------------------------


@blueprint.get("/services.csv")
def export() -> ResponseReturnValue:
    """Every open service as a CSV file that can be changed and taken in again."""
    with reading() as store:
        rows = directory.rows(store)
    response = Response(service_lists.written(rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="services.csv"'
    return response


@blueprint.route("/import", methods=["GET", "POST"])
def take_in() -> ResponseReturnValue:
    """Send a list of services and see what it would do."""
    if request.method == "GET":
        return render_template("directory/import.html", problems=())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _not_read((Problem("file", "Choose a CSV file."),))
    content = sent.read(service_lists.LARGEST + 1)
    try:
        return _preview(content)
    except Invalid as error:
        return _not_read(error.problems)


@blueprint.post("/import/accept")
def accept() -> ResponseReturnValue:
    """Take in the list that was previewed, whole or not at all."""
    content = _carried(request.form.get("content", ""))
    read = service_lists.read(content)
    if read.problems:
        return _preview(content)
    try:
        with transaction() as store:
            digest = request.form.get("digest", "")
            done = directory_import.accept(store, _lines(read), digest, by=actor(), now=now())
    except Invalid:
        return _preview(content)
    except Conflict as error:
        flash(error.message, "note")
        return _preview(content, 409)
    flash(f"{plural(len(done.new), 'service')} added, {len(done.changed)} changed.", "done")
    return redirect(url_for("directory.index"), 303)


def _preview(content: bytes, status: int = 200) -> ResponseReturnValue:
    """What a list would do, or everything that is wrong with it; nothing is kept between the two pages."""
    read = service_lists.read(content)
    with reading() as store:
        view = directory_import.preview(store, _lines(read))
    problems = sorted((*read.problems, *view.problems), key=_line_number)
    page = render_template(
        "directory/preview.html",
        view=view,
        wrong=problems,
        unused=read.unused,
        content=base64.b64encode(content).decode(),
    )
    return page, 422 if problems else status


def _not_read(problems: tuple[Problem, ...]) -> ResponseReturnValue:
    shown = [Problem("file", f"{one.message}" if one.place == "file" else str(one)) for one in problems]
    return render_template("directory/import.html", problems=shown), 422


def _carried(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise NotFound from error


def _lines(read: service_lists.ServiceList) -> list[directory_import.ServiceLine]:
    return [directory_import.ServiceLine(line.number, **line.cells) for line in read.lines]


def _line_number(problem: Problem) -> int:
    return int(problem.place.split()[1].rstrip(","))
