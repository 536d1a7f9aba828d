"""Hyperband's brackets."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import hpo
from tests.dlcourse.hpo.driving import drive, etas, randoms, searcher, workers
from tests.dlcourse.hpo.test_halving import check_rounds


def shapes(r_min, r_max, eta):
    """Return (levels, number of trials) of each bracket by the paper's formula."""
    levels = hpo.rung_levels(r_min, r_max, eta)
    largest = len(levels) - 1
    return [
        (levels[largest - s :], math.ceil((largest + 1) / (s + 1) * eta**s))
        for s in range(largest, -1, -1)
    ]


def test_the_brackets_of_the_papers_table():
    """Li et al. (2018), Table 1: R = 81, eta = 3."""
    assert [size for _, size in shapes(1, 81, 3)] == [81, 34, 15, 8, 5]
    scheduler = hpo.Hyperband(searcher(), 1, 81, 3, max_rounds=1, when_waiting="idle")
    rungs = Counter()
    trials = set()
    while (job := scheduler.suggest()) is not None:
        bracket = sum(job.trial_id >= start for start in (0, 81, 115, 130, 138))
        rungs[bracket, job.resource] += 1
        trials.add(job.trial_id)
        scheduler.report(job.trial_id, job.configuration["learning_rate"], job.resource)
    assert rungs == {
        (1, 1): 81, (1, 3): 27, (1, 9): 9, (1, 27): 3, (1, 81): 1,
        (2, 3): 34, (2, 9): 11, (2, 27): 3, (2, 81): 1,
        (3, 9): 15, (3, 27): 5, (3, 81): 1,
        (4, 27): 8, (4, 81): 2,
        (5, 81): 5,
    }  # fmt: skip
    assert trials == set(range(143)) and scheduler.finished


@given(
    st.integers(1, 3), st.integers(0, 12), etas, workers, randoms,
    st.sampled_from(["new_round", "idle"]),
)  # fmt: skip
def test_decisions_are_those_of_plain_rounds(r_min, more, eta, num_workers, random, waiting):
    scheduler = hpo.Hyperband(
        searcher(), r_min, r_min + more, eta, when_waiting=waiting, max_rounds=2
    )
    events = drive(scheduler, random, num_workers, max_jobs=5000)
    brackets = shapes(r_min, r_min + more, eta)
    rounds, queue = check_rounds(events, brackets, eta)
    assert scheduler.finished and not queue and len(rounds) == 2 * len(brackets)


def test_idle_waits_for_the_bracket():
    scheduler = hpo.Hyperband(searcher(), 1, 2, 2, when_waiting="idle")
    first, second = scheduler.suggest(), scheduler.suggest()
    assert scheduler.suggest() is None
    scheduler.fail(first.trial_id, 1)
    scheduler.fail(second.trial_id, 1)
    assert scheduler.suggest() == hpo.Job(2, pytest.approx(scheduler_configuration()), 2)


def scheduler_configuration():
    source = searcher()
    return [source.sample_configuration() for _ in range(3)][2]
