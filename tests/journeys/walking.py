"""What every step of a journey needs: looking at a page as axe does, in both themes, a picture of it, and counting clicks."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe()
PICTURES = os.environ.get("PICTURES_OF_JOURNEYS", "")
MOMENT = 150  # milliseconds until the other theme is painted
COUNTER = """if (!window.countsClicks) {
  window.countsClicks = true;
  addEventListener("click", (event) => {
    if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1;
  }, true);
}"""
TWICE = """(() => {
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  return ids.filter((id, place) => ids.indexOf(id) !== place);
})()"""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def look_at(page: Page, name: str) -> None:
    """Wait until the page stands whole, and fail when an id stands on it twice or axe finds anything in either theme.

    A click returns when the next page begins to arrive, not when it is there. Pictures are kept when a folder for them
    is named.
    """
    page.wait_for_load_state()
    assert page.evaluate(TWICE) == [], f"{name}: ids that stand there twice, so that labels name the wrong field"
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_timeout(MOMENT)
        found = AXE.run(page).response["violations"]
        assert found == [], f"{name}, {theme}: {_told(found)}"
        if PICTURES:
            _picture(page, f"{name}-{theme}")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def _told(violations: list[dict]) -> str:
    return "; ".join(
        f"{fault['id']} at {[node['target'] for node in fault['nodes']][:3]}: {fault['help']}" for fault in violations
    )


def _picture(page: Page, name: str) -> None:
    folder = Path(PICTURES)
    folder.mkdir(parents=True, exist_ok=True)
    for width, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size(DESK)


def cents(words: str) -> int:
    """Read the first amount in a text, "1,240.00 EUR" as 124000."""
    found = re.search(r"([\u2212-]?)([\d,]+)\.(\d\d)", words)
    assert found, f"no amount in {words!r}"
    return int(found[2].replace(",", "") + found[3]) * (-1 if found[1] else 1)


@contextmanager
def at_most(page: Page, clicks: int) -> Iterator[None]:
    """Fail when a person needs more clicks than the budget says, counted by the browser from the page they stand on."""
    page.context.add_init_script(COUNTER)
    page.evaluate(COUNTER + "sessionStorage.clicks = 0;")
    yield
    taken = int(page.evaluate("sessionStorage.clicks"))
    assert 0 < taken <= clicks, f"{taken} clicks, {clicks} allowed"
