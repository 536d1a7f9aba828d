"""No link inside the site is dead."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from .conftest import PAGES, SITE


@cache
def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> frozenset[str]:
    named = read(path).find_all(attrs={"name": True})
    return frozenset(
        [element["id"] for element in read(path).find_all(id=True)]
        + [element["name"] for element in named]
    )


def dead_links(page: str) -> list[str]:
    path = SITE / page
    dead = []
    for element in read(path).select("a[href], link[href], img[src], script[src]"):
        address = element.get("href") or element.get("src")
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        wanted = unquote(parts.fragment)
        if not target.exists():
            dead.append(f"{page}: {address} leads nowhere")
        elif wanted and target.suffix == ".html" and wanted not in anchors(target):
            dead.append(f"{page}: {address} names no place in its page")
    return dead


def test_the_site_is_built():
    assert len(PAGES) > 20, "The site is not built: run `make site` first."


@pytest.mark.parametrize("page", PAGES)
def test_no_link_is_dead(page):
    assert dead_links(page) == []
