"""Searches on simulated time: a schedule of hours in seconds, and the same every time."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any

from dlcourse.hpo.checks import (
    check_callable,
    check_fresh,
    check_integer,
    check_optional_integer,
    check_optional_seconds,
)
from dlcourse.hpo.jobs import Job, Result, Results
from dlcourse.hpo.schedulers import Scheduler

# (when it ends, worker, when it began, job); no two of them share a worker.
Running = tuple[float, int, float, Job]


def simulate(
    scheduler: Scheduler,
    duration: Callable[[Job], float],
    num_workers: int,
    *,
    error: Callable[[Job], float | Iterable[float]],
    until: float | None = None,
    max_jobs: int | None = None,
) -> Results:
    """Run a search on simulated workers and simulated time.

    The decisions are the scheduler's own; only training is replaced. A free worker asks
    for a job at once, the lowest number first; if there is none it waits until a job ends
    somewhere. Jobs that end at the same moment are all reported, in the order of their
    workers, before anyone asks.

    Args:
        scheduler: a fresh one; it is used up.
        duration: the seconds a job takes, above 0 and finite.
        num_workers: how many jobs run at the same time.
        error: what a job reports in the end, or a list of errors, one after each unit of
            resource, of which the last counts. It is asked when the job ends.
        until: seconds at which the search stops; jobs running then are ``"cut"``.
        max_jobs: no more jobs than this are started.

    Returns:
        The results in the order in which they came, and the times of each. It ends when
        the scheduler is finished, or when no job is running and it gives none.

    Raises:
        ValueError: the scheduler has been used, an argument is out of range, a job's
            duration is not above 0, or nothing would ever end the search.
    """
    check_fresh(scheduler)
    check_callable("duration", duration)
    check_callable("error", error)
    check_integer("num_workers", num_workers, least=1)
    check_optional_integer("max_jobs", max_jobs, least=1)
    check_optional_seconds("until", until)
    if until is None and max_jobs is None and getattr(scheduler, "endless", False):
        raise ValueError("nothing ends this search: give until, max_jobs or a limit of trials")
    results = Results(num_workers=num_workers)
    end = math.inf if until is None else until
    jobs_left = math.inf if max_jobs is None else max_jobs
    free = list(range(num_workers))  # sorted, and so a heap
    running: list[Running] = []
    now = 0.0
    while True:
        while free and jobs_left and now < end and (job := scheduler.suggest()) is not None:
            heappush(running, (now + _seconds(duration, job), heappop(free), now, job))
            jobs_left -= 1
        if not running or running[0][0] > end:
            break
        now = running[0][0]
        while running and running[0][0] == now:
            ended = heappop(running)
            result = _result(ended, _curve(error, ended[-1]), results.metric)
            results.append(result)
            scheduler.report(result.trial_id, result.error, result.resource)
            heappush(free, result.worker)
    if running:
        results.duration = end
        for cut in sorted(running, key=lambda job: job[1]):
            results.append(_cut(cut, _curve(error, cut[-1]), results.metric, end))
    return results


def _seconds(duration: Callable[[Job], float], job: Job) -> float:
    seconds = _number("duration", duration(job))
    if not 0 < seconds < math.inf:
        raise ValueError(
            f"duration must be above 0 seconds and finite, got {seconds:g} "
            f"for trial {job.trial_id} up to resource {job.resource}"
        )
    return seconds


def _curve(error: Callable[[Job], float | Iterable[float]], job: Job) -> list[float]:
    errors = error(job)
    # An array or tensor of one number says that it can be iterated over, but can't.
    if not isinstance(errors, Iterable) or getattr(errors, "ndim", None) == 0:
        return [_number("error", errors)]
    curve = [_number("error", e) for e in errors]
    if not curve:
        raise ValueError(f"error must give at least one number, got none for {job}")
    return curve


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must give a number, got {value!r}") from None


def _result(running: Running, curve: list[float], metric: str) -> Result:
    ended, worker, started, job = running
    return Result.of(
        job,
        error=curve[-1],
        curve=[{metric: e} for e in curve],
        started=started,
        ended=ended,
        worker=worker,
    )


def _cut(running: Running, curve: list[float], metric: str, end: float) -> Result:
    would_end, worker, started, job = running
    done = math.floor(len(curve) * (end - started) / (would_end - started))
    return Result.of(
        job,
        error=math.nan,
        curve=[{metric: e} for e in curve[:done]],
        started=started,
        ended=end,
        worker=worker,
        status="cut",
    )
