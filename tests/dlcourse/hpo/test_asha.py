"""ASHA against a brute-force statement of its rule."""

import math
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import hpo
from tests.dlcourse.hpo.driving import drive, etas, randoms, rank, searcher, workers


class BruteForce:
    """The rule of ASHA and nothing else: sort every rung whenever somebody asks."""

    def __init__(self, levels, eta, max_trials=None):
        self.levels, self.eta, self.max_trials = levels, eta, max_trials
        self.num_trials = 0
        self.results = {level: [] for level in levels}
        self.promoted = {level: set() for level in levels}

    def top(self, level):
        """Return the finite trials among the best floor(n / eta), best first."""
        results = self.results[level]
        ranked = sorted(results, key=lambda result: rank(result[1], result[0]))
        best = ranked[: math.floor(len(results) / self.eta)]
        return [trial_id for trial_id, error in best if math.isfinite(error)]

    def promotable(self, level):
        return [trial for trial in self.top(level) if trial not in self.promoted[level]]

    def decide(self):
        """Return (trial, resource) of the next job, or None."""
        for level, following in reversed(list(pairwise(self.levels))):
            if promotable := self.promotable(level):
                self.promoted[level].add(promotable[0])
                return promotable[0], following
        if self.max_trials is not None and self.num_trials >= self.max_trials:
            return None
        self.num_trials += 1
        return self.num_trials - 1, self.levels[0]


def check_against_brute_force(events, levels, eta, max_trials=None):
    """Compare every decision; return the brute force and the number of observations."""
    brute = BruteForce(levels, eta, max_trials)
    observations = 0
    for event in events:
        job = event.job
        if event.error is not None:
            brute.results[job.resource].append((job.trial_id, event.error))
            observations += 1
        else:
            assert (job and (job.trial_id, job.resource)) == brute.decide()
    return brute, observations


@given(st.integers(1, 4), st.integers(0, 12), etas, workers, randoms, st.booleans())
def test_decisions_are_those_of_the_rule(r_min, more, eta, num_workers, random, ties):
    scheduler = hpo.ASHA(searcher(), r_min, r_min + more, eta, max_trials=30)
    events = drive(scheduler, random, num_workers, max_jobs=1000, ties=ties)
    levels = hpo.rung_levels(r_min, r_min + more, eta)
    brute, _ = check_against_brute_force(events, levels, eta, max_trials=30)
    # Every promotable trial has been promoted in the end, and has come back.
    assert scheduler.finished
    for level, following in pairwise(levels):
        assert not brute.promotable(level)
        assert set(brute.top(level)) <= brute.promoted[level]
        assert {trial for trial, _ in brute.results[following]} == brute.promoted[level]


@given(etas, workers, randoms)
def test_the_promoted_are_in_the_top_of_their_rung_at_that_moment(eta, num_workers, random):
    """The property itself, from the decisions alone."""
    events = drive(hpo.ASHA(searcher(), 1, 16, eta), random, num_workers, ties=False)
    results, promoted = {}, set()
    for event in events:
        job = event.job
        if event.error is not None:
            results.setdefault(job.resource, {})[job.trial_id] = event.error
        elif job.start:
            rung = results[job.start]
            own = rank(rung[job.trial_id], job.trial_id)
            better = sum(rank(error, trial) < own for trial, error in rung.items())
            assert better < len(rung) // eta and math.isfinite(rung[job.trial_id])
            assert (job.trial_id, job.start) not in promoted
            promoted.add((job.trial_id, job.start))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("ties", "eta"), [(True, 2), (False, 2), (False, 3)])
def test_2000_observations_bring_identical_decisions(seed, ties, eta):
    scheduler = hpo.ASHA(searcher(), 1, 81, eta)
    events = drive(scheduler, Random(seed), num_workers=25, max_jobs=2000, ties=ties)
    _, observations = check_against_brute_force(events, scheduler.levels, eta)
    assert observations == 2000
    assert {event.job.resource for event in events} == set(scheduler.levels)


@settings(max_examples=30)
@given(st.lists(st.floats(), max_size=60), etas)
def test_the_fraction_is_rounded_down(errors, eta):
    """After n results at least floor(n / eta) have been promoted, if so many are finite."""
    scheduler = hpo.ASHA(searcher(), 1, 2, eta, max_trials=max(len(errors), 1))
    jobs = [scheduler.suggest() for _ in errors]
    for job, error in zip(jobs, errors, strict=True):
        scheduler.report(job.trial_id, error, 1)
    promoted = []
    if errors:
        while (job := scheduler.suggest()) is not None:
            promoted.append(job.trial_id)
    finite = sum(map(math.isfinite, errors))
    assert len(promoted) == min(len(errors) // eta, finite)
    assert promoted == sorted(promoted, key=lambda trial: rank(errors[trial], trial))


def test_three_results_promote_one_of_two():
    scheduler = hpo.ASHA(searcher(), 2, 10, 2)
    first = scheduler.suggest()
    scheduler.report(0, 0.9, 2)
    assert scheduler.suggest().trial_id == 1  # floor(1 / 2) is nobody
    scheduler.report(1, 0.5, 2)
    assert scheduler.suggest().trial_id == 1  # the better of two goes on
    third = scheduler.suggest()
    assert third.trial_id == 2
    scheduler.report(2, 0.1, 2)
    # Trial 2 is best of three, and so trial 1 was promoted too early: that is the price.
    assert scheduler.suggest() == hpo.Job(2, third.configuration, 4, 2)
    assert scheduler.suggest() == hpo.Job(3, pytest.approx(_fourth()), 2)
    assert first.start == 0


def _fourth():
    source = searcher()
    return [source.sample_configuration() for _ in range(4)][3]


def test_the_higher_rung_goes_first():
    scheduler = hpo.ASHA(searcher(), 1, 4, 2)
    for _ in range(6):
        scheduler.suggest()
    for trial_id, error in ((0, 0.2), (1, 0.1)):
        scheduler.report(trial_id, error, 1)
    assert scheduler.suggest().trial_id == 1
    for trial_id, error in ((2, 0.05), (3, 0.3)):
        scheduler.report(trial_id, error, 1)
    assert scheduler.suggest().trial_id == 2
    scheduler.report(1, 0.1, 2)
    scheduler.report(2, 0.2, 2)
    for trial_id, error in ((4, 0.01), (5, 0.5)):
        scheduler.report(trial_id, error, 1)
    jobs = [scheduler.suggest() for _ in range(2)]  # both rungs have one to promote
    assert [(job.trial_id, job.start, job.resource) for job in jobs] == [(1, 2, 4), (4, 1, 2)]


def test_failures_count_among_the_results_of_a_rung():
    scheduler = hpo.ASHA(searcher(), 1, 2, 2, max_trials=4)
    for _ in range(4):
        scheduler.suggest()
    scheduler.fail(0, 1)
    assert scheduler.suggest() is None
    scheduler.report(1, 0.7, 1)
    assert scheduler.suggest().trial_id == 1  # one of two, and the other failed
    scheduler.report(2, math.nan, 1)
    scheduler.report(3, math.inf, 1)
    assert scheduler.suggest() is None  # two of four, but there is none left with an error
    scheduler.report(1, 0.6, 2)
    assert scheduler.finished
