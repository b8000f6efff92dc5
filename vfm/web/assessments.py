"""Completing an assessment: my assessments, the task list, a section, every question to read or print."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Conflict, Problem
from vfm.questionnaires import conditions
from vfm.questionnaires.answers import in_words
from vfm.questionnaires.merging import UNSEEN, Sent, typed_words
from vfm.questionnaires.steps import STATUS_WORDS
from vfm.roles import Role
from vfm.web import beside, fields
from vfm.web.access import allows
from vfm.web.beside import FigureLine, Way
from vfm.web.current import actor, is_from_script, now, reading, session_ends_in, transaction
from vfm.web.fields import Field
from vfm.web.filters import clock, day, with_link
from vfm.web.languages import say
from vfm.workflows import assessments, evidence, figure_views
from vfm.workflows.assessments import Asked, Clashing, Saved, SectionView

blueprint = Blueprint("assessments", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a section page: its field, what stands beside it, and a clash if there is one."""

    field: Field
    asked: Asked
    clash: Clashing | None
    failed: tuple[str, ...]
    figures: tuple[FigureLine, ...]
    ways: tuple[Way, ...]


@blueprint.get("/assessments")
def index() -> ResponseReturnValue:
    """My assessments: what is left, and when it is due."""
    by = actor()
    with reading() as store:
        mine = assessments.mine(store, by=by)
    return render_template(
        "assessments/index.html",
        mine=mine,
        status_words=STATUS_WORDS,
        sees_cycles=by.has(Role.CORE_TEAM),
    )


@blueprint.get("/assessments/<int:assessment_id>")
def show(assessment_id: int) -> ResponseReturnValue:
    """The task list: sections with their state."""
    with reading() as store:
        view = assessments.show(store, assessment_id, by=actor())
    sees_register = evidence.sees_register(view.head.service_id, by=actor())
    return render_template("assessments/show.html", view=view, sees_register=sees_register)


@blueprint.get("/assessments/<int:assessment_id>/questions")
def questions(assessment_id: int) -> ResponseReturnValue:
    """Every question on one page, to read before starting or to print."""
    with reading() as store:
        view = assessments.questions(store, assessment_id, by=actor())
    rules = {
        question.key: conditions.in_words(question.show_if, view.questionnaire)
        for question in view.questionnaire.questions.values()
        if question.show_if is not None
    }
    return render_template("assessments/questions.html", view=view, conditions=rules)


SECTION = "/assessments/<int:assessment_id>/sections/<key>"


@blueprint.get(SECTION)
def section(assessment_id: int, key: str) -> ResponseReturnValue:
    """One section: its questions on the route; a list of them where each has a page of its own."""
    with reading() as store:
        view = assessments.section(store, assessment_id, key, by=actor())
    if not view.may_answer or view.questionnaire.pages == "question":
        return _section_to_read(view)
    return _section_page(view, {}, None)


@blueprint.get(f"{SECTION}/<question_key>")
def question(assessment_id: int, key: str, question_key: str) -> ResponseReturnValue:
    """One question on a page of its own."""
    with reading() as store:
        view = assessments.section(store, assessment_id, key, by=actor(), only=question_key)
    if not view.may_answer or view.position is None:
        return redirect(url_for(".section", assessment_id=assessment_id, key=key, _anchor=question_key))
    return _section_page(view, {}, None, question_key)


@blueprint.post(SECTION)
def save(assessment_id: int, key: str) -> ResponseReturnValue:
    """Keep what can be kept; show again, as typed, what cannot."""
    return _save(assessment_id, key, "")


@blueprint.post(f"{SECTION}/<question_key>")
def save_question(assessment_id: int, key: str, question_key: str) -> ResponseReturnValue:
    """Keep the answer, or show it again as typed; then on to the next question."""
    return _save(assessment_id, key, question_key)


