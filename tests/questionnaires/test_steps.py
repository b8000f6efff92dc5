"""The steps of an assessment: the whole matrix of states, steps, chains and parts, legal and not."""

from itertools import product

import pytest

from vfm.errors import Conflict
from vfm.questionnaires.steps import MOVES, Chain, Part, Status, Step, after, allows, may, signs

BOTH = {
    ("open", "save", "open", "respondent"),
    ("open", "submit", "submitted", "respondent"),
    ("submitted", "recall", "open", "sender"),
    ("submitted", "return", "open", "director"),
    ("submitted", "reopen", "open", "core_team"),
    ("signed_off", "reopen", "open", "core_team"),
    ("signed_off", "agree", "agreed", "core_team"),
}
LEGAL = {
    Chain.DIRECTOR: BOTH | {("submitted", "sign", "signed_off", "director")},
    Chain.EXECUTIVE_DIRECTOR: BOTH
    | {
        ("submitted", "sign", "approved", "director"),
        ("approved", "countersign", "signed_off", "executive_director"),
        ("approved", "return", "open", "executive_director"),
        ("approved", "return", "open", "director"),
        ("approved", "reopen", "open", "core_team"),
    },
}


@pytest.mark.parametrize("chain", Chain)
def test_the_table_holds_the_legal_steps_and_no_other(chain: Chain) -> None:
    rows = [one for one in MOVES if one.chain in (None, chain)]
    assert {(m.before.value, m.step.value, m.then.value, part.value) for m in rows for part in m.by} == LEGAL[
        chain
    ]
    assert len({(m.before, m.step) for m in rows}) == len(rows), "one row for each step from each state"


@pytest.mark.parametrize(("chain", "status", "step"), tuple(product(Chain, Status, Step)))
def test_every_other_step_is_refused_in_words(chain: Chain, status: Status, step: Step) -> None:
    legal = {(before, taken): then for before, taken, then, _ in LEGAL[chain]}
    assert allows(status, step, chain) == ((status.value, step.value) in legal)
    if allows(status, step, chain):
        assert after(status, step, chain).value == legal[status.value, step.value]
        return
    with pytest.raises(Conflict) as refused:
        after(status, step, chain)
    words = str(refused.value)
    assert words.startswith("This assessment is ")
    assert "only while it is" in words or words.endswith("asks for no executive director’s signature.")


@pytest.mark.parametrize(("chain", "status", "part"), tuple(product(Chain, Status, Part)))
def test_each_part_takes_its_own_steps(chain: Chain, status: Status, part: Part) -> None:
    wanted = {step for before, step, _, by in LEGAL[chain] if (before, by) == (status.value, part.value)}
    assert {step.value for step in may(status, frozenset({part}), chain)} == wanted


def test_whose_signature_it_waits_for() -> None:
    nobody = {"is_director": False, "is_executive_director": False}
    director, executive = nobody | {"is_director": True}, nobody | {"is_executive_director": True}
    long = Chain.EXECUTIVE_DIRECTOR
    assert signs("submitted", long, **director)
    assert not signs("submitted", long, **executive)
    assert signs("approved", long, **executive)
    assert not signs("approved", long, **director)
    assert not signs("signed_off", Chain.DIRECTOR, **director)
