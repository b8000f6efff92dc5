"""A ranking as slides for a meeting: PowerPoint with its own tables and charts, whose data can be edited.

The room's rule: the title of a slide is its finding; every chart says in words what it holds, for those
who do not see it; patterns stand beside colours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from math import sqrt
from typing import TYPE_CHECKING, Any

from vfm.reports.charts import COLOURS
from vfm.reports.ranking_chart import short_name
from vfm.reports.word_documents import fit

if TYPE_CHECKING:
    from pptx.presentation import Presentation
    from pptx.slide import Slide

WIDTH, HEIGHT = 13.333, 7.5
"""Inches: 16 to 9."""
EDGE, TOP, BOTTOM = 0.55, 1.55, 6.9
TITLE_ONLY = 5
"""The layout of the library's own template that has a title and nothing else."""
INK, GREY, PALE = "0B0C0C", "505A5F", "B1B4B6"
PATTERNS = (
    "",
    "WIDE_UPWARD_DIAGONAL",
    "PERCENT_25",
    "WIDE_DOWNWARD_DIAGONAL",
    "LARGE_GRID",
    "DIAGONAL_CROSS",
    "SMALL_CONFETTI",
)
"""Beside the groups' colours, so that they can be told apart in black and white."""
LARGEST_BUBBLE = 40
"""Per cent of the size that PowerPoint gives the largest bubble."""


