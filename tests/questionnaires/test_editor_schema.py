"""The JSON Schema for editors: current, takes every good template, refuses what the program refuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.generated import made
from vfm.commands import console
from vfm.questionnaires import document
from vfm.questionnaires.editor_schema import editor_schema

FOLDER = Path("data/templates")
FILE = FOLDER / "vfm-template.schema.json"
TEMPLATES = sorted(FOLDER.glob("*.yaml"))


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def plain(text: str, name: str) -> Any:
    """What an editor sees: plain values, levels as names."""
    return json.loads(json.dumps(document.draft(text, name=name).source.data))


def test_the_file_is_current() -> None:
    """After a change of the model: vfm template schema > data/templates/vfm-template.schema.json."""
    (expected,) = console.as_json(editor_schema())
    assert FILE.read_text(encoding="utf-8") == f"{expected}\n"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_a_ready_template_validates_and_names_the_schema(path: Path, validator: Draft202012Validator) -> None:
    text = path.read_text(encoding="utf-8")
    assert list(validator.iter_errors(plain(text, path.name))) == []
    assert text.startswith(f"# yaml-language-server: $schema={FILE.name}\n")


@pytest.mark.parametrize("seed", range(20))
def test_a_generated_template_validates(seed: int, validator: Draft202012Validator) -> None:
    assert list(validator.iter_errors(plain(document.dump(made(seed)), "made.yaml"))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: text", "kind: txet"),
        ("weight: 2", "weight: two"),
        ("weight: 2", "wieght: 2"),
        ("minimum: 40", "minimum: 140"),
        ("limit: 100/3", "limit: a third"),
        ("equals: yes", "equals: [yes]"),
        ("key: PRO-01", "key: 1-PRO"),
    ],
)
def test_a_mistake_is_seen(old: str, new: str, validator: Draft202012Validator) -> None:
    text = (FOLDER / "service-vfm.yaml").read_text(encoding="utf-8")
    text += "scoring: {critical_limit: 100/3}\n"
    assert old in text
    assert list(validator.iter_errors(plain(text.replace(old, new, 1), "service-vfm.yaml"))) != []


def test_fields_are_described_in_words(validator: Draft202012Validator) -> None:
    described = validator.schema["$defs"]["Question"]["properties"]["show_if"]
    assert described["description"] == "A condition on earlier questions."
