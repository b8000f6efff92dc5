"""The steps of an assessment: the whole matrix, legal and not."""

from itertools import product

import pytest

from vfm.errors import Conflict
from vfm.questionnaires.steps import STEPS, Status, Step, after, allows

LEGAL = {
    ("open", "save", "open"),
    ("open", "submit", "submitted"),
    ("submitted", "sign_off", "signed_off"),
    ("submitted", "return", "open"),
    ("signed_off", "agree", "agreed"),
}


def test_the_table_holds_the_legal_steps_and_no_other() -> None:
    assert {(before.value, step.value, then.value) for (before, step), then in STEPS.items()} == LEGAL


@pytest.mark.parametrize(("status", "step"), tuple(product(Status, Step)))
def test_every_other_step_is_refused_in_words(status: Status, step: Step) -> None:
    if allows(status, step):
        assert (status.value, step.value, after(status, step).value) in LEGAL
        return
    with pytest.raises(Conflict, match=r"^This assessment is .+\. You can .+ only while it is .+\.$"):
        after(status, step)
