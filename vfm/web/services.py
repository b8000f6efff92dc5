"""Services: the list by directorate, and the page of one service."""

from collections.abc import Iterable

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.reports import result as say
from vfm.reports.charts import Chart
from vfm.reports.trend_chart import Year, trend
from vfm.web.access import allows
from vfm.web.current import actor, reading
from vfm.web.fields import figure_in_words
from vfm.web.results import OVERALL_WORDS, STATUS_WORDS
from vfm.workflows import evidence, services

blueprint = Blueprint("services", __name__)

OUTCOMES = {
    "service_review": "Service review",
    "deep_dive": "Topical deep dive",
    "topical_deep_dive": "Topical deep dive",
    "data_first": "Data first",
    "monitor": "Monitor",
}


@blueprint.get("/services")
def index() -> ResponseReturnValue:
    """Every service this person may see, by directorate."""
    search = request.args.get("q", "").strip()
    with reading() as store:
        listing = services.index(store, search=search, by=actor())
    return render_template(
        "services/index.html",
        listing=listing,
        search=search,
        base=url_for("services.show", service_id=0).removesuffix("0"),
        results_base=url_for("results.show", assessment_id=0).removesuffix("0/result"),
        overall_words=OVERALL_WORDS,
        may_read=allows("results.show", actor()),
        say=say,
    )


@blueprint.get("/services/<int:service_id>")
def show(service_id: int) -> ResponseReturnValue:
    """One service: place, published figures, results, actions, decisions, plan and history."""
    with reading() as store:
        page = services.show(store, service_id, by=actor())
    return render_template(
        "services/show.html",
        page=page,
        charts=[chart for chart in _charts(page.measures) if chart],
        figure_in_words=figure_in_words,
        statuses=STATUS_WORDS,
        overall_words=OVERALL_WORDS,
        outcomes=OUTCOMES,
        may_read=allows("results.show", actor()),
        may_see_evidence=evidence.sees_register(page.id, by=actor()),
        may_act=allows("actions.of_service", actor()),
        may_rank=allows("priorities.service", actor()),
        say=say,
    )


def _charts(measures: Iterable[services.Measure]) -> list[Chart | None]:
    """The money and the other measure with most years, the first of equals."""
    known = tuple(measures)
    groups = ([one for one in known if one.unit == "GBP"], [one for one in known if one.unit != "GBP"])
    chosen = (max(group, key=lambda one: len(one.years), default=None) for group in groups)
    return [
        trend(
            one.measure,
            one.title,
            one.unit,
            [Year(year.year, year.amount, year.source) for year in one.years],
        )
        for one in chosen
        if one is not None
    ]
