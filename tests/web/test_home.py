"""The first page."""

import re
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from tests.client import Browser


def test_a_visitor_reads_what_it_is_for(browser: Browser) -> None:
    assert browser.open("/").heading == "Value for money self-assessment"


def test_an_address_that_is_not_there_says_so(browser: Browser) -> None:
    assert browser.open("/nothing-here", expect=404).heading == "Page not found"


def test_signing_out_ends_the_session(signed_in: Callable[[str], Browser]) -> None:
    director = signed_in("director")
    assert "Sign out" in director.open("/").html
    away = director.open("/sign-out", expect=405)  # a link may not sign anybody out
    assert "Sign out" in away.html
    assert "Sign out" not in away.submit("Sign out").html
    assert away.submit("Sign out").heading == "Value for money self-assessment"  # from another window
    assert "Sign out" not in director.open("/").html


def test_the_chart_library_asks_for_the_style_sheet_that_the_page_forestalls() -> None:
    # Otherwise every page with a chart logs a breach of its security policy.
    ours = Path(__file__).parents[2] / "vfm" / "static" / "charts.js"
    library = find_spec("plotly")
    assert library is not None
    assert library.origin is not None
    script = Path(library.origin).parent / "package_data" / "plotly.min.js"
    name = re.search(r'mapStyle = "([0-9a-f]{64})"', ours.read_text())
    assert name is not None
    assert f'getElementById("{name[1]}")' in script.read_text()
