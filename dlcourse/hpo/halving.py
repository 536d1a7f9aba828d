"""Synchronous successive halving: most trials get little training, the best get more."""

from __future__ import annotations

import math
from collections import deque
from typing import Literal

from dlcourse.hpo.checks import check_choice, check_integer, check_optional_integer
from dlcourse.hpo.jobs import Job
from dlcourse.hpo.schedulers import Scheduler
from dlcourse.hpo.searchers import Searcher

WhenWaiting = Literal["new_round", "idle"]


def rung_levels(r_min: int, r_max: int, eta: int) -> list[int]:
    """Return the resources at which trials are compared: r_min · eta^k, and r_max last.

    ``rung_levels(2, 10, 2)`` is ``[2, 4, 8, 10]``.

    Args:
        r_min: what every trial gets, at least 1.
        r_max: what the best get, at least ``r_min``.
        eta: the factor from one level to the next, at least 2.

    Raises:
        ValueError: one of them is no integer or out of range.
    """
    check_integer("eta", eta, least=2)
    check_integer("r_min", r_min, least=1)
    check_integer("r_max", r_max, least=1)
    if r_min > r_max:
        raise ValueError(f"r_min must not be above r_max, got r_min {r_min} and r_max {r_max}")
    levels = []
    level = int(r_min)
    while level < r_max:
        levels.append(level)
        level *= int(eta)
    return [*levels, int(r_max)]


class Round:
    """One run of successive halving: one rung after the other, each waiting for its last.

    Args:
        levels: the resource of each rung.
        num_trials: how many trials start in the first.
        eta: one of so many goes on.
    """

    def __init__(self, levels: list[int], num_trials: int, eta: int) -> None:
        self.levels, self.eta = levels, eta
        self.to_start = num_trials
        self.done = False
        self._rung = 0
        self._size = num_trials
        self._awaited = num_trials
        self._ranked: list[tuple[float, int, Job]] = []

    def observe(self, job: Job, error: float) -> list[Job]:
        """Take the error of a job of the rung.

        Returns:
            The jobs of the promoted, best first, if this was the rung's last result.
        """
        self._awaited -= 1
        if math.isfinite(error):
            self._ranked.append((error, job.trial_id, job))
        return [] if self._awaited else self._promote()

    def _promote(self) -> list[Job]:
        # Trial ids differ, so that jobs are never compared.
        best = [job for _, _, job in sorted(self._ranked)[: self._size // self.eta]]
        if not best or self._rung == len(self.levels) - 1:
            self.done = True
            return []
        start, resource = self.levels[self._rung], self.levels[self._rung + 1]
        self._rung += 1
        self._size = self._awaited = len(best)
        self._ranked = []
        return [Job(job.trial_id, job.configuration, resource, start) for job in best]


class SuccessiveHalving(Scheduler):
    """Rounds in which one trial of eta goes on from each rung to the next, with more resource.

    A round starts ``prefact`` · eta^K trials on r_min, where K is the number of rungs less
    one. When all n of a rung have been reported, exactly the best floor(n / eta) go on; fewer
    only where fewer have finite errors. Errors are ranked with the trial id second. Jobs of
    promoted trials go before new trials, first promoted first.

    Source: Jamieson and Talwalkar (2016), "Non-stochastic best arm identification and
    hyperparameter optimization", Figure 3; in rounds, with r_max, as bracket of Li et al.
    (2018), "Hyperband", Algorithm 1.

    Args:
        searcher: chooses the configurations.
        r_min: units (epochs) every trial is trained for.
        r_max: units the best are trained for in all.
        eta: one of so many goes on.
        prefact: multiplies the trials of a round.
        when_waiting: what to do when a rung waits for its last results: ``"new_round"``
            starts the next round at once, ``"idle"`` gives no job until the round is done.
        max_rounds: how many rounds to start; no end if None.

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
        prefact: int = 1,
        when_waiting: WhenWaiting = "new_round",
        max_rounds: int | None = None,
    ) -> None:
        super().__init__(searcher)
        self.levels = rung_levels(r_min, r_max, eta)
        check_integer("prefact", prefact, least=1)
        check_choice("when_waiting", when_waiting, ("new_round", "idle"))
        check_optional_integer("max_rounds", max_rounds, least=1)
        self.eta, self.prefact = int(eta), int(prefact)
        self.when_waiting, self.max_rounds = when_waiting, max_rounds
        self.num_rounds = 0
        self._current: Round | None = None
        self._round_of: dict[int, Round] = {}
        self._promoted: deque[Job] = deque()

    @property
    def endless(self) -> bool:
        """Whether there is no ``max_rounds``."""
        return self.max_rounds is None

    @property
    def _has_jobs(self) -> bool:
        return bool(self._promoted or self._to_start) or self._rounds_left

    @property
    def _to_start(self) -> int:
        return 0 if self._current is None else self._current.to_start

    @property
    def _rounds_left(self) -> bool:
        return self.max_rounds is None or self.num_rounds < self.max_rounds

    def _next_job(self) -> Job | None:
        if self._promoted:
            return self._promoted.popleft()
        if not self._to_start:
            if not self._may_start_round():
                return None
            self._current = self._new_round(self.num_rounds)
            self.num_rounds += 1
        assert self._current is not None
        self._current.to_start -= 1
        job = self._new_trial(self._current.levels[0])
        self._round_of[job.trial_id] = self._current
        return job

    def _may_start_round(self) -> bool:
        waiting = self._current is not None and not self._current.done
        return self._rounds_left and not (waiting and self.when_waiting == "idle")

    def _new_round(self, number: int) -> Round:
        num_trials = self.prefact * self.eta ** (len(self.levels) - 1)
        return Round(self.levels, num_trials, self.eta)

    def _observe(self, job: Job, error: float) -> None:
        self._promoted.extend(self._round_of[job.trial_id].observe(job, error))
