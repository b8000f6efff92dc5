"""What must hold of every score, tried on random templates and answers; see `tests.assessed`."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.assessed import MEANS, REASON, TRIES, Assessed, answered, each, scored_keys, values
from tests.build import answer, dont_know, na, questionnaire, section, yes_no
from vfm.questionnaires.answers import UNANSWERED, Answer, State
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import (
    Kind,
    Method,
    Question,
    Questionnaire,
    RuleRow,
    RuleTable,
    Scoring,
    Section,
)
from vfm.scoring.cards import scorecard_of
from vfm.scoring.change import ScopeReason, change
from vfm.scoring.columns import encoded
from vfm.scoring.explanation import Explanation, Part, explain
from vfm.scoring.portfolio import score_all
from vfm.scoring.results import OverallStatus, Scorecard, SectionScore, SectionStatus
from vfm.scoring.rounding import COMPARED_PLACES, shown
from vfm.scoring.scorecard import score

FIGURES = ("mean", "low", "high", "completeness", "spread")


def near(found: Any, other: Any) -> bool:
    """Equal, or both figures and equal to nine places."""
    if isinstance(found, int | float) and isinstance(other, int | float):
        return bool(abs(found - other) < 1e-9)
    return bool(found == other)


def within(low: Any, figure: Any, high: Any) -> bool:
    return bool(round(low, COMPARED_PLACES) <= round(figure, COMPARED_PLACES) <= round(high, COMPARED_PLACES))


def card_of(one: Assessed, **answers: Answer) -> Scorecard:
    return score(one.template, one.answers | answers)


def held_by(card: Scorecard) -> list[Any]:
    """The overall and every section."""
    return [card.overall, *card.sections]


def gaps(one: Assessed) -> list[str]:
    """Questions on the route that count, have no answer and decide nothing about the route."""
    route = on_route(one.template, one.answers)
    return [
        key
        for key in scored_keys(one.template)
        if key in route
        and one.answers.get(key, UNANSWERED).state in (State.UNANSWERED, State.DONT_KNOW)
        and key not in one.gates
    ]


def made_of(template: Questionnaire, **other: Any) -> Questionnaire:
    """The template with other fields, and none of what the old one has worked out of itself."""
    fields = {name: getattr(template, name) for name in Questionnaire.model_fields}
    return Questionnaire(**fields | other)


def with_sections(template: Questionnaire, of: Callable[[Section], Section]) -> Questionnaire:
    """The template with every section, the inner ones first, put through a function."""

    def through(held: Section) -> Section:
        inner = tuple(through(child) for child in held.sections)
        return of(held.model_copy(update={"sections": inner}))

    return made_of(template, sections=tuple(through(top) for top in template.sections))


def with_questions(template: Questionnaire, of: Callable[[Question], Question]) -> Questionnaire:
    return with_sections(
        template, lambda held: held.model_copy(update={"questions": tuple(map(of, held.questions))})
    )


# --- what is shown ------------------------------------------------------------------------------------------


@each()
def test_bounds_contain_every_score_shown(one: Assessed) -> None:
    for held in held_by(card_of(one)):
        if held.low is not None:
            assert within(0, held.low, held.high)
            assert within(held.low, held.high, 100)
        if held.score is not None:
            assert within(held.low, held.score, held.high)


@each()
def test_what_is_withheld_is_null_and_what_is_shown_has_its_reason(one: Assessed) -> None:
    card = card_of(one)
    thresholds = one.template.scoring
    assert (card.overall.score is None) is (card.overall.status is not OverallStatus.PUBLISHED)
    for held in card.sections:
        assert (held.score is None) is (held.status is not SectionStatus.SCORED)
        if held.score is not None and held.completeness is not None:
            assert round(held.completeness, 9) >= round(thresholds.section_minimum, 9)
        assert all(cap.uncapped == held.uncapped for cap in held.caps if cap.uncapped is not None)
        if held.caps and held.uncapped is not None:
            assert near(held.mean, min(held.uncapped, *(cap.limit for cap in held.caps)))
    if card.overall.score is not None and card.overall.completeness is not None:
        assert round(card.overall.completeness, 9) >= round(thresholds.overall_minimum, 9)


@each()
def test_contributions_add_up_to_the_overall_before_caps(one: Assessed) -> None:
    card = card_of(one)
    if card.overall.mean is None:
        return
    assert near(sum(q.share for q in card.questions if q.share is not None), 1)
    if not any(held.caps for held in card.sections):
        assert near(card.before_caps, card.overall.mean)
    explained = explain(one.template, card)
    assert explained is not None
    assert near(explained.before_caps, card.before_caps)
    assert near(explained.before_caps + sum(line.effect for line in explained.caps), card.overall.mean)


@each()
def test_what_is_printed_adds_up_as_printed(one: Assessed) -> None:
    card = card_of(one)
    for key in ("", *card.section):
        explained = explain(one.template, card, key)
        if explained is not None:
            assert explained.printed == shown(explained.total)
            assert sum(part.printed for part in explained.parts) == explained.printed_before_caps
            assert sum(part.printed_share for part in explained.parts) == 100
            lines = sum(line.printed for line in explained.caps)
            assert explained.printed_before_caps + lines == explained.printed
            for parts in siblings(explained):
                assert_ties_go_by_key(parts)


def siblings(explained: Explanation) -> Iterator[tuple[Part, ...]]:
    """The parts of every holder; each holder's printed figure is their sum."""

    def inside(parts: tuple[Part, ...]) -> Iterator[tuple[Part, ...]]:
        yield parts
        for part in parts:
            if part.parts:
                assert sum(inner.printed for inner in part.parts) == part.printed
                assert sum(inner.printed_share for inner in part.parts) == part.printed_share
                yield from inside(part.parts)

    yield from inside(explained.parts)


