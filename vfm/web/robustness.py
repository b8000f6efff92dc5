"""How firm a ranking is: the page, its downloads, and the ranking made again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from vfm.prioritisation.explanation import percent, shown
from vfm.prioritisation.firmness import Check, Firmness, Turn
from vfm.prioritisation.firmness_words import (
    central_words,
    check_words,
    deciding_words,
    dethroned_words,
    entering_words,
    error_words,
    line_words,
    summary,
    swap_words,
)
from vfm.prioritisation.ranking import Ranking
from vfm.prioritisation.simulation import WeightModel, standard_error
from vfm.reports.charts import Chart
from vfm.reports.robustness_charts import Places, Room, Trials, bands, place_map, rooms, three_models
from vfm.reports.workbook import Cell, Rows, csv_file, workbook
from vfm.web.current import actor, now, reading
from vfm.web.priorities import file_name, may_rank
from vfm.workflows import robustness
from vfm.workflows.robustness import View

blueprint = Blueprint("robustness", __name__)

KINDS: dict[WeightModel, str] = {
    "agreed": "Weights near those in use",
    "ordered": "Any weights in the same order",
    "uniform": "Any weights",
}
"""The weight models in words, the one the ranking rests on first."""
HARDLY = 0.01
"""Share of trials in the top set under which a service outside it is left out of the pictures."""
LEAST_ROWS = 10
MOST_ROWS = 40
"""Services in a picture, so that it can be read on a screen and on paper."""
FIRST_OFTEN = 0.02
"""Share of trials with any weights in which a service is first, from which it gets a sentence."""
MOST_SENTENCES = 6


# --- the page -----------------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/robustness")
def show(run_id: int) -> ResponseReturnValue:
    """Who is in the top whatever the weights, and everything that says so."""
    with reading() as store:
        view = robustness.view(store, run_id)
    firm = view.firm
    asked = request.args.get("weights", "agreed")
    model: WeightModel = next((name for name in KINDS if name == asked), "agreed")
    return render_template(
        "priorities/robustness.html",
        view=view,
        firm=firm,
        may_rank=may_rank(),
        kinds=KINDS,
        model=model,
        **(_shown(view, firm, model) if firm is not None and firm.services else {}),
    )


def _shown(view: View, firm: Firmness, model: WeightModel) -> dict[str, object]:
    names, words = view.names, view.words
    rows = _rows(firm, model) if firm.models else []
    return {
        "sentences": summary(firm, names, words),
        "line": line_words(firm, names),
        "charts": tuple(_charts(view, firm, model, rows)) if rows else (),
        "contending": tuple(_contending(view, firm)),
        "rooms": rooms(tuple(_rooms(view, firm)), top=firm.top) if firm.reaches else None,
        "dethroned": dethroned_words(firm, names, words),
        "entering": [entering_words(firm, turn, names, words) for turn in firm.entering],
        "turns": tuple(_turns(view, firm)),
        "cases": [words for turn, words in _cases(view, firm) if turn.weights],
        "first": _first(view, firm),
        "winners": tuple(_winners(view, firm)),
        "checks": [(check, check_words(check, firm, names)) for check in firm.checks],
        "compared": tuple(_compared(view, firm)),
        "usable": [check for check in firm.checks if check.ranks],
        "gaps": tuple(_gaps(view, firm)),
        "percent": percent,
        "base": url_for("priorities.service", run_id=view.run.id, service_id=0).removesuffix("0"),
    }


def _rows(firm: Firmness, model: WeightModel) -> list[int]:
    """Positions of the services in the pictures: the top set and all that get there now and then.

    Of more than a picture holds: the first, the one that depends most on the kind of weights, and the least
    settled ones.
    """
    rows = [
        at
        for at in range(firm.services)
        if at < max(firm.top, LEAST_ROWS) or any(firm.share(name, at) >= HARDLY for name in ("agreed", model))
    ][: max(2 * firm.top, 3 * LEAST_ROWS)]
    if len(rows) <= MOST_ROWS:
        return rows
    shares = {at: [firm.share(name, at) for name in KINDS] for at in rows}
    widest = max(rows, key=lambda at: max(shares[at]) - min(shares[at]))
    settled = {at: abs(firm.share("agreed", at) - 0.5) for at in rows}
    by_doubt = sorted(rows, key=lambda at: (at not in {rows[0], widest}, settled[at], at))
    return sorted(by_doubt[:MOST_ROWS])


def _charts(view: View, firm: Firmness, model: WeightModel, rows: Sequence[int]) -> Iterator[Chart]:
    groups = bands(firm.top, firm.first_places)
    hrefs = [_href(view, at) for at in rows]
    yield place_map(
        [
            Places(view.ranked[at].name, view.ranked[at].rank or 0, _grouped(firm, model, at, groups), href)
            for at, href in zip(rows, hrefs, strict=True)
        ],
        groups,
        top=firm.top,
        left_out=firm.services - len(rows),
        is_crowded=len(rows) == MOST_ROWS,
    )
    yield three_models(
        [
            Trials(
                view.ranked[at].name,
                view.ranked[at].rank or 0,
                tuple(firm.share(name, at) for name in KINDS),
                _trials(firm, at),
                href,
            )
            for at, href in zip(rows, hrefs, strict=True)
        ],
        tuple(KINDS.values()),
        (
            *(f"{kind}, in the top {firm.top}" for kind in KINDS.values()),
            "Average place",
            "Places in 9 of 10 trials",
            "Above the next one",
        ),
        top=firm.top,
    )


@dataclass(frozen=True, slots=True)
class Contender:
    """A service that depends on the weights: its shares in words, and what decides about it."""

    name: str
    href: str
    place: int
    shares: tuple[str, ...]
    deciding: str


def _contending(view: View, firm: Firmness) -> Iterator[Contender]:
    weights = dict(zip(firm.criteria, firm.weights, strict=True))
    for at in firm.contending:
        yield Contender(
            view.ranked[at].name,
            _href(view, at),
            view.ranked[at].rank or 0,
            tuple(error_words(firm.share(name, at), firm.error(name, at)) for name in KINDS),
            deciding_words(firm.deciding.get(at, ()), weights, view.words, is_inside=at < firm.top),
        )


def _href(view: View, at: int) -> str:
    return url_for("priorities.service", run_id=view.run.id, service_id=view.ranked[at].service_id)


def _grouped(
    firm: Firmness, model: WeightModel, at: int, groups: Sequence[tuple[int, int]]
) -> tuple[float, ...]:
    counts = firm.places(model, at)
    in_groups = [sum(counts[first - 1 : last]) for first, last in groups]
    return tuple(count / firm.draws for count in (*in_groups, counts[-1]))


def _trials(firm: Firmness, at: int) -> tuple[str, ...]:
    agreed = firm.models["agreed"]
    return (
        *(error_words(firm.share(name, at), firm.error(name, at)) for name in KINDS),
        shown(agreed.mean[at]),
        f"{agreed.best[at]} to {agreed.worst[at]}",
        _above_next(firm, at),
    )


def _above_next(firm: Firmness, at: int) -> str:
    """In how many trials a service stands above the next one; two that cannot be told apart are level."""
    if at + 1 >= firm.services:
        return "–"
    share = percent(firm.models["agreed"].wins[at] / firm.draws)
    return f"level ({share})" if firm.is_level(at) else share


def _rooms(view: View, firm: Firmness) -> Iterator[Room]:
    shares = dict(zip(firm.criteria, firm.weights, strict=True))
    for reach in sorted(firm.reaches, key=lambda one: (-shares[one.criterion], one.criterion)):
        yield Room(
            _capital(view.words[reach.criterion]),
            shares[reach.criterion],
            reach.low,
            reach.high,
            swap_words(reach.at_low, view.names),
            swap_words(reach.at_high, view.names),
        )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One criterion: its weight in use, and in each of the changes."""

    name: str
    now: str
    then: tuple[str, ...]


