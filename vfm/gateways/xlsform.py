"""An XLSForm (the workbook of ODK, KoboToolbox and others) as a template, with a report of what became of it.

Every row of the survey is in the report: kept, changed or lost, and why. What comes out is a whole template
that may be opened to people, or every problem of the file. Nothing is scored, as a form has no points.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from vfm.errors import Invalid, Problem
from vfm.gateways.spreadsheets import Sheet, sheets
from vfm.gateways.xlsform_questions import YES, Keys, Questions, first_word, said
from vfm.gateways.xlsform_report import Line, Outcome, Report, unread
from vfm.gateways.xlsform_rules import Rule
from vfm.gateways.xlsform_tables import Group, Row, Table, tables, tree
from vfm.questionnaires.checks import faults
from vfm.questionnaires.document import Parsed, validated
from vfm.questionnaires.schema import SCHEMA, Questionnaire
from vfm.questionnaires.source import Located, Path, Source

MOST_ROUNDS = 50
"""How often what does not fit is taken out before the form is refused; two are the rule."""

Run = list[Row] | Group
Routing = list[Rule | bool]


@dataclass(frozen=True, slots=True)
class Converted:
    """A template made from a form.

    Attributes:
        report: what was kept, changed and lost, by sheet, row and column.
    """

    questionnaire: Questionnaire
    report: tuple[Line, ...]


def is_xlsform(found: Sequence[Sheet]) -> bool:
    """True for a workbook that has the sheet every XLSForm has, and a template's workbook has not."""
    return any(sheet.name.strip().lower() == "survey" for sheet in found)


def read(raw: bytes, name: str) -> Converted:
    """The template that an XLSForm comes to.

    Args:
        raw: what the file holds, .xlsx or .xlsm.
        name: of the file, for the places of problems and as the title of a form without one.

    Raises:
        Invalid: every problem of the file; places are `FILE: survey!C12`.
    """
    return converted(sheets(raw, name), name)


def converted(found: Sequence[Sheet], name: str) -> Converted:
    """The template that the sheets of an XLSForm come to; see `read`."""
    report = Report()
    try:
        form = tables(found)
        sections = _Sections(form, report)
        content = _content(form, sections, PurePath(name).stem)
        questionnaire = _fitting(content, sections.questions.places | sections.places, report)
    except Invalid as invalid:
        raise Invalid(Problem(f"{name}: {p.place}", p.message) for p in invalid.problems) from None
    unread(report, found, form)
    return Converted(questionnaire, report.in_order(found))


def from_sheets(found: Sequence[Sheet], name: str) -> Parsed:
    """The same for whoever reads templates of any form: what was changed or lost comes as notices."""
    form = converted(found, name)
    told = [line for line in form.report if line.outcome is not Outcome.KEPT]
    notices = (
        Located(name, i, 1, "template", line.message, line.place) for i, line in enumerate(told, start=1)
    )
    return Parsed(form.questionnaire, tuple(notices))


def _content(form: Mapping[str, Table], sections: "_Sections", stem: str) -> Rule:
    """The document as plain values."""
    settings = next(form["settings"].rows(), None) if "settings" in form else None
    title, key = (settings.text("form_title"), settings.text("form_id")) if settings else ("", "")
    title = title or key or stem or "Form"
    made = sections.of(tree(form["survey"]), title, "main", [])
    content: Rule = {"schema": SCHEMA, "key": Keys().fresh(key or title, "form-"), "title": title}
    return content | {"parts": sections.parts, "sections": made, "checks": sections.questions.checks()}


def _runs(items: Sequence[Row | Group]) -> list[Run]:
    """Loose rows that follow one another together, each group by itself."""
    runs: list[Run] = []
    for item in items:
        if isinstance(item, Group):
            runs.append(item)
        elif runs and isinstance(runs[-1], list):
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


