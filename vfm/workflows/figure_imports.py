"""Published figures of many councils: a file is looked at first, then taken in, or discarded.

Nothing counts before somebody accepts it. A figure taken in again replaces the one of the same measure, year
and council; what a file does not name stays. Rows with faults and councils that nobody knows are left out.
"""

import json
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from vfm.errors import Conflict, Invalid, NotFound, Problem
from vfm.roles import Actor
from vfm.scoring.figure_files import Area, Brought, Fault, Kind, Measure, Row, year_of
from vfm.store import events
from vfm.store import tables as stored
from vfm.store.queries import figure_imports as queries
from vfm.store.queries.results import AnyRow
from vfm.store.tables import (
    AreaFigure,
    Authority,
    ComparatorGroup,
    ComparatorMember,
    FigureImport,
    FigureSource,
)

EXAMPLES = 50
"""Changed figures that a preview shows."""
LONGEST = 300
GROUP_NAMES = {"statistical": "Statistical neighbours", "nearest": "Nearest neighbours"}
OTHERS_CAME = "Other figures were taken in since you looked. Look at the preview again, then accept it."


@dataclass(frozen=True, slots=True)
class About:
    """Where the figures come from, in the words shown beside each of them.

    `basis` and `year` are asked for where the file does not carry them.
    """

    title: str = ""
    publisher: str = ""
    licence: str = ""
    basis: str = ""
    year: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file in the list of all; `state` is waiting, accepted or discarded."""

    id: int
    layout: str
    file_name: str
    counts: Mapping[str, int]
    at: datetime
    by: str
    state: str


@dataclass(frozen=True, slots=True)
class Index:
    """Every file that was sent, what is kept of each measure, and how many councils are known."""

    imports: tuple[Listed, ...]
    measures: tuple[AnyRow, ...]
    authorities: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do, or did.

    Attributes:
        counts: rows, new, changed, unchanged, blank (the source says that there is none), missing (kept, and
            not in the file), unknown (rows of councils nobody knows), faults.
        years, measures: (year, rows) and (key, title, unit, rows, is_new).
        unknown: (code, name, rows) of councils nobody knows; addable: how many of them carry a code.
        changed: (measure, council, year, kept, in the file) of the first that differ.
        needs_year, needs_basis: the file does not carry them.
    """

    listed: Listed
    kind: Kind
    recognised: bool
    counts: Mapping[str, int]
    years: tuple[tuple[str, int], ...]
    measures: tuple[tuple[str, str, str, int, bool], ...]
    unknown: tuple[tuple[str, str, int], ...]
    addable: int
    changed: tuple[tuple[str, str, str, str, str], ...]
    faults: tuple[Fault, ...]
    passed_over: tuple[tuple[str, int], ...]
    notices: tuple[str, ...]
    about: About
    needs_year: bool
    needs_basis: bool


# --- looking at a file -----------------------------------------------------------------------------------


def receive(
    session: Session,
    brought: Brought,
    file_name: str,
    digest: str,
    about: About,
    *,
    by: Actor | None,
    now: datetime,
) -> int:
    """Keep what a file brings until somebody accepts it; its id.

    Args:
        session: of a writing transaction.
        brought: what it brings.
        file_name: as it was sent.
        digest: of its bytes.
        about: what is offered for its source.
        by: who sent it, None for the command line.
        now: when.
    """
    row = FigureImport(
        layout=brought.layout,
        file_name=file_name[:LONGEST],
        digest=digest,
        summary=_summary(session, brought, about),
        content=_packed(brought),
        by_id=by.id if by else None,
        at=now,
    )
    session.add(row)
    session.flush()
    after = {"file": row.file_name, "layout": row.layout}
    events.record(
        session, "sent figures", "figure_import", row.id, by_id=by.id if by else None, now=now, after=after
    )
    return row.id


def index(session: Session) -> Index:
    """Every file that was sent, and what is kept."""
    return Index(
        tuple(_listed(row) for row in queries.imports(session)),
        tuple(queries.kept(session)),
        queries.count_authorities(session),
    )


