"""A template from nothing to a rollout, in a real browser, without a file; once by mouse, once by keyboard.

Three sections and twelve questions of every kind with routing are built, rehearsed, piloted with three
services, commented on, adjusted (one question reworded, one split, one dropped, one weight changed), migrated
and rolled out. Each page is checked for structure as it is met, and by axe when the mouse is used.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import People
from tests.journeys.giving import give_all
from tests.journeys.keyboard import ByKeyboard
from tests.journeys.person import Person

QUESTIONS = {
    "WHO": (
        ("WHO-01", "Text", "What does the contract buy?", ""),
        ("WHO-02", "Yes or no", "Is there a written contract?", ""),
        ("WHO-03", "Date", "When does it end?", ""),
        ("WHO-04", "One answer", "Who manages it?", "The service\nProcurement\nNobody yet"),
    ),
    "COST": (
        ("COST-01", "Scale", "How well is the full cost known?", ""),
        ("COST-02", "Scale", "How well are price and volume understood?", ""),
        ("COST-03", "Money", "What did it cost last year?", ""),
        ("COST-04", "Per cent", "By how much did it change?", ""),
    ),
    "OUT": (
        ("OUT-01", "Scale", "How well are results measured?", ""),
        ("OUT-02", "Any that apply", "What is measured?", "Time\nQuality\nOutcomes"),
        ("OUT-03", "Number", "How many people use it?", ""),
        ("OUT-04", "Evidence", "What shows it?", ""),
    ),
}
"""Section -> (key, kind, words, answers to choose from)."""
TITLES = {"WHO": "What is bought", "COST": "Cost", "OUT": "Outcomes"}


@pytest.fixture(params=[Person, ByKeyboard], ids=["mouse", "keyboard"])
def everybody(request: pytest.FixtureRequest, site: str, chromium: Browser) -> Iterator[People]:
    made = People(site, chromium, request.param)
    yield made
    made.close()


def test_a_template_is_built_piloted_adjusted_and_rolled_out(
    everybody: People, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.id
    story = Story(everybody, f"Contract check by {way}")
    story.build()
    story.rehearse()
    story.pilot()
    story.adjust()
    story.roll_out()


class Story:
    """What the core team and three services do with one template."""

    def __init__(self, people: People, title: str) -> None:
        self.people, self.title = people, title
        self.core = people("Cora Core")
        self.pilot_name, self.rollout_name = f"{title}: pilot", f"{title}: rollout"
        self.services: dict[str, tuple[str, str]] = {
            "Libraries": ("Lola Library", "Duncan Director"),
            "Waste collection": ("Wanda Waste", "Dennis Director"),
            "Council tax collection": ("Rita Revenues", "Dexter Director"),
        }

    # --- building -------------------------------------------------------------------------------------

    def build(self) -> None:
        core = self.core
        core.click("Templates").click("Start one from nothing")
        core.type(title=self.title, section=TITLES["WHO"]).press("Start the template")
        core.click("Change section").type(key="WHO").press("Save")
        for section in QUESTIONS:
            if section != "WHO":
                core.click("Add a section").type(title=TITLES[section], key=section).press("Add the section")
            for number, question in enumerate(QUESTIONS[section]):
                if section == "WHO" or number:
                    core.click(f"Add a question to {section}")
                self.add(*question)
        self.route()
        self.weigh()
        core.click("Rating bands")
        core.type(band__0__name="Weak", band__0__minimum="0", band__1__name="Sound", band__1__minimum="50")
        core.press("Save").sees("12 questions in 3 sections", "Nothing stands in the way of opening it")

    def add(self, key: str, kind: str, words: str, answers: str) -> None:
        core = self.core
        core.type(text=words).choose(kind).type(answers=answers, key=key).press("Add the question")
        if kind == "Number":
            core.type(unit="people")
        if kind == "Yes or no":
            core.type(weight="1")
        core.press("Save").sees(words)

    def route(self) -> None:
        """WHO-03 is asked only where there is a contract; built from drop-downs, read back in English."""
        core = self.core
        core.click("When does it end?")
        core.pick("show_if.0.0.question", "WHO-02")
        core.page.locator('select[name="show_if.0.0.value"]').wait_for()
        core.pick("show_if.0.0.value", "yes")
        core.page.get_by_text('It is asked only when WHO-02 is "Yes"').wait_for()
        core.press("Save").sees('Asked only when WHO-02 is "Yes".')

    def weigh(self) -> None:
        """A section's real share is told while its weight is typed."""
        core = self.core
        core.click("Weights").type(weight__COST="2")
        core.page.locator("#share-COST", has_text="50.0%").wait_for()
        core.press("Save").sees("50.0% of the overall")

    # --- rehearsing -----------------------------------------------------------------------------------

    def rehearse(self) -> None:
        core = self.core
        core.click("Rehearse it").click("Start")
        core.answer("WHO-02", "yes")
        core.page.locator('[name="WHO-03.value.day"]').wait_for()  # what routing asks appears at once
        core.press("Next section")
        core.answer("COST-01", "4").answer("COST-02", "2")
        core.press("Show what this gives")
        core.sees("nothing you type here is kept", "it could be 58 to 83 of 100")

    # --- piloting -------------------------------------------------------------------------------------

    def pilot(self) -> None:
        core = self.core
        self.to_version(1)
        core.click("Open a pilot").type(name=self.pilot_name)
        for service in self.services:
            core.tick(service)
        core.press("See who will be asked").sees(*self.services).press("Open the pilot")
        assert core.heading == self.pilot_name
        for number, (service, (who, director)) in enumerate(self.services.items()):
            give_all(self.people(director), service, self.pilot_name, who)
            self.respond(self.people(who), service, comments=number == 0)
            self.sign_off(self.people(director), service)

    def to_version(self, number: int) -> None:
        core = self.core
        core.click("Templates")
        core._do(
            core.page.get_by_role("row", name=f"Version {number} of {self.title}").get_by_role("link").first,
            f"version {number}",
        )
        core.look()
        if "/design" in core.page.url:
            core.click("Read it through")

    def respond(self, who: Person, service: str, *, comments: bool) -> None:
        who.click("Home")
        who.follow_row(service, self.pilot_name)
        who.click("Start")
        who.answer("WHO-01", "Books").answer("WHO-02", "yes")
        who.page.locator('[name="WHO-03.value.day"]').wait_for()
        who.answer("WHO-03", ["31", "3", "2027"]).answer("WHO-04", "the_service")
        who.press("Save and continue")
        if comments:
            who.click("Comment on this question COST-02")
            who.choose("It asks for something twice").type(comment="Price and volume are two things.")
            who.press("Send the comment").sees("Thank you")
        who.answer("COST-01", "3", "documented").answer("COST-02", "2", "assertion")
        who.answer("COST-03", "120,000").answer("COST-04", "3").press("Save and continue")
        who.answer("OUT-01", "3", "verified").answer("OUT-02", ["time", "quality"]).answer("OUT-03", "4000")
        who.answer("OUT-04", "Annual report").press("Save and continue")
        who.sees("Check your answers").press("Send for sign-off")

    def sign_off(self, who: Person, service: str) -> None:
        who.click("Home")
        who.follow_row(service, self.pilot_name)
        if "sign" not in who.page.url:
            who.click("Read and sign off")
        who.press("Sign off")

    # --- adjusting ------------------------------------------------------------------------------------

    def adjust(self) -> None:
        core = self.core
        core.click("Cycles").click(self.pilot_name).click("Read the feedback")
        core.sees("1 of 1 comment to decide", "Time taken").press("Start the next version")
        core.sees("next version is ready").click("Design")
        core.click(QUESTIONS["COST"][0][2]).type(text="How well is the full cost of the contract known?")
        core.press("Save").sees("COST-01 was changed")
        self.split()
        core.press("Delete OUT-03").sees("OUT-03 was deleted")
        core.click("Weights").type(weight__OUT="2").press("Save").sees("Weights were changed")
        core.click("Read it through").click("from version 1")
        core.sees("1 reworded", "2 dropped", "2 new", "3 need another look", "6 stay behind")
        self.decide()

    def split(self) -> None:
        """One question becomes two, each with a key of its own; the old one goes."""
        core = self.core
        for key, words in (("COST-05", "How well is price understood?"), ("COST-06", "How well is volume?")):
            core.press("Duplicate COST-02")
            core.page.get_by_text(f"COST-02 was doubled as {key}").first.wait_for()
            core._do(core.page.locator(f"#{key} a").first, key)
            core.look().type(text=words).press("Save").sees(f"{key} was changed")
        core.press("Delete COST-02").sees("COST-02 was deleted")

    def decide(self) -> None:
        core = self.core
        core.click("Cycles").click(self.pilot_name).click("Read the feedback").click("COST-02")
        core.choose("Changed")
        reason = core.page.locator('textarea[name^="reason-"]').first.get_attribute("name")
        core.type(**{str(reason).replace(".", "__"): "Two questions now: price and volume."})
        core.press("Decide").sees("Changed", "in version 2")
        who = self.people("Lola Library")
        who.click("Assessments")
        who.follow_row("Libraries", self.pilot_name)
        who.click("your comments")
        who.sees("Two questions now: price and volume.")

    # --- rolling out ----------------------------------------------------------------------------------

    def roll_out(self) -> None:
        core = self.core
        self.to_version(2)
        core.click("Roll out").type(name=self.rollout_name).press("See who will be asked")
        core.sees("services", "Of 36 answers", "27 are carried", "3 wait for another look", "6 stay behind")
        core.press("Open the rollout")
        assert core.heading == self.rollout_name
        who = self.people("Lola Library")
        who.click("Home")
        who.follow_row("Libraries", self.rollout_name)
        who.sees("1 answer you gave before waits for another look").click("Cost")
        who.sees("Does this still hold?", "The question has changed since")
        who.press("Yes, use this answer for COST-01").sees("COST-01 is confirmed")
        assert who.page.locator('[name="COST-01.value"][value="3"]').is_checked()
        who.answer("COST-05", "2").answer("COST-06", "3").press("Save and continue")
        assert who.page.locator('[name="OUT-01.value"][value="3"]').is_checked()  # carried as it was
        who.press("Save and continue").sees("Check your answers").press("Send for sign-off")


def test_a_press_leads_back_to_where_it_was_pressed(site: str, chromium: Browser) -> None:
    """By keyboard a question is moved twice without finding the way back down the page."""
    made = People(site, chromium, ByKeyboard)
    try:
        core = made("Cyril Core")
        core.click("Templates").click("Start one from nothing")
        core.type(title="Up and down", section="One section").press("Start the template")
        for number in (1, 2, 3):
            core.click("Add a question to").type(text=f"Question {number}?", key=f"Q-0{number}").choose(
                "Text"
            )
            core.press("Add the question").press("Save")
        core.press("Down Q-01").sees("Q-01 was moved down")
        assert core.page.evaluate("document.activeElement.id") == "down-Q-01"
        core.page.keyboard.press("Enter")
        core.look()
        keys = core.page.locator(".vfm-design-question").evaluate_all("all => all.map(one => one.id)")
        assert keys == ["Q-02", "Q-03", "Q-01"]
    finally:
        made.close()
