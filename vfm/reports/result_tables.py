"""One result as tables and paragraphs of words, the same rows in a Word document, a PDF and on its page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vfm.reports import changes as moves
from vfm.reports import result as say
from vfm.reports.result import Apart, QuestionLine, SectionLine
from vfm.reports.result_copy import ResultCopy, climb_words, facts, raise_lines, together
from vfm.reports.result_working import FIGURES, method_words
from vfm.scoring.change import Change
from vfm.scoring.methods import METHODS
from vfm.scoring.working import Sum

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of words.

    Attributes:
        about: what it holds, for who does not see it.
        widths: of the columns, adding up to 1.
        numbers: places of the columns that hold figures.
    """

    about: str
    heads: Row
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, sentences, and a table where there is one."""

    title: str
    sentences: tuple[str, ...]
    grid: Grid | None = None


def _pairs(about: str, heads: Row, rows: Iterable[Row], first: float = 0.3) -> Grid:
    return Grid(about, heads, tuple(rows), (first, 1 - first))


# --- the whole ----------------------------------------------------------------------------------------------


def about_grid(copy: ResultCopy) -> Grid:
    """Whose result it is, of which cycle and version, from what."""
    return _pairs("What this is", ("What", "Words"), copy.about)


def fact_grid(copy: ResultCopy) -> Grid:
    """The figures of the whole."""
    rows = ((fact.words, fact.value) for fact in facts(copy))
    return _pairs("The figures of the whole", ("Figure", "Value"), rows)


def profile_grid(copy: ResultCopy) -> Grid:
    """The profile by section."""
    columns = copy.profile.columns
    return Grid(
        "The score of each section",
        tuple(column.title for column in columns),
        tuple(tuple("–" if cell is None else str(cell) for cell in row) for row in copy.profile.rows),
        (0.22, *(0.78 / (len(columns) - 1) for _ in columns[1:])),
        tuple(place for place, column in enumerate(columns) if column.is_number),
    )


def ways(copy: ResultCopy) -> Iterator[Block]:
    """What would reach the next rating, what would lift it most, and the change since the baseline."""
    if sentences := climb_words(copy):
        yield Block(next_title(copy), sentences, _next_grid(copy))
    if copy.top_lifts:
        rows = tuple(
            (f"{one.key} {one.title}", one.level, one.level_above, say.one_place(one.gain))
            for one in copy.top_lifts
        )
        heads = ("Question", "Now", "Next level", "Would add, points")
        yield Block(
            "What would lift it most",
            ("One level better on one of these questions, everything else as it is.",),
            Grid("What would lift the score most", heads, rows, LEVEL_WIDTHS, (3,)),
        )
    if copy.change is not None and copy.earlier:
        yield Block(
            "Change since the baseline", (say.comparison_words(copy.change),), _change_grid(copy, copy.change)
        )


def _change_grid(copy: ResultCopy, change: Change) -> Grid:
    """From the score at the baseline, part by part, to the score now."""
    split = moves.split(change.overall, copy.earlier[0].card.overall.score, copy.card.overall.score)
    parts = {"answers": split.answers, "weights": split.weights, "scope": split.scope}
    rows = (
        ("Score at the baseline", moves.tenths(split.then)),
        *((words, moves.tenths(parts[name], is_signed=True)) for name, words in moves.PART_WORDS.items()),
        ("Score now", moves.tenths(split.now)),
    )
    return Grid("What the change comes from", ("Comes from", "Points"), rows, (0.85, 0.15), (1,))


LEVEL_WIDTHS = (0.34, 0.26, 0.28, 0.12)


def _next_grid(copy: ResultCopy) -> Grid | None:
    if copy.missing:
        rows = tuple((f"{one.key} {one.title}", f"{say.one_place(100 * one.share)}%") for one in copy.missing)
        about = "The questions to answer first"
        return Grid(about, ("Question", "Share of what applies"), rows, (0.8, 0.2), (1,))
    if copy.climb is None or not copy.climb.raises:
        return None
    raised = (
        (f"{one.raised.key} {one.raised.title}", one.raised.level, one.raised.level_above, one.gain)
        for one in raise_lines(copy.climb)
    )
    total = ("Together", "", "", together(copy.climb))
    about = "The questions to raise, and what each adds"
    heads = ("Question", "Now", "Then", "Adds, points")
    return Grid(about, heads, (*raised, total), LEVEL_WIDTHS, (3,))


def next_title(copy: ResultCopy) -> str:
    """The heading over the way to the next rating."""
    if copy.card.overall.score is None:
        has_score = METHODS[copy.questionnaire.scoring.method].has_score
        return "What is missing to an overall score" if has_score else "What is missing to a whole result"
    return f"What would reach {copy.climb.band.name}" if copy.climb else "The next rating"


# --- section by section -------------------------------------------------------------------------------------


def adding_up(copy: ResultCopy) -> Iterator[str]:
    """What the parts add up to, then each limit with what it takes from the overall."""
    explained = copy.sheet.explanation
    if explained is None:
        return
    limits = " before limits" if explained.caps else ""
    yield (
        "What each section and answer adds to the overall is printed beside it; it adds up to "
        f"{explained.printed_before_caps}{limits}."
    )
    for cap in explained.caps:
        yield (
            f"Limit on {copy.section_title(cap.section)}: at most {say.points(cap.limit)}. "
            f"{cap.reason.rstrip('.')}. It takes {say.signed_whole(cap.printed)} from the overall."
        )
    if explained.caps:
        yield f"After limits: {explained.printed}."


def section_facts(line: SectionLine) -> str:
    """`could be 61 to 70 · Sound · adds 12 · 100% answered`: what stands beside a section's figure."""
    return " · ".join(_section_facts(line))


