"""What each state of a review asks for."""

from vfm.prioritisation.review_steps import STATES, Facts, following, left, needs

WORKED = Facts(
    status="proposed",
    has_sponsor=True,
    has_lead=True,
    has_scope=True,
    places=3,
    lines=2,
    findings=1,
    accepted=1,
    has_outcome=True,
    has_savings=True,
)


def _words(found: object) -> list[str]:
    return [need.words for need in found]  # type: ignore[attr-defined]


def test_a_review_with_everything_can_go_all_the_way() -> None:
    assert needs(WORKED, "closed") == ()
    assert [following(state) for state in STATES] == [*STATES[1:], None]


def test_scoping_wants_a_sponsor_and_a_lead() -> None:
    assert _words(needs(Facts("approved"), "scoping")) == ["No sponsor is named.", "Nobody leads it yet."]
    assert _words(needs(Facts("proposed"), "approved")) == []


def test_vacancies_are_advice_and_a_scope_is_not() -> None:
    facts = Facts("scoping", places=3, vacancies=2, lines=1)
    found = needs(facts, "under_way")
    assert [(need.words, need.is_advice, need.part) for need in found] == [
        ("There is no scope yet: say what it covers.", False, "scope"),
        ("The team has 2 vacancies.", True, "team"),
    ]


def test_a_jump_asks_for_what_it_passes_over() -> None:
    assert _words(needs(Facts("proposed", has_lead=True), "under_way"))[:2] == [
        "No sponsor is named.",
        "There is no scope yet: say what it covers.",
    ]


def test_a_review_that_recommends_nothing_can_be_closed_from_reporting() -> None:
    facts = Facts("reporting", findings=1, has_outcome=True, has_savings=True)
    assert needs(facts, "closed") == ()
    assert _words(needs(facts, "implementing")) == ["No recommendation is accepted yet."]


def test_closing_wants_the_outcome_and_the_savings_and_advises_on_the_rest() -> None:
    facts = Facts("implementing", proposed=1, accepted=2, without_action=2)
    assert [(need.words, need.is_advice) for need in needs(facts, "closed")] == [
        ("It is not said yet what came of it.", False),
        ("Its savings are not confirmed: say low and high, nought where there are none.", False),
        ("1 recommendation is neither accepted nor rejected.", True),
        ("2 accepted recommendations have no improvement action.", True),
    ]


def test_going_back_asks_for_nothing() -> None:
    assert needs(Facts("closed"), "scoping") == ()


def test_what_is_left_names_each_thing_once_and_what_was_passed_over() -> None:
    facts = Facts(
        "under_way", has_lead=True, lines=2, unanswered_lines=2, open_hypotheses=3, questions_left=1
    )
    assert _words(left(facts)) == [
        "No sponsor is named.",
        "There is no scope yet: say what it covers.",
        "The team has nobody but its lead.",
        "There is no finding yet.",
        "1 question of the template is not answered.",
        "3 hypotheses are still open.",
        "2 lines of enquiry have no conclusion.",
    ]
    assert left(Facts("closed")) == ()
