"""The scripts that print figures still find what they measure."""

import re
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).resolve().parents[2] / "bench"


def test_every_edit_of_the_designer_has_its_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    import designer

    monkeypatch.setattr(sys, "argv", ["designer.py", "--questions", "1", "--rounds", "1"])
    designer.main()
    printed = capsys.readouterr().out
    assert printed.startswith("61 questions, ")
    figures = dict(re.findall(r"^(\S.*?) +([\d.]+) +[\d.]+$", printed, re.MULTILINE))
    assert list(figures) == [
        "open the designer",
        "open the designer, all sections",
        "open one question",
        "save a reworded question",
        "down",
        "double",
        "undo",
        "redo",
        "delete",
    ]
    assert all(float(figure) > 0 for figure in figures.values())


def test_a_place_without_forms_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    import xlsforms

    assert xlsforms.main([str(tmp_path)]) == 2
    assert "No XLSForm" in capsys.readouterr().out


def test_every_request_of_completing_has_its_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    import complete

    assert complete.main(["--database", "sqlite", "--rounds", "1", "--directors", "2"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("sqlite: 50 questions in 8 sections")
    figures = {
        name: (float(cpu), int(statements))
        for name, cpu, statements in re.findall(r"^(\S.*?) +([\d.]+) +[\d.]+ +(\d+)$", printed, re.MULTILINE)
    }
    assert len(figures) == 1 + 2 * 8 + 3 + 1
    assert all(cpu > 0 and statements > 0 for cpu, statements in figures.values())
    assert "2 directors at once: 40 requests, p95 " in printed
    assert "100 answers acknowledged, 0 lost" in printed


def test_portfolios_have_their_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    monkeypatch.setenv("PYTHONPATH", str(BENCH.parent))
    import portfolio

    assert portfolio.main(["--assessments", "300", "--rounds", "1"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("300 assessments of 60 questions, 2")
    assert re.search(r"every figure of every section: +[\d.]+ ms", printed)
    assert re.search(r"a plain pandas groupby mean: +[\d.]+ ms CPU, [\d.]+ times", printed)
    assert portfolio.main(["--store", "--stored", "20", "--database", "sqlite"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("sqlite: 20 assessments of 60 questions\nload ")
    assert re.search(r"load and score [\d.]+ s CPU \(limit 3\), peak \d+ MB", printed)


def test_every_step_of_taking_workbooks_in_has_its_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(BENCH)
    import workbooks

    monkeypatch.setattr(workbooks.tempfile, "gettempdir", lambda: str(tmp_path))
    assert workbooks.main(["--workbooks", "2"]) == 0
    printed = capsys.readouterr().out
    figures = dict(re.findall(r"^(\S.*?) +([\d.]+) s", printed, re.MULTILINE))
    assert list(figures) == [
        "read, checked and stored",
        "scored",
        "ranked",
        "in all",
        "the plain pandas script",
    ]
    assert all(float(figure) >= 0 for figure in figures.values())
    assert "refused: service-100-hostile.xlsx: This file is damaged." in printed
    assert "refused: service-200-old.xlsx: This workbook was made for other wording" in printed
