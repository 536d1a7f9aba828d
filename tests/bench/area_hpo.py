"""Hyperparameter optimization: how fast decisions come, and how busy workers stay."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator

import numpy as np
from scipy import stats

from dlcourse import hpo
from tests.bench.registry import Measurement, benchmark, seconds

SPACE = {"learning_rate": stats.loguniform(1e-2, 1), "batch_size": stats.randint(32, 257)}
R_MIN, R_MAX, ETA = 2, 10, 2
NUM_WORKERS = 1000
NUM_TRIALS = (1_000, 10_000, 100_000)
SEEDS = range(5)
SIGMA = 1.0  # of an epoch's log-normal duration, whose median is 1 second
UNTIL = 50.0
DECISIONS_LIMIT = 10.0  # seconds
# Trials of a round for each worker: the first rung then fills every worker exactly.
PREFACT = NUM_WORKERS // ETA ** (len(hpo.rung_levels(R_MIN, R_MAX, ETA)) - 1)


@benchmark("hpo")
def decisions() -> Iterator[Measurement]:
    """Time ASHA's decisions, searcher and event queue included, and how they grow."""
    medians = {}
    for num_trials in NUM_TRIALS:
        runs = [_decision_seconds(num_trials, seed) for seed in SEEDS]
        medians[num_trials] = statistics.median(runs)
        limit = DECISIONS_LIMIT if num_trials == NUM_TRIALS[-1] else None
        unit = f"s, {NUM_WORKERS} simulated workers, with searcher and event queue"
        name = f"hpo.asha.decisions.{num_trials}"
        yield Measurement(name, medians[num_trials], unit, limit, "lower", runs)
    per_step = [medians[n] / (n * math.log(n)) for n in NUM_TRIALS]
    growth = per_step[-1] / per_step[0]
    # Sorting a rung at every decision would make this about 60.
    unit = f"× n log n, from {NUM_TRIALS[0]} to {NUM_TRIALS[-1]} trials"
    runs = [step / per_step[0] for step in per_step]
    yield Measurement("hpo.asha.decisions.growth", growth, unit, 1.5, "lower", runs)


@benchmark("hpo")
def utilization() -> Iterator[Measurement]:
    """Measure the share of time workers are busy, up to 50 median epochs."""
    unit = (
        f"busy share of {NUM_WORKERS} workers, epochs log-normal (sigma {SIGMA:g}), "
        f"first {UNTIL:g} median epochs"
    )
    runs = [_utilization(_asha(seed), seed) for seed in SEEDS]
    value = statistics.median(runs)
    yield Measurement("hpo.utilization.asha", value, unit, 0.98, "higher", runs)
    runs = [_utilization(_halving(seed), seed) for seed in SEEDS]
    unit += f", rounds of {PREFACT * 8} trials"
    value = statistics.median(runs)
    yield Measurement("hpo.utilization.halving", value, unit, None, "higher", runs)


@benchmark("hpo")
def epochs() -> Iterator[Measurement]:
    """Count the epochs of one round of halving: from checkpoints and from scratch."""
    scheduler = hpo.SuccessiveHalving(
        hpo.RandomSearcher(SPACE), R_MIN, R_MAX, ETA, max_rounds=1
    )
    results = hpo.simulate(
        scheduler, lambda job: job.resource - job.start, num_workers=1, error=_error
    )
    resumed, scratch = results.resource_spent(), sum(result.resource for result in results)
    unit = f"of the epochs from scratch, {resumed} / {scratch}"
    ratio = resumed / scratch
    yield Measurement("hpo.halving.resumed", ratio, unit, 0.75, "lower", [resumed, scratch])


def _asha(seed: int, max_trials: int | None = None) -> hpo.ASHA:
    searcher = hpo.RandomSearcher(SPACE, seed=seed)
    return hpo.ASHA(searcher, R_MIN, R_MAX, ETA, max_trials=max_trials)


def _halving(seed: int) -> hpo.SuccessiveHalving:
    searcher = hpo.RandomSearcher(SPACE, seed=seed)
    return hpo.SuccessiveHalving(
        searcher, R_MIN, R_MAX, ETA, prefact=PREFACT, when_waiting="idle"
    )


def _error(job: hpo.Job) -> float:
    return job.configuration["learning_rate"]


def _durations(count: int, seed: int) -> Callable[[hpo.Job], float]:
    """Return a duration: log-normal by the job's epochs, drawn before anything is timed."""
    drawn = iter(np.random.default_rng(seed).lognormal(0, SIGMA, count).tolist())
    return lambda job: next(drawn) * (job.resource - job.start)


def _decision_seconds(num_trials: int, seed: int) -> float:
    # Each rung has half the trials of the one before, and a few promoted too early.
    duration = _durations(3 * num_trials, seed)
    scheduler = _asha(seed, num_trials)
    took = seconds(lambda: hpo.simulate(scheduler, duration, NUM_WORKERS, error=_error))
    if not scheduler.finished:
        raise RuntimeError("the search has not finished: this time means nothing")
    return took


def _utilization(scheduler: hpo.Scheduler, seed: int) -> float:
    duration = _durations(int(4 * NUM_WORKERS * UNTIL), seed)
    results = hpo.simulate(scheduler, duration, NUM_WORKERS, error=_error, until=UNTIL)
    return results.utilization(until=UNTIL)