def _save(assessment_id: int, key: str, only: str) -> ResponseReturnValue:
    sent = beside.with_figure(fields.read(request.form), request.form.get("use", ""))
    confirmed = request.form.get("confirm", "")
    sent.pop(confirmed, None)  # the button stands for an answer of before, not for what is in the fields
    with transaction() as store:
        saved = assessments.save(
            store,
            assessment_id,
            key,
            sent,
            by=actor(),
            now=now(),
            only=only,
            confirmed=confirmed,
            opened_at=_opened_at(),
        )
    if is_from_script():
        return jsonify(_as_json(saved))
    if packed := request.form.get("accept"):
        _accept(assessment_id, packed)
    if saved.is_whole:
        return _onward(assessment_id, key, saved, only)
    both = [clash.key for clash in saved.clashes]
    with reading() as store:
        view = assessments.section(
            store, assessment_id, saved.section_key, by=actor(), only=only, besides=both
        )
    return _section_page(view, sent, saved, only), 409 if saved.clashes else 422


def _accept(assessment_id: int, packed: str) -> None:
    """Accept a published figure; whoever said something else of it meanwhile is named on the page."""
    _, measure, year, seen = beside.unpacked(packed, 4)
    typed = figure_views.Typed(figure_views.ACCEPTED, seen=seen)
    try:
        with transaction() as store:
            figure_views.say(store, assessment_id, measure, year, typed, by=actor(), now=now())
    except Conflict as conflict:
        flash(f"{conflict} Read what stands beside it now.", "note")


def _opened_at() -> datetime | None:
    """When the form was shown, as it says itself; None when it does not say, or says what cannot be."""
    said = request.form.get("opened_at", "")
    if not (said.isascii() and said.isdigit() and len(said) <= 10):
        return None
    opened = datetime.fromtimestamp(int(said), UTC)
    return opened if opened <= now() else None


def _onward(assessment_id: int, key: str, saved: Saved, only: str) -> ResponseReturnValue:
    """Where to go after a save: where a button leads, here again when questions appeared, else on."""

    def at(section_key: str, anchor: str) -> str:
        if only:
            return beside.question_address(assessment_id, section_key, anchor)
        return url_for(".section", assessment_id=assessment_id, key=section_key, _anchor=anchor)

    if packed := request.form.get("aside"):
        return redirect(beside.address(assessment_id, packed), 303)
    if here := _stays():
        return redirect(at(key, here), 303)
    for misfit in saved.misfits:
        link = at(misfit.section_key, misfit.key)
        flash(
            with_link(
                say("Saved. But does this fit? %(check)s", check=misfit.words),
                say("Go to %(key)s", key=misfit.key),
                link,
            ),
            "note",
        )
    if saved.appeared:
        flash(say("Saved. Your answers bring up more questions in this section."), "done")
        return redirect(at(key, saved.appeared[0]), 303)
    if "later" in request.form:
        flash(say("Saved. You can come back and go on at any time before the due date."), "done")
        return redirect(url_for(".show", assessment_id=assessment_id), 303)
    return redirect(_next(assessment_id, saved, only), 303)


def _stays() -> str:
    """Key of the question whose button was pressed to change something on the page itself; "" for none."""
    form = request.form
    if confirmed := form.get("confirm", ""):
        flash(say("%(key)s is confirmed.", key=confirmed), "done")
    return confirmed or form.get("use", form.get("accept", "")).partition("|")[0]


def _next(assessment_id: int, saved: Saved, only: str) -> str:
    """The page after this one: the next question or section, else all answers to check."""
    following = saved.position.following if saved.position else None
    if following:
        return beside.question_address(assessment_id, *following)
    if saved.next_key is None or only:
        return url_for("answer_checks.show", assessment_id=assessment_id)
    return url_for(".section", assessment_id=assessment_id, key=saved.next_key)


def _section_to_read(view: SectionView) -> str:
    words = {
        asked.question.key: in_words(view.questionnaire, asked.question, asked.answer) for asked in view.asked
    }
    return render_template(
        "assessments/section_list.html",
        view=view,
        head=view.head,
        page=view.page,
        position=None,
        rows=(),
        words=words,
        figures={
            asked.question.key: [beside.figure_line(one, asked) for one in asked.figures]
            for asked in view.asked
        },
        compare=_comparison(view.head.service_id),
    )


