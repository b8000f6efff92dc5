"""Cost against performance: corners, finding, and the same rows in picture and table."""

from vfm.reports.positions_chart import Position, positions


def spot(service: int, cheaper: float, better: float, *, is_top: bool = False) -> Position:
    return Position(service, f"S{service}", str(service), cheaper, better, is_top)


def test_corners_and_the_middle() -> None:
    corners = [spot(1, c, b).corner for c, b in ((49.9, 50), (50, 50), (0, 0), (100, 49.9))]
    assert corners == ["Cheap but behind", "Dear and behind", "Cheap and ahead", "Dear but ahead"]


def test_the_picture_has_the_rows_of_the_table_and_names_the_top() -> None:
    spots = [spot(1, 80, 75, is_top=True), spot(2, 80, 75, is_top=True), spot(3, 12.5, 62.5)]
    chart = positions(spots, without=4, top=2)
    assert chart.title == "2 of 3 compared services are both dear and behind"
    assert "4 ranked services are not shown, because cost or performance" in chart.summary
    rest, top = chart.figure["data"]
    assert (rest["customdata"], top["customdata"]) == ([3], [1, 2])
    assert top["marker"]["symbol"] == "diamond"  # not told by colour alone
    assert chart.table.rows[2] == ("S3", "13", "63", "Cheap but behind")
    assert chart.figure["layout"]["annotations"][0]["text"] == "1, 2"


def test_nobody_dear_and_behind_is_a_finding_too() -> None:
    title = positions([spot(1, 0, 0)], without=0, top=1).title
    assert title == "None of 1 compared services is both dear and behind"
