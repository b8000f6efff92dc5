"""The words and colours of outcomes, the same on every page."""

OUTCOME_WORDS = {
    "service_review": "Service review",
    "deep_dive": "Deep dive",
    "data_first": "Data first",
    "monitor": "Monitor",
}
OUTCOME_COLOURS = {"service_review": "purple", "deep_dive": "blue", "data_first": "yellow", "monitor": "grey"}
RULE_WORDS = (
    ("An override", "Somebody set the outcome against the rules, by name, with a reason."),
    ("Data first", "Too much of the weight has no value, or the score is still provisional."),
    ("Reviewed lately", "It was reviewed as a whole not long ago, so it is monitored."),
    ("High all round", "In the top set, and enough themes are a reason by themselves: a service review."),
    ("One thing", "In the top set, and few sections are weak or one theme holds most of it: a deep dive."),
    ("In the top set", "In the top set for more than one reason: a service review."),
    ("Everything else", "Monitored; borderline where it is often enough in the top set."),
)
"""Each rule's short name and what it does, in the order in which they are tried."""
