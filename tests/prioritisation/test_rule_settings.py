"""The thresholds of the rules as people type them."""

from dataclasses import replace

import pytest

from vfm.errors import Invalid
from vfm.prioritisation.outcome import DEFAULT_RULES
from vfm.prioritisation.rule_settings import THRESHOLDS, as_typed, changed, in_words, read


def test_what_is_shown_is_what_is_read() -> None:
    assert read(as_typed(DEFAULT_RULES)) == DEFAULT_RULES
    other = replace(DEFAULT_RULES, firm_share=0.625, high_group=0.55, months_since_review=36)
    assert read(as_typed(other)) == other
    assert [one.name for one in changed(DEFAULT_RULES, other)] == [
        "months_since_review",
        "firm_share",
        "high_group",
    ]
    words = {one.name: in_words(one, other) for one in THRESHOLDS}
    assert (words["firm_share"], words["high_group"], words["months_since_review"]) == (
        "62.5%",
        "0.55",
        "36 months",
    )


@pytest.mark.parametrize(
    ("typed", "place", "words"),
    [
        ({"firm_share": "half"}, "firm_share", "type a number from 1 to 100"),
        ({"firm_share": "NaN"}, "firm_share", "type a number from 1 to 100"),
        ({"firm_share": ""}, "firm_share", "type a number from 1 to 100"),
        ({"groups_for_review": "2.5"}, "groups_for_review", "type a whole number from 1 to 20"),
        ({"high_group": "60"}, "high_group", "type a number from 0 to 1"),
        ({"returning_share": "70"}, "returning_share", "cannot need more trials"),
        ({"borderline_above": "60"}, "borderline_above", "nothing would ever be borderline"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_cure(typed: dict[str, str], place: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(as_typed(DEFAULT_RULES) | typed)
    (problem,) = refused.value.problems
    assert problem.place == place
    assert words in problem.message
