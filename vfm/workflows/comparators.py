"""Measures beside services: a council's own figure, those of its comparators, and the score it belongs to.

Which measures stand beside a service, what each is divided by and with whom it is usually compared, the core
team says. Every figure keeps its source; a figure that is missing is named, never filled.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.questionnaires.schema import Questionnaire
from vfm.roles import Actor
from vfm.scoring.comparison import Beside
from vfm.store import comparing, content, events
from vfm.store.comparing import Councils, Figure, Figures, Group
from vfm.store.queries import comparators as queries
from vfm.store.queries.results import AnyRow
from vfm.store.tables import ServiceMeasure

MOST_CHOICES = 300


@dataclass(frozen=True, slots=True)
class Score:
    """The score that a measure stands beside.

    Attributes:
        section: its title; empty for the overall.
        self_points, agreed_points: of 100; None where there is none.
    """

    assessment_id: int
    cycle: str
    template: str
    section: str
    self_points: float | None
    agreed_points: float | None


@dataclass(frozen=True, slots=True)
class Line:
    """One measure beside one service.

    Attributes:
        id: of the link between the two.
        title, unit: of what is compared: the measure, or one divided by the other.
        is_total: an amount of money that grows with a council's size.
        group, group_id, group_name: with whom it is compared; None and empty where there is no group.
        beside: None where the council has no figure, or nothing to divide it by.
        why_not: then in words.
        own: the council's figure with its source.
        under_year: the year of what it is divided by, where that is called otherwise.
        years: (year, own figure, the group's median) over time.
    """

    id: int
    service_id: int
    service_key: str
    service: str
    directorate: str
    key: str
    title: str
    unit: str
    polarity: str
    definition: str
    is_unit_cost: bool
    is_total: bool
    group_id: int | None
    group_name: str
    beside: Beside | None
    why_not: str
    own: Figure | None
    under_year: str
    years: tuple[tuple[str, Decimal | None, Decimal | None], ...]
    score: Score | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """All measures beside one service.

    Attributes:
        own: (name, kind) of the council in published figures; None while it has not said its code.
        names: area -> its name.
        groups: that can be chosen; chosen: the one that was, None for each measure's usual one.
        years: that can be chosen; year: the one that was, empty for each measure's latest.
    """

    service: AnyRow
    own: tuple[str, str] | None
    names: Mapping[int, str]
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    chosen: Group | None
    years: tuple[str, ...]
    year: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of the council's list are shown, and in which order."""

    search: str = ""
    directorate: str = ""
    only: str = ""
    sort: str = "service"


@dataclass(frozen=True, slots=True)
class Listing:
    """Every measure beside every service that this person may see; `total` before it was searched."""

    own: tuple[str, str] | None
    lines: tuple[Line, ...]
    total: int
    directorates: tuple[str, ...]
    names: Mapping[int, str]


# --- comparing -------------------------------------------------------------------------------------------


def service(
    session: Session, service_id: int, *, group_id: int | None = None, year: str = "", by: Actor
) -> Comparison:
    """Every measure beside a service.

    Args:
        session: of a reading transaction.
        service_id: whose.
        group_id: compare all with this group; None for the usual one of each measure.
        year: compare in this year; empty for the latest in which the council has a figure.
        by: who reads.

    Raises:
        NotFound: there is no such service, or it is not this person's business; or no such group.
    """
    row = queries.service(session, service_id)
    if row is None or not by.sees(service_id):
        raise NotFound
    links = queries.service_measures(session, [service_id])
    councils = Councils(session)
    if group_id is not None and group_id not in councils.groups:
        raise NotFound
    figures = Figures(session, queries.figures(session, comparing.measure_ids(links)))
    scores = _Scores(session, [service_id])
    lines = tuple(_line(one, councils, figures, scores, group_id, year) for one in links)
    years = {name for line in lines for name, own, _ in line.years if own is not None}
    return Comparison(
        row,
        councils.own,
        councils.names,
        lines,
        tuple(councils.groups.values()),
        councils.groups.get(group_id or 0),
        tuple(sorted(years, reverse=True)),
        year,
    )


def index(session: Session, wanted: Wanted, *, by: Actor) -> Listing:
    """Every measure beside every service this person may see, in its latest year with its usual group."""
    links = [one for one in queries.service_measures(session, None) if by.sees(one.service_id)]
    councils = Councils(session)
    figures = Figures(session, comparing.latest(session, links, councils))
    scores = _Scores(session, None)
    lines = [_line(one, councils, figures, scores, None, "") for one in links]
    shown = [line for line in lines if _is_wanted(line, wanted)]
    return Listing(
        councils.own,
        tuple(_sorted(shown, wanted.sort)),
        len(lines),
        tuple(sorted({line.directorate for line in lines})),
        councils.names,
    )


class _Scores:
    """The newest result of each service, self and agreed."""

    def __init__(self, session: Session, service_ids: Collection[int] | None) -> None:
        self._session = session
        self._found: dict[int, dict[int, dict[str, AnyRow]]] = defaultdict(dict)
        for row in queries.scores(session, service_ids):
            self._found[row.service_id].setdefault(row.id, {}).setdefault(row.kind, row)

    def of(self, service_id: int, section: str) -> Score | None:
        """The score of a section (empty: the overall) in the newest assessment that has it."""
        for kinds in self._found.get(service_id, {}).values():
            row = kinds.get("agreed") or kinds["self"]
            if section and not _points_of(row, section)[0]:
                continue
            return Score(
                row.id,
                row.cycle,
                row.template,
                self._title(row, section),
                _points_of(kinds["self"], section)[1] if "self" in kinds else None,
                _points_of(kinds["agreed"], section)[1] if "agreed" in kinds else None,
            )
        return None

    def _title(self, row: AnyRow, section: str) -> str:
        if not section:
            return ""
        found: Questionnaire = content.questionnaire(self._session, row.version_id, row.content_hash)
        return found.all_sections[section].title


def _points_of(row: AnyRow, section: str) -> tuple[bool, float | None]:
    """Whether a result has a section, and its points of 100; of the overall where no section is named."""
    if not section:
        return True, row.outline["overall"]["score"]
    for one in row.outline["sections"]:
        if one["key"] == section:
            return True, one["score"]
    return False, None


def _line(
    link: AnyRow,
    councils: Councils,
    figures: Figures,
    scores: _Scores,
    group_id: int | None,
    year: str,
) -> Line:
    found = comparing.one(link, councils, figures, group_id, year)
    return Line(
        id=link.id,
        service_id=link.service_id,
        service_key=link.service_key,
        service=link.service,
        directorate=link.directorate,
        key=found.key,
        title=found.title,
        unit=found.unit,
        polarity=link.polarity,
        definition=link.definition,
        is_unit_cost=link.per_id is not None or (found.unit.startswith("GBP per")),
        is_total=found.unit == "GBP",
        group_id=None if found.group is None else found.group.id,
        group_name="" if found.group is None else found.group.name,
        beside=found.beside,
        why_not=found.why_not,
        own=found.own,
        under_year=found.under_year,
        years=tuple(_over_time(found.series, councils, found.group)),
        score=scores.of(link.service_id, link.section),
    )


def _over_time(
    series: Mapping[str, Mapping[int, Decimal]], councils: Councils, group: Group | None
) -> Iterable[tuple[str, Decimal | None, Decimal | None]]:
    for year in sorted(series):
        found = comparing.beside(year, series, councils, group)
        if found.own is not None or found.median is not None:
            yield year, found.own, found.median


def _is_wanted(line: Line, wanted: Wanted) -> bool:
    text = f"{line.service} {line.title} {line.key}".casefold()
    is_kind = {
        "": True,
        "unit_costs": line.is_unit_cost,
        "above": _difference(line) > 0,
        "below": _difference(line) < 0,
        "missing": line.own is None,
    }.get(wanted.only, True)
    is_found = all(word in text for word in wanted.search.casefold().split())
    return is_kind and is_found and wanted.directorate in ("", line.directorate)


def _difference(line: Line) -> Decimal:
    return (line.beside.difference if line.beside else None) or Decimal(0)


def _percentile(line: Line, *, alike: bool = False) -> Decimal:
    """For sorting: those without one come before all others."""
    standing = line.beside and (line.beside.among_alike if alike else line.beside.in_group)
    found = standing.percentile if standing else None
    return Decimal(-1) if found is None else found


SORTS: Mapping[str, Any] = {
    "service": lambda line: (line.service.casefold(), line.id),
    "measure": lambda line: (line.title.casefold(), line.service.casefold()),
    "difference": _difference,
    "percentile": _percentile,
    "alike": lambda line: _percentile(line, alike=True),
    "score": lambda line: _points(line.score),
}
"""Column -> what it is sorted by; a dash before the column turns it round."""


def _points(score: Score | None) -> float:
    if score is None:
        return -1
    points = score.agreed_points if score.agreed_points is not None else score.self_points
    return -1 if points is None else points


def _sorted(lines: list[Line], sort: str) -> list[Line]:
    key = SORTS.get(sort.removeprefix("-"), SORTS["service"])
    return sorted(lines, key=key, reverse=sort.startswith("-"))


# --- which measures stand beside a service ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """What is typed to put a measure beside a service; ids as a form sends them, empty for none."""

    measure: str = ""
    per: str = ""
    group: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class Beneath:
    """The measures beside a service, and what can be chosen for one more.

    Attributes:
        links: as they stand, with the group's and the section's words.
        measures: (id, words) that fit the search; has_more: there are others too.
        sections: (key, title) of the newest version the service was asked.
    """

    service: AnyRow
    links: tuple[tuple[AnyRow, str, str], ...]
    measures: tuple[tuple[int, str], ...]
    has_more: bool
    groups: tuple[Group, ...]
    sections: tuple[tuple[str, str], ...]


def beneath(session: Session, service_id: int, words: str = "") -> Beneath:
    """The measures beside a service.

    Raises:
        NotFound: there is no such service.
    """
    row = _service(session, service_id)
    councils = Councils(session)
    sections = _sections(session, service_id)
    found = queries.choosable(session, words.strip(), MOST_CHOICES + 1)
    links = queries.service_measures(session, [service_id])
    titles = dict(sections)
    return Beneath(
        row,
        tuple(
            (
                one,
                group.name if (group := councils.usual(one.group_id)) else "",
                titles.get(one.section, one.section),
            )
            for one in links
        ),
        tuple((one.id, _choice_words(one)) for one in found[:MOST_CHOICES]),
        len(found) > MOST_CHOICES,
        tuple(councils.groups.values()),
        sections,
    )


def _choice_words(measure: AnyRow) -> str:
    return f"{measure.title} ({measure.unit})" if measure.unit else measure.title


def _service(session: Session, service_id: int) -> AnyRow:
    row = queries.service(session, service_id)
    if row is None:
        raise NotFound
    return row


def _sections(session: Session, service_id: int) -> tuple[tuple[str, str], ...]:
    rows = queries.scores(session, [service_id])
    if not rows:
        return ()
    found = content.questionnaire(session, rows[0].version_id, rows[0].content_hash)
    tops = [one["key"] for one in rows[0].outline["sections"]]
    return tuple((key, found.all_sections[key].title) for key in tops)


def put_beside(session: Session, service_id: int, choice: Choice, *, by: Actor | None, now: datetime) -> int:
    """Put a measure beside a service; the id of the link.

    Raises:
        NotFound: there is no such service.
        Invalid: no measure, one divided by itself, one that stands there already, or an unknown group.
    """
    _service(session, service_id)
    measure_id, per_id, group_id = (_id(text) for text in (choice.measure, choice.per, choice.group))
    measure = None if measure_id is None else queries.measure(session, measure_id)
    per = None if per_id is None else queries.measure(session, per_id)
    if measure is None:
        raise Invalid([Problem("measure", "Choose what is compared.")])
    if choice.per and per is None:
        raise Invalid([Problem("per", "Choose what it is divided by from the list, or nothing.")])
    if per is not None and per.id == measure.id:
        raise Invalid([Problem("per", "A measure divided by itself says nothing. Choose another.")])
    if group_id is not None and group_id not in Councils(session).groups:
        raise Invalid([Problem("group", "That group was withdrawn. Choose another.")])
    links = queries.service_measures(session, [service_id])
    if any((one.measure_id, one.per_id) == (measure.id, per_id) for one in links):
        raise Invalid([Problem("measure", "That stands beside the service already. Choose another.")])
    row = ServiceMeasure(
        service_id=service_id,
        measure_id=measure.id,
        per_id=per_id,
        group_id=group_id,
        section=choice.section,
        by_id=by.id if by else None,
        at=now,
    )
    session.add(row)
    session.flush()
    title = measure.title if per is None else f"{measure.title} per {per.title}"
    _record(session, "put a measure beside", service_id, {"measure": title}, by, now)
    return row.id


def take_away(session: Session, service_id: int, link_id: int, *, by: Actor, now: datetime) -> None:
    """Let a measure stand beside a service no more; its figures stay.

    Raises:
        NotFound: it does not stand there.
        Conflict: somebody took it away already.
    """
    _service(session, service_id)
    row = queries.link(session, service_id, link_id)
    if row is None:
        raise Conflict("Somebody took that measure away already.")
    measure = queries.measure(session, row.measure_id)
    session.delete(row)
    after = {"measure": measure.title if measure else ""}
    _record(session, "took a measure away", service_id, after, by, now)


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _record(
    session: Session, verb: str, service_id: int, after: object, by: Actor | None, now: datetime
) -> None:
    events.record(session, verb, "service", service_id, by_id=by.id if by else None, now=now, after=after)
