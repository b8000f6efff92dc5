"""The JSON Schema of a template, for editors that check and complete while typing.

It knows fields, kinds and words; what only the design checks know (`vfm template check`) it lets pass.
"""

from typing import Any

from vfm.questionnaires import layout
from vfm.questionnaires.document import SHARES
from vfm.questionnaires.schema import Questionnaire

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SHARE = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?/[0-9]+$"}
"""Points such as 100/3."""
DESCRIBED = {"Question": layout.QUESTIONS, "Section": layout.SECTIONS, "Option": layout.OPTIONS}
"""Thing -> the sheet whose columns describe its fields in words."""


def editor_schema() -> dict[str, Any]:
    """The schema in dialect 2020-12, made from the model: always as the program reads."""
    made = _loosened(Questionnaire.model_json_schema(by_alias=True))
    for thing, sheet in DESCRIBED.items():
        _describe(made["$defs"][thing]["properties"], layout.BY_NAME[sheet].columns)
    _describe(made["properties"], layout.FIELDS)
    return {"$schema": DIALECT, **made, "title": "Assessment template"}


def _loosened(value: Any, name: str = "") -> Any:
    """Forms told apart by what they look like may overlap, and points may be written as shares."""
    if isinstance(value, list):
        return [_loosened(item, name) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "number" and name in SHARES:
        return {"anyOf": [value, SHARE]}
    renamed = {"anyOf" if word == "oneOf" else word: inner for word, inner in value.items()}
    return {word: _loosened(inner, _within(word, name)) for word, inner in renamed.items()}


def _within(word: str, name: str) -> str:
    """The field that a part of the schema is about: words of JSON Schema itself are about the same one."""
    return (
        name if word in ("anyOf", "items", "additionalProperties", "properties") and name in SHARES else word
    )


def _describe(properties: dict[str, Any], columns: tuple[layout.Column, ...]) -> None:
    for column in columns:
        if column.field in properties:
            properties[column.field]["description"] = column.help
