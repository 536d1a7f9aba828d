"""The built site read from a disk, without a server and without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page

from .conftest import SITE

pytestmark = pytest.mark.browser

PAGES = ["index.html", "gan/gan.html", "problem_sets/gan.html", "appendix/glossary.html"]
FONTS = "document.fonts.ready.then(() => [...document.fonts].map((font) => font.status))"


@dataclass
class Seen:
    """An opened page, and what went wrong while it was."""

    page: Page
    faults: list[str] = field(default_factory=list)


@pytest.fixture
def from_disk(browser: Browser) -> Iterator[Callable[[str], Seen]]:
    """Open a file of the site with the network cut off."""
    context = browser.new_context(offline=True, locale="en-US")

    def open_file(address: str) -> Seen:
        seen = Seen(context.new_page())
        page, faults = seen.page, seen.faults
        page.on("console", lambda note: note.type == "error" and faults.append(note.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
        page.on("request", lambda request: _note_foreign(request.url, faults))
        page.goto(f"{SITE.as_uri()}/{address}", wait_until="load")
        page.wait_for_load_state("networkidle")
        return seen

    yield open_file
    context.close()


def _note_foreign(address: str, faults: list[str]) -> None:
    if not address.startswith(("file:", "data:", "blob:")):
        faults.append(f"asked for: {address}")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_nothing_but_its_disk(from_disk, path: str) -> None:
    seen = from_disk(path)
    assert seen.faults == []
    assert seen.page.locator("article").inner_text().strip()
    assert "error" not in seen.page.evaluate(FONTS)


def test_maths_is_set_in_its_own_font(from_disk) -> None:
    seen = from_disk("gan/gan.html")
    seen.page.locator(".katex-display").first.scroll_into_view_if_needed()
    assert seen.page.evaluate("document.fonts.check('16px KaTeX_Math')")
    assert seen.faults == []


@pytest.mark.parametrize(
    ("query", "language", "wanted"),
    [("discriminator", "en", "gan/gan.html"), ("판별자", "ko", "gan/gan.html")],
)
def test_the_search_finds_pages(from_disk, query: str, language: str, wanted: str) -> None:
    seen = from_disk(f"search.html?q={query}&lang={language}")
    found = seen.page.locator("#search-results li a")
    found.first.wait_for(timeout=20_000)
    links = [str(link.get_attribute("href")) for link in found.all()]
    assert any(wanted in link for link in links), links
    assert seen.faults == []


def test_the_language_switch_and_the_menu_work(from_disk) -> None:
    seen = from_disk("problem_sets/gan.html")
    seen.page.locator("[data-set-lang=ko]").click()
    assert seen.page.evaluate("document.documentElement.lang") == "ko"
    seen.page.locator(".take-along > summary").click()
    address = seen.page.locator(".take-along li a").first.get_attribute("href")
    assert (SITE / "problem_sets" / str(address)).resolve().is_file()
    assert seen.faults == []