def assert_ties_go_by_key(parts: tuple[Part, ...]) -> None:
    by_key = sorted(parts, key=lambda part: (part.key, part.kind))
    for place, first in enumerate(by_key):
        for second in by_key[place + 1 :]:
            if first.contribution == second.contribution:
                assert first.printed - second.printed in (0, 1)


@each()
def test_results_outlive_storage(one: Assessed) -> None:
    card = card_of(one)
    assert Scorecard.from_json(json.loads(json.dumps(card.as_record(), allow_nan=False))) == card
    assert all(q.points is None or 0 <= q.points <= 100 for q in card.questions)


@each((*MEANS, Method.RULE_TABLE))
def test_a_portfolio_gives_each_the_card_it_has_alone(one: Assessed) -> None:
    many = [one.answers, answered(one.template, one.chance), {}, answered(one.template, one.chance, blank=1)]
    portfolio = score_all(encoded(one.template, dict(enumerate(many))))
    assert [scorecard_of(portfolio, n) for n in range(len(many))] == [score(one.template, a) for a in many]


# --- what moves it ------------------------------------------------------------------------------------------


@each()
def test_a_better_answer_never_lowers_anything(one: Assessed) -> None:
    points = {key: one.template.points_of(one.template.questions[key]) for key in scored_keys(one.template)}
    better: dict[str, list[Any]] = {}
    for key, worth in points.items():
        now = one.answers.get(key, UNANSWERED).value
        if now is not None and key not in one.gates:
            is_scale = one.template.questions[key].kind is Kind.SCALE
            better[key] = [v for v, p in worth.items() if p > worth[now] or (is_scale and v > now)]
    raisable = [key for key, above in better.items() if above]
    if not raisable:
        return
    key = one.chance.choice(raisable)
    raised = replace(one.answers[key], value=one.chance.choice(better[key]))
    before, after = card_of(one), card_of(one, **{key: raised})
    for old, new in zip(held_by(before), held_by(after), strict=True):
        for field in ("mean", "low", "high"):
            if getattr(old, field) is not None:
                assert getattr(new, field) >= getattr(old, field) - 1e-9


@each()
def test_answering_never_widens_the_bounds(one: Assessed) -> None:
    open_ones = gaps(one)
    if not open_ones:
        return
    key = one.chance.choice(open_ones)
    before, after = card_of(one), card_of(one, **{key: answer(one.value(key))})
    for old, new in zip(held_by(before), held_by(after), strict=True):
        if old.low is not None:
            assert new.low >= old.low - 1e-9
            assert new.high <= old.high + 1e-9


