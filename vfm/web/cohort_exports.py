"""The views of all services of a cycle as sheets: what is shown, chosen alike, figures unrounded."""

from collections.abc import Sequence

from vfm.prioritisation.provenance import in_words, publications
from vfm.reports.workbook import Cell, Rows
from vfm.scoring.cohort import FAR_WORDS, QUARTILE_WORDS, Pull, Quartiles
from vfm.scoring.service_results import ServiceResult
from vfm.web.cohort_words import GROUP_WORDS, VERDICTS, why
from vfm.workflows.cohort_figures import Figures
from vfm.workflows.cohort_questions import OneQuestion, QuestionLine, Questions
from vfm.workflows.cohorts import Distribution, FarService, GroupStanding, HeatMap, Outliers, Standings

SERVICE = ("Key", "Service", "Directorate", "Division", "Family", "Status", "Result")
"""What every sheet says of a service first."""
FIVE = ("Scored", "Lowest", "Lower quartile", "Median", "Upper quartile", "Highest")


def _service(row: ServiceResult) -> tuple[Cell, ...]:
    place = row.service_key, row.service, row.directorate, row.division, row.family or None
    return *place, row.status, row.kind or None


def _five(found: Quartiles | None) -> tuple[Cell, ...]:
    if found is None:
        return 0, None, None, None, None, None
    ends = found.lower, found.median, found.upper
    return found.count, found.lowest, *ends, found.highest


def heat_map(view: HeatMap) -> list[Rows]:
    """One sheet of services with each section; one of medians, by directorate where the map is so grouped."""
    titles = tuple(f"{title} ({key})" for key, title in view.cohort.sections)
    keys = [key for key, _ in view.cohort.sections]
    services = tuple(
        (
            *_service(row),
            row.score,
            row.band.name if row.band else None,
            *(_section(row, key) for key in keys),
        )
        for group in view.groups
        for row in group.rows
    )
    groups = [*view.groups, view.whole] if view.is_grouped else [view.whole]
    medians = tuple(
        (group.name, len(group.rows), group.scored, group.median, *(group.medians[key] for key in keys))
        for group in groups
    )
    return [
        Rows("Heat map", (*SERVICE, "Overall score", "Rating band", *titles), services),
        Rows("Medians", ("Group", "Services", "Scored", "Median overall", *titles), medians),
    ]


def _section(row: ServiceResult, key: str) -> Cell:
    """A section's score, its status of a rule table, or why it has neither."""
    kept = row.sections.get(key)
    if kept is None:
        return None
    return kept["score"] if kept["score"] is not None else str(kept["result"] or kept["status"])


def distribution(view: Distribution) -> list[Rows]:
    """Services counted, those that are not and why, the steps, and the quartiles with their method."""
    return [
        Rows(
            "Services",
            (*SERVICE, "Score"),
            tuple((*_service(row), row.score_in(view.section)) for row in view.listed),
        ),
        Rows(
            "Not counted",
            (*SERVICE, "Why", "Lowest possible", "Highest possible"),
            tuple(
                (*_service(one.row), why(one.why, section=bool(view.section)), one.low, one.high)
                for one in view.uncounted
            ),
        ),
        Rows(
            "Steps",
            ("From", "To under", "Services"),
            tuple((step.low, step.high, len(step.keys)) for step in view.steps),
        ),
        Rows("Quartiles", (*FIVE, "Method"), ((*_five(view.quartiles), QUARTILE_WORDS),)),
    ]


