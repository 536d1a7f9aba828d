"""Keep executed cells where nothing that they depend on can change unseen.

myst-nb's cache looks at a chapter's code cells only. What those cells call is just as much a
part of their outputs, so each chapter has a cache of its own, in a folder named after a hash
of all that it needs, and is read again when that hash is another.
"""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from .memory import Memory
from .store import REPOSITORY, drop_strangers, read_chapter

KEY = "execution_key"
# What was found out about the chapters, beside Sphinx's own notes of what it has read.
NOTES = "executed.json"

logger = logging.getLogger(__name__)


def is_chapter(env: BuildEnvironment, docname: str) -> bool:
    """Whether a page that has been read has code cells."""
    path = Path(env.doc2path(docname))
    if path.suffix != ".md" or not path.is_file():
        return False
    return KEY in env.metadata[docname] or read_chapter(path) is not None


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Chapters that Sphinx would not read again, though what their cells call is another."""
    root = Path(app.config.execution_cache_root)
    drop_strangers(root)
    _memories[env] = memory = Memory(Path(app.doctreedir, NOTES), root)
    if app.config.nb_execution_mode != "cache":
        return []
    pages = {name: Path(env.doc2path(name)) for name in env.found_docs}
    entries = {name: memory.entry(path) for name, path in pages.items() if path.suffix == ".md"}
    memory.keep()
    return [
        name
        for name, entry in entries.items()
        if name not in added | changed
        and entry
        and (not entry.complete or entry.key != env.metadata[name].get(KEY))
    ]


def _choose_cache(app: Sphinx, docname: str, content: list[str]) -> None:
    path = Path(app.env.doc2path(docname))
    if app.config.nb_execution_mode != "cache" or path.suffix != ".md":
        return
    memory = _memories[app.env]
    entry = memory.entry(path)
    if entry is not None and not entry.complete:
        # Its cells run now, so it counts where torch says that they do.
        entry = memory.entry(path, afresh=True)
    if entry is None:
        return
    if not entry.complete:
        logger.info("%s is executed: %s", docname, entry.why())
    entry.open()
    entry.drop_others()
    app.env.metadata[docname][KEY] = entry.key
    # myst-nb has one setting for all chapters and reads it anew for each.
    app.env.mystnb_config = app.env.mystnb_config.copy(execution_cache_path=str(entry.folder))


# Sphinx keeps what an environment holds; this is of one build.
_memories: WeakKeyDictionary[BuildEnvironment, Memory] = WeakKeyDictionary()


def setup(app: Sphinx) -> dict[str, object]:
    """Choose a cache for each chapter before it is read."""
    app.add_config_value("execution_cache_root", str(REPOSITORY), "env")
    app.connect("env-get-outdated", _outdated)
    app.connect("source-read", _choose_cache)
    # A chapter's cache is its own, and processes that read share nothing else.
    return {
        "version": "2",
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
