"""The glossary's page is made of all pages."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

TERMS = """
- {en: gradient, ko: 기울기}
- {en: loss, ko: 손실}
"""
PAGES = {
    "index": "# Book {ko}`책`\n\n```{toctree}\nfirst\nsecond\nback/words\n```\n",
    "first": "# First {ko}`처음`\n\nText.\n\n## Part {ko}`부분`\n\nA loss, a `gradient`.\n",
    "second": "# Second {ko}`둘째`\n\nGradients of a loss.\n",
    "back/words": "# Words {ko}`말`\n\n```{glossary-table}\n```\n",
}


class Book:
    """Two pages and a glossary, built again and again in place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for page, text in PAGES.items():
            self.write(f"{page}.md", text)
        self.write("terms.yml", TERMS)

    def write(self, name: str, text: str) -> None:
        path = self.folder / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def build(self, **settings: object) -> list[str]:
        """Build it; the pages that were written."""
        written: list[str] = []
        self.merged = 0

        def merge(*told: object) -> None:
            self.merged += 1

        config = {
            "extensions": ["myst_parser", "build_inputs", "bilingual", "reference", "maths"],
            "html_math_renderer": "katex",
            "html_theme": "basic",
            "suppress_warnings": ["bilingual"],
            "templates_path": [],  # else each build in this process adds to Sphinx's default
        }
        source, html, doctrees = (
            str(self.folder / part) for part in ("source", "html", "doctrees")
        )
        with patch_docutils(), docutils_namespace():
            folders = (source, None, html, doctrees)
            app = Sphinx(*folders, "html", config, StringIO(), StringIO(), **settings)
            app.connect("env-merge-info", merge)
            app.connect("html-page-context", lambda app, page, *rest: written.append(page))
            app.build()
        return sorted(set(written) & set(PAGES))

    def rows(self) -> dict[str, str | None]:
        """Where the glossary leads for each English term."""
        html = (self.folder / "html" / "back" / "words.html").read_text(encoding="utf-8")
        found = BeautifulSoup(html, "html.parser").select("table.glossary tbody tr")
        links = {row.td.get_text().strip(): row.find("a") for row in found}
        return {term: link and link["href"] for term, link in links.items()}


@pytest.fixture
def book(tmp_path: Path) -> Book:
    made = Book(tmp_path)
    assert made.build() == sorted(PAGES)
    return made


def test_a_term_leads_to_its_first_use_in_prose(book: Book) -> None:
    assert book.rows() == {"gradient": "../second.html", "loss": "../first.html#part"}


def test_the_glossary_is_written_again_when_a_first_use_moves_and_only_then(book: Book) -> None:
    book.write("first.md", PAGES["first"].replace("Text.", "Another text."))
    assert book.build() == ["first", "index"]  # the index, for it lists the page
    book.write("first.md", PAGES["first"].replace("Text.", "A gradient."))
    assert book.build() == ["back/words", "first", "index"]
    assert book.rows()["gradient"] == "../first.html"
    assert book.build() == []


def test_it_follows_titles_and_pages_that_go(book: Book) -> None:
    book.write("second.md", PAGES["second"].replace("# Second", "# Other"))
    assert "back/words" in book.build()
    (book.folder / "source" / "first.md").unlink()
    book.write("index.md", PAGES["index"].replace("first\n", ""))
    assert "back/words" in book.build()
    assert book.rows() == {"gradient": "../second.html", "loss": "../second.html"}


def test_a_new_term_is_looked_for_in_pages_read_before(book: Book) -> None:
    book.write("terms.yml", TERMS + "- {en: text, ko: 글}\n")
    book.build()
    assert book.rows()["text"] == "../first.html"


def test_pages_read_by_several_processes_are_all_looked_through(book: Book) -> None:
    for number in range(4):  # fewer pages are read by one process
        book.write(f"more-{number}.md", f"# More {{ko}}`더`\n\nWords {number}.\n")
    expected = book.rows()
    book.build(freshenv=True, parallel=2)
    assert book.merged > 1
    assert book.rows() == expected
