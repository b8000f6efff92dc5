"""One measure beside one service: the council's own figure, its comparators', and where they come from.

The one place where figures of everybody become a comparison; pages show it, criteria are fed from it. Every
figure keeps its source; a figure that is missing is named, never filled.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from vfm.scoring import comparison
from vfm.scoring.comparison import Beside
from vfm.store.queries import comparators as queries
from vfm.store.queries.results import AnyRow

COUNTRY = "E92000001"
NO_COUNCIL = frozenset({"Region", "Country"})
"""Kinds of areas that are no councils."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, in the words shown beside it."""

    title: str
    publisher: str
    licence: str
    basis: str

    def __str__(self) -> str:
        return f"{self.title}, {self.publisher}; {self.basis}; {self.licence}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its source; of a unit cost `parts` are the two it was made from."""

    amount: Decimal
    source: Source
    parts: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A group to choose: its councils in order."""

    id: int
    name: str
    kind: str
    year: str
    members: tuple[int, ...]


def measure_ids(links: Iterable[AnyRow]) -> set[int]:
    """The measures of these links, and what they are divided by."""
    return {found for link in links for found in (link.measure_id, link.per_id) if found is not None}


def latest(session: Session, links: Sequence[AnyRow], councils: "Councils") -> list[AnyRow]:
    """The figures of the years in which the council itself has its latest of each measure."""
    if councils.own_id is None:
        return []
    own: dict[int, set[str]] = defaultdict(set)
    for row in queries.own_figures(session, measure_ids(links), councils.own_id):
        own[row.measure_id].add(row.year)
    wanted: dict[str, set[int]] = defaultdict(set)
    for link in links:
        years = sorted(own[link.measure_id], reverse=True)
        if link.per_id is None:
            pairs = [(year, year) for year in years]
        else:
            found = ((year, comparison.matching(year, own[link.per_id])) for year in years)
            pairs = [(year, under) for year, under in found if under is not None]
        for over, under in pairs[:1]:
            wanted[over].add(link.measure_id)
            wanted[under].add(link.measure_id if link.per_id is None else link.per_id)
    return queries.figures_of_years(session, wanted)


class Councils:
    """The council itself, its groups, and everybody's names and kinds."""

    def __init__(self, session: Session) -> None:
        row = queries.own(session)
        self.own_id = None if row is None else row.id
        self.own = None if row is None else (row.name, row.kind)
        areas = queries.areas(session)
        self.names = {area.id: area.name for area in areas}
        self.country = next((area.id for area in areas if area.code == COUNTRY), None)
        self.others = [area.id for area in areas if area.kind not in NO_COUNCIL]
        self.alike = [area.id for area in areas if row is not None and area.kind == row.kind]
        groups = [one for one in queries.groups(session, self.own_id) if one.withdrawn_at is None]
        members: dict[int, list[int]] = defaultdict(list)
        for member in queries.members(session, [one.id for one in groups]):
            members[member.group_id].append(member.id)
        self.groups = {
            one.id: Group(one.id, one.name, one.kind, one.year, tuple(members[one.id])) for one in groups
        }

    def usual(self, group_id: int | None) -> Group | None:
        """The group of a measure, else the statistical neighbours, else the first there is."""
        if group_id in self.groups:
            return self.groups[group_id or 0]
        kinds = {group.kind: group for group in reversed(self.groups.values())}
        return kinds.get("statistical") or kinds.get("nearest") or kinds.get("own")


