"""Parts of an assessment: given to colleagues, taken back, handed back, taken up again."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, Problem
from vfm.web.current import actor, now, reading, transaction, wiring
from vfm.web.languages import mark, say
from vfm.workflows import delegations
from vfm.workflows.delegations import CANNOT, DONE, Given, Typed

blueprint = Blueprint("delegations", __name__)

HANDED_BACK = ((DONE, mark("It is done")), (CANNOT, mark("I cannot answer this")))


@blueprint.get("/assessments/<int:assessment_id>/give")
def give(assessment_id: int) -> ResponseReturnValue:
    """Where parts are given; the section or question named by `place` is ticked."""
    place = request.args.get("place", "")
    return _give_page(assessment_id, place, Typed(places=(place,) if place else ()))


@blueprint.post("/assessments/<int:assessment_id>/give")
def send(assessment_id: int) -> ResponseReturnValue:
    """Give what is ticked to who is ticked or named; or find people, and keep what was typed."""
    form = request.form
    typed = Typed(
        tuple(form.getlist("place")),
        tuple(form.getlist("people")),
        form.get("emails", ""),
        form.get("message", ""),
    )
    place = form.get("at", "")
    if form.get("do") == "search":
        return _give_page(assessment_id, place, typed, form.get("search", ""))
    try:
        with transaction() as store:
            given = delegations.give(store, assessment_id, typed, by=actor(), now=now())
    except Invalid as error:
        return _give_page(assessment_id, place, typed, form.get("search", ""), error.problems), 422
    _tell(given, has_mail=bool(wiring().settings.mail))
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


def _tell(given: Given, *, has_mail: bool) -> None:
    flash(say("Given to %(names)s. They are told by e-mail.", names=", ".join(given.names)), "done")
    for name, token in given.invited if not has_mail else ():
        link = url_for("invitations.choose", token=token, _external=True)
        words = say("No mail server is set up, so send %(name)s this link to choose a password:", name=name)
        flash(f"{words} {link}", "note")


def _give_page(
    assessment_id: int, place: str, typed: Typed, search: str = "", problems: tuple[Problem, ...] = ()
) -> str:
    with reading() as store:
        view = delegations.form(store, assessment_id, place, search, typed.people, by=actor())
    return render_template(
        "delegations/give.html",
        view=view,
        head=view.head,
        place=place,
        typed=typed,
        search=search,
        parts=[
            (
                one.place,
                f"{one.words} ({say('with %(names)s', names=', '.join(one.holders))})"
                if one.holders
                else one.words,
            )
            for one in view.choices
        ],
        people=[(one.id, f"{one.name}, {one.email}") for one in (*view.at_hand, *view.found)],
        problems=problems,
    )


@blueprint.post("/assessments/<int:assessment_id>/parts/<int:part_id>/take-back")
def take_back(assessment_id: int, part_id: int) -> ResponseReturnValue:
    """A part is no longer somebody's."""
    with transaction() as store:
        name = delegations.take_back(store, assessment_id, part_id, by=actor(), now=now())
    flash(say("Taken back from %(name)s. What they answered stays.", name=name), "done")
    return redirect(url_for(".give", assessment_id=assessment_id), 303)


@blueprint.get("/assessments/<int:assessment_id>/parts/<int:part_id>/hand-back")
def hand_back(assessment_id: int, part_id: int) -> ResponseReturnValue:
    """Where a part is handed back, with a note."""
    return _hand_back_page(assessment_id, part_id)


@blueprint.post("/assessments/<int:assessment_id>/parts/<int:part_id>/hand-back")
def return_part(assessment_id: int, part_id: int) -> ResponseReturnValue:
    """A part is done, or cannot be answered by who has it."""
    said, note = request.form.get("said", ""), request.form.get("note", "")
    try:
        with transaction() as store:
            delegations.hand_back(store, assessment_id, part_id, said, note, by=actor(), now=now())
    except Invalid as error:
        return _hand_back_page(assessment_id, part_id, said, note, error.problems), 422
    flash(say("Handed back. The director sees it on the list of sections."), "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)


def _hand_back_page(
    assessment_id: int, part_id: int, said: str = "", note: str = "", problems: tuple[Problem, ...] = ()
) -> str:
    with reading() as store:
        view = delegations.mine(store, assessment_id, part_id, by=actor())
    return render_template(
        "delegations/hand_back.html",
        view=view,
        head=view.head,
        choices=[(key, say(words)) for key, words in HANDED_BACK],
        said=said,
        note=note,
        problems=problems,
    )


@blueprint.post("/assessments/<int:assessment_id>/parts/<int:part_id>/take-up")
def take_up(assessment_id: int, part_id: int) -> ResponseReturnValue:
    """Go on with a part that was handed back."""
    with transaction() as store:
        delegations.take_up(store, assessment_id, part_id, by=actor(), now=now())
    flash(say("You can change your answers again. Hand it back when you are done."), "done")
    return redirect(url_for("assessments.show", assessment_id=assessment_id), 303)
