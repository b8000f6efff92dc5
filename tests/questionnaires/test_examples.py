"""The examples in docstrings say what happens."""

import doctest
from importlib import import_module

import pytest

MODULES = ["changes", "figures", "wording"]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings(name):
    result = doctest.testmod(import_module(f"vfm.questionnaires.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
