"""The forward plan in a browser."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import Engine, select

from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from vfm.store.database import reading, transaction
from vfm.store.tables import Event, Review, Service
from vfm.workflows import reviews
from vfm.workflows.reviews import Draft

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
    changed = form.submit("Save the change", lead="")
    form.follow("the page of the review").follow("Move it on to approved").submit("Move it on")
    assert "Approved (1)" in core.open("/reviews").text
    late = form.submit("Save the change", note="Too late")
    assert late.status == 409
    assert "Libraries from 5 January 2027, approved" in late.text
    sure = changed.follow("Remove Libraries")
    assert "5 January 2027" in sure.text
    assert _listed(sure.submit("Remove it")) == ["Highways"]
    with reading(engine) as session:
        verbs = session.scalars(select(Event.verb).where(Event.subject == "review").order_by(Event.id)).all()
        assert session.scalars(select(Review.service_id)).all() == [council.services["ROADS"]]
    assert verbs == ["planned", "planned", "changed", "went on", "removed"]
    reader = signed_in("viewer").open("/reviews")
    assert "Change" not in reader.text
    assert signed_in("director").status("/reviews") == 404


def _last_reviewed(browser: Browser, service: int) -> str:
    page = browser.open(f"/services/{service}")
    (row,) = (row for row in page.soup.select(".govuk-summary-list__row") if "Last reviewed" in words(row))
    return words(row).removeprefix("Last reviewed ")


def _closed(browser: Browser, review: int) -> Page:
    step = browser.open(f"/reviews/{review}/state/closed")
    return step.submit(
        "Close it", outcome_note="One depot less.", cashable_one_off_low="0", cashable_one_off_high="9000"
    )


def _reporting(engine: Engine, council: SmallCouncil, service: str, mode: str) -> int:
    """A review that was begun before it was written down."""
    draft = Draft(str(council.services[service]), mode, "Opening hours", ("1", "9", "2026"))
    with transaction(engine) as session:
        return reviews.add(
            session, draft, by=council.actor("core_team"), now=NOW - timedelta(days=60), status="reporting"
        )


def test_how_far_a_review_is_changes_on_its_own_page(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    core, service = signed_in("core_team"), council.services["ROADS"]
    assert "How far is it?" not in core.open("/reviews/new").text
    plan = _add(core, service, "service_review", (1, 9, 2026))
    assert "Proposed (1)" in plan.text
    form = plan.follow("Change Highways")
    assert "Proposed. This changes on the page of the review" in form.text
    assert not form.tree.css("[name=status]")
    token, seen = (
        form.tree.css_first(f"[name={name}]").attributes["value"] for name in ("csrf_token", "seen")
    )
    sent = {"csrf_token": token, "seen": seen, "service": str(service), "mode": "service_review"}
    sent |= {"day.day": "1", "day.month": "9", "day.year": "2026", "note": "Sooner", "status": "closed"}
    assert "The plan is changed." in core.send(form.address, sent).text
    assert form.follow("the page of the review").heading == "Highways: service review"
    with reading(engine) as session:
        kept = session.execute(select(Review.status, Review.closed_on, Review.note)).one()
        assert kept == ("proposed", None, "Sooner")
    assert _last_reviewed(core, service) == "Not on record"


def test_a_closed_review_is_the_services_last(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    core, service = signed_in("core_team"), council.services["ROADS"]
    review = _reporting(engine, council, "ROADS", "service_review")
    assert _last_reviewed(core, service) == "Not on record"
    _closed(core, review)
    assert _last_reviewed(core, service) == "23 November 2026"
    with reading(engine) as session:
        assert session.scalars(select(Review.closed_on)).one() == NOW.date()
    core.open(f"/reviews/{review}/state/reporting").submit("Take it back", reason="One finding is new.")
    assert _last_reviewed(core, service) == "Not on record"
    trail = signed_in("administrator").open(f"/directory/service/{service}").text
    assert "Reviewed reviewed on: 2026-11-23" in trail


def test_a_deep_dive_into_one_thing_is_no_review_of_the_whole(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    core, service = signed_in("core_team"), council.services["LIB"]
    _closed(core, _reporting(engine, council, "LIB", "deep_dive"))
    assert _last_reviewed(core, service) == "Not on record"
    _closed(core, _reporting(engine, council, "LIB", "service_review"))
    assert _last_reviewed(core, service) == "23 November 2026"


def test_one_that_was_closed_before_it_was_written_down_ends_that_day(
    engine: Engine, council: SmallCouncil
) -> None:
    draft = Draft(str(council.services["ROADS"]), "service_review", day=("1", "9", "2026"))
    with transaction(engine) as session:
        reviews.add(session, draft, by=council.actor("core_team"), now=NOW, status="closed")
    with reading(engine) as session:
        assert session.scalars(select(Review.closed_on)).one() == NOW.date()
        service = session.get_one(Service, council.services["ROADS"])
        assert service.reviewed_on == NOW.date()


def test_the_entry_of_a_closed_review_stays_as_it_was_and_says_how_to_change_it(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    core = signed_in("core_team")
    review = _reporting(engine, council, "ROADS", "service_review")
    form, conditions = core.open(f"/reviews/{review}/change"), core.open(f"/plan/{review}/conditions")
    sure = core.open(f"/reviews/{review}/remove")
    _closed(core, review)
    why = (
        "The review of Highways is closed, so its entry in the plan stays as it was: its service, what it "
        "is, its dates and its conditions. To change them, take it up again on its own page first."
    )
    for late in (
        form.submit("Save the change", service=str(council.services["LIB"]), mode="deep_dive", topic="Other"),
        form.submit("Save the change", **{"day.year": "2020"}),
        conditions.submit("Save the conditions", days="5"),
        sure.submit("Remove it"),
        core.open(f"/reviews/{review}/change", expect=409),
        core.open(f"/plan/{review}/conditions", expect=409),
        core.open(f"/reviews/{review}/remove", expect=409),
    ):
        assert (late.status, late.heading) == (409, "This is closed")
        assert why in late.text
    with reading(engine) as session:
        kept = session.execute(select(Review.service_id, Review.mode, Review.starts_on, Review.days)).one()
    assert kept == (council.services["ROADS"], "service_review", date(2026, 9, 1), None)
    listed = core.open("/reviews")
    assert "Stays as it was" in listed.text
    assert not [one for one in listed.tree.css("a") if "Change" in words(one) or "Remove" in words(one)]
    again = core.open(f"/reviews/{review}").follow("Take it up again")
    again.submit("Take it back", reason="One depot is left.")
    assert (
        "The plan is changed."
        in core.open(f"/reviews/{review}/change").submit("Save the change", note="Second part").text
    )


def test_what_is_sent_twice_is_in_the_plan_once(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    core, roads = signed_in("core_team"), council.services["ROADS"]
    _add(core, roads, "service_review", (1, 9, 2027))
    again = _add(core, roads, "service_review", (1, 9, 2027))
    assert again.status == 422
    (problem,) = again.problems
    assert problem.startswith("It is in the plan already: Highways from 1 September 2027, proposed.")
    _add(core, roads, "service_review", (2, 9, 2028))
    with reading(engine) as session:
        assert len(session.scalars(select(Review.id)).all()) == 2
