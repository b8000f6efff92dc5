"""Files of criteria values, as `vfm rank` takes them, read in the sandbox: a row a service, a column each.

Nothing is guessed: a cell that is no plain number is a fault with line, column and cure; the rest is read.
"""

import json
from collections.abc import Sequence
from math import isfinite
from typing import Any, NamedTuple

from vfm.errors import Invalid, Problem
from vfm.gateways import sandbox
from vfm.gateways.tables import NUMBER, rows

LARGEST = 5_000_000
"""Bytes: thousands of services."""


class Read(NamedTuple):
    """What a file brings.

    Attributes:
        rows: (line, key of the service, criterion -> amount as text); blank cells are left out.
        faults: (line, column, what is wrong and what to do).
        unused: columns that are no criterion.
    """

    rows: tuple[tuple[int, str, dict[str, str]], ...]
    faults: tuple[tuple[int, str, str], ...]
    unused: tuple[str, ...]


def read(raw: bytes, name: str, criteria: Sequence[str]) -> Read:
    """The values of a CSV or Excel file.

    Args:
        raw: what it holds.
        name: as it was sent.
        criteria: keys of the columns to read.

    Raises:
        Invalid: it is too large, no table, names a service twice, or has no column of a criterion.
    """
    if len(raw) > LARGEST:
        words = f"This file has {len(raw):,} bytes; the most is {LARGEST:,}. Leave out what is not needed."
        raise Invalid([Problem(name, words)])
    order = json.dumps(list(criteria)).encode()
    found = sandbox.run(read_in_child, order + b"\n" + raw, name)
    return Read(
        tuple((line, key, values) for line, key, values in found["rows"]),
        tuple((line, column, words) for line, column, words in found["faults"]),
        tuple(found["unused"]),
    )


def read_in_child(raw: bytes, name: str) -> dict[str, Any]:
    """What a file brings as plain JSON; the first line lists the criteria.

    Raises:
        Invalid: see `read`.
    """
    line, _, content = raw.partition(b"\n")
    criteria = json.loads(line)
    read_rows = rows(content, name, ("key",))
    if not read_rows:
        raise Invalid([Problem(f"{name}:1", "There are no services below the headings. Write one a line.")])
    columns = list(read_rows[0].cells)
    wanted = [column for column in columns if column in criteria]
    if not wanted:
        words = f"No column is the key of a criterion. Head a column with one of {', '.join(criteria)}."
        raise Invalid([Problem(f"{name}:1", words)])
    found, faults = [], []
    for row in read_rows:
        values = {}
        for column in wanted:
            text = row.cells[column]
            if not text:
                continue
            if NUMBER.fullmatch(text) and isfinite(float(text)) and abs(float(text)) < 1e15:
                values[column] = text
            else:
                words = f"“{text[:40]}” is not a number. Write it as 1234.5, without commas or signs."
                faults.append((row.line, column, words))
        found.append((row.line, row.cells["key"], values))
    return {
        "rows": found,
        "faults": faults,
        "unused": [column for column in columns if column not in (*criteria, "key", "name")],
    }
