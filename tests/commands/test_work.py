"""`vfm work` against a real mail server on the loopback, killed by SIGKILL at each point of a delivery."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Event

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from sqlalchemy import Engine, select, update

from tests.council import NOW, SmallCouncil
from vfm import cli
from vfm.commands import posting
from vfm.commands.job_kinds import KINDS, Work
from vfm.commands.jobs import FAULT, UNKNOWN, do_next
from vfm.errors import Invalid, Problem
from vfm.gateways import mail
from vfm.gateways.file_store import DiskStore
from vfm.store import jobs, outbox
from vfm.store.database import reading, transaction
from vfm.store.tables import Job, Message

NO_FILES = DiskStore(Path("/nowhere"))


class Post:
    """A mail server that keeps what it took; `at` is called at each point of a delivery."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.at: Callable[[str], str | None] = lambda point: None

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.at("connected")
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.at("from") or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.at("to") or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = self.at("data")
        if said:
            return said
        self.taken.append(envelope)
        return self.at("taken") or "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.at("quit")
        return "221 Bye"

    @property
    def addresses(self) -> list[str]:
        return [address for envelope in self.taken for address in envelope.rcpt_tos]


@contextmanager
def posted(post: Post, **more: object) -> Iterator[mail.Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **more)
    controller.start()
    yield mail.Server("127.0.0.1", port, "vfm@wrenmouth.example", tls="none")
    controller.stop()


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def server(post: Post) -> Iterator[mail.Server]:
    with posted(post) as found:
        yield found


WORDS = "The assessment of Café services is due.\n.\n{pages}/assessments/1\nDots follow.\n..."


def queued(engine: Engine, *people: str) -> None:
    with transaction(engine) as session:
        for who in people:
            asked = {"person_id": None, "subject": "Due on 5 March 2026", "body": WORDS, "now": NOW}
            outbox.queue(session, step=f"due:{who}", address=f"{who}@b.example", **asked)


def send(engine: Engine, server: mail.Server, now=NOW) -> int:
    return posting.send_due(engine, posting.Route(server, "https://vfm.example"), Event(), lambda: now)


def rows(engine: Engine) -> list[Message]:
    with reading(engine) as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def test_a_message_arrives_as_it_was_written(engine: Engine, post: Post, server: mail.Server) -> None:
    queued(engine, "ann")
    assert send(engine, server) == 1
    (envelope,) = post.taken
    got = message_from_bytes(envelope.content)
    assert (got["From"], got["To"], got["Subject"]) == (
        "vfm@wrenmouth.example",
        "ann@b.example",
        "Due on 5 March 2026",
    )
    body = got.get_payload(decode=True).decode().replace("\r\n", "\n")
    assert body == WORDS.replace("{pages}", "https://vfm.example") + "\n"
    assert got["Message-ID"].endswith("@wrenmouth.example>")
    assert got["Auto-Submitted"] == "auto-generated"
    assert rows(engine)[0].sent_at == NOW
    assert send(engine, server, NOW + timedelta(days=30)) == 0


def test_one_bad_address_does_not_keep_the_others(engine: Engine, post: Post, server: mail.Server) -> None:
    queued(engine, "ann", "bob", "café", "dan")
    answers = iter([None, "550 No such person here", None])
    post.at = lambda point: next(answers, None) if point == "to" else None
    assert send(engine, server) == 2
    assert post.addresses == ["ann@b.example", "dan@b.example"]
    ann, bob, cafe, dan = rows(engine)
    assert bob.failed_at == cafe.failed_at == NOW
    assert bob.problem == "The mail server said no: 550 No such person here"
    assert cafe.problem == "The address cannot be written in an e-mail."
    assert (ann.problem, dan.problem) == ("", "")


def test_a_no_for_the_moment_is_tried_again_later(engine: Engine, post: Post, server: mail.Server) -> None:
    queued(engine, "ann")
    post.at = lambda point: "451 Come back" if point == "data" else None
    assert send(engine, server) == 0
    assert rows(engine)[0].problem == "The mail server said no: 451 Come back"
    post.at = lambda point: None
    assert send(engine, server, NOW + timedelta(seconds=59)) == 0
    assert send(engine, server, NOW + timedelta(seconds=60)) == 1
    assert post.addresses == ["ann@b.example"]


def test_a_server_that_is_away_is_waited_for(engine: Engine) -> None:
    queued(engine, "ann", "bob")
    assert send(engine, mail.Server("127.0.0.1", 9, "vfm@b.example", tls="none")) == 0
    for row in rows(engine):
        assert row.problem == "The mail server 127.0.0.1 cannot be used: Connection refused."
        assert (row.attempts, row.due_at, row.claimed_until) == (1, NOW + timedelta(minutes=1), None)


