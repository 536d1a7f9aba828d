"""How a task gets to an executor's workers, whichever executor it is."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from dlcourse.hpo.checks import check_integer
from dlcourse.hpo.tasks import Sent, Task, run_task
from dlcourse.hpo.workers import SerialExecutor

Objective = Callable[..., Any]


class Dispatcher:
    """Sends tasks with their objective to an executor.

    Args:
        executor: where they run.
        objective: pickled once, by value where it comes from a notebook or script, so
            that also executors that pickle by name alone can run it.

    Attributes:
        in_process: whether the workers are threads of this process.

    Raises:
        ValueError: the objective can't be pickled.
    """

    def __init__(self, executor: Executor, objective: Objective) -> None:
        self.executor = executor
        self.in_process = isinstance(executor, SerialExecutor | ThreadPoolExecutor)
        self._objective = objective
        self._pickled = b"" if self.in_process else _pickle(objective)

    def submit(self, task: Task) -> Future[Any]:
        """Return the future of a task's `Outcome`.

        Raises:
            RuntimeError: the executor takes no more tasks.
        """
        try:
            return self._submit(task)
        except RuntimeError as error:  # also BrokenProcessPool
            raise RuntimeError(
                f"the executor takes no more jobs ({type(error).__name__}: {error}); "
                "a hpo.WorkerPool replaces workers that die"
            ) from error

    def _submit(self, task: Task) -> Future[Any]:
        import cloudpickle

        if self.in_process:
            return self.executor.submit(run_task, self._objective, task)
        within = getattr(self.executor, "submit_within", None)
        if within is None:
            return self.executor.submit(Sent(self._pickled, cloudpickle.dumps(task)))
        # This executor ends jobs that hang itself, and the process with them.
        sent = Sent(self._pickled, cloudpickle.dumps(replace(task, timeout=None)))
        return within(task.timeout, sent)


def count_workers(executor: Executor, asked: int | None) -> int:
    """Return how many jobs may run at once: what was asked for, or what the executor says.

    Raises:
        ValueError: it is no executor, it doesn't say, or more than one was asked of none.
    """
    if not hasattr(executor, "submit") or isinstance(executor, type):
        raise ValueError(f"executor must be a concurrent.futures.Executor, got {executor!r}")
    if isinstance(executor, SerialExecutor) and asked not in (None, 1):
        raise ValueError(
            f"num_workers = {asked!r} needs workers; give executor=hpo.WorkerPool({asked!r})"
        )
    number = asked
    for name in ("num_workers", "_max_workers"):
        number = getattr(executor, name, None) if number is None else number
    client = getattr(executor, "_client", None)
    if number is None and client is not None:  # dask.distributed
        number = sum(client.nthreads().values())
        if number == 0:
            raise ValueError(
                "num_workers: the cluster has no worker yet; call client.wait_for_workers(1) "
                "first, or say how many there will be"
            )
    if number is None:
        raise ValueError("num_workers: this executor doesn't tell how many; say it")
    check_integer("num_workers", number, least=1)
    return number


def _pickle(objective: Objective) -> bytes:
    import cloudpickle

    try:
        return cloudpickle.dumps(objective)
    except Exception as error:
        raise ValueError(
            f"objective can't be sent to other processes ({type(error).__name__}: {error}); "
            "open files, locks and the like inside it"
        ) from error
