"""Published services and figures: what is read, and the words for everything that cannot be."""

from decimal import Decimal
from pathlib import Path

import pytest

from vfm.errors import Invalid
from vfm.gateways import figures

FIGURES_HEAD = "service_key,measure,year,amount,unit,basis,source_key,form,line"
GOOD = 'BINS,net_expenditure,2024-25,-284000,GBP,"cash, outturn",RO5-2024-25,RO5,Recycling'
CORRECT = "Correct it here, or add it there."
TWICE = "BINS, net_expenditure, 2024-25 is already on line 2. Keep one of the two rows."


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(read, *arguments, **named) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read(*arguments, **named)
    return [str(problem) for problem in caught.value.problems]


def test_an_amount_keeps_every_digit(tmp_path):
    path = written(
        tmp_path,
        "figures.csv",
        FIGURES_HEAD,
        GOOD,
        GOOD.replace("-284000", "8.30").replace("GBP", "percent").replace("net_", ""),
    )
    money, percent = figures.read_figures(path)
    assert money.amount == Decimal(-284000)
    assert money.is_money
    assert money.basis == "cash, outturn"
    assert str(percent.amount) == "8.30"
    assert not percent.is_money


def test_a_byte_order_mark_empty_rows_and_other_columns_do_no_harm(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"mine,{FIGURES_HEAD}\r\n,,,,,,,,,\r\n\r\nx,{GOOD}\r\n".encode())
    assert [figure.service_key for figure in figures.read_figures(path)] == ["BINS"]


def test_every_problem_of_a_file_is_told_at_once_with_line_and_column(tmp_path):
    path = written(
        tmp_path,
        "figures.csv",
        FIGURES_HEAD,
        GOOD,
        GOOD.replace("-284000", "£2,9m").replace("£2,9m", '"£2,9m"'),
        GOOD.replace("2024-25", "2024-26"),
        GOOD.replace("BINS", "").replace("net_", "gross_"),
        GOOD,
    )
    assert problems(figures.read_figures, path) == [
        "figures.csv:3:amount: “£2,9m” is not a number. Write digits alone, such as 2896000 or -8.3.",
        f"figures.csv:3:service_key: {TWICE}",
        "figures.csv:4:year: “2024-26” is not a year. Write 2024-25, or 2025 for a count in one year.",
        "figures.csv:5:service_key: The cell is blank. Fill it in, or remove the row.",
        f"figures.csv:6:service_key: {TWICE}",
    ]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e6", "1_000", "١٢", "+5", "5.", ".5", "--5"])
def test_only_plain_digits_are_an_amount(tmp_path, amount):
    path = written(tmp_path, "figures.csv", FIGURES_HEAD, GOOD.replace("-284000", amount))
    assert [problem.split(": ")[0] for problem in problems(figures.read_figures, path)] == [
        "figures.csv:2:amount"
    ]


@pytest.mark.parametrize("year", ["2024-25", "1999-00", "2025"])
def test_years_that_follow_each_other_and_single_years_are_read(tmp_path, year):
    path = written(tmp_path, "figures.csv", FIGURES_HEAD, GOOD.replace("2024-25,-", f"{year},-"))
    assert figures.read_figures(path)[0].year == year


def test_a_figure_may_speak_only_of_what_is_known(tmp_path):
    path = written(tmp_path, "figures.csv", FIGURES_HEAD, GOOD)
    told = problems(
        figures.read_figures, path, services={"LIBRARIES"}, sources=set(), measures={"net_expenditure"}
    )
    assert told == [
        "figures.csv:2:service_key: services.csv does not have “BINS”. Correct it here, or add it there.",
        f"figures.csv:2:source_key: figure_sources.csv does not have “RO5-2024-25”. {CORRECT}",
    ]


def test_a_missing_file_says_where_it_should_be(tmp_path):
    assert problems(figures.read_services, tmp_path / "services.csv") == [
        f"services.csv: The file is missing from {tmp_path}. Put it there, or rebuild the folder."
    ]


def test_each_missing_column_is_named(tmp_path):
    path = written(
        tmp_path, "figures.csv", "service_key,measure,year,unit,basis,source_key,form", "a,b,c,d,e,f,g"
    )
    assert problems(figures.read_figures, path) == [
        "figures.csv:1:amount: There is no column amount. Add it to the first row.",
        "figures.csv:1:line: There is no column line. Add it to the first row.",
    ]


def test_an_empty_file_lacks_its_columns(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_bytes(b"")
    assert len(problems(figures.read_figures, path)) == len(figures.FIGURE_COLUMNS)


def test_rows_of_another_length_are_told_with_the_line_they_begin_on(tmp_path):
    two_lines = GOOD.replace('"cash, outturn"', '"cash,\noutturn"')
    path = written(tmp_path, "figures.csv", FIGURES_HEAD, two_lines, GOOD + ",more", "BINS,net_expenditure")
    assert [problem.split(": ")[0] for problem in problems(figures.read_figures, path)] == [
        "figures.csv:4:line",
        "figures.csv:5:measure",
    ]


def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_bytes(f"{FIGURES_HEAD}\ncaf".encode() + b"\xe9")
    (told,) = problems(figures.read_figures, path)
    assert told.endswith("is not UTF-8. Save the file as CSV UTF-8.")


def test_a_folder_in_place_of_a_file_and_a_stray_quote_are_problems(tmp_path):
    (tmp_path / "services.csv").mkdir()
    assert problems(figures.read_services, tmp_path / "services.csv")[0].startswith(
        "services.csv: The file cannot"
    )
    path = written(tmp_path, "figures.csv", FIGURES_HEAD, 'BINS,"net"x,')
    assert problems(figures.read_figures, path)[0].startswith("figures.csv: This is not a CSV file (")


def test_a_service_key_comes_once_and_a_note_may_be_blank(tmp_path):
    head = ",".join(figures.SERVICE_COLUMNS)
    row = "BINS,Bins,Streets,Waste,RO5,Recycling,environment,,,,,"
    assert figures.read_services(written(tmp_path, "services.csv", head, row))[0].note == ""
    path = written(tmp_path, "services.csv", head, row, row)
    assert problems(figures.read_services, path) == [
        "services.csv:3:key: BINS is already on line 2. Keep one of the two rows."
    ]


def test_a_council_is_read_whole_with_its_references_checked(tmp_path):
    council = figures.read_council(figures.demo_folder())
    cited = {figure.source_key for figure in council.figures}
    assert cited == {source.source_key for source in council.sources}
    assert {figure.measure for figure in council.figures} == {measure.measure for measure in council.measures}
    for name in ("services.csv", "figure_sources.csv", "measures.csv"):
        (tmp_path / name).write_bytes((figures.demo_folder() / name).read_bytes())
    written(tmp_path, "figures.csv", FIGURES_HEAD, GOOD)
    assert problems(figures.read_council, tmp_path) == [
        "figures.csv:2:service_key: services.csv does not have “BINS”. Correct it here, or add it there."
    ]