class _Sections:
    """The groups of a form as sections, in the order of the form."""

    def __init__(self, form: Mapping[str, Table], report: Report) -> None:
        self.report = report
        self.questions = Questions(form, report)
        self.parts: dict[str, dict[str, str]] = {}
        self.places: dict[str, str] = {}
        """Key of a section -> its cell."""
        self._keys, self._part_keys = Keys(), Keys()

    def of(self, items: Sequence[Row | Group], title: str, key: str, routing: Routing) -> list[Rule]:
        """A section for each run of loose rows and for each group; none for those without questions.

        Args:
            items: rows and groups.
            title: of the sections of loose rows.
            key: of those sections.
            routing: conditions of the groups around them.
        """
        found = []
        for run in _runs(items):
            if isinstance(run, Group):
                section = self._group(run, routing)
            else:
                section = {"key": self._keys.fresh(key, "section-"), "title": title}
                self._fill(section, run, routing)
                title = title if title.endswith(" (continued)") else f"{title} (continued)"
            if "questions" in section or "sections" in section:
                found.append(section)
        return found

    def _group(self, group: Group, outer: Routing) -> Rule:
        row = group.row
        name, place = row.text("name"), row.place("type")
        title = said(row.text("label")) or name or "Group"
        if group.word == "repeat" and not _is_by_part(group):
            self._lose_repeat(group)
            return {}
        section: Rule = {"key": self._keys.fresh(name or title, "section-"), "title": title}
        self.places[section["key"]] = place
        self.report.words(row, f"group “{title}”")
        own = self.questions.relevant(row, f"group “{title}”")
        if own:
            reason = "Sections are always there: the condition stands at each of its questions."
            self.report.changed(row.place("relevant"), f"Condition of group “{title}”", reason)
        self._fill_group(section, group, [*outer, *own])
        if "questions" in section or "sections" in section:
            self.report.kept(place, f"Group “{title}”", "It is a section.")
        else:
            self.report.lost(place, f"Group “{title}”", "Nothing in it can be asked.")
        return section

    def _fill_group(self, section: Rule, group: Group, routing: Routing) -> None:
        """The rows before the first inner group are its questions; the rest are in sections of their own."""
        by = self._by(group) if group.word == "repeat" else ""
        ahead = next((i for i, item in enumerate(group.items) if isinstance(item, Group)), len(group.items))
        self._fill(section, [item for item in group.items[:ahead] if isinstance(item, Row)], routing, by)
        later = group.items[ahead:]
        inner = self.of(later, f"{section['title']} (continued)", section["key"], routing)
        section |= {"sections": inner} if inner else {}
        if any(isinstance(item, Row) for item in later):
            reason = "Rows after an inner group are in a section of their own, so that the order holds."
            cure = "Give that section a title."
            self.report.changed(self.places[section["key"]], f"Order of “{section['title']}”", reason, cure)

    def _fill(self, section: Rule, rows: Sequence[Row], routing: Routing, by: str = "") -> None:
        questions: list[Rule] = []
        for row in rows:
            if first_word(row) == "note" or _is_shown_only(row):
                self._guidance(row, section, questions)
            else:
                questions += self.questions.of(row, routing, by)
        section |= {"questions": questions} if questions else {}

    def _guidance(self, row: Row, section: Rule, questions: list[Rule]) -> None:
        """A note stands under the title when it comes first, else under the question before it."""
        what = f"Note “{row.text('name')}”"
        text = "\n\n".join(filter(None, (said(row.text("label")), said(row.text("hint")))))
        if not text:
            self.report.lost(row.place("type"), what, "It has no words.")
            return
        holder, name = (questions[-1], "help") if questions else (section, "purpose")
        holder[name] = "\n\n".join(filter(None, (holder.get(name, ""), text)))
        where = f"under the question {holder['key']}" if questions else "under the title of the section"
        self.report.changed(row.place("type"), what, f"It is guidance {where}.")
        self.report.words(row, what[0].lower() + what[1:])
        if row.text("relevant"):
            reason = "Guidance is always shown."
            self.report.lost(row.place("relevant"), f"Condition of note “{row.text('name')}”", reason)

    # --- repeats ------------------------------------------------------------------------------------------

    def _by(self, group: Group) -> str:
        """The name of new parts, one for each time a repeat is asked."""
        name = self._part_keys.fresh(group.row.text("name"), "parts-")
        count = int(group.row.text("repeat_count"))
        self.parts[name] = {f"n{i}": str(i) for i in range(1, count + 1)}
        reason = f"Its numbers are asked once for each of {count} parts."
        self.report.changed(group.row.place("repeat_count"), f"Repeat “{name}”", reason, "Name the parts.")
        return name

    def _lose_repeat(self, group: Group) -> None:
        reason = "A template asks everything once; only numbers can be asked a fixed number of times."
        cure = "Ask for the list as evidence, or for a total."
        what = f"{group.word.capitalize()} “{group.row.text('name')}”"
        self.report.lost(group.row.place("type"), what, reason, cure)
        for item in group.items:
            if isinstance(item, Group):
                self._lose_repeat(item)
            else:
                self.report.lost(
                    item.place("type"), f"“{item.text('name')}”", "It is in a repeat that is lost.", cure
                )


