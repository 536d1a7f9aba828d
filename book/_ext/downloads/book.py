"""What a notebook asks its book for: titles, labelled places, citations, pictures."""

from __future__ import annotations

import base64
import mimetypes
import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from pathlib import Path

from bilingual.syntax import split_plain
from pybtex.database import BibliographyData, Person, parse_file
from sphinx.environment import BuildEnvironment

TITLE = re.compile(r"<title[^>]*>([^<]+)</title>")
MANY = 2


@cache
def _works(path: Path, changed: int) -> BibliographyData:
    """The works of a bibliography; `changed` is when the file was, so that it is read anew."""
    return parse_file(path)


@dataclass(frozen=True)
class Page:
    """One page as `grader.plain` asks for it.

    Attributes:
        env: Sphinx's environment, in which all pages have been read.
        name: the page, like "gan/gan".
        notebooks: pages that are notebooks too, which a notebook can lead to.
        site: address of the published site, or "".
    """

    env: BuildEnvironment
    name: str
    notebooks: Collection[str]
    site: str = ""

    def document(self, target: str) -> str:
        """The page that a reference names, from the root or from this page's folder."""
        if target.startswith("/"):
            return target.strip("/")
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.name), target))

    def link(self, target: str) -> str:
        """Address of a page for a reader of this notebook; "" if there is none."""
        document = self.document(target)
        if document in self.notebooks:
            return posixpath.relpath(f"{document}.ipynb", posixpath.dirname(self.name) or ".")
        return f"{self.site.rstrip('/')}/{document}.html" if self.site else ""

    def title(self, document: str, *, korean: bool) -> str:
        """The title of a page in one language."""
        name = self.document(document)
        node = self.env.titles.get(name)
        return split_plain(node.astext())[korean] if node is not None else name

    def reference(self, label: str, *, korean: bool) -> tuple[str, str]:
        """Address and words of a labelled place; notebooks have no places inside them."""
        labels = self.env.domains["std"].labels  # type: ignore[attr-defined]
        document, _, words = labels.get(label, ("", "", label))
        return (self.link(f"/{document}") if document else ""), split_plain(words)[korean]

    def citation(self, keys: list[str], *, in_text: bool) -> str:
        """Authors and year, each work a link to where it can be read."""
        path = Path(self.env.srcdir) / self.env.config.bibtex_bibfiles[0]
        works = _works(path, path.stat().st_mtime_ns).entries
        cited = []
        for key in keys:
            work = works[key]
            words = f"{_authors(work.persons['author'])}, {work.fields.get('year', '')}"
            address = work.fields.get("url")
            cited.append(f"[{words}]({address})" if address else words)
        return "; ".join(cited) if in_text else f"({'; '.join(cited)})"

    def picture(self, path: str, alt: str) -> str:
        """The picture inside the notebook, so that the file can be passed on alone."""
        file = Path(self.env.doc2path(self.name)).parent / path
        data = file.read_bytes()
        if not alt and (found := TITLE.search(data.decode("utf-8", "replace"))):
            alt = unescape(found[1])
        kind = mimetypes.guess_type(file.name)[0] or "image/png"
        source = base64.b64encode(data).decode("ascii")
        return f'<img alt="{escape(alt)}" src="data:{kind};base64,{source}">'


def _authors(people: list[Person]) -> str:
    names = [" ".join([*person.prelast_names, *person.last_names]) for person in people]
    names = [re.sub(r"[{}]", "", _letters(name)) for name in names]
    return f"{names[0]} et al." if len(names) > MANY else " and ".join(names)


def _letters(name: str) -> str:
    r"""TeX's accents, as in ``Bi{\'n}kowski``, as letters."""
    from pybtex.richtext import Text

    return str(Text.from_latex(name))
