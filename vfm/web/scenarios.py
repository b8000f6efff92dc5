"""Other weights on a kept ranking: sliders that re-rank at once, scenarios by name, what it would take."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.prioritisation.explanation import shown
from vfm.prioritisation.swings import swing
from vfm.reports.workbook import Cell, Rows
from vfm.web.access import DECIDING
from vfm.web.attachments import table_file
from vfm.web.current import actor, is_from_script, now, reading, transaction
from vfm.web.filters import percent, plural
from vfm.web.row_ids import row_id
from vfm.workflows import rankings, scenarios
from vfm.workflows.scenarios import Line, SideBySide, Turning, WhatIf, in_address, in_box

blueprint = Blueprint("scenarios", __name__)


# --- what if ------------------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/what-if")
def what_if(run_id: int) -> ResponseReturnValue:
    """The list under other weights, which the address holds; a script asks for the list alone."""
    try:
        with reading() as store:
            view = scenarios.tried(store, run_id, _under("w."), _under("was."))
    except Invalid as refused:
        if is_from_script():
            return jsonify({"problems": {one.place: one.message for one in refused.problems}}), 422
        with reading() as store:
            view = scenarios.tried(store, run_id, {}, {})
        return _what_if_page(view, refused.problems), 422
    if is_from_script():
        return jsonify(_for_script(view))
    return _what_if_page(view)


def _under(prefix: str) -> dict[str, str]:
    """Criterion -> text, of the fields whose names begin so."""
    found = request.values.items()
    return {name.removeprefix(prefix): text for name, text in found if name.startswith(prefix)}


def _for_script(view: WhatIf) -> dict[str, Any]:
    return {
        "address": address_of(view),
        "said": _said(view),
        "boxes": {f"w.{key}": in_box(share) for key, share in view.shares.items()},
        "exact": {f"was.{key}": in_address(share) for key, share in view.shares.items()},
        "html": render_template("scenarios/list.html", **_listed(view)),
    }


def address_of(view: WhatIf) -> str:
    """The address that shows this list again; the run's own weights need none in it."""
    return _what_if_at(view.weighed.run.id, {} if view.is_own else view.shares)


def _what_if_at(run_id: int, shares: Mapping[str, float]) -> str:
    weights: dict[str, Any] = {f"w.{key}": in_address(share) for key, share in shares.items()}
    return url_for("scenarios.what_if", run_id=run_id, **weights)


def _what_if_page(view: WhatIf, problems: Sequence[Problem] = ()) -> str:
    names = {criterion.key: criterion.name for criterion in view.weighed.one.criteria}
    return render_template(
        "scenarios/what_if.html",
        run=view.weighed.run,
        problems=problems,
        boxes=_boxes(view, any(problem.place.startswith("w.") for problem in problems)),
        exact={key: in_address(share) for key, share in view.shares.items()},
        nowhere=[(names[key], share) for key, share in view.weighed.nowhere.items()],
        name=request.form.get("name", ""),
        note=request.form.get("note", ""),
        swing=swing,
        may_keep=actor().has(*DECIDING),
        **_listed(view),
    )


def _boxes(view: WhatIf, is_as_typed: bool) -> dict[str, str]:
    typed = _under("w.") if is_as_typed else {}
    return {key: typed.get(key, in_box(share)) for key, share in view.shares.items()}


def _listed(view: WhatIf) -> dict[str, Any]:
    """What the list needs, on the page and alone."""
    return {
        "view": view,
        "said": _said(view),
        "top": view.weighed.one.top,
        "moves": {line.service_id: moved_words(line) for line in (*view.first, *view.movers)},
        "shown": shown,
        "own": view.weighed.own,
    }


def moved_words(line: Line) -> str:
    """How a service has moved against the run, in a mark and words."""
    if line.place is None:
        return "not ranked any more" if line.was is not None else "not ranked"
    if line.was is None:
        return "ranked now"
    climbed = line.climbed or 0
    if not climbed:
        return "same place"
    return f"▲ up {climbed}" if climbed > 0 else f"▼ down {-climbed}"


MOST_NAMED = 5
"""Services that the sentence names; the lists beneath name all."""


