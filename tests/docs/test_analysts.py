"""docs/analysts.md: every block runs, and prints what stands under it.

`VFM_WRITE_PAGE=1 pytest tests/docs/test_analysts.py -k sqlite` writes what is printed into the page instead.
"""

import contextlib
import io
import os
import random
import re
from pathlib import Path
from typing import Any

import pandas
import pytest
from sqlalchemy import Engine, update

from tests.answered import answered
from tests.answering import drawn
from tests.council import SmallCouncil
from tests.rounds import opened
from vfm.commands.frames import of_cycles
from vfm.errors import Invalid
from vfm.questionnaires import document
from vfm.questionnaires.answers import UNANSWERED
from vfm.store.database import transaction
from vfm.store.tables import Assessment

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "analysts.md"
TEMPLATE = PROJECT / "data" / "templates" / "service-vfm.yaml"
BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
SENT = ("LIB", "ROADS", "HOME")


@pytest.fixture
def address(engine: Engine, council: SmallCouncil) -> str:
    """A database with three services that have sent a rollout and one that has not."""
    template = document.parse(TEMPLATE.read_text(encoding="utf-8"), name=TEMPLATE.name)
    chance = random.Random(40)
    made = opened(engine, council, template, services=(*SENT, "SEND"))
    for assessment_id in made.assessments.values():
        given = drawn(chance, template, gaps=0.1)
        kept = {key: one for key, one in given.items() if one != UNANSWERED}
        answered(engine, council, assessment_id, template, kept)
    with transaction(engine) as session:
        sent = [made.assessments[key] for key in SENT]
        session.execute(update(Assessment).where(Assessment.id.in_(sent)).values(status="signed_off"))
    return engine.url.render_as_string(hide_password=False)


def test_every_block_prints_what_stands_under_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VFM_DATABASE", address)
    monkeypatch.chdir(PROJECT)
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "analysts"}
    printed = []
    with pandas.option_context("display.width", 110, "display.max_columns", 12, "display.precision", 1):
        for block in BLOCK.finditer(text):
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(block[1], "docs/analysts.md", "exec"), names)  # the page is the project's own
            printed.append((block, "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"))
    if os.environ.get("VFM_WRITE_PAGE"):
        for block, out_text in reversed(printed):
            start, end = block.span(2)
            text = text[:start] + out_text + text[end:]
        PAGE.write_text(text, encoding="utf-8")
    assert len(printed) == text.count("```python") >= 10
    assert [out_text for _, out_text in printed] == [block[2] for block in BLOCK.finditer(text)]


def test_a_cycle_that_is_not_there_is_named_with_those_that_are(address: str) -> None:
    with pytest.raises(Invalid, match=r"no cycle 'Rollout 1926'\. There are: Rollout 2026"):
        of_cycles(address, "Rollout 1926")
    with pytest.raises(Invalid, match="No cycle was named"):
        of_cycles(address)
    assert len(of_cycles(address, "Rollout 2026", with_open=True).scores) == len(SENT) + 1
