"""The forward plan over three years in a browser; its clock stands at 23 November 2026."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from icalendar import Calendar
from playwright.sync_api import Page as BrowserPage
from sqlalchemy import Engine, select

from tests.build import answer, question, questionnaire, scale_question, section
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.questionnaires.schema import Kind
from vfm.scoring.scorecard import ENGINE, score
from vfm.store.database import reading, transaction
from vfm.store.tables import Assessment, Event, PlanSettings, Review, ScorecardRow
from vfm.workflows import reviews

SignedIn = Callable[[str], Browser]
Plan = Callable[..., int]


def _review(
    engine: Engine,
    council: SmallCouncil,
    service: str,
    day: tuple[str, str, str],
    status: str = "proposed",
    **more: str,
) -> int:
    draft = reviews.Draft(service=str(council.services[service]), mode="service_review", day=day, **more)
    with transaction(engine) as session:
        return reviews.add(session, draft, by=council.actor("core_team"), now=NOW, status=status)


def _bars(page: Page) -> list[str]:
    return sorted(words(bar) for bar in page.tree.css(".vfm-plan__bar strong"))


def _rows(page: Page) -> list[str]:
    return sorted(words(head) for head in page.tree.css(".vfm-plan-table th[scope=row]"))


def _quarters(page: Page) -> dict[str, str]:
    heads = [words(head) for head in page.tree.css(".vfm-plan-table th[scope=rowgroup]")]
    return {head.partition(",")[0]: head for head in heads}


def _held(name: str, page: Page) -> list[str]:
    return [
        str(box.attributes["value"]) for box in page.tree.css(f"[name={name}]") if "checked" in box.attributes
    ]


def test_an_empty_plan_says_where_reviews_come_from(signed_in: SignedIn) -> None:
    page = signed_in("viewer").open("/plan")
    assert "Nothing is in the plan yet." in page.text
    assert "Nobody has said yet how many days the team has: 320 days a quarter" in page.text
    assert "Say how many it has" not in page.text


def test_the_timeline_has_the_rows_of_its_table(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _review(engine, council, "ROADS", ("1", "4", "2026"), status="under_way")
    _review(engine, council, "LIB", ("5", "1", "2027"))
    _review(engine, council, "HOME", ("5", "2", "2027"))
    _review(engine, council, "SEND", ("31", "3", "2027"))
    _review(engine, council, "WASTE", ("1", "10", "2029"))
    page = signed_in("core_team").open("/plan")
    assert _bars(page) == ["Highways", "Home care", "Libraries", "Special educational needs"]
    assert _rows(page) == sorted([*_bars(page), "Waste collection"])
    assert "Waste collection" in page.text.partition("After 30 September 2029")[2]
    assert "3 reviews begin within three years and take 480 of 3,840 team days." in page.text
    assert "More than the team has days for: Q4 2026-27 by 160." in page.text
    assert "480 of 320 team days taken, 160 over · firm" in _quarters(page)["Q4 2026-27"]
    assert "◂ since 1 April 2026" in page.text
    by_lead = page.follow("who leads")
    assert [words(name) for name in by_lead.tree.css("h3.vfm-plan__name")] == ["Nobody leads it yet"]
    assert _bars(by_lead) == _bars(page)


def test_settings_are_refused_by_name_kept_with_a_reason_and_not_written_over(
    engine: Engine, signed_in: SignedIn
) -> None:
    core, other = signed_in("core_team"), signed_in("executive")
    page, late = core.open("/plan/settings"), other.open("/plan/settings")
    wrong = {"days": "lots", "2026-Q4.blackout": "yes", "2027-Q1.days": "-3", "limit": "0"}
    refused = page.submit("Save", **wrong)
    assert refused.status == 422
    assert refused.problems == [
        "“lots” cannot be used. Give the team days of a quarter: a whole number from 0 to 10,000.",
        "“0” cannot be used. Give the reviews of one directorate in a quarter: a whole number from 1 to 99.",
        "Say why no review may be in January to March 2027: budget setting, an inspection, an election.",
        "“-3” cannot be used. Give the team days of April to June 2027: a whole number from 0 to 10,000.",
        "Say why: whoever asks later reads it in the history below.",
    ]
    assert refused.tree.css_first("#days").attributes["value"] == "lots"
    right = {"days": "250", "2026-Q4.blackout": "yes", "2026-Q4.reason": "Budget setting", "limit": "2"}
    kept = refused.submit("Save", **right, **{"2027-Q1.days": "", "reason": "Two people left"})
    assert "This is what" not in kept.text
    assert "The plan is made with this from now on." in kept.text
    assert late.submit("Save", days="999", reason="Mine").status == 409
    again = core.open("/plan/settings")
    assert again.tree.css_first("#days").attributes["value"] == "250"
    assert "Nothing was different." in again.submit("Save").text
    again = core.open("/plan/settings").submit("Save", days="300", reason="One came back")
    history = core.open("/plan/settings").text.partition("What was set before")[2]
    assert "One came back team days of a quarter: 250 → 300" in history
    with reading(engine) as session:
        assert session.scalars(select(PlanSettings.reason).order_by(PlanSettings.id)).all() == [
            "Two people left",
            "One came back",
        ]


def test_conditions_say_when_a_review_may_be(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    review = _review(engine, council, "LIB", ("5", "1", "2027"))
    core = signed_in("core_team")
    page, late = core.open(f"/plan/{review}/conditions"), core.open(f"/plan/{review}/conditions")
    refused = page.submit(
        "Save the conditions", days="0", priority="101", latest="2027-Q1", contract__day="1"
    )
    assert refused.status == 422
    assert [problem.partition(".")[0] for problem in refused.problems] == [
        "“0” cannot be used for team days",
        "“101” cannot be used for a priority",
        "The date must include a month and a year",
        "Say why it has to be done by then",
    ]
    dates = {"contract.day": "31", "contract.month": "3", "contract.year": "2029"}
    fields = {"days": "90", "priority": "55", "latest": "", "held": ["mandatory", "pinned"]}
    plan = refused.submit("Save the conditions", **fields, **dates)
    row = plan.text.partition("Q4 2026-27, January")[2]
    assert "90 5 January 2027 31 March 2027" in row
    assert "Must be done by Q4 2027-28. Pinned Contract ends 31 March 2029, less a year" in row
    form = core.open(f"/plan/{review}/conditions")
    assert _held("held", form) == ["mandatory", "pinned"]
    assert late.submit("Save the conditions", days="10").status == 409
    early = form.submit("Save the conditions", earliest="2028-Q1")
    assert early.problems[0].startswith(
        "It may begin in April to June 2028 at the earliest, but has to be done by January to March 2028."
    )
    with reading(engine) as session:
        kept = session.get_one(Review, review)
        assert (kept.latest, kept.contract_ends_on, kept.revision) == ("2027-Q4", date(2029, 3, 31), 2)
        assert "conditions set" in session.scalars(select(Event.verb).where(Event.subject == "review")).all()


def test_the_plan_is_taken_into_a_calendar_and_a_workbook(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    one = _review(engine, council, "LIB", ("5", "1", "2027"), note="=1+1")
    _review(engine, council, "ROADS", ("1", "5", "2026"), status="closed")
    reader = signed_in("viewer")
    page = reader.open("/plan.ics")
    calendar = Calendar.from_ical(page.data)
    assert str(calendar["x-wr-calname"]) == "Forward plan of Wrenmouth Test Council"
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == date(2027, 1, 5)
    assert event.decoded("dtend") == date(2027, 4, 1)
    assert (str(event["summary"]), event["status"]) == ("Libraries: service review", "TENTATIVE")
    assert "From 5 January 2027 to 31 March 2027" in event["description"]
    uid, sequence = str(event["uid"]), event["sequence"]
    form = signed_in("core_team").open(f"/plan/{one}/conditions")
    form.submit("Save the conditions", days="100")
    (event,) = Calendar.from_ical(reader.open(f"/plan/{one}.ics").data).walk("VEVENT")
    assert (str(event["uid"]), event["sequence"]) == (uid, sequence + 1)
    book = openpyxl.load_workbook(BytesIO(reader.open("/plan.xlsx").data))
    rows = list(book["Forward plan"].values)
    assert [row[0] for row in rows] == ["Service", "Highways", "Libraries"]
    assert dict(zip(rows[0], rows[2], strict=True)) | {"Team days": 100, "Note": "=1+1"} == dict(
        zip(rows[0], rows[2], strict=True)
    )
    assert list(book["Quarters"].values)[2][:5][0] == "2026-Q4"
    assert reader.status("/plan/999.ics") == 404


ASKED = questionnaire(
    section(
        "CON",
        question("CON-01", Kind.MONEY, "Contracts that end soon", feeds="contract_window"),
        question("CON-02", Kind.DATE, "When does the largest end?", feeds="contract_window"),
        scale_question("CON-03"),
    )
)
"""A template that asks for the day a contract ends as well as for what ends soon."""


def _agreed(engine: Engine, council: SmallCouncil, said: dict[str, dict[str, object]]) -> None:
    """Agreed answers of these services, in a round of its own."""
    made = opened(engine, council, ASKED, services=tuple(said), name="Autumn 2026")
    with transaction(engine) as session:
        for key, values in said.items():
            row = session.get_one(Assessment, made.assessments[key])
            row.status, row.agreed_at = "agreed", NOW
            answers = {name: answer(value) for name, value in {"CON-03": 2, **values}.items()}
            card = ScorecardRow(
                assessment_id=row.id,
                kind="agreed",
                engine=ENGINE,
                content=score(ASKED, answers).as_record(),
                created_at=NOW,
            )
            session.add(card)


def test_a_contract_in_an_answer_says_by_when_and_one_without_a_date_says_that(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _agreed(
        engine,
        council,
        {
            "ROADS": {"CON-01": Decimal(90_000), "CON-02": date(2028, 9, 30)},
            "LIB": {"CON-01": Decimal(1_200_000)},
            "HOME": {"CON-02": date(2027, 3, 31)},
        },
    )
    roads = _review(engine, council, "ROADS", ("1", "10", "2028"))
    for key in ("LIB", "HOME", "WASTE"):
        _review(engine, council, key, ("1", "4", "2028"))
    core = signed_in("core_team")
    page = core.open("/plan")
    rows = {words(row.css_first("th")): words(row) for row in page.tree.css(".vfm-plan-table tbody tr")}
    said = "ontract ends 30 September 2028, answer to CON-02 in Autumn 2026, less a year"
    assert f"By Q2 2027-28 It stands later than that. C{said}" in rows["Highways"]
    assert "Contracts of £1,200,000 end, answer to CON-01 in Autumn 2026: no date given" in rows["Libraries"]
    assert "By Q" not in rows["Libraries"]
    assert "31 March 2027, answer to CON-02 in Autumn 2026: too soon for a review a year" in rows["Home care"]
    assert "answer to" not in rows["Waste collection"]
    book = openpyxl.load_workbook(BytesIO(core.open("/plan.xlsx").data))["Forward plan"]
    heads = [cell.value for cell in next(book.iter_rows())]
    cells = {row[0].value: dict(zip(heads, (c.value for c in row), strict=True)) for row in book.iter_rows()}
    assert cells["Highways"]["Latest quarter"] == "2027-Q2"
    assert cells["Highways"]["Contract ends"].date() == date(2028, 9, 30)
    assert "no date given" in cells["Libraries"]["Why by then"]
    form = core.open(f"/plan/{roads}/conditions")
    assert f"The service's own answers: c{said}. A date that you give below takes its place." in form.text
    own = form.submit(
        "Save the conditions", **{"contract.day": "31", "contract.month": "3", "contract.year": "2031"}
    )
    rows = {words(row.css_first("th")): words(row) for row in own.tree.css(".vfm-plan-table tbody tr")}
    assert "Contract ends 31 March 2031, less a year" in rows["Highways"]
    assert "answer to" not in rows["Highways"]


FILL = """bars => {
  const row = document.querySelector(".vfm-plan__row:not(.vfm-plan__heads)"), groups = 8;
  const bar = row.querySelector(".vfm-plan__bar");
  row.querySelector("ul").replaceChildren();
  const rows = [row];
  while (rows.length < groups) rows.push(row.parentNode.appendChild(row.cloneNode(true)));
  for (let i = 0; i < bars; i++) {
    const more = bar.cloneNode(true);
    const quarter = 1 + (i + (i % 2) * 2 * Math.floor(i / groups)) % 12;
    more.className = `vfm-plan__bar vfm-plan__bar--service_review vfm-at-${quarter} vfm-over-1`;
    more.querySelector("strong").textContent = "A service with a name of two lines";
    rows[i % groups].querySelector("ul").append(more);
  }
  document.querySelector(".vfm-plan").classList.add("vfm-plan--many");
  const plan = document.querySelector(".vfm-plan");
  while (plan.nextElementSibling) plan.nextElementSibling.remove();
}"""
"""A timeline of as many bars in eight groups, every other of them two bars high, and nothing after it."""


@pytest.mark.browser
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_timeline_of_forty_bars_prints_on_one_sheet(
    engine: Engine, council: SmallCouncil, window: Callable[[str, str], BrowserPage]
) -> None:
    made = _review(engine, council, "ROADS", ("1", "4", "2027"))
    with transaction(engine) as session:
        row = session.get_one(Review, made)
        row.latest, row.latest_reason, row.is_mandatory = "2027-Q4", "The law", True
    page = window("viewer", "/plan")
    page.evaluate(FILL, 40)
    assert page.locator(".vfm-plan__bar").count() == 40
    printed = page.pdf(prefer_css_page_size=True)
    assert re.findall(rb"/MediaBox \[0 0 (\d+)\.\d* (\d+)", printed) == [(b"841", b"594")]
    assert len(re.findall(rb"/Type /Page\b", printed)) == 1
