"""A reading function run in a process of its own, so that a hostile file can harm nothing but that process.

The child has bounds on memory, processor time, waiting time and what it may hand back; it knows none of the
server's settings and starts nothing. What it hands back is JSON. Whatever becomes of it, the caller gets a
value or one clear problem.
"""

import json
import os
import resource
import signal
import subprocess  # nosec B404
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import import_module
from logging import getLogger
from pathlib import Path
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any, NoReturn

from vfm.errors import Invalid, Problem

Reader = Callable[[bytes, str], Any]
"""Takes what a file holds and its name; gives plain JSON values, or raises Invalid."""

AT_ONCE = 2
"""Children of one server process at a time, so that their memory is bounded together."""
ANSWERED = 42
"""Exit status of a child that has said all; one that was made to leave early would hardly choose it."""
OUT_OF_MEMORY = 3
KEPT = ("LD_LIBRARY_PATH", "PATH")
"""Of the environment: what an interpreter may need to start. No address, no secret."""
ROOT = Path(__file__).parents[2]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from vfm.gateways.sandbox import answer; answer(sys.stdin.buffer)"
)

_places = BoundedSemaphore(AT_ONCE)
_log = getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What reading one file may cost.

    Attributes:
        memory: bytes of address space.
        seconds: of processor time.
        waiting: seconds on the clock, also for a free place.
        result: bytes handed back.
    """

    memory: int = 512_000_000
    seconds: int = 20
    waiting: int = 60
    result: int = 64_000_000


BOUNDS = Bounds()


def run(function: Reader, raw: bytes, name: str, bounds: Bounds = BOUNDS) -> Any:
    """What a reading function gives, run in a child process.

    Args:
        function: at the top of a module, found there by its name.
        raw: what the file holds.
        name: of the file, for the places of problems.
        bounds: what the child may cost.

    Raises:
        Invalid: what the function raised; or one problem at `name` when the child crashed, took too long,
            needed too much memory or handed back too much, or when no place came free in time.
    """
    if not _places.acquire(timeout=bounds.waiting):
        raise _refused(name, "Other files are being read at the moment. Try again in a minute.")
    try:
        status, said = _outcome(function, raw, name, bounds)
    finally:
        _places.release()
    if len(said) >= bounds.result:
        raise _refused(name, "This file holds too much to be read at once. Split it.")
    if status != ANSWERED:
        _log.warning("reading a file ended with %s: %s", status, said[:200].decode("ascii", "replace"))
        raise _refused(name, _sentence(status, bounds))
    return _value(said)


def _outcome(function: Reader, raw: bytes, name: str, bounds: Bounds) -> tuple[int, bytes]:
    """The child's exit status and what it said. Files instead of pipes, so that neither side waits."""
    order = json.dumps([function.__module__, function.__qualname__, name, asdict(bounds)])
    with TemporaryFile() as given, TemporaryFile() as result:
        given.write(order.encode() + b"\n" + raw)
        given.seek(0)
        status = _status(given, result, bounds)
        result.seek(0)
        return status, result.read(bounds.result + 1)


def _status(given: IO[bytes], result: IO[bytes], bounds: Bounds) -> int:
    command = [sys.executable, "-I", "-B", "-c", START, str(ROOT)]
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    with subprocess.Popen(  # nosec B603
        command, stdin=given, stdout=result, stderr=subprocess.DEVNULL, env=environment, cwd="/"
    ) as child:
        try:
            return child.wait(bounds.waiting)
        except subprocess.TimeoutExpired:
            child.kill()
            return -signal.SIGALRM


def _sentence(status: int, bounds: Bounds) -> str:
    if status == OUT_OF_MEMORY:
        limit = f"{bounds.memory // 1_000_000} MB of memory"
        return f"Reading this file takes more than {limit}. Take out what is not needed, or split it."
    if status in (-signal.SIGXCPU, -signal.SIGKILL, -signal.SIGALRM):
        return "Reading this file takes too long and was stopped. Take out what is not needed, or split it."
    return "This file is damaged. Open it in the program it was made with and save it again."


def _value(said: bytes) -> Any:
    outcome = json.loads(said)
    if "problems" in outcome:
        raise Invalid(Problem(place, message) for place, message in outcome["problems"])
    return outcome["value"]


def _refused(name: str, message: str) -> Invalid:
    return Invalid([Problem(name, message)])


# --- in the child ----------------------------------------------------------------------------------------


def answer(given: IO[bytes]) -> NoReturn:
    """Follow the order in the first line of what was given, say what came of it, and end the process."""
    module, function, name, bounds = json.loads(given.readline())
    _limit(Bounds(**bounds))
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl loads it for nothing, memory and threads
    status = ANSWERED
    try:
        reader: Reader = getattr(import_module(module), function)
        outcome = json.dumps({"value": reader(given.read(), name)})
    except Invalid as invalid:
        outcome = json.dumps({"problems": [[p.place, p.message] for p in invalid.problems]})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # there may be no memory left to end in order
    except Exception as error:
        outcome, status = _failure(error), 1
    sys.stdout.write(outcome)
    sys.stdout.flush()
    os._exit(status)


def _failure(error: Exception) -> str:
    """The kind of an error and the line it came from, for the log: none of the file's own words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _limit(bounds: Bounds) -> None:
    """Set every bound for good; one that is already lower stays."""
    signal.alarm(bounds.waiting)  # also when the server is gone
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.seconds),
        (resource.RLIMIT_FSIZE, bounds.result),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _, hard = resource.getrlimit(kind)
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (bound, bound))
