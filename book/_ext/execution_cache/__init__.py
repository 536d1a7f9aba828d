"""Keep executed cells where nothing that they depend on can change unseen.

myst-nb's cache looks at a chapter's code cells only. What those cells call is just as much a
part of their outputs, so each chapter has a cache of its own, in a folder named after a hash
of all that it needs, and is read again when that hash is another.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .store import REPOSITORY, Entry, Store, read_chapter

KEY = "execution_key"

logger = logging.getLogger(__name__)


def _entry(app: Sphinx, docname: str) -> Entry | None:
    path = Path(app.env.doc2path(docname))
    nb = read_chapter(path) if path.suffix == ".md" else None
    if nb is None or app.config.nb_execution_mode != "cache":
        return None
    store = Store.here(Path(app.config.execution_cache_root))
    return store.entry(path.relative_to(store.root).with_suffix("").as_posix(), nb)


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Chapters that Sphinx would not read again, though what their cells call is another."""
    Store.here(Path(app.config.execution_cache_root)).drop_strangers()
    entries = {name: _entry(app, name) for name in env.found_docs - added - changed}
    return [
        name
        for name, entry in entries.items()
        if entry and (not entry.complete or entry.key != env.metadata[name].get(KEY))
    ]


def _choose_cache(app: Sphinx, docname: str, content: list[str]) -> None:
    entry = _entry(app, docname)
    if entry is None:
        return
    if not entry.complete:
        logger.info("%s is executed: %s", docname, entry.why())
    entry.open()
    entry.drop_others()
    app.env.metadata[docname][KEY] = entry.key
    # myst-nb has one setting for all chapters and reads it anew for each.
    app.env.mystnb_config = app.env.mystnb_config.copy(execution_cache_path=str(entry.folder))


def setup(app: Sphinx) -> dict[str, object]:
    """Choose a cache for each chapter before it is read."""
    app.add_config_value("execution_cache_root", str(REPOSITORY), "env")
    app.connect("env-get-outdated", _outdated)
    app.connect("source-read", _choose_cache)
    # A chapter's cache is its own, and processes that read share nothing else.
    return {
        "version": "2",
        "env_version": 2,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
