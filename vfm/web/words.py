"""The engine's own terms as people read them: kinds of question, states of versions and cycles, badges."""

from vfm.questionnaires.changes import Badge
from vfm.questionnaires.schema import Expression, Kind, Operation, Question, Questionnaire
from vfm.questionnaires.wording import counted

KIND_WORDS: dict[Kind, str] = {
    Kind.SCALE: "Scale",
    Kind.YES_NO: "Yes or no",
    Kind.SINGLE_CHOICE: "One answer",
    Kind.MULTI_CHOICE: "Any that apply",
    Kind.NUMBER: "Number",
    Kind.MONEY: "Money",
    Kind.PERCENT: "Per cent",
    Kind.DATE: "Date",
    Kind.TEXT: "Text",
    Kind.EVIDENCE: "Evidence",
}
VERSION_STATUS: dict[str, tuple[str, str]] = {
    "draft": ("Draft", "yellow"),
    "pilot": ("Pilot", "blue"),
    "live": ("Live", "green"),
    "retired": ("Retired", "grey"),
}
"""Status -> words, colour of the tag."""
BADGES: dict[Badge, tuple[str, str]] = {
    Badge.SAME: ("Same", "grey"),
    Badge.ADDED: ("New", "green"),
    Badge.DROPPED: ("Dropped", "red"),
    Badge.REWORDED: ("Reworded", "orange"),
    Badge.RESCORED: ("Rescored", "purple"),
    Badge.REROUTED: ("Rerouted", "blue"),
    Badge.REWEIGHTED: ("Reweighted", "turquoise"),
    Badge.MOVED: ("Moved", "yellow"),
    Badge.DETAILS: ("Details", "grey"),
}
"""Badge -> words, colour of the tag."""
PLACE_STATES: dict[str, tuple[str, str]] = {
    "not_started": ("Not started", "grey"),
    "in_progress": ("In progress", "blue"),
    "submitted": ("Submitted", "yellow"),
    "approved": ("Waits for executive director", "orange"),
    "signed_off": ("Signed off", "turquoise"),
    "agreed": ("Agreed", "green"),
}
"""How far a service is in a cycle -> words, colour of the tag."""
PLACE_TAGS: dict[str, tuple[str, str]] = {
    "late": ("Late", "red"),
    "stuck": ("Stuck", "orange"),
    "returned": ("Returned", "pink"),
    "extended": ("Extended", "light-blue"),
}
"""What to look at among the services of a cycle -> words, colour of the tag."""
FEEDBACK_KINDS: dict[str, str] = {
    "unclear": "It is unclear",
    "does_not_fit": "It does not fit our service",
    "asks_twice": "It asks for something twice",
    "missing": "Something is missing",
    "burdensome": "It is too much work to answer",
    "other": "Something else",
}
"""What a comment in a pilot is about -> words of its choice."""
FEEDBACK_SHORT: dict[str, str] = {
    "unclear": "unclear",
    "does_not_fit": "does not fit",
    "asks_twice": "asks twice",
    "missing": "something missing",
    "burdensome": "burdensome",
    "other": "other",
}
OUTCOMES: dict[str, tuple[str, str]] = {
    "changed": ("Changed", "green"),
    "kept": ("Kept as it is", "blue"),
    "dropped": ("Dropped", "purple"),
}
"""What becomes of a comment -> words, colour of the tag."""
OPERATION_SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷"}


def kind_in_words(questionnaire: Questionnaire, question: Question) -> str:
    """`Scale of 4 levels`, `Money (GBP)`, `Text, at most 120 words`."""
    details = {
        Kind.SCALE: f" of {len(questionnaire.level_words(question))} levels"
        if question.kind is Kind.SCALE
        else "",
        Kind.TEXT: f", at most {counted(question.max_words, 'word')}" if question.max_words else "",
        Kind.EVIDENCE: f", at least {counted(question.min_items, 'item')}" if question.min_items else "",
    }
    unit = f" ({question.unit})" if question.unit else ""
    return f"{KIND_WORDS[question.kind]}{unit}{details.get(question.kind, '')}"


def expression_in_words(expression: Expression) -> str:
    """`K3-01 ÷ K1-01`; arithmetic inside arithmetic in brackets."""
    if not isinstance(expression, Operation):
        return expression if isinstance(expression, str) else f"{expression:g}"
    sign = OPERATION_SIGNS[expression.operator]
    return f" {sign} ".join(
        f"({expression_in_words(inner)})" if isinstance(inner, Operation) else expression_in_words(inner)
        for inner in expression.operands
    )
