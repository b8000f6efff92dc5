"""Outcomes set against the rules, and the rules: set, tried, changed, withdrawn."""

from collections.abc import Callable

from sqlalchemy import Engine, select

from tests.client import Browser
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm.store.database import reading
from vfm.store.tables import Event, OutcomeOverride, OutcomeRules

SignedIn = Callable[[str], Browser]
SET = {"outcome": "deep_dive", "topic": "Fees", "kind": "statutory", "reason": "The law asks for it.",
       "decided_by": "The cabinet", "decided_on.day": "2", "decided_on.month": "3",
       "decided_on.year": "2026"}  # fmt: skip


def test_an_outcome_set_against_the_rules_counts_until_it_is_withdrawn(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    executive = signed_in("executive")
    page = executive.open("/priorities/overrides")
    assert "None: the rules alone say" in page.text
    page = page.submit("Set the outcome", service=str(council.services["LIB"]), **SET)
    assert "The cabinet, 2 March 2026" in page.text
    board = executive.open("/priorities/new").submit("Rank the services")
    library = board.follow("Libraries")
    assert "Rule 1: Set by The cabinet: statutory duty: The law asks for it." in library.text
    page = executive.open("/priorities/overrides").submit("Withdraw the outcome of Libraries")
    assert "Withdrawn by Executive" in page.text
    again = executive.open("/priorities/new").submit("Rank the services", name="Again").follow("Libraries")
    assert "Rule 1:" not in again.text
    with reading(engine) as session:
        kept = session.scalars(select(OutcomeOverride)).one()
        verbs = list(session.scalars(select(Event.verb).where(Event.subject == "outcome_override")))
    assert (kept.reason, kept.ends_on, verbs) == ("The law asks for it.", None, ["overrode", "withdrew"])


def test_a_wrong_override_keeps_what_was_typed(signed_in: SignedIn) -> None:
    page = (
        signed_in("core_team")
        .open("/priorities/overrides")
        .submit(
            "Set the outcome",
            outcome="deep_dive",
            reason="Because it is late",
            **{"decided_on.year": "2099", "ends_on.day": "31", "ends_on.month": "2", "ends_on.year": "2027"},
        )
    )
    assert page.status == 422
    assert page.problems == [
        "Choose the service.",
        "Name the topic of the deep dive.",
        "Say whether it is a statutory duty or an executive decision.",
        "Say who decided, by name or office.",
        "It cannot lie in the future. Enter today or an earlier day.",
        "31 February 2027 is not in the calendar. Check the day and the month.",
    ]
    assert "Because it is late" in page.text


def test_rules_are_tried_on_the_newest_ranking_before_they_change(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    rankable(engine, council)
    publish(engine, council)
    core = signed_in("core_team")
    form = core.open("/priorities/rules")
    assert "No ranking has been made yet." in form.submit("Try them on the newest ranking").text
    signed_in("executive").open("/priorities/new").submit("Rank the services")
    tried = form.submit("Try them on the newest ranking", missing_weight="0")
    assert "services would have another outcome" in tried.text
    assert "data first instead of" in tried.text
    assert tried.tree.css_first("[name=missing_weight]").attributes["value"] == "0"
    refused = tried.submit("Change the rules", firm_share="20")
    assert (refused.status, len(refused.problems)) == (422, 1)
    asked = tried.submit("Change the rules")
    assert asked.problems == ["Say why the rules change, for whoever reads the next ranking."]
    changed = asked.submit("Change the rules", reason="Nothing may be missing.")
    assert "most weight without a value 0% instead of 30%" in changed.text
    assert "Nothing was different." in changed.submit("Change the rules").text
    late = form.submit("Change the rules", half="60", reason="Late")
    assert (late.status, "Somebody changed the rules" in late.text) == (409, True)
    with reading(engine) as session:
        assert session.scalars(select(OutcomeRules)).one().content["missing_weight"] == 0
    board = signed_in("executive").open("/priorities/new").submit("Rank the services", name="After")
    assert "of the weight has no value" in board.follow("Highways").text


def test_others_read_the_rules_and_change_nothing(signed_in: SignedIn) -> None:
    page = signed_in("viewer").open("/priorities/rules")
    assert "Most weight without a value: 30%." in page.text
    assert page.tree.css_first("main form button") is None
    assert signed_in("viewer").open("/priorities/overrides").tree.css_first("main form button") is None
