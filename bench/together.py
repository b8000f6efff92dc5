"""Do many people who answer one assessment at once lose anything, or write over what they have not seen?

    python bench/together.py [--postgresql | --database URL] [--writers 20] [--saves 2000] [--kill]

Makes a small council of its own in a fresh database (SQLite by default; with `--postgresql` on a server
started for this run; with `--database` in an empty one that is there) and serves it as `vfm serve` does.
Writers, each signed in and in a thread of their own, open the one section of one assessment once and save
single answers in it, each from what they saw last, every second one to one of a few that all of them want.
Where the server says that somebody else wrote meanwhile, a writer looks at both texts and settles it, now
for their own, now for the other. With `--kill` the whole server gets a SIGKILL in the middle and is started
again; the writers send once more what nobody acknowledged, and go on.

Then the trail is replayed. Every acknowledged answer has its revision, with what its writer sent. The
revision before it is exactly what its writer had seen, else it was written over silently. What was sent
from a superseded text was handed back with the text that stood. The history as people read it, page by
page, and the section itself say the same. Prints the figures; exit 1 when anything is lost or silent, 2
when it could not be tried.
"""

import argparse
import http.client
import json
import random
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import trial
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.engine import make_url
from trial import PATIENCE, Ready

from vfm.errors import Invalid
from vfm.questionnaires.schema import SCHEMA, Kind, Question, Questionnaire, Section
from vfm.store import database
from vfm.store.tables import Event

SECTION = "ALL"
QUESTIONS, CONTESTED = 20, 4
"""Questions of the section; every second save goes to one of the contested few."""
SHOWN = 10
"""Faults of a kind that are printed; their number always is."""
NEVER = "0."
"""How the mark of an answer that nobody gave begins."""


@dataclass(frozen=True)
class Sent:
    """One save of one answer, and what the server said of it.

    Attributes:
        seen: the revision its writer had before them, and had_read its text.
        said: `written`, `clash`, or `gave way` where the writer let the other text stand.
        revision: that was written, or stood in the way; stood: the text of the latter.
    """

    writer: int
    key: str
    text: str
    seen: int
    had_read: str
    said: str
    revision: int
    stood: str = ""


@dataclass
class Writer:
    """One person who saves one answer after the other from what they saw last."""

    number: int
    port: int
    assessment_id: int
    cookie: str
    saves: int
    sent: list[Sent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.number)
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    @property
    def path(self) -> str:
        """The section that is answered."""
        return f"/assessments/{self.assessment_id}/sections/{SECTION}"

    def open(self) -> None:
        """Look at the section: which texts stand, under which marks."""
        page = self.page(self.path)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, "the page has its token"
        self.token = token[1]
        for key, mark, text in standing(page):
            self.marks[key], self.texts[key] = mark, text

    def page(self, path: str) -> str:
        """A page as it is served now."""
        reply = self._ask("GET", path)
        for name, value in reply.headers:
            if name == "Set-Cookie" and value.startswith("vfm="):
                self.cookie = value.partition(";")[0].removeprefix("vfm=")
        if reply.status != 200:
            raise SystemExit(f"{path}: {reply.status}")
        return reply.text

    def save(self, started: threading.Barrier) -> None:
        """Save as many times as was asked for, settling what clashes."""
        self.open()
        started.wait(PATIENCE)
        keys = sorted(self.marks)
        for turn in range(self.saves):
            key = self.chance.choice(keys[:CONTESTED] if turn % 2 else keys)
            self._answer(key, f"Writer {self.number}, save {turn}")
        self.connection.close()

    def _answer(self, key: str, text: str) -> None:
        """One answer, and whatever comes of it."""
        choice = ""
        while (one := self._send(key, text, choice)) and one.said == "clash":
            # Both texts are before the writer now.
            choice = self.marks[key] if self.chance.random() < 0.7 else "theirs"

    def _send(self, key: str, text: str, choice: str) -> Sent | None:
        fields = {
            "csrf_token": self.token,
            f"{key}.value": text,
            f"{key}.revision": self.marks[key],
            f"{key}.choice": choice,
        }
        body = urlencode({name: value for name, value in fields.items() if value})
        reply = self._ask("POST", self.path, body)
        told = json.loads(reply.text) if reply.status == 200 else {}
        one = self._told(key, text, choice, told)
        if one is None:
            self.refused.append(f"{self.path}, {key}: {reply.status} {reply.text[:200]}")
            return None
        self.sent.append(one)
        if one.said == "clash":
            self.marks[key], self.texts[key] = told["clashes"][key]["seen"], one.stood
        elif one.said == "written":
            self.marks[key], self.texts[key] = told["saved"][key], text
        return one

    def _told(self, key: str, text: str, choice: str, told: dict[str, Any]) -> Sent | None:
        seen, had_read = revision_of(self.marks[key]), self.texts[key]
        if clash := told.get("clashes", {}).get(key):
            return Sent(
                self.number, key, text, seen, had_read, "clash", revision_of(clash["seen"]), clash["kept"]
            )
        if mark := told.get("saved", {}).get(key):
            said = "gave way" if choice == "theirs" else "written"
            return Sent(self.number, key, text, seen, had_read, said, revision_of(str(mark)))
        return None

    def _ask(self, method: str, path: str, body: str | None = None) -> "Reply":
        """A request, sent once more as often as the server is not there to answer it."""
        headers = {"Cookie": f"vfm={self.cookie}"}
        if body is not None:
            headers |= {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.connection.request(method, path, body, headers)
                reply = self.connection.getresponse()
                return Reply(reply.status, reply.getheaders(), reply.read().decode())
            except (OSError, http.client.HTTPException):
                self.connection.close()
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)


