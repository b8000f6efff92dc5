"""A draft rearranged: what moves, what follows, and what stays the same value."""

import pytest

from tests import build
from vfm.questionnaires import arranging, document
from vfm.questionnaires.schema import All, Cap, Check, Comparison, Operation, Questionnaire, RuleTable


def claim(key: str) -> Comparison:
    return Comparison(question=key, answered=True)


def whole() -> Questionnaire:
    """Three sections, one inside another, with every kind of rule that names a question."""
    figure = build.question("A-02", "number")
    derived = build.question(
        "B-02", "number", derived=Operation.model_validate({"add": ["A-02", 1]}), show_if=claim("A-01")
    )
    cap = Cap(key="cap-a", when=claim("A-01"), limit=50, reason="Because")
    table = RuleTable.model_validate(
        {
            "lists": {"needed": ["C-01"]},
            "statuses": ["no", "yes"],
            "minimum": "yes",
            "rows": [{"lists": [word], "status": "no"} for word in ("all", "some", "none")],
        }
    )
    return build.questionnaire(
        build.section("A", build.scale_question("A-01"), figure, build.section("IN", build.yes_no("IN-01"))),
        build.section("B", build.yes_no("B-01"), derived, caps=(cap,)),
        build.section("C", build.yes_no("C-01"), rule_table=table),
        checks=(Check(key="check-1", must=All(all=(claim("A-01"), claim("B-01"))), say="Look.", at="B-01"),),
    )


def order(questionnaire: Questionnaire) -> list[str]:
    return list(questionnaire.questions)


def test_a_question_moves_within_its_section_and_then_into_the_next() -> None:
    moved = arranging.move_question(whole(), "A-01", 1)
    assert order(moved)[:3] == ["A-02", "A-01", "IN-01"]
    further = arranging.move_question(moved, "A-01", 1)
    assert further.section_of["A-01"] == "IN"
    assert order(further)[:3] == ["A-02", "A-01", "IN-01"]
    assert arranging.move_question(further, "A-01", -1).section_of["A-01"] == "A"


@pytest.mark.parametrize(("key", "step"), [("A-01", -1), ("C-01", 1)])
def test_at_the_very_end_nothing_moves(key: str, step: int) -> None:
    assert arranging.move_question(whole(), key, step) == whole()


def test_a_section_moves_among_its_siblings() -> None:
    assert [s.key for s in arranging.move_section(whole(), "C", -1).sections] == ["A", "C", "B"]
    assert arranging.move_section(whole(), "IN", 1) == whole()


def test_what_did_not_change_is_the_same_value() -> None:
    before = whole()
    after = arranging.with_question(before, "B-01", build.yes_no("B-01", text="Now?"))
    assert after.sections[0] is before.sections[0]
    assert after.questions["B-01"].text == "Now?"
    assert before.questions["B-01"].text != "Now?"


def test_nothing_worked_out_from_the_old_value_is_kept() -> None:
    before = whole()
    assert "A-01" in before.questions
    assert "A-01" not in arranging.without_question(before, "A-01").questions


def test_a_key_is_renamed_in_every_rule_that_names_it() -> None:
    after = arranging.renamed(whole(), "A-01", "A-10")
    text = document.dump(after)
    assert "A-01" not in text
    assert text.count("A-10") == 4  # the question, the routing, the cap, the check
    assert arranging.renamed(after, "A-10", "A-01") == whole()
    reckoned = arranging.renamed(whole(), "A-02", "A-20")
    assert reckoned.questions["B-02"].derived == Operation.model_validate({"add": ["A-20", 1]})
    listed = arranging.renamed(whole(), "C-01", "C-10").all_sections["C"].rule_table
    assert listed is not None
    assert listed.lists == {"needed": ("C-10",)}


def test_renaming_a_section_leaves_a_template_of_the_same_name_alone() -> None:
    named_alike = arranging.remade(whole(), key="A")
    assert arranging.renamed(named_alike, "A", "Z").key == "A"


def test_a_doubled_section_has_keys_of_its_own_and_rules_that_follow() -> None:
    after, key = arranging.double_section(whole(), "B")
    assert key == "B-2"
    assert [s.key for s in after.sections] == ["A", "B", "B-2", "C"]
    copy = after.all_sections["B-2"]
    assert [q.key for q in copy.questions] == ["B-03", "B-04"]
    assert copy.questions[1].show_if == claim("A-01")  # outside the section: as it was
    assert after.all_sections["B"] == whole().all_sections["B"]


def test_a_doubled_question_stands_behind_the_first() -> None:
    after, key = arranging.double_question(whole(), "A-01")
    assert (key, order(after)[:2]) == ("A-03", ["A-01", "A-03"])


def test_taking_rules_out_leaves_no_trace_of_a_question() -> None:
    gone = frozenset({"A-01", "A-02", "C-01"})
    after = whole()
    for key in gone:
        after = arranging.without_question(after, key)
    after = arranging.without_rules_on(after, gone)
    assert after.questions["B-02"].show_if is None
    assert after.questions["B-02"].derived is None
    assert (after.checks, after.all_sections["B"].caps) == ((), ())
    table = after.all_sections["C"].rule_table
    assert table is not None
    assert table.lists == {"needed": ()}


def test_strays_are_dropped_and_named() -> None:
    after, dropped = arranging.without_strays(arranging.without_question(whole(), "A-01"))
    assert dropped == ("the routing of B-02", "the cap cap-a")
    assert arranging.without_strays(whole()) == (whole(), ())
    assert after.questions["B-02"].derived is not None


def test_the_next_key_follows_the_manner_of_the_section() -> None:
    assert arranging.next_key(whole(), "A") == "A-03"
    empty = arranging.add_section(whole(), build.section("NEW"))
    assert arranging.next_key(empty, "NEW") == "NEW-01"
