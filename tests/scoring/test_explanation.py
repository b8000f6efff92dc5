"""Explanations: printed parts add up to the printed figure, caps stand on their own line, lifts are exact."""

from collections.abc import Iterable

import pytest

from tests.build import answer, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.answers import Answer, Evidence
from vfm.questionnaires.schema import Band, Cap, Comparison, Questionnaire
from vfm.scoring.explanation import Part, explain, lifts
from vfm.scoring.scorecard import score

BANDS = (
    Band(name="Weak", minimum=0, colour="red"),
    Band(name="Sound", minimum=60, colour="green"),
    Band(name="Strong", minimum=80, colour="blue"),
)
TEMPLATE = questionnaire(
    section(
        "A",
        scale_question("A-1", 2, critical=True),
        scale_question("A-2"),
        section("AA", scale_question("AA-1"), scale_question("AA-2"), weight=2),
        weight=3,
    ),
    section(
        "B",
        scale_question("B-1"),
        yes_no("B-2", weight=1),
        caps=(
            Cap(
                key="no-plan",
                when=Comparison(question="B-2", equals="no"),
                limit=40,
                reason="There is no plan",
            ),
        ),
    ),
    bands=BANDS,
)
GIVEN = {
    "A-1": answer(1),
    "A-2": answer(3, Evidence.DOCUMENTED),
    "AA-1": answer(4),
    "AA-2": answer(4),
    "B-1": answer(4),
    "B-2": answer("no"),
}


def explained(template: Questionnaire = TEMPLATE, given: dict[str, Answer] = GIVEN, section: str = ""):  # type: ignore[no-untyped-def]
    found = explain(template, score(template, given), section)
    assert found is not None
    return found


def walk(parts: Iterable[Part]) -> Iterable[Part]:
    for part in parts:
        yield part
        yield from walk(part.parts)


def test_printed_parts_add_up_at_every_level() -> None:
    found = explained()
    assert sum(part.printed for part in found.parts) == found.printed_before_caps
    for part in walk(found.parts):
        if part.parts:
            assert sum(inner.printed for inner in part.parts) == part.printed
    assert found.printed_before_caps + sum(line.printed for line in found.caps) == found.printed


def test_caps_stand_between_the_two_totals() -> None:
    found = explained()
    # A: (2 x 0 + 66.667 + 2 x 100) / 5 = 53.333, held at 33.333; B: 50, held at 40. Weights 3 and 1.
    assert round(found.before_caps, 9) == 52.5
    assert round(found.total, 9) == 35
    assert [(line.section, line.rule, round(line.effect, 9)) for line in found.caps] == [
        ("A", "A-1", -15),
        ("B", "no-plan", -2.5),
    ]
    assert (found.printed_before_caps, found.printed) == (53, 35)
    assert [line.printed for line in found.caps] == [-15, -3]


def test_a_question_carries_its_words_and_the_next_ones() -> None:
    parts = {part.key: part for part in walk(explained().parts)}
    assert (parts["A-2"].level, parts["A-2"].level_above) == ("In place", "Embedded and improving")
    assert (parts["AA-1"].level_above, parts["B-2"].level, parts["B-2"].level_above) == ("", "No", "Yes")
    assert parts["A-2"].evidence is Evidence.DOCUMENTED
    assert parts["AA-1"].share == pytest.approx(0.75 * 0.4 * 0.5)


def test_one_section_is_explained_in_its_own_points() -> None:
    found = explained(section="B")
    assert (found.before_caps, found.total) == (50, 40)
    assert [part.key for part in found.parts] == ["B-1", "B-2"]
    assert [part.printed for part in found.parts] == [50, 0]


def test_the_next_band_and_the_points_to_it() -> None:
    found = explained()
    assert found.next_band is not None
    assert (found.next_band.band.name, round(found.next_band.points, 9)) == ("Sound", 25)
    top = explained(questionnaire(section("A", scale_question("A-1")), bands=BANDS), {"A-1": answer(4)})
    assert top.next_band is None


def test_nothing_scored_has_no_explanation() -> None:
    assert explain(TEMPLATE, score(TEMPLATE, {})) is None
    assert lifts(TEMPLATE, {}, score(TEMPLATE, {})) == ()


def test_lifts_work_caps_through() -> None:
    found = lifts(TEMPLATE, GIVEN, score(TEMPLATE, GIVEN))
    # A-1 up: A is (2 x 33.3 + 66.7 + 200) / 5 = 66.67 instead of 33.33; B-2 up: B is 100 instead of 40.
    assert [(lift.key, round(lift.gain, 9)) for lift in found] == [("A-1", 25), ("B-2", 15)]
    assert (found[0].level, found[0].level_above) == ("Not in place", "Partly in place")


def test_lifts_are_three_by_gain_and_then_by_key() -> None:
    template = questionnaire(section("A", *(scale_question(f"A-{n}") for n in "dbca")))
    given = {f"A-{n}": answer(2) for n in "abcd"}
    assert [lift.key for lift in lifts(template, given, score(template, given))] == ["A-a", "A-b", "A-c"]
