"""The chapters of the built site in one language, for books that are no web site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from bilingual.syntax import split_plain
from bs4 import BeautifulSoup, Tag

# What of a page is in the other language; an English number of a figure has a class of its own.
FOREIGN = {"en": ".bi-ko", "ko": ".bi-en, .bi-number"}
# Of use in a browser only.
LEFT_OUT = (
    ".bi-sep, .headerlink, .copybtn, .sd-summary-state-marker, script, noscript, button, "
    "input, .toctree-wrapper, [hidden], .viewcode-link"
)
NAMES = ("aria-labelledby", "aria-describedby", "for", "headers")
URL = re.compile(r"url\((['\"]?)#([^)'\"]+)\1\)")
DEEPEST = 6
# Names that HTML writes in small letters and XML does not.
SVG_NAMES = {
    name.lower(): name
    for name in (
        "viewBox refX refY markerWidth markerHeight markerUnits preserveAspectRatio "
        "gradientUnits gradientTransform patternUnits textLength lengthAdjust clipPathUnits "
        "linearGradient radialGradient clipPath foreignObject textPath"
    ).split()
}


@dataclass(frozen=True)
class Chapter:
    """One page of the site.

    Attributes:
        name: the page, like "gan/gan".
        title: plain words.
        body: its article, in one language.
    """

    name: str
    title: str
    body: Tag


@dataclass(frozen=True)
class Part:
    """Chapters under one caption."""

    title: str
    chapters: list[Chapter]

    @property
    def name(self) -> str:
        """An identifier of the part."""
        return "part-" + self.chapters[0].name.partition("/")[0]


@dataclass(frozen=True)
class Outline:
    """Parts of the book, each with its pages, as `_toc.yml` has them."""

    parts: list[tuple[str, list[str]]]

    @classmethod
    def read(cls, path: Path) -> Outline:
        """Read `_toc.yml`; the first page is the site's own and no chapter."""
        toc: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        parts = toc["parts"]
        return cls([(part["caption"], [c["file"] for c in part["chapters"]]) for part in parts])

    @property
    def pages(self) -> list[str]:
        """All pages in their order."""
        return [page for _, pages in self.parts for page in pages]


def read_parts(site: Path, outline: Outline, language: str) -> Iterator[Part]:
    """All parts with their chapters.

    Args:
        site: folder of the built site.
        outline: what belongs to the book.
        language: "en" or "ko".
    """
    for caption, pages in outline.parts:
        chapters = [read_chapter(site, page, outline.pages, language) for page in pages]
        yield Part(split_plain(caption)[language == "ko"], chapters)


def read_chapter(site: Path, page: str, pages: list[str], language: str) -> Chapter:
    """One page in one language, its links made for a book of all pages.

    Every id is preceded by the page's own, `gan-gan--training`; a link within the book is
    `#gan-gan--training`, and one to a page `#gan-gan`. Sources of pictures are paths from the
    site's folder.
    """
    html = (site / f"{page}.html").read_text(encoding="utf-8")
    body = BeautifulSoup(html, "lxml").select_one("article")
    assert body is not None, f"{page} has no article"
    for element in body.select(f"{LEFT_OUT}, {FOREIGN[language]}"):
        element.decompose()
    _unwrap_pairs(body)
    _open_details(body)
    _name_pictures(body, page, language)
    _rename(body, page)
    _lead_links(body, page, set(pages))
    heading = body.select_one("h1")
    title = " ".join(heading.get_text().split()) if heading is not None else page
    return Chapter(page, title, body)


def identifier(page: str, place: str = "") -> str:
    """What a page, or a place on it, is called within the book."""
    name = page.replace("/", "-")
    return f"{name}--{place}" if place else name


def _unwrap_pairs(body: Tag) -> None:
    """Take the frames of the two languages away, of which one is left."""
    for element in body.select("div.bi-pair, div.bi-en, div.bi-ko"):
        if not element.find_parent("svg"):
            element.unwrap()


def _open_details(body: Tag) -> None:
    """What is folded on the site stands open: paper has nothing to click."""
    for details in body.select("details"):
        details.name = "div"
        details.attrs = {"class": ["folded"]}
        summary = details.find("summary")
        if isinstance(summary, Tag):
            summary.name = "p"
            summary.attrs = {"class": ["folded-title"]}


def _name_pictures(body: Tag, page: str, language: str) -> None:
    for image in body.select("img"):
        image["alt"] = image.get(f"data-alt-{language}", image.get("alt", ""))
        source = str(image["src"])
        if not source.startswith("data:"):
            image["src"] = posixpath.normpath(posixpath.join(posixpath.dirname(page), source))
    for drawing in body.select(".bi-drawing"):
        drawing["aria-label"] = drawing.get(f"data-alt-{language}", "")
    for element in body.select("[data-alt-en]"):
        del element["data-alt-en"], element["data-alt-ko"]
    for element in body.select("[loading], [decoding], [fetchpriority]"):
        for name in ("loading", "decoding", "fetchpriority"):
            element.attrs.pop(name, None)


def _rename(body: Tag, page: str) -> None:
    """Give every id the page's name before it, and follow it wherever the id is named."""
    for element in body.find_all(True):
        if "id" in element.attrs:
            element["id"] = identifier(page, str(element["id"]))
        for name in NAMES:
            if name in element.attrs:
                value = element[name]
                names = value if isinstance(value, list) else str(value).split()
                element[name] = " ".join(identifier(page, each) for each in names)
        for name, value in list(element.attrs.items()):
            if isinstance(value, str) and "url(" in value:
                element[name] = _renamed_urls(value, page)
    for style in body.select("style"):
        style.string = _renamed_urls(style.get_text(), page)


def _renamed_urls(text: str, page: str) -> str:
    return URL.sub(lambda found: f"url(#{identifier(page, found[2])})", text)


def _lead_links(body: Tag, page: str, pages: set[str]) -> None:
    """Point links at places in the book; those to other files of the site become words."""
    for link in body.select("a[href]"):
        address = str(link["href"])
        if re.match(r"[a-z]+:", address):
            continue
        path, _, place = address.partition("#")
        to = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        to = to.removesuffix(".html")
        if to in pages:
            link["href"] = f"#{identifier(to, place)}"
            link.attrs.pop("title", None)
        else:
            link.unwrap()
    for use in body.select("use"):
        for name in ("href", "xlink:href"):
            if str(use.get(name, "")).startswith("#"):
                use[name] = f"#{identifier(page, str(use[name])[1:])}"


def lower_headings(body: Tag, by: int) -> None:
    """Make every heading one of a deeper level."""
    for level in range(DEEPEST, 0, -1):
        for heading in body.select(f"h{level}"):
            heading.name = f"h{min(level + by, DEEPEST)}"


def restore_svg_names(body: Tag) -> None:
    """Give names inside drawings the capital letters that XML wants."""
    for drawing in body.select("svg"):
        drawing["xmlns"] = "http://www.w3.org/2000/svg"
        for element in [drawing, *drawing.find_all(True)]:
            element.name = SVG_NAMES.get(element.name, element.name)
            element.attrs = {SVG_NAMES.get(k, k): v for k, v in element.attrs.items()}
