"""Deciding in one form, the minutes of it, and what is refused with nothing lost."""

from collections.abc import Callable
from io import BytesIO

from docx import Document
from sqlalchemy import Engine, select

from tests.client import Browser
from tests.council import SmallCouncil
from tests.rankable import publish, rankable
from vfm.store.database import reading
from vfm.store.tables import Decision, DecisionMeeting, Event

SignedIn = Callable[[str], Browser]


def _ranked(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> Browser:
    rankable(engine, council)
    publish(engine, council)
    executive = signed_in("executive")
    executive.open("/priorities/new").submit("Rank the services", top="2")
    return executive


def test_a_meeting_decides_in_one_form_and_closes_its_minutes(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    executive = _ranked(engine, council, signed_in)
    page = executive.open("/priorities/1/decisions")
    home, waste = (f"outcome.{council.services[key]}" for key in ("HOME", "WASTE"))
    assert "wait for a decision" in page.text
    suggested = {one["suggested"] for one in _kept(engine)}
    assert suggested == set()
    page = page.submit(
        "Save the decisions",
        chair="Ida Chair",
        present="Ida Chair, Xena Executive",
        note="The board asked for a note on fees.",
        **{home: "deep_dive"},
    )
    assert "1 decision recorded." in page.text
    page = page.submit("Save, and close the minutes", **{waste: "monitor", f"reason.{waste[8:]}": "Wait."})
    assert page.heading == "Decisions on Rollout 2026 ranking"
    text = page.text
    for words in (
        "Ida Chair, Xena Executive",
        "The board asked for a note",
        "As suggested: in the top",
        "Wait.",
    ):
        assert words in text
    word = Document(BytesIO(page.follow("Download as Word").data))
    assert "Deep dive: Section ECO, Section OUT" in text
    cells = [cell.text for row in word.tables[1].rows for cell in row.cells]
    assert "Home care" in cells
    assert "Wait." in cells
    with reading(engine) as session:
        meeting = session.scalars(select(DecisionMeeting)).one()
        verbs = list(session.scalars(select(Event.verb).where(Event.subject == "decision_meeting")))
    assert meeting.closed_at is not None
    assert verbs == ["opened", "closed"]
    assert [one["meeting_id"] for one in _kept(engine)] == [meeting.id, meeting.id]
    again = executive.open("/priorities/1/decisions").submit("Save the decisions")
    assert "No decision is new." in again.text
    assert len(_kept(engine)) == 2


def _kept(engine: Engine) -> list[dict[str, object]]:
    with reading(engine) as session:
        rows = session.scalars(select(Decision).order_by(Decision.id))
        return [{"suggested": one.suggested, "meeting_id": one.meeting_id} for one in rows]


def test_what_cannot_be_recorded_is_named_and_stays(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    executive = _ranked(engine, council, signed_in)
    first = executive.open("/priorities/1/decisions")
    home, waste = (council.services[key] for key in ("HOME", "WASTE"))
    page = first.submit(
        "Save the decisions",
        note="Keep this",
        **{
            f"outcome.{home}": "service_review",
            f"outcome.{waste}": "monitor",
            "held_on.year": "2099",
        },
    )
    assert page.status == 422
    assert page.problems == [
        "The decision cannot lie in the future. Enter today or an earlier day.",
        "Give the reason, in words that can stand in the minutes.",
        "Give the reason, in words that can stand in the minutes.",
    ]
    assert "Keep this" in page.text
    assert _kept(engine) == []
    executive.open("/priorities/1/decisions").submit("Save the decisions", note="Somebody else")
    late = first.submit("Save the decisions", note="Mine")
    assert (late.status, "Somebody saved these minutes" in late.text, "Mine" in late.text) == (
        409,
        True,
        True,
    )
    # saved once more from there, it goes through: the page now holds what the reader has seen
    assert late.submit("Save the decisions").status == 200


def test_viewers_read_what_is_decided(engine: Engine, council: SmallCouncil, signed_in: SignedIn) -> None:
    executive = _ranked(engine, council, signed_in)
    home = council.services["HOME"]
    executive.open("/priorities/1/decisions").submit(
        "Save the decisions", **{f"outcome.{home}": "service_review", f"reason.{home}": "It costs most."}
    )
    page = signed_in("viewer").open("/priorities/1/decisions")
    assert "It costs most." in page.text
    assert page.tree.css_first("main select") is None
