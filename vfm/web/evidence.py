"""Evidence: a service's register, one file or link, and what supports one answer."""

from collections.abc import Sequence

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from vfm.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.gateways import file_kinds
from vfm.questionnaires.answers import GRADES
from vfm.web import errors, uploads
from vfm.web.current import actor, now, reading, transaction, wiring
from vfm.web.errors import stale
from vfm.web.languages import mark, ngettext, say
from vfm.web.paging import page_of
from vfm.workflows import evidence
from vfm.workflows.evidence import Draft, FormView, StoredFile, Wanted

blueprint = Blueprint("evidence", __name__)

SHOWS = {
    "": mark("All"),
    "expired": mark("Expired or out of date"),
    "weak": mark("Opinion only"),
    "unused": mark("Not used yet"),
    "withdrawn": mark("Withdrawn"),
}
HEADINGS = {
    "title": mark("Evidence"),
    "grade": mark("Grade"),
    "dated": mark("Dated"),
    "expires": mark("Expires"),
    "uses": mark("Answers it supports"),
}
NOTHING_RUNS = "default-src 'none'; sandbox"
ACCEPT = ",".join(file_kinds.ENDINGS)


def _offered() -> list[tuple[str, str]]:
    """(grade, its words) of what new evidence can be."""
    return [(grade.value, say(GRADES[grade])) for grade in evidence.GRADES_OFFERED]


# --- the register -------------------------------------------------------------------------------------------


@blueprint.get("/services/<int:service_id>/evidence")
def register(service_id: int) -> ResponseReturnValue:
    """Everything a service can point to: searched, filtered, sorted."""
    wanted = _wanted()
    with reading() as store:
        view = evidence.register(store, service_id, wanted, by=actor(), now=now())
    return render_template(
        "evidence/register.html",
        view=view,
        wanted=wanted,
        page=page_of(view.lines, request.args.get("page", 1, type=int)),
        shows={key: say(words) for key, words in SHOWS.items()},
        headings={key: say(words) for key, words in HEADINGS.items()},
        grade_words=GRADES,
    )


def _wanted() -> Wanted:
    show, sort = request.args.get("show", ""), request.args.get("sort", "title")
    return Wanted(
        words=request.args.get("words", "").strip(),
        show=show if show in evidence.SHOWS else "",
        sort=sort if sort in evidence.SORTS else "title",
    )


@blueprint.get("/services/<int:service_id>/evidence/new")
def new(service_id: int) -> ResponseReturnValue:
    """The form of new evidence."""
    with reading() as store:
        return _new_page(evidence.blank(store, service_id, by=actor()))


@blueprint.post("/services/<int:service_id>/evidence/new")
def add(service_id: int) -> ResponseReturnValue:
    """Put it into the register."""
    draft = _draft(request.form)
    with reading() as store:
        evidence.blank(store, service_id, by=actor())  # nothing is kept of those who may not add it
    try:
        file = _taken_in(draft)
        with transaction() as store:
            evidence_id = evidence.add(store, service_id, draft, file, by=actor(), now=now())
    except Invalid as error:
        return _new_again(service_id, draft, _with_file_again(error)), 422
    flash(say("It is in the register."), "done")
    return redirect(url_for(".show", evidence_id=evidence_id), 303)


def _new_again(service_id: int, draft: Draft, problems: Sequence[Problem]) -> str:
    with reading() as store:
        form = evidence.blank(store, service_id, draft, by=actor())
    return _new_page(form, problems)


def _new_page(form: FormView, problems: Sequence[Problem] = ()) -> str:
    return render_template(
        "evidence/new.html", form=form, problems=problems, grades=_offered(), accept=ACCEPT
    )


@blueprint.get("/evidence/<int:evidence_id>")
def show(evidence_id: int) -> ResponseReturnValue:
    """One piece of evidence, where it is used, and its form."""
    return _one_page(evidence_id)


@blueprint.post("/evidence/<int:evidence_id>")
def change(evidence_id: int) -> ResponseReturnValue:
    """Change what is said of it."""
    draft = _draft(request.form)
    try:
        with transaction() as store:
            evidence.change(store, evidence_id, draft, by=actor(), now=now())
    except Invalid as error:
        return _one_page(evidence_id, draft, error.problems), 422
    except Conflict as error:
        return _one_page(evidence_id, draft, stale(error), error), 409
    flash(say("The changes are saved."), "done")
    return redirect(url_for(".show", evidence_id=evidence_id), 303)


def _one_page(
    evidence_id: int,
    draft: Draft | None = None,
    problems: Sequence[Problem] = (),
    conflict: Conflict | None = None,
) -> str:
    with reading() as store:
        view = evidence.show(store, evidence_id, draft, by=actor(), now=now())
    return render_template(
        "evidence/show.html",
        view=view,
        problems=problems,
        clashes=conflict.clashes if conflict else (),
        revision=view.line.row.revision if conflict else view.draft.revision,
        grades=_offered(),
        grade_words=GRADES,
    )


@blueprint.get("/evidence/<int:evidence_id>/file")
def download(evidence_id: int) -> ResponseReturnValue:
    """The file itself, to save: no browser opens it as one of our own pages."""
    with reading() as store:
        file = evidence.file(store, evidence_id, by=actor())
    response = send_file(
        wiring().files.open(file.digest), file.media_type, as_attachment=True, download_name=file.name
    )
    response.content_length = file.size
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    return response


@blueprint.post("/evidence/<int:evidence_id>/withdraw")
def withdraw(evidence_id: int) -> ResponseReturnValue:
    """Offer it no more."""
    with transaction() as store:
        evidence.withdraw(store, evidence_id, by=actor(), now=now())
    flash(say("Withdrawn. Answers that rely on it keep it; you can bring it back here."), "done")
    return redirect(url_for(".show", evidence_id=evidence_id), 303)


