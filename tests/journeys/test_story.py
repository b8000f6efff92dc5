"""The whole journey as one story in a real browser: from a template file to a decided, planned review.

Every step is taken by the person whose step it is, on the demo council as it was filled, and nothing is done
behind the browser's back. Each page is checked for structure and by axe as it is met.
"""

import csv
import io
import json
from pathlib import Path

from tests.journeys.conftest import People
from tests.journeys.giving import give_all
from tests.journeys.person import Person

TEMPLATE = Path(__file__).parent / "service-check.yaml"
PILOT = {
    "Libraries": ("Lola Library", "Duncan Director"),
    "Waste collection": ("Wanda Waste", "Dennis Director"),
    "Council tax collection": ("Rita Revenues", "Dexter Director"),
}
"""Service -> (who answers, who signs off)."""
ROLLED_OUT = "Short check, all services"
AGAIN = "Short check, a year on"


def test_from_a_template_to_a_planned_review(people: People) -> None:
    core = people("Cora Core")
    import_template(core)
    open_cycle(core, "Open a pilot", "Short check pilot", "Short service check, version 1", tuple(PILOT))
    for number, (service, (who, director)) in enumerate(PILOT.items()):
        respondent = people(who)
        give_all(people(director), service, "Short check pilot", who)
        start(respondent, service, "Short check pilot")
        answer(respondent, level=2 + number % 2, with_wrong_answer=number == 0)
        if number == 0:
            comment(respondent)
        send(respondent)
        sign_off(
            people(director), service, "Short check pilot", returns_first=number == 1, respondent=respondent
        )
    revise(core)
    open_cycle(core, "Roll out", ROLLED_OUT, "Short service check, version 2", None)
    respondent = people("Lola Library")
    carried_answers_stay(respondent)
    send(respondent)
    sign_off(people("Duncan Director"), "Libraries", ROLLED_OUT)
    challenge(people("Chloe Challenger"), people("Duncan Director"), core)
    agree_the_rest(core, people)
    baseline_then_change(core, people)
    rank_and_decide(people("Xena Executive"), core)
    act(people("Duncan Director"))
    everyone_has_a_first_page(people)


def import_template(core: Person) -> None:
    """A broken file first: every problem is listed and nothing is imported; then the right one."""
    core.open("/").click("Templates").click("Import a template")
    broken = (
        TEMPLATE.read_text().replace("kind: percent", "kind: procent").replace("at: WHO-03", "at: WHO-30")
    )
    upload(core, broken)
    core.sees("procent", "WHO-30")
    assert core.problems
    upload(core, TEMPLATE.read_text())
    core.sees("Short service check", "Version 1")


def upload(core: Person, text: str) -> None:
    """Send a template file of one's own."""
    core.page.get_by_label("A file of my own").check()
    file = {"name": "service-check.yaml", "mimeType": "text/yaml", "buffer": text.encode()}
    core.page.locator('input[type="file"]').set_input_files(file)
    core.press("Import")


def open_cycle(core: Person, link: str, name: str, version: str, services: tuple[str, ...] | None) -> None:
    """Open a pilot for some services, or a rollout for all of them (None); the dry run comes first."""
    core.open("/").click("Templates")
    core.page.get_by_role(
        "row", name=version.split(", ")[1].capitalize() + " of Short service check"
    ).get_by_role("link").first.click()
    core.look().click(link)
    core.type(name=name)
    for service in services or ():
        core.page.get_by_label(service, exact=True).check()
    core.press("See who will be asked")
    core.sees(*(services or ("services, 15 questions each",)))
    core.press("Open the")
    assert core.heading == name


def start(respondent: Person, service: str, cycle: str) -> None:
    """From home to the list of sections."""
    respondent.open("/")
    link = respondent.page.get_by_role("row", name=service).filter(has_text=cycle).get_by_role("link")
    link.first.click()
    respondent.look().sees("Sections")
    respondent.click("Start")


def answer(respondent: Person, *, level: int, with_wrong_answer: bool) -> None:
    """Three sections; the first time a wrong amount, which stays on the page with its cure."""
    respondent.answer("WHO-01", "Lends what people want to know.")
    respondent.answer("WHO-02", "lots" if with_wrong_answer else "2,402,000").answer("WHO-03", "1500000")
    respondent.answer("WHO-04", "-3.5").answer("WHO-05", "yes").answer("WHO-07", ["5", "3", "2024"])
    respondent.page.locator('[name="WHO-06.value"]').wait_for()  # it appears as soon as it is asked
    respondent.answer("WHO-06", "A partner runs a reading group.").press("Save and continue")
    if with_wrong_answer:
        assert any("WHO-02" in told or "pounds" in told for told in respondent.problems), respondent.problems
        assert respondent.page.locator('[name="WHO-02.value"]').input_value() == "lots"
        respondent.answer("WHO-02", "2,402,000").press("Save and continue")
    respondent.answer("COST-01", str(level), "documented").answer("COST-02", str(level + 1), "assertion")
    respondent.answer("COST-03", "below_median").press("Save and return later")
    respondent.click("Outcomes and improvement")
    respondent.answer("OUT-01", "4", "assertion").answer("OUT-02", "yes", "verified")
    respondent.answer("OUT-03", ["information", "partner"])
    respondent.answer("OUT-04", "Service plan 2026\nAudit report, May 2026")
    respondent.answer("OUT-05", "Share one booking desk with the partner.")
    respondent.press("Save and continue")


