"""Results: one assessment's result whole, and the results of a cycle beside one another.

The room's rule: figures come from the stored scorecard; nothing is scored again to be listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band, Questionnaire
from vfm.roles import Actor
from vfm.scoring.challenge import agreed_answers
from vfm.scoring.change import Change, change
from vfm.scoring.climbing import Climb, Missing, climb, missing
from vfm.scoring.explanation import Lift, lifts
from vfm.scoring.results import OverallScore, Scorecard, SectionScore
from vfm.scoring.rounding import COMPARED_PLACES
from vfm.scoring.scorecard import score
from vfm.scoring.service_results import ServiceResult, Wanted, chosen
from vfm.scoring.targets import Towards, towards
from vfm.scoring.working import Working, workings
from vfm.store import baselines, cohorts, content, meanings, reach, targets
from vfm.store.queries import evidence
from vfm.store.queries import results as queries
from vfm.store.queries.evidence import Piece
from vfm.store.queries.results import AnyRow

KINDS = ("agreed", "self")
"""Kinds of result, the one that counts first."""


# --- one assessment -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Head:
    """Whose result it is, of which round, and how far it is."""

    assessment_id: int
    status: str
    service_id: int
    service_key: str
    service: str
    division: str
    directorate: str
    cycle_id: int
    cycle: str
    kind: str
    template: str
    version: int
    submitted_at: datetime | None
    signed_off_at: datetime | None
    signed_off_by: str | None
    agreed_at: datetime | None
    agreed_by: str | None


@dataclass(frozen=True, slots=True)
class Trail:
    """What was said of one score: the challenge, the service's response, what was agreed."""

    challenged: Answer
    reason: str
    by: str
    at: datetime
    response: str
    response_by: str | None
    response_at: datetime | None
    agreed: Answer | None
    agreed_reason: str
    agreed_by: str | None
    agreed_at: datetime | None


@dataclass(frozen=True)
class Start:
    """The baseline a result is measured against.

    Attributes:
        agreed_on, card: as frozen; None where the baseline is refused.
        is_this: True when this very result is the baseline.
        content_hash: guards what was kept.
        refusal: why the baseline cannot be used, one sentence; empty where it can.
    """

    baseline_id: int
    assessment_id: int
    cycle: str
    agreed_on: date | None
    card: Scorecard | None
    content_hash: str
    is_this: bool
    refusal: str = ""


@dataclass(frozen=True)
class Before:
    """The service's agreed result of the rollout before this one, where that is not the baseline."""

    cycle: str
    card: Scorecard


@dataclass(frozen=True)
class WhatIf:
    """What follows from scoring again: empty where that gives other figures than the ones kept.

    Attributes:
        lifts: what one level more on each question would add, the largest first.
        climb: the way to the next band; missing: what to answer before there is an overall.
        workings: how each figure comes about.
    """

    lifts: tuple[Lift, ...] = ()
    climb: Climb | None = None
    missing: tuple[Missing, ...] = ()
    workings: tuple[Working, ...] = ()


@dataclass(frozen=True)
class Result:
    """One result, whole.

    Attributes:
        kind: agreed or self: the one shown.
        card: the result shown; None while the assessment is open.
        self_card: what the service said of itself; agreed_card: None until the challenge is closed.
        answers: as scored in `card`; self_answers: as the service gave them.
        what_if: what would raise it, and the working behind it.
        trails: question key -> challenge.
        change: since the baseline; None without one, or where this is the baseline or came before it.
        before: what is marked beside it where the last rollout is not the baseline; None without one.
        may_read_answers: whether this person may see who wrote what, and the evidence.
        targets: those that stand, and how far the service has come by `change`.
        pieces: question key -> the evidence that supports its answer, for those who may see it.
    """

    head: Head
    questionnaire: Questionnaire
    kind: str = "self"
    card: Scorecard | None = None
    self_card: Scorecard | None = None
    agreed_card: Scorecard | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    self_answers: Mapping[str, Answer] = field(default_factory=dict)
    what_if: WhatIf = WhatIf()
    trails: Mapping[str, Trail] = field(default_factory=dict)
    start: Start | None = None
    change: Change | None = None
    before: Before | None = None
    may_read_answers: bool = False
    targets: tuple[Towards, ...] = ()
    pieces: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)


