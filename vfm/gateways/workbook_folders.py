"""Many workbooks at once: those in a zip, or in a folder, looked at one by one and never unpacked to disk."""

import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from vfm.errors import Invalid, Problem
from vfm.gateways.archives import MOST_RATIO, PACKINGS
from vfm.gateways.file_kinds import shown

MOST_FILES = 1_000
LARGEST_FILE = 10_000_000
"""Bytes of one workbook; the same as `answer_workbooks.LARGEST`, asked before it is unpacked."""
MOST_UNPACKED = 500_000_000
LARGEST_LIST = 1_000_000
"""Bytes of a zip's own list of what it holds."""
NOT_MEANT = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini", "~$", ".~lock.")
"""Beginnings of names (of a folder, or of a file in it) that systems and programs leave behind."""
SPLIT = "Make two zips of it and send one after the other."
NOT_A_ZIP = "This is not a zip. Put the workbooks into one zip and choose that."
DAMAGED = "This zip is damaged. Make it again and send that."


@dataclass(slots=True)
class Files:
    """Files to be read one after the other.

    Attributes:
        openers: (name to show, what gives its bytes) of each.
        refused: what is wrong with those that cannot be opened, each at its name; complete only once
            `opened` has come to its end.
    """

    openers: list[tuple[str, Callable[[], bytes]]] = field(default_factory=list)
    refused: list[Problem] = field(default_factory=list)
    total: int = 0

    def opened(self) -> Iterator[tuple[str, bytes]]:
        """(name, bytes) of each that can be opened, fetched when its turn comes."""
        for name, fetch in self.openers:
            try:
                raw = fetch()
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
                self.refused.append(Problem(name, "This file is damaged in the zip. Send it again."))
            else:
                yield name, raw


def in_zip(stream: BinaryIO, place: str) -> Files:
    """The files in a zip, as its own list names them; nothing is unpacked yet.

    Args:
        stream: the zip, which stays open while the files are read.
        place: of problems with the zip itself.

    Raises:
        Invalid: it is no zip, is damaged, holds nothing, or holds more than is read at once.
    """
    try:
        archive = zipfile.ZipFile(_with_modest_list(stream, place))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError):
        stream.seek(0)
        raise _refused(place, DAMAGED if stream.read(2) == b"PK" else NOT_A_ZIP) from None
    members = [member for member in archive.infolist() if _is_meant(member.filename)]
    _assert_modest(members, place)
    found = Files(total=len(members))
    for member in members:
        name = shown(member.filename)
        fault = _fault(member)
        if fault:
            found.refused.append(Problem(name, fault))
        else:
            found.openers.append((name, partial(archive.read, member)))
    return found


def in_folder(folder: Path) -> Files:
    """The files in a folder, in the order of their names; folders inside it are left alone.

    Raises:
        Invalid: there is none, or there are more than are read at once.
    """
    paths = sorted(path for path in folder.iterdir() if path.is_file() and _is_meant(path.name))
    if not paths:
        raise _refused(str(folder), "There is no workbook in this folder.")
    if len(paths) > MOST_FILES:
        raise _refused(str(folder), f"There are {len(paths):,} files here; the most is {MOST_FILES:,}.")
    found = Files(total=len(paths))
    for path in paths:
        if path.stat().st_size > LARGEST_FILE:
            found.refused.append(Problem(path.name, _too_large(path.stat().st_size)))
        else:
            found.openers.append((path.name, path.read_bytes))
    return found


def _with_modest_list(stream: BinaryIO, place: str) -> BinaryIO:
    """The stream, once it is clear that its list of members is no flood: a list is read into memory whole.

    Raises:
        Invalid: it is longer than `MOST_FILES` need.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 70_000))
    end = stream.read()
    at = end.rfind(b"PK\x05\x06")
    if at >= 0 and int.from_bytes(end[at + 12 : at + 16], "little") > LARGEST_LIST:
        raise _refused(place, f"This zip holds too many files; the most is {MOST_FILES:,}. {SPLIT}")
    stream.seek(0)
    return stream


def _is_meant(name: str) -> bool:
    """True for a file that somebody put there; not for a folder, or what a system leaves beside it."""
    last = name.rpartition("/")[2]
    return bool(last) and not name.startswith(NOT_MEANT) and not last.startswith(NOT_MEANT)


def _assert_modest(members: list[zipfile.ZipInfo], place: str) -> None:
    if not members:
        raise _refused(place, "There is no file in this zip. Put the workbooks into it and choose it again.")
    if len(members) > MOST_FILES:
        words = f"This zip holds {len(members):,} files; the most is {MOST_FILES:,}. {SPLIT}"
        raise _refused(place, words)
    unpacked = sum(member.file_size for member in members)
    if unpacked > MOST_UNPACKED:
        words = f"This zip unpacks to {unpacked:,} bytes; the most is {MOST_UNPACKED:,}. {SPLIT}"
        raise _refused(place, words)


def _fault(member: zipfile.ZipInfo) -> str:
    """Why a member is not unpacked, in words; empty for one that is."""
    if member.flag_bits & 1:
        return "This file is locked with a password in the zip. Make the zip without one."
    if member.filename.lower().endswith(".zip"):
        return "This is a zip inside the zip. Put the workbooks in it beside the others."
    if member.file_size > LARGEST_FILE:
        return _too_large(member.file_size)
    if (
        member.compress_type not in PACKINGS
        or member.file_size > max(1_000, member.compress_size) * MOST_RATIO
    ):
        return "This file is packed in an unusual way. Make the zip again."
    return ""


def _too_large(size: int) -> str:
    return f"This file has {size:,} bytes; the most is {LARGEST_FILE:,}. Take out pictures and own sheets."


def _refused(place: str, message: str) -> Invalid:
    return Invalid([Problem(place, message)])
