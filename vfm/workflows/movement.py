"""How scores moved in the challenge: a cycle's services and sections, agreement, and who always goes one way.

The room's rule: figures come from stored results; only a result as challenged that is not kept yet, since its
challenge is open, is scored by the engine.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.questionnaires.schema import Kind, Questionnaire, Section
from vfm.scoring.challenge import agreed_answers
from vfm.scoring.double_scores import DoubleScores, Levels, double_scores
from vfm.scoring.movement import Direction, Means, Tally, Three, direction, means, tally
from vfm.scoring.scorecard import score
from vfm.scoring.structure import structure_of
from vfm.store import content
from vfm.store.queries import challenge as cases
from vfm.store.queries import movement as queries
from vfm.store.queries import results as kept
from vfm.store.queries.results import AnyRow


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader asked for; blank is everything.

    Attributes:
        moved: up, down, kept or unknown.
        sort: one of `SORTS`; turned round with a minus before it.
    """

    search: str = ""
    directorate: str = ""
    moved: str = ""
    sort: str = "movement"

    def fits(self, row: "ServiceMoved") -> bool:
        """True for a service that was asked for."""
        return (
            self.directorate in ("", row.directorate)
            and self.moved in ("", row.overall.direction)
            and all(word in row.service.casefold() for word in self.search.casefold().split())
        )


@dataclass(frozen=True, slots=True)
class ServiceMoved:
    """One service's overall three times.

    Attributes:
        overall: agreed is None until its challenge is closed.
        challenges: how many were raised; ups, downs: of those settled.
    """

    assessment_id: int
    service: str
    directorate: str
    status: str
    overall: Three
    challenges: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class SectionMoved:
    """One top section over all agreed results: its means, and where its settled challenges went."""

    key: str
    title: str
    means: Means
    challenges: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Movement:
    """How the scores of a cycle moved.

    Attributes:
        rows: as asked for; total: services with a result; means: over all agreed ones, whatever is asked for.
        challenges: how many were raised; tally: of those settled.
    """

    cycle_id: int
    cycle: str
    rows: tuple[ServiceMoved, ...]
    total: int
    means: Means
    challenges: int
    tally: Tally
    sections: tuple[SectionMoved, ...]
    directorates: tuple[str, ...]
    cycles: tuple[tuple[int, str], ...]


def newest(session: Session) -> int | None:
    """The cycle whose movement is asked for most likely; None without a cycle."""
    return cases.newest_challenged_cycle(session)


def show(session: Session, cycle_id: int, wanted: Wanted) -> Movement:
    """How the scores of a cycle moved from self over challenged to agreed.

    Raises:
        NotFound: there is no such cycle.
    """
    cycle, questionnaire = _cycle(session, cycle_id)
    raised = queries.raised(session, cycle_id)
    held = _held(session, questionnaire, cycle_id, raised)
    moves: dict[int, list[Direction]] = defaultdict(list)
    for row in raised:
        if row.agreed is not None:
            moves[row.assessment_id].append(_direction(questionnaire, row))
    counts: dict[int, int] = defaultdict(int)
    for row in raised:
        counts[row.assessment_id] += 1
    rows = [
        ServiceMoved(
            one.id,
            one.service,
            one.directorate,
            one.status,
            one.overall,
            counts[one.id],
            tally(moves[one.id]),
        )
        for one in held
    ]
    shown = sorted(filter(wanted.fits, rows), key=lambda row: row.service.casefold())
    key = SORTS.get(wanted.sort.removeprefix("-"), SORTS["movement"])
    shown.sort(key=key, reverse=wanted.sort.startswith("-"))
    return Movement(
        cycle_id=cycle_id,
        cycle=cycle.name,
        rows=tuple(shown),
        total=len(rows),
        means=means([one.overall for one in held]),
        challenges=len(raised),
        tally=tally(way for ways in moves.values() for way in ways),
        sections=_sections(questionnaire, held, raised),
        directorates=tuple(sorted({row.directorate for row in rows})),
        cycles=tuple((row.id, row.name) for row in kept.cycles(session)),
    )


def _size(row: ServiceMoved) -> tuple[bool, float]:
    moved = row.overall.movement
    return moved is None, -abs(round(moved or 0.0, 9))


def _last(figure: float | None) -> tuple[bool, float]:
    """A figure to sort by; what has none comes last."""
    return figure is None, figure or 0.0


