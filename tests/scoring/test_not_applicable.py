"""How much of a section does not apply: the scorecard's share, where a challenge is called for."""

import pytest

from tests import build
from vfm.questionnaires.answers import Answer
from vfm.questionnaires.routing import on_route
from vfm.questionnaires.schema import Method, Questionnaire, Scoring
from vfm.scoring.scorecard import score
from vfm.scoring.shares import much_not_applicable

INNER = build.section("B", build.scale_question("B-1", 1), build.scale_question("B-2", 3), weight=2)
QUESTIONNAIRE = build.questionnaire(build.section("A", build.scale_question("A-1", 2), INNER, weight=1))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"A-1": build.answer(2)}, {}),
        ({"B-1": build.na()}, {}),  # a quarter of B, an eighth of A
        ({"A-1": build.na()}, {"A": 1 / 2}),
        ({"B-2": build.na()}, {"A": 3 / 8}),  # B is inside A, which says it already
        ({"A-1": build.na(), "B-1": build.na(), "B-2": build.na()}, {"A": 1.0}),
    ],
)
def test_by_weight_and_the_outermost_section_alone(
    given: dict[str, Answer], expected: dict[str, float]
) -> None:
    route = on_route(QUESTIONNAIRE, given)
    assert much_not_applicable(QUESTIONNAIRE, given, route) == pytest.approx(expected)


@pytest.mark.parametrize("method", [Method.WEIGHTED_MEAN, Method.MEAN_OF_MEANS, Method.SUM])
def test_the_share_is_the_scorecards(method: Method) -> None:
    questionnaire: Questionnaire = QUESTIONNAIRE.model_copy(update={"scoring": Scoring(method=method)})
    given = {"A-1": build.na(), "B-2": build.na()}
    found = much_not_applicable(questionnaire, given, on_route(questionnaire, given))
    flagged = {section.key: section.na_share for section in score(questionnaire, given).flagged}
    assert found == {"A": flagged["A"]}


def test_exactly_at_the_threshold_goes_without_question() -> None:
    asked = build.questionnaire(
        *(build.scale_question(f"Q-{n}") for n in range(10)), scoring=Scoring(na_flag=0.3)
    )
    three = {f"Q-{n}": build.na() for n in range(3)}
    assert much_not_applicable(asked, three, on_route(asked, three)) == {}
    four = three | {"Q-3": build.na()}
    assert much_not_applicable(asked, four, on_route(asked, four)) == {"A": pytest.approx(0.4)}
