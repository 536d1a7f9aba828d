"""Runs of notebooks: those that the site's cache holds, and new ones, which go there too.

A notebook runs here exactly as it does while the site is built, so that whichever of the two
comes first spares the other the work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from execution_cache.store import Store
from jupyter_cache.executors.utils import single_nb_execution
from nbformat import NotebookNode

from . import references

CELL_SECONDS = 1800


@dataclass(frozen=True)
class Run:
    """A notebook whose cells have been executed.

    Attributes:
        cells: its code cells with their outputs; after a failure those that follow have none.
        failure: the first lines of the error that ended the run, or "".
        seconds: how long it ran, or None if it was in the cache.
    """

    cells: list[NotebookNode]
    failure: str = ""
    seconds: float | None = None


def run_of(name: str, *, fresh: bool = False, say: Callable[[str], None] = print) -> Run:
    """The run of a notebook in its present state.

    Args:
        name: path of its source below the repository, without suffix, like "book/gan/gan".
        fresh: whether to execute it though the cache holds a run.
        say: takes a line with the cause when it is executed.
    """
    nb = references.notebook(name)
    entry = Store.here(references.REPOSITORY).entry(name, nb)
    if not fresh and (kept := entry.load(nb)):
        return Run(_code(kept))
    say(f"{name} is executed: {'as asked' if fresh else entry.why()}")
    source = references.source_of(name)
    cwd = source.parent if name.startswith("book/") else _folder(name)
    done = single_nb_execution(nb, cwd=str(cwd), timeout=CELL_SECONDS, allow_errors=False)
    if done.err is not None:
        return Run(_code(nb), str(done.err), done.time)
    entry.save(nb, source, done.time)
    entry.drop_others()
    return Run(_code(nb), seconds=done.time)


def _folder(name: str) -> Path:
    """Where a solved problem set runs: a folder in which no other file lies."""
    folder = references.REPOSITORY / "_build" / "notebooks" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _code(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]
