"""A group's own assessment: each member's answers, who has finished, the spread, the consensus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Invalid, NotFound, Problem
from vfm.questionnaires.answers import Raw, in_words
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.web import fields
from vfm.web.current import actor, now, reading, transaction
from vfm.web.fields import Field
from vfm.web.filters import plural
from vfm.workflows import groups
from vfm.workflows.groups import Saved, Twice

blueprint = Blueprint("groups", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """One question as its field, and the two texts where it was written twice."""

    field: Field
    clash: Twice | None


@blueprint.get("/assessments/<int:assessment_id>/group")
def show(assessment_id: int) -> ResponseReturnValue:
    """Who has finished, one's own sections, and the spread once it is open."""
    return _overview(assessment_id)


@blueprint.get("/assessments/<int:assessment_id>/group/sections/<key>")
def section(assessment_id: int, key: str) -> ResponseReturnValue:
    """One section of one's own answers."""
    return _section_page(assessment_id, key, {}, Saved())


@blueprint.post("/assessments/<int:assessment_id>/group/sections/<key>")
def save(assessment_id: int, key: str) -> ResponseReturnValue:
    """Keep what can be kept; show again, as typed, what cannot."""
    sent = fields.read(request.form)
    with transaction() as store:
        saved = groups.save(store, assessment_id, key, sent, by=actor(), now=now())
    if not saved.is_whole:
        return _section_page(assessment_id, key, sent, saved), 409 if saved.clashes else 422
    if saved.appeared:
        flash("Saved. Your answers bring up more questions in this section.", "done")
        return redirect(
            url_for(".section", assessment_id=assessment_id, key=key, _anchor=saved.appeared[0]), 303
        )
    if "later" in request.form or saved.next_key is None:
        flash("Saved. Only you see your answers until the group looks at them together.", "done")
        return redirect(url_for(".show", assessment_id=assessment_id), 303)
    return redirect(url_for(".section", assessment_id=assessment_id, key=saved.next_key), 303)


@blueprint.post("/assessments/<int:assessment_id>/group/finish")
def finish(assessment_id: int) -> ResponseReturnValue:
    """Say that one's own answers are complete; while something is missing, the page says what."""
    try:
        with transaction() as store:
            groups.finish(store, assessment_id, by=actor(), now=now())
    except Invalid as error:
        return _overview(assessment_id, missing=error.problems), 422
    flash("Thank you, you have finished. You can still change an answer until the spread is opened.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/group/take-back")
def take_back(assessment_id: int) -> ResponseReturnValue:
    """Take back that one has finished."""
    with transaction() as store:
        groups.take_back(store, assessment_id, by=actor(), now=now())
    flash("You can go on with your answers. Say again when you have finished.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/group/members")
