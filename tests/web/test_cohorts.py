"""Pages of all services of a cycle: what they show, chosen and sorted, what leaves, when they are empty."""

import csv
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine

from tests import build
from tests.answered import signed_off
from tests.client import Browser, Page, words
from tests.cohort import ASKED, cohort, given, name_families, publish_compared, send
from tests.council import SmallCouncil
from tests.rounds import Round, opened
from vfm.questionnaires.schema import Method, RuleRow, RuleTable, Scoring

SignedIn = Callable[[str], Browser]
VIEWS = ("", "/distribution", "/outliers", "/groups", "/questions", "/figures")
FILES = ("heat-map", "distribution", "outliers", "groups", "questions", "figures", "questions/A-01")


@pytest.fixture
def made(engine: Engine, council: SmallCouncil) -> Round:
    name_families(engine)
    return cohort(engine, council)


@pytest.fixture
def viewer(made: Round, signed_in: SignedIn) -> Browser:
    return signed_in("viewer")


def at(made: Round, view: str = "") -> str:
    return f"/cycles/{made.cycle_id}/cohort{view}"


def rows(page: Page, selector: str) -> list[list[str]]:
    return [
        [words(cell) for cell in row.select("th, td")] for row in page.soup.select(f"{selector} tbody tr")
    ]


def sheet(content: bytes, name: str) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


