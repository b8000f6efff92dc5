"""A director's deputies: named, listed, ended."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import deputies
from vfm.workflows.deputies import Day, Typed

blueprint = Blueprint("deputies", __name__, url_prefix="/deputies")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Who stands in, and the form of a new deputy."""
    return _page(None, "")


@blueprint.post("/")
def name() -> ResponseReturnValue:
    """Let somebody stand in; or find people, and keep what was typed."""
    form, search = request.form, request.form.get("search", "")
    typed = Typed(form.get("person", ""), tuple(form.getlist("services")), _day("starts"), _day("ends"))
    if form.get("do") == "search":
        return _page(typed, search)
    try:
        with transaction() as store:
            who = deputies.name(store, typed, by=actor(), now=now())
    except Invalid as error:
        return _page(typed, search, error.problems), 422
    flash(f"{who} stands in for you. They are told by e-mail.", "done")
    return redirect(url_for(".index"), 303)


@blueprint.post("/<int:deputy_id>/end")
def end(deputy_id: int) -> ResponseReturnValue:
    """Nobody stands in any more."""
    with transaction() as store:
        who = deputies.end(store, deputy_id, by=actor(), now=now())
    flash(f"{who} no longer stands in for you.", "done")
    return redirect(url_for(".index"), 303)


def _day(name: str) -> Day:
    day, month, year = (request.form.get(f"{name}.{part}", "") for part in ("day", "month", "year"))
    return day, month, year


def _page(typed: Typed | None, search: str, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = deputies.show(store, search, typed.person if typed else "", by=actor(), now=now())
    if typed is None:
        typed = Typed(services=tuple(str(key) for key, _ in view.services))
    return render_template(
        "deputies/index.html",
        view=view,
        typed=typed,
        search=search,
        people=[(one.id, f"{one.name}, {one.email}") for one in view.people],
        problems=problems,
    )
