"""Hyperband: successive halving, and not betting on one trade-off of many against long."""

from __future__ import annotations

from dlcourse.hpo.halving import Round, SuccessiveHalving, WhenWaiting
from dlcourse.hpo.searchers import Searcher


class Hyperband(SuccessiveHalving):
    """Brackets of successive halving, from the most aggressive to plain random search.

    Where learning curves cross late, halving drops the best trials on its first rung. A
    round of Hyperband is therefore K + 1 brackets: bracket s = K, ..., 0 has the last s + 1
    rungs, and starts N_s = ceil((K + 1) / (s + 1) · eta^s) trials on the first of them, so
    that all brackets spend about the same. Bracket 0 trains its K + 1 trials up to r_max.
    Trial ids go on from bracket to bracket.

    Source: Li et al. (2018), "Hyperband: a novel bandit-based approach to hyperparameter
    optimization", Algorithm 1.

    Args:
        searcher: chooses the configurations.
        r_min: units (epochs) every trial of the most aggressive bracket is trained for.
        r_max: units the best are trained for in all.
        eta: one of so many goes on.
        when_waiting: what to do when a rung waits for its last results: ``"new_round"``
            starts the next bracket at once, ``"idle"`` gives no job until the bracket is
            done.
        max_rounds: how many times to go through all brackets; no end if None.

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
        when_waiting: WhenWaiting = "new_round",
        max_rounds: int | None = None,
    ) -> None:
        super().__init__(
            searcher, r_min, r_max, eta, when_waiting=when_waiting, max_rounds=max_rounds
        )

    @property
    def _rounds_left(self) -> bool:
        return self.max_rounds is None or self.num_rounds < self.max_rounds * len(self.levels)

    def _new_round(self, number: int) -> Round:
        num_brackets = len(self.levels)
        s = num_brackets - 1 - number % num_brackets
        num_trials = -(-num_brackets * self.eta**s // (s + 1))  # ceil in integers
        return Round(self.levels[-(s + 1) :], num_trials, self.eta)