@each()
def test_every_way_of_filling_the_gaps_stays_in_the_bounds(one: Assessed) -> None:
    open_ones = gaps(one)
    before = card_of(one)
    after = card_of(one, **{key: answer(one.value(key)) for key in open_ones})
    for old, new in zip(held_by(before), held_by(after), strict=True):
        if new.mean is not None and new.completeness == 1 and old.low is not None and new.low == new.high:
            assert within(old.low, new.mean, old.high)


@each()
def test_unanswered_and_dont_know_are_one_in_every_number(one: Assessed) -> None:
    asked = one.template.questions
    unknown = {key: dont_know() for key in asked if one.answers.get(key, UNANSWERED) == UNANSWERED}
    before, after = card_of(one), card_of(one, **unknown)
    assert (before.overall, before.sections) == (after.overall, after.sections)
    for old, new in zip(before.questions, after.questions, strict=True):
        assert old == (replace(new, state=State.UNANSWERED) if new.state is State.DONT_KNOW else new) or (
            old.state is new.state
        )


@each()
def test_not_applicable_never_moves_the_others_relative_to_each_other(one: Assessed) -> None:
    asked = one.template.questions
    free = [key for key in scored_keys(one.template) if asked[key].allows_na and key not in one.deciding]
    if not free:
        return
    key = one.chance.choice(free)
    before, after = card_of(one), card_of(one, **{key: na(REASON)})
    is_flat = one.template.scoring.method is Method.SUM
    beside = [
        other
        for other in asked
        if other != key and (is_flat or one.template.section_of[other] == one.template.section_of[key])
    ]
    shares = [
        {other: card.question[other].share for other in beside if card.question[other].share}
        for card in (before, after)
    ]
    both = [other for other in beside if other in shares[0] and other in shares[1]]
    for first, second in pairwise(both):
        old, new = ((share[first] or 0) / (share[second] or 1) for share in shares)
        assert abs(old - new) <= 1e-9 * max(1.0, old)


@each()
def test_what_is_off_the_route_never_counts(one: Assessed) -> None:
    card = card_of(one)
    off = [q.key for q in card.questions if q.state is State.OFF_ROUTE]
    others = {key: answer(one.value(key), "verified") for key in off}
    assert card_of(one, **others) == card
    assert score(one.template, {k: a for k, a in one.answers.items() if k not in off}) == card
    assert all(card.question[key].share is None for key in off)


@each()
def test_scaling_every_weight_changes_nothing(one: Assessed) -> None:
    by = one.chance.choice([0.25, 4.0, 7.0, 1 / 3, 1e6])

    def scaled(question: Question) -> Question:
        weight = question.weight
        return question.model_copy(update={"weight": None if weight is None else weight * by})

    heavier = with_sections(
        with_questions(one.template, scaled),
        lambda held: held.model_copy(update={"weight": held.weight * by}),
    )
    light, heavy = card_of(one), score(heavier, one.answers)
    for old, new in zip(held_by(light), held_by(heavy), strict=True):
        assert old.status == new.status
        assert all(near(getattr(old, field), getattr(new, field)) for field in FIGURES)


def turned(template: Questionnaire) -> Questionnaire:
    """The template with sections and questions in the opposite order."""
    back = with_sections(
        template,
        lambda held: held.model_copy(
            update={"questions": held.questions[::-1], "sections": held.sections[::-1]}
        ),
    )
    return made_of(back, sections=back.sections[::-1])


def assert_same_figures(one: Assessed, other: Questionnaire) -> None:
    """Equal figures, and no change between the two."""
    straight, back = card_of(one), score(other, one.answers)
    assert straight.overall.status == back.overall.status
    assert all(near(getattr(straight.overall, f), getattr(back.overall, f)) for f in FIGURES)
    for key, held in straight.section.items():
        assert held.status == back.section[key].status
        assert all(near(getattr(held, f), getattr(back.section[key], f)) for f in FIGURES)
    found = change(one.template, one.answers, other, one.answers)
    assert not found.scope_items
    assert all(near(part or 0, 0) for part in found.overall.as_json().values())


@each(routing=False)
def test_order_changes_no_figure(one: Assessed) -> None:
    """Without routing, which asks in reading order."""
    assert_same_figures(one, turned(one.template))


@each()
def test_guidance_changes_no_figure(one: Assessed) -> None:
    guided = with_questions(one.template, lambda question: question.model_copy(update={"help": "Last year"}))
    assert_same_figures(one, made_of(guided, guidance="Read this first", version=2))


