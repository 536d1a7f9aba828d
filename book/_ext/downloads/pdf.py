"""The book as a PDF of one language, printed by chromium from one page that holds it all."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from . import fonts, words
from .chapters import Outline, Part, identifier, lower_headings, read_parts

HERE = Path(__file__).parent
# Debian's name and Ubuntu's.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
# A whole book takes a minute or two, more where the machine is busy.
PATIENCE_MS = 1_500_000
CHAPTER_LEVEL = 2
STYLE_SHEETS = ("pygments.css", "katex/katex.min.css")
SOURCE = re.compile(r'(<img\b[^>]*?\bsrc=")(?![a-z]+:)([^"]+)"')


def print_page(
    parts: list[Part],
    site: Path,
    language: str,
    faces: str = "",
    numbers: Mapping[str, int] | None = None,
) -> str:
    """One HTML page with the whole book.

    Args:
        parts: all chapters in the language, their headings as on the site.
        site: folder of the built site, which has pictures and style sheets.
        language: "en" or "ko".
        faces: rules for the typeface.
        numbers: pages on which chapters begin, by name, for the contents.
    """
    static = site / "_static"
    sheets = "".join(
        f'<link rel="stylesheet" href="{(static / name).as_uri()}">' for name in STYLE_SHEETS
    )
    style = faces + (HERE / "styles" / "book.css").read_text(encoding="utf-8")
    title = escape(words.TITLE[language])
    body = "\n".join([_cover(language), _contents(parts, language, numbers), *_bodies(parts)])
    body = SOURCE.sub(lambda found: f'{found[1]}{(site / found[2]).as_uri()}"', body)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" data-lang="{language}" data-theme="light">'
        f'<head><meta charset="utf-8"><title>{title}</title>{sheets}<style>{style}</style>'
        f"</head><body>{body}</body></html>"
    )


def _cover(language: str) -> str:
    return (
        f'<section class="cover"><p class="title">{escape(words.TITLE[language])}</p>'
        f'<p class="subtitle">{escape(words.SUBTITLE[language])}</p>'
        f'<p class="author">{escape(words.AUTHOR[language])}</p></section>'
    )


def _contents(parts: list[Part], language: str, numbers: Mapping[str, int] | None) -> str:
    lines = []
    for part in parts:
        lines.append(f'<li class="part-line">{escape(part.title)}</li>')
        for chapter in part.chapters:
            number = (numbers or {}).get(chapter.name, "")
            lines.append(
                f'<li><a href="#{identifier(chapter.name)}"><span>{escape(chapter.title)}'
                f"</span><span>{number}</span></a></li>"
            )
    heading = escape(words.CONTENTS[language])
    return f'<nav class="contents"><h1>{heading}</h1><ol>{"".join(lines)}</ol></nav>'


def _bodies(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        yield f'<section class="part-page"><h1>{escape(part.title)}</h1></section>'
        for chapter in part.chapters:
            name = identifier(chapter.name)
            yield f'<section class="chapter" id="{name}">{chapter.body}</section>'


def chapter_pages(pdf: Path, parts: list[Part]) -> dict[str, int]:
    """The page on which each chapter begins, from the outline of a printed book.

    Raises:
        ValueError: if the outline has other chapters.
    """
    from pypdf import PdfReader

    reader = PdfReader(pdf)
    found = [
        reader.get_destination_page_number(entry)
        for level, entry in _entries(reader.outline)
        if level == CHAPTER_LEVEL
    ]
    names = [chapter.name for part in parts for chapter in part.chapters]
    if len(found) != len(names):
        raise ValueError(f"{pdf} names {len(found)} chapters in its outline, not {len(names)}")
    return {name: (page or 0) + 1 for name, page in zip(names, found, strict=True)}


def _entries(outline: list, level: int = 1) -> Iterator[tuple[int, object]]:  # type: ignore[type-arg]
    for entry in outline:
        if isinstance(entry, list):
            yield from _entries(entry, level + 1)
        else:
            yield level, entry


def make(site: Path, outline: Outline, language: str, target: Path, work: Path) -> None:
    """Print the book twice: the second time the contents know the pages.

    Args:
        site: folder of the built site.
        outline: what belongs to the book.
        language: "en" or "ko".
        target: the PDF.
        work: folder for the page that is printed.
    """
    parts = list(read_parts(site, outline, language))
    for part in parts:
        for chapter in part.chapters:
            lower_headings(chapter.body, 1)
    work.mkdir(parents=True, exist_ok=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    page, draft = work / f"book.{language}.html", work / f"book.{language}.pdf"
    text = print_page(parts, site, language)
    faces = fonts.faces(text, work)
    page.write_text(print_page(parts, site, language, faces), encoding="utf-8")
    _print(page, draft)
    numbers = chapter_pages(draft, parts)
    page.write_text(print_page(parts, site, language, faces, numbers), encoding="utf-8")
    _print(page, draft)
    if chapter_pages(draft, parts) != numbers:
        raise ValueError(f"the contents of {draft} name pages that are not the chapters'")
    draft.replace(target)


def _print(page: Path, target: Path) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.as_uri(), wait_until="load")
        tab.evaluate("document.fonts.ready.then(() => true)")
        tab.pdf(path=target, prefer_css_page_size=True, outline=True, tagged=True)
        browser.close()
