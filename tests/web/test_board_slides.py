"""Slides of a ranking, read again: the charts hold the run's figures, and can be edited."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from pptx import Presentation
from pptx.presentation import Presentation as Made
from sqlalchemy import Engine

from tests.client import Browser
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm.store.database import reading
from vfm.store.tables import PrioritisationRun

SignedIn = Callable[[str], Browser]


def _slides(engine: Engine, council: SmallCouncil, signed_in: SignedIn, *, is_scored: bool = True) -> Made:
    if is_scored:
        rankable(engine, council)
    publish(engine, council)
    executive = signed_in("executive")
    page = executive.open("/priorities/new").submit("Rank the services", top="2")
    got = page.follow("Slides")
    return Presentation(io.BytesIO(got.data))


def _charts(made: Made) -> list:
    return [shape.chart for slide in made.slides for shape in slide.shapes if shape.has_chart]


def _words(made: Made) -> str:
    found = []
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


def test_charts_hold_the_figures_of_the_run(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = _slides(engine, council, signed_in)
    with reading(engine) as session:
        run = session.get_one(PrioritisationRun, 1)
        services = [one for one in run.result["services"] if one["rank"] is not None]
        inputs = {one["key"]: one for one in run.inputs["services"]}
    bubbles, bars, places = _charts(made)
    drawn = {
        point
        for series in bubbles.plots[0].series
        for point in zip(_kept(series, "xVal"), _kept(series, "bubbleSize"), strict=True)
    }
    assert drawn == {
        (inputs[one["key"]]["values"]["vfm_result"]["value"], float(inputs[one["key"]]["gross"]))
        for one in services
    }
    summed = [sum(points) for points in zip(*(series.values for series in bars.plots[0].series), strict=True)]
    assert summed == pytest.approx([one["index"] for one in services])
    before, reach = (series.values for series in places.plots[0].series)
    assert [at + 0.5 for at in before] == [one["rank_from"] for one in services]
    assert [at + over - 0.5 for at, over in zip(before, reach, strict=True)] == [
        one["rank_to"] for one in services
    ]
    for chart in (bubbles, bars, places):  # what PowerPoint opens when somebody edits the data
        sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        assert sheet.max_row >= len(services)


def _kept(series, what: str) -> list[float]:
    return [float(point.text) for point in series._element.findall(f".//{{*}}{what}//{{*}}v")]


def test_every_slide_has_a_finding_notes_and_words_for_its_charts(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = _slides(engine, council, signed_in)
    assert round(made.slide_width / made.slide_height, 3) == round(16 / 9, 3)
    assert [bool(slide.shapes.title.text) for slide in made.slides] == [True] * 6
    assert made.slides[0].shapes.title.text.startswith("Home care comes first of 4 ranked services.")
    for slide in made.slides:
        assert len(slide.notes_slide.notes_text_frame.text) > 20
        for shape in slide.shapes:
            if shape.has_chart or shape.has_table:
                assert shape._element.nvGraphicFramePr.cNvPr.get("descr")
            assert shape.left + shape.width <= made.slide_width
    said = _words(made)
    for words in ("Home care", " +", "Deep dive?", "Not yet", "Highways", "Gross expenditure"):
        assert words in said


def test_without_scores_there_are_slides_without_a_quadrant(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    made = _slides(engine, council, signed_in, is_scored=False)
    assert len(_charts(made)) == 2
    assert "Home care" in _words(made)
