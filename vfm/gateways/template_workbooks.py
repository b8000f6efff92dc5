"""A template designed in Excel, read back: what `vfm.reports.template_workbook` writes, or one like it.

Reading never half-succeeds: the questionnaire, or every problem at once, each as
`FILE: SHEET!CELL: what is wrong. What to do.`
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from vfm.errors import Invalid
from vfm.gateways.spreadsheets import Sheet, sheets
from vfm.gateways.template_documents import Builder
from vfm.gateways.template_tables import tables
from vfm.questionnaires import layout
from vfm.questionnaires.checks import draft_problems
from vfm.questionnaires.complaints import Complaint
from vfm.questionnaires.document import Draft, Parsed, rescaled, validated
from vfm.questionnaires.layout import BY_NAME, FIELDS, Column
from vfm.questionnaires.source import Located


def read(raw: bytes, name: str) -> Parsed:
    """The questionnaire of a workbook that reads well and makes sense, with notices of what was rescaled.

    Args:
        raw: what the file holds.
        name: of the file, for the places of problems.

    Raises:
        Invalid: every problem of sheets, cells and design at once.
    """
    return from_sheets(sheets(raw, name), name)


def from_sheets(found: Sequence[Sheet], name: str) -> Parsed:
    """The same from sheets already read.

    Raises:
        Invalid: every problem of sheets, cells and design at once.
    """
    built = Builder(tables(found, name))
    source = built.source()
    questionnaire, refused = validated(source.data, source)
    every = tuple(_refusals(built, refused))
    draft = Draft(source, every, None if every else questionnaire)
    problems = draft_problems(draft) if built.is_whole else sorted(set(draft.problems))
    if problems or draft.questionnaire is None:
        raise Invalid(_in_headings(problem).problem for problem in problems)
    parsed = rescaled(draft.questionnaire, source)
    return Parsed(parsed.questionnaire, tuple(map(_in_headings, parsed.notices)))


def _refusals(built: Builder, refused: Iterable[Complaint]) -> Iterator[Complaint]:
    """What the cells' forms and the schema refuse, one a place; not for cells that could not be seen."""
    own = {complaint.path: complaint for complaint in built.complaints}
    beside = [built.of_missing(complaint) for complaint in refused]
    for complaint in [*own.values(), *(one for one in beside if one.path not in own)]:
        is_noted = complaint.kind == "missing" and not complaint.path  # a line or a sheet that is not there
        if not is_noted and not built.tables.is_hidden(built.placed(complaint.path)):
            yield complaint


def _in_headings(located: Located) -> Located:
    """The problem on one line, a column called by its heading instead of the schema's name for it."""
    one = BY_NAME.get(located.cell.split("!")[0].strip())
    columns: Iterable[Column] = () if one is None else FIELDS if one.name == layout.TEMPLATE else one.columns
    headings = {column.field.rpartition(".")[2]: column.heading for column in columns}

    def called(found: re.Match[str]) -> str:
        return f'{found[1]}"{headings.get(found[2], found[2])}"'

    message = " ".join("".join(c if c.isprintable() else " " for c in located.message).split())
    return replace(located, message=re.sub(r'(^|cannot be the )"(\w+)"', called, message))
