"""Hyperparameter optimization: search spaces, searchers, schedulers, results.

Importing it is cheap: schedulers need numpy and scipy only. `train_lenet` and
`lenet_test_error`, which need torch, are loaded when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcourse.hpo.asha import ASHA
from dlcourse.hpo.halving import SuccessiveHalving, rung_levels
from dlcourse.hpo.hyperband import Hyperband
from dlcourse.hpo.jobs import Job, Result, Results
from dlcourse.hpo.schedulers import FIFOScheduler, Scheduler
from dlcourse.hpo.searchers import LocalSearcher, RandomSearcher, Searcher
from dlcourse.hpo.simulation import simulate
from dlcourse.hpo.space import check_space, sample_configuration
from dlcourse.hpo.tuner import Tuner
from dlcourse.hpo.workers import SerialExecutor, WorkerPool

if TYPE_CHECKING:
    from dlcourse.hpo.lenet import lenet_test_error, train_lenet

__all__ = [
    "ASHA",
    "FIFOScheduler",
    "Hyperband",
    "Job",
    "LocalSearcher",
    "RandomSearcher",
    "Result",
    "Results",
    "Scheduler",
    "Searcher",
    "SerialExecutor",
    "SuccessiveHalving",
    "Tuner",
    "WorkerPool",
    "check_space",
    "lenet_test_error",
    "rung_levels",
    "sample_configuration",
    "simulate",
    "train_lenet",
]


def __getattr__(name: str) -> Any:
    if name in ("lenet_test_error", "train_lenet"):
        from dlcourse.hpo import lenet

        return getattr(lenet, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
