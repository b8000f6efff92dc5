"""Change since another cycle: parts that add up, like for like or not at all, material or not."""

from typing import Any

import pytest

from tests.build import answer, dont_know, na, questionnaire, scale_question, section
from vfm.questionnaires.answers import Answer, Evidence
from vfm.questionnaires.schema import Cap, Comparison, Questionnaire, Section
from vfm.scoring.change import Change, ScopeReason, change
from vfm.scoring.scorecard import score

FIVE = {"steps": {"levels": {n: f"Level {n}" for n in range(1, 6)}}}
"""Five levels: 0, 25, 50, 75, 100."""


def template(*sections: Section, **more: Any) -> Questionnaire:
    return questionnaire(*sections, scales=FIVE, **more)


def two(a: float = 1, b: float = 1, **reworded: str) -> Questionnaire:
    """Sections A and B of two questions each; `reworded` gives a question other words."""
    texts = {key: {"text": reworded[key]} if key in reworded else {} for key in ("A1", "A2", "B1", "B2")}
    return template(
        section("A", scale_question("A1", **texts["A1"]), scale_question("A2", **texts["A2"]), weight=a),
        section("B", scale_question("B1", **texts["B1"]), scale_question("B2", **texts["B2"]), weight=b),
    )


def levels(*given: int) -> dict[str, Answer]:
    return {key: answer(level) for key, level in zip(("A1", "A2", "B1", "B2"), given, strict=False)}


def assert_parts_add_up(found: Change) -> None:
    for parts in (found.overall, *found.sections.values()):
        if parts.reported is not None and parts.answers is not None:
            assert parts.weights is not None
            assert parts.scope is not None
            assert parts.answers + parts.weights + parts.scope == pytest.approx(parts.reported, abs=1e-9)
    if found.overall.answers is not None:
        assert sum(q.effect for q in found.questions) == pytest.approx(found.overall.answers, abs=1e-9)


def test_only_answers_changed() -> None:
    found = change(two(), levels(1, 3, 3, 3), two(), levels(5, 3, 3, 3))
    assert found.overall.as_json() == {"reported": 25, "answers": 25, "weights": 0, "scope": 0}
    assert (found.like_for_like, found.common_weight) == (25, (1, 1))
    assert found.sections["A"].answers == 50
    assert [(q.key, q.effect) for q in found.questions if q.effect] == [("A1", 25)]


def test_only_weights_changed() -> None:
    found = change(two(1, 1), levels(1, 1, 5, 5), two(1, 3), levels(1, 1, 5, 5))
    assert found.overall.as_json() == {"reported": 25, "answers": 0, "weights": 25, "scope": 0}
    assert found.like_for_like == 0
    assert found.is_material is False


def test_answers_and_weights_by_hand() -> None:
    # M(w0, v0) = 50, M(w0, v1) = (50 + 100) / 2 = 75, M(w1, v1) = (50 + 3 x 100) / 4 = 87.5.
    found = change(two(1, 1), levels(3, 3, 3, 3), two(1, 3), levels(3, 3, 5, 5))
    assert found.overall.as_json() == {"reported": 37.5, "answers": 25, "weights": 12.5, "scope": 0}


def test_changed_guidance_changes_nothing() -> None:
    guided = template(
        section("A", scale_question("A1", help="Think of the last year"), scale_question("A2")),
        section("B", scale_question("B1"), scale_question("B2")),
    )
    given = levels(2, 3, 4, 5)
    assert change(two(), given, guided, given).as_json() == change(two(), given, two(), given).as_json()


def test_a_reworded_question_is_scope_unless_it_means_the_same() -> None:
    before, after = levels(1, 3, 3, 3), levels(5, 3, 3, 3)
    found = change(two(), before, two(A1="How well is it led?"), after)
    assert [(item.key, item.reason) for item in found.scope_items] == [("A1", ScopeReason.REWORDED)]
    assert (found.overall.answers, found.overall.scope) == (0, 25)
    assert found.common_weight == (0.75, 0.75)
    for agreed in (["A1"], {"A1": "Only the wording was put right"}):
        same = change(two(), before, two(A1="How well is it led?"), after, agreed)
        assert (same.overall.answers, same.scope_items) == (25, ())
    assert change(two(), before, two(A1="How well is it led?"), after, {"A1": " "}).scope_items


def test_too_little_in_common_gives_no_like_for_like_figure() -> None:
    found = change(two(), levels(1, 3, 3, 3), two(A1="Another", B1="Another too"), levels(5, 3, 3, 5))
    assert found.common_weight == (0.5, 0.5)
    assert (found.like_for_like, found.is_material) == (None, None)
    assert found.overall.answers == 25
    assert_parts_add_up(found)


def test_exactly_seventy_percent_is_enough() -> None:
    wide = template(section("A", *(scale_question(f"Q{n}") for n in range(10))))
    given = {f"Q{n}": answer(3) for n in range(10)}
    words = {n: {"text": "New words"} if n < 3 else {} for n in range(10)}
    reworded = template(section("A", *(scale_question(f"Q{n}", **words[n]) for n in range(10))))
    assert change(wide, given, reworded, given).like_for_like == 0


