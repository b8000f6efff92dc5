"""The pages of one review in a browser."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

from docx import Document
from sqlalchemy import Engine, select, update

from tests.client import Browser, Page, words
from tests.council import NOW, SmallCouncil
from vfm.store.database import reading, transaction
from vfm.store.tables import ImprovementAction, Recommendation, Review
from vfm.workflows import reviews

SignedIn = Callable[[str], Browser]


def _planned(engine: Engine, council: SmallCouncil, service: str = "ROADS") -> str:
    with transaction(engine) as session:
        draft = reviews.blank(session, service_id=council.services[service]).draft
        draft = replace(draft, mode="deep_dive", topic="Winter gritting", day=("1", "2", "2027"))
        review = reviews.add(session, draft, by=council.actor("core_team"), now=NOW)
    return f"/reviews/{review}"


def _to_do(page: Page) -> list[str]:
    return [words(one) for one in page.tree.css(".vfm-todo li")]


def test_the_page_says_first_what_to_do_next(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address = _planned(engine, council)
    core = signed_in("core_team")
    page = core.open("/reviews").follow("Highways")
    assert page.heading == "Highways: Winter gritting"
    assert "Ready to be approved" in page.text
    page = page.follow("Move it on to approved").submit("Move it on")
    assert _to_do(page) == ["No sponsor is named.", "Nobody leads it yet."]
    blocked = page.follow("Move it on to scoping")
    assert "It cannot yet" in blocked.text
    assert not blocked.tree.css("main form")
    assert core.send(f"{address}/state/scoping", {**_token(page), "seen": "approved"}).status == 422
    for step in ("Proposed", "Approved"):
        assert f"{step} 23 November 2026" in page.text


def test_the_trail_names_the_service_and_who_leads(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    form = core.open(f"{address}/change")
    form.submit(
        "Save the change", lead=str(council.people["challenger"]), service=str(council.services["LIB"])
    )
    told = core.open(address).text.partition("What happened to this review")[2]
    assert "service: Highways → Libraries" in told
    assert "lead: Challenger" in told
    assert "service: Highways what: deep dive topic: Winter gritting starts on: 1 February 2027" in told
    assert "id:" not in told


def test_what_is_closed_says_so_and_not_that_somebody_was_quicker(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    form = core.open(f"{address}/about")
    with transaction(engine) as session:
        session.execute(update(Review).values(status="closed"))
    late = form.submit("Save the review", partner="A firm")
    assert (late.status, late.heading) == (409, "This is closed")
    assert "This review is closed. Take it up again to change it." in late.text
    assert "Nothing was changed." in late.text
    assert core.open(f"{address}/scope", expect=409).heading == "This is closed"


def test_sums_on_the_page_keep_kinds_of_saving_apart(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    page = core.open(address)
    for low, high, kind, span in (
        ("1000", "2000", "cashable", "recurring"),
        ("30", "40", "cashable", "recurring"),
        ("500", "500", "avoidance", "one_off"),
        ("7", "9", "", ""),
    ):
        page = page.follow("Add a recommendation").submit(
            "Add",
            text=f"Save {low}.",
            savings_low=low,
            savings_high=high,
            savings_kind=kind,
            savings_span=span,
        )
    assert [words(row) for row in page.tree.css("#recommendations ~ div tfoot tr")] == [
        "All of them (4) £1,030 £2,040 Cashable, a year",
        "All of them (4) £500 £500 Cost avoidance, once",
        "All of them (4) £7 £9 Kind not said",
        "Of these accepted or done (0) – – –",
    ]
    assert "Savings of different kinds are not added together" in page.text
    form = core.open(f"{address}/about")
    assert form.tree.css_first("[name=savings_low]") is None
    with transaction(engine) as session:
        session.execute(update(Review).values(savings_low=3, savings_high=4))
    form = core.open(f"{address}/about")
    assert "Kind not said: low" in form.text
    page = form.submit(
        "Save the review",
        savings_low="",
        savings_high="",
        cashable_recurring_low="3",
        cashable_recurring_high="4",
    )
    assert "£3 to £4 a year, cashable" in page.text


def test_the_trail_reads_in_words_with_dates_as_people_write_them(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    ends = {"ends_on.day": "30", "ends_on.month": "6", "ends_on.year": "2027"}
    core.open(f"{address}/about").submit(
        "Save the review", avoidance_one_off_low="700", avoidance_one_off_high="950", **ends
    )
    conditions = core.open(address.replace("/reviews/", "/plan/") + "/conditions")
    contract = {"contract.day": "31", "contract.month": "3", "contract.year": "2029"}
    conditions.submit("Save the conditions", held="mandatory", **contract)
    with transaction(engine) as session:
        session.execute(update(Review).values(status="reporting"))
    core.open(f"{address}/state/closed").submit(
        "Close it", outcome_note="Done.", cashable_recurring_low="1", cashable_recurring_high="2.50"
    )
    page = core.open(address)
    told = page.text.partition("What happened to this review")[2]
    for words_ in (
        "ends on: 30 June 2027",
        "savings, cost avoidance, once, low: £700",
        "last quarter it can be in: January to March 2028",
        "contract ends on: 31 March 2029",
        "has to be done by its last quarter: no → yes",
        "state: reporting → closed",
        "closed on: 23 November 2026",
        "savings, cashable, a year, high: £2.50",
    ):
        assert words_ in told, words_
    for cell in page.tree.css("details table tbody td"):
        assert not re.search(r"\d{4}-(\d\d|Q)|[a-z]_[a-z]|\b(True|False|None)\b", words(cell)), words(cell)


def _token(page: Page) -> dict[str, str]:
    field = page.tree.css_first("[name=csrf_token]")
    return {"csrf_token": field.attributes["value"] or ""}


def test_a_review_is_worked_from_its_team_to_its_actions(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, people = _planned(engine, council), council.people
    core = signed_in("core_team")
    form = core.open(address).follow("Change who, when and what it may save")
    page = form.submit(
        "Save the review",
        sponsor_id=str(people["executive"]),
        lead_id=str(people["challenger"]),
        partner="Wrenport District Council",
        origin="Strategic business case 4",
        **{"ends_on.day": "30", "ends_on.month": "6", "ends_on.year": "2027"},
    )
    assert "Strategic business case 4" in page.text
    lead = signed_in("challenger")
    page = (
        lead.open(address).follow("Add a place in the team").submit("Add", role="Finance partner", days="8")
    )
    assert "Team: 1 vacancy" in page.text
    page = page.follow("Set the scope").submit("Save the scope", covers="Routes", reason="First scope.")
    wider = page.follow("Change the scope").submit("Save the scope", covers="Routes and depots", reason="")
    assert wider.problems == ["Say why this is the scope, or why it changes."]
    assert wider.tree.css_first("[name=covers]").text().strip() == "Routes and depots"
    page = wider.submit("Save the scope", reason="Cabinet asked.")
    assert "How the scope changed (1 change)" in page.text
    page = page.follow("Add a line of enquiry").submit("Add", text="What does a route cost?")
    page = page.follow("Add a hypothesis").submit("Add", text="Two routes would do.", test="GPS logs")
    page = page.follow("Change hypothesis 1 of line 1").submit("Save", status="refuted", note="Snow in May")
    assert "Refuted Two routes would do." in page.text
    page = page.follow("Add a finding to line 1").submit("Add", text="Routes overlap.", evidence="Logs")
    page = page.follow("Add a recommendation").submit(
        "Add", text="Merge two routes.", savings_low="12000", savings_high="11000"
    )
    assert page.problems == ["The low end of the savings is more than the high end. Change one of them."]
    finding = page.tree.css("[name=finding_id] option")[1].attributes["value"]
    page = page.submit(
        "Add",
        savings_high="18000.50",
        savings_kind="cashable",
        savings_span="recurring",
        other_benefit="Less salt on the verges.",
        status="accepted",
        finding_id=finding,
    )
    assert "Besides money: Less salt on the verges." in page.text
    assert "£12,000" in page.text
    assert "£18,000.50" in page.text
    page = page.submit("Make it an improvement action")
    assert "Improvement action for recommendation 1" in page.text
    listed = signed_in("core_team").open(address).follow("Improvement action")
    assert "Merge two routes." in listed.text
    back = listed.follow("The review")
    assert back.address == address
    with reading(engine) as session:
        row = session.scalars(select(Recommendation)).one()
        assert session.get_one(ImprovementAction, row.action_id).service_id == council.services["ROADS"]


def test_a_reader_changes_nothing_and_a_stranger_sees_nothing(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address = _planned(engine, council)
    page = signed_in("viewer").open(address)
    assert [words(one) for one in page.tree.css("main form button")] == []
    assert "Add a" not in page.text.replace("Add a place for each part", "")
    assert signed_in("other_director").open(address).status == 200
    assert signed_in("director").status(address) == 404
    assert signed_in("viewer").status(f"{address}/about") == 403


def test_somebody_who_was_quicker_is_shown_beside_what_was_typed(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    page = core.open(address).follow("Add a line of enquiry").submit("Add", text="What does it cost?")
    mine = page.follow("Change line 1")
    page.follow("Change line 1").submit("Save", text="What does it cost, and whom?")
    clash = mine.submit("Save", text="Who pays for it?")
    assert clash.status == 409
    assert "What does it cost, and whom?" in clash.text
    assert clash.tree.css_first("[name=text]").text().strip() == "Who pays for it?"
    assert "Who pays for it?" in clash.submit("Save").text
    both = core.open(f"{address}/about")
    core.open(f"{address}/about").submit("Save the review", partner="Peer council")
    refused = both.submit("Save the review", partner="A firm")
    assert refused.status == 409
    assert "A firm" in refused.submit("Save the review").text


def test_a_part_is_removed_after_asking_once_and_put_in_order(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    page = core.open(address)
    for name in ("First?", "Second?"):
        page = page.follow("Add a line of enquiry").submit("Add", text=name)
    page = page.follow("Add a hypothesis to line 1").submit("Add", text="It holds.")
    page = page.submit("Up line 2")
    assert [words(one) for one in page.tree.css("article h3")] == ["1. Second?", "2. First?"]
    sure = page.follow("Remove line 2")
    assert "This also removes its 1 hypothesis." in sure.text
    assert "Keep it" in sure.text
    page = sure.submit("Remove it")
    assert [words(one) for one in page.tree.css("article h3")] == ["1. Second?"]
    assert "Removed a line of enquiry" in page.text


def test_the_report_reads_the_same_on_its_page_and_in_word(
    engine: Engine, council: SmallCouncil, signed_in: SignedIn
) -> None:
    address, core = _planned(engine, council), signed_in("core_team")
    page = core.open(address).follow("Add a line of enquiry").submit("Add", text="What does a route cost?")
    page = page.follow("Add a hypothesis").submit("Add", text="Two routes would do.", status="unclear")
    page = page.follow("Add a finding to line 1").submit("Add", text="Routes overlap.", evidence="GPS logs")
    kinds = {"savings_kind": "cashable", "savings_span": "recurring", "other_benefit": "Less salt."}
    page = page.follow("Add a recommendation").submit(
        "Add", text="Merge two routes.", savings_low="12000", savings_high="18000", **kinds
    )
    kinds |= {"savings_kind": "avoidance", "savings_span": "one_off"}
    page.follow("Add a recommendation").submit(
        "Add", text="Buy no depot.", savings_low="900", savings_high="900", **kinds
    )
    core.open(f"{address}/about").submit(
        "Save the review", avoidance_one_off_low="700", avoidance_one_off_high="950"
    )
    page = core.open(address).follow("Read the report")
    made = Document(io.BytesIO(page.follow("Download as Word").data))
    said = [paragraph.text for paragraph in made.paragraphs]
    said += [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    for sentence in (
        "Highways: Deep dive: Winter gritting",
        "It was added by hand, and where it came from is not said.",
        "1. What does a route cost?",
        "Two routes would do.",
        "Unclear",
        "Routes overlap.",
        "Merge two routes.",
        "£12,000",
        "Cashable, a year",
        "Cost avoidance, once",
        "£700 to £950 once, avoided",
        (
            "Together, without those rejected: 2 recommendations, £12,000 to £18,000 a year, cashable; "
            "£900 once, avoided."
        ),
        "Besides money, recommendation 1: Less salt.",
        "Nobody but the lead is named.",
    ):
        assert sentence in said, sentence
        assert sentence in page.text, sentence
    assert made.core_properties.title == "Highways: Deep dive: Winter gritting: review report"
