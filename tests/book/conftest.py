"""Small documents built with our extensions, and the real site in a real browser."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from tests.browser import chromium

REPOSITORY = Path(__file__).resolve().parents[2]
SITE = REPOSITORY / "_build" / "html"
sys.path.append(str(REPOSITORY / "book" / "_ext"))
from built import pages  # noqa: E402 (only now is it to be found)

PAGES = [page.relative_to(SITE).as_posix() for page in pages(SITE)]
"""Every page of the built site, by its address below the site's."""


UNFOLDED = "html:not(.bi-unfolding)"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark whatever needs a browser, by itself or through a fixture."""
    if "browser" in getattr(item, "fixturenames", ()):
        item.add_marker("browser")


@dataclass
class Built:
    """A built document: its HTML and what Sphinx warned of."""

    html: BeautifulSoup
    warnings: str
    status: int


@pytest.fixture
def build(tmp_path: Path) -> Callable[..., Built]:
    """Build one MyST page with the given extensions, the way the book is built."""

    def build_page(text: str, *, theme: str = "basic", **settings: object) -> Built:
        source = tmp_path / "source"
        source.mkdir(exist_ok=True)
        (source / "index.md").write_text(text, encoding="utf-8")
        warnings = StringIO()
        config = {
            "extensions": ["myst_parser", "sphinx_design", "bilingual", "maths"],
            "myst_enable_extensions": ["colon_fence", "deflist", "dollarmath"],
            "html_math_renderer": "katex",
            "html_theme": theme,
            **settings,
        }
        folders = (str(source), None, str(tmp_path / "html"), str(tmp_path / "doctrees"))
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                *(*folders, "html", config, StringIO(), warnings),
                freshenv=True,
                warningiserror=True,
                keep_going=True,
            )
            app.build()
        html = (tmp_path / "html" / "index.html").read_text(encoding="utf-8")
        return Built(BeautifulSoup(html, "html.parser"), warnings.getvalue(), app.statuscode)

    return build_page


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def site() -> Iterator[str]:
    """The address of the built site."""
    assert (SITE / "index.html").is_file(), "The site is not built: run `make site` first."
    handler = functools.partial(_Quiet, directory=str(SITE))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


# It ends with each module, for others run event loops of their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A chromium for the tests of one module."""
    with chromium() as started:
        yield started


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a path of the site as a new reader with the given settings.

    The page is all there, so that nothing moves under the pointer, unless it may be coming up.
    """
    contexts = []

    def open_as_new(
        path: str, *, width: int = 1440, coming_up: bool = False, **settings: object
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, **({"locale": "en-US"} | settings)
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{site}/{path}")
        if not coming_up:
            page.wait_for_selector(UNFOLDED, state="attached")
        return page

    yield open_as_new
    for context in contexts:
        context.close()


def lay_out_everything(page: Page) -> None:
    """Wait until what lies below the screen is laid out, too, so that it can be measured."""
    page.wait_for_selector(UNFOLDED, state="attached")
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
