"""What was asked and answered stays: a next version changes nothing of the one before, by any way in."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Engine, select, text, update

from tests.answered import signed_off
from tests.client import Browser
from tests.council import NOW, SmallCouncil
from vfm import cli
from vfm.errors import Conflict
from vfm.questionnaires import document
from vfm.questionnaires.answers import Answer, Evidence, State
from vfm.questionnaires.kinds import choices
from vfm.questionnaires.schema import SCORABLE, Kind, Questionnaire
from vfm.store.database import reading, transaction
from vfm.store.tables import Assessment, Feedback, Version
from vfm.workflows import cycles, designs, versions

Enter = Callable[[str], Browser]
TEMPLATE = Path(__file__).parents[2] / "data" / "templates" / "service-vfm.yaml"


def answers_to(questionnaire: Questionnaire) -> dict[str, Answer]:
    """Something to everything that must be answered, and a level to every scored question."""
    given = {}
    for key, question in questionnaire.questions.items():
        if question.kind is Kind.SCALE:
            given[key] = Answer(State.ANSWERED, 2 + len(given) % 3, evidence=Evidence.DOCUMENTED)
        elif question.kind in SCORABLE:
            given[key] = Answer(State.ANSWERED, next(iter(choices(question))))
        elif question.required:
            given[key] = Answer(State.DONT_KNOW)
    return given


@pytest.fixture
def piloted(engine: Engine, council: SmallCouncil) -> tuple[int, int]:
    """(version, assessment) of the ready service template, piloted, answered and signed off."""
    core = council.actor("core_team")
    with transaction(engine) as session:
        text = TEMPLATE.read_text(encoding="utf-8")
        version = versions.take_in(session, text, TEMPLATE.name, by=core, now=NOW).version_id
    _open(engine, core, version, "pilot", "Pilot", council.services["LIB"])
    questionnaire = document.parse(TEMPLATE.read_text(encoding="utf-8"), name=TEMPLATE.name)
    with reading(engine) as session:
        assessment = session.scalars(select(Assessment.id)).one()
    signed_off(engine, council, assessment, questionnaire, answers_to(questionnaire))
    return version, assessment


def _open(engine: Engine, core: Any, version: int, kind: str, name: str, service: int) -> None:
    typed = cycles.Typed(
        name, kind, str(version), ("23", "11", "2026"), ("18", "12", "2026"), (str(service),)
    )
    with transaction(engine) as session:
        revision = cycles.dry_run(session, typed, now=NOW).revision
        cycles.open_cycle(session, typed, revision=revision, by=core, now=NOW)


def publish_the_next(engine: Engine, council: SmallCouncil, version: int) -> int:
    """Version 2: one question reworded, one dropped, one weight changed; rolled out to the same service."""
    core = council.actor("core_team")
    with transaction(engine) as session:
        second = versions.revise(session, version, by=core, now=NOW)
    for key, fields in (
        ("ECO-01", {"text": ["How well is the full cost known?"]}),
        ("EFF-01", {"weight": ["9"]}),
    ):
        with transaction(engine) as session:
            form = designs.question(session, second, key, by=core)
            sent = form.fields | fields
            designs.save_question(session, second, key, sent, revision=form.revision, by=core, now=NOW)
    with transaction(engine) as session:
        designs.remove(session, second, "ECO-05", with_rules=True, by=core, now=NOW)
    _open(engine, core, second, "rollout", "Rollout", council.services["LIB"])
    return second


def kept(engine: Engine) -> list[tuple[Any, ...]]:
    """Every stored scorecard as the database holds it, and the answers of the first assessment."""
    with reading(engine) as session:
        cards = session.execute(text("SELECT * FROM scorecard ORDER BY id")).all()
        answers = session.execute(
            text("SELECT * FROM answer WHERE assessment_id = 1 ORDER BY question_key")
        ).all()
    return [tuple(map(str, row)) for row in (*cards, *answers)]


def exports(browser: Browser, version: int, assessment: int) -> dict[str, bytes]:
    """What leaves as text or JSON, byte for byte."""
    addresses = (
        f"/versions/{version}/download.json",
        f"/versions/{version}/download.yaml",
        f"/assessments/{assessment}/result.json",
    )
    return {address: browser.client.get(address).data for address in addresses}


def workbooks(browser: Browser, version: int, assessment: int) -> dict[str, list[list[Any]]]:
    """Every cell of every workbook."""
    cells = {}
    for address in (f"/versions/{version}/download.xlsx", f"/assessments/{assessment}/result.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(browser.client.get(address).data))
        for sheet in book:
            cells[f"{address} {sheet.title}"] = [list(row) for row in sheet.iter_rows(values_only=True)]
    return cells


def pages(browser: Browser, assessment: int, version: int) -> dict[str, str]:
    """The main text of the pages; of the version itself the questions, as what can be done changes."""
    found = {
        path: browser.open(f"/assessments/{assessment}/{path}").text
        for path in ("result", "questions", "check")
    }
    whole = browser.open(f"/versions/{version}").text
    return found | {"version": whole[whole.index("Sections ") :]}


def test_a_next_version_leaves_the_first_as_it_was(
    engine: Engine, council: SmallCouncil, piloted: tuple[int, int], signed_in: Enter
) -> None:
    version, assessment = piloted
    core = signed_in("core_team")
    given = (core, version, assessment)
    before = (kept(engine), exports(*given), workbooks(*given), pages(core, assessment, version))
    assert json.loads(before[1][f"/assessments/{assessment}/result.json"])["overall"]["score"] is not None
    publish_the_next(engine, council, version)
    assert kept(engine)[: len(before[0])] == before[0]
    assert exports(*given) == before[1]
    assert workbooks(*given) == before[2]
    assert pages(core, assessment, version) == before[3]


def test_no_way_in_changes_an_opened_version(
    engine: Engine,
    council: SmallCouncil,
    piloted: tuple[int, int],
    signed_in: Enter,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    version, _ = piloted
    core = signed_in("core_team")
    for path in ("design", "questions/ECO-01", "sections/ECO", "whole/weights", "checks", "replace"):
        page = core.open(f"/versions/{version}/{path}", expect=409)
        assert page.heading == "This version can no longer be changed"
    token = core.open("/templates/new").soup.select_one("main input[name=csrf_token]")["value"]
    for path, fields in (
        ("design", {"do": "delete:ECO-01"}),
        ("questions/ECO-01", {"text": "Other?", "revision": "x"}),
        ("delete", {}),
    ):
        core.send(f"/versions/{version}/{path}", fields | {"csrf_token": token}, expect=409)
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    assert cli.main(["template", "import", str(TEMPLATE), "--by", "core_team@wrenmouth.example"]) == 1
    assert (
        "Version 1 was opened on 23 November 2026. From then on it never changes" in capsys.readouterr().out
    )
    with pytest.raises(Conflict, match="version never changes"), transaction(engine) as session:
        session.execute(update(Version).where(Version.id == version).values(content={"sections": []}))


def test_the_command_imports_replaces_a_draft_and_starts_the_next_version(
    engine: Engine,
    council: SmallCouncil,
    piloted: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("VFM_DATABASE", engine.url.render_as_string(hide_password=False))
    command = ["template", "import", str(TEMPLATE), "--by", "core_team@wrenmouth.example"]
    assert cli.main([*command, "--next"]) == 0
    assert "version 2, a draft, now says what the file says." in capsys.readouterr().err
    assert cli.main(command) == 0  # the draft is there now
    assert cli.main([*command[:-1], "director@wrenmouth.example"]) == 1
    assert "Nobody of the core team" in capsys.readouterr().err
    other = str(TEMPLATE.with_name("transport-deep-dive.yaml"))
    assert cli.main(["template", "import", other, "--by", "core_team@wrenmouth.example"]) == 0
    assert "imported as version 1, a draft." in capsys.readouterr().err


def test_a_rollout_names_the_comment_it_waits_for(
    engine: Engine, council: SmallCouncil, piloted: tuple[int, int]
) -> None:
    version, assessment = piloted
    with transaction(engine) as session:
        by = council.people["director"]
        session.add(
            Feedback(
                assessment_id=assessment, question_key="ECO-01", kind="unclear", comment="?", by_id=by, at=NOW
            )
        )
    with pytest.raises(Exception, match="Comments from Pilot are not decided yet: on ECO-01"):
        publish_the_next(engine, council, version)
