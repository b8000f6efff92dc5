"""Every figure the demo shows equals the published file, which is read here on its own."""

from decimal import Decimal

from tests.published import COLUMN, ENGLAND, OWN, children, neighbour_median, of_neighbours, outturn
from vfm.gateways import figures

BLOCKS = {
    "Education services",
    "Children Social Care",
    "Adult Social Care",
    "Public Health",
    "Highways and transport services",
}
COUNCIL = figures.read_council(figures.demo_folder())


def of_the_return() -> list[figures.PublishedFigure]:
    return [figure for figure in COUNCIL.figures if figure.form != "LAIT"]


def of_children() -> list[figures.PublishedFigure]:
    return [figure for figure in COUNCIL.figures if figure.form == "LAIT"]


def test_every_amount_of_the_return_equals_the_published_one():
    published = outturn()
    for figure in of_the_return():
        place = (figure.year, figure.form, figure.line, COLUMN[figure.measure])
        assert figure.amount == published[place], place
        assert figure.source_key == f"{figure.form}-{figure.year}"


def test_a_figure_stands_on_the_line_of_its_service():
    lines = {service.key: (service.form, service.line) for service in COUNCIL.services}
    for figure in of_the_return():
        form, line = lines[figure.service_key]
        assert figure.line == line
        assert figure.form == form or (form, figure.form) == ("RS", "RSX")


def test_every_service_has_its_gross_and_its_net_and_blocks_have_four_years():
    held = {(figure.service_key, figure.measure, figure.year) for figure in COUNCIL.figures}
    for service in COUNCIL.services:
        for measure in ("gross_expenditure", "net_expenditure", "employees", "running_expenses", "income"):
            assert (service.key, measure, "2024-25") in held
        trend = {
            year for key, measure, year in held if (key, measure) == (service.key, "net_current_expenditure")
        }
        assert trend == ({"2021-22", "2022-23", "2023-24", "2024-25"} if service.form == "RS" else set())


def test_every_childrens_figure_equals_the_published_one():
    published = children()
    measures = {measure.measure: measure for measure in COUNCIL.measures}
    for figure in of_children():
        measure = measures[figure.measure]
        own = published[figure.line, figure.year, OWN]
        group = of_neighbours(figure.line, figure.year)
        if not measure.compares:
            assert figure.amount == own
            continue
        better = measures[measure.compares].better
        ahead = sum(value < own if better == "lower" else value > own for value in group)
        expected = {
            "_england": lambda figure=figure: published[figure.line, figure.year, ENGLAND],
            "_neighbour_median": lambda figure=figure: neighbour_median(figure.line, figure.year),
            "_neighbours_counted": lambda group=group: len(group),
            "_neighbours_cheaper": lambda ahead=ahead: ahead,
            "_neighbours_better": lambda ahead=ahead: ahead,
            "_share_cheaper": lambda ahead=ahead, group=group: round(Decimal(ahead) / len(group), 4),
            "_share_better": lambda ahead=ahead, group=group: round(Decimal(ahead) / len(group), 4),
        }[figure.measure.removeprefix(measure.compares)]
        assert abs(figure.amount - expected()) < Decimal("1e-9"), figure


def test_known_figures_by_hand():
    found = {(f.service_key, f.measure, f.year): f.amount for f in COUNCIL.figures}
    assert found["WASTE-COLL", "gross_expenditure", "2024-25"] == Decimal(3_647_000)
    assert found["WASTE-COLL", "net_expenditure", "2024-25"] == Decimal(2_896_000)
    assert found["RECYCLING", "net_expenditure", "2024-25"] == Decimal(-284_000)
    assert found["CHILD-CARE", "gross_expenditure", "2024-25"] == Decimal(94_614_000)
    assert found["CHILD-CARE", "looked_after_weekly_cost", "2024-25"] == Decimal(2010)
    # One neighbour published nothing; of the other nine, 685, 1285, 1545, 1680 and 1995 are lower.
    assert found["CHILD-CARE", "looked_after_weekly_cost_neighbours_counted", "2024-25"] == 9
    assert found["CHILD-CARE", "looked_after_weekly_cost_neighbour_median", "2024-25"] == Decimal(1995)
    assert found["CHILD-CARE", "looked_after_weekly_cost_neighbours_cheaper", "2024-25"] == 5


def test_every_money_figure_carries_its_source_and_year():
    sources = {source.source_key: source for source in COUNCIL.sources}
    money = [figure for figure in COUNCIL.figures if figure.is_money]
    assert len(money) > 250
    for figure in money:
        source = sources[figure.source_key]
        assert figure.year == source.year
        assert figure.year in source.title
        assert source.licence == "Open Government Licence v3.0"


def test_there_are_at_least_fifty_services_in_at_least_six_directorates():
    assert len(COUNCIL.services) >= 50
    divisions: dict[str, set[str]] = {}
    for service in COUNCIL.services:
        divisions.setdefault(service.directorate, set()).add(service.division)
    assert len(divisions) >= 6
    assert sum(len(names) > 1 for names in divisions.values()) >= 3


def test_no_total_no_empty_line_and_no_block_beside_its_lines():
    published = outturn()
    places = [(service.form, service.line) for service in COUNCIL.services]
    assert len(set(places)) == len(places)
    assert {line for form, line in places if form == "RS"} == BLOCKS
    assert {form for form, _ in places} == {"RS", "RO4", "RO5", "RO6"}
    assert not [line for _, line in places if "TOTAL" in line.upper()]
    for form, line in places:
        assert any(value for place, value in published.items() if place[:3] == ("2024-25", form, line))


def test_every_published_line_that_is_not_empty_is_a_service():
    places = {(service.form, service.line) for service in COUNCIL.services}
    wanted = {
        (form, line)
        for (year, form, line, _), value in outturn().items()
        if year == "2024-25" and form in {"RO4", "RO5", "RO6"} and not line.startswith("TOTAL") and value
    }
    assert wanted == {place for place in places if place[0] != "RS"}


def test_what_is_odd_in_a_published_line_is_said():
    notes = {service.key: service.note for service in COUNCIL.services}
    net = {f.service_key: f.amount for f in COUNCIL.figures if f.measure == "net_expenditure"}
    for key, amount in net.items():
        assert ("Net is below zero" in notes[key]) == (amount < 0)
    assert all("the same amounts" in notes[key] for key in ("HERITAGE", "MUSEUMS", "THEATRES"))
    assert "Gross expenditure is published as £0." in notes["RECYCLING"]
    assert "total of £0" in notes["EMERGENCY"]
