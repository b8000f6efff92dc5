"""Copies of a questionnaire to read before starting, for its makers and for its respondents."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from vfm.questionnaires.schema import Questionnaire
from vfm.reports import reading_copy
from vfm.reports.reading_copy import ReadingCopy
from vfm.scoring.shares import full_shares
from vfm.web import words
from vfm.web.attachments import EXCEL, WORD, attachment
from vfm.web.current import actor, council_name, now, reading
from vfm.web.filters import day
from vfm.workflows import assessments, versions

blueprint = Blueprint("reading_copies", __name__)


@blueprint.get("/versions/<int:version_id>/reading-copy.<any(docx, xlsx):form>")
def of_version(version_id: int, form: str) -> ResponseReturnValue:
    """The core team's copy of a version: with weights and shares of the overall."""
    with reading() as store:
        row, questionnaire = versions.read(store, version_id, by=actor())
    about = (("Version", f"{row.number} ({words.VERSION_STATUS[row.status][0].lower()}), with weights"),)
    copy = _copy(questionnaire, about, shares=full_shares(questionnaire))
    return _sent(copy, f"{row.template_key} v{row.number} questions with weights", form)


@blueprint.get("/assessments/<int:assessment_id>/questions.<any(docx, xlsx):form>")
def of_assessment(assessment_id: int, form: str) -> ResponseReturnValue:
    """The respondents' copy: whose assessment it is and when it is due; nothing of weights."""
    with reading() as store:
        view = assessments.questions(store, assessment_id, by=actor())
    head = view.head
    about = (("Service", head.service), ("Cycle", head.cycle), ("Due", day(head.due_on)))
    return _sent(_copy(view.questionnaire, about), f"{head.service} {head.cycle} questions", form)


def _copy(
    questionnaire: Questionnaire, about: tuple[tuple[str, str], ...], shares: dict[str, float] | None = None
) -> ReadingCopy:
    return ReadingCopy(questionnaire, about, council_name(), now(), shares)


def _sent(copy: ReadingCopy, name: str, form: str) -> ResponseReturnValue:
    if form == "docx":
        return attachment(reading_copy.word(copy), f"{name}.docx", WORD)
    return attachment(reading_copy.excel(copy), f"{name}.xlsx", EXCEL)
