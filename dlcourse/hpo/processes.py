"""How worker processes start: warm, with one thread each, and gone when the search is."""

from __future__ import annotations

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from multiprocessing import context
from multiprocessing.context import BaseContext
from typing import Any

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
EXITED = 255  # in place of 0, see _WarmProcess.exitcode
FORKSERVER = "forkserver" in multiprocessing.get_all_start_methods()
_main_lock = threading.Lock()
_Context: Any = context.ForkServerContext if FORKSERVER else context.SpawnContext
_Process: Any = context.ForkServerProcess if FORKSERVER else context.SpawnProcess


def prepare_worker(preload: Sequence[str]) -> None:
    """Make a new process ready for its first job."""
    # At once, whatever the job is doing: there is nothing worth tidying up in a worker.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for name in THREADS:
        os.environ[name] = "1"
    for name in preload:
        importlib.import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End with the search, also when it is killed: else its jobs would train on unseen."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class _WarmProcess(_Process):
    def start(self) -> None:
        with _main_hidden():
            super().start()

    @property
    def exitcode(self) -> int | None:
        """Return how the process ended: never with 0, the mark of an end that was planned.

        A worker waits for work until it is ended from outside, so that one whose job has
        called ``os._exit(0)`` has died like any other; pebble would pass it over.
        """
        code = super().exitcode
        return EXITED if code == 0 else code


class _WarmContext(_Context):
    Process = _WarmProcess


def warm_context(preload: Sequence[str]) -> BaseContext:
    """Return a context whose processes are forked from one that has imported the modules.

    Where there is no fork server (Windows) each process imports them for itself.
    """
    if FORKSERVER:
        _start_forkserver(preload)
    return _WarmContext()


def _start_forkserver(preload: Sequence[str]) -> None:
    from multiprocessing import forkserver

    multiprocessing.set_forkserver_preload(list(preload))
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        with _main_hidden():
            forkserver.ensure_running()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep the new process from running the user's script a second time.

    Its functions travel by value, so that the worker doesn't need it.
    """
    main = sys.modules["__main__"]
    with _main_lock:
        names = [name for name in ("__file__", "__spec__") if name in vars(main)]
        hidden: dict[str, Any] = {name: vars(main).pop(name) for name in names}
        main.__spec__ = None
        try:
            yield
        finally:
            vars(main).update(hidden)
