"""The questionnaires that property tests draw are clean, and together use every field of the schema."""

from tests.generated import made
from vfm.questionnaires import document
from vfm.questionnaires.checks import faults
from vfm.questionnaires.complaints import MODELS

SEEDS = range(50)


def fields_used(value):
    """Every field's name in a document's plain values."""
    if isinstance(value, dict):
        return set(value).union(*map(fields_used, value.values()))
    return set().union(*map(fields_used, value)) if isinstance(value, list) else set()


def test_generated_questionnaires_have_no_fault_and_read_back():
    for seed in SEEDS:
        questionnaire = made(seed)
        assert faults(questionnaire) == (), seed
        text = document.dump(questionnaire)
        assert document.dump(document.parse(text, name="made.yaml")) == text, seed


def test_together_they_use_every_field():
    used = set().union(*(fields_used(document.to_json(made(seed))) for seed in SEEDS))
    declared = {info.alias or name for model in MODELS.values() for name, info in model.model_fields.items()}
    assert declared - used == set()


def test_the_same_seed_makes_the_same():
    assert document.dump(made(7)) == document.dump(made(7)) != document.dump(made(8))