def show(session: Session, import_id: int) -> Preview:
    """What a file would do, or did.

    Raises:
        NotFound: there is no such file.
    """
    row = queries.one(session, import_id)
    if row is None:
        raise NotFound
    held = row.summary
    return Preview(
        listed=_listed(row),
        kind=Kind(held["kind"]),
        recognised=held["recognised"],
        counts=held["counts"],
        years=tuple(map(tuple, held["years"])),
        measures=tuple(map(tuple, held["measures"])),
        unknown=tuple(map(tuple, held["unknown"])),
        addable=held["addable"],
        changed=tuple(map(tuple, held["changed"])),
        faults=tuple(map(Fault._make, held["faults"])),
        passed_over=tuple(map(tuple, held["passed_over"])),
        notices=tuple(held["notices"]),
        about=About(**held["about"]),
        needs_year=held["needs_year"],
        needs_basis=held["needs_basis"],
    )


def look_again(session: Session, import_id: int) -> None:
    """Compare a waiting file with what is kept now.

    Raises:
        NotFound: there is no such file.
        Conflict: it was accepted or discarded.
    """
    row = _waiting(session, import_id)
    row.summary = _summary(session, _unpacked(row.content), About(**row.summary["about"]))


def _listed(row: AnyRow) -> Listed:
    state = "accepted" if row.accepted_at else "discarded" if row.discarded_at else "waiting"
    return Listed(row.id, row.layout, row.file_name, row.counts, row.at, row.by or "Command line", state)


def _packed(brought: Brought) -> bytes:
    return zlib.compress(json.dumps(brought.as_json(), separators=(",", ":")).encode(), 6)


def _unpacked(content: bytes | None) -> Brought:
    return Brought.from_json(json.loads(zlib.decompress(content or b"")))


def _summary(session: Session, brought: Brought, about: About) -> dict[str, Any]:
    plan = _Plan(session, brought, about.year)
    return {
        "kind": brought.kind.value,
        "recognised": brought.recognised,
        "counts": plan.counts,
        "years": sorted(Counter(plan.year(row) for row in brought.rows).items()),
        "measures": plan.told_measures(),
        "unknown": plan.unknown,
        "addable": sum(bool(code) for code, _, _ in plan.unknown),
        "changed": plan.told_changes(),
        "faults": brought.faults,
        "passed_over": brought.passed_over,
        "notices": brought.notices,
        "about": asdict(about),
        "needs_year": brought.kind is Kind.GROUPS or any(not one.year for one in brought.periods),
        "needs_basis": any(not one.basis for one in brought.periods),
    }


class _Councils:
    """The areas that are known: found by code, then the Department for Education's number, then name."""

    def __init__(self, session: Session) -> None:
        rows = queries.authorities(session)
        self.named = {row.id: row.name for row in rows}
        self.rows = {row.id: row for row in rows}
        self.by_code = {row.code: row.id for row in rows}
        for row in rows:
            for former in row.former.split():
                self.by_code.setdefault(former, row.id)
        self.by_number = {row.la_number: row.id for row in rows if row.la_number}
        names = Counter(_plain_name(row.name) for row in rows)
        self.by_name = {plain: row.id for row in rows if names[plain := _plain_name(row.name)] == 1}

    def find(self, area: Area) -> int | None:
        """The id of an area; None where nobody knows it."""
        if area.code:
            return self.by_code.get(area.code)
        if area.number in self.by_number:
            return self.by_number[area.number]
        found = self.by_name.get(_plain_name(area.name)) if area.name else None
        # a name alone is not enough where the number says another
        known = found and self.rows[found].la_number
        return found if not (area.number and known and known != area.number) else None


def _plain_name(name: str) -> str:
    """A council's name without what sources add or leave out."""
    words = re.findall(r"[a-z]+", name.lower().replace("&", " and ").replace("'", ""))
    dropped = {"ua", "city", "of", "the", "borough", "council", "county", "district", "and", "metropolitan"}
    return " ".join(word for word in words if word not in dropped)


