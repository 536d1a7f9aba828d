"""Schedules on simulated time, worked out by hand."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import hpo
from tests.dlcourse.hpo.driving import searcher


def schedule(results):
    return [(r.worker, r.trial_id, r.resource, r.started, r.ended) for r in results]


def by_trial(numbers):
    return lambda job: numbers[job.trial_id]


def epochs(job):
    return job.resource - job.start


def test_the_freed_worker_takes_the_next_trial():
    scheduler = hpo.FIFOScheduler(searcher(), max_trials=4, resource=1)
    results = hpo.simulate(scheduler, by_trial([3, 1, 1, 2]), 2, error=by_trial([4, 3, 2, 1]))
    assert schedule(results) == [
        (1, 1, 1, 0, 1),
        (1, 2, 1, 1, 2),
        (0, 0, 1, 0, 3),
        (1, 3, 1, 2, 4),
    ]
    assert results.duration == 4 and results.best.trial_id == 3
    assert results.utilization() == pytest.approx(7 / 8)
    assert results.incumbent() == ([1, 2, 3, 4], [3, 2, 2, 1])


def test_two_workers_idle_in_synchronous_halving():
    """Trial 0 is a straggler: worker 1 waits from 3 to 4, and again for the last rung."""
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 4, 2, when_waiting="idle", max_rounds=1)
    durations = {(0, 1): 4, (2, 2): 1, (3, 2): 2}
    results = hpo.simulate(
        scheduler,
        lambda job: durations.get((job.trial_id, job.resource), 1),
        2,
        error=by_trial([0.4, 0.3, 0.1, 0.2]),
    )
    assert schedule(results) == [
        (1, 1, 1, 0, 1),
        (1, 2, 1, 1, 2),
        (1, 3, 1, 2, 3),
        (0, 0, 1, 0, 4),
        (0, 2, 2, 4, 5),
        (1, 3, 2, 4, 6),
        (0, 2, 4, 6, 7),
    ]
    assert results.utilization() == pytest.approx(11 / 14)
    assert {level: len(rung) for level, rung in results.rungs().items()} == {1: 4, 2: 2, 4: 1}


def test_the_same_trials_under_asha_leave_nobody_idle():
    scheduler = hpo.ASHA(searcher(), 1, 4, 2)
    durations = {(0, 1): 4, (2, 2): 1, (3, 2): 2}
    results = hpo.simulate(
        scheduler,
        lambda job: durations.get((job.trial_id, job.resource), 1),
        2,
        error=by_trial([0.4, 0.3, 0.1, 0.2, 0.5, 0.6]),
        until=7,
    )
    assert schedule(results) == [
        (1, 1, 1, 0, 1),
        (1, 2, 1, 1, 2),
        (1, 2, 2, 2, 3),  # best of two: promoted while trial 0 still runs
        (0, 0, 1, 0, 4),
        (1, 3, 1, 3, 4),
        (1, 4, 1, 4, 5),
        (0, 3, 2, 4, 6),  # second of four
        (1, 5, 1, 5, 6),
        (0, 2, 4, 6, 7),  # best of two on the rung above, which goes first
        (1, 1, 2, 6, 7),  # third of six
    ]
    assert results.utilization() == 1


def test_jobs_that_end_together_are_reported_before_anyone_asks():
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 2, 2)
    results = hpo.simulate(
        scheduler, epochs, 2, error=by_trial([0.2, 0.1, 0.3, 0.4]), max_jobs=4
    )
    # Asked between the two reports, worker 0 would have begun the next round at 1.
    assert schedule(results) == [
        (0, 0, 1, 0, 1),
        (1, 1, 1, 0, 1),
        (0, 1, 2, 1, 2),
        (1, 2, 1, 1, 2),
    ]


def test_a_worker_waits_until_some_report_arrives():
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 2, 2, when_waiting="idle", max_rounds=2)
    results = hpo.simulate(scheduler, by_trial([1, 5, 1, 1]), 4, error=by_trial([2, 1, 1, 2]))
    assert [(r.trial_id, r.resource, r.started) for r in results if r.started >= 5] == [
        (1, 2, 5), (2, 1, 10), (3, 1, 10), (2, 2, 11),
    ]  # fmt: skip
    assert scheduler.finished


def test_the_search_is_cut_at_its_end():
    scheduler = hpo.FIFOScheduler(searcher(), resource=4)
    results = hpo.simulate(
        scheduler,
        by_trial([4, 8]),
        2,
        error=lambda job: [0.4, 0.3, 0.2, 0.1],
        until=6,
        max_jobs=2,
    )
    assert schedule(results) == [(0, 0, 4, 0, 4), (1, 1, 4, 0, 6)]
    finished, cut = results
    assert (finished.status, finished.error, len(finished.curve)) == ("finished", 0.1, 4)
    assert cut.status == "cut" and math.isnan(cut.error)
    assert [metrics["validation_error"] for metrics in cut.curve] == [0.4, 0.3, 0.2]
    assert results.duration == 6 and results.resource_spent() == 7
    assert results.utilization() == pytest.approx(10 / 12)


def test_a_unit_that_was_cut_is_not_reported():
    scheduler = hpo.FIFOScheduler(searcher(), resource=4)
    results = hpo.simulate(scheduler, lambda job: 8, 1, error=lambda job: [4, 3, 2, 1], until=7)
    assert [metrics["validation_error"] for metrics in results[0].curve] == [4, 3, 2]


def test_what_ends_at_the_end_counts_and_nothing_starts_there():
    scheduler = hpo.FIFOScheduler(searcher(), resource=1)
    results = hpo.simulate(scheduler, lambda job: 2, 1, error=lambda job: 0.5, until=4)
    assert schedule(results) == [(0, 0, 1, 0, 2), (0, 1, 1, 2, 4)]
    assert {r.status for r in results} == {"finished"}


def test_a_search_that_ends_early_keeps_its_own_duration():
    scheduler = hpo.FIFOScheduler(searcher(), max_trials=1)
    results = hpo.simulate(scheduler, lambda job: 2, 3, error=lambda job: 0.5, until=100)
    assert results.duration == 2
    assert results.utilization(until=100) == pytest.approx(2 / 300)


def test_nan_is_reported_and_the_search_goes_on():
    scheduler = hpo.SuccessiveHalving(searcher(), 1, 2, 2, max_rounds=1)
    results = hpo.simulate(scheduler, epochs, 2, error=by_trial([math.nan, 0.5]))
    assert [(r.trial_id, r.resource) for r in results] == [(0, 1), (1, 1), (1, 2)]
    assert results.best.trial_id == 1


@given(st.integers(1, 7), st.integers(0, 1000), st.sampled_from(["asha", "halving", "fifo"]))
def test_workers_do_one_job_at_a_time_and_the_run_repeats(num_workers, seed, name):
    def run():
        scheduler = {
            "asha": lambda: hpo.ASHA(searcher(), 1, 8, 2, max_trials=30),
            "halving": lambda: hpo.SuccessiveHalving(searcher(), 1, 8, 2, max_rounds=3),
            "fifo": lambda: hpo.FIFOScheduler(searcher(), 30, 4),
        }[name]()
        random = np.random.default_rng(seed)
        return hpo.simulate(
            scheduler,
            lambda job: epochs(job) * random.lognormal(),
            num_workers,
            error=lambda job: job.configuration["learning_rate"],
        )

    results = run()
    assert list(results) == list(run())
    assert [r.ended for r in results] == sorted(r.ended for r in results)
    for worker in range(num_workers):
        mine = [r for r in results if r.worker == worker]
        assert all(a.ended <= b.started for a, b in pairwise(mine))
    assert {r.worker for r in results} <= set(range(num_workers))
    reached = {}
    for r in results:
        assert reached.get(r.trial_id, (0, 0.0)) <= (r.start, r.started)
        reached[r.trial_id] = r.resource, r.ended
    if name == "fifo":  # nobody is idle while there are trials to start
        last_start = max(r.started for r in results)
        assert results.utilization(until=last_start or 1e-9) == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_workers": 0}, "num_workers must be an integer of at least 1, got 0"),
        ({"until": 0}, "until must be a finite number of seconds above 0, got 0"),
        ({"until": math.nan}, "until must be a finite number of seconds above 0, got nan"),
        ({"max_jobs": 0}, "max_jobs must be an integer of at least 1, got 0"),
        (
            {"until": None},
            "nothing ends this search: give until, max_jobs or a limit of trials",
        ),
        (
            {"duration": lambda job: 0},
            "duration must be above 0 .*, got 0 for trial 0 up to .* 2",
        ),
        ({"duration": lambda job: math.inf}, "duration must be above 0 seconds and finite"),
        ({"duration": lambda job: math.nan}, "duration must be above 0 seconds and finite"),
        ({"duration": lambda job: None}, "duration must give a number, got None"),
        ({"duration": 3}, "duration must be a function, got 3"),
        ({"error": lambda job: []}, "error must give at least one number"),
        ({"error": lambda job: "low"}, "error must give a number, got 'l'"),
        ({"error": 0.5}, "error must be a function, got 0.5"),
    ],
)
def test_errors_name_the_argument(options, message):
    arguments = {
        "duration": epochs,
        "num_workers": 2,
        "error": lambda job: 0.5,
        "until": 10,
        **options,
    }
    with pytest.raises(ValueError, match=message):
        hpo.simulate(hpo.ASHA(searcher(), 2, 10, 2), **arguments)


def test_a_scheduler_is_simulated_once():
    scheduler = hpo.FIFOScheduler(searcher(), max_trials=2)
    hpo.simulate(scheduler, lambda job: 1, 1, error=lambda job: 0.5)
    with pytest.raises(ValueError, match="scheduler has been used"):
        hpo.simulate(scheduler, lambda job: 1, 1, error=lambda job: 0.5)


@pytest.mark.parametrize("error", [np.array(0.5), np.float32(0.5), np.array([0.7, 0.5])])
def test_errors_may_be_numbers_and_arrays_of_numpy(error):
    scheduler = hpo.FIFOScheduler(searcher(), max_trials=1)
    (result,) = hpo.simulate(scheduler, lambda job: 1, 1, error=lambda job: error)
    assert result.error == 0.5 and type(result.error) is float
