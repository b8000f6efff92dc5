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

MEMBERS: dict[str, Mapping[str, str]] = {
    "Xena Executive": {"expenditure_level": "100", "net_share": "60", "gross_per_head": "50"},
    "Xavier Executive": {"expenditure_level": "80", "net_share": "100", "gross_per_head": "60"},
    "Xanthe Executive": {"expenditure_level": "100", "net_share": "40", "gross_per_head": "80"},
}
"""Who gives points, and how many to what there is to give points to on the published lines."""


@dataclass
class Story:
    """One telling of it.

    Attributes:
        people: everybody in it.
        name: what the ranking is called.
        choice: words of what is ranked, as offered.
        overridden: the service whose outcome is set against the rules.
        why: from the list to what made a figure, in two clicks.
    """

    people: People
    name: str
    choice: str
    overridden: str
    why: Callable[["Story", Person], None]

    def whole(self) -> None:
        """From the first page to paper."""
        chair = self.people("Xena Executive")
        self.rank()
        self.why(self, chair)
        self.override()
        self.plan(self.decide())
        self.on_paper(chair)
        self.others_read_it()

    def core(self) -> None:
        """What cannot be left out: a ranking, why, a decision, a place in the plan."""
        self.rank()
        self.why(self, self.people("Xena Executive"))
        self.plan(self.decide())

    def rank(self) -> None:
        """The members' points go in, one slip after another; then the ranking is made and kept."""
        chair = self.people("Xena Executive").open("/priorities").click("Set weights and rank")
        offered = chair.page.locator('select[name="cycle"] option', has_text=self.choice)
        chair.pick("cycle", offered.first.get_attribute("value") or "")
        if chair.page.get_by_role("button", name="Show its criteria").count():
            chair.press("Show its criteria")
        chair.type(name=self.name)
        keys = self._criteria(chair)
        for number, (member, points) in enumerate(MEMBERS.items(), 1):
            if number > 1:
                chair.press("Add a member")
            given = {f"member-{number}.{key}": points.get(key, "50") for key in keys}
            chair.type(**{f"member-{number}": member}, **given)
        chair.press("Work out the shares").sees("Share of the whole")
        chair.press("Rank the services")
        assert chair.heading == self.name
        chair.sees("comes first of", "the average of Xena Executive, Xavier Executive, Xanthe Executive")

    def _criteria(self, chair: Person) -> list[str]:
        fields = chair.page.locator('input[name^="member-1."]').all()
        return [(field.get_attribute("name") or "").removeprefix("member-1.") for field in fields]

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
        chair.open("/priorities").click(self.name).click("Try other weights")
        self.name = f"{self.name}, with the override"
        chair.type(name=self.name).press("Rank the services")
        self.find(chair, self.overridden).sees("Rule 1", "A review ended in the spring.", "Monitor")

    def decide(self) -> tuple[str, str]:
        """Two services are decided, one against what is suggested; the minutes are closed. The two."""
        chair = self.people("Xena Executive").open("/priorities").click(self.name)
        chair.click("Decide on this ranking")
        rows = chair.page.locator("table.vfm-deciding tbody tr")
        names = [rows.nth(at).locator("th a").inner_text() for at in range(2)]
        fields = [rows.nth(at).locator("select").get_attribute("name") or "" for at in range(2)]
        first, second = (field.removeprefix("outcome.") for field in fields)
        chair.pick(fields[0], "service_review").pick(fields[1], "deep_dive")
        chair.press("Save the decisions")
        assert chair.problems, "a deep dive needs its topic and a reason"
        chair.type(**{f"topic.{second}": "What it costs", f"reason.{second}": "Dear beside the others."})
        chair.type(chair="Xena Executive", present="Xavier Executive, Xanthe Executive")
        chair.press("Save, and close the minutes")
        chair.sees(*names, "Dear beside the others.", "Deep dive: What it costs", "Xavier Executive")
        assert first != second
        return names[0], names[1]

    def plan(self, services: tuple[str, str]) -> None:
        """What was decided goes into the plan; one review is moved afterwards."""
        core = self.people("Cora Core").open("/reviews")
        for month, service in zip(("4", "9"), services, strict=True):
            core.sees(f"{service}:")
            core.click(f"Add {service} to the plan")
            core.type(day__day="1", day__month=month, day__year="2027").press("Add to the plan")
        core.sees("1 April 2027", "1 September 2027")
        core.click(f"Change {services[1]}")
        core.type(day__day="1", day__month="6", day__year="2027").press("Save the change")
        core.open("/reviews").sees("1 June 2027")
        assert "1 September 2027" not in core.text

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
    return Story(people, name, "", "Tourism and events", why_this_score)


def test_on_the_demo_council(site: str, chromium: Browser) -> None:
    with closing(People(site, chromium)) as people:
        on_the_demo_council(people, "Executive story, autumn").whole()


def test_on_the_demo_council_by_keyboard(site: str, chromium: Browser) -> None:
    with closing(People(site, chromium, ByKeyboard)) as people:
        on_the_demo_council(people, "Executive story, by keyboard").core()
