"""The other demonstration: real service lines of fifteen councils, ranked on published figures alone.

Nothing of a self-assessment is in it, and nothing is invented but the people who sign in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from vfm.demo import set_up
from vfm.gateways import rank_files
from vfm.gateways.figures import PublishedCouncil, read_lines
from vfm.prioritisation.criteria import Criterion
from vfm.settings import DATA
from vfm.store import criteria
from vfm.store.database import Engine, transaction
from vfm.store.tables import Council, Service
from vfm.workflows import directory_import, figures
from vfm.workflows.directory_import import ServiceLine

FOLDER = DATA / "published"
CRITERIA = FOLDER / "criteria.yaml"
YEAR = "2024-25"
COLUMNS = (
    "key",
    "title",
    "ons_code",
    "block",
    "family",
    "form",
    "line",
    "gross",
    "income",
    "net",
    "net_share",
    "gross_per_head",
    "pounds_per_head",
    "comparators",
    "comparators_median",
    "note",
)
"""What is read of services.csv; the columns it is ranked on are those `vfm rank` reads."""
PUBLISHER = "Ministry of Housing, Communities and Local Government"
LICENCE = "Open Government Licence v3.0"
HEADS = "over residents of 2020 (mySociety)"
HEADS_LICENCE = f"{LICENCE}; residents: Creative Commons Attribution 4.0"
OTHERS = "other districts and unitary authorities"
"""With whom gross per head is compared, after their number."""
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Everything in data/published, read and checked.

    Attributes:
        lines: of services.csv, one a service.
        councils: ONS code -> name.
        people: lines of people.csv; about: the one line of council.csv.
        criteria: what is ranked on.
    """

    lines: tuple[Row, ...]
    councils: Mapping[str, str]
    people: tuple[Row, ...]
    about: Row
    criteria: tuple[Criterion, ...]


def read() -> Source:
    """The demonstration's files.

    Raises:
        Invalid: a file is missing or has a wrong line; every problem with file, line and column.
    """
    people = ("email", "name", "job_title", "roles", "directorates", "services")
    named = read_lines(DATA / "figures" / "authorities.csv", ("gss_code", "name"))
    settings = rank_files.rank_settings(CRITERIA.read_bytes(), CRITERIA.name)
    return Source(
        lines=_cells("services", COLUMNS),
        councils={line.cells["gss_code"]: line.cells["name"] for line in named},
        people=_cells("people", people),
        about=_cells("council", ("name", "colour", "financial_year"))[0],
        criteria=settings.criteria,
    )


def _cells(name: str, columns: Iterable[str]) -> tuple[Row, ...]:
    return tuple(line.cells for line in read_lines(FOLDER / f"{name}.csv", tuple(columns)))


def fill(engine: Engine, *, now: datetime) -> None:
    """Make the demonstration: its people, the councils as directorates, lines as services, figures, criteria.

    Args:
        engine: an upgraded database without a council.
        now: the moment everything is taken in.

    Raises:
        Invalid: a file of data/published is missing or wrong.
    """
    source = read()
    with transaction(engine) as session:
        session.add(Council(**source.about, is_demo=True, is_published=True))
        of_nobody = set_up.Source(PublishedCouncil((), (), (), ()), {}, source.people, source.about)
        set_up.people(session, of_nobody, {}, now=now)
        directory_import.accept(session, list(_services(source)), None, by=None, now=now)
        _keep_notes(session, source)
        figures.load(session, list(_sources(source)), list(_figures(source)), by=None, now=now)
        listed = ((criterion, True) for criterion in source.criteria)
        criteria.keep_list(session, listed, "Published figures alone.", by_id=None, now=now)


def _services(source: Source) -> Iterator[ServiceLine]:
    """Authority -> block -> line; a name holds its authority, so that it says all wherever it stands."""
    for number, row in enumerate(source.lines, 2):
        council = source.councils[row["ons_code"]]
        name = f"{row['title']}, {council}"
        yield ServiceLine(number, row["key"], name, council, row["block"], row["family"])


