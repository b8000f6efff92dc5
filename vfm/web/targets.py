"""Targets of a service: what stands and how far it has come, the form, the history."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.reports import changes as moves
from vfm.reports import targets as say
from vfm.web.current import actor, now, reading, transaction
from vfm.web.row_ids import row_id
from vfm.workflows import targets
from vfm.workflows.targets import Typed, View

blueprint = Blueprint("targets", __name__)


@blueprint.get("/services/<int:service_id>/targets")
def show(service_id: int) -> ResponseReturnValue:
    """What stands, how far the service has come, and every target there was; `?template=ID`."""
    return _page(_view(service_id), _blank())


@blueprint.post("/services/<int:service_id>/targets")
def put(service_id: int) -> ResponseReturnValue:
    """Set a target; the one that stood for the same thing stays in the history."""
    typed, by = _typed(), actor()
    view = _view(service_id)
    try:
        with transaction() as store:
            targets.put(store, service_id, view.template_id, typed, by=by, now=now())
    except Invalid as error:
        return _page(view, typed, error.problems), 422
    except Conflict as conflict:
        return _page(_view(service_id), typed, (Problem("points", str(conflict)),)), 409
    flash("The target is set.", "done")
    return redirect(url_for(".show", service_id=service_id, template=view.template_id), 303)


@blueprint.post("/targets/<int:target_id>/withdraw")
def withdraw(target_id: int) -> ResponseReturnValue:
    """End a target without another."""
    reason = request.form.get("why", "")
    with reading() as store:
        service_id, template_id = targets.place_of(store, target_id, by=actor())
    try:
        with transaction() as store:
            targets.withdraw(store, target_id, reason, by=actor(), now=now())
    except Invalid as error:
        return _page(_view(service_id, template_id), _blank(), error.problems, {target_id: reason}), 422
    flash("The target is withdrawn.", "done")
    return redirect(url_for(".show", service_id=service_id, template=template_id), 303)


def _view(service_id: int, template_id: int | None = None) -> View:
    wanted = template_id or request.values.get("template", type=row_id) or None
    with reading() as store:
        return targets.show(store, service_id, wanted, by=actor(), now=now())


def _blank() -> Typed:
    """The form as it opens: for the section a link named, or the overall."""
    return Typed(place=request.args.get("place", targets.OVERALL))


def _typed() -> Typed:
    sent = request.form
    return Typed(
        place=sent.get("place", ""),
        points=sent.get("points", ""),
        due=(sent.get("due.day", ""), sent.get("due.month", ""), sent.get("due.year", "")),
        reason=sent.get("reason", ""),
        seen=sent.get("seen", ""),
    )


def _page(
    view: View,
    typed: Typed,
    problems: tuple[Problem, ...] = (),
    reasons: dict[int, str] | None = None,
) -> str:
    return render_template(
        "targets/show.html",
        view=view,
        typed=typed,
        problems=problems,
        reasons=reasons or {},
        say=say,
        moves=moves,
    )