class _Change(NamedTuple):
    """A row of the file and the figure that is kept in its place."""

    row: Row
    figure_id: int
    kept: str | None


class _Plan:
    """What taking a file in would do."""

    def __init__(self, session: Session, brought: Brought, year: str) -> None:
        self.brought, self._asked_year = brought, year
        self.councils = _Councils(session)
        self.area_ids = [self.councils.find(area) for area in brought.areas]
        self.kept_measures = {row.key: row for row in queries.measures(session)}
        self.new: list[Row] = []
        self.changed: list[_Change] = []
        self.counts: dict[str, int] = dict.fromkeys(
            ("rows", "new", "changed", "unchanged", "blank", "missing", "unknown"), 0
        )
        self.counts["faults"] = brought.fault_count
        self.unknown: list[tuple[str, str, int]] = []
        self.groups: dict[int, dict[int, int | None]] = {}
        match brought.kind:
            case Kind.FIGURES:
                self._compare_figures(session)
            case Kind.GROUPS:
                self._compare_groups(session)
            case Kind.MEASURES:
                self._count_fields((one.key, one) for one in brought.measures)
            case Kind.AUTHORITIES:
                self._count_areas()

    def year(self, row: Row) -> str:
        """The year a row speaks of."""
        return self.brought.periods[row.period].year or self._asked_year

    def _compare_figures(self, session: Session) -> None:
        keys = [measure.key for measure in self.brought.measures]
        ids = {key: self.kept_measures[key].id for key in keys if key in self.kept_measures}
        kept = {
            (row.measure_id, row.year, row.authority_id): (row.id, row.amount)
            for row in queries.figures(session, ids.values())
        }
        measure_ids = [ids.get(key, 0) for key in keys]
        years = [period.year or self._asked_year for period in self.brought.periods]
        left, unknown = set(kept), Counter[int]()
        for row in self.brought.rows:
            area = self.area_ids[row.area]
            if area is None:
                unknown[row.area] += 1
                continue
            place = (measure_ids[row.measure], years[row.period], area)
            left.discard(place)
            self._compare(row, kept.get(place))
        covered = {(measure_ids[row.measure], years[row.period]) for row in self.brought.rows}
        self.counts |= {
            "rows": len(self.brought.rows),
            "new": len(self.new),
            "changed": len(self.changed),
            "blank": sum(row.amount is None for row in self.brought.rows),
            "missing": sum(place[:2] in covered for place in left),
            "unknown": unknown.total(),
        }
        self._tell_unknown(unknown)

    def _compare(self, row: Row, kept: tuple[int, Decimal | None] | None) -> None:
        if kept is None:
            self.new.append(row)
            return
        figure_id, amount = kept
        if (None if row.amount is None else Decimal(row.amount)) == amount:
            self.counts["unchanged"] += 1
        else:
            self.changed.append(_Change(row, figure_id, None if amount is None else format(amount, "f")))

    def _tell_unknown(self, unknown: Mapping[int, int]) -> None:
        told = ((self.brought.areas[area], rows) for area, rows in unknown.items())
        named = [(area.code, area.name or area.number, rows) for area, rows in told]
        self.unknown = sorted(named, key=lambda one: (-one[2], one))

    def _compare_groups(self, session: Session) -> None:
        unknown: Counter[int] = Counter()
        for member in self.brought.members:
            of, area = self.area_ids[member.of], self.area_ids[member.area]
            if of is None or area is None:
                unknown[member.of if of is None else member.area] += 1
            else:
                self.groups.setdefault(of, {})[area] = member.rank
        self.counts |= {"rows": len(self.brought.members), "unknown": unknown.total()}
        self._tell_unknown(unknown)
        kept = {row.of_id: row.id for row in queries.groups_of(session, self.group_kind)}
        members: dict[int, dict[int, int | None]] = defaultdict(dict)
        for row in queries.members(session, kept.values()):
            members[row.group_id][row.authority_id] = row.rank
        for of, wanted in self.groups.items():
            is_new = of not in kept
            is_same = not is_new and members[kept[of]] == wanted
            self.counts["new" if is_new else "unchanged" if is_same else "changed"] += 1
        self.counts["missing"] = len(set(kept) - set(self.groups))

    @property
    def group_kind(self) -> str:
        """What kind of neighbours the file lists."""
        return "statistical" if self.brought.layout == "statistical_neighbours" else "nearest"

    def _count_fields(self, wanted: Iterable[tuple[str, Measure]]) -> None:
        for key, measure in wanted:
            self.counts["rows"] += 1
            row = self.kept_measures.get(key)
            is_same = row is not None and tuple(row)[1:] == tuple(measure)
            self.counts["new" if row is None else "unchanged" if is_same else "changed"] += 1

    def _count_areas(self) -> None:
        for area in self.brought.areas:
            self.counts["rows"] += 1
            found = self.councils.by_code.get(area.code)
            row = self.councils.rows.get(found or 0)
            is_same = row is not None and _fields_of(area, row) == _kept_fields(row)
            self.counts["new" if row is None else "unchanged" if is_same else "changed"] += 1

    def told_measures(self) -> list[tuple[str, str, str, int, bool]]:
        """(key, title, unit, rows, is_new) of each measure of the file, as it is or would be kept."""
        rows = Counter(row.measure for row in self.brought.rows)
        told = []
        for number, measure in enumerate(self.brought.measures):
            kept = self.kept_measures.get(measure.key)
            title = measure.title or (kept.title if kept else measure.key)
            unit = measure.unit or (kept.unit if kept else "")
            told.append((measure.key, title, unit, rows[number], kept is None))
        return told

    def told_changes(self) -> list[tuple[str, str, str, str, str]]:
        """The first figures that would be replaced, in words."""
        titles = [title for _, title, _, _, _ in self.told_measures()]
        return [
            (
                titles[change.row.measure],
                self.councils.named[self.area_ids[change.row.area] or 0],
                self.year(change.row),
                "none" if change.kept is None else change.kept,
                "none" if change.row.amount is None else change.row.amount,
            )
            for change in self.changed[:EXAMPLES]
        ]


