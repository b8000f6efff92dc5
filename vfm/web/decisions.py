"""The decision page: everything a meeting decides on a ranking, in one form, and its minutes."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from vfm.errors import Conflict, Invalid, Problem
from vfm.prioritisation.explanation import shown
from vfm.prioritisation.outline import Line
from vfm.prioritisation.verdicts import Verdict
from vfm.questionnaires.wording import ordinal
from vfm.reports.minutes import MinutesCopy, document
from vfm.roles import Role
from vfm.web.attachments import WORD, attachment
from vfm.web.current import actor, council_name, now, reading, transaction
from vfm.web.filters import day, percent, plural
from vfm.web.outcome_words import OUTCOME_COLOURS, OUTCOME_WORDS
from vfm.workflows import decisions
from vfm.workflows.decisions import ABOUT, Agenda, Decided, Minutes, Typed

blueprint = Blueprint("decisions", __name__)
NUMBERED = re.compile(r"outcome\.([0-9]{1,9})")


@blueprint.get("/priorities/<int:run_id>/decisions")
def agenda(run_id: int) -> ResponseReturnValue:
    """What there is to decide, and what stands."""
    with reading() as store:
        view = decisions.agenda(store, run_id, now=now())
    return _page(view, view.typed)


@blueprint.post("/priorities/<int:run_id>/decisions")
def save(run_id: int) -> ResponseReturnValue:
    """Record what was decided, and close the minutes where that was asked."""
    typed, closes = _typed(), request.form.get("do") == "close"
    try:
        with transaction() as store:
            meeting, count = decisions.save(store, run_id, typed, closes=closes, by=actor(), now=now())
    except Invalid as error:
        return _again(run_id, typed, error.problems), 422
    except Conflict as conflict:
        return _again(run_id, typed, (Problem("held_on", str(conflict)),)), 409
    words = f"{plural(count, 'decision')} recorded." if count else "No decision is new."
    flash(f"{words} The minutes are closed." if closes and meeting else words, "done")
    if closes and meeting:
        return redirect(url_for(".minutes", run_id=run_id, meeting_id=meeting), 303)
    return redirect(url_for(".agenda", run_id=run_id), 303)


def _again(run_id: int, typed: Typed, problems: tuple[Problem, ...]) -> str:
    with reading() as store:
        view = decisions.agenda(store, run_id, now=now())
    return _page(view, typed, problems)


def _typed() -> Typed:
    field = request.form.get
    verdicts = {
        int(found[1]): Verdict(
            field(name, ""), field(f"topic.{found[1]}", ""), field(f"reason.{found[1]}", "")
        )
        for name in request.form
        if (found := NUMBERED.fullmatch(name))
    }
    about: dict[str, Any] = {name: field(name, "") for name in ABOUT}
    held = (field("held_on.day", ""), field("held_on.month", ""), field("held_on.year", ""))
    return Typed(held_on=held, verdicts=verdicts, seen=field("seen", ""), **about)


def _page(view: Agenda, typed: Typed, problems: tuple[Problem, ...] = ()) -> str:
    return render_template(
        "decisions/agenda.html",
        view=view,
        typed=typed,
        problems=problems,
        verdicts=_verdicts(view, typed),
        seen=view.typed.seen,
        outcomes=OUTCOME_WORDS,
        colours=OUTCOME_COLOURS,
        shown=shown,
        may_decide=actor().has(Role.EXECUTIVE, Role.CORE_TEAM),
    )


def _verdicts(view: Agenda, typed: Typed) -> Mapping[int, Verdict]:
    """What each row of the form holds: what was typed, else what stands, else nothing but a topic."""
    return {
        item.line.service_id: typed.verdicts.get(item.line.service_id)
        or (
            Verdict(item.standing.outcome, item.standing.topic, item.standing.reason)
            if item.standing
            else Verdict()
        )
        for item in view.items
    }


@blueprint.get("/priorities/<int:run_id>/minutes/<int:meeting_id>")
def minutes(run_id: int, meeting_id: int) -> ResponseReturnValue:
    """What a meeting decided, as it can stand in the minutes."""
    with reading() as store:
        view = decisions.minutes(store, run_id, meeting_id)
    return render_template("decisions/minutes.html", view=view, copy=_copy(view))


@blueprint.get("/priorities/<int:run_id>/minutes/<int:meeting_id>/word")
def word(run_id: int, meeting_id: int) -> Response:
    """The minutes as a Word document."""
    with reading() as store:
        view = decisions.minutes(store, run_id, meeting_id)
    return attachment(document(_copy(view)), f"Decisions on {view.run.name}.docx", WORD)


def _copy(view: Minutes) -> MinutesCopy:
    """The minutes in the words of the page and of the document alike."""
    meeting = view.meeting
    weights = ", ".join(f"{name} {percent(share)}" for name, share in view.weights)
    about = (
        ("Held on", day(meeting.held_on)),
        ("In the chair", meeting.chair),
        ("Present", meeting.present),
        ("Apologies", meeting.apologies),
        ("Ranking", f"{view.run.name}, {view.run.cycle}, ranked on {day(view.run.at)} by {view.run.by}"),
        ("Weights", weights[:1].upper() + weights[1:]),
        ("Capacity", plural(view.top, "service")),
        ("Minutes", f"closed on {day(meeting.closed_at)}" if meeting.closed_at else "still open"),
        ("Recorded by", meeting.by),
    )
    return MinutesCopy(
        title=f"Decisions on {view.run.name}",
        council=council_name(),
        made_at=now(),
        about=tuple((what, words) for what, words in about if words),
        note=meeting.note,
        decided=tuple(_decided(line, one) for line, one in view.decided),
        open_items=tuple(
            f"{line.name}: {OUTCOME_WORDS[line.outcome].lower()} is suggested. {line.reason}"
            for line in view.open_items
        ),
        themes=tuple(
            f"{section}: weak in {plural(len(names), 'service')} ({percent(share)} of those scored): "
            f"{', '.join(names)}"
            for section, names, share in view.themes
        ),
    )


def _decided(line: Line, one: Decided) -> tuple[str, ...]:
    place = "not ranked" if line.rank is None else f"{ordinal(line.rank)}, {shown(line.index or 0.0)}"
    outcome = OUTCOME_WORDS[one.outcome]
    return (
        line.name,
        place,
        f"{OUTCOME_WORDS[line.outcome]}. Rule {line.rule}: {line.reason}",
        f"{outcome}: {one.topic}" if one.topic else outcome,
        one.reason,
    )