def _said(view: WhatIf) -> str:
    """One sentence: who enters and leaves the top."""
    top, one = view.weighed.one.top, view.weighed.one
    if view.is_own:
        return "These are the weights of the ranking. Change one to see what it does to the list."
    if view.change.is_same:
        if not view.changed:
            return f"The top {top} stays the same, and every service keeps its place."
        changed = plural(view.changed, "service stands", "services stand")
        return f"The top {top} stays the same; {changed} in another place."
    enter, leave = len(view.change.entering), len(view.change.leaving)
    if max(enter, leave) > MOST_NAMED:
        return f"{plural(enter, 'service enters', 'services enter')} the top {top}, and {leave} leave it."
    entering = _names([one.by_key[key] for key in view.change.entering])
    verb = "enters" if len(view.change.entering) == 1 else "enter"
    leaving = _names([one.by_key[key] for key in view.change.leaving])
    return f"{entering} {verb} the top {top}" + (f", in the place of {leaving}." if leaving else ".")


def _names(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# --- scenarios ----------------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/scenarios")
def index(run_id: int) -> ResponseReturnValue:
    """The ranking and its scenarios side by side."""
    sort = request.args.get("sort", "")
    with reading() as store:
        view = scenarios.side_by_side(store, run_id, _chosen(), sort)
    return render_template(
        "scenarios/index.html",
        view=view,
        run=view.weighed.run,
        sort=sort,
        top=view.weighed.one.top,
        said=_compared(view),
        contested=set(view.contested),
        addresses={row.id: _what_if_at(run_id, _known(view, row.weights)) for row in view.standing},
        chosen=[column.id for column in view.columns],
        most=scenarios.MOST_COMPARED,
        may_keep=actor().has(*DECIDING),
    )


def _chosen() -> list[int]:
    return request.args.getlist("with", type=row_id)


def _known(view: SideBySide, weights: Mapping[str, float]) -> dict[str, float]:
    """The weights of a scenario on the criteria that have values, as shares of them."""
    kept = {key: share for key, share in weights.items() if key in view.weighed.shares}
    total = sum(kept.values())
    return {key: share / total for key, share in kept.items()}


def _compared(view: SideBySide) -> str:
    top, lists = view.weighed.one.top, len(view.columns)
    if lists == 1:
        return ""
    sure = len(set.intersection(*(set(column.list.first) for column in view.columns)))
    if not view.contested:
        return f"All {lists} lists have the same top {top}."
    moving = plural(len(view.contested), "service is", "services are")
    return (
        f"{sure} of the top {top} stand in all {lists} lists; {moving} in the top of some and not of others."
    )


@blueprint.get("/priorities/<int:run_id>/scenarios.<any(csv, xlsx):form>")
def export(run_id: int, form: str) -> ResponseReturnValue:
    """The lists side by side, unrounded; in Excel their weights too."""
    with reading() as store:
        view = scenarios.side_by_side(store, run_id, _chosen(), request.args.get("sort", ""))
    return table_file(_sheets(view), f"{view.weighed.run.name} scenarios", form)


def _sheets(view: SideBySide) -> list[Rows]:
    names, one = [column.name for column in view.columns], view.weighed.one
    indices = [column.list.index_of() for column in view.columns]
    rows: list[tuple[Cell, ...]] = [
        (
            key,
            one.by_key[key],
            view.weighed.directorates[key],
            *(column.list.places.get(key) for column in view.columns),
            *(index.get(key) for index in indices),
        )
        for key in view.keys
    ]
    places, index = (tuple(f"{what}: {name}" for name in names) for what in ("Place", "Index"))
    weights: list[tuple[Cell, ...]] = [
        (c.name, *(column.list.shares[c.key] for column in view.columns)) for c in view.weighed.criteria
    ]
    return [
        Rows("Places", ("Key", "Service", "Directorate", *places, *index), tuple(rows)),
        Rows("Weights", ("Criterion", *names), tuple(weights)),
        Rows("About", ("Scenario", "Note"), tuple((c.name, c.note or None) for c in view.columns)),
    ]


@blueprint.post("/priorities/<int:run_id>/scenarios")
def keep(run_id: int) -> ResponseReturnValue:
    """Keep the weights that were tried."""
    typed, before = _under("w."), _under("was.")
    name, note = request.form.get("name", ""), request.form.get("note", "")
    try:
        with transaction() as store:
            scenarios.keep(store, run_id, name, note, typed, before, by=actor(), now=now())
    except Invalid as refused:
        with reading() as store:
            view = _as_far_as_usable(store, run_id, typed, before)
        return _what_if_page(view, refused.problems), 422
    flash(f"“{name.strip()}” is kept as a scenario.", "done")
    return redirect(url_for(".index", run_id=run_id), 303)


def _as_far_as_usable(store: Any, run_id: int, typed: Mapping[str, str], before: Mapping[str, str]) -> WhatIf:
    try:
        return scenarios.tried(store, run_id, typed, before)
    except Invalid:
        return scenarios.tried(store, run_id, {}, {})


@blueprint.post("/priorities/<int:run_id>/scenarios/<int:scenario_id>/withdraw")
def withdraw(run_id: int, scenario_id: int) -> ResponseReturnValue:
    """Withdraw a scenario."""
    with transaction() as store:
        name = scenarios.withdraw(store, run_id, scenario_id, by=actor(), now=now())
    flash(f"“{name}” is withdrawn. You can bring it back below.", "done")
    return redirect(url_for(".index", run_id=run_id), 303)


@blueprint.post("/priorities/<int:run_id>/scenarios/<int:scenario_id>/bring-back")
def bring_back(run_id: int, scenario_id: int) -> ResponseReturnValue:
    """Bring a withdrawn scenario back."""
    with transaction() as store:
        name = scenarios.bring_back(store, run_id, scenario_id, by=actor(), now=now())
    flash(f"“{name}” is back.", "done")
    return redirect(url_for(".index", run_id=run_id), 303)


@blueprint.post("/priorities/<int:run_id>/scenarios/<int:scenario_id>/rank")
def rank(run_id: int, scenario_id: int) -> ResponseReturnValue:
    """Make a ranking of its own with a scenario's weights."""
    with transaction() as store:
        made = rankings.run_scenario(store, run_id, scenario_id, by=actor(), now=now())
    flash("The ranking is kept with everything it was made from.", "done")
    return redirect(url_for("priorities.board", run_id=made), 303)


# --- what it would take -------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/entering")
def turning(run_id: int) -> ResponseReturnValue:
    """What would have to be true for a service to enter the top."""
    with reading() as store:
        view = scenarios.turning(store, run_id, request.args.get("service", type=row_id))
    return render_template(
        "scenarios/turning.html",
        view=view,
        run=view.weighed.run,
        top=view.weighed.one.top,
        said=_turning_words(view),
        address=_what_if_at(run_id, view.then) if view.then else "",
        swing=swing,
    )


def _turning_words(view: Turning) -> str:
    if view.service is None:
        return ""
    name, top = view.service[1], view.weighed.one.top
    if view.is_in:
        if not view.alone:
            return f"{name} is in the top {top}, and no weight alone moves it out."
        criterion, here, share = view.alone[0]
        way = "rises" if share > here else "falls"
        return (
            f"{name} is in the top {top}. It leaves it first when the weight of {criterion.name} {way} from "
            f"{percent(here, 1)} to {percent(share, 1)}, the others sharing the rest."
        )
    if view.nearest is None:
        return f"No weights bring {name} into the top {top}: too many services are ahead of it on everything."
    shares = view.weighed.shares
    changes = {key: share - shares[key] for key, share in view.then.items()}
    names = {criterion.key: criterion.name for criterion in view.weighed.criteria}
    parts = [
        f"{names[key]} {'rises' if by > 0 else 'falls'} from {percent(shares[key], 1)} to "
        f"{percent(view.then[key], 1)}"
        for key, by in sorted(changes.items(), key=lambda item: -abs(item[1]))
        if abs(by) >= 0.0005
    ]
    moving = percent(view.nearest.moved, 1)
    if not parts:
        return f"{name} enters the top {top} with the slightest change of the weights."
    words = f"{name} enters the top {top} when {_names(parts)}: {moving} of the weight has to move."
    if view.unknown:
        words += (
            " But then so much of its weight has no value that it would not be ranked: fill its gaps first."
        )
    return words
