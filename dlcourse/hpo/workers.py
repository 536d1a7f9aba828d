"""Executors: in this process, and in warm worker processes of which each can be replaced."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import pickle
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Executor, Future
from pathlib import Path
from typing import Any

from dlcourse.hpo.checks import check_integer
from dlcourse.hpo.processes import prepare_worker, warm_context
from dlcourse.hpo.tasks import hung

START_SECONDS = 120.0


class HungError(TimeoutError):
    """A job took longer than allowed; the text holds the stack where it hung."""


class SerialExecutor(Executor):
    """Runs each call at once, in this thread of this process.

    Ctrl-C inside a call is raised where the call was submitted, not kept in its future.
    """

    num_workers = 1

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function and return a future that is done."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class WorkerPool(Executor):
    """Processes that wait for work with torch already imported, one thread each.

    Functions defined in a notebook or script can be sent to them. A worker that dies or
    hangs is replaced, and no other one notices. Use it as a context manager, or call
    `shutdown`. A script needs no ``if __name__ == "__main__"`` for it.

    Args:
        num_workers: how many processes.
        preload: modules that every worker has imported before its first job.

    Raises:
        ValueError: ``num_workers`` is no integer of at least 1.
        RuntimeError: the workers can't be started.
    """

    def __init__(self, num_workers: int, *, preload: Sequence[str] = ("torch",)) -> None:
        check_integer("num_workers", num_workers, least=1)
        self.num_workers, self.preload = num_workers, tuple(preload)
        self._stacks = Path(tempfile.mkdtemp(prefix="dlcourse-stacks-"))
        self._closed = False
        self._lock = threading.Lock()
        self._pool = self._start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Call the function in a worker; cancelling the future ends its worker's process.

        Raises:
            RuntimeError: the pool has been shut down.
        """
        return self.submit_within(None, fn, *args, **kwargs)

    def submit_within(
        self, timeout: float | None, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        """Do as `submit` does, but end and replace a worker that takes too long.

        The ``timeout`` is in seconds from the start of the call, None for no limit. What
        the function does before, in a method ``prepare`` if it has one, such as importing
        modules, doesn't count. The future raises `HungError` where the time was over.
        """
        import cloudpickle

        call = cloudpickle.dumps((fn, args, kwargs))
        handle, name = tempfile.mkstemp(suffix=".txt", dir=self._stacks_folder())
        os.close(handle)
        inner = self._alive().schedule(_work, args=(call, timeout, name))
        return _WorkerFuture(inner, timeout, Path(name))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers, after what they are doing if ``wait`` is true."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if wait and not cancel_futures:
            self._pool.close()
        else:
            self._pool.stop()
        self._pool.join()
        shutil.rmtree(self._stacks, ignore_errors=True)

    def _stacks_folder(self) -> Path:
        if self._closed:
            raise RuntimeError("the WorkerPool has been shut down; make a new one")
        return self._stacks

    def _alive(self) -> Any:
        """Return the pool, a new one where a worker that died idle has brought it down."""
        with self._lock:
            if not self._pool.active:
                self._pool.stop()
                self._pool.join()
                self._pool = self._start()
            return self._pool

    def _start(self) -> Any:
        from pebble import ProcessPool

        pool = ProcessPool(
            max_workers=self.num_workers,
            initializer=prepare_worker,
            initargs=(self.preload,),
            context=warm_context(self.preload),
        )
        try:
            # One answer means that all are there: they are forked from one warm process.
            pool.schedule(os.getpid).result(START_SECONDS)
        except Exception as error:
            pool.stop()
            pool.join()
            raise RuntimeError(
                f"the workers did not start ({type(error).__name__}: {error}); "
                f"see above for what happened when they imported {', '.join(self.preload)}"
            ) from error
        return pool


class _WorkerFuture(Future[Any]):
    """A pool's future, with the stack of a hanging job in place of a bare timeout."""

    def __init__(self, inner: Future[Any], timeout: float | None, stack: Path) -> None:
        super().__init__()
        self._inner, self._timeout, self._stack_file = inner, timeout, stack
        inner.add_done_callback(self._finish)

    def cancel(self) -> bool:
        """End the worker's process, unless the call is done already."""
        return self._inner.cancel()

    def running(self) -> bool:
        """Return whether a worker is at it."""
        return self._inner.running()

    def _finish(self, inner: Future[Any]) -> None:
        try:
            self.set_result(inner.result())
        except CancelledError:
            super().cancel()
            self.set_running_or_notify_cancel()
        except BaseException as error:
            stack = self._stack()  # only a worker that hung has written one
            hanging = HungError(hung(self._timeout or 0.0, stack)) if stack else None
            self.set_exception(hanging or error)
        with contextlib.suppress(OSError):
            self._stack_file.unlink()

    def _stack(self) -> str:
        """Return the frames of the call, outermost first, from what faulthandler wrote."""
        frames: list[str] = []
        for line in self._stack_file.read_text().splitlines():
            place = re.match(r'  File "(.*)", line (\d+) in (.*)', line)
            if place is None:  # another thread begins
                frames = []
            elif place[1] == __file__ and place[3] == _work.__name__:
                break
            else:
                frames.append(line)
        own = str(Path(__file__).with_name("tasks.py"))
        return "\n".join(line for line in reversed(frames) if own not in line)


def _work(call: bytes, timeout: float | None, stack: str) -> Any:
    """Run a call in a worker; when the time is over, write down where it is and exit."""
    function, args, kwargs = pickle.loads(call)
    prepare = getattr(function, "prepare", None)
    if prepare is not None:
        prepare()
    if timeout is None:
        return function(*args, **kwargs)
    with Path(stack).open("w") as file:
        # A thread in C watches and exits, so that a call that keeps Python's lock ends too.
        faulthandler.dump_traceback_later(timeout, file=file, exit=True)
        try:
            return function(*args, **kwargs)
        finally:
            faulthandler.cancel_dump_traceback_later()
