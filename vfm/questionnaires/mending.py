"""A broken document made readable, so that what is right in it can still be checked.

Only ever used to find more problems: what is mended here is never kept.
"""

from copy import deepcopy
from typing import Any

from vfm.questionnaires.complaints import Complaint
from vfm.questionnaires.document import key_at, validated
from vfm.questionnaires.schema import SCHEMA, Questionnaire
from vfm.questionnaires.source import Path, Source

STRUCTURE = frozenset({"key", "questions", "sections", "scales", "parts", "template"})
"""Fields without which the rest cannot be understood."""
STOPGAPS = {
    "schema": SCHEMA,
    "text": "...",
    "title": "...",
    "label": "...",
    "name": "...",
    "say": "...",
    "reason": "...",
    "kind": "text",
}
MOST_PASSES = 8


def mended(source: Source, complaints: tuple[Complaint, ...]) -> tuple[Questionnaire | None, frozenset[str]]:
    """What a refused document says once every field at fault is left out.

    Returns:
        The questionnaire, None when too much is missing; and the keys of what was touched, about which
        nothing more should be said.
    """
    data = deepcopy(source.data)
    touched: set[str] = set()
    for _ in range(MOST_PASSES):
        for complaint in complaints:
            touched.add(key_at(source.data, complaint.path))
            if not _mend(data, complaint):
                return None, frozenset()
        questionnaire, complaints = validated(data, source)
        if questionnaire is not None:
            return questionnaire, frozenset(touched)
    return None, frozenset()


def _mend(data: Any, complaint: Complaint) -> bool:
    """Leave out, or fill in, one field; False when the document has no sense without it."""
    path = complaint.path
    if complaint.kind == "missing":
        # A field left out a pass ago still has its place in the source, as has a blank cell.
        path = path[:-1] if path[-1:] == (complaint.field,) else path
        holder = _at(data, path)
        if complaint.field in STOPGAPS and isinstance(holder, dict):
            holder[complaint.field] = STOPGAPS[complaint.field]
            return True
        if not path or not isinstance(path[-1], int):
            return False
    while path and not isinstance(_at(data, path[:-1]), dict):
        path = path[:-1]
    if not path or (path[-1] in STRUCTURE and complaint.kind != "extra_forbidden"):
        return False
    holder = _at(data, path[:-1])
    holder.pop(path[-1], None)
    if path[-1] == "weight" and complaint.kind != "extra_forbidden":
        holder["weight"] = 1  # without any, what was meant to be scored would not be
    return True


def _at(data: Any, path: Path) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data
