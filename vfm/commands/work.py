"""`vfm work`: what happens beside the pages. E-mails go out, long work is done."""

import argparse
import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, Subcommands, environment_settings, refused, say

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from vfm.gateways.file_store import FileStore
    from vfm.gateways.mail import Server
    from vfm.settings import Settings

LOOKS_EVERY = 2
"""Seconds between two looks for something to do."""
REMINDS_EVERY = timedelta(minutes=5)

log = logging.getLogger("vfm.work")


def register(subcommands: Subcommands) -> None:
    """`vfm work [--once] [--until-eof]`."""
    verb = subcommands.add_parser("work", help="send e-mails and do long work, beside the pages")
    verb.add_argument("--once", action="store_true", help="do what is due now and end, for cron or a timer")
    verb.add_argument("--until-eof", action="store_true", help="end when standard input is closed")
    verb.set_defaults(command=work)


def work(arguments: argparse.Namespace) -> int:
    """One pass, or passes until a signal (or the end of standard input) comes."""
    from vfm.errors import Invalid
    from vfm.store import database

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    stop = _stopped_by_signals()
    if arguments.until_eof:
        Thread(target=_wait_for_the_end, args=(stop,), daemon=True).start()
    try:
        worker = Worker.of(settings, stop)
        with database.opened(settings.database) as engine:
            database.check(engine)
            if arguments.once:
                say(worker.once(engine))
            else:
                worker.go_on(engine)
    except Invalid as error:
        return refused(error)
    return DONE


def _stopped_by_signals() -> Event:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _wait_for_the_end(stop: Event) -> None:
    """Whoever started this has ended when the other side of standard input is closed."""
    while os.read(sys.stdin.fileno(), 1024):  # unbuffered: a buffer's lock would outlive this thread
        pass
    stop.set()


class Worker:
    """What it takes to work: the mail server (None: e-mails wait), the files, and the word to stop."""

    def __init__(
        self,
        mail: "Server | None",
        files: "FileStore",
        url: str,
        stop: Event,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self.mail, self.files, self.url, self.stop = mail, files, url, stop
        self.clock = clock or (lambda: datetime.now(UTC))
        self.reminded_at: datetime | None = None

    @classmethod
    def of(cls, settings: "Settings", stop: Event) -> "Worker":
        """A worker as the settings say.

        Raises:
            Invalid: `VFM_MAIL` or `VFM_FILES` cannot be read.
        """
        from vfm.gateways import file_store, mail

        server = mail.server(settings.mail) if settings.mail else None
        return cls(server, file_store.from_settings(settings), settings.url, stop)

    def once(self, engine: "Engine") -> str:
        """Do all that is due; what was done, in words."""
        self.remind(engine)
        sent, done = self.send(engine), self.do_jobs(engine)
        mail = f"{sent} sent" if self.mail else "they wait, because VFM_MAIL is not set"
        return f"E-mails: {mail}. Long work: {done} done."

    def go_on(self, engine: "Engine") -> None:
        """Look again and again until told to stop; a database that is away is waited for.

        A fault of the program is written in the log and does not end it: the other e-mails still go out.
        """
        from vfm.errors import Unavailable

        while not self.stop.is_set():
            try:
                self.remind(engine)
                self.send(engine)
                self.do_jobs(engine)
            except Unavailable:
                log.exception("The database cannot be used; trying again.")
            except Exception:
                log.exception("Something went wrong; going on.")
            self.stop.wait(LOOKS_EVERY)

    def remind(self, engine: "Engine") -> None:
        """Queue the reminders it is time for; not at every look, as a day is long."""
        from vfm.store.database import transaction
        from vfm.workflows import reminders

        now = self.clock()
        if self.reminded_at is None or now - self.reminded_at >= REMINDS_EVERY:
            with transaction(engine) as session:
                reminders.make(session, now=now)
            self.reminded_at = now

    def send(self, engine: "Engine") -> int:
        """Send the e-mails that are due; how many went out."""
        from vfm.commands import posting

        if self.mail is None:
            return 0
        return posting.send_due(engine, posting.Route(self.mail, self.url), self.stop, self.clock)

    def do_jobs(self, engine: "Engine") -> int:
        """Do the long work that waits; how many jobs."""
        from vfm.commands import jobs

        done = 0
        while not self.stop.is_set() and jobs.do_next(engine, self.clock, self.files):
            done += 1
        return done
