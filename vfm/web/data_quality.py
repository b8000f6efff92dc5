"""The quality of the values services are ranked on: what is missing, stale, odd or told in two ways."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from vfm.errors import Problem
from vfm.prioritisation.data_quality import DEFAULT_THRESHOLDS, KINDS, Thresholds
from vfm.prioritisation.provenance import raw_in_words
from vfm.questionnaires import figures
from vfm.reports.workbook import Rows
from vfm.web.access import allows
from vfm.web.attachments import table_file
from vfm.web.current import actor, now, reading
from vfm.web.paging import page_of
from vfm.web.row_ids import row_id
from vfm.workflows import data_quality
from vfm.workflows.data_quality import Line, View

blueprint = Blueprint("data_quality", __name__, url_prefix="/criteria")

KIND_WORDS = {
    "missing": ("Missing", "yellow"),
    "stale": ("Stale", "orange"),
    "odd": ("Odd", "purple"),
    "conflict": ("Told in two ways", "blue"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be seen: state of the address."""

    kind: str = ""
    criterion: str = ""
    directorate: str = ""
    who: str = ""

    @property
    def is_all(self) -> bool:
        """True when nothing is left out."""
        return not (self.kind or self.criterion or self.directorate or self.who)


@blueprint.get("/quality")
def show() -> ResponseReturnValue:
    """Everything worth a look in the values of a cycle, filtered as the address says."""
    view, problems = _view()
    wanted = _wanted()
    lines = _filtered(view.lines, wanted)
    kept = {name: text for name, text in request.args.items() if text and name not in ("page", "kind")}
    return render_template(
        "data_quality/show.html",
        view=view,
        wanted=wanted,
        page=page_of(lines, request.args.get("page", 1, type=int)),
        lines=lines,
        counts=_counts(view.lines, wanted),
        kinds=KIND_WORDS,
        criteria=[(one.key, one.name[:1].upper() + one.name[1:]) for one in view.criteria],
        directorates=_alike(line.directorate for line in view.lines if line.directorate),
        people=_alike(line.who for line in view.lines),
        kept=kept,
        typed={name: request.args.get(name, text) for name, text in _defaults().items()},
        where=_where,
        words=_words(lines) if wanted.who else "",
        problems=problems,
        may_import=allows("criteria_imports.take_in", actor()),
        finding=_finding(view),
        raw=raw_in_words,
    ), 422 if problems else 200


def _alike(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names to choose from, sent as they are shown."""
    return [(name, name) for name in sorted(set(names))]


def _view() -> tuple[View, tuple[Problem, ...]]:
    thresholds, problems = _thresholds()
    with reading() as store:
        view = data_quality.show(store, request.args.get("cycle", type=row_id), thresholds, now=now())
    return view, problems


def _defaults() -> dict[str, str]:
    return {
        "years": str(DEFAULT_THRESHOLDS.years),
        "months": str(DEFAULT_THRESHOLDS.months),
        "deviations": f"{DEFAULT_THRESHOLDS.deviations:g}",
        "apart": f"{100 * DEFAULT_THRESHOLDS.apart:g}",
    }


def _thresholds() -> tuple[Thresholds, tuple[Problem, ...]]:
    """From when a value is worth a look, as the address says; what cannot be read is as by default."""
    problems = []
    read = {}
    for name, text in _defaults().items():
        typed = request.args.get(name, "").strip() or text
        try:
            read[name] = _threshold(typed, whole=name in ("years", "months"))
        except ValueError as error:
            problems.append(Problem(name, str(error)))
            read[name] = float(text)
    found = Thresholds(
        int(read["years"]), read["deviations"], read["apart"] / 100, months=int(read["months"])
    )
    return found, tuple(problems)


def _threshold(typed: str, *, whole: bool) -> float:
    value = float(figures.number(typed, cure="Write a number such as 2."))
    if value < 0 or (whole and not value.is_integer()):
        number = "a whole number" if whole else "a number"
        raise ValueError(f"“{typed}” cannot be used. Write {number} of 0 or more.")
    return value


def _wanted() -> Wanted:
    return Wanted(*(request.args.get(name, "") for name in ("kind", "criterion", "directorate", "who")))


def _filtered(lines: Sequence[Line], wanted: Wanted, *, any_kind: bool = False) -> list[Line]:
    return [
        line
        for line in lines
        if (any_kind or not wanted.kind or line.kind == wanted.kind)
        and (not wanted.criterion or line.criterion.key == wanted.criterion)
        and (not wanted.directorate or line.directorate == wanted.directorate)
        and (not wanted.who or line.who == wanted.who)
    ]


def _counts(lines: Sequence[Line], wanted: Wanted) -> dict[str, int]:
    """How many of each kind, filtered by everything else."""
    found = _filtered(lines, wanted, any_kind=True)
    return {kind: sum(line.kind == kind for line in found) for kind in KINDS}


def _finding(view: View) -> str:
    """One sentence: how much is wrong, and who is not ranked for it."""
    if not view.lines:
        return f"Nothing is missing, stale, odd or told in two ways for {view.services} services."
    services = {line.service_id for line in view.lines if line.service_id is not None}
    verb = "has" if len(services) == 1 else "have"
    some = f"{len(services)} of {view.services} services {verb} a value worth a look"
    many = view.unranked
    if not many:
        return f"{some}; none has so many gaps that it is not ranked."
    verb = "is" if many == 1 else "are"
    return f"{some}; {many} {verb} not ranked, because more than 30% of the weight is missing."


def _where(line: Line) -> str:
    """Where it is put right: the answer, or the service's figures."""
    if line.service_id is None:
        return url_for("criteria.show", key=line.criterion.key)
    if line.assessment_id is not None and line.of_answers:
        return url_for("results.show", assessment_id=line.assessment_id, _anchor=line.question or None)
    return url_for("services.show", service_id=line.service_id)


def _words(lines: Sequence[Line]) -> str:
    """What is asked of one person, to be copied into a message."""
    asked = (
        f"- {line.service or 'Every service'}, {line.criterion.name}"
        f"{f' ({line.question})' if line.question else ''}: {line.says}"
        for line in lines
    )
    return "Please look at these values that services are ranked on:\n" + "\n".join(asked)


@blueprint.get("/quality.<any(csv, xlsx):form>")
def export(form: str) -> ResponseReturnValue:
    """Everything shown, all pages of it; a workbook also has the services with gaps."""
    view, _ = _view()
    lines = _filtered(view.lines, _wanted())
    first = Rows(
        "Worth a look",
        (
            *(
                "Kind",
                "Criterion",
                "Share of weight",
                "Key",
                "Service",
                "Directorate",
                "What",
                "Value",
                "Unit",
            ),
            *("Question", "Who puts it right"),
        ),
        tuple(
            (
                KIND_WORDS[line.kind][0],
                line.criterion.name,
                line.weight,
                line.key,
                line.service or "All",
                line.directorate,
                line.says,
                line.value,
                line.criterion.unit,
                line.question,
                line.who,
            )
            for line in lines
        ),
    )
    second = Rows(
        "Gaps",
        ("Key", "Service", "Directorate", "Missing", "Share of weight missing", "Ranked"),
        tuple(
            (
                *(one.key, one.service, one.directorate, ", ".join(one.criteria), one.weight),
                "yes" if one.is_ranked else "no",
            )
            for one in view.gaps
        ),
    )
    return table_file([first, second], f"data quality {view.cycle.name if view.cycle else ''}", form)
