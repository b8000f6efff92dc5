"""One review from its scope to its end, on both databases."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from tests.council import NOW, SmallCouncil
from vfm.errors import Conflict, Forbidden, Invalid, NotFound
from vfm.prioritisation.benefits import Amount, all_in_words
from vfm.prioritisation.review_forms import shown
from vfm.store.database import reading, transaction
from vfm.store.tables import Event, ImprovementAction, Review, ReviewHypothesis, Service
from vfm.workflows import review_parts, review_work, reviews

LATER = NOW + timedelta(days=30)
SCOPE = {"covers": "Contracts\nRoutes", "leaves_out": "School buses", "reason": "As the board asked."}


def _planned(engine: Engine, council: SmallCouncil, *, mode: str = "service_review") -> int:
    with transaction(engine) as session:
        draft = reviews.blank(session, service_id=council.services["ROADS"]).draft
        draft = replace(draft, mode=mode, topic="Winter gritting", day=("1", "2", "2027"))
        return reviews.add(session, draft, by=council.actor("core_team"), now=NOW)


def _about(engine: Engine, council: SmallCouncil, review: int, **typed: str) -> bool:
    core = council.actor("core_team")
    with transaction(engine) as session:
        view = review_work.about(session, review, by=core)
        sent = {**view.typed, **typed}
        return review_work.change(session, review, sent, view.seen, by=core, now=NOW)


def _add(
    engine: Engine, council: SmallCouncil, review: int, part: str, line: int | None = None, **typed: str
) -> int:
    with transaction(engine) as session:
        return review_parts.add(session, review, part, typed, line, by=council.actor("core_team"), now=NOW)


def _change(
    engine: Engine, council: SmallCouncil, review: int, part: str, part_id: int, **typed: str
) -> bool:
    core = council.actor("core_team")
    with transaction(engine) as session:
        view = review_parts.show(session, review, part, part_id, by=core)
        sent = {**view.typed, **typed}
        return review_parts.change(session, review, part, part_id, sent, view.seen, by=core, now=NOW)


def _move(
    engine: Engine, council: SmallCouncil, review: int, to: str, who: str = "core_team", **typed: str
) -> None:
    by = council.actor(who)
    with transaction(engine) as session:
        seen = review_work.show(session, review, by=by).head.status
        review_work.move(session, review, to, typed, seen, by=by, now=LATER)


def _page(
    engine: Engine, council: SmallCouncil, review: int, who: str = "core_team"
) -> review_work.ReviewPage:
    with reading(engine) as session:
        return review_work.show(session, review, by=council.actor(who))


def test_a_review_goes_all_the_way_and_its_service_was_reviewed(
    engine: Engine, council: SmallCouncil
) -> None:
    review = _planned(engine, council)
    people = {who: str(council.people[who]) for who in ("executive", "challenger", "contributor")}
    with pytest.raises(Invalid) as refused:
        _move(engine, council, review, "scoping")
    assert [one.place for one in refused.value.problems] == ["about", "about"]
    assert _about(engine, council, review, sponsor_id=people["executive"], lead_id=people["challenger"])
    _move(engine, council, review, "scoping")
    with transaction(engine) as session:
        assert review_work.change_scope(session, review, SCOPE, "0", by=council.actor("challenger"), now=NOW)
    line = _add(engine, council, review, "lines", text="What does it cost?")
    supposed = _add(engine, council, review, "hypotheses", line, text="Prices rose faster than use.")
    _add(engine, council, review, "team", role="Finance partner", person_id=people["contributor"], days="12")
    _add(engine, council, review, "team", role="Internal audit")
    with pytest.raises(Invalid) as refused:
        _move(engine, council, review, "under_way")
    assert [str(one) for one in refused.value.problems] == ["reason: Say why it goes on all the same."]
    _move(engine, council, review, "under_way", reason="Audit joins in March.")
    page = _page(engine, council, review)
    assert page.vacancies == 1
    assert [need.words for need in page.left][:2] == ["The team has 1 vacancy.", "There is no finding yet."]
    _change(engine, council, review, "hypotheses", supposed, status="supported", note="Since 2024.")
    _change(engine, council, review, "lines", line, conclusion="Prices, not use.")
    finding = _add(engine, council, review, "findings", text="Two contracts overlap.", line_id=str(line))
    advice = _add(
        engine,
        council,
        review,
        "recommendations",
        text="Tender once.",
        finding_id=str(finding),
        owner_id=people["contributor"],
        savings_low="10000",
        savings_high="25,000",
        savings_kind="cashable",
        savings_span="recurring",
        other_benefit="Fewer complaints.",
    )
    _move(engine, council, review, "reporting")
    with pytest.raises(Invalid):
        _move(engine, council, review, "implementing")
    _change(engine, council, review, "recommendations", advice, status="accepted")
    _move(engine, council, review, "implementing")
    with transaction(engine) as session:
        action = review_parts.act_on(session, review, advice, by=council.actor("core_team"), now=NOW)
    with pytest.raises(Conflict), transaction(engine) as session:
        review_parts.act_on(session, review, advice, by=council.actor("core_team"), now=NOW)
    with reading(engine) as session:
        moving = review_work.moving(session, review, "closed", by=council.actor("core_team"))
        row = session.get_one(ImprovementAction, action)
        assert (row.text, row.status, row.owner_id) == (
            "Tender once.",
            "agreed",
            council.people["contributor"],
        )
    assert moving.form is not None
    ends = ("cashable_recurring_low", "cashable_recurring_high")
    assert [moving.form.typed[name] for name in ends] == ["10,000", "25,000"]
    with pytest.raises(Invalid) as refused:
        _move(engine, council, review, "closed", avoidance_one_off_low="1")
    assert [one.place for one in refused.value.problems] == ["avoidance_one_off_high", "outcome_note"]
    with pytest.raises(Invalid) as refused:
        _move(engine, council, review, "closed", outcome_note="One contract.")
    assert [one.message for one in refused.value.problems] == [
        "Say what it saves in one kind at least, 0 where it saves nothing."
    ]
    _move(
        engine,
        council,
        review,
        "closed",
        outcome_note="One contract.",
        cashable_recurring_low="0",
        cashable_recurring_high="9000",
        avoidance_one_off_low="50",
        avoidance_one_off_high="50",
    )
    page = _page(engine, council, review)
    assert all_in_words(page.head.savings) == "£0 to £9,000 a year, cashable; £50 once, avoided"
    assert page.head.closed_on == LATER.date()
    assert [step.status for step in page.steps if step.at] == [
        "proposed",
        "scoping",
        "under_way",
        "reporting",
        "implementing",
        "closed",
    ]
    assert page.accepted == review_work.Sum(
        1, (Amount("cashable", "recurring", Decimal(10000), Decimal(25000)),), 0
    )
    assert page.recommendations[0].other_benefit == "Fewer complaints."
    assert page.recommendations[0].action_status == "agreed"
    assert page.enquiries[0].findings == page.findings
    assert _reviewed_on(engine, council) == LATER.date()
    with pytest.raises(Conflict):
        _add(engine, council, review, "lines", text="Another?")
    _move(engine, council, review, "implementing", reason="One more thing.")
    assert _reviewed_on(engine, council) is None
    assert _page(engine, council, review).head.closed_on is None


def _reviewed_on(engine: Engine, council: SmallCouncil) -> object:
    with reading(engine) as session:
        return session.get_one(Service, council.services["ROADS"]).reviewed_on


def test_a_deep_dive_that_is_closed_is_no_review_of_the_whole(engine: Engine, council: SmallCouncil) -> None:
    review = _planned(engine, council, mode="deep_dive")
    with transaction(engine) as session:
        session.get_one(Review, review).status = "reporting"
    _move(engine, council, review, "closed", outcome_note="Nothing.", savings_low="0", savings_high="0")
    assert _reviewed_on(engine, council) is None


def test_savings_of_which_nobody_said_the_kind_stay_so(engine: Engine, council: SmallCouncil) -> None:
    review = _planned(engine, council)
    with transaction(engine) as session:
        row = session.get_one(Review, review)
        row.savings_low, row.savings_high = Decimal(400), Decimal(600)
    old = _add(
        engine,
        council,
        review,
        "recommendations",
        text="Old.",
        savings_low="1",
        savings_high="2",
        status="done",
    )
    assert all_in_words(_page(engine, council, review).head.savings) == "£400 to £600, kind not said"
    _about(engine, council, review, cashable_one_off_low="5", cashable_one_off_high="5")
    page = _page(engine, council, review)
    assert all_in_words(page.head.savings) == "£5 once, cashable; £400 to £600, kind not said"
    assert all_in_words(page.accepted.amounts) == "£1 to £2, kind not said"
    _change(engine, council, review, "recommendations", old, savings_kind="avoidance")
    _change(engine, council, review, "recommendations", old, savings_span="one_off")
    assert all_in_words(_page(engine, council, review).accepted.amounts) == "£1 to £2 once, avoided"


def test_closing_does_not_guess_where_a_kind_is_half_said(engine: Engine, council: SmallCouncil) -> None:
    review = _planned(engine, council)
    with transaction(engine) as session:
        session.get_one(Review, review).status = "reporting"
    _add(
        engine,
        council,
        review,
        "recommendations",
        text="Tender once.",
        savings_low="1",
        savings_high="2",
        savings_kind="cashable",
        status="accepted",
    )
    with reading(engine) as session:
        moving = review_work.moving(session, review, "closed", by=council.actor("core_team"))
    assert moving.form is not None
    assert not any(moving.form.typed.values())
    assert all_in_words(moving.sums.amounts) == "£1 to £2, cashable, once or a year not said"


def test_the_scope_keeps_what_stood_before_and_why_it_changed(engine: Engine, council: SmallCouncil) -> None:
    review, core = _planned(engine, council), council.actor("core_team")
    with transaction(engine) as session:
        review_work.change_scope(session, review, SCOPE, "0", by=core, now=NOW)
        seen = review_work.scope(session, review, by=core).seen
        same = SCOPE | {"reason": "Again."}
        assert not review_work.change_scope(session, review, same, seen, by=core, now=NOW)
        wider = SCOPE | {"covers": "Contracts\nRoutes\nFleet", "reason": "Cabinet widened it."}
        assert review_work.change_scope(session, review, wider, seen, by=core, now=LATER)
    page = _page(engine, council, review)
    assert [(one.covers.splitlines()[-1], one.reason, one.at) for one in page.scopes] == [
        ("Fleet", "Cabinet widened it.", LATER),
        ("Routes", "As the board asked.", NOW),
    ]
    other = SCOPE | {"covers": "Routes alone"}
    with pytest.raises(Conflict) as clash, transaction(engine) as session:
        review_work.change_scope(session, review, other, seen, by=core, now=LATER)
    assert [(one.place, one.sent) for one in clash.value.clashes] == [("covers", "Routes alone")]


def test_who_works_on_it_changes_it_and_others_read_or_do_not_know(
    engine: Engine, council: SmallCouncil
) -> None:
    review = _planned(engine, council)
    _add(engine, council, review, "team", role="Peer", person_id=str(council.people["director"]))
    _about(engine, council, review, lead_id=str(council.people["administrator"]))
    works = {"core_team", "executive", "director", "administrator"}
    reads = works | {"challenger", "viewer", "other_director"}
    for who in (*council.people,):
        by = council.actor(who)
        with reading(engine) as session:
            if who not in reads:
                with pytest.raises(NotFound):
                    review_work.show(session, review, by=by)
                continue
            assert review_work.show(session, review, by=by).may_change is (who in works)
            if who not in works:
                with pytest.raises(Forbidden):
                    review_parts.blank(session, review, "lines", by=by)


def test_two_who_change_one_thing_are_both_told(engine: Engine, council: SmallCouncil) -> None:
    review, core = _planned(engine, council), council.actor("core_team")
    line = _add(engine, council, review, "lines", text="What does it cost?")
    with reading(engine) as session:
        view = review_parts.show(session, review, "lines", line, by=core)
        about = review_work.about(session, review, by=core)
    _change(engine, council, review, "lines", line, text="What does it cost, and whom?")
    _about(engine, council, review, partner="Peer council")
    sent = {**view.typed, "text": "Who pays?"}
    with pytest.raises(Conflict) as clash, transaction(engine) as session:
        review_parts.change(session, review, "lines", line, sent, view.seen, by=core, now=NOW)
    (both,) = clash.value.clashes
    assert (both.kept, both.sent, both.by) == ("What does it cost, and whom?", "Who pays?", "Core Team")
    typed = {**about.typed, "partner": "A firm"}
    with pytest.raises(Conflict), transaction(engine) as session:
        review_work.change(session, review, typed, about.seen, by=core, now=NOW)
    with pytest.raises(Conflict), transaction(engine) as session:
        review_work.move(session, review, "approved", {}, "reporting", by=core, now=NOW)


def test_parts_are_put_in_order_and_removed_with_what_is_under_them(
    engine: Engine, council: SmallCouncil
) -> None:
    review, core = _planned(engine, council), council.actor("core_team")
    first, second, third = (
        _add(engine, council, review, "lines", text=f"Question {name}?") for name in ("A", "B", "C")
    )
    _add(engine, council, review, "hypotheses", second, text="It is so.")
    finding = _add(engine, council, review, "findings", text="It was so.", line_id=str(second))
    advice = _add(engine, council, review, "recommendations", text="Stop.", finding_id=str(finding))
    with transaction(engine) as session:
        review_parts.shift(session, review, "lines", third, is_up=True, by=core, now=NOW)
        review_parts.shift(session, review, "lines", first, is_up=True, by=core, now=NOW)
        assert review_parts.show(session, review, "lines", second, by=core).goes_too == "its 1 hypothesis"
    page = _page(engine, council, review)
    assert [one.line.id for one in page.enquiries] == [first, third, second]
    with transaction(engine) as session:
        review_parts.remove(session, review, "lines", second, by=core, now=NOW)
        review_parts.remove(session, review, "findings", finding, by=core, now=NOW)
        assert session.scalars(select(ReviewHypothesis.id)).all() == []
    page = _page(engine, council, review)
    assert [one.line.id for one in page.enquiries] == [first, third]
    assert page.recommendations[0].id == advice
    assert page.recommendations[0].finding_id is None
    with pytest.raises(NotFound), transaction(engine) as session:
        review_parts.remove(session, review, "lines", second, by=core, now=NOW)


def test_a_part_of_another_review_is_not_there(engine: Engine, council: SmallCouncil) -> None:
    review, other = _planned(engine, council), _planned(engine, council, mode="deep_dive")
    line = _add(engine, council, other, "lines", text="Elsewhere?")
    supposed = _add(engine, council, other, "hypotheses", line, text="So.")
    core = council.actor("core_team")
    with reading(engine) as session:
        for part, part_id in (("lines", line), ("hypotheses", supposed)):
            with pytest.raises(NotFound):
                review_parts.show(session, review, part, part_id, by=core)
        with pytest.raises(NotFound):
            review_parts.blank(session, review, "hypotheses", line, by=core)
        with pytest.raises(NotFound):
            review_parts.blank(session, review, "nonsense", by=core)
    with pytest.raises(Invalid):
        _add(engine, council, review, "findings", text="Found.", line_id=str(line))


def test_the_trail_tells_in_words_what_changed(engine: Engine, council: SmallCouncil) -> None:
    review = _planned(engine, council)
    _about(
        engine, council, review, lead_id=str(council.people["challenger"]), savings_low="5", savings_high="9"
    )
    line = _add(engine, council, review, "lines", text="Why?")
    _change(engine, council, review, "lines", line, conclusion="Because.")
    with reading(engine) as session:
        told = session.scalars(
            select(Event).where(Event.subject == "review", Event.subject_id == review).order_by(Event.id)
        ).all()
    assert [(one.verb, one.after) for one in told[1:]] == [
        ("changed", {"lead": "Challenger", "savings_low": "£5", "savings_high": "£9"}),
        ("added a line of enquiry", {"text": "Why?"}),
        ("changed a line of enquiry", {"which": "Why?", "conclusion": "Because."}),
    ]
    again = _page(engine, council, review).head
    assert shown("about", {"savings_low": again.savings_low})["savings_low"] == "5"