def _is_by_part(group: Group) -> bool:
    """True for a fixed number of repeats, 2 to 20, that ask for nothing but numbers."""
    rows = [item for item in group.items if isinstance(item, Row)]
    only_numbers = all(first_word(row) in ("integer", "int", "decimal", "note") for row in rows)
    is_fixed = re.fullmatch(r"[2-9]|1\d|20", group.row.text("repeat_count"))
    return bool(is_fixed) and only_numbers and len(rows) == len(group.items)


def _is_shown_only(row: Row) -> bool:
    return row.text("readonly").lower() in YES and not row.text("calculation") and bool(first_word(row))


# --- what does not fit ------------------------------------------------------------------------------------


def _fitting(content: Rule, places: Mapping[str, str], report: Report) -> Questionnaire:
    """The questionnaire of plain values, what makes no sense in a template taken out and put in the report.

    Raises:
        Invalid: nothing is left to ask, or what is wrong cannot be taken out.
    """
    for _ in range(MOST_ROUNDS):
        if not content["sections"]:
            nothing = Problem("survey", "Nothing in the form can be asked. Add a question.")
            raise Invalid([nothing, *(Problem(line.place, line.message) for line in report.lost_lines)])
        questionnaire, found = _judged(content)
        if questionnaire is not None and not found:
            return questionnaire
        for path, message in found:
            _take_out(content, path, message, places, report)
        _sweep(content)
    raise Invalid([Problem("survey", "The rules of the form contradict one another. Simplify them.")])


def _judged(content: Rule) -> tuple[Questionnaire | None, list[tuple[Path, str]]]:
    """The questionnaire where the values can be read as one, and what is wrong, with its path."""
    questionnaire, refused = validated(content, Source("form"))
    if questionnaire is None:
        return None, [(complaint.path, complaint.message) for complaint in refused]
    return questionnaire, [(fault.path, fault.message) for fault in faults(questionnaire)]


def _take_out(content: Rule, path: Path, message: str, places: Mapping[str, str], report: Report) -> None:
    """Take out the condition, question, check or section a path leads into; a hole is left for `_sweep`."""
    holder, at, rule = _innermost(content, path)
    if holder is None:
        raise Invalid([Problem("survey", message)])
    thing = holder[at]
    if thing is None:
        return
    key = thing["key"]
    if rule:
        if thing.pop(rule, None) is not None:
            report.taken_out(places.get(f"{key} {rule}", "survey"), f"Condition of “{key}”", message)
        return
    holder[at] = None
    report.taken_out(places.get(key, "survey"), f"“{key}”", message)


def _innermost(content: Any, path: Path) -> tuple[list[Any] | None, int, str]:
    """List and index of the innermost thing with a key on a path, and its condition if that is meant."""
    found: tuple[list[Any] | None, int, str] = (None, 0, "")
    for before, step, after in zip(("", *path), path, (*path[1:], ""), strict=False):
        if isinstance(content, list) and before in ("sections", "questions", "checks"):
            found = (content, int(str(step)), "show_if" if after == "show_if" else "")
            content = content[found[1]]
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return found


def _sweep(content: Rule) -> None:
    """Close the holes, and take out sections that ask nothing any more."""
    content["checks"] = [check for check in content["checks"] if check is not None]
    content["sections"] = [*_swept(content["sections"])]


def _swept(sections: list[Any]) -> Iterator[Rule]:
    for section in sections:
        if section is None:
            continue
        for name, inside in (
            ("questions", [q for q in section.pop("questions", ()) if q is not None]),
            ("sections", [*_swept(section.pop("sections", []))]),
        ):
            if inside:
                section[name] = inside
        if "questions" in section or "sections" in section:
            yield section
