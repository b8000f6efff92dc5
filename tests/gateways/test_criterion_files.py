"""Files of criteria values: read in the sandbox, each mistake with its place."""

from pathlib import Path

import pytest

from vfm.errors import Invalid
from vfm.gateways.criterion_files import LARGEST, read
from vfm.reports.workbook import Rows, workbook

KEYS = ("unit_cost", "demand")


def test_values_blanks_and_faults() -> None:
    raw = b'key,name,unit_cost,demand,notes\nLIB,Libraries,0.5,,x\nROADS,Roads,"1,5",-3.25,\nHOME,,,,\n'
    found = read(raw, "values.csv", KEYS)
    assert found.rows == (
        (2, "LIB", {"unit_cost": "0.5"}),
        (3, "ROADS", {"demand": "-3.25"}),
        (4, "HOME", {}),
    )
    assert [(line, column) for line, column, _ in found.faults] == [(3, "unit_cost")]
    assert found.unused == ("notes",)


def test_a_workbook_is_read_alike() -> None:
    made = workbook([Rows("Values", ("key", "demand"), (("LIB", 12.5), ("ROADS", None)))], title="Values")
    assert read(made, "values.xlsx", KEYS).rows == ((2, "LIB", {"demand": "12.5"}), (3, "ROADS", {}))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"name,unit_cost\nx,1\n", "first column"),
        (b"key,other\nLIB,1\n", "No column is the key of a criterion"),
        (b"key,unit_cost\n", "no services"),
        (b"key,unit_cost\nLIB,1\nLIB,2\n", "stands in line 2 too"),
        (b"x" * (LARGEST + 1), "the most is"),
    ],
)
def test_what_can_only_be_said_of_the_whole_file(raw: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read(raw, "values.csv", KEYS)


def test_a_hostile_file_ends_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        read(b"PK\x03\x04" + b"\0" * 200, "values.xlsx", KEYS)
