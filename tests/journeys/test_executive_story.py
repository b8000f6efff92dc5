"""An afternoon of an executive team: weights, a ranking, why, an override, decisions, a plan, and paper.

Told twice, by mouse with axe at every page and in its core by keyboard alone: on published service lines of
real councils, without any self-assessment, and on the demo council with its agreed results.
"""

import csv
import re
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.journeys.conftest import People
from tests.journeys.keyboard import ByKeyboard
from tests.journeys.person import Person
from vfm.settings import DATA

MEMBERS: dict[str, tuple[str, Mapping[str, str]]] = {
    "Xena Executive": ("expenditure_level", {"net_share": "60", "gross_per_head": "50"}),
    "Xavier Executive": ("expenditure_level", {"net_share": "80", "gross_per_head": "90"}),
    "Xanthe Executive": ("expenditure_level", {"net_share": "40", "gross_per_head": "80"}),
}
"""Who gives points: what matters most to each, and how much the rest does; what is not named gets 50."""
AWAY = "Xander Executive"
"""Who is offered with them and does not come."""


@dataclass
class Story:
    """One telling of it.

    Attributes:
        people: everybody in it.
        name: what the ranking is called.
        choice: words of what is ranked, as offered.
        overridden: the service whose outcome is set against the rules.
        why: from the list to what made a figure, in two clicks.
        top: how many services there is capacity for; blank for a tenth.
    """

    people: People
    name: str
    choice: str
    overridden: str
    why: Callable[["Story", Person], None]
    top: str = ""

    def whole(self) -> None:
        """From the first page to paper."""
        chair = self.people("Xena Executive")
        self.weigh()
        self.rank()
        self.doubt()
        self.why(self, chair)
        self.override()
        self.plan(self.decide())
        self.on_paper(chair)
        self.others_read_it()

    def core(self) -> None:
        """What cannot be left out: weights, a ranking, why, a decision, a place in the plan."""
        self.weigh()
        self.rank()
        self.why(self, self.people("Xena Executive"))
        self.plan(self.decide())

    def weigh(self) -> None:
        """A meeting: each member gives points on their own sign-in, then all are shown, agreed and closed."""
        chair = self.people("Xena Executive").open("/priorities").click("Open a weights meeting")
        offered = chair.page.locator('select[name="cycle"] option', has_text=self.choice).first
        chair.pick("cycle", offered.get_attribute("value") or "")
        if chair.page.get_by_role("button", name="Show its criteria").count():
            chair.press("Show its criteria")
        chair.type(name=self.name, top=self.top).press("Open the meeting").sees(
            "0 of 4 members have given points"
        )
        chair.press(f"Take out {AWAY}").sees("0 of 3 members have given points")
        where = chair.page.url.removeprefix(chair.site)
        for number, (member, (most, points)) in enumerate(MEMBERS.items()):
            self.give_points(self.people(member), most, points, is_hasty=number == 0)
        chair.open(where).sees("All 3 members have given points").press("Show the points")
        chair.sees("What the weights come to", *MEMBERS).click("Agree the weights")
        chair.choose("The average of the members").press("Agree and close the meeting")
        chair.sees("The weights were agreed on")

    def give_points(self, member: Person, most: str, points: Mapping[str, str], *, is_hasty: bool) -> None:
        """From the member's own first page; a hasty one types what no points are, and is told the cure."""
        member.open("/").click(f"Give your points for {self.name}")
        if member.page.get_by_role("button", name="Give your points").count():
            member.click("Give your points")
        member.choose_value("most", most).press("Save and continue")
        fields = member.page.locator('input[name^="points."]').all()
        keys = [(field.get_attribute("name") or "").removeprefix("points.") for field in fields]
        if is_hasty:
            other = next(key for key in keys if key != most)
            member.type(**{f"points.{other}": "a lot"}).leave_by("Give these points")
            assert member.problems
        member.type(**{f"points.{key}": points.get(key, "50") for key in keys if key != most})
        member.leave_by("Give these points").sees("given points")

    def rank(self) -> None:
        """The ranking is made with what the meeting agreed, and kept."""
        chair = self.people("Xena Executive").open("/priorities").click("Weights meetings")
        chair.click(self.name).press("Rank with these weights")
        assert chair.heading == self.name
        chair.sees("comes first of", "(the average of ")

    def doubt(self) -> None:
        """How firm is it? Other weights are tried, and the ranking made again gives the same."""
        chair = self.people("Xena Executive").open("/priorities").click(self.name)
        chair.click("How firm is this?")
        chair.sees("How firm is this ranking?", "What would have to be true", "By other methods")
        chair.click("any weights", exact=True).press("Make it again and compare")
        chair.sees("the same")

    def find(self, person: Person, service: str) -> Person:
        """A service in the list, by its name."""
        person.open("/priorities").click(self.name)
        person.type(q=service).press("Show")
        return person.click(service)

    def override(self) -> None:
        """Before it counts it needs a ground, a name and a reason; the next ranking then follows it."""
        chair = self.people("Xena Executive").open("/priorities").click("Outcomes set against the rules")
        chair.press("Set the outcome")
        assert chair.problems
        value = chair.page.locator('select[name="service"] option', has_text=self.overridden).first
        chair.pick("service", value.get_attribute("value") or "")
        chair.choose_value("outcome", "monitor").choose_value("kind", "executive")
        chair.type(reason="A review ended in the spring.", decided_by="Executive team, by Xena Executive")
        chair.press("Set the outcome").sees(self.overridden, "A review ended in the spring.")
        self.rank()
        self.find(chair, self.overridden).sees("Rule 1", "A review ended in the spring.", "Monitor")

    def decide(self) -> tuple[str, str]:
        """Two services are decided, one against what is suggested; the minutes are closed. The two."""
        chair = self.people("Xena Executive").open("/priorities").click(self.name)
        chair.click("Decide on this ranking")
        rows = chair.page.locator("table.vfm-deciding tbody tr").filter(has_not_text="Stands since")
        names = [rows.nth(at).locator("th a").inner_text() for at in range(2)]
        fields = [rows.nth(at).locator("select").get_attribute("name") or "" for at in range(2)]
        first, second = (field.removeprefix("outcome.") for field in fields)
        chair.pick(fields[0], "service_review").pick(fields[1], "deep_dive")
        chair.press("Save the decisions")
        assert chair.problems, "a deep dive needs its topic"
        chair.type(**{f"topic.{second}": "What it costs", f"reason.{second}": "Dear beside the others."})
        chair.type(chair="Xena Executive", present="Xavier Executive, Xanthe Executive")
        chair.press("Save, and close the minutes")
        chair.sees(*names, "Dear beside the others.", "Deep dive: What it costs", "Xavier Executive")
        assert first != second
        return names[0], names[1]

    def plan(self, services: tuple[str, str]) -> None:
        """What was decided and has no place in the plan yet gets one; one review is moved afterwards."""
        core = self.people("Cora Core").open("/reviews")
        waiting = core.page.get_by_role("link", name="to the plan")
        words = [" ".join(link.inner_text().split()) for link in waiting.all()]
        planned = [service for service in services if any(f"Add {service} to" in one for one in words)]
        assert planned, words
        for service in planned:
            core.open("/reviews").click(f"Add {service} to the plan")
            core.type(day__day="1", day__month="9", day__year="2027").press("Add to the plan")
            core.sees("1 September 2027")
        core.open("/reviews").click(f"Change {planned[-1]}")
        core.type(day__day="1", day__month="6", day__year="2027").press("Save the change")
        core.open("/reviews").sees("1 June 2027", planned[-1])

    def on_paper(self, chair: Person) -> None:
        """The board, the minutes and the plan leave the printer without what is for the screen alone."""
        chair.open("/priorities").click(self.name)
        assert is_pdf(chair.print())
        held = chair.click("Decide on this ranking").page.locator("main a[href*='/minutes/']").first
        chair.click(held.inner_text())
        assert is_pdf(chair.print())
        chair.open("/plan").sees("1 June 2027")
        assert is_pdf(chair.print())

    def others_read_it(self) -> None:
        """An auditor reads what was ranked and decided, and changes nothing."""
        auditor = self.people("Chloe Challenger").open("/priorities").click(self.name)
        auditor.click("Decide on this ranking").sees("Dear beside the others.")
        assert not auditor.page.get_by_role("button", name="Save the decisions").count()


