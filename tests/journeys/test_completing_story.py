"""One assessment of 61 questions, completed by three people and a workbook; three times over.

By mouse with axe at every page, by keyboard alone, and in a browser that runs no script. On the way: parts
given to colleagues by name and by e-mail, a clash, routing flipped there and back, "we don't know yet", "does
not apply", evidence, a conflict with the workbook, a return with its reason, and sign-off.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator

from tests.journeys.conftest import People
from tests.journeys.keyboard import ByKeyboard
from tests.journeys.person import Person
from tests.workbooks import Filling
from vfm.questionnaires import workbook_layout as layout

WAYS: dict[str, tuple[type[Person], bool, str]] = {
    "mouse": (Person, True, "Public toilets"),
    "keyboard": (ByKeyboard, True, "Land drainage"),
    "without-scripts": (Person, False, "Coast protection"),
}
"""How -> who it is done by, whether scripts run, and the service whose assessment it is."""
PROFILE: dict[str, Any] = {
    "PRO-01": "Keeps it clean, safe and open for residents and visitors.",
    "PRO-02": "discretionary",
    "PRO-03": "310,000",
    "PRO-04": "290000",
    "PRO-05": "-12000",
    "PRO-07": "4.5",
    "PRO-08": "Visits",
    "PRO-09": "120000",
    "PRO-10": "-2.5",
    "PRO-11": "3",
    "PRO-12": "0",
    "PRO-13": ["1", "4", "2023"],
}
IN_EXCEL: dict[str, Any] = {
    "PRO-08": "Openings of the door",  # differs from what is answered on the pages meanwhile
    "FIT-04": "No",
    "OUT-03": "No valid comparison",
    "OUT-05": "Positive",
    "EQU-04": "Yes",
    "DEM-04.information": "Yes",
    "DEM-04.partner": "Yes",
    "DEM-05": 20000,
    "GOV-03": "Share one cleaning round with parks: 10 to 15 thousand pounds a year.",
    "GOV-04": 10000,
    "GOV-05": "£15,000",
    "GOV-06": "Neither",
    "GOV-07": "Service plan 2026\nAudit report, May 2026\nVisitor survey 2026",
}
LEVELS = ("FIT", "EFF", "OUT", "EQU", "DEM", "GOV", "WFD")
"""Sections whose scale questions are answered in the workbook, at level 3 but for one nobody knows yet."""
UNKNOWN = "EFF-02"


@dataclass
class Story:
    """Who takes part, and what they complete."""

    people: People
    has_scripts: bool
    service: str

    def person(self, name: str) -> Person:
        """Somebody of the story, in a browser of their own."""
        return self.people(name, has_scripts=self.has_scripts)

    def home(self, name: str) -> Person:
        """Somebody at the list of sections of this assessment, come from their first page."""
        return self.person(name).open("/").click(self.service)

    # --- sharing it out -------------------------------------------------------------------------------

    def share_out(self) -> bytes:
        """The director reads everything, gives parts away, and takes the workbook along."""
        director = self.home("Dennis Director")
        self.at = director.page.url.removeprefix(director.site).split("?")[0]
        director.click("See all questions").sees("Service profile and money", "GOV-07")
        director.open(self.at).click("Give to colleagues")
        if director.page.get_by_role("button", name="Take back All of it").count():
            director.press("Take back All of it")
            director.open(f"{self.at}/give")
        director.tick("Procurement and contracts").tick("Data and digital")
        self.tick(director, "Fay Finance").press("Give it to them").sees("Given to Fay Finance")
        director.open(f"{self.at}/sections/WFD")
        self.beside(director, "WFD-02", "Ask a colleague")
        director.type(emails="wanda.waste@wrenmouth.example", message="You know the agency figures.")
        director.press("Give it to them").sees("Given to Wanda Waste")
        director.open(self.at).click("Answer in Excel")
        with director.page.expect_download() as waiting:
            director._do(director.page.get_by_text("Download the workbook").first, "the workbook")
        return waiting.value.path().read_bytes()

    def tick(self, person: Person, words: str) -> Person:
        """Tick the box whose label begins with these words."""
        label = person.page.locator("label", has_text=words).first.inner_text().strip()
        return person.tick(label)

    def beside(self, person: Person, key: str, words: str) -> None:
        """Press one of the quiet buttons under a question."""
        button = person.page.locator(f'[data-question="{key}"]').get_by_text(words).first
        person._do(button, f"{words!r} of {key}")
        person.look()

    # --- answering ------------------------------------------------------------------------------------

    def answer_profile(self) -> None:
        """The director's own section, on the pages; a published figure is accepted beside its question."""
        director = self.person("Dennis Director").open(f"{self.at}/sections/PRO")
        for key, value in PROFILE.items():
            director.answer(key, value)
        director.leave_by("Save and return later").sees("Sections")

    def flip_routing(self) -> None:
        """What brings up a question is changed there and back; the answer it had is still there."""
        director = self.person("Dennis Director").open(f"{self.at}/sections/ECO")
        director.answer("ECO-01", "3", "documented").answer("ECO-05", "2").answer("ECO-06", "3", "assertion")
        self.choose(director, "ECO-03", "above_median", then="ECO-04")
        director.answer("ECO-04", "Two sites are open all night.").leave_by("Save and return later")
        director.open(f"{self.at}/sections/ECO").answer("ECO-03", "below_median")
        director.leave_by("Save and return later").open(f"{self.at}/sections/ECO")
        assert not self.field(director, "ECO-04").count()
        self.choose(director, "ECO-03", "above_median", then="ECO-04")
        assert self.field(director, "ECO-04").input_value() == "Two sites are open all night."
        director.leave_by("Save and return later")

    def choose(self, person: Person, key: str, value: str, *, then: str) -> None:
        """Answer what brings up another question, and wait until it is there: by script, or after a save."""
        person.answer(key, value)
        if not self.has_scripts:
            person.leave_by("Save and continue")
        self.field(person, then).first.wait_for()

    def field(self, person: Person, key: str) -> Locator:
        """Where one question is answered."""
        return person.page.locator(f'[name="{key}.value"]')

    def answer_given_parts(self) -> None:
        """Fay answers her two sections and finds nothing else; the director has one of them open too."""
        director = self.person("Dennis Director").open(f"{self.at}/sections/CON")
        fay = self.home("Fay Finance")
        fay.sees("Procurement and contracts", "Data and digital")
        assert "Service profile and money" not in fay.text
        assert fay.page.request.get(f"{fay.site}{self.at}/sections/PRO").status == 404
        fay.click("Procurement and contracts", exact=True)
        self.choose(fay, "CON-01", "yes", then="CON-02")
        fay.answer("CON-02", "40").answer("CON-03", "2", "documented").answer("CON-04", "3", "assertion")
        fay.leave_by("Save and continue").sees("Data and digital")
        fay.answer("DIG-01", "state:dont_know").answer("DIG-02", "state:not_applicable")
        fay.leave_by("Save and continue")
        assert any("DIG-02" in told for told in fay.problems) or not self.is_told_why(fay), fay.text
        fay.type(**{"DIG-02.reason": "Nobody uses it on line."}).leave_by("Save and continue")
        for _ in ("Procurement and contracts", "Data and digital"):
            self.hand_back(fay)
        self.clash(director)

    def is_told_why(self, fay: Person) -> bool:
        """The reason is still asked for."""
        return fay.page.locator('[name="DIG-02.reason"]').input_value() == ""

    def hand_back(self, person: Person) -> None:
        """Say that the first part still in hand is done."""
        person.open(self.at).click("Hand it back").choose("It is done")
        person.type(note="From the contract register.").press("Hand it back")

    def clash(self, director: Person) -> None:
        """On a page opened before Fay answered, her question is answered otherwise: both are shown."""
        director.answer("CON-01", "no")
        if self.has_scripts:
            director.page.get_by_text("Not saved: Fay Finance changed this").wait_for()
        director.leave_by("Save and continue")
        director.sees("Fay Finance changed this answer")
        director.choose_value("CON-01.choice", "theirs").leave_by("Save and continue")
        director.open(f"{self.at}/questions/CON-01/history").sees("Fay Finance", "Yes")

    def answer_one_question(self) -> None:
        """Wanda was given one question by e-mail: she sees that one alone, answers it, hands it back."""
        wanda = self.home("Wanda Waste").sees("WFD-02")
        assert "Procurement" not in wanda.text
        wanda.open(f"{self.at}/sections/WFD").answer("WFD-02", "4.5").leave_by("Save and continue")
        self.hand_back(wanda)

    # --- the workbook ---------------------------------------------------------------------------------

    def fill_in(self, raw: bytes) -> bytes:
        """Somebody fills in the rest in Excel: words of the drop-downs, figures, one "we don't know yet"."""
        filling = Filling(raw)
        rows = {str(cell.value): cell.row for cell in filling.sheet["A"] if cell.value}
        for mark, row in rows.items():
            how = str(filling.sheet[f"{layout.CHOICES.letter}{row}"].value or "")
            third = next((line for line in how.split("\n") if line.startswith("3: ")), None)
            if third and mark[:3] in LEVELS and mark != UNKNOWN:
                filling.put(mark, third).put(mark, "Documented", layout.GRADE)
        for mark, value in IN_EXCEL.items():
            filling.put(mark, value)
        return filling.put(UNKNOWN, "We don't know yet", layout.STATE).saved()

    def send_back(self, raw: bytes) -> None:
        """What would change is shown, with one answer given on the pages meanwhile; then it counts."""
        director = self.person("Dennis Director").open(self.at).click("Answer in Excel")
        file = {"name": "by-colleagues.xlsx", "mimeType": "application/octet-stream", "buffer": raw}
        director.page.locator('input[type="file"]').set_input_files(file)
        director.press("Send it and see what would change").sees("1 answer needs your choice")
        director.sees("Openings of the door", "Visits")
        director.press("Accept these changes")
        assert len(director.problems) == 1
        director.choose_value("PRO-08.choice", "theirs")
        director.press("Accept these changes").sees("taken from the workbook")

    # --- evidence, sending, signing -------------------------------------------------------------------

    def add_evidence(self) -> None:
        """A link that supports an answer, from the question itself."""
        director = self.person("Dennis Director").open(f"{self.at}/sections/OUT")
        self.beside(director, "OUT-01", "Add evidence")
        director.type(title="Visitor survey 2026", address="https://wrenmouth.example/survey")
        director.pick("grade", "documented").press("Add it").sees("Visitor survey 2026")
        director.open(f"{self.at}/sections/OUT").sees("Evidence (1)")

    def send_return_and_sign(self) -> None:
        """Checked and sent; returned with a reason, seen and put right; sent again and signed off."""
        director = self.person("Dennis Director").open(self.at).click("Check")
        director.sees("You do not know yet", "This can be sent").press("Send for sign-off").sees(
            "Sent for sign-off"
        )
        director.open(f"{self.at}/sign-off").press("Return it for changes")
        assert director.problems
        director.type(reason="Please say who knows the answer to EFF-02.").press("Return it for changes")
        director.sees("Please say who knows the answer to EFF-02.")
        director.open(f"{self.at}/sections/EFF").answer(UNKNOWN, "2", "assertion").press(
            "Save and return later"
        )
        director.click("Check").press("Send for sign-off").open(f"{self.at}/sign-off")
        director.press("Sign off").sees("Signed off").open(self.at)
        director.click("What was sent, and the steps so far")
        director.sees("Please say who knows the answer to EFF-02.", "Dennis Director")


@pytest.mark.parametrize("way", WAYS)
def test_three_people_and_a_workbook_complete_one_assessment(
    way: str, site: str, chromium: Browser, request: pytest.FixtureRequest
) -> None:
    made_of, has_scripts, service = WAYS[way]
    people = People(site, chromium, made_of)
    request.addfinalizer(people.close)
    story = Story(people, has_scripts, service)
    workbook = story.share_out()
    story.answer_profile()
    story.flip_routing()
    story.answer_given_parts()
    story.answer_one_question()
    story.send_back(story.fill_in(workbook))
    story.add_evidence()
    story.send_return_and_sign()
