"""Reading functions that misbehave, each in its way; see `tests/gateways/test_sandbox.py`."""

import os
import resource
import sys
import time
from pathlib import Path

from vfm.errors import Invalid, Problem


def count(raw: bytes, name: str) -> dict[str, int]:
    return {name: len(raw)}


def refuse(raw: bytes, name: str) -> None:
    raise Invalid([Problem(f"{name}: first", "Wrong."), Problem(f"{name}: second", "Worse.")])


def limits(raw: bytes, name: str) -> dict[str, list[int]]:
    kinds = ("AS", "CPU", "FSIZE", "CORE", "NPROC")
    return {kind: list(resource.getrlimit(getattr(resource, f"RLIMIT_{kind}"))) for kind in kinds}


def environment(raw: bytes, name: str) -> dict[str, str]:
    return dict(os.environ)


def surroundings(raw: bytes, name: str) -> list[str]:
    return [str(Path.cwd()), str(sys.flags.isolated)]


def fill_memory(raw: bytes, name: str) -> int:
    return len(b"x" * 4_000_000_000)


def loop(raw: bytes, name: str) -> None:
    while True:
        pass


def sleep(raw: bytes, name: str) -> None:
    time.sleep(600)


def abort(raw: bytes, name: str) -> None:
    os.abort()


def leave(raw: bytes, name: str) -> None:
    os._exit(0)


def stumble(raw: bytes, name: str) -> None:
    raise KeyError("a secret of the file")


def recurse(raw: bytes, name: str) -> None:
    recurse(raw, name)


def flood(raw: bytes, name: str) -> str:
    return "x" * 2_000_000


def unwritable(raw: bytes, name: str) -> object:
    return object()


def process(raw: bytes, name: str) -> int:
    return os.getpid()


def obey(raw: bytes, name: str) -> int:
    """Do what the file says: the length of one that says nothing."""
    if raw == b"refuse":
        raise Invalid([Problem(name, "Wrong.")])
    deeds = {b"abort": abort, b"memory": fill_memory, b"loop": loop, b"sleep": sleep}
    if raw in deeds:
        deeds[raw](raw, name)
    return len(raw)
