"""Every money figure on a page of the demo shows its source and year, and is the published one.

The expected amount is looked up in the published file by the form, line and year that the page itself names.
An answer may be money too; it stands under its question.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from bs4 import NavigableString, Tag
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select

from tests.client import Browser, Page, words
from tests.council import NOW
from tests.published import COLUMN, ENGLAND, OWN, children, neighbour_median, outturn
from vfm.app import create_app
from vfm.settings import DATA, Settings
from vfm.store import database
from vfm.store.review_teams import IS_ROUND
from vfm.store.tables import Assessment, Cycle, Person, PersonRole, PrioritisationRun, Service
from vfm.workflows import sign_in

MONEY = re.compile(r"[-−]?£[\d,]+(?:\.\d+)?m?")
NUMBER = re.compile(r"[-−]?£?[\d,]+(?:\.\d+)?")
QUESTION = re.compile(r"\b[A-Z]{3}-\d{2}\b")
UNDER_A_QUESTION = ".vfm-question, .vfm-answer, .govuk-summary-list__row, span.vfm-source"
"""What holds a question's key together with its answer."""
SPENT = {"PRO-03": "gross_expenditure", "PRO-04": "net_expenditure"}
"""The questions whose answer the demo takes from a published figure."""
YEAR = "2024-25"
SERVICES = {
    row["key"]: row
    for row in csv.DictReader(io.StringIO((DATA / "demo" / "services.csv").read_text(encoding="utf-8")))
}


@dataclass(frozen=True)
class Demo:
    """The filled demo; `ids` are the services' by key, `pupils` (assessment, service key) by status."""

    app: Flask
    ids: Mapping[str, int]
    run: int
    under_way: Mapping[str, list[tuple[int, str]]]
    finished: list[tuple[int, str]]

    def sign_in(self, role: str, service: str | None = None) -> Browser:
        """A browser of the first person with this role, for this service."""
        held = select(PersonRole.person_id).where(PersonRole.role == role)
        if service:
            held = held.where(PersonRole.service_id == self.ids[service])
        with database.transaction(self.app.extensions["vfm"].engine) as session:
            person = session.scalars(select(Person.id).where(Person.id.in_(held)).order_by(Person.id)).first()
            token = sign_in.start(session, person, now=NOW)
        browser = Browser(self.app)
        with browser.client.session_transaction() as cookie:
            cookie["token"] = token
        return browser


