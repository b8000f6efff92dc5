"""A template as a file: YAML, JSON, or an Excel workbook to design in; one writer a form.

What `vfm.gateways.template_files` reads back as the same questionnaire.
"""

import json
from collections.abc import Callable

from vfm.questionnaires import document
from vfm.questionnaires.schema import Questionnaire


def _yaml(questionnaire: Questionnaire) -> bytes:
    return document.dump(questionnaire).encode()


def _json(questionnaire: Questionnaire) -> bytes:
    text = json.dumps(document.to_json(questionnaire), indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def _workbook(questionnaire: Questionnaire) -> bytes:
    from vfm.reports.template_workbook import template_workbook  # its writer is heavy

    return template_workbook(questionnaire)


WRITERS: dict[str, Callable[[Questionnaire], bytes]] = {
    ".yaml": _yaml,
    ".yml": _yaml,
    ".json": _json,
    ".xlsx": _workbook,
}
"""Ending -> what writes it; raises `Invalid` where a form cannot hold the template."""
