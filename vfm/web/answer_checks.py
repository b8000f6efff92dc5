"""The check page: whether the answers can be sent, what was found of them, and all of them to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Problem
from vfm.gateways import pdf
from vfm.questionnaires.readiness import GROUP_WORDS, MATTERS, Finding, Group, Matter, verdict
from vfm.questionnaires.steps import STATUS_WORDS, Status
from vfm.questionnaires.wording import counted
from vfm.web.current import actor, now, reading
from vfm.workflows import answer_checks
from vfm.workflows.answer_checks import AnswerCheck

blueprint = Blueprint("answer_checks", __name__)

FORMS = (("docx", "Word"), ("xlsx", "Excel"), ("pdf", "PDF"))
"""(ending, words) of the files the answers can be taken away as; the last only where it can be made."""
PART_WORDS = "To put right in your part"
"""Over what must be put right, for somebody who answers and does not send."""
FEW = 6
"""So many findings of one matter are named in full; more are listed as keys, section by section."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding as a link to its place.

    Attributes:
        key: of the question, empty where the place is none.
        name: the question's words, or the place's.
        words: what is to be said of it; may be empty.
    """

    href: str
    key: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Topic:
    """The findings of one matter.

    Attributes:
        by_section: (title, entries) where there are too many to name each in full; else empty.
    """

    key: str
    matter: Matter
    entries: tuple[Entry, ...]
    by_section: tuple[tuple[str, tuple[Entry, ...]], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """The topics of one group."""

    key: str
    words: str
    count: int
    topics: tuple[Topic, ...]


@blueprint.get("/assessments/<int:assessment_id>/check")
def show(assessment_id: int) -> ResponseReturnValue:
    """Check your answers: everything given, and what stands in the way of sending it."""
    return page(assessment_id)


def page(assessment_id: int, problems: Sequence[Problem] = ()) -> str:
    """The check page; with problems, above it what kept the answers from being sent just now."""
    with reading() as store:
        view = answer_checks.check(store, assessment_id, by=actor(), now=now())
    places = _Places(view)
    blocks = [block for group in Group if (block := _block(view, group, places)).topics]
    return render_template(
        "answer_checks/show.html",
        view=view,
        head=view.head,
        hrefs=places.hrefs,
        blocks=blocks,
        in_the_way=view.in_the_way,
        sentence=_sentence(view),
        forms=FORMS if pdf.is_available() else FORMS[:2],
        problems=[places.problem(problem) for problem in problems],
    )


def _sentence(view: AnswerCheck) -> str:
    """What the page says first."""
    if view.may_answer:
        return verdict(view.found, is_part=not view.may_send)
    if view.may_sign_off:
        look = counted(view.totals[Group.LOOK], "thing deserves", "things deserve")
        said = f"Before you do, {look} another look." if view.totals[Group.LOOK] else "Nothing stands out."
        return f"This waits for you to sign it off. {said}"
    return f"This assessment is {STATUS_WORDS[Status(view.head.status)]}."


class _Places:
    """Where each finding leads: a question on its section's page, a section, or the list of sections."""

    def __init__(self, view: AnswerCheck) -> None:
        self.number = view.head.id
        self.questionnaire = view.questionnaire
        self.whole = url_for("assessments.show", assessment_id=view.head.id)
        self.hrefs = {
            key: url_for("assessments.section", assessment_id=view.head.id, key=key)
            for key in {section.page.key for section in view.sections}
        }

    def entry(self, finding: Finding) -> Entry:
        question = self.questionnaire.questions.get(finding.place)
        if question is not None:
            href = f"{self.hrefs[self.questionnaire.section_of[question.key]]}#{question.key}"
            if finding.matter == "comment":
                href = url_for("comments.of_question", assessment_id=self.number, key=question.key)
            return Entry(href, question.key, question.text, finding.words)
        section = self.questionnaire.all_sections.get(finding.place)
        if section is not None:
            return Entry(self.hrefs.get(section.key, self.whole), "", section.title, finding.words)
        return Entry(self.whole, "", "The whole assessment", finding.words)

    def problem(self, problem: Problem) -> tuple[str, str]:
        """(where, what) of one thing that kept the answers from being sent."""
        entry = self.entry(Finding("", problem.place))
        return entry.href, f"{problem.place}: {problem.message}"


def _block(view: AnswerCheck, group: Group, places: _Places) -> Block:
    topics = tuple(
        _topic(view, matter, findings, places)
        for matter, findings in view.found.items()
        if MATTERS[matter].group is group
    )
    is_part = group is Group.MUST and not view.may_send
    return Block(group.value, PART_WORDS if is_part else GROUP_WORDS[group], view.totals[group], topics)


def _topic(view: AnswerCheck, key: str, findings: Sequence[Finding], places: _Places) -> Topic:
    entries = tuple(places.entry(finding) for finding in findings)
    by_section: dict[str, list[Entry]] = {}
    if len(entries) > FEW and not MATTERS[key].is_told:
        titles = {one.page.key: one.page.title for one in view.sections}
        for entry in entries:
            title = titles[view.questionnaire.section_of[entry.key]]
            by_section.setdefault(title, []).append(entry)
    rows = tuple((title, tuple(inside)) for title, inside in by_section.items())
    return Topic(key, MATTERS[key], entries, rows)