@dataclass(frozen=True)
class Reply:
    """What the server said."""

    status: int
    headers: list[tuple[str, str]]
    text: str


def revision_of(mark: str) -> int:
    """The revision a mark tells of."""
    return int(mark.partition(".")[0])


def standing(page: str) -> Iterator[tuple[str, str, str]]:
    """(question, mark, text) of each answer on a section's page."""
    soup = BeautifulSoup(page, "html.parser")
    for area in soup.select("textarea[name$='.value']"):
        key = str(area["name"]).removesuffix(".value")
        mark = soup.select_one(f'[name="{key}.revision"]')
        assert mark is not None, "each question has its mark"
        yield key, str(mark["value"]), area.get_text().removeprefix("\n")


def asked() -> Questionnaire:
    """One section of short texts."""
    questions = tuple(
        Question(key=f"ALL-{number:02}", kind=Kind.TEXT, text=f"What is to be said of matter {number}?")
        for number in range(QUESTIONS)
    )
    return Questionnaire(
        schema=SCHEMA,
        key="together",
        title="Together",
        sections=(Section(key=SECTION, title="All", questions=questions),),
    )


# --- the run ------------------------------------------------------------------------------------------------


Trail = dict[str, dict[int, str]]
"""Question -> revision -> text."""


@dataclass(frozen=True)
class Done:
    """What the writers did, and what people read afterwards: each history, and the texts that stand."""

    writers: list[Writer]
    history: Trail
    now: dict[str, str]


