"""Objectives and searches that several tests share."""

import time
from pathlib import Path

from scipy import stats

from dlcourse import hpo

SPACE = {"x": stats.uniform(0, 1), "name": "constant"}
PATIENCE = 60.0


def searcher(seed=0):
    return hpo.RandomSearcher(SPACE, seed=seed)


def fifo(max_trials=None, seed=0):
    return hpo.FIFOScheduler(searcher(seed), max_trials=max_trials)


def tune(scheduler, objective, executor=None, num_workers=None, **settings):
    """Run a search without a bar."""
    return hpo.Tuner(
        scheduler, objective, executor, num_workers, progress=False, **settings
    ).run()


def x(configuration):
    return configuration["x"]


def outcomes(results):
    """Return all of the results but times and workers."""
    return [(r.trial_id, r.resource, r.status, r.error, r.curve) for r in results]


def epochs_of(log, *, slow=0.0):
    """Return an objective that saves after each epoch and logs every epoch it trains.

    The file ``log`` gets one line an epoch: trial's x, epoch. Its error is x / epoch.
    """

    def objective(configuration, resource, checkpoint):
        file = Path(checkpoint) / "epoch"
        done = int(file.read_text()) if file.exists() else 0
        for epoch in range(done + 1, resource + 1):
            time.sleep(slow)
            with Path(log).open("a") as out:
                out.write(f"{configuration['x']} {epoch}\n")
            part = file.with_suffix(".part")
            part.write_text(str(epoch))
            part.replace(file)
            yield configuration["x"] / epoch

    return objective


def trained(log):
    """Return the (x, epoch) lines of a log."""
    return [tuple(map(float, line.split())) for line in Path(log).read_text().splitlines()]


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
