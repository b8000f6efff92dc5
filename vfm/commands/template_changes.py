"""`vfm template diff`: what changed between two versions of a template, and which results stay comparable."""

import argparse
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from vfm.commands.console import DONE, Subcommands, as_json, report
from vfm.commands.template_forms import read_template

if TYPE_CHECKING:  # what a command needs is imported when it runs
    from vfm.questionnaires.changes import Change, Changes, Mark
    from vfm.questionnaires.schema import Questionnaire


def register_diff(verbs: Subcommands) -> None:
    """`vfm template diff A B [--json]`."""
    diff = verbs.add_parser("diff", help="say what changed between two templates")
    diff.add_argument("earlier", metavar="A", help="the earlier version: .yaml, .json or .xlsx")
    diff.add_argument("later", metavar="B", help="the later version, in any form too")
    diff.add_argument("--json", action="store_true", help="as one JSON document")
    diff.set_defaults(command=diff_templates)


def diff_templates(arguments: argparse.Namespace) -> int:
    """The differences on standard output, in words or as JSON; exit status 0 whether or not there are any.

    In words, what went out stands as `[-words-]` and what came in as `{+words+}`.
    """
    statuses = []
    read: list[Questionnaire] = []
    for path in (arguments.earlier, arguments.later):
        parsed, status = read_template(path)
        statuses.append(status)
        read += [parsed.questionnaire] if parsed is not None else []
    if len(read) == 2:
        report(as_json(as_content(*read)) if arguments.json else [*in_lines(*read)])
    return max(statuses, default=DONE)


# --- as JSON -----------------------------------------------------------------------------------------


def as_content(old: "Questionnaire", new: "Questionnaire") -> dict[str, Any]:
    """The differences as plain values.

    `earlier`, `later`: {`key`, `title`, `version`, `questions`: how many}.
    `comparable`: how many questions' results stay comparable.
    `counts`: {`same`, `added`, `dropped`, `reworded`, `rescored`, `rerouted`, `reweighted`, `moved`,
    `details`}: questions of each; one may be of several.
    `questions`: [{`key`, `changes`: words as in `counts`, `comparable`: whether results stay so,
    `differences`: [{`what`, `before`, `after`, `marks`}]}], the later version's in its order, then the rest.
    `sections`: [{`key`, `changes`, `marks`: of the title, where it was reworded}].
    `template`: {field: {`before`, `after`}} for every other field that is not the same, as documents hold it;
    null where it is not given.
    A mark is {`kind`: `kept`, `out` or `in`, `words`}.
    """
    from vfm.questionnaires.changes import Badge, compare
    from vfm.questionnaires.differences import differences

    changes = compare(old, new)
    return {
        "earlier": _about(old),
        "later": _about(new),
        "comparable": changes.comparable,
        "counts": {badge.value: changes.count(badge) for badge in Badge},
        "questions": [
            {
                "key": change.key,
                "changes": _words(change),
                "comparable": change.is_comparable,
                "differences": [
                    {"what": d.what, "before": d.before, "after": d.after, "marks": _marks(d.marks)}
                    for d in differences(old, new, change.key)
                ],
            }
            for change in changes.questions
        ],
        "sections": [
            {"key": change.key, "changes": _words(change), "marks": _marks(change.marks)}
            for change in changes.sections
        ],
        "template": _template(old, new),
    }


def _about(questionnaire: "Questionnaire") -> dict[str, Any]:
    return {
        "key": questionnaire.key,
        "title": questionnaire.title,
        "version": questionnaire.version,
        "questions": len(questionnaire.questions),
    }


def _words(change: "Change") -> list[str]:
    """The badges in the order in which they are declared."""
    from vfm.questionnaires.changes import Badge

    return [badge.value for badge in Badge if badge in change.badges]


def _marks(marks: "Sequence[Mark]") -> list[dict[str, str]]:
    return [{"kind": mark.kind, "words": mark.words} for mark in marks]


def _template(old: "Questionnaire", new: "Questionnaire") -> dict[str, Any]:
    from vfm.questionnaires.document import to_json

    before, after = to_json(old), to_json(new)
    return {
        name: {"before": before.get(name), "after": after.get(name)}
        for name in {**before, **after}
        if name != "sections" and before.get(name) != after.get(name)
    }


# --- in words -----------------------------------------------------------------------------------------


def in_lines(old: "Questionnaire", new: "Questionnaire") -> Iterator[str]:
    """The differences for a terminal: a summary, then what changed: questions, sections, the rest."""
    from vfm.questionnaires.changes import Badge, compare

    changes = compare(old, new)
    yield f"{_named(old)} -> {_named(new)}"
    counts = [f"{changes.count(badge)} {badge.value}" for badge in Badge if changes.count(badge)]
    yield f"{changes.in_words}: {', '.join(counts)}."
    yield from _of_questions(changes, old, new)
    for change in changes.sections:
        if Badge.SAME not in change.badges:
            yield ""
            yield f"section {change.key}: {', '.join(_words(change))}"
            yield from _of_section(change, old, new)
    others = _template(old, new)
    if others:
        yield ""
        yield f"template: {', '.join(others)}"


def _named(questionnaire: "Questionnaire") -> str:
    return f"{questionnaire.key}, version {questionnaire.version}"


def _of_questions(changes: "Changes", old: "Questionnaire", new: "Questionnaire") -> Iterator[str]:
    from vfm.questionnaires.changes import Badge
    from vfm.questionnaires.differences import differences

    for change in changes.questions:
        if Badge.SAME in change.badges:
            continue
        yield ""
        yield f"{change.key}: {', '.join(_words(change))}{_verdict(change)}"
        for difference in differences(old, new, change.key):
            yield f"  {difference.what}: {_marked(difference.marks)}"
        for questionnaire, badge in ((new, Badge.ADDED), (old, Badge.DROPPED)):
            if badge in change.badges:
                yield f"  {_on_one_line(questionnaire.questions[change.key].text)}"


def _verdict(change: "Change") -> str:
    from vfm.questionnaires.changes import Badge

    if change.badges & {Badge.ADDED, Badge.DROPPED}:
        return "; nothing to compare"
    return "; still comparable" if change.is_comparable else "; no longer comparable"


def _of_section(change: "Change", old: "Questionnaire", new: "Questionnaire") -> Iterator[str]:
    from vfm.questionnaires.changes import Badge

    if change.marks:
        yield f"  Title: {_marked(change.marks)}"
    if Badge.REWEIGHTED in change.badges:
        before, after = old.all_sections[change.key].weight, new.all_sections[change.key].weight
        yield f"  Weight: [-{before:g}-] {{+{after:g}+}}"


def _marked(marks: "Sequence[Mark]") -> str:
    brackets = {"kept": ("", ""), "out": ("[-", "-]"), "in": ("{+", "+}")}
    return " ".join(_on_one_line(mark.words).join(brackets[mark.kind]) for mark in marks)


def _on_one_line(text: str) -> str:
    """The text without what would end the line or steer the terminal."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))