def show(
    session: Session, assessment_id: int, *, by: Actor, kind: str = "", today: date | None = None
) -> Result:
    """One assessment's result with all that explains it: agreed where there is one, else (or if asked) self.

    Args:
        session: to read from.
        assessment_id: whose result.
        by: who reads.
        kind: the one asked for; empty for the one that counts.
        today: the day on which its evidence is looked at; None to leave the evidence out.

    Raises:
        NotFound: there is no such assessment, or its service is not this person's business.
    """
    row = queries.assessment(session, assessment_id)
    if row is None or not by.sees(row.service_id):
        raise NotFound
    questionnaire = content.questionnaire(session, row.version_id, row.content_hash)
    head = _head(row)
    kept = {} if row.status == "open" else _scorecards(session, assessment_id)
    if not kept:
        return Result(head, questionnaire)
    shown = kind if kind in kept else next(kind for kind in KINDS if kind in kept)
    given = content.answers(
        questionnaire,
        ((found.question_key, found.content) for found in queries.answers(session, [assessment_id])),
    )
    trails = _trails(session, questionnaire, assessment_id)
    settled = {key: trail.agreed for key, trail in trails.items() if trail.agreed is not None}
    answers = agreed_answers(given, settled) if shown == "agreed" else given
    start, since = _since_start(session, row, questionnaire, answers)
    return Result(
        head,
        questionnaire,
        kind=shown,
        card=kept[shown],
        self_card=kept.get("self"),
        agreed_card=kept.get("agreed"),
        answers=answers,
        self_answers=given,
        what_if=_what_if(questionnaire, answers, kept[shown]),
        trails=trails,
        start=start,
        change=since,
        before=_before(session, row, start),
        may_read_answers=reach.sees_whole(by, row.service_id),
        targets=_targets(session, row, start, since),
        pieces=_pieces(session, row, by, today) if today else {},
    )


def _what_if(questionnaire: Questionnaire, answers: Mapping[str, Answer], card: Scorecard) -> WhatIf:
    if not _is_same(score(questionnaire, answers), card):
        return WhatIf()
    return WhatIf(
        lifts(questionnaire, answers, card, count=None),
        climb(questionnaire, answers, card),
        missing(questionnaire, answers, card),
        workings(questionnaire, answers),
    )


def _is_same(again: Scorecard, kept: Scorecard) -> bool:
    """True when both come to the same, to the places that figures are compared at; engines may differ."""

    def figures(card: Scorecard) -> list[float | None]:
        parts: list[OverallScore | SectionScore] = [card.overall, *card.sections]
        found = [end for one in parts for end in (one.mean, one.low, one.high, one.completeness)]
        return [round(one, COMPARED_PLACES) if isinstance(one, float) else None for one in found]

    return figures(again) == figures(kept)


def _before(session: Session, row: AnyRow, start: Start | None) -> Before | None:
    """The last rollout's agreed result; a baseline that is the last rollout has its own mark."""
    if row.submitted_at is None:
        return None
    kept = queries.agreed_before(session, row.service_id, row.template_id, row.submitted_at, [row.id])
    if kept is None or (start is not None and not start.is_this and start.cycle == kept.cycle):
        return None
    return Before(kept.cycle, Scorecard.from_json(kept.content))


def _pieces(session: Session, row: AnyRow, by: Actor, today: date) -> dict[str, tuple[Piece, ...]]:
    """The evidence of every answer; none for those who read results alone."""
    if not reach.sees_whole(by, row.service_id):
        return {}
    found = evidence.supporting_all(session, row.id)
    return {key: tuple(evidence.piece(one, today) for one in rows) for key, rows in found.items()}


def card(session: Session, assessment_id: int, *, by: Actor, kind: str = "") -> tuple[Head, Scorecard]:
    """The stored scorecard alone, to be handed on as it is.

    Raises:
        NotFound: there is no such assessment or no result of it yet, or it is not this person's business.
    """
    row = queries.assessment(session, assessment_id)
    if row is None or not by.sees(row.service_id) or row.status == "open":
        raise NotFound
    kept = _scorecards(session, assessment_id)
    wanted = (kind,) if kind else KINDS
    for found in wanted:
        if found in kept:
            return _head(row), kept[found]
    raise NotFound


def _head(row: AnyRow) -> Head:
    return Head(
        row.id,
        row.status,
        row.service_id,
        row.service_key,
        row.service,
        row.division,
        row.directorate,
        row.cycle_id,
        row.cycle,
        row.kind,
        row.template,
        row.version,
        row.submitted_at,
        row.signed_off_at,
        row.signed_off_by,
        row.agreed_at,
        row.agreed_by,
    )


