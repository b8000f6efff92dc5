"""XLSForms as templates: an example for each documented feature, refusals, and tables made at random."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyxform.errors import PyXFormError
from pyxform.xls2xform import convert

from tests.xlsforms import FOLDER, example, workbook
from vfm import cli
from vfm.errors import Invalid
from vfm.gateways import xlsform
from vfm.gateways.spreadsheets import Sheet
from vfm.gateways.xlsform_report import Outcome
from vfm.gateways.xlsform_tables import BOUND
from vfm.questionnaires.checks import checked
from vfm.questionnaires.document import dump

EXAMPLES = sorted(FOLDER.glob("*.txt"))


def table(name: str, *rows: str, **more: tuple[str, ...]) -> Sheet:
    """A sheet whose rows are written `text | a | Name`."""
    return Sheet(name, tuple(tuple(cell.strip() for cell in row.split("|")) for row in rows), **more)


def refusal(*found: Sheet) -> list[str]:
    with pytest.raises(Invalid) as caught:
        xlsform.converted(found, "form.xlsx")
    return [str(problem) for problem in caught.value.problems]


# --- examples ---------------------------------------------------------------------------------------------


def test_there_are_examples_of_every_documented_feature():
    assert len(EXAMPLES) >= 60


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_comes_to_its_template_and_its_report(path):
    wanted = example(path)
    found = xlsform.read(workbook(wanted.tables), f"{path.stem.replace('-', ' ')}.xlsx")
    assert dump(found.questionnaire) == wanted.template
    assert checked(wanted.template, name="x.yaml").questionnaire == found.questionnaire
    assert tuple(map(str, found.report)) == wanted.report


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_form_to_others_too(path):
    wanted = example(path)
    raw = workbook(wanted.tables)
    if wanted.refused is None:
        assert "<h:html" in convert(xlsform=raw, file_type=".xlsx").xform
    else:
        with pytest.raises(PyXFormError, match=wanted.refused):
            convert(xlsform=raw, file_type=".xlsx")


# --- refusals ---------------------------------------------------------------------------------------------

HEADINGS = "type | name | label | relevant"


def test_a_workbook_without_a_survey_is_refused_with_the_nearest_name():
    assert refusal(table("surveys", HEADINGS, "text | a | A")) == [
        "form.xlsx: workbook: There is no sheet “survey” with rows in it. Rename the sheet “surveys”."
    ]
    assert not xlsform.is_xlsform([table("Sections", "key")])
    assert xlsform.is_xlsform([table("choices"), table(" Survey ", HEADINGS)])


def test_missing_columns_are_all_named():
    assert refusal(table("survey", "kind | label", "text | A"), table("choices", "list | label")) == [
        "form.xlsx: survey!A1: There is no column “type”. Put it among the headings in the first row.",
        "form.xlsx: survey!A1: There is no column “name”. Put it among the headings in the first row.",
        "form.xlsx: choices!A1: There is no column “name”. Put it among the headings in the first row.",
    ]


def test_merged_cells_and_formulas_are_refused_with_their_places():
    found = refusal(
        table("survey", HEADINGS, "text | a | A", merged=("A3:B4",), formulas=("C12",)),
        table("settings", "form_title", "x", formulas=("A2",)),
    )
    assert [problem.split(". ")[0] for problem in found] == [
        "form.xlsx: survey!A3:B4: These cells are merged, so it is not clear which row they belong to",
        "form.xlsx: survey!C12: This cell is reckoned by Excel",
    ]


def test_groups_that_do_not_begin_or_end_are_all_named():
    assert refusal(
        table(
            "survey",
            HEADINGS,
            "end_group",
            "begin_group | g | G",
            "begin_repeat | r | R",
            "text | a | A",
            "end_repeat",
        )
    ) == [
        "form.xlsx: survey!A2: Nothing begins what “end_group” ends. Take the row out, or add its beginning.",
        "form.xlsx: survey!A3: Nothing ends this group. Add a row “end_group”.",
    ]


def test_groups_too_deep_are_refused():
    begins = [f"begin_group | g{i} | G" for i in range(14)]
    (problem,) = refusal(table("survey", HEADINGS, *begins, "text | a | A", *["end_group"] * 14))
    assert problem.startswith("form.xlsx: survey!A14: There are more than 12 groups inside one another.")


def test_too_many_rows_are_refused():
    (problem,) = refusal(table("survey", HEADINGS, *[f"text | a{i} | A" for i in range(2_001)]))
    assert problem == "form.xlsx: survey: There are 2,001 rows; the most is 2,000. Split the form."


def test_a_form_of_which_nothing_can_be_asked_says_why_of_each_row():
    nothing = "form.xlsx: survey: Nothing in the form can be asked. Add a question."
    assert refusal(table("survey", HEADINGS)) == [nothing]
    assert refusal(table("survey", HEADINGS, "geopoint | a | A", "hidden | h")) == [
        nothing,
        "form.xlsx: survey!A2: “a” (lost). No question takes a place on a map. Nothing to do.",
        "form.xlsx: survey!A3: “h” (lost). Nothing is hidden from who answers. Nothing to do.",
    ]


# --- particular rules -------------------------------------------------------------------------------------


def shown_if(formula: str) -> object:
    """The condition a formula comes to, among questions of every kind; the reason where it comes to none."""
    found = xlsform.converted(
        [
            table(
                "survey",
                HEADINGS,
                "integer | n | N",
                "integer | m | M",
                "date | d | D",
                "text | t | T",
                "select_one size | s | S",
                "select_multiple size | p | P",
                "image | e | E",
                f"text | x | X | {formula}",
            ),
            table("choices", "list_name | name | label", "size | 1 | One", "size | 2 | Two"),
        ],
        "form.xlsx",
    )
    lost = [line.reason for line in found.report if line.place == "survey!D9"]
    rule = found.questionnaire.questions["x"].show_if
    return (
        lost[0].split(" It is asked")[0]
        if lost
        else rule and rule.model_dump(by_alias=True, exclude_none=True)
    )


N, P, S = {"question": "n"}, {"question": "p"}, {"question": "s"}
N1, M2 = N | {"equals": 1}, {"question": "m", "equals": 2}
COUNTED = "“count-selected()” is understood"
UNREAD = "It cannot be read:"


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [
        ("${n} > 1", N | {"greater": 1.0}),
        ("1 > ${n}", N | {"less": 1.0}),
        ("${n} != -1.5", {"not": N | {"equals": -1.5}}),
        ("number(${n}) = number('3')", N | {"equals": 3}),
        ("not(not(${n} = 1))", N | {"equals": 1}),
        ("${n} = ''", N | {"answered": False}),
        ("'' != ${n}", N | {"answered": True}),
        ("${n} >= ${m}", N | {"at_least": {"question": "m"}}),
        ("${d} < '2026-03-05'", {"question": "d", "less": date(2026, 3, 5)}),
        ("${e} != ''", {"question": "e", "answered": True}),
        ("selected(${s}, 1)", S | {"equals": "o1"}),
        ("selected(${s}, '2')", S | {"equals": "o2"}),
        ("${s} >= 2", S | {"in": ("o2",)}),
        ("selected(${p}, '2')", P | {"contains": "o2"}),
        ("count-selected(${p}) = 0", P | {"answered": False}),
        ("count-selected(${p}) != 0", P | {"answered": True}),
        ("2 <= count-selected(${p})", P | {"at_least": 2.0}),
        ("true() and ${n} = 1", N | {"equals": 1}),
        ("true() or ${n} = 1", None),
        ("${n} = 1 or false() or ${m} = 2", {"any": (N1, M2)}),
        ("${n} = 1 and ${m} = 2 and ${p} != ''", {"all": (N1, M2, P | {"answered": True})}),
        ("${n} = 'x'", "“x” is not a number."),
        ("${d} = 'x'", "“x” is not a day such as 2026-03-05."),
        ("${d} > today()", "It depends on the day it is answered."),
        ("${t} = 'x'", "A text can only be asked whether it is there."),
        ("${s} = '3'", "“3” is no choice of s."),
        ("${s} > 2", "No choice fulfils it."),
        ("${p} = '1'", "It compares all ticks at once; “selected()” asks for one."),
        ("selected(${p}, ${s})", "“selected()” is understood of one question and one fixed choice."),
        ("count-selected(${p}) > ${n}", f"{COUNTED} beside a fixed number."),
        ("count-selected(${n}) > 2", f"{COUNTED} where it asks whether there is an answer."),
        ("1 = 1", "It compares two fixed values."),
        ("${n} + 1 = 2", "“+” has no counterpart here."),
        ("${n} = ${m} + 1", "“+” has no counterpart here."),
        ("coalesce(${n}, 0) = 1", "“coalesce()” has no counterpart here."),
        ("jr:choice-name(${s}, '${s}') = 'x'", "“jr:choice-name()” has no counterpart here."),
        ("selected(${n})", "“selected()” has no counterpart here."),
        ("${n}", "An answer or a value stands where something is true or false."),
        (". = 1", "It names “x”, which comes later, is left out or is asked by part."),
        ("${last-saved#n} = 1", "It names “last-saved#n”, which the form does not have."),
        ("/data/n = 1", "It cannot be read: “/data/n = 1” is not understood."),
        ("${n} = 1 and", "It cannot be read: a value is missing at the end."),
        ("(${n} = 1", "It cannot be read: “)” is missing."),
        ("${n} = 1)", "It cannot be read: “)” stands where the formula should end."),
        ("n = 1", "It cannot be read: “n” is a path or a name without ${ }."),
        ("selected(${p} '1')", "It cannot be read: “)” is missing before “'1'”."),
        ("(" * 50 + "1" + ")" * 50, "It cannot be read: the brackets are nested too deeply."),
        ("${n} = 1" + " - 1" * 50, "It cannot be read: more than 15 steps follow one another."),
        ("${n} = 1" + " or ${n} = 1" * 500, f"{UNREAD} the formula is longer than 5,000 characters."),
    ],
)  # fmt: skip
def test_a_formula_comes_to_a_condition_or_a_reason(formula, wanted):
    assert shown_if(formula) == wanted


def test_a_long_chain_of_or_is_one_level():
    rule = shown_if(" or ".join(f"${{n}} = {i}" for i in range(300)))
    assert isinstance(rule, dict)
    assert len(rule["any"]) == 300


def test_a_rule_that_can_never_be_true_is_taken_out_and_named():
    found = xlsform.converted(
        [table("survey", HEADINGS, "integer | n | N", "text | a | A | ${n} > 3 and ${n} < 1")], "f"
    )
    (lost,) = [line for line in found.report if line.outcome is Outcome.LOST]
    assert (lost.place, lost.what) == ("survey!D3", "Condition of “a”")
    assert found.questionnaire.questions["a"].show_if is None


# --- with the other forms of a template -------------------------------------------------------------------


def test_a_form_is_converted_from_the_command_line_and_what_is_lost_is_said(tmp_path, capsys):
    form, out = tmp_path / "form.xlsx", tmp_path / "out.yaml"
    wanted = example(FOLDER / "note.txt")
    form.write_bytes(workbook(wanted.tables))
    assert cli.main(["template", "convert", str(form), str(out)]) == 0
    assert out.read_text(encoding="utf-8") == wanted.template.replace("note", "form", 1).replace(
        "title: note", "title: form"
    )
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        *(f"{form}: {line}" for line in wanted.report if "(kept)" not in line),
        f"{out}: written; 1 question.",
    ]


def test_a_form_that_is_refused_writes_nothing(tmp_path, capsys):
    form, out = tmp_path / "form.xlsx", tmp_path / "out.yaml"
    form.write_bytes(workbook("| survey |\n| | type | name |\n| | begin_group | g |\n| | text | a |"))
    assert cli.main(["template", "convert", str(form), str(out)]) == 1
    assert not out.exists()
    assert capsys.readouterr().out == (
        f"{form}: survey!A2: Nothing ends this group. Add a row “end_group”.\n"
    )


# --- at random --------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "A", "1", "ü", "", "a_other", "x" * 50])
TYPES = st.sampled_from(
    [
        *(
            "text",
            "integer",
            "decimal",
            "date",
            "range",
            "note",
            "calculate",
            "acknowledge",
            "image",
            "rank l",
        ),
        *(
            "select_one l",
            "select_multiple l or_other",
            "select_one yn",
            "select_one nowhere",
            "geopoint",
            "",
            "x",
        ),
        *("begin_group", "end_group", "begin_group", "end_group", "begin_repeat", "end_repeat"),
    ]
)
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "and", "or"])
VALUES = ["${a}", "${b}", "${c}", ".", "1", "'x'", "''", "true()", "today()", "${", "count-selected(${a})"]
FORMULAS = st.recursive(
    st.sampled_from(VALUES),
    lambda inner: st.one_of(
        st.tuples(inner, OPERATORS, inner).map(" ".join),
        st.tuples(st.sampled_from(["not", "selected", "number", ""]), inner).map(lambda t: f"{t[0]}({t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"selected({t[0]}, {t[1]})"),
    ),
    max_leaves=6,
)  # fmt: skip
CELLS = st.one_of(st.just(""), st.text(max_size=8), FORMULAS)
COLUMNS = st.lists(
    st.sampled_from(
        [
            "label",
            "label::en",
            "hint",
            "relevant",
            "constraint",
            "calculation",
            "required",
            "repeat_count",
            "parameters",
            "readonly",
            "x",
        ]
    ),
    max_size=8,
)


@st.composite
def forms(draw: st.DrawFn) -> list[Sheet]:
    """Sheets of a form, more or less."""
    columns = draw(COLUMNS)
    rows = st.tuples(
        TYPES,
        NAMES,
        *[FORMULAS if c in ("relevant", "constraint", "calculation") else CELLS for c in columns],
    )
    choices = draw(st.lists(st.tuples(st.sampled_from(["l", "yn"]), NAMES, CELLS), max_size=6))
    return [
        Sheet("survey", (("type", "name", *columns), *draw(st.lists(rows, max_size=12)))),
        Sheet("choices", (("list_name", "name", "label"), ("l", "x", "X"), ("l", "y", "Y"), *choices)),
        Sheet("settings", (("form_title", "form_id"), draw(st.tuples(CELLS, CELLS)))),
    ]


def template(found: list[Sheet]) -> xlsform.Converted | None:
    """What sheets come to, found to make sense; None where they are refused with places."""
    try:
        form = xlsform.converted(found, "form.xlsx")
    except Invalid as invalid:
        places = [problem.place for problem in invalid.problems]
    else:
        checked(dump(form.questionnaire), name="form.yaml")
        return form
    assert places
    assert all(place.startswith("form.xlsx: ") for place in places)
    return None


@settings(max_examples=300, deadline=None)
@given(forms())
def test_any_table_is_a_template_that_makes_sense_or_a_list_of_problems(found):
    form = template(found)
    if form is None:
        return
    told = {line.place for line in form.report}
    for i, cells in enumerate(found[0].rows[1:], start=2):
        if any(cell.strip() for cell in cells) and not (
            BOUND.fullmatch(cells[0]) and cells[0].startswith("end")
        ):
            assert f"survey!A{i}" in told, cells


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(CELLS, max_size=5).map(tuple), max_size=8), st.sampled_from(["survey", "choices", "x"])
)
def test_any_cells_at_all_are_a_template_or_a_list_of_problems(rows, name):
    template([Sheet(name, tuple(rows)), table("survey", HEADINGS, "text | a | A")])