def _section_facts(line: SectionLine) -> Iterator[str]:
    score = line.score
    if score.low is not None and say.bounds(score.low, score.high) != line.words:
        yield f"could be {say.bounds(score.low, score.high)}"
    if line.band:
        yield line.band.name
    if line.adds is not None:
        yield f"adds {line.adds}"
    if line.share_printed is not None:
        yield f"{line.share_printed}% of the overall"
    if score.completeness is not None:
        yield f"{say.percent_words(score.completeness)} answered"
    own, then = line.self_score, line.baseline_score
    if own and own.score is not None and say.points(own.score) != say.points(score.score):
        yield f"self score {say.points(own.score)}"
    if then and then.score is not None:
        yield f"{say.points(then.score)} at the baseline"


QUESTION_HEADS = (
    "Question", "Answer", "Next level up", "Weight", "Points", "Share, %", "Adds", "Evidence",
)  # fmt: skip
QUESTION_WIDTHS = (0.18, 0.17, 0.18, 0.09, 0.085, 0.085, 0.075, 0.135)


def answers_grid(line: SectionLine) -> Grid | None:
    """The scored questions of a section with what each adds; None without any."""
    rows = tuple(_scored_row(question) for question in line.questions if question.is_scored)
    if not rows:
        return None
    return Grid(f"Answers of {line.title}", QUESTION_HEADS, rows, QUESTION_WIDTHS, (3, 4, 5, 6))


def _scored_row(question: QuestionLine) -> Row:
    above = question.above
    if above and question.gain is not None:
        above = f"{above} (adds {say.one_place(question.gain)})"
    return (
        f"{question.key} {question.text}",
        question.answer,
        above or "–",
        say.exact(question.weight),
        say.one_place(question.points),
        "–" if question.share_printed is None else str(question.share_printed),
        "–" if question.adds is None else str(question.adds),
        question.evidence or "–",
    )


def told_grid(line: SectionLine) -> Grid | None:
    """The questions of a section that earn no points; None without any."""
    rows = tuple((f"{one.key} {one.text}", one.answer) for one in line.questions if not one.is_scored)
    return _pairs(f"What {line.title} tells beside", ("Question", "Answer"), rows, 0.5) if rows else None


def apart_grid(one: Apart) -> Grid:
    """The questions of one state that earn nothing."""
    rows = ((f"{question.key} {question.text}", question.reason or "–") for question in one.questions)
    return _pairs(one.title, ("Question", "Reason"), rows, 0.6)


# --- the working, and exact figures -------------------------------------------------------------------------


def method_grid(copy: ResultCopy) -> Grid:
    """How each figure comes about."""
    return _pairs("How each figure comes about", ("What", "How"), method_words(copy.questionnaire), first=0.2)


def terms_grid(title: str, one: Sum) -> Grid:
    """What enters a sum, and the total."""
    rows = (
        (f"{t.key} {t.title}", say.six_places(t.weight), say.six_places(t.value), say.six_places(t.product))
        for t in one.terms
    )
    total = ("Together", say.six_places(one.denominator), "", say.six_places(one.numerator))
    name, value = FIGURES[one.figure]
    heads = ("Part", "Weight", value, "Weight × value")
    return Grid(f"{name} of {title}", heads, (*rows, total), (0.52, 0.14, 0.16, 0.18), (1, 2, 3))


def exact_grid(copy: ResultCopy) -> Grid:
    """The overall and every scored section with every digit."""
    overall = copy.card.overall
    ends = (overall.score, overall.low, overall.high, overall.completeness)
    rows = [("Overall", "–", *map(say.exact, ends), overall.status.value)]
    for line in copy.sheet.sections:
        if line.is_scored:
            score = line.score
            figures = (score.result or score.score, score.low, score.high, score.completeness)
            weight = say.exact(score.weight)
            rows.append((line.key, weight, *map(say.exact, figures), score.status.value))
    heads = ("Part", "Weight", "Score", "Lowest", "Highest", "Answered", "Status")
    about = "Exact figures of the overall and each section"
    return Grid(about, heads, tuple(rows), (0.1, 0.08, 0.17, 0.17, 0.17, 0.17, 0.14), (1, 2, 3, 4, 5))


def exact_question_grid(copy: ResultCopy) -> Grid:
    """Every scored question with every digit: points, weight, share of the overall, contribution."""
    rows = (
        (one.key, *map(say.exact, (one.points, one.weight, one.share, one.contribution)))
        for line in copy.sheet.sections
        for one in line.questions
        if one.is_scored
    )
    heads = ("Question", "Points", "Weight", "Share", "Contribution")
    about = "Exact figures of each question"
    return Grid(about, heads, tuple(rows), (0.16, 0.22, 0.1, 0.26, 0.26), (1, 2, 3, 4))
