"""The council's list of criteria: looked at, added to, changed, switched, put in order, taken back."""

from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, Problem
from vfm.prioritisation.criteria_words import DIRECTION_WORDS, TRANSFORM_WORDS, ends_in_words
from vfm.web.access import allows
from vfm.web.current import actor, now, reading, transaction
from vfm.workflows import criteria
from vfm.workflows.criteria import Typed

blueprint = Blueprint("criteria", __name__, url_prefix="/criteria")


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every criterion, with how much is known of it; `?cycle=ID`."""
    return _index()


def _index(problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = criteria.index(store, request.values.get("cycle", type=int), now=now())
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
