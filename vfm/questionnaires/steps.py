"""The steps of an assessment: from which state each may be taken, and where it leads.

One table; a step that is not in it is refused, whoever asks. Who may take it is the workflow's rule.
"""

from enum import StrEnum

from vfm.errors import Conflict


class Status(StrEnum):
    """How far an assessment is."""

    OPEN = "open"
    SUBMITTED = "submitted"
    SIGNED_OFF = "signed_off"
    AGREED = "agreed"


class Step(StrEnum):
    """What can be done with an assessment."""

    SAVE = "save"
    SUBMIT = "submit"
    SIGN_OFF = "sign_off"
    RETURN = "return"
    AGREE = "agree"


STEPS: dict[tuple[Status, Step], Status] = {
    (Status.OPEN, Step.SAVE): Status.OPEN,
    (Status.OPEN, Step.SUBMIT): Status.SUBMITTED,
    (Status.SUBMITTED, Step.SIGN_OFF): Status.SIGNED_OFF,
    (Status.SUBMITTED, Step.RETURN): Status.OPEN,
    (Status.SIGNED_OFF, Step.AGREE): Status.AGREED,
}
"""(where it stands, the step) -> where it stands afterwards."""

STATUS_WORDS = {
    Status.OPEN: "open for answers",
    Status.SUBMITTED: "sent for sign-off",
    Status.SIGNED_OFF: "signed off",
    Status.AGREED: "agreed",
}
STEP_WORDS = {
    Step.SAVE: "change an answer",
    Step.SUBMIT: "send it for sign-off",
    Step.SIGN_OFF: "sign it off",
    Step.RETURN: "return it",
    Step.AGREE: "agree its scores",
}


def after(status: str, step: Step) -> Status:
    """Where an assessment stands after a step.

    Raises:
        Conflict: it stands where the step cannot be taken; the words say where that would be.
    """
    found = STEPS.get((Status(status), step))
    if found is None:
        fitting = next(before for before, taken in STEPS if taken is step)
        raise Conflict(
            f"This assessment is {STATUS_WORDS[Status(status)]}. "
            f"You can {STEP_WORDS[step]} only while it is {STATUS_WORDS[fitting]}."
        )
    return found


def allows(status: str, step: Step) -> bool:
    """True when the step can be taken from this state."""
    return (Status(status), step) in STEPS
