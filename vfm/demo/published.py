"""The other demonstration: real service lines of fifteen councils, ranked on published figures alone.

Nothing of a self-assessment is in it, and nothing is invented but the people who sign in.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

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
HEADS = "residents of 2020: mySociety"
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
    """Each form of each council, by itself and over its residents."""
    for form, code in dict.fromkeys((row["form"], row["ons_code"]) for row in source.lines):
        title = f"MHCLG revenue outturn {YEAR}, form {form}, {source.councils[code]}"
        yield figures.Source(_source_key(form, code), title, PUBLISHER, LICENCE)
        over = f"{title}; {HEADS}"
        yield figures.Source(_source_key(form, code, "HEADS"), over, f"{PUBLISHER}; mySociety", HEADS_LICENCE)


def _source_key(form: str, code: str, over: str = "") -> str:
    return "-".join(filter(None, (form, YEAR, code, over)))


def _figures(source: Source) -> Iterator[figures.PublishedFigure]:
    for row in source.lines:
        yield _figure(row, "gross_expenditure", "Gross expenditure", "gross", feeds="expenditure_level")
        yield _figure(row, "income", "Income", "income")
        yield _figure(row, "net_expenditure", "Net expenditure", "net")
        yield figures.PublishedFigure(
            row["key"],
            "net_share",
            "Net as a share of gross expenditure",
            YEAR,
            Decimal(row["net_share"]),
            "percent",
            "worked out: 100 times net over gross",
            _source_key(row["form"], row["ons_code"]),
            _line(row),
            "net_share",
        )
        yield _per_head(row)


def _figure(row: Row, measure: str, title: str, column: str, feeds: str = "") -> figures.PublishedFigure:
    key = _source_key(row["form"], row["ons_code"])
    amount = Decimal(row[column])
    return figures.PublishedFigure(
        row["key"], measure, title, YEAR, amount, "GBP", "cash, outturn", key, _line(row), feeds
    )


def _per_head(row: Row) -> figures.PublishedFigure:
    """Gross a resident; it feeds the criterion only where enough others spend on the line."""
    comparison = {}
    if row["gross_per_head"]:
        comparison = {
            "of": OTHERS,
            "counted": row["comparators"],
            "median": row["comparators_median"],
            "share_less": row["gross_per_head"],
            "source": f"MHCLG revenue outturn {YEAR}, form {row['form']}, {OTHERS} of Lancashire; {HEADS}",
        }
    return figures.PublishedFigure(
        row["key"],
        "gross_per_head",
        "Gross expenditure per resident",
        YEAR,
        Decimal(row["pounds_per_head"]),
        "GBP per resident",
        "worked out: gross over residents of 2020",
        _source_key(row["form"], row["ons_code"], "HEADS"),
        _line(row),
        "gross_per_head" if comparison else "",
        comparison,
    )


def _line(row: Row) -> str:
    return f"{row['form']}: {row['line']}"
