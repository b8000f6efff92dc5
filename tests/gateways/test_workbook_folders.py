"""Zips and folders of workbooks: looked at before anything is unpacked, and read one by one."""

import io
import warnings
import zipfile
from pathlib import Path

import pytest

from vfm.errors import Invalid
from vfm.gateways import workbook_folders
from vfm.gateways.workbook_folders import Files, in_folder, in_zip


def zipped(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", packing) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return made


def refusal(stream: io.BytesIO) -> str:
    with pytest.raises(Invalid) as caught:
        in_zip(stream, "file")
    (problem,) = caught.value.problems
    assert problem.place == "file"
    return problem.message


def read(files: Files) -> tuple[list[tuple[str, bytes]], list[str]]:
    opened = list(files.opened())
    return opened, [str(problem) for problem in files.refused]


def test_files_come_one_by_one_without_folders_and_without_what_systems_leave_behind():
    names = ("a.xlsx", "deep/b.xlsx", "deep/", "__MACOSX/._a.xlsx", ".DS_Store", "deep/~$b.xlsx", "../c.xlsx")
    files = in_zip(zipped({name: name.encode() for name in names}), "file")
    assert files.total == 3
    opened, refused = read(files)
    assert opened == [("a.xlsx", b"a.xlsx"), ("b.xlsx", b"deep/b.xlsx"), ("c.xlsx", b"../c.xlsx")]
    assert refused == []


def test_what_is_no_zip_is_said_so():
    assert "This is not a zip." in refusal(io.BytesIO(b"hello"))
    assert "This is not a zip." in refusal(io.BytesIO(b""))
    assert "This zip is damaged." in refusal(io.BytesIO(zipped({"a": b"x" * 99}).getvalue()[:60]))
    assert "There is no file in this zip." in refusal(zipped({"folder/": b""}))


def test_too_many_files_or_too_much_in_them_refuse_the_zip(monkeypatch: pytest.MonkeyPatch):
    many = {f"{number}.xlsx": b"" for number in range(workbook_folders.MOST_FILES + 1)}
    assert refusal(zipped(many)).startswith("This zip holds 1,001 files; the most is 1,000.")
    assert "holds too many files" in refusal(zipped({"x" * 60_000 + str(n): b"" for n in range(20)}))
    monkeypatch.setattr(workbook_folders, "MOST_UNPACKED", 1_000)
    assert "unpacks to 1,002 bytes; the most is 1,000" in refusal(zipped(dict.fromkeys("ab", b"x" * 501)))


def test_a_member_that_is_not_unpacked_costs_itself_alone():
    made = zipped(
        {
            "good.xlsx": b"good",
            "inner.ZIP": zipped({"a": b""}).getvalue(),
            "large.xlsx": b"\0" * (workbook_folders.LARGEST_FILE + 1),
            "bomb.xlsx": b"\0" * 9_000_000,
        }
    )
    opened, refused = read(in_zip(made, "file"))
    assert opened == [("good.xlsx", b"good")]
    assert [one.partition(". ")[0] for one in refused] == [
        "inner.ZIP: This is a zip inside the zip",
        "large.xlsx: This file has 10,000,001 bytes; the most is 10,000,000",
        "bomb.xlsx: This file is packed in an unusual way",
    ]


def test_a_member_damaged_or_locked_costs_itself_alone():
    raw = bytearray(zipped({"a.xlsx": b"hello" * 9, "b.xlsx": b"good"}, zipfile.ZIP_STORED).getvalue())
    raw[raw.index(b"hello")] ^= 1
    opened, refused = read(in_zip(io.BytesIO(raw), "file"))
    assert opened == [("b.xlsx", b"good")]
    assert refused == ["a.xlsx: This file is damaged in the zip. Send it again."]
    locked = bytearray(zipped({"a.xlsx": b"hello"}).getvalue())
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    opened, refused = read(in_zip(io.BytesIO(locked), "file"))
    assert opened == []
    assert "locked with a password" in refused[0]


def test_two_files_of_one_name_are_two_files():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr("a.xlsx", b"one")
            archive.writestr("a.xlsx", b"two")
    assert read(in_zip(made, "file")) == ([("a.xlsx", b"one"), ("a.xlsx", b"two")], [])


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(Invalid, match="There is no workbook in this folder"):
        in_folder(tmp_path)
    for name in ("b.xlsx", "a.xlsx", ".DS_Store", "~$a.xlsx"):
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "inner").mkdir()
    monkeypatch.setattr(workbook_folders, "LARGEST_FILE", 100)
    (tmp_path / "large.xlsx").write_bytes(b"x" * 101)
    opened, refused = read(in_folder(tmp_path))
    assert opened == [("a.xlsx", b"a.xlsx"), ("b.xlsx", b"b.xlsx")]
    assert refused == [
        "large.xlsx: This file has 101 bytes; the most is 100. Take out pictures and own sheets."
    ]
    monkeypatch.setattr(workbook_folders, "MOST_FILES", 2)
    with pytest.raises(Invalid, match="There are 3 files here; the most is 2"):
        in_folder(tmp_path)
