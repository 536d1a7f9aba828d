"""Synchronous successive halving against the rule said plainly."""

import math
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import hpo
from tests.dlcourse.hpo.driving import drive, etas, randoms, rank, searcher, workers


class PlainRound:
    """One round, as the text says it: wait for all of a rung, sort, promote the best."""

    def __init__(self, levels, size, eta):
        self.levels, self.eta = levels, eta
        self.sizes = {levels[0]: size}
        self.results = defaultdict(list)

    def observe(self, trial_id, resource, error):
        """Return (trial, level) of the promoted, best first."""
        self.results[resource].append((trial_id, error))
        size = self.sizes[resource]
        assert len(self.results[resource]) <= size
        if len(self.results[resource]) < size or resource == self.levels[-1]:
            return []
        ranked = sorted(self.results[resource], key=lambda result: rank(result[1], result[0]))
        finite = [trial_id for trial_id, error in ranked if math.isfinite(error)]
        promoted = finite[: math.floor(size / self.eta)]
        following = self.levels[self.levels.index(resource) + 1]
        self.sizes[following] = len(promoted)
        return [(trial_id, following) for trial_id in promoted]


def check_rounds(events, shapes, eta):
    """Compare every decision with plain rounds of the (levels, size) given, in turn."""
    rounds, round_of, queue = [], {}, []
    to_start = 0
    for event in events:
        if event.error is not None:
            trial_id, resource = event.job.trial_id, event.job.resource
            queue += round_of[trial_id].observe(trial_id, resource, event.error)
        elif event.job is None:
            assert not queue and not to_start
        elif queue:  # a promoted trial goes before every new one, first in, first out
            assert (event.job.trial_id, event.job.resource) == queue.pop(0)
        else:
            if not to_start:
                levels, to_start = shapes[len(rounds) % len(shapes)]
                rounds.append(PlainRound(levels, to_start, eta))
            assert event.job.start == 0 and event.job.resource == rounds[-1].levels[0]
            round_of[event.job.trial_id] = rounds[-1]
            to_start -= 1
    return rounds, queue


def test_levels():
    assert hpo.rung_levels(2, 10, 2) == [2, 4, 8, 10]
    assert hpo.rung_levels(1, 81, 3) == [1, 3, 9, 27, 81]
    assert hpo.rung_levels(4, 4, 2) == [4]
    assert hpo.rung_levels(3, 4, 5) == [3, 4]


@given(
    st.integers(1, 4), st.integers(0, 8), etas, st.integers(1, 3), workers, randoms,
    st.sampled_from(["new_round", "idle"]),
)  # fmt: skip
def test_decisions_are_those_of_plain_rounds(
    r_min, more, eta, prefact, num_workers, random, waiting
):
    scheduler = hpo.SuccessiveHalving(
        searcher(),
        r_min,
        r_min + more,
        eta,
        prefact=prefact,
        when_waiting=waiting,
        max_rounds=2,
    )
    events = drive(scheduler, random, num_workers, max_jobs=1000)
    levels = hpo.rung_levels(r_min, r_min + more, eta)
    size = prefact * eta ** (len(levels) - 1)
    rounds, queue = check_rounds(events, [(levels, size)], eta)
    # Everybody promoted got a job in the end, and every job's result came.
    assert scheduler.finished and not queue and len(rounds) == 2
    for plain in rounds:
        assert {level: len(found) for level, found in plain.results.items()} == {
            level: size for level, size in plain.sizes.items() if size
        }


def test_one_round_of_the_chapter_takes_34_epochs_and_58_from_scratch():
    scheduler = hpo.SuccessiveHalving(searcher(), 2, 10, 2, max_rounds=1)
    jobs = []
    while (job := scheduler.suggest()) is not None:
        jobs.append(job)
        scheduler.report(job.trial_id, job.configuration["learning_rate"], job.resource)
    assert [job.resource for job in jobs] == [2] * 8 + [4] * 4 + [8] * 2 + [10]
    assert sum(job.resource - job.start for job in jobs) == 34
    assert sum(job.resource for job in jobs) == 58
    assert scheduler.finished


