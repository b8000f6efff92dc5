"""What must hold of every score, tried on random templates and answers."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.build import answer, dont_know, na, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.answers import UNANSWERED, Answer, Answers, Evidence
from vfm.questionnaires.schema import Cap, Comparison, Method, Question, Questionnaire, Scoring, Section
from vfm.scoring.change import change
from vfm.scoring.explanation import Part, explain
from vfm.scoring.results import OverallStatus, Scorecard
from vfm.scoring.rounding import COMPARED_PLACES
from vfm.scoring.scorecard import score

TRIES = settings(max_examples=50, deadline=None)
MEANS = (Method.WEIGHTED_MEAN, Method.MEAN_OF_MEANS, Method.SUM)
WEIGHTS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0, 10.0])


@st.composite
def questions(draw: st.DrawFn, prefix: str, can_cap: bool) -> list[Question]:
    count = draw(st.integers(1, 4))
    return [
        scale_question(f"{prefix}-{n}", draw(WEIGHTS), critical=can_cap and draw(st.booleans()))
        for n in range(count)
    ]


@st.composite
def sections(draw: st.DrawFn, key: str, can_cap: bool, depth: int = 2) -> Section:
    inside: list[Any] = draw(questions(key, can_cap))
    caps = ()
    if can_cap and draw(st.booleans()):
        inside.append(yes_no(f"{key}-W"))
        limit = draw(st.sampled_from([20.0, 50.0, 80.0]))
        caps = (
            Cap(
                key=f"{key}-c", when=Comparison(question=f"{key}-W", equals="yes"), limit=limit, reason="Sign"
            ),
        )
    if depth > 1 and draw(st.booleans()):
        inside.append(draw(sections(f"{key}{key}", can_cap, depth - 1)))
    return section(key, *inside, weight=draw(WEIGHTS), caps=caps)


@st.composite
def templates(draw: st.DrawFn, methods: tuple[Method, ...] = MEANS, can_cap: bool = True) -> Questionnaire:
    keys = "ABCD"[: draw(st.integers(1, 4))]
    return questionnaire(
        *(draw(sections(key, can_cap)) for key in keys),
        scoring=Scoring(method=draw(st.sampled_from(methods))),
    )


@st.composite
def answered(draw: st.DrawFn, template: Questionnaire) -> dict[str, Answer]:
    def one(question: Question) -> Answer:
        if question.kind == "yes_no":
            return draw(st.sampled_from([answer("yes"), answer("no"), UNANSWERED]))
        gaps = [UNANSWERED, dont_know()] + ([na()] if question.allows_na else [])
        grade = draw(st.sampled_from(Evidence))
        return draw(st.sampled_from([answer(level, grade) for level in (1, 2, 3, 4)] * 2 + gaps))

    return {key: one(question) for key, question in template.questions.items()}


@st.composite
def assessments(draw: st.DrawFn, **kinds: Any) -> tuple[Questionnaire, dict[str, Answer]]:
    template = draw(templates(**kinds))
    return template, draw(answered(template))


def near(found: float | None, other: float | None) -> bool:
    if found is None or other is None:
        return found is other
    return abs(found - other) < 1e-9


def within(low: Any, figure: float, high: Any) -> bool:
    return round(low, COMPARED_PLACES) <= round(figure, COMPARED_PLACES) <= round(high, COMPARED_PLACES)


@TRIES
@given(assessments())
def test_bounds_contain_every_score_shown(assessment: tuple[Questionnaire, Answers]) -> None:
    card = score(*assessment)
    for held in (card.overall, *card.sections):
        if held.score is not None:
            assert within(held.low, held.score, held.high)
        if held.low is not None:
            assert within(0, held.low, held.high)  # type: ignore[arg-type]
            assert within(held.low, held.high, 100)  # type: ignore[arg-type]


@TRIES
@given(assessments())
def test_contributions_add_up_to_the_overall_before_caps(assessment: tuple[Questionnaire, Answers]) -> None:
    card = score(*assessment)
    if card.overall.mean is None:
        return
    assert near(sum(q.share for q in card.questions if q.share is not None), 1)
    if not any(held.caps for held in card.sections):
        assert near(card.before_caps, card.overall.mean)
    explained = explain(assessment[0], card)
    assert explained is not None
    assert near(explained.before_caps, card.before_caps)
    assert near(explained.before_caps + sum(line.effect for line in explained.caps), card.overall.mean)


@TRIES
@given(assessments())
def test_what_is_printed_adds_up_as_printed(assessment: tuple[Questionnaire, Answers]) -> None:
    template, given_answers = assessment
    card = score(template, given_answers)
    for key in ("", *card.section):
        explained = explain(template, card, key)
        if explained is not None:
            assert sum(part.printed for part in explained.parts) == explained.printed_before_caps
            lines = sum(line.printed for line in explained.caps)
            assert explained.printed_before_caps + lines == explained.printed
            assert all(adds_up(part) for part in explained.parts)


def adds_up(part: Part) -> bool:
    own = not part.parts or sum(inner.printed for inner in part.parts) == part.printed
    return own and all(adds_up(inner) for inner in part.parts)


@TRIES
@given(assessments(), st.data())
def test_a_better_answer_never_lowers_anything(
    assessment: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    template, given_answers = assessment
    raisable = [key for key, a in given_answers.items() if a.value in (1, 2, 3)]
    assume(raisable)
    key = data.draw(st.sampled_from(raisable))
    better = replace(given_answers[key], value=int(str(given_answers[key].value)) + 1)
    before, after = score(template, given_answers), score(template, given_answers | {key: better})
    for old, new in zip((before.overall, *before.sections), (after.overall, *after.sections), strict=True):
        for field in ("mean", "low", "high"):
            if getattr(old, field) is not None:
                assert getattr(new, field) >= getattr(old, field) - 1e-9


@TRIES
@given(assessments(), st.data())
def test_answering_never_widens_the_bounds(
    assessment: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    template, given_answers = assessment
    gaps = [k for k, a in given_answers.items() if not a.is_answered and a != na() and not k.endswith("W")]
    assume(gaps)
    key = data.draw(st.sampled_from(gaps))
    filled = given_answers | {key: answer(data.draw(st.integers(1, 4)))}
    before, after = score(template, given_answers).overall, score(template, filled).overall
    if before.low is not None:
        assert after.low >= before.low - 1e-9  # type: ignore[operator]
        assert after.high <= before.high + 1e-9  # type: ignore[operator]


@TRIES
@given(assessments(can_cap=False), st.data())
def test_not_applicable_never_moves_the_others_relative_to_each_other(
    assessment: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    template, given_answers = assessment
    key = data.draw(st.sampled_from(sorted(template.questions)))
    home = template.section_of[key]
    beside = [q.key for q in template.all_sections[home].questions if q.key != key]
    shares = [
        {
            q.key: q.share
            for q in score(template, given_answers | changed).questions
            if q.key in beside and q.share
        }
        for changed in ({}, {key: na()})
    ]
    both = sorted(shares[0].keys() & shares[1].keys())
    for first, second in pairwise(both):
        assert near(shares[0][first] / shares[0][second], shares[1][first] / shares[1][second])


@TRIES
@given(assessments())
def test_the_order_of_sections_and_questions_changes_no_figure(
    assessment: tuple[Questionnaire, Answers],
) -> None:
    template, given_answers = assessment
    turned = template.model_copy(
        update={"sections": tuple(map(reversed_section, reversed(template.sections)))}
    )
    straight, back = score(template, given_answers), score(turned, given_answers)
    assert straight.overall.status == back.overall.status
    for field in ("mean", "low", "high", "completeness", "spread"):
        assert near(getattr(straight.overall, field), getattr(back.overall, field))
    for key, held in straight.section.items():
        assert near(held.mean, back.section[key].mean)
        assert held.status == back.section[key].status


def reversed_section(held: Section) -> Section:
    return held.model_copy(
        update={
            "questions": tuple(reversed(held.questions)),
            "sections": tuple(map(reversed_section, reversed(held.sections))),
        }
    )


@TRIES
@given(assessments(methods=(Method.WEIGHTED_MEAN, Method.MEAN_OF_MEANS)), st.sampled_from([0.25, 4.0, 7.0]))
def test_scaling_every_weight_changes_nothing(assessment: tuple[Questionnaire, Answers], by: float) -> None:
    template, given_answers = assessment

    def scaled(held: Section) -> Section:
        return held.model_copy(
            update={
                "weight": held.weight * by,
                "questions": tuple(
                    q.model_copy(update={"weight": None if q.weight is None else q.weight * by})
                    for q in held.questions
                ),
                "sections": tuple(map(scaled, held.sections)),
            }
        )

    heavier = template.model_copy(update={"sections": tuple(map(scaled, template.sections))})
    light, heavy = score(template, given_answers).overall, score(heavier, given_answers).overall
    assert light.status == heavy.status
    assert all(near(getattr(light, f), getattr(heavy, f)) for f in ("mean", "low", "high", "completeness"))


@TRIES
@given(assessments())
def test_unanswered_and_dont_know_are_one_in_every_number(
    assessment: tuple[Questionnaire, dict[str, Answer]],
) -> None:
    template, given_answers = assessment
    unknown = {k: dont_know() if a == UNANSWERED else a for k, a in given_answers.items()}
    before, after = score(template, given_answers), score(template, unknown)
    assert (before.overall, before.sections) == (after.overall, after.sections)


@TRIES
@given(assessments(can_cap=False), st.integers(1, 4), st.integers(1, 4))
def test_answers_off_the_route_change_nothing(
    assessment: tuple[Questionnaire, dict[str, Answer]], one: int, other: int
) -> None:
    template, given_answers = assessment
    gate = yes_no("Z-1")
    hidden = scale_question("Z-2", 5, show_if=Comparison(question="Z-1", equals="yes"))
    routed = template.model_copy(update={"sections": (*template.sections, section("Z", gate, hidden))})
    closed = given_answers | {"Z-1": answer("no")}
    first, second = (score(routed, closed | {"Z-2": answer(level)}) for level in (one, other))
    assert first == second == score(routed, closed)
    assert near(first.overall.mean, score(template, given_answers).overall.mean)


@TRIES
@given(assessments())
def test_results_outlive_storage(assessment: tuple[Questionnaire, Answers]) -> None:
    card = score(*assessment)
    assert Scorecard.from_json(card.as_record()) == card
    assert all(q.points is None or 0 <= q.points <= 100 for q in card.questions)
    assert (card.overall.score is None) is (card.overall.status is not OverallStatus.PUBLISHED)


@TRIES
@given(assessments(), st.data())
def test_the_parts_of_a_change_add_up(
    assessment: tuple[Questionnaire, dict[str, Answer]], data: st.DataObject
) -> None:
    template, before = assessment
    after = data.draw(answered(template))
    found = change(template, before, template, after)
    for parts in (found.overall, *found.sections.values()):
        if parts.reported is not None and parts.answers is not None:
            assert near((parts.answers or 0) + (parts.weights or 0) + (parts.scope or 0), parts.reported)
    if found.overall.answers is not None:
        assert near(sum(q.effect for q in found.questions), found.overall.answers)
        assert near(found.overall.weights, 0)
    still = change(template, before, template, before)
    assert all(near(part or 0, 0) for part in still.overall.as_json().values())
