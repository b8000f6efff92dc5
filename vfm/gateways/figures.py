"""Published services and figures, read from CSV files into frozen values.

Reads and checks, changes nothing: an amount is the published one, exact to the last digit, or there is a
problem. A problem names file, line and column; all of a file are raised at once.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from vfm.errors import Invalid, Problem
from vfm.settings import DATA

YEAR = re.compile(r"([0-9]{4})(-[0-9]{2})?")
AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class PublishedService:
    """A service of the council, and the line of the published return that stands for it.

    Attributes:
        key: short stable name, `WASTE-COLL`.
        name, directorate, division: as shown; never blank.
        form, line: where its money stands in the return, in the return's own words.
        family: the services whose median fills a gap of this one.
        legal_basis: an option of the service template's PRO-02.
        statute: the law it rests on, or blank.
        purpose, demand: what it does, and the countable thing that drives it.
        note: what a reader should know of an odd published figure, or blank.
    """

    key: str
    name: str
    directorate: str
    division: str
    form: str
    line: str
    family: str
    legal_basis: str
    statute: str
    purpose: str
    demand: str
    note: str


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """One published amount of one service.

    Attributes:
        service_key: whose figure it is.
        measure: what is measured; its words are in the measures file.
        year: financial year `2024-25`, or `2025` for a count on a day or over a calendar year (see `basis`).
        amount: exact, in `unit`; money is pounds, and may be below zero.
        unit: `GBP`, `GBP per week`, `children`, `percent` (0 to 100), `share` (0 to 1), ...
        basis: price basis or counting date, `cash, outturn` or `at 31 March`.
        source_key: the source, which carries the title to show.
        form, line: where it stands in that source.
    """

    service_key: str
    measure: str
    year: str
    amount: Decimal
    unit: str
    basis: str
    source_key: str
    form: str
    line: str

    @property
    def is_money(self) -> bool:
        """True for pounds, and for pounds per something."""
        return self.unit.startswith("GBP")


@dataclass(frozen=True, slots=True)
class FigureSource:
    """Where figures were published: the title, publisher, licence and year to show beside them."""

    source_key: str
    title: str
    publisher: str
    licence: str
    year: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What a figure measures.

    Attributes:
        measure: its name in the figures file.
        title, unit: as shown.
        group: spending, demand, unit_cost, performance, workforce or comparison.
        better: lower, higher or neither.
        compares: for a comparison, the measure it stands beside; else blank.
        feeds: the ranking criterion it is a value for, or blank.
    """

    measure: str
    title: str
    unit: str
    group: str
    better: str
    compares: str
    feeds: str


