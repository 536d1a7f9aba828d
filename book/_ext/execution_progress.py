"""Say which cell is running while the site is built: a chapter can take minutes."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

import nbclient
from jupyter_cache.executors import utils
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util import logging

EVERY_SECONDS = 5.0

logger = logging.getLogger(__name__)


def cell_reporter(
    report: Callable[[str], None], clock: Callable[[], float] = time.monotonic
) -> Callable[..., None]:
    """A callback for nbclient's `on_cell_start` that reports at most every five seconds.

    Args:
        report: takes one line of text.
        clock: the time in seconds.
    """
    start = last = clock()

    def on_cell_start(cell: NotebookNode, cell_index: int) -> None:
        nonlocal last
        if cell.cell_type == "code" and clock() - last >= EVERY_SECONDS:
            last = clock()
            first_line = cell.source.strip().partition("\n")[0]
            report(f"  {last - start:.0f} s: {first_line}")

    return on_cell_start


def _execute(nb: NotebookNode, **settings: Any) -> NotebookNode:
    return nbclient.execute(nb, on_cell_start=cell_reporter(logger.info), **settings)


def setup(app: Sphinx) -> dict[str, object]:
    """Put the callback where jupyter-cache, which has no setting for it, calls nbclient."""
    utils.executenb = functools.wraps(nbclient.execute)(_execute)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
