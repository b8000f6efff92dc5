"""Feeding a criterion from published figures: looked at first, then kept, then taken back if need be."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.reports.workbook import Rows
from vfm.web.attachments import table_file
from vfm.web.current import actor, now, reading, transaction
from vfm.web.figure_effects import COLUMNS, grouped, row_of
from vfm.web.filters import plural
from vfm.web.row_ids import row_id
from vfm.workflows import criteria_feeds, figure_changes
from vfm.workflows.criteria_feeds import Choice, Preview

blueprint = Blueprint("criteria_feeds", __name__, url_prefix="/criteria")

MODE_WORDS = (
    ("gaps", "They stay: only services without such a figure are fed from here"),
    ("beside", "They stay, and these stand beside them: the mean counts"),
    ("instead", "They are kept on record and feed it no longer: only these count"),
)


@blueprint.get("/<key>/published")
def show(key: str) -> ResponseReturnValue:
    """What feeding a criterion from published figures would do; the choice is in the address."""
    return _page(key)


@blueprint.post("/<key>/published")
def feed(key: str) -> ResponseReturnValue:
    """Keep the figures that were looked at."""
    try:
        with transaction() as store:
            seen = request.form.get("seen", "")
            count = criteria_feeds.feed(store, key, _choice(), seen, by=actor(), now=now())
    except Invalid as error:
        return _page(key, error.problems), 422
    except Conflict as error:
        return _page(key, (Problem("", error.message),)), 409
    verb = "feeds" if count == 1 else "feed"
    flash(f"{plural(count, 'published figure')} {verb} it now. You can take this back below.", "done")
    cycle = request.form.get("cycle", type=row_id)
    return redirect(url_for("criteria.show", key=key, cycle=cycle, _anchor="fed"), 303)


@blueprint.get("/<key>/published.<any(csv, xlsx):form>")
def export(key: str, form: str) -> ResponseReturnValue:
    """What would become of every service's value."""
    view = _view(key)
    rows = tuple(row_of(one) for one in view.effects)
    return table_file(Rows("What would change", COLUMNS, rows), f"{key} from published figures", form)


@blueprint.post("/changes/<int:change_id>/undo")
def undo(change_id: int) -> ResponseReturnValue:
    """Put the figures back as they were."""
    key = request.form.get("key", "")
    try:
        with transaction() as store:
            title, criteria = figure_changes.undo(store, change_id, by=actor(), now=now())
    except Conflict as error:
        flash(error.message, "note")
    else:
        flash(f"Taken back: {title}. The figures are as they were before.", "done")
        key = key if key in criteria else next(iter(criteria), "")
    if not key:
        return redirect(url_for("criteria.index"), 303)
    return redirect(url_for("criteria.show", key=key, _anchor="fed"), 303)


def _choice() -> Choice:
    asked = request.values
    measures = tuple(asked.getlist("measure")) if "chosen" in asked else None
    return Choice(measures, asked.get("group", ""), asked.get("mode", "gaps"))


def _view(key: str) -> Preview:
    cycle_id = request.values.get("cycle", type=row_id)
    with reading() as store:
        return criteria_feeds.preview(store, key, _choice(), cycle_id, now=now())


def _page(key: str, problems: Sequence[Problem] = ()) -> str:
    view = _view(key)
    named = [(str(one.id), f"{one.name}, {one.year}" if one.year else one.name) for one in view.groups]
    return render_template(
        "criteria_feeds/show.html",
        view=view,
        one=view.criterion,
        problems=(*problems, *(one for one in view.problems if one not in problems)),
        modes=MODE_WORDS,
        groups=[("", "The usual one of each measure"), *named],
        effects=grouped(view.effects),
        asked={
            "chosen": "1",
            "measure": view.choice.measures,
            "group": view.choice.group,
            "mode": view.choice.mode,
            "cycle": view.cycle.id,
        },
    )
