"""Files of published figures: each layout on cuts of real files, and each fault at its line and column."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from vfm.errors import Invalid
from vfm.gateways import figure_files
from vfm.gateways.figure_layouts import LAYOUTS
from vfm.scoring.figure_files import Area, Brought, Kind, Measure, Period
from vfm.settings import DATA

FIGURES = DATA / "figures"
PLAIN = "authority_code,measure,year,amount,title,unit,basis\n"
OWN = "E06000009"


def read(text: str | bytes, name: str = "figures.csv", **more: object) -> Brought:
    raw = text if isinstance(text, bytes) else text.encode()
    return figure_files.read(raw, name, **more)


def refused(text: str | bytes, name: str = "figures.csv", **more: object) -> str:
    with pytest.raises(Invalid) as refusal:
        read(text, name, **more)
    return str(refusal.value)


def amounts(brought: Brought) -> dict[tuple[str, str, str], str | None]:
    """(council, measure, year) -> amount."""
    return {
        (
            brought.areas[row.area].code or brought.areas[row.area].number,
            brought.measures[row.measure].key,
            brought.periods[row.period].year,
        ): row.amount
        for row in brought.rows
    }


# --- layouts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "layout", "rows", "members"),
    [
        ("comparator_children.csv", "children", 5472, 0),
        ("comparator_blocks.csv", "outturn_blocks", 2604, 0),
        ("comparator_lines.csv", "outturn_lines", 1500, 0),
        ("comparator_adults.csv", "oflog", 1753, 0),
        ("comparator_list.csv", "comparator_list", 0, 15),
        ("statistical_neighbours.csv", "statistical_neighbours", 0, 10),
        ("children_measure_definitions.csv", "children_definitions", 0, 0),
        ("authorities.csv", "authorities", 0, 0),
    ],
)
def test_a_real_file_is_known_by_its_headings_and_read_whole(name: str, layout: str, rows: int, members: int):
    brought = read((FIGURES / name).read_bytes(), name)
    assert (brought.layout, brought.recognised) == (layout, True)
    assert (len(brought.rows), len(brought.members), brought.fault_count) == (rows, members, 0)


def test_the_outturn_of_all_years_brings_blocks_and_totals_in_pounds():
    brought = read(
        "year_ending,status,LA_name,LA_class,ONS_code,RS_edu_net_exp,RS_asc_net_exp,RS_totsx_net_exp,RO3_x_net_cur_exp\n"
        "202503,submitted,Derby,UA,E06000015,100,-2,[x],7\n"
        "202503,,England,,E92000001,9000,,..,\n"
        "202503,,Unitary authorities,,E06,1,1,1,\n"
        "202403,submitted,Derby,UA,E06000015,90,1,300,6\n"
    )
    assert (brought.layout, brought.kind) == ("outturn_wide", Kind.FIGURES)
    found = amounts(brought)
    assert found["E06000015", "RS_edu_net_exp", "2024-25"] == "100000"
    assert found["E06000015", "RS_asc_net_exp", "2024-25"] == "-2000"
    assert found["E06000015", "RS_totsx_net_exp", "2024-25"] is None
    assert found["E06000015", "RS_totsx_net_exp", "2023-24"] == "300000"
    assert found["E92000001", "RS_edu_net_exp", "2024-25"] == "9000000"
    assert len(found) == 9
    assert brought.passed_over == (("rows that sum up a class of councils", 1),)
    assert brought.areas[0] == Area("E06000015", name="Derby", kind="UA")
    assert {period.basis for period in brought.periods} == {"cash, outturn"}


def test_more_columns_of_the_outturn_are_taken_when_they_are_named():
    brought = read(
        "year_ending,ONS_code,RS_edu_net_exp,RO3_x_net_cur_exp\n202503,E06000015,1,7\n",
        more=["RO3_x_net_cur_exp"],
    )
    assert amounts(brought)["E06000015", "RO3_x_net_cur_exp", "2024-25"] == "7000"


def test_the_long_and_the_wide_outturn_name_the_same_measure():
    long = read(
        "financial_year,ons_code,service_block,net_current_expenditure_gbp_thousand\n"
        f"2017-18,{OWN},Adult Social Care,43502\n2017-18,{OWN},Total service expenditure,1\n"
    )
    assert amounts(long) == {
        (OWN, "RS_asc_net_exp", "2017-18"): "43502000",
        (OWN, "RS_totsx_net_exp", "2017-18"): "1000",
    }


def test_the_children_s_measures_mark_outturn_and_what_is_missing():
    brought = read(
        "measure_code,period,area,la_number,region,value\n"
        "LACFinance,2024-25 (OT),Derby,831,East Midlands,2010\n"
        "LAC,2025,England,970,NA,66.400000000000006\n"
        "LAC,2025,Derby,831,East Midlands,-\n"
    )
    assert brought.periods == (Period("2024-25", "cash, outturn"), Period("2025", ""))
    assert amounts(brought) == {
        ("831", "LACFinance", "2024-25"): "2010",
        ("970", "LAC", "2025"): "66.4",
        ("831", "LAC", "2025"): None,
    }


def test_definitions_say_unit_and_which_way_is_better():
    found = {one.key: one for one in read((FIGURES / "comparator_definitions.csv").read_bytes()).measures}
    assert (found["LACFinance"].unit, found["LACFinance"].polarity) == ("GBP per week", "")
    assert (found["TotalLACFinance"].unit, found["LAC"].unit) == ("GBP", "per 10,000 children")
    assert (found["LACStable_2016on"].unit, found["LACStable_2016on"].polarity) == ("percent", "low")
    assert found["CareLeaverAcc"].polarity == "high"


def test_the_metrics_of_oflog_and_their_original_headings():
    place = "2022-23,E06000005,Darlington,LA_Raw,Unitary Authorities,North East"
    rate = '"Outcome, Workforce turnover rate"'
    ours = read(
        "financial_year,ons_code,authority,row_type,class,region,measure,measure_code,value\n"
        f"{place},{rate},ASC7,0.3\n"
    )
    theirs = read(
        "Financial year,Local authority code,Local authority name,Grouping,Entity_Name,Region,Measure,Value,"
        f"MEDIAN\n{place},{rate},0.3,1\n"
    )
    assert ours.measures[0][:2] == ("ASC7", "Workforce turnover rate")
    assert theirs.measures[0][:2] == ("OFLOG_workforce_turnover_rate", "Workforce turnover rate")
    assert ours.areas == theirs.areas
    assert [row.amount for row in ours.rows] == [row.amount for row in theirs.rows] == ["0.3"]


def test_neighbours_keep_their_rank():
    brought = read((FIGURES / "statistical_neighbours.csv").read_bytes())
    ranked = {brought.areas[one.area].number: one.rank for one in brought.members}
    assert (ranked["805"], ranked["861"]) == (1, 10)


def test_a_plain_file_says_everything_itself():
    brought = read(f'{PLAIN}{OWN},waste,2024-25,"1,234.50",Cost of waste,GBP per household,cash\n')
    assert brought.measures == (Measure("waste", "Cost of waste", "GBP per household"),)
    assert amounts(brought) == {(OWN, "waste", "2024-25"): "1234.5"}


def test_a_plain_file_may_leave_the_year_to_be_asked():
    brought = read(f"authority_code,measure,amount\n{OWN},waste,5\n")
    assert brought.periods == (Period("", ""),)


def test_an_excel_workbook_with_a_title_above_the_headings():
    book = Workbook()
    book.active.title = "Notes"
    book.active.append(["Figures of the department"])
    sheet = book.create_sheet("Data")
    for cells in (
        ["A title"],
        [],
        ["authority_code", "measure", "year", "amount"],
        [OWN, "waste", "2024-25", 5.25],
    ):
        sheet.append(cells)
    made = io.BytesIO()
    book.save(made)
    brought = read(made.getvalue(), "figures.xlsx")
    assert amounts(brought) == {(OWN, "waste", "2024-25"): "5.25"}
    assert brought.notices == ("The workbook has 2 sheets; “Data” was read.",)


def test_semicolons_wide_characters_and_the_alphabet_of_windows():
    text = f"authority_code;measure;year;amount;title\n{OWN};waste;2024-25;5;Café\n"
    for raw in (text.encode("utf-16"), text.encode("utf-8-sig"), text.encode("cp1252")):
        brought = read(raw)
        assert brought.measures[0].title == "Café"
        assert bool(brought.notices) == (raw == text.encode("cp1252"))


# --- faults ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (f"{OWN},waste,2024-25,12%,Waste,GBP,cash", "amount", "is not a number. Write digits alone"),
        (f"{OWN},waste,2024-25,1.2e+06,Waste,GBP,cash", "amount", "written with an exponent"),
        (f'{OWN},waste,2024-25,"12,34",Waste,GBP,cash', "amount", "is not a number"),
        (f"{OWN},waste,2024-25,(12),Waste,GBP,cash", "amount", "write a minus sign: -12"),
        (f"{OWN},waste,2024-25,-12,Waste,percent,cash", "amount", "is below nought"),
        (f"{OWN},waste,2024-26,12,Waste,GBP,cash", "year", "is not a year. Write 2024-25"),
        (f"{OWN},waste,next year,12,Waste,GBP,cash", "year", "is not a year"),
        ("X0600,waste,2024-25,12,Waste,GBP,cash", "code", "no code of a council"),
        (",waste,2024-25,12,Waste,GBP,cash", "code", "code is blank"),
        (f"{OWN},,2024-25,12,Waste,GBP,cash", "measure", "The measure is blank"),
        (f"{OWN},waste,2024-25,12,Waste,GBP,cash,more", "basis", "The row has 8 cells, the headings 7"),
    ],
)
def test_a_fault_is_named_at_its_line_and_the_rest_is_read(row: str, column: str, words: str):
    brought = read(f"{PLAIN}{row}\nE06000015,waste,2024-25,12,Waste,GBP,cash\n")
    (fault,) = brought.faults
    assert (fault.line, fault.column) == (2, column)
    assert words in fault.words
    assert amounts(brought) == {("E06000015", "waste", "2024-25"): "12"}


def test_net_money_may_be_below_nought():
    assert read(f"{PLAIN}{OWN},net,2024-25,-12,Net,GBP,cash\n").rows[0].amount == "-12"


def test_the_same_figure_twice_is_kept_once_and_two_that_differ_are_not_kept():
    brought = read(
        f"{PLAIN}{OWN},a,2024-25,1,A,GBP,cash\n{OWN},a,2024-25,1,A,GBP,cash\n"
        f"{OWN},b,2024-25,1,B,GBP,cash\n{OWN},b,2024/25,2,B,GBP,cash\n{OWN},b,2024-25,1,B,GBP,cash\n"
    )
    assert amounts(brought) == {(OWN, "a", "2024-25"): "1"}
    assert [fault.line for fault in brought.faults] == [3, 4, 5, 6]
    assert "stands in line 2 already, with the same figure" in brought.faults[0].words
    assert "Neither is taken" in brought.faults[1].words


def test_mixed_years_of_one_measure_are_pointed_out():
    brought = read(f"{PLAIN}{OWN},a,2024-25,1,A,GBP,cash\n{OWN},a,2023,1,A,GBP,cash\n")
    assert brought.notices == ("Financial and calendar years are mixed in a. Check that they mean the same.",)


def test_many_faults_are_counted_and_the_first_are_listed(monkeypatch: pytest.MonkeyPatch):
    rows = "".join(f"{OWN},m{number},2024-25,none at all,A,GBP,cash\n" for number in range(1_200))
    brought = read(PLAIN + rows)
    assert (brought.fault_count, len(brought.faults)) == (1_200, figure_files.MOST_FAULTS)


def test_neighbours_with_faults():
    heading = "la_number,la_name,rank,neighbour_la_number\n"
    brought = read(f"{heading}831,Derby,1,805\n831,Derby,1,805\n831,Derby,first,806\n831,Derby,2,831\n")
    assert len(brought.members) == 1
    said = [fault.words for fault in brought.faults]
    assert ["listed already" in said[0], "is no rank" in said[1], "its own neighbour" in said[2]] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "This file is empty"),
        ("\n\n  \n", "This file is empty"),
        (PLAIN, "There are headings and nothing below them"),
        ("name,price\nApples,3\n", "The layout is not known. The headings seem to be: name, price."),
        (b"\xd0\xcf\x11\xe0" + b"x" * 100, "Excel file of the old kind"),
        (b"a\0b" * 10, "This is not a text file"),
        (f'{PLAIN}{OWN},"waste,2024-25,5\n', "This is not CSV"),
        ("authority_code,measure,year,amount,amount\nE06000009,w,2025,1,2\n", "“amount” is there twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(content: str | bytes, words: str):
    assert words in refused(content)


def test_a_workbook_that_is_none_is_refused():
    assert "figures.xlsx" in refused(b"PK\x03\x04 and nothing of a zip", "figures.xlsx")


def test_a_chosen_layout_names_the_columns_that_lack():
    said = refused("ONS code,Year,Value\nE06000009,2024-25,1\n", layout="children")
    assert "There is no column “measure_code”. Add it, or choose another layout." in said
    assert "figures.csv:1" in said


def test_a_layout_may_be_chosen_over_the_recognised_one():
    text = f"ons_code,financial_year,measure,value,amount\n{OWN},2024-25,waste,5,6\n"
    assert read(text).layout == "oflog"
    chosen = read(text.replace("financial_year", "year"), layout="plain")
    assert (chosen.layout, chosen.recognised) == ("plain", False)
    assert chosen.rows[0].amount == "6"


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figure_files, "LARGEST", 10)
    assert "the most is 10. Split it by year." in refused(PLAIN + "x")


def test_too_many_figures_end_the_reading(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(figure_files, "MOST_FIGURES", 2)
    order = b'{"layout": "", "more": []}\n'
    rows = "".join(f"{OWN},m{number},2024-25,1,A,GBP,cash\n" for number in range(5))
    with pytest.raises(Invalid, match="more than 2 figures up to here"):
        figure_files.read_in_child(order + (PLAIN + rows).encode(), "figures.csv")


def test_what_a_file_brings_survives_its_way_through_json():
    for path in sorted(Path(FIGURES).glob("comparator_*.csv")):
        brought = read(path.read_bytes(), path.name)
        assert Brought.from_json(brought.as_json()) == brought


def test_every_amount_of_the_cut_is_the_published_one():
    published = (FIGURES / "comparator_blocks.csv").read_text(encoding="utf-8").splitlines()[1:]
    found = amounts(read((FIGURES / "comparator_blocks.csv").read_bytes()))
    assert sum(Decimal(line.rsplit(",", 1)[1]) * 1000 for line in published) == sum(
        Decimal(amount) for amount in found.values()
    )


def test_every_layout_says_where_it_is_published_or_asks():
    for layout in LAYOUTS.values():
        is_asked = layout.kind in (Kind.MEASURES, Kind.AUTHORITIES) or layout.key == "plain"
        assert bool(layout.asked.title and layout.asked.licence) != is_asked
