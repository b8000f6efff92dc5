"""With whom the demo council is compared: figures of many councils, groups, measures beside services.

The council's own figures are a real authority's; its name stands nowhere, so that nothing invented is read as
if it were said of it.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from vfm.gateways import figure_files, figures
from vfm.gateways.figure_layouts import LAYOUTS
from vfm.settings import DATA
from vfm.store.queries import comparators as known
from vfm.store.queries.council import for_change
from vfm.workflows import comparator_groups, comparators, figure_imports
from vfm.workflows.comparator_groups import Draft
from vfm.workflows.comparators import Choice
from vfm.workflows.figure_imports import About

CODE = "E06000009"
"""Whose published figures are the demo council's; see data/SOURCES.md."""
NAME = "a real English unitary"
COUNCILS = "authorities.csv"
FILES = (
    ("figures", "comparator_definitions.csv"),
    ("demo", "adult_definitions.csv"),
    ("figures", "comparator_children.csv"),
    ("figures", "comparator_blocks.csv"),
    ("figures", "comparator_lines.csv"),
    ("figures", "comparator_adults.csv"),
    ("figures", "statistical_neighbours.csv"),
    ("figures", "comparator_list.csv"),
)
"""(folder, file), in the order they are taken in."""
YEARS = {"statistical_neighbours": "2025", "comparator_list": "2023"}
"""Layout of a list of neighbours -> the year it is of."""


def take_in(session: Session, services: dict[str, int], *, now: datetime) -> None:
    """Everything the council is compared with.

    Args:
        session: of a writing transaction, the council's services made.
        services: key -> id.
        now: when it was taken in.

    Raises:
        Invalid: a file of data/ is missing or wrong.
    """
    raw = (DATA / "figures" / COUNCILS).read_bytes()
    areas = figure_files.read(raw, COUNCILS).areas
    named = [area._replace(name=NAME) if area.code == CODE else area for area in areas]
    figure_imports.know_councils(session, named)
    council = for_change(session)
    if council is not None:
        council.authority_code = CODE
    session.flush()
    for folder, name in FILES:
        _take_in(session, folder, name, now)
    _groups(session, now)
    _measures(session, services, now)


def _take_in(session: Session, folder: str, name: str, now: datetime) -> None:
    raw = (DATA / folder / name).read_bytes()
    brought = figure_files.read(raw, name)
    asked = LAYOUTS[brought.layout].asked
    about = About(asked.title, asked.publisher, asked.licence, asked.basis, YEARS.get(brought.layout, ""))
    digest = hashlib.sha256(raw).hexdigest()
    number = figure_imports.receive(session, brought, name, digest, about, by=None, now=now)
    figure_imports.accept(session, number, about, add_unknown=False, by=None, now=now)


def _groups(session: Session, now: datetime) -> None:
    """The groups of own choice, each with its councils."""
    columns = ("name", "reason", "year", "authority_code")
    ids = {area.code: area.id for area in known.areas(session)}
    drafts: dict[str, Draft] = {}
    for line in figures.read_lines(DATA / "demo" / "comparator_groups.csv", columns):
        cells = line.cells
        draft = drafts.get(cells["name"]) or Draft(cells["name"], cells["reason"], cells["year"])
        drafts[cells["name"]] = replace(draft, members=(*draft.members, ids[cells["authority_code"]]))
    for draft in drafts.values():
        comparator_groups.save(session, None, draft, by=None, now=now)


def _measures(session: Session, services: dict[str, int], now: datetime) -> None:
    """The measures that stand beside services."""
    columns = ("service_key", "measure", "per", "group", "section")
    own = known.own(session)
    groups = {row.name: str(row.id) for row in known.groups(session, own.id if own else None)}
    ids = {row.key: str(row.id) for row in known.choosable(session, "", 10_000)}
    for line in figures.read_lines(DATA / "demo" / "service_measures.csv", columns):
        cells = line.cells
        choice = Choice(
            ids[cells["measure"]],
            ids[cells["per"]] if cells["per"] else "",
            groups[cells["group"]] if cells["group"] else "",
            cells["section"],
        )
        comparators.put_beside(session, services[cells["service_key"]], choice, by=None, now=now)