@each((Method.WEIGHTED_MEAN, Method.MEAN_OF_MEANS))
def test_a_section_inside_another_alone_changes_no_figure(one: Assessed) -> None:
    deeper = made_of(
        one.template,
        sections=tuple(
            Section(key=f"Y{n}", title="Y", weight=top.weight, sections=(top,), critical=top.critical)
            for n, top in enumerate(one.template.sections)
        ),
    )
    flat, deep = card_of(one), score(deeper, one.answers)
    assert all(near(getattr(flat.overall, f), getattr(deep.overall, f)) for f in FIGURES)


@each((Method.WEIGHTED_MEAN,), caps=False)
def test_equal_sections_make_a_mean_of_means(one: Assessed) -> None:
    """With one weight for every section, and no question beside one, both methods are one."""
    flat = made_of(
        one.template,
        sections=tuple(
            held.model_copy(update={"weight": 3, "sections": ()}) for held in one.template.sections
        ),
    )
    scoring = Scoring(method=Method.MEAN_OF_MEANS, **one.template.scoring.model_dump(exclude={"method"}))
    weighted, equal = (
        score(flat, one.answers),
        score(made_of(flat, scoring=scoring), one.answers),
    )
    assert all(near(getattr(weighted.overall, f), getattr(equal.overall, f)) for f in FIGURES)


# --- rule tables --------------------------------------------------------------------------------------------

STATEMENTS = ("M1", "M2", "M3", "M4")
STATES = [answer("yes"), answer("no"), UNANSWERED, dont_know(), na(REASON)]


@TRIES
@given(st.randoms(use_true_random=False))
def test_a_rule_table_knows_every_way_of_filling_the_gaps(chance: Any) -> None:
    lists = {name: tuple(chance.sample(STATEMENTS, chance.randint(0, 4))) for name in ("one", "other")}
    statuses = ("Poor", "Fair", "Good")
    table = RuleTable(
        lists=lists,
        statuses=statuses,
        minimum=chance.choice(statuses),
        rows=tuple(
            RuleRow(lists=words, status=chance.choice(statuses))
            for words in product(("all", "some", "none"), repeat=2)
        ),
    )
    template = questionnaire(
        section("R", *map(yes_no, STATEMENTS), rule_table=table), scoring=Scoring(method=Method.RULE_TABLE)
    )
    given_answers = {key: chance.choice(STATES) for key in STATEMENTS}
    held = score(template, given_answers).section["R"]
    listed = {key for keys in lists.values() for key in keys}
    if all(given_answers[key] == na(REASON) for key in listed):
        assert held.status in (SectionStatus.NOT_APPLICABLE, SectionStatus.UNSCORED)
        assert {held.low, held.high} == {None}
        return
    open_ones = [key for key, one in given_answers.items() if one in (UNANSWERED, dont_know())]
    reached = [
        status_by_hand(table, given_answers | dict(zip(open_ones, filling, strict=True)))
        for filling in product((answer("yes"), answer("no")), repeat=len(open_ones))
    ]
    assert (held.low, held.high) == (statuses[min(reached)], statuses[max(reached)])
    assert held.result == (held.low if min(reached) == max(reached) else None)


def status_by_hand(table: RuleTable, given_answers: dict[str, Answer]) -> int:
    words = []
    for keys in table.lists.values():
        told = [given_answers[key].value for key in keys if given_answers[key].is_answered]
        words.append("none" if "yes" not in told else "some" if "no" in told else "all")
    return table.statuses.index(next(row.status for row in table.rows if row.lists == tuple(words)))


# --- change -------------------------------------------------------------------------------------------------


def assert_parts_add_up(found: Any) -> None:
    for parts in (found.overall, *found.sections.values()):
        if parts.reported is not None and parts.answers is not None:
            assert near(parts.answers + parts.weights + parts.scope, parts.reported)
        printed = parts.printed
        if None not in printed.values():
            assert printed["reported"] == printed["answers"] + printed["weights"] + printed["scope"]
    if found.overall.answers is not None:
        assert near(sum(question.effect for question in found.questions), found.overall.answers)
    for share in found.common_weight:
        assert share is None or within(0, share, 1)


