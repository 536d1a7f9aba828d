"""Hyperparameter searches that were run and saved, to be compared without running them."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np

from dlcourse.data.images import FOLDER


@dataclass(frozen=True)
class SavedSearch:
    """One search: its trials in order, one after the other.

    Attributes:
        seed: of the search.
        started: seconds from the search's start to each trial's, ``(n,)``.
        ended: seconds to the end of each trial, ``(n,)``. What lies between the end of one
            trial and the start of the next is the scheduler's decision.
        errors: validation error of each trial, ``(n,)``: what the search saw.
        test_errors: error of the same nets on the test set, ``(n,)``: what it never saw.
    """

    seed: int
    started: np.ndarray
    ended: np.ndarray
    errors: np.ndarray
    test_errors: np.ndarray


def saved_searches() -> dict[str, list[SavedSearch]]:
    """Return the searches of ``"random search"`` and ``"BORE"``, one for each seed.

    `dlcourse.data.make_searches` made them and tells how: Syne Tune's schedulers, a small
    net with five hyperparameters on the Fashion-MNIST sample, 20 seconds of processor time a
    search.
    """
    with (FOLDER / "syne_tune_searches.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    searches: dict[str, list[SavedSearch]] = {"random search": [], "BORE": []}
    for method, found in searches.items():
        own = [row for row in rows if row["method"] == method]
        for seed in sorted({int(row["seed"]) for row in own}):
            trials = [row for row in own if int(row["seed"]) == seed]
            columns = (
                np.array([float(row[name]) for row in trials])
                for name in ("started", "ended", "validation_error", "test_error")
            )
            found.append(SavedSearch(seed, *columns))
    return searches
