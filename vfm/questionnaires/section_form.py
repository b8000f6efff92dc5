"""One section as a form: its words, weight, caps and rule table, and the section that the fields describe.

Pure. What is inside the section stays as it is.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

from vfm.errors import Problem
from vfm.questionnaires import rule_form
from vfm.questionnaires.arranging import keys_taken, remade
from vfm.questionnaires.form_fields import (
    Fields,
    Reading,
    as_fields,
    figure,
    key,
    lines,
    one,
    points,
    prose,
    refuse,
    rows,
    share,
    weight,
    wording,
)
from vfm.questionnaires.schema import Cap, Condition, Method, Questionnaire, RuleTable, Section

STATES = ("all", "some", "none")
MOST_LISTS = 4
"""Lists of a rule table that can be drawn: 81 rows."""


def shown(section: Section) -> dict[str, list[str]]:
    """The fields of a section as its form shows them first."""
    plain = {
        "key": section.key,
        "title": section.title,
        "purpose": section.purpose,
        "hypothesis": section.hypothesis,
        "frameworks": "\n".join(section.frameworks),
        "weight": figure(section.weight),
    }
    found = as_fields(plain, ["critical"] if section.critical else [])
    for i, cap in enumerate(section.caps):
        own = {
            f"cap.{i}.old": cap.key,
            f"cap.{i}.key": cap.key,
            f"cap.{i}.limit": share(cap.limit),
            f"cap.{i}.reason": cap.reason,
        }
        found |= as_fields(own) | rule_form.fields(f"cap.{i}.when", rule_form.as_typed(cap.when))
    return found | (_table_shown(section.rule_table) if section.rule_table else {})


def _table_shown(table: RuleTable) -> dict[str, list[str]]:
    plain = {
        "table.lists": "\n".join(f"{name}: {', '.join(keys)}" for name, keys in table.lists.items()),
        "table.statuses": "\n".join(table.statuses),
        "table.minimum": table.minimum,
    }
    return as_fields(plain | {f"table.row.{'.'.join(row.lists)}": row.status for row in table.rows})


def read(questionnaire: Questionnaire, section: Section, fields: Fields) -> Section:
    """The section that the fields describe, in the place of the one given.

    Raises:
        Invalid: every problem, its place the field's name.
    """
    reading = Reading(shown(section), fields)
    said = reading.read
    taken = keys_taken(questionnaire) - {section.key.casefold()}
    changes: dict[str, Any] = {
        "key": reading.take(key, fields, "key", taken, section.key),
        "title": said(section.title, "title", wording, fields, "title", "section"),
        "purpose": said(section.purpose, "purpose", prose, fields, "purpose"),
        "hypothesis": said(section.hypothesis, "hypothesis", prose, fields, "hypothesis"),
        "frameworks": said(section.frameworks, "frameworks", lines, fields, "frameworks"),
        "weight": said(section.weight, "weight", _weight, fields),
        "critical": "critical" in fields,
        "caps": said(section.caps, "cap", _caps, fields, questionnaire, section),
        "rule_table": said(section.rule_table, "table", _table, fields, section),
    }
    reading.close()
    return remade(section, **changes)


def _weight(fields: Fields) -> float:
    return weight(fields, "weight") or 0.0


def _caps(fields: Fields, questionnaire: Questionnaire, section: Section) -> tuple[Cap, ...]:
    reading = Reading()
    found = [reading.take(_cap, fields, i, questionnaire, section) for i in _cap_rows(fields)]
    caps = tuple(filter(None, found))
    reading.problems += _doubled(questionnaire, section, caps)
    reading.close()
    return caps


def _cap_rows(fields: Fields) -> list[int]:
    return rows(fields, "cap", ("key", "limit", "reason"))


def _cap(fields: Fields, i: int, questionnaire: Questionnaire, section: Section) -> Cap:
    here = f"cap.{i}"
    reading = Reading()
    found = reading.take(key, fields, f"{here}.key", (), f"{section.key[:34]}-cap-{i + 1}")
    limit = reading.take(points, fields, f"{here}.limit")
    reason = reading.take(wording, fields, f"{here}.reason", "cap's reason")
    when = reading.take(rule_form.read, fields, f"{here}.when", questionnaire, rule_of(section, fields, i))
    if limit is None and not reading.problems:
        reading.problems.append(Problem(f"{here}.limit", "Say at most how many points the section can have."))
    if when is None and not reading.problems:
        reading.problems.append(Problem(f"{here}.when.0.0.question", "Say when the cap applies."))
    reading.close()
    return Cap.model_validate({"key": found, "when": when, "limit": limit, "reason": reason})


def rule_of(section: Section, fields: Fields, i: int) -> Condition | None:
    """The rule that the cap in a row has now, wherever the row was moved; None for a new cap."""
    old = one(fields, f"cap.{i}.old")
    return next((cap.when for cap in section.caps if cap.key == old), None)


def _doubled(questionnaire: Questionnaire, section: Section, caps: tuple[Cap, ...]) -> list[Problem]:
    taken = {check.key.casefold() for check in questionnaire.checks}
    for other in questionnaire.all_sections.values():
        taken |= {cap.key.casefold() for cap in other.caps if other.key != section.key}
    problems = []
    for i, cap in enumerate(caps):
        if cap.key.casefold() in taken:
            sentence = f'The key "{cap.key}" is taken by another cap or check. Choose another.'
            problems.append(Problem(f"cap.{i}.key", sentence))
        taken.add(cap.key.casefold())
    return problems


# --- rule tables --------------------------------------------------------------------------------------------


def combinations(lists: int) -> list[tuple[str, ...]]:
    """Every row that a table of so many lists has, the best first."""
    return list(product(STATES, repeat=lists))


def lists_typed(fields: Fields) -> dict[str, tuple[str, ...]]:
    """The named lists as typed, one a line, `NAME: KEY, KEY`; a line without a colon is a list of none."""
    found = {}
    for line in lines(fields, "table.lists"):
        name, _, keys = line.partition(":")
        found[name.strip()] = tuple(one.strip() for one in keys.replace(";", ",").split(",") if one.strip())
    return found


def _table(fields: Fields, section: Section) -> RuleTable | None:
    if "table.lists" not in fields:  # the form does not show one
        return section.rule_table
    lists, statuses = lists_typed(fields), lines(fields, "table.statuses")
    if not lists and not statuses:
        return None
    if not lists or len(lists) > MOST_LISTS:
        raise refuse(
            "table.lists", f"Name one to {MOST_LISTS} lists, each on its line: required: GOV-01, GOV-02."
        )
    if len(statuses) < 2:
        raise refuse("table.statuses", "Name at least two statuses, the worst first, each on its line.")
    table = {row: one(fields, f"table.row.{'.'.join(row)}") for row in _ordered(section, len(lists))}
    if blank := next((row for row, status in table.items() if status not in statuses), None):
        place = f"table.row.{'.'.join(blank)}"
        raise refuse(place, f"Choose the status where the lists are {', '.join(blank)}.")
    minimum = one(fields, "table.minimum")
    if minimum not in statuses:
        raise refuse("table.minimum", "Choose the status that is required.")
    try:
        return RuleTable.model_validate(
            {
                "lists": lists,
                "statuses": statuses,
                "minimum": minimum,
                "rows": [{"lists": row, "status": status} for row, status in table.items()],
            }
        )
    except ValueError:
        sentence = (
            "A list's name and its questions are keys: letters, figures, - and _, starting with a letter."
        )
        raise refuse("table.lists", sentence) from None


def _ordered(section: Section, lists: int) -> list[tuple[str, ...]]:
    """The rows in the order they have where they are all there, else the best first."""
    every = combinations(lists)
    present: list[tuple[str, ...]] = (
        [row.lists for row in section.rule_table.rows] if section.rule_table else []
    )
    return present if sorted(present) == sorted(every) else every


def has_table(questionnaire: Questionnaire, section: Section) -> bool:
    """True where the section's form offers a rule table: the method uses them, or one is there."""
    return questionnaire.scoring.method is Method.RULE_TABLE or section.rule_table is not None


def in_words(section: Section, condition_in_words: Callable[[Condition], str]) -> str:
    """A section as one text, for showing two side by side."""
    lines_found = [f"{section.key}: {section.title}", section.purpose, section.hypothesis]
    lines_found.append(f"Weight {section.weight:g}{', critical' if section.critical else ''}")
    lines_found += [
        f"At most {share(cap.limit)} points when {condition_in_words(cap.when)}: {cap.reason}"
        for cap in section.caps
    ]
    return "\n".join(line for line in lines_found if line)
