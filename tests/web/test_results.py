"""Result pages, workbook and JSON: the same digits everywhere, and every answer reachable."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from sqlalchemy import Engine

from tests import build
from tests.answered import answered, signed_off
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from tests.worked import CASES, json_text, kept
from vfm import cli
from vfm.gateways import pdf
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Band, Cap, Comparison, Questionnaire, Scoring
from vfm.scoring.results import ENGINE
from vfm.store.database import transaction
from vfm.store.tables import Assessment, Cycle, Version
from vfm.workflows import challenge, challenge_closing, sign_off, versions

SignedIn = Callable[[str], Browser]
FIGURES = ("score", "low", "high", "completeness")
FIRST, SECOND = "weighted-mean-1", "weighted-mean-2"
"""The worked checks of the specification."""


# --- the worked checks --------------------------------------------------------------------------------------


def submitted_case(engine: Engine, council: SmallCouncil, name: str) -> int:
    """The worked check taken in, asked, answered and submitted by the steps people take."""
    case = CASES[name]
    core = council.actor("core_team")
    with transaction(engine) as session:
        taken = versions.take_in(session, json_text(case.document()), f"{name}.json", by=core, now=NOW)
        version = session.get_one(Version, taken.version_id)
        version.opened_at, version.status = NOW, "live"
        cycle = Cycle(
            name=name,
            kind="rollout",
            version_id=version.id,
            opens_on=NOW.date(),
            due_on=NOW.date(),
            opened_at=NOW,
        )
        session.add(cycle)
        session.flush()
        asked = Assessment(cycle_id=cycle.id, service_id=council.services["LIB"], version_id=version.id)
        session.add(asked)
        session.flush()
    answered(engine, council, asked.id, case.template(), case.answers())
    with transaction(engine) as session:
        sign_off.submit(session, asked.id, by=council.actor("director"), now=NOW)
    return asked.id


def on_page(page: Page) -> dict[str, list[float | None]]:
    """Part -> score, low, high, completeness in the table of exact figures."""
    return {
        str(row["data-part"]): [as_figure(words(cell)) for cell in row.select("td")[1:5]]
        for row in page.soup.select("#exact tr[data-part]")
    }


def as_figure(text: str) -> float | None:
    return None if text == "–" else float(text)


def in_workbook(content: bytes) -> dict[str, list[float | None]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    overall = {row[0].value: row[1].value for row in book["Overall"].iter_rows()}
    heading, *rows = ([cell.value for cell in row] for row in book["Sections"].iter_rows())
    columns = [
        heading.index(name) for name in ("Score", "Lowest possible", "Highest possible", "Completeness")
    ]
    names = ("Score", "Lowest possible", "Highest possible", "Completeness")
    found: dict[str, list[Any]] = {"overall": [overall.get(name) for name in names]}
    return found | {str(row[0]): [row[column] for column in columns] for row in rows}


def in_json(content: Any) -> dict[str, list[float | None]]:
    found = {"overall": [content["overall"][name] for name in FIGURES]}
    return found | {section["key"]: [section[name] for name in FIGURES] for section in content["sections"]}


@pytest.mark.parametrize("name", [FIRST, SECOND])
def test_worked_checks_have_the_same_digits_on_page_in_workbook_json_and_command(
    name: str,
    engine: Engine,
    council: SmallCouncil,
    signed_in: SignedIn,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assessment_id = submitted_case(engine, council, name)
    viewer = signed_in("viewer")
    page = viewer.open(f"/assessments/{assessment_id}/result")
    assert cli.main(["score", *kept(CASES[name], tmp_path), "--json"]) == 0
    command = capsys.readouterr().out
    sent = viewer.open(f"/assessments/{assessment_id}/result.json").response.get_data(as_text=True)
    book = viewer.open(f"/assessments/{assessment_id}/result.xlsx").response.data
    expected = in_json(json.loads(command))
    assert sent == command
    assert on_page(page) == expected
    assert in_workbook(book) == expected
    laid_down = CASES[name].data["expected"]["overall"]
    assert expected["overall"] == [float(laid_down[figure]) for figure in FIGURES]


def test_worked_checks_read_as_sentences(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    viewer = signed_in("viewer")
    first = viewer.open(f"/assessments/{submitted_case(engine, council, FIRST)}/result").text
    assert "63 of 100, could be 50 to 69; strongest Section A, weakest Section B." in first
    second = viewer.open(f"/assessments/{submitted_case(engine, council, SECOND)}/result").text
    assert "80 of 100, could be 80 to 90." in second
    assert "Section A: Too little answered" in second
    assert "could be 0 to 50" in second


# --- the page -----------------------------------------------------------------------------------------------

BANDS = (Band(name="Weak", minimum=0, colour="red"), Band(name="Sound", minimum=60, colour="green"))
ASKED = build.questionnaire(
    build.section("A", build.scale_question("A-01", weight=2), build.scale_question("A-02"), title="Economy"),
    build.section("B", build.scale_question("B-01"), build.scale_question("B-02"), title="Demand"),
    build.section("F", build.question("F-01", "text"), title="Facts"),
    bands=BANDS,
)
GIVEN = {
    "A-01": build.answer(4, "verified", "=HYPERLINK(1) is no formula"),
    "A-02": build.answer(3, "assertion"),
    "B-01": build.answer(2, "documented"),
    "B-02": build.answer(2, "none"),
    "F-01": build.answer("We lend books."),
}


def result_of(
    engine: Engine,
    council: SmallCouncil,
    questionnaire: Questionnaire = ASKED,
    given: dict[str, Answer] = GIVEN,
) -> int:
    made = opened(engine, council, questionnaire, services=("LIB",))
    signed_off(engine, council, made.assessments["LIB"], questionnaire, given)
    return made.assessments["LIB"]


def test_a_result_opens_down_to_each_answer(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    assessment_id = result_of(engine, council)
    page = signed_in("executive").open(f"/assessments/{assessment_id}/result?open=B-01")
    assert page.heading == "Libraries: result"
    assert "Sound, 61 of 100; strongest Economy, weakest Demand." in page.text
    answer = words(page.soup.select_one("#B-01"))
    assert "2: Partly in place" in answer
    assert "Next level: 3: In place" in answer
    assert "evidence: Documented" in answer
    opened_sections = [str(found["id"]) for found in page.soup.select("details.vfm-result-section[open]")]
    assert opened_sections == ["section-B"]
    assert "We lend books." in words(page.soup.select_one("#F-01"))
    lifts = [str(a["href"]) for a in page.soup.select("#lift ~ div a")]
    assert [href.split("open=")[1] for href in lifts] == ["B-01#B-01", "B-02#B-02", "A-02#A-02"]


def test_what_sections_and_answers_add_is_printed_so_that_it_adds_up(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    page = signed_in("viewer").open(f"/assessments/{result_of(engine, council)}/result")

    def added(selector: str) -> list[int]:
        found = (words(tag) for tag in page.soup.select(selector))
        return [int(text.split("adds ")[1].split()[0]) for text in found if "adds " in text]

    assert sum(added("#section-A summary") + added("#section-B summary")) == 61
    assert sum(added(".vfm-answer")) == 61
    assert "it adds up to 61" in page.text


def test_a_withheld_overall_shows_bounds_and_says_why(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    assessment_id = result_of(engine, council, given={"A-01": build.answer(4)})
    page = signed_in("viewer").open(f"/assessments/{assessment_id}/result")
    assert "No overall score yet: too much is unanswered; it could be 33 to 100 of 100." in page.text
    assert "Demand: Too little answered" in page.text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"A-01": build.na(), "A-02": build.na(), "B-01": build.na(), "B-02": build.na()},
            "No score: nothing",
        ),
        (
            {"A-01": build.na(), "A-02": build.na(), "B-01": build.answer(2), "B-02": build.answer(3)},
            "Economy: Does not apply",
        ),
    ],
)
def test_what_does_not_apply_is_said_in_words(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, given: dict[str, Answer], expected: str
) -> None:
    page = signed_in("viewer").open(f"/assessments/{result_of(engine, council, given=given)}/result")
    assert expected in page.text
    assert "Much of “Economy” is said not to apply (100% of its weight)" in page.text


def test_caps_and_profiles_without_overall_have_their_words(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    cap = Cap(
        key="no-plan",
        when=Comparison(question="A-02", equals=1),
        limit=40,
        reason="There is no plan",
    )
    capped = build.questionnaire(
        build.section("A", build.scale_question("A-01", weight=9), build.scale_question("A-02"), caps=(cap,)),
        build.section("B", build.scale_question("B-01"), build.scale_question("B-02")),
        scoring=Scoring(has_overall=False),
    )
    given = GIVEN | {"A-02": build.answer(1)}
    given.pop("F-01")
    page = signed_in("viewer").open(f"/assessments/{result_of(engine, council, capped, given)}/result")
    assert "A profile by section: this template gives no overall score" in page.text
    assert "Held at 40 or below (no-plan): There is no plan. Without limits it would be 90." in page.text


def test_the_challenge_trail_stands_beside_the_answer(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    assessment_id = result_of(engine, council)
    core = council.actor("core_team")
    with transaction(engine) as session:
        raw = {"value": "3", "evidence": "verified", "reason": "Audit saw less."}
        challenge.make(session, assessment_id, "A-01", raw, by=core, now=NOW)
        challenge.agree(session, assessment_id, "A-01", raw, by=core, now=NOW)
        challenge_closing.close(session, assessment_id, by=core, now=NOW)
    page = signed_in("director").open(f"/assessments/{assessment_id}/result")
    answer = words(page.soup.select_one("#A-01"))
    assert "The service said: 4: Embedded and improving" in answer
    assert "Challenged by Core Team, 23 November 2026, to 3: In place : Audit saw less." in answer.replace(
        "place:", "place :"
    )
    assert "This result is the service's baseline" in page.text
    own = page.follow("See what the service said")
    assert "4: Embedded and improving" in words(own.soup.select_one("#A-01"))
    assert "See the agreed result" in own.text


def test_an_unsubmitted_assessment_says_that_there_is_no_result(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    assessment_id = opened(engine, council, ASKED).assessments["LIB"]
    page = signed_in("director").open(f"/assessments/{assessment_id}/result")
    assert page.heading == "Libraries: no result yet"
    signed_in("director").open(f"/assessments/{assessment_id}/result.json", expect=404)
    signed_in("other_director").open(f"/assessments/{assessment_id}/result", expect=404)


def test_text_in_a_workbook_is_never_a_formula_and_figures_keep_every_digit(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    assessment_id = result_of(engine, council)
    browser = signed_in("viewer")
    book = openpyxl.load_workbook(
        io.BytesIO(browser.open(f"/assessments/{assessment_id}/result.xlsx").response.data)
    )
    card = json.loads(browser.open(f"/assessments/{assessment_id}/result.json").response.data)
    heading, *rows = (list(row) for row in book["Questions"].iter_rows())
    column = {str(cell.value): place for place, cell in enumerate(heading)}
    note = rows[0][column["Note"]]
    assert (note.value, note.data_type) == ("=HYPERLINK(1) is no formula", "s")
    shares = [row[column["Share of the overall"]].value for row in rows[:4]]
    assert shares == [question["share"] for question in card["questions"][:4]]
    contributions = [row[column["Contribution"]].value for row in rows[:4]]
    assert sum(contributions) == pytest.approx(card["overall"]["score"])


# --- what would raise it, and how it came about -------------------------------------------------------------


def test_the_way_to_the_next_rating_names_questions_and_what_each_adds(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    given = GIVEN | {"A-01": build.answer(2), "A-02": build.answer(2)}
    page = signed_in("viewer").open(f"/assessments/{result_of(engine, council, given=given)}/result")
    way = page.soup.select_one("section[aria-labelledby=next]")
    assert words(way.h2) == "What would reach Sound"
    assert "Sound begins at 60, 26.7 points away." in words(way)
    rows = [[words(cell) for cell in row.select("th, td")] for row in page.soup.select("#raises tbody tr")]
    assert rows[0][1:] == ["Partly in place", "Embedded and improving (2 levels up)", "+22.2"]
    assert rows[-1] == ["Together", "", "", "+30.6"]
    assert sum(float(row[3]) for row in rows[:-1]) == pytest.approx(float(rows[-1][3]))
    assert "These 2 questions, raised as shown, reach it, at 64. Fewer would not do." in words(way)
    assert "2 levels up" not in page.follow("How well is it done?").text.split("What would reach")[0]


def test_at_the_top_and_without_a_score_the_page_says_what_there_is_to_say(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    browser = signed_in("viewer")
    at_the_top = browser.open(f"/assessments/{result_of(engine, council)}/result")
    assert "This is the highest rating." in at_the_top.text
    other = opened(engine, council, ASKED.model_copy(update={"key": "again"}), services=("LIB",), name="2")
    signed_off(engine, council, other.assessments["LIB"], ASKED, {"A-01": build.answer(4)})
    page = browser.open(f"/assessments/{other.assessments['LIB']}/result")
    assert "it takes answers to 80% of the weight that applies" in page.text
    missing = [words(row) for row in page.soup.select("#missing tbody tr")]
    assert [row.split("? ")[1] for row in missing] == ["25", "25"]
    assert not page.soup.select("#lift")
    assert "It would add" not in page.text


def test_a_limit_that_stands_in_the_way_is_named_and_is_a_line_of_its_own(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    cap = Cap(key="sign", when=Comparison(question="S-01", equals="yes"), limit=30, reason="A sign is there")
    capped = build.questionnaire(
        build.section("A", build.scale_question("A-01"), build.yes_no("S-01"), title="Economy", caps=(cap,)),
        build.section("B", build.scale_question("B-01"), title="Demand"),
        bands=(*BANDS, Band(name="Strong", minimum=80, colour="blue")),
    )
    given = {"A-01": build.answer(4), "S-01": build.answer("yes"), "B-01": build.answer(4)}
    page = signed_in("viewer").open(f"/assessments/{result_of(engine, council, capped, given)}/result")
    assert "It is out of reach for now" in page.text
    assert "“Economy” is held at 30 or below: A sign is there. Whatever is raised in it" in page.text
    limits = [words(item) for item in page.soup.select("#limits li")]
    assert limits == [
        "Limit on Economy: at most 30. A sign is there. It takes −35 from the overall.",
        "After limits: 65.",
    ]
    assert "it adds up to 100 before limits" in page.text


def test_what_earns_nothing_is_listed_by_name_with_its_reason(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    given = GIVEN | {"A-02": build.na("No such duty"), "B-02": build.dont_know()}
    given.pop("F-01")
    page = signed_in("viewer").open(f"/assessments/{result_of(engine, council, given=given)}/result")
    apart = words(page.soup.select_one("section[aria-labelledby=apart]"))
    for said in (
        "A-02 How well is it done? : No such duty",
        "B-02 How well is it done?",
        "F-01",
        "(not scored)",
    ):
        assert said in apart
    facts = {words(row.dt): words(row.dd) for row in page.soup.select("#whole > div")}
    assert facts["Questions that earn nothing"].startswith("1 not applicable, 1 don't know, 1 not answered")


def test_the_working_can_be_done_again_by_hand_and_leads_to_the_answers(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    browser = signed_in("viewer")
    page = browser.open(f"/assessments/{result_of(engine, council)}/result").follow("Every weight, value")
    assert page.heading == "Libraries: how the figures were worked out"
    assert words(page.soup.select_one("#A-score")) == "Score: 266.666667 ÷ 3 = 88.888889"
    table = page.soup.select_one("#A-score ~ div table")
    rows = [[words(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")]
    assert [row[1:] for row in rows] == [
        ["2", "100", "200"],
        ["1", "66.666667", "66.666667"],
        ["3", "", "266.666667"],
    ]
    assert "Answered: 3 ÷ 3 = 1" in words(page.soup.select_one("#A-completeness"))
    shown = browser.open(str(page.soup.select_one("#A-completeness a")["href"]))
    assert len(shown.soup.select("table")) > len(page.soup.select("table"))
    answer = browser.open(str(table.select_one("a")["href"]))
    assert answer.soup.select_one("details[open] #A-01") is not None


def test_every_figure_of_the_profile_leads_to_its_answers_and_these_to_history_and_challenge(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    at = f"/assessments/{result_of(engine, council)}/result"
    browser = signed_in("director")
    links = [str(a["href"]) for a in browser.open(at).soup.select("[data-chart-table=profile] a")]
    assert len(links) == 2
    for link, key in zip(links, ("A-01", "B-01"), strict=True):
        answer = browser.open(link).soup.select_one(f"details[open] #{key}")
        ways = {words(a).split()[0]: str(a["href"]) for a in answer.select("a")}
        assert ways.keys() == {"History", "Challenge"}
        for href in ways.values():
            assert key in browser.open(href).text
    viewer = signed_in("viewer").open(at)
    assert not viewer.soup.select(".vfm-answer a")


# --- taken away ---------------------------------------------------------------------------------------------


def test_a_result_is_taken_away_in_every_form_and_each_says_whose_it_is(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    at = f"/assessments/{result_of(engine, council)}/result"
    browser = signed_in("viewer")
    forms = [str(a["href"]) for a in browser.open(at).soup.select("main p a") if "result." in str(a["href"])]
    assert [href.split("?")[0] for href in forms] == [
        f"{at}.{form}" for form in ("docx", "xlsx", "json", "pdf")
    ]
    sent = browser.client.get(f"{at}.docx")
    assert 'filename="libraries-rollout-2026-result.docx"' in sent.headers["Content-Disposition"]
    read = docx.Document(io.BytesIO(sent.data))
    headings = [one.text for one in read.paragraphs if one.style.name == "Heading 1"]
    assert headings[:3] == ["The whole", "Profile by section", "The next rating"]
    about = {row.cells[0].text: row.cells[1].text for row in read.tables[0].rows}
    assert about["Service"] == "Libraries"
    assert about["Cycle"] == "Rollout 2026"
    assert about["Assessment template"] == "A test template, version 1"
    assert about["Result"] == "Self score: what the service says of itself"
    assert about["Scoring engine"] == ENGINE
    assert about["Taken out on"] == "23 November 2026"
    assert about["Where the figures come from"].startswith(
        "The answers of the service, sent on 23 November 2026"
    )
    for table in read.tables:
        assert table._tbl.tr_lst[0].xpath("./w:trPr/w:tblHeader")
        assert table._tbl.tblPr.xpath("./w:tblDescription/@w:val")
    book = openpyxl.load_workbook(io.BytesIO(browser.client.get(f"{at}.xlsx").data))
    whole = {row[0].value: row[1].value for row in book["Overall"].iter_rows()}
    assert about.items() - {("What", "Words")} <= whole.items()
    assert book.sheetnames == [
        "Overall", "Sections", "Questions", "What would raise it", "Method", "Working",
    ]  # fmt: skip
    made = browser.client.get(f"{at}.pdf")
    assert (made.mimetype, made.data[:5]) == ("application/pdf", b"%PDF-")


def test_where_no_pdf_can_be_made_none_is_offered(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "is_available", lambda: False)
    at = f"/assessments/{result_of(engine, council)}/result"
    browser = signed_in("viewer")
    assert not [a for a in browser.open(at).soup.select("main a") if "result.pdf" in str(a["href"])]
    assert "PDFs are not made on this site." in browser.open(f"{at}.pdf", expect=404).text


# --- the list -----------------------------------------------------------------------------------------------


def test_the_cycle_is_listed_and_handed_out(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = opened(engine, council, ASKED, services=("LIB", "WASTE", "ROADS"))
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    low = {key: build.answer(1) for key in ("A-01", "A-02", "B-01", "B-02")}
    signed_off(engine, council, made.assessments["WASTE"], ASKED, low)
    browser = signed_in("viewer")
    page = browser.open("/results")
    assert page.heading == "Results, Rollout 2026"
    assert "2 of 3 services scored, 0 agreed: 1 weak, 1 sound." in page.text
    sorted_page = page.follow("Score of 100")
    assert words(sorted_page.soup.select_one("tbody th")) == "Libraries"
    found = page.submit("Show", q="waste")
    assert [words(tag) for tag in found.soup.select("tbody th")] == ["Waste collection"]
    assert "No service fits" in page.submit("Show", q="nothing at all").text
    csv = browser.open(f"/cycles/{made.cycle_id}/results.csv?q=lib").response.data.decode("utf-8-sig")
    heading, only = csv.splitlines()
    assert heading.endswith("Economy (A),Demand (B)")
    assert only.endswith("88.8888888888889,33.333333333333336")
    book = openpyxl.load_workbook(
        io.BytesIO(browser.open(f"/cycles/{made.cycle_id}/results.xlsx").response.data)
    )
    assert [row[1].value for row in book["Results"].iter_rows()][1:] == [
        "Highways",
        "Libraries",
        "Waste collection",
    ]


def test_results_before_any_cycle_say_what_will_come(signed_in: SignedIn) -> None:
    assert "There are no results yet" in signed_in("executive").open("/results").text
