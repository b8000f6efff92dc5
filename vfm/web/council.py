"""The council's name, colour, logo and financial year."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Conflict, Invalid, Problem
from vfm.gateways import logos
from vfm.web.current import actor, now, reading, transaction
from vfm.web.errors import stale
from vfm.workflows import council

blueprint = Blueprint("council", __name__, url_prefix="/council")

LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""A drawing that is opened by itself runs nothing and loads nothing."""


@blueprint.route("/", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """Look at and change what every page shows of the council."""
    if request.method == "GET":
        return _page()
    form = council.CouncilForm(
        name=request.form.get("name", ""),
        colour=request.form.get("colour", ""),
        financial_year=request.form.get("financial_year", ""),
        revision=request.form.get("revision", 0, type=int),
        authority_code=request.form.get("authority_code", ""),
    )
    try:
        picture = _picture()
    except Invalid as error:
        return _page(form, (*council.problems_of(form), *error.problems)), 422
    try:
        with transaction() as store:
            council.change(store, form, picture, by=actor(), now=now())
    except Invalid as error:
        return _page(form, error.problems), 422
    except Conflict as error:
        again = (Problem("logo", "Choose the logo again: a browser sends a file only once."),)
        told = (*stale(error), *(again if picture and picture.content else ()))
        return _page(form, told, error.clashes, is_stale=True), 409
    flash("Saved. Every page shows it from now on.", "done")
    return redirect(url_for("council.edit"), 303)


def _picture() -> council.Logo | None:
    """The logo that was sent, an empty one to take the present one away, None to leave it."""
    sent = request.files.get("logo")
    if sent is not None and sent.filename:
        content = sent.read(logos.LARGEST + 1)
        return council.Logo(content, logos.media_type(content))
    return council.Logo(None, None) if request.form.get("without_logo") else None


def _page(
    form: council.CouncilForm | None = None,
    problems: tuple[Problem, ...] = (),
    clashes: tuple[Clash, ...] = (),
    *,
    is_stale: bool = False,
) -> str:
    with reading() as store:
        page = council.show(store)
    typed = form or page.form
    return render_template(
        "council/edit.html",
        page=page,
        form=typed,
        revision=page.form.revision if is_stale else typed.revision,
        problems=problems,
        clashes=clashes,
    )


@blueprint.get("/logo")
def logo() -> ResponseReturnValue:
    """The picture itself; its address changes with the council's revision, so it can be kept."""
    with reading() as store:
        content, media_type = council.logo(store)
    response = Response(content, content_type=media_type)
    response.headers["Content-Security-Policy"] = LOGO_POLICY
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