def test_every_reason_for_scope_is_named() -> None:
    old = template(section("A", *(scale_question(k) for k in ("K", "GONE", "NA0", "MISS1", "DK0", "NA1"))))
    new = template(section("A", *(scale_question(k) for k in ("K", "NEW", "NA0", "MISS1", "DK0", "NA1"))))
    before = {k: answer(3) for k in ("K", "GONE", "MISS1", "NA1")} | {"NA0": na(), "DK0": dont_know()}
    after = {k: answer(3) for k in ("K", "NEW", "NA0", "DK0")} | {"NA1": na()}
    reasons = {item.key: item.reason.value for item in change(old, before, new, after).scope_items}
    assert reasons == {
        "NEW": "new",
        "GONE": "removed",
        "NA0": "not_applicable_before",
        "NA1": "not_applicable_now",
        "MISS1": "missing_now",
        "DK0": "missing_before",
    }


def test_off_route_questions_are_scope() -> None:
    asked = Comparison(question="A1", at_least=3)
    routed = template(section("A", scale_question("A1"), scale_question("A2", show_if=asked)))
    found = change(routed, levels(3, 3), routed, levels(2, 3))
    assert [(item.key, item.reason.value) for item in found.scope_items] == [("A2", "not_asked_now")]
    assert_parts_add_up(found)


def test_a_cap_is_scope() -> None:
    capped = Cap(key="c", when=Comparison(question="A1", at_most=1), limit=40, reason="Nothing there")
    with_cap = template(section("A", scale_question("A1"), scale_question("A2", 4), caps=(capped,)))
    found = change(with_cap, levels(2, 5), with_cap, levels(1, 5))
    assert found.overall.as_json() == {"reported": -45, "answers": -5, "weights": 0, "scope": -40}
    assert found.caps == ((), ("A",))


def test_withheld_scores_report_no_change() -> None:
    found = change(two(), levels(1), two(), levels(1, 3, 3, 3))
    assert found.overall.reported is None
    assert found.overall.scope is None
    assert found.overall.answers == 0
    assert found.common_weight == (1, 0.25)


def test_nothing_in_common_is_all_scope() -> None:
    found = change(
        template(section("A", scale_question("A1"))),
        levels(1),
        template(section("A", scale_question("Z"))),
        {"Z": answer(5)},
    )
    assert found.overall.as_json() == {"reported": 100, "answers": None, "weights": None, "scope": 100}
    assert found.common_weight == (0, 0)


@pytest.mark.parametrize(
    ("grade", "steps", "is_material"),
    [(Evidence.VERIFIED, 1, True), (Evidence.NONE, 1, False), (Evidence.NONE, 4, True)],
)
def test_material_is_five_points_and_more_than_weak_evidence_explains(
    grade: Evidence, steps: int, is_material: bool
) -> None:
    # One of two questions moves; without evidence each side's spread is 18.75 / sqrt(2), both together 18.75.
    one = template(section("A", scale_question("A1"), scale_question("A2")))
    before = {"A1": answer(1, grade), "A2": answer(3, grade)}
    found = change(one, before, one, before | {"A1": answer(1 + steps, grade)})
    assert found.like_for_like == 12.5 * steps
    assert found.threshold == pytest.approx(5 if grade is Evidence.VERIFIED else 1.96 * 18.75)
    assert found.is_material is is_material


def test_less_than_five_points_is_never_material() -> None:
    one = template(section("A", scale_question("A1"), scale_question("A2", 5)))
    before = {"A1": answer(1, Evidence.VERIFIED), "A2": answer(3, Evidence.VERIFIED)}
    found = change(one, before, one, before | {"A1": answer(2, Evidence.VERIFIED)})
    assert found.like_for_like == pytest.approx(25 / 6)
    assert found.is_material is False


def test_sections_of_both_sides_are_listed() -> None:
    old = template(section("A", scale_question("A1")), section("B", scale_question("B1")))
    new = template(section("C", scale_question("C1")), section("A", scale_question("A1")))
    found = change(old, levels(1) | {"B1": answer(3)}, new, {"A1": answer(2), "C1": answer(3)})
    assert list(found.sections) == ["C", "A", "B"]
    assert found.sections["A"].as_json() == {"reported": 25, "answers": 25, "weights": 0, "scope": 0}
    assert found.sections["B"].reported is None


def test_two_cycles_with_a_fifth_of_the_questions_changed() -> None:
    keys = [f"Q{n:02}" for n in range(20)]
    old = template(
        *(section(f"S{n}", *(scale_question(k, 1 + n) for k in keys[n * 5 : n * 5 + 5])) for n in range(4))
    )
    new = template(
        section("S0", *(scale_question(k, 2) for k in keys[:4]), weight=2),
        section(
            "S1",
            *(
                scale_question(k, text="New words" if k == "Q06" else "How well is it done?")
                for k in keys[5:10]
            ),
        ),
        section("S2", *(scale_question(k) for k in (*keys[10:15], "NEW"))),
        section("S3", *(scale_question(k) for k in keys[15:19])),
    )
    before = {k: answer(n % 5 + 1) for n, k in enumerate(keys)}
    after = {k: answer(n % 4 + 2) for n, k in enumerate([*keys[:4], *keys[5:19], "NEW"])}
    found = change(old, before, new, after)
    assert_parts_add_up(found)
    assert {item.key for item in found.scope_items} == {"Q04", "Q06", "NEW", "Q19"}
    assert found.overall.reported == score(new, after).overall.score - score(old, before).overall.score  # type: ignore[operator]


def test_output_has_exactly_the_laid_down_fields() -> None:
    found = change(two(), levels(1, 3, 3, 3), two(), levels(5, 3, 3, 3)).as_json()
    assert " ".join(found) == "reported answers weights scope like_for_like common_weight material sections"
    assert " ".join(found["sections"][0]) == "key reported answers weights scope"
    assert found["common_weight"] == [1, 1]
    assert found["material"] is False