@blueprint.post("/evidence/<int:evidence_id>/bring-back")
def bring_back(evidence_id: int) -> ResponseReturnValue:
    """Offer it again."""
    with transaction() as store:
        evidence.bring_back(store, evidence_id, by=actor(), now=now())
    flash(say("It is back in the register."), "done")
    return redirect(url_for(".show", evidence_id=evidence_id), 303)


# --- one question -------------------------------------------------------------------------------------------


@blueprint.get("/assessments/<int:assessment_id>/questions/<key>/evidence")
def of_question(assessment_id: int, key: str) -> ResponseReturnValue:
    """What supports this answer, what supported it last time, and the rest of the register."""
    return _question_page(assessment_id, key)


@blueprint.post("/assessments/<int:assessment_id>/questions/<key>/evidence")
def add_for(assessment_id: int, key: str) -> ResponseReturnValue:
    """New evidence, into the register and for this answer at once."""
    draft = _draft(request.form)
    with reading() as store:
        evidence.assert_may_add(store, assessment_id, key, by=actor())
    try:
        file = _taken_in(draft)
        with transaction() as store:
            evidence.add_for(store, assessment_id, key, draft, file, by=actor(), now=now())
    except Invalid as error:
        return _question_page(assessment_id, key, draft, _with_file_again(error)), 422
    return _supported(assessment_id, key, say("It is in the register and supports this answer."))


@blueprint.post("/assessments/<int:assessment_id>/questions/<key>/evidence/use")
def use(assessment_id: int, key: str) -> ResponseReturnValue:
    """Let what was ticked support this answer."""
    chosen = [int(found) for found in request.form.getlist("evidence") if found.isdecimal()]
    try:
        with transaction() as store:
            count = evidence.use(store, assessment_id, key, chosen, by=actor(), now=now())
    except Invalid as error:
        return _question_page(assessment_id, key, problems=error.problems), 422
    words = ngettext(
        "%(count)s piece of evidence added to this answer.",
        "%(count)s pieces of evidence added to this answer.",
        count,
    )
    return _supported(assessment_id, key, words % {"count": count})


@blueprint.post("/assessments/<int:assessment_id>/questions/<key>/evidence/<int:evidence_id>/remove")
def stop_using(assessment_id: int, key: str, evidence_id: int) -> ResponseReturnValue:
    """Let it support this answer no more."""
    with transaction() as store:
        title = evidence.stop_using(store, assessment_id, key, evidence_id, by=actor(), now=now())
    words = say("“%(title)s” no longer supports this answer. It stays in the register.", title=title)
    return _supported(assessment_id, key, words)


def _supported(assessment_id: int, key: str, words: str) -> ResponseReturnValue:
    flash(words, "done")
    return redirect(url_for(".of_question", assessment_id=assessment_id, key=key), 303)


def _question_page(
    assessment_id: int, key: str, draft: Draft | None = None, problems: Sequence[Problem] = ()
) -> str:
    words = request.args.get("words", "").strip()
    with reading() as store:
        view = evidence.of_question(store, assessment_id, key, draft, words=words, by=actor(), now=now())
    return render_template(
        "evidence/of_question.html",
        view=view,
        words=words,
        offered=evidence.MOST_OFFERED,
        problems=problems,
        grades=[(grade.value, say(view.grades[grade])) for grade in evidence.GRADES_OFFERED],
        accept=ACCEPT,
    )


# --- what is sent -------------------------------------------------------------------------------------------


def _draft(sent: MultiDict[str, str]) -> Draft:
    return Draft(
        title=sent.get("title", ""),
        address=sent.get("address", ""),
        grade=sent.get("grade", ""),
        dated=_three(sent, "dated"),
        expires=_three(sent, "expires"),
        owner=sent.get("owner", ""),
        revision=sent.get("revision", ""),
    )


def _three(sent: MultiDict[str, str], name: str) -> tuple[str, str, str]:
    return sent.get(f"{name}.day", ""), sent.get(f"{name}.month", ""), sent.get(f"{name}.year", "")


def _taken_in(draft: Draft) -> StoredFile | None:
    """The file that goes with what was typed, kept once all of it is right; None where there is none.

    Raises:
        Invalid: every problem with either.
    """
    chosen = request.files.get("file")
    problems = evidence.problems_of(draft, now().date(), file_name=chosen.filename or "" if chosen else "")
    try:
        file = uploads.sent()
    except Invalid as error:
        raise Invalid((*problems, *error.problems)) from None
    if problems:
        raise Invalid(problems)
    if file is None:
        return None
    return StoredFile(uploads.kept(file), file.name, file.kind.media_type, file.size)


def _with_file_again(error: Invalid) -> tuple[Problem, ...]:
    """What is wrong; where a file was chosen and is not itself at fault, that it has to be chosen again."""
    chosen = request.files.get("file")
    if not (chosen and chosen.filename) or any(one.place == "file" for one in error.problems):
        return error.problems
    return (*error.problems, Problem("file", uploads.CHOOSE_AGAIN))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    """The form again with what was typed beside a file that is far too large, which was not read."""
    if g.get("visit") is None:  # the sign-in ended; what was typed is not shown to whoever comes next
        return errors.page(413)
    known, typed, problems = request.view_args or {}, uploads.typed_before_file(), (uploads.too_large(),)
    try:
        if typed and request.endpoint == "evidence.add":
            return _new_again(known["service_id"], _draft(typed), problems), 413
        if typed and request.endpoint == "evidence.add_for":
            return _question_page(known["assessment_id"], known["key"], _draft(typed), problems), 413
    except (NotFound, Forbidden):
        return errors.page(404)
    return errors.page(413)
