"""Somebody who uses the keyboard alone: Tab to get there, Enter, Space, arrows and letters to do it."""

from playwright.sync_api import Locator

from tests.journeys.person import Person

MOST_TABS = 900
"""Keys pressed to get to one thing before saying that it cannot be reached."""
PLACE = "one => one === document.activeElement ? 'here' : one.isConnected ? 'elsewhere' : 'gone'"
"""Whether something has the focus, or is no longer on the page because it was drawn anew."""


class ByKeyboard(Person):
    """A person without a mouse. Pages are checked for structure; axe looks at them in the mouse's story."""

    def _is_for_axe(self) -> bool:
        return False

    def reach(self, what: Locator, named: str) -> None:
        """Press Tab until something has the focus, and make sure that it shows."""
        wanted = what.element_handle()  # found by its words once, not at every key
        for _ in range(MOST_TABS):
            place = wanted.evaluate(PLACE)
            if place == "gone":
                wanted = what.element_handle()
                place = wanted.evaluate(PLACE)
            if place == "here":
                return
            self.page.keyboard.press("Tab")
        at = f"{self.name} at {self.page.url.removeprefix(self.site)}"
        raise AssertionError(f"{at} cannot reach {named} with the Tab key:\n{self.text[:2000]}")

    def _do(self, what: Locator, named: str) -> None:
        what.wait_for(state="attached")
        self.reach(what, named)
        self.page.keyboard.press("Enter")

    def type(self, **fields: str) -> "Person":
        """Fill text fields by name; `__` stands for a dot."""
        for name, text in fields.items():
            place = name.replace("__", ".")
            field = self.page.locator(f'[name="{place}"]').first
            field.wait_for(state="attached")
            self.reach(field, f"field {place!r}")
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.press("Delete")
            self.page.keyboard.insert_text(text)
        return self

    def choose(self, words: str) -> "Person":
        """Choose a radio button: Tab to its group, then arrows."""
        self._arrow_to(self.page.get_by_label(words, exact=True).first, words)
        return self

    def choose_value(self, name: str, value: str) -> "Person":
        """Choose a radio button by its name and value."""
        self._arrow_to(self.page.locator(f'[name="{name}"][value="{value}"]'), f"{name}={value}")
        return self

    def _arrow_to(self, wanted: Locator, words: str) -> None:
        name = wanted.get_attribute("name")
        group = self.page.locator(f'input[type="radio"][name="{name}"]')
        for _ in range(MOST_TABS):
            if self.page.evaluate("document.activeElement.name") == name:
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        assert wanted.is_checked(), f"{self.name} cannot choose {words!r} with the keyboard"

    def tick(self, words: str, *, exact: bool = True) -> "Person":
        """Tick a box: Tab to it, then Space."""
        box = self.page.get_by_role("checkbox", name=words, exact=exact).first
        self.reach(box, f"box {words!r}")
        self.page.keyboard.press("Space")
        assert box.is_checked()
        return self

    def pick(self, name: str, value: str) -> "Person":
        """Pick from a drop-down: Tab to it, then arrows."""
        field = self.page.locator(f'select[name="{name}"]')
        field.wait_for(state="attached")
        self.reach(field, f"drop-down {name!r}")
        self.page.keyboard.press("Home")
        for _ in range(field.locator("option").count()):
            if field.input_value() == value:
                return self
            self.page.keyboard.press("ArrowDown")
        assert field.input_value() == value, f"{self.name} cannot pick {value!r} of {name!r}"
        return self

    def answer(self, key: str, value: str | list[str], evidence: str = "") -> "Person":
        """Answer one question on a page of questions, whatever its kind."""
        field = self.page.locator(f'[name="{key}.value"]')
        kind = field.first.get_attribute("type") if field.count() else ""
        values = [value] if isinstance(value, str) else value
        if kind == "radio":
            self._arrow_to(self.page.locator(f'[name="{key}.value"][value="{values[0]}"]'), key)
        elif kind == "checkbox":
            for one in values:
                box = self.page.locator(f'[name="{key}.value"][value="{one}"]')
                self.reach(box, f"box {one!r} of {key}")
                self.page.keyboard.press("Space")
        elif field.count():
            self.type(**{f"{key}.value": values[0]})
        else:
            for part, text in zip(("day", "month", "year"), values, strict=True):
                self.type(**{f"{key}.value.{part}": text})
        if evidence:
            self.pick(f"{key}.evidence", evidence)
        return self
