"""The quadrant says its finding, draws what its table holds, and labels without covering."""

from itertools import combinations

import pytest

from vfm.prioritisation.corners import CORNERS, corner
from vfm.reports.charts import Chart
from vfm.reports.quadrant import MOST_LABELS, Spot, quadrant


def drawn(*results: float | None, top: int = 2) -> Chart:
    spots = [
        Spot(
            f"Service {i}",
            result,
            60.0 - i,
            1000.0 * i,
            str(i + 1),
            i < top,
            "" if result is None else corner(result, 0.5, 0.4),
        )
        for i, result in enumerate(results)
    ]
    return quadrant(spots, middle=50, line=40, corners=CORNERS, top=top)


@pytest.mark.parametrize(
    ("results", "title"),
    [
        ((80.0, 90.0), "No service is both high pressure and low value"),
        ((20.0, 90.0), "One service is high pressure and low value"),
        ((20.0, 30.0, 49.0), "Three services are high pressure and low value"),
        ((20.0,) * 11, "11 services are high pressure and low value"),
    ],
)
def test_the_title_is_the_finding(results: tuple[float, ...], title: str) -> None:
    assert drawn(*results).title == title


def test_the_table_holds_what_is_drawn_and_what_cannot_be() -> None:
    chart = drawn(20.0, 70.0, None, 55.4)
    points = sum(len(trace["x"]) for trace in chart.figure["data"])
    assert (points, len(chart.table.rows)) == (3, 4)
    assert chart.table.rows[2] == ("Service 2", "3", None, "58", "2,000", "no score yet")
    assert chart.table.rows[3][2] == "55"
    assert "1 service without a score is in the table only" in chart.summary


def test_labels_of_crowded_services_do_not_cover_each_other() -> None:
    chart = drawn(*(30.0 + i / 3 for i in range(20)), top=20)
    labels = [note for note in chart.figure["layout"]["annotations"] if note["showarrow"]]
    assert len(labels) == MOST_LABELS

    def box(note: dict) -> tuple[float, float, float, float]:
        across, up = note["x"] / 100 * 460 + note["ax"], note["y"] / 70 * 430 - note["ay"]
        half = 6.2 * len(note["text"]) / 2
        return across - half, up - 8, across + half, up + 8

    covered = [
        (one, other)
        for one, other in combinations(map(box, labels), 2)
        if min(one[2], other[2]) - max(one[0], other[0]) > 1
        and min(one[3], other[3]) - max(one[1], other[1]) > 1
    ]
    assert not covered


def test_an_empty_run_has_a_picture_without_services() -> None:
    assert drawn().figure["data"] == []