@each()
def test_the_parts_of_a_change_add_up(one: Assessed) -> None:
    after = answered(one.template, one.chance)
    found = change(one.template, one.answers, one.template, after)
    assert_parts_add_up(found)
    assert near(found.overall.weights or 0, 0)
    still = change(one.template, one.answers, one.template, one.answers)
    assert all(near(part or 0, 0) for part in still.overall.as_json().values())
    assert not still.scope_items


@each()
def test_two_cycles_with_a_fifth_of_the_questions_changed(one: Assessed) -> None:
    keys = [key for key in one.template.questions if key not in one.deciding]
    picked = set(one.chance.sample(keys, min(len(keys), max(1, len(one.template.questions) // 5))))
    methods = {key: one.chance.choice(["reworded", "reweighted", "replaced"]) for key in picked}

    def edited(question: Question) -> Question:
        how = methods.get(question.key)
        if how == "reworded":
            return question.model_copy(update={"text": "Other words"})
        if how == "reweighted" and question.weight is not None:
            return question.model_copy(update={"weight": question.weight + 1})
        return question.model_copy(update={"key": f"{question.key}new"}) if how == "replaced" else question

    after = with_questions(one.template, edited)
    found = change(one.template, one.answers, after, answered(after, one.chance))
    assert_parts_add_up(found)
    reasons = {item.key: item.reason for item in found.scope_items}
    for key, how in methods.items():
        if how == "replaced" and key in reasons:
            assert reasons[key] is ScopeReason.REMOVED
        if how == "replaced" and f"{key}new" in reasons:
            assert reasons[f"{key}new"] is ScopeReason.NEW
        if how == "reworded":
            assert key not in {question.key for question in found.questions}


@each()
def test_changing_only_weights_is_no_change_in_the_service(one: Assessed) -> None:
    def heavier(question: Question) -> Question:
        weight = one.chance.choice([0, 1, 5, 0.3])
        return question.model_copy(update={"weight": None if question.weight is None else weight})

    after = with_sections(
        with_questions(one.template, heavier),
        lambda held: held.model_copy(update={"weight": one.chance.choice([1, 2, 9])}),
    )
    found = change(one.template, one.answers, after, one.answers)
    assert_parts_add_up(found)
    assert not found.scope_items
    assert near(found.overall.answers or 0, 0)
    assert near(found.like_for_like or 0, 0)
    if found.overall.answers is not None and not any(found.caps):
        assert near(found.overall.scope or 0, 0)


def rewordings(template: Questionnaire, question: Question) -> Iterator[Question]:
    """The question with each piece of its scoring text changed, one at a time."""
    yield question.model_copy(update={"text": f"{question.text}, and how"})
    if question.kind is Kind.SCALE:
        words = template.level_words(question)
        yield question.model_copy(update={"levels": {**words, 1: "Other words"}})
        yield question.model_copy(update={"scale": "five" if question.scale != "five" else "four"})
    if question.kind is Kind.YES_NO:
        told = template.points_of(question)
        yield question.model_copy(update={"points": {"yes": told["no"], "no": told["yes"]}})
        yield question.model_copy(update={"kind": Kind.SCALE, "points": None, "scale": "four"})
    if question.kind is Kind.SINGLE_CHOICE:
        first, *others = question.options
        yield question.model_copy(update={"options": (first.model_copy(update={"label": "Else"}), *others)})
        moved = first.model_copy(update={"points": 1.0})
        yield question.model_copy(update={"options": (moved, *others)})


@each(caps=False, routing=False)
def test_changing_the_scoring_text_makes_a_question_not_comparable(one: Assessed) -> None:
    answered_ones = [key for key in scored_keys(one.template) if one.answers.get(key, UNANSWERED).is_answered]
    if not answered_ones:
        return
    key = one.chance.choice(answered_ones)
    for other in rewordings(one.template, one.template.questions[key]):
        after = with_questions(one.template, lambda q, other=other: other if q.key == other.key else q)
        given_after = one.answers | {key: answer(values(after, key)[0])}
        found = change(one.template, one.answers, after, given_after)
        assert {item.key: item.reason for item in found.scope_items} == {key: ScopeReason.REWORDED}
        assert_parts_add_up(found)
        agreed = change(one.template, one.answers, after, given_after, {key: "It still means the same"})
        assert not agreed.scope_items


def test_sections_have_the_fields_that_are_compared() -> None:
    assert all(hasattr(SectionScore, field) for field in FIGURES)
