"""Guidance in Markdown as safe HTML: paragraphs, lists, emphasis, links; never scripts or pictures."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code"}
CLASSES = {
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
}

# HTML in the text is shown as text, so that nobody's wording can change the page.
_reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["heading", "lheading", "hr", "image"]
)


@lru_cache(maxsize=4096)
def render(text: str) -> Markup:
    """Markdown as the HTML of a page's body, cleaned; an empty text gives nothing."""
    if not text.strip():
        return Markup("")
    cleaned = nh3.clean(
        _reader.render(text),
        tags=ALLOWED,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values={tag: {"class": names} for tag, names in CLASSES.items()},
    )
    return Markup(cleaned)  # noqa: S704  # nosec B704  # cleaned the line before
