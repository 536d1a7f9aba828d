"""The book as PDF and EPUB: two chapters here, the whole book among the slow tests."""

from __future__ import annotations

import re
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from ebooklib import epub as reader
from pypdf import PdfReader

from .conftest import REPOSITORY, SITE

sys.path.append(str(REPOSITORY / "book" / "_ext"))
from bilingual.page import number_in_both, title_html
from downloads import chapters, epub, pdf

LANGUAGES = ["en", "ko"]
WHOLE = chapters.Outline.read(REPOSITORY / "_toc.yml")
TWO = chapters.Outline([("Nets · 신경망", ["gan/gan", "introduction/motivation"])])
XHTML = "{http://www.w3.org/1999/xhtml}"
HANGUL = re.compile(r"[가-힣]")


def titles(outline: chapters.Outline, language: str) -> list[str]:
    """Titles of the chapters, as the site's pages have them."""
    found = []
    for page in outline.pages:
        soup = BeautifulSoup((SITE / f"{page}.html").read_text(encoding="utf-8"), "lxml")
        heading = soup.select_one("article h1")
        for other in heading.select(f"{chapters.FOREIGN[language]}, .bi-sep, .headerlink"):
            other.decompose()
        found.append(" ".join(heading.get_text().split()))
    return found


def squeezed(text: str) -> str:
    """Text without the spaces, which a line of print may add or lose."""
    return re.sub(r"\s", "", text)


def fonts(book: PdfReader) -> Iterator[tuple[str, bool]]:
    """Every font of a PDF, and whether its letters are in the file."""
    for page in book.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            inside = font["/Subtype"] == "/Type3"  # has a drawing of each letter
            if "/DescendantFonts" in font:
                font = font["/DescendantFonts"][0].get_object()
            described = font.get("/FontDescriptor")
            files = described.get_object().keys() if described else ()
            inside = inside or any(name.startswith("/FontFile") for name in files)
            yield str(font.get("/BaseFont", "drawn")), inside


def check_pdf(path: Path, outline: chapters.Outline, language: str) -> PdfReader:
    """What is true of every printed book."""
    book = PdfReader(path)
    assert all(inside for _, inside in fonts(book))
    assert any("NotoSansCJK" in name for name, _ in fonts(book))
    parts = list(chapters.read_parts(SITE, outline, language))
    begins = pdf.chapter_pages(path, parts)
    contents = "".join(page.extract_text() for page in book.pages[1:4])
    for name, title in zip(outline.pages, titles(outline, language), strict=True):
        page = book.pages[begins[name] - 1].extract_text()
        assert squeezed(title) in squeezed(page), title
        assert squeezed(f"{title}{begins[name]}") in squeezed(contents), title
    assert book.trailer["/Root"]["/Lang"] == language
    assert book.trailer["/Root"]["/MarkInfo"]["/Marked"]
    return book


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_printed_book_has_its_chapters_on_the_pages_it_names(
    tmp_path: Path, language: str
) -> None:
    pdf.make(SITE, TWO, language, tmp_path / "book.pdf", tmp_path / "work")
    book = check_pdf(tmp_path / "book.pdf", TWO, language)
    words = "".join(page.extract_text() for page in book.pages)
    hangul = len(HANGUL.findall(words)) / len(words)
    assert hangul > 0.2 if language == "ko" else hangul < 0.01
    sentence = {
        "en": "Nobody can write down the rule that makes handwriting look handwritten.",
        "ko": "그래도 진짜 서명과 서툰 위조를 가려내는 일은 누구나 할 수 있고",
    }
    assert squeezed(sentence[language]) in squeezed(words)


def check_epub(path: Path, outline: chapters.Outline, language: str) -> None:
    """What the standard asks of every book, as far as can be seen without its own checker."""
    with zipfile.ZipFile(path) as packed:
        first = packed.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert packed.read("mimetype") == b"application/epub+zip"
        files = {name: packed.read(name) for name in packed.namelist()}
    trees = {
        name: ElementTree.parse(BytesIO(data)).getroot()
        for name, data in files.items()
        if name.endswith((".xhtml", ".opf", ".xml", ".svg"))
    }
    check_manifest(files, trees)
    places = {name: check_ids(tree) for name, tree in trees.items()}
    for name, tree in trees.items():
        check_links(name, tree, files, places)
    book = reader.read_epub(path)
    assert book.get_metadata("DC", "language")[0][0] == language
    named = [link.title for _, links in book.toc for link in links]
    assert named == titles(outline, language)


