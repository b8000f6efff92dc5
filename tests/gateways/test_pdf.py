"""PDFs from our own pages: tagged, nothing fetched. Without Pango these tests fail: install it."""

import re
import socket
import zlib
from importlib.util import find_spec

import pytest

from vfm.errors import Invalid, NotFound
from vfm.gateways import pdf
from vfm.gateways.sandbox import Bounds

PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>Answers of Libraries</title></head>
<body><h1>Answers</h1>{}<table><thead><tr><th scope="col">Step</th></tr></thead>
<tbody><tr><td>Sent</td></tr></tbody></table></body></html>"""


def said(made: bytes) -> bytes:
    """Everything in a PDF, its packed parts unpacked."""
    parts = [made]
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL):
        try:
            parts.append(zlib.decompress(packed))
        except zlib.error:
            parts.append(packed)
    return b"\n".join(parts)


def test_this_machine_makes_pdfs() -> None:
    assert pdf.is_available(), "Pango is missing: apt-get install libpangoft2-1.0-0 libharfbuzz-subset0"


def test_a_page_becomes_a_tagged_pdf_with_title_and_language() -> None:
    made = pdf.pdf(PAGE.format(""))
    assert made.startswith(b"%PDF-1.7")
    content = said(made)
    for mark in (b"/StructTreeRoot", b"/Marked true", b"pdfuaid", b"/Lang (en-GB)", b"/H1", b"/TH"):
        assert mark in content, mark
    assert b"Answers of Libraries" in content


def test_nothing_is_fetched_from_anywhere(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("files") / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>SECRET</text></svg>'
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.2)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/a"
        fetching = (
            f'<img alt="a" src="{address}.png"><img alt="b" src="{secret.as_uri()}">'
            f'<style>@import "{address}.css"; body {{ background: url({address}.png) }}</style>'
        )
        assert b"SECRET" not in said(pdf.pdf(PAGE.format(fetching)))
        with pytest.raises(TimeoutError):
            listening.accept()


def test_a_page_that_takes_too_long_is_refused_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "BOUNDS", Bounds(memory=1_500_000_000, seconds=1, waiting=20))
    with pytest.raises(Invalid, match="Take them as Word"):
        pdf.pdf(PAGE.format("<p>" + "many words " * 400_000))


def test_where_the_packages_are_missing_no_pdf_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda name: None if name == "weasyprint" else find_spec(name))
    pdf.is_available.cache_clear()
    assert not pdf.is_available()
    with pytest.raises(NotFound):
        pdf.pdf(PAGE.format(""))
    pdf.is_available.cache_clear()


def test_where_pango_is_missing_no_pdf_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PANGO", ("libno-such-library.so.0",))
    pdf.is_available.cache_clear()
    assert not pdf.is_available()
    pdf.is_available.cache_clear()
