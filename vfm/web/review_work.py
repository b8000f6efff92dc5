"""The pages of one review: what it is and needs, its forms, its steps, its report."""

from io import BytesIO
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Clash, Conflict, Invalid, Problem
from vfm.prioritisation import benefits, review_forms
from vfm.reports import review_document
from vfm.web import review_reports
from vfm.web import review_words as words
from vfm.web.access import allows
from vfm.web.current import actor, now, reading, transaction
from vfm.web.errors import stale
from vfm.web.outcome_words import OUTCOME_WORDS
from vfm.web.row_ids import row_id
from vfm.workflows import review_lines, review_parts, review_work

blueprint = Blueprint("review_work", __name__)
PART = "<any(team,lines,hypotheses,findings,recommendations):part>"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/reviews/<int:review_id>")
def show(review_id: int) -> str:
    """The review, with what to do next first."""
    return render_template("review_work/show.html", **_all_of(review_id))


@blueprint.get("/reviews/<int:review_id>/report")
def report(review_id: int) -> str:
    """The report of the review, to read on paper."""
    with reading() as store:
        view = review_work.show(store, review_id, by=actor())
    made = review_reports.report_of(view)
    return render_template("review_work/report.html", view=view, head=view.head, report=made)


@blueprint.get("/reviews/<int:review_id>/report.docx")
def word(review_id: int) -> ResponseReturnValue:
    """The report as a Word document."""
    with reading() as store:
        view = review_work.show(store, review_id, by=actor())
    made = review_document.document(review_reports.report_of(view))
    return send_file(BytesIO(made), WORD, as_attachment=True, download_name=f"review-{review_id}.docx")


def _all_of(review_id: int) -> dict[str, Any]:
    with reading() as store:
        view = review_work.show(store, review_id, by=actor())
    by, service_id = actor(), view.head.service_id
    sees = by.sees(service_id)
    return {
        "view": view,
        "head": view.head,
        "words": words,
        "outcomes": OUTCOME_WORDS,
        "say": benefits,
        "may_list": allows("reviews.index", by),
        "may_plan": allows("reviews.edit", by),
        "may_rank": allows("priorities.service", by),
        "may_open_service": sees and allows("services.show", by),
        "may_read_actions": sees and allows("actions.of_service", by),
        "may_read_answers": view.reads_answers,
    }


# --- what is said of the whole ------------------------------------------------------------------------------


@blueprint.route("/reviews/<int:review_id>/about", methods=["GET", "POST"])
def about(review_id: int) -> ResponseReturnValue:
    """Who sponsors and leads it, with whom, until when, and what it may save."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            return _form("about", review_work.about(store, review_id, by=by))
    typed = _typed("about")
    try:
        with transaction() as store:
            changed = review_work.change(store, review_id, typed, _seen(), by=by, now=now())
    except Invalid as refused:
        with reading() as store:
            view = review_work.about(store, review_id, typed, by=by)
        return _form("about", view, refused.problems, seen=_seen()), 422
    except Conflict as conflict:
        return _both("about", review_id, typed, conflict)
    return _back(review_id, "The review is changed." if changed else "Nothing was different.")


@blueprint.route("/reviews/<int:review_id>/scope", methods=["GET", "POST"])
def scope(review_id: int) -> ResponseReturnValue:
    """What it covers, said anew with the reason."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            return _form("scope", review_work.scope(store, review_id, by=by))
    typed = _typed("scope")
    try:
        with transaction() as store:
            changed = review_work.change_scope(store, review_id, typed, _seen(), by=by, now=now())
    except Invalid as refused:
        with reading() as store:
            view = review_work.scope(store, review_id, typed, by=by)
        return _form("scope", view, refused.problems, seen=_seen()), 422
    except Conflict as conflict:
        return _both("scope", review_id, typed, conflict)
    return _back(review_id, "The scope is kept." if changed else "Nothing was different.", "scope")


def _both(form: str, review_id: int, typed: review_forms.Typed, conflict: Conflict) -> ResponseReturnValue:
    """The form again with both sides, after somebody else was quicker."""
    if not conflict.clashes:
        raise conflict
    ask = review_work.about if form == "about" else review_work.scope
    with reading() as store:
        view = ask(store, review_id, typed, by=actor())
    return _form(form, view, stale(conflict), conflict.clashes), 409