# --- taking it in ----------------------------------------------------------------------------------------


def accept(
    session: Session, import_id: int, about: About, *, add_unknown: bool, by: Actor | None, now: datetime
) -> Mapping[str, int]:
    """Take a file in; the counts of what was done.

    Args:
        session: of a writing transaction.
        import_id: whose.
        about: where the figures come from.
        add_unknown: add the councils nobody knows that carry a code, with the names the file gives.
        by: who accepts it, None for the command line.
        now: when.

    Raises:
        NotFound: there is no such file.
        Conflict: it was accepted or discarded already, or other figures came since it was looked at.
        Invalid: the source, or the year or basis that the file does not carry, is not said.
    """
    row = _waiting(session, import_id)
    if problems := _problems(row.summary, about):
        raise Invalid(problems)
    about = About(**{name: " ".join(words.split()) for name, words in asdict(about).items()})
    if row.summary["needs_year"] and about.year:
        about = About(**asdict(about) | {"year": year_of(about.year)})
    brought = _unpacked(row.content)
    if _Plan(session, brought, row.summary["about"]["year"]).counts != row.summary["counts"]:
        raise Conflict(OTHERS_CAME)
    if add_unknown:
        _add_unknown(session, brought)
    plan = _Plan(session, brought, about.year)
    _take(session, plan, about, row.id, by=by, now=now)
    row.summary = {**row.summary, "counts": plan.counts, "unknown": plan.unknown, "about": asdict(about)}
    row.accepted_at, row.content = now, None
    after = {"file": row.file_name, **{name: count for name, count in plan.counts.items() if count}}
    events.record(
        session, "took in figures", "figure_import", row.id, by_id=by.id if by else None, now=now, after=after
    )
    return plan.counts


