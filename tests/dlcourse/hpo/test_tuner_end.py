"""The end of a search: limits, targets, Ctrl-C, and two searches at once."""

import contextlib
import math
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from types import SimpleNamespace

from dlcourse import hpo
from tests.dlcourse.hpo.objectives import (
    PATIENCE,
    epochs_of,
    fifo,
    outcomes,
    searcher,
    tune,
    wait_for,
    x,
)


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
        time.sleep(2.1)
        loaded.append(True)
        return contextlib.nullcontext(SimpleNamespace(advance=lambda **numbers: None))

    monkeypatch.setattr(hpo.Tuner, "_bar", slow)
    results = tune(fifo(1), x, max_seconds=2)
    assert loaded and [result.status for result in results] == ["finished"]


def test_in_this_process_a_job_is_cut_where_it_yields():
    def objective(configuration, resource, checkpoint):
        for _ in range(resource):
            time.sleep(0.01)
            yield 1.0

    scheduler = hpo.FIFOScheduler(searcher(), resource=10**6)
    results = tune(scheduler, objective, max_seconds=1)
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
        # What runs in the background of a shell is born deaf to SIGINT, as are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_for(lambda: len(list(busy.iterdir())) == 2)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: the workers get it too
    out, _ = process.communicate(timeout=PATIENCE)
    assert out == "Interrupted; 1 result kept.\n['finished', 'cut', 'cut']\n"
    assert process.returncode == 0
