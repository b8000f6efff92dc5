"""Cycles: the list, a new one with its dry run, the cockpit, closing."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.reports import workbook
from vfm.web import words
from vfm.web.attachments import EXCEL, attachment
from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import day
from vfm.workflows import cockpit, cycles
from vfm.workflows.cockpit import Cockpit, Wanted
from vfm.workflows.cycles import Choices, Typed

blueprint = Blueprint("cycles", __name__)

COLUMNS = (
    ("service", "Service"),
    ("directorate", "Directorate"),
    ("state", "State"),
    ("progress", "Answered"),
    ("left", "Left"),
    ("waiting", "Waiting for"),
    ("last", "Last change"),
    ("due", "Due"),
)
"""(sort key, heading) of the cockpit's columns."""
PLACEHOLDER = 987_654_321
EXPORTED = (
    "Service",
    "Directorate",
    "State",
    "Late",
    "Stuck",
    "Returned",
    "Extended",
    "Answered",
    "Asked",
    "Left",
    "Waiting for",
    "Since",
    "Last change",
    "By",
    "Due",
)


@blueprint.get("/cycles")
def index() -> ResponseReturnValue:
    """Every cycle, those still open first."""
    with reading() as store:
        rows = cycles.index(store)
    return render_template("cycles/index.html", cycles=rows)


# --- a new cycle --------------------------------------------------------------------------------------


@blueprint.get("/cycles/new")
def new() -> ResponseReturnValue:
    """The form of a new cycle, of the kind that the address names."""
    kind = request.args.get("kind", "")
    if kind not in cycles.KINDS:
        return render_template("cycles/kind.html", version=request.args.get("version", ""))
    with reading() as store:
        choices = cycles.choices(store, kind, request.args.get("version", ""), now=now())
    return _form(choices)


@blueprint.post("/cycles/new")
def change() -> ResponseReturnValue:
    """Back from the dry run to the form, with everything typed."""
    with reading() as store:
        choices = cycles.again(store, _typed())
    return _form(choices)


@blueprint.post("/cycles/check")
def check() -> ResponseReturnValue:
    """The dry run: who will be asked what."""
    typed = _typed()
    try:
        with reading() as store:
            plan = cycles.dry_run(store, typed, now=now())
    except Invalid as refused:
        return _refused(typed, refused.problems)
    return render_template("cycles/check.html", plan=plan, typed=typed)


@blueprint.post("/cycles")
def open_cycle() -> ResponseReturnValue:
    """Open it."""
    typed = _typed()
    revision = request.form.get("revision", type=int) or 0
    try:
        with transaction() as store:
            made = cycles.open_cycle(store, typed, revision=revision, by=actor(), now=now())
    except Invalid as refused:
        return _refused(typed, refused.problems)
    except Conflict as conflict:
        with reading() as store:
            plan = cycles.dry_run(store, typed, now=now())
        problem = Problem("", conflict.message)
        return render_template("cycles/check.html", plan=plan, typed=typed, problems=(problem,)), 409
    flash(f"{typed.name.strip()} is open. The services see it under Assessments.", "done")
    return redirect(url_for("cycles.show", cycle_id=made), 303)


def _typed() -> Typed:
    sent = request.form

    def day(name: str) -> tuple[str, str, str]:
        return (sent.get(f"{name}.day", ""), sent.get(f"{name}.month", ""), sent.get(f"{name}.year", ""))

    return Typed(
        name=sent.get("name", ""),
        kind=sent.get("kind", ""),
        version=sent.get("version", ""),
        opens_on=day("opens_on"),
        due_on=day("due_on"),
        services=tuple(key for field in sent.getlist("services") for key in field.split()),
        invitation=sent.get("invitation", ""),
    )


def _form(choices: Choices, problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "cycles/new.html",
        choices=choices,
        typed=choices.typed,
        ticked=frozenset(choices.typed.services),
        statuses=words.VERSION_STATUS,
        problems=problems,
        errors={problem.place: problem.message for problem in reversed(problems)},
    )


def _refused(typed: Typed, problems: tuple[Problem, ...], status: int = 422) -> ResponseReturnValue:
    with reading() as store:
        choices = cycles.again(store, typed)
    return _form(choices, problems), status


# --- one cycle ----------------------------------------------------------------------------------------


@blueprint.get("/cycles/<int:cycle_id>")
def show(cycle_id: int) -> ResponseReturnValue:
    """The cockpit: one row a service."""
    wanted = _wanted()
    with reading() as store:
        view = cockpit.show(store, cycle_id, wanted, now=now())
    return render_template(
        "cycles/show.html",
        view=view,
        wanted=wanted,
        states=words.PLACE_STATES,
        tags=words.PLACE_TAGS,
        days=_Days(),
        filters=_filters(view, wanted),
        columns=COLUMNS,
        links=_links(),
        address=_Address(cycle_id, wanted),
    )


