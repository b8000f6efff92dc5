"""Take the readme's pictures from a running demonstration: `python docs/pictures/make.py ADDRESS`.

Each is 1280 pixels wide and begins at a place of the page, so that it may be taken again after any change.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FloatRect, Page, sync_playwright

HERE = Path(__file__).parent
CHROMIUM = os.environ.get("VFM_TEST_CHROMIUM", "/usr/bin/chromium")
WIDTH, MARGIN = 1280, 12


def open_board(page: Page) -> None:
    """The prioritisation board, as the executive team sees it."""
    page.get_by_role("link", name="Priorities", exact=True).click()
    page.get_by_role("link", name="Executive team ranking").click()


def open_section(page: Page) -> None:
    """A page of questions, as a director answers them."""
    page.get_by_role("link", name="Finish the assessment of Adult social care").click()
    page.get_by_role("link", name="Economy - the cost of what we use").click()


def open_result(page: Page) -> None:
    """An agreed result that moved since its baseline, as the core team reads it."""
    page.get_by_role("link", name="Results", exact=True).click()
    page.get_by_role("link", name="Business rates collection").click()


PICTURES: tuple[tuple[str, str, Callable[[Page], None], str, int], ...] = (
    ("board", "Xena Executive", open_board, ".govuk-body-l", 982),
    ("section", "Derek Director", open_section, "body", 900),
    ("result", "Cora Core", open_result, "main", 900),
)
"""(file, who looks, the way there, where the picture begins, height in pixels)."""


def take(page: Page, address: str, who: str, go: Callable[[Page], None], begins: str, height: int) -> bytes:
    """The picture of a page as PNG, `WIDTH` by `height` pixels."""
    page.goto(f"{address}/demo")
    page.get_by_role("button", name=who).click()
    go(page)
    page.wait_for_load_state("networkidle")
    for chart in page.locator("[data-chart]").all():
        chart.locator(".main-svg").first.wait_for()
    top = page.locator(begins).first.bounding_box()
    assert top is not None
    frame: FloatRect = {"x": 0, "y": max(top["y"] - MARGIN, 0), "width": WIDTH, "height": height}
    return page.screenshot(full_page=True, clip=frame)


def main(address: str) -> None:
    """Take every picture and put it beside this file."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for name, who, go, begins, height in PICTURES:
            page = browser.new_context(viewport={"width": WIDTH, "height": 900}).new_page()
            picture = take(page, address.rstrip("/"), who, go, begins, height)
            (HERE / f"{name}.png").write_bytes(picture)
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