def _turns(view: View, firm: Firmness) -> Iterator[TurnRow]:
    """The weights in use beside those of every case."""
    for j in sorted(range(len(firm.criteria)), key=lambda j: (-firm.weights[j], firm.criteria[j])):
        yield TurnRow(
            _capital(view.words[firm.criteria[j]]),
            percent(firm.weights[j], 1),
            tuple(percent(turn.weights[j], 1) for turn, _ in _cases(view, firm) if turn.weights),
        )


def _cases(view: View, firm: Firmness) -> list[tuple[Turn, str]]:
    """What could change, and its words: another service first, or one more in the top set."""
    found = [(firm.dethroned, "level with the first")] if firm.dethroned else []
    found += [(turn, f"in the top {firm.top}") for turn in firm.entering]
    return [
        (turn, f"{', '.join(view.ranked[at].name for at in turn.services)} {what}") for turn, what in found
    ]


def _first(view: View, firm: Firmness) -> list[str]:
    """Who would put whom first, the most often first."""
    if not firm.models:
        return []
    uniform = firm.models["uniform"]
    often = [at for at in uniform.central if uniform.places[at][0] / firm.draws >= FIRST_OFTEN]
    often.sort(key=lambda at: -uniform.places[at][0])
    return [central_words(firm, at, view.names, view.words) for at in often[:MOST_SENTENCES]]