@dataclass(frozen=True, slots=True)
class Line:
    """One service of the list.

    Attributes:
        points: of each group, adding up to the index.
        drivers: what sets it apart from a typical service, in words.
        rank_from, rank_to: where it stands in nine of ten trials; None without trials.
        firm: how firm its place is, in words.
        suggested, decided: the outcome; `decided` empty where nobody decided.
        why: what fired the suggestion.
    """

    place: str
    name: str
    index: float
    shown: str
    points: Sequence[float]
    drivers: str
    rank_from: int | None
    rank_to: int | None
    firm: str
    suggested: str
    decided: str
    why: str
    is_top: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One service in the quadrant: points of 100 both ways; pounds a year, None where nobody knows."""

    name: str
    result: float
    pressure: float
    gross: float | None
    is_top: bool


@dataclass(frozen=True, slots=True)
class Quadrant:
    """The quadrant: its finding, where low and high divide, and the names of the corners (top first)."""

    title: str
    summary: str
    bubbles: Sequence[Bubble]
    middle: float
    line: float
    corners: Sequence[str]


@dataclass(frozen=True, slots=True)
class Deck:
    """Everything the slides say.

    Attributes:
        colour: the council's, as `#1d70b8`.
        about: cycle, day and who ranked.
        bars_title: what the groups' points show.
        doubts: what is not firm, a sentence each.
        weights: (criterion, weight, from, to) in words: how far each may move before the top changes.
        sources: where figures come from, and what to keep in mind; a sentence each.
        address: of the board, for the notes.
    """

    name: str
    council: str
    colour: str
    made_at: datetime
    about: str
    finding: str
    top: int
    lines: Sequence[Line]
    groups: Sequence[str]
    bars_title: str
    quadrant: Quadrant | None
    doubts: Sequence[str]
    weights: Sequence[tuple[str, str, str, str]]
    sources: Sequence[str]
    address: str


def slides(deck: Deck) -> bytes:
    """The presentation as a file; a slide whose data the ranking lacks is left out."""
    from pptx import Presentation  # heavy: only who asks for slides waits for it
    from pptx.util import Inches

    made = Presentation()
    made.slide_width, made.slide_height = Inches(WIDTH), Inches(HEIGHT)
    properties = made.core_properties
    properties.title, properties.author, properties.subject = (
        fit(deck.name),
        fit(deck.council),
        fit(deck.about),
    )
    properties.created = properties.modified = deck.made_at.replace(tzinfo=None)
    properties.language = "en-GB"
    _first(made, deck)
    if deck.quadrant is not None and deck.quadrant.bubbles:
        _quadrant(made, deck, deck.quadrant)
    if deck.lines:
        _contributions(made, deck)
        if any(line.rank_from is not None for line in deck.lines):
            _firmness(made, deck)
        _outcomes(made, deck)
    _weights(made, deck)
    content = BytesIO()
    made.save(content)
    return content.getvalue()


# --- the slides ---------------------------------------------------------------------------------------------


def _first(made: "Presentation", deck: Deck) -> None:
    slide = _slide(
        made,
        deck,
        deck.finding,
        f"{deck.name}, {deck.about}. The finding is the title. A driver is what a criterion adds because "
        f"the service differs from a typical one, or takes off, in points of 100.",
    )
    if not deck.lines:
        _words(slide, ["No service can be ranked yet: too much of what the ranking needs has no value."], TOP)
        return
    _table(
        slide,
        "What comes first, and why",
        ("Place", "Service", "Index", "Three main drivers, points", "Outcome"),
        [
            (line.place, line.name, line.shown, line.drivers, line.decided or f"{line.suggested}?")
            for line in deck.lines
        ],
        (0.7, 3.4, 0.8, 5.4, 1.9),
        numbers=(0, 2),
        bold=[line.is_top for line in deck.lines],
    )
    _note(slide, f"In bold: the top {deck.top}. A question mark: suggested, not decided yet.")


def _quadrant(made: "Presentation", deck: Deck, found: Quadrant) -> None:
    from pptx.chart.data import BubbleChartData
    from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION

    slide = _slide(made, deck, found.title, f"{found.summary} The axes cross where low and high divide.")
    drawn = _of_each_kind(found, deck.top)
    data = BubbleChartData(number_format="0.0")
    for name, bubbles, _ in drawn:
        series = data.add_series(name)
        for one in bubbles:
            series.add_data_point(one.result, one.pressure, _size(one, found))
    chart = _chart(slide, XL_CHART_TYPE.BUBBLE, data, f"{found.title}. {found.summary}")
    chart.has_legend = len(drawn) > 1
    if chart.has_legend:
        _legend(chart)
    plot = chart.plots[0]
    plot.bubble_scale = LARGEST_BUBBLE
    taken: list[Box] = []
    for series, (_, bubbles, colour) in zip(plot.series, drawn, strict=True):
        _paint(series, colour, outline=INK if colour != PALE else GREY)
        _name(series, bubbles, found, taken)
    across, up = chart.category_axis, chart.value_axis
    for axis, words, end in (
        (across, "Value for money, points of 100", 100),
        (up, "Materiality and pressure, points of 100", _highest(found)),
    ):
        axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, end, 10
        axis.has_major_gridlines = False
        axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
        _axis(axis, words)
    _cross(across, at=found.middle)  # the axes meet where low and high divide
    _cross(up, at=found.line)
    left, right = EDGE + 1.0, WIDTH - EDGE - 3.2
    places = ((left, TOP + 0.35), (right, TOP + 0.35), (left, 5.6), (right, 5.6))
    for words, (x, y) in zip(found.corners, places, strict=True):
        _words(slide, [words], y, left=x, width=3.0, size=14, colour=GREY, is_bold=True, is_right=x == right)


def _of_each_kind(found: Quadrant, top: int) -> list[tuple[str, list[Bubble], str]]:
    """(name of the series, its bubbles, its colour), those without bubbles left out."""
    known = [one for one in found.bubbles if one.gross is not None]
    kinds = [
        (f"Top {top}", [one for one in known if one.is_top], COLOURS[0]),
        ("Other services", [one for one in known if not one.is_top], PALE),
        ("Spending not known, drawn small", [one for one in found.bubbles if one.gross is None], "#FFFFFF"),
    ]
    return [kind for kind in kinds if kind[1]]


def _size(one: Bubble, found: Quadrant) -> float:
    """Pounds a year; where nobody knows, what makes a small bubble."""
    if one.gross is not None:
        return max(one.gross, 0.0)
    return max((other.gross or 0.0 for other in found.bubbles), default=0.0) / 200 or 1.0


Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in inches of the chart's inside."""
INSIDE = (11.2, 4.1)
LETTER, LINE = 0.085, 0.2


