"""Every setting, its default and its environment variable, in one frozen value."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
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
        sign_in_tries: failed sign-ins allowed for one e-mail or address in a quarter of an hour
            (`VFM_SIGN_IN_TRIES`).
    """

    database: str = f"sqlite:///{INSTANCE / 'vfm.sqlite'}"
    secret: str = ""
    is_demo: bool = False
    is_https: bool = False
    session_hours: int = 10
    sign_in_tries: int = 10

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Settings as the environment says; a variable that is not set keeps its default."""
        defaults = cls()
        return cls(
            database=environment.get("VFM_DATABASE", defaults.database),
            secret=environment.get("VFM_SECRET") or secrets.token_hex(32),
            is_demo=environment.get("VFM_DEMO", "") == "1",
            is_https=environment.get("VFM_HTTPS", "") == "1",
            session_hours=int(environment.get("VFM_SESSION_HOURS", defaults.session_hours)),
            sign_in_tries=int(environment.get("VFM_SIGN_IN_TRIES", defaults.sign_in_tries)),
        )
