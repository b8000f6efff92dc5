"""Every setting, its default and its environment variable, in one frozen value."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "data"
INSTANCE = PROJECT / "instance"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this copy of vfm runs.

    Attributes:
        database: address, `sqlite:///PATH` or `postgresql+psycopg://...` (`VFM_DATABASE`).
        secret: signs the session cookie (`VFM_SECRET`); made anew at each start when not given.
        is_demo: shows the one-click sign-in page and the notice that answers are invented (`VFM_DEMO`).
        is_https: marks cookies as secure and asks browsers to stay on HTTPS (`VFM_HTTPS`).
        session_hours: a session ends this many hours after it was last used (`VFM_SESSION_HOURS`).
        sign_in_tries: failed sign-ins allowed for one e-mail in a quarter of an hour, and ten times as
            many from one client address (`VFM_SIGN_IN_TRIES`).
        proxies: how many proxies stand before it that name the client's address (`VFM_PROXIES`); what a
            client says of itself is not believed beyond them.
        mail: the server that e-mails are handed to, as `vfm.gateways.mail.server` reads it (`VFM_MAIL`); none
            when not given, and then e-mails wait.
        url: where people reach the pages, for the links in e-mails (`VFM_URL`).
        files: where uploaded files are kept, a folder or `s3://BUCKET?endpoint=https://HOST` with an optional
            `&region=` (`VFM_FILES`).
        file_mb: megabytes of the largest file that may be uploaded (`VFM_FILE_MB`).
        s3_key, s3_secret: what an S3-compatible store asks for (`VFM_S3_KEY`, `VFM_S3_SECRET`).
    """

    database: str = f"sqlite:///{INSTANCE / 'vfm.sqlite'}"
    secret: str = ""
    is_demo: bool = False
    is_https: bool = False
    session_hours: int = 10
    sign_in_tries: int = 10
    proxies: int = 0
    mail: str = ""
    url: str = "http://127.0.0.1:8000"
    files: str = str(INSTANCE / "files")
    file_mb: int = 20
    s3_key: str = ""
    s3_secret: str = field(default="", repr=False)

    @property
    def largest_file(self) -> int:
        """Bytes of the largest file that may be uploaded."""
        return self.file_mb * 1024 * 1024

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Settings as the environment says; a variable that is not set keeps its default.

        Raises:
            ValueError: a variable that has to be a whole number is none; the words name it.
        """
        defaults = cls()
        return cls(
            database=environment.get("VFM_DATABASE", defaults.database),
            secret=environment.get("VFM_SECRET") or secrets.token_hex(32),
            is_demo=environment.get("VFM_DEMO", "") == "1",
            is_https=environment.get("VFM_HTTPS", "") == "1",
            session_hours=_whole(environment, "VFM_SESSION_HOURS", defaults.session_hours),
            sign_in_tries=_whole(environment, "VFM_SIGN_IN_TRIES", defaults.sign_in_tries),
            proxies=_whole(environment, "VFM_PROXIES", defaults.proxies),
            mail=environment.get("VFM_MAIL", "").strip(),
            url=(environment.get("VFM_URL", "").strip() or defaults.url).rstrip("/"),
            files=environment.get("VFM_FILES", defaults.files),
            file_mb=_whole(environment, "VFM_FILE_MB", defaults.file_mb),
            s3_key=environment.get("VFM_S3_KEY", defaults.s3_key),
            s3_secret=environment.get("VFM_S3_SECRET", defaults.s3_secret),
        )


def _whole(environment: Mapping[str, str], name: str, default: int) -> int:
    given = environment.get(name, "").strip()
    if given and not given.isdecimal():
        raise ValueError(f"{name} is {given!r}. Set it to a whole number, or leave it out for {default}.")
    return int(given) if given else default