def written_together(address: str, ready: Ready, saves: int, *, with_kill: bool) -> Done:
    """Let every writer save, a killed server in the middle where that is wanted."""
    port, count = trial.free_port(), len(ready.cookies)
    writers = [
        Writer(number, port, assessment, cookie, saves // count + (number < saves % count))
        for number, (assessment, cookie) in enumerate(zip(ready.assessments, ready.cookies, strict=True))
    ]
    started = threading.Barrier(count + 1)
    threads = [threading.Thread(target=one.save, args=(started,), daemon=True) for one in writers]
    with trial.served(address, port) as process:
        for thread in threads:
            thread.start()
        started.wait(PATIENCE)
        if not with_kill:
            return _finished(threads, writers)
        while sum(len(one.sent) for one in writers) < saves // 2 and any(t.is_alive() for t in threads):
            time.sleep(0.01)
        trial.kill(process)
    with trial.served(address, port):
        return _finished(threads, writers)


def _finished(threads: list[threading.Thread], writers: list[Writer]) -> Done:
    """Wait for all of them, and read what the server shows then."""
    _join(threads)
    reader = writers[0]
    reader.open()
    history = {key: dict(_history(reader, key)) for key in reader.texts}
    reader.connection.close()
    return Done(writers, history, reader.texts)


def _join(threads: Iterable[threading.Thread]) -> None:
    for thread in threads:
        thread.join(10 * PATIENCE)
        if thread.is_alive():
            raise SystemExit("A writer did not come to an end.")


# --- what became of it --------------------------------------------------------------------------------------


@dataclass
class Found:
    """What a run came to: figures, and every fault in words."""

    acknowledged: int = 0
    present: int = 0
    in_history: int = 0
    expected: int = 0
    surfaced: int = 0
    lost: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """True when nothing is lost, silent or odd, and there was something to try."""
        return not (self.lost or self.silent or self.odd) and self.acknowledged > 0


def replayed(sent: Iterable[Sent], trail: Trail, history: Trail, now: dict[str, str]) -> Found:
    """The acknowledged saves laid beside the trail, the history people read, and what stands."""
    found = Found()
    for one in sent:
        if one.said == "written":
            _replay_written(one, trail, history, found)
        elif one.said == "clash":
            _replay_clash(one, trail, found)
    for key, revisions in trail.items():
        if sorted(revisions) != list(range(1, len(revisions) + 1)):
            found.odd.append(f"{key}: its revisions have a gap")
        if revisions[max(revisions)] != now.get(key):
            found.lost.append(f"{key}: its newest revision is not what stands on the page")
    return found


def _replay_written(one: Sent, trail: Trail, history: Trail, found: Found) -> None:
    where = f"{one.key}, revision {one.revision} of writer {one.writer}"
    found.acknowledged += 1
    revisions = trail.get(one.key, {})
    if revisions.get(one.revision) != one.text:
        found.lost.append(f"{where}: not in the trail")
        return
    found.present += 1
    if history.get(one.key, {}).get(one.revision) == one.text:
        found.in_history += 1
    else:
        found.lost.append(f"{where}: not in the history")
    before = revisions.get(one.revision - 1, "")
    if one.seen != one.revision - 1 or before != one.had_read:
        found.expected += 1
        found.silent.append(f"{where} took the place of {before!r}; its writer had seen {one.had_read!r}")


def _replay_clash(one: Sent, trail: Trail, found: Found) -> None:
    """A clash is right where the text its writer had seen no longer stood, and shows the one that did."""
    found.surfaced += 1
    if one.revision > one.seen and trail.get(one.key, {}).get(one.revision) == one.stood:
        found.expected += 1
    else:
        found.odd.append(f"{one.key}: writer {one.writer} was shown {one.stood!r}, which did not stand then")


def trail_of(address: str) -> Trail:
    """Every revision that was written, from the events."""
    trail: Trail = {}
    with trial.reached(address) as engine, database.reading(engine) as session:
        for after in session.scalars(
            select(Event.after).where(Event.verb == "saved answers").order_by(Event.id)
        ):
            for key, content in after.items():
                trail.setdefault(key, {})[content["revision"]] = content.get("value", "")
    return trail


def _history(reader: Writer, key: str) -> Iterator[tuple[int, str]]:
    """(revision, text) of every revision on every page of a history."""
    path, number = f"/assessments/{reader.assessment_id}/questions/{key}/history?show=all", 1
    while True:
        soup = BeautifulSoup(reader.page(f"{path}&page={number}"), "html.parser")
        for gone in soup.select(".vfm-revisions del, .vfm-revisions .govuk-visually-hidden"):
            gone.decompose()
        for item in soup.select(".vfm-revisions > li"):
            text = item.select_one(".vfm-line .vfm-typed")
            assert text is not None, "each revision has its text"
            yield int(str(item["id"]).removeprefix("revision-")), text.get_text()
        if not soup.select_one('[rel="next"]'):
            return
        number += 1


def together(address: str, writers: int, saves: int, *, with_kill: bool) -> int:
    """Try it on one database and print the figures: 0 when all is well, else 1."""
    ready = trial.filled(address, asked(), [writers])
    done = written_together(address, ready, saves, with_kill=with_kill)
    sent = [one for writer in done.writers for one in writer.sent]
    refused = [words for writer in done.writers for words in writer.refused]
    found = replayed(sent, trail_of(address), done.history, done.now)
    kind = make_url(address).get_backend_name()
    how = ", the server killed in the middle" if with_kill else ""
    print(f"{kind}: {writers} writers on one assessment{how}")
    for figure, words in (
        (saves, "saves begun"),
        (len(sent), "requests answered, those among them that settle what clashed"),
        (found.acknowledged, "answers acknowledged"),
        (found.present, "of them present"),
        (found.in_history, "of them with their history on its page"),
        (found.expected, "clashes expected"),
        (found.surfaced, "clashes surfaced"),
        (len(found.lost), "lost"),
        (len(found.silent), "silent"),
    ):
        print(f"{figure:>7,}  {words}")
    for kind_of, faults in (
        ("refused", refused),
        ("lost", found.lost),
        ("silent", found.silent),
        ("odd", found.odd),
    ):
        for words in faults[:SHOWN]:
            print(f"{kind_of}: {words}")
    return 0 if found.is_well and not refused else 1


@contextmanager
def _given(address: str) -> Iterator[str]:
    yield address


def main(arguments: list[str] | None = None) -> int:
    """Read the command line, try it, say how it went: 0 all is well, 1 it is not, 2 not understood."""
    parser = argparse.ArgumentParser(description="Many people save answers of one assessment at once.")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--postgresql", action="store_true", help="on a PostgreSQL server started for this")
    where.add_argument("--database", metavar="URL", help="in this empty database")
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--saves", type=int, default=2000, help="of all writers together")
    parser.add_argument("--kill", action="store_true", help="SIGKILL to the server in the middle")
    wanted = parser.parse_args(arguments)
    place = (
        _given(wanted.database)
        if wanted.database
        else trial.postgresql()
        if wanted.postgresql
        else trial.sqlite()
    )
    try:
        with place as address:
            return together(address, wanted.writers, wanted.saves, with_kill=wanted.kill)
    except Invalid as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
