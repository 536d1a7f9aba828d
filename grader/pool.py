"""Run many notebooks at once, and go on when a worker process is lost."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import psutil  # type: ignore[import-untyped]

from . import warm
from .errors import GraderError, concerns_everyone, in_plain_words, one_line
from .execute import Run, run_notebook
from .limits import Limits

if TYPE_CHECKING:
    from .isolated.names import Plan

CLUSTER_SECONDS = 10
Outcome = Run | str
"""What came of one notebook: a run, or one line that says why there was none."""
Work = Callable[..., Run]


def work_isolated(notebook: str, **options: Any) -> Run:
    """`run_isolated`, imported where it runs: compat mode needs nothing of it."""
    from .isolated.run import run_isolated

    return run_isolated(notebook, **options)


def default_workers(limits: Limits, sandboxes: int = 1) -> int:
    """As many workers as there are cores, and as memory allows.

    Args:
        limits: what each sandbox may use.
        sandboxes: that a worker has at once: two in isolated mode, the checker's with them.
    """
    by_memory = psutil.virtual_memory().available // (sandboxes * limits.memory_bytes)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return int(max(1, min(cores or 1, by_memory)))


def run_all(
    notebooks: Mapping[str, str],
    limits: Limits,
    *,
    sandboxed: bool = True,
    files: Mapping[str, bytes] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    plan: Plan | None = None,
) -> Iterator[tuple[str, Outcome]]:
    """Run notebooks in worker processes; give each as soon as it is done.

    Args:
        notebooks: nbformat 4 JSON by student.
        limits: what each run may use.
        sandboxed: False runs them with the caller's own rights.
        files: what each finds in its working folder, by name.
        workers: how many at once; by default as many as cores and memory allow.
        executor: anything with the `concurrent.futures.Executor` interface, in place of
            worker processes of our own.
        plan: what checks them in isolated mode; None for compat mode.
    """
    work: Work = partial(run_notebook, limits=limits, sandboxed=sandboxed, files=files)
    if plan is not None:
        work = partial(
            work_isolated, limits=limits, sandboxed=sandboxed, files=files, plan=plan
        )
    if executor is not None:
        yield from _collect(executor, notebooks, work)
        return
    if sandboxed:
        # One server for all workers; it is told apart from "this process's own", which in a
        # worker would be another.
        work = partial(work, forks=warm.address())
    left = dict(notebooks)
    wanted = workers or default_workers(limits, 1 if plan is None else 2)
    try:
        with _processes(min(wanted, max(1, len(left)))) as pool:
            for student, outcome in _collect(pool, notebooks, work):
                del left[student]
                yield student, outcome
    except BrokenProcessPool:
        # One of those that were running took a worker with it, and nobody can say which:
        # the rest run one by one, each with a worker that only it can lose.
        for student, notebook in left.items():
            yield student, _run_alone(notebook, work)


def _run_alone(notebook: str, work: Work) -> Outcome:
    try:
        with _processes(1) as pool:
            return _outcome(pool.submit(work, notebook))
    except BrokenProcessPool:
        return "its worker process was killed from outside, perhaps for lack of memory"


def _collect(
    pool: Executor, notebooks: Mapping[str, str], work: Work
) -> Iterator[tuple[str, Outcome]]:
    students: dict[Future[Run], str] = {
        pool.submit(work, notebook): student for student, notebook in notebooks.items()
    }
    for future in as_completed(list(students)):
        student = students.pop(future)  # with it goes the notebook it holds
        yield student, _outcome(future)


def _outcome(future: Future[Run]) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:
        if concerns_everyone(error):
            raise
        return in_plain_words(error) or one_line(f"{type(error).__name__}: {error}")


def get_ready() -> multiprocessing.context.BaseContext:
    """Let Python's own fork server import what all workers need; gives how to start them."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    forkserver.ensure_running()
    return context


def _become_worker() -> None:
    if hasattr(os, "setsid"):
        os.setsid()  # so that Ctrl-C in the terminal reaches the grader alone
    # A worker waits for work for ever; one whose grader was killed must not. No signal tells
    # it: the parent that the system knows is Python's fork server, which waits for it.
    threading.Thread(target=_end_with_grader, daemon=True).start()


def _end_with_grader() -> None:
    grader = multiprocessing.parent_process()
    if grader is not None:
        grader.join()
        os._exit(1)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of a dask.distributed cluster, as an executor.

    They need this package, and bubblewrap; each keeps a fork server of its own. They are given
    notebooks and give back runs: none of them can reach the gradebook. What a lost worker ran
    is run again by another one.

    Args:
        address: of the scheduler, as in "tcp://host:8786".

    Raises:
        GraderError: if dask.distributed is not installed, or nobody answers there.
    """
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise GraderError(
            "--scheduler needs dask.distributed: run `pip install 'dlcourse[cluster]'`."
        ) from None
    try:
        client = Client(address, timeout=CLUSTER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise GraderError(
            f"No dask scheduler answers at {address} ({one_line(str(error), 120)}): "
            "start one with `dask scheduler`, or leave out --scheduler."
        ) from None
    try:
        yield client.get_executor(pure=False)
    finally:
        client.close()


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    others = set(multiprocessing.active_children())
    # Not forks of this process: they would inherit the gradebook's connection.
    context = get_ready()
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_become_worker)
    try:
        yield pool
    except BaseException:
        for child in set(multiprocessing.active_children()) - others:
            child.terminate()  # its sandbox dies with it
        # Not left to the interpreter's end, which can find the pool's pipes just closed.
        pool.shutdown(cancel_futures=True)
        raise
    else:
        pool.shutdown()
