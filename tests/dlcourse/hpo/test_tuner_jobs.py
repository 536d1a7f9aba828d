"""The tuner's jobs: what an objective may return, and how it may fail, hang or die."""

import math
import os
import signal
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from dlcourse import hpo
from tests.dlcourse.hpo.objectives import (
    PATIENCE,
    fifo,
    searcher,
    tune,
    x,
)


@pytest.mark.parametrize(
    "answer",
    [
        0.5,
        np.float32(0.5),
        np.array(0.5),
        torch.tensor(0.5),
        {"validation_error": 0.5},
        {"validation_error": torch.tensor(0.5)},
        [3, 0.5],
        [{"validation_error": 1}, {"validation_error": 0.5}],
        (value for value in (2, 0.5)),
        torch.tensor([1.0, 0.5]),
        np.array([1.0, 0.5]),
    ],
    ids=lambda answer: type(answer).__name__,
)
def test_answers(answer):
    (result,) = tune(fifo(1), lambda c: answer)
    assert result.error == 0.5 and type(result.error) is float
    assert result.curve[-1] == {"validation_error": 0.5}
    assert result.status == "finished"


def test_other_metrics_are_kept_and_text_is_left_out():
    (result,) = tune(fifo(1), lambda c: {"loss": 2, "error": 0.5, "note": "a"}, metric="error")
    assert result.curve == [{"error": 0.5, "loss": 2.0}]


@pytest.mark.parametrize("answer", [None, "low", 1j, [None], {"validation_error": "low"}])
def test_an_answer_that_is_no_number_ends_the_search(answer):
    with pytest.raises(ValueError, match=r"objective returned .* return a number"):
        tune(fifo(3), lambda c: answer)


def test_an_objective_that_yields_nothing_ends_the_search():
    with pytest.raises(ValueError, match="yielded no error"):
        tune(fifo(3), lambda c: [])


@pytest.mark.parametrize("where", ["here", "pool"])
def test_a_missing_metric_ends_the_search_and_names_those_there(where, pool):
    executor = pool if where == "pool" else None
    with pytest.raises(ValueError, match=r"metric 'validation_error'.*'loss', 'accuracy'"):
        tune(fifo(3), lambda c: {"loss": 1, "accuracy": 0}, executor)


def test_nan_and_infinity_are_finished_and_worst():
    errors = iter([math.nan, 0.4, math.inf, 0.3])
    results = tune(fifo(4), lambda c: next(errors))
    assert [result.status for result in results] == ["finished"] * 4
    assert results.best.error == 0.3
    assert math.isnan(results[0].error) and results[2].error == math.inf


def test_the_objective_cannot_change_what_is_recorded():
    results = tune(fifo(1), lambda c: c.pop("x"))
    assert "x" in results[0].configuration


@pytest.mark.parametrize("where", ["here", "pool"])
def test_a_failing_objective_is_noted_with_its_traceback(where, pool):
    def objective(configuration):
        if configuration["x"] > 0.5:
            raise OSError("the disk is full")
        return configuration["x"]

    results = tune(fifo(8), objective, pool if where == "pool" else None)
    failed = [result for result in results if result.status == "failed"]
    assert {r.trial_id for r in failed} == {
        r.trial_id for r in results if r.configuration["x"] > 0.5
    }
    assert 0 < len(failed) < 8 == len(results)
    for result in failed:
        lines = result.traceback.splitlines()
        assert lines[-1] == "OSError: the disk is full"
        assert "in objective" in lines[1] and math.isnan(result.error)


def test_what_was_reported_before_a_failure_is_kept():
    def objective(configuration, resource, checkpoint):
        yield 0.5
        raise SystemExit(3)

    with pytest.warns(UserWarning, match="every job failed, the last one with: SystemExit: 3"):
        results = tune(hpo.FIFOScheduler(searcher(), 1, resource=2), objective)
    assert results[0].status == "failed" and results[0].curve == [{"validation_error": 0.5}]


def test_no_warning_while_some_jobs_succeed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tune(fifo(6), lambda c: 1 / (c["x"] > 0.5))


