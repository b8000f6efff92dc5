"""A browser's eye for tests: every page any test opens is checked for its structure.

`Browser.open` and `Page.submit` behave as a person without JavaScript does: they follow redirects, send
forms with the fields as they stand on the page (the CSRF token with them), and keep cookies.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode

FIELDS = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea"


@dataclass
class Page:
    """One page as it came: its address, status and parsed content."""

    browser: "Browser"
    address: str
    status: int
    html: str

    def __post_init__(self) -> None:
        self.tree = LexborHTMLParser(self.html)

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page for a test that looks closer; slow to make, so only then."""
        return BeautifulSoup(self.html, "html5lib")

    @property
    def heading(self) -> str:
        """The words of the one h1."""
        return words(self.tree.css_first("h1"))

    @property
    def text(self) -> str:
        """The words of the page's main part, white space folded."""
        return words(self.tree.css_first("main"))

    @property
    def problems(self) -> list[str]:
        """What the error summary lists."""
        return [words(item) for item in self.tree.css(".govuk-error-summary__list li")]

    def follow(self, link_words: str) -> "Page":
        """Open the first link whose words contain `link_words`."""
        found = [a for a in self.tree.css("a[href]") if link_words in words(a)]
        assert found, (
            f"no link {link_words!r} on {self.address}: {[words(a) for a in self.tree.css('main a')]}"
        )
        return self.browser.open(_said(found[0], "href"))

    def submit(self, button: str | None = None, files: dict[str, Any] | None = None, **fields: Any) -> "Page":
        """Send the form that holds the button with these words (the page's only form when none is given).

        `fields` names use `__` for a dot and `_` as it is; a list ticks several; None leaves a field out.
        A field that the form does not have fails the test.
        """
        form = self._form(button)
        values = filled(form)
        for name, value in fields.items():
            name = name.replace("__", ".")
            assert form.css_first(f'[name="{name}"]'), f"no field {name!r} in the form on {self.address}"
            values.pop(name, None)
            if value is not None:
                values[name] = value
        pressed = self._button(form, button)
        if pressed is not None and _said(pressed, "name"):
            values[_said(pressed, "name")] = _said(pressed, "value")
        action = (
            (_said(pressed, "formaction") if pressed is not None else "")
            or _said(form, "action")
            or self.address
        )
        if not _posts(form):
            return self.browser.open(urljoin(self.address, action), query_string=values)
        return self.browser.send(urljoin(self.address, action), values | (files or {}))

    def _form(self, button: str | None) -> LexborNode:
        forms = self.tree.css("main form")
        if button is not None:  # those of the page's head too
            forms = [form for form in self.tree.css("form") if self._button(form, button) is not None]
        assert forms, f"no form with button {button!r} on {self.address}"
        assert button is not None or len(forms) == 1, f"{len(forms)} forms on {self.address}: name a button"
        return forms[0]

    @staticmethod
    def _button(form: LexborNode, button: str | None) -> LexborNode | None:
        for node in form.css("button, input[type=submit]"):
            if button is None or button in words(node):
                return node
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
            faults = faults_in(page.tree)
            assert not faults, f"{page.address}: {faults}"
        if expect is not None:
            assert response.status_code == expect, (
                f"{page.address}: {response.status_code}, not {expect}\n{words(page.tree.body)[:800]}"
            )
        page.data = response.data  # type: ignore[attr-defined]
        page.response = response  # type: ignore[attr-defined]
        return page


def words(node: LexborNode | Tag | None) -> str:
    """The text of a node as it is read, white space folded; of scripts and templates nothing."""
    if node is None:
        return ""
    if isinstance(node, Tag):
        return " ".join(node.get_text(" ").split())
    if node.css_first("script, style, template") is None:
        return " ".join(node.text(separator=" ").split())
    read = (
        part.text_content or ""
        for part in node.traverse(include_text=True)
        if part.is_text_node and (part.parent is None or part.parent.tag not in ("script", "style"))
    )
    return " ".join(" ".join(read).split())


def _said(node: LexborNode, attribute: str) -> str:
    """What an attribute says; empty where it is not there or says nothing."""
    return node.attributes.get(attribute) or ""


def _posts(form: LexborNode) -> bool:
    return _said(form, "method").lower() == "post"


def faults_in(tree: LexborHTMLParser) -> list[str]:
    """Every structural fault of a page that a machine can see."""
    return [fault for check in CHECKS for fault in check(tree)]


def _one_h1(tree: LexborHTMLParser) -> list[str]:
    headings = tree.css("h1")
    return [] if len(headings) == 1 and words(headings[0]) else [f"{len(headings)} h1"]


def _title_and_language(tree: LexborHTMLParser) -> list[str]:
    faults = [] if words(tree.css_first("title")).strip(" –") else ["no title"]
    return faults + ([] if tree.css_first("html[lang]") else ["no language"])


def _unique_ids(tree: LexborHTMLParser) -> list[str]:
    counted = Counter(_said(node, "id") for node in tree.css("[id]"))
    return [f"id {name} {times} times" for name, times in counted.items() if times > 1]


