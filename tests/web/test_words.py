"""Every term of the engine has words for people."""

from vfm.questionnaires.changes import Badge
from vfm.questionnaires.schema import Kind, Operation
from vfm.web import words
from vfm.workflows import cockpit, feedback


def test_no_kind_badge_state_or_outcome_is_without_words() -> None:
    assert set(words.KIND_WORDS) == set(Kind)
    assert set(words.BADGES) == set(Badge)
    assert tuple(words.PLACE_STATES) == cockpit.STATES
    assert tuple(words.FEEDBACK_KINDS) == tuple(words.FEEDBACK_SHORT) == feedback.KINDS
    assert tuple(words.OUTCOMES) == feedback.OUTCOMES


def test_arithmetic_reads_as_written_on_paper() -> None:
    inner = Operation(divide=("K-01", "K-02"))
    assert words.expression_in_words(Operation(multiply=(inner, 100))) == "(K-01 ÷ K-02) × 100"
