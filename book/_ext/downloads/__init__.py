"""Take it with you: notebooks, all of them in one archive, the book as PDF and EPUB.

After a build every chapter with code is written to `downloads/` of the site as a notebook, and
all of them with the library into one archive. `python -m downloads` makes the PDF and the
EPUB from the built site. The menu in the header of each page names what there is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

import nbformat
from execution_cache import KEY, is_chapter
from execution_cache.store import REPOSITORY, Store, read_chapter
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from grader import plain

from . import archive, menu, settings
from .book import Page
from .notebooks import notebook

FOLDER = "downloads"
HERE = Path(__file__).parent
# What the last build wrote, beside Sphinx's own notes of what it has read.
STAMPS = "downloads.json"

logger = logging.getLogger(__name__)


def pages_with_code(env: BuildEnvironment) -> list[str]:
    """Names of the pages that have code cells, in order."""
    return sorted(name for name in env.found_docs if is_chapter(env, name))


def _run(env: BuildEnvironment, docname: str) -> Path | None:
    """The jupyter-cache with a chapter's executed cells."""
    root = Path(env.config.execution_cache_root)
    source = Path(env.doc2path(docname))
    name = source.relative_to(root).with_suffix("").as_posix()
    if key := env.metadata[docname].get(KEY):
        return Store.folder_of(root, name) / key
    nb = read_chapter(source)
    assert nb is not None, f"{source} has no code cells"
    entry = Store.here(root).entry(name, nb)
    return entry.folder if entry.complete else None


def _hash(*parts: bytes | str) -> str:
    texts = (part if isinstance(part, bytes) else part.encode() for part in parts)
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _own_code() -> str:
    files = [*sorted(HERE.glob("*.py")), Path(str(plain.__file__))]
    return _hash(*(path.read_bytes() for path in files))


def write_notebooks(app: Sphinx, target: Path, stamps: dict[str, str]) -> list[str]:
    """Write each chapter that is not as its stamp says; all chapters' names.

    Args:
        app: whose environment has read all pages.
        target: folder for the notebooks.
        stamps: hash of what each notebook was made from; changed here.
    """
    env, names = app.env, pages_with_code(app.env)
    launch = settings.read(app.config)
    library = launch.library
    titles = "".join(f"{name}{node.astext()}" for name, node in sorted(env.titles.items()))
    labels = repr(sorted(env.domains["std"].labels.items()))  # type: ignore[attr-defined]
    shared = _hash(
        _own_code(), library, launch.site, titles, labels, *names, *_bibliography(env)
    )
    for name in names:
        source = Path(env.doc2path(name))
        run = _run(env, name)
        stamp = _hash(shared, source.read_bytes(), str(run), *_pictures(env, name))
        path = target / f"{name}.ipynb"
        if stamps.get(name) == stamp and path.is_file():
            continue
        page = Page(env, name, names, launch.site)
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(source, page, run, library), path)
        stamps[name] = stamp
    return names


def _bibliography(env: BuildEnvironment) -> Iterable[bytes]:
    return ((Path(env.srcdir) / name).read_bytes() for name in env.config.bibtex_bibfiles)


def _pictures(env: BuildEnvironment, name: str) -> Iterable[bytes]:
    """What a page shows and its notebook holds, with whatever else Sphinx reads it with."""
    paths = [Path(env.srcdir) / path for path in sorted(map(str, env.dependencies[name]))]
    return (path.read_bytes() for path in paths if path.is_file())


def write_archive(target: Path, names: list[str], stamps: dict[str, str]) -> None:
    """Pack the archive again if a file in it is another than it was."""
    states = [path.stat() for path in archive.sources(REPOSITORY)]
    stamp = _hash(
        *(stamps[name] for name in names),
        *(f"{state.st_size} {state.st_mtime_ns}" for state in states),
    )
    path = target / f"{archive.TOP}.zip"
    if stamps.get("zip") != stamp or not path.is_file():
        archive.pack(path, archive.contents(REPOSITORY, target, names))
        stamps["zip"] = stamp


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is not None or app.builder.name != "html":
        return
    target = Path(app.outdir) / FOLDER
    notes = Path(app.doctreedir) / STAMPS
    stamps = json.loads(notes.read_text()) if notes.is_file() else {}
    before = dict(stamps)
    names = write_notebooks(app, target, stamps)
    for path in target.rglob("*.ipynb"):
        if path.relative_to(target).with_suffix("").as_posix() not in names:
            path.unlink()
    write_archive(target, names, stamps)
    if stamps != before:
        notes.write_text(json.dumps(stamps, indent=1))
    menu.fill(Path(app.outdir))


def setup(app: Sphinx) -> dict[str, object]:
    """Register with Sphinx."""
    settings.setup(app)
    menu.setup(app)
    # Before the icons are counted (900) and the policy is written (990).
    app.connect("build-finished", _write, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
