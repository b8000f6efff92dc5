"""Handing e-mails to a mail server (SMTP), in two steps: offered first, then handed over.

The server may say no to an address before it is given a word; only the second step can leave a doubt.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from hashlib import sha256
from urllib.parse import parse_qs, unquote, urlsplit

from vfm.errors import Invalid, Problem

TIMEOUT = 30
PORTS = {"starttls": 587, "ssl": 465, "none": 25}
LIKE = "smtp://user:password@mail.council.example:587?from=vfm@council.example&tls=starttls"


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server; `tls` is starttls, ssl or none, `sender` the address e-mails come from."""

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in plain text; `mark` is the same each time it is sent and no other letter's."""

    mark: str
    address: str
    subject: str
    body: str


class Refused(Exception):
    """The letter surely did not go out.

    Attributes:
        is_for_good: trying again would change nothing.
        is_broken: the server is away, so that no other letter goes out either.
    """

    def __init__(self, problem: str, *, is_for_good: bool = False, is_broken: bool = False) -> None:
        self.problem, self.is_for_good, self.is_broken = problem, is_for_good, is_broken
        super().__init__(problem)


class Unsure(Exception):
    """The connection broke while the letter was handed over: it may have gone out."""


def server(address: str) -> Server:
    """The mail server that a setting names, such as `LIKE`; the port is what is usual for `tls`.

    Raises:
        Invalid: it cannot be read; the words never repeat it, as it may hold a password.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _unreadable("its port is no number") from None
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    tls, sender = asked.pop("tls", "starttls"), asked.pop("from", "")
    if parts.scheme != "smtp" or not parts.hostname:
        raise _unreadable("it does not begin with smtp:// and a host")
    if tls not in PORTS:
        raise _unreadable("tls is none of starttls, ssl and none")
    if "@" not in sender:
        raise _unreadable("it does not say from=ADDRESS, the address e-mails come from")
    if asked:
        raise _unreadable(f"it has {', '.join(sorted(asked))}, where only from and tls are known")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or PORTS[tls], sender, tls, user, password)


def _unreadable(why: str) -> Invalid:
    return Invalid([Problem("VFM_MAIL", f"The setting cannot be read: {why}. Set it like {LIKE}.")])


class Connection:
    """An open conversation with a mail server."""

    def __init__(self, smtp: smtplib.SMTP, sender: str) -> None:
        self._smtp, self._sender = smtp, sender

    def offer(self, letter: Letter) -> None:
        """Ask whether a letter from us to its address would be taken.

        Raises:
            Refused: it would not, or the connection broke; nothing was sent.
        """
        try:
            self._smtp.rset()
            for code, said in (self._smtp.mail(self._sender), self._smtp.rcpt(letter.address)):
                if code not in (250, 251):
                    raise _said_no(code, said)
        except (smtplib.SMTPException, OSError) as error:
            raise Refused(f"The connection broke: {_words(error)}", is_broken=True) from error
        except ValueError as error:
            raise Refused("The address cannot be written in an e-mail.", is_for_good=True) from error

    def hand_over(self, letter: Letter) -> None:
        """Give the server the words; returns when it has taken them.

        Raises:
            Refused: it said no; nothing went out.
            Unsure: the connection broke before it said yes or no.
        """
        try:
            code, said = self._smtp.data(written(letter, self._sender))
        except smtplib.SMTPDataError as error:
            raise _said_no(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure(f"The connection broke while it was handed over ({_words(error)})") from error
        if code != 250:
            raise _said_no(code, said)


def written(letter: Letter, sender: str) -> bytes:
    """A letter as it travels; its `Message-ID` is the same whenever it is sent again."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = sender, letter.address, letter.subject
    message["Date"] = formatdate()
    mark = sha256(letter.mark.encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{mark}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.body)
    return message.as_bytes()


@contextmanager
def connected(to: Server) -> Iterator[Connection]:
    """A conversation with a mail server for as long as the block lasts.

    Raises:
        Refused: it cannot be reached, or does not let us in.
    """
    try:
        smtp = _opened(to)
    except (smtplib.SMTPException, OSError) as error:
        raise Refused(f"The mail server {to.host} cannot be used: {_words(error)}", is_broken=True) from error
    try:
        yield Connection(smtp, to.sender)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            smtp.quit()


def _opened(to: Server) -> smtplib.SMTP:
    trusted = ssl.create_default_context()
    if to.tls == "ssl":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(to.host, to.port, timeout=TIMEOUT, context=trusted)
    else:
        smtp = smtplib.SMTP(to.host, to.port, timeout=TIMEOUT)
    try:
        if to.tls == "starttls":
            smtp.starttls(context=trusted)
        if to.user:
            smtp.login(to.user, to.password)
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _said_no(code: int, said: bytes | str) -> Refused:
    """Answers from 500 are for good, those from 400 for the moment."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return Refused(
        f"The mail server said no: {code} {' '.join(words.split())[:200]}", is_for_good=code >= 500
    )


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no encryption or no sign-in. Set tls=none only for a server on a network you trust."
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "it does not take the user and password of VFM_MAIL."
    words = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return f"{str(words).strip().rstrip('.')}."