SORTS: Mapping[str, Callable[[ServiceMoved], Any]] = {
    "movement": _size,
    "service": lambda row: row.service.casefold(),
    "directorate": lambda row: row.directorate.casefold(),
    "own": lambda row: _last(row.overall.own),
    "challenged": lambda row: _last(row.overall.challenged),
    "agreed": lambda row: _last(row.overall.agreed),
    "challenges": lambda row: -row.challenges,
}


# --- what is held of each service ---------------------------------------------------------------------------

Scores = Mapping[str, float | None]
"""Section key -> score."""


@dataclass(frozen=True, slots=True)
class _Held:
    """One assessment with its scores three times, overall and by section."""

    id: int
    service: str
    directorate: str
    status: str
    overall: Three
    own: Scores
    challenged: Scores
    agreed: Scores | None


def _held(
    session: Session, questionnaire: Questionnaire, cycle_id: int, raised: Sequence[AnyRow]
) -> list[_Held]:
    found: dict[int, dict[str, AnyRow]] = defaultdict(dict)
    for row in queries.results(session, cycle_id):
        found[row.id][row.kind] = row  # the newest of a kind comes last
    open_ones = {row.assessment_id for row in raised if "challenged" not in found[row.assessment_id]}
    live = _as_challenged(session, questionnaire, open_ones, raised)
    return [
        _one(kinds["self"], kinds, live.get(assessment_id))
        for assessment_id, kinds in found.items()
        if "self" in kinds
    ]


def _one(row: AnyRow, kinds: Mapping[str, AnyRow], live: tuple[float | None, Scores] | None) -> _Held:
    own, by_section = row.outline["overall"]["score"], _by_section(row.outline)
    if live is not None:
        challenged, raised_sections = live
    else:
        other = kinds.get("challenged", row)
        challenged, raised_sections = other.outline["overall"]["score"], _by_section(other.outline)
    final = kinds.get("agreed") if row.status == "agreed" else None
    agreed = None if final is None else final.outline["overall"]["score"]
    return _Held(
        row.id,
        row.service,
        row.directorate,
        row.status,
        Three(own, challenged, agreed),
        by_section,
        raised_sections,
        None if final is None else _by_section(final.outline),
    )


def _by_section(outline: Mapping[str, Any]) -> Scores:
    return {section["key"]: section["score"] for section in outline["sections"]}