def discard(session: Session, import_id: int, *, by: Actor | None, now: datetime) -> None:
    """Do nothing with a file.

    Raises:
        NotFound: there is no such file.
        Conflict: it was accepted or discarded already.
    """
    row = _waiting(session, import_id)
    row.discarded_at, row.content = now, None
    events.record(session, "discarded figures", "figure_import", row.id, by_id=by.id if by else None, now=now)


def know_councils(session: Session, areas: Sequence[Area]) -> int:
    """Add the areas of a list that nobody knows yet; how many there were."""
    return _keep_areas(session, areas, only_new=True)


def _waiting(session: Session, import_id: int) -> FigureImport:
    row = queries.for_change(session, import_id)
    if row is None:
        raise NotFound
    if row.accepted_at or row.discarded_at:
        done = "taken in" if row.accepted_at else "discarded"
        raise Conflict(f"This file was {done} already. Send it again if it is needed once more.")
    return row


def _problems(summary: Mapping[str, Any], about: About) -> list[Problem]:
    """What is not said of the source, in the order of the form."""
    kind = Kind(summary["kind"])
    problems = []
    if kind in (Kind.FIGURES, Kind.GROUPS):
        asked = (
            ("title", "the source’s name"),
            ("publisher", "who published it"),
            ("licence", "its licence"),
        )
        problems = [
            Problem(name, f"Say {words}: it is shown beside each figure.")
            for name, words in asked
            if not getattr(about, name).strip()
        ]
    if summary["needs_year"]:
        try:
            year_of(about.year.strip())
        except ValueError:
            problems.append(Problem("year", "Type the year: 2024-25, or 2025 for a count in one year."))
    if summary["needs_basis"] and kind is Kind.FIGURES and not about.basis.strip():
        problems.append(Problem("basis", "Say the price basis or the day of the count, like cash, outturn."))
    problems += [
        Problem(name, f"Use at most {LONGEST} characters.")
        for name, words in asdict(about).items()
        if len(words) > LONGEST
    ]
    return problems


def _take(
    session: Session, plan: _Plan, about: About, import_id: int, *, by: Actor | None, now: datetime
) -> None:
    match plan.brought.kind:
        case Kind.FIGURES:
            _take_figures(session, plan, about, import_id)
        case Kind.GROUPS:
            _take_groups(session, plan, about, by=by, now=now)
        case Kind.MEASURES:
            _keep_measures(session, plan.brought.measures, whole=True)
        case Kind.AUTHORITIES:
            _keep_areas(session, plan.brought.areas)
    _learn_numbers(session, plan)


def _take_figures(session: Session, plan: _Plan, about: About, import_id: int) -> None:
    measure_ids = _keep_measures(session, plan.brought.measures, whole=False)
    source_id = _source(session, about)
    gone = [change.figure_id for change in plan.changed]
    for first in range(0, len(gone), 500):
        session.execute(delete(AreaFigure).where(AreaFigure.id.in_(gone[first : first + 500])))
    periods, measures = plan.brought.periods, plan.brought.measures
    rows = [
        {
            "measure_id": measure_ids[measures[row.measure].key],
            "year": plan.year(row),
            "authority_id": plan.area_ids[row.area],
            "amount": None if row.amount is None else Decimal(row.amount),
            "basis": periods[row.period].basis or about.basis,
            "line": "",
            "source_id": source_id,
            "import_id": import_id,
        }
        for row in (*plan.new, *(change.row for change in plan.changed))
    ]
    if rows:
        session.connection().execute(insert(AreaFigure), rows)


