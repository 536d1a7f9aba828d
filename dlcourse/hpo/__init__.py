"""Hyperparameter optimization: search spaces, searchers, schedulers, results.

Importing it is cheap: schedulers need numpy and scipy only.
"""

from dlcourse.hpo.jobs import Job, Result, Results

__all__ = [
    "Job",
    "Result",
    "Results",
]
