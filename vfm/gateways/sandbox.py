"""A reading function run in a process of its own, so that a hostile file can harm nothing but that process.

`run` reads one file, `run_each` many with one child, as long as none of them ends it.

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
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from logging import getLogger
from pathlib import Path
from select import select
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import IO, Any, NoReturn, cast

from vfm.errors import Invalid, Problem

Reader = Callable[[bytes, str], Any]
"""Takes what a file holds and its name; gives plain JSON values, or raises Invalid."""

AT_ONCE = 2
"""Children of one server process at a time, so that their memory is bounded together."""
ANSWERED = 42
"""No exit status: the child has read its file and waits for the next."""
OUT_OF_MEMORY = 3
KEPT = ("LD_LIBRARY_PATH", "PATH")
"""Of the environment: what an interpreter may need to start. No address, no secret."""
ROOT = Path(__file__).parents[2]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from vfm.gateways.sandbox import answer; answer(sys.argv[2])"
)
GO = b"+"
PER_CHILD = 200
"""Files that one child reads before the next takes over, so that nothing it fails to free adds up."""

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file of several: a value, or what is wrong with it."""

    name: str
    value: Any = None
    problems: tuple[Problem, ...] = ()


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
        with _Child(function, bounds) as child:
            return child.read(raw, name)
    finally:
        _places.release()


def run_each(
    function: Reader, files: Iterable[tuple[str, bytes]], bounds: Bounds = BOUNDS
) -> Iterator[Outcome]:
    """What a reading function gives for each of many files, as soon as it is there.

    One child reads file after file, each under the bounds of `run`; a file that ends the child is reported,
    and a new child goes on with the next.

    Args:
        function: as for `run`.
        files: (name, what it holds), fetched one at a time.
        bounds: what each file may cost.
    """
    with ExitStack() as one:
        child = None
        for name, raw in files:
            if child is None or child.is_over:
                one.close()
                child = one.enter_context(_Child(function, bounds, PER_CHILD))
            try:
                yield Outcome(name, child.read(raw, name))
            except Invalid as invalid:
                yield Outcome(name, problems=invalid.problems)


class _Child:
    """One child process, from its start to its end.

    What a file holds and what is said of it pass through two files that both sides have open, so that neither
    side waits for the other to read; pipes carry one byte a file: read it, and it is read.
    """

    def __init__(self, function: Reader, bounds: Bounds, most: int = 1) -> None:
        self._function, self._bounds, self._most = function, bounds, most
        self._open = ExitStack()
        self._read = 0
        self._is_dead = False

    @property
    def is_over(self) -> bool:
        """It has ended, or has read as many files as it may."""
        return self._is_dead or self._read >= self._most

    def __enter__(self) -> "_Child":
        self._given = self._open.enter_context(TemporaryFile())
        self._said = self._open.enter_context(TemporaryFile())
        passed = [file.fileno() for file in (self._given, self._said)]
        reader = [self._function.__module__, self._function.__qualname__]
        order = [*reader, asdict(self._bounds), self._most, passed]
        command = [sys.executable, "-I", "-B", "-c", START, str(ROOT), json.dumps(order)]
        environment = {name: os.environ[name] for name in KEPT if name in os.environ}
        self._process = subprocess.Popen(  # nosec B603
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=passed,
            env=environment,
            cwd="/",
        )
        self._open.enter_context(self._process)
        self._open.callback(self._process.kill)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def read(self, raw: bytes, name: str) -> Any:
        """What the function gives for one file.

        Raises:
            Invalid: see `run`.
        """
        self._read += 1
        for file in (self._given, self._said):
            file.seek(0)
            file.truncate()
        self._given.write(json.dumps(name).encode() + b"\n" + raw)
        self._given.flush()
        status = self._status()
        self._said.seek(0)
        said = self._said.read(self._bounds.result + 1)
        if len(said) >= self._bounds.result:
            raise _refused(name, "This file holds too much to be read at once. Split it.")
        if status != ANSWERED:
            _log.warning("reading a file ended with %s: %s", status, said[:200].decode("ascii", "replace"))
            raise _refused(name, _sentence(status, self._bounds))
        return _value(said)

    def _status(self) -> int:
        """ANSWERED once the child has read the file, else how it ended."""
        going, coming = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        with suppress(BrokenPipeError):
            going.write(GO)
        ready, _, _ = select([coming], [], [], self._bounds.waiting)
        if ready and coming.read(1) == GO:
            return ANSWERED
        self._is_dead = True
        if not ready:
            self._process.kill()
            return -signal.SIGALRM
        return self._process.wait()


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


def answer(order: str) -> NoReturn:
    """Read file after file as ordered, say what came of each, and end with the one who asks."""
    module, function, bounds, most, (given, said) = json.loads(order)
    limits = Bounds(**bounds)
    _limit(limits, most)
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl loads it for nothing, memory and threads
    with os.fdopen(given, "rb") as files, os.fdopen(said, "wb") as result:
        while os.read(sys.stdin.fileno(), 1):
            _allow(limits)
            _answer_one(module, function, files, result)
            os.write(sys.stdout.fileno(), GO)
    os._exit(0)


def _answer_one(module: str, function: str, files: IO[bytes], result: IO[bytes]) -> None:
    """Write what came of the file that was given; an error of the function's own ends the process."""
    files.seek(0)
    name = json.loads(files.readline())
    is_failure = False
    try:
        reader: Reader = getattr(import_module(module), function)
        outcome = json.dumps({"value": reader(files.read(), name)})
    except Invalid as invalid:
        outcome = json.dumps({"problems": [[p.place, p.message] for p in invalid.problems]})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # there may be no memory left to end in order
    except Exception as error:
        outcome, is_failure = _failure(error), True
    result.seek(0)
    result.write(outcome.encode())
    result.flush()
    if is_failure:
        os._exit(1)


def _failure(error: Exception) -> str:
    """The kind of an error and the line it came from, for the log: none of the file's own words."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _limit(bounds: Bounds, files: int) -> None:
    """Set every bound for good, on processor time the one of all files together; one that is lower stays."""
    for kind, most in (
        (resource.RLIMIT_AS, bounds.memory),
        (resource.RLIMIT_CPU, bounds.seconds * files),
        (resource.RLIMIT_FSIZE, bounds.result),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        bound = _at_most(kind, most)
        resource.setrlimit(kind, (bound, bound))


def _allow(bounds: Bounds) -> None:
    """The time of one more file, also when the server is gone."""
    signal.alarm(bounds.waiting)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = _at_most(resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime) + bounds.seconds)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def _at_most(kind: int, most: int) -> int:
    _, hard = resource.getrlimit(kind)
    return most if hard == resource.RLIM_INFINITY else min(most, hard)
