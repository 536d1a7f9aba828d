"""Asynchronous successive halving: promote as soon as a trial is good enough, never wait."""

from __future__ import annotations

import math
from heapq import heappop, heappush, heappushpop

from dlcourse.hpo.checks import check_optional_integer
from dlcourse.hpo.halving import rung_levels
from dlcourse.hpo.jobs import Configuration, Job
from dlcourse.hpo.schedulers import Scheduler
from dlcourse.hpo.searchers import Searcher


class Rung:
    """The results at one level, and which of them may go on to the next.

    Results are ranked by (error, trial id). The best floor(n / eta) of them are `_top`, a
    heap with its worst at the root, and the others `_rest`, one with its best at the root:
    a new result moves at most two across the border between them, where sorting would
    look at all n. A third heap holds the trials not yet promoted, best at its root; the
    best of them may go on if it is not worse than the worst of the top.

    Args:
        eta: one of so many may go on.
    """

    def __init__(self, eta: int) -> None:
        self.eta = eta
        self.num_results = 0
        self._top: list[tuple[float, int]] = []  # signs turned: heapq keeps the least at 0
        self._rest: list[tuple[float, int]] = []
        self._unpromoted: list[tuple[float, int]] = []

    def add(self, trial_id: int, error: float) -> None:
        """Take in one more result; one that is not finite counts among the n alone."""
        self.num_results += 1
        if math.isfinite(error):
            heappush(self._unpromoted, (error, trial_id))
            worst_error, worst_id = heappushpop(self._top, (-error, -trial_id))
            heappush(self._rest, (-worst_error, -worst_id))
        if self._rest and len(self._top) < self.num_results // self.eta:
            best_error, best_id = heappop(self._rest)
            heappush(self._top, (-best_error, -best_id))

    @property
    def has_promotable(self) -> bool:
        """Whether a trial that is not promoted is in the top floor(n / eta) now."""
        if not self._unpromoted or not self._top:
            return False
        error, trial_id = self._unpromoted[0]
        return (-error, -trial_id) >= self._top[0]

    def promote(self) -> int:
        """Return the best promotable trial, promoted from now on."""
        return heappop(self._unpromoted)[1]


class ASHA(Scheduler):
    """Asynchronous successive halving, the variant that promotes.

    Asked for a job, it looks from the rung below the last down to the first for a trial
    that is not yet promoted and is within the best floor(n / eta) of the n results that its
    rung has at this moment; the best of them goes on to the next rung. If there is none, a
    new trial starts. So nobody ever waits; the price is that a trial may be promoted which
    later results push out of the top. Failed jobs and those with NaN count among the n, and
    are never promoted. A decision takes O(log n) steps.

    Source: Li et al. (2020), "A system for massively parallel hyperparameter tuning",
    Algorithm 2.

    Args:
        searcher: chooses the configurations.
        r_min: units (epochs) every trial is trained for.
        r_max: units the best are trained for in all.
        eta: one of so many goes on.
        max_trials: how many to start; no end if None.

    Raises:
        ValueError: an argument is no integer or out of range; the message names it.
    """

    def __init__(
        self,
        searcher: Searcher,
        r_min: int,
        r_max: int,
        eta: int,
        *,
        max_trials: int | None = None,
    ) -> None:
        super().__init__(searcher)
        self.levels = rung_levels(r_min, r_max, eta)
        check_optional_integer("max_trials", max_trials, least=1)
        self.eta, self.max_trials = int(eta), max_trials
        # From the last rung there is nowhere to go, and so nothing to keep of it.
        self._rungs = [Rung(self.eta) for _ in self.levels[:-1]]
        self._rung_of: dict[int | None, Rung] = dict(
            zip(self.levels[:-1], self._rungs, strict=True)
        )
        self._configurations: dict[int, Configuration] = {}

    @property
    def endless(self) -> bool:
        """Whether there is no ``max_trials``."""
        return self.max_trials is None

    @property
    def _has_jobs(self) -> bool:
        return self._trials_left or any(rung.has_promotable for rung in self._rungs)

    @property
    def _trials_left(self) -> bool:
        return self.max_trials is None or self.num_trials < self.max_trials

    def _next_job(self) -> Job | None:
        for k in reversed(range(len(self._rungs))):
            if self._rungs[k].has_promotable:
                trial_id = self._rungs[k].promote()
                configuration = self._configurations[trial_id]
                return Job(trial_id, configuration, self.levels[k + 1], self.levels[k])
        if not self._trials_left:
            return None
        job = self._new_trial(self.levels[0])
        self._configurations[job.trial_id] = job.configuration
        return job

    def _observe(self, job: Job, error: float) -> None:
        rung = self._rung_of.get(job.resource)
        if rung is not None:
            rung.add(job.trial_id, error)
