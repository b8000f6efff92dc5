"""The views of all services of a cycle: their tabs, and what was asked for, kept in the address."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from vfm.scoring.service_results import Wanted

VIEWS = (
    ("List", "results.index"),
    ("Heat map", "cohorts.heat_map"),
    ("Distribution", "cohorts.distribution"),
    ("Outliers", "cohorts.outliers"),
    ("Directorates", "cohorts.groups"),
    ("Questions", "cohorts.questions"),
    ("Figures", "cohorts.figures"),
)
"""(words, endpoint) of each view, in the order of the tabs."""
CARRIED = ("q", "directorate", "family", "band", "status")
"""What goes along from one view to the next: which services are looked at."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One view of the cycle."""

    words: str
    href: str
    is_here: bool


def tabs(cycle_id: int) -> tuple[Tab, ...]:
    """A tab for each view; the services asked for stay the same from one to the next."""
    kept: dict[str, Any] = {name: value for name in CARRIED if (value := request.args.get(name))}
    here = {"cohorts.question": "cohorts.questions"}.get(str(request.endpoint), request.endpoint)
    return tuple(
        Tab(words, url_for(endpoint, cycle_id=cycle_id, **kept), endpoint == here)
        for words, endpoint in VIEWS
    )


def wanted(sort: str = "service") -> Wanted:
    """Which services the address asks for, and in which order; `sort` where it names none."""
    taken = request.args
    return Wanted(
        search=taken.get("q", "").strip(),
        directorate=taken.get("directorate", ""),
        family=taken.get("family", ""),
        band=taken.get("band", ""),
        status=taken.get("status", ""),
        sort=taken.get("sort", sort),
    )


def link(**changed: str) -> str:
    """This page with some of its state changed; blanks are left out of the address."""
    state = {key: value for key, value in (request.args.to_dict() | changed).items() if value}
    return f"{request.path}?{urlencode(state)}" if state else request.path


def sort_link(now: str, column: str, *, is_text: bool = False) -> str:
    """Sort by this column; a second time turns it round. Figures begin with the largest."""
    first, second = (column, f"-{column}") if is_text else (f"-{column}", column)
    return link(sort=second if now == first else first)