def _keep_measures(session: Session, measures: Sequence[Measure], *, whole: bool) -> dict[str, int]:
    """Key -> id, missing ones made; `whole` writes every field, else only what nobody has said yet."""
    rows = {row.key: row for row in queries.measure_rows(session)}
    for measure in measures:
        row = rows.get(measure.key)
        if row is None:
            row = rows[measure.key] = stored.Measure(key=measure.key, title=measure.title or measure.key)
            row.unit = row.polarity = row.topic = row.definition = ""
            session.add(row)
        for name in ("title", "unit", "polarity", "topic", "definition"):
            said, kept = getattr(measure, name), getattr(row, name)
            if whole or (said and kept in ("", measure.key)):
                setattr(row, name, said)
    session.flush()
    return {key: row.id for key, row in rows.items()}


def _source(session: Session, about: About) -> int:
    found = queries.source(session, about.title, about.publisher, about.licence)
    if found is not None:
        return found
    row = FigureSource(title=about.title, publisher=about.publisher, licence=about.licence)
    taken = queries.source_keys(session)
    key = "-".join(re.findall(r"[a-z0-9]+", about.title.lower()))[:60] or "source"
    row.key = next(name for number in range(1, len(taken) + 2) if (name := f"{key}-{number}") not in taken)
    session.add(row)
    session.flush()
    return row.id


def _take_groups(session: Session, plan: _Plan, about: About, *, by: Actor | None, now: datetime) -> None:
    """Each council's neighbours as the file lists them; those it does not name stay."""
    kind, source_id = plan.group_kind, _source(session, about)
    kept = {row.of_id: row for row in queries.group_rows(session, kind)}
    made = []
    for of, members in plan.groups.items():
        row = kept.get(of)
        if row is None:
            row = ComparatorGroup(name=GROUP_NAMES[kind], kind=kind, of_id=of, revision=0)
            session.add(row)
        row.year, row.source_id, row.reason, row.withdrawn_at = about.year, source_id, "", None
        row.revision, row.by_id, row.at = row.revision + 1, by.id if by else None, now
        made.append((row, members))
    session.flush()
    session.execute(delete(ComparatorMember).where(ComparatorMember.group_id.in_([r.id for r, _ in made])))
    session.connection().execute(
        insert(ComparatorMember),
        [
            {"group_id": row.id, "authority_id": area, "rank": rank}
            for row, members in made
            for area, rank in sorted(members.items())
        ],
    )


def _fields_of(area: Area, row: AnyRow | Authority) -> tuple[str, ...]:
    """Name, kind, region, number and former codes of an area, what it does not say as it is kept."""
    return (
        area.name or row.name,
        area.kind or row.kind,
        area.region or row.region,
        area.number or row.la_number,
        area.former or row.former,
    )


def _kept_fields(row: AnyRow | Authority) -> tuple[str, ...]:
    return (row.name, row.kind, row.region, row.la_number, row.former)


def _keep_areas(session: Session, areas: Iterable[Area], *, only_new: bool = False) -> int:
    """Add the areas that are not there, and say of the others what the list says; how many were new."""
    rows = {row.code: row for row in queries.authority_rows(session)}
    new = [area for area in areas if area.code not in rows]
    if new:
        session.connection().execute(
            insert(Authority),
            [
                {
                    "code": area.code,
                    "name": area.name or area.code,
                    "kind": area.kind,
                    "region": area.region,
                    "la_number": area.number,
                    "former": area.former,
                }
                for area in new
            ],
        )
    if not only_new:
        for area in areas:
            if row := rows.get(area.code):
                row.name, row.kind, row.region, row.la_number, row.former = _fields_of(area, row)
    return len(new)


def _add_unknown(session: Session, brought: Brought) -> None:
    councils = _Councils(session)
    _keep_areas(
        session, [area for area in brought.areas if area.code and councils.find(area) is None], only_new=True
    )


def _learn_numbers(session: Session, plan: _Plan) -> None:
    """The Department for Education's number of a council that was found by its name."""
    for area, found in zip(plan.brought.areas, plan.area_ids, strict=True):
        if found is not None and area.number and not plan.councils.rows[found].la_number:
            session.get_one(Authority, found).la_number = area.number
