"""Drives schedulers the hard way: any order, failures, NaN, equal errors, duplicates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st
from scipy import stats

from dlcourse.hpo import Job, RandomSearcher, Scheduler

SPACE = {"learning_rate": stats.loguniform(1e-2, 1), "batch_size": stats.randint(32, 257)}
ERRORS = (0.1, 0.2, 0.2, 0.3, 0.4, 0.5, -1.0, math.inf, -math.inf, math.nan)

# A seed, not st.randoms: a long run would draw more than hypothesis is willing to shrink.
randoms = st.integers(0, 2**32 - 1).map(Random)
etas = st.integers(2, 4)
workers = st.integers(1, 9)


@dataclass(frozen=True)
class Event:
    """A job suggested, or None; with an error, what was reported of it."""

    job: Job | None
    error: float | None = None


def searcher(seed: int = 0) -> RandomSearcher:
    return RandomSearcher(SPACE, seed=seed)


def drive(
    scheduler: Scheduler,
    random: Random,
    num_workers: int,
    max_jobs: int = 200,
    duplicates: bool = True,
    ties: bool = True,
) -> list[Event]:
    """Return what happened until the scheduler had finished, or nothing was left running."""
    events: list[Event] = []
    running: list[Job] = []
    ended: list[Job] = []
    started = 0
    asks = True
    while running or (started < max_jobs and not scheduler.finished):
        if asks and started < max_jobs and len(running) < num_workers:
            job = scheduler.suggest()
            events.append(Event(job))
            if job is None:
                assert running, "neither finished, nor running, nor is there a job"
                asks = False
            else:
                running.append(job)
                started += 1
                asks = random.random() < 0.7
            continue
        job = running.pop(random.randrange(len(running)))
        error = random.choice(ERRORS) if ties or random.random() < 0.2 else random.random()
        if math.isnan(error) and random.random() < 0.5:
            assert scheduler.fail(job.trial_id, job.resource)
        else:
            assert scheduler.report(job.trial_id, error, job.resource)
        events.append(Event(job, error))
        ended.append(job)
        # Several reports may come before anyone asks: only then is there a choice of rungs.
        asks = not running or random.random() < 0.6
        if duplicates and random.random() < 0.3:
            again = random.choice(ended)
            assert not scheduler.report(again.trial_id, 0.0, again.resource)
            assert not scheduler.fail(again.trial_id, again.resource)
    return events


def replay(scheduler: Scheduler, events: list[Event]) -> None:
    """Make sure that the same reports bring the same decisions."""
    for event in events:
        if event.error is None:
            assert scheduler.suggest() == event.job
        else:
            assert event.job is not None
            assert scheduler.report(event.job.trial_id, event.error, event.job.resource)


def jobs_of(events: list[Event]) -> list[Job]:
    return [event.job for event in events if event.error is None and event.job is not None]


def rank(error: float, trial_id: int) -> tuple[bool, float, int]:
    """Order results: finite errors first, then the others, with the trial id second."""
    finite = math.isfinite(error)
    return not finite, error if finite else 0.0, trial_id


def check_jobs(events: list[Event], levels: list[int]) -> None:
    """Make sure that trials climb one rung at a time, each once, none above the last."""
    at: dict[int, int] = {}
    configurations: dict[int, object] = {}
    for job in jobs_of(events):
        k = levels.index(job.resource)
        if job.trial_id not in at:
            assert job.trial_id == len(at) and job.start == 0
            configurations[job.trial_id] = job.configuration
        else:
            assert k == at[job.trial_id] + 1 and job.start == levels[k - 1]
            assert job.configuration == configurations[job.trial_id]
        at[job.trial_id] = k
