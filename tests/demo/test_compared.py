"""What the demo is compared with: every figure the published one, nothing invented beside a real name."""

import csv
import io
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, func, select

from tests.client import Browser
from tests.council import NOW
from tests.published import OWN, children, neighbour_median
from vfm.app import create_app
from vfm.demo.compared import CODE, NAME
from vfm.settings import DATA, Settings
from vfm.store import database
from vfm.store.tables import AreaFigure, Authority, FigureImport, Person, PersonRole, Service
from vfm.workflows import sign_in

WHOSE = "black" + "pool"


@pytest.fixture(scope="module")
def engine(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    made = database.connect(f"sqlite:///{shutil.copy(filled, tmp_path_factory.mktemp('compared'))}")
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def viewer(engine: Engine, compiled: FileSystemBytecodeCache) -> Iterator[Browser]:
    app = create_app(Settings(engine.url.render_as_string(), secret="tests", is_demo=True))
    app.config.update(TESTING=True, NOW=lambda: NOW)
    app.jinja_env.bytecode_cache = compiled
    with database.transaction(engine) as session:
        held = select(PersonRole.person_id).where(PersonRole.role == "core_team")
        person = session.scalars(select(Person.id).where(Person.id.in_(held)).order_by(Person.id)).first()
        token = sign_in.start(session, person, now=NOW)
    browser = Browser(app)
    with browser.client.session_transaction() as cookie:
        cookie["token"] = token
    yield browser
    app.extensions["vfm"].engine.dispose()


@pytest.fixture(scope="module")
def ids(engine: Engine) -> dict[str, int]:
    with database.reading(engine) as session:
        return dict(iter(session.execute(select(Service.key, Service.id))))


def exported(viewer: Browser, address: str) -> list[dict[str, str]]:
    sent = viewer.client.get(address).data.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(sent)))


def published(file: str) -> list[dict[str, str]]:
    text = (DATA / "figures" / file).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def test_every_file_was_taken_in_without_a_fault(engine: Engine):
    with database.reading(engine) as session:
        for summary, accepted in session.execute(select(FigureImport.summary, FigureImport.accepted_at)):
            assert accepted is not None
            assert (summary["counts"]["faults"], summary["unknown"]) == (0, [])
        assert session.scalar(select(func.count()).select_from(AreaFigure)) > 10_000


def test_whose_figures_they_are_stands_nowhere(engine: Engine, viewer: Browser, ids: dict[str, int]):
    with database.reading(engine) as session:
        names = dict(iter(session.execute(select(Authority.code, Authority.name))))
    assert names[CODE] == NAME
    assert not [name for name in names.values() if WHOSE in name.lower()]
    for address in (
        "/comparisons",
        "/comparisons/groups/",
        f"/services/{ids['CHILD-CARE']}/comparison?open=all",
    ):
        assert WHOSE not in viewer.open(address).html.lower()


def test_children_s_figures_and_their_medians_are_the_published_ones(viewer: Browser, ids: dict[str, int]):
    lines = {row["measure_code"]: row["measure"] for row in published("comparator_definitions.csv")}
    known, checked = children(), 0
    for row in exported(viewer, f"/services/{ids['CHILD-CARE']}/comparison/export/csv"):
        line, year = lines.get(row["Measure key"]), row["Year"]
        if line is None or (line, year, OWN) not in known:
            continue
        assert Decimal(row["Own figure"]) == known[line, year, OWN], row
        assert abs(Decimal(row["Median of comparators"]) - neighbour_median(line, year)) < Decimal("1e-9"), (
            row
        )
        checked += 1
    assert checked >= 10


def test_a_unit_cost_and_a_share_by_hand(viewer: Browser, ids: dict[str, int]):
    raw = {
        (r["measure_code"], r["period"], r["la_number"]): r["value"]
        for r in published("comparator_children.csv")
    }
    rows = {
        row["Measure key"]: row
        for row in exported(viewer, f"/services/{ids['CHILD-CARE']}/comparison/export/csv")
    }
    cost = rows["TotalLACFinance/LACnum"]
    spent = Decimal(raw["TotalLACFinance", "2024-25 (OT)", OWN])
    assert abs(Decimal(cost["Own figure"]) - spent / Decimal(raw["LACnum", "2025", OWN])) < Decimal("1e-9")
    assert (cost["Year"], cost["Divided by year"], cost["Unit"]) == (
        "2024-25",
        "2025",
        "GBP per child looked after",
    )
    blocks = {
        row["service_block"]: Decimal(row["net_current_expenditure_gbp_thousand"])
        for row in published("comparator_blocks.csv")
        if (row["ons_code"], row["financial_year"]) == (CODE, "2017-18")
    }
    share = rows["RS_csc_net_exp/RS_totsx_net_exp"]
    expected = blocks["Children Social Care"] / blocks["Total service expenditure"]
    assert abs(Decimal(share["Own figure"]) - expected) < Decimal("1e-12")
    assert share["Unit"] == "share"


def test_lines_of_the_return_are_the_published_ones(viewer: Browser):
    raw = {
        (row["service_line"], row["measure"]): Decimal(row["gbp_thousand"])
        for row in published("comparator_lines.csv")
        if (row["ons_code"], row["financial_year"]) == (CODE, "2024-25")
    }
    rows = {row["Measure key"]: row for row in exported(viewer, "/comparisons/export/csv")}
    total = rows["RO5_waste_collection_total_expenditure"]
    assert Decimal(total["Own figure"]) == 1000 * raw["Waste collection", "total_expenditure"] == 3_647_000
    share = rows["RO5_waste_collection_total_income/RO5_waste_collection_total_expenditure"]
    expected = raw["Waste collection", "total_income"] / raw["Waste collection", "total_expenditure"]
    assert abs(Decimal(share["Own figure"]) - expected) < Decimal("1e-12")


def test_every_line_has_its_source_or_says_why_there_is_no_figure(viewer: Browser, ids: dict[str, int]):
    rows = exported(viewer, "/comparisons/export/csv")
    assert len(rows) >= 50
    for row in rows:
        if row["Own figure"]:
            assert row["Source"], row
            assert row["Licence"] == "Open Government Licence v3.0"
            assert row["Basis"], row
        else:
            assert row["Why there is no figure"], row
    for key in {row["Service key"] for row in rows}:
        page = viewer.open(f"/services/{ids[key]}/comparison?open=all")
        shown = page.soup.select("section[id^=measure-]")
        assert len(shown) == sum(row["Service key"] == key for row in rows)
        for section in shown:
            assert "Open Government Licence v3.0" in section.get_text() or section.select(".govuk-inset-text")
