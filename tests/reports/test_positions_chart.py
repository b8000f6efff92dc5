"""Cost against performance: corners, finding, and the same rows in picture and table."""

from math import dist

from vfm.reports.positions_chart import Position, positions


def spot(service: int, cheaper: float, better: float, *, is_top: bool = False) -> Position:
    return Position(service, f"S{service}", str(service), cheaper, better, is_top)


def test_corners_and_the_middle() -> None:
    corners = [spot(1, c, b).corner for c, b in ((49.9, 50), (50, 50), (0, 0), (100, 49.9))]
    assert corners == ["Cheap but behind", "Dear and behind", "Cheap and ahead", "Dear but ahead"]


def test_the_picture_has_the_rows_of_the_table_and_numbers_the_top() -> None:
    spots = [spot(1, 80, 75, is_top=True), spot(2, 80, 75, is_top=True), spot(3, 12.5, 62.5)]
    chart = positions(spots, without=4, top=2)
    assert chart.title == "2 of 3 compared services are both dear and behind"
    assert "4 ranked services are not shown, because cost or performance" in chart.summary
    rest, top = chart.figure["data"]
    assert (rest["customdata"], top["customdata"]) == ([3], [1, 2])
    assert top["marker"]["symbol"] == "diamond"  # not told by colour alone
    assert chart.table.rows[2] == ("S3", "13", "63", "Cheap but behind")
    assert top["text"] == ["1", "2"]


def test_services_at_one_point_stand_apart_and_each_can_be_picked() -> None:
    spots = [spot(n, 62.5, 37.5) for n in range(1, 21)] + [spot(21, 87.5, 37.5)]
    chart = positions(spots, without=0, top=1)
    assert "Services at the same point stand around it." in chart.summary
    drawn = chart.figure["data"][0]
    places = list(zip(drawn["x"], drawn["y"], strict=True))
    assert drawn["customdata"] == list(range(1, 22))
    assert (places[0], places[-1]) == ((62.5, 37.5), (87.5, 37.5))
    assert min(dist(a, b) for at, a in enumerate(places) for b in places[:at]) > 3  # percent of the axis
    assert (
        max(dist(place, places[0]) for place in places[:-1]) < 12.5
    )  # nearer to its own point than to the next
    assert "around it" not in positions(spots[19:], without=0, top=1).summary


def test_nobody_dear_and_behind_is_a_finding_too() -> None:
    title = positions([spot(1, 0, 0)], without=0, top=1).title
    assert title == "None of 1 compared services is both dear and behind"
