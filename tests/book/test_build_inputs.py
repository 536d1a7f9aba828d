"""What changes beside a page is in the next build of it."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import build_inputs
import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils


class Book:
    """A page with a style sheet, an extension folder, and what a build of it does anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.extensions = folder / "_ext"
        self.static = folder / "source" / "_static"
        for path in (self.extensions / "helper" / "templates", self.static):
            path.mkdir(parents=True)
        self.extensions.joinpath("helper", "__init__.py").write_text("VALUE = 1\n")
        self.extensions.joinpath("helper", "templates", "part.html").write_text("part")
        self.static.joinpath("look.css").write_text("p { color: red }")
        self.static.parent.joinpath("index.rst").write_text("Page\n====\n")

    def build(self) -> tuple[list[str], list[str]]:
        """Build it in place: the pages that were read, and those that were written."""
        source = str(self.static.parent)
        folders = (source, None, str(self.folder / "html"), str(self.folder / "doctrees"))
        config = {
            "extensions": ["build_inputs"],
            "html_theme": "basic",
            "html_static_path": ["_static"],
        }
        read: list[str] = []
        written: list[str] = []
        with patch_docutils(), docutils_namespace():
            app = Sphinx(*folders, "html", config, io.StringIO(), io.StringIO())
            app.connect("source-read", lambda app, page, text: read.append(page))
            app.connect("html-page-context", lambda app, page, *rest: written.append(page))
            app.build()
        return read, [page for page in written if page == "index"]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    made = Book(tmp_path)
    monkeypatch.setattr(build_inputs, "EXTENSIONS", made.extensions)
    assert made.build() == (["index"], ["index"])
    assert made.build() == ([], [])
    return made


def test_a_style_sheet_alone_is_built_anew(book: Book) -> None:
    book.static.joinpath("look.css").write_text("p { color: blue }")
    assert book.build() == ([], ["index"])
    assert "blue" in (book.folder / "html" / "_static" / "look.css").read_text()
    assert book.build() == ([], [])


def test_code_of_an_extension_has_every_page_read_again(book: Book) -> None:
    book.extensions.joinpath("helper", "__init__.py").write_text("VALUE = 2\n")
    assert book.build() == (["index"], ["index"])


def test_other_terms_have_every_page_read_again(book: Book) -> None:
    book.static.parent.joinpath("terms.yml").write_text("- {en: text, ko: 글}")
    assert book.build() == (["index"], ["index"])


def test_a_template_has_every_page_written_again(book: Book) -> None:
    book.extensions.joinpath("helper", "templates", "part.html").write_text("other")
    assert book.build() == ([], ["index"])


def test_a_file_under_another_name_is_a_change_and_a_compiled_one_is_none(book: Book) -> None:
    compiled = book.extensions / "helper" / "__pycache__"
    compiled.mkdir()
    compiled.joinpath("helper.pyc").write_bytes(b"compiled")
    assert book.build() == ([], [])
    shutil.move(book.static / "look.css", book.static / "other.css")
    assert book.build() == ([], ["index"])
