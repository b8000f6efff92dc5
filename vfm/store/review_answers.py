"""What the team of a review answered to its template, line of enquiry by line."""

from collections.abc import Mapping
from dataclasses import dataclass

from vfm.questionnaires import routing
from vfm.questionnaires.answers import UNANSWERED, Answers, State, in_words
from vfm.questionnaires.pages import pages
from vfm.questionnaires.schema import Questionnaire
from vfm.store import content
from vfm.store.database import Session
from vfm.store.queries import assessments
from vfm.store.queries import review_work as queries


@dataclass(frozen=True, slots=True)
class Said:
    """One question on the route and what was answered, in words; note: what stands beside the answer."""

    key: str
    words: str
    answer: str
    note: str
    is_answered: bool


@dataclass(frozen=True, slots=True)
class LineAnswers:
    """The answers that speak to one line: `section` is where they are given."""

    section: str
    said: tuple[Said, ...]

    @property
    def settled(self) -> int:
        """Questions that are not blank."""
        return sum(one.is_answered for one in self.said)


@dataclass(frozen=True, slots=True)
class Answered:
    """How far a team is with its template.

    Attributes:
        title, number, version_id: the template and its version.
        asked, left: questions on the route, and those of them that are blank.
        sections: section or question key -> the answers there.
    """

    assessment_id: int
    version_id: int
    title: str
    number: int
    asked: int
    left: int
    sections: Mapping[str, LineAnswers]

    def of(self, key: str) -> LineAnswers | None:
        """The answers of a line; None for one that was written by hand."""
        return self.sections.get(key)


def of(session: Session, assessment_id: int, language: str = "en") -> Answered:
    """The answers of a team, three statements."""
    version = queries.template_of(session, assessment_id)
    english = content.questionnaire(session, version.id, version.content_hash)
    questionnaire = content.in_language(english, language)
    kept = assessments.answers(session, assessment_id)
    given = content.answers(english, ((row.key, row.content) for row in kept))
    route = routing.on_route(english, given)
    progress = routing.progress(english, given, route=route)
    return Answered(
        assessment_id=assessment_id,
        version_id=version.id,
        title=version.template,
        number=version.number,
        asked=progress.asked,
        left=progress.asked - progress.settled,
        sections=_sections(questionnaire, given, route),
    )


def _sections(questionnaire: Questionnaire, given: Answers, route: frozenset[str]) -> dict[str, LineAnswers]:
    found = {}
    for page in pages(questionnaire):
        said = []
        for question in page.section.questions:
            if question.key in route:
                answer = given.get(question.key, UNANSWERED)
                is_answered = answer.state is not State.UNANSWERED
                words = in_words(questionnaire, question, answer)
                said.append(Said(question.key, question.text, words, answer.note, is_answered))
                found[question.key] = LineAnswers(page.key, (said[-1],))
        found[page.key] = LineAnswers(page.key, tuple(said))
    return found