@pytest.mark.parametrize("where", ["here", "threads", "pool"])
def test_a_hanging_objective_fails_with_the_stack_where_it_hung(where, pool):
    def hang_at_first(configuration):
        if configuration["x"] < 0.3:
            while True:
                time.sleep(0.05)
        return configuration["x"]

    executor = {"pool": pool, "threads": ThreadPoolExecutor(1), "here": None}[where]
    results = tune(fifo(4), hang_at_first, executor, job_timeout=3)
    hanging = [result for result in results if result.configuration["x"] < 0.3]
    assert len(hanging) == 1 and len(results) == 4
    for result in results:
        assert result.status == ("failed" if result in hanging else "finished")
    for result in hanging:
        assert "in hang_at_first" in result.traceback
        assert result.traceback.endswith("HungError: no result after job_timeout = 3 s\n")


def test_a_hanging_job_in_a_thread_is_told_to_end():
    left = threading.Event()

    def objective(configuration):
        try:
            while True:
                time.sleep(0.01)
        finally:
            left.set()

    with pytest.warns(UserWarning, match="HungError"):
        tune(fifo(1), objective, job_timeout=0.1)
    assert left.wait(PATIENCE)


def test_a_job_whose_worker_dies_is_run_again(pool, tmp_path):
    def objective(configuration):
        attempts = tmp_path / str(configuration["x"])
        with attempts.open("a") as file:
            file.write(".")
        if attempts.stat().st_size < 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return configuration["x"]

    results = tune(fifo(2), objective, pool)
    assert [result.status for result in results] == ["finished"] * 2
    assert [file.stat().st_size for file in tmp_path.iterdir()] == [3, 3]


def test_a_job_whose_worker_dies_each_time_fails(pool, tmp_path):
    def objective(configuration):
        if configuration["x"] > 0.5:
            with (tmp_path / str(configuration["x"])).open("a") as file:
                file.write(".")
            os._exit(7)
        return configuration["x"]

    results = tune(fifo(4), objective, pool, 1)
    failed = [result for result in results if result.status == "failed"]
    assert {result.configuration["x"] > 0.5 for result in failed} == {True}
    assert "worker died" in failed[0].traceback
    assert {file.stat().st_size for file in tmp_path.iterdir()} == {3}
    assert len(results) == 4


def test_what_a_worker_cannot_import_is_said(pool, monkeypatch, tmp_path):
    (tmp_path / "only_here.py").write_text("def objective(configuration):\n    return 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here

    with pytest.raises(ValueError, match=r"cannot be loaded in a worker .*only_here"):
        tune(fifo(3), only_here.objective, pool)


def test_an_objective_that_cannot_be_sent_is_refused(pool):
    lock = threading.Lock()
    with pytest.raises(ValueError, match="objective can't be sent"):
        hpo.Tuner(fifo(3), lambda c: lock.locked(), pool)


def test_exit_without_an_error_is_the_death_of_a_worker_too(pool):
    def objective(configuration):
        if configuration["x"] > 0.5:
            os._exit(0)
        return configuration["x"]

    results = tune(fifo(4), objective, pool, max_seconds=PATIENCE)
    assert {(r.configuration["x"] > 0.5, r.status) for r in results} == {
        (False, "finished"),
        (True, "failed"),
    }
    assert len(results) == 4


@pytest.mark.parametrize("where", ["here", "pool"])
def test_an_objective_with_other_arguments_ends_the_search(where, pool):
    scheduler = hpo.ASHA(searcher(), 1, 4, 2)  # it would fail for ever
    message = r"objective must take \(configuration, resource, checkpoint\).*'resource'"
    with pytest.raises(ValueError, match=message):
        tune(scheduler, x, pool if where == "pool" else None)


def test_an_instance_or_a_function_in_c_will_do():
    class Objective:
        def __call__(self, configuration):
            return configuration["x"]

    assert len(tune(fifo(2), Objective())) == 2
    assert tune(fifo(1), len)[0].error == 2
