"""What a review's states, forms and fields are called on its pages."""

from vfm.prioritisation.benefits import PAIRS, label
from vfm.prioritisation.review_steps import STATES

MODE_WORDS = {"service_review": "Service review", "deep_dive": "Deep dive"}
STATE_WORDS = {status: status.replace("_", " ").capitalize() for status in STATES}
HYPOTHESIS_WORDS = {"open": "Open", "supported": "Supported", "refuted": "Refuted", "unclear": "Unclear"}
HYPOTHESIS_COLOURS = {"open": "grey", "supported": "green", "refuted": "orange", "unclear": "yellow"}
RECOMMENDATION_WORDS = {
    "proposed": "Proposed",
    "accepted": "Accepted",
    "rejected": "Rejected",
    "done": "Done",
}
RECOMMENDATION_COLOURS = {"proposed": "grey", "accepted": "blue", "rejected": "red", "done": "green"}
ACTION_WORDS = {
    "proposed": "proposed",
    "agreed": "agreed",
    "under_way": "under way",
    "done": "done",
    "dropped": "dropped",
}
KIND_WORDS = {
    "": "Not said yet",
    "cashable": "Cashable: a budget can be cut by it",
    "avoidance": "Cost avoidance: a cost that would have come does not",
}
SPAN_WORDS = {"": "Not said yet", "recurring": "Every year (recurring)", "one_off": "Once (one-off)"}
CHOICES: dict[str, dict[str, dict[str, str]]] = {
    "hypotheses": {"status": HYPOTHESIS_WORDS},
    "recommendations": {
        "status": RECOMMENDATION_WORDS,
        "savings_kind": KIND_WORDS,
        "savings_span": SPAN_WORDS,
    },
}
"""Part -> field -> what can be chosen, in words."""

PART_TITLES = {
    "team": ("Add a place in the team", "Change a place in the team", "Remove this place in the team?"),
    "lines": ("Add a line of enquiry", "Change a line of enquiry", "Remove this line of enquiry?"),
    "hypotheses": ("Add a hypothesis", "Change a hypothesis", "Remove this hypothesis?"),
    "findings": ("Add a finding", "Change a finding", "Remove this finding?"),
    "recommendations": (
        "Add a recommendation",
        "Change a recommendation",
        "Remove this recommendation?",
    ),
}
"""Part -> what its pages are called: a new one, one that is kept, one to be removed."""

OTHER_BENEFIT = (
    "What does it bring besides money?",
    "Benefit that is no saving, such as shorter waits or fewer complaints",
)


def _by_kind() -> dict[str, tuple[str, str]]:
    """Labels of what a review saves, kind by kind: `Cashable, a year: low`."""
    return {
        name: (f"{label(*which)}: {end}", "")
        for which, pair in PAIRS.items()
        for name, end in zip(pair, ("low", "high"), strict=True)
    }


FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "about": {
        "sponsor_id": ("Sponsor", "Who wants it done, and answers for what becomes of it"),
        "lead_id": ("Lead", "Who runs it from day to day"),
        "partner": ("Partner", "An organisation that takes part, such as a consultancy or another council"),
        "ends_on": ("When should it end?", "For example, 30 6 2027"),
        **_by_kind(),
        "other_benefit": OTHER_BENEFIT,
        "origin": ("Where did it come from?", "Where no ranking chose it, such as a strategic business case"),
    },
    "scope": {
        "covers": ("What it covers", "A line each"),
        "leaves_out": ("What it leaves out", "A line each"),
        "reason": ("Why?", "What changed, and who wanted it; this stays beside the scope"),
    },
    "team": {
        "role": ("What is this place for?", "For example, Finance partner"),
        "person_id": ("Who fills it?", "Leave it at nobody yet for a vacancy"),
        "name": ("Or somebody from outside", "Name and organisation, for who has no sign-in here"),
        "days": ("Team days", "How many days they give it"),
    },
    "lines": {
        "text": ("What must the review answer?", "A question, such as: what does it cost, and why?"),
        "lead_id": ("Who follows it?", ""),
        "conclusion": ("Conclusion", "The answer, once there is one"),
    },
    "hypotheses": {
        "text": ("What is supposed?", "A statement that can turn out right or wrong"),
        "test": ("How is it tested?", "What figure, file or conversation would settle it"),
        "status": ("How does it stand?", ""),
        "note": ("What speaks for it or against it?", ""),
    },
    "findings": {
        "text": ("What was found?", ""),
        "line_id": ("Which line of enquiry does it answer?", ""),
        "evidence": (
            "What does it rest on?",
            "Documents, figures, talks; web addresses become links",
        ),
    },
    "recommendations": {
        "text": ("What should be done?", ""),
        "finding_id": ("Which finding does it follow from?", ""),
        "owner_id": ("Who owns it?", ""),
        "due_on": ("By when?", "For example, 31 3 2027"),
        "savings_low": ("Savings, low", ""),
        "savings_high": ("Savings, high", ""),
        "savings_kind": ("Is it cash?", ""),
        "savings_span": ("How often does it come?", ""),
        "other_benefit": OTHER_BENEFIT,
        "status": ("How does it stand?", ""),
        "response": ("What does the service say to it?", "Why it is accepted or rejected, or how it goes"),
    },
    "closing": {
        "outcome_note": ("What came of it?", "What the council knows now, what changes, what is learnt"),
        **_by_kind(),
        "other_benefit": OTHER_BENEFIT,
    },
}
"""Form -> field -> its label and hint."""
NOBODY = {"line_id": "None of them", "finding_id": "None of them"}
"""What stands first in a list to choose from, where it is not `Nobody yet`."""
MONEY: dict[str, tuple[str, str]] = {
    "about": ("What may it save?", "Both ends of each kind, at least and at most; blank while unknown"),
    "recommendations": (
        "What does it save?",
        (
            "Leave both ends blank where nothing can be said. Where it saves in two ways, such as once and "
            "then every year, write a recommendation for each"
        ),
    ),
    "closing": ("What does it save, confirmed?", "At least one kind, 0 where it saves nothing"),
}
"""Form -> the heading and hint above its savings."""
