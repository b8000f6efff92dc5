"""Councils to compare with: figures of six, neighbours, a group of own choice, measures of Libraries."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.council import NOW, SmallCouncil
from vfm.roles import Actor
from vfm.scoring.figure_files import Area, Brought, Kind, Measure, Member, Period, Row
from vfm.store.tables import Authority, Council
from vfm.store.tables import Measure as MeasureRow
from vfm.workflows import comparator_groups, comparators, figure_imports
from vfm.workflows.comparator_groups import Draft
from vfm.workflows.comparators import Choice
from vfm.workflows.figure_imports import About

UNITARY = "Unitary authority"
AREAS = (
    Area("E06000001", "1", "Wrenmouth", UNITARY),
    Area("E06000002", "2", "Ashby", UNITARY),
    Area("E06000003", "3", "Boltham", UNITARY),
    Area("E06000004", "4", "Camden Vale", UNITARY),
    Area("E08000001", "5", "Denby", "Metropolitan district"),
    Area("E92000001", "970", "England", "Country"),
)
COST = Measure("lib_cost", "Spending on libraries", "GBP", "", "Libraries", "All spending on libraries.")
VISITS = Measure("lib_visits", "Visits to libraries", "visits", "high")
PLACES = Measure("lib_places", "Places to read", "places", "high")
YEARS = (
    Period("2023-24", "cash, outturn"),
    Period("2024-25", "cash, outturn"),
    Period("2025", "at 31 March"),
)
COSTS = {
    # council -> spending in 2023-24 and 2024-25; Denby published none
    0: ("1000", "1200"),
    1: ("900", "1000"),
    2: ("1500", "1200"),
    3: ("700", "2400"),
    4: (None, None),
    5: ("1100", "1300"),
}
VISITED = {0: "400", 1: "500", 2: "400", 3: "600", 5: "0"}
"""Visits counted in 2025; of Denby none, of England nought."""
ABOUT = About("Library statistics", "A department", "Open Government Licence v3.0", "cash", "2025")


@dataclass(frozen=True)
class Compared:
    """Ids of what was made; `link` is spending beside Libraries, `unit_cost` spending by visits."""

    areas: Mapping[str, int]
    measures: Mapping[str, int]
    neighbours: int
    group: int
    link: int
    unit_cost: int


def compared(session: Session, council: SmallCouncil, *, by: Actor) -> Compared:
    """Fill an upgraded database that has the small council.

    Statistical neighbours of Wrenmouth are Ashby, Boltham, Camden Vale and Denby; the group of own choice is
    Ashby and Boltham.
    """
    figure_imports.know_councils(session, AREAS)
    session.scalars(select(Council)).one().authority_code = "E06000001"
    rows = [
        Row(area, 0, period, amount)
        for area, amounts in COSTS.items()
        for period, amount in enumerate(amounts)
    ]
    rows += [Row(area, 1, 2, amount) for area, amount in VISITED.items()]
    rows += [Row(1, 2, 2, "8")]
    figures = Brought("plain", True, Kind.FIGURES, AREAS, (COST, VISITS, PLACES), YEARS, tuple(rows))
    neighbours = Brought(
        "statistical_neighbours",
        True,
        Kind.GROUPS,
        AREAS,
        members=tuple(Member(0, area, area) for area in range(1, 5)),
    )
    for brought in (figures, neighbours):
        number = figure_imports.receive(session, brought, "file.csv", "digest", ABOUT, by=by, now=NOW)
        figure_imports.accept(session, number, ABOUT, add_unknown=False, by=by, now=NOW)
    areas = dict(iter(session.execute(select(Authority.name, Authority.id))))
    measures = dict(iter(session.execute(select(MeasureRow.key, MeasureRow.id))))
    draft = Draft("Small coasts", "They are as small.", "2025", (areas["Ashby"], areas["Boltham"]))
    group = comparator_groups.save(session, None, draft, by=by, now=NOW)
    choice = Choice(str(measures["lib_cost"]))
    link = comparators.put_beside(session, council.services["LIB"], choice, by=by, now=NOW)
    choice = Choice(str(measures["lib_cost"]), str(measures["lib_visits"]), str(group))
    unit_cost = comparators.put_beside(session, council.services["LIB"], choice, by=by, now=NOW)
    (mine,) = [row.id for row in comparator_groups.index(session).groups if row.kind == "statistical"]
    return Compared(areas, measures, mine, group, link, unit_cost)
