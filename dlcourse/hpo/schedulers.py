"""Schedulers: which job to run next, and what to make of the errors that come back."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

from dlcourse.hpo.checks import check_optional_integer
from dlcourse.hpo.jobs import Job
from dlcourse.hpo.searchers import Searcher

Key = tuple[int, int | None]  # trial id and resource: one job


class Scheduler(ABC):
    """Decides what to run: `suggest` gives jobs, `report` and `fail` take what came of them.

    A scheduler knows no clock and starts nothing, and the same seeds and the same calls in
    the same order give the same decisions. Reports may come in any order. A subclass says
    which job comes next, what an error changes, and when no job will ever come again.

    Args:
        searcher: chooses the configurations of new trials.
    """

    def __init__(self, searcher: Searcher) -> None:
        if not isinstance(searcher, Searcher):
            raise ValueError(f"searcher must be a Searcher, got {searcher!r}")
        self.searcher = searcher
        self.num_trials = 0
        self._running: dict[Key, Job] = {}
        self._suggested: set[Key] = set()

    @abstractmethod
    def _next_job(self) -> Job | None:
        """Return the job to run now, None if there is none."""

    @abstractmethod
    def _observe(self, job: Job, error: float) -> None:
        """Take in the error of a job; one that is not finite counts as worst."""

    @property
    @abstractmethod
    def _has_jobs(self) -> bool:
        """Whether there would be jobs even if nothing running now were ever reported."""

    @property
    def endless(self) -> bool:
        """Whether jobs go on coming as long as somebody asks for them."""
        return False

    @property
    def finished(self) -> bool:
        """Whether no job is running and none will ever come."""
        return not self._running and not self._has_jobs

    def suggest(self) -> Job | None:
        """Return the next job; None if there is none before another report, or ever."""
        job = self._next_job()
        if job is not None:
            key = job.trial_id, job.resource
            self._running[key] = job
            self._suggested.add(key)
        return job

    def report(self, trial_id: int, error: float, resource: int | None = None) -> bool:
        """Take the error of a job that has ended.

        Args:
            trial_id: of the job, like ``resource``.
            error: smaller is better; NaN and infinities count as worst.
            resource: what the job asked for.

        Returns:
            Whether it counts. A result that has come before changes nothing.

        Raises:
            ValueError: there was no such job, or the error is no number.
        """
        key = trial_id, resource
        if key not in self._suggested:
            raise ValueError(self._unknown(trial_id, resource))
        try:
            error = float(error)
        except (TypeError, ValueError):
            raise ValueError(f"error must be a number, got {error!r}") from None
        job = self._running.pop(key, None)
        if job is None:
            return False
        self.searcher.update(job.configuration, error, job.resource)
        self._observe(job, error)
        return True

    def fail(self, trial_id: int, resource: int | None = None) -> bool:
        """Take notice that a job failed: it counts as worst, and the search goes on.

        Returns:
            As `report` does.

        Raises:
            ValueError: there was no such job.
        """
        return self.report(trial_id, math.nan, resource)

    def _new_trial(self, resource: int | None) -> Job:
        job = Job(self.num_trials, self.searcher.sample_configuration(), resource)
        self.num_trials += 1
        return job

    def _unknown(self, trial_id: int, resource: int | None) -> str:
        known = [at for trial, at in self._suggested if trial == trial_id]
        if not known:
            return f"trial_id {trial_id!r} was never suggested"
        return (
            f"resource {resource!r} was never suggested for trial_id {trial_id}; "
            f"it was for {', '.join(map(str, sorted(known, key=lambda at: at or 0)))}"
        )


class FIFOScheduler(Scheduler):
    """Runs one configuration after the other, first in, first out: plain search.

    Args:
        searcher: chooses the configurations.
        max_trials: how many to start; no end if None.
        resource: the units (epochs) each trial is trained for; left to the objective if
            None.

    Raises:
        ValueError: ``max_trials`` or ``resource`` is neither None nor an integer of at
            least 1.
    """

    def __init__(
        self, searcher: Searcher, max_trials: int | None = None, resource: int | None = None
    ) -> None:
        super().__init__(searcher)
        check_optional_integer("max_trials", max_trials, least=1)
        check_optional_integer("resource", resource, least=1)
        self.max_trials, self.resource = max_trials, resource

    @property
    def endless(self) -> bool:
        """Whether there is no ``max_trials``."""
        return self.max_trials is None

    @property
    def _has_jobs(self) -> bool:
        return self.max_trials is None or self.num_trials < self.max_trials

    def _next_job(self) -> Job | None:
        return self._new_trial(self.resource) if self._has_jobs else None

    def _observe(self, job: Job, error: float) -> None:
        """Nothing depends on the errors."""
