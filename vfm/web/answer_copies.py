"""The answers of one assessment to take away: as Word, as Excel and, where it can be made, as PDF."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from vfm.gateways import pdf
from vfm.questionnaires.steps import STATUS_WORDS, Status
from vfm.reports import answer_copy
from vfm.reports.answer_copy import STEP_HEADS, AnswerCopy, Beside
from vfm.web import errors
from vfm.web.attachments import EXCEL, PDF, WORD, attachment
from vfm.web.current import actor, council_name, now, reading
from vfm.web.filters import day, instant
from vfm.workflows import answer_copies
from vfm.workflows.answer_copies import Taken

blueprint = Blueprint("answer_copies", __name__)

NO_PDF = (
    "PDFs are not made on this site. Take the answers as Word or Excel, or print the page from your browser."
)


@blueprint.get("/assessments/<int:assessment_id>/answers.<any(docx, xlsx, pdf):form>")
def of_assessment(assessment_id: int, form: str) -> ResponseReturnValue:
    """The answers, with who wrote each, their evidence and the steps taken; nothing of weights."""
    with reading() as store:
        taken = answer_copies.read(store, assessment_id, by=actor())
    if form == "pdf" and not pdf.is_available():
        return errors.page(404, message=NO_PDF)
    copy = _copy(taken)
    name = f"{taken.head.service} {taken.head.cycle} answers.{form}"
    if form == "docx":
        return attachment(answer_copy.word(copy), name, WORD)
    if form == "xlsx":
        return attachment(answer_copy.excel(copy), name, EXCEL)
    return attachment(pdf.pdf(_printed(taken, copy)), name, PDF)


def _copy(taken: Taken) -> AnswerCopy:
    head = taken.head
    about = (
        ("Service", head.service),
        ("Cycle", head.cycle),
        ("Status", STATUS_WORDS[Status(head.status)].capitalize()),
        ("Due", day(head.due_on)),
        ("Copy made", instant(now())),
    )
    return AnswerCopy(
        questionnaire=taken.questionnaire,
        about=about,
        steps=tuple((one.verb.capitalize(), one.by, instant(one.at), one.reason) for one in taken.steps),
        sections=taken.sections,
        beside={key: _beside(taken, key) for key in taken.questionnaire.questions},
        council=council_name(),
        made_at=now(),
    )


def _beside(taken: Taken, key: str) -> Beside:
    by, at = taken.writers.get(key, ("", None))
    named = (
        f"{one.title} ({where})" if (where := one.address or one.file_name) else one.title
        for one in taken.evidence.get(key, ())
    )
    return Beside(tuple(named), by, instant(at) if at else "")


def _printed(taken: Taken, copy: AnswerCopy) -> str:
    return render_template(
        "answer_copies/print.html",
        copy=copy,
        heads=STEP_HEADS,
        service=taken.head.service,
        cycle=taken.head.cycle,
        beside=answer_copy.beside_in_words,
    )
