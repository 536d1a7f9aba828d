"""What a scheduler asks for, what came of it, and what a whole search found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

from dlcourse.hpo.checks import check_integer

Configuration = dict[str, Any]
Status = Literal["finished", "failed", "cut"]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing for a worker to do: train a trial up to a resource.

    Attributes:
        trial_id: the trial's number; its later jobs carry the same one.
        configuration: the value of each hyperparameter by name.
        resource: how many units (epochs) the trial is to have been trained for in all
            when the job ends; None where the scheduler knows no resource.
        start: how many units of them an earlier job has done, so that a checkpoint
            spares them; 0 for a new trial.
    """

    trial_id: int
    configuration: Configuration
    resource: int | None = None
    start: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one job.

    Attributes:
        trial_id: as in the job, like the three that follow.
        configuration: the value of each hyperparameter by name.
        resource: units the trial was to be trained for in all, or None.
        start: units it had been trained for before.
        error: what the scheduler got; NaN or infinite where there is no better answer.
        curve: the metrics after each unit of resource, the last one last; only one entry
            where the objective does not report on its way.
        started: seconds since the search began, of wall-clock or simulated time.
        ended: likewise.
        worker: which of the workers ran it, from 0.
        status: ``"cut"`` where the search stopped before the job was done.
        traceback: of a failed job, as text.
    """

    trial_id: int
    configuration: Configuration
    resource: int | None
    start: int
    error: float
    curve: Sequence[Mapping[str, Any]]
    started: float
    ended: float
    worker: int
    status: Status = "finished"
    traceback: str | None = None

    @classmethod
    def of(cls, job: Job, **outcome: Any) -> Result:
        """Return the result of a job; the keywords are the other attributes."""
        return cls(job.trial_id, job.configuration, job.resource, job.start, **outcome)

    @property
    def job(self) -> Job:
        """The job this came of."""
        return Job(self.trial_id, self.configuration, self.resource, self.start)

    @property
    def resource_spent(self) -> int:
        """The units this job trained for; of one that was not finished, those it reported."""
        if self.status != "finished" or self.resource is None:
            return len(self.curve)
        return self.resource - self.start


class Results(Sequence[Result]):
    """The results of a search in the order in which they came.

    Args:
        results: those there are already.
        num_workers: how many jobs could run at the same time.
        metric: the name under which the entries of a curve hold the error.
        duration: seconds the search took; the end of the last result if None.

    Raises:
        ValueError: ``num_workers`` is no integer of at least 1.
    """

    def __init__(
        self,
        results: Iterable[Result] = (),
        *,
        num_workers: int,
        metric: str = "validation_error",
        duration: float | None = None,
    ) -> None:
        check_integer("num_workers", num_workers, least=1)
        self._results = list(results)
        self.num_workers, self.metric = num_workers, metric
        self._duration = duration

    @overload
    def __getitem__(self, index: int) -> Result: ...
    @overload
    def __getitem__(self, index: slice) -> list[Result]: ...
    def __getitem__(self, index: int | slice) -> Result | list[Result]:
        """Return one result, or a list of some."""
        return self._results[index]

    def __len__(self) -> int:
        """Return the number of results, failed and cut ones included."""
        return len(self._results)

    def __iter__(self) -> Iterator[Result]:
        """Go through the results in the order in which they came."""
        return iter(self._results)

    def __repr__(self) -> str:
        """Name the size and the best error."""
        best = self.best
        found = (
            "no finite error yet" if best is None else f"best {self.metric} {best.error:.4g}"
        )
        workers = f"{self.num_workers} worker" + "s" * (self.num_workers > 1)
        return f"<{len(self)} results of {workers}, {found}>"

    def append(self, result: Result) -> None:
        """Add the result that has just come."""
        self._results.append(result)

    @property
    def duration(self) -> float:
        """Seconds the search took, or has taken so far."""
        if self._duration is not None:
            return self._duration
        return max((result.ended for result in self), default=0.0)

    @duration.setter
    def duration(self, seconds: float) -> None:
        self._duration = seconds

    @property
    def best(self) -> Result | None:
        """The finished result with the smallest finite error, the earliest of equals."""
        return min(filter(_has_error, self), key=lambda result: result.error, default=None)

    def incumbent(self) -> tuple[list[float], list[float]]:
        """Return the best error so far over time.

        Returns:
            Times in seconds and errors, one of each for every result from the first with a
            finite error on; the errors never rise.
        """
        times: list[float] = []
        errors: list[float] = []
        for result in self:
            if _has_error(result):
                errors.append(min(errors[-1], result.error) if errors else result.error)
                times.append(result.ended)
            elif errors:
                errors.append(errors[-1])
                times.append(result.ended)
        return times, errors

    def curves(self) -> dict[int, list[tuple[int, float, float]]]:
        """Return each trial's learning curve, its jobs put together.

        Returns:
            By trial, a list of (units of resource, error, time in seconds). The times lie
            evenly between a job's start and end. Units that an objective without a
            checkpoint trained for again are left out.
        """
        curves: dict[int, list[tuple[int, float, float]]] = {}
        for result in self:
            curve = curves.setdefault(result.trial_id, [])
            reached = curve[-1][0] if curve else 0
            curve += [point for point in self._points(result) if point[0] > reached]
        return {trial_id: curve for trial_id, curve in curves.items() if curve}

    def _points(self, result: Result) -> Iterator[tuple[int, float, float]]:
        count = len(result.curve)
        first = result.start + 1
        if result.status == "finished" and result.resource is not None:
            first = result.resource - count + 1  # the last entry is the one asked for
        step = (result.ended - result.started) / max(count, 1)
        for i, metrics in enumerate(result.curve):
            error = float(metrics.get(self.metric, math.nan))
            yield first + i, error, result.started + (i + 1) * step

    def rungs(self) -> dict[int | None, list[Result]]:
        """Return the results by the resource they were trained for, least first.

        Jobs that were cut off are left out: they reached no rung.
        """
        rungs: dict[int | None, list[Result]] = {}
        for result in self:
            if result.status != "cut":
                rungs.setdefault(result.resource, []).append(result)
        return dict(sorted(rungs.items(), key=lambda rung: rung[0] or 0))

    def busy_seconds(self, until: float | None = None) -> float:
        """Return the seconds that workers spent on jobs, those after ``until`` left out."""
        end = math.inf if until is None else until
        return math.fsum(min(result.ended, end) - min(result.started, end) for result in self)

    def utilization(self, num_workers: int | None = None, until: float | None = None) -> float:
        """Return the share of the workers' time that was spent on jobs.

        Args:
            num_workers: the search's own number if None.
            until: what happened later does not count, so that a tail in which no job
                was left for most workers can be cut; the whole search if None.

        Returns:
            Between 0 and 1; 0 for a search that took no time.

        Raises:
            ValueError: ``num_workers`` is no integer of at least 1.
        """
        duration = self.duration if until is None else until
        workers = self.num_workers if num_workers is None else num_workers
        check_integer("num_workers", workers, least=1)
        return self.busy_seconds(until) / (workers * duration) if duration > 0 else 0.0

    def resource_spent(self) -> int:
        """Return the units of resource that all jobs together trained for."""
        return sum(result.resource_spent for result in self)


def _has_error(result: Result) -> bool:
    return result.status == "finished" and math.isfinite(result.error)
