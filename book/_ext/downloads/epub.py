"""The book as an EPUB of one language: a chapter a file, formulas as MathML."""

from __future__ import annotations

import base64
import copy
import hashlib
import mimetypes
import posixpath
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from bs4 import Tag

from . import words
from .archive import TIME, TOP
from .chapters import Chapter, Outline, Part, identifier, read_parts, restore_svg_names

HERE = Path(__file__).parent
# EPUB asks when the book was changed; a fixed moment keeps the bytes the same.
MODIFIED = "2020-01-01T00:00:00Z"
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html>\n'
    '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" '
    'lang="{language}" xml:lang="{language}"><head><title>{title}</title>'
    '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
    "<body>{body}</body></html>\n"
)
CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n<container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="EPUB/book.opf" media-type="application/oebps-package+xml"/></rootfiles>'
    "</container>\n"
)
LIGHT = re.compile(r'^html\[data-theme="light"\] (.*)$', re.MULTILINE)
NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# Attributes that HTML of today does not have any more, or that only the site's scripts read.
OLD = {"align", "valign", "border", "width", "height", "nowrap", "cellpadding", "cellspacing"}


@dataclass
class Files:
    """What the book consists of: bytes by name inside `EPUB/`, and what readers must know."""

    data: dict[str, bytes] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)


def make(site: Path, outline: Outline, language: str, target: Path) -> None:
    """Write the book.

    Args:
        site: folder of the built site.
        outline: what belongs to the book.
        language: "en" or "ko".
        target: the EPUB.
    """
    parts = list(read_parts(site, outline, language))
    files = Files()
    for chapter in _chapters(parts):
        _add_chapter(files, chapter, parts, site, language)
    files.data["style.css"] = _style(site).encode()
    files.data["cover.xhtml"] = _cover(language).encode()
    files.data["contents.xhtml"] = _contents(parts, language).encode()
    files.properties["contents.xhtml"] = "nav"
    spine = ["cover.xhtml", "contents.xhtml", *map(_file, _chapters(parts))]
    files.data["book.opf"] = _package(files, spine, language).encode()
    _write(target, files)


def _chapters(parts: list[Part]) -> Iterator[Chapter]:
    for part in parts:
        yield from part.chapters


def _file(chapter: Chapter) -> str:
    return f"{identifier(chapter.name)}.xhtml"


def _add_chapter(
    files: Files, chapter: Chapter, parts: list[Part], site: Path, language: str
) -> None:
    body = copy.copy(chapter.body)
    _set_formulas(body)
    restore_svg_names(body)
    _follow_links(body, chapter, parts)
    for image in body.select("img"):
        image["src"] = _add_picture(files, str(image["src"]), site)
    _drop_old(body)
    name = _file(chapter)
    files.properties[name] = " ".join(
        kind for kind, there in (("mathml", "math"), ("svg", "svg")) if body.select(there)
    )
    # The page's own id, which links to the whole page name, stands on the body's one child.
    text = f'<section id="{identifier(chapter.name)}">{_xml(body)}</section>'
    files.data[name] = XHTML.format(
        language=language, title=escape(chapter.title), body=text
    ).encode()


def _xml(body: Tag) -> str:
    return NO_XML.sub("", body.decode_contents(formatter="minimal"))


def _set_formulas(body: Tag) -> None:
    """Leave of each formula what KaTeX wrote for machines: readers of books set it."""
    for formula in body.select(".katex"):
        mathml = formula.select_one("math")
        if mathml is None:
            continue
        for note in mathml.select("annotation"):
            mathml["alttext"] = note.get_text()
            note.decompose()
        shown = formula.find_parent(class_="katex-display")
        if isinstance(shown, Tag):
            mathml["display"] = "block"
        (shown if isinstance(shown, Tag) else formula).replace_with(mathml)


def _follow_links(body: Tag, chapter: Chapter, parts: list[Part]) -> None:
    """Name the file in links to other chapters; drop links to places that are not there."""
    files = {identifier(each.name): _file(each) for each in _chapters(parts)}
    own = {str(element["id"]) for element in body.select("[id]")}
    for link in body.select('a[href^="#"]'):
        place = str(link["href"])[1:]
        page, _, within = place.partition("--")
        if page == identifier(chapter.name):
            if within and place not in own:
                link.unwrap()
            continue
        link["href"] = f"{files[page]}#{place}"


