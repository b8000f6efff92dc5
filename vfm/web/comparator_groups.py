"""Groups of councils to compare with: the list, one group, an own choice made, changed, withdrawn."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Conflict, Invalid, Problem
from vfm.web.access import allows
from vfm.web.current import actor, now, reading, transaction
from vfm.web.errors import stale
from vfm.web.row_ids import row_id
from vfm.workflows import comparator_groups
from vfm.workflows.comparator_groups import Draft

blueprint = Blueprint("comparator_groups", __name__, url_prefix="/comparisons/groups")

KINDS = {
    "statistical": ("Statistical neighbours", "blue"),
    "nearest": ("Nearest neighbours", "turquoise"),
    "own": ("Own choice", "purple"),
}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every group of this council."""
    with reading() as store:
        view = comparator_groups.index(store)
    return render_template(
        "comparator_groups/index.html",
        view=view,
        kinds=KINDS,
        may_make=allows("comparator_groups.new", actor()),
        may_take_in=allows("figure_imports.index", actor()),
        may_set_code=allows("council.edit", actor()),
    )


@blueprint.get("/<int:group_id>")
def show(group_id: int) -> ResponseReturnValue:
    """One group, its councils and who compares with it."""
    with reading() as store:
        view = comparator_groups.show(store, group_id)
    return render_template(
        "comparator_groups/show.html",
        view=view,
        kinds=KINDS,
        may_change=allows("comparator_groups.edit", actor()) and view.row.kind == "own",
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """An own choice."""
    return _edited(None)


@blueprint.route("/<int:group_id>/edit", methods=["GET", "POST"])
def edit(group_id: int) -> ResponseReturnValue:
    """Change an own choice."""
    return _edited(group_id)


def _edited(group_id: int | None) -> ResponseReturnValue:
    if request.method == "GET":
        return _form(group_id)
    draft = _draft()
    if "find" in request.form:
        return _form(group_id, draft)
    try:
        with transaction() as store:
            saved = comparator_groups.save(store, group_id, draft, by=actor(), now=now())
    except Invalid as error:
        return _form(group_id, draft, error.problems), 422
    except Conflict as error:
        if not error.clashes:
            raise
        return _form(group_id, draft, stale(error), error.clashes), 409
    flash("Saved.", "done")
    return redirect(url_for(".show", group_id=saved), 303)


def _draft() -> Draft:
    form = request.form
    return Draft(
        form.get("name", ""),
        form.get("reason", ""),
        form.get("year", ""),
        tuple(dict.fromkeys(form.getlist("member", type=row_id))),
        form.get("revision", 0, type=int),
    )


def _form(
    group_id: int | None,
    draft: Draft | None = None,
    problems: Sequence[Problem] = (),
    clashes: Sequence[Clash] = (),
) -> str:
    words = request.form.get("words", "")
    with reading() as store:
        kept = None if group_id is None else comparator_groups.show(store, group_id)
        shown = draft or (kept.draft if kept else Draft())
        offered = comparator_groups.form(store, shown.members, words)
    return render_template(
        "comparator_groups/edit.html",
        group_id=group_id,
        draft=shown,
        revision=kept.row.revision if kept and clashes else shown.revision,
        offered=offered,
        words=words,
        problems=problems,
        clashes=clashes,
    )


@blueprint.post("/<int:group_id>/withdraw")
def withdraw(group_id: int) -> ResponseReturnValue:
    """Offer an own choice no more."""
    with transaction() as store:
        comparator_groups.withdraw(store, group_id, by=actor(), now=now())
    flash("Withdrawn. It is offered no more; you can bring it back here.", "done")
    return redirect(url_for(".show", group_id=group_id), 303)


@blueprint.post("/<int:group_id>/bring-back")
def bring_back(group_id: int) -> ResponseReturnValue:
    """Offer a withdrawn group again."""
    with transaction() as store:
        comparator_groups.bring_back(store, group_id, by=actor(), now=now())
    flash("It is offered again.", "done")
    return redirect(url_for(".show", group_id=group_id), 303)
