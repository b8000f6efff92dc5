"""Files to take away: sent as an attachment under a name that every system takes."""

import re

from flask import Response

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A file to download, under a name that is `safe`."""
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{safe(name)}"'
    return response


def safe(name: str) -> str:
    """A file's name of which only letters, digits, dots, dashes and underscores are kept."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-").lower()
