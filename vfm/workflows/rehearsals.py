"""Rehearsing a version: walked as a respondent walks it, with answers that nobody keeps.

The room's rule: the store is only read. What was typed travels with the form from section to section, and
every figure comes from the one scoring engine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from sqlalchemy.orm import Session

from vfm.errors import Conflict, NotFound, Problem
from vfm.questionnaires import answers as reading
from vfm.questionnaires import checks, conditions, merging, routing
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.merging import Sent
from vfm.questionnaires.pages import Page, pages, progress_of
from vfm.questionnaires.routing import Progress
from vfm.questionnaires.schema import Question, Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.results import Scorecard
from vfm.scoring.scorecard import score
from vfm.scoring.structure import Item, structure_of
from vfm.store import content
from vfm.store.queries import versions as queries
from vfm.store.queries.versions import VersionRow

REHEARSERS = (Role.CORE_TEAM, Role.ADMINISTRATOR)
"""Who may rehearse; both may see a draft."""


class Level(StrEnum):
    """Where to put every answer that can move the score."""

    LOWEST = "lowest"
    MIDDLE = "middle"
    HIGHEST = "highest"


@dataclass(frozen=True)
class Rehearsal:
    """Some answers to a questionnaire, and all that follows from them.

    Attributes:
        sent: question key -> its fields as typed, whatever section they stand in.
        answers: as far as they can be read; the rest counts as not answered.
        problems: with answers on the route that cannot be read; place as `answers.parse` gives it.
        route: keys of the questions asked.
        failed: checks that do not hold; place: the question each is shown at.
        missing: what would stand in the way of sending it.
        card: the score, as any result would have it.
    """

    questionnaire: Questionnaire
    sent: Mapping[str, Sent]
    answers: Mapping[str, Answer]
    problems: tuple[Problem, ...]
    route: frozenset[str]
    failed: tuple[Problem, ...]
    missing: tuple[Problem, ...]
    card: Scorecard

    @property
    def progress(self) -> Progress:
        """How far the whole is."""
        return routing.progress(self.questionnaire, self.answers, route=self.route)

    @cached_property
    def _known(self) -> dict[str, Answer]:
        return {key: answer for key, answer in self.answers.items() if key in self.route}

    def worked_out(self, question: Question) -> str | None:
        """The question's derived value in words; None without one."""
        return conditions.worked_out(self.questionnaire, question, self._known)

    def asked(self, page: Page) -> tuple[Question, ...]:
        """The page's questions on the route."""
        return tuple(question for question in page.section.questions if question.key in self.route)

    def problems_on(self, page: Page) -> tuple[Problem, ...]:
        """What cannot be read of the page's own answers."""
        own = {question.key for question in page.section.questions}
        return tuple(problem for problem in self.problems if _key(problem) in own)


@dataclass(frozen=True, slots=True)
class Stage:
    """One section on the way, and how far it is."""

    page: Page
    progress: Progress


@dataclass(frozen=True, slots=True)
class Start:
    """Where a rehearsal begins.

    Attributes:
        faults: what the design checks find; they stand in the way.
        stages: sections with questions asked before anything is answered; empty where there are faults.
    """

    row: VersionRow
    questionnaire: Questionnaire
    faults: tuple[Problem, ...]
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True)
class Walk:
    """One section of a rehearsal.

    Attributes:
        page: the section to show: the one wanted, or the one that is not finished with.
        problems: what cannot be read of the section that was left; empty where there is none.
        appeared: questions now asked there that its sender had not seen.
        gone: how many of those seen are no longer asked.
    """

    row: VersionRow
    page: Page
    stages: tuple[Stage, ...]
    rehearsal: Rehearsal
    problems: tuple[Problem, ...]
    appeared: tuple[str, ...]
    gone: int


# --- from the store -----------------------------------------------------------------------------------


def start(session: Session, version_id: int, *, by: Actor) -> Start:
    """A version before anything is answered.

    Raises:
        NotFound: no such version, or this person does not work on templates.
    """
    row, questionnaire = _version(session, version_id, by)
    faults = checks.problems(questionnaire)
    stages = () if faults else _stages(rehearsed(questionnaire, {}))
    return Start(row, questionnaire, faults, stages)


