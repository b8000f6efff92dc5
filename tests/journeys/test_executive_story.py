"""An afternoon of an executive team: weights, a ranking, what if, why, an override, decisions, a plan, paper.

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
FIRM = 4
"""Quarters of the firm year: what stands there does not give way unless it is let."""


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
        self.try_other_weights()
        self.doubt()
        self.why(self, chair)
        self.override()
        self.on_paper(chair, self.plan(self.decide()))
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
        """Two that the plan does not have are decided, one against the rules; the minutes close. The two."""
        chair = self.people("Xena Executive").open("/plan")
        planned = chair.page.locator(".vfm-plan-table th[scope=row]").all_inner_texts()
        chair.open("/priorities").click(self.name)
        chair.click("Decide on this ranking")
        rows = chair.page.locator("table.vfm-deciding tbody tr").filter(has_not_text="Stands since")
        services = rows.locator("th a").all_inner_texts()
        new = [at for at, service in enumerate(services) if service not in planned][:2]
        names = [services[at] for at in new]
        fields = [rows.nth(at).locator("select").get_attribute("name") or "" for at in new]
        first, second = (field.removeprefix("outcome.") for field in fields)
        chair.pick(fields[0], "service_review").pick(fields[1], "deep_dive")
        chair.press("Save the decisions")
        assert chair.problems, "a deep dive needs its topic"
        if chair.page.locator(f'[name="reason.{first}"]').is_visible():  # against the rules, so it wants one
            chair.type(**{f"reason.{first}": "Nobody has looked at it for years."})
        chair.type(**{f"topic.{second}": "What it costs", f"reason.{second}": "Dear beside the others."})
        chair.type(chair="Xena Executive", present="Xavier Executive, Xanthe Executive")
        chair.press("Save, and close the minutes")
        chair.sees(*names, "Dear beside the others.", "Deep dive: What it costs", "Xavier Executive")
        assert first != second
        return names[0], names[1]

    def try_other_weights(self) -> None:
        """What if size hardly counted? The list follows what is typed, and is kept by name."""
        chair = self.people("Xena Executive").open("/priorities").click(self.name)
        chair.click("Try other weights").sees("These are the weights of the ranking.")
        places = chair.page.locator("#list tbody tr")
        before = places.all_inner_texts()
        chair.type(w__expenditure_level="2")
        chair.page.wait_for_url("**w.expenditure_level=*")
        assert places.all_inner_texts() != before
        chair.sees("▲ up", "▼ down")
        chair.type(name="Size hardly counts").press("Keep as a scenario")
        chair.sees("Size hardly counts", "have the same top" if "All 2 lists" in chair.text else "of the top")

    def plan(self, services: tuple[str, str]) -> str:
        """What was decided gets its place from a plan that is worked out; then one review is moved. Which."""
        core = self.people("Cora Core").open("/").click("Plan", exact=True)
        waiting = core.page.locator("section[aria-labelledby=waiting] li").all_inner_texts()
        new = [service for service in services if any(one.startswith(f"{service}:") for one in waiting)]
        assert new, waiting
        core.click("Work out a plan").press("Work out a plan").sees("The plan is worth")
        for service in new:
            row = core.page.get_by_role("row").filter(has=core.page.get_by_role("rowheader", name=service))
            assert "waiting" in row.inner_text()
            assert "Comes in" in row.inner_text()
        core.press("Adopt this plan").sees("The plan is adopted", "Last change: a plan was adopted")
        for service in new:
            assert core.page.get_by_role("link", name=f"Move {service}", exact=True).is_visible()
        self.move(core, new[0])
        return new[0]

    def move(self, core: Person, service: str) -> None:
        """To the fullest later quarter: what gives is read, then confirmed, and can be undone."""
        core.click(f"Move {service}", exact=True)
        room = []
        for option in core.page.locator('select[name="to"] option').all():
            told = re.search(r"^(.+): ([0-9,]+) of [0-9,]+ days free$", option.inner_text())
            if told:
                room.append((int(told[2].replace(",", "")), option.get_attribute("value") or "", told[1]))
        _, to, quarter = min(room[FIRM:])
        core.pick("to", to).press("See what gives").sees(f"{service} in {quarter}", "The plan is worth")
        if "What would have to give" in core.text:
            core.press("Move it, and let the others give way")
        else:
            core.press("Move it" if "It fits." in core.text else "Move it anyway")
        core.sees("It is moved", f"Last change: {service} was moved by hand")
        assert core.page.get_by_role("button", name="Undo it").is_visible()
        part = core.page.locator(".vfm-plan-table tbody").filter(has_text=quarter)
        assert part.get_by_role("link", name=f"Move {service}", exact=True).count() == 1

    def on_paper(self, chair: Person, moved: str) -> None:
        """The board, the minutes and the plan leave the printer without what is for the screen alone."""
        chair.open("/priorities").click(self.name)
        assert sheets(chair.print()) > 1
        chair.click("On one page")
        assert sheets(chair.print()) == 1
        chair.open("/priorities").click(self.name)
        held = chair.click("Decide on this ranking").page.locator("main a[href*='/minutes/']").first
        chair.click(held.inner_text())
        assert sheets(chair.print())
        chair.open("/plan").sees(moved)
        assert sheets(chair.print())

    def others_read_it(self) -> None:
        """An auditor reads what was ranked and decided, and changes nothing."""
        auditor = self.people("Chloe Challenger").open("/priorities").click(self.name)
        auditor.click("Decide on this ranking").sees("Dear beside the others.")
        assert not auditor.page.get_by_role("button", name="Save the decisions").count()


def sheets(printed: bytes) -> int:
    """How many pages a PDF has."""
    assert printed.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", printed))


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
