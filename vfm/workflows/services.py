"""Services: the list by directorate, and one service whole: figures, results, actions, decisions, plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import NotFound
from vfm.roles import Actor, Role
from vfm.store.queries import services as queries
from vfm.store.queries.results import AnyRow

Outline = Mapping[str, Any]
"""What is kept of a result for lists."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What a service spends, with the source to show."""

    amount: Decimal
    year: str
    unit: str
    title: str
    line: str
    source: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One service in the list.

    Attributes:
        overall: of the result agreed last, None where there is none.
    """

    id: int
    key: str
    name: str
    division: str
    directorate: str
    reviewed_on: date | None
    spending: Spending | None
    assessment_id: int | None
    cycle: str
    overall: Outline | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The services as asked for, by directorate; total: how many this person may see."""

    directorates: tuple[tuple[str, tuple[Entry, ...]], ...]
    shown: int
    total: int


@dataclass(frozen=True, slots=True)
class YearFigure:
    """A measure in one year; comparison as the store keeps it."""

    year: str
    amount: Decimal
    basis: str
    line: str
    source: str
    publisher: str
    comparison: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Measure:
    """One published measure of a service, an earlier year first."""

    measure: str
    title: str
    unit: str
    years: tuple[YearFigure, ...]

    @property
    def latest(self) -> YearFigure:
        """The newest year."""
        return self.years[-1]

    @property
    def earlier(self) -> tuple[YearFigure, ...]:
        """The years before it, the newest first."""
        return self.years[-2::-1]


@dataclass(frozen=True, slots=True)
class Round:
    """One assessment of the service; overall and change None where there is no result."""

    assessment_id: int
    status: str
    cycle: str
    kind: str
    template: str
    version: int
    agreed_at: datetime | None
    result: str
    overall: Outline | None
    change: Outline | None


@dataclass(frozen=True, slots=True)
class ServicePage:
    """One service whole.

    Attributes:
        directors, contributors: names.
        measures: in the order they were taken in.
        history: (when, who, what, cycle or "").
    """

    id: int
    key: str
    name: str
    division: str
    directorate: str
    family: str
    note: str
    reviewed_on: date | None
    closed_on: date | None
    merged_into_id: int | None
    merged_into: str | None
    directors: tuple[str, ...]
    contributors: tuple[str, ...]
    measures: tuple[Measure, ...]
    rounds: tuple[Round, ...]
    actions: tuple[AnyRow, ...]
    decisions: tuple[AnyRow, ...]
    reviews: tuple[AnyRow, ...]
    history: tuple[AnyRow, ...]


def index(session: Session, *, search: str = "", by: Actor) -> Listing:
    """The services this person may see, those that fit the words searched for, by directorate."""
    own = None if by.sees_all_services else by.answers_for
    rows = queries.listed(session, own)
    spent = {row.service_id: row for row in queries.spending(session)}
    agreed = {row.service_id: row for row in queries.newest_agreed(session)}
    words = search.casefold().split()
    found: dict[str, list[Entry]] = {}
    for row in rows:
        text = f"{row.name} {row.key} {row.division} {row.directorate}".casefold()
        if all(word in text for word in words):
            entry = _entry(row, spent.get(row.id), agreed.get(row.id))
            found.setdefault(row.directorate, []).append(entry)
    return Listing(
        tuple((name, tuple(entries)) for name, entries in found.items()),
        shown=sum(map(len, found.values())),
        total=len(rows),
    )


def _entry(row: AnyRow, spent: AnyRow | None, agreed: AnyRow | None) -> Entry:
    return Entry(
        row.id,
        row.key,
        row.name,
        row.division,
        row.directorate,
        row.reviewed_on,
        None if spent is None else Spending(*spent[1:]),
        None if agreed is None else agreed.id,
        "" if agreed is None else agreed.cycle,
        None if agreed is None else agreed.outline["overall"],
    )


def show(session: Session, service_id: int, *, by: Actor) -> ServicePage:
    """One service with all that is known of it.

    Raises:
        NotFound: there is none, or it is not this person's business.
    """
    row = queries.one(session, service_id)
    if row is None or not by.sees(service_id):
        raise NotFound
    people = queries.people(session, service_id)
    return ServicePage(
        id=row.id,
        key=row.key,
        name=row.name,
        division=row.division,
        directorate=row.directorate,
        family=row.family,
        note=row.note,
        reviewed_on=row.reviewed_on,
        closed_on=row.closed_on,
        merged_into_id=row.merged_into_id,
        merged_into=row.merged_into,
        directors=tuple(one.name for one in people if one.role == Role.DIRECTOR),
        contributors=tuple(one.name for one in people if one.role == Role.CONTRIBUTOR),
        measures=_measures(queries.figures(session, service_id)),
        rounds=_rounds(queries.assessments(session, service_id)),
        actions=tuple(queries.actions(session, service_id)),
        decisions=tuple(queries.decisions(session, service_id)),
        reviews=tuple(queries.reviews(session, service_id)),
        history=tuple(queries.history(session, service_id)),
    )


def _measures(rows: Sequence[AnyRow]) -> tuple[Measure, ...]:
    found: dict[str, list[AnyRow]] = {}
    for row in rows:
        found.setdefault(row.measure, []).append(row)
    return tuple(
        Measure(
            name,
            years[0].title,
            years[0].unit,
            tuple(
                YearFigure(y.year, y.amount, y.basis, y.line, y.source, y.publisher, y.comparison)
                for y in sorted(years, key=lambda y: str(y.year))
            ),
        )
        for name, years in found.items()
    )


def _rounds(rows: Sequence[AnyRow]) -> tuple[Round, ...]:
    """One a assessment: its agreed result before its self result, the newest of each."""
    best: dict[int, AnyRow] = {}
    for row in rows:
        known = best.get(row.id)
        if known is None or row.kind == known.kind or row.kind == "agreed":
            best[row.id] = row
    return tuple(_round(row) for row in best.values())


def _round(row: AnyRow) -> Round:
    has_result = row.kind is not None and row.status != "open"
    return Round(
        row.id,
        row.status,
        row.cycle,
        row.cycle_kind,
        row.template,
        row.version,
        row.agreed_at,
        row.kind if has_result else "",
        row.outline["overall"] if has_result else None,
        row.change if has_result else None,
    )