def test_a_server_without_encryption_is_not_given_anything(
    engine: Engine, post: Post, server: mail.Server
) -> None:
    queued(engine, "ann")
    assert send(engine, mail.Server(server.host, server.port, server.sender)) == 0
    assert "Set tls=none only for a server on a network you trust." in rows(engine)[0].problem
    assert post.taken == []


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the test's server has no certificate
def test_it_signs_in_where_the_server_asks_for_it(engine: Engine, post: Post) -> None:
    def known(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword):
        return AuthResult(success=given.password == b"s3cret:@", handled=False)

    queued(engine, "ann")
    with posted(post, authenticator=known, auth_required=True, auth_require_tls=False) as open_:
        user = {"host": open_.host, "port": open_.port, "sender": open_.sender, "tls": "none", "user": "vfm"}
        assert send(engine, mail.Server(**user, password="wrong")) == 0
        assert "does not take the user and password of VFM_MAIL" in rows(engine)[0].problem
        assert send(engine, mail.Server(**user, password="s3cret:@"), NOW + timedelta(hours=1)) == 1


# --- killed, and run twice ----------------------------------------------------------------------------


def started(engine: Engine, server: mail.Server) -> subprocess.Popen:
    address = engine.url.render_as_string(hide_password=False)
    setting = f"smtp://{server.host}:{server.port}?from={server.sender}&tls=none"
    return subprocess.Popen(
        [sys.executable, "-m", "vfm.cli", "work", "--once"],
        env=os.environ | {"VFM_DATABASE": address, "VFM_MAIL": setting},
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize(
    ("point", "state"),
    [("connected", "waiting"), ("to", "waiting"), ("taken", "unsure"), ("quit", "sent")],
)
def test_a_killed_worker_sends_nothing_twice(
    engine: Engine, post: Post, server: mail.Server, point: str, state: str
) -> None:
    queued(engine, "ann")

    def kill(here: str) -> None:
        if here == point and worker.poll() is None:
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)

    post.at = kill
    worker = started(engine, server)
    assert worker.wait(30) == -signal.SIGKILL
    (row,) = rows(engine)
    assert (row.sent_at is None) == (state != "sent")
    assert (row.handed_over_at is None) == (state == "waiting")
    post.at = lambda here: None
    much_later = row.created_at + timedelta(days=500)
    assert send(engine, server, much_later) == (state == "waiting")
    assert send(engine, server, much_later) == 0
    assert post.addresses == ["ann@b.example"]


def test_two_workers_at_once_send_each_message_once(engine: Engine, post: Post, server: mail.Server) -> None:
    people = [f"p{number}" for number in range(24)]
    queued(engine, *people)
    workers = [started(engine, server), started(engine, server)]
    assert [worker.wait(60) for worker in workers] == [0, 0]
    assert sorted(post.addresses) == sorted(f"{who}@b.example" for who in people)
    assert all(row.sent_at and not row.problem for row in rows(engine))


def test_a_connection_that_breaks_at_the_end_leaves_it_to_a_person(
    engine: Engine, post: Post, server: mail.Server
) -> None:
    queued(engine, "ann", "bob")
    post.at = lambda point: "221 Gone" if point == "data" else None
    original = SMTP.push

    async def broken(self: SMTP, status: str) -> None:
        if status.startswith("221 Gone"):
            self.transport.close()
            return
        await original(self, status)

    SMTP.push = broken
    try:
        assert send(engine, server) == 0
    finally:
        SMTP.push = original
    ann, bob = rows(engine)
    assert ann.problem.startswith("The connection broke while it was handed over")
    assert (ann.handed_over_at, ann.sent_at, ann.failed_at) == (NOW, None, None)
    assert (bob.handed_over_at, bob.attempts) == (None, 1)
    post.at = lambda point: None
    assert send(engine, server, NOW + timedelta(days=2)) == 1
    assert post.addresses == ["bob@b.example"]
    with transaction(engine) as session:
        assert outbox.send_again(session, ann.id, now=NOW + timedelta(days=2))
    assert send(engine, server, NOW + timedelta(days=2)) == 1


def test_the_words_of_a_one_time_link_are_not_kept(engine: Engine, post: Post, server: mail.Server) -> None:
    with transaction(engine) as session:
        outbox.queue(
            session,
            step="link:1",
            person_id=None,
            address="a@b.example",
            subject="s",
            body="Open {pages}/invitations/t0ken\nsoon",
            now=NOW,
        )
    assert send(engine, server) == 1
    assert b"https://vfm.example/invitations/t0ken" in post.taken[0].content
    assert rows(engine)[0].body == "Open {pages}/invitations/\nsoon"


# --- the command ------------------------------------------------------------------------------------------


