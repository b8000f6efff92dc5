"""A browser's eye for tests: every page any test opens is checked for its structure.

`Browser.open` and `Page.submit` behave as a person without JavaScript does: they follow redirects, send
forms with the fields as they stand on the page (the CSRF token with them), and keep cookies.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

FIELDS = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea"


@dataclass
class Page:
    """One page as it came: its address, status and parsed content."""

    browser: "Browser"
    address: str
    status: int
    html: str

    def __post_init__(self) -> None:
        self.soup = BeautifulSoup(self.html, "html5lib")

    @property
    def heading(self) -> str:
        """The words of the one h1."""
        return words(self.soup.h1)

    @property
    def text(self) -> str:
        """The words of the page's main part, white space folded."""
        return words(self.soup.main)

    @property
    def problems(self) -> list[str]:
        """What the error summary lists."""
        return [words(item) for item in self.soup.select(".govuk-error-summary__list li")]

    def follow(self, link_words: str) -> "Page":
        """Open the first link whose words contain `link_words`."""
        found = [a for a in self.soup.select("a[href]") if link_words in words(a)]
        assert found, (
            f"no link {link_words!r} on {self.address}: {[words(a) for a in self.soup.select('main a')]}"
        )
        return self.browser.open(str(found[0]["href"]))

    def submit(self, button: str | None = None, files: dict[str, Any] | None = None, **fields: Any) -> "Page":
        """Send the form that holds the button with these words (the page's only form when none is given).

        `fields` names use `__` for a dot and `_` as it is; a list ticks several; None leaves a field out.
        A field that the form does not have fails the test.
        """
        form = self._form(button)
        values = _filled(form)
        for name, value in fields.items():
            name = name.replace("__", ".")
            assert form.select_one(f'[name="{name}"]'), f"no field {name!r} in the form on {self.address}"
            values.pop(name, None)
            if value is not None:
                values[name] = value
        pressed = self._button(form, button)
        if pressed is not None and pressed.get("name"):
            values[str(pressed["name"])] = str(pressed.get("value", ""))
        action = str(
            (pressed.get("formaction") if pressed is not None else None) or form.get("action") or self.address
        )
        if str(form.get("method", "get")).lower() == "get":
            return self.browser.open(urljoin(self.address, action), query_string=values)
        return self.browser.send(urljoin(self.address, action), values | (files or {}))

    def _form(self, button: str | None) -> Tag:
        forms = self.soup.select("main form")
        if button is not None:  # those of the page's head too
            forms = [form for form in self.soup.select("form") if self._button(form, button) is not None]
        assert forms, f"no form with button {button!r} on {self.address}"
        assert button is not None or len(forms) == 1, f"{len(forms)} forms on {self.address}: name a button"
        return forms[0]

    @staticmethod
    def _button(form: Tag, button: str | None) -> Tag | None:
        for tag in form.select("button, input[type=submit]"):
            if button is None or button in words(tag):
                return tag
        return None


