"""The demo council, served for real, and a browser for each person of the story."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.person import Person


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a freshly filled demo council."""
    with _served(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture(scope="session")
def published_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the demonstration on published service lines alone."""
    with _served(tmp_path_factory.mktemp("published"), "--published") as address:
        yield address


@contextmanager
def _served(folder: Path, *options: str) -> Iterator[str]:
    """`vfm demo` with these options, filled in this folder, until it is no longer wanted."""
    log, address = folder / "server.log", f"sqlite:///{folder / 'demo.sqlite'}"
    command = [sys.executable, "-m", "vfm.cli", "demo", *options, "--port", "0", "--database", address]
    with log.open("w") as out:
        server = subprocess.Popen(command, stderr=out, stdout=out)
    try:
        yield _address(server, log)
    finally:
        server.terminate()
        server.wait(timeout=30)


def _address(server: "subprocess.Popen[bytes]", log: Path) -> str:
    """Wait for the line that says where it serves."""
    for _ in range(1200):
        found = re.search(r"Serving on (\S+)/ ", log.read_text())
        if found:
            return found.group(1)
        assert server.poll() is None, log.read_text()
        try:
            server.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


@pytest.fixture
def people(site: str, chromium: Browser) -> Iterator["People"]:
    """`people("Dora Director")`: that person, signed in, with a browser of their own."""
    made = People(site, chromium)
    yield made
    made.close()


class People:
    """Everybody in a story, each signed in once."""

    def __init__(self, site: str, chromium: Browser, made_of: type[Person] = Person) -> None:
        self.site, self.chromium, self.made_of = site, chromium, made_of
        self.known: dict[str, Person] = {}

    def __call__(self, name: str, *, width: int = 1280, has_scripts: bool = True) -> Person:
        """The person of this name; asked for the first time, at a window so wide, with or without scripts."""
        if name not in self.known:
            context = self.chromium.new_context(
                viewport={"width": width, "height": 900},
                accept_downloads=True,
                java_script_enabled=has_scripts,
            )
            context.set_default_timeout(60_000)  # a ranking with its trials, on a busy machine
            self.known[name] = self.made_of(name, context.new_page(), self.site, has_scripts=has_scripts)
            self.known[name].sign_in()
        return self.known[name]

    def close(self) -> None:
        """Close every browser."""
        for person in self.known.values():
            person.page.context.close()
