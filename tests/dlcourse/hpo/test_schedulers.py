"""What holds for every scheduler, whatever order the reports come in."""

import math
import subprocess
import sys
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcourse import hpo
from tests.dlcourse.hpo.driving import (
    check_jobs,
    drive,
    etas,
    jobs_of,
    randoms,
    replay,
    searcher,
    workers,
)

MAKERS = {
    "halving": partial(hpo.SuccessiveHalving, max_rounds=3),
    "halving, idle": partial(hpo.SuccessiveHalving, max_rounds=3, when_waiting="idle"),
    "halving, endless": hpo.SuccessiveHalving,
    "asha": partial(hpo.ASHA, max_trials=40),
    "asha, endless": hpo.ASHA,
    "hyperband": partial(hpo.Hyperband, max_rounds=2),
    "hyperband, idle": partial(hpo.Hyperband, max_rounds=2, when_waiting="idle"),
}


@given(
    st.sampled_from(list(MAKERS)), st.integers(1, 5), st.integers(0, 20), etas, workers, randoms
)
def test_trials_climb_one_rung_at_a_time(name, r_min, more, eta, num_workers, random):
    make, r_max = MAKERS[name], r_min + more
    scheduler = make(searcher(), r_min, r_max, eta)
    events = drive(scheduler, random, num_workers)
    check_jobs(events, hpo.rung_levels(r_min, r_max, eta))
    keys = [(job.trial_id, job.resource) for job in jobs_of(events)]
    assert len(keys) == len(set(keys)), "two jobs of one trial on one rung"
    assert max(job.resource for job in jobs_of(events)) <= r_max
    assert scheduler.num_trials == len({trial_id for trial_id, _ in keys})


@given(st.sampled_from(list(MAKERS)), etas, workers, randoms)
def test_duplicates_change_nothing_and_decisions_repeat(name, eta, num_workers, random):
    make = partial(MAKERS[name], r_min=1, r_max=9, eta=eta)
    events = drive(make(searcher()), random, num_workers, duplicates=True)
    replay(make(searcher()), events)


@given(
    st.sampled_from([name for name in MAKERS if "endless" not in name]), etas, workers, randoms
)
def test_a_search_with_an_end_finishes(name, eta, num_workers, random):
    scheduler = MAKERS[name](searcher(), 1, 9, eta)
    assert not scheduler.finished and not scheduler.endless
    drive(scheduler, random, num_workers, max_jobs=10_000)
    assert scheduler.finished and scheduler.suggest() is None


@pytest.mark.parametrize("name", MAKERS)
def test_failing_everywhere_ends_the_search_without_a_promotion(name):
    scheduler = MAKERS[name](searcher(), 2, 10, 2)
    for _ in range(50):
        if (job := scheduler.suggest()) is None:
            break
        assert job.start == 0
        assert scheduler.fail(job.trial_id, job.resource)
    assert scheduler.finished or scheduler.endless


@pytest.mark.parametrize("name", MAKERS)
def test_what_was_never_suggested_is_named(name):
    scheduler = MAKERS[name](searcher(), 2, 10, 2)
    with pytest.raises(ValueError, match="trial_id 0 was never suggested"):
        scheduler.report(0, 0.5, 2)
    job = scheduler.suggest()
    for resource in (None, job.resource + 1):
        message = f"resource {resource} was never suggested for trial_id 0; it was for 2|10"
        with pytest.raises(ValueError, match=message):
            scheduler.fail(0, resource)
    assert scheduler.report(0, 0.5, job.resource)


@pytest.mark.parametrize("error", [None, "low"])
def test_an_error_that_is_no_number_changes_nothing(error):
    scheduler = hpo.FIFOScheduler(searcher(), max_trials=1)
    scheduler.suggest()
    with pytest.raises(ValueError, match=f"error must be a number, got {error!r}"):
        scheduler.report(0, error)
    assert scheduler.report(0, 0.5) and scheduler.finished


