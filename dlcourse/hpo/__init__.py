"""Hyperparameter optimization: search spaces, searchers, schedulers, results.

Importing it is cheap: schedulers need numpy and scipy only.
"""

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
    "rung_levels",
    "sample_configuration",
    "simulate",
]
