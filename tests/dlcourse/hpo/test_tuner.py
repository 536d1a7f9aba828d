"""The tuner: every executor, and what is around a search."""

import json
import math
import os
import subprocess
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import get_context

import pytest

from dlcourse import hpo
from tests.dlcourse.hpo.objectives import (
    epochs_of,
    fifo,
    outcomes,
    searcher,
    trained,
    tune,
    x,
)


def test_in_process_by_default():
    results = tune(fifo(5), lambda c: {"validation_error": c["x"], "pid": os.getpid()})
    assert [result.trial_id for result in results] == [0, 1, 2, 3, 4]
    assert {result.curve[0]["pid"] for result in results} == {os.getpid()}
    assert results.num_workers == 1
    assert results.best.error == min(result.error for result in results)


def test_threads():
    with ThreadPoolExecutor(3) as threads:
        results = tune(fifo(9), x, threads)
    assert results.num_workers == 3
    assert sorted(result.trial_id for result in results) == list(range(9))


def test_the_standard_library_s_processes_run_functions_that_have_no_module():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        results = tune(fifo(3), lambda c: c["x"], processes)
    assert [result.error for result in results] == [r.error for r in tune(fifo(3), x)]


def test_worker_processes(pool):
    results = tune(fifo(8), lambda c: {"validation_error": c["x"], "pid": os.getpid()}, pool)
    assert sorted(result.trial_id for result in results) == list(range(8))
    assert os.getpid() not in {result.curve[0]["pid"] for result in results}
    assert {result.worker for result in results} <= {0, 1}
    assert {result.trial_id: result.error for result in results} == {
        result.trial_id: result.error for result in tune(fifo(8), x)
    }


@pytest.mark.parametrize(
    "scheduler",
    [
        lambda: hpo.SuccessiveHalving(searcher(), 1, 4, 2, max_rounds=2),
        lambda: hpo.ASHA(searcher(), 1, 4, 2, max_trials=9),
        lambda: hpo.FIFOScheduler(searcher(), max_trials=4, resource=2),
        lambda: hpo.Hyperband(searcher(), 1, 4, 2, max_rounds=1),
    ],
    ids=["halving", "asha", "fifo", "hyperband"],
)
def test_one_worker_process_finds_what_this_process_finds(pool, scheduler, tmp_path):
    here = tune(scheduler(), epochs_of(tmp_path / "here"))
    there = tune(scheduler(), epochs_of(tmp_path / "there"), pool, 1)
    assert outcomes(here) == outcomes(there)
    assert trained(tmp_path / "here") == trained(tmp_path / "there")


def test_an_executor_that_breaks_ends_the_search_and_keeps_the_results():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        tuner = hpo.Tuner(
            fifo(4),
            lambda c: c["x"] if c["x"] < 0.9 else os._exit(1),
            processes,
            progress=False,
        )
        tuner.scheduler.searcher.sample_configuration = iter(
            [{"x": 0.1}, {"x": 0.95}, {"x": 0.2}]
        ).__next__
        with pytest.raises(RuntimeError, match=r"no more jobs \(BrokenProcessPool.*WorkerPool"):
            tuner.run()
    assert [(r.trial_id, r.status) for r in tuner.results] == [(0, "finished"), (1, "cut")]


def test_the_callback_sees_each_result_and_the_end():
    class Callback:
        def __init__(self):
            self.lengths, self.ended = [], None

        def __call__(self, results):
            self.lengths.append(len(results))

        def finish(self, results):
            self.ended = results

    callback = Callback()
    results = tune(fifo(4), x, callback=callback)
    assert callback.lengths == [1, 2, 3, 4]
    assert callback.ended is results


def test_results_are_there_after_an_error_in_the_callback():
    tuner = hpo.Tuner(fifo(4), x, callback=lambda results: 1 / 0, progress=False)
    with pytest.raises(ZeroDivisionError):
        tuner.run()
    assert len(tuner.results) == 1


def test_the_bar_counts_trials_and_clears_itself(monkeypatch, capfd):
    monkeypatch.setenv("DLCOURSE_LIVE", "1")
    # tqdm draws no more often than every tenth of a second.
    hpo.Tuner(fifo(3), lambda c: time.sleep(0.11) or c["x"]).run()
    err = capfd.readouterr().err
    assert "/3 " in err and "trial" in err and "best=" in err
    assert err.rsplit("\r", 2)[-1].strip() == ""


def test_unattended_nothing_is_drawn(monkeypatch, capfd):
    monkeypatch.setenv("DLCOURSE_LIVE", "0")
    hpo.Tuner(fifo(3), x).run()
    assert capfd.readouterr() == ("", "")


def test_times_and_workers_fit_together(pool):
    results = tune(fifo(12), x, pool)
    assert all(0 <= r.started <= r.ended <= results.duration for r in results)
    for worker in (0, 1):
        spans = sorted((r.started, r.ended) for r in results if r.worker == worker)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_nothing_is_left_of_temporary_checkpoints(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    log = tmp_path / "log"
    tune(hpo.SuccessiveHalving(searcher(), 1, 4, 2, max_rounds=1), epochs_of(log))
    assert list(tmp_path.iterdir()) == [log]


def test_importing_it_loads_no_executor_and_no_torch():
    code = "import sys; from dlcourse import hpo; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    assert "dlcourse.hpo.tuner" in loaded
    assert not {"torch", "pebble", "cloudpickle", "distributed", "matplotlib"} & set(loaded)


class Silent(Executor):
    """One that doesn't tell its size."""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scheduler": 3}, "scheduler must be"),
        ({"objective": 3}, "objective must be a function"),
        ({"executor": 3}, "executor must be"),
        ({"executor": Silent()}, "num_workers: this executor doesn't tell"),
        ({"num_workers": 2}, r"num_workers = 2 needs workers; .*WorkerPool\(2\)"),
        ({"executor": Silent(), "num_workers": 0}, "num_workers must be an integer"),
        ({"max_seconds": 0}, "max_seconds must be a finite number of seconds"),
        ({"max_trials": 0}, "max_trials must be an integer"),
        ({"max_seconds": math.inf}, "max_seconds must be a finite number of seconds"),
        ({"job_timeout": "1"}, "job_timeout must be a finite number of seconds"),
        ({"job_timeout": True}, "job_timeout must be a finite number of seconds"),
        ({"target": "0.1"}, "target must be a number, got '0.1'"),
        ({"target": math.nan}, "target must be a number, got nan"),
        ({"metric": 3}, "metric must be a name, got 3"),
        ({"callback": 3}, "callback must be a function, got 3"),
        ({"folder": 3}, "folder must be a path, got 3"),
        ({"scheduler": hpo.FIFOScheduler}, "scheduler must be a Scheduler"),
        ({"executor": hpo.WorkerPool}, "executor must be a concurrent.futures.Executor"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        hpo.Tuner(**{"scheduler": fifo(1), "objective": x, **arguments})


def test_a_tuner_and_a_scheduler_run_once():
    tuner = hpo.Tuner(fifo(1), x, progress=False)
    tuner.run()
    with pytest.raises(RuntimeError, match="this tuner has run"):
        tuner.run()
    with pytest.raises(ValueError, match="scheduler has been used"):
        hpo.Tuner(tuner.scheduler, x)


def test_the_summary_of_a_search_can_be_written_as_json():
    results = tune(fifo(2), x)
    assert json.loads(json.dumps(results[0].configuration)) == results[0].configuration
