"""Pages made from other sources: the glossary from terms.yml, the library from docstrings."""

from __future__ import annotations

from pathlib import Path

from bilingual.syntax import plain_words_in_both, split_plain
from docutils import nodes
from proofread.findings import Term, load_terms
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

TERMS = "terms.yml"
OF_ALL_PAGES = "glossary_of_all_pages"


class GlossaryTable(nodes.General, nodes.Element):
    """Where the glossary comes, once all pages are read."""


class GlossaryDirective(SphinxDirective):
    """``{glossary-table}``: all terms with the place where each is first used."""

    def run(self) -> list[nodes.Node]:
        """Leave a mark; the first uses are not known before every page is read."""
        self.env.note_dependency(str(Path(self.env.srcdir) / TERMS))
        self.env.metadata[self.env.docname][OF_ALL_PAGES] = True
        return [GlossaryTable()]


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """The glossary, where another page may have changed in which place a term is first used."""
    if not (added or changed or removed):
        return []
    return [name for name in env.found_docs if OF_ALL_PAGES in env.metadata[name]]


def _fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    for mark in list(doctree.findall(GlossaryTable)):
        mark.replace_self(_table(app, docname))


def _table(app: Sphinx, docname: str) -> nodes.table:
    terms = load_terms(Path(app.srcdir) / TERMS)
    uses = _first_uses(app.env, terms, docname)
    table = nodes.table(classes=["glossary"])
    group = nodes.tgroup("", *(nodes.colspec(colwidth=width) for width in (35, 35, 30)), cols=3)
    heads = [("English", "영어"), ("Korean", "한국어"), ("First used in", "처음 나오는 곳")]
    group += nodes.thead("", _row([plain_words_in_both(*words) for words in heads]))
    body = nodes.tbody()
    for term in sorted(terms, key=lambda term: term.english[0].lower()):
        english = [nodes.inline("", ", ".join(term.english), classes=["language-en"])]
        korean = [nodes.inline("", term.shown, classes=["language-ko"])]
        body += _row([english, korean, _link(app, docname, uses.get(term))])
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


def _first_uses(
    env: BuildEnvironment, terms: list[Term], glossary: str
) -> dict[Term, tuple[str, str]]:
    """Page and anchor where each term first stands in English prose."""
    uses: dict[Term, tuple[str, str]] = {}
    for page in _pages(env):
        if page == env.config.root_doc or Path(page).parent == Path(glossary).parent:
            continue
        for text in env.get_doctree(page).findall(nodes.Text):
            if isinstance(text.parent, nodes.literal | nodes.literal_block | nodes.math):
                continue
            for term in terms:
                if term not in uses and term.in_english.search(text.astext()):
                    uses[term] = page, _anchor(text)
    return uses


def _anchor(node: nodes.Node) -> str:
    while node is not None and not (isinstance(node, nodes.section) and node["ids"]):
        node = node.parent
    if node is None or isinstance(node.parent, nodes.document):
        return ""
    return str(node["ids"][0])


def _link(app: Sphinx, docname: str, use: tuple[str, str] | None) -> list[nodes.Node]:
    if use is None:
        return [nodes.Text("—")]
    page, anchor = use
    address = app.builder.get_relative_uri(docname, page) + (f"#{anchor}" if anchor else "")
    title = app.env.titles[page].astext()
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
    app.connect("env-get-outdated", _outdated)
    app.connect("doctree-resolved", _fill)
    app.connect("autodoc-skip-member", _skip_others)
    app.connect("autodoc-process-signature", _readable_signature)
    app.connect("autodoc-process-docstring", _drop_module_text, priority=400)
    return {
        "version": "1",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
