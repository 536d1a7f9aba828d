"""How often each page has a word, by language, for the order of what a search finds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from .language import SearchBoth

FILE = "_static/search-counts.js"
EN, KO = 0, 1
# Once on a page says nothing that Sphinx's own index does not say.
FEWEST = 2


def _texts(node: nodes.Node, language: int | None = None) -> Iterator[tuple[str, int | None]]:
    """All texts below a node, each with the language it is marked with."""
    if isinstance(node, nodes.Text):
        yield node.astext(), language
        return
    if isinstance(node, nodes.comment | nodes.raw):
        return
    if isinstance(node, nodes.Element):
        classes = node.get("classes", ())
        language = EN if "bi-en" in classes else KO if "bi-ko" in classes else language
    for child in node.children:
        yield from _texts(child, language)


def _count(app: Sphinx, doctree: nodes.document) -> None:
    language, counts = SearchBoth({}), (Counter[str](), Counter[str]())
    for text, marked in _texts(doctree):
        found = [language.stem(word).lower() for word in language.split(text)]
        for which in (EN, KO) if marked is None else (marked,):
            counts[which].update(filter(language.word_filter, found))
    _all_counts(app.env)[app.env.docname] = counts


def _all_counts(env: BuildEnvironment) -> dict[str, tuple[Counter[str], Counter[str]]]:
    if not hasattr(env, "bilingual_search_counts"):
        env.bilingual_search_counts = {}  # type: ignore[attr-defined]
    return env.bilingual_search_counts  # type: ignore[attr-defined,no-any-return]


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _all_counts(env).pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    _all_counts(env).update(
        {name: counts for name, counts in _all_counts(other).items() if name in docnames}
    )


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.format != "html":
        return
    pages = sorted(_all_counts(app.env))
    words: dict[str, list[list[int]]] = {}
    for number, page in enumerate(pages):
        english, korean = _all_counts(app.env)[page]
        for word in sorted({*english, *korean}):
            if english[word] + korean[word] >= FEWEST:
                words.setdefault(word, []).append([number, english[word], korean[word]])
    data = json.dumps(
        {"pages": pages, "words": words},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    Path(app.outdir, FILE).write_text(f"SearchCounts={data};\n", encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Count while pages are read, and write what was counted beside the index."""
    app.connect("doctree-read", _count)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("build-finished", _write)