def test_fifo_runs_trials_in_order_and_ends():
    scheduler = hpo.FIFOScheduler(searcher(), max_trials=3, resource=5)
    jobs = [scheduler.suggest() for _ in range(3)]
    assert [job.trial_id for job in jobs] == [0, 1, 2]
    assert {(job.resource, job.start) for job in jobs} == {(5, 0)}
    assert scheduler.suggest() is None and not scheduler.finished
    assert scheduler.report(2, math.nan, 5) and scheduler.report(0, 0.5, 5)
    assert not scheduler.finished
    assert not scheduler.report(0, 0.4, 5)
    assert scheduler.fail(1, 5) and not scheduler.fail(1, 5)
    assert scheduler.finished and scheduler.suggest() is None


def test_fifo_without_limits_goes_on():
    scheduler = hpo.FIFOScheduler(searcher())
    assert scheduler.endless
    jobs = [scheduler.suggest() for _ in range(600)]
    assert jobs[-1] == hpo.Job(599, jobs[-1].configuration)
    assert all(scheduler.report(job.trial_id, 0.5) for job in jobs)
    assert not scheduler.finished


def test_the_searcher_hears_of_every_result_once():
    heard = []

    class Listening(hpo.RandomSearcher):
        def update(self, configuration, error, resource=None):
            heard.append((configuration, error, resource))

    scheduler = hpo.ASHA(Listening({"x": 1}), 1, 2, 2)
    for _ in range(2):
        scheduler.suggest()
    scheduler.report(0, 0.5, 1)
    scheduler.report(0, 0.4, 1)
    scheduler.fail(1, 1)
    assert heard[0] == ({"x": 1}, 0.5, 1)
    assert len(heard) == 2 and math.isnan(heard[1][1])


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 10, 1), "eta must be an integer of at least 2, got 1"),
        ((2, 10, 2.5), "eta must be an integer of at least 2, got 2.5"),
        ((0, 10, 2), "r_min must be an integer of at least 1, got 0"),
        ((1.5, 10, 2), "r_min must be an integer of at least 1, got 1.5"),
        ((2, "10", 2), "r_max must be an integer of at least 1, got '10'"),
        ((11, 10, 2), "r_min must not be above r_max, got r_min 11 and r_max 10"),
    ],
)
def test_errors_name_the_argument(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        MAKERS[name](searcher(), *arguments)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            partial(hpo.FIFOScheduler, max_trials=0),
            "max_trials must be an integer of at least 1",
        ),
        (partial(hpo.FIFOScheduler, resource=1.5), "resource must be an integer of at least 1"),
        (partial(hpo.ASHA, r_min=1, r_max=2, eta=2, max_trials=True), "max_trials must be an"),
        (partial(hpo.SuccessiveHalving, r_min=1, r_max=2, eta=2, prefact=0), "prefact must be"),
        (partial(hpo.SuccessiveHalving, r_min=1, r_max=2, eta=2, max_rounds=0), "max_rounds"),
        (partial(hpo.Hyperband, r_min=1, r_max=2, eta=2, when_waiting="sleep"), "when_waiting"),
    ],
)
def test_errors_name_the_option(make, message):
    with pytest.raises(ValueError, match=message):
        make(searcher())
    with pytest.raises(ValueError, match="searcher must be a Searcher"):
        make({"learning_rate": 0.1})


def test_schedulers_load_no_framework():
    code = (
        "import sys; from dlcourse import hpo; "
        "print([m for m in ('torch', 'dask', 'distributed', 'pebble', 'syne_tune', "
        "'matplotlib') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


def test_driving_reaches_what_it_is_meant_to():
    """The driver is worth nothing if it never duplicates, fails or promotes."""
    events = drive(hpo.ASHA(searcher(), 1, 8, 2), Random(0), num_workers=4)
    errors = [event.error for event in events if event.error is not None]
    assert any(map(math.isnan, errors)) and any(map(math.isinf, errors))
    assert {job.resource for job in jobs_of(events)} == {1, 2, 4, 8}
    order = [event.job.trial_id for event in events if event.error is not None]
    assert order != sorted(order)
