"""What one edit changed: small, taken back and done again exactly."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vfm.questionnaires.patches import applied, difference

LEAF = st.none() | st.integers(-3, 3) | st.text("ab", max_size=2)
NAMES = st.sampled_from(["scales", "parts", "sections", "key", "weight"])
DOCUMENTS = st.dictionaries(
    NAMES,
    st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)),
    max_size=4,
)


def text(document: object) -> str:
    return json.dumps(document, sort_keys=True)


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_turns_one_document_into_the_other_and_back(before: dict, after: dict) -> None:
    patch = json.loads(json.dumps(difference(before, after)))  # as the store keeps it
    assert text(applied(before, patch)) == text(after)
    assert text(applied(after, patch, backwards=True)) == text(before)


def test_equal_documents_need_no_patch() -> None:
    assert difference({"sections": [{"key": "A"}]}, {"sections": [{"key": "A"}]}) == []


def test_a_patch_holds_what_changed_alone() -> None:
    before = {"sections": [{"key": "A", "questions": [{"key": "A-01", "text": "Old?"}, {"key": "A-02"}]}]}
    after = {"sections": [{"key": "A", "questions": [{"key": "A-01", "text": "New?"}, {"key": "A-02"}]}]}
    (change,) = difference(before, after)
    assert change["path"] == ["sections", 0, "questions", 0, "text"]
    assert (change["before"], change["after"]) == ("Old?", "New?")


def test_the_order_of_scales_counts() -> None:
    before, after = {"scales": {"a": 1, "b": 2}}, {"scales": {"b": 2, "a": 1}}
    patch = difference(before, after)
    assert list(applied(before, patch)["scales"]) == ["b", "a"]


def test_a_patch_does_not_fit_what_changed_since() -> None:
    patch = difference({"title": "a"}, {"title": "b"})
    with pytest.raises(ValueError, match="something else was changed"):
        applied({"title": "c"}, patch, backwards=True)
