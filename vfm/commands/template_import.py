"""`vfm template import`: a template file into the council's database, by the name of somebody who may."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vfm.commands.console import DONE, PROBLEMS, Subcommands, environment_settings, refused, report, say
from vfm.commands.template_forms import read_template

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from sqlalchemy.orm import Session

    from vfm.questionnaires.document import Parsed


def register_import(verbs: Subcommands) -> None:
    """`vfm template import FILE --by EMAIL [--next]`."""
    verb = verbs.add_parser("import", help="put a template file into the council's database as a draft")
    verb.add_argument("file", metavar="FILE", help="a template in any form")
    verb.add_argument(
        "--by", required=True, metavar="EMAIL", help="who imports it: a member of the core team"
    )
    verb.add_argument(
        "--next", action="store_true", help="start the next version when the newest was opened to people"
    )
    verb.set_defaults(command=import_template)


def import_template(arguments: argparse.Namespace) -> int:
    """A new template, or the newest draft of one that is there; what was opened never changes."""
    from vfm.errors import Conflict, Invalid
    from vfm.store import database

    settings = environment_settings()
    if settings is None:
        return PROBLEMS
    parsed, status = read_template(arguments.file)
    if parsed is None:
        return status
    try:
        with database.opened(settings.database) as engine:
            database.check(engine)
            with database.transaction(engine) as session:
                words = _imported(session, parsed, arguments)
    except Conflict as error:
        report([f"{arguments.file}: {error}"])
        return PROBLEMS
    except Invalid as error:
        return refused(error)
    say(f"{arguments.file}: {words}")
    return DONE


def _imported(session: "Session", parsed: "Parsed", arguments: argparse.Namespace) -> str:
    from vfm.workflows import sign_in, versions

    now = datetime.now(UTC)
    by = sign_in.core_member(session, arguments.by)
    rows = versions.of_key(session, parsed.questionnaire.key)
    if not rows:
        versions.take_in_parsed(session, parsed, arguments.file, by=by, now=now)
        return "imported as version 1, a draft."
    newest = rows[0].id
    if arguments.next and rows[0].opened_at is not None:
        newest = versions.revise(session, newest, by=by, now=now)
    row = versions.draft(session, newest, by=by)
    versions.replace_parsed(session, row.id, parsed, arguments.file, revision=row.revision, by=by, now=now)
    return f"version {row.number}, a draft, now says what the file says."
