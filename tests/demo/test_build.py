"""The demo files: built again they are the same bytes, people and profiles fit, no real council is named."""

import csv
import subprocess
import sys
from datetime import date

import pytest

from vfm.roles import Role
from vfm.settings import DATA, PROJECT

DEMO = DATA / "demo"
BUILT = ("services.csv", "figures.csv", "figure_sources.csv", "measures.csv", "profiles.csv")
SECTIONS = ("PRO", "FIT", "ECO", "EFF", "OUT", "EQU", "DEM", "CON", "DIG", "WFD", "GOV")


def table(name: str) -> list[dict[str, str]]:
    with (DEMO / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def run_build(script, *arguments) -> subprocess.CompletedProcess:
    command = [sys.executable, "-B", "-I", str(script), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def copied(folder):
    """The inputs of the build in a folder of their own, to be damaged."""
    for name in ("demo/build.py", "demo/invented.py", "demo/catalogue.csv", "demo/children_catalogue.csv"):
        (folder / "demo").mkdir(exist_ok=True)
        (folder / name).write_bytes((DATA / name).read_bytes())
    (folder / "figures").mkdir()
    for path in (DATA / "figures").glob("*.csv"):
        (folder / "figures" / path.name).write_bytes(path.read_bytes())
    return folder / "demo" / "build.py"


def test_the_build_repeats_byte_for_byte(tmp_path):
    done = run_build(DEMO / "build.py", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(BUILT)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (DEMO / name).read_bytes(), name


def test_a_published_line_without_a_service_stops_the_build(tmp_path):
    script = copied(tmp_path)
    catalogue = script.parent / "catalogue.csv"
    kept = [line for line in catalogue.read_text().splitlines() if not line.startswith("TOURISM,")]
    catalogue.write_text("\n".join(kept) + "\n")
    done = run_build(script)
    assert done.returncode == 1
    assert done.stderr == "catalogue.csv has no service for 2024-25 RO5 Tourism\n"


def test_a_service_without_a_published_line_stops_the_build(tmp_path):
    script = copied(tmp_path)
    catalogue = script.parent / "catalogue.csv"
    catalogue.write_text(catalogue.read_text().replace("Public Health,care", "Private Health,care"))
    done = run_build(script)
    assert done.returncode == 1
    assert done.stderr == "PUBLIC-HEALTH: the return of 2024-25 has no line RS: Private Health\n"


def test_too_many_folders_are_wrong_usage(tmp_path):
    assert run_build(DEMO / "build.py", tmp_path, tmp_path).returncode == 2


def test_one_file_alone_says_whose_figures_they_are():
    """The list of all councils has its name as well, once among hundreds."""
    name = ("black" + "pool").encode()
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    files = [PROJECT / path for path in listed.decode().split("\0") if path]
    naming = {path for path in files if path.is_file() and name in path.read_bytes().lower()}
    councils = DATA / "figures" / "authorities.csv"
    assert naming == {DATA / "SOURCES.md", councils}
    assert councils.read_bytes().lower().count(name) == 1


def test_there_is_one_profile_a_service_in_the_same_order():
    assert [row["service_key"] for row in table("profiles.csv")] == [
        row["key"] for row in table("services.csv")
    ]


def test_profiles_stay_inside_their_ranges():
    for row in table("profiles.csv"):
        assert all(0 <= float(row[section]) <= 1 for section in SECTIONS)
        grades = [
            float(row[f"evidence_{grade}"]) for grade in ("none", "assertion", "documented", "verified")
        ]
        assert sum(grades) == pytest.approx(1)
        assert 0 <= float(row["saving_low_percent"]) <= float(row["saving_high_percent"]) <= 100
        assert int(row["demand_volume"]) > 0
        assert row["eco_03"] in {
            "lowest_quarter",
            "below_median",
            "above_median",
            "highest_quarter",
            "not_known",
        }
        assert row["out_03"] in {"top_quarter", "above_median", "below_median", "bottom_quarter", "not_known"}
        assert row["out_05"] in {"positive", "mixed", "negative", "none"}
        assert not row["last_reviewed_on"] or date.fromisoformat(row["last_reviewed_on"]) <= date(2026, 9, 30)


def test_profiles_spread_widely_enough_to_rank():
    gross = {
        r["service_key"]: int(r["amount"])
        for r in table("figures.csv")
        if r["measure"] == "gross_expenditure"
    }
    strength = {r["service_key"]: sum(float(r[s]) for s in SECTIONS[1:]) / 10 for r in table("profiles.csv")}
    large = {key for key, amount in gross.items() if amount >= 3_000_000}
    assert sum(strength[key] < 0.4 for key in large) >= 3
    assert sum(strength[key] > 0.7 for key in large) >= 2
    assert sum(len(r["dont_know"].split(";")) >= 6 for r in table("profiles.csv")) >= 3
    assert sum(bool(r["not_applicable"]) for r in table("profiles.csv")) >= 5
    assert sum(not r["last_reviewed_on"] for r in table("profiles.csv")) >= 5
    assert {r["stage"] for r in table("profiles.csv")} == {"agreed", "submitted", "started", "not_started"}
    assert sum(r["is_pilot"] == "yes" for r in table("profiles.csv")) == 3


def test_people_are_invented_hold_every_role_and_belong_to_what_exists():
    people = table("people.csv")
    directorates = {row["directorate"] for row in table("services.csv")}
    keys = {row["key"] for row in table("services.csv")}
    roles = [role for person in people for role in person["roles"].split(";")]
    assert set(roles) == {role.value for role in Role}
    assert len({person["email"] for person in people}) == len(people) >= 20
    for person in people:
        assert person["email"] == person["name"].lower().replace(" ", ".") + "@wrenmouth.example"
        assert set(filter(None, person["directorates"].split(";"))) <= directorates
        assert set(filter(None, person["services"].split(";"))) <= keys


def test_every_directorate_has_exactly_one_director():
    directed = [person["directorates"] for person in table("people.csv") if person["roles"] == "director"]
    assert sorted(directed) == sorted({row["directorate"] for row in table("services.csv")})


def test_the_notice_says_that_everything_but_the_money_is_invented():
    (council,) = table("council.csv")
    assert "invented" in council["notice"]
    assert "a real English unitary" in council["notice"]
