"""What the commands that stand on a council's database share: opening it, and checking all that is kept."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TypeVar

from vfm.commands.console import (
    DONE,
    PROBLEMS,
    Progress,
    as_json,
    environment_settings,
    refused,
    report,
    say,
)

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from _typeshed import DataclassInstance
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

Check = TypeVar("Check", bound="DataclassInstance")


def on_database(do: Callable[["Engine"], int]) -> int:
    """Do it on the database of the settings, once that is of this version; its exit status.

    What cannot be read, found or done is said on standard error, with exit status 1.
    """
    from vfm.errors import Invalid, VfmError
    from vfm.store import database

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    try:
        with database.opened(settings.database) as engine:
            database.check(engine)
            return do(engine)
    except Invalid as error:
        return refused(error)
    except VfmError as error:
        say(f"vfm: {error}")
        return PROBLEMS


def checked(
    engine: "Engine",
    what: str,
    ids: Callable[["Session"], Sequence[int]],
    check: Callable[["Session", int], Check],
) -> list[Check]:
    """Each of the kept things checked, in the order of `ids`, with its progress; nothing is written.

    Args:
        engine: the database.
        what: what they are called, many of them.
        ids: which of them.
        check: what one comes to.
    """
    from vfm.store import database

    with database.reading(engine) as session:
        wanted, shown, checks = ids(session), Progress(what), []
        for number, one in enumerate(wanted, 1):
            checks.append(check(session, one))
            shown(number, len(wanted))
    return checks


def told(
    checks: Sequence[Check], failed: Sequence[Check], lines: Sequence[str], ending: str, *, in_json: bool
) -> int:
    """The lines of what failed, or all as JSON, then the ending; exit status 1 where anything failed."""
    report(as_json([asdict(check) for check in checks]) if in_json else lines)
    say(ending)
    return PROBLEMS if failed else DONE