def _keep_notes(session: Session, source: Source) -> None:
    notes = {row["key"]: row["note"] for row in source.lines if row["note"]}
    session.execute(
        update(Service).where(Service.key.in_(notes)).values(note=case(notes, value=Service.key, else_=""))
    )


def _sources(source: Source) -> Iterator[figures.Source]:
    """Each form, by itself and over residents; whose figure it is its line says."""
    for form in dict.fromkeys(row["form"] for row in source.lines):
        title = _title(form)
        yield figures.Source(_source_key(form), title, PUBLISHER, LICENCE)
        over = f"{title}, {HEADS}"
        yield figures.Source(_source_key(form, "HEADS"), over, f"{PUBLISHER}; mySociety", HEADS_LICENCE)


def _title(form: str) -> str:
    return f"MHCLG revenue outturn {YEAR}, form {form}"


def _source_key(form: str, over: str = "") -> str:
    return "-".join(filter(None, (form, YEAR, over)))


def _figures(source: Source) -> Iterator[figures.PublishedFigure]:
    alike: dict[tuple[str, str], list[Row]] = {}
    for row in source.lines:
        alike.setdefault((row["form"], row["line"]), []).append(row)
    for row in source.lines:
        yield _figure(
            source, row, "gross_expenditure", "Gross expenditure", "gross", feeds="expenditure_level"
        )
        yield _figure(source, row, "income", "Income", "income")
        yield _figure(source, row, "net_expenditure", "Net expenditure", "net")
        yield figures.PublishedFigure(
            row["key"],
            "net_share",
            "Net as a share of gross expenditure",
            YEAR,
            Decimal(row["net_share"]),
            "percent",
            "worked out: 100 times net over gross",
            _source_key(row["form"]),
            _line(source, row),
            "net_share",
        )
        yield _per_head(source, row, _others(source, row, alike[row["form"], row["line"]]))


def _figure(
    source: Source, row: Row, measure: str, title: str, column: str, feeds: str = ""
) -> figures.PublishedFigure:
    key, amount = _source_key(row["form"]), Decimal(row[column])
    return figures.PublishedFigure(
        row["key"], measure, title, YEAR, amount, "GBP", "cash, outturn", key, _line(source, row), feeds
    )


def _others(source: Source, row: Row, alike: Iterable[Row]) -> list[tuple[str, str]]:
    """(council, pounds a resident) of those it is compared with, the lowest first."""
    others = [one for one in alike if one["comparators"] != "0" and one["ons_code"] != row["ons_code"]]
    others.sort(key=lambda one: (Decimal(one["pounds_per_head"]), source.councils[one["ons_code"]]))
    return [(source.councils[one["ons_code"]], one["pounds_per_head"]) for one in others]


def _per_head(source: Source, row: Row, others: list[tuple[str, str]]) -> figures.PublishedFigure:
    """Gross a resident; it feeds the criterion only where enough others spend on the line."""
    comparison: dict[str, Any] = {}
    if row["gross_per_head"]:
        comparison = {
            "of": OTHERS,
            "counted": row["comparators"],
            "median": row["comparators_median"],
            "share_less": row["gross_per_head"],
            "others": others,
        }
    return figures.PublishedFigure(
        row["key"],
        "gross_per_head",
        "Gross expenditure per resident",
        YEAR,
        Decimal(row["pounds_per_head"]),
        "GBP per resident",
        "worked out: gross over residents of 2020",
        _source_key(row["form"], "HEADS"),
        _line(source, row),
        "gross_per_head" if comparison else "",
        comparison,
    )


def _line(source: Source, row: Row) -> str:
    """Where a figure stands on its form, and whose return it is."""
    return f"{row['line']}, {source.councils[row['ons_code']]}"
