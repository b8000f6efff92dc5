"""Figures for criteria: from a file that is looked at first, or from figures that are kept already.

A figure taken in is kept with its source and year; one of the same criterion, service and year is replaced.
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.data_quality import POUNDS, out_of_place
from vfm.prioritisation.provenance import SHARE
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.scoring.figure_files import year_of
from vfm.store import criteria as kept
from vfm.store import events
from vfm.store.queries import criteria as queries
from vfm.store.queries import figure_imports
from vfm.store.queries.criteria import CRITERIA, FedMeasure
from vfm.store.tables import Figure, FigureImport, FigureSource

EXAMPLES, LONGEST = 50, 300
UNITS = {POUNDS: "GBP", SHARE: "share", "per cent": "percent", "per cent of gross": "percent"}
"""The unit of a criterion -> that of a figure."""

Row = tuple[int, str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class About:
    """Where the figures come from, in the words shown beside each of them."""

    title: str = ""
    publisher: str = ""
    licence: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the file; `before` is what is kept in its place, None where nothing is."""

    line: int
    key: str
    service: str
    criterion: str
    amount: Decimal
    before: Decimal | None
    odd: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do, or did.

    Attributes:
        state: waiting, accepted or discarded.
        new, changed, odd: values; unchanged: how many.
        unknown: (line, key) of services nobody knows or that are closed.
        besides: (criterion, title of another measure, services) that feed the same criterion already.
        faults: (line, column, words) of cells that cannot be read.
    """

    id: int
    file_name: str
    state: str
    by: str
    at: datetime
    about: About
    criteria: tuple[str, ...]
    new: tuple[Value, ...]
    changed: tuple[Value, ...]
    unchanged: int
    odd: tuple[Value, ...]
    unknown: tuple[tuple[int, str], ...]
    besides: tuple[tuple[str, str, int], ...]
    faults: tuple[tuple[int, str, str], ...]
    unused: tuple[str, ...]
    counts: Mapping[str, int]


def problems_of(about: About) -> list[Problem]:
    """What is not said of the source, in the order of the form."""
    asked = (("title", "what the figures are from"), ("publisher", "who published them"))
    found = [
        Problem(name, f"Say {words}: it is shown beside each figure.")
        for name, words in (*asked, ("licence", "their licence, or “internal”"))
        if not getattr(about, name).strip()
    ]
    try:
        year_of(about.year.strip())
    except ValueError:
        found.append(Problem("year", "Type the year: 2024-25, or 2025 for a count in one year."))
    found += [
        Problem(name, f"Use at most {LONGEST} characters.")
        for name, words in asdict(about).items()
        if len(words) > LONGEST
    ]
    found += [
        Problem(name, message) for name, words in asdict(about).items() if (message := text_problem(words))
    ]
    return found


def receive(
    session: Session,
    rows: Sequence[Row],
    faults: Sequence[tuple[int, str, str]],
    unused: Sequence[str],
    file_name: str,
    digest: str,
    about: About,
    *,
    by: Actor | None,
    now: datetime,
) -> int:
    """Keep what a file brings until somebody accepts it; its id.

    Raises:
        Invalid: the source or the year is not said.
    """
    if found := problems_of(about):
        raise Invalid(found)
    about = About(**{name: " ".join(words.split()) for name, words in asdict(about).items()})
    about = About(**asdict(about) | {"year": year_of(about.year)})
    row = FigureImport(
        layout=CRITERIA,
        file_name=file_name[:LONGEST],
        digest=digest,
        summary={"about": asdict(about), "faults": list(faults), "unused": list(unused), "counts": {}},
        content=zlib.compress(json.dumps(list(rows)).encode()),
        by_id=by.id if by else None,
        at=now,
    )
    session.add(row)
    session.flush()
    told = {"file": row.file_name, "criteria": True}
    by_id = by.id if by else None
    events.record(session, "sent figures", "figure_import", row.id, by_id=by_id, now=now, after=told)
    return row.id


def show(session: Session, import_id: int) -> Preview:
    """What a file would do now, or did.

    Raises:
        NotFound: there is no such file.
    """
    head = queries.criteria_import(session, import_id)
    if head is None:
        raise NotFound(f"import {import_id}")
    row = session.get_one(FigureImport, import_id)
    about = About(**row.summary["about"])
    plan = _Plan(session, json.loads(zlib.decompress(row.content)) if row.content else [], about.year)
    counts = row.summary["counts"] or plan.counts
    return Preview(
        row.id,
        row.file_name,
        "accepted" if row.accepted_at else "discarded" if row.discarded_at else "waiting",
        head.by or "Command line",
        row.at,
        about,
        tuple(plan.columns),
        tuple(plan.new),
        tuple(plan.changed),
        plan.unchanged,
        tuple(one for one in (*plan.new, *plan.changed) if one.odd),
        tuple(plan.unknown),
        plan.besides,
        tuple((line, column, words) for line, column, words in row.summary["faults"]),
        tuple(row.summary["unused"]),
        counts,
    )


class _Plan:
    """What taking a file in would do."""

    def __init__(self, session: Session, rows: Sequence[Any], year: str) -> None:
        self.criteria: dict[str, Criterion] = {one.key: one for one, _ in kept.listed(session)}
        self.services = queries.open_services(session)
        self.year = year
        self.new: list[Value] = []
        self.changed: list[Value] = []
        self.unchanged = 0
        self.unknown: list[tuple[int, str]] = []
        self.columns = list(
            dict.fromkeys(key for _, _, values in rows for key in values if key in self.criteria)
        )
        here = queries.figures_of(session, self.columns, year)
        touched: set[tuple[int, str]] = set()
        for line, key, values in rows:
            service = self.services.get(key)
            if service is None:
                self.unknown.append((line, key))
                continue
            for criterion, text in values.items():
                if criterion in self.criteria:
                    touched.add((service.id, criterion))
                    self._compare(
                        line, key, service, criterion, Decimal(text), here.get((service.id, criterion))
                    )
        others = [one for one in queries.other_feeds(session, self.columns) if one[:2] in touched]
        many = Counter((criterion, title) for _, criterion, title in others)
        self.besides = tuple(
            (self.criteria[criterion].name, title, count)
            for (criterion, title), count in sorted(many.items())
        )
        self.counts = {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "unknown": len(self.unknown),
        }

    def _compare(
        self, line: int, key: str, service: Any, criterion: str, amount: Decimal, before: Decimal | None
    ) -> None:
        one = self.criteria[criterion]
        value = Value(
            line, key, service.name, criterion, amount, before, out_of_place(one, float(amount)) or ""
        )
        if before is None:
            self.new.append(value)
        elif before == amount:
            self.unchanged += 1
        else:
            self.changed.append(value)


def accept(
    session: Session, import_id: int, *, instead: bool, by: Actor | None, now: datetime
) -> Mapping[str, int]:
    """Take a file in; the counts of what was done.

    Args:
        session: of a writing transaction.
        import_id: whose.
        instead: the other figures of these services for these criteria feed them no longer.
        by: who accepts it, None for the command line.
        now: when.

    Raises:
        NotFound: there is no such file.
        Conflict: it was accepted or discarded already.
    """
    row = _waiting(session, import_id)
    about = About(**row.summary["about"])
    rows = json.loads(zlib.decompress(row.content or b""))
    plan = _Plan(session, rows, about.year)
    source_id = _source(session, about)
    for value in (*plan.new, *plan.changed):
        one = plan.criteria[value.criterion]
        service_id = plan.services[value.key].id
        figure = queries.figure(session, service_id, one.key, about.year)
        if figure is None:
            figure = Figure(service_id=service_id, measure=one.key, year=about.year, basis="")
            session.add(figure)
        figure.title, figure.unit = one.name[:1].upper() + one.name[1:], UNITS.get(one.unit, one.unit)
        figure.amount, figure.source_id, figure.feeds = value.amount, source_id, one.key
        figure.comparison = {}
    if instead:
        ids = {(plan.services[key].id, c) for _, key, values in rows if key in plan.services for c in values}
        for service_id, criterion in sorted(ids):
            queries.stop_feeding(session, service_id, criterion)
    row.accepted_at, row.content = now, None
    row.summary = {**row.summary, "counts": plan.counts}
    session.flush()
    told = {"file": row.file_name, "instead": instead, **plan.counts}
    by_id = by.id if by else None
    events.record(session, "took in figures", "figure_import", row.id, by_id=by_id, now=now, after=told)
    return plan.counts


def discard(session: Session, import_id: int, *, by: Actor | None, now: datetime) -> None:
    """Do nothing with a file.

    Raises:
        NotFound: there is no such file.
        Conflict: it was accepted or discarded already.
    """
    row = _waiting(session, import_id)
    row.discarded_at, row.content = now, None
    by_id = by.id if by else None
    events.record(session, "discarded figures", "figure_import", row.id, by_id=by_id, now=now)


def _waiting(session: Session, import_id: int) -> FigureImport:
    if queries.criteria_import(session, import_id) is None:
        raise NotFound(f"import {import_id}")
    row = session.get_one(FigureImport, import_id, with_for_update=True)
    if row.accepted_at or row.discarded_at:
        done = "taken in" if row.accepted_at else "discarded"
        raise Conflict(f"This file was {done} already. Send it again if it is needed once more.")
    return row


def _source(session: Session, about: About) -> int:
    found = figure_imports.source(session, about.title, about.publisher, about.licence)
    if found is not None:
        return found
    taken = figure_imports.source_keys(session)
    key = "-".join(re.findall(r"[a-z0-9]+", about.title.lower()))[:60] or "source"
    name = next(one for number in range(1, len(taken) + 2) if (one := f"{key}-{number}") not in taken)
    row = FigureSource(key=name, title=about.title, publisher=about.publisher, licence=about.licence)
    session.add(row)
    session.flush()
    return row.id


# --- figures that are kept already --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measures:
    """Every measure of services with what it feeds, and the criteria to choose from."""

    measures: tuple[FedMeasure, ...]
    criteria: tuple[Criterion, ...]
    files: tuple[Any, ...]


def columns(session: Session) -> tuple[str, ...]:
    """The keys of every criterion of the list: what a file of values may have a column for."""
    return tuple(one.key for one, _ in kept.listed(session))


def to_fill_in(session: Session) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """(Keys of the criteria that are used, (key, name) of every open service), for a file to be filled in."""
    services = queries.open_services(session)
    names = tuple((key, one.name) for key, one in sorted(services.items()))
    return tuple(one.key for one in kept.standing(session)), names


def measures(session: Session) -> Measures:
    """The figures of services by measure, and the files of criteria values sent so far."""
    listed = tuple(one for one, _ in kept.listed(session))
    return Measures(tuple(queries.fed_measures(session)), listed, tuple(queries.criteria_imports(session)))


def attach(session: Session, measure: str, feeds: str, *, by: Actor, now: datetime) -> int:
    """Let the figures of a measure feed a criterion, or none where `feeds` is empty; how many figures.

    Raises:
        NotFound: there is no such measure.
        Invalid: there is no such criterion.
    """
    found = next((one for one in queries.fed_measures(session) if one.measure == measure), None)
    if found is None:
        raise NotFound(f"measure {measure}")
    if feeds and feeds not in {one.key for one, _ in kept.listed(session)}:
        raise Invalid([Problem(f"feeds.{measure}", "Choose a criterion of the list, or none.")])
    count = queries.feed(session, measure, feeds)
    events.record(
        session,
        "attached",
        "figure",
        found.newest_id,
        by_id=by.id,
        now=now,
        before={"measure": measure, "feeds": found.feeds},
        after={"measure": measure, "feeds": feeds},
    )
    return count