def _scorecards(session: Session, assessment_id: int) -> dict[str, Scorecard]:
    """Kind -> the newest result of that kind."""
    rows = queries.scorecards(session, [assessment_id])
    newest = {row.kind: row.content for row in rows if row.kind in KINDS}
    return {kind: Scorecard.from_json(kept) for kind, kept in newest.items()}


def _trails(session: Session, questionnaire: Questionnaire, assessment_id: int) -> dict[str, Trail]:
    rows = queries.challenges(session, [assessment_id])
    challenged = content.answers(questionnaire, ((row.question_key, row.challenged) for row in rows))
    agreed = content.answers(questionnaire, ((row.question_key, row.agreed) for row in rows if row.agreed))
    return {
        row.question_key: Trail(
            challenged[row.question_key],
            row.reason,
            row.by,
            row.at,
            row.response,
            row.response_by,
            row.response_at,
            agreed.get(row.question_key),
            row.agreed_reason,
            row.agreed_by,
            row.agreed_at,
        )
        for row in rows
        if row.question_key in challenged
    }


def _targets(session: Session, row: AnyRow, start: Start | None, since: Change | None) -> tuple[Towards, ...]:
    """Every target that stands, and how far the service has come."""
    if start is None or start.card is None or since is None:
        return ()
    standing = targets.standing(targets.of_service(session, row.service_id, row.template_id))
    return towards(start.card, since, standing.values())


def _since_start(
    session: Session, row: AnyRow, questionnaire: Questionnaire, answers: Mapping[str, Answer]
) -> tuple[Start | None, Change | None]:
    """The baseline of this service and template, and the change since it."""
    kept = baselines.of_service(session, row.service_id, row.template_id)
    if kept is None:
        return None, None
    is_this = kept.assessment_id == row.id
    is_later = row.kind == "rollout" or (row.submitted_at is not None and row.submitted_at > kept.frozen_at)
    if not is_this and not is_later:
        return None, None
    found = kept.found
    start = Start(
        kept.id,
        kept.assessment_id,
        kept.cycle,
        found.agreed_on if found else None,
        found.scorecard if found else None,
        kept.content_hash,
        is_this,
        kept.refusal,
    )
    if found is None or is_this:
        return start, None
    same = meanings.same_meaning(session, row.template_id, found.questionnaire.version, questionnaire.version)
    return start, change(found.questionnaire, found.answers, questionnaire, answers, same)


# --- a cycle ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CycleResults:
    """The results of one cycle.

    Attributes:
        rows: as asked for; total: how many there are without the filter.
        sections: (key, title) of every top section that some service has a figure for, in reading order.
        cycles: (id, name) of every cycle, newest first.
        counts: band name -> services, over what is shown, in the order of the bands.
    """

    cycle_id: int
    cycle: str
    kind: str
    template: str
    version: int
    bands: tuple[Band, ...]
    sections: tuple[tuple[str, str], ...]
    directorates: tuple[str, ...]
    families: tuple[str, ...]
    cycles: tuple[tuple[int, str], ...]
    rows: tuple[ServiceResult, ...]
    total: int
    scored: int
    agreed: int
    counts: tuple[tuple[Band, int], ...]


def newest(session: Session, *, by: Actor) -> int | None:
    """The cycle whose results are asked for most likely: the newest that has any; None without a cycle."""
    return queries.newest_scored_cycle(session, cohorts.own_services(by))


def index(session: Session, cycle_id: int, wanted: Wanted, *, by: Actor) -> CycleResults:
    """Every service's result in a cycle, as far as this person may see it.

    Raises:
        NotFound: there is no such cycle, or nothing of it is this person's business.
    """
    cohort = cohorts.of_cycle(session, cycle_id, by=by)
    shown = chosen(cohort.rows, wanted)
    return CycleResults(
        cycle_id=cycle_id,
        cycle=cohort.cycle,
        kind=cohort.kind,
        template=cohort.template,
        version=cohort.version,
        bands=cohort.bands,
        sections=cohort.sections,
        directorates=cohort.directorates,
        families=cohort.families,
        cycles=cohort.cycles,
        rows=tuple(shown),
        total=len(cohort.rows),
        scored=sum(bool(row.kind) for row in shown),
        agreed=sum(row.kind == "agreed" for row in shown),
        counts=tuple((band, sum(row.band is band for row in shown)) for band in cohort.bands),
    )
