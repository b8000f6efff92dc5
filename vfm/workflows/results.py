"""Results: one assessment's result whole, and the results of a cycle beside one another.

The room's rule: figures come from the stored scorecard; nothing is scored again to be listed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band, Questionnaire
from vfm.roles import Actor
from vfm.scoring.baseline import read_baseline
from vfm.scoring.challenge import agreed_answers
from vfm.scoring.change import Change, change
from vfm.scoring.explanation import Lift, lifts
from vfm.scoring.results import Scorecard, SectionStatus
from vfm.scoring.rounding import at_the_ends
from vfm.store import content, meanings, reach
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
        is_this: True when this very result is the baseline.
        content_hash: guards what was kept.
    """

    cycle: str
    agreed_on: date
    card: Scorecard
    content_hash: str
    is_this: bool


@dataclass(frozen=True)
class Result:
    """One result, whole.

    Attributes:
        kind: agreed or self: the one shown.
        card: the result shown; None while the assessment is open.
        self_card: what the service said of itself; agreed_card: None until the challenge is closed.
        answers: as scored in `card`; self_answers: as the service gave them.
        lifts: the questions that would raise the overall most, one level up.
        trails: question key -> challenge.
        change: since the baseline; None without one, or where this is the baseline or came before it.
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
    lifts: tuple[Lift, ...] = ()
    trails: Mapping[str, Trail] = field(default_factory=dict)
    start: Start | None = None
    change: Change | None = None
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
        Invalid: the baseline it is measured against was changed after it was frozen.
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
        lifts=lifts(questionnaire, answers, kept[shown]),
        trails=trails,
        start=start,
        change=since,
        pieces=_pieces(session, row, by, today) if today else {},
    )


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
    newest = {row.kind: row.content for row in queries.scorecards(session, [assessment_id])}
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


def _since_start(
    session: Session, row: AnyRow, questionnaire: Questionnaire, answers: Mapping[str, Answer]
) -> tuple[Start | None, Change | None]:
    """The baseline of this service and template, and the change since it."""
    kept = queries.baseline(session, row.service_id, row.template_id)
    if kept is None:
        return None, None
    found = read_baseline(kept.content, kept.content_hash)
    is_this = kept.assessment_id == row.id
    start = Start(kept.cycle, found.agreed_on, found.scorecard, kept.content_hash, is_this)
    is_later = row.kind == "rollout" or (row.submitted_at is not None and row.submitted_at > kept.frozen_at)
    if is_this or not is_later:
        return (start if is_this else None), None
    same = meanings.same_meaning(session, row.template_id, found.questionnaire.version, questionnaire.version)
    return start, change(found.questionnaire, found.answers, questionnaire, answers, same)


# --- a cycle ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the list asked for; blank is everything.

    Attributes:
        sort: name of a column, a minus before it for largest first.
        band: name of a rating band; status: of an assessment.
    """

    search: str = ""
    directorate: str = ""
    band: str = ""
    status: str = ""
    sort: str = "service"


@dataclass(frozen=True, slots=True)
class ServiceResult:
    """One service's line in the list of a cycle.

    Attributes:
        kind: agreed, self, or "" where there is no result yet.
        overall: as `Scorecard.as_record` gives it, None without a result.
        sections: section key -> what is kept of it in the outline.
        band: the overall's; None where there is none.
        lowest: keys of the top sections whose score prints as the lowest.
        change: since the baseline, as `Change.as_json` gives it without sections; None without one.
    """

    assessment_id: int
    service_id: int
    service_key: str
    service: str
    division: str
    directorate: str
    status: str
    kind: str
    overall: Mapping[str, Any] | None
    sections: Mapping[str, Mapping[str, Any]]
    band: Band | None
    lowest: tuple[str, ...]
    change: Mapping[str, Any] | None

    @property
    def like_for_like(self) -> float | None:
        """The change in the service since its baseline, in points."""
        return None if self.change is None else self.change["like_for_like"]


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
    cycles: tuple[tuple[int, str], ...]
    rows: tuple[ServiceResult, ...]
    total: int
    scored: int
    agreed: int
    counts: tuple[tuple[Band, int], ...]


def newest(session: Session, *, by: Actor) -> int | None:
    """The cycle whose results are asked for most likely: the newest that has any; None without a cycle."""
    return queries.newest_scored_cycle(session, _own(by))


