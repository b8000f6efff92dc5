"""Improvement actions: the list and its export, one action's form."""

from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.reports.workbook import Rows, csv_file
from vfm.roles import Role
from vfm.web.current import actor, now, reading, transaction
from vfm.web.paging import page_of
from vfm.web.row_ids import row_id
from vfm.workflows import actions
from vfm.workflows.actions import ActionList, Draft, FormView, Wanted

blueprint = Blueprint("actions", __name__)

STATUS_WORDS = {status: status.replace("_", " ").capitalize() for status in actions.STATUSES}
STATUS_COLOURS = {
    "proposed": "grey",
    "agreed": "blue",
    "under_way": "turquoise",
    "done": "green",
    "dropped": "yellow",
}
CHOICES = {"": "Unfinished", "overdue": "Overdue", "all": "All", **STATUS_WORDS}
HEADINGS = {"service": "Service", "due": "Due", "owner": "Owner", "status": "State"}
COLUMNS = ("Service", "Directorate", "Action", "Owner", "Due", "State", "Overdue", "Cycle", "Question")


@blueprint.get("/actions")
def index() -> ResponseReturnValue:
    """The actions of all services this person sees, and their own."""
    wanted = _wanted(request.args.get("service", type=row_id))
    return _list(wanted)


@blueprint.get("/services/<int:service_id>/actions")
def of_service(service_id: int) -> ResponseReturnValue:
    """The actions of one service."""
    return _list(_wanted(service_id))


def _list(wanted: Wanted) -> str:
    by = actor()
    with reading() as store:
        view = actions.index(store, wanted, by=by, now=now())
    name = dict(view.services).get(wanted.service_id) if wanted.service_id else None
    return render_template(
        "actions/index.html",
        view=view,
        page=page_of(view.lines, request.args.get("page", 1, type=int)),
        wanted=wanted,
        service=name,
        may_add=wanted.service_id is not None and (wanted.service_id in by.directs or by.has(Role.CORE_TEAM)),
        changes_all=by.has(Role.CORE_TEAM),
        choices=CHOICES,
        headings=HEADINGS,
        status_words=STATUS_WORDS,
        colours=STATUS_COLOURS,
    )


@blueprint.get("/actions.csv")
def export() -> ResponseReturnValue:
    """The list as it is filtered, as a CSV file."""
    with reading() as store:
        view = actions.index(store, _wanted(request.args.get("service", type=row_id)), by=actor(), now=now())
    made = csv_file(_rows(view))
    return send_file(BytesIO(made), "text/csv", as_attachment=True, download_name="actions.csv")


def _rows(view: ActionList) -> Rows:
    return Rows(
        "Improvement actions",
        COLUMNS,
        tuple(
            (
                line.service,
                line.directorate,
                line.text,
                line.owner or "",
                line.due_on,
                STATUS_WORDS[line.status],
                "yes" if view.is_overdue(line) else "no",
                line.cycle or "",
                line.question_key or "",
            )
            for line in view.lines
        ),
    )


@blueprint.route("/services/<int:service_id>/actions/new", methods=["GET", "POST"])
def new(service_id: int) -> ResponseReturnValue:
    """Add an action by hand."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            return _form(actions.blank(store, service_id, by=by))
    draft = _draft()
    try:
        with transaction() as store:
            actions.add(store, service_id, draft, by=by, now=now())
    except Invalid as error:
        with reading() as store:
            return _form(actions.blank(store, service_id, draft, by=by), error.problems), 422
    flash("The action is added.", "done")
    return redirect(url_for(".of_service", service_id=service_id), 303)


@blueprint.route("/actions/<int:action_id>", methods=["GET", "POST"])
def edit(action_id: int) -> ResponseReturnValue:
    """Give an action its owner, its date, its state, or other words."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            return _form(actions.show(store, action_id, by=by))
    draft = _draft()
    try:
        with transaction() as store:
            service_id = actions.change(store, action_id, draft, by=by, now=now())
    except Invalid as error:
        with reading() as store:
            return _form(actions.show(store, action_id, draft, by=by), error.problems), 422
    except Conflict as conflict:
        with reading() as store:
            view = actions.show(store, action_id, draft, by=by)
        cure = "What is kept now stands below. Save again to put yours in its place."
        return _form(view, (Problem("text", f"{conflict} {cure}"),), is_stale=True), 409
    flash("The action is saved.", "done")
    back = url_for(".of_service", service_id=service_id) if by.sees(service_id) else url_for(".index")
    return redirect(back, 303)


def _form(view: FormView, problems: tuple[Problem, ...] = (), *, is_stale: bool = False) -> str:
    return render_template(
        "actions/form.html",
        view=view,
        problems=problems,
        is_stale=is_stale,
        status_words=STATUS_WORDS,
        owners=[("", "Nobody yet"), *view.owners],
    )


def _wanted(service_id: int | None) -> Wanted:
    status, sort = request.args.get("status", ""), request.args.get("sort", "due")
    return Wanted(service_id, status if status in CHOICES else "", sort if sort in actions.SORTS else "due")


def _draft() -> Draft:
    sent = request.form
    return Draft(
        text=sent.get("text", ""),
        owner=sent.get("owner", ""),
        due=(sent.get("due.day", ""), sent.get("due.month", ""), sent.get("due.year", "")),
        status=sent.get("status", "proposed"),
        revision=sent.get("revision", ""),
    )