def comment(respondent: Person) -> None:
    """Say that a question is unclear."""
    address = respondent.page.url.removeprefix(respondent.site).split("/")
    respondent.open(f"/assessments/{address[2].split('?')[0]}").click("Cost")
    respondent.click("Comment on this question")
    respondent.press("Send the comment")
    assert respondent.problems
    respondent.page.locator('[name="kind"][value="unclear"]').check()
    respondent.type(comment="Does full cost include central charges?").press("Send the comment")


def send(respondent: Person) -> None:
    """Check the answers and send them."""
    if "/check" not in respondent.page.url:
        number = respondent.page.url.removeprefix(respondent.site).split("/")[2].split("?")[0]
        respondent.open(f"/assessments/{number}/check")
    respondent.sees("Check your answers")
    respondent.press("Send for sign-off")


def sign_off(
    director: Person,
    service: str,
    cycle: str,
    *,
    returns_first: bool = False,
    respondent: Person | None = None,
) -> None:
    """Sign off from home; once, return it first with a reason and have it sent again."""

    def to_the_page() -> None:
        director.open("/")
        rows = director.page.get_by_role("row", name=service).filter(has_text=cycle)
        rows.get_by_role("link").first.click()
        director.look().click("Read and sign off")

    to_the_page()
    if returns_first and respondent is not None:
        director.type(reason="Please say which year the gross figure is.").press("Return it for changes")
        respondent.open("/").page.get_by_role("row", name=service).filter(has_text=cycle).get_by_role(
            "link"
        ).first.click()
        respondent.look().sees("Please say which year the gross figure is.")
        send(respondent)
        to_the_page()
    director.press("Sign off")


def revise(core: Person) -> None:
    """Read the comment, start version 2, reword the question, decide the comment, see what changed."""
    core.open("/").click("Cycles").click("Short check pilot").click("Read the feedback")
    core.click("COST-01")
    core.sees("Does full cost include central charges?")
    core.press("Start the next version")
    core.open("/").click("Cycles").click("Short check pilot").click("Read the feedback").click("COST-01")
    core.page.get_by_role("link", name="Change").first.click()
    core.look()
    core.type(text="How well does the service know its full cost, central charges included?").press("Save")
    core.open("/").click("Cycles").click("Short check pilot").click("Read the feedback").click("COST-01")
    core.page.get_by_label("Changed", exact=True).first.check()
    core.page.locator("textarea").first.fill("Central charges are now named.")
    core.press("Decide")
    core.open("/").click("Templates")
    core.page.get_by_role("row", name="Version 2 of Short service check").get_by_role(
        "link", name="See what changed"
    ).click()
    core.look().sees("What changed from version 1 to version 2", "14 of 15", "central charges included")


def carried_answers_stay(respondent: Person) -> None:
    """The rollout starts with the pilot's answers that mean the same; the reworded one is asked again."""
    respondent.open("/").page.get_by_role("row", name="Libraries").filter(has_text=ROLLED_OUT).get_by_role(
        "link"
    ).first.click()
    respondent.look().sees("14 of 15")
    respondent.click("Cost")
    assert not respondent.page.locator('[name="COST-01.value"]:checked').count()
    respondent.answer("COST-01", "2", "documented").press("Save and continue")


def challenge(challenger: Person, director: Person, core: Person) -> None:
    """One score is challenged with a reason, answered, agreed; then the challenge is closed."""
    challenger.open("/").click("Challenge", exact=True)
    queue = challenger.page.get_by_role("link", name=ROLLED_OUT)
    if queue.count():
        queue.first.click()
        challenger.look()
    challenger.click("Libraries")
    where = challenger.page.url.removeprefix(challenger.site)
    challenger.page.get_by_role("row", name="OUT-01").get_by_role("link").last.click()
    challenger.look()
    challenger.page.locator('[name="value"][value="3"]').check()
    challenger.type(reason="The audit report covers one year only.").press("Save the challenge")
    task = director.open("/").page.get_by_role("listitem").filter(has_text=ROLLED_OUT)
    task.get_by_role("link", name="Respond to 1 challenged score of Libraries").click()
    director.look()
    director.page.get_by_role("row", name="OUT-01").get_by_role("link").last.click()
    director.look().type(response="Agreed, the second year ends in March.").press("Send the response")
    core.open(where)
    core.page.get_by_role("row", name="OUT-01").get_by_role("link").last.click()
    core.look()
    core.page.locator('[name="agreed_value"][value="3"]').check()
    core.type(agreed_reason="Level 4 once the second year is in.").press("Agree this score")
    core.open(where).press("Close the challenge and agree the result")
    core.open(where.replace("/challenge/", "/assessments/") + "/result")
    core.sees("Libraries: result", "Self score")