@dataclass(frozen=True, slots=True)
class Winner:
    """A service that some weights put first: how often with each kind, and the central weights."""

    name: str
    href: str
    first: tuple[str, ...]
    confidence: str
    weights: tuple[str, ...]


def _winners(view: View, firm: Firmness) -> Iterator[Winner]:
    if not firm.models:
        return
    uniform = firm.models["uniform"]
    for at in sorted(uniform.central, key=lambda at: (-uniform.places[at][0], at)):
        yield Winner(
            view.ranked[at].name,
            _href(view, at),
            tuple(percent(firm.places(name, at)[0] / firm.draws, 1) for name in KINDS),
            percent(uniform.confidence[at]),
            tuple(percent(share) for share in uniform.central[at]),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """A service that is in the top set by some method, with its place by each; `moved` where it changes."""

    name: str
    href: str
    places: tuple[str, ...]


def _compared(view: View, firm: Firmness) -> Iterator[Compared]:
    usable = [check for check in firm.checks if check.ranks]
    entering = {at for check in usable for at in check.entering}
    for at in sorted({*range(min(firm.top, firm.services)), *entering}) if usable else ():
        yield Compared(
            view.ranked[at].name,
            _href(view, at),
            (
                _place(view.ranked[at].rank, at < firm.top),
                *(_place_by(check, at, firm.top) for check in usable),
            ),
        )


def _place_by(check: Check, at: int, top: int) -> str:
    inside = (at < top and at not in check.leaving) or at in check.entering
    return _place(check.ranks[at], inside)


def _place(rank: int | None, is_inside: bool) -> str:
    return f"{rank}{'' if is_inside else ', outside'}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A service with a gap in its data: what its index could be."""

    name: str
    href: str
    place: int
    low: str
    index: str
    high: str
    missing: str


def _gaps(view: View, firm: Firmness) -> Iterator[Gap]:
    for at, (low, high) in sorted(firm.gaps.items()):
        line = view.ranked[at]
        yield Gap(
            line.name,
            _href(view, at),
            line.rank or 0,
            shown(low),
            shown(line.index or 0.0),
            shown(high),
            ", ".join(view.words.get(key, key) for key in line.missing),
        )


# --- made again ---------------------------------------------------------------------------------------------


@blueprint.post("/priorities/<int:run_id>/robustness/again")
def again(run_id: int) -> ResponseReturnValue:
    """Make the ranking again from what is stored, and say whether it is the same; nothing is written."""
    with reading() as store:
        found = robustness.rerun(store, run_id)
    flash(robustness.rerun_words(found), "done" if found.is_same else "problem")
    return redirect(url_for("robustness.show", run_id=run_id), 303)


# --- leaving ------------------------------------------------------------------------------------------------


@blueprint.get("/priorities/<int:run_id>/robustness/export/<any(csv, xlsx):kind>")
def export(run_id: int, kind: str) -> ResponseReturnValue:
    """Every place of every service with each kind of weights, counted again from what is stored."""
    with reading() as store:
        view = robustness.view(store, run_id)
        ranking = robustness.whole(store, run_id)
    name = f"{file_name(view.run.name)}-robustness"
    if kind == "csv":
        sheet = _all_places(view, ranking)
        return send_file(
            BytesIO(csv_file(sheet)), "text/csv", as_attachment=True, download_name=f"{name}.csv"
        )
    sheets = (
        _shares(view, ranking),
        *(_places(view, ranking, model, f"Places, {short}") for model, short in SHORT.items()),
        *(_firm_sheets(view, view.firm) if view.firm else ()),
        _about(view, ranking),
    )
    made = workbook(sheets, title=f"{view.run.name}, robustness")
    type_ = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return send_file(BytesIO(made), type_, as_attachment=True, download_name=f"{name}.xlsx")


SHORT: dict[WeightModel, str] = {"agreed": "near", "ordered": "same order", "uniform": "any"}


def _all_places(view: View, ranking: Ranking) -> Rows:
    """One row a service and kind of weights: share of trials in each place."""
    columns = ("Weights", "Place", "Key", "Service", *(str(n + 1) for n in range(len(view.ranked))))
    return Rows(
        "Places",
        columns,
        tuple((KINDS[model], *row) for model in KINDS for row in _places(view, ranking, model, "").rows),
    )


def _places(view: View, ranking: Ranking, model: WeightModel, name: str) -> Rows:
    columns = ("Place", "Key", "Service", *(str(n + 1) for n in range(len(view.ranked))))
    shares = ranking.simulation[model].shares.tolist() if ranking.simulation else [[]] * len(view.ranked)
    rows = zip(view.ranked, shares, strict=True)
    return Rows(name, columns, tuple((line.rank, line.key, line.name, *row) for line, row in rows))


def _shares(view: View, ranking: Ranking) -> Rows:
    columns = ["Place", "Key", "Service"]
    made: list[list[Cell]] = [[line.rank, line.key, line.name] for line in view.ranked]
    for model in KINDS if ranking.simulation else ():
        found, short = ranking.simulation[model], SHORT[model]
        columns += [
            f"In the top {ranking.top}, {short}", f"Standard error, {short}", f"Average place, {short}",
            f"Best place, 5 %, {short}", f"Worst place, 95 %, {short}", f"Above the next, {short}",
            f"Confidence factor, {short}",
        ]  # fmt: skip
        each = zip(
            found.top_share(ranking.top), found.expected_rank(), found.place_at(0.05), found.place_at(0.95),
            [*found.beats_next(), None], found.confidence, strict=True,
        )  # fmt: skip
        for row, (share, mean, best, worst, wins, confidence) in zip(made, each, strict=True):
            error = standard_error(share, ranking.draws)
            row += [share, error, mean, best, worst, wins, confidence]
    return Rows("Shares", tuple(columns), tuple(tuple(row) for row in made))


def _firm_sheets(view: View, firm: Firmness) -> Iterator[Rows]:
    yield Rows(
        "Weights",
        ("Criterion", "Weight", "From", "Below that", "To", "Above that"),
        tuple(
            (room.name, room.share, room.low, room.at_low, room.high, room.at_high)
            for room in _rooms(view, firm)
        ),
    )
    yield Rows(
        "Who puts whom first",
        ("Service", "Weights", "First, share of trials", "Confidence factor",
         *(_capital(view.words[key]) for key in firm.criteria)),
        tuple(
            (view.ranked[at].name, KINDS[name], firm.places(name, at)[0] / firm.draws,
             firm.models[name].confidence.get(at), *central)
            for name in KINDS if firm.models for at, central in firm.models[name].central.items()
        ),
    )  # fmt: skip
    yield Rows(
        "What would have to be true",
        ("What", "Weight that has to move", *(_capital(view.words[key]) for key in firm.criteria)),
        (
            ("In use", None, *firm.weights),
            *(
                (
                    what,
                    turn.moved if turn.weights else "no weights do it",
                    *(turn.weights or (None,) * len(firm.criteria)),
                )
                for turn, what in _cases(view, firm)
            ),
        ),
    )
    usable = [check for check in firm.checks if check.ranks]
    yield Rows(
        "Other methods",
        ("Service", "Place", *(f"Place by {check.name}" for check in usable)),
        tuple(
            (line.name, line.rank, *(check.ranks[at] for check in usable))
            for at, line in enumerate(view.ranked)
        ),
    )


def _about(view: View, ranking: Ranking) -> Rows:
    firm = view.firm
    said = summary(firm, view.names, view.words) if firm else ()
    about: tuple[tuple[Cell, ...], ...] = (
        ("Run", view.run.name),
        ("Made by", view.run.by),
        ("Made at", view.run.at),
        ("Made with", view.engine),
        ("Counted again at", now()),
        ("Counted again for", actor().name),
        ("Seed", str(ranking.seed)),
        ("Trials of each kind of weights", ranking.draws),
        *(("Finding", words) for words in said),
        *(("Not ranked", name) for name in view.not_ranked),
    )
    return Rows("About", ("What", "Value"), about)