class Figures:
    """Figures by measure and year, with their sources."""

    def __init__(self, session: Session, rows: Sequence[AnyRow]) -> None:
        self.by_year: dict[int, dict[str, dict[int, Decimal]]] = defaultdict(lambda: defaultdict(dict))
        self._places: dict[tuple[int, str, int], tuple[int, str]] = {}
        for row in rows:
            self.by_year[row.measure_id][row.year][row.authority_id] = row.amount
            self._places[row.measure_id, row.year, row.authority_id] = (row.source_id, row.basis)
        self._sources = queries.sources(session, {source for source, _ in self._places.values()})

    def source(self, measure_id: int, year: str, area: int) -> Source:
        """Where one figure comes from."""
        source_id, basis = self._places[measure_id, year, area]
        found = self._sources[source_id]
        return Source(found.title, found.publisher, found.licence, basis)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure beside one service, in one year, with one group.

    Attributes:
        key, title, unit: of what is compared: the measure, or one divided by the other.
        group: with whom; None where there is no group.
        year: in which; empty where there is none.
        beside: None where nobody has a figure in that year.
        own: the council's figure with its source; None where it has none.
        why_not: then in words.
        under_year: the year of what it is divided by, where that is called otherwise.
        series: year -> area -> figure.
    """

    key: str
    title: str
    unit: str
    group: Group | None
    year: str
    beside: Beside | None
    own: Figure | None
    why_not: str
    under_year: str
    series: Mapping[str, Mapping[int, Decimal]]

    def sources(self, link: AnyRow, figures: Figures, areas: Iterable[int]) -> str:
        """Titles of where the figures of these areas were published, each once, in the order given."""
        under = self.under_year or self.year
        found = [figures.source(link.measure_id, self.year, area).title for area in areas]
        if link.per_id is not None:
            found += [figures.source(link.per_id, under, area).title for area in areas]
        return "; ".join(dict.fromkeys(found))


def one(
    link: AnyRow, councils: Councils, figures: Figures, group_id: int | None = None, year: str = ""
) -> Compared:
    """A measure beside a service.

    Args:
        link: a row of `queries.service_measures`.
        councils: everybody.
        figures: at least those of the measure, and of what it is divided by.
        group_id: of one of `councils.groups`; None: the usual one.
        year: in which; empty: the latest in which the council has a figure.
    """
    group = councils.groups[group_id] if group_id is not None else councils.usual(link.group_id)
    series, under_years = _series(link, figures)
    own_years = [name for name in sorted(series) if councils.own_id in series[name]]
    chosen = year if year in series else own_years[-1] if own_years and not year else ""
    found = beside(chosen, series, councils, group) if chosen else None
    under = under_years.get(chosen, "")
    unit = link.unit if link.per_id is None else comparison.unit_of_quotient(link.unit, link.per_unit)
    title = link.title
    if link.per_id is not None:
        title = comparison.title_of_quotient(link.title, link.per_title, unit)
    return Compared(
        key=link.key if link.per_id is None else f"{link.key}/{link.per_key}",
        title=title,
        unit=unit,
        group=group,
        year=chosen,
        beside=found,
        own=_own(link, chosen, under, series, councils, figures),
        why_not="" if found and found.own is not None else _why_not(link, councils, figures, year),
        under_year=under if under != chosen else "",
        series=series,
    )


def _series(link: AnyRow, figures: Figures) -> tuple[dict[str, dict[int, Decimal]], dict[str, str]]:
    """Year -> council -> figure; and year -> the year of what it was divided by."""
    over = figures.by_year[link.measure_id]
    if link.per_id is None:
        return dict(over), {}
    under = figures.by_year[link.per_id]
    found, years = {}, {}
    for year, amounts in over.items():
        matching = comparison.matching(year, under)
        if matching is not None and (costs := comparison.unit_costs(amounts, under[matching])):
            found[year], years[year] = costs, matching
    return found, years


def beside(
    year: str, series: Mapping[str, Mapping[int, Decimal]], councils: Councils, group: Group | None
) -> Beside:
    """The figures of one year of a series, with the group and everybody else."""
    return comparison.beside(
        year,
        series[year],
        own=councils.own_id or 0,
        group=group.members if group else (),
        alike=councils.alike,
        country=councils.country,
        others=councils.others,
    )


def _own(
    link: AnyRow,
    year: str,
    under_year: str,
    series: Mapping[str, Mapping[int, Decimal]],
    councils: Councils,
    figures: Figures,
) -> Figure | None:
    if councils.own_id is None or councils.own_id not in series.get(year, {}):
        return None
    source = figures.source(link.measure_id, year, councils.own_id)
    amount = series[year][councils.own_id]
    if link.per_id is None:
        return Figure(amount, source)
    under = figures.source(link.per_id, under_year, councils.own_id)
    if under != source:
        source = replace(source, title=f"{source.title}; divided by {under.title}, {under.basis}")
    parts = (
        figures.by_year[link.measure_id][year][councils.own_id],
        figures.by_year[link.per_id][under_year][councils.own_id],
    )
    return Figure(amount, source, parts)


def _why_not(link: AnyRow, councils: Councils, figures: Figures, year: str) -> str:
    """Why the council has no figure of its own here."""
    if councils.own is None:
        return "The council has not said its code in published figures."
    over = _years_of(figures.by_year[link.measure_id], councils.own_id)
    if year:
        over = [one for one in over if one == year]
    if not over and year:
        return f"There is no figure of your council for {year}."
    if not over:
        return "No figure of your council has been taken in."
    if link.per_id is not None:
        under = _years_of(figures.by_year[link.per_id], councils.own_id)
        if not under:
            return f"No figure of your council for what it is divided by: {link.per_title}."
        if not any(comparison.matching(one, under) for one in over):
            return (
                f"The years do not match: {link.title} is of {', '.join(over)}, "
                f"{link.per_title} of {', '.join(under)}."
            )
    return "Your council’s figure to divide by is nought."


def _years_of(years: Mapping[str, Mapping[int, Decimal]], area: int | None) -> list[str]:
    return [year for year in sorted(years) if area in years[year]]
