"""The council's criteria: the list and its edits, the values of each, and what cycles are frozen with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.criteria_form import Typed
from vfm.prioritisation.criteria_words import DIRECTION_WORDS, TRANSFORM_WORDS, ends_in_words
from vfm.prioritisation.explanation import shown
from vfm.prioritisation.provenance import raw_in_words
from vfm.reports import workbook
from vfm.reports.criterion_chart import Dot, values_chart
from vfm.web.access import allows
from vfm.web.attachments import table_file
from vfm.web.current import actor, now, reading, transaction
from vfm.web.headings import Heading
from vfm.web.paging import page_of
from vfm.web.row_ids import row_id
from vfm.workflows import criteria, criteria_freezes, criteria_values, figure_changes
from vfm.workflows.criteria_values import SCALE, ServiceValue, View

blueprint = Blueprint("criteria", __name__, url_prefix="/criteria")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every criterion, with how much is known of it; `?cycle=ID`."""
    return _index()


def _index(problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = criteria.index(store, request.values.get("cycle", type=row_id), now=now())
    return render_template(
        "criteria/index.html",
        view=view,
        directions=DIRECTION_WORDS,
        transforms=TRANSFORM_WORDS,
        ends=ends_in_words,
        may_edit=allows("criteria.edit", actor()),
        problems=problems,
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """A criterion of the council's own."""
    return _edited(None)


@blueprint.route("/<key>/change", methods=["GET", "POST"])
def edit(key: str) -> ResponseReturnValue:
    """Change a criterion."""
    return _edited(key)


def _edited(key: str | None) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(key)
    typed = Typed(**{field.name: request.form.get(field.name, "") for field in fields(Typed)})
    try:
        with transaction() as store:
            kept = criteria.save(store, key, typed, by=actor(), now=now())
    except Invalid as error:
        return _form(key, typed, error.problems), 422
    except Conflict as error:
        return _form(key, typed, (Problem("", error.message),)), 409
    flash("The criterion is kept. It counts for every cycle that is not frozen yet.", "done")
    return redirect(url_for(".index", _anchor=kept), 303)


def _form(key: str | None, typed: Typed | None = None, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = criteria.form(store, key, typed)
    return render_template(
        "criteria/form.html",
        view=view,
        typed=view.typed,
        asked=criteria.by_feeds(view.asked),
        feeds=_feeds(view),
        is_score=view.criterion is not None and criteria.is_score(view.criterion),
        directions=tuple(DIRECTION_WORDS.items()),
        transforms=tuple(TRANSFORM_WORDS.items()),
        problems=problems,
    )


def _feeds(view: criteria.Form) -> list[tuple[str, str]]:
    """What to choose from for the answers that are read."""
    own = view.criterion.key if view.criterion else ""
    first = [("", f"Those that feed {own.replace('_', ' ')}")] if own in view.feeds else []
    alone = (criteria.FIGURES_ALONE, "No answers: imported figures alone")
    rest = [(one, f"Those that feed {one.replace('_', ' ')}") for one in view.feeds if one != own]
    return [*first, alone, *rest]


@blueprint.post("/<key>/switch")
def switch(key: str) -> ResponseReturnValue:
    """Use a criterion, or leave it out from now on."""
    is_used = request.form.get("used") == "yes"
    try:
        with transaction() as store:
            one = criteria.switch(
                store, key, request.form.get("seen", ""), is_used=is_used, by=actor(), now=now()
            )
    except Invalid as error:
        return _index(error.problems), 422
    except Conflict as error:
        return _index((Problem("", error.message),)), 409
    flash(f"{one.name[:1].upper()}{one.name[1:]} is switched {'on' if is_used else 'off'}.", "done")
    return redirect(url_for(".index", _anchor=key), 303)


@blueprint.post("/<key>/move")
def move(key: str) -> ResponseReturnValue:
    """Put a criterion one place up or down the list."""
    try:
        with transaction() as store:
            up = request.form.get("to") == "up"
            criteria.move(store, key, request.form.get("seen", ""), up=up, by=actor(), now=now())
    except Conflict as error:
        return _index((Problem("", error.message),)), 409
    return redirect(url_for(".index", _anchor=key), 303)


@blueprint.get("/history")
def history() -> ResponseReturnValue:
    """Every edit of the list: who, when, why, and what it changed."""
    return _history()


def _history(problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        states = criteria.history(store)
    return render_template(
        "criteria/history.html",
        states=states,
        may_edit=allows("criteria.put_back", actor()),
        problems=problems,
    )


@blueprint.post("/history/<int:state_id>/put-back")
def put_back(state_id: int) -> ResponseReturnValue:
    """Keep an earlier state of the list as its newest."""
    try:
        with transaction() as store:
            criteria.put_back(store, state_id, request.form.get("seen", ""), by=actor(), now=now())
    except Conflict as error:
        return _history((Problem("", error.message),)), 409
    flash("The list is as it was then. What was edited since stays in the history.", "done")
    return redirect(url_for(".history"), 303)


# --- one criterion ------------------------------------------------------------------------------------------


ON_A_PAGE = 100
"""Services: most councils have fewer."""
COLUMNS = (
    ("Service", "name", False),
    ("Directorate", "directorate", False),
    ("Value", "value", True),
    ("On 0 to 1", "u", True),
    ("As tried", "tried", True),
    ("Source and year", "year", False),
)


@blueprint.get("/<key>")
def show(key: str) -> ResponseReturnValue:
    """The values of a criterion; `?cycle=ID&sort=COLUMN`, and what is to be tried."""
    view = _view(key)
    say = _says(view.criterion)
    placed = view.tried or view.here
    used = placed.criterion if placed else view.criterion
    chart = (
        values_chart(
            view.criterion.name,
            view.steps,
            [Dot(row.name, row.value, _explained(row)) for row in view.rows if row.value is not None],
            view.spread,
            used.goalposts,
            say,
            is_tried=view.tried is not None,
            floor=used.floor,
            is_logarithmic=used.transform == "log10",
        )
        if view.spread
        else None
    )
    sort = request.args.get("sort", "-value")
    page = page_of(_sorted(view.rows, sort), request.args.get("page", 1, type=int), ON_A_PAGE)
    return render_template(
        "criteria/show.html",
        view=view,
        one=view.criterion,
        chart=chart,
        page=page,
        address=url_for(".show", key=key, **_kept(), sort=sort),
        headings=_headings(key, view, sort),
        say=say,
        u=lambda value: "–" if value is None else shown(value, 2),
        ends=ends_in_words,
        direction=DIRECTION_WORDS[view.criterion.direction],
        transform=TRANSFORM_WORDS[view.criterion.transform],
        directions=tuple(DIRECTION_WORDS.items()),
        transforms=tuple(TRANSFORM_WORDS.items()),
        explained=_explained,
        may_edit=allows("criteria.edit", actor()),
        may_feed=allows("criteria_feeds.show", actor()) and not criteria.is_score(view.criterion),
        fed=_fed(key),
        problems=view.problems,
    )


def _fed(key: str) -> tuple[figure_changes.Made, ...]:
    with reading() as store:
        return figure_changes.history(store, key)


def _view(key: str) -> View:
    given = {name: request.args.get(name, "") for name in SCALE} if "try" in request.args else None
    with reading() as store:
        return criteria_values.show(store, key, request.args.get("cycle", type=row_id), given, now=now())


def _says(criterion: Criterion) -> Callable[[float | None], str]:
    return lambda value: raw_in_words(criterion.unit, value)


def _explained(row: ServiceValue) -> str:
    """Where a service's value is explained: its result, at the answer that was read."""
    if row.assessment_id is None:
        return url_for("services.show", service_id=row.service_id)
    said = (*row.gathered["used"], *row.gathered["unused"])
    key = next((source["key"] for source in said if source["key"]), None)
    return url_for("results.show", assessment_id=row.assessment_id, _anchor=key)


def _sorted(rows: Sequence[ServiceValue], sort: str) -> list[ServiceValue]:
    """By the column asked for; what has no value stays last."""
    column, is_reversed = sort.removeprefix("-"), sort.startswith("-")
    if column not in {name for _, name, _ in COLUMNS}:
        column, is_reversed = "value", True
    known = [row for row in rows if getattr(row, column) not in (None, "")]
    known.sort(key=lambda row: _order(getattr(row, column)), reverse=is_reversed)
    return known + [row for row in rows if getattr(row, column) in (None, "")]


def _order(value: str | float) -> str | float:
    return value.lower() if isinstance(value, str) else value


def _kept() -> dict[str, Any]:
    """What stays in the address when the list is sorted or turned."""
    return {name: text for name, text in request.args.items() if name not in {"sort", "page"}}


def _headings(key: str, view: View, sort: str) -> list[Heading]:
    column, is_reversed = sort.removeprefix("-"), sort.startswith("-")
    found = []
    for words, name, is_number in COLUMNS:
        if name == "tried" and view.tried is None:
            continue
        here = name == column
        wanted = name if (here and is_reversed) or (not here and not is_number) else f"-{name}"
        href = url_for(".show", key=key, **_kept(), sort=wanted, _anchor="services")
        now_sorted = ("descending" if is_reversed else "ascending") if here else ""
        found.append(Heading(words, href, now_sorted, is_number))
    return found


@blueprint.get("/<key>/values.<any(csv, xlsx):form>")
def export(key: str, form: str) -> ResponseReturnValue:
    """Every service with its value, unrounded, and where it came from."""
    view = _view(key)
    columns = ("Key", "Service", "Directorate", "Family", f"{view.criterion.name}, {view.criterion.unit}")
    more = ("On 0 to 1", "As tried", "How", "Source", "Year", "Not used", "Would give")
    rows = tuple(
        (
            *(row.key, row.name, row.directorate, row.family, row.value, row.u, row.tried),
            row.gathered["how"],
            "; ".join(_source(one) for one in row.gathered["used"]),
            row.year,
            "; ".join(_source(one) for one in row.gathered["unused"]),
            row.gathered["otherwise"],
        )
        for row in view.rows
    )
    cycle = view.cycle.name if view.cycle else ""
    return table_file(workbook.Rows("Values", (*columns, *more), rows), f"{key} {cycle}", form)


def _source(one: Mapping[str, Any]) -> str:
    parts = (one["key"], one["title"], one["says"], one["year"], one["publication"], one["line"])
    return ", ".join(part for part in parts if part)


# --- frozen with cycles -------------------------------------------------------------------------------------


@blueprint.get("/freezes")
def freezes() -> ResponseReturnValue:
    """What each cycle is ranked with, and what freezing it now would change."""
    return _freezes()


def _freezes(problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        found = criteria_freezes.index(store, now=now())
    return render_template(
        "criteria/freezes.html",
        found=found,
        ends=ends_in_words,
        reasons={name: text for name, text in request.form.items() if name == "reason"},
        at=request.view_args.get("cycle_id") if request.view_args else None,
        may_freeze=allows("criteria.freeze", actor()),
        problems=problems,
    )


@blueprint.post("/freezes/<int:cycle_id>")
def freeze(cycle_id: int) -> ResponseReturnValue:
    """Freeze the list as it stands for a cycle."""
    reason, seen = request.form.get("reason", ""), request.form.get("seen", "")
    try:
        with transaction() as store:
            confirm = criteria_freezes.freeze(store, cycle_id, reason, seen, by=actor(), now=now())
    except Invalid as error:
        return _freezes(error.problems), 422
    except Conflict as error:
        return _freezes((Problem("", error.message),)), 409
    again = f" Weights have to be confirmed again for: {', '.join(confirm)}." if confirm else ""
    flash(f"The criteria are frozen.{again}", "done")
    return redirect(url_for(".freezes", _anchor=f"cycle-{cycle_id}"), 303)
