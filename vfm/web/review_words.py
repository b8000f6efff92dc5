"""What a review's states, forms and fields are called on its pages."""

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
CHOICES = {"hypotheses": HYPOTHESIS_WORDS, "recommendations": RECOMMENDATION_WORDS}
"""Part -> its states in words."""

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

FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "about": {
        "sponsor_id": ("Sponsor", "Who wants it done, and answers for what becomes of it"),
        "lead_id": ("Lead", "Who runs it from day to day"),
        "partner": ("Partner", "An organisation that takes part, such as a consultancy or another council"),
        "ends_on": ("When should it end?", "For example, 30 6 2027"),
        "savings_low": (
            "Savings a year, low",
            "What it may save at least; blank while unknown",
        ),
        "savings_high": ("Savings a year, high", ""),
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
        "savings_low": ("Savings a year, low", "Leave both ends blank where nothing can be said"),
        "savings_high": ("Savings a year, high", ""),
        "status": ("How does it stand?", ""),
        "response": ("What does the service say to it?", "Why it is accepted or rejected, or how it goes"),
    },
    "closing": {
        "outcome_note": ("What came of it?", "What the council knows now, what changes, what is learnt"),
        "savings_low": ("Savings confirmed, a year, low", "0 where there are none"),
        "savings_high": ("Savings confirmed, a year, high", ""),
    },
}
"""Form -> field -> its label and hint."""
NOBODY = {"line_id": "None of them", "finding_id": "None of them"}
"""What stands first in a list to choose from, where it is not `Nobody yet`."""
