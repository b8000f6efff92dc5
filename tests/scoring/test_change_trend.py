"""A trend over cycles: each against the baseline itself, by hand; steps stand apart; gaps stay gaps."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.build import answer, questionnaire, scale_question, section
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.schema import Questionnaire
from vfm.reports import service_trend
from vfm.scoring.change import change
from vfm.scoring.rounds import Round, Side
from vfm.scoring.scorecard import score
from vfm.scoring.trend import Point, Trend, trend

KEYS = ("Q1", "Q2", "Q3", "Q4")


def asked(version: int = 1, *, without: str = "", **texts: str) -> Questionnaire:
    """Four questions of equal weight in one section; `texts` gives one other words."""
    ones = [
        scale_question(key, **({"text": texts[key]} if key in texts else {}))
        for key in KEYS
        if key != without
    ]
    return questionnaire(section("A", *ones), version=version)


def levels(*given: int) -> dict[str, Answer]:
    return {key: answer(level, "verified") for key, level in zip(KEYS, given, strict=False) if level}


def side(number: int, questionnaire: Questionnaire, given: dict[str, Answer], **more: str) -> Side:
    at = datetime(2024 + number, 4, 1, tzinfo=UTC)
    one = Round(
        assessment_id=number,
        service_id=1,
        cycle_id=number,
        cycle=f"Rollout {2024 + number}",
        kind=more.get("kind", "rollout"),
        opened_at=at,
        due_on=date(2024 + number, 5, 1),
        status=more.get("status", "agreed"),
        template_id=1,
        template="T",
        version_id=number,
        version=questionnaire.version or 1,
        content_hash="",
        agreed_at=at + timedelta(days=60),
        has_result=True,
    )
    return Side(one, questionnaire, given, score(questionnaire, given), is_frozen=number == 1)


def made(*sides: Side | None) -> Trend:
    """The first is the baseline; None is a cycle that did not ask the service."""
    first, before, known = sides[0], None, {}
    assert first is not None
    for number, one in enumerate(sides, 1):
        if one is None:
            continue
        known[number] = Point(
            one.round.cycle,
            one.round,
            one,
            change(first.questionnaire, first.answers, one.questionnaire, one.answers) if before else None,
            change(before.questionnaire, before.answers, one.questionnaire, one.answers) if before else None,
            one is first,
            before is not None and before.round.version != one.round.version,
        )
        before = one
    return trend([(number, f"Rollout {2024 + number}") for number in range(1, len(sides) + 1)], known)


def test_levels_by_hand_where_the_common_questions_shrink() -> None:
    # Cycle 1: all at level 1: 0 points. Cycle 2 lacks Q4, its Q1 at level 2 is 33.3: over K = Q1 to Q3 of
    # equal weight that is +33.3 / 3 = 11.1. Cycle 3 has all four again, Q4 at level 4: over all four
    # (33.3 + 100) / 4 = +33.3. From cycle 2 to 3 only Q1 to Q3 are common, and nothing moved: the step is 0.
    found = made(
        side(1, asked(), levels(1, 1, 1, 1)),
        side(2, asked(2, without="Q4"), levels(2, 1, 1, 0)),
        side(3, asked(3), levels(2, 1, 1, 4)),
    )
    assert [found.level(point) for point in found.points] == [
        0,
        pytest.approx(100 / 9),
        pytest.approx(100 / 3),
    ]
    steps = [point.since_before.like_for_like for point in found.points if point.since_before]
    assert steps == [pytest.approx(100 / 9), pytest.approx(0)]
    # The steps add up to 11.1 and not to 33.3: adding them up would lose what Q4 did.
    assert sum(steps) != pytest.approx(100 / 3)  # type: ignore[arg-type]


def test_a_mistake_in_between_is_not_carried_on() -> None:
    found = made(
        side(1, asked(), levels(2, 2, 2, 2)),
        side(2, asked(2, Q1="Another?"), levels(4, 2, 2, 2)),
        side(3, asked(3), levels(2, 2, 2, 2)),
    )
    # Cycle 2 is compared over Q2 to Q4 alone; cycle 3 asks Q1 as the baseline did.
    assert [point.moved() for point in found.points] == [0, pytest.approx(0), pytest.approx(0)]
    assert found.points[2].since_start is not None
    assert found.points[2].since_start.common_weight == (1, 1)


def test_less_than_seventy_percent_is_a_gap_of_the_line_with_its_reason() -> None:
    found = made(
        side(1, asked(), levels(1, 1, 1, 1)),
        side(2, asked(2, Q1="Another?", Q2="A third?"), levels(4, 4, 2, 2)),
        side(3, asked(3), levels(2, 2, 2, 2)),
    )
    assert [found.level(point) for point in found.points] == [0, None, pytest.approx(100 / 3)]
    words = [service_trend.why_no_point(point) for point in found.points]
    assert words[0] == words[2] == ""
    assert words[1] == (
        "Rollout 2026: 50% of the weight then and 50% of it now lies in questions that are the same; "
        "it takes 70% on both sides."
    )
    chart = service_trend.chart(found, ())
    assert chart is not None
    line = next(one for one in chart.figure["data"] if one["name"] == "Like for like from the baseline")
    assert line["y"] == [0, None, pytest.approx(100 / 3)]
    assert line["connectgaps"] is False


def test_a_cycle_that_did_not_ask_the_service_is_a_gap() -> None:
    found = made(side(1, asked(), levels(1, 1, 1, 1)), None, side(3, asked(), levels(2, 1, 1, 1)))
    chart = service_trend.chart(found, ())
    assert chart is not None
    assert [row[0:2] for row in chart.table.rows] == [
        ("Rollout 2025", "version 1"),
        ("Rollout 2026", "not asked"),
        ("Rollout 2027", "version 1"),
    ]
    line = next(one for one in chart.figure["data"] if one["name"] == "Like for like from the baseline")
    assert line["y"] == [0, None, pytest.approx(100 / 12)]
    assert chart.title == "Like for like, up 8.3 points since Rollout 2025"


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_any_number_of_cycles_is_drawn_and_listed(count: int) -> None:
    sides = [
        side(n, asked(1 + (n > 4)), levels(*(1 + (n + k) % 4 for k in range(4)))) for n in range(1, count + 1)
    ]
    found = made(*sides)
    chart = service_trend.chart(found, ())
    assert chart is not None
    assert len(chart.table.rows) == count
    assert len(chart.figure["layout"]["shapes"]) == (count == 8)
    cycles, sections = service_trend.rows(found)
    assert (len(cycles.rows), len(sections.rows)) == (count, count)
    if count == 1:
        assert chart.title == "One cycle is measured so far: Rollout 2025, the baseline"


def test_a_withheld_score_shows_what_was_possible_and_pilots_are_hollow() -> None:
    found = made(
        side(1, asked(), levels(1, 1, 1, 1), kind="pilot"),
        side(2, asked(), levels(2, 0, 0, 0)),
        side(3, asked(), levels(2, 2, 2, 2), status="signed_off"),
    )
    chart = service_trend.chart(found, ())
    assert chart is not None
    dots, withheld, _ = chart.figure["data"]
    assert dots["marker"]["symbol"] == ["circle-open", "circle-open"]
    # One of four at 33.3, the rest at 0 or 100: 8.3 to 83.3.
    assert (withheld["base"], withheld["y"]) == ([pytest.approx(25 / 3)], [pytest.approx(75)])
    assert chart.table.rows[1][2:4] == ("–", "8.3 to 83.3")
    assert chart.table.rows[2][1] == "version 1, not agreed yet"
