"""Services: the list, and one service with its figures, results and all that was done with it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import Engine

from tests import build
from tests.answered import signed_off
from tests.client import Browser, words
from tests.council import NOW, SmallCouncil
from tests.rounds import opened
from vfm.store.database import transaction
from vfm.store.tables import Decision, ImprovementAction, PrioritisationRun, Review, Service
from vfm.workflows import challenge_closing, figures

SignedIn = Callable[[str], Browser]
ASKED = build.questionnaire(build.section("A", build.scale_question("A-01")))
GIVEN = {"A-01": build.answer(3, "verified")}
SOURCES = [
    figures.Source("RO5-2023", "Revenue outturn 2023-24, form RO5", "A ministry", "Open"),
    figures.Source("RO5-2024", "Revenue outturn 2024-25, form RO5", "A ministry", "Open"),
]


def figure(
    year: str, amount: str, measure: str = "net_expenditure", **more: object
) -> figures.PublishedFigure:
    content = {
        "service_key": "LIB",
        "measure": measure,
        "title": measure.replace("_", " ").capitalize(),
        "year": year,
        "amount": Decimal(amount),
        "unit": "GBP",
        "basis": "cash, outturn",
        "source_key": f"RO5-{year[:4]}",
        "line": "RO5: Library service",
    }
    return figures.PublishedFigure(**(content | more))


@pytest.fixture
def published(engine: Engine, council: SmallCouncil) -> None:
    known = [
        figure("2023-24", "2000000"),
        figure("2024-25", "2500000"),
        figure(
            "2024-25",
            "4.2",
            "visits",
            unit="per head",
            comparison={"of": "neighbours", "counted": "10", "median": "3.9", "england": "3.5"},
        ),
    ]
    with transaction(engine) as session:
        figures.load(session, SOURCES, known, by=None, now=NOW)


def test_services_are_listed_by_directorate_and_found_by_word(published: None, signed_in: SignedIn) -> None:
    browser = signed_in("viewer")
    page = browser.open("/services")
    assert "5 services in 4 directorates." in page.text
    row = next(tr for tr in page.soup.select("tr") if "Libraries" in words(tr))
    assert "£2,500,000 2024-25; Revenue outturn 2024-25, form RO5" in words(row)
    assert "1 of 5 services" in page.submit("Search", q="transport").text
    assert "No service fits" in page.submit("Search", q="no such thing").text
    assert "2 services" in signed_in("director").open("/services").text


def test_figures_show_source_year_and_comparison(
    published: None, council: SmallCouncil, signed_in: SignedIn
) -> None:
    page = signed_in("executive").open(f"/services/{council.services['LIB']}")
    assert page.heading == "Libraries"
    assert "Net expenditure rose by 25% from 2023-24 to 2024-25" in page.text
    visits = next(tr for tr in page.soup.select("tr") if "Visits" in words(tr))
    assert "4.2 per head median 3.9 per head of 10 neighbours; England 3.5 per head" in words(visits)
    assert "Revenue outturn 2023-24, form RO5, RO5: Library service; cash, outturn" in page.text
    chart = page.soup.select_one('table[data-chart-table="net_expenditure"]')
    assert [words(cell) for cell in chart.select("tbody td")][:2] == ["2,000,000", SOURCES[0].title]


def test_all_that_was_done_is_on_the_services_page(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    service_id = council.services["LIB"]
    made = opened(engine, council, ASKED, services=("LIB",))
    signed_off(engine, council, made.assessments["LIB"], ASKED, GIVEN)
    with transaction(engine) as session:
        challenge_closing.close(session, made.assessments["LIB"], by=council.actor("core_team"), now=NOW)
        run = PrioritisationRun(
            cycle_id=made.cycle_id,
            name="Autumn",
            settings={},
            inputs={},
            result={},
            engine="1",
            by_id=2,
            at=NOW,
        )
        session.add(run)
        session.flush()
        session.add_all(
            [
                Decision(
                    run_id=run.id,
                    service_id=service_id,
                    suggested="monitor",
                    rule="",
                    outcome="service_review",
                    reason="Costs rise.",
                    decided_on=NOW.date(),
                    by_id=council.people["executive"],
                    at=NOW,
                ),
                Review(
                    service_id=service_id, mode="service_review", starts_on=date(2027, 2, 1), by_id=2, at=NOW
                ),
                ImprovementAction(
                    service_id=service_id,
                    assessment_id=made.assessments["LIB"],
                    question_key="A-01",
                    text="Open on Sundays",
                    created_at=NOW,
                ),
            ]
        )
    page = signed_in("viewer").open(f"/services/{service_id}")
    assert "67 of 100 , Rollout 2026" in page.text
    assert "Service review , decided by Executive on 23 November 2026" in page.text
    assert "from 1 February 2027" in page.text
    assert "Open on Sundays A-01" in page.text
    assert "Core Team agreed (Rollout 2026)" in page.text
    answer = page.follow("A-01")
    assert answer.soup.select_one("#section-A").has_attr("open")
    assert "67" in words(page.browser.open("/services").soup.select_one("tbody a[href$='/result']"))


def test_a_service_nobody_answered_for_says_what_is_missing(
    council: SmallCouncil, signed_in: SignedIn
) -> None:
    page = signed_in("core_team").open(f"/services/{council.services['HOME']}")
    for nothing in (
        "No cycle has asked this service",
        "No published figure",
        "Nothing has been decided",
        "No improvement action yet",
    ):
        assert nothing in page.text
    signed_in("director").open(f"/services/{council.services['HOME']}", expect=404)
    signed_in("core_team").open("/services/999", expect=404)


def test_a_closed_service_points_to_the_one_it_went_into(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    with transaction(engine) as session:
        gone = session.get_one(Service, council.services["LIB"])
        gone.closed_on, gone.merged_into_id = date(2026, 4, 1), council.services["WASTE"]
    browser = signed_in("viewer")
    page = browser.open(f"/services/{council.services['LIB']}")
    assert "Closed on 1 April 2026 and merged into Waste collection" in page.text
    assert "Libraries" not in browser.open("/services").text
