"""`vfm rank` and `vfm plan`: the laid-down output, lines to read, problems with their places, exit status."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from vfm import cli

CONFIG = """
criteria:
  - {key: need, weight: 3, goalposts: [0, 10], group: demand}
  - {key: cost, weight: 1, goalposts: [0, 100], direction: lower, group: cost}
"""
SERVICES = "key,need,cost\nb,2,60\na,8,20\nc,5,100\nd,,50\n"
PERIODS = "periods:\n  - {key: q1, days: 90}\n  - {key: q2, days: 200}\n"
REVIEWS = "key,priority,mode,days,directorate\nbins,50,deep_dive,,Place\ncare,80,service_review,,People\n"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Write one file into an empty working folder; its name, as a command takes it."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return name

    return write


def ranking(written: Any, *more: str, services: str = SERVICES, config: str = CONFIG) -> list[str]:
    return ["rank", written("s.csv", services), "--config", written("c.yaml", config), *more]


def plan(written: Any, *more: str, reviews: str = REVIEWS, config: str = PERIODS) -> list[str]:
    return ["plan", written("r.csv", reviews), "--config", written("p.yaml", config), *more]


def test_a_ranking_has_the_laid_down_shape(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(ranking(written, "--json", "--draws", "500", "--top", "1")) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == [
        "services",
        "base",
        "weights",
        "effective_weights",
        "intervals",
        "themes",
        "seed",
        "warnings",
    ]
    assert list(found["services"][0]) == [
        "key",
        "rank",
        "index",
        "low",
        "high",
        "missing_weight",
        "values",
        "contributions",
        "drivers",
        "top_share",
        "expected_rank",
        "outcome",
        "rule",
        "borderline",
    ]
    assert [(s["key"], s["rank"], s["outcome"]) for s in found["services"]] == [
        ("a", 1, "deep_dive"),
        ("c", 2, "monitor"),
        ("b", 3, "monitor"),
        ("d", None, "data_first"),
    ]
    assert sum(s["top_share"] for s in found["services"][:3]) == pytest.approx(1)
    assert found["weights"] == {"need": 0.75, "cost": 0.25}


def test_the_same_files_give_the_same_bytes(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    head, *rows = SERVICES.splitlines()
    turned = "\n".join([head, *reversed(rows)]) + "\n"
    printed = []
    for services in (SERVICES, turned):
        assert cli.main(ranking(written, "--json", "--draws", "600", services=services)) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def test_without_json_each_service_is_a_line_to_read(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(ranking(written, "--draws", "0")) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("deep_dive (rule 5): a is 1st of 3 with an index of 80.0.")
    assert lines[3] == "data_first (rule 2): d is not ranked: 75% of the weight has no value. Missing: need."
    assert "1 of 4 services are not ranked" in said.err


def test_another_method_refuses_gaps_with_their_places(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(ranking(written, "--method", "topsis", "--json")) == 1
    assert capsys.readouterr().out.startswith("d, need: There is no value, and TOPSIS needs them all.")


def test_problems_of_services_and_settings_are_listed(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(ranking(written, services="key,need,cost\na,lots,1\nb,1,£5\n")) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" “")[0] for line in lines] == ["s.csv:2: need:", "s.csv:3: cost:"]
    assert cli.main(ranking(written, config="criteria:\n  - {key: need, goalposts: [5, 1]}\n")) == 1
    assert capsys.readouterr().out.startswith("c.yaml:2:5: need: Goalposts 5.0 and 1.0")


@pytest.mark.parametrize(
    "argv",
    [
        ["rank"],
        ["rank", "s.csv"],
        ["rank", "s.csv", "--config"],
        ["rank", "nowhere.csv", "--config", "c.yaml"],
        ["rank", "s.csv", "--config", "nowhere.yaml"],
        ["rank", "s.csv", "--config", "c.yaml", "--method", "guess"],
        ["rank", "s.csv", "--config", "c.yaml", "--draws", "-1"],
        ["rank", "s.csv", "--config", "c.yaml", "--top", "0"],
        ["rank", "s.csv", "--config", "c.yaml", "--top", "1.5"],
        ["plan", "r.csv"],
        ["plan", "nowhere.csv", "--config", "p.yaml"],
    ],
)
def test_wrong_use_is_exit_2_and_prints_nothing_to_read(
    argv: list[str], written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ranking(written)
    plan(written)
    assert cli.main(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "vfm" in said.err


def test_a_plan_has_the_laid_down_shape(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(plan(written, "--json")) == 0
    assert json.loads(capsys.readouterr().out) == {
        "scheduled": [
            {"key": "bins", "period": "q1", "mode": "deep_dive"},
            {"key": "care", "period": "q2", "mode": "service_review"},
        ],
        "objective": pytest.approx(50 + 80 * 0.95),
        "gap": pytest.approx(0),
        "left_out": [],
        "binding": [],
    }


def test_without_json_a_plan_is_lines_to_read(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    more = REVIEWS + "fleet,10,service_review,,Place\n"
    assert cli.main(plan(written, reviews=more)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "q1: bins (deep_dive)",
        "q2: care (service_review)",
        "fleet is left out: it takes 160 days, and no period it may be in has more than 40 days free (q2).",
        "in the way: capacity of q1",
        "in the way: capacity of q2",
        "objective: 126.0, at most 0.00% short of the best there can be",
    ]


def test_mandatory_reviews_that_do_not_fit_are_exit_1(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reviews = "key,priority,mode,days,directorate,latest,mandatory\ncare,80,service_review,,People,q1,yes\n"
    assert cli.main(plan(written, "--json", reviews=reviews)) == 1
    assert json.loads(capsys.readouterr().out) == {
        "infeasible": [{"period": "q1", "short_by_days": 70, "keys": ["care"]}]
    }
    assert cli.main(plan(written, reviews=reviews)) == 1
    assert capsys.readouterr().out == (
        "q1 is short by 70 days: care. Give it more days, or move a deadline.\n"
    )


def test_problems_of_reviews_are_listed(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    reviews = "key,priority,mode,days,directorate,latest\na,x,deep_dive,,P,\nb,1,picnic,,P,q9\n"
    assert cli.main(plan(written, reviews=reviews)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" “")[0] for line in lines] == ["r.csv:2: priority:", "r.csv:3: mode:"]


def test_problems_of_reviews_and_of_settings_are_listed_together(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(plan(written, reviews="key,priority,mode\na,,deep_dive\n", config="gamma: high\n")) == 1
    places = [line.split(": ")[0] for line in capsys.readouterr().out.splitlines()]
    assert places == ["p.yaml:1:1", "p.yaml:1:8", "r.csv:2"]


def test_a_directorate_limit_in_the_way_is_named(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{key},5,deep_dive,10,Place,q1,yes" for key in "abc"]
    reviews = "\n".join(["key,priority,mode,days,directorate,latest,mandatory", *rows])
    assert cli.main(plan(written, reviews=reviews)) == 1
    assert capsys.readouterr().out == (
        "q1: more than the limit of a directorate (Place): a, b and c. Raise the limit, or move a deadline.\n"
    )


def test_the_standard_error_is_printed(written: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(ranking(written, "--draws", "2500")) == 0
    assert "standard error of a share of trials is up to 1.00 percentage points" in capsys.readouterr().err


def test_an_overload_is_used_for_mandatory_reviews_alone_and_told(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    reviews = "key,priority,mode,mandatory\na,1,deep_dive,yes\nb,1,deep_dive,yes\nc,90,deep_dive,no\n"
    config = "periods:\n  - {key: q1, days: 100, overload: 30}\n"
    assert cli.main(plan(written, "--json", reviews=reviews, config=config)) == 0
    found = json.loads(capsys.readouterr().out)
    assert [s["key"] for s in found["scheduled"]] == ["a", "b"]
    assert found["overloaded"] == [{"period": "q1", "days": 20}]
    assert cli.main(plan(written, reviews=reviews, config=config)) == 0
    assert "overload: q1 by 20 days" in capsys.readouterr().out.splitlines()


def test_an_excel_file_of_reviews_is_planned_as_its_csv(
    written: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["key", "priority", "mode", "days", "directorate"], ["bins", 50, "deep_dive", None, "Place"]):
        sheet.append(row)
    sheet.append(["care", 80, "service_review", None, "People"])
    book.save(tmp_path / "r.xlsx")
    assert cli.main(["plan", "r.xlsx", "--config", written("p.yaml", PERIODS), "--json"]) == 0
    from_excel = capsys.readouterr().out
    assert cli.main(plan(written, "--json")) == 0
    assert capsys.readouterr().out == from_excel


def test_the_order_of_the_rows_changes_no_byte_of_a_plan(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"s{i},{50 - i % 7},deep_dive,{10 + i},D{i % 3}" for i in range(30)]
    printed = []
    for order in (rows, rows[::-1]):
        reviews = "\n".join(["key,priority,mode,days,directorate", *order]) + "\n"
        assert cli.main(plan(written, "--json", reviews=reviews)) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]


def test_settings_that_cannot_be_planned_with_are_named_in_their_line(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    periods = "  - {key: q1, days: -5}\n  - {key: q2, days: 5, overload: -3}\n  - {key: q2, days: 5}\n"
    config = f"periods:\n{periods}gamma: 2\ndirectorate_limit: 0\n"
    assert cli.main(plan(written, config=config)) == 1
    places = [line.split(": ")[:2] for line in capsys.readouterr().out.splitlines()]
    assert places == [
        ["p.yaml:5:8", "gamma"],
        ["p.yaml:6:20", "directorate_limit"],
        ["p.yaml:4:5", "q2"],
        ["p.yaml:2:5", "q1"],
        ["p.yaml:4:5", "q2"],
    ]
    assert cli.main(plan(written, config="periods: []\n")) == 1
    assert capsys.readouterr().out.startswith("p.yaml:1:10: periods: There are no periods.")


def test_where_every_period_is_closed_each_review_says_so(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(plan(written, config="periods:\n  - {key: q1, days: 90, blackout: yes}\n")) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == ("care is left out: every period it may be in is closed. Open one, or widen its window.")


def test_what_a_compiled_library_prints_by_itself_stays_out_of_the_result() -> None:
    """The solver prints a line of its own now and then, which would spoil the JSON."""
    program = (
        "import ctypes\n"
        "from vfm.commands.console import quiet_libraries, report\n"
        "with quiet_libraries():\n"
        "    ctypes.CDLL(None).puts(b'noise')\n"
        "report(['result'])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "result\n"


def test_a_long_list_says_how_far_its_draws_are_and_a_short_one_does_not(
    written: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"s{at:04},{at % 11},{at % 97}\n" for at in range(2_001))
    assert cli.main(ranking(written, "--draws", "300", services=f"key,need,cost\n{rows}")) == 0
    assert "900 of 900 draws\n" in capsys.readouterr().err
    assert cli.main(ranking(written, "--draws", "300")) == 0
    assert "of 900 draws" not in capsys.readouterr().err