class _Days(dict[date, str]):
    """A day or an instant -> its day in words, each worked out once: a page has hundreds of rows."""

    def __missing__(self, key: date) -> str:
        self[key] = shown = day(key)
        return shown


def _filters(view: Cockpit, wanted: Wanted) -> list[tuple[str, str]]:
    """(state or tag, words) to show services by; what no service is in is left out."""
    named = {key: shown[0] for key, shown in (words.PLACE_STATES | words.PLACE_TAGS).items()}
    found = [(key, name) for key, name in named.items() if view.counts[key] or key == wanted.state]
    return [("", "All"), *found]


def _links() -> dict[str, tuple[str, str]]:
    """State -> where a service's row leads: the address before and after the assessment's id.

    Worked out once, as a page has hundreds of rows.
    """

    def around(endpoint: str) -> tuple[str, str]:
        before, _, after = url_for(endpoint, assessment_id=PLACEHOLDER).rpartition(str(PLACEHOLDER))
        return before, after

    led = {"signed_off": "challenge.show", "agreed": "results.show"}
    return {state: around(led.get(state, "assessments.show")) for state in words.PLACE_STATES}


@blueprint.get("/cycles/<int:cycle_id>/cockpit.csv")
def export(cycle_id: int) -> ResponseReturnValue:
    """The rows shown, as a file."""
    with reading() as store:
        view = cockpit.show(store, cycle_id, _wanted(), now=now())
    return attachment(workbook.csv_file(_rows(view)), f"{view.head.name}.csv", "text/csv")


@blueprint.get("/cycles/<int:cycle_id>/cockpit.xlsx")
def export_workbook(cycle_id: int) -> ResponseReturnValue:
    """The rows shown, as a workbook."""
    with reading() as store:
        view = cockpit.show(store, cycle_id, _wanted(), now=now())
    content = workbook.workbook([_rows(view)], title=view.head.name)
    return attachment(content, f"{view.head.name}.xlsx", EXCEL)


def _wanted() -> Wanted:
    asked = request.args
    return Wanted(
        state=asked.get("state", ""),
        directorate=asked.get("directorate", ""),
        words=asked.get("words", ""),
        sort=asked.get("sort", "service"),
        is_descending=asked.get("order") == "down",
    )


class _Address:
    """Addresses of this cockpit with one thing changed and the rest of the view kept."""

    def __init__(self, cycle_id: int, wanted: Wanted) -> None:
        self.cycle_id = cycle_id
        self.kept = {
            "state": wanted.state,
            "directorate": wanted.directorate,
            "words": wanted.words,
            "sort": "" if wanted.sort == "service" else wanted.sort,
            "order": "down" if wanted.is_descending else "",
        }

    def to(self, endpoint: str = "cycles.show", **changed: str) -> str:
        """The address with these things changed; blank ones are left out."""
        asked = {name: value for name, value in (self.kept | changed).items() if value}
        return url_for(endpoint, cycle_id=self.cycle_id, **asked)  # type: ignore[arg-type]


def _rows(view: Cockpit) -> workbook.Rows:
    return workbook.Rows(
        "Cockpit",
        EXPORTED,
        tuple(
            (
                place.service,
                place.directorate,
                words.PLACE_STATES[place.state][0],
                *("yes" if tag in place.tags else "no" for tag in cockpit.TAGS),
                place.answered,
                place.asked,
                place.left,
                place.waiting,
                place.since,
                place.last_at,
                place.last_by,
                place.due_on,
            )
            for place in view.places
        ),
    )


@blueprint.get("/cycles/<int:cycle_id>/close")
def ask_to_close(cycle_id: int) -> ResponseReturnValue:
    """Ask once before a cycle is closed, naming what is left undone."""
    with reading() as store:
        view = cockpit.show(store, cycle_id, Wanted(), now=now())
    if view.head.closed_at is not None:
        raise NotFound("this cycle is closed")
    return render_template("cycles/close.html", view=view)


@blueprint.post("/cycles/<int:cycle_id>/close")
def close(cycle_id: int) -> ResponseReturnValue:
    """Close a cycle."""
    with transaction() as store:
        cycles.close(store, cycle_id, by=actor(), now=now())
    flash("The cycle is closed.", "done")
    return redirect(url_for("cycles.show", cycle_id=cycle_id), 303)


@blueprint.post("/cycles/<int:cycle_id>/reopen")
def reopen(cycle_id: int) -> ResponseReturnValue:
    """Open a closed cycle again."""
    with transaction() as store:
        cycles.reopen(store, cycle_id, by=actor(), now=now())
    flash("The cycle is open again, as it was.", "done")
    return redirect(url_for("cycles.show", cycle_id=cycle_id), 303)
