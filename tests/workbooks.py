"""Workbooks of answers in tests: opened, filled in as a person would, and saved again."""

import io
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from vfm.questionnaires import document, merging
from vfm.questionnaires import workbook_layout as layout
from vfm.questionnaires.answers import Answers
from vfm.questionnaires.schema import Questionnaire
from vfm.questionnaires.translations import ENGLISH, in_language
from vfm.reports.assessment_workbook import Sheet, assessment_workbook


class Filling:
    """One workbook in hand; cells are named by the mark of their row and their column."""

    def __init__(self, raw: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(raw))
        self.sheet: Worksheet = self.book[layout.SHEET]

    def row(self, mark: str) -> int:
        """The row that begins with this mark."""
        found = [cell.row for cell in self.sheet["A"] if cell.value == mark]
        assert len(found) == 1, (mark, found)
        return found[0]

    def put(self, mark: str, value: Any, column: layout.Column = layout.ANSWER) -> "Filling":
        """Type into a cell."""
        cell = self.sheet[f"{column.letter}{self.row(mark)}"]
        cell.value = value
        if isinstance(value, str) and value:
            cell.data_type = "s"  # what begins with = is typed as text
        return self

    def saved(self) -> bytes:
        """The workbook as it would be uploaded."""
        out = io.BytesIO()
        self.book.save(out)
        return out.getvalue()


def made(questionnaire: Questionnaire, given: Answers | None = None, language: str = ENGLISH) -> bytes:
    """The workbook a service downloads for this questionnaire, with these answers in it."""
    keys = frozenset(questionnaire.questions)
    version = document.digest(document.to_json(questionnaire))
    origin = layout.Origin(1, version, "Libraries", "2026", dict.fromkeys(keys, merging.UNSEEN))
    worded = in_language(questionnaire, language)
    return assessment_workbook(
        Sheet(worded, origin, keys, given or {}, {}, date(2026, 9, 30), date(2026, 9, 1))
    )


def filled(raw: bytes, answers: Mapping[str, Any], states: Mapping[str, str] | None = None) -> bytes:
    """A workbook with these cells of the answer column, and of the column beside it, typed in."""
    filling = Filling(raw)
    for mark, value in answers.items():
        filling.put(mark, value)
    for mark, value in (states or {}).items():
        filling.put(mark, value, layout.STATE)
    return filling.saved()


def by_office(raw: bytes, folder: Path, typed: Mapping[str, Any]) -> bytes:
    """The workbook opened in LibreOffice, cells typed into as a person does, saved as .xlsx.

    Args:
        raw: the workbook.
        folder: an empty one to work in.
        typed: cell of the sheet of questions, such as `D7` -> what is typed.
    """
    given, made = folder / "given.xlsx", folder / "made.xlsx"
    given.write_bytes(raw)
    script = Path(__file__).parent / "office.py"
    order = [str(given), str(made), layout.SHEET, repr(dict(typed))]
    subprocess.run(
        ["/usr/bin/python3", str(script), str(folder), *order],
        check=True,
        timeout=120,
        stdout=sys.stderr,
    )
    return made.read_bytes()
