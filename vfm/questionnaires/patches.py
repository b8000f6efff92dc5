"""What one edit changed, small enough to keep for each: paths with the value before and after.

Pure. An edit of a draft can be taken back and done again by its patch, however large the template is.
"""

import json
from collections.abc import Iterator
from typing import Any

GONE = {"": "gone"}
"""Stands for "nothing here": no document has an empty field name."""
ORDERED = ("scales", "parts")
"""Fields of a template whose order means something: the first scale is the one that questions take."""
Step = str | int
Patch = list[dict[str, Any]]


def difference(before: Any, after: Any) -> Patch:
    """The patch that turns one document's plain values into another's; empty when they are equal."""
    return [*_changes(before, after, ())]


def _changes(before: Any, after: Any, path: tuple[Step, ...]) -> Iterator[dict[str, Any]]:
    if path[:1] and path[0] in ORDERED:
        if json.dumps(before) != json.dumps(after):
            yield {"path": list(path), "before": before, "after": after}
    elif path and before == after:
        return
    elif isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            yield from _changes(before.get(name, GONE), after.get(name, GONE), (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes(old, new, (*path, i))
    else:
        yield {"path": list(path), "before": before, "after": after}


def applied(document: dict[str, Any], patch: Patch, *, backwards: bool = False) -> dict[str, Any]:
    """The document with a patch done, or taken back; the one given is not touched.

    Raises:
        ValueError: the document is not what the patch was made for, because something else changed there.
    """
    result = document
    for change in reversed(patch) if backwards else patch:
        old, new = ("after", "before") if backwards else ("before", "after")
        result = _put(result, change["path"], change[old], change[new])
    return result


def _put(value: Any, path: list[Step], old: Any, new: Any) -> Any:
    if not path:
        if value != old:
            raise ValueError("something else was changed here since")
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, dict) and isinstance(step, str):
        inner = _put(value.get(step, GONE), rest, old, new)
        changed = {name: kept for name, kept in value.items() if name != step or inner != GONE}
        return changed | ({step: inner} if inner != GONE else {})
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [*value[:step], _put(value[step], rest, old, new), *value[step + 1 :]]
    raise ValueError("something else was changed here since")
