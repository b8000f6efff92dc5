"""How what people typed reads on a page."""

import pytest

from vfm.web.filters import linked, size

LINK = '<a class="govuk-link" rel="noopener noreferrer" href="{0}">{0}</a>'


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("See https://a.example/x?y=1.", f"See {LINK.format('https://a.example/x?y=1')}."),
        ("(HTTP://a.example/b), and", f"({LINK.format('HTTP://a.example/b')}), and"),
        ("https://a.example/?a=1&b=2", LINK.format("https://a.example/?a=1&amp;b=2")),
        (
            "https://a.example\nhttps://b.example/“c”",
            f"{LINK.format('https://a.example')}\n{LINK.format('https://b.example/')}“c”",
        ),
        ("javascript://a.example/%0aalert(1)", "javascript://a.example/%0aalert(1)"),
        ("ftp://a.example", "ftp://a.example"),
        ("https://", "https://"),
        ("<b>no link</b>", "&lt;b&gt;no link&lt;/b&gt;"),
        (
            'https://a.example/"onclick="x <script>',
            f"{LINK.format('https://a.example/')}&#34;onclick=&#34;x &lt;script&gt;",
        ),
    ],
)
def test_web_addresses_are_links_and_everything_else_is_shown_as_it_is(typed: str, shown: str) -> None:
    assert str(linked(typed)) == shown


def test_the_size_of_a_file_is_said_in_the_unit_that_fits() -> None:
    sizes = (1, 999, 1000, 20_480, 999_499, 999_500, 20 * 1024 * 1024)
    assert [size(found) for found in sizes] == [
        "1 byte", "999 bytes", "1 kB", "20 kB", "999 kB", "1.0 MB", "21.0 MB",
    ]  # fmt: skip
