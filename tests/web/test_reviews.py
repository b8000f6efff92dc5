"""The forward plan in a browser."""

from collections.abc import Callable

from sqlalchemy import Engine, select

from tests.client import Browser, Page, words
from tests.council import SmallCouncil
from vfm.store.database import reading
from vfm.store.tables import Event, Review

SignedIn = Callable[[str], Browser]


def _add(browser: Browser, service: int, mode: str, day: tuple[int, int, int], **more: str) -> Page:
    dates = dict(zip(("day.day", "day.month", "day.year"), map(str, day), strict=True))
    return browser.open("/reviews/new").submit(
        "Add to the plan", service=str(service), mode=mode, **dates, **more
    )


def _listed(page: Page) -> list[str]:
    return [words(head) for head in page.soup.select("tbody th")]


def test_an_empty_plan_says_where_entries_come_from(signed_in: SignedIn) -> None:
    assert "The plan is empty." in signed_in("viewer").open("/reviews").text


def test_a_wrong_entry_keeps_what_was_typed(signed_in: SignedIn) -> None:
    page = signed_in("core_team").open("/reviews/new")
    page = page.submit(
        "Add to the plan", mode="deep_dive", note="Ask finance", **{"day.day": "31", "day.month": "2"}
    )
    assert page.status == 422
    assert page.problems == [
        "Choose the service.",
        "Name the topic of the deep dive.",
        "The date must include a year. Fill in day, month and year.",
    ]
    assert "Ask finance" in page.soup.select_one("[name=note]").text


def test_entries_are_added_sorted_filtered_changed_and_removed(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    core = signed_in("core_team")
    lead = str(council.people["challenger"])
    _add(core, council.services["ROADS"], "service_review", (1, 9, 2027))
    page = _add(core, council.services["LIB"], "deep_dive", (5, 1, 2027), topic="=Opening hours", lead=lead)
    assert _listed(page) == ["Libraries", "Highways"]
    assert _listed(core.open("/reviews?sort=service")) == ["Highways", "Libraries"]
    assert _listed(page.submit("Show", mode="service_review")) == ["Highways"]
    csv = page.follow("Download as CSV").data.decode("utf-8-sig")
    assert (
        "Libraries,Communities,Deep dive,'=Opening hours,2026-Q4,2027-01-05,2027-03-31,60,Challenger" in csv
    )
    assert "Proposed (2)" in page.text
    form = page.follow("Change Libraries")
    changed = form.submit("Save the change", status="approved", lead="")
    assert "Approved" in changed.text
    late = form.submit("Save the change", note="Too late")
    assert late.status == 409
    assert "Libraries from 5 January 2027, approved" in late.text
    sure = changed.follow("Remove Libraries")
    assert "5 January 2027" in sure.text
    assert _listed(sure.submit("Remove it")) == ["Highways"]
    with reading(engine) as session:
        verbs = session.scalars(select(Event.verb).where(Event.subject == "review").order_by(Event.id)).all()
        assert session.scalars(select(Review.service_id)).all() == [council.services["ROADS"]]
    assert verbs == ["planned", "planned", "changed", "removed"]
    reader = signed_in("viewer").open("/reviews")
    assert "Change" not in reader.text
    assert signed_in("director").status("/reviews") == 404


def _last_reviewed(browser: Browser, service: int) -> str:
    page = browser.open(f"/services/{service}")
    (row,) = (row for row in page.soup.select(".govuk-summary-list__row") if "Last reviewed" in words(row))
    return words(row).removeprefix("Last reviewed ")


def test_a_closed_review_is_the_services_last(council: SmallCouncil, signed_in: SignedIn) -> None:
    core, service = signed_in("core_team"), council.services["ROADS"]
    plan = _add(core, service, "service_review", (1, 9, 2026))
    assert _last_reviewed(core, service) == "Not on record"
    plan = plan.follow("Change Highways").submit("Save the change", status="closed")
    assert _last_reviewed(core, service) == "23 November 2026"
    plan = plan.follow("Change Highways").submit("Save the change", note="All done")
    assert _last_reviewed(core, service) == "23 November 2026"
    plan.follow("Change Highways").submit("Save the change", status="reporting")
    assert _last_reviewed(core, service) == "Not on record"
    trail = signed_in("administrator").open(f"/directory/service/{service}").text
    assert "Reviewed reviewed on: 2026-11-23" in trail


def test_a_deep_dive_into_one_thing_is_no_review_of_the_whole(
    council: SmallCouncil, signed_in: SignedIn
) -> None:
    core, service = signed_in("core_team"), council.services["LIB"]
    _add(core, service, "deep_dive", (1, 9, 2026), topic="Opening hours", status="closed")
    assert _last_reviewed(core, service) == "Not on record"
    _add(core, service, "service_review", (1, 9, 2026), status="closed")
    assert _last_reviewed(core, service) == "23 November 2026"
