"""Templates and their versions: import, reword, start the next, compare; what was opened never changes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, update

from tests import build
from tests.council import NOW
from vfm.errors import Conflict, Frozen, Invalid, NotFound
from vfm.questionnaires import document
from vfm.questionnaires.changes import Badge
from vfm.questionnaires.schema import Questionnaire
from vfm.store.database import reading, transaction
from vfm.store.tables import Version
from vfm.workflows import designs, versions

Do = Callable[..., Any]


def template(*inside: Any, **more: Any) -> Questionnaire:
    return build.questionnaire(
        *(inside or (build.scale_question("A-01"), build.question("A-02", "text"))), **more
    )


def text_of(questionnaire: Questionnaire) -> str:
    return document.dump(questionnaire)


@pytest.fixture
def draft(do: Do) -> int:
    """Version 1 of a small template."""
    version_id: int = do(versions.take_in, text_of(template()), "small.yaml").version_id
    return version_id


def open_to_people(engine: Engine, version_id: int) -> None:
    with transaction(engine) as session:
        session.execute(update(Version).where(Version.id == version_id).values(status="pilot", opened_at=NOW))


def test_an_imported_template_is_a_draft_and_reads_back_as_it_was(draft: int, look: Do) -> None:
    view = look(versions.show, draft)
    assert (view.row.number, view.row.status, view.questionnaire) == (1, "draft", template())
    assert view.shares["A-01"] == 1


def test_a_broken_document_gives_every_problem_and_nothing_is_kept(engine: Engine, do: Do) -> None:
    broken = text_of(template()).replace("kind: scale", "kind: scal").replace("kind: text", "knd: text")
    with pytest.raises(Invalid) as refused:
        do(versions.take_in, broken, "broken.yaml")
    assert len(refused.value.problems) >= 2
    assert all(problem.place.startswith("broken.yaml:") for problem in refused.value.problems)
    with reading(engine) as session:
        assert versions.index(session) == ()


def test_a_key_that_is_taken_is_refused_with_its_place(draft: int, do: Do) -> None:
    with pytest.raises(Invalid, match="is here already") as refused:
        do(versions.take_in, text_of(template()), "again.yaml")
    assert refused.value.problems[0].place.startswith("again.yaml:2:")


def test_the_next_version_is_a_copy_and_there_is_one_draft_at_a_time(
    engine: Engine, draft: int, do: Do, look: Do
) -> None:
    open_to_people(engine, draft)
    second = do(versions.revise, draft)
    view = look(versions.show, second)
    assert (view.row.number, view.row.status, view.questionnaire) == (2, "draft", template(version=2))
    with pytest.raises(Conflict, match="Version 2 is a draft already") as conflict:
        do(versions.revise, draft)
    assert conflict.value.saved == second


def test_a_version_bears_its_own_number_whatever_its_file_said(draft: int, do: Do, look: Do) -> None:
    """A result names the template's key and version: the version that was answered."""
    text = text_of(template(version=7))
    do(versions.replace, draft, text, "again.yaml", revision=look(versions.show, draft).row.revision)
    assert look(versions.show, draft).questionnaire == template(version=1)


def test_an_opened_version_never_changes(engine: Engine, draft: int, do: Do, look: Do) -> None:
    form = look(designs.question, draft, "A-01")
    open_to_people(engine, draft)
    with pytest.raises(Frozen, match="never changes"):
        do(designs.save_question, draft, "A-01", form.fields, revision=form.revision)
    with pytest.raises(Frozen):
        do(versions.replace, draft, text_of(template()), "new.yaml", revision=1)
    with pytest.raises(Frozen):
        do(versions.discard, draft)
    with pytest.raises(Conflict, match="version never changes"), transaction(engine) as session:
        session.execute(update(Version).where(Version.id == draft).values(content={"schema": "x"}))


def test_a_file_takes_the_drafts_place_when_it_is_of_the_same_template(draft: int, do: Do, look: Do) -> None:
    longer = template(build.scale_question("A-01"), build.yes_no("A-03"))
    do(versions.replace, draft, text_of(longer), "longer.yaml", revision=1)
    assert look(versions.show, draft).questionnaire == longer
    with pytest.raises(Conflict, match="changed this draft"):
        do(versions.replace, draft, text_of(template()), "old.yaml", revision=1)
    with pytest.raises(Invalid, match="of another template"):
        do(versions.replace, draft, text_of(template(key="other")), "other.yaml", revision=2)


def test_comparing_tells_what_changed_and_marks_the_words(
    engine: Engine, draft: int, do: Do, look: Do
) -> None:
    open_to_people(engine, draft)
    second = do(versions.revise, draft)
    form = look(designs.question, second, "A-01")
    fields = form.fields | {"text": ["How well is it known?"]}
    do(designs.save_question, second, "A-01", fields, revision=form.revision)
    view = look(versions.compare, draft, second)
    changed = [row for row in view.questions if row.is_changed]
    assert [(row.key, row.badges) for row in changed] == [("A-01", (Badge.REWORDED,))]
    assert [mark.words for mark in changed[0].lines[0].marks if mark.kind == "in"] == ["known?"]
    assert view.changes.in_words == "1 of 2 still comparable"
    assert view.total is None


def test_a_draft_is_for_the_core_team_alone(draft: int, look: Do) -> None:
    with pytest.raises(NotFound):
        look(versions.show, draft, who="director")


def test_a_deleted_draft_is_gone_and_its_template_with_it(engine: Engine, draft: int, do: Do) -> None:
    do(versions.discard, draft)
    with reading(engine) as session:
        assert versions.index(session) == ()
