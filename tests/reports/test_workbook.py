"""Workbooks and CSV files: every digit, and nothing that runs."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from vfm.reports.workbook import Rows, csv_file, workbook

FORMULAS = ["=1+1", "+44 1234", "-1 day", "@SUM(A1)", "\t=1"]


def first_row(*cells: object) -> list[openpyxl.cell.Cell]:
    rows = Rows("A sheet", tuple(f"Column {n}" for n in range(len(cells))), (cells,))
    book = openpyxl.load_workbook(io.BytesIO(workbook([rows], title="A title")))
    return list(book["A sheet"][2])


@pytest.mark.parametrize("figure", [200 / 3, 0.1 + 0.2, 1e-9, 123456789.12345679, 0.0, -62.5])
def test_a_figure_keeps_every_digit(figure: float) -> None:
    assert first_row(figure)[0].value == figure
    assert csv_file(Rows("A sheet", ("Figure",), ((figure,),))).decode("utf-8-sig").splitlines()[1] == repr(
        figure
    )


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_never_a_formula(text: str) -> None:
    (cell,) = first_row(text)
    assert (cell.value, cell.data_type) == (text, "s")
    assert (
        csv_file(Rows("A sheet", ("Text",), ((text,),))).decode("utf-8-sig").splitlines()[1].strip('"')[0]
        == "'"
    )


def test_blanks_days_and_exact_amounts() -> None:
    blank, day, amount, text = first_row(None, date(2026, 11, 23), Decimal("85832000.5"), "x" * 40_000)
    assert blank.value is None
    assert day.value.date() == date(2026, 11, 23)
    assert amount.value == 85832000.5
    assert len(text.value) == 32_767
