"""All the workbooks of a cycle at once: sent back together by the core team, or made to be handed out.

What only one writer changed is written at once, under the name of whoever sent the workbooks; what clashes or
cannot be read waits on the workbook page of its service, for the service to decide.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from sqlalchemy.orm import Session

from vfm.errors import Closed, Conflict, Forbidden, Invalid, NotFound, Problem
from vfm.questionnaires import merging, routing, steps, workbook_reading
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.merging import How, Kept, Outcome
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.steps import Step
from vfm.questionnaires.workbook_layout import Origin
from vfm.questionnaires.workbook_reading import Cells, Filled
from vfm.roles import Actor, Role
from vfm.store import answers as rows
from vfm.store import content, jobs
from vfm.store.queries import bulk_workbooks as queries
from vfm.store.queries.bulk_workbooks import Asked, JobRow, Place
from vfm.store.tables import Upload

TAKE_IN, MAKE = "take in workbooks", "make workbooks"
"""Kinds of jobs."""
MOST_JOBS = 20
"""The newest jobs of a cycle that its page lists."""
SORT_OUT = "Take it out, or send it where it belongs."
ALONE = "A group answers this on its own page, each member alone; a workbook cannot."


class Became(StrEnum):
    """What became of one workbook; problems come first in a report."""

    REFUSED = "refused"
    WAITING = "waiting"
    TAKEN = "taken"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Taken:
    """One workbook of many, and what became of it.

    Attributes:
        name: of the file.
        became: what.
        service, assessment_id: whose it is; blank and None where it does not say or is refused.
        written: answers that were written; clashing: those left for the service to choose.
        problems: why it was refused, or what could not be read of it, each at its cell.
    """

    name: str
    became: Became
    service: str = ""
    assessment_id: int | None = None
    written: int = 0
    clashing: int = 0
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As a job keeps it."""
        return {
            "name": self.name,
            "became": self.became.value,
            "service": self.service,
            "assessment_id": self.assessment_id,
            "written": self.written,
            "clashing": self.clashing,
            "problems": [[one.place, one.message] for one in self.problems],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Taken":
        """What `as_json` gave."""
        problems = tuple(Problem(*one) for one in kept["problems"])
        return cls(**{**kept, "became": Became(kept["became"]), "problems": problems})


class Read(Protocol):
    """One workbook that was read."""

    @property
    def name(self) -> str:
        """Of the file."""

    @property
    def sheets(self) -> Mapping[str, Cells] | None:
        """Its cells; None where it could not be read at all."""

    @property
    def problems(self) -> Sequence[Problem]:
        """Why it could not."""


class Lines(NamedTuple):
    """A cycle with the jobs that its workbooks had."""

    cycle: Asked
    total: int
    jobs: tuple[JobRow, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One job of a cycle: how far it is, or what came of it.

    Attributes:
        files: of a job that took workbooks in, problems first.
        counts: how many of them became what.
    """

    cycle: Asked
    job: JobRow
    files: tuple[Taken, ...] = ()
    counts: Mapping[Became, int] = field(default_factory=dict)


# --- what the pages ask -------------------------------------------------------------------------------------


def show(session: Session, cycle_id: int) -> Lines:
    """The page of a cycle's workbooks.

    Raises:
        NotFound: no such cycle.
    """
    cycle = _cycle(session, cycle_id)
    found = queries.jobs(session, cycle_id, (TAKE_IN, MAKE), MOST_JOBS)
    return Lines(cycle, len(queries.every_place(session, cycle_id)), tuple(found))


def report(session: Session, cycle_id: int, job_id: int) -> Report:
    """How far a job is, and what came of it.

    Raises:
        NotFound: no such cycle or job.
    """
    cycle = _cycle(session, cycle_id)
    job = queries.job(session, cycle_id, job_id, (TAKE_IN, MAKE))
    if job is None:
        raise NotFound
    files = [Taken.from_json(one) for one in (job.result or {}).get("files", ())]
    order = list(Became)
    files.sort(key=lambda one: (order.index(one.became), one.service, one.name))
    return Report(cycle, job, tuple(files), counted(files))


def counted(files: Sequence[Taken]) -> dict[Became, int]:
    """How many became what, every kind named."""
    return {became: sum(one.became is became for one in files) for became in Became}


def ask_to_take_in(
    session: Session, cycle_id: int, digest: str, name: str, total: int, *, by: Actor, now: datetime
) -> int:
    """Queue the workbooks of a zip that waits in the file store; the job's id.

    Raises:
        NotFound: no such cycle.
        Conflict: it is closed.
    """
    _open(session, cycle_id)
    given = {"digest": digest, "name": name, "files": total}
    return jobs.queue(session, TAKE_IN, by_id=by.id, now=now, subject_id=cycle_id, **given)


def ask_to_make(session: Session, cycle_id: int, *, by: Actor, now: datetime) -> int:
    """Queue the making of every service's workbook; the job's id.

    Raises:
        NotFound: no such cycle.
    """
    _cycle(session, cycle_id)
    return jobs.queue(session, MAKE, by_id=by.id, now=now, subject_id=cycle_id)


def found(session: Session, said: str) -> int:
    """The cycle that somebody names by its number or its name.

    Raises:
        Invalid: there is none, or several have this name.
    """
    if said.isdecimal() and queries.cycle(session, int(said)) is not None:
        return int(said)
    ids = queries.cycles_named(session, said)
    if len(ids) != 1:
        several = f"{len(ids)} cycles have this name: give the number, one of {', '.join(map(str, ids))}."
        none = "There is no such cycle. Give its name, or the number in the address of its page."
        raise Invalid([Problem(said, several if ids else none)])
    return ids[0]


def places(session: Session, cycle_id: int) -> list[Place]:
    """The assessments of a cycle, by service.

    Raises:
        NotFound: no such cycle.
    """
    _cycle(session, cycle_id)
    return queries.every_place(session, cycle_id)


# --- taking in ----------------------------------------------------------------------------------------------


def take_in(
    session: Session, cycle_id: int, batch: Sequence[Read], *, by: Actor, now: datetime
) -> list[Taken]:
    """Write what some workbooks change, and leave to their services what two wrote or nobody can read.

    Running it again on the same workbooks does no harm: what stands already is not written again.

    Args:
        session: a writing transaction.
        cycle_id: which cycle they are of.
        batch: workbooks that were read; two may be of one service.
        by: who sends them.
        now: when.

    Returns:
        What became of each, in the order of the batch.

    Raises:
        Forbidden: not of the core team.
        NotFound: no such cycle.
        Conflict: the cycle is closed.
    """
    if not by.has(Role.CORE_TEAM):
        raise Forbidden("Only the core team takes in the workbooks of a whole cycle.")
    cycle = _open(session, cycle_id)
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    origins = [_origin(one) for one in batch]
    ids = {one.assessment_id for one in origins if isinstance(one, Origin)}
    writing = _Writing(session, cycle, questionnaire, ids, by, now)
    return [_taken(writing, one, origin) for one, origin in zip(batch, origins, strict=True)]


def _origin(read: Read) -> Origin | tuple[Problem, ...]:
    if read.sheets is None:
        return tuple(read.problems)
    try:
        return workbook_reading.origin_of(read.sheets, read.name)
    except Invalid as refused:
        return refused.problems


def _taken(writing: "_Writing", read: Read, origin: Origin | tuple[Problem, ...]) -> Taken:
    if not isinstance(origin, Origin) or read.sheets is None:
        return Taken(read.name, Became.REFUSED, problems=origin if isinstance(origin, tuple) else ())
    try:
        return writing.take(read.name, read.sheets, origin)
    except Invalid as refused:
        return Taken(read.name, Became.REFUSED, origin.service, problems=refused.problems)
    except Conflict as conflict:
        told = (Problem(read.name, conflict.message),)
        return Taken(read.name, Became.REFUSED, origin.service, problems=told)


@dataclass(frozen=True, slots=True)
class _Belongs:
    """An assessment, as a workbook is compared with it."""

    id: int
    service: str
    cycle: str
    content_hash: str


class _Writing:
    """One batch being written: what stands is read once, and kept up with what is written."""

    def __init__(
        self,
        session: Session,
        cycle: Asked,
        questionnaire: Questionnaire,
        ids: set[int],
        by: Actor,
        now: datetime,
    ) -> None:
        self.session, self.cycle, self.questionnaire = session, cycle, questionnaire
        self.translated = content.in_every_language(questionnaire)[1:]
        self.by, self.now = by, now
        self.places = queries.places(session, cycle.id, ids)
        self.kept = queries.answers(session, self.places.keys())
        self.waiting: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for assessment_id, held in queries.waiting(session, self.places.keys(), by.id):
            self.waiting[assessment_id].append(held)

    def take(self, name: str, sheets: Mapping[str, Cells], origin: Origin) -> Taken:
        """Read one workbook, write what it changes and leave what has to be decided.

        Raises:
            Invalid: it is of another cycle or version, or its structure was changed.
            Conflict: its assessment was sent for sign-off meanwhile.
        """
        place = self._place(origin, name)
        kept = self.kept[place.id]
        states = {key: str(one.content["state"]) for key, one in kept.items()}
        keys = self.questionnaire.questions.keys()
        filled = workbook_reading.filled(self.questionnaire, sheets, origin, keys, states, self.translated)
        if not filled.sent:
            nothing = Problem(name, "This workbook holds no question of this cycle. Make it again.")
            raise Invalid(filled.problems or [nothing])
        outcome = merging.merged(self.questionnaire, self.questionnaire.questions.values(), filled.sent, kept)
        if outcome.written:
            self._write(place, outcome)
        problems = [*filled.problems, *workbook_reading.placed(outcome.problems, filled.places)]
        if outcome.clashing or problems:
            self._leave(place, name, filled, outcome)
            became = Became.WAITING
        else:
            became = Became.TAKEN if outcome.written else Became.UNCHANGED
        written, clashing = len(outcome.written), len(outcome.clashing)
        return Taken(name, became, place.service, place.id, written, clashing, tuple(problems))

    def _place(self, origin: Origin, name: str) -> Place:
        """The assessment that a workbook belongs to, as long as it may be answered."""
        place = self.places.get(origin.assessment_id)
        if place is None:
            whose = f"This is the workbook of {origin.service}, {origin.cycle}, not of {self.cycle.name}."
            raise Invalid([Problem(f"{name}: vfm!B2", f"{whose} {SORT_OUT}")])
        belongs = _Belongs(place.id, place.service, self.cycle.name, self.cycle.content_hash)
        workbook_reading.assert_fits(origin, belongs, name, SORT_OUT)
        if self.questionnaire.is_group_response:
            raise Invalid([Problem(name, ALONE)])
        steps.after(place.status, Step.SAVE)
        return place

    def _write(self, place: Place, outcome: Outcome) -> None:
        kept = self.kept[place.id]
        after = _answers(self.questionnaire, kept)
        after |= {key: one.answer for key, one in outcome.written.items()}
        progress = routing.progress(self.questionnaire, after)
        rows.write(
            self.session,
            place.id,
            outcome.written,
            kept,
            progress,
            how=How.WORKBOOK,
            by_id=self.by.id,
            now=self.now,
        )
        kept.update({key: Kept(key, one.content, one.revision) for key, one in outcome.written.items()})

    def _leave(self, place: Place, name: str, filled: Filled, outcome: Outcome) -> None:
        """What the service has to decide or to put right, once: not again when the same comes again."""
        unread = {problem.place.partition(".")[0] for problem in outcome.problems}
        held = filled.as_json(outcome.clashing.keys() | unread)
        if held in self.waiting[place.id]:
            return
        self.waiting[place.id].append(held)
        self.session.add(
            Upload(assessment_id=place.id, file_name=name, content=held, by_id=self.by.id, at=self.now)
        )


def _answers(questionnaire: Questionnaire, kept: Mapping[str, Kept]) -> dict[str, Answer]:
    return content.answers(questionnaire, ((key, one.content) for key, one in kept.items()))


def _cycle(session: Session, cycle_id: int) -> Asked:
    cycle = queries.cycle(session, cycle_id)
    if cycle is None:
        raise NotFound
    return cycle


def _open(session: Session, cycle_id: int) -> Asked:
    cycle = _cycle(session, cycle_id)
    if cycle.closed_at is not None:
        raise Closed(f"{cycle.name} is closed. Open it again before its workbooks are taken in.")
    return cycle
