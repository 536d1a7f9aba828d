"""What results tell of a search."""

import math
import pickle

import pytest

from dlcourse.hpo import Job, Result, Results


def result(trial_id, error, started, ended, *, worker=0, curve=None, **rest):
    job = Job(trial_id, {"x": trial_id}, rest.pop("resource", None), rest.pop("start", 0))
    curve = [error] if curve is None else curve
    return Result.of(
        job,
        error=error,
        curve=[{"validation_error": e} for e in curve],
        started=started,
        ended=ended,
        worker=worker,
        **rest,
    )


@pytest.fixture
def climbed():
    """Trial 0 goes to 2, then 4, then 5; trial 1 fails at 2, trial 2 is cut on its way."""
    return Results(
        [
            result(0, 0.4, 0, 2, resource=2, curve=[0.6, 0.4]),
            result(1, math.nan, 0, 3, worker=1, resource=2, curve=[0.9], status="failed"),
            result(0, 0.2, 2, 6, resource=4, start=2, curve=[0.3, 0.2]),
            result(0, 0.3, 6, 8, resource=5, start=4),
            result(2, math.nan, 6, 9, worker=1, resource=4, curve=[0.8, 0.7], status="cut"),
        ],
        num_workers=2,
        duration=10,
    )


def test_results_are_a_sequence(climbed):
    assert len(climbed) == 5
    assert [r.trial_id for r in climbed] == [0, 1, 0, 0, 2]
    assert climbed[-1].status == "cut"
    assert climbed[1:3] == [climbed[1], climbed[2]]
    climbed.append(climbed[0])
    assert len(climbed) == 6
    assert repr(climbed) == "<6 results of 2 workers, best validation_error 0.2>"
    assert repr(Results(num_workers=1)) == "<0 results of 1 worker, no finite error yet>"


def test_jobs_and_results_travel_between_processes(climbed):
    assert pickle.loads(pickle.dumps(climbed[2])) == climbed[2]
    assert climbed[2].job == Job(0, {"x": 0}, 4, 2)


def test_the_best_is_finite_finished_and_the_earliest_of_equals():
    assert Results(num_workers=1).best is None
    results = Results(num_workers=1)
    results.append(result(0, math.nan, 0, 1))
    results.append(result(1, -math.inf, 1, 2))
    results.append(result(2, 0.1, 2, 3, status="failed"))
    assert results.best is None
    results.append(result(3, 0.5, 3, 4))
    results.append(result(4, 0.5, 4, 5))
    assert results.best is results[3]


def test_the_incumbent_never_rises(climbed):
    assert climbed.incumbent() == ([2, 3, 6, 8, 9], [0.4, 0.4, 0.2, 0.2, 0.2])
    unfortunate = Results([result(0, math.nan, 0, 1), result(1, 0.5, 1, 2)], num_workers=1)
    assert unfortunate.incumbent() == ([2], [0.5])
    assert Results(num_workers=1).incumbent() == ([], [])


def test_curves_join_the_jobs_of_a_trial(climbed):
    assert climbed.curves() == {
        0: [(1, 0.6, 1), (2, 0.4, 2), (3, 0.3, 4), (4, 0.2, 6), (5, 0.3, 8)],
        1: [(1, 0.9, 3)],
        2: [(1, 0.8, 7.5), (2, 0.7, 9)],
    }


def test_curves_leave_out_units_trained_again():
    results = Results(
        [
            result(0, 0.4, 0, 2, resource=2, curve=[0.6, 0.4]),
            result(0, 0.2, 2, 6, resource=4, start=2, curve=[0.6, 0.4, 0.3, 0.2]),
            result(1, 0.7, 0, 1, resource=2),  # reports its end alone
            result(2, math.nan, 0, 1, resource=2, curve=[], status="failed"),
        ],
        num_workers=2,
    )
    assert results.curves() == {
        0: [(1, 0.6, 1), (2, 0.4, 2), (3, 0.3, 5), (4, 0.2, 6)],
        1: [(2, 0.7, 1)],
    }


def test_rungs_hold_what_reached_them(climbed):
    rungs = climbed.rungs()
    assert list(rungs) == [2, 4, 5]
    assert [[r.trial_id for r in rung] for rung in rungs.values()] == [[0, 1], [0], [0]]
    plain = Results([result(0, 0.5, 0, 1)], num_workers=1)
    assert plain.rungs() == {None: [plain[0]]}


def test_utilization_by_hand(climbed):
    assert climbed.busy_seconds() == 2 + 3 + 4 + 2 + 3
    assert climbed.utilization() == pytest.approx(14 / (2 * 10))
    assert climbed.utilization(num_workers=4) == pytest.approx(14 / (4 * 10))
    # Up to second 5: trial 0 until 2 and from then on, trial 1 until 3.
    assert climbed.busy_seconds(until=5) == 2 + 3 + 3
    assert climbed.utilization(until=5) == pytest.approx(8 / (2 * 5))
    assert Results(num_workers=3).utilization() == 0


def test_the_duration_is_the_end_of_the_last_result_unless_known():
    results = Results([result(0, 0.5, 1, 4), result(1, 0.5, 0, 3)], num_workers=2)
    assert results.duration == 4
    results.duration = 7.0
    assert results.duration == 7.0
    assert Results(num_workers=1).duration == 0


def test_resource_spent_counts_what_was_trained(climbed):
    # To 2, one unit reported before the failure, 2 to 4, 4 to 5, two units before the cut.
    assert climbed.resource_spent() == 2 + 1 + 2 + 1 + 2
    assert (
        Results([result(0, 0.5, 0, 1, curve=[0.7, 0.5])], num_workers=1).resource_spent() == 2
    )


def test_no_workers_is_an_error():
    with pytest.raises(ValueError, match="num_workers must be an integer of at least 1"):
        Results(num_workers=0)
    with pytest.raises(ValueError, match="num_workers must be an integer of at least 1"):
        Results(num_workers=1).utilization(num_workers=0)
