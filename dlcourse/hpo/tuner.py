"""The tuner: asks a scheduler for jobs, has an executor's workers do them, reports back."""

from __future__ import annotations

import contextlib
import math
import os
import queue
import shutil
import tempfile
import time
import uuid
import warnings
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcourse.hpo import checkpoints
from dlcourse.hpo.checks import check_callable, check_fresh, check_optional_seconds
from dlcourse.hpo.dispatch import Dispatcher, Objective, count_workers
from dlcourse.hpo.jobs import Job, Result, Results
from dlcourse.hpo.journal import Journal, describe, open_journal, record, replay
from dlcourse.hpo.limits import Limits
from dlcourse.hpo.schedulers import Scheduler
from dlcourse.hpo.tasks import Outcome, Task
from dlcourse.hpo.workers import HungError, SerialExecutor

if TYPE_CHECKING:
    from dlcourse.progress import ProgressBar

MAX_ATTEMPTS = 3  # a job whose worker dies is run again twice
LOOK_UP_SECONDS = 1.0  # how long Ctrl-C may have to wait where waiting can't be interrupted


@dataclass
class _Run:
    """A job with the worker it is on."""

    job: Job
    worker: int
    started: float
    attempts: int = 0
    future: Future[Any] | None = field(default=None, repr=False)