def _section_page(view: SectionView, sent: Mapping[str, Sent], saved: Saved | None, only: str = "") -> str:
    problems = saved.problems if saved else ()
    clashes = {clash.key: clash for clash in saved.clashes} if saved else {}
    wrong = {_key(problem) for problem in problems}
    # A clash may also come from a button that sends an answer of before: then that is what was typed.
    typed = {key: Sent(fields.as_typed(one.answer), UNSEEN) for key, one in clashes.items()}
    typed |= {key: one for key, one in sent.items() if key in wrong or key in clashes}
    return render_template(
        "assessments/section.html",
        view=view,
        head=view.head,
        page=view.page,
        rows=[_row(view, asked, typed.get(asked.question.key), problems, clashes) for asked in view.asked],
        problems=_summary(view, sent, saved) if saved else (),
        saved=saved,
        position=view.position,
        only=only,
        compare=_comparison(view.head.service_id),
    )


def _comparison(service_id: int) -> int | None:
    """The service, for whoever may see how it compares with other councils; else None."""
    may_see = allows("comparators.service", actor()) and actor().sees(service_id)
    return service_id if may_see else None


def _summary(view: SectionView, sent: Mapping[str, Sent], saved: Saved) -> list[Problem]:
    """What the top of the page lists, each with the name of its field; what has no field here, in full."""
    here = {asked.question.key for asked in view.asked}
    found = [(clash.key, f"{clash.key}.choice", _clash_words(clash)) for clash in saved.clashes]
    for problem in saved.problems:
        key = _key(problem)
        typed = "" if key in here else f" You typed: {typed_words(sent[key].raw)}"
        found.append((key, fields.place(problem), f"{key}: {problem.message}{typed}"))
    placed = [Problem(name if key in here else "", words) for key, name, words in found]
    return [*placed, *(Problem("", problem.message) for problem in saved.left_out)]


def _row(
    view: SectionView,
    asked: Asked,
    sent: Sent | None,
    problems: Iterable[Problem],
    clashes: Mapping[str, Clashing],
) -> Row:
    question = asked.question
    field = fields.shown(
        view.questionnaire,
        question,
        sent.raw if sent else fields.as_typed(asked.answer),
        # After a clash or a mistake the form still tells of the answer its sender saw.
        seen=sent.seen if sent else asked.seen,
        problems=[problem for problem in problems if _key(problem) == question.key],
    )
    failed = tuple(problem.message for problem in view.failed if problem.place == question.key)
    figures = tuple(beside.figure_line(one, asked) for one in asked.figures)
    is_pilot = view.head.kind == "pilot" and view.questionnaire.pilot_feedback.per_question
    ways = beside.ways(asked, is_pilot=is_pilot, may_give=view.may_give)
    return Row(field, asked, clashes.get(question.key), failed, figures, ways)


def _key(problem: Problem) -> str:
    return problem.place.partition(".")[0]


def _clash_words(clash: Clashing) -> str:
    who = say("You, in another window,") if clash.is_own else clash.by
    return say(
        "%(who)s changed %(key)s at %(time)s while you were writing. Choose which text to keep.",
        who=who,
        key=clash.key,
        time=clock(clash.at),
    )


def _as_json(saved: Saved) -> dict[str, object]:
    """What the page's script needs to know of a save."""
    return {
        "at": clock(saved.at),
        "saved": dict(saved.seen),
        "problems": {
            fields.place(problem): problem.message for problem in (*saved.problems, *saved.left_out)
        },
        "failed": [[problem.place, problem.message] for problem in saved.failed],
        "elsewhere": [one.words for one in saved.misfits if one.section_key != saved.section_key],
        "worked_out": dict(saved.worked_out),
        "clashes": {
            clash.key: {
                "kept": clash.kept,
                "sent": clash.sent,
                "by": say("You, in another window,") if clash.is_own else clash.by,
                "at": f"{clock(clash.at)} on {day(clash.at)}",
                "seen": clash.seen,
            }
            for clash in saved.clashes
        },
        "asked": list(saved.asked),
        "ends_in": session_ends_in(),
        "progress": say(
            "%(done)s of %(total)s answered", done=saved.progress.settled, total=saved.progress.asked
        ),
    }
