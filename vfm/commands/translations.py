"""`vfm translations missing`: the words of the pages that have no Welsh yet."""

import argparse

from vfm.commands.console import DONE, PROBLEMS, Subcommands, report


def register(subcommands: Subcommands) -> None:
    """`vfm translations missing`."""
    translations = subcommands.add_parser("translations", help="the pages in English and in Welsh")
    verbs = translations.add_subparsers(required=True, metavar="VERB")
    missing = verbs.add_parser("missing", help="list what the pages say in English alone")
    missing.set_defaults(command=list_missing)


def list_missing(_: argparse.Namespace) -> int:
    """Each sentence without Welsh with its first place; then the folders of pages that are in English alone.

    Exit status 1 while a marked sentence has no Welsh; whole folders without it are listed and no fault.
    """
    from vfm.web.languages import FINISHED, WELSH, catalogue
    from vfm.web.marked import HERE, sentences

    written = catalogue(WELSH)
    lines = [
        f"{places[0]}: {message if isinstance(message, str) else message[0]}"
        for message, places in sentences().items()
        if (entry := written.get(message)) is None or not entry.string
    ]
    pages = HERE / "templates"
    folders = sorted(path.name for path in pages.iterdir() if path.is_dir() and path.name != "macros")
    report(lines)
    report([f"Pages in English alone: {', '.join(name for name in folders if name not in FINISHED)}."])
    return PROBLEMS if lines else DONE