def agree_the_rest(core: Person, people: People) -> None:
    """Two more services answer the rollout; nobody challenges them, so they are agreed together."""
    for service in ("Waste collection", "Council tax collection"):
        who, director = PILOT[service]
        respondent = people(who)
        respondent.open("/").page.get_by_role("row", name=service).filter(has_text=ROLLED_OUT).get_by_role(
            "link"
        ).first.click()
        respondent.look().click("Cost")
        respondent.answer("COST-01", "4", "verified").press("Save and continue")
        send(respondent)
        sign_off(people(director), service, ROLLED_OUT)
    core.open("/").click("Cycles").click(ROLLED_OUT).click("Challenge and agree")
    core.click("Agree them at the self score").sees("2 signed-off assessments have no challenge")
    core.press("Agree the ticked results")


def baseline_then_change(core: Person, people: People) -> None:
    """A second rollout of the same version: the result tells the change since the baseline."""
    core.open("/").click("Cycles").click(ROLLED_OUT).click("Close this cycle")
    core.page.locator('main button[type="submit"]').first.click()
    core.look()
    open_cycle(core, "Roll out", AGAIN, "Short service check, version 2", None)
    respondent = people("Lola Library")
    start(respondent, "Libraries", AGAIN)
    answer(respondent, level=3, with_wrong_answer=False)
    respondent.sees("Check your answers")
    send(respondent)
    sign_off(people("Duncan Director"), "Libraries", AGAIN)
    core.open("/").click("Cycles").click(AGAIN).click("Challenge and agree").click("Libraries")
    where = core.page.url.removeprefix(core.site)
    core.press("Close the challenge and agree the result")
    core.open(where.replace("/challenge/", "/assessments/") + "/result")
    core.sees("since the baseline")


def rank_and_decide(executive: Person, core: Person) -> None:
    """Weights, the quadrant, the ranked list, one service down to one answer, an outcome, a plan entry."""
    executive.open("/priorities").click("ank", exact=False)
    executive.open("/priorities/new")
    cycle = executive.page.locator('select[name="cycle"] option', has_text=ROLLED_OUT).get_attribute("value")
    executive.page.locator('select[name="cycle"]').select_option(cycle)
    executive.type(name="Short check ranking", **{"member-1.vfm_result": "100", "member-1.unit_cost": "150"})
    executive.press("Work out the shares")
    assert len(executive.problems) == 1
    executive.type(**{"member-1.unit_cost": "40"}).press("Work out the shares")
    executive.press("Rank the services")
    assert executive.heading == "Short check ranking"
    assert executive.page.locator(".js-plotly-plot").count() >= 2
    executive.click("How firm is this?").sees("whatever weights you choose", "What would have to be true")
    executive.press("Make it again and compare").sees("is the same to the last digit")
    executive.click("Back to Short check ranking")
    executive.click("Waste collection")
    executive.page.locator('main a[href*="/result#"]').first.click()
    executive.look().sees("Waste collection: result")
    executive.page.go_back()
    executive.look()
    executive.press("Record the outcome")
    assert executive.problems
    executive.page.locator('[name="outcome"][value="deep_dive"]').check()
    executive.type(topic="Missed collections", reason="Large, pressed, and the cost is not known.")
    executive.press("Record the outcome")
    executive.sees("Deep dive")
    executive.click("Add to the plan")
    executive.type(day__day="1", day__month="4", day__year="2027").press("Add to the plan")
    core.open("/reviews").sees("Waste collection", "Missed collections", "1 April 2027")


def act(director: Person) -> None:
    """The answer that becomes an improvement action gets its date; the list is downloaded."""
    director.open("/actions").click("Share one booking desk with the partner.")
    director.type(due__day="30", due__month="6", due__year="2027").press("Save the action")
    director.open("/actions").sees("30 June 2027")
    with director.page.expect_download() as waiting:
        director.page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text(encoding="utf-8-sig"))))
    assert any("Share one booking desk" in json.dumps(row) and "2027" in json.dumps(row) for row in rows)


def everyone_has_a_first_page(people: People) -> None:
    """Home tells each role what to do next."""
    for name in (
        "Ada Administrator",
        "Chester Challenger",
        "Xavier Executive",
        "Vera Viewer",
        "Fred Finance",
    ):
        people(name).open("/")
        assert people(name).heading.endswith("to do") or "Nothing" in people(name).heading
