"""Guidance in Markdown as safe HTML: paragraphs, lists, emphasis, links; never scripts or pictures."""

from functools import lru_cache

import nh3
from markupsafe import Markup

from vfm.reports.guidance import READER

ALLOWED = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "blockquote", "code"}
CLASSES = {
    "p": "govuk-body",
    "ul": "govuk-list govuk-list--bullet",
    "ol": "govuk-list govuk-list--number",
    "a": "govuk-link",
}


@lru_cache(maxsize=4096)
def render(text: str) -> Markup:
    """Markdown as the HTML of a page's body, cleaned; an empty text gives nothing."""
    if not text.strip():
        return Markup("")
    cleaned = nh3.clean(
        READER.render(text),
        tags=ALLOWED,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        set_tag_attribute_values={tag: {"class": names} for tag, names in CLASSES.items()},
    )
    return Markup(cleaned)  # noqa: S704  # nosec B704  # cleaned the line before
