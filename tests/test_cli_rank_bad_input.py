"""`vfm rank` on poor input, from CSV and from Excel: named with a cure, or ranked with a warning."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from vfm import cli

NEED = "{key: need, weight: 3, goalposts: [0, 10]}"
COST = "{key: cost, weight: 1, goalposts: [0, 100], direction: lower}"
Rows = Sequence[Sequence[Any]]
GOOD: Rows = [["key", "need", "cost"], ["a", 8, 20], ["b", 2, 60], ["c", 5, 100]]


def as_csv(rows: Rows, path: Path) -> None:
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in rows)
    path.write_text(f"{text}\n", encoding="utf-8")


def as_excel(rows: Rows, path: Path) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Services")
    for row in rows:
        sheet.append(list(row))
    book.save(path)


@pytest.fixture(params=[("s.csv", as_csv), ("s.xlsx", as_excel)], ids=["csv", "excel"])
def rank(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Rank these rows under these criteria; exit status, what was printed, what was said beside it."""
    name, write = request.param
    monkeypatch.chdir(tmp_path)

    def run(rows: Rows, criteria: Sequence[str] = (NEED, COST), *more: str) -> tuple[int, str, str]:
        write(rows, tmp_path / name)
        (tmp_path / "c.yaml").write_text("criteria:\n" + "".join(f"  - {one}\n" for one in criteria))
        how = more or ("--draws", "0", "--json")
        status = cli.main(["rank", name, "--config", "c.yaml", *how])
        said = capsys.readouterr()
        return status, said.out.replace(name, "FILE"), said.err

    return run


@pytest.mark.parametrize(
    ("rows", "criteria", "sentence"),
    [
        (
            GOOD,
            [NEED.replace("3", "0"), COST.replace("weight: 1", "weight: 0")],
            "c.yaml:2:3: criteria: Every weight is 0. Give at least one criterion a weight above 0.",
        ),
        (GOOD, [NEED.replace("3", "-3")], "Weight -3.0 cannot be used. Give a number"),
        (GOOD, [NEED.replace("3", ".nan")], "“nan” is not a number. Give one."),
        (GOOD, [NEED.replace("3", ".inf")], "“inf” is not a number. Give one."),
        (GOOD, [NEED, NEED], "This criterion appears 2 times. Keep one of them."),
        (GOOD, [NEED.replace("[0, 10]", "[5, 5]")], "the first has to be under the second"),
        (GOOD, [NEED.replace("[0, 10]", "[9, 1]")], "Swap or correct them."),
        (GOOD, [NEED.replace("[0, 10]", "[0]")], "Goalposts are two numbers"),
        (GOOD, [NEED.replace("[0, 10]", "[0, .inf]")], "“inf” is not a number. Give one."),
        ([*GOOD, ["a", 1, 1]], [NEED, COST], "FILE:5: key: “a” stands in line 2 too. Keep one of them."),
        ([*GOOD, ["d", "nan", 1]], [NEED, COST], "FILE:5: need: “nan” is not a number"),
        ([*GOOD, ["d", "inf", 1]], [NEED, COST], "FILE:5: need: “inf” is not a number"),
        ([*GOOD, ["d", "1e999", 1]], [NEED, COST], "FILE:5: need: “1e999” is not a number"),
        ([*GOOD, ["d", "1e30", 1]], [NEED, COST], "d, need: 1e+30 is no number of a sensible size"),
        ([*GOOD, ["", 1, 1]], [NEED, COST], "FILE:5: key: This row has no key. Give it one."),
        ([GOOD[0]], [NEED, COST], "services: There are no services to rank. Give at least one."),
        (
            [GOOD[0], ["a", None, None]],
            [NEED, COST],
            "services: No service has a value on any weighted criterion. Give some values.",
        ),
        (
            [*GOOD, ["d", 0, 1]],
            [NEED.replace("[0, 10]", "[1, 10], transform: log10")],
            "d, need: 0.0 has no logarithm. Give a value above 0, or set a floor for this criterion.",
        ),
    ],
)
def test_what_cannot_be_ranked_is_named_with_its_cure(
    rank: Callable[..., tuple[int, str, str]], rows: Rows, criteria: Sequence[str], sentence: str
) -> None:
    status, printed, _ = rank(rows, criteria)
    assert status == 1
    assert sentence in printed
    assert not printed.startswith("{")


def test_one_criterion_and_one_service_can_be_ranked(rank: Callable[..., tuple[int, str, str]]) -> None:
    status, printed, _ = rank([["key", "need"], ["a", 4]], [NEED], "--draws", "300", "--json")
    (only,) = json.loads(printed)["services"]
    assert (status, only["rank"], only["index"], only["top_share"]) == (0, 1, pytest.approx(40), 1)


def test_a_constant_scale_gives_a_half_with_a_warning(rank: Callable[..., tuple[int, str, str]]) -> None:
    rows = [["key", "need", "same"], ["a", 8, 7], ["b", 2, 7]]
    status, printed, _ = rank(rows, [NEED, "{key: same, weight: 1}"])
    found = json.loads(printed)
    assert status == 0
    assert [s["values"]["same"] for s in found["services"]] == [0.5, 0.5]
    assert any("same: its reference does not vary" in warning for warning in found["warnings"])


@pytest.mark.parametrize("rows", [GOOD, [[*GOOD[0], "empty"], *([*row, None] for row in GOOD[1:])]])
def test_an_empty_criterion_is_dropped_with_a_warning_and_counts_as_missing(
    rank: Callable[..., tuple[int, str, str]], rows: Rows
) -> None:
    status, printed, _ = rank(rows, [NEED, COST, "{key: empty, weight: 1, goalposts: [0, 1]}"])
    found = json.loads(printed)
    assert status == 0
    assert found["warnings"][0].startswith("empty: no service has a value, so it is left out")
    assert {s["missing_weight"] for s in found["services"]} == {0.2}
    assert found["weights"] == {"need": 0.75, "cost": 0.25}


def test_a_blank_never_counts_as_0(rank: Callable[..., tuple[int, str, str]]) -> None:
    _, printed, _ = rank([*GOOD, ["d", 5, None]])
    values = {s["key"]: s["values"]["cost"] for s in json.loads(printed)["services"]}
    assert values["d"] == pytest.approx(0.4)


def test_thirty_thousand_services_are_ranked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [["key", "need", "cost"], *([f"s{i:05}", i * 7919 % 1000 / 100, i % 97] for i in range(30_000))]
    as_csv(rows, tmp_path / "s.csv")
    (tmp_path / "c.yaml").write_text(f"criteria:\n  - {NEED}\n  - {COST}\n")
    assert cli.main(["rank", "s.csv", "--config", "c.yaml", "--draws", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["services"]) == 30_000
    assert found["services"][0]["rank"] == 1
    assert sum(s["top_share"] for s in found["services"]) == pytest.approx(3_000)
    assert any("more than 2,000 services" in warning for warning in found["warnings"])


def test_a_list_without_end_is_refused_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    as_csv([["key", "need"], *([f"s{i}", 1] for i in range(50_001))], tmp_path / "s.csv")
    (tmp_path / "c.yaml").write_text(f"criteria:\n  - {NEED}\n")
    assert cli.main(["rank", "s.csv", "--config", "c.yaml", "--draws", "0"]) == 1
    assert capsys.readouterr().out == "s.csv:50002: There are more than 50,000 rows. Split the file.\n"
