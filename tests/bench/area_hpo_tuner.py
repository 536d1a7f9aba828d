"""Hyperparameter optimization: what the tuner itself costs a trial."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from concurrent.futures import Executor

from scipy import stats

from dlcourse import hpo
from tests.bench.registry import Measurement, alternate, benchmark, seconds

TRIALS = 200
MILLISECONDS_LIMIT = 5.0


@benchmark("hpo")
def overhead() -> Iterator[Measurement]:
    """Search with an objective that returns at once, so that only the tuner takes time."""
    with hpo.WorkerPool(2) as pool:
        here, there = alternate(
            (lambda: _milliseconds(None), lambda: _milliseconds(pool)), runs=5
        )
    unit = f"ms a trial, median of {len(here)} searches of {TRIALS} trials"
    value = statistics.median(here)
    yield Measurement("hpo.overhead.serial", value, unit, MILLISECONDS_LIMIT, "lower", here)
    value, unit = statistics.median(there), f"{unit}, 2 worker processes"
    yield Measurement("hpo.overhead.pool", value, unit, None, "lower", there)


def _milliseconds(executor: Executor | None) -> float:
    space = {"learning_rate": stats.loguniform(1e-2, 1), "batch_size": stats.randint(32, 257)}
    scheduler = hpo.FIFOScheduler(hpo.RandomSearcher(space), max_trials=TRIALS)
    tuner = hpo.Tuner(scheduler, _at_once, executor, progress=False)
    taken = 1000 * seconds(tuner.run) / TRIALS
    if len(tuner.results) != TRIALS:
        raise RuntimeError(f"{len(tuner.results)} of {TRIALS} trials have a result")
    return taken


def _at_once(configuration: dict[str, float]) -> float:
    return configuration["learning_rate"]