def index(session: Session, cycle_id: int, wanted: Wanted, *, by: Actor) -> CycleResults:
    """Every service's result in a cycle, as far as this person may see it.

    Raises:
        NotFound: there is no such cycle, or nothing of it is this person's business.
    """
    cycle = queries.cycle(session, cycle_id)
    own = _own(by)
    found = queries.outlines(session, cycle_id, own) if cycle is not None else []
    if cycle is None or (own is not None and not found):
        raise NotFound
    questionnaire = content.questionnaire(session, cycle.version_id, cycle.content_hash)
    bands = {band.name: band for band in questionnaire.bands}
    rows = _service_results(found, bands)
    shown = _ordered([row for row in rows if _is_wanted(row, wanted)], wanted.sort)
    listed = {
        key
        for row in rows
        for key, section in row.sections.items()
        if section["status"] != SectionStatus.UNSCORED
    }
    return CycleResults(
        cycle_id=cycle_id,
        cycle=cycle.name,
        kind=cycle.kind,
        template=cycle.template,
        version=cycle.version,
        bands=questionnaire.bands,
        sections=tuple((top.key, top.title) for top in questionnaire.sections if top.key in listed),
        directorates=tuple(sorted({row.directorate for row in rows})),
        cycles=tuple((row.id, row.name) for row in queries.cycles(session)),
        rows=tuple(shown),
        total=len(rows),
        scored=sum(bool(row.kind) for row in shown),
        agreed=sum(row.kind == "agreed" for row in shown),
        counts=tuple((band, sum(row.band is band for row in shown)) for band in questionnaire.bands),
    )


def _own(by: Actor) -> frozenset[int] | None:
    """The services whose results this person may read; None means all."""
    return None if by.sees_all_services else by.answers_for


def _service_results(found: Sequence[AnyRow], bands: Mapping[str, Band]) -> list[ServiceResult]:
    """One line an assessment; of several rows of one the newest, which comes last."""
    newest = {row.id: row for row in found}
    return [_service_result(row, bands) for row in newest.values()]


def _service_result(row: AnyRow, bands: Mapping[str, Band]) -> ServiceResult:
    has_result = row.kind is not None and row.status != "open"
    outline = row.outline if has_result else None
    sections = {section["key"]: section for section in outline["sections"]} if outline else {}
    scored = {key: section["score"] for key, section in sections.items() if section["score"] is not None}
    return ServiceResult(
        row.id,
        row.service_id,
        row.service_key,
        row.service,
        row.division,
        row.directorate,
        row.status,
        row.kind if has_result else "",
        outline["overall"] if outline else None,
        sections,
        bands.get(outline["overall"]["band"]) if outline else None,
        at_the_ends(scored)[1],
        row.change if has_result else None,
    )


def _is_wanted(row: ServiceResult, wanted: Wanted) -> bool:
    words = wanted.search.casefold().split()
    text = f"{row.service} {row.service_key} {row.division} {row.directorate}".casefold()
    return (
        all(word in text for word in words)
        and wanted.directorate in ("", row.directorate)
        and wanted.band in ("", row.band.name if row.band else None)
        and wanted.status in ("", row.status)
    )


def _score(row: ServiceResult) -> float | None:
    return row.overall["score"] if row.overall else None


def _completeness(row: ServiceResult) -> float | None:
    return row.overall["completeness"] if row.overall else None


def _section_score(key: str) -> Any:
    def of(row: ServiceResult) -> float | None:
        section = row.sections.get(key)
        return section["score"] if section else None

    return of


SORTS: Mapping[str, Any] = {
    "service": lambda row: row.service.casefold(),
    "directorate": lambda row: (row.directorate.casefold(), row.service.casefold()),
    "score": _score,
    "completeness": _completeness,
    "change": lambda row: row.like_for_like,
    "lowest": lambda row: row.lowest or None,
    "status": lambda row: row.status,
}
"""Column -> what it is sorted by; None always comes last."""


def _ordered(rows: Sequence[ServiceResult], sort: str) -> list[ServiceResult]:
    """By the column asked for, services without a figure last, ties by name."""
    name = sort.removeprefix("-")
    of = SORTS.get(name) or _section_score(name)
    have = [row for row in rows if of(row) is not None]
    ordered = sorted(have, key=of, reverse=sort.startswith("-"))
    return ordered + [row for row in rows if of(row) is None]