def _labels(tree: LexborHTMLParser) -> list[str]:
    labelled = {_said(label, "for") for label in tree.css("label[for]") if words(label)}
    return [
        f"field {_said(field, 'name')} has no label"
        for field in tree.css(FIELDS)
        if _said(field, "id") not in labelled
        and not _said(field, "aria-label")
        and not _said(field, "aria-labelledby")
    ]


def _legends(tree: LexborHTMLParser) -> list[str]:
    return [
        "a fieldset without legend"
        for fieldset in tree.css("fieldset")
        if not words(fieldset.css_first("legend"))
    ]


def _grouped_choices(tree: LexborHTMLParser) -> list[str]:
    grouped = {field.mem_id for field in tree.css("fieldset input[type=radio]")}
    return [
        f"choice {_said(field, 'name')} outside a fieldset"
        for field in tree.css("input[type=radio]")
        if field.mem_id not in grouped
    ]


def _links_resolve(tree: LexborHTMLParser) -> list[str]:
    ids = {_said(node, "id") for node in tree.css("[id]")}
    inside = [_said(a, "href") for a in tree.css('a[href^="#"]')]
    described = [
        name
        for node in tree.css("[aria-describedby], [aria-labelledby]")
        for name in f"{_said(node, 'aria-describedby')} {_said(node, 'aria-labelledby')}".split()
        if name not in ids
    ]
    return [f"link to missing {link}" for link in inside if link[1:] not in ids] + [
        f"described by missing {name}" for name in described
    ]


def _link_words(tree: LexborHTMLParser) -> list[str]:
    return [
        f"link without words to {_said(a, 'href')}"
        for a in tree.css("a[href]")
        if not words(a) and not _said(a, "aria-label") and not a.css("img[alt]")
    ]


def _tables(tree: LexborHTMLParser) -> list[str]:
    faults = []
    for table in tree.css("table"):
        headers = table.css("th")
        if not headers:
            faults.append("a table without headers")
        faults += [f"header {words(th)!r} without scope" for th in headers if not _said(th, "scope")]
        is_named = table.css_first("caption") or _said(table, "aria-label") or _said(table, "aria-labelledby")
        if not is_named:
            faults.append("a table without caption")
    return faults


def _charts(tree: LexborHTMLParser) -> list[str]:
    return [
        f"chart {_said(frame, 'data-chart')} without its table"
        for frame in tree.css("[data-chart]")
        if not tree.css_first(f'table[data-chart-table="{_said(frame, "data-chart")}"]')
    ]


def _csrf(tree: LexborHTMLParser) -> list[str]:
    return [
        f"form {_said(form, 'action')} without its token"
        for form in tree.css("form")
        if _posts(form) and not form.css_first("[name=csrf_token]")
    ]


def _no_inline(tree: LexborHTMLParser) -> list[str]:
    handlers = [
        f"{node.tag} has {name}"
        for node in tree.css("*")
        for name in node.attributes
        if name.startswith("on") or name == "style"
    ]
    scripts = [
        "an inline script"
        for node in tree.css("script:not([src])")
        if _said(node, "type") != "application/json"
    ]
    return handlers + scripts


def _same_house(tree: LexborHTMLParser) -> list[str]:
    linked = [
        _said(node, "src") or _said(node, "href") for node in tree.css("script[src], img[src], link[href]")
    ]
    return [f"loads from elsewhere: {address}" for address in linked if urlsplit(address).netloc]


def _heading_order(tree: LexborHTMLParser) -> list[str]:
    levels = [int((node.tag or "")[1]) for node in tree.css("main h1, main h2, main h3, main h4, main h5")]
    return [f"h{now} after h{before}" for before, now in pairwise(levels) if now > before + 1]


CHECKS = (
    _one_h1, _title_and_language, _unique_ids, _labels, _legends, _grouped_choices, _links_resolve,
    _link_words, _tables, _charts, _csrf, _no_inline, _same_house, _heading_order,
)  # fmt: skip


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def filled(form: LexborNode) -> dict[str, Any]:
    """A form's fields as they stand: name -> value, or the values of all fields of one name."""
    found: dict[str, list[str]] = {}
    for field in form.css("input[name], select[name], textarea[name]"):
        if _is_sent(field):
            found.setdefault(_said(field, "name"), []).append(_value(field))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _is_sent(field: LexborNode) -> bool:
    kind = _said(field, "type")
    if "disabled" in field.attributes or kind in ("submit", "button", "file"):
        return False
    return kind not in ("radio", "checkbox") or "checked" in field.attributes


def _value(field: LexborNode) -> str:
    if field.tag == "select":
        chosen = field.css_first("option[selected]") or field.css_first("option")
        if chosen is None:
            return ""
        return _said(chosen, "value") if "value" in chosen.attributes else words(chosen)
    if field.tag == "textarea":
        return field.text()
    if "value" in field.attributes:
        return _said(field, "value")
    return "on" if _said(field, "type") == "checkbox" else ""
