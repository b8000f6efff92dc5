"""The same figure everywhere: what page, workbook, Word file, PDF, JSON and command say of a result.

Services of the demo council, a spread with every status there is, and three results that it lacks: a capped
one of the corporate template, a mean of means, a rule table. Unrounded figures are equal to the last digit;
rounded ones are the rounding of these, done here again by hand.
"""

import io
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import select

from tests import build
from tests.answered import signed_off
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm import cli
from vfm.app import create_app
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, Evidence, State, answers_to_json
from vfm.questionnaires.schema import Kind, Questionnaire, RuleRow, RuleTable, Scoring
from vfm.roles import Actor, Role
from vfm.settings import DATA, Settings
from vfm.store import database
from vfm.store.tables import Assessment, Cycle, Person, PersonRole, ScorecardRow, Service, Version
from vfm.web.result_copies import copy_of
from vfm.web.results import printed
from vfm.workflows import results, sign_in

FIGURES = ("score", "low", "high", "completeness")
NONE = "–"


# --- the council --------------------------------------------------------------------------------------------


def corporate() -> tuple[Questionnaire, dict[str, Answer]]:
    """The corporate template, answered by one person, with warning signs that cap two themes."""
    text = (DATA / "templates" / "corporate-best-value.yaml").read_text(encoding="utf-8")
    whole = document.parse(text, name="corporate-best-value.yaml")
    asked = whole.model_copy(update={"is_group_response": False, "key": "best-value-alone"})
    given: dict[str, Answer] = {}
    for number, (key, question) in enumerate(asked.questions.items()):
        if question.kind is Kind.SCALE:
            grade = tuple(Evidence)[number % 4]
            given[key] = Answer(State.ANSWERED, 2 + number % 3, evidence=grade)
        elif question.kind is Kind.MULTI_CHOICE:
            ticked = question.options[0].key if key in ("CI-W", "GO-W") else "none"
            given[key] = Answer(State.ANSWERED, (ticked,))
        elif question.kind is Kind.YES_NO:
            given[key] = Answer(State.ANSWERED, "yes")
    given["CI-W"] = Answer(State.ANSWERED, ("late_savings",))
    return asked, given


def of_equal_sections() -> tuple[Questionnaire, dict[str, Answer]]:
    """A mean of means with a section in a section, one that does not apply, and a critical question."""
    inner = build.section("A2", build.scale_question("A-03"), build.scale_question("A-04", weight=3))
    asked = build.questionnaire(
        build.section("A", build.scale_question("A-01", weight=2), build.scale_question("A-02"), inner),
        build.section("B", build.scale_question("B-01", critical=True), build.scale_question("B-02")),
        build.section("C", build.scale_question("C-01")),
        key="equal-sections",
        scoring=Scoring(method="mean_of_means"),
    )
    levels = {"A-01": 3, "A-02": 2, "A-03": 4, "B-01": 1, "B-02": 4}
    given = {key: build.answer(level, "documented") for key, level in levels.items()}
    return asked, given | {"A-04": build.dont_know(), "C-01": build.na()}


def of_statuses() -> tuple[Questionnaire, dict[str, Answer]]:
    """A rule table with a status that is certain and one that is open."""
    rows = tuple(
        RuleRow(lists=(held,), status=status)
        for held, status in (("all", "Met"), ("some", "Partly met"), ("none", "Not met"))
    )

    def table(*keys: str) -> RuleTable:
        return RuleTable(
            lists={"basics": keys}, statuses=("Not met", "Partly met", "Met"), minimum="Met", rows=rows
        )

    asked = build.questionnaire(
        build.section("R", build.yes_no("R-01"), build.yes_no("R-02"), rule_table=table("R-01", "R-02")),
        build.section("S", build.yes_no("S-01"), build.yes_no("S-02"), rule_table=table("S-01", "S-02")),
        key="statuses",
        scoring=Scoring(method="rule_table"),
    )
    yes = build.answer("yes", "verified")
    return asked, {"R-01": yes, "R-02": yes, "S-01": yes, "S-02": build.dont_know()}


