"""Hyperparameter optimization: search spaces, searchers, schedulers, results.

Importing it is cheap: schedulers need numpy and scipy only.
"""

from dlcourse.hpo.jobs import Job, Result, Results
from dlcourse.hpo.schedulers import FIFOScheduler, Scheduler
from dlcourse.hpo.searchers import RandomSearcher, Searcher
from dlcourse.hpo.space import check_space, sample_configuration

__all__ = [
    "FIFOScheduler",
    "Job",
    "RandomSearcher",
    "Result",
    "Results",
    "Scheduler",
    "Searcher",
    "check_space",
    "sample_configuration",
]
