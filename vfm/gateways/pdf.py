"""PDF files from pages of our own, where the program that sets them is installed.

Made in a process of its own with bounds on memory and time: a page of ours is no danger, but a very long one
is slow. Nothing is fetched: a page that names an address is set without what stands there.
"""

import base64
import ctypes
from functools import cache
from importlib.util import find_spec

from vfm.errors import Invalid, NotFound, Problem
from vfm.gateways import sandbox
from vfm.gateways.sandbox import Bounds

PANGO = ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib", "libpangoft2-1.0-0.dll")
"""What Pango, which sets the lines, is called on the systems there are; this part of it needs the rest."""
BOUNDS = Bounds(memory=1_500_000_000, seconds=60, waiting=90)
TOO_LONG = "These answers are too long to be set as a PDF here. Take them as Word instead."


@cache
def is_available() -> bool:
    """True when PDFs can be made on this machine: the optional `pdf` packages and Pango are there."""
    return find_spec("weasyprint") is not None and any(_loads(name) for name in PANGO)


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def pdf(html: str) -> bytes:
    """A tagged PDF (PDF/UA-1) of a page.

    Args:
        html: a whole page with its title, language and styles.

    Raises:
        NotFound: PDFs cannot be made on this machine.
        Invalid: the page is too long.
    """
    if not is_available():
        raise NotFound
    try:
        made = sandbox.run(written, html.encode(), "pdf", BOUNDS)
    except Invalid:
        raise Invalid([Problem("PDF", TOO_LONG)]) from None
    return base64.b64decode(made)


# --- in the sandbox -----------------------------------------------------------------------------------------


def written(html: bytes, _name: str) -> str:
    """The PDF of a page, in base64; run by `pdf`, in the sandbox."""
    from weasyprint import HTML  # heavy, and optional
    from weasyprint.urls import URLFetcher

    nothing = URLFetcher(allowed_protocols=())
    page = HTML(string=html.decode(), url_fetcher=nothing)
    return base64.b64encode(page.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True)).decode()
