"""The demonstration on published figures: lines, what is left out, figures, `vfm rank` and the pages."""

import csv
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.client import Browser, words
from tests.council import NOW
from vfm.app import create_app
from vfm.cli import main
from vfm.commands import demo
from vfm.demo import published
from vfm.errors import Invalid
from vfm.gateways import rank_files
from vfm.prioritisation.criteria import problems
from vfm.roles import Actor, Role
from vfm.settings import DATA, Settings
from vfm.store import database
from vfm.store.queries import rankings as queries
from vfm.store.queries.priorities import whole
from vfm.store.tables import Assessment, Cycle, Figure, FigureSource, Person, Service, Template
from vfm.workflows import priorities, rankings

FOLDER = DATA / "published"
BUILT = ("services.csv", "left_out.csv")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


LINES = rows(DATA / "figures" / "lancashire_lines.csv")
TOTALS = rows(DATA / "figures" / "lancashire_totals.csv")
SERVICES = rows(FOLDER / "services.csv")
LEFT_OUT = rows(FOLDER / "left_out.csv")
BY_KEY = {row["key"]: row for row in SERVICES}


def place(row: dict[str, str]) -> tuple[str, str, str]:
    return row["ons_code"], row["form"], row["line"]


# --- which lines --------------------------------------------------------------------------------------------


