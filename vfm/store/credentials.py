"""Passwords and one-time tokens: which passwords are accepted, and what is kept of them.

Hashes alone are kept: whoever reads the database cannot sign in with what they find there.
"""

import hashlib
import re
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vfm.errors import Problem

SHORTEST, LONGEST = 12, 200
"""Characters in a password; the upper bound keeps one request's work small."""

USUAL = ("password", "letmein", "welcome", "qwerty", "123456", "abcdef", "council", "valueformoney")
"""What guessers try first, whatever stands around it."""

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
"""The name somebody signs in with; whether it is theirs only a letter could tell."""

_HASHER = PasswordHasher(time_cost=3, memory_cost=19 * 1024, parallelism=1)
"""19 MiB and 3 passes: above the least that OWASP asks, small enough for many threads at once."""


def password_hash(password: str) -> str:
    """What is kept of a password: argon2id with its own salt."""
    return _HASHER.hash(password)


def proves(kept: str | None, password: str) -> bool:
    """True when the password is the one whose hash is kept; the same work when nothing is kept."""
    try:
        _HASHER.verify(kept or _nobody(), password[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobody() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


def password_problems(password: str, again: str, *, names: tuple[str, ...]) -> list[Problem]:
    """Why a new password cannot be used, at the fields `password` and `again`; empty when it can.

    It may not be made of `names`, the person's name and e-mail.
    """
    problems = []
    if words := _weakness(password, names):
        problems.append(Problem("password", words))
    elif password != again:
        problems.append(Problem("again", "The two passwords differ. Type the same one twice."))
    return problems


def _weakness(password: str, names: tuple[str, ...]) -> str | None:
    if len(password) < SHORTEST:
        return (
            f"Use at least {SHORTEST} characters: three words that do not belong together are easy to keep."
        )
    if len(password) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if len(set(password)) < 5:
        return "Use at least five different characters."
    if len(_without_guesses(password, names)) < 6:
        return "That is among the first things a guesser tries. Use three words that do not belong together."
    return None


def _without_guesses(password: str, names: tuple[str, ...]) -> str:
    """What is left of the password when every guessable word is taken out."""
    rest = password.casefold()
    parts = {part for name in names for part in re.split(r"[\W_]+", name.casefold()) if len(part) > 3}
    for word in sorted({*USUAL, *parts}, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest


def new_token() -> str:
    """A token that nobody can guess, fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token: it is random already, so a plain digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
