"""The challenge queue: a cycle's signed-off assessments, biggest effect on the total first.

The room's rule: figures come from stored results; nothing is scored again to be listed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor, Role
from vfm.scoring.challenge import Reason, part_to_look_at, reasons
from vfm.scoring.peers import Placed, Standing, standings
from vfm.scoring.results import OverallScore, Scorecard, overall_from_json
from vfm.store import content
from vfm.store.queries import challenge as queries
from vfm.store.queries import results as kept
from vfm.store.queries.results import AnyRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the queue asked for; blank is everything.

    Attributes:
        search: words that the service's name has to hold.
        state: waiting (signed off), open (a challenge is not settled), agreed, or all.
        sort: one of `SORTS`; turned round with a minus before it.
    """

    search: str = ""
    state: str = "waiting"
    directorate: str = ""
    trigger: str = ""
    sort: str = "effect"

    def fits(self, row: "Waiting") -> bool:
        """True for an assessment that was asked for."""
        return (
            STATES.get(self.state, STATES["waiting"])(row)
            and self.directorate in ("", row.directorate)
            and (not self.trigger or any(reason.trigger == self.trigger for reason in row.reasons))
            and all(word in row.service.casefold() for word in self.search.casefold().split())
        )

    def in_order(self, rows: "Iterable[Waiting]") -> "tuple[Waiting, ...]":
        """The assessments as they are to be shown."""
        key = SORTS.get(self.sort.removeprefix("-"), SORTS["effect"])
        return tuple(sorted(rows, key=key, reverse=self.sort.startswith("-")))


@dataclass(frozen=True, slots=True)
class Waiting:
    """One assessment in the queue.

    Attributes:
        overall: of the self result; agreed: of the agreed one, None until it is closed.
        reasons: to look again, biggest effect first; none once it is agreed.
        challenges, answered, settled: how many were raised, have a response, are agreed.
    """

    assessment_id: int
    service: str
    directorate: str
    status: str
    overall: OverallScore
    agreed: Mapping[str, Any] | None
    reasons: tuple[Reason, ...]
    challenges: int
    answered: int
    settled: int

    @property
    def effect(self) -> float:
        """Points of the overall at stake."""
        return self.reasons[0].effect if self.reasons else 0.0

    @property
    def is_open(self) -> bool:
        """True while a challenge of it is not settled."""
        return self.settled < self.challenges


@dataclass(frozen=True, slots=True)
class Queue:
    """A cycle's challenge queue.

    Attributes:
        rows: as asked for; counts: state -> assessments, triggers: trigger -> assessments that wait, whatever
            is asked for.
        unchallenged: how many signed-off ones nobody challenged.
        titles: section key -> title.
    """

    cycle_id: int
    cycle: str
    rows: tuple[Waiting, ...]
    counts: Mapping[str, int]
    triggers: Mapping[str, int]
    unchallenged: int
    directorates: tuple[str, ...]
    cycles: tuple[tuple[int, str], ...]
    titles: Mapping[str, str]
    can_close: bool


def newest(session: Session) -> int | None:
    """The cycle whose queue is asked for most likely; None without a cycle."""
    return queries.newest_challenged_cycle(session)


def queue(session: Session, cycle_id: int, wanted: Wanted, *, by: Actor) -> Queue:
    """A cycle's signed-off assessments, biggest effect on the total first.

    Raises:
        NotFound: there is no such cycle.
    """
    cycle = kept.cycle(session, cycle_id)
    if cycle is None:
        raise NotFound
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    rows = _waiting(session, cycle, questionnaire)
    return Queue(
        cycle_id=cycle_id,
        cycle=cycle.name,
        rows=wanted.in_order(filter(wanted.fits, rows)),
        counts={name: sum(map(fits, rows)) for name, fits in STATES.items()},
        triggers=Counter(reason.trigger.value for row in rows for reason in row.reasons),
        unchallenged=sum(row.status == "signed_off" and not row.challenges for row in rows),
        directorates=tuple(sorted({row.directorate for row in rows})),
        cycles=tuple((row.id, row.name) for row in kept.cycles(session)),
        titles={key: section.title for key, section in questionnaire.all_sections.items()},
        can_close=by.has(Role.CORE_TEAM),
    )


STATES: Mapping[str, Callable[[Waiting], bool]] = {
    "waiting": lambda row: row.status == "signed_off",
    "open": lambda row: row.status == "signed_off" and row.is_open,
    "agreed": lambda row: row.status == "agreed",
    "all": lambda _row: True,
}
SORTS: Mapping[str, Callable[[Waiting], Any]] = {
    "effect": lambda row: (-round(row.effect, 9), -len(row.reasons), row.service.casefold()),
    "service": lambda row: row.service.casefold(),
    "directorate": lambda row: (row.directorate.casefold(), row.service.casefold()),
    "score": lambda row: (row.overall.score is None, row.overall.score or 0.0, row.service.casefold()),
    "reasons": lambda row: (-len(row.reasons), -round(row.effect, 9), row.service.casefold()),
    "challenges": lambda row: (row.settled - row.challenges, -row.challenges, row.service.casefold()),
}