@dataclass(frozen=True)
class Demo:
    """The filled demo with three results more; `chosen` are (assessment, kind) of what is read."""

    app: Flask
    core: Actor
    chosen: list[tuple[int, str]]

    @property
    def browser(self) -> Browser:
        """A browser of the core team."""
        with database.transaction(self.app.extensions["vfm"].engine) as session:
            token = sign_in.start(session, self.core.id, now=NOW)
        browser = Browser(self.app)
        with browser.client.session_transaction() as cookie:
            cookie["token"] = token
        return browser


@pytest.fixture(scope="module")
def demo(
    filled: Path, compiled: FileSystemBytecodeCache, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    engine = database.connect(f"sqlite:///{shutil.copy(filled, tmp_path_factory.mktemp('same'))}")
    with database.reading(engine) as session:
        service = session.scalars(select(Service.id).where(Service.key == "LIBRARIES")).one()
        core = session.scalars(select(PersonRole.person_id).where(PersonRole.role == "core_team")).first()
        director = session.scalars(
            select(PersonRole.person_id)
            .where(PersonRole.role == "director", PersonRole.service_id == service)
            .order_by(PersonRole.person_id)
        ).first()
        name = session.get_one(Person, core).name
    council = SmallCouncil({"LIB": service, "WASTE": service}, {"director": director, "core_team": core})
    for asked, given in (corporate(), of_equal_sections(), of_statuses()):
        made = opened(engine, council, asked, services=("LIB",), name=asked.key, given=())
        signed_off(engine, council, made.assessments["LIB"], asked, given)
    with database.reading(engine) as session:
        chosen = list(spread(session))
    app = create_app(Settings(engine.url.render_as_string(), secret="tests", is_demo=True))
    app.config.update(TESTING=True, NOW=lambda: NOW)
    app.jinja_env.bytecode_cache = compiled
    yield Demo(app, Actor(core, name, frozenset({Role.CORE_TEAM})), chosen)
    app.extensions["vfm"].engine.dispose()
    engine.dispose()


def spread(session: database.Session) -> Iterator[tuple[int, str]]:
    """One result of every combination: template version, kind, status, statuses of sections, caps, N/A."""
    rows = session.execute(
        select(Assessment.id, Assessment.version_id, ScorecardRow.kind, ScorecardRow.content)
        .join(ScorecardRow, ScorecardRow.assessment_id == Assessment.id)
        .join(Version, Version.id == Assessment.version_id)
        .join(Cycle, Cycle.id == Assessment.cycle_id)
        .where(Assessment.status != "open", ScorecardRow.kind.in_(results.KINDS))
        .order_by(Assessment.id, ScorecardRow.kind)
    )
    seen = set()
    for assessment, version, kind, content in rows:
        sections = frozenset(section["status"] for section in content["sections"])
        has_caps = any(section["caps"] for section in content["sections"])
        about = (version, kind, content["overall"]["status"], sections, has_caps)
        if about not in seen:
            seen.add(about)
            yield assessment, kind


# --- rounding, by hand --------------------------------------------------------------------------------------


def rounded(figure: float, places: int = 0) -> str:
    """Half up by size on the shortest decimal form, a whole number without its point."""
    step = Decimal(1).scaleb(-places)
    text = str(Decimal(repr(float(figure))).quantize(step, ROUND_HALF_UP))
    return text.removesuffix(".0") if places == 1 else text


def span(low: float | str | None, high: float | str | None) -> str:
    ends = [NONE if end is None else end if isinstance(end, str) else rounded(end) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def percent(share: float) -> str:
    return f"{rounded(100 * share)}%"


# --- what each outlet says ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Exact:
    """The unrounded figures of one outlet.

    Attributes:
        parts: section key, or `overall` -> score (or a rule table's status), low, high, completeness, status.
        questions: key -> points, weight, share, contribution.
        named: band, confidence, spread, where the outlet has them.
    """

    parts: Mapping[str, tuple[Any, ...]]
    questions: Mapping[str, tuple[Any, ...]]
    named: Mapping[str, Any]


@dataclass(frozen=True)
class Printed:
    """The rounded figures of one outlet, as words.

    Attributes:
        facts: what is said of the whole.
        profile: the rows of the profile.
        questions: key -> weight, points, share, adds.
    """

    facts: Mapping[str, str]
    profile: list[list[str]]
    questions: Mapping[str, tuple[str, ...]]


def in_json(sent: dict[str, Any]) -> Exact:
    """The laid-down output, of the address or the command."""
    parts = {
        section["key"]: (
            section["result"] or section["score"],
            *(section[f] for f in FIGURES[1:]),
            section["status"],
        )
        for section in sent["sections"]
        if section["status"] != "unscored"
    }
    overall = sent["overall"]
    parts["overall"] = (*(overall[figure] for figure in FIGURES), overall["status"])
    questions = {
        one["key"]: (one["points"], one["weight"], one["share"], one["contribution"])
        for one in sent["questions"]
        if one["weight"] is not None and one["state"] != "off_route"
    }
    return Exact(parts, questions, {name: overall[name] for name in ("band", "confidence", "spread")})


def in_workbook(sent: bytes) -> Exact:
    book = openpyxl.load_workbook(io.BytesIO(sent))

    def rows(sheet: str) -> list[dict[str, Any]]:
        heads, *lines = ([cell.value for cell in row] for row in book[sheet].iter_rows())
        return [dict(zip(heads, line, strict=True)) for line in lines]

    whole = {row["Figure"]: row["Value"] for row in rows("Overall")}
    names = ("Score", "Lowest possible", "Highest possible", "Completeness", "Status")
    parts = {
        row["Section"]: (row["Status of the rule table"] or row["Score"], *(row[name] for name in names[1:]))
        for row in rows("Sections")
        if row["Status"] != "unscored"
    }
    columns = ("Points", "Weight", "Share of the overall", "Contribution")
    questions = {
        row["Question"]: tuple(row[column] for column in columns)
        for row in rows("Questions")
        if row["Weight"] is not None
    }
    named = {"band": whole["Rating band"], "confidence": whole["Confidence"], "spread": whole["Spread"]}
    return Exact(parts | {"overall": tuple(whole[name] for name in names)}, questions, named)


Table = list[list[str]]


def tables_of_word(sent: bytes) -> list[Table]:
    read = docx.Document(io.BytesIO(sent))
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in read.tables]


def tables_of_html(html: str) -> list[Table]:
    soup = BeautifulSoup(html, "html.parser")
    return [
        [[words(cell) for cell in row.select("th, td")] for row in table.select("tr")]
        for table in soup.select("table")
    ]


def with_heads(tables: list[Table], *heads: str) -> list[list[str]]:
    """The rows of every table that begins with these columns."""
    return [row for table in tables if table[0][: len(heads)] == list(heads) for row in table[1:]]


def figure(text: str) -> float | str | None:
    """An exact figure as it was written; a status as it is."""
    if text == NONE:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def exact_in(tables: list[Table]) -> Exact:
    """The exact figures of a document."""
    parts = {
        row[0].replace("Overall", "overall"): (*(figure(cell) for cell in row[2:6]), row[6])
        for row in with_heads(tables, "Part", "Weight", "Score")
    }
    questions = {
        row[0]: tuple(figure(cell) for cell in row[1:])
        for row in with_heads(tables, "Question", "Points", "Weight", "Share")
    }
    return Exact(parts, questions, {})


def printed_in(tables: list[Table]) -> Printed:
    """The rounded figures of a document."""
    return Printed(
        dict(with_heads(tables, "Figure", "Value")),
        with_heads(tables, "Section"),
        {
            row[0].split()[0]: (row[3], row[4], row[5], row[6])
            for row in with_heads(tables, "Question", "Answer", "Next level up")
        },
    )


def printed_on(page: Page) -> Printed:
    """The rounded figures of the page."""
    facts = {}
    for row in page.soup.select("#whole [data-fact]"):
        for link in row.select("dd a.vfm-noprint"):
            link.extract()
        facts[words(row.dt)] = words(row.dd).replace(" ,", ",")  # a link ends before the comma
    table = page.soup.select_one("[data-chart-table=profile], #profile")
    profile = [[words(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")]
    questions = {}
    for block in page.soup.select(".vfm-answer"):
        said = {str(one["data-measure"]): words(one) for one in block.select("[data-measure]")}
        if "weight" in said:
            cells = (said["weight"], *(said.get(name, NONE) for name in ("points", "share", "adds")))
            questions[str(block["id"])] = (*cells[:2], cells[2].removesuffix("%"), cells[3])
    return Printed(facts, profile, questions)


def exact_on(page: Page) -> Mapping[str, tuple[Any, ...]]:
    found = {}
    for row in page.soup.select("#exact tr[data-part]"):
        cells = [words(cell) for cell in row.select("td")]
        found[str(row["data-part"])] = (*(figure(cell) for cell in cells[1:5]), cells[5].replace(" ", "_"))
    return found


# --- the same -----------------------------------------------------------------------------------------------


def test_every_status_is_among_them(demo: Demo) -> None:
    assert len(demo.chosen) >= 12
    found: dict[str, set[str]] = {"overall": set(), "sections": set(), "kinds": set(), "templates": set()}
    capped = 0
    with database.reading(demo.app.extensions["vfm"].engine) as session:
        for assessment, kind in demo.chosen:
            _, card = results.card(session, assessment, by=demo.core, kind=kind)
            found["overall"].add(card.overall.status)
            found["sections"] |= {section.status for section in card.sections}
            found["kinds"].add(kind)
            found["templates"].add(f"{card.template} {card.version}")
            capped += any(section.caps for section in card.sections)
    assert found["overall"] >= {"published", "provisional"}
    assert found["sections"] == {"scored", "insufficient", "not_applicable", "unscored"}
    assert found["kinds"] == {"self", "agreed"}
    assert {"service-vfm 1", "service-vfm 2", "best-value-alone 1"} <= found["templates"]
    assert capped >= 2


def test_every_outlet_says_the_same(demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    browser = demo.browser
    for assessment, kind in demo.chosen:
        at = f"/assessments/{assessment}/result"
        result, html = laid_out(demo, browser, assessment, kind)
        sent = browser.client.get(f"{at}.json?kind={kind}").data
        said = json.loads(sent)
        held = in_json(said)
        where = (assessment, kind)
        assert command(result, tmp_path, capsys) == said, where
        book = in_workbook(browser.client.get(f"{at}.xlsx?kind={kind}").data)
        assert (book.parts, book.questions, book.named) == (held.parts, held.questions, held.named), where
        word = tables_of_word(browser.client.get(f"{at}.docx?kind={kind}").data)
        set_as_pdf = tables_of_html(html)
        for tables in (word, set_as_pdf):
            exact = exact_in(tables)
            assert (exact.parts, exact.questions) == (held.parts, held.questions), where
        page = browser.open(f"{at}?kind={kind}")
        assert exact_on(page) == held.parts, where
        on_page = printed_on(page)
        assert on_page == printed_in(word) == printed_in(set_as_pdf), where
        rounds_rightly(on_page, said, held)
        adds_up(on_page, result, said)


def laid_out(demo: Demo, browser: Browser, assessment: int, kind: str) -> tuple[results.Result, str]:
    """The result, and the page that is set as its PDF, in a request of this person."""
    with database.reading(demo.app.extensions["vfm"].engine) as session:
        result = results.show(session, assessment, by=demo.core, kind=kind)
    with browser.client:
        browser.client.get(f"/assessments/{assessment}/result.json")
        return result, printed(copy_of(result, result.card))


def command(result: results.Result, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `vfm score --json` prints for the template and the answers of a result."""
    template, answers = folder / "template.json", folder / "answers.json"
    template.write_text(json.dumps(document.to_json(result.questionnaire)))
    answers.write_text(json.dumps(answers_to_json(result.questionnaire, dict(result.answers))))
    status = cli.main(["score", str(template), str(answers), "--json"])
    printed_out = capsys.readouterr().out
    assert status == 0, printed_out
    return json.loads(printed_out)


def rounds_rightly(on_page: Printed, said: dict[str, Any], held: Exact) -> None:
    """What is printed is the rounding of what is held."""
    overall, facts = said["overall"], on_page.facts
    score = facts.get("Agreed score") or facts["Self score"]
    if overall["score"] is not None:
        band = f", {overall['band']}" if overall["band"] else ""
        assert score == f"{rounded(overall['score'])} of 100{band}"
        assert facts["Weak evidence could move it by"].startswith(f"{rounded(overall['spread'], 1)} points")
    if "Could be" in facts:
        assert facts["Could be"].startswith(f"{span(overall['low'], overall['high'])}, if")
    assert facts["Answered"] == f"{percent(overall['completeness'])} of the weight that applies"
    assert facts["Evidence behind it"].lower().startswith(overall["confidence"])
    tops = [one for one in said["sections"] if one["status"] != "unscored" and is_top(one, on_page)]
    for section, row in zip(tops, on_page.profile, strict=True):
        assert row[2] == span(section["low"], section["high"])
        assert row[3] == (NONE if section["completeness"] is None else percent(section["completeness"])[:-1])
        if section["score"] is not None:
            assert row[1] == rounded(section["score"])
        elif section["status"] == "insufficient":
            assert row[1] == "Too little answered"
        elif section["result"]:
            assert row[1] == section["result"]
    for key, (weight, points, _, _) in on_page.questions.items():
        held_points, held_weight, *_ = held.questions[key]
        assert points == (NONE if held_points is None else rounded(held_points, 1))
        assert float(weight) == held_weight


def is_top(section: dict[str, Any], on_page: Printed) -> bool:
    """False for a section inside another, which no profile has."""
    return section["key"] != "A2"


def adds_up(on_page: Printed, result: results.Result, said: dict[str, Any]) -> None:
    """What questions and sections add comes to the total printed, caps a line each; no part is off by one."""
    with_share = {one["key"]: one for one in said["questions"] if one["contribution"] is not None}
    if said["overall"]["score"] is None:
        return
    before = sum(one["contribution"] for one in with_share.values())
    adds = {key: int(cells[3]) for key, cells in on_page.questions.items() if cells[3] != NONE}
    shares = {key: int(cells[2]) for key, cells in on_page.questions.items() if cells[2] != NONE}
    assert adds.keys() == shares.keys() == with_share.keys()
    assert sum(adds.values()) == int(rounded(before))
    assert sum(shares.values()) == 100
    sections = [int(row[6]) for row in on_page.profile if row[6] != NONE]
    assert sum(sections) == int(rounded(before))
    for key, one in with_share.items():
        assert abs(adds[key] - one["contribution"]) < 2, key
        assert abs(shares[key] - 100 * one["share"]) < 2, key


# --- that it can fail ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("outlet", ["page", "workbook", "word"])
def test_a_planted_fault_is_seen(demo: Demo, outlet: str) -> None:
    """One digit of one outlet changed, and the comparison does not hold any more."""
    assessment, kind = demo.chosen[0]
    browser, at = demo.browser, f"/assessments/{assessment}/result"
    held = in_json(json.loads(browser.client.get(f"{at}.json?kind={kind}").data))
    if outlet == "page":
        page = browser.open(f"{at}?kind={kind}")
        cell = page.soup.select_one('#exact tr[data-part="overall"] td:nth-of-type(2)')
        assert exact_on(page) == held.parts
        cell.string = bumped(cell)
        assert exact_on(page) != held.parts
    elif outlet == "workbook":
        book = openpyxl.load_workbook(io.BytesIO(browser.client.get(f"{at}.xlsx?kind={kind}").data))
        book["Questions"]["I2"] = 0.123
        changed = io.BytesIO()
        book.save(changed)
        assert in_workbook(changed.getvalue()).questions != held.questions
    else:
        tables = tables_of_word(browser.client.get(f"{at}.docx?kind={kind}").data)
        assert exact_in(tables).parts == held.parts
        row = next(row for row in with_heads(tables, "Part", "Weight", "Score") if row[0] == "Overall")
        row[2] = "1.5"
        assert exact_in(tables).parts != held.parts


def bumped(cell: Tag) -> str:
    return repr(float(words(cell)) + 1e-9)
