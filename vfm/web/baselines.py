"""Baselines: which there are, what each froze, and the file with which anybody can check it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import Kind, Questionnaire
from vfm.reports import result as say
from vfm.scoring.methods import METHODS
from vfm.web.attachments import attachment
from vfm.web.current import actor, reading
from vfm.web.fields import figure_in_words
from vfm.workflows import baselines

blueprint = Blueprint("baselines", __name__)


@blueprint.get("/baselines")
def index() -> ResponseReturnValue:
    """Every baseline this person may read, by service."""
    search = request.args.get("q", "").strip()
    with reading() as store:
        lines = baselines.index(store, search=search, by=actor())
    return render_template("baselines/index.html", lines=lines, search=search, say=say)


@blueprint.get("/baselines/<int:baseline_id>")
def show(baseline_id: int) -> ResponseReturnValue:
    """One baseline, whole, to be read and printed."""
    with reading() as store:
        view = baselines.show(store, baseline_id, by=actor())
    found = view.found
    return render_template(
        "baselines/show.html",
        view=view,
        kept=view.kept,
        found=found,
        sheet=say.lay_out(found.questionnaire, found.scorecard, found.answers),
        tables=list(_tables(found.questionnaire, view.content["points"])),
        figures=list(_figures(found.figures)),
        method=METHODS[found.questionnaire.scoring.method].words,
        say=say,
    )


@blueprint.get("/baselines/<int:baseline_id>.json")
def as_json(baseline_id: int) -> Response:
    """The frozen text itself, byte for byte what the hash is of."""
    with reading() as store:
        view = baselines.show(store, baseline_id, by=actor())
    name = f"{view.kept.service} {view.kept.cycle} baseline.json"
    return attachment(view.kept.text.encode(), name, "application/json")


@dataclass(frozen=True)
class PointsTable:
    """What the answers to some questions are worth: (words, points as frozen) each, and whose table it is."""

    rows: tuple[tuple[str, float], ...]
    questions: tuple[str, ...]


def _tables(questionnaire: Questionnaire, points: Mapping[str, Mapping[str, float]]) -> Iterator[PointsTable]:
    """Each table of points once, with the questions that use it; a scale's in the words of its levels."""
    users: dict[tuple[tuple[str, float], ...], list[str]] = {}
    for key, worth in points.items():
        question = questionnaire.questions[key]
        if question.kind is Kind.SCALE:  # many questions put a shared scale into words of their own
            levels = questionnaire.scale_of(question).levels
            words = {str(level): f"{level}: {name}" for level, name in levels.items()}
        else:
            words = choices(question)
        rows = tuple((words.get(value, value), one) for value, one in worth.items())
        users.setdefault(rows, []).append(key)
    for rows, keys in users.items():
        yield PointsTable(rows, tuple(keys))


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One published figure as it was known on the day."""

    measure: str
    year: str
    amount: str
    basis: str
    source: str


def _figures(kept: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Iterator[FigureLine]:
    for measure, years in kept.items():
        for year, one in years.items():
            amount = figure_in_words(Decimal(one["amount"]), one["unit"])
            yield FigureLine(measure.replace("_", " "), year, amount, one["basis"], one["source"])