def outliers(view: Outliers) -> list[Rows]:
    """Services far from their peers, and the groups of peers with the rule."""
    questions = view.cohort.questionnaire.questions
    sections = view.cohort.questionnaire.all_sections
    columns = (
        *SERVICE, "Peers", "Score", "Side", "Points from the median", "Points beyond where far begins",
        "Modified z", "Section that drives it", "Its score", "Peers' median", "Pulls by, points",
        "Question that drives it", "Its words", "Its points", "Peers' median points",
        "Pulls by, points of score",
    )  # fmt: skip

    def row(one: FarService) -> tuple[Cell, ...]:
        far = one.far
        said = (far.score, far.side, far.from_median, far.beyond, far.modified_z)
        section = _pull(one.section)
        question = _pull(one.question)
        title = sections[one.section.key].title if one.section else None
        words = questions[one.question.key].text if one.question else None
        return (
            *_service(one.row),
            one.group,
            *said,
            title,
            *section[1:],
            question[0],
            words,
            *question[1:],
        )

    peers = tuple(
        (
            group.name,
            len(group.scores) + group.without,
            *_five(group.quartiles),
            *(group.ends or (None, None)),
            len(group.far) if group.ends else None,
        )
        for group in view.groups
    )
    return [
        Rows("Outliers", columns, tuple(row(one) for one in view.far)),
        Rows("Peers", ("Peers", "Services", *FIVE, "Far is under", "Far is over", "Far"), peers),
        Rows("Rule", ("How it is told",), ((FAR_WORDS,), (QUARTILE_WORDS,))),
    ]


def _pull(pull: Pull | None) -> tuple[Cell, ...]:
    return (None,) * 4 if pull is None else (pull.key, pull.score, pull.median, pull.points)


def groups(view: Standings) -> list[Rows]:
    """A line a group, and all services last."""
    columns = (
        GROUP_WORDS[view.by_what][0].capitalize(), "Services", "With a result", "Agreed",
        "Too little answered", *FIVE, "Lowest section", "Its median",
        *(band.name for band in view.cohort.bands),
        "Median change since the baseline, like for like", "Services compared", "Up, material",
        "Down, material",
    )  # fmt: skip

    def row(group: GroupStanding) -> tuple[Cell, ...]:
        lowest = group.lowest
        return (
            group.name,
            group.services,
            group.submitted,
            group.agreed,
            group.provisional,
            *_five(group.quartiles),
            ", ".join(title for _, title in lowest[0]) if lowest else None,
            lowest[1] if lowest else None,
            *(count for _, count in group.bands),
            group.change,
            group.compared,
            group.up,
            group.down,
        )

    return [Rows("Groups", columns, tuple(row(group) for group in (*view.groups, view.whole)))]


QUESTION = (
    "Question", "Section", "Words", "Points lost", "Mean points", "Median points", "Standard deviation",
    "Share at the lowest level", "Share do not know", "Share does not apply", "Share not answered",
    "Share with weak evidence", "Asked", "Answered",
)  # fmt: skip


def _question(line: QuestionLine) -> tuple[Cell, ...]:
    one = line.standing
    return (
        line.question.key,
        line.section[1],
        line.question.text,
        one.lost,
        one.mean,
        one.median,
        one.spread,
        one.at_lowest,
        one.dont_know,
        one.not_applicable,
        one.missing,
        one.weak,
        one.asked,
        one.answered,
    )


def questions(view: Questions) -> list[Rows]:
    """A line a question, as sorted."""
    return [Rows("Questions", QUESTION, tuple(_question(line) for line in view.lines))]


def question(view: OneQuestion) -> list[Rows]:
    """Who gave which answer, and the question's own line."""
    rows: Sequence[tuple[Cell, ...]] = [
        (*_service(row), given.words, given.points, grade or None)
        for given in view.given
        for row, grade in given.rows
    ]
    return [
        Rows("Services", (*SERVICE, "Answer", "Points", "Evidence"), tuple(rows)),
        Rows("Question", QUESTION, (_question(view.line),)),
    ]


def figures(view: Figures) -> list[Rows]:
    """A line a figure beside a section."""
    columns = (
        *SERVICE, "Figure", "Year", "Amount", "Unit", "Basis", "In words", "Share of comparators ahead",
        "Section", "Score", "What it comes to", "Source", "Line",
    )  # fmt: skip
    rows = tuple(
        (
            *_service(line.row),
            line.contrast.figure.title,
            line.contrast.figure.year,
            line.contrast.figure.amount,
            line.contrast.figure.unit,
            line.basis,
            in_words(line.contrast.figure),
            line.contrast.ahead,
            line.section,
            line.contrast.score,
            VERDICTS[line.contrast.verdict][0],
            "; ".join(publications(line.contrast.figure)),
            line.contrast.figure.line or None,
        )
        for line in view.lines
    )
    return [Rows("Figures", columns, rows)]