@dataclass(frozen=True, slots=True)
class PublishedCouncil:
    """Everything published about one council's services, with every reference checked."""

    services: tuple[PublishedService, ...]
    figures: tuple[PublishedFigure, ...]
    sources: tuple[FigureSource, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file and where it stands.

    Attributes:
        file: the file's name, as in messages.
        number: line on which the row begins; the heading is line 1.
        cells: column -> text, stripped of outer blanks.
    """

    file: str
    number: int
    cells: dict[str, str]

    def problem(self, column: str, message: str) -> Problem:
        """A problem in one of this row's cells."""
        return Problem(f"{self.file}:{self.number}:{column}", message)


Check = Callable[[Line], Iterable[Problem]]

SERVICE_COLUMNS = tuple(PublishedService.__dataclass_fields__)
FIGURE_COLUMNS = tuple(PublishedFigure.__dataclass_fields__)
SOURCE_COLUMNS = tuple(FigureSource.__dataclass_fields__)
MEASURE_COLUMNS = tuple(Measure.__dataclass_fields__)
MAY_BE_BLANK = frozenset({"statute", "note", "purpose", "demand", "legal_basis", "compares", "feeds"})


def demo_folder(data: Path = DATA) -> Path:
    """The folder of the demo council's files inside the project's data folder."""
    return data / "demo"


def read_council(folder: Path) -> PublishedCouncil:
    """Reads services.csv, figures.csv, figure_sources.csv and measures.csv of a folder.

    Raises:
        Invalid: a file is missing or cannot be read, or a figure speaks of a service, source or measure that
            its file does not hold.
    """
    services = read_services(folder / "services.csv")
    sources = read_sources(folder / "figure_sources.csv")
    measures = read_measures(folder / "measures.csv")
    figures = read_figures(
        folder / "figures.csv",
        services={service.key for service in services},
        sources={source.source_key for source in sources},
        measures={measure.measure for measure in measures},
    )
    return PublishedCouncil(services, figures, sources, measures)


def read_services(path: Path) -> tuple[PublishedService, ...]:
    """The services of a file, in its order.

    Raises:
        Invalid: the file or a column is missing, a cell is blank that must not be, or a key comes twice.
    """
    lines = checked(path, SERVICE_COLUMNS, (filled, unique("key")))
    return tuple(PublishedService(**line.cells) for line in lines)


def read_figures(
    path: Path,
    *,
    services: Collection[str] | None = None,
    sources: Collection[str] | None = None,
    measures: Collection[str] | None = None,
) -> tuple[PublishedFigure, ...]:
    """The figures of a file, in its order.

    Args:
        path: the file.
        services: keys a figure may speak of; None lets every one pass.
        sources: keys a figure may cite; None lets every one pass.
        measures: names a figure may bear; None lets every one pass.

    Raises:
        Invalid: the file or a column is missing, a cell is blank, an amount or a year cannot be read, the
            same service, measure and year come twice, or a figure speaks of something that is not known.
    """
    checks = (
        filled,
        well_formed("amount", AMOUNT, "is not a number. Write digits alone, such as 2896000 or -8.3"),
        year_exists,
        unique("service_key", "measure", "year"),
        known("service_key", services, "services.csv"),
        known("source_key", sources, "figure_sources.csv"),
        known("measure", measures, "measures.csv"),
    )
    return tuple(figure(line) for line in checked(path, FIGURE_COLUMNS, checks))


def read_sources(path: Path) -> tuple[FigureSource, ...]:
    """The sources of a file, in its order; problems as for `read_services`.

    Raises:
        Invalid: as for `read_services`, or a year cannot be read.
    """
    lines = checked(path, SOURCE_COLUMNS, (filled, unique("source_key"), year_exists))
    return tuple(FigureSource(**line.cells) for line in lines)


def read_measures(path: Path) -> tuple[Measure, ...]:
    """The measures of a file, in its order.

    Raises:
        Invalid: as for `read_services`.
    """
    lines = checked(path, MEASURE_COLUMNS, (filled, unique("measure")))
    return tuple(Measure(**line.cells) for line in lines)


def read_lines(path: Path, columns: Collection[str]) -> tuple[Line, ...]:
    """The rows of a CSV file that has at least these columns; other columns are left out, empty rows too.

    Args:
        path: a file in UTF-8, with or without a byte order mark, the first row its column names.
        columns: the columns that must be there; cells come in this order.

    Raises:
        Invalid: the file is missing, is not UTF-8 text or CSV, lacks a column, or has a row that is too short
            or too long.
    """
    text = read_text(path)
    try:
        rows = list(numbered(text))
    except csv.Error as error:
        raise Invalid(
            [Problem(path.name, f"This is not a CSV file ({error}). Save it as CSV again.")]
        ) from error
    heading = [name.strip() for name in rows[0][1]] if rows else []
    problems = missing_columns(path, heading, columns) or wrong_lengths(path, heading, rows)
    if problems:
        raise Invalid(problems)
    return tuple(
        Line(path.name, number, {column: cells[heading.index(column)].strip() for column in columns})
        for number, cells in rows[1:]
    )


def read_text(path: Path) -> str:
    """The text of a UTF-8 file.

    Raises:
        Invalid: the file is missing, cannot be opened, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        message = f"The file is missing from {path.parent}. Put it there, or rebuild the folder."
    except UnicodeDecodeError as error:
        message = f"Byte {error.start + 1} is not UTF-8. Save the file as CSV UTF-8."
    except OSError as error:
        message = f"The file cannot be read ({error.strerror}). Check that it is a file you may read."
    raise Invalid([Problem(path.name, message)])


def numbered(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which the row begins, cells) of each row that is not empty."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def missing_columns(path: Path, heading: list[str], columns: Collection[str]) -> list[Problem]:
    """A problem for each column the heading lacks."""
    return [
        Problem(f"{path.name}:1:{column}", f"There is no column {column}. Add it to the first row.")
        for column in columns
        if column not in heading
    ]


def wrong_lengths(path: Path, heading: list[str], rows: list[tuple[int, list[str]]]) -> list[Problem]:
    """A problem for each row with more or fewer cells than the heading."""
    return [
        Problem(
            f"{path.name}:{number}:{heading[min(len(cells), len(heading)) - 1]}",
            f"The row has {len(cells)} cells, the first row {len(heading)}. "
            "Put text that holds commas in double quotes, and keep a comma for a blank cell.",
        )
        for number, cells in rows
        if len(cells) != len(heading)
    ]


def checked(path: Path, columns: Collection[str], checks: Iterable[Check]) -> tuple[Line, ...]:
    """The rows of a file once every check has looked at every row.

    Raises:
        Invalid: with all problems in line order.
    """
    lines = read_lines(path, columns)
    checks = tuple(checks)
    problems = [problem for line in lines for check in checks for problem in check(line)]
    if problems:
        raise Invalid(problems)
    return lines


def filled(line: Line) -> Iterator[Problem]:
    """A problem for each blank cell of a column that must have something."""
    for column, text in line.cells.items():
        if not text and column not in MAY_BE_BLANK:
            yield line.problem(column, "The cell is blank. Fill it in, or remove the row.")


def well_formed(column: str, pattern: re.Pattern[str], message: str) -> Check:
    """A check that a column's texts match a pattern; a blank is left to `filled`."""

    def check(line: Line) -> Iterator[Problem]:
        text = line.cells[column]
        if text and not pattern.fullmatch(text):
            yield line.problem(column, f"“{text}” {message}.")

    return check


def year_exists(line: Line) -> Iterator[Problem]:
    """A problem where the year is neither `2025` nor a financial year whose parts follow each other."""
    text = line.cells["year"]
    match = YEAR.fullmatch(text)
    follows = match and (not match[2] or int(match[2][1:]) == (int(match[1]) + 1) % 100)
    if text and not follows:
        yield line.problem("year", f"“{text}” is not a year. Write 2024-25, or 2025 for a count in one year.")


def unique(*columns: str) -> Check:
    """A check that no two rows have the same cells in these columns; the later row has the problem."""
    seen: dict[tuple[str, ...], int] = {}

    def check(line: Line) -> Iterator[Problem]:
        identity = tuple(line.cells[column] for column in columns)
        first = seen.setdefault(identity, line.number)
        if first != line.number:
            words = f"{', '.join(identity)} is already on line {first}. Keep one of the two rows."
            yield line.problem(columns[0], words)

    return check


def known(column: str, names: Collection[str] | None, file: str) -> Check:
    """A check that a column's texts are among `names`; None lets everything pass."""

    def check(line: Line) -> Iterator[Problem]:
        text = line.cells[column]
        if names is not None and text and text not in names:
            yield line.problem(column, f"{file} does not have “{text}”. Correct it here, or add it there.")

    return check


def figure(line: Line) -> PublishedFigure:
    """The figure of a checked row."""
    return PublishedFigure(**{**line.cells, "amount": Decimal(line.cells["amount"])})  # type: ignore[arg-type]
