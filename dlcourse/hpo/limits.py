"""When a search is to end, whatever its scheduler still has to do."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dlcourse.hpo.checks import (
    check_optional_integer,
    check_optional_number,
    check_optional_seconds,
)
from dlcourse.hpo.jobs import Job, Result


class Limits:
    """Counts trials and errors of a search, and says when it has reached an end.

    Args:
        max_seconds: since the search began; no end if None, like the others.
        max_trials: trials with a result.
        target: an error of this or less.

    Attributes:
        num_ended: trials with a result that was not cut off.
        best: the smallest finite error so far, infinite before there is one.

    Raises:
        ValueError: an argument is out of range; the message names it.
    """

    def __init__(
        self, max_seconds: float | None, max_trials: int | None, target: float | None
    ) -> None:
        check_optional_seconds("max_seconds", max_seconds)
        check_optional_integer("max_trials", max_trials, least=1)
        check_optional_number("target", target)
        self.max_seconds, self.max_trials, self.target = max_seconds, max_trials, target
        self.best = math.inf
        self._started: set[int] = set()  # trials
        self._ended: set[int] = set()

    @property
    def num_ended(self) -> int:
        """Return how many trials have a result."""
        return len(self._ended)

    def go_on_from(self, results: Iterable[Result], jobs: Iterable[Job]) -> None:
        """Count what an earlier run of the search came to, and the jobs it did not end."""
        for result in results:
            self.count(result)
        self._started |= self._ended | {job.trial_id for job in jobs}

    def admit(self, job: Job) -> bool:
        """Return whether the job may start: its trial is one of ``max_trials``; count it."""
        new = job.trial_id not in self._started
        if new and self.max_trials is not None and len(self._started) >= self.max_trials:
            return False
        self._started.add(job.trial_id)
        return True

    def count(self, result: Result) -> None:
        """Count a result; one that was cut off is none."""
        if result.status != "cut":
            self._ended.add(result.trial_id)
        # Minus infinity is no answer, and counts as worst: it must not end the search.
        if result.status == "finished" and math.isfinite(result.error):
            self.best = min(self.best, result.error)

    def reached(self, seconds: float) -> bool:
        """Return whether the search is to end, so many seconds after it began."""
        return (
            (self.max_seconds is not None and seconds >= self.max_seconds)
            or (self.max_trials is not None and len(self._ended) >= self.max_trials)
            or (self.target is not None and self.best <= self.target)
        )
