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
    assert "Libraries,Communities,Deep dive,'=Opening hours,2027-01-05,Challenger,Proposed,,no" in (
        page.follow("Download as CSV").data.decode("utf-8-sig")
    )
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