def following(
    session: Session, cycle_id: int, assessment_id: int, wanted: Wanted, *, by: Actor
) -> int | None:
    """The assessment that comes after this one in the queue; None at its end.

    One that is no longer in the list (it was agreed just now) is followed by the first.

    Raises:
        NotFound: there is no such cycle.
    """
    listed = [row.assessment_id for row in queue(session, cycle_id, wanted, by=by).rows]
    place = listed.index(assessment_id) + 1 if assessment_id in listed else 0
    return listed[place] if place < len(listed) else None


def _waiting(session: Session, cycle: AnyRow, questionnaire: Questionnaire) -> list[Waiting]:
    found = queries.signed_off(session, cycle.id)
    waiting = {
        assessment_id: part_to_look_at(record)
        for assessment_id, record in queries.waiting_results(session, cycle.id).items()
    }
    closed = queries.agreed_overalls(session, cycle.id)
    counts = queries.counts(session, [row.id for row in found])
    services = [row.service_id for row in found if row.id in waiting]
    starts = queries.baseline_overalls(session, cycle.template_id, services)
    overalls = {
        row.id: waiting[row.id].overall if row.id in waiting else overall_from_json(closed[row.id, "self"])
        for row in found
        if row.id in waiting or (row.id, "self") in closed
    }
    peers = standings(
        {
            row.id: Placed(overalls[row.id].score, row.family, row.directorate)
            for row in found
            if row.id in overalls
        }
    )
    return [
        Waiting(
            row.id,
            row.service,
            row.directorate,
            row.status,
            overalls[row.id],
            closed.get((row.id, "agreed")),
            _why(questionnaire, row, waiting.get(row.id), starts.get(row.service_id), peers.get(row.id)),
            *counts.get(row.id, (0, 0, 0)),
        )
        for row in found
        if row.id in overalls
    ]


def _why(
    questionnaire: Questionnaire,
    row: AnyRow,
    card: Scorecard | None,
    start: tuple[int, Mapping[str, Any]] | None,
    standing: Standing | None,
) -> tuple[Reason, ...]:
    """Why to look again at a result that waits; nothing once it is agreed."""
    if card is None:
        return ()
    then = None if start is None or start[0] == row.id else overall_from_json(start[1])
    return reasons(questionnaire, card, then, standing)


@dataclass(frozen=True, slots=True)
class Own:
    """An assessment of a service somebody works on, with its challenges counted."""

    assessment_id: int
    status: str
    service: str
    cycle: str
    challenges: int
    answered: int
    settled: int

    @property
    def waiting(self) -> int:
        """Challenges that have neither a response nor an agreed score."""
        return max(0, self.challenges - max(self.answered, self.settled))


def own(session: Session, *, by: Actor) -> tuple[Own, ...]:
    """The signed-off assessments of the services this person works on, newest cycle first."""
    return tuple(Own(*row) for row in queries.own(session, by.directs))


@dataclass(frozen=True, slots=True)
class Unchallenged:
    """A signed-off assessment nobody challenged, ready to be agreed at its self score.

    Attributes:
        sets_baseline: True when closing it freezes the service's baseline.
    """

    assessment_id: int
    service: str
    directorate: str
    overall: OverallScore
    reasons: tuple[Reason, ...]
    sets_baseline: bool


def unchallenged(
    session: Session, cycle_id: int, *, by: Actor
) -> tuple[str, tuple[Unchallenged, ...], Mapping[str, str]]:
    """The cycle's name and what closing all unchallenged assessments of it would agree; writes nothing.

    Last the titles of its sections.

    Raises:
        NotFound: there is no such cycle.
    """
    found = queue(session, cycle_id, Wanted(sort="service"), by=by)
    cycle = kept.cycle(session, cycle_id)
    if cycle is None:
        raise NotFound
    services = {row.id: row.service_id for row in queries.signed_off(session, cycle_id)}
    have = queries.baseline_overalls(session, cycle.template_id, set(services.values()))
    rows = tuple(
        Unchallenged(
            row.assessment_id,
            row.service,
            row.directorate,
            row.overall,
            row.reasons,
            cycle.kind == "rollout" and services[row.assessment_id] not in have,
        )
        for row in found.rows
        if not row.challenges
    )
    return cycle.name, rows, found.titles
