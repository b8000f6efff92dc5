"""Answers that become improvement actions."""

from tests import build
from vfm.questionnaires.improvements import improvements
from vfm.questionnaires.schema import Comparison

IS_SO = Comparison(question="Q-01", equals="yes")
ASKED = build.questionnaire(
    build.yes_no("Q-01"),
    build.question("Q-02", "text", becomes="improvement_action", show_if=IS_SO),
    build.question("Q-03", "text"),
)


def test_each_line_is_an_action_without_its_bullet() -> None:
    said = "- Share a van\n\n 2. Open later \n• Share a van\n(3) 24-hour returns\n10 new shelves"
    answers = {"Q-01": build.answer("yes"), "Q-02": build.answer(said), "Q-03": build.answer("No action")}
    assert improvements(ASKED, answers) == (
        ("Q-02", "Share a van"),
        ("Q-02", "Open later"),
        ("Q-02", "24-hour returns"),
        ("Q-02", "10 new shelves"),
    )


def test_what_is_not_asked_or_not_known_makes_none() -> None:
    assert improvements(ASKED, {"Q-01": build.answer("no"), "Q-02": build.answer("Share a van")}) == ()
    assert improvements(ASKED, {"Q-01": build.answer("yes"), "Q-02": build.dont_know()}) == ()