def _form(
    form: str,
    view: review_work.Form,
    problems: tuple[Problem, ...] = (),
    clashes: tuple[Clash, ...] = (),
    *,
    seen: str | None = None,
) -> str:
    return render_template(
        "review_work/form.html",
        form=form,
        head=view.head,
        view=view,
        fields=_fields(form, view.typed, view.offered),
        seen=view.seen if seen is None else seen,
        names={name: label for name, (label, _) in words.FIELDS[form].items()},
        problems=problems,
        clashes=clashes,
        words=words,
    )


# --- its steps ----------------------------------------------------------------------------------------------


@blueprint.route("/reviews/<int:review_id>/state/<to>", methods=["GET", "POST"])
def state(review_id: int, to: str) -> ResponseReturnValue:
    """Take the review to another state, when what that asks for is there."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            return _moving(review_work.moving(store, review_id, to, by=by))
    typed = _typed("closing") | {"reason": request.form.get("reason", "")}
    try:
        with transaction() as store:
            review_work.move(store, review_id, to, typed, _seen(), by=by, now=now())
    except Invalid as refused:
        with reading() as store:
            view = review_work.moving(store, review_id, to, typed, by=by)
        return _moving(view, refused.problems), 422
    return _back(review_id, f"The review is now {words.STATE_WORDS[to].lower()}.")


def _moving(view: review_work.Moving, problems: tuple[Problem, ...] = ()) -> str:
    form = view.form
    return render_template(
        "review_work/state.html",
        view=view,
        head=view.head,
        fields=_fields("closing", form.typed, {}) if form else [],
        saved=benefits.all_in_words(view.sums.amounts),
        problems=problems,
        words=words,
    )


# --- lines from a template ----------------------------------------------------------------------------------


@blueprint.route("/reviews/<int:review_id>/template", methods=["GET", "POST"])
def template(review_id: int) -> ResponseReturnValue:
    """Look at what a template gives, then take its lines of enquiry."""
    by, chosen = actor(), request.values.get("version", "")
    if request.method == "GET":
        with reading() as store:
            return _template(review_lines.choices(store, review_id, chosen, by=by))
    try:
        with transaction() as store:
            count = review_lines.take(store, review_id, chosen, by=by, now=now())
    except Invalid as refused:
        with reading() as store:
            view = review_lines.choices(store, review_id, chosen, by=by)
        return _template(view, refused.problems), 422
    added = f"{count} line of enquiry is" if count == 1 else f"{count} lines of enquiry are"
    return _back(review_id, f"{added} added, and the team can answer.", "lines")


def _template(view: review_lines.Choices, problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "review_work/template.html", view=view, head=view.head, problems=problems, words=words
    )


# --- its parts ----------------------------------------------------------------------------------------------


@blueprint.route(f"/reviews/<int:review_id>/{PART}/new", methods=["GET", "POST"])
def add(review_id: int, part: str) -> ResponseReturnValue:
    """Add a place in the team, a line, a hypothesis, a finding or a recommendation."""
    by, line = actor(), request.args.get("line", type=row_id)
    if request.method == "GET":
        with reading() as store:
            return _part(review_parts.blank(store, review_id, part, line, by=by))
    typed = _typed(part)
    try:
        with transaction() as store:
            part_id = review_parts.add(store, review_id, part, typed, line, by=by, now=now())
    except Invalid as refused:
        with reading() as store:
            view = review_parts.form(store, review_id, part, typed, line_id=line)
        return _part(view, refused.problems), 422
    return _back(review_id, "It is added.", f"{part}-{part_id}")


@blueprint.route(f"/reviews/<int:review_id>/{PART}/<int:part_id>", methods=["GET", "POST"])
def edit(review_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Change one of them."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            return _part(review_parts.show(store, review_id, part, part_id, by=by))
    typed = _typed(part)
    try:
        with transaction() as store:
            changed = review_parts.change(store, review_id, part, part_id, typed, _seen(), by=by, now=now())
    except Invalid as refused:
        with reading() as store:
            view = review_parts.form(store, review_id, part, typed, part_id=part_id, seen=_seen())
        return _part(view, refused.problems), 422
    except Conflict as conflict:
        if not conflict.clashes:
            raise
        with reading() as store:
            seen = review_parts.show(store, review_id, part, part_id, by=by).seen
            view = review_parts.form(store, review_id, part, typed, part_id=part_id, seen=seen)
        return _part(view, stale(conflict), conflict.clashes), 409
    done = "The change is kept." if changed else "Nothing was different."
    return _back(review_id, done, f"{part}-{part_id}")


@blueprint.route(f"/reviews/<int:review_id>/{PART}/<int:part_id>/remove", methods=["GET", "POST"])
def remove(review_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Ask once, showing what is lost; then take it out."""
    by = actor()
    if request.method == "GET":
        with reading() as store:
            view = review_parts.show(store, review_id, part, part_id, by=by)
        return render_template(
            "review_work/remove.html",
            view=view,
            head=view.head,
            rows=[(field["label"], field["shown"]) for field in _fields(part, view.typed, view.offered)],
            words=words,
        )
    with transaction() as store:
        review_parts.remove(store, review_id, part, part_id, by=by, now=now())
    return _back(review_id, "It is removed.", "lines" if part == "hypotheses" else part)


