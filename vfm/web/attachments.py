"""Files to take away: sent as an attachment under a name that every system takes."""

import re
from collections.abc import Sequence

from flask import Response

from vfm.reports import workbook
from vfm.reports.workbook import Rows

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A file to download, under a name that is `safe`."""
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{safe(name)}"'
    return response


def table_file(sheets: Rows | Sequence[Rows], title: str, form: str) -> Response:
    """One table, or several, as an Excel workbook (`xlsx`) or as CSV, which takes the first."""
    several = [sheets] if isinstance(sheets, Rows) else list(sheets)
    if form == "csv":
        return attachment(workbook.csv_file(several[0]), f"{title}.csv", "text/csv; charset=utf-8")
    return attachment(workbook.workbook(several, title=title), f"{title}.xlsx", EXCEL)


def safe(name: str) -> str:
    """A file's name of which only letters, digits, dots, dashes and underscores are kept."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-").lower()
