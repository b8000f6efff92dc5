"""The working behind each figure: what is listed, done by hand, gives the figure of the scorecard."""

from pathlib import Path

import pytest

from tests.build import answer, dont_know, na, questionnaire, scale_question, section, yes_no
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, Evidence, State
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Kind, Questionnaire, RuleRow, RuleTable, Scoring
from vfm.scoring.results import Scorecard
from vfm.scoring.scorecard import score
from vfm.scoring.structure import structure_of
from vfm.scoring.working import Working, workings

READY = sorted((Path(__file__).parents[2] / "data" / "templates").glob("*.yaml"))


def mixed(template: Questionnaire, turn: int) -> dict[str, Answer]:
    """Answers of every state, and every other warning sign ticked."""
    known = structure_of(template).known
    found: dict[str, Answer] = {}
    for number, (key, question) in enumerate(template.questions.items(), start=turn):
        if key not in on_route(template, found):
            continue
        if number % 11 == 7 and question.allows_na:
            found[key] = na()
        elif number % 7 == 3:
            found[key] = dont_know()
        elif question.kind is Kind.MULTI_CHOICE:
            ticked = (question.options[number % len(question.options)].key,)
            found[key] = Answer(State.ANSWERED, ticked if number % 2 else ())
        elif key in known:
            values = [*known[key].points]
            grade = tuple(Evidence)[number % 4]
            found[key] = Answer(State.ANSWERED, values[number % len(values)], evidence=grade)
    return found


def by_hand(card: Scorecard, found: tuple[Working, ...]) -> None:
    """Each sum done again from its terms, and held to the scorecard."""
    assert found
    for one in found:
        shown = card.section[one.key] if one.key else card.overall
        confidence = shown.confidence if one.key else card.overall.confidence_share
        expected = {"score": shown.mean, "low": shown.low, "high": shown.high} | {
            "completeness": shown.completeness,
            "confidence": confidence,
        }
        for figure in one.sums:
            assert sum(term.weight * term.value for term in figure.terms) == figure.numerator
            assert sum(term.weight for term in figure.terms) == pytest.approx(figure.denominator, abs=1e-12)
            assert figure.numerator / figure.denominator == pytest.approx(figure.quotient, abs=1e-9)
            held = figure.quotient if figure.limit is None else min(figure.quotient, figure.limit)
            assert figure.result == held
            if expected[figure.figure] is not None and not isinstance(expected[figure.figure], str):
                assert figure.result == expected[figure.figure], (one.key, figure.figure)


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
@pytest.mark.parametrize("method", ["weighted_mean", "mean_of_means", "sum"])
def test_the_working_gives_the_scorecard_whatever_the_method(path: Path, turn: int, method: str) -> None:
    template = document.parse(path.read_text(encoding="utf-8"), name=path.name)
    template = template.model_copy(
        update={"scoring": template.scoring.model_copy(update={"method": method, "has_overall": True})}
    )
    answers = mixed(template, turn)
    card = score(template, answers)
    found = workings(template, answers)
    by_hand(card, found)
    assert {one.key for one in found} == {""} | {s.key for s in card.sections if s.completeness is not None}


def test_a_rule_table_shows_how_its_lists_collapse() -> None:
    table = RuleTable(
        lists={"basics": ("A-01", "A-02", "A-03"), "more": ("A-04",)},
        statuses=("Not met", "Met"),
        minimum="Met",
        rows=tuple(
            RuleRow(lists=(basics, more), status="Met" if basics == "all" else "Not met")
            for basics in ("all", "some", "none")
            for more in ("all", "some", "none")
        ),
    )
    template = questionnaire(
        section("A", *(yes_no(f"A-0{n}") for n in range(1, 5)), rule_table=table),
        scoring=Scoring(method="rule_table"),
    )
    answers = {"A-01": answer("yes"), "A-02": dont_know(), "A-03": na(), "A-04": answer("no")}
    (overall, own) = workings(template, answers)
    assert [sum_.figure for sum_ in overall.sums] == ["completeness", "confidence"]
    basics, more = own.lists
    assert (basics.statements, basics.true, basics.open) == (("A-01", "A-02"), 1, 1)
    assert (basics.lowest, basics.highest) == ("some", "all")
    assert (more.true, more.lowest, more.highest) == (0, "none", "none")


def test_a_section_with_no_answer_is_in_the_bounds_and_not_in_the_mean() -> None:
    template = questionnaire(section("A", scale_question("A-01")), section("B", scale_question("B-01")))
    answers = {"A-01": answer(3)}
    overall = workings(template, answers)[0]
    terms = {sum_.figure: [term.key for term in sum_.terms] for sum_ in overall.sums}
    assert (terms["score"], terms["low"]) == (["A"], ["A", "B"])
