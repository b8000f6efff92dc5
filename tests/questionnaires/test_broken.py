"""Every broken template gives its problems in full: place, key, what is wrong and what to do."""

from pathlib import Path

import pytest

from vfm.questionnaires.checks import check_text

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken_template_gives_the_lines_beside_it(path):
    expected = path.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    assert expected
    assert check_text(path.read_text(encoding="utf-8"), path.name) == expected


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_every_line_ends_with_a_cure(path):
    for line in path.with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        message = line.split(": ", 2)[2]
        sentences = [part for part in message.replace("?", ".").split(". ") if part]
        assert len(sentences) >= 2, line
        assert message[-1] in ".?", line
        assert "invalid" not in message.lower()


def test_there_are_broken_templates_enough():
    assert len(BROKEN) >= 60


def test_problems_of_text_fields_and_design_come_together_in_the_order_of_lines():
    path = Path(__file__).parent / "broken" / "several.yaml"
    lines = check_text(path.read_text(encoding="utf-8"), path.name)
    places = [tuple(map(int, line.split(":")[1:3])) for line in lines]
    assert len(lines) == 8
    assert places == sorted(places)


def test_a_wrong_weight_is_not_also_called_a_section_without_a_score():
    path = Path(__file__).parent / "broken" / "weight_in_words.yaml"
    assert len(check_text(path.read_text(encoding="utf-8"), path.name)) == 1
