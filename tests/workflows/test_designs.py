"""Designing a draft: each edit kept, taken back and done again; what is open stays."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from tests import build
from tests.council import NOW
from vfm.errors import Conflict, Frozen, Invalid, NotFound
from vfm.questionnaires import document
from vfm.questionnaires.schema import Check, Questionnaire
from vfm.store.database import reading, transaction
from vfm.store.tables import Event, Template, Version
from vfm.workflows import designs, versions

Do = Callable[..., Any]


def small() -> Questionnaire:
    routed = build.yes_no("B-01", show_if={"question": "A-02", "equals": "b"})
    must = {"any": [{"question": "A-01", "at_least": 1}, {"question": "B-01", "equals": "yes"}]}
    return build.questionnaire(
        build.section(
            "A",
            build.scale_question("A-01"),
            build.question("A-02", "single_choice", options=build.options(a="First", b="Second")),
        ),
        build.section("B", routed, build.scale_question("B-02")),
        checks=(Check.model_validate({"key": "check-1", "must": must, "say": "Look again.", "at": "B-01"}),),
    )


@pytest.fixture
def draft(do: Do) -> int:
    version_id: int = do(versions.take_in, document.dump(small()), "small.yaml").version_id
    return version_id


def questionnaire(look: Do, version_id: int) -> Questionnaire:
    found: Questionnaire = look(designs.show, version_id).questionnaire
    return found


def fields(**typed: str) -> dict[str, list[str]]:
    return {name: [words] for name, words in typed.items()}


def test_a_reworded_question_is_kept_and_the_same_again_is_no_edit(draft: int, do: Do, look: Do) -> None:
    form = look(designs.question, draft, "A-01")
    sent = form.fields | fields(text="How well is it known?")
    done = do(designs.save_question, draft, "A-01", sent, revision=form.revision)
    assert (done.is_changed, done.words) == (True, "A-01 was changed (words)")
    after = look(designs.question, draft, "A-01")
    assert after.fields["text"] == ["How well is it known?"]
    again = do(designs.save_question, draft, "A-01", after.fields, revision=after.revision)
    assert not again.is_changed
    assert len(look(designs.show, draft).edits) == 1


def test_two_people_changing_one_question_see_both_texts(draft: int, do: Do, look: Do) -> None:
    form = look(designs.question, draft, "A-01")
    do(
        designs.save_question,
        draft,
        "A-01",
        form.fields | fields(text="Mine?"),
        revision=form.revision,
    )
    with pytest.raises(Conflict) as conflict:
        do(designs.save_question, draft, "A-01", form.fields | fields(text="Yours?"), revision=form.revision)
    (clash,) = conflict.value.clashes
    assert "Mine?" in clash.kept
    assert "Yours?" in clash.sent
    assert clash.by == "Core Team"


def test_two_people_changing_two_questions_do_not_meet_but_hear_of_each_other(
    draft: int, do: Do, look: Do
) -> None:
    one, two = look(designs.question, draft, "A-01"), look(designs.question, draft, "B-02")
    opened = fields(opened="1")
    do(
        designs.save_question,
        draft,
        "A-01",
        one.fields | opened | fields(text="One?"),
        revision=one.revision,
        who="administrator",
    )
    done = do(
        designs.save_question,
        draft,
        "B-02",
        two.fields | opened | fields(text="Two?"),
        revision=two.revision,
    )
    assert done.meanwhile == ("Administrator: A-01 was changed (words)",)
    found = questionnaire(look, draft).questions
    assert (found["A-01"].text, found["B-02"].text) == ("One?", "Two?")


def test_every_edit_is_taken_back_and_done_again_in_order(draft: int, do: Do, look: Do) -> None:
    states = [questionnaire(look, draft)]
    for edit in (
        lambda: do(designs.rearrange, draft, "down", "A-01"),
        lambda: do(designs.rearrange, draft, "double", "B"),
        lambda: do(designs.add_question, draft, "A", fields(text="New?", kind="text")),
        lambda: do(designs.remove, draft, "A-02", with_rules=True),
        lambda: do(designs.add_section, draft, fields(title="One more")),
    ):
        edit()
        states.append(questionnaire(look, draft))
    for before in reversed(states[:-1]):
        do(designs.undo, draft)
        assert questionnaire(look, draft) == before
    with pytest.raises(Conflict, match="nothing to undo"):
        do(designs.undo, draft)
    for after in states[1:]:
        do(designs.redo, draft)
        assert questionnaire(look, draft) == after


def test_a_new_edit_ends_what_could_be_done_again(draft: int, do: Do, look: Do) -> None:
    do(designs.rearrange, draft, "down", "A-01")
    do(designs.undo, draft)
    assert look(designs.show, draft).redo is not None
    do(designs.rearrange, draft, "double", "A-01")
    assert look(designs.show, draft).redo is None


def test_deleting_names_what_depends_on_it(draft: int, do: Do, look: Do) -> None:
    _, needing = look(designs.needing, draft, "A-02")
    assert [one.place for one in needing] == ["routing of B-01"]
    with pytest.raises(Invalid, match="A-02 is needed by the routing of B-01"):
        do(designs.remove, draft, "A-02", with_rules=False)
    done = do(designs.remove, draft, "A-02", with_rules=True)
    assert done.words == "A-02 was deleted with the rules that named it"
    assert questionnaire(look, draft).questions["B-01"].show_if is None
    do(designs.remove, draft, "A", with_rules=True)
    assert questionnaire(look, draft).checks == ()
    with pytest.raises(Invalid, match="needs a section"):
        do(designs.remove, draft, "B", with_rules=True)


def test_a_new_key_is_taken_up_by_every_rule(draft: int, do: Do, look: Do) -> None:
    form = look(designs.question, draft, "A-02")
    done = do(designs.save_question, draft, "A-02", form.fields | fields(key="A-20"), revision=form.revision)
    assert (done.key, done.words) == ("A-20", "A-02 became A-20")
    found = questionnaire(look, draft)
    assert found.questions["B-01"].show_if.question == "A-20"
    moved = look(designs.question, draft, "B-02")
    do(designs.save_question, draft, "B-02", moved.fields | fields(place="A"), revision=moved.revision)
    assert questionnaire(look, draft).section_of["B-02"] == "A"


def test_a_choice_is_added_with_its_answers_and_a_wrong_one_with_nothing(
    draft: int, do: Do, look: Do
) -> None:
    done = do(
        designs.add_question,
        draft,
        "A",
        fields(text="Which?", kind="single_choice", answers="In house\nBought in", after="A-01"),
    )
    found = questionnaire(look, draft)
    assert done.key == "A-03"
    assert [q.key for q in found.all_sections["A"].questions] == ["A-01", "A-03", "A-02"]
    assert found.questions["A-03"].option_labels == {"in_house": "In house", "bought_in": "Bought in"}
    with pytest.raises(Invalid) as refused:
        do(designs.add_question, draft, "A", fields(text="", key="a-01", kind="multi_choice", answers="One"))
    assert [problem.place for problem in refused.value.problems] == ["key", "text", "answers"]
    assert questionnaire(look, draft) == found


def test_every_topic_is_saved_and_its_clash_shown(draft: int, do: Do, look: Do) -> None:
    form = look(designs.topic, draft, "weights")
    do(designs.save_topic, draft, "weights", form.fields | {"weight.A": ["3"]}, revision=form.revision)
    assert look(designs.show, draft).shares["A"] == 0.75
    with pytest.raises(Conflict) as conflict:
        do(designs.save_topic, draft, "weights", form.fields, revision=form.revision)
    assert "weight.A: 3" in conflict.value.clashes[0].kept


def test_a_question_is_reused_with_its_scale_and_without_strange_rules(draft: int, do: Do, look: Do) -> None:
    other = build.questionnaire(
        build.question("Z-01", "text"),
        build.scale_question("Z-02", scale="steps", show_if={"question": "Z-01", "answered": True}),
        key="other",
        scales={"steps": {"levels": {1: "Low", 2: "High"}}},
    )
    source = do(versions.take_in, document.dump(other), "other.yaml").version_id
    assert [row.template_key for row, _ in look(designs.library, draft)] == ["test", "other"]
    done = do(designs.reuse, draft, source, "question", "Z-02", "B")
    assert done.words == (
        "Z-02 was copied from A test template; left behind, for naming questions that are not here: "
        "the routing of Z-02"
    )
    found = questionnaire(look, draft)
    assert (found.questions["Z-02"].scale, found.scales["steps"]) == ("steps", other.scales["steps"])
    do(designs.reuse, draft, source, "section", "A", "")
    copied = questionnaire(look, draft).all_sections["A-2"]
    assert [q.key for q in copied.questions] == ["Z-01", "Z-03"]
    assert copied.questions[1].show_if.question == "Z-01"


def test_an_opened_version_is_refused_and_points_to_the_draft(
    engine: Engine, draft: int, do: Do, look: Do
) -> None:
    form = look(designs.question, draft, "A-01")
    with transaction(engine) as session:
        session.execute(update(Version).where(Version.id == draft).values(status="pilot", opened_at=NOW))
    second = do(versions.revise, draft)
    for deed in (
        lambda: do(designs.save_question, draft, "A-01", form.fields, revision=form.revision),
        lambda: do(designs.rearrange, draft, "up", "A-02"),
        lambda: do(designs.remove, draft, "A-01", with_rules=True),
        lambda: do(designs.undo, draft),
        lambda: do(designs.reuse, draft, second, "question", "A-01", "A"),
    ):
        with pytest.raises(Frozen, match="never changes") as frozen:
            deed()
        assert frozen.value.saved == second


def test_nobody_else_sees_a_draft(draft: int, look: Do) -> None:
    for who in ("director", "executive", "viewer", "challenger", "contributor"):
        with pytest.raises(NotFound):
            look(designs.show, draft, who=who)


def test_a_template_starts_with_a_section_and_a_fork_remembers_its_origin(
    engine: Engine, draft: int, do: Do, look: Do
) -> None:
    made = do(designs.start, fields(title="Contracts and markets", section="Knowing the market"))
    started = look(designs.show, made)
    assert (started.row.template_key, started.questionnaire.sections[0].key) == (
        "contracts-and-markets",
        "KTM",
    )
    assert {fault.place for fault in started.faults} == {"KTM"}  # it has no question yet
    with pytest.raises(Invalid, match="There is a template with the key") as refused:
        do(designs.fork, draft, fields(title="Test", key="TEST"))
    assert [problem.place for problem in refused.value.problems] == ["key"]
    forked = do(designs.fork, draft, fields(title="Small, for schools"))
    with reading(engine) as session:
        origin = session.scalars(select(Template.origin_id).where(Template.key == "small-for-schools")).one()
    assert origin == draft
    assert questionnaire(look, forked).questions == small().questions


def test_a_made_key_is_free_whatever_is_cut_off_the_title(draft: int, do: Do, look: Do) -> None:
    long = "Value for money of the contracts that a council lets"
    made = [do(designs.fork, draft, fields(title=f"{long} ({name})")) for name in ("one", "two", "three")]
    keys = [look(designs.show, one).row.template_key for one in made]
    assert keys[0] == "value-for-money-of-the-contracts-that-a"
    assert (len(set(keys)), max(map(len, keys))) == (3, 40)
    counted = do(designs.start, fields(title="2026 check", section="First"))
    assert look(designs.show, counted).row.template_key == "check"


def test_the_trail_tells_what_each_edit_did(engine: Engine, draft: int, do: Do) -> None:
    do(designs.rearrange, draft, "down", "A-01")
    with reading(engine) as session:
        event = session.scalars(select(Event).where(Event.verb == "edited")).one()
    assert event.after["words"] == "A-01 was moved down"
    do(versions.discard, draft)  # its edits go with it


def test_a_key_of_an_earlier_version_is_not_given_to_something_else(
    engine: Engine, draft: int, do: Do, look: Do
) -> None:
    with transaction(engine) as session:
        session.execute(update(Version).where(Version.id == draft).values(status="pilot", opened_at=NOW))
    second = do(versions.revise, draft)
    do(designs.remove, second, "B-02", with_rules=True)
    assert do(designs.rearrange, second, "double", "B-01").key == "B-03"
    assert look(designs.next_key, second, "B")[1] == "B-04"
    with pytest.raises(Invalid, match="B-02 meant “How well is it done\\?” in version 1") as refused:
        do(designs.add_question, second, "B", fields(text="New?", kind="text", key="B-02"))
    assert [problem.place for problem in refused.value.problems] == ["key"]
    form = look(designs.question, second, "B-01")
    with pytest.raises(Invalid, match="A new meaning is a new key"):
        do(designs.save_question, second, "B-01", form.fields | fields(key="B-02"), revision=form.revision)
    do(designs.undo, second)
    do(designs.undo, second)  # taking the deletion back brings the question back under its own key
    assert "B-02" in questionnaire(look, second).questions


def test_taking_back_is_refused_when_somebody_did_something_since(draft: int, do: Do, look: Do) -> None:
    do(designs.rearrange, draft, "down", "A-01")
    seen = look(designs.show, draft).undo.id
    do(designs.rearrange, draft, "double", "B-02", who="administrator")
    before = questionnaire(look, draft)
    with pytest.raises(Conflict, match="Administrator did this: “B-02 was doubled as B-03”"):
        do(designs.undo, draft, edit_id=seen)
    assert questionnaire(look, draft) == before
    assert do(designs.undo, draft).words == "Taken back: B-02 was doubled as B-03"


def test_a_scored_choice_without_points_can_still_be_designed(draft: int, do: Do, look: Do) -> None:
    form = look(designs.question, draft, "A-02")
    do(designs.save_question, draft, "A-02", form.fields | fields(weight="1"), revision=form.revision)
    design = look(designs.show, draft)
    assert design.shares["A-02"] == 0.25
    assert {fault.place for fault in design.faults} == {"A-02"}


def test_a_scale_question_needs_a_scale(do: Do, look: Do) -> None:
    plain = build.questionnaire(build.yes_no("A-01", weight=1), scales={})
    version = do(versions.take_in, document.dump(plain), "plain.yaml").version_id
    form = look(designs.question, version, "A-01")
    with pytest.raises(Invalid, match="no scale to answer on yet"):
        do(designs.save_question, version, "A-01", form.fields | fields(kind="scale"), revision=form.revision)
    do(designs.add_question, version, "A", fields(text="How well?", kind="scale"))
    assert list(questionnaire(look, version).scales) == ["maturity"]
