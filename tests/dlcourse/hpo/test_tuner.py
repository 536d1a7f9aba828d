"""The tuner: every executor, every way in which a job or a search can end."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import get_context
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from dlcourse import hpo
from tests.dlcourse.hpo.objectives import (
    PATIENCE,
    epochs_of,
    fifo,
    searcher,
    trained,
    tune,
    wait_for,
    x,
)


@pytest.fixture(scope="module")
def pool():
    with hpo.WorkerPool(2) as pool:
        yield pool


def outcomes(results):
    return [(r.trial_id, r.resource, r.status, r.error, r.curve) for r in results]


# Executors


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


# What an objective may return


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


# Jobs that fail, hang, die


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
    results = tune(fifo(8), hang_at_first, executor, job_timeout=0.6)
    hanging = [result for result in results if result.configuration["x"] < 0.3]
    assert 0 < len(hanging) < 8 == len(results)
    for result in results:
        assert result.status == ("failed" if result in hanging else "finished")
    for result in hanging:
        assert "in hang_at_first" in result.traceback
        assert result.traceback.endswith("HungError: no result after job_timeout = 0.6 s\n")


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


# The end of a search


def test_it_ends_after_max_trials_and_starts_no_more(pool):
    for executor in (None, pool):
        results = tune(fifo(), x, executor, max_trials=7)
        assert sorted(result.trial_id for result in results) == list(range(7))
        assert {result.status for result in results} == {"finished"}


def test_max_trials_counts_trials_not_jobs(tmp_path):
    asha = hpo.ASHA(searcher(), 1, 4, 2)
    results = tune(asha, epochs_of(tmp_path / "log"), max_trials=5)
    assert {result.trial_id for result in results} == set(range(5))
    assert any(result.start > 0 for result in results)


def test_it_ends_at_the_target(pool):
    results = tune(fifo(seed=3), x, target=0.1)
    assert results[-1].error <= 0.1
    assert all(result.error > 0.1 for result in list(results)[:-1])


def test_an_error_that_is_not_finite_reaches_no_target():
    errors = iter([-math.inf, math.nan, 0.3, 0.1])
    results = tune(fifo(), lambda c: next(errors), target=0.2)
    assert len(results) == 4


def test_two_searches_at_once_do_not_get_in_each_other_s_way(pool, tmp_path):
    def search(seed):
        asha = hpo.ASHA(searcher(seed), 1, 4, 2, max_trials=6)
        found[seed] = tune(asha, epochs_of(tmp_path / f"log_{seed}"), pool, 1)

    found = {}
    threads = [threading.Thread(target=search, args=(seed,)) for seed in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    for seed in (0, 1):
        asha = hpo.ASHA(searcher(seed), 1, 4, 2, max_trials=6)
        alone = tune(asha, epochs_of(tmp_path / f"alone_{seed}"))
        assert outcomes(found[seed]) == outcomes(alone)


def test_running_jobs_are_cut_at_the_target(pool):
    def objective(configuration):
        if configuration["x"] > 0.5:
            time.sleep(1000)
        return configuration["x"]

    scheduler = hpo.FIFOScheduler(
        hpo.RandomSearcher({"x": 0.9, "name": 0}, initial_configuration={"x": 0.9, "name": 0})
    )
    scheduler.searcher.sample_configuration = iter([{"x": 0.9}, {"x": 0.1}]).__next__
    results = tune(scheduler, objective, pool, target=0.2)
    assert [(r.trial_id, r.status) for r in results] == [(1, "finished"), (0, "cut")]
    assert math.isnan(results[1].error) and not results[1].curve


def test_it_ends_after_max_seconds(pool):
    def objective(configuration):
        time.sleep(1000)

    results = tune(fifo(), objective, pool, max_seconds=0.3)
    assert [result.status for result in results] == ["cut", "cut"]
    assert 0.3 <= results.duration < PATIENCE


def test_loading_what_the_bar_needs_is_no_part_of_the_search(monkeypatch):
    loaded = []

    def slow(self):
        time.sleep(0.3)
        loaded.append(True)
        return contextlib.nullcontext(SimpleNamespace(advance=lambda **numbers: None))

    monkeypatch.setattr(hpo.Tuner, "_bar", slow)
    results = tune(fifo(1), x, max_seconds=0.25)
    assert loaded and [result.status for result in results] == ["finished"]


def test_in_this_process_a_job_is_cut_where_it_yields():
    def objective(configuration, resource, checkpoint):
        for _ in range(resource):
            time.sleep(0.01)
            yield 1.0

    scheduler = hpo.FIFOScheduler(searcher(), resource=10**6)
    results = tune(scheduler, objective, max_seconds=0.2)
    assert [result.status for result in results] == ["cut"]
    assert 0 < len(results[0].curve) < 10**6


def test_ctrl_c_keeps_the_results_and_says_one_line(capsys):
    count = iter(range(10))

    def objective(configuration):
        if next(count) == 3:
            raise KeyboardInterrupt
        return configuration["x"]

    results = tune(fifo(), objective)
    assert [result.status for result in results] == ["finished"] * 3 + ["cut"]
    assert capsys.readouterr().out == "Interrupted; 3 results kept.\n"


def test_ctrl_c_reaches_a_job_with_a_time_limit():
    def objective(configuration):
        raise KeyboardInterrupt

    results = tune(fifo(), objective, job_timeout=PATIENCE)
    assert [result.status for result in results] == ["cut"]


def test_a_signal_ends_a_search_on_worker_processes(tmp_path):
    script, busy = tmp_path / "search.py", tmp_path / "busy"
    busy.mkdir()
    script.write_text(
        textwrap.dedent("""
        import os, sys, time
        from pathlib import Path
        from dlcourse import hpo

        def objective(configuration):
            if configuration["x"] == 0:
                return 0.5
            Path(sys.argv[1], str(os.getpid())).touch()
            time.sleep(1000)

        values = iter([0, 1, 1, 1])
        searcher = hpo.RandomSearcher({"x": 0})
        searcher.sample_configuration = lambda: {"x": next(values)}
        with hpo.WorkerPool(2, preload=()) as pool:
            results = hpo.Tuner(
                hpo.FIFOScheduler(searcher), objective, pool, progress=False
            ).run()
        print([result.status for result in results])
        """)
    )
    process = subprocess.Popen(
        [sys.executable, script, busy],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    wait_for(lambda: len(list(busy.iterdir())) == 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    out, _ = process.communicate(timeout=PATIENCE)
    assert out == "Interrupted; 1 result kept.\n['finished', 'cut', 'cut']\n"
    assert process.returncode == 0


# Around it


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
