"""Targets: set, changed and withdrawn by those who may, never overwritten, and measured honestly."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from tests import build
from tests.agreed import YEAR, agreed
from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from tests.web.test_changes import AFTER, BEFORE, asked, levels, pair
from vfm.errors import Conflict
from vfm.store.database import reading, transaction
from vfm.store.tables import Target
from vfm.workflows import targets

__all__ = ["pair"]

SignedIn = Callable[[str], Browser]
Pair = Callable[..., tuple[int, int]]
WANTED = {
    "points": "60",
    "due__day": "31",
    "due__month": "3",
    "due__year": "2028",
    "reason": "The plan says so.",
}


def page_of(council: SmallCouncil, browser: Browser, key: str = "LIB") -> Page:
    return browser.open(f"/services/{council.services[key]}/targets")


def rows_of(page: Page, caption: str) -> list[list[str]]:
    found = [t for t in page.soup.select("main table") if caption in words(t.caption)]
    return (
        [[words(cell) for cell in row.select("th, td")] for row in found[0].select("tbody tr")]
        if found
        else []
    )


def test_a_director_sets_a_target_and_sees_how_far_the_service_is(
    council: SmallCouncil, signed_in: SignedIn, pair: Pair
) -> None:
    _, second = pair(asked(), BEFORE, asked(version=2), AFTER)
    # The baseline is 25, since then like for like +20.8 (see test_changes): of 35 points to 60 that is 60 %.
    browser = signed_in("director")
    page = page_of(council, browser)
    assert "No target stands for this service. Set one below." in page.text
    page = page.submit("Set the target", place="overall", **WANTED)
    (row,) = rows_of(page, "Targets that stand")
    assert row[:5] == ["Overall", "25.0", "+20.8", "60.0", "60%"]
    assert row[5] == "Nearer 60% of the way: +20.8 of 35.0 points"
    assert row[6] == "45.8"
    assert row[7].startswith("31 March 2028")
    for address in (f"/services/{council.services['LIB']}/change", f"/assessments/{second}/result"):
        assert "60% of the way: +20.8 of 35.0 points" in browser.open(address).text


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ("45.8", "Reached Reached: +20.8 of 20.8 points"),
        ("40", "Passed Passed: +20.8 points on a way of 15.0"),
        ("25", "Held Held: the target is not above the baseline (25.0), and it is kept"),
    ],
)
def test_reached_passed_and_held_are_said(
    council: SmallCouncil, signed_in: SignedIn, pair: Pair, points: str, told: str
) -> None:
    pair(asked(), BEFORE, asked(version=2), AFTER)
    page = page_of(council, signed_in("core_team")).submit("Set the target", **WANTED | {"points": points})
    assert rows_of(page, "Targets that stand")[0][5] == told


def test_a_service_that_fell_has_moved_away(council: SmallCouncil, signed_in: SignedIn, pair: Pair) -> None:
    pair(asked(), levels(2, 2, 2, 2, 2, 2), asked(version=2), levels(1, 2, 2, 2, 2, 2))
    page = page_of(council, signed_in("core_team")).submit("Set the target", **WANTED | {"points": "50"})
    # From 33.3 by -8.3: of 16.7 points that is half of it the wrong way.
    assert rows_of(page, "Targets that stand")[0][4:6] == [
        "−50%",
        "Moved away Moved away by 8.3 points: the way was 16.7 points, now 25.0 are left",
    ]


def test_a_section_without_a_figure_says_why(council: SmallCouncil, signed_in: SignedIn, pair: Pair) -> None:
    pair(asked(), BEFORE, asked(version=2, A1="How well is it led?"), AFTER)
    browser = signed_in("core_team")
    page_of(council, browser).submit("Set the target", place="A", **WANTED)
    page_of(council, browser).submit("Set the target", place="B", **WANTED)
    found = {row[0]: row[4:6] for row in rows_of(page_of(council, browser), "Targets that stand")}
    assert found["Aims"] == [
        "–",
        "No figure No figure: nothing is comparable like for like with the baseline",
    ]
    assert found["Balance"][0] == "−31%"  # from 33.3 by -8.3 on a way of 26.7


def test_a_newer_target_takes_the_place_of_the_older_which_stays(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, pair: Pair
) -> None:
    pair(asked(), BEFORE, asked(version=2), AFTER)
    browser = signed_in("director")
    page_of(council, browser).submit("Set the target", **WANTED)
    page = page_of(council, browser).submit(
        "Set the target", **WANTED | {"points": "70", "reason": "Raised."}
    )
    assert [row[3] for row in rows_of(page, "Targets that stand")] == ["70.0"]
    history = rows_of(page, "Every target there was")
    assert [(row[2], row[5]) for row in history] == [("70.0", "Stands"), ("60.0", "Replaced by a newer one")]
    page = page.submit("Withdraw the target for Overall", why="The service ends.")
    assert "No target stands for this service." in page.text
    assert rows_of(page, "Every target there was")[0][5] == (
        "Withdrawn by Director, 23 November 2026: The service ends."
    )
    with reading(engine) as session:
        assert [str(one.points) for one in session.scalars(select(Target).order_by(Target.id))] == [
            "60",
            "70",
        ]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"points": ""}, "Give the score to reach, from 0 to 100."),
        ({"points": "101"}, "101 is off the scale. Give a score from 0 to 100."),
        ({"points": "-1"}, "-1 is off the scale. Give a score from 0 to 100."),
        ({"points": "many"}, '"many" is not a number. Give a score from 0 to 100, such as 62.5.'),
        ({"due__year": ""}, "The date must include a year. Fill in day, month and year."),
        ({"due__day": "30", "due__month": "2"},
         "30 February 2028 is not in the calendar. Check the day and the month."),
        ({"due__year": "2026"}, "That day is over. Give a day to come."),
        ({"reason": "  "}, "Say why this target, in a sentence. It stands beside it."),
        ({"reason": "x" * 2001}, "This has 2,001 characters; the most is 2,000."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_once_and_what_was_typed_stays(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, pair: Pair, typed: dict[str, str], told: str
) -> None:
    pair(asked(), BEFORE, asked(version=2), AFTER)
    page = page_of(council, signed_in("director")).submit("Set the target", place="B", **WANTED | typed)
    assert page.status == 422
    assert page.problems == [told]
    kept = {str(field["name"]): str(field.get("value", "")) for field in page.soup.select("main input[name]")}
    wanted = WANTED | typed
    assert kept["points"] == wanted["points"]
    assert kept["due.year"] == wanted["due__year"]
    assert str(page.soup.select_one("#place option[selected]")["value"]) == "B"  # type: ignore[index]
    with reading(engine) as session:
        assert session.scalars(select(Target)).all() == []


def test_a_place_that_is_not_there_and_a_withdrawal_without_a_reason_are_refused(
    council: SmallCouncil, signed_in: SignedIn, pair: Pair
) -> None:
    pair(asked(), BEFORE, asked(version=2), AFTER)
    browser = signed_in("core_team")
    page = page_of(council, browser).submit("Set the target", **WANTED | {"place": "GONE"})
    assert page.problems == ["Choose what the target is for: the overall score or one section."]
    page = page_of(council, browser).submit("Set the target", **WANTED)
    page = page.submit("Withdraw the target for Overall", why=" ")
    assert page.problems == ["Say why it is withdrawn, in a sentence. It stands in the history."]
    assert "Stands" in page.text


def test_two_people_at_once_are_told(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, pair: Pair
) -> None:
    pair(asked(), BEFORE, asked(version=2), AFTER)
    mine = page_of(council, signed_in("director"))
    page_of(council, signed_in("core_team")).submit("Set the target", **WANTED | {"points": "55"})
    late = mine.submit("Set the target", **WANTED)
    assert late.status == 409
    assert late.problems[0].startswith("Core Team has set a target for the same in the meantime: 55 points.")
    assert rows_of(late.submit("Set the target"), "Targets that stand")[0][3] == "60.0"
    with reading(engine) as session:
        first = session.scalars(select(Target.id).order_by(Target.id)).first()
    with pytest.raises(Conflict, match="does not stand any more"), transaction(engine) as session:
        targets.withdraw(session, first, "Late", by=council.actor("core_team"), now=NOW)  # type: ignore[arg-type]


def test_who_reads_and_who_sets(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn, pair: Pair
) -> None:
    pair(asked(), BEFORE, asked(version=2), AFTER)
    for who in ("viewer", "executive", "challenger", "executive_director"):
        page = page_of(council, signed_in(who))
        assert "Set the target" not in page.html
        assert page.browser.send(page.address, {}).status == 404
    assert signed_in("other_director").status(f"/services/{council.services['LIB']}/targets") == 404


def test_without_a_round_a_baseline_or_a_later_result_the_page_says_so(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    browser = signed_in("director")
    assert "No cycle has asked this service" in page_of(council, browser).text
    first = agreed(
        engine, council, asked(), {"LIB": BEFORE}, name="Pilot 2025", kind="pilot", at=NOW - 2 * YEAR
    )
    page = page_of(council, browser).submit("Set the target", **WANTED)
    assert "There is no baseline yet" in page.text
    assert "No figure: there is no baseline score to measure from" in page.text
    more = {"name": "Rollout 2025", "at": NOW - YEAR, "template_id": first.template_id}
    agreed(engine, council, asked(version=2), {"LIB": BEFORE}, **more)  # type: ignore[arg-type]
    assert "shown once a later cycle has a result" in page_of(council, browser).text


def test_sections_that_are_gone_keep_their_targets(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    first = agreed(engine, council, asked(), {"LIB": BEFORE}, name="Rollout 2025", at=NOW - YEAR)
    with transaction(engine) as session:
        typed = targets.Typed("A", "60", ("1", "1", "2028"), "Aims first.")
        by = council.actor("director")
        targets.put(session, council.services["LIB"], first.template_id, typed, by=by, now=NOW)
    left = replace_sections(asked(version=2))
    given = {key: one for key, one in AFTER.items() if key.startswith("B")}
    agreed(engine, council, left, {"LIB": given}, name="Rollout 2026", template_id=first.template_id)
    page = page_of(council, signed_in("director"))
    assert rows_of(page, "Targets that stand")[0][0] == "Aims"
    assert "No figure" in page.text
    assert 'value="A"' not in page.html


def replace_sections(questionnaire: build.Questionnaire) -> build.Questionnaire:
    return questionnaire.model_copy(update={"sections": questionnaire.sections[1:]})