@blueprint.post(f"/reviews/<int:review_id>/{PART}/<int:part_id>/place")
def shift(review_id: int, part: str, part_id: int) -> ResponseReturnValue:
    """Let one of them change places with its neighbour."""
    is_up = request.form.get("to") != "down"
    with transaction() as store:
        review_parts.shift(store, review_id, part, part_id, is_up=is_up, by=actor(), now=now())
    return redirect(url_for(".show", review_id=review_id, _anchor=f"{part}-{part_id}"), 303)


@blueprint.post("/reviews/<int:review_id>/recommendations/<int:part_id>/action")
def act(review_id: int, part_id: int) -> ResponseReturnValue:
    """Make the improvement action that carries out an accepted recommendation."""
    with transaction() as store:
        review_parts.act_on(store, review_id, part_id, by=actor(), now=now())
    return _back(review_id, "It is an improvement action now.", f"recommendations-{part_id}")


def _part(
    view: review_parts.PartForm, problems: tuple[Problem, ...] = (), clashes: tuple[Clash, ...] = ()
) -> str:
    new, kept, _ = words.PART_TITLES[view.part]
    return render_template(
        "review_work/part.html",
        heading=new if view.part_id is None else kept,
        names={name: label for name, (label, _) in words.FIELDS[view.part].items()},
        view=view,
        head=view.head,
        fields=_fields(view.part, view.typed, view.offered),
        problems=problems,
        clashes=clashes,
        words=words,
    )


# --- what all of them use -----------------------------------------------------------------------------------


def _fields(form: str, typed: review_forms.Typed, offered: review_forms.Offered) -> list[dict[str, Any]]:
    """The fields of a form as its page draws them: what each is, holds, and can choose from.

    Savings come in pairs, low and high. Those of a kind that nobody said are shown while they hold anything.
    """
    fields = review_forms.FORMS[form]
    if form != "recommendations":
        kept = benefits.PAIRS[benefits.NOT_SAID, benefits.NOT_SAID]
        fields = tuple(one for one in fields if one.name not in kept or any(map(typed.get, kept)))
    return [_field(form, field, typed, offered) for field in fields]


def _field(
    form: str, field: review_forms.Field, typed: review_forms.Typed, offered: review_forms.Offered
) -> dict[str, Any]:
    label, hint = words.FIELDS[form][field.name]
    value: Any = typed.get(field.name, "")
    options: list[tuple[Any, str]] = []
    shown = value
    if field.form is review_forms.As.ONE_OF:
        some = offered.get(field.name, {})
        options = [("", words.NOBODY.get(field.name, "Nobody yet")), *some.items()]
        shown = next((name for key, name in some.items() if str(key) == value), "")
    elif field.form is review_forms.As.CHOICE:
        chosen = words.CHOICES[form][field.name]
        options = list(chosen.items())
        shown = chosen.get(value, "")
    elif field.form is review_forms.As.DAY:
        value = tuple(typed.get(f"{field.name}.{part}", "") for part in ("day", "month", "year"))
        shown = " ".join(value).strip()
    elif field.form is review_forms.As.MONEY and value:
        shown = f"£{value}"
    return {
        "name": field.name,
        "kind": field.form.value,
        "label": label,
        "hint": hint,
        "value": value,
        "options": options,
        "shown": shown,
    }


def _typed(form: str) -> dict[str, str]:
    return {name: request.form.get(name, "") for name in review_forms.typed_names(form)}


def _seen() -> str:
    return request.form.get("seen", "")


def _back(review_id: int, said: str, anchor: str = "") -> ResponseReturnValue:
    flash(said, "done")
    return redirect(url_for(".show", review_id=review_id, _anchor=anchor or None), 303)
