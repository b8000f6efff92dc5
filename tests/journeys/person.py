"""One person at a browser: opens, clicks, types; every page they meet is checked for structure and by axe."""

from collections.abc import Iterator

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error as Gone
from playwright.sync_api import Locator, Page, Response
from playwright.sync_api import TimeoutError as Waited
from selectolax.lexbor import LexborHTMLParser

from tests.client import faults_in

AXE = Axe()
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]},
    "rules": {"region": {"enabled": True}},  # all of a page in landmarks
    "resultTypes": ["violations"],
}


class Person:
    """Somebody of the story.

    Attributes:
        seen: addresses looked at, in order.
        has_scripts: False for somebody whose browser runs none; axe, a script itself, then has no say.
    """

    def __init__(self, name: str, page: Page, site: str, *, has_scripts: bool = True) -> None:
        self.name, self.page, self.site, self.has_scripts = name, page, site, has_scripts
        self.seen: list[str] = []
        self._faults: list[str] = []
        self._checked: set[str] = set()
        self._came: list[Response] = []
        page.on("response", self._keep)
        page.on("pageerror", lambda error: self._faults.append(f"script error: {error}"))

    def sign_in(self) -> None:
        """One click on the demonstration's page."""
        self.open("/demo")
        self.page.get_by_role("button", name=self.name).first.click()
        self.look()

    def open(self, path: str) -> "Person":
        """Type an address."""
        self.page.goto(self.site + path)
        return self.look()

    def click(self, words: str, *, exact: bool = False) -> "Person":
        """Click the first link, plain or dressed as a button, with these words."""
        link = self.page.get_by_role("link", name=words, exact=exact)
        dressed = self.page.locator('a[role="button"]', has_text=words)
        self._do(link.or_(dressed).first, f"link {words!r}")
        return self.look()

    def follow_row(self, service: str, cycle: str) -> "Person":
        """Click the first link in the row of a service in a cycle."""
        row = self.page.get_by_role("row", name=service).filter(has_text=cycle)
        self._do(row.get_by_role("link").first, f"{service} in {cycle}")
        return self.look()

    def press(self, words: str) -> "Person":
        """Press the first button with these words."""
        self._do(self.page.get_by_role("button", name=words).first, f"button {words!r}")
        return self.look()

    def unfold(self, words: str) -> "Person":
        """Open the first part that is folded away under these words."""
        self._do(self.page.locator("summary", has_text=words).first, f"folded part {words!r}")
        return self

    def print(self) -> bytes:
        """The page as it leaves the printer, as a PDF; what is for the screen alone is not on it."""
        self.page.emulate_media(media="print")
        for screen_alone in self.page.locator("nav, .vfm-noprint").all():
            assert not screen_alone.is_visible(), f"{self.name} prints {screen_alone.inner_text()[:80]!r}"
        assert self.page.locator("h1").is_visible()
        printed = self.page.pdf(prefer_css_page_size=True)
        self.page.emulate_media(media="screen")
        return printed

    def leave_by(self, words: str) -> "Person":
        """Press a button that leads on once a save under way has ended."""
        with self.page.expect_navigation():
            self._do(self.page.get_by_role("button", name=words).first, f"button {words!r}")
        return self.look()

    def _do(self, what: Locator, named: str) -> None:
        """Click, or say what was on the page instead."""
        try:
            what.click()
        except Waited as error:
            at = f"{self.name} at {self.page.url.removeprefix(self.site)}"
            raise AssertionError(f"{at} finds no {named}:\n{self.text[:3000]}") from error

    def type(self, **fields: str) -> "Person":
        """Fill text fields by name; `__` stands for a dot."""
        for name, text in fields.items():
            place = name.replace("__", ".")
            self._do(self.page.locator(f'[name="{place}"]').first, f"field {place!r}")
            self.page.locator(f'[name="{place}"]').first.fill(text)
        return self

    def answer(self, key: str, value: str | list[str], evidence: str = "") -> "Person":
        """Answer one question on a page of questions, whatever its kind."""
        field = self.page.locator(f'[name="{key}.value"]')
        kind = field.first.get_attribute("type") if field.count() else ""
        if kind in ("radio", "checkbox"):
            for one in [value] if isinstance(value, str) else value:
                self.page.locator(f'[name="{key}.value"][value="{one}"]').check()
        elif field.count():
            field.fill(str(value))
        else:
            for part, text in zip(("day", "month", "year"), value, strict=True):
                self.page.locator(f'[name="{key}.value.{part}"]').fill(text)
        if evidence:
            self.page.locator(f'[name="{key}.evidence"]').select_option(evidence)
        return self

    def choose(self, words: str) -> "Person":
        """Choose the radio button with this label."""
        self._do(self.page.get_by_label(words, exact=True).first, f"choice {words!r}")
        return self

    def choose_value(self, name: str, value: str) -> "Person":
        """Choose a radio button by its name and value."""
        self.page.locator(f'[name="{name}"][value="{value}"]').check()
        return self

    def tick(self, words: str, *, exact: bool = True) -> "Person":
        """Tick the first box with this label, or that has these words in it."""
        self._do(self.page.get_by_role("checkbox", name=words, exact=exact).first, f"box {words!r}")
        return self

    def pick(self, name: str, value: str) -> "Person":
        """Pick a value of a drop-down by its field's name; the page may bring itself up to date."""
        self.page.locator(f'select[name="{name}"]').select_option(value)
        return self

    def look(self) -> "Person":
        """Wait until the page stands, then check it: structure as it came, axe as it is shown."""
        self.page.wait_for_load_state("load")
        if self.has_scripts:
            self.page.locator("[data-chart][hidden]").first.wait_for(state="detached")  # every chart is drawn
        address = self.page.url.removeprefix(self.site)
        self.seen.append(address)
        self._faults += [fault for sent in self._sent() for fault in faults_in(LexborHTMLParser(sent))]
        assert not self._faults, f"{self.name} at {address}: {self._faults}"
        shape = f"{self.heading}|{address.split('?')[0]}|{len(self.problems)}"
        if self._is_for_axe() and shape not in self._checked:
            self._checked.add(shape)
            self._axe(address)
        return self

    def _axe(self, address: str) -> None:
        found = AXE.run(self.page, options=RULES).response["violations"]
        told = [f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found]
        assert not told, f"{self.name} at {address}: {told}"

    def _is_for_axe(self) -> bool:
        return self.has_scripts

    def _sent(self) -> Iterator[str]:
        """The pages that came since, as sent; of one that keeps itself fresh the last alone."""
        newest, came = True, self._came
        self._came = []
        for response in reversed(came):
            try:
                yield response.text()
            except Gone:
                if newest:
                    raise
            newest = False

    def _keep(self, response: Response) -> None:
        """Keep each page as the server sent it, to be checked when it is looked at."""
        is_page = response.request.resource_type == "document" and not 300 <= response.status < 400
        if is_page and response.headers.get("content-type", "").startswith("text/html"):
            self._came.append(response)
        if response.status >= 500:
            self._faults.append(f"{response.status} from {response.url}")

    @property
    def heading(self) -> str:
        """The words of the h1."""
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def text(self) -> str:
        """What the main part says, white space folded."""
        return " ".join(self.page.locator("main").inner_text().split())

    @property
    def problems(self) -> list[str]:
        """What the error summary lists."""
        return self.page.locator(".govuk-error-summary__list li").all_inner_texts()

    def sees(self, *words: str) -> "Person":
        """The main part says each of these."""
        for one in words:
            assert one in self.text, (
                f"{self.name} at {self.seen[-1]} does not read {one!r}:\n{self.text[:3000]}"
            )
        return self
