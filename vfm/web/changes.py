"""Change: two rounds of a service compared on one page, and what can be taken away of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from vfm.questionnaires.changes import Mark as Stretch
from vfm.questionnaires.changes import marked
from vfm.questionnaires.schema import Questionnaire
from vfm.reports import change_chart, targets, workbook
from vfm.reports import changes as say
from vfm.reports import result as figures
from vfm.reports.changes import Told
from vfm.scoring.results import Scorecard
from vfm.scoring.rounds import Side
from vfm.web.access import allows
from vfm.web.attachments import EXCEL, attachment
from vfm.web.current import actor, now, reading
from vfm.web.filters import day
from vfm.web.row_ids import row_id
from vfm.workflows import changes

blueprint = Blueprint("changes", __name__)


@blueprint.get("/services/<int:service_id>/change")
def show(service_id: int) -> ResponseReturnValue:
    """Since the baseline, or between any two rounds: `?from=ASSESSMENT&to=ASSESSMENT`."""
    view = _view(service_id)
    if view.before is None or view.after is None or view.change is None or view.wording is None:
        return render_template("changes/none.html", view=view)
    names = view.before.round.cycle, view.after.round.cycle
    then, later = _told(view.before), _told(view.after)
    sheet = say.lay_out(view.change, then, later)
    return render_template(
        "changes/show.html",
        view=view,
        change=view.change,
        sheet=sheet,
        then=names[0],
        later=names[1],
        chart=change_chart.waterfall(sheet, *names),
        wording=say.wording_words(view.wording, then.questionnaire.version, later.questionnaire.version),
        scope=[
            (words.format(then=names[0], now=names[1]), lines)
            for reason, words in say.SCOPE_HEADINGS.items()
            if (lines := sheet.not_compared(reason))
        ],
        caps=_caps(view.before.card, view.after.card, later.questionnaire, *names),
        marks=_marks(view.marks, then.questionnaire, later.questionnaire),
        differs=_differs(view),
        targets=targets,
        titles={"": "Overall"} | {k: s.title for k, s in later.questionnaire.all_sections.items()},
        may_set=allows("targets.put", actor()),
        say=say,
        figures=figures,
    )


@blueprint.get("/services/<int:service_id>/change.<any(csv, xlsx, json):form>")
def export(service_id: int, form: str) -> ResponseReturnValue:
    """The change to take away: every question as CSV, all of it as Excel, the laid-down figures as JSON."""
    view = _view(service_id)
    before, after, change = changes.comparable(view)
    name = f"{view.service.name} change {before.round.cycle} to {after.round.cycle}"
    if form == "json":
        text = json.dumps(change.as_json(), indent=2, ensure_ascii=False) + "\n"
        return attachment(text.encode(), f"{name}.json", "application/json")
    sheet = say.lay_out(change, _told(before), _told(after))
    if form == "csv":
        made = workbook.csv_file(say.questions(sheet))
        return attachment(made, f"{name}.csv", "text/csv; charset=utf-8")
    about: list[tuple[str, workbook.Cell]] = [
        ("Service", view.service.name),
        ("Directorate", view.service.directorate),
        ("Assessment template", after.round.template),
        ("From", before.round.cycle),
        ("To", after.round.cycle),
        ("Score then", before.card.overall.score),
        ("Score now", after.card.overall.score),
        ("Taken out on", day(now())),
    ]
    sheets = say.sheets(change, sheet, about)
    return attachment(workbook.workbook(sheets, title=name), f"{name}.xlsx", EXCEL)


def _view(service_id: int) -> changes.View:
    before, after = (request.args.get(name, type=row_id) for name in ("from", "to"))
    with reading() as store:
        return changes.show(store, service_id, before, after, by=actor())


def _told(side: Side) -> Told:
    return Told(side.questionnaire, side.answers, side.card)


def _caps(then: Scorecard, later: Scorecard, asked: Questionnaire, *names: str) -> list[str]:
    """Every limit on either side, in words."""
    titles = {key: section.title for key, section in asked.all_sections.items()}
    return [
        f"{name}: {titles.get(section.key, section.key)} at most {figures.points(cap.limit)}. "
        f"{cap.reason.rstrip('.')}."
        for name, card in zip(names, (then, later), strict=True)
        for section in card.sections
        for cap in section.caps[:1]
    ]


@dataclass(frozen=True)
class MarkLine:
    """A question that means the same in other words: what went and what came, and who says so."""

    key: str
    stretches: tuple[Stretch, ...]
    marks: tuple[changes.Said, ...]


def _marks(
    found: Mapping[str, tuple[changes.Said, ...]], then: Questionnaire, later: Questionnaire
) -> list[MarkLine]:
    return [
        MarkLine(key, marked(then.questions[key].text, later.questions[key].text), said)
        for key, said in found.items()
    ]


def _differs(view: changes.View) -> str:
    """What was kept at the agreement, where it prints otherwise than what is worked out now."""
    kept: Mapping[str, Any] | None = view.kept
    if kept is None or view.change is None:
        return ""
    before, today = kept["like_for_like"], view.change.like_for_like
    if say.moved(before) == say.moved(today):
        return ""
    said = "no like-for-like figure" if before is None else f"a like-for-like change of {say.moved(before)}"
    return f"When this result was agreed there was {said}. What compares has been decided otherwise since."
