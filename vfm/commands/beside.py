"""A worker beside the server, so that whoever starts the pages needs to start nothing else."""

import os
import subprocess  # nosec B404
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vfm.settings import Settings

PATIENCE = 10


@contextmanager
def worker(settings: "Settings", address: str, *, wanted: bool = True) -> Iterator[None]:
    """`vfm work` as a process of its own for as long as the block lasts; it ends with this one, however.

    `address` is where the pages are served, for links where `VFM_URL` names nothing better.
    """
    if not wanted:
        yield
        return
    given = {"VFM_DATABASE": settings.database, "VFM_MAIL": settings.mail, "VFM_FILES": settings.files}
    given["VFM_URL"] = os.environ.get("VFM_URL") or address
    command = [sys.executable, "-m", "vfm.cli", "work", "--until-eof"]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, env=os.environ | given)  # nosec B603
    owner = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == owner:  # the server's own processes were forked from here, and end before it
            started.terminate()
            try:
                started.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
