"""Keep the index entries of pages that were not read again.

Sphinx takes an earlier build's search index up again, but not its entries of the index (its
`IndexBuilder.load` leaves them out): after an incremental build they are gone. Here they are
kept with the environment and put back.
"""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.index_entries import split_index_msg

Entries = dict[str, list[tuple[str, str, str]]]


def _kept(env: BuildEnvironment) -> Entries:
    if not hasattr(env, "bilingual_index_entries"):
        env.bilingual_index_entries = {}  # type: ignore[attr-defined]
    return env.bilingual_index_entries  # type: ignore[attr-defined,no-any-return]


def _read(app: Sphinx, doctree: nodes.document) -> None:
    found = {
        (words, target, main or "")
        for node in doctree.findall(addnodes.index)
        for kind, value, target, main, _ in node["entries"]
        for words in split_index_msg(kind, value)
    }
    _kept(app.env)[app.env.docname] = sorted(found)


def _purge(app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    _kept(env).pop(docname, None)


def _merge(
    app: Sphinx, env: BuildEnvironment, docnames: Iterable[str], other: BuildEnvironment
) -> None:
    _kept(env).update({name: found for name, found in _kept(other).items() if name in docnames})


def _put_back(app: Sphinx) -> list[tuple[str, dict[str, object], str]]:
    indexer = getattr(app.builder, "indexer", None)
    if indexer is not None:
        for docname, found in _kept(app.env).items():
            indexer._index_entries.setdefault(docname, found)
    return []


def setup(app: Sphinx) -> None:
    """Note entries as pages are read, and put them back before the index is written."""
    app.connect("doctree-read", _read)
    app.connect("env-purge-doc", _purge)
    app.connect("env-merge-info", _merge)
    app.connect("html-collect-pages", _put_back)
