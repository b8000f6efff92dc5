"""People and their roles, for the administrator."""

from typing import TypedDict

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.roles import Role
from vfm.web.current import actor, now, reading, transaction, wiring
from vfm.web.errors import stale
from vfm.web.filters import plural, with_link
from vfm.web.row_ids import row_id
from vfm.workflows import people

blueprint = Blueprint("people", __name__, url_prefix="/people")

ROLES = tuple((role.value, role.words) for role in Role)


class Typed(TypedDict):
    """What the form of a person holds."""

    name: str
    email: str
    roles: list[str]


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Everybody, found by words and role."""
    words, role = request.args.get("words", ""), request.args.get("role", "")
    with reading() as store:
        lines = people.everybody(store, words, role)
    return render_template("people/index.html", people=lines, words=words, role=role, roles=ROLES)


@blueprint.route("/add", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """A new person; their one-time link is shown on their page, once."""
    typed = _typed()
    if request.method == "GET":
        return render_template("people/edit.html", person=None, typed=typed, roles=ROLES)
    try:
        with transaction() as store:
            person_id, token = people.add(store, **typed, by=actor(), now=now(), mails=_mails())
    except Invalid as error:
        page = render_template(
            "people/edit.html", person=None, typed=typed, roles=ROLES, problems=error.problems
        )
        return page, 422
    _keep_link(person_id, token)
    cure = (
        "The link below goes to them by e-mail." if _mails() else "Copy the link below and send it to them."
    )
    flash(f"{typed['name']} is added. {cure}", "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.get("/<int:person_id>")
def show(person_id: int) -> ResponseReturnValue:
    """One person: roles, what they have in hand, what happened."""
    return _person(person_id)


def _person(person_id: int, problems: tuple[Problem, ...] = ()) -> str:
    with reading() as store:
        view = people.show(store, person_id, now=now())
    return render_template("people/show.html", person=view, link=_kept_link(person_id), problems=problems)


def _keep_link(person_id: int, token: str) -> None:
    """Until the person's page is next shown to this administrator; the store has its hash alone."""
    session["link"] = [person_id, token]


def _kept_link(person_id: int) -> str | None:
    if session.get("link", [None])[0] != person_id:
        return None
    return url_for("invitations.choose", token=session.pop("link")[1], _external=True)


@blueprint.route("/<int:person_id>/edit", methods=["GET", "POST"])
def edit(person_id: int) -> ResponseReturnValue:
    """Name, e-mail and roles of somebody who is there."""
    with reading() as store:
        person = people.show(store, person_id, now=now())
    if request.method == "GET":
        held = [one.role.value for one in person.roles]
        typed = Typed(name=person.name, email=person.email, roles=held)
        return render_template("people/edit.html", person=person, typed=typed, roles=ROLES, seen=person.mark)
    typed, seen = _typed(), request.form.get("seen", "")
    form = {"person": person, "typed": typed, "roles": ROLES}
    try:
        with transaction() as store:
            people.change(store, person_id, **typed, seen=seen, by=actor(), now=now())
    except Invalid as error:
        return render_template("people/edit.html", **form, seen=seen, problems=error.problems), 422
    except Conflict as error:
        told = {"problems": stale(error), "clashes": error.clashes}
        return render_template("people/edit.html", **form, seen=person.mark, **told), 409
    flash("Saved.", "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.route("/<int:person_id>/services/<role>", methods=["GET", "POST"])
def services(person_id: int, role: str) -> ResponseReturnValue:
    """The services somebody directs or contributes to."""
    if role not in people.BY_SERVICE:
        raise NotFound
    held = Role(role)
    if request.method == "GET":
        with reading() as store:
            view = people.choice(store, person_id, held)
        return render_template("people/services.html", choice=view, ticked=view.chosen, whole=())
    ticked, parts = request.form.getlist("services", int), request.form.getlist("directorates", int)
    seen = request.form.get("seen", "")
    try:
        with transaction() as store:
            count = people.choose(store, person_id, held, ticked, parts, seen, by=actor(), now=now())
    except Conflict as error:
        with reading() as store:
            view = people.choice(store, person_id, held)
        told = {"problems": [Problem("", one.message) for one in stale(error)], "clashes": error.clashes}
        return render_template("people/services.html", choice=view, ticked=ticked, whole=parts, **told), 409
    flash(f"{held.words} of {plural(count, 'service')}.", "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.post("/<int:person_id>/link")
def link(person_id: int) -> ResponseReturnValue:
    """Make a new one-time link, for an invitation or a forgotten password."""
    try:
        with transaction() as store:
            token = people.link(store, person_id, by=actor(), now=now(), mails=_mails())
    except Invalid as error:
        return _person(person_id, error.problems), 422
    _keep_link(person_id, token)
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.post("/<int:person_id>/off")
def switch_off(person_id: int) -> ResponseReturnValue:
    """Nobody signs in as this person any more; can be undone."""
    try:
        with transaction() as store:
            name, left = people.switch_off(store, person_id, by=actor(), now=now())
    except Invalid as error:
        return _person(person_id, error.problems), 422
    told = f"{name} is switched off and signed out everywhere."
    cure = (f"Hand over {plural(left, 'thing')}", url_for(".hand_over", person_id=person_id))
    flash(with_link(told, *cure) if left else told, "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.post("/<int:person_id>/on")
def switch_on(person_id: int) -> ResponseReturnValue:
    """Somebody may sign in again."""
    with transaction() as store:
        name = people.switch_on(store, person_id, by=actor(), now=now())
    flash(f"{name} is switched on.", "done")
    return redirect(url_for("people.show", person_id=person_id), 303)


@blueprint.route("/<int:person_id>/hand-over", methods=["GET", "POST"])
def hand_over(person_id: int) -> ResponseReturnValue:
    """Give services, actions and reviews to somebody else."""
    to_id, ticked = request.form.get("to", type=row_id), request.form.getlist("work")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            with transaction() as store:
                count, name = people.hand_over(store, person_id, to_id, ticked, by=actor(), now=now())
        except Invalid as error:
            problems = error.problems
        else:
            flash(f"{plural(count, 'thing')} handed over to {name}.", "done")
            return redirect(url_for("people.show", person_id=person_id), 303)
    with reading() as store:
        view = people.to_hand_over(store, person_id)
    options = [(one.key, one.words) for one in view.work]
    shown = ticked if problems else [one.key for one in view.work]
    page = render_template(
        "people/hand_over.html", view=view, to_id=to_id, options=options, ticked=shown, problems=problems
    )
    return page, 422 if problems else 200


def _mails() -> bool:
    """True when there is a mail server for one-time links."""
    return bool(wiring().settings.mail)


def _typed() -> Typed:
    form = request.form
    return Typed(name=form.get("name", ""), email=form.get("email", ""), roles=form.getlist("roles"))