def test_the_build_repeats_byte_for_byte(tmp_path: Path) -> None:
    command = [sys.executable, "-B", "-I", str(FOLDER / "build.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(BUILT)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_two_folders_are_wrong_usage(tmp_path: Path) -> None:
    command = [sys.executable, "-B", "-I", str(FOLDER / "build.py"), str(tmp_path), str(tmp_path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2


def test_every_line_of_fifteen_councils_is_a_service_or_is_left_out_with_a_reason() -> None:
    assert (len(LINES), len(SERVICES), len(LEFT_OUT)) == (1095, 571, 524)
    assert sorted(map(place, LINES)) == sorted([*map(place, SERVICES), *map(place, LEFT_OUT)])
    assert len({row["ons_code"] for row in SERVICES}) == 15
    spent = {place(row) for row in LINES if float(row["total_expenditure"]) > 0}
    assert {place(row) for row in SERVICES} == spent
    reasons = Counter(row["reason"].split(";")[0].rstrip(".") for row in LEFT_OUT)
    assert reasons == {
        "Gross expenditure, income and net expenditure are all £0": 505,
        "Its total is £0": 15,
        "Gross expenditure is below zero": 3,
        "Gross expenditure is £0, though there is income or net expenditure": 1,
    }
    told = " ".join((DATA / "SOURCES.md").read_text(encoding="utf-8").split())
    for said in ("1,095 in all", "On 571", "other 524", "505 are nought", "77 of the 571"):
        assert said in told


def test_no_total_is_left_neither_by_name_nor_by_arithmetic() -> None:
    assert not [row for row in LINES if "TOTAL" in row["line"].upper()]
    assert {row["form"] for row in LINES} == {"RO4", "RO5", "RO6"}
    assert len(TOTALS) == 11
    assert all(row["equal_in"] == row["authorities"] == "15" for row in TOTALS if row["adds_up"])
    amounts: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in LINES:
        amounts[row["form"]][row["line"]].append(float(row["total_expenditure"]))
    for form, by_line in amounts.items():
        names = list(by_line)
        for at, name in enumerate(names):
            for first in range(at - 1):
                sums = [sum(parts) for parts in zip(*(by_line[n] for n in names[first:at]), strict=True)]
                equal = sum(a == b for a, b in zip(sums, by_line[name], strict=True) if b)
                assert equal < 3, f"{form}: {name} adds up {names[first:at]} in {equal} councils"


def test_a_key_fits_the_directory_and_is_given_once() -> None:
    assert len(BY_KEY) == len(SERVICES)
    assert all(re.fullmatch(r"E[0-9]{8}-[A-Z0-9-]+", key) and len(key) <= 40 for key in BY_KEY)


# --- what they are ranked on --------------------------------------------------------------------------------


def per_head(row: dict[str, str]) -> float:
    return 1000 * float(row["total_expenditure"]) / int(row["population_2020"])


def test_every_figure_is_worked_out_again_from_the_published_line() -> None:
    lines = {place(row): row for row in LINES}
    gaps = 0
    for row in SERVICES:
        line = lines[place(row)]
        gross, net = 1000 * float(line["total_expenditure"]), 1000 * float(line["net_current_expenditure"])
        assert (float(row["gross"]), float(row["net"])) == pytest.approx((gross, net))
        assert row["expenditure_level"] == row["gross"]
        assert float(row["net_share"]) == pytest.approx(100 * net / gross, abs=0.0051)
        others = [
            per_head(other)
            for other in LINES
            if place(other)[1:] == place(row)[1:]
            and other["ons_code"] != row["ons_code"]
            and float(other["total_expenditure"]) > 0
            and {other["class"], line["class"]} <= {"SD", "UA"}
        ]
        if len(others) < 5:
            gaps += 1
            assert row["gross_per_head"] == row["comparators_median"] == ""
        else:
            less = sum(other < per_head(line) for other in others) / len(others)
            assert float(row["gross_per_head"]) == pytest.approx(less, abs=0.00005)
    assert gaps == 77


def test_known_figures_by_hand() -> None:
    waste = BY_KEY["E07000117-WASTE-COLLECTION"]
    line = next(row for row in LINES if place(row) == ("E07000117", "RO5", "Waste collection"))
    assert waste["gross"] == f"{line['total_expenditure']}000"
    trade = BY_KEY["E06000008-TRADE-WASTE"]
    assert (trade["gross"], trade["income"], trade["net"]) == ("217000", "1056000", "-839000")
    assert trade["net_share"] == "-386.64"
    assert "Net is below zero" in trade["note"]
    assert "not marked as certified" in trade["note"]
    assert BY_KEY["E10000017-LIBRARY-SERVICE"]["gross_per_head"] == ""


def test_the_criteria_are_three_of_three_groups_and_sound() -> None:
    criteria = rank_files.rank_settings(published.CRITERIA.read_bytes(), "criteria.yaml").criteria
    assert problems(criteria) == []
    assert [(c.key, c.group) for c in criteria] == [
        ("expenditure_level", "materiality"),
        ("net_share", "funding"),
        ("gross_per_head", "cost"),
    ]
    assert all(c.definition and c.unit and c.source and c.direction == "higher" for c in criteria)


# --- filled -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[database.Engine]:
    """The demonstration as `vfm demo --published` makes it."""
    path = tmp_path_factory.mktemp("lines") / "lines.sqlite"
    demo.prepare(f"sqlite:///{path}", fresh=False, is_published=True)
    with database.opened(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture(scope="module")
def executive(engine: database.Engine) -> Actor:
    with database.reading(engine) as session:
        found = session.scalars(select(Person).where(Person.name == "Xena Executive")).one()
    return Actor(found.id, found.name, frozenset({Role.EXECUTIVE}))


@pytest.fixture(scope="module")
def run_id(engine: database.Engine, executive: Actor) -> int:
    with database.transaction(engine) as session:
        sheet = rankings.prepare(session).sheet
        return rankings.run(session, replace(sheet, name="Lines"), by=executive, now=NOW)


def test_it_holds_lines_and_figures_and_nothing_of_a_self_assessment(engine: database.Engine) -> None:
    with database.reading(engine) as session:
        for table in (Cycle, Template, Assessment):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count(Service.id))) == 571
        assert session.scalar(select(func.count(Figure.id))) == 5 * 571
        assert session.scalar(select(func.count(Figure.id)).where(Figure.feeds == "gross_per_head")) == 494
        titles = list(session.scalars(select(FigureSource.title)))
        rankable = queries.rankable(session)
    assert all(title.startswith("MHCLG revenue outturn 2024-25, form RO") for title in titles)
    assert [(one.id, one.ready, one.services) for one in rankable] == [(queries.FIGURES_ALONE, 571, 571)]


def as_ranked(run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    names = ("rank", "index", "low", "high", "values", "contributions", "drivers", "missing_weight")
    return {one["key"]: {name: one[name] for name in names} for one in run["services"]}


def test_the_page_and_vfm_rank_give_the_same_figures(
    engine: database.Engine, run_id: int, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["rank", str(FOLDER / "services.csv"), "--config", str(published.CRITERIA)]
    assert main([*command, "--draws", "0", "--json"]) == 0
    from_files = as_ranked(json.loads(capsys.readouterr().out))
    with database.reading(engine) as session:
        _, result = whole(session, run_id)
        board = priorities.board(session, run_id)
    from_pages = as_ranked(result)
    assert set(from_pages) == set(BY_KEY)
    assert from_pages == from_files
    on_the_page = {line.key: (line.rank, line.index) for line in board.lines}
    assert on_the_page == {key: (one["rank"], one["index"]) for key, one in from_files.items()}


def test_the_same_weights_leave_no_line_unranked(engine: database.Engine, run_id: int) -> None:
    with database.reading(engine) as session:
        board = priorities.board(session, run_id)
    assert len(board.ranked) == 571
    assert board.top == 57


# --- starting it --------------------------------------------------------------------------------------------


def test_a_file_with_the_other_demonstration_is_refused_with_its_name(engine: database.Engine) -> None:
    address = f"sqlite:///{engine.url.database}"
    with pytest.raises(Invalid, match="another demonstration"):
        demo.prepare(address, fresh=False, is_published=False)


def test_who_signs_in_reads_that_figures_are_published_and_people_invented(engine: database.Engine) -> None:
    app = create_app(Settings(f"sqlite:///{engine.url.database}", secret="x" * 32, is_demo=True))
    page = app.test_client().get("/demo").get_data(as_text=True)
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "published spending lines of 15 real councils" in words
    assert "Every person here is invented" in words
    assert "are a demonstration, not a judgement of these councils" in words
    assert "English unitary" not in words


def test_everybody_who_signs_in_is_obviously_invented() -> None:
    people = rows(FOLDER / "people.csv")
    assert Counter(role for one in people for role in one["roles"].split(";"))["executive"] == 4
    for one in people:
        assert one["email"] == one["name"].lower().replace(" ", ".") + "@published.example"
        assert one["name"].split()[1].lower() in one["roles"]


# --- the pages ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser(engine: database.Engine, executive: Actor) -> Browser:
    """Xena Executive's."""
    app = create_app(Settings(f"sqlite:///{engine.url.database}", secret="x" * 32, is_demo=True))
    browser = Browser(app)
    browser.open("/demo").submit("Xena Executive")
    return browser


def test_a_board_without_a_self_assessment_shows_nothing_of_one(browser: Browser, run_id: int) -> None:
    page = browser.open(f"/priorities/{run_id}")
    heads = [words(head) for head in page.tree.css(".vfm-ranking thead th")]
    assert heads[:7] == ["Service", "Place", "Directorate", "Index", "Materiality", "Funding", "Cost"]
    assert "571 of 571 services, 1 to 250 shown" in page.text
    listed = [len(page.tree.css(".vfm-ranking tbody tr"))]
    for _ in range(2):
        page = page.follow("Next")
        listed.append(len(page.tree.css(".vfm-ranking tbody tr")))
    assert listed == [250, 250, 71]
    assert "Value for money, of 100" not in page.text
    assert "section" not in page.text
    assert "MHCLG revenue outturn 2024-25, form RO5" in page.text


def test_a_share_opens_into_the_published_figures_it_is_counted_from(browser: Browser, run_id: int) -> None:
    """Asked for on the list, found on the line's own page: its figure, and those of the others."""
    page = browser.open(f"/priorities/{run_id}?q=tourism").follow("Tourism, Blackburn with Darwen")
    row = BY_KEY["E06000008-TOURISM"]
    others = [one for one in SERVICES if one["line"] == "Tourism" and one["ons_code"][:3] != "E10"]
    assert (row["comparators"], row["comparators_less"], len(others)) == ("8", "7", 9)
    assert "£17.96 per resident; 88% of 8 other districts and unitary authorities spend less" in page.text
    listed = [words(item) for item in page.tree.css("details li")]
    assert len(listed) == 8
    mine = float(row["pounds_per_head"])
    amounts = [float(re.search(r"£([0-9.]+) per resident", one)[1]) for one in listed]
    assert amounts == sorted(amounts)
    assert sum(amount < mine for amount in amounts) == 7
    assert "Tourism, Blackburn with Darwen" in page.text


def test_an_executive_is_led_to_the_ranking(browser: Browser, run_id: int) -> None:
    assert "decide: 0 decisions recorded so far" in browser.open("/").text
