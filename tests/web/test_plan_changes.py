"""Working a plan out, adopting it, moving a review by hand, undoing; the day is 23 November 2026."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Engine, select, update

from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from vfm.store.database import reading, transaction
from vfm.store.tables import Decision, Event, PlanProposal, PrioritisationRun, Review, ReviewMember
from vfm.workflows import plans, reviews

SignedIn = Callable[[str], Browser]


def _set_up(engine: Engine, council: SmallCouncil, **typed: str) -> None:
    """160 days a quarter: one service review; budget setting in January to March 2027."""
    with transaction(engine) as session:
        fields = dict(plans.settings(session, now=NOW).fields)
        fields |= {
            "days": "160",
            "2026-Q4.blackout": "yes",
            "2026-Q4.reason": "Budget setting",
            "reason": "New",
        }
        plans.set_up(session, fields | typed, by=council.actor("core_team"), now=NOW)


def _review(
    engine: Engine,
    council: SmallCouncil,
    service: str,
    start: tuple[int, int],
    priority: int,
    **conditions: object,
) -> int:
    """A service review that begins on the first day of a month, proposed."""
    month, year = start
    draft = reviews.Draft(
        service=str(council.services[service]), mode="service_review", day=("1", str(month), str(year))
    )
    by = council.actor("core_team")
    with transaction(engine) as session:
        made = reviews.add(session, draft, by=by, now=NOW)
        seen = plans.conditions(session, made, now=NOW).draft.seen
        typed = plans.Draft(priority=str(priority), seen=seen, **conditions)  # type: ignore[arg-type]
        plans.condition(session, made, typed, by=by, now=NOW)
    return made


def _starts(engine: Engine) -> dict[int, date]:
    with reading(engine) as session:
        return dict(iter(session.execute(select(Review.id, Review.starts_on))))


def _changes(page: Page) -> dict[str, str]:
    """Service -> what changes, of a proposal."""
    table = page.tree.css_first("table")
    return {
        words(row.css_first("th")): " | ".join(words(cell) for cell in row.css("td")[4:7])
        for row in table.css("tbody tr")
    }


def test_a_plan_is_worked_out_adopted_and_undone(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    low = _review(engine, council, "LIB", (4, 2028), 10)
    high = _review(engine, council, "ROADS", (7, 2028), 90)
    shut = _review(engine, council, "HOME", (1, 2027), 50)
    core = signed_in("core_team")
    before = _starts(engine)
    page = core.open("/plan").follow("Work out a plan").submit("Work out a plan")
    assert "2 reviews move; 1 review stays." in page.text  # the firm year is not moved unless asked
    assert _changes(page) == {
        "Highways": "Q2 2028-29 Jul–Sep 2028 | Q1 2027-28 Apr–Jun 2027 | Earlier",
        "Libraries": "Q1 2028-29 Apr–Jun 2028 | Q2 2027-28 Jul–Sep 2027 | Earlier",
    }
    assert "No plan within the same limits is worth more." in page.text
    assert _starts(engine) == before
    assert "A plan that was worked out waits to be adopted." in core.open("/plan").text
    plan = page.submit("Adopt this plan")
    assert "The plan is adopted: 2 reviews changed." in plan.text
    assert _starts(engine) == {low: date(2027, 7, 1), high: date(2027, 4, 1), shut: date(2027, 1, 1)}
    with reading(engine) as session:
        row = session.get_one(Review, high)
        assert (row.ends_on, row.revision) == (date(2027, 6, 30), 3)
        verbs = session.scalars(
            select(Event.verb).where(Event.subject == "review", Event.subject_id == high).order_by(Event.id)
        ).all()
    assert verbs == ["planned", "conditions set", "moved"]
    assert "It was adopted on 23 November 2026" in core.open(page.address).text
    undone = plan.submit("Undo it")
    assert "Undone: 2 reviews went back." in undone.text
    assert _starts(engine) == before
    assert "Undo it" not in undone.text


def test_the_firm_year_moves_when_it_is_asked_to(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    _review(engine, council, "HOME", (1, 2027), 50)
    core = signed_in("core_team")
    refused = core.open("/plan/work-out").submit("Work out a plan")
    assert refused.status == 422
    assert refused.problems[0].startswith("Nothing may move: every review has begun, is pinned, or stands in")
    page = refused.submit("Work out a plan", firm="yes")
    assert _changes(page) == {"Home care": "Q4 2026-27 Jan–Mar 2027 | Q1 2027-28 Apr–Jun 2027 | Later"}


def test_what_has_to_be_done_and_does_not_fit_is_named_with_its_cure(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    due = {"latest": "2027-Q1", "latest_reason": "The law", "is_mandatory": True}
    _review(engine, council, "LIB", (4, 2028), 10, **due)
    _review(engine, council, "ROADS", (4, 2028), 10, **due)
    core = signed_in("core_team")
    page = core.open("/plan/work-out").submit("Work out a plan")
    assert "What has to be done does not fit." in page.text
    assert "Q1 2027-28 is short by 160 days: Libraries and Highways." in page.text
    assert "Adopt this plan" not in page.text
    assert page.follow("Change the days or the blackout of Q1 2027-28").heading == (
        "Team days, limits and blackouts"
    )
    cured = page.follow("Change the days, the last quarter or the pin of Highways")
    cured.submit("Save the conditions", latest="2027-Q2")
    assert "This one cannot be adopted any more." in core.open(page.address).text
    again = core.open(page.address).submit("Work it out again")
    assert "2 reviews move" in again.text


def test_a_plan_that_was_overtaken_is_not_adopted(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    _review(engine, council, "LIB", (4, 2028), 10)
    core = signed_in("core_team")
    page = core.open("/plan/work-out").submit("Work out a plan")
    _review(engine, council, "ROADS", (4, 2028), 10)
    late = page.submit("Adopt this plan")
    assert late.status == 409
    assert "Work it out again." in late.text
    assert "put aside" in core.open(page.address).submit("Work it out again").submit("Put it aside").text
    with reading(engine) as session:
        assert session.scalars(select(PlanProposal.adopted_at)).all() == [None, None]


def test_moving_one_by_hand_says_what_gives(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    moved = _review(engine, council, "LIB", (4, 2028), 10)
    other = _review(engine, council, "ROADS", (7, 2028), 20)
    core = signed_in("core_team")
    start = core.open("/plan").follow("Move Libraries")
    fits = start.submit("See what gives", to="2027-Q3")
    assert "It fits. Q3 2027-28 then has 160 of 160 team days taken" in fits.text
    shut = start.submit("See what gives", to="2026-Q4")
    assert "Q4 2026-27 is closed to reviews, and Libraries is in it." in shut.text
    full = start.submit("See what gives", to="2028-Q2")
    assert "Q2 2028-29 has 160 days too few for Libraries and Highways." in full.text
    assert "Highways moves from Q2 2028-29 to Q1 2027-28." in full.text  # the quarter of most worth
    before = _starts(engine)
    late = start.submit("See what gives", to="2028-Q2")
    anyway = full.submit("Move it anyway")
    assert "It is moved." in anyway.text
    assert "More than the team has days for: Q2 2028-29 by 160." in anyway.text
    assert _starts(engine)[moved] == _starts(engine)[other]
    assert late.submit("Move it anyway").status == 409
    assert _starts(engine) == before | {moved: date(2028, 7, 1)}
    back = anyway.submit("Undo it")
    assert _starts(engine) == before
    page = back.follow("Move Libraries").submit("See what gives", to="2028-Q2")
    both = page.submit("Move it, and let the others give way")
    assert "It is moved, and 1 other with it." in both.text
    assert _starts(engine) == {moved: date(2028, 7, 1), other: date(2027, 4, 1)}
    with reading(engine) as session:
        assert session.get_one(Review, moved).is_pinned
        assert not session.get_one(Review, other).is_pinned
    stale = core.open("/plan")
    core.open(f"/plan/{other}/conditions").submit("Save the conditions", held=["pinned"])
    refused = stale.submit("Undo it")
    assert refused.status == 409
    assert "Highways was changed since" in refused.text


def test_what_the_plan_broke_before_a_move_is_told_apart_and_mended_only_when_asked(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    moved = _review(engine, council, "LIB", (4, 2028), 10)
    gives = _review(engine, council, "ROADS", (7, 2028), 20)
    for service in ("HOME", "WASTE"):
        _review(engine, council, service, (10, 2028), 30)
    core = signed_in("core_team")
    before = _starts(engine)
    page = core.open(f"/plan/move/review-{moved}").submit("See what gives", to="2028-Q2")
    needed, _, broken = page.text.partition("Already broken before your move")
    assert "Highways moves from Q2 2028-29" in needed
    assert "Home care" not in needed
    assert "Q3 2028-29 has 160 days too few for Home care and Waste" in broken
    assert "These would mend it, and have nothing to do with your move:" in broken
    assert "moves from Q3 2028-29 to" in broken
    assert "Highways" not in broken.partition("Move it,")[0]
    page.submit("Move it, and let the others give way")
    assert {key for key, start in _starts(engine).items() if start != before[key]} == {moved, gives}
    page = core.open("/plan").submit("Undo it")
    assert _starts(engine) == before
    page = core.open(f"/plan/move/review-{moved}").submit("See what gives", to="2028-Q2")
    mended = page.submit("Move it, and mend what was broken, too")
    assert "It is moved, and 2 others with it." in mended.text
    assert "Every quarter fits." in mended.text


def _decided(engine: Engine, council: SmallCouncil, service: str, index: float) -> None:
    """A deep dive decided in a ranking that gave the service this index."""
    by, service_id = council.people["executive"], council.services[service]
    line = [service_id, service, service, "", None, None, None, 1, index, [], [], 0.0, 1.0, 1, 1, "deep_dive"]
    with transaction(engine) as session:
        run = PrioritisationRun(
            name="Ranking",
            settings={},
            inputs={},
            result={},
            outline={"lines": [[*line, 5, "", False]]},
            engine="test",
            by_id=by,
            at=NOW,
        )
        session.add(run)
        session.flush()
        session.add(
            Decision(
                run_id=run.id,
                service_id=service_id,
                suggested="deep_dive",
                rule="5",
                outcome="deep_dive",
                topic="Opening hours",
                reason="It costs most",
                decided_on=NOW.date(),
                by_id=by,
                at=NOW,
            )
        )


def test_a_decision_waits_comes_in_with_its_index_and_goes_back(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    _decided(engine, council, "LIB", 77.5)
    core = signed_in("core_team")
    page = core.open("/plan")
    assert "Libraries: deep dive, Opening hours, 60 days. Place Libraries by hand" in page.text
    fits = page.follow("Place Libraries").submit("See what gives", to="2026-Q3")
    assert "It fits." in fits.text
    placed = fits.submit("Move it")
    ((made, start),) = _starts(engine).items()
    assert start == NOW.date()  # the quarter is under way
    assert "77.5" in placed.text
    assert "Decided, and not in the plan yet" in placed.submit("Undo it").text
    assert _starts(engine) == {}
    plan = core.open("/plan/work-out").submit("Work out a plan").submit("Adopt this plan")
    ((made, start),) = _starts(engine).items()
    assert start == date(2027, 4, 1)
    with transaction(engine) as session:
        session.add(ReviewMember(review_id=made, role="analyst", position=1))
    assert plan.submit("Undo it").status == 409
    assert made in _starts(engine)


def test_what_has_begun_is_not_moved_and_a_wrong_quarter_is_named(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    review = _review(engine, council, "LIB", (4, 2028), 10)
    core = signed_in("core_team")
    page = core.open(f"/plan/move/review-{review}?to=1999-Q1", expect=422)
    assert page.problems == ["Choose a quarter from the list."]
    core.open("/plan/move/review-999", expect=404)
    with transaction(engine) as session:
        session.execute(update(Review).where(Review.id == review).values(status="under_way"))
    assert "has begun" in core.open(f"/plan/move/review-{review}", expect=409).text


def _worked_out(page: Page) -> list[list[str]]:
    """The rows of the plans that were worked out: what it came to, what became of it, against the plan."""
    rows = page.tree.css("#worked-out ~ div tbody tr")
    return [[words(cell) for cell in row.css("td")] for row in rows]


def test_plans_worked_out_before_are_listed_and_held_against_the_one_that_stands(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    core = signed_in("core_team")
    assert "No plan was worked out yet." in core.open("/plan").text
    _review(engine, council, "LIB", (4, 2028), 10)
    roads = _review(engine, council, "ROADS", (7, 2028), 90)
    _decided(engine, council, "HOME", 50.0)
    page = core.open("/plan/work-out").submit("Work out a plan")
    (row,) = _worked_out(core.open("/plan"))
    assert row[0] == "Ranking"
    assert row[1] == "3 reviews placed, 3 of them elsewhere than before"
    assert "No plan within the same limits was worth more" in row[2]
    assert row[3:] == ["Waits to be adopted", "3 reviews stand elsewhere"]
    page.submit("Adopt this plan")
    (row,) = _worked_out(core.open("/plan"))
    assert row[3:] == ["Adopted 23 November 2026", "The same"]
    adopted = core.open(page.address)
    assert "Every review of this plan stands where the plan would have it." in adopted.text
    with transaction(engine) as session:
        session.execute(update(Review).where(Review.id == roads).values(starts_on=date(2028, 10, 1)))
    _review(engine, council, "WASTE", (1, 2029), 5)
    adopted = core.open(page.address)
    told = [words(one) for one in adopted.tree.css("#against ~ div tbody tr")]
    assert told[0].endswith("Q1 2027-28 Apr–Jun 2027 Q3 2028-29 Oct–Dec 2028")
    assert "not in it: it came into the plan since" in told[1]
    assert _worked_out(core.open("/plan"))[0][4] == "2 reviews stand elsewhere"
    core.open("/plan/work-out").submit("Work out a plan").submit("Put it aside")
    assert [one[3].split(" 23")[0] for one in _worked_out(core.open("/plan"))] == ["Put aside", "Adopted"]
    reader = signed_in("viewer").open("/plan")
    assert len(_worked_out(reader)) == 2
    assert not reader.tree.css("#worked-out ~ div a")


def test_a_plan_that_did_not_fit_says_so_in_the_list(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    _set_up(engine, council)
    due = {"latest": "2027-Q1", "latest_reason": "The law", "is_mandatory": True}
    for service in ("LIB", "ROADS"):
        _review(engine, council, service, (4, 2028), 10, **due)
    core = signed_in("core_team")
    for _ in range(6):
        core.open("/plan/work-out").submit("Work out a plan")
    page = core.open("/plan")
    rows = _worked_out(page)
    assert len(rows) == 5
    assert rows[0] == [
        "None: every review was added by hand",
        "No plan: what has to be done did not fit",
        "–",
        "Not adopted",
        "–",
    ]
    assert len(_worked_out(page.follow("Show all 6"))) == 6
