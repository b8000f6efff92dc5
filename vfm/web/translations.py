"""The words of a draft in Welsh beside its English, for the core team to fill in."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.web.current import actor, now, reading, transaction
from vfm.web.filters import plural
from vfm.workflows import translations

blueprint = Blueprint("translations", __name__)
WORDS, SHOWN = "words.", "shown."
"""Before a place: the box with its words, and what stood in it when the page was opened."""


@blueprint.get("/versions/<int:version_id>/translations/<language>")
def show(version_id: int, language: str) -> ResponseReturnValue:
    """How far the draft is translated, and what is missing."""
    with reading() as store:
        view = translations.overview(store, version_id, language, by=actor())
    return render_template("translations/show.html", view=view, row=view.row)


@blueprint.get("/versions/<int:version_id>/translations/<language>/<part>")
def part(version_id: int, language: str, part: str) -> ResponseReturnValue:
    """One part, English and Welsh side by side."""
    with reading() as store:
        sheet = translations.sheet(store, version_id, language, part, by=actor())
    return render_template("translations/part.html", sheet=sheet, row=sheet.row)


@blueprint.post("/versions/<int:version_id>/translations/<language>/<part>")
def save(version_id: int, language: str, part: str) -> ResponseReturnValue:
    """Keep what can be kept; show the rest again."""
    form = request.form
    sent = {
        name.removeprefix(WORDS): (words, form.get(f"{SHOWN}{name.removeprefix(WORDS)}", ""))
        for name, words in form.items()
        if name.startswith(WORDS)
    }
    with transaction() as store:
        saved = translations.save(store, version_id, language, part, sent, by=actor(), now=now())
    with reading() as store:
        sheet = translations.sheet(store, version_id, language, part, by=actor())
    if saved.problems:
        sheet = translations.as_sent(sheet, sent, saved.problems)
        problems = translations.listed(sheet)
        return render_template("translations/part.html", sheet=sheet, row=sheet.row, problems=problems), 409
    flash(f"{plural(saved.changed, 'text')} changed." if saved.changed else "Nothing was changed.", "done")
    if sheet.following is None:
        return redirect(url_for(".show", version_id=version_id, language=language), 303)
    return redirect(url_for(".part", version_id=version_id, language=language, part=sheet.following), 303)