@pytest.fixture(scope="module")
def demo(
    filled: Path, compiled: FileSystemBytecodeCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    copy = shutil.copy(filled, tmp_path_factory.mktemp("money"))
    engine = database.connect(f"sqlite:///{copy}")
    with database.reading(engine) as session:
        cycles = list(session.scalars(select(Cycle.id).where(IS_ROUND).order_by(Cycle.opened_at)))
        ids = dict(iter(session.execute(select(Service.key, Service.id))))
        run = session.scalars(select(PrioritisationRun.id).order_by(PrioritisationRun.id)).first()
        found = session.execute(
            select(Assessment.cycle_id, Assessment.status, Assessment.id, Service.key)
            .join(Service)
            .order_by(Assessment.id)
        ).all()
    under_way: dict[str, list[tuple[int, str]]] = {}
    for cycle, status, assessment, key in found:
        if cycle == cycles[3]:
            under_way.setdefault(status, []).append((assessment, key))
    finished = [(assessment, key) for cycle, _, assessment, key in found if cycle == cycles[1]]
    app = create_app(Settings(engine.url.render_as_string(), secret="tests", is_demo=True))
    app.config.update(TESTING=True, NOW=lambda: NOW)
    app.jinja_env.bytecode_cache = compiled
    yield Demo(app, ids, run, under_way, finished)
    app.extensions["vfm"].engine.dispose()
    engine.dispose()


# --- reading a page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A figure as a page shows it; `beside` is the text of the row, paragraph or box it stands in."""

    service: str
    measure: str
    year: str
    amount: Decimal
    words: str
    beside: str


def shown(page: Page | Tag) -> list[Shown]:
    """Every figure that a page calls published."""
    soup = page.soup.main if isinstance(page, Page) else page
    return [
        Shown(
            *str(tag["data-figure"]).split("|"),
            Decimal(str(tag["value"])),
            words(tag),
            words(tag.find_parent(class_=["vfm-source", "vfm-figure"]) or tag.find_parent(["tr", "p"])),
        )
        for tag in soup.select("[data-figure]")
    ]


def amounts(text: str) -> list[Decimal]:
    """The exact money amounts of a text, the display undone."""
    return [undone(found) for found in MONEY.findall(text)]


def undone(text: str) -> Decimal:
    """`£94,614,000` as 94614000, `−£284,000` as -284000."""
    return Decimal(re.sub(r"[£,]", "", text).replace("−", "-"))


def published(service: str, measure: str, year: str, beside: str) -> Decimal:
    """The amount in the published file, at the place that the words beside the figure name."""
    line = SERVICES[service]
    if measure in COLUMN:
        form = re.search(rf"MHCLG revenue outturn {year}, form (\w+), a real English unitary", beside)
        assert form, f"{service} {measure} {year}: no source and year in “{beside}”"
        assert form[1] == line["form"] or (line["form"], form[1]) == ("RS", "RSX")
        assert f"{form[1]}: {line['line']}" in beside
        return Decimal(outturn()[year, form[1], line["line"], COLUMN[measure]])
    named = re.search(r"LAIT: (.+?);", beside) or re.search(r"LAIT: (.+)", beside)
    assert named, f"{service} {measure} {year}: no line in “{beside}”"
    assert f"DfE Local Authority Interactive Tool {year}, a real English unitary" in beside
    if measure.endswith("_england"):
        assert f"Tool {year}, England" in beside
        return children()[named[1], year, ENGLAND]
    if measure.endswith("_neighbour_median"):
        assert f"Tool {year}, the statistical neighbours of a real English unitary" in beside
        return neighbour_median(named[1], year)
    return children()[named[1], year, OWN]


def check(page: Page | Tag, service: str = "") -> int:
    """Holds every published figure of a page to the file; how many there are."""
    found = shown(page)
    for one in found:
        where = f"{one.service} {one.measure} {one.year} in “{one.beside}”"
        assert not service or one.service == service, where
        assert one.year in one.beside, where
        assert one.amount == published(one.service, one.measure, one.year, one.beside), where
        assert undone(NUMBER.findall(one.words)[0]) == one.amount, where
    return len(found)


def check_the_rest(page: Page) -> None:
    """Nothing else on a page is money, but answers under their question and repeats of what stands beside."""
    for text in page.soup.main.find_all(string=MONEY):
        if text.find_parent(attrs={"data-figure": True}) or text.find_parent("script"):
            continue
        assert text.find_parent(class_="vfm-chart") or is_an_answer(text) or is_beside_itself(text), (
            f"{page.address}: “{text.strip()}” has neither source nor question"
        )


def is_an_answer(text: NavigableString) -> bool:
    """True under a question's key."""
    return any(
        QUESTION.search(words(parent)) for parent in text.parents if parent.css.match(UNDER_A_QUESTION)
    )


def is_beside_itself(text: NavigableString) -> bool:
    """True where each amount is also among the published figures of its cell, or of its section's table."""
    cell = text.find_parent(["td", "dd"]) or text.find_parent("main")
    known = {amount for one in shown(cell) for amount in (one.amount, *amounts(one.words))}
    return set(amounts(text)) <= known


# --- services -----------------------------------------------------------------------------------------------


def test_the_list_of_services(demo: Demo):
    page = demo.sign_in("viewer").open("/services")
    assert check(page) == len(SERVICES)
    assert {one.service for one in shown(page)} == set(SERVICES)
    check_the_rest(page)


def test_every_service(demo: Demo):
    browser = demo.sign_in("viewer")
    for key, service_id in demo.ids.items():
        page = browser.open(f"/services/{service_id}")
        if key not in SERVICES:  # a service the story adds; nothing is published about it
            assert (shown(page), MONEY.search(page.text)) == ([], None)
            continue
        assert check(page, key) >= 5
        assert {one.measure for one in shown(page)} >= {*SPENT.values(), "employees", "running_expenses"}
        check_trends(page, key)
        if key != "FIRE-PLAN":
            check_the_rest(page)


def check_trends(page: Page, key: str) -> None:
    """A trend's table and picture hold the published amounts; its sentence says them to 0.1 million."""
    for table in page.soup.select("table[data-chart-table]"):
        measure, chart = str(table["data-chart-table"]), table.find_parent(class_="vfm-chart")
        drawn = json.loads(page.soup.select_one(f'script[data-chart-figure="{measure}"]').string)["data"][0]
        rows = [[words(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")]
        line = f"{SERVICES[key]['form']}: {SERVICES[key]['line']}"
        for (year, amount, source), height in zip(rows, drawn["y"], strict=True):
            if measure not in COLUMN:
                assert f"Interactive Tool {year}, a real English unitary" in source
                continue
            exact = published(key, measure, year, f"{source}, {line}")
            assert undone(amount) == exact
            assert Decimal(str(height)) * (1_000_000 if abs(exact) >= 1_000_000 else 1) == exact
            short = (exact / 1_000_000).quantize(Decimal("0.1"), ROUND_HALF_UP)
            summary = words(chart.p)
            assert year not in summary or f"£{short}m in {year}" in summary


def test_the_remark_on_the_fire_service_is_the_published_total(demo: Demo):
    page = demo.sign_in("viewer").open(f"/services/{demo.ids['FIRE-PLAN']}")
    assert "The published total for fire and rescue services is £0" in page.text
    line = next(name for _, form, name, _ in outturn() if form == "RO6" and name.startswith("TOTAL FIRE"))
    assert outturn()[YEAR, "RO6", line, "total_expenditure"] == 0


# --- questions ----------------------------------------------------------------------------------------------


def check_spending(page: Page, key: str, answer: str) -> None:
    """Gross and net stand beside their questions, with source and year, and the answer repeats them."""
    assert check(page, key) >= 2
    for question, measure in SPENT.items():
        under = page.soup.find(id=question)
        (one,) = [one for one in shown(under) if one.measure == measure]
        assert (one.year, QUESTION.findall(words(under))[0]) == (YEAR, question)
        given = under.select_one(answer)
        assert given is not None, f"{page.address}: {question}"
        typed = str(given["value"]) if given.name == "input" else words(given)
        assert not typed or undone(typed) == one.amount


def test_questions_being_answered(demo: Demo):
    for assessment, key in demo.under_way["open"]:
        browser = demo.sign_in("director", key)
        page = browser.open(f"/assessments/{assessment}/sections/PRO")
        check_spending(page, key, "input[name$='.value']")
        check_the_rest(page)
        check(browser.open(f"/assessments/{assessment}/sections/ECO"), key)


def test_answers_being_read(demo: Demo):
    browser = demo.sign_in("core_team")
    for assessment, key in demo.finished[::6]:
        page = browser.open(f"/assessments/{assessment}/sections/PRO")
        check_spending(page, key, ".vfm-typed")
        check_the_rest(page)


def test_a_cost_stands_beside_its_question_with_the_neighbours_and_their_source(demo: Demo):
    assessment = next(assessment for assessment, key in demo.finished if key == "CHILD-CARE")
    page = demo.sign_in("core_team").open(f"/assessments/{assessment}/sections/ECO")
    assert check(page, "CHILD-CARE") >= 2
    measures = {one.measure for one in shown(page)}
    assert measures >= {"looked_after_weekly_cost", "looked_after_weekly_cost_neighbour_median"}


def test_money_that_only_an_answer_gives_stands_under_its_question(demo: Demo):
    browser = demo.sign_in("core_team")
    for section in ("DEM", "GOV"):
        pages = [browser.open(f"/assessments/{one}/sections/{section}") for one, _ in demo.finished]
        assert any(MONEY.search(page.text) for page in pages), section
        for page in pages:
            assert not shown(page)
            check_the_rest(page)


@pytest.mark.parametrize("address", ["result?open=all", "check", "questions"])
def test_answers_on_other_pages_stand_under_their_question(demo: Demo, address: str):
    browser = demo.sign_in("core_team")
    for assessment, _ in demo.finished[:2]:
        page = browser.open(f"/assessments/{assessment}/{address}")
        assert MONEY.search(page.text)
        check_the_rest(page)


# --- priorities ---------------------------------------------------------------------------------------------


def gross_of(service: str, form: str) -> int:
    """Gross expenditure as published, in pounds."""
    return outturn()[YEAR, form, SERVICES[service]["line"], COLUMN["gross_expenditure"]]


def forms_of(service: str) -> str:
    """The form that gives gross expenditure: a block's is on RSX."""
    return {"RS": "RSX"}.get(SERVICES[service]["form"], SERVICES[service]["form"])


def test_the_board_and_its_table_name_the_source_of_each_form(demo: Demo):
    page = demo.sign_in("executive").open(f"/priorities/{demo.run}")
    chart = page.soup.select_one("table[data-chart-table=quadrant]").find_parent(class_="vfm-chart")
    keys = {row["name"]: key for key, row in SERVICES.items()}
    heading = [words(cell) for cell in chart.select("thead th")].index("Gross expenditure, £")
    rows = [[words(cell) for cell in row.select("th, td")] for row in chart.select("tbody tr")]
    assert len(rows) >= 50
    said = words(chart.select_one(".vfm-source"))
    assert said.startswith(f"Gross expenditure, {YEAR}: ")
    for row in rows:
        key = keys[row[0]]
        assert undone(row[heading]) == gross_of(key, forms_of(key))
        assert f"MHCLG revenue outturn {YEAR}, form {forms_of(key)}, a real English unitary" in said
    check_the_rest(page)


def test_the_export_names_the_source_in_every_row(demo: Demo):
    browser = demo.sign_in("executive")
    sent = browser.client.get(f"/priorities/{demo.run}/export/csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sent)))
    assert len(rows) >= 50
    for row in rows:
        form = forms_of(row["Key"])
        assert Decimal(row["Gross expenditure, £"]) == gross_of(row["Key"], form)
        assert row["Gross expenditure, year"] == YEAR
        title = f"MHCLG revenue outturn {YEAR}, form {form}, a real English unitary"
        assert row["Gross expenditure, source"] == title


def test_every_service_of_the_board(demo: Demo):
    browser = demo.sign_in("executive")
    keys = {row["name"]: key for key, row in SERVICES.items()}
    links = browser.open(f"/priorities/{demo.run}").soup.select(".vfm-ranking tbody th a")
    assert len(links) >= 50
    for link in links:
        page = browser.open(str(link["href"]))
        assert check(page, keys[page.heading]) >= 3
        assert {one.measure for one in shown(page)} >= set(SPENT.values())
        check_the_rest(page)


def test_what_a_figure_is_compared_with_is_published_too(demo: Demo):
    """`their median £1,995 per week, England £2,100 per week`: each the published one."""
    page = demo.sign_in("executive").open(f"/priorities/{demo.run}/services/{demo.ids['CHILD-CARE']}")
    (cost,) = [one for one in shown(page) if one.measure == "looked_after_weekly_cost"]
    line = re.search(r"LAIT: ([^;]+)", cost.beside)[1]
    assert amounts(cost.words) == [
        children()[line, YEAR, OWN],
        neighbour_median(line, YEAR),
        children()[line, YEAR, ENGLAND],
    ]
    for of_whom in ("the statistical neighbours of a real English unitary", "England"):
        assert f"Tool {YEAR}, {of_whom}" in cost.beside