class Browser:
    """A person at a browser without JavaScript."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()

    def open(self, address: str, *, expect: int = 200, **more: Any) -> Page:
        """GET an address, following redirects; fails when the status is another."""
        return self._page(self.client.get(_path(address), follow_redirects=True, **more), expect)

    def send(self, address: str, values: dict[str, Any], *, expect: int | None = None) -> Page:
        """POST values as they are (a test of bad input may leave out the token)."""
        response = self.client.post(
            _path(address), data=values, follow_redirects=True, content_type="multipart/form-data"
        )
        return self._page(response, expect)

    def status(self, address: str) -> int:
        """The bare status of a GET, redirects not followed."""
        return self.client.get(address).status_code

    def _page(self, response: Any, expect: int | None) -> Page:
        page = Page(
            self,
            response.request.full_path.rstrip("?"),
            response.status_code,
            response.text if response.mimetype == "text/html" else "",
        )
        if response.mimetype == "text/html":
            faults = faults_in(page.soup)
            assert not faults, f"{page.address}: {faults}"
        if expect is not None:
            assert response.status_code == expect, (
                f"{page.address}: {response.status_code}, not {expect}\n{page.soup.get_text(' ')[:800]}"
            )
        page.data = response.data  # type: ignore[attr-defined]
        page.response = response  # type: ignore[attr-defined]
        return page


def words(tag: Tag | None) -> str:
    """The text of a tag with white space folded."""
    return " ".join(tag.get_text(" ").split()) if tag else ""


def faults_in(soup: BeautifulSoup) -> list[str]:
    """Every structural fault of a page that a machine can see."""
    return [fault for check in CHECKS for fault in check(soup)]


def _one_h1(soup: BeautifulSoup) -> list[str]:
    headings = soup.select("h1")
    return [] if len(headings) == 1 and words(headings[0]) else [f"{len(headings)} h1"]


def _title_and_language(soup: BeautifulSoup) -> list[str]:
    faults = [] if soup.title and words(soup.title).strip(" –") else ["no title"]
    return faults + ([] if soup.html and soup.html.get("lang") else ["no language"])


def _unique_ids(soup: BeautifulSoup) -> list[str]:
    counted = Counter(str(tag["id"]) for tag in soup.select("[id]"))
    return [f"id {name} {times} times" for name, times in counted.items() if times > 1]


def _labels(soup: BeautifulSoup) -> list[str]:
    labelled = {str(label["for"]) for label in soup.select("label[for]") if words(label)}
    return [
        f"field {field.get('name')} has no label"
        for field in soup.select(FIELDS)
        if field.get("id") not in labelled
        and not field.get("aria-label")
        and not field.get("aria-labelledby")
    ]


def _legends(soup: BeautifulSoup) -> list[str]:
    return ["a fieldset without legend" for fieldset in soup.select("fieldset") if not words(fieldset.legend)]


def _grouped_choices(soup: BeautifulSoup) -> list[str]:
    return [
        f"choice {field.get('name')} outside a fieldset"
        for field in soup.select("input[type=radio]")
        if not field.find_parent("fieldset")
    ]


def _links_resolve(soup: BeautifulSoup) -> list[str]:
    ids = {str(tag["id"]) for tag in soup.select("[id]")}
    inside = [a for a in soup.select('a[href^="#"]') if str(a["href"])[1:] not in ids]
    described = [
        name
        for tag in soup.select("[aria-describedby], [aria-labelledby]")
        for name in f"{tag.get('aria-describedby', '')} {tag.get('aria-labelledby', '')}".split()
        if name not in ids
    ]
    return [f"link to missing {a['href']}" for a in inside] + [
        f"described by missing {name}" for name in described
    ]


def _link_words(soup: BeautifulSoup) -> list[str]:
    return [
        f"link without words to {a['href']}"
        for a in soup.select("a[href]")
        if not words(a) and not a.get("aria-label") and not a.select("img[alt]")
    ]


def _tables(soup: BeautifulSoup) -> list[str]:
    faults = []
    for table in soup.select("table"):
        if not table.select("th"):
            faults.append("a table without headers")
        faults += [f"header {words(th)!r} without scope" for th in table.select("th") if not th.get("scope")]
        if not table.caption and not table.get("aria-label") and not table.get("aria-labelledby"):
            faults.append("a table without caption")
    return faults


def _charts(soup: BeautifulSoup) -> list[str]:
    return [
        f"chart {frame['data-chart']} without its table"
        for frame in soup.select("[data-chart]")
        if not soup.select_one(f'table[data-chart-table="{frame["data-chart"]}"]')
    ]


def _csrf(soup: BeautifulSoup) -> list[str]:
    return [
        f"form {form.get('action')} without its token"
        for form in soup.select("form")
        if str(form.get("method", "get")).lower() == "post" and not form.select_one("[name=csrf_token]")
    ]


def _no_inline(soup: BeautifulSoup) -> list[str]:
    handlers = [
        f"{tag.name} has {name}"
        for tag in soup.find_all(True)
        for name in tag.attrs
        if name.startswith("on") or name == "style"
    ]
    scripts = [
        "an inline script"
        for tag in soup.select("script:not([src])")
        if tag.get("type") != "application/json"
    ]
    return handlers + scripts


def _same_house(soup: BeautifulSoup) -> list[str]:
    linked = [
        str(tag.get("src") or tag.get("href")) for tag in soup.select("script[src], img[src], link[href]")
    ]
    return [f"loads from elsewhere: {address}" for address in linked if urlsplit(address).netloc]


def _heading_order(soup: BeautifulSoup) -> list[str]:
    levels = [int(tag.name[1]) for tag in soup.select("main h1, main h2, main h3, main h4, main h5")]
    return [f"h{now} after h{before}" for before, now in pairwise(levels) if now > before + 1]


CHECKS = (
    _one_h1, _title_and_language, _unique_ids, _labels, _legends, _grouped_choices, _links_resolve,
    _link_words, _tables, _charts, _csrf, _no_inline, _same_house, _heading_order,
)  # fmt: skip


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _filled(form: Tag) -> dict[str, Any]:
    """A form's fields as they stand: name -> value, or the values of all fields of one name."""
    found: dict[str, list[str]] = {}
    for field in form.select("input[name], select[name], textarea[name]"):
        if _is_sent(field):
            found.setdefault(str(field["name"]), []).append(_value(field))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _is_sent(field: Tag) -> bool:
    kind = field.get("type", "")
    if field.has_attr("disabled") or kind in ("submit", "button", "file"):
        return False
    return kind not in ("radio", "checkbox") or field.has_attr("checked")


def _value(field: Tag) -> str:
    if field.name == "select":
        chosen = field.select_one("option[selected]") or field.select_one("option")
        return str(chosen.get("value", words(chosen))) if chosen else ""
    if field.name == "textarea":
        return field.get_text().removeprefix("\n")
    return str(field.get("value", "on" if field.get("type") == "checkbox" else ""))