def section(
    session: Session,
    version_id: int,
    key: str,
    sent: Mapping[str, Sent],
    *,
    by: Actor,
    leaving: str = "",
    seen: Iterable[str] = (),
    level: Level | None = None,
) -> Walk:
    """One section as its respondents would see it after these answers.

    Args:
        session: only read.
        version_id: of a draft or an opened version.
        key: of the section wanted.
        sent: question key -> its fields as typed, of every section.
        by: who rehearses.
        leaving: key of the section the form showed, "" when there was none. It is shown again when an answer
            there cannot be read, or brings up more questions there, as for a respondent.
        seen: keys of the questions the form showed.
        level: puts every answer that can move the score there, whatever was typed.

    Raises:
        NotFound: no such version or section, or this person does not work on templates.
        Conflict: faults in the design stand in the way.
    """
    row, questionnaire = _version(session, version_id, by)
    if checks.problems(questionnaire):
        raise Conflict(
            "This version has faults in its design, so it cannot be rehearsed. Its own page lists them; put "
            "them right first."
        )
    wanted = _page(questionnaire, key)
    left = _page(questionnaire, leaving) if leaving else None
    found = rehearsed(questionnaire, filled(questionnaire, sent, level) if level else sent)
    shown = set(seen)
    asked = [question.key for question in found.asked(left)] if left else []
    problems = found.problems_on(left) if left else ()
    appeared = tuple(name for name in asked if name not in shown)
    return Walk(
        row=row,
        page=left if left and (problems or appeared) else wanted,
        stages=_stages(found),
        rehearsal=found,
        problems=problems,
        appeared=appeared,
        gone=len(shown.difference(asked)) if left else 0,
    )


def _version(session: Session, version_id: int, by: Actor) -> tuple[VersionRow, Questionnaire]:
    row = queries.version(session, version_id)
    if row is None or not by.has(*REHEARSERS):
        raise NotFound(f"version {version_id}")
    return row, content.questionnaire(session, row.id, row.content_hash)


def _page(questionnaire: Questionnaire, key: str) -> Page:
    for page in pages(questionnaire):
        if page.key == key:
            return page
    raise NotFound(f"section {key}")


def _stages(found: Rehearsal) -> tuple[Stage, ...]:
    """The sections in which something is asked, as the task list of an assessment has them."""
    states = (
        Stage(page, progress_of(page.section, found.answers, found.route))
        for page in pages(found.questionnaire)
    )
    return tuple(state for state in states if state.progress.asked)


# --- pure ---------------------------------------------------------------------------------------------


def rehearsed(questionnaire: Questionnaire, sent: Mapping[str, Sent]) -> Rehearsal:
    """Everything that follows from what was typed: answers, route, checks, score.

    Args:
        questionnaire: without faults in its design.
        sent: question key -> its fields; `seen` is the state the form showed, so that an answer typed where
            "don't know" stood takes its place. A key that is not asked is left alone.
    """
    answers: dict[str, Answer] = {}
    unread: list[Problem] = []
    for key, question in questionnaire.questions.items():
        if key in sent:
            read = _read(questionnaire, question, sent[key])
            if isinstance(read, Answer):
                answers[key] = read
            else:
                unread.extend(read)
    route = routing.on_route(questionnaire, answers)
    failed = routing.failed_checks(questionnaire, answers, route=route)
    return Rehearsal(
        questionnaire=questionnaire,
        sent=sent,
        answers=answers,
        problems=tuple(problem for problem in unread if _key(problem) in route),
        route=route,
        failed=tuple(Problem(check.at, check.say) for check in failed),
        missing=routing.missing(questionnaire, answers),
        card=score(questionnaire, answers),
    )


def _read(questionnaire: Questionnaire, question: Question, sent: Sent) -> Answer | tuple[Problem, ...]:
    return reading.parse(questionnaire, question, merging.without_old_state(sent.raw, sent.seen))


def _key(problem: Problem) -> str:
    return problem.place.partition(".")[0]


def filled(questionnaire: Questionnaire, sent: Mapping[str, Sent], level: Level) -> dict[str, Sent]:
    """What was typed, with every answer that can move the score at one level; notes and evidence stay."""
    made = dict(sent)
    for key, item in structure_of(questionnaire).known.items():
        before = sent.get(key, Sent({}, ""))
        kept = {name: typed for name, typed in before.raw.items() if name in ("evidence", "note")}
        made[key] = replace(before, raw=kept | {"value": str(value_at(item, level))})
    return made


def value_at(item: Item, level: Level) -> int | str:
    """The answer worth least, most, or nearest to half of what is between; of two as near the lower."""
    if level is Level.LOWEST:
        return item.lowest
    if level is Level.HIGHEST:
        return item.highest
    middle = (item.points[item.lowest] + item.points[item.highest]) / 2
    return min(item.points, key=lambda value: (abs(item.points[value] - middle), item.points[value]))
