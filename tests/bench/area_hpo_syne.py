"""Our tuner on warm processes beside Syne Tune, which starts a process a trial."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import syne_tune
from scipy import stats
from syne_tune.config_space import uniform
from syne_tune.constants import TUNER_DEFAULT_SLEEP_TIME
from syne_tune.optimizer.baselines import RandomSearch

from dlcourse import hpo
from dlcourse.hpo import syne, workers
from tests.bench.registry import MIN_RUNS, Measurement, alternate, benchmark, ratio

NUM_TRIALS, NUM_WORKERS = 4, 2
POLLING_FAST = 0.05
PEER = f"PythonBackend of Syne Tune {syne_tune.__version__}"


@benchmark("hpo")
def trials_a_minute() -> Iterator[Measurement]:
    """Compare trials a minute of an objective of half a second, in turn.

    Syne Tune is measured as it comes, and again with its tuner looking after the processes
    a hundred times as often, where only the start of the processes is left.
    """
    with workers.WorkerPool(NUM_WORKERS) as pool:
        ours, as_it_comes, polling_fast = alternate(
            (
                lambda: _ours(pool),
                lambda: _theirs(TUNER_DEFAULT_SLEEP_TIME),
                lambda: _theirs(POLLING_FAST),
            ),
            runs=MIN_RUNS,
        )
    unit = f"trials of 0.5 s a minute, {NUM_WORKERS} workers"
    yield Measurement("hpo.trials", statistics.median(ours), unit, None, "higher", ours)
    yield ratio("hpo.trials.ratio", ours, as_it_comes, peer=PEER, target=5)
    peer = f"{PEER} with sleep_time={POLLING_FAST}"
    yield ratio("hpo.trials.ratio_polling_fast", ours, polling_fast, peer=peer, target=None)


def _ours(pool: workers.WorkerPool) -> float:
    searcher = hpo.RandomSearcher({"x": stats.uniform(0, 1)})
    scheduler = hpo.FIFOScheduler(searcher, max_trials=NUM_TRIALS)
    tuner = hpo.Tuner(scheduler, _objective, pool, metric="error", progress=False)
    return _rate(tuner.run)


def _theirs(sleep_time: float) -> float:
    space = {"x": uniform(0, 1)}
    return _rate(
        lambda: syne.run_syne_tune(
            _reporting,
            space,
            RandomSearch(space, metrics=["error"], random_seed=0),
            num_workers=NUM_WORKERS,
            max_trials=NUM_TRIALS,
            sleep_time=sleep_time,
        )
    )


def _rate(run: Callable[[], hpo.Results]) -> float:
    start = time.perf_counter()
    results = run()
    minutes = (time.perf_counter() - start) / 60
    return sum(result.status == "finished" for result in results) / minutes


def _objective(configuration: dict[str, Any]) -> float:
    time.sleep(0.5)
    return configuration["x"]


def _reporting(x):  # type: ignore[no-untyped-def]
    import time

    from syne_tune import Reporter

    time.sleep(0.5)
    Reporter()(error=x)
