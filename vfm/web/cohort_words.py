"""What the views of all services of a cycle call things; pages and files say the same."""

from vfm.prioritisation.contrasts import Verdict
from vfm.workflows.cohorts import Why

GROUP_WORDS = {
    "all": ("all services", "All services"),
    "directorate": ("directorate", "Directorates"),
    "division": ("division", "Divisions"),
    "family": ("family", "Families"),
}
"""What services are grouped by -> one of them, all of them."""
WHY: dict[Why, str] = {
    "no_result": "Not submitted yet",
    "few": "Too little answered",
    "not_applicable": "Nothing applies",
    "off": "The template gives no overall score",
    "status": "A status instead of points",
}
"""Why a service is not counted."""
VERDICTS: dict[Verdict, tuple[str, str]] = {
    "dear_but_high": ("Scores high, stands badly", "orange"),
    "cheap_but_low": ("Scores low, stands well", "purple"),
    "agrees": ("Figure and score agree", "green"),
    "between": ("Nothing stands out", "grey"),
    "no_score": ("No score to compare", "grey"),
}
"""How a figure and a score go together -> words, colour of the tag."""
AHEAD_WORDS = {"unit_cost": "are cheaper", "performance_gap": "do better"}
"""What the comparators that are ahead do."""
ABOUT_WORDS = {"unit_cost": "unit cost", "performance_gap": "performance against others"}
"""Criterion -> what is published and asked about it."""


def why(reason: Why, *, section: bool) -> str:
    """Why a service is not counted; of a section, not applicable is said of the section."""
    if not section:
        return WHY[reason]
    return {"not_applicable": "Does not apply", "status": "No points in this section"}.get(
        reason, WHY[reason]
    )
