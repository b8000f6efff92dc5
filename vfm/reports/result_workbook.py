"""One result as the sheets of a workbook: figures exact, shares in 0 to 1, nothing worked out here."""

from collections.abc import Iterator

from vfm.reports.result import SectionLine
from vfm.reports.result_copy import ResultCopy, climb_words
from vfm.reports.result_working import FIGURES, list_words, method_words
from vfm.reports.workbook import Cell, Rows, workbook
from vfm.scoring.working import Working

OVERALL_COLUMNS = ("Figure", "Value")
SECTION_COLUMNS = (
    "Section", "Title", "Weight", "Score", "Lowest possible", "Highest possible", "Completeness", "Status",
    "Status of the rule table", "Before caps", "Caps", "Self score", "Baseline score", "Rating band",
    "Share of the overall", "Evidence",
)  # fmt: skip
QUESTION_COLUMNS = (
    "Question", "Section", "Words", "State", "Answer", "Points", "Weight", "Share of the overall",
    "Contribution", "Evidence", "What the next level says", "One level more adds", "Self answer", "Note",
)  # fmt: skip
RAISE_COLUMNS = (
    "Question", "Words", "For", "Levels up", "Now", "Then", "Adds, points", "Share of what applies",
)  # fmt: skip
APART_COLUMNS = ("Question", "Words", "Section", "State", "Reason", "Scored", "What it does")
WORKING_COLUMNS = (
    "Section", "Title", "Figure", "Part", "Words", "Weight", "Value", "Weight × value", "Divided",
    "Limit", "Result",
)  # fmt: skip
LONGEST_LINE = 90
"""Characters of a line in the sheet of method and sentences."""


def excel(copy: ResultCopy) -> bytes:
    """The workbook of one result."""
    return workbook(result_sheets(copy), title=copy.title)


def result_sheets(copy: ResultCopy) -> tuple[Rows, ...]:
    """Overall, Sections, Questions, then what would raise it, what earns nothing, method and working."""
    sheets = [
        Rows("Overall", OVERALL_COLUMNS, tuple(_overall(copy)), widest=LONGEST_LINE),
        Rows("Sections", SECTION_COLUMNS, tuple(_section(line) for line in copy.sheet.sections)),
        Rows("Questions", QUESTION_COLUMNS, tuple(_questions(copy))),
    ]
    if rows := tuple(_raises(copy)):
        sheets.append(Rows("What would raise it", RAISE_COLUMNS, rows))
    if rows := tuple(_apart(copy)):
        sheets.append(Rows("What earns nothing", APART_COLUMNS, rows))
    sheets.append(
        Rows("Method", ("What", "How"), method_words(copy.questionnaire), widest=LONGEST_LINE),
    )
    if rows := tuple(row for one in copy.workings for row in _working(copy, one)):
        sheets.append(Rows("Working", WORKING_COLUMNS, rows))
    return tuple(sheets)


def _overall(copy: ResultCopy) -> Iterator[tuple[str, Cell]]:
    overall, card = copy.card.overall, copy.card
    yield from copy.about
    yield "In one sentence", copy.sentence
    yield "Score", overall.score
    yield "Lowest possible", overall.low
    yield "Highest possible", overall.high
    yield "Completeness", overall.completeness
    yield "Status", overall.status.value
    yield "Rating band", overall.band
    yield "Confidence", overall.confidence and overall.confidence.value
    yield "Spread", overall.spread
    if copy.sheet.explanation is not None:
        yield "Before caps", copy.sheet.explanation.before_caps
        for cap in copy.sheet.explanation.caps:
            yield f"Cap on {copy.section_title(cap.section)}: {cap.reason}", cap.effect
    for words in climb_words(copy):
        yield "Next rating", words
    yield "Template", card.template
    yield "Template version", card.version


def _section(line: SectionLine) -> tuple[Cell, ...]:
    score = line.score
    return (
        line.key,
        line.title,
        score.weight,
        score.score,
        score.low,
        score.high,
        score.completeness,
        score.status.value,
        score.result,
        score.uncapped if score.caps and score.score is not None else None,
        "; ".join(f"{cap.rule}: at most {cap.limit!r}. {cap.reason}" for cap in score.caps) or None,
        line.self_score.score if line.self_score else None,
        line.baseline_score.score if line.baseline_score else None,
        line.band.name if line.band else None,
        line.share,
        score.confidence,
    )


def _questions(copy: ResultCopy) -> Iterator[tuple[Cell, ...]]:
    for line in copy.sheet.sections:
        for question in line.questions:
            yield (
                question.key,
                line.key,
                question.text,
                question.state.value,
                question.answer,
                question.points,
                question.weight,
                question.share,
                question.contribution,
                question.evidence or None,
                question.above or None,
                question.gain,
                question.self_answer or None,
                question.note or None,
            )


def _raises(copy: ResultCopy) -> Iterator[tuple[Cell, ...]]:
    """The way to the next rating, then each single level by what it would add, then what is missing."""
    for raised in copy.climb.raises if copy.climb else ():
        yield (
            raised.key, raised.title, "Next rating, together", raised.steps, raised.level,
            raised.level_above, raised.gain, None,
        )  # fmt: skip
    for lift in copy.lifts if copy.card.overall.score is not None else ():
        yield lift.key, lift.title, "One level, alone", 1, lift.level, lift.level_above, lift.gain, None
    for gap in copy.missing:
        yield gap.key, gap.title, "To have an overall score", None, None, None, None, gap.share


def _apart(copy: ResultCopy) -> Iterator[tuple[Cell, ...]]:
    for one in copy.sheet.apart:
        for question in one.questions:
            yield (
                question.key,
                question.text,
                copy.section_title(question.section),
                one.title,
                question.reason or None,
                "yes" if question.is_scored else "no",
                one.effect,
            )


def _working(copy: ResultCopy, one: Working) -> Iterator[tuple[Cell, ...]]:
    """Each sum term by term, then its total; the lists of a rule table a line each."""
    title = copy.section_title(one.key)
    for found in one.sums:
        name = FIGURES[found.figure][0]
        for term in found.terms:
            yield (
                one.key or None, title, name, term.key, term.title, term.weight, term.value, term.product,
                None, None, None,
            )  # fmt: skip
        yield (
            one.key or None, title, name, None, "Together", found.denominator, None, found.numerator,
            found.quotient, found.limit, found.result,
        )  # fmt: skip
    for statements in one.lists:
        words = f"{statements.name}: {list_words(statements)}"
        yield (
            one.key or None, title, "List", ", ".join(statements.statements), words, *(None,) * 6,
        )  # fmt: skip