def test_once_without_a_mail_server(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("VFM_DATABASE", f"sqlite:///{tmp_path}/vfm.sqlite")
    monkeypatch.delenv("VFM_MAIL", raising=False)
    assert cli.main(["upgrade"]) == 0
    assert cli.main(["work", "--once"]) == 0
    assert "E-mails: they wait, because VFM_MAIL is not set. Long work: 0 done." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("mail.example", "it does not begin with smtp:// and a host"),
        ("smtp://a:hush@mail.example:port?from=a@b.example", "its port is no number"),
        ("smtp://a:hush@mail.example", "it does not say from=ADDRESS"),
        ("smtp://a:hush@mail.example?from=a@b.example&tls=maybe", "tls is none of starttls, ssl and none"),
        ("smtp://a:hush@mail.example?from=a@b.example&cc=c@d.example", "it has cc"),
    ],
)
def test_a_setting_that_cannot_be_read(setting: str, why: str, monkeypatch, capsys) -> None:
    monkeypatch.setenv("VFM_MAIL", setting)
    assert cli.main(["work", "--once"]) == 1
    said = capsys.readouterr().err
    assert why in said
    assert "hush" not in said


def test_a_setting_is_read() -> None:
    found = mail.server("smtp://us%40er:pa%3Ass@mail.example?from=vfm@b.example&tls=ssl")
    assert found == mail.Server("mail.example", 465, "vfm@b.example", "ssl", "us@er", "pa:ss")
    assert "pa:ss" not in repr(found)
    assert mail.server(mail.LIKE).port == 587


def test_a_worker_ends_with_whoever_started_it(tmp_path: Path) -> None:
    env = os.environ | {"VFM_DATABASE": f"sqlite:///{tmp_path}/vfm.sqlite"}
    subprocess.run([sys.executable, "-m", "vfm.cli", "upgrade"], env=env, check=True, capture_output=True)
    command = [sys.executable, "-m", "vfm.cli", "work", "--until-eof"]
    worker = subprocess.Popen(command, env=env, stdin=subprocess.PIPE)
    time.sleep(1)
    assert worker.poll() is None
    assert worker.stdin is not None
    worker.stdin.close()
    assert worker.wait(10) == 0


# --- long work --------------------------------------------------------------------------------------------


@pytest.fixture
def asked(engine: Engine, council: SmallCouncil) -> Callable[..., int]:
    def ask(kind: str, **given: object) -> int:
        with transaction(engine) as session:
            return jobs.queue(session, kind, by_id=council.people["core_team"], now=NOW, **given)

    return ask


def job(engine: Engine, job_id: int) -> Job:
    with reading(engine) as session:
        return session.get_one(Job, job_id)


def test_a_job_is_done_by_its_kind(engine: Engine, asked: Callable[..., int], monkeypatch) -> None:
    def count(work: Work) -> dict[str, int]:
        work.progress(1, 2)
        assert job(engine, work.job.id).done == 1
        return {"counted": work.job.given["up_to"]}

    monkeypatch.setitem(KINDS, "count", count)
    wanted = asked("count", up_to=7)
    assert do_next(engine, lambda: NOW, NO_FILES)
    assert not do_next(engine, lambda: NOW, NO_FILES)
    done = job(engine, wanted)
    assert (done.result, done.problem, done.finished_at) == ({"counted": 7}, "", NOW)


def test_a_job_that_cannot_be_done_says_why(engine: Engine, asked: Callable[..., int], monkeypatch) -> None:
    def refuse(work: Work) -> dict[str, int]:
        raise Invalid([Problem("services", "There is no service in it.")])

    monkeypatch.setitem(KINDS, "refuse", refuse)
    monkeypatch.setitem(KINDS, "broken", lambda work: {"x": 1 // 0})
    wanted = [asked("refuse"), asked("broken"), asked("unheard")]
    while do_next(engine, lambda: NOW, NO_FILES):
        pass
    assert [job(engine, one).problem for one in wanted] == [
        "services: There is no service in it.",
        FAULT,
        UNKNOWN,
    ]


def test_a_job_that_stops_its_worker_is_given_up(engine: Engine, asked: Callable[..., int]) -> None:
    wanted = asked("deadly")
    now = NOW
    for _ in range(jobs.MOST_TRIES):
        with transaction(engine) as session:
            claimed = jobs.claim(session, now=now)
            assert claimed is not None
            assert jobs.claim(session, now=now) is None
        now += jobs.CLAIM_LASTS
    assert not do_next(engine, lambda: now, NO_FILES)
    assert job(engine, wanted).problem == jobs.STOPPED
    with transaction(engine) as session:
        session.execute(update(Job).values(attempts=0))
        assert jobs.claim(session, now=now) is None


def test_pages_are_not_served_with_a_mail_setting_that_cannot_be_read(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setenv("VFM_DATABASE", f"sqlite:///{tmp_path}/vfm.sqlite")
    monkeypatch.setenv("VFM_MAIL", "mail.example")
    assert cli.main(["upgrade"]) == 0
    assert cli.main(["serve", "--port", "0"]) == 1
    assert "VFM_MAIL: The setting cannot be read" in capsys.readouterr().err
