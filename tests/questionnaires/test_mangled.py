"""Whatever is done to a document, checking it ends in lines with a place and a cure, never in a crash."""

import copy
import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from vfm.questionnaires import document
from vfm.questionnaires.checks import check_text

TEXT = Path("data/templates/corporate-best-value.yaml").read_text(encoding="utf-8")[:4000]
CONTENT = document.to_json(
    document.parse(Path("data/templates/corporate-best-value.yaml").read_text("utf-8"), name="c")
)
CONTENT["sections"] = CONTENT["sections"][:2]
LINE = re.compile(r"c\.(yaml|json):\d+:\d+: [^:]+: .+[.?]")
JUNK = [
    *(None, 0, -1, 10**40, 1.5, True, "", "x", "1/0", [], {}, [1], {"a": 1}, [{}], [[]]),
    *("scale", "text", "multi_choice", {"1": 0, "2": 5}, {"divide": ["CI-01", 0]}),
    *({"question": "CI-01", "at_least": 2}, {"all": [{"question": "LE-W", "equals": {"question": "LE-W"}}]}),
]
FIELDS = ["key", "text", "kind", "weight", "scale", "levels", "options", "points", "unit", "by"]
FIELDS += ["critical", "show_if", "derived", "caps", "rule_table", "sections"]


def assert_lines(lines):
    assert all(LINE.fullmatch(line) for line in lines), lines


@given(
    st.integers(0, len(TEXT)),
    st.sampled_from([*"[]{}:#&*!|>'\"%@`,-?7 \n\t\x00é", "key: ", "\n- "]),
    st.integers(0, 9),
)
@settings(max_examples=50, deadline=None)
def test_signs_put_in_and_taken_out(position, sign, taken):
    assert_lines(check_text(TEXT[:position] + sign + TEXT[position + taken :], "c.yaml"))


def paths(value, path=()):
    """Every path of plain values."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from paths(value[step], (*path, step))


PATHS = list(paths(CONTENT))


@given(st.sampled_from(PATHS), st.sampled_from(JUNK), st.sampled_from([None, *FIELDS]))
@settings(max_examples=50, deadline=None)
def test_values_replaced_and_fields_added(path, junk, field):
    content = copy.deepcopy(CONTENT)
    holder = content
    for step in path[:-1]:
        holder = holder[step]
    if field is not None and isinstance(holder[path[-1]], dict):
        holder[path[-1]][field] = junk
    else:
        holder[path[-1]] = junk
    assert_lines(check_text(json.dumps(content, indent=1), "c.json"))