def test_promoted_trials_go_best_first():
    """A queue filled at its front and emptied at its end would turn the order round."""
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 4, 2)
    trials = [scheduler.suggest().trial_id for _ in range(4)]
    new = [scheduler.suggest().trial_id for _ in range(2)]  # of the next round
    for trial_id, error in zip(trials, (0.4, 0.1, 0.3, 0.2), strict=True):
        scheduler.report(trial_id, error, 1)
    following = [scheduler.suggest() for _ in range(3)]
    assert [job.trial_id for job in following] == [1, 3, 6]
    assert [(job.start, job.resource) for job in following] == [(1, 2), (1, 2), (0, 1)]
    assert new == [4, 5]


def test_equal_errors_are_ranked_by_trial():
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 2, 2, prefact=2)
    for job in reversed([scheduler.suggest() for _ in range(4)]):
        scheduler.report(job.trial_id, 0.5, 1)
    assert [scheduler.suggest().trial_id for _ in range(2)] == [0, 1]


def test_the_fraction_is_rounded_down():
    scheduler = hpo.SuccessiveHalving(searcher(), 2, 10, 2, prefact=3, max_rounds=1)
    sizes = defaultdict(int)
    while (job := scheduler.suggest()) is not None:
        sizes[job.resource] += 1
        scheduler.report(job.trial_id, float(job.trial_id), job.resource)
    assert sizes == {2: 24, 4: 12, 8: 6, 10: 3}
    scheduler = hpo.Hyperband(searcher(), 1, 27, 3)
    brackets = [defaultdict(int) for _ in range(2)]
    for _ in range(40 + 12 + 4 + 1):
        job = scheduler.suggest()
        brackets[job.trial_id >= 27][job.resource] += 1
        scheduler.report(job.trial_id, float(job.trial_id), job.resource)
    assert brackets[0] == {1: 27, 3: 9, 9: 3, 27: 1}
    assert brackets[1] == {3: 12, 9: 4, 27: 1}


@pytest.mark.parametrize("worst", [math.nan, math.inf, -math.inf])
def test_fewer_go_on_where_fewer_are_finite(worst):
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 4, 2, max_rounds=1)
    for job in [scheduler.suggest() for _ in range(4)]:
        scheduler.report(job.trial_id, 0.9 if job.trial_id == 3 else worst, 1)
    job = scheduler.suggest()
    assert (job.trial_id, job.resource) == (3, 2)
    assert scheduler.suggest() is None and not scheduler.finished
    scheduler.report(3, 0.9, 2)  # floor(1 / 2) is nobody
    assert scheduler.suggest() is None and scheduler.finished


def test_idle_waits_for_the_round_and_new_round_does_not():
    for waiting in ("idle", "new_round"):
        scheduler = hpo.SuccessiveHalving(searcher(), 1, 2, 2, when_waiting=waiting)
        first, second = scheduler.suggest(), scheduler.suggest()
        scheduler.report(first.trial_id, 0.5, 1)
        early = scheduler.suggest()
        if waiting == "new_round":
            assert early.trial_id == 2
            continue
        assert early is None
        scheduler.report(second.trial_id, 0.6, 1)
        assert scheduler.suggest() == hpo.Job(0, first.configuration, 2, 1)
        assert scheduler.suggest() is None
        scheduler.report(0, 0.4, 2)
        assert scheduler.suggest().trial_id == 2


def test_a_promoted_trial_of_an_older_round_goes_before_new_ones():
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 2, 2)
    jobs = [scheduler.suggest() for _ in range(3)]  # the third opens the second round
    scheduler.report(jobs[1].trial_id, 0.1, 1)
    scheduler.report(jobs[0].trial_id, 0.2, 1)
    assert [scheduler.suggest().trial_id for _ in range(2)] == [1, 3]