def _as_challenged(
    session: Session, questionnaire: Questionnaire, assessment_ids: set[int], raised: Iterable[AnyRow]
) -> dict[int, tuple[float | None, Scores]]:
    """What is not kept yet: the overall and the sections with every challenge as raised."""
    if not assessment_ids:
        return {}
    own: dict[int, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for row in queries.answers(session, assessment_ids):
        own[row.assessment_id].append((row.question_key, row.content))
    views: dict[int, list[tuple[str, Mapping[str, Any]]]] = defaultdict(list)
    for row in raised:
        if row.assessment_id in assessment_ids:
            views[row.assessment_id].append((row.question_key, row.challenged))
    found: dict[int, tuple[float | None, Scores]] = {}
    for assessment_id in assessment_ids:
        given = content.answers(questionnaire, own[assessment_id])
        card = score(
            questionnaire, agreed_answers(given, content.answers(questionnaire, views[assessment_id]))
        )
        tops = {one.key: one.score for one in card.sections if not one.parent}
        found[assessment_id] = (card.overall.score, tops)
    return found


def _sections(
    questionnaire: Questionnaire, held: Sequence[_Held], raised: Sequence[AnyRow]
) -> tuple[SectionMoved, ...]:
    """Every top section that is scored somewhere, in reading order."""
    moves: dict[str, list[Direction]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    tops = _tops(questionnaire)
    for row in raised:
        top = tops.get(row.question_key, "")
        counts[top] += 1
        if row.agreed is not None:
            moves[top].append(_direction(questionnaire, row))
    agreed = [one for one in held if one.agreed is not None]
    found = []
    for section in questionnaire.sections:
        threes = [
            Three(
                one.own.get(section.key), one.challenged.get(section.key), (one.agreed or {}).get(section.key)
            )
            for one in agreed
        ]
        made = means(threes)
        if made.count or counts[section.key]:
            found.append(
                SectionMoved(section.key, section.title, made, counts[section.key], tally(moves[section.key]))
            )
    return tuple(found)


def _tops(questionnaire: Questionnaire) -> dict[str, str]:
    """Question key -> key of the top section that holds it, at any depth."""
    return {
        question.key: top.key
        for top in questionnaire.sections
        for part in (top, *_inside(top))
        for question in part.questions
    }


def _inside(section: Section) -> Iterator[Section]:
    for child in section.sections:
        yield child
        yield from _inside(child)


def _direction(questionnaire: Questionnaire, row: AnyRow) -> Direction:
    """Where a settled challenge went: the points of the self answer against those of the agreed one."""
    found = structure_of(questionnaire).items.get(row.question_key)
    if found is None:
        return Direction.UNKNOWN
    return direction(*(found.points.get(_value(stored)) for stored in (row.own, row.agreed)))


def _value(stored: Mapping[str, Any] | None) -> int | str:
    """A stored answer as a table of points has it; a word that no table has for any other."""
    value = None if stored is None else stored.get("value")
    return value if isinstance(value, int | str) and not isinstance(value, bool) else ""


# --- agreement ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgreementView:
    """How far self, challenged and agreed levels of a cycle's challenged answers agree.

    Attributes:
        found: None where no challenged answer is on a scale.
        titles: section -> title; texts: question -> text.
    """

    cycle_id: int
    cycle: str
    challenges: int
    found: DoubleScores | None
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    cycles: tuple[tuple[int, str], ...]


def agreement(session: Session, cycle_id: int) -> AgreementView:
    """How far the three scores of a cycle's challenged answers agree.

    Raises:
        NotFound: there is no such cycle.
    """
    cycle, questionnaire = _cycle(session, cycle_id)
    raised = queries.raised(session, cycle_id)
    tops = _tops(questionnaire)
    order = {key: place for place, key in enumerate(questionnaire.questions)}
    raised.sort(key=lambda row: order.get(row.question_key, len(order)))
    return AgreementView(
        cycle_id=cycle_id,
        cycle=cycle.name,
        challenges=len(raised),
        found=double_scores([_levels(questionnaire, tops, row) for row in raised]),
        titles={section.key: section.title for section in questionnaire.sections},
        texts={key: asked.text for key, asked in questionnaire.questions.items()},
        cycles=tuple((row.id, row.name) for row in kept.cycles(session)),
    )


def _levels(questionnaire: Questionnaire, tops: Mapping[str, str], row: AnyRow) -> Levels:
    asked = questionnaire.questions.get(row.question_key)
    is_scale = asked is not None and asked.kind is Kind.SCALE
    scale = tuple(questionnaire.level_words(asked)) if asked is not None and is_scale else ()
    own, challenged, agreed = (_level(stored, scale) for stored in (row.own, row.challenged, row.agreed))
    return Levels(row.question_key, tops.get(row.question_key, ""), scale, own, challenged, agreed)


def _level(stored: Mapping[str, Any] | None, scale: tuple[int, ...]) -> int | None:
    value = _value(stored)
    return value if isinstance(value, int) and value in scale else None


def _cycle(session: Session, cycle_id: int) -> tuple[AnyRow, Questionnaire]:
    cycle = kept.cycle(session, cycle_id)
    if cycle is None:
        raise NotFound
    return cycle, content.questionnaire(session, cycle.version_id, cycle.content_hash)


# --- always one way -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Going:
    """Where the settled challenges of one service, challenger or directorate went, over all cycles."""

    name: str
    tally: Tally
    cycles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneWay:
    """Who went which way, those least likely by chance first.

    Attributes:
        tally: of every settled challenge there is.
    """

    tally: Tally
    services: tuple[Going, ...]
    challengers: tuple[Going, ...]
    directorates: tuple[Going, ...]


def one_way(session: Session) -> OneWay:
    """Where every settled challenge of every cycle went, by service, challenger and directorate."""
    rows = [
        (row, _direction(content.questionnaire(session, row.version_id, row.content_hash), row))
        for row in queries.settled(session)
    ]
    return OneWay(
        tally(way for _, way in rows),
        _going(rows, lambda row: str(row.service)),
        _going(rows, lambda row: str(row.challenger)),
        _going(rows, lambda row: str(row.directorate)),
    )


def _going(rows: Sequence[tuple[AnyRow, Direction]], of: Callable[[AnyRow], str]) -> tuple[Going, ...]:
    ways: dict[str, list[Direction]] = defaultdict(list)
    cycles: dict[str, dict[str, None]] = defaultdict(dict)
    for row, way in rows:
        ways[of(row)].append(way)
        cycles[of(row)][row.cycle] = None
    found = [Going(name, tally(held), tuple(cycles[name])) for name, held in ways.items()]
    return tuple(sorted(found, key=_unlikely_first))


def _unlikely_first(one: Going) -> tuple[bool, float, int, str]:
    chance = one.tally.probability
    return not one.tally.is_one_way, 1.0 if chance is None else chance, -one.tally.count, one.name.casefold()
