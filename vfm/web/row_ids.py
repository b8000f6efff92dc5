"""Ids of rows in addresses and fields: a number beyond every id names nothing, and is no fault of ours."""

from flask import Flask
from werkzeug.routing import IntegerConverter

MOST = 2**31 - 1
"""The largest id that either database gives."""


def row_id(text: str) -> int:
    """The id in a field of an address or a form, as `type=` of what was sent.

    Raises:
        ValueError: it is no number, or beyond every id, which then counts as not given.
    """
    found = int(text)
    if not 0 <= found <= MOST:
        raise ValueError
    return found


class _RowId(IntegerConverter):
    """`<int:...>` of every address: what is beyond every id is not found."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **({"max": MOST} | more))  # type: ignore[arg-type]


def register(app: Flask) -> None:
    """Read numbers in addresses so; before any blueprint is added."""
    app.url_map.converters["int"] = _RowId
