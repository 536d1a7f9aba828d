"""Pages made from other sources: the glossary from terms.yml, the library from docstrings."""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path

from bilingual.syntax import plain_words_in_both, split_plain
from build_inputs import TERMS
from docutils import nodes
from proofread.findings import Term, load_terms
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

# Stands between two texts, where no term can.
BETWEEN = "\n\0\n"

# By term: the anchor in a page where it first stands.
Uses = dict[str, str]
# A term, and the page, its title and the anchor where the term is first used in the book.
Row = tuple[Term, tuple[str, str, str] | None]


class GlossaryTable(nodes.General, nodes.Element):
    """Where the glossary comes, once all pages are read."""


class GlossaryDirective(SphinxDirective):
    """``{glossary-table}``: all terms with the place where each is first used."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark; the first uses are not known before every page is read."""
        _kept(self.env).shown.setdefault(self.env.docname, [])
        return [GlossaryTable()]


@dataclass
class _Kept:
    """What the environment keeps for glossaries.

    Attributes:
        uses: by page, where terms stand in it.
        shown: by page with a glossary, the rows that it has or is about to get.
    """

    uses: dict[str, Uses] = field(default_factory=dict)
    shown: dict[str, list[Row]] = field(default_factory=dict)


def _kept(env: BuildEnvironment) -> _Kept:
    if not hasattr(env, "glossary"):
        env.glossary = _Kept()  # type: ignore[attr-defined]
    return env.glossary  # type: ignore[attr-defined,no-any-return]


def _note_uses(app: Sphinx, doctree: nodes.document) -> None:
    path = Path(app.srcdir) / TERMS
    if path.is_file():
        terms = _terms(path, path.stat().st_mtime_ns)
        _kept(app.env).uses[app.env.docname] = first_uses(doctree, terms)


@functools.lru_cache(maxsize=1)
def _terms(path: Path, changed: int) -> list[Term]:
    return load_terms(path)


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _kept(env).uses.pop(docname, None)
    _kept(env).shown.pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    for mine, theirs in (
        (_kept(env).uses, _kept(other).uses),
        (_kept(env).shown, _kept(other).shown),
    ):
        mine.update({name: theirs[name] for name in docnames if name in theirs})


def _changed(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Glossaries to write again: other pages were read, and now a first use is elsewhere."""
    shown = _kept(env).shown
    now = {name: _rows(env, name) for name in shown}
    changed = [name for name in shown if now[name] != shown[name]]
    shown.update(now)
    return changed


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for mark in list(doctree.findall(GlossaryTable)):
        mark.replace_self(_table(app, docname, _rows(app.env, docname)))


def _table(app: Sphinx, docname: str, rows: list[Row]) -> nodes.table:
    table = nodes.table(classes=["glossary"])
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (35, 35, 30)), cols=3)
    heads = [("English", "영어"), ("Korean", "한국어"), ("First used in", "처음 나오는 곳")]
    group += nodes.thead("", _row([plain_words_in_both(*words) for words in heads]))
    body = nodes.tbody()
    for term, use in rows:
        english = [nodes.inline("", ", ".join(term.english), classes=["language-en"])]
        korean = [nodes.inline("", term.shown, classes=["language-ko"])]
        body += _row([english, korean, _link(app, docname, use)])
    group += body
    table += group
    return table


def _row(cells: list[list[nodes.Node]]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))


def _pages(env: BuildEnvironment) -> list[str]:
    """All pages in the order of the table of contents."""
    seen: list[str] = []

    def visit(name: str) -> None:
        if name not in seen:
            seen.append(name)
            for child in env.toctree_includes.get(name, []):
                visit(child)

    visit(env.config.root_doc)
    return seen


def _rows(env: BuildEnvironment, glossary: str) -> list[Row]:
    """All terms in alphabetical order, each with its first use outside the appendices."""
    path = Path(env.srcdir) / TERMS
    uses: dict[str, tuple[str, str, str]] = {}
    for page in _pages(env):
        if page == env.config.root_doc or Path(page).parent == Path(glossary).parent:
            continue
        for term, anchor in _kept(env).uses.get(page, {}).items():
            uses.setdefault(term, (page, env.titles[page].astext(), anchor))
    terms = _terms(path, path.stat().st_mtime_ns)
    ordered = sorted(terms, key=lambda term: term.english[0].lower())
    return [(term, uses.get(term.english[0])) for term in ordered]


def first_uses(doctree: nodes.document, terms: list[Term]) -> Uses:
    """Where each term first stands in the English prose of a page."""
    texts = [
        text
        for text in doctree.findall(nodes.Text)
        if not isinstance(text.parent, nodes.literal | nodes.literal_block | nodes.math)
    ]
    words = [text.astext() for text in texts]
    starts = list(accumulate((len(part) + len(BETWEEN) for part in words), initial=0))
    whole = BETWEEN.join(words)
    found = {term.english[0]: term.in_english.search(whole) for term in terms}
    return {
        term: _anchor(texts[bisect_right(starts, match.start()) - 1])
        for term, match in found.items()
        if match is not None
    }


def _anchor(node: nodes.Node) -> str:
    while node is not None and not (isinstance(node, nodes.section) and node["ids"]):
        node = node.parent
    if node is None or isinstance(node.parent, nodes.document):
        return ""
    return str(node["ids"][0])


def _link(app: Sphinx, docname: str, use: tuple[str, str, str] | None) -> list[nodes.Node]:
    if use is None:
        return [nodes.Text("—")]
    page, title, anchor = use
    address = app.builder.get_relative_uri(docname, page) + (f"#{anchor}" if anchor else "")
    link = nodes.reference("", "", refuri=address, internal=True)
    link += plain_words_in_both(*split_plain(title))
    return [link]


def _drop_module_text(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Take out module docstrings: the page itself introduces each module, in both languages."""
    if what == "module":
        lines.clear()


def _skip_others(
    app: Sphinx, what: str, name: str, obj: object, skip: bool, options: object
) -> bool | None:
    """Show what the library defines, also where a package gathers it from its modules."""
    return None if str(getattr(obj, "__module__", "dlcourse")).startswith("dlcourse") else True


def _readable_signature(
    app: Sphinx, what: str, name: str, obj: object, options: object, args: str, returns: str
) -> tuple[str, str]:
    """Write a dataclass's made default as ``...``.

    ``<factory>`` is no Python, and Sphinx shows a signature that it cannot parse raw, with
    all its marks.
    """
    return (args or "").replace("<factory>", "..."), returns


def setup(app: Sphinx) -> dict[str, object]:
    """Register the directive and autodoc's settings."""
    app.setup_extension("sphinx.ext.autodoc")
    app.setup_extension("sphinx.ext.napoleon")
    app.add_node(GlossaryTable)
    app.add_directive("glossary-table", GlossaryDirective)
    app.connect("doctree-read", _note_uses)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("env-updated", _changed)
    app.connect("doctree-resolved", _fill)
    app.connect("autodoc-skip-member", _skip_others)
    app.connect("autodoc-process-signature", _readable_signature)
    app.connect("autodoc-process-docstring", _drop_module_text, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