def check_manifest(files: dict[str, bytes], trees: dict[str, ElementTree.Element]) -> None:
    opf = "{http://www.idpf.org/2007/opf}"
    items = {item.get("href"): item for item in trees["EPUB/book.opf"].iter(f"{opf}item")}
    others = {"mimetype", "META-INF/container.xml", "EPUB/book.opf"}
    assert {f"EPUB/{name}" for name in items} == files.keys() - others
    names = {item.get("id") for item in items.values()}
    assert len(names) == len(items)
    refs = [ref.get("idref") for ref in trees["EPUB/book.opf"].iter(f"{opf}itemref")]
    assert len(refs) == len(set(refs)) and set(refs) <= names
    for name, item in items.items():
        data = files[f"EPUB/{name}"]
        said = (item.get("properties") or "").split()
        if str(name).endswith(".xhtml"):
            assert ("mathml" in said) == (b"<math" in data), name
            assert ("svg" in said) == (b"<svg" in data), name


def check_ids(tree: ElementTree.Element) -> set[str]:
    found = [element.get("id", "") for element in tree.iter() if element.get("id")]
    assert len(found) == len(set(found))
    return set(found)


def check_links(
    name: str,
    tree: ElementTree.Element,
    files: dict[str, bytes],
    places: dict[str, set[str]],
) -> None:
    for link in tree.iter(f"{XHTML}a"):
        address = link.get("href", "")
        if re.match("[a-z]+:", address):
            continue
        file, _, place = address.partition("#")
        to = f"EPUB/{file}" if file else name
        assert to in files and (not place or place in places[to]), f"{name}: {address}"
    for image in tree.iter(f"{XHTML}img"):
        assert f"EPUB/{image.get('src')}" in files
        assert image.get("alt"), f"{name}: {image.get('src')}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_epub_is_whole_and_always_the_same(tmp_path: Path, language: str) -> None:
    for name in ("one.epub", "two.epub"):
        epub.make(SITE, TWO, language, tmp_path / name)
    check_epub(tmp_path / "one.epub", TWO, language)
    assert (tmp_path / "one.epub").read_bytes() == (tmp_path / "two.epub").read_bytes()


def test_a_chapter_has_one_language_and_nothing_that_needs_a_click() -> None:
    for language in LANGUAGES:
        found = chapters.read_chapter(SITE, "gan/gan", TWO.pages, language)
        assert not found.body.select("details, button, .headerlink, [data-alt-en]")
        assert found.body.select(".folded")
        prose = " ".join(p.get_text() for p in found.body.select("p") if not p.find("code"))
        assert bool(HANGUL.search(prose)) == (language == "ko")


def test_a_figure_has_its_number_once_in_the_language_of_the_book(tmp_path: Path) -> None:
    caption = '<span class="caption-number">Fig. 6 </span>' + title_html("A net · 신경망")
    link = 'See <span class="std std-numref">Fig. 6</span>.'
    body = f"<article><h1>Nets</h1><figcaption>{caption}</figcaption><p>{link}</p></article>"
    (tmp_path / "nets.html").write_text(number_in_both(body), encoding="utf-8")
    for language, number, words in (("en", "Fig. 6", "A net"), ("ko", "그림 6", "신경망")):
        found = chapters.read_chapter(tmp_path, "nets", ["nets"], language).body
        caption, link = found.select_one("figcaption"), found.select_one("p")
        assert caption.get_text(" ", strip=True) == f"{number} {words}"
        assert squeezed(link.get_text()) == squeezed(f"See {number}.")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_book_is_printed(tmp_path: Path, language: str) -> None:
    pdf.make(SITE, WHOLE, language, tmp_path / "book.pdf", tmp_path / "work")
    assert len(check_pdf(tmp_path / "book.pdf", WHOLE, language).pages) > 100


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_book_is_an_epub(tmp_path: Path, language: str) -> None:
    epub.make(SITE, WHOLE, language, tmp_path / "book.epub")
    check_epub(tmp_path / "book.epub", WHOLE, language)