def _name(series: Any, bubbles: Sequence[Bubble], found: Quadrant, taken: list[Box]) -> None:
    """The names of the top set beside their bubbles, each on the side where it covers the least."""
    from pptx.enum.chart import XL_LABEL_POSITION

    for at, one in enumerate(bubbles):
        if one.is_top:
            words = short_name(one.name)
            sides = {side: _box(one, words, found, side) for side in ("RIGHT", "LEFT", "ABOVE", "BELOW")}
            side = min(sides, key=lambda name: sum(_covered(sides[name], other) for other in taken))
            taken.append(sides[side])
            label = series.points[at].data_label
            _say(label.text_frame.paragraphs[0], words, 11)
            label.position = getattr(XL_LABEL_POSITION, side)


def _box(one: Bubble, words: str, found: Quadrant, side: str) -> Box:
    """About where a label stands on a side of its bubble."""
    x, y = one.result / 100 * INSIDE[0], one.pressure / _highest(found) * INSIDE[1]
    away = 0.1 + 0.4 * sqrt(_size(one, found) / max(_size(other, found) for other in found.bubbles))
    half, up = LETTER * len(words) / 2, LINE / 2
    right, above = {"RIGHT": (1, 0), "LEFT": (-1, 0), "ABOVE": (0, 1), "BELOW": (0, -1)}[side]
    x, y = x + right * (away + half), y + above * (away + up)
    return x - half, y - up, x + half, y + up


def _covered(one: Box, other: Box) -> float:
    across, up = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return across * up if across > 0 and up > 0 else 0.0


