"""The steps of an assessment: from which state each may be taken, by whom, and where it leads.

One table; a step that is not in it is refused, whoever asks. For which service somebody has a part, and who
stands in for whom, is the workflow's rule.
"""

from dataclasses import dataclass
from enum import StrEnum

from vfm.errors import Conflict


class Status(StrEnum):
    """How far an assessment is."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    SIGNED_OFF = "signed_off"
    AGREED = "agreed"


class Step(StrEnum):
    """What can be done with an assessment."""

    SAVE = "save"
    SUBMIT = "submit"
    RECALL = "recall"
    SIGN = "sign"
    COUNTERSIGN = "countersign"
    RETURN = "return"
    REOPEN = "reopen"
    AGREE = "agree"


class Chain(StrEnum):
    """Whose signature is the last one before the core team has it, as the template says."""

    DIRECTOR = "director"
    EXECUTIVE_DIRECTOR = "executive_director"


class Part(StrEnum):
    """In what capacity somebody takes a step."""

    RESPONDENT = "respondent"
    """Whoever answers: the director, and a contributor who was given the whole."""
    SENDER = "sender"
    """Who sent it for sign-off."""
    DIRECTOR = "director"
    EXECUTIVE_DIRECTOR = "executive_director"
    CORE_TEAM = "core_team"


@dataclass(frozen=True, slots=True)
class Move:
    """A row of the table: who may take `step` where it stands at `before`, and where it leads.

    `chain` is None where it is the same for both chains.
    """

    before: Status
    step: Step
    then: Status
    by: frozenset[Part]
    chain: Chain | None = None


def _move(before: Status, step: Step, then: Status, *by: Part, chain: Chain | None = None) -> Move:
    return Move(before, step, then, frozenset(by), chain)


_OPEN, _SUBMITTED, _APPROVED, _SIGNED_OFF, _AGREED = Status
_LONG = Chain.EXECUTIVE_DIRECTOR

MOVES = (
    _move(_OPEN, Step.SAVE, _OPEN, Part.RESPONDENT),
    _move(_OPEN, Step.SUBMIT, _SUBMITTED, Part.RESPONDENT),
    _move(_SUBMITTED, Step.RECALL, _OPEN, Part.SENDER),
    _move(_SUBMITTED, Step.SIGN, _SIGNED_OFF, Part.DIRECTOR, chain=Chain.DIRECTOR),
    _move(_SUBMITTED, Step.SIGN, _APPROVED, Part.DIRECTOR, chain=_LONG),
    _move(_SUBMITTED, Step.RETURN, _OPEN, Part.DIRECTOR),
    _move(_SUBMITTED, Step.REOPEN, _OPEN, Part.CORE_TEAM),
    _move(_APPROVED, Step.COUNTERSIGN, _SIGNED_OFF, Part.EXECUTIVE_DIRECTOR, chain=_LONG),
    _move(_APPROVED, Step.RETURN, _OPEN, Part.EXECUTIVE_DIRECTOR, Part.DIRECTOR, chain=_LONG),
    _move(_APPROVED, Step.REOPEN, _OPEN, Part.CORE_TEAM, chain=_LONG),
    _move(_SIGNED_OFF, Step.REOPEN, _OPEN, Part.CORE_TEAM),
    _move(_SIGNED_OFF, Step.AGREE, _AGREED, Part.CORE_TEAM),
)
"""Every step there is. What is agreed stays agreed: results and baselines rest on it."""

STATUS_WORDS = {
    Status.OPEN: "open for answers",
    Status.SUBMITTED: "sent for sign-off",
    Status.APPROVED: "signed by its director and waiting for the executive director",
    Status.SIGNED_OFF: "signed off",
    Status.AGREED: "agreed",
}
STEP_WORDS = {
    Step.SAVE: "change an answer",
    Step.SUBMIT: "send it for sign-off",
    Step.RECALL: "take it back",
    Step.SIGN: "sign it off",
    Step.COUNTERSIGN: "sign it as executive director",
    Step.RETURN: "return it",
    Step.REOPEN: "open it again",
    Step.AGREE: "agree its scores",
}


CHANGES = ("submitted", "taken back", "signed", "signed off", "returned", "opened again", "agreed")
"""Verbs of the events that tell how an assessment went from hand to hand."""


def move(status: str, step: Step, chain: Chain = Chain.DIRECTOR) -> Move | None:
    """The row of the table for a step from here; None where it cannot be taken."""
    for one in MOVES:
        if one.before == status and one.step is step and one.chain in (None, chain):
            return one
    return None


def after(status: str, step: Step, chain: Chain = Chain.DIRECTOR) -> Status:
    """Where an assessment stands after a step.

    Raises:
        Conflict: it stands where the step cannot be taken; the words say where that would be.
    """
    found = move(status, step, chain)
    if found is None:
        fitting = [one.before for one in MOVES if one.step is step and one.chain in (None, chain)]
        never = "This template asks for no executive director’s signature."
        where = " or ".join(STATUS_WORDS[one] for one in fitting)
        told = f"You can {STEP_WORDS[step]} only while it is {where}." if fitting else never
        raise Conflict(f"This assessment is {STATUS_WORDS[Status(status)]}. {told}")
    return found.then


def allows(status: str, step: Step, chain: Chain = Chain.DIRECTOR) -> bool:
    """True when the step can be taken from this state."""
    return move(status, step, chain) is not None


def signs(status: str, chain: Chain, *, is_director: bool, is_executive_director: bool) -> bool:
    """True when it waits for the signature of somebody who is one of these."""
    return (is_director and allows(status, Step.SIGN, chain)) or (
        is_executive_director and allows(status, Step.COUNTERSIGN, chain)
    )


def may(status: str, parts: frozenset[Part], chain: Chain) -> frozenset[Step]:
    """The steps that somebody with these parts can take from here."""
    return frozenset(
        one.step
        for one in MOVES
        if one.before == status and one.chain in (None, chain) and not parts.isdisjoint(one.by)
    )
