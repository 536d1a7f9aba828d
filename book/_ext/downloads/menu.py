"""The menu in the header of each page: what there is to take along, and where it opens."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from docutils import nodes
from execution_cache import is_chapter
from sphinx.application import Sphinx
from sphinx.config import Config

from . import archive, settings

HERE = Path(__file__).parent
TEMPLATE = "downloads-menu.html"
MARK = re.compile(r"<!--books:(?P<folder>[^>]*?)-->.*?<!--/books-->", re.DOTALL)
NAME = archive.TOP
NOTEBOOK = ("This chapter as a notebook", "이 장의 노트북")
ALL = ("All notebooks, library and data (zip)", "노트북, 라이브러리, 데이터 전체(zip)")
# Files that `python -m downloads` makes, where they exist.
BOOKS = {
    f"{NAME}.en.pdf": ("The book as PDF, in English", "책 전체 PDF(영어)"),
    f"{NAME}.ko.pdf": ("The book as PDF, in Korean", "책 전체 PDF(한국어)"),
    f"{NAME}.en.epub": ("The book as EPUB, in English", "책 전체 EPUB(영어)"),
    f"{NAME}.ko.epub": ("The book as EPUB, in Korean", "책 전체 EPUB(한국어)"),
}


def _item(address: str, words: tuple[str, str], *, save: bool = True) -> dict[str, object]:
    english, korean = words
    return {"address": address, "english": english, "korean": korean, "save": save}


def _set_items(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    """Tell the template of a page what it can link."""
    to = context["pathto"]
    assert callable(to)
    items = []
    if doctree is not None and is_chapter(app.env, pagename):
        items.append(_item(to(f"downloads/{pagename}.ipynb", 1), NOTEBOOK))
        for server, address in settings.read(app.config).launches(pagename).items():
            words = (f"Open in {server}", f"{server}에서 열기")
            items.append(_item(address, words, save=False))
    items.append(_item(to(f"downloads/{NAME}.zip", 1), ALL))
    context["downloads_menu"] = items
    if pagename == "search":
        app.add_js_file("from-disk.js", loading_method="defer")


def fill(site: Path) -> None:
    """Link the books that exist from every page that has the menu.

    Args:
        site: folder of the built site.
    """
    there = [name for name in BOOKS if (site / "downloads" / name).is_file()]
    for path in site.rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        filled = MARK.sub(lambda found: _books(found, there), html)
        if filled != html:
            path.write_text(filled, encoding="utf-8")


def _books(found: re.Match[str], names: list[str]) -> str:
    items = "".join(
        f'<li><a href="{found["folder"]}/{name}" download>'
        f'<span class="bi-en" lang="en">{escape(BOOKS[name][0])}</span>'
        '<span class="bi-sep"> · </span>'
        f'<span class="bi-ko" lang="ko">{escape(BOOKS[name][1])}</span></a></li>'
        for name in names
    )
    return f"<!--books:{found['folder']}-->{items}<!--/books-->"


def _configure(app: Sphinx, config: Config) -> None:
    """Put the menu behind the language switch."""
    config.templates_path.append(str(HERE / "templates"))
    config.html_static_path.append(str(HERE / "static"))
    if config.html_theme != "sphinx_book_theme":
        return
    header = config.html_theme_options.setdefault(
        "article_header_end", ["article-header-buttons.html"]
    )
    if TEMPLATE not in header:
        header.insert(1 if len(header) > 1 else 0, TEMPLATE)


def setup(app: Sphinx) -> None:
    """Connect to Sphinx; late, so that the language switch is there."""
    app.connect("config-inited", _configure, priority=600)
    app.connect("html-page-context", _set_items)
    app.add_css_file("downloads.css", priority=901)