def _highest(found: Quadrant) -> int:
    """Where the axis of pressure ends."""
    return 10 * (int(max(one.pressure for one in found.bubbles) // 10) + 2)


def _contributions(made: "Presentation", deck: Deck) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    about = (
        f"The length of a bar is the index, 0 to 100; its parts are the points of {len(deck.groups)} groups."
    )
    slide = _slide(made, deck, deck.bars_title, f"{about} They add up to the index.")
    data = CategoryChartData(number_format="0.0")
    data.categories = [fit(short_name(f"{line.place}. {line.name}")) for line in deck.lines]
    for at, group in enumerate(deck.groups):
        data.add_series(fit(group), [line.points[at] for line in deck.lines])
    chart = _chart(slide, XL_CHART_TYPE.BAR_STACKED, data, f"{deck.bars_title}. {about}")
    _bars(chart)
    chart.has_legend = True
    _legend(chart)
    for at, series in enumerate(chart.plots[0].series):
        _paint(series, COLOURS[at % len(COLOURS)], pattern=PATTERNS[at % len(PATTERNS)])
    chart.value_axis.minimum_scale = 0
    _axis(chart.value_axis, "Index, points of 100")


def _firmness(made: "Presentation", deck: Deck) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    tried = [line for line in deck.lines if line.rank_from is not None and line.rank_to is not None]
    title = deck.doubts[0] if deck.doubts else f"Every place in the top {deck.top} holds in 9 of 10 trials"
    about = (
        "A bar covers the places that a service takes in 9 of 10 trials with nearby weights and with values "
        "within their doubt. The shorter it is, the firmer the place."
    )
    slide = _slide(made, deck, title, f"{about} {' '.join(deck.doubts[1:])}")
    data = CategoryChartData(number_format="0.0")
    data.categories = [fit(f"{short_name(f'{line.place}. {line.name}')}: {line.firm}") for line in tried]
    # Place 5 reaches from 4.5 to 5.5, so that a service that is always fifth has a bar too.
    data.add_series("Before its best place", [(line.rank_from or 0) - 0.5 for line in tried])
    data.add_series(
        "Places in 9 of 10 trials", [(line.rank_to or 0) - (line.rank_from or 0) + 1 for line in tried]
    )
    chart = _chart(slide, XL_CHART_TYPE.BAR_STACKED, data, f"{title} {about}")
    _bars(chart)
    chart.has_legend = False
    before, places = chart.plots[0].series
    before.format.fill.background()
    _paint(places, COLOURS[0])
    last = max(line.rank_to or 0 for line in tried) + 1
    axis = chart.value_axis
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, last, max(1, round(last / 12))
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = "0;;", False
    _axis(axis, "Place")


def _outcomes(made: "Presentation", deck: Deck) -> None:
    decided = sum(1 for line in deck.lines if line.decided)
    title = (
        f"{decided} of these {len(deck.lines)} services {'is' if decided == 1 else 'are'} decided"
        if decided
        else "What is suggested: nothing is decided yet"
    )
    slide = _slide(
        made,
        deck,
        title,
        "What the rules suggest, and why; what the executive team decided stands beside it.",
    )
    _table(
        slide,
        "The outcome suggested and decided for each service",
        ("Place", "Service", "Suggested", "Why", "Decided"),
        [(line.place, line.name, line.suggested, line.why, line.decided or "Not yet") for line in deck.lines],
        (0.7, 3.0, 1.7, 4.9, 1.9),
        numbers=(0,),
        bold=[line.is_top for line in deck.lines],
    )


def _weights(made: "Presentation", deck: Deck) -> None:
    slide = _slide(
        made,
        deck,
        "The weights it rests on, and where the figures come from",
        " ".join([f"The whole list, each figure and its source: {deck.address}", *deck.sources]),
    )
    _table(
        slide,
        "The weights, and how far each can move alone before the top changes",
        ("Criterion", "Weight", f"The top {deck.top} stays the same from", "to"),
        deck.weights,
        (3.0, 0.9, 1.6, 0.9),
        numbers=(1, 2, 3),
        bold=[False] * len(deck.weights),
    )
    _words(slide, deck.sources, TOP, left=EDGE + 6.8, width=WIDTH - 2 * EDGE - 6.8, size=12)


# --- how they look ------------------------------------------------------------------------------------------


def _slide(made: "Presentation", deck: Deck, title: str, notes: str) -> "Slide":
    """A slide with the council's colour, its title, what it stands on, and its speaker's notes."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches

    slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, Inches(0.22), Inches(HEIGHT))
    band.fill.solid()
    band.fill.fore_color.rgb = _rgb(deck.colour)
    band.line.fill.background()
    _decorative(band)
    head = slide.shapes.title
    head.left, head.top, head.width, head.height = (
        Inches(EDGE), Inches(0.3), Inches(WIDTH - 2 * EDGE), Inches(1.1),
    )  # fmt: skip
    head.text_frame.word_wrap = True
    size = 26 if len(title) < 110 else 20 if len(title) < 200 else 16
    _say(head.text_frame.paragraphs[0], title, size, is_bold=True)
    _left(head.text_frame.paragraphs[0])
    number = len(made.slides)
    _words(slide, [f"{deck.council} · {deck.name} · {deck.about} · {number}"], 7.02, size=10, colour=GREY)
    slide.notes_slide.notes_text_frame.text = fit(notes)
    return slide


def _note(slide: "Slide", words: str) -> None:
    _words(slide, [words], 6.68, size=11, colour=GREY)


def _words(
    slide: "Slide",
    lines: Sequence[str],
    top: float,
    *,
    left: float = EDGE,
    width: float = WIDTH - 2 * EDGE,
    size: int = 14,
    colour: str = INK,
    is_bold: bool = False,
    is_right: bool = False,
) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches, Pt

    box = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(width), Inches(0.35))
    frame = box.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = 0
    for at, words in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(6)
        if is_right:
            paragraph.alignment = PP_ALIGN.RIGHT
        _say(paragraph, words, size, colour=colour, is_bold=is_bold)


def _say(paragraph: Any, words: str, size: int, *, colour: str = INK, is_bold: bool = False) -> None:
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = fit(words)
    run.font.size, run.font.name, run.font.bold = Pt(size), "Arial", is_bold
    run.font.color.rgb = _rgb(colour)
    run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK


def _left(paragraph: Any) -> None:
    from pptx.enum.text import PP_ALIGN

    paragraph.alignment = PP_ALIGN.LEFT


def _table(
    slide: "Slide",
    about: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    numbers: Sequence[int],
    bold: Sequence[bool],
) -> None:
    """A table of PowerPoint's own; the letters are smaller the more rows there are."""
    from pptx.util import Inches

    size = 14 if len(rows) <= 8 else 12 if len(rows) <= 10 else 11
    frame = slide.shapes.add_table(
        len(rows) + 1,
        len(heads),
        Inches(EDGE),
        Inches(TOP),
        Inches(sum(widths)),
        Inches(0.36 * (len(rows) + 1)),
    )
    _describe(frame, about)
    table = frame.table
    table.horz_banding = False
    _plain(frame)
    for at, width in enumerate(widths):
        table.columns[at].width = Inches(width)
    for at, words in enumerate(heads):
        _cell(table.cell(0, at), words, size, is_bold=True, is_number=at in numbers)
    for line, (row, is_bold) in enumerate(zip(rows, bold, strict=True), start=1):
        for at, words in enumerate(row):
            _cell(table.cell(line, at), words, size, is_bold=is_bold and at < 2, is_number=at in numbers)


def _cell(cell: Any, words: str, size: int, *, is_bold: bool, is_number: bool) -> None:
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Inches

    cell.margin_left = cell.margin_right = Inches(0.06)
    cell.margin_top = cell.margin_bottom = Inches(0.025)
    paragraph = cell.text_frame.paragraphs[0]
    if is_number:
        paragraph.alignment = PP_ALIGN.RIGHT
    _say(paragraph, words, size, is_bold=is_bold)


LINES_ONLY = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's table style without fills or lines."""


def _plain(frame: Any) -> None:
    """Dark letters on white in every version of PowerPoint, whatever its theme."""
    from pptx.oxml.ns import qn

    frame.element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId")).text = LINES_ONLY


def _chart(slide: "Slide", kind: Any, data: Any, about: str) -> Any:
    from pptx.util import Inches, Pt

    frame: Any = slide.shapes.add_chart(
        kind, Inches(EDGE), Inches(TOP), Inches(WIDTH - 2 * EDGE), Inches(BOTTOM - TOP), data
    )
    _describe(frame, about)
    chart = frame.chart
    chart.has_title = False
    chart.font.size, chart.font.name = Pt(12), "Arial"
    return chart


def _bars(chart: Any) -> None:
    chart.plots[0].gap_width, chart.plots[0].overlap = 40, 100
    chart.category_axis.reverse_order = True  # the first service on top
    from pptx.enum.chart import XL_TICK_LABEL_POSITION, XL_TICK_MARK

    chart.category_axis.major_tick_mark = XL_TICK_MARK.NONE
    chart.value_axis.tick_label_position = (
        XL_TICK_LABEL_POSITION.HIGH
    )  # at the bottom, as the order is reversed


def _legend(chart: Any) -> None:
    from pptx.enum.chart import XL_LEGEND_POSITION

    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False


def _axis(axis: Any, name: str) -> None:
    axis.has_title = True
    _say(axis.axis_title.text_frame.paragraphs[0], name, 12)
    axis.format.line.color.rgb = _rgb(GREY)
    if axis.has_major_gridlines:
        axis.major_gridlines.format.line.color.rgb = _rgb("DEE0E2")


def _cross(axis: Any, *, at: float) -> None:
    """Let the other axis stand at a value of this one."""
    from pptx.enum.chart import XL_AXIS_CROSSES

    axis.crosses = XL_AXIS_CROSSES.CUSTOM
    axis.crosses_at = at


def _paint(series: Any, colour: str, *, pattern: str = "", outline: str = "FFFFFF") -> None:
    from pptx.enum.dml import MSO_PATTERN

    fill = series.format.fill
    if pattern:
        fill.patterned()
        fill.pattern = getattr(MSO_PATTERN, pattern)
        fill.fore_color.rgb, fill.back_color.rgb = _rgb("FFFFFF"), _rgb(colour)
    else:
        fill.solid()
        fill.fore_color.rgb = _rgb(colour)
    series.format.line.color.rgb = _rgb(outline)


def _describe(frame: Any, about: str) -> None:
    frame.element.nvGraphicFramePr.cNvPr.set("descr", fit(about))


def _decorative(shape: Any) -> None:
    shape.element.nvSpPr.cNvPr.set("descr", "")


def _rgb(colour: str) -> Any:
    from pptx.dml.color import RGBColor

    return RGBColor.from_string(colour.removeprefix("#").upper())