def comma(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


# --- the heat map -------------------------------------------------------------------------------------------


def test_the_map_has_a_colour_a_figure_and_a_way_to_each_section(viewer: Browser, made: Round) -> None:
    page = viewer.open(f"/cycles/{made.cycle_id}/results").follow("Heat map")
    assert page.heading == "Heat map, Rollout 2026"
    assert "Every section stands at a median of 67 of 100." in page.text
    special = next(row for row in page.soup.select("tbody tr") if "Special" in words(row))
    cells = special.select("td")
    assert [words(cell) for cell in cells] == ["33", "0", "67"]
    assert [cell["class"][-1] for cell in cells] == ["vfm-heat--red", "vfm-heat--red", "vfm-heat--green"]
    assert [cell["data-label"] for cell in cells] == ["Overall", "A", "B"]
    link = str(cells[1].a["href"])
    assert link == f"/assessments/{made.assessments['SEND']}/result?open=A#section-A"
    result = viewer.open(link.split("#")[0])
    assert result.soup.select_one("details#section-A[open]") is not None


def test_the_map_is_sorted_by_any_column_and_keeps_its_state_in_the_address(
    viewer: Browser, made: Round
) -> None:
    page = viewer.open(at(made)).follow("Economy")
    assert "sort=-A" in page.address
    assert rows(page, ".vfm-heatmap")[-1][0].startswith("Special")
    turned = page.follow("Economy ▼")
    assert rows(turned, ".vfm-heatmap")[0][0].startswith("Special")
    found = turned.submit("Show", directorate="Place")
    assert [row[0] for row in rows(found, ".vfm-heatmap")] == ["Highways Place", "Waste collection Place"]
    assert "sort=A" in found.address
    spread = found.follow("Distribution")
    assert "directorate=Place" in spread.address
    assert "2 of 2 services are counted." in spread.text
    family = viewer.open(at(made, "?family=places"))
    assert len(rows(family, ".vfm-heatmap")) == 2
    assert len(rows(viewer.open(at(made, "?band=Weak")), ".vfm-heatmap")) == 1
    nothing = page.submit("Show", q="no such service")
    assert "No result fits what you chose. Show all 5 services" in nothing.text


def test_the_map_is_grouped_by_directorate_with_the_median_of_each(viewer: Browser, made: Round) -> None:
    page = viewer.open(at(made)).submit("Show", group="directorate")
    totals = [[words(cell) for cell in row.select("th, td")] for row in page.soup.select(".vfm-subtotal")]
    assert totals[1] == ["Children median of 1 of 1", "33", "0", "67"]
    assert totals[-1] == ["All shown median of 5 of 5", "67", "67", "67"]
    assert "directorate=Adults" in page.follow("Adults").address


# --- the other views ----------------------------------------------------------------------------------------


def test_a_bar_of_the_distribution_opens_to_its_services(viewer: Browser, made: Round) -> None:
    page = viewer.open(at(made, "/distribution"))
    assert "Half of the 5 services score between 67 and 67 overall; the median is 67" in page.text
    bars = rows(page, "table[data-chart-table=distribution]")
    assert bars[3] == ["30 to under 40", "1"]
    assert bars[6] == ["60 to under 70", "4"]
    step = page.follow("30 to under 40")
    assert "Services that score 30 to under 40" in step.text
    assert [words(tag) for tag in step.soup.select("#services ~ div tbody th")] == [
        "Special educational needs"
    ]
    economy = page.submit("Show", section="A")
    assert "in Economy" in economy.text
    assert rows(economy, "table[data-chart-table=distribution]")[0] == ["0 to under 10", "1"]
    assert "QUARTILE.INC" in page.text
    assert (
        len(viewer.open(at(made, "/distribution?from=x&to=y")).soup.select("#services ~ div tbody tr")) == 5
    )


def test_an_outlier_is_told_with_its_drivers_and_few_peers_are_told_too(viewer: Browser, made: Round) -> None:
    page = viewer.open(at(made, "/outliers"))
    assert "1 service stands far from the rest." in page.text
    (row,) = rows(page, "h2 ~ .vfm-scroll .vfm-cards")
    assert row[:5] == ["Special educational needs", "33", "33.3 below", "28.3", "–"]
    assert row[5] == "Economy 0, where the peers’ median is 67; pulls by −33.3"
    assert row[6].startswith("A-01 How well is it done? 0, where the peers’ median is 67; pulls by −16.7")
    few = page.submit("Show", by="directorate")
    assert "Too few services are scored to say who stands far from the rest." in few.text
    assert "Place: 2 scored" in few.text


def test_directorates_stand_on_a_line_each_and_open_to_their_services(viewer: Browser, made: Round) -> None:
    page = viewer.open(at(made, "/groups"))
    assert "Children stands lowest, at a median of 33; 3 groups stand highest, at 67" in page.text
    found = {row[0]: row for row in rows(page, ".vfm-groups")}
    assert found["Children"][1:] == ["1", "1", "0", "33", "–", "33", "0: Economy", "1", "0", "–"]
    assert found["All services"][1:6] == ["5", "5", "0", "67", "67 to 67"]
    assert page.follow("Children").address.endswith("cohort?directorate=Children")
    families = page.submit("Show", by="family")
    assert families.heading == "Families, Rollout 2026"
    assert {row[0] for row in rows(families, ".vfm-groups")} == {"places", "No family named", "All services"}
    division = page.submit("Show", by="division").follow("Place: Transport")
    assert [row[0] for row in rows(division, ".vfm-heatmap")] == ["Highways Place"]


def test_questions_open_to_the_services_by_level_and_down_to_the_answer(viewer: Browser, made: Round) -> None:
    page = viewer.open(at(made, "/questions"))
    assert "They take 40 of 100 points from the mean overall score of the 5 with one." in page.text
    found = rows(page, ".vfm-questions")
    assert [row[0][:4] for row in found] == ["B-01", "A-01", "A-02"]
    assert found[1][1:] == ["11.7", "53", "67", "20%", "0%", "0%", "0%", "20%", "30", "5"]
    assert rows(page.follow("Mean points"), ".vfm-questions")[0][0].startswith("B-01")
    assert len(rows(page.submit("Show", section="A"), ".vfm-questions")) == 2
    one = page.submit("Show", status="signed_off").follow("A-01")
    assert "status=signed_off" in one.address
    assert "4 services say “3: In place”" in one.text
    assert "1: Not in place: 1 service" in one.text
    link = one.soup.select_one("#answer-0 ~ div a")
    assert str(link["href"]).endswith(f"/assessments/{made.assessments['SEND']}/result?open=A-01#A-01")
    back = one.follow("Back to the questions")
    assert "status=signed_off" in back.address
    viewer.open(at(made, "/questions/F-01"), expect=404)


def test_figures_disagree_with_scores_and_carry_source_year_and_basis(
    viewer: Browser, made: Round, engine: Engine, council: SmallCouncil
) -> None:
    page = viewer.open(at(made, "/figures"))
    assert "No service shown has a published figure that says how many comparators" in page.text
    publish_compared(engine, council)
    page = viewer.open(at(made, "/figures"))
    assert "2 of 2 comparisons disagree. 2 of 5 services have a published figure" in page.text
    first, second = rows(page, "h2 ~ .vfm-scroll .vfm-cards")
    assert (first[0], first[2:]) == (
        "Libraries", ["80% are cheaper", "Economy", "67", "Scores high, stands badly"],
    )  # fmt: skip
    assert "Cost of a visit, 2024-25 : £45.50 per visit; 80% of 10 neighbours are cheaper" in first[1]
    assert "Unit costs, a real unitary; The same, Line 7; cash, outturn" in first[1]
    assert second[-1] == "Scores low, stands well"
    assert "No scored section of this template asks about performance against others." in page.text


# --- what leaves --------------------------------------------------------------------------------------------


def test_every_view_leaves_as_csv_and_excel_unrounded(
    viewer: Browser, made: Round, engine: Engine, council: SmallCouncil
) -> None:
    publish_compared(engine, council)
    for name in FILES:
        csv_rows = comma(viewer.open(at(made, f"/{name}.csv")).response.data)
        assert len(csv_rows) > 1, name
        book = openpyxl.load_workbook(io.BytesIO(viewer.open(at(made, f"/{name}.xlsx")).response.data))
        first = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
        assert first[0] == csv_rows[0], name
        assert len(first) == len(csv_rows), name
    viewer.open(at(made, "/no-such-view.csv"), expect=404)


def test_files_hold_what_is_chosen_and_sorted_with_every_digit(viewer: Browser, made: Round) -> None:
    page = viewer.open(at(made, "?sort=A&directorate=Children"))
    (address,) = {str(link["href"]) for link in page.soup.select("a[href*='.csv']")}
    heading, only = comma(viewer.open(address).response.data)
    told = dict(zip(heading, only, strict=True))
    assert (told["Service"], told["Overall score"], told["Demand (B)"]) == (
        "Special educational needs", "33.333333333333336", "66.66666666666667",
    )  # fmt: skip
    spread = viewer.open(at(made, "/distribution.xlsx")).response.data
    assert sheet(spread, "Quartiles")[1][:6] == [5, *[pytest.approx(x) for x in (100 / 3, *[200 / 3] * 4)]]
    assert [row[2] for row in sheet(spread, "Steps")][1:] == [0, 0, 0, 1, 0, 0, 4, 0, 0, 0]
    peers = sheet(viewer.open(at(made, "/outliers.xlsx")).response.data, "Peers")
    assert peers[1][:2] == ["All services", 5]
    assert peers[1][-3:] == [pytest.approx(200 / 3 - 5), pytest.approx(200 / 3 + 5), 1]
    grouped = viewer.open(at(made, "/heat-map.xlsx?group=directorate")).response.data
    assert [row[0] for row in sheet(grouped, "Medians")][1:] == [
        "Adults", "Children", "Communities", "Place", "All services",
    ]  # fmt: skip


# --- who sees what, and when there is nothing ---------------------------------------------------------------


def test_directors_see_their_own_services_alone_on_every_view(made: Round, signed_in: SignedIn) -> None:
    director = signed_in("director")
    for view in (*VIEWS, "/questions/A-01"):
        page = director.open(at(made, view))
        assert "Special educational needs" not in page.html, view
        assert "You see the services you answer for" in page.text, view
    for name in FILES:
        assert b"SEND" not in director.open(at(made, f"/{name}.csv")).response.data, name


def test_before_any_result_every_view_says_so(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = opened(engine, council, ASKED, services=("LIB", "ROADS"))
    viewer = signed_in("viewer")
    assert "No section has a score yet." in viewer.open(at(made)).text
    assert "Nothing can be counted yet" in viewer.open(at(made, "/distribution")).text
    for view in ("/outliers", "/groups", "/questions", "/questions/A-01"):
        assert "No result yet: no service has submitted." in viewer.open(at(made, view)).text, view
    viewer.open(at(made, "/figures"))
    for name in FILES:
        viewer.open(at(made, f"/{name}.xlsx"))
    viewer.open("/cycles/999/cohort", expect=404)


def test_one_service_alone_and_one_with_too_little_answered(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = opened(engine, council, ASKED, services=("LIB", "ROADS"))
    few = {"A-01": build.answer(4), "A-02": build.dont_know(), "B-01": build.dont_know()}
    send(engine, council, made, "LIB", few)
    viewer = signed_in("viewer")
    page = viewer.open(at(made, "/distribution"))
    assert "Nothing can be counted yet: no service shown has an overall score." in page.text
    assert "1 service with too little answered is not counted" in page.text
    assert ["Libraries", "Communities", "Too little answered", "25 to 100"] in rows(page, "#uncounted ~ div")
    assert (
        next(words(cell) for cell in viewer.open(at(made)).soup.select("tbody tr:nth-of-type(2) td")) == "few"
    )
    for view in VIEWS:
        viewer.open(at(made, view))
    assert "It takes" not in viewer.open(at(made, "/questions/A-01")).text
    send(engine, council, made, "ROADS", given(3, 3, 3))
    page = viewer.open(at(made, "/distribution"))
    assert "One service scores 67 overall" in page.text
    assert "Fewer than four scores are too few for quartiles." in page.text
    for view in VIEWS:
        viewer.open(at(made, view))


def test_a_template_without_an_overall_score_is_told_by_its_sections(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    profile = build.questionnaire(
        build.section("A", build.scale_question("A-01"), build.scale_question("A-02"), title="Economy"),
        build.section("B", build.scale_question("B-01"), title="Demand"),
        scoring=Scoring(has_overall=False),
    )
    made = opened(engine, council, profile, services=("LIB", "WASTE"))
    signed_off(engine, council, made.assessments["LIB"], profile, given(4, 3, 2))
    signed_off(engine, council, made.assessments["WASTE"], profile, given(3, 3, 1))
    viewer = signed_in("viewer")
    page = viewer.open(at(made, "/distribution"))
    assert ["Libraries", "Communities", "The template gives no overall score", "–"] in rows(
        page, "#uncounted ~ div"
    )
    assert "2 services score 67 to 83 in Economy" in page.submit("Show", section="A").text
    questions = viewer.open(at(made, "/questions"))
    assert [row[0][:4] for row in rows(questions, ".vfm-questions")] == ["B-01", "A-02", "A-01"]
    assert questions.soup.select_one("[data-chart]") is None
    for view in VIEWS:
        viewer.open(at(made, view))


def test_a_table_of_rules_shows_its_statuses_and_has_nothing_to_count(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    table = RuleTable(
        lists={"must": ("M-1",)},
        statuses=("Not yet", "Sound"),
        minimum="Sound",
        rows=tuple(
            RuleRow(lists=(tick,), status="Sound" if tick == "all" else "Not yet")
            for tick in ("all", "some", "none")
        ),
    )
    ruled = build.questionnaire(
        build.section("R", build.yes_no("M-1"), rule_table=table, title="Rules"),
        scoring=Scoring(method=Method.RULE_TABLE),
    )
    made = opened(engine, council, ruled, services=("LIB", "WASTE"))
    signed_off(engine, council, made.assessments["LIB"], ruled, {"M-1": build.answer("yes")})
    signed_off(engine, council, made.assessments["WASTE"], ruled, {"M-1": build.answer("no")})
    viewer = signed_in("viewer")
    assert [row[-1] for row in rows(viewer.open(at(made)), ".vfm-heatmap")] == ["Sound", "Not yet"]
    page = viewer.open(at(made, "/distribution"))
    assert {row[2] for row in rows(page, "#uncounted ~ div")} == {"A status instead of points"}
    assert {row[2] for row in rows(page.submit("Show", section="R"), "#uncounted ~ div")} == {
        "No points in this section"
    }
    questions = viewer.open(at(made, "/questions"))
    assert [row[3] for row in rows(questions, ".vfm-questions")] == ["50"]
    assert "No: 1 service" in questions.follow("M-1").text
    for view in VIEWS:
        viewer.open(at(made, view))
    csv_rows = comma(viewer.open(at(made, "/heat-map.csv")).response.data)
    assert [row[-1] for row in csv_rows] == ["Rules (R)", "Sound", "Not yet"]
