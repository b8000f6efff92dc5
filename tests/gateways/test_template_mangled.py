"""Whatever is typed into a template workbook, reading ends in lines with a place and a cure, not a crash."""

import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generated import AWKWARD, made
from vfm.errors import Invalid
from vfm.gateways import spreadsheets
from vfm.gateways.spreadsheets import Sheet
from vfm.gateways.template_workbooks import from_sheets
from vfm.questionnaires import document
from vfm.questionnaires.layout import LAYOUTS
from vfm.reports.template_workbook import template_workbook

LINE = re.compile(r"t\.xlsx: [\w ]+(![A-Z]+[0-9]+(:[A-Z]+[0-9]+)?)?: .+[.?]")
READY = document.parse(Path("data/templates/transport-deep-dive.yaml").read_text(encoding="utf-8"), name="t")
BOOKS = [
    [[title, rows] for title, rows, _, _ in spreadsheets.read(template_workbook(questionnaire), "t.xlsx")]
    for questionnaire in (READY, made(1), made(4), made(8))
]
HEADINGS = [column.heading for one in LAYOUTS for column in one.columns]
TYPED = (
    *("A", "K1", "K1-01", "yes", "0", "-1", "1e999", "nan", "9" * 400, "x" * 50, "1/0", "all", "scale"),
    *("K1-01 at least 2", "not (", "K1-01 / 0", "K1-01 in (a, b)", "rule_table", "number", "mean_of_means"),
)
JUNK = st.sampled_from([*AWKWARD, *HEADINGS, *TYPED])


def outcome(sheets):
    """What a workbook says, or every line of what is wrong."""
    try:
        return from_sheets(sheets, "t.xlsx").questionnaire, []
    except Invalid as invalid:
        return None, [str(problem) for problem in invalid.problems]


@given(
    st.sampled_from(BOOKS),
    st.lists(
        st.tuples(st.integers(0, 13), st.integers(0, 30), st.integers(0, 20), JUNK), min_size=1, max_size=6
    ),
    st.sets(st.integers(0, 14), max_size=2),
)
@settings(max_examples=150, deadline=None)
def test_cells_written_over_and_sheets_taken_out(book, edits, lost):
    rows = {title: [list(row) for row in rows] for title, rows in book}
    titles = list(rows)
    for place, number, column, text in edits:
        sheet = rows[titles[place + 1]]
        sheet += [[] for _ in range(number + 1 - len(sheet))]
        sheet[number] += [""] * (column + 1 - len(sheet[number]))
        sheet[number][column] = text
    kept = [title for i, title in enumerate(titles) if i not in lost]
    sheets = [Sheet(title, tuple(map(tuple, rows[title]))) for title in kept]
    read, lines = outcome(sheets)
    assert (read is None) == bool(lines)
    assert all(LINE.fullmatch(line) for line in lines), lines
    if read is not None:
        text = document.dump(read)
        assert document.dump(document.parse(text, name="t.yaml")) == text
