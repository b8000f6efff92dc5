"""The menu: what each person may open, in the order of the work."""

from dataclasses import dataclass
from functools import cache

from flask import request, url_for

from vfm.roles import Actor
from vfm.web.access import allows
from vfm.web.languages import mark, say

MENU: tuple[tuple[str, str], ...] = (
    (mark("Home"), "home.index"),
    (mark("Assessments"), "assessments.index"),
    (mark("Templates"), "versions.index"),
    (mark("Cycles"), "cycles.index"),
    (mark("Challenge"), "challenge.index"),
    (mark("Results"), "results.newest"),
    (mark("Priorities"), "priorities.index"),
    (mark("Plan"), "plans.index"),
    (mark("Actions"), "actions.index"),
    (mark("Services"), "services.index"),
    (mark("Directory"), "directory.index"),
    (mark("People"), "people.index"),
    (mark("E-mails"), "messages.index"),
    (mark("Council"), "council.edit"),
    # Assessments, Templates, Cycles, Challenge, Results, Priorities, Plan, Actions, Services, People, Council
)
"""(words, endpoint without arguments)."""
ALSO = {
    "answer_checks": "assessments",
    "changes": "results",
    "calibrations": "challenge",
    "chasing": "cycles",
    "cohorts": "results",
    "answer_copies": "assessments",
    "answer_workbooks": "assessments",
    "baselines": "results",
    "bulk_workbooks": "cycles",
    "comments": "assessments",
    "criteria": "priorities",
    "criteria_imports": "priorities",
    "data_quality": "priorities",
    "delegations": "assessments",
    "deputies": "assessments",
    "board_pages": "priorities",
    "board_slides": "priorities",
    "decisions": "priorities",
    "designs": "versions",
    "evidence": "assessments",
    "feedback": "cycles",
    "comparator_groups": "services",
    "comparators": "services",
    "figure_imports": "services",
    "figure_views": "assessments",
    "groups": "assessments",
    "history": "assessments",
    "movement": "challenge",
    "outcomes": "priorities",
    "plan_changes": "plans",
    "rehearsals": "versions",
    "robustness": "priorities",
    "review_work": "plans",
    "reviews": "plans",
    "run_changes": "priorities",
    "sign_off": "assessments",
    "targets": "results",
    "translations": "versions",
    "trends": "results",
    "weights": "priorities",
    "scenarios": "priorities",
}
"""Blueprint -> the one whose entry of the menu its pages belong to."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the menu."""

    words: str
    href: str
    is_here: bool


def items(actor: Actor) -> tuple[Item, ...]:
    """The entries this person may open; the one whose blueprint this page belongs to is marked."""
    return tuple(
        Item(say(words), _href(endpoint), _is_here(endpoint))
        for words, endpoint in MENU
        if allows(endpoint, actor)
    )


@cache
def _href(endpoint: str) -> str:
    return url_for(endpoint)


def _is_here(endpoint: str) -> bool:
    if request.endpoint is None:
        return False
    here = request.endpoint.split(".")[0]
    return ALSO.get(here, here) == endpoint.split(".")[0]
