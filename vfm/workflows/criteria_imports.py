"""Figures for criteria: from a file that is looked at first, or from figures that are kept already.

A figure taken in is kept with its source and year; one of the same criterion, service and year is replaced.
"""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.prioritisation.criteria import Criterion
from vfm.prioritisation.data_quality import POUNDS, out_of_place
from vfm.prioritisation.figure_changes import (
    Effect,
    FigureChange,
    FigureSource,
    ServiceFigure,
    feeding_nothing,
)
from vfm.prioritisation.provenance import SHARE
from vfm.questionnaires.kinds import text_problem
from vfm.roles import Actor
from vfm.scoring.figure_files import year_of
from vfm.store import criteria as kept
from vfm.store import events, figure_changes
from vfm.store.queries import criteria as queries
from vfm.store.queries.criteria import CRITERIA, FedMeasure
from vfm.store.queries.rankings import Rankable
from vfm.store.tables import FigureImport

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


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of the values of a cycle; `elsewhere` names services with a change outside it."""

    cycles: tuple[Rankable, ...]
    cycle: Rankable
    effects: tuple[Effect, ...]
    elsewhere: tuple[str, ...]


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
    plan = _Plan(session, json.loads(zlib.decompress(row.content)) if row.content else [], about)
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


def effects(
    session: Session, import_id: int, cycle_id: int | None, *, instead: bool, now: datetime
) -> Foreseen:
    """What taking a file in that waits would do to the values of a cycle; the newest by default.

    Args:
        session: of a reading transaction.
        import_id: whose.
        cycle_id: of the cycle.
        instead: as if the other figures of these services fed these criteria no longer.
        now: when.

    Raises:
        NotFound: there is no such file.
    """
    if queries.criteria_import(session, import_id) is None:
        raise NotFound(f"import {import_id}")
    row = session.get_one(FigureImport, import_id)
    rows = json.loads(zlib.decompress(row.content)) if row.content else []
    plan = _Plan(session, rows, About(**row.summary["about"]))
    return _foreseen(session, cycle_id, plan.columns, plan.all_changes(session, instead=instead), now)


def _foreseen(
    session: Session,
    cycle_id: int | None,
    criteria: Sequence[str],
    changes: Sequence[FigureChange],
    now: datetime,
) -> Foreseen:
    cycles, cycle = figure_changes.looked_at_in(session, cycle_id)
    found = figure_changes.effects(session, cycle, criteria, changes, now.date())
    outside = {change.place[0] for change in changes} - {one.service_id for one in found}
    names = {one.id: one.name for one in queries.open_services(session).values()}
    return Foreseen(cycles, cycle, found, tuple(sorted(names[one] for one in outside if one in names)))


class _Plan:
    """What taking a file in would do."""

    def __init__(self, session: Session, rows: Sequence[Any], about: About) -> None:
        self.criteria: dict[str, Criterion] = {one.key: one for one, _ in kept.listed(session)}
        self.services = queries.open_services(session)
        self.new: list[Value] = []
        self.changed: list[Value] = []
        self.unchanged = 0
        self.unknown: list[tuple[int, str]] = []
        self.columns = list(
            dict.fromkeys(key for _, _, values in rows for key in values if key in self.criteria)
        )
        self.about = about
        kept_now = figure_changes.of_measures(session, self.columns)
        here = {(one.service_id, one.measure): one for one in kept_now if one.year == about.year}
        self.changes: list[FigureChange] = []
        self.touched: set[tuple[int, str]] = set()
        for line, key, values in rows:
            service = self.services.get(key)
            if service is None:
                self.unknown.append((line, key))
                continue
            for criterion, text in values.items():
                if criterion in self.criteria:
                    self.touched.add((service.id, criterion))
                    self._compare(
                        line, key, service, criterion, Decimal(text), here.get((service.id, criterion))
                    )
        others = [one for one in queries.other_feeds(session, self.columns) if one[:2] in self.touched]
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
        self,
        line: int,
        key: str,
        service: queries.OpenService,
        criterion: str,
        amount: Decimal,
        figure: ServiceFigure | None,
    ) -> None:
        one = self.criteria[criterion]
        before = None if figure is None else figure.amount
        value = Value(
            line, key, service.name, criterion, amount, before, out_of_place(one, float(amount)) or ""
        )
        if before == amount:
            self.unchanged += 1
            return
        (self.new if before is None else self.changed).append(value)
        after = ServiceFigure(
            service.id,
            one.key,
            self.about.year,
            one.name[:1].upper() + one.name[1:],
            amount,
            UNITS.get(one.unit, one.unit),
            FigureSource(self.about.title, self.about.publisher, self.about.licence),
            basis="" if figure is None else figure.basis,
            line="" if figure is None else figure.line,
            feeds=one.key,
            comparison={},
        )
        self.changes.append(FigureChange(figure, after))

    def all_changes(self, session: Session, *, instead: bool) -> list[FigureChange]:
        """Those of the file, and, instead of them, that the other figures of its values feed nothing."""
        if not instead:
            return self.changes
        others = figure_changes.feeding(session, self.columns)
        return [
            *self.changes,
            *feeding_nothing(
                [
                    one
                    for one in others
                    if one.measure != one.feeds and (one.service_id, one.feeds) in self.touched
                ]
            ),
        ]


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
    plan = _Plan(session, rows, about)
    if changes := plan.all_changes(session, instead=instead):
        figure_changes.make(
            session,
            changes,
            kind="file",
            title=f"File {row.file_name}",
            criteria=plan.columns,
            by_id=by.id if by else None,
            now=now,
        )
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
    found, figures, changes = _attaching(session, measure, feeds)
    if changes:
        figure_changes.make(
            session,
            changes,
            kind="measure",
            title=f"Measure: {found.title}",
            criteria=_concerned(changes),
            by_id=by.id,
            now=now,
        )
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
    return len(figures)


@dataclass(frozen=True, slots=True)
class Attaching:
    """What letting a measure feed a criterion would do; `criterion` is its name, empty for none."""

    measure: FedMeasure
    criterion: str
    figures: int
    foreseen: Foreseen


def would_attach(
    session: Session, measure: str, feeds: str, cycle_id: int | None, *, now: datetime
) -> Attaching:
    """What `attach` would do to the values of a cycle; the newest by default.

    Raises:
        NotFound: there is no such measure.
        Invalid: there is no such criterion.
    """
    found, _, changes = _attaching(session, measure, feeds)
    name = next((one.name for one, _ in kept.listed(session) if one.key == feeds), "")
    foreseen = _foreseen(session, cycle_id, _concerned(changes), changes, now)
    return Attaching(found, name, len(changes), foreseen)


def _attaching(
    session: Session, measure: str, feeds: str
) -> tuple[FedMeasure, list[ServiceFigure], list[FigureChange]]:
    """The measure, its figures, and those of them that would feed something else."""
    found = next((one for one in queries.fed_measures(session) if one.measure == measure), None)
    if found is None:
        raise NotFound(f"measure {measure}")
    if feeds and feeds not in {one.key for one, _ in kept.listed(session)}:
        raise Invalid([Problem(f"feeds.{measure}", "Choose a criterion of the list, or none.")])
    figures = figure_changes.of_measures(session, (measure,))
    changes = [FigureChange(one, replace(one, feeds=feeds)) for one in figures if one.feeds != feeds]
    return found, figures, changes


def _concerned(changes: Sequence[FigureChange]) -> list[str]:
    """The criteria that figures feed, before or after."""
    figures = [one for change in changes for one in (change.before, change.after) if one is not None]
    return sorted({one.feeds for one in figures if one.feeds})
