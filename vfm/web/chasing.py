"""What is done from a cockpit with the services that were ticked, and how a cycle went over time."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.reports.completion_chart import completion as drawn
from vfm.web.current import actor, now, reading, transaction, wiring
from vfm.web.filters import plural
from vfm.web.row_ids import row_id
from vfm.workflows import chasing, cockpit

blueprint = Blueprint("chasing", __name__)


@blueprint.post("/cycles/<int:cycle_id>/ticked")
def prepare(cycle_id: int) -> ResponseReturnValue:
    """The form of what was chosen for the ticked services: an e-mail, or another day."""
    try:
        return _extending(cycle_id) if request.form.get("deed") == "extend" else _chasing(cycle_id)
    except Invalid as refused:
        flash(refused.problems[0].message, "problem")
        return redirect(url_for("cycles.show", cycle_id=cycle_id), 303)


@blueprint.post("/cycles/<int:cycle_id>/chase")
def chase(cycle_id: int) -> ResponseReturnValue:
    """Queue the e-mails."""
    said = request.form
    try:
        with transaction() as store:
            services, letters = chasing.chase(
                store, cycle_id, _ids(), said.get("subject", ""), said.get("body", ""), by=actor(), now=now()
            )
    except Invalid as refused:
        return _chasing(cycle_id, refused.problems), 422
    except Conflict as conflict:
        return _chasing(cycle_id, (Problem("", conflict.message),)), 409
    waits = "" if wiring().settings.mail else " They wait until a mail server is set."
    flash(f"{plural(services, 'service')} chased, {plural(letters, 'e-mail')} queued.{waits}", "done")
    return redirect(url_for("cycles.show", cycle_id=cycle_id), 303)


@blueprint.post("/cycles/<int:cycle_id>/extend")
def extend(cycle_id: int) -> ResponseReturnValue:
    """Give the services until another day."""
    try:
        with transaction() as store:
            count = chasing.extend(
                store, cycle_id, _ids(), _day(), request.form.get("reason", ""), by=actor(), now=now()
            )
    except Invalid as refused:
        return _extending(cycle_id, refused.problems), 422
    except Conflict as conflict:
        return _extending(cycle_id, (Problem("", conflict.message),)), 409
    flash(f"{plural(count, 'service')} given more time. They are told by e-mail.", "done")
    return redirect(url_for("cycles.show", cycle_id=cycle_id), 303)


@blueprint.get("/cycles/<int:cycle_id>/completion")
def completion(cycle_id: int) -> ResponseReturnValue:
    """How many services had started, sent and signed off on each day."""
    with reading() as store:
        view = cockpit.completion(store, cycle_id, now=now())
    days = [(one.on, one.started, one.submitted, one.signed_off) for one in view.days]
    return render_template("chasing/completion.html", view=view, picture=drawn(days, view.total))


def _chasing(cycle_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = chasing.to_chase(store, cycle_id, _ids(), by=actor(), now=now())
    said = {"subject": view.subject, "body": view.body}
    typed = {name: request.form.get(name, proposed) for name, proposed in said.items()}
    return _form("chasing/chase.html", view, typed, problems)


def _extending(cycle_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = chasing.to_extend(store, cycle_id, _ids(), now=now())
    return _form(
        "chasing/extend.html", view, {"due_on": _day(), "reason": request.form.get("reason", "")}, problems
    )


def _form(
    page: str, view: chasing.Selection, typed: Mapping[str, object], problems: tuple[Problem, ...]
) -> str:
    errors = {problem.place: problem.message for problem in problems}
    return render_template(page, view=view, typed=typed, problems=problems, errors=errors)


def _ids() -> list[int]:
    return request.form.getlist("assessment", type=row_id)


def _day() -> chasing.DayTyped:
    day, month, year = (request.form.get(f"due_on.{part}", "") for part in ("day", "month", "year"))
    return day, month, year