def _add_picture(files: Files, source: str, site: Path) -> str:
    if source.startswith("data:"):
        kind, _, text = source[len("data:") :].partition(";base64,")
        data = base64.b64decode(text)
        suffix = mimetypes.guess_extension(kind) or ".png"
    else:
        path = site / source
        data, suffix = path.read_bytes(), path.suffix
    name = f"images/{hashlib.sha256(data).hexdigest()[:16]}{suffix}"
    files.data[name] = data
    return name


def _drop_old(body: Tag) -> None:
    for element in body.find_all(True):
        inside = element.name in ("svg", "math", "img") or element.find_parent(["svg", "math"])
        for name in list(element.attrs):
            if name.startswith("data-") or (name in OLD and not inside):
                del element[name]
    for image in body.select("img"):
        for name in ("width", "height"):
            if name in image.attrs and not str(image[name]).isdigit():
                del image[name]


def _style(site: Path) -> str:
    code = (site / "_static" / "pygments.css").read_text(encoding="utf-8")
    own = (HERE / "styles" / "epub.css").read_text(encoding="utf-8")
    return own + "\n".join(LIGHT.findall(code)) + "\n"


def _cover(language: str) -> str:
    title = escape(words.TITLE[language])
    body = (
        f'<section class="cover" epub:type="titlepage"><h1>{title}</h1>'
        f"<p>{escape(words.SUBTITLE[language])}</p><p>{escape(words.AUTHOR[language])}</p>"
        "</section>"
    )
    return XHTML.format(language=language, title=title, body=body)


def _contents(parts: list[Part], language: str) -> str:
    items = "".join(
        f"<li><span>{escape(part.title)}</span><ol>"
        + "".join(
            f'<li><a href="{_file(chapter)}">{escape(chapter.title)}</a></li>'
            for chapter in part.chapters
        )
        + "</ol></li>"
        for part in parts
    )
    heading = escape(words.CONTENTS[language])
    body = f'<nav epub:type="toc" id="toc"><h1>{heading}</h1><ol>{items}</ol></nav>'
    return XHTML.format(language=language, title=heading, body=body)


def _package(files: Files, spine: list[str], language: str) -> str:
    manifest = []
    for name in sorted(files.data):
        kind = "application/xhtml+xml" if name.endswith(".xhtml") else _kind(name)
        extra = files.properties.get(name)
        properties = f' properties="{extra}"' if extra else ""
        manifest.append(
            f'<item id="{_id(name)}" href="{name}" media-type="{kind}"{properties}/>'
        )
    order = "".join(f'<itemref idref="{_id(name)}"/>' for name in spine)
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"{TOP}.{language}")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<package version="3.0" '
        'xmlns="http://www.idpf.org/2007/opf" unique-identifier="id" '
        f'xml:lang="{language}"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{number}</dc:identifier>'
        f"<dc:title>{escape(words.TITLE[language])}</dc:title>"
        f"<dc:language>{language}</dc:language>"
        f"<dc:creator>{escape(words.AUTHOR[language])}</dc:creator>"
        f'<meta property="dcterms:modified">{MODIFIED}</meta></metadata>'
        f"<manifest>{''.join(manifest)}</manifest><spine>{order}</spine></package>\n"
    )


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _id(name: str) -> str:
    return "f-" + re.sub(r"[^A-Za-z0-9_-]", "-", posixpath.splitext(name)[0])


def _write(target: Path, files: Files) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as book:
        # First and not compressed: that is how a reader tells what it has before it.
        _put(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(book, "META-INF/container.xml", CONTAINER.encode())
        for name, data in sorted(files.data.items()):
            _put(book, f"EPUB/{name}", data)


def _put(
    book: zipfile.ZipFile, name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED
) -> None:
    entry = zipfile.ZipInfo(name, TIME)
    entry.external_attr = 0o644 << 16
    entry.compress_type = how
    book.writestr(entry, data)