def add_member(assessment_id: int) -> ResponseReturnValue:
    """Ask one more person."""
    try:
        with transaction() as store:
            person = request.form.get("person", "")
            name = groups.add_member(store, assessment_id, person, by=actor(), now=now())
    except Invalid as error:
        return _overview(assessment_id, error.problems), 422
    flash(f"{name} is a member now and finds the questions on the home page.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


@blueprint.post("/assessments/<int:assessment_id>/group/members/<int:person_id>/remove")
def remove_member(assessment_id: int, person_id: int) -> ResponseReturnValue:
    """Ask somebody no longer."""
    with transaction() as store:
        name = groups.remove_member(store, assessment_id, person_id, by=actor(), now=now())
    flash(f"{name} is no longer a member. What they answered is kept, should they come back.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


@blueprint.get("/assessments/<int:assessment_id>/group/spread")
def ask_to_open(assessment_id: int) -> ResponseReturnValue:
    """Ask before the spread is opened, naming who has not finished."""
    with reading() as store:
        group = groups.show(store, assessment_id, by=actor())
    if not group.is_facilitator:
        raise NotFound
    if group.opened_at is not None:
        return redirect(url_for(".show", assessment_id=assessment_id))
    return render_template("groups/spread.html", group=group, head=group.head)


@blueprint.post("/assessments/<int:assessment_id>/group/spread")
def open_spread(assessment_id: int) -> ResponseReturnValue:
    """Show the group its members' answers."""
    with transaction() as store:
        groups.open_spread(store, assessment_id, by=actor(), now=now())
    flash("The spread is open. Agree on one answer to each question, and say why.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


@blueprint.get("/assessments/<int:assessment_id>/group/questions/<key>")
def question(assessment_id: int, key: str) -> ResponseReturnValue:
    """What everybody answered to one question, and the consensus."""
    return _question_page(assessment_id, key, None, Saved(), (), None)


@blueprint.post("/assessments/<int:assessment_id>/group/questions/<key>")
def agree(assessment_id: int, key: str) -> ResponseReturnValue:
    """Record what the group settles on, and why."""
    sent = fields.read(request.form).get(key)
    reason = request.form.get("reason", "")
    if sent is None:
        return redirect(url_for(".question", assessment_id=assessment_id, key=key), 303)
    try:
        with transaction() as store:
            saved = groups.agree(store, assessment_id, key, sent, reason, by=actor(), now=now())
    except Invalid as error:
        return _question_page(assessment_id, key, sent, Saved(), error.problems, reason), 422
    if not saved.is_whole:
        status = 409 if saved.clashes else 422
        return _question_page(assessment_id, key, sent, saved, (), reason), status
    flash(f"The consensus on {key} is recorded.", "done")
    with reading() as store:
        following = groups.question(store, assessment_id, key, by=actor()).next_key
    if following is None:
        return redirect(url_for(".show", assessment_id=assessment_id), 303)
    return redirect(url_for(".question", assessment_id=assessment_id, key=following), 303)


@blueprint.post("/assessments/<int:assessment_id>/group/alike")
def agree_alike(assessment_id: int) -> ResponseReturnValue:
    """Record every answer on which all said the same."""
    with transaction() as store:
        count = groups.agree_alike(store, assessment_id, by=actor(), now=now())
    flash(f"{plural(count, 'answer')} recorded as everybody gave them.", "done")
    return redirect(url_for(".show", assessment_id=assessment_id), 303)


def _overview(
    assessment_id: int, problems: tuple[Problem, ...] = (), missing: tuple[Problem, ...] = ()
) -> str:
    with reading() as store:
        group = groups.show(store, assessment_id, by=actor())
    return render_template(
        "groups/show.html", group=group, head=group.head, problems=problems, missing=missing
    )


def _section_page(assessment_id: int, key: str, sent: Mapping[str, Sent], saved: Saved) -> str:
    with reading() as store:
        view = groups.section(store, assessment_id, key, by=actor())
    return render_template(
        "groups/section.html",
        view=view,
        head=view.head,
        page=view.page,
        rows=[
            _row(view.questionnaire, own.question, fields.as_typed(own.answer), own.seen, sent, saved)
            for own in view.asked
        ],
        words={
            own.question.key: in_words(view.questionnaire, own.question, own.answer) for own in view.asked
        },
        problems=_listed(saved),
        saved=saved,
    )


def _question_page(
    assessment_id: int,
    key: str,
    sent: Sent | None,
    saved: Saved,
    problems: tuple[Problem, ...],
    reason: str | None,
) -> str:
    with reading() as store:
        view = groups.question(store, assessment_id, key, by=actor())
    shown = sent.raw if sent else fields.as_typed(view.now)
    seen = sent.seen if sent else view.seen
    if reason is None:
        reason = view.settled.reason if view.settled else ""
    row = _row(view.questionnaire, view.question, shown, seen, {key: sent} if sent else {}, saved)
    return render_template(
        "groups/question.html",
        view=view,
        head=view.head,
        row=row,
        words=in_words(view.questionnaire, view.question, view.now),
        problems=[*_listed(saved), *problems],
        reason=reason,
    )


def _row(
    questionnaire: Questionnaire,
    question: Question,
    typed: Raw,
    seen: str,
    sent: Mapping[str, Sent],
    saved: Saved,
) -> Row:
    """A question's field: as sent where that was not kept, else as `typed`."""
    problems = [one for one in saved.problems if _key(one) == question.key]
    clash = next((one for one in saved.clashes if one.key == question.key), None)
    if (problems or clash) and question.key in sent:
        typed, seen = sent[question.key].raw, sent[question.key].seen
    return Row(fields.shown(questionnaire, question, typed, seen=seen, problems=problems), clash)


def _listed(saved: Saved) -> Iterable[Problem]:
    """What stands in the error summary."""
    clashes = (
        Problem(f"{one.key}.choice", f"{one.key} was changed elsewhere meanwhile. Choose which text to keep.")
        for one in saved.clashes
    )
    problems = (Problem(fields.place(one), f"{_key(one)}: {one.message}") for one in saved.problems)
    return [*clashes, *problems]


def _key(problem: Problem) -> str:
    return problem.place.partition(".")[0]
