"""Whole portfolios: each assessment as it is alone, to the last bit, and what cannot be scored named."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.answering import drawn
from tests.build import answer, dont_know, na, question, questionnaire, scale_question, section, yes_no
from tests.generated import made
from tests.worked import CASES, Case
from vfm.errors import Invalid, Problem
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, answers_from_json, answers_to_json
from vfm.questionnaires.schema import Band, Cap, Comparison, Method, Questionnaire, Ref
from vfm.scoring.cards import holds_of, scorecard_of
from vfm.scoring.columns import Column, Columns, encoded, encoded_json, offered
from vfm.scoring.portfolio import OVERALL_STATUSES, Portfolio, score_all
from vfm.scoring.results import Scorecard
from vfm.scoring.rounding import reaches
from vfm.scoring.scorecard import score
from vfm.scoring.thresholds import reach

DATA = Path(__file__).parents[2] / "data"
READY = sorted((DATA / "templates").glob("*.yaml"))
SCORED = [case for case in CASES.values() if case.kind == "score"]
TRIES = settings(max_examples=150, deadline=None)


def assert_alike(template: Questionnaire, many: list[dict[str, Answer]]) -> Portfolio:
    """Each assessment of a portfolio is what it is alone: the same card, the same text, the same refusal."""
    portfolio = score_all(encoded(template, dict(enumerate(many))))
    for index, answers in enumerate(many):
        if index in portfolio.problems:
            assert refused(lambda one=answers: score(template, one)) == portfolio.problems[index]
            assert refused(lambda one=index: scorecard_of(portfolio, one)) == portfolio.problems[index]
        else:
            card, alone = scorecard_of(portfolio, index), score(template, answers)
            assert card == alone
            assert text(card) == text(alone)
    return portfolio


def refused(work: Callable[[], Scorecard]) -> tuple[Problem, ...]:
    with pytest.raises(Invalid) as refusal:
        work()
    return refusal.value.problems


def text(card: Scorecard) -> str:
    return json.dumps(card.as_record())


def by(template: Questionnaire, method: Method) -> Questionnaire:
    scoring = template.scoring.model_copy(update={"method": method})
    return template.model_copy(update={"scoring": scoring})


# --- as alone -----------------------------------------------------------------------------------------------


@TRIES
@given(st.integers(0, 2**32))
def test_any_template_gives_the_digits_of_one_assessment_alone(seed: int) -> None:
    template, chance = made(seed), random.Random(seed)
    many = [drawn(chance, template, gaps) for gaps in (0, 0.1, 0.1, 0.3, 0.3, 0.5, 0.8, 1)]
    for method in Method:
        assert_alike(by(template, method), many)


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_the_ready_templates_give_the_digits_of_one_assessment_alone(path: Path) -> None:
    template, chance = document.parse(path.read_text(encoding="utf-8"), name=path.name), random.Random(1)
    portfolio = assert_alike(template, [drawn(chance, template, n % 10 / 20) for n in range(60)])
    assert not portfolio.problems
    assert len({*portfolio.overall.mean.tolist()}) > 50


@pytest.mark.parametrize("case", SCORED, ids=lambda case: case.key)
def test_worked_cases_come_out_as_alone(case: Case) -> None:
    chance = random.Random(case.key)
    template = case.template()
    assert_alike(template, [case.answers(), {}, *(drawn(chance, template) for _ in range(3))])


def test_more_assessments_than_are_taken_at_a_time() -> None:
    template, chance = made(7), random.Random(7)
    some = [drawn(chance, template) for _ in range(50)]
    many = [some[chance.randrange(50)] for _ in range(9000)]
    portfolio = score_all(encoded(template, dict(enumerate(many))))
    alone = [score(template, answers) for answers in some]
    for index in (0, 4095, 4096, 8191, 8192, 8999):
        assert scorecard_of(portfolio, index) == alone[some.index(many[index])]


def test_no_assessment_is_no_result() -> None:
    portfolio = score_all(encoded(questionnaire(scale_question("A-01")), {}))
    assert (len(portfolio), portfolio.overall.score.tolist(), portfolio.problems) == (0, [], {})
    assert portfolio.question("A-01").points.tolist() == []


def test_conditions_that_compare_answers_with_each_other_and_with_figures() -> None:
    dearer = Comparison(question="A-02", greater=Ref(question="A-01"))
    template = questionnaire(
        section(
            "A",
            question("A-01", "money"),
            question("A-02", "money", show_if=Comparison(question="A-01", at_least=10)),
            scale_question("A-03", show_if=dearer),
            scale_question("A-04", critical=True),
            caps=(Cap(key="dear", when=dearer, limit=20, reason="Dearer than planned"),),
        ),
        section("B", scale_question("B-01", weight=0.1), scale_question("B-02", weight=0.2)),
        bands=(
            Band(name="Low", minimum=0, colour="red"),
            Band(name="High", minimum=20, colour="green"),
            Band(name="Never", minimum=20, colour="blue"),
        ),
    )
    amounts = [Decimal(figure) for figure in ("5", "10", "10.00", "12.5", "1e9")]
    many = [
        {
            "A-01": answer(one),
            "A-02": answer(two),
            "A-03": answer(2),
            "A-04": answer(level),
            "B-01": answer(4),
        }
        for one in amounts
        for two in amounts
        for level in (1, 3)
    ]
    portfolio = assert_alike(template, many)
    assert 0 < np.isnan(portfolio.question("A-03").points).sum() < len(many)
    assert {held.limit for index in range(len(many)) for held in holds_of(portfolio, "A", index)} == {
        20,
        100 / 3,
    }


def test_a_status_that_is_not_shown_has_no_digits() -> None:
    template = questionnaire(section("A", *(scale_question(f"A-{n}") for n in range(5))))
    portfolio = assert_alike(template, [{"A-0": answer(3)}, {f"A-{n}": answer(3) for n in range(5)}])
    assert [OVERALL_STATUSES[code] for code in portfolio.overall.status] == ["provisional", "published"]
    assert np.isnan(portfolio.overall.score).tolist() == [True, False]
    assert np.isnan(portfolio.section["A"].score).tolist() == [True, False]


def test_columns_that_come_coded_are_what_their_codes_mean() -> None:
    template = questionnaire(section("A", scale_question("A-01"), yes_no("A-02", weight=2)))
    book = offered(template, template.questions["A-02"])
    codes = np.array([0, 1, 2, 3, 3 + 4 * 1 + 2], np.uint8)
    columns = Columns(template, ("a", "b", "c", "d", "e"), {"A-02": Column(book, codes)}, {})
    assert [columns.answers(index).get("A-02") for index in range(5)] == [
        None, dont_know(), na(""), answer("yes"), answer("no", "documented"),
    ]  # fmt: skip
    portfolio = score_all(columns)
    for index in range(5):
        assert scorecard_of(portfolio, index) == score(template, columns.answers(index))
    with pytest.raises(ValueError, match="stands for none"):
        Column(book, np.array([len(book)], np.uint8))
    with pytest.raises(ValueError, match="A-02 has"):
        Columns(template, ("a",), {"A-02": Column(book, codes)}, {})


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 100), st.integers(-40, 40)), min_size=1))
def test_thresholds_are_reached_as_by_a_single_figure(parts: list[tuple[int, int, int]]) -> None:
    thresholds = np.array([whole / 3 for _, whole, _ in parts])
    steps = np.array([step * 2.5e-10 for *_, step in parts])
    figures = thresholds + steps + np.array([apart * 1e-16 for apart, *_ in parts])
    alone = [reaches(*pair) for pair in zip(figures.tolist(), thresholds.tolist(), strict=True)]
    assert reach(figures, thresholds).tolist() == alone


# --- what cannot be scored ----------------------------------------------------------------------------------


def test_what_score_refuses_is_named_and_the_rest_is_scored() -> None:
    template = questionnaire(
        section(
            "A",
            yes_no("A-01"),
            scale_question("A-02", critical=True),
            scale_question("A-03", show_if=Comparison(question="A-01", equals="yes")),
        )
    )
    sound = {"A-01": answer("yes"), "A-02": answer(2), "A-03": answer(3)}
    many = [
        sound,
        sound | {"A-02": answer(9)},
        sound | {"A-02": na(), "A-03": answer("3")},
        sound | {"A-03": answer(True)},
        sound | {"A-03": answer(3.0)},
        {"A-01": answer("no"), "A-02": answer(1), "A-03": answer(9)},  # off the route it changes nothing
    ]
    portfolio = assert_alike(template, many)
    assert [*portfolio.problems] == [1, 2, 3, 4]
    assert [problem.place for problem in portfolio.problems[2]] == ["A-02", "A-03"]
    assert "9 is not one of 1, 2, 3, 4" in portfolio.problems[1][0].message.replace("'", "")
    assert np.isnan(portfolio.overall.mean).tolist() == [False, True, True, True, True, False]
    assert portfolio.overall.status.tolist()[1:5] == [-1] * 4
    assert portfolio.question("A-02").state.tolist()[1:5] == [-1] * 4


def test_wrong_types_and_unknown_keys_are_named() -> None:
    template = questionnaire(section("A", scale_question("A-01"), question("A-02", "number")))
    bad: dict[str, Any] = {
        "key": {"A-01": answer(2), "A-O1": answer(2)},
        "list": {"A-01": Answer(answer(2).state, [2])},  # type: ignore[arg-type]
        "plain": {"A-01": 3},
        "state": {"A-01": replace(answer(2), state="answered")},  # type: ignore[arg-type]
        "word": {"A-01": answer(2), "A-02": Answer(answer(2).state, "many")},
        "date": {"A-01": answer(2), "A-02": answer(("a", "b"))},
    }
    portfolio = score_all(encoded(template, {"sound": {"A-01": answer(2)}} | bad))
    assert [portfolio.names[index] for index in portfolio.problems] == [*bad]
    places = ["A-O1", "A-01", "A-01", "A-01", "A-02", "A-02"]
    assert [problems[0].place for problems in portfolio.problems.values()] == places
    assert 'no question "A-O1"' in portfolio.problems[1][0].message
    assert np.isnan(portfolio.overall.mean).tolist() == [False] + [True] * 6


DAMAGES: tuple[Any, ...] = (
    {"state": "answered", "value": 9},
    {"state": "answered", "value": "3"},
    {"state": "answered", "value": True},
    {"state": "answered", "value": None},
    {"state": "answered", "value": [1]},
    {"state": "not_applicable"},
    {"state": "maybe"},
    {"state": "answered", "value": 2, "evidence": "sworn"},
    {"state": "answered", "valu": 2},
    "3",
    None,
    4,
)


def test_of_thirty_thousand_every_damaged_one_is_named_and_no_other() -> None:
    template = questionnaire(*(section(k, *(scale_question(f"{k}-{n}") for n in range(3))) for k in "AB"))
    chance = random.Random(5)
    whole = [answers_to_json(template, drawn(chance, template)) for _ in range(500)]
    records: dict[str, Any] = {f"S{n}": whole[n % 500] for n in range(30_000)}
    damaged = {}
    for n in chance.sample(range(30_000), 1500):
        key = chance.choice(["A-0", "A-1", "B-2", "A-7", "answers"])
        content = {"A-7": {"state": "answered", "value": 1}}.get(key) or chance.choice(DAMAGES)
        damaged[f"S{n}"] = key
        answers = {**records[f"S{n}"]["answers"], key: content}
        records[f"S{n}"] = [answers] if key == "answers" else {"answers": answers}
    portfolio = score_all(encoded_json(template, records))
    named = {portfolio.names[index]: problems for index, problems in portfolio.problems.items()}
    assert {name: problems[0].place for name, problems in named.items()} == dict(
        sorted(damaged.items(), key=lambda pair: int(pair[0][1:]))
    )
    assert all(len(problem.message) > 20 for problems in named.values() for problem in problems)
    assert np.isnan(portfolio.overall.low).sum() == 1500
    sound = [n for n in range(0, 30_000, 377) if f"S{n}" not in damaged]
    for n in sound:
        assert scorecard_of(portfolio, n) == score(template, answers_from_json(template, records[f"S{n}"]))


def test_a_rule_table_that_lacks_a_row_damages_only_those_who_need_it() -> None:
    template = next(t for t in map(made, range(200)) if t.scoring.method is Method.RULE_TABLE)
    held = template.sections[-1]
    assert held.rule_table is not None
    table = held.rule_table.model_copy(update={"rows": held.rule_table.rows[:-1]})
    lacking = template.model_copy(
        update={"sections": (*template.sections[:-1], held.model_copy(update={"rule_table": table}))}
    )
    chance = random.Random(3)
    portfolio = assert_alike(lacking, [drawn(chance, lacking) for _ in range(200)])
    assert 0 < len(portfolio.problems) < 200
