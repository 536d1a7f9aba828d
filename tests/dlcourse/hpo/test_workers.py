"""Worker processes: warm, replaced one by one, and gone when the search is."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import psutil
import pytest

from dlcourse import hpo
from dlcourse.hpo.workers import HungError
from tests.dlcourse.hpo.objectives import PATIENCE, wait_for


def test_the_serial_executor_runs_at_once_in_this_thread():
    future = hpo.SerialExecutor().submit(threading.get_ident)
    assert future.done() and future.result() == threading.get_ident()


def test_the_serial_executor_keeps_errors_but_not_ctrl_c():
    def interrupt():
        raise KeyboardInterrupt

    failed = hpo.SerialExecutor().submit(lambda: 1 / 0)
    assert isinstance(failed.exception(), ZeroDivisionError)
    with pytest.raises(KeyboardInterrupt):
        hpo.SerialExecutor().submit(interrupt)


def test_a_worker_is_another_process_with_torch_there_and_one_thread(pool):
    def look():
        import sys

        there = "torch" in sys.modules
        import torch

        return os.getpid(), there, torch.get_num_threads(), os.environ["OMP_NUM_THREADS"]

    pid, there, threads, variable = pool.submit(look).result(PATIENCE)
    assert pid != os.getpid()
    assert there and threads == 1 and variable == "1"


def test_this_process_keeps_its_own_number_of_threads(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with hpo.WorkerPool(1) as one:
        assert "OMP_NUM_THREADS" not in os.environ
        assert one.submit(os.getenv, "OMP_NUM_THREADS").result(PATIENCE) == "1"


def test_functions_without_a_module_travel_with_what_they_close_over(pool):
    numbers = [1, 2, 3]
    assert pool.submit(lambda factor: factor * sum(numbers), 2).result(PATIENCE) == 12


def test_an_error_comes_back_as_itself(pool):
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(PATIENCE)


def test_a_hanging_worker_is_replaced_alone_and_says_where_it_hung(pool, tmp_path):
    def sleep_for_ever():
        (tmp_path / "pid").write_text(str(os.getpid()))
        while True:
            time.sleep(1)

    def neighbour():
        (tmp_path / "neighbour").touch()
        while not (tmp_path / "go").exists():
            time.sleep(0.01)
        return os.getpid()

    hanging = pool.submit_within(5.0, sleep_for_ever)
    beside = pool.submit(neighbour)
    wait_for((tmp_path / "neighbour").exists)
    neighbour_before = beside.running()
    with pytest.raises(HungError) as caught:
        hanging.result(PATIENCE)
    assert "in sleep_for_ever" in str(caught.value)
    assert "pebble" not in str(caught.value)
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not psutil.pid_exists(pid))
    (tmp_path / "go").touch()
    assert neighbour_before and beside.result(PATIENCE) != pid


def test_cancelling_ends_the_process(pool, tmp_path):
    def hang():
        (tmp_path / "part").write_text(str(os.getpid()))
        (tmp_path / "part").rename(tmp_path / "pid")
        time.sleep(1000)

    future = pool.submit(hang)
    wait_for((tmp_path / "pid").exists)
    assert future.cancel()
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not psutil.pid_exists(pid))
    assert future.cancelled()
    assert pool.submit(lambda: 3).result(PATIENCE) == 3


def test_a_worker_that_dies_idle_does_not_end_the_pool(pool):
    pid = pool.submit(os.getpid).result(PATIENCE)
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not psutil.pid_exists(pid))
    for attempt in range(3):
        try:
            assert pool.submit(lambda: 4).result(PATIENCE) == 4
            break
        except Exception:
            assert attempt < 2
    assert pool.submit(lambda: 4).result(PATIENCE) == 4


def test_a_pool_that_is_shut_down_says_so():
    pool = hpo.WorkerPool(1)
    pool.shutdown()
    pool.shutdown()
    with pytest.raises(RuntimeError, match="has been shut down"):
        pool.submit(os.getpid)


def test_what_cannot_be_imported_before_the_start_is_named(capfd):
    with pytest.raises(RuntimeError, match="no_such_module"):
        hpo.WorkerPool(1, preload=("no_such_module",))


@pytest.mark.parametrize("number", [0, 1.5, "2", True])
def test_a_number_of_workers_that_is_none(number):
    with pytest.raises(ValueError, match="num_workers must be an integer of at least 1"):
        hpo.WorkerPool(number)


def test_a_plain_script_needs_no_guard_and_its_workers_end_with_it(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent("""
        import os, time
        from dlcourse import hpo

        def work():
            return os.getpid()

        pool = hpo.WorkerPool(1, preload=())
        print("worker", pool.submit(work).result(60), flush=True)
        pool.submit(time.sleep, 1000)
        time.sleep(1000)
        """)
    )
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    word, pid = process.stdout.readline().split()
    assert word == "worker" and psutil.pid_exists(int(pid))
    process.kill()
    process.wait(PATIENCE)
    wait_for(lambda: not psutil.pid_exists(int(pid)))