def is_pdf(printed: bytes) -> bool:
    """Whether it is a PDF of at least one page."""
    return printed.startswith(b"%PDF") and bool(re.search(rb"/Type\s*/Page\b", printed))


# --- on published lines -------------------------------------------------------------------------------------


def lines() -> list[dict[str, str]]:
    with (DATA / "published" / "services.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def one_third() -> tuple[dict[str, str], str]:
    """The largest line of which a third of the others spend less, and its name on the pages."""
    with (DATA / "figures" / "authorities.csv").open(encoding="utf-8", newline="") as stream:
        councils = {row["gss_code"]: row["name"] for row in csv.DictReader(stream)}
    third = [line for line in lines() if line["gross_per_head"] == "0.3333"]
    line = max(third, key=lambda one: int(one["gross"]))
    return line, f"{line['title']}, {councils[line['ons_code']]}"


def why_one_third(story: Story, person: Person) -> None:
    """Two clicks from the list: the line, then the published figures that make its third."""
    line, name = one_third()
    person.open("/priorities").click(story.name)
    person.type(q=name).press("Show")
    person.click(name)  # the first
    person.sees(f"33% of {line['comparators']} other districts and unitary authorities spend less")
    person.sees(f"£{int(line['gross']):,}", "MHCLG revenue outturn 2024-25", line["line"])
    person.unfold(f"The {line['comparators']} it is compared with")  # the second
    listed = person.page.locator("details[open] li").all_inner_texts()
    amounts = [float(re.findall(r"£([0-9,.]+)", one)[0].replace(",", "")) for one in listed]
    own = float(line["pounds_per_head"])
    assert len(amounts) == int(line["comparators"])
    assert sum(amount < own for amount in amounts) == int(line["comparators_less"])
    assert 3 * int(line["comparators_less"]) == int(line["comparators"])


def on_published_lines(people: People, name: str) -> Story:
    """The story on published lines."""
    overridden = "Street cleansing (not chargeable to highways), Blackburn with Darwen"
    return Story(people, name, "Imported figures alone", overridden, why_one_third)


def test_on_published_lines(published_site: str, chromium: Browser) -> None:
    with closing(People(published_site, chromium)) as people:
        chair = people("Xena Executive")
        chair.open("/demo").sees("published spending lines of 15 real councils", "not a judgement")
        chair.open("/").sees("Rank 571 services on imported figures alone")
        on_published_lines(people, "Published lines, autumn").whole()
        chair.open("/").sees("2 decisions recorded so far")


def test_on_published_lines_by_keyboard(published_site: str, chromium: Browser) -> None:
    with closing(People(published_site, chromium, ByKeyboard)) as people:
        on_published_lines(people, "Published lines, by keyboard").core()


# --- on the demo council ------------------------------------------------------------------------------------


def why_this_score(story: Story, person: Person) -> None:
    """Two clicks from the list: the service, then the answer behind its figure."""
    person.open("/priorities").click(story.name)
    service = person.page.locator(".vfm-ranking tbody th a").first.inner_text()
    person.click(service)  # the first
    link = person.page.locator('main td a[href*="/result#"]').first
    key = link.inner_text()
    person.click(key)  # the second
    assert person.heading == f"{service}: result"
    person.sees(key)


def on_the_demo_council(people: People, name: str) -> Story:
    """The story on the demo council's finished cycle."""
    return Story(people, name, "2025-26", "Tourism and events", why_this_score, top="15")


def test_on_the_demo_council(site: str, chromium: Browser) -> None:
    with closing(People(site, chromium)) as people:
        on_the_demo_council(people, "Executive story, autumn").whole()


def test_on_the_demo_council_by_keyboard(site: str, chromium: Browser) -> None:
    with closing(People(site, chromium, ByKeyboard)) as people:
        on_the_demo_council(people, "Executive story, by keyboard").core()
