"""Syne Tune's searchers, Bayesian optimization among them, for our own schedulers."""

from __future__ import annotations

import contextlib
import datetime
import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from dlcourse.hpo.jobs import Configuration
from dlcourse.hpo.searchers import Searcher


class SyneTuneSearcher(Searcher):
    """Lets Syne Tune choose the configurations of our own schedulers.

    ``SyneTuneSearcher(BORE(space, metric="error"))`` under a `FIFOScheduler` is Bayesian
    optimization (Tiao et al. 2021, "BORE: Bayesian optimization by density-ratio
    estimation") in whatever workers our tuner has.

    Args:
        scheduler: a Syne Tune scheduler that minimizes one metric and stops no trial
            (``RandomSearch``, ``BORE``, ``TPE``, ``SingleObjectiveScheduler(searcher=...)``).
        seed: of all that it draws; NumPy's global generator, from which Syne Tune draws,
            is as before after every call.

    Raises:
        TypeError: it is no such scheduler.
        ValueError: it has several metrics, or maximizes.
    """

    def __init__(self, scheduler: Any, *, seed: int = 0) -> None:
        from syne_tune.optimizer.schedulers.single_fidelity_scheduler import (
            SingleFidelityScheduler,
        )

        if not isinstance(scheduler, SingleFidelityScheduler):
            raise TypeError(
                f"{type(scheduler).__name__} is no Syne Tune scheduler that leaves every trial "
                "to run to its end; take RandomSearch, BORE or TPE"
            )
        if len(scheduler.metric_names()) != 1 or scheduler.metric_mode() != "min":
            raise ValueError("the Syne Tune scheduler must minimize exactly one metric")
        self._scheduler = scheduler
        self._metric = scheduler.metric_names()[0]
        self._state = np.random.RandomState(seed).get_state()
        self._trials: dict[str, Any] = {}

    def sample_configuration(self) -> Configuration:
        """Return the configuration that Syne Tune suggests.

        Raises:
            RuntimeError: Syne Tune has none left.
        """
        from syne_tune.backend.trial_status import Trial

        with self._random_state():
            suggestion = self._scheduler.suggest()
        if suggestion is None:
            raise RuntimeError("the Syne Tune scheduler has no configuration left to suggest")
        configuration = dict(suggestion.config)
        now = datetime.datetime.now()
        trial = Trial(trial_id=len(self._trials), config=configuration, creation_time=now)
        self._trials.setdefault(_key(configuration), trial)  # the same one may come twice
        return dict(configuration)

    def update(
        self, configuration: Configuration, error: float, resource: int | None = None
    ) -> None:
        """Tell Syne Tune the error; one that is not finite as a failure of the trial.

        Raises:
            ValueError: this searcher did not choose the configuration.
        """
        trial = self._trials.get(_key(configuration))
        if trial is None:
            raise ValueError(f"this searcher did not choose the configuration {configuration}")
        with self._random_state():
            if math.isfinite(error):
                self._scheduler.on_trial_complete(trial, {self._metric: error})
            else:  # told the searcher alone: the scheduler would log it too
                self._scheduler.searcher.on_trial_error(trial.trial_id)

    @contextlib.contextmanager
    def _random_state(self) -> Iterator[None]:
        before = np.random.get_state()
        np.random.set_state(self._state)
        try:
            yield
        finally:
            self._state = np.random.get_state()
            np.random.set_state(before)


def _key(configuration: Configuration) -> str:
    return json.dumps(configuration, sort_keys=True, default=repr)
