"""A template from a file of any form: YAML, JSON, an Excel workbook, or an XLSForm.

A further form is a row in one of the two tables: by the file's ending, or by a sheet that tells a workbook.
"""

from collections.abc import Callable, Sequence
from pathlib import PurePath

from vfm.gateways import template_workbooks, xlsform
from vfm.gateways.spreadsheets import Sheet, sheets
from vfm.questionnaires import checks, document
from vfm.questionnaires.document import Parsed

Reader = Callable[[bytes, str], Parsed]


def read(raw: bytes, name: str) -> Parsed:
    """The questionnaire of a file that reads well and makes sense, with notices of what was changed.

    Args:
        raw: what the file holds.
        name: of the file; its ending says the form, and one that is not known is taken for YAML.

    Raises:
        Invalid: every problem at once, places as the form has them.
    """
    return READERS.get(ending(name), _text)(raw, name)


def is_text(name: str) -> bool:
    """True for a form whose places are lines and columns."""
    return READERS.get(ending(name), _text) is _text


def ending(name: str) -> str:
    """`.yaml` of `Template.YAML`."""
    return PurePath(name).suffix.lower()


def _text(raw: bytes, name: str) -> Parsed:
    return checks.checked(document.decoded(raw, name), name=name)


def _workbook(raw: bytes, name: str) -> Parsed:
    """A workbook read by the first reader whose sheet it has; without any, as a template of ours."""
    found = sheets(raw, name)
    names = {sheet.name.strip().casefold() for sheet in found}
    reader = next((WORKBOOKS[sheet] for sheet in WORKBOOKS if sheet in names), template_workbooks.from_sheets)
    return reader(found, name)


WORKBOOKS: dict[str, Callable[[Sequence[Sheet], str], Parsed]] = {
    "template": template_workbooks.from_sheets,
    "survey": xlsform.from_sheets,
}
"""Name of the sheet that tells a workbook, in small letters -> what reads it."""
READERS: dict[str, Reader] = {
    ".yaml": _text,
    ".yml": _text,
    ".json": _text,
    ".xlsx": _workbook,
    ".xlsm": _workbook,
}
"""Ending -> what reads it."""