class Tuner:
    """Runs a search: a scheduler's jobs, an objective, an executor's workers.

    The objective is called as ``objective(configuration)``; where the scheduler says for
    how many units of resource (epochs), as ``objective(configuration, resource=r,
    checkpoint=path)``, where ``path`` is a folder that holds what the trial's last job
    left in it. It returns a number, smaller is better, or a mapping of metrics, or a list
    or generator of either, one per unit of resource, of which the last counts.

    A job that raises, hangs or loses its worker three times is failed, and the search goes
    on. NaN counts as worst.

    Args:
        scheduler: decides what runs; a fresh one.
        objective: must be fit for sending to the executor's workers.
        executor: any `concurrent.futures.Executor`, such as a `WorkerPool` or that of
            ``dask.distributed``: ``Client(...).get_executor()``. In this process if None.
        num_workers: how many jobs may run at once; what the executor says if None.
        metric: the name of the error in mappings.
        max_seconds: start no job later, and cut those that run; in this process a job is
            cut where it yields. Earlier runs of the same folder count.
        max_trials: end when so many trials have a result.
        target: end when an error is this or less.
        job_timeout: seconds after which a job has failed. A `WorkerPool` ends its process.
            Elsewhere its thread is told to end, which it does at its next line of Python.
        folder: keeps the results and checkpoints; a search that was cut off goes on when it
            is run again with the same folder. All workers must see it, if the objective
            uses checkpoints. None keeps nothing.
        callback: called with the `Results` after each one. If it has a method ``finish``,
            that is called with them when the search is over.
        progress: whether to show a progress bar.

    Attributes:
        results: what has come so far.

    Raises:
        ValueError: an argument is of no use; the message names it.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        objective: Objective,
        executor: Executor | None = None,
        num_workers: int | None = None,
        *,
        metric: str = "validation_error",
        max_seconds: float | None = None,
        max_trials: int | None = None,
        target: float | None = None,
        job_timeout: float | None = None,
        folder: str | Path | None = None,
        callback: Callable[[Results], object] | None = None,
        progress: bool = True,
    ) -> None:
        check_fresh(scheduler)
        check_callable("objective", objective)
        check_optional_seconds("job_timeout", job_timeout)
        if callback is not None:
            check_callable("callback", callback)
        if not isinstance(metric, str):
            raise ValueError(f"metric must be a name, got {metric!r}")
        if not isinstance(folder, str | os.PathLike | None):
            raise ValueError(f"folder must be a path, got {folder!r}")
        self.scheduler, self.objective, self.metric = scheduler, objective, metric
        self.executor = SerialExecutor() if executor is None else executor
        self.num_workers = count_workers(self.executor, num_workers)
        self._limits = Limits(max_seconds, max_trials, target)
        self.max_seconds, self.max_trials, self.target = max_seconds, max_trials, target
        self.job_timeout, self.callback, self.progress = job_timeout, callback, progress
        self.folder = None if folder is None else Path(folder)
        self.results = Results(num_workers=self.num_workers, metric=metric)
        self._dispatcher = Dispatcher(self.executor, objective)
        self._journal: Journal | None = None
        self._again: deque[Job] = deque()  # cut off in an earlier run of the folder
        self._running: dict[int, _Run] = {}  # by worker
        self._done: queue.SimpleQueue[tuple[_Run, Future[Any]]] = queue.SimpleQueue()
        self._origin = 0.0
        self._has_run = self._full = False

    def run(self) -> Results:
        """Run the search to its end and return the results; Ctrl-C ends it early.

        Raises:
            ValueError: the objective takes other arguments, the metric is missing in what it
                returns, or the folder can't be used, is in use or holds another search.
            OSError: the results can't be written any more.
            RuntimeError: this tuner has run before, or the executor takes no more jobs.
        """
        if self._has_run:
            raise RuntimeError("this tuner has run; make a new one, with a fresh scheduler")
        self._has_run = True
        with contextlib.ExitStack() as stack:
            self._open(stack)
            bar = stack.enter_context(self._bar())
            self._origin = time.monotonic() - self.results.duration
            try:
                self._search(bar)
            except KeyboardInterrupt:
                self._cut_running()
                print(f"Interrupted; {self._count()} kept.")
            finally:
                self._cut_running()
                self.results.duration = self._seconds()
        self._warn_of_failures()
        finish = getattr(self.callback, "finish", None)
        if finish is not None:
            finish(self.results)
        return self.results

    def _open(self, stack: contextlib.ExitStack) -> None:
        """Make the folders and repeat what the journal tells."""
        if self.folder is None:
            root = Path(tempfile.mkdtemp(prefix="dlcourse-search-"))
            stack.callback(shutil.rmtree, root, ignore_errors=True)
        else:
            root = self.folder
            self._journal = open_journal(root)
            stack.callback(self._journal.close)
            self._again.extend(replay(self._journal, self.scheduler, self.results))
            if not self._journal.events:
                self._write(**describe(self.scheduler, self.metric))
        self._checkpoints = root.resolve() / "checkpoints"
        self._checkpoints.mkdir(exist_ok=True)
        checkpoints.clear_unfinished(self._checkpoints)
        self._limits.go_on_from(self.results, self._again)

    def _bar(self) -> ProgressBar:
        # It loads torch, which takes seconds: only here, and before the clock starts.
        from dlcourse.progress import progress_bar

        total = self.max_trials or getattr(self.scheduler, "max_trials", None)
        done = self._limits.num_ended
        return progress_bar(total, done=done, unit="trial", hidden=not self.progress)

    def _search(self, bar: ProgressBar) -> None:
        while not self._limits.reached(self._seconds()):
            self._start_jobs()
            if not self._running:
                break
            with contextlib.suppress(queue.Empty):
                run, future = self._done.get(timeout=self._patience())
                before = self._limits.num_ended
                self._take(run, future)
                if self._limits.num_ended > before:
                    bar.advance(best=self._limits.best)

    def _start_jobs(self) -> None:
        free = [i for i in range(self.num_workers) if i not in self._running]
        for worker in free:
            job = self._next_job()
            if job is None or self._limits.reached(self._seconds()):
                return
            run = self._running[worker] = _Run(job, worker, self._seconds())
            self._submit(run)

    def _next_job(self) -> Job | None:
        if self._again:
            return self._again.popleft()
        job = None if self._full else self.scheduler.suggest()
        if job is None:
            return None
        self._full = not self._limits.admit(job)
        if self._full:  # those that run already make up the number
            return None
        self._write(
            "start",
            trial_id=job.trial_id,
            configuration=job.configuration,
            resource=job.resource,
            start=job.start,
            time=self._seconds(),
        )
        return job

    def _submit(self, run: _Run) -> None:
        run.attempts += 1
        task = Task(
            run.job,
            self.metric,
            self._checkpoints,
            self.job_timeout,
            self._deadline(),
            uuid.uuid4().hex,
        )
        future = self._dispatcher.submit(task)
        run.future = future
        future.add_done_callback(lambda done: self._done.put((run, done)))

    def _take(self, run: _Run, future: Future[Any]) -> None:
        """Report what came of a job, or run it again if its worker died."""
        if self._running.get(run.worker) is not run:
            return
        try:
            outcome = future.result()
        except HungError as error:
            outcome = Outcome("failed", traceback=str(error))
        except Exception as error:  # none of the objective's own
            # Dask has run a job whose worker died again itself, and gives it up with this.
            given_up = type(error).__name__ == "KilledWorker"
            if run.attempts < MAX_ATTEMPTS and not given_up:
                self._submit(run)
                return
            cause = f"{type(error).__name__}: {error}"
            outcome = Outcome("failed", traceback=f"The worker died each time:\n{cause}\n")
        if outcome.status == "misused":
            raise ValueError(outcome.message)
        self._finish(run, outcome)

    def _finish(self, run: _Run, outcome: Outcome) -> None:
        del self._running[run.worker]
        job, finished = run.job, outcome.status == "finished"
        result = Result.of(
            job,
            error=outcome.curve[-1][self.metric] if finished else math.nan,
            curve=outcome.curve,
            started=run.started,
            ended=self._seconds(),
            worker=run.worker,
            status=outcome.status,
            traceback=outcome.traceback,
        )
        self.results.append(result)
        self._limits.count(result)
        self._write("result", **record(result))
        if result.status == "cut":
            return
        if finished:
            self.scheduler.report(job.trial_id, result.error, job.resource)
            checkpoints.forget(self._checkpoints, job)
        else:
            self.scheduler.fail(job.trial_id, job.resource)
        if self.callback is not None:
            self.callback(self.results)

    def _cut_running(self) -> None:
        for run in list(self._running.values()):
            if run.future is not None:
                run.future.cancel()
            self._finish(run, Outcome("cut"))

    def _seconds(self) -> float:
        return time.monotonic() - self._origin

    def _deadline(self) -> float | None:
        """Return when a job is to be cut; None where clocks may not be this process's."""
        if self.max_seconds is None or not self._dispatcher.in_process:
            return None
        return self._origin + self.max_seconds

    def _patience(self) -> float:
        if self.max_seconds is None:
            return LOOK_UP_SECONDS
        return min(LOOK_UP_SECONDS, max(0.0, self.max_seconds - self._seconds()))

    def _write(self, event: str, **content: Any) -> None:
        if self._journal is not None:
            self._journal.write(event, **content)

    def _count(self) -> str:
        count = sum(result.status != "cut" for result in self.results)
        return "1 result" if count == 1 else f"{count} results"

    def _warn_of_failures(self) -> None:
        traces = [result.traceback for result in self.results if result.status != "cut"]
        if traces and all(traces):
            last = (traces[-1] or "").strip().splitlines()[-1]
            warnings.warn(f"every job failed, the last one with: {last}", stacklevel=3)
