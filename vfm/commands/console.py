"""Talking to a terminal: what a command says, reports, reads and returns.

Exit status everywhere: 0 done, 1 problems (one a line on standard output), 2 wrong use (one line on standard
error).
"""

import argparse
import ctypes
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from vfm.errors import Invalid
    from vfm.settings import Settings

DONE, PROBLEMS, WRONG_USE = 0, 1, 2
STANDARD_OUTPUT = 1
BAR = 30
"""Characters of a bar of progress."""

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 it has no public name


def say(message: str) -> None:
    """One line on standard error, for whoever sits at the terminal."""
    sys.stderr.write(f"{message}\n")


def report(lines: Sequence[str]) -> None:
    """Lines on standard output, for whoever reads the result."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def read_bytes(path: str) -> bytes | None:
    """What a file holds; None when it cannot be read, which is said on standard error."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        say(f"vfm: there is no file {path}. Check the name and the folder.")
    except OSError as error:
        say(f"vfm: {path} cannot be read: {error.strerror or error}. Check that it is a file you may open.")
    return None


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep what compiled libraries print by themselves off standard output, which is the result's alone."""
    try:
        kept = os.dup(STANDARD_OUTPUT)
    except OSError:  # it was closed: nobody reads it
        yield
        return
    sys.stdout.flush()
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), STANDARD_OUTPUT)
        yield
    finally:
        # What they printed may still wait in the C library, and would come out afterwards.
        ctypes.CDLL("ucrtbase" if os.name == "nt" else None).fflush(None)
        os.dup2(kept, STANDARD_OUTPUT)
        os.close(kept)


def as_json(content: object) -> list[str]:
    """Content as one JSON document, unrounded."""
    return [json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)]


def refused(error: "Invalid") -> int:
    """One line on standard error for each problem with what the program stands on."""
    for problem in error.problems:
        say(f"vfm: {' '.join(str(problem).split())}")
    return PROBLEMS


def environment_settings() -> "Settings | None":
    """The settings, None when a variable cannot be read, which is said on standard error."""
    from vfm.settings import Settings

    try:
        return Settings.from_environment()
    except ValueError as error:
        say(f"vfm: {error}")
        return None


class Progress:
    """How far long work is, on standard error: a line that changes on a terminal, else one now and then."""

    SECONDS = 5
    """Between two lines where nobody watches."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._is_watched = sys.stderr.isatty()
        self._said = -math.inf

    def __call__(self, done: int, total: int) -> None:
        """Show it; the last one ends the line."""
        words = f"{done} of {total} {self.what}"
        if self._is_watched:
            bar = "#" * (done * BAR // total if total else BAR)
            sys.stderr.write(f"\r[{bar:<{BAR}}] {words}" + ("\n" if done >= total else ""))
            sys.stderr.flush()
        elif done >= total or time.monotonic() - self._said >= self.SECONDS:
            self._said = time.monotonic()
            say(words)
