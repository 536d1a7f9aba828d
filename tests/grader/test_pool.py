"""Batches that go on after a worker or the grader itself is killed, here and on a cluster."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import pickletools
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

from grader import pool
from grader.cli import main
from grader.errors import GraderError, NotebookError
from grader.execute import Run
from grader.isolated.names import Plan
from grader.limits import Limits
from grader.record import GRADED, read_record

from .attacks import ATTACKS
from .people import FULL
from .tiny import FakeExecutor, TinyCourse

SLOW = "import time\ndef add(a, b):\n    time.sleep(0.5)\n    return a + b"
CLASS = [f"student{number}" for number in range(6)]
GRADE = """
import sys
from pathlib import Path
from grader.autograde import autograde
from grader.course import Course
if __name__ == "__main__":
    tell = lambda student, record: print(student, record.status, flush=True)
    autograde(Course(Path(sys.argv[1])), "sums", workers=1, progress=tell)
"""


def notebook(source: str) -> str:
    return nbformat.writes(new_notebook(cells=[new_code_cell(source)]))


def printed(run: object) -> str:
    assert isinstance(run, Run), run
    (cell,) = nbformat.reads(run.notebook, as_version=4).cells
    return "".join(output.get("text", "") for output in cell.outputs)


def hand_in_slowly(tiny: TinyCourse) -> None:
    for student in CLASS:
        tiny.submit(student, add=SLOW)


def test_isolated_runs_count_twice_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(memory_bytes=1024)
    monkeypatch.setattr(pool.psutil, "virtual_memory", lambda: SimpleNamespace(available=6144))
    monkeypatch.setattr(pool.os, "sched_getaffinity", lambda pid: set(range(64)))
    assert pool.default_workers(limits) == 6
    assert pool.default_workers(limits, sandboxes=2) == 3
    asked = []

    def processes(workers: int) -> AbstractContextManager[FakeExecutor]:
        asked.append(workers)
        return nullcontext(FakeExecutor())

    monkeypatch.setattr(pool, "_processes", processes)
    texts = {who: notebook("") for who in map(str, range(9))}
    for plan in (None, Plan((), (), {})):
        list(pool.run_all(texts, limits, sandboxed=False, plan=plan))
    assert asked == [6, 3]


@pytest.mark.sandbox
def test_a_grader_that_was_killed_goes_on_where_it_was(
    tiny: TinyCourse, tmp_path: Path
) -> None:
    hand_in_slowly(tiny)
    script = tmp_path / "grade.py"
    script.write_text(GRADE, encoding="utf-8")
    command = [sys.executable, str(script), str(tiny.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        done = [process.stdout.readline().split()[0] for _ in range(2)]
        process.kill()
    family = _started_from(script.parent)
    end = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in family) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)
    kept = {who for who in CLASS if read_record(tiny.course, who, "sums")}
    assert set(done) <= kept < set(CLASS)
    before = {who: tiny.scores(who) for who in kept}
    fake = FakeExecutor()
    tiny.grade(*sorted(kept), executor=fake)
    assert fake.notebooks == []
    records = tiny.grade()
    assert {record.status for record in records.values()} == {GRADED}
    assert all(tiny.scores(who) == FULL for who in CLASS)
    assert {who: tiny.scores(who) for who in kept} == before


def _started_from(folder: Path) -> list[int]:
    """Processes that name the script's folder: Python's fork server and the workers."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if os.fsencode(folder) in words:
                found.append(int(entry.name))
    return found


@pytest.mark.sandbox
def test_a_worker_that_is_killed_costs_nobody_a_result() -> None:
    texts = {
        "ann": notebook("import time\ntime.sleep(1)\nprint('ann')"),
        "bob": notebook("print('bob')"),
    }
    killed: set[int | None] = set()
    outcomes = {}
    others = _children()  # of other tests in this process, such as a cluster's
    for student, outcome in pool.run_all(texts, Limits(), workers=2):
        outcomes[student] = outcome
        if not killed:
            killed = _children() - others
            for pid in killed:
                os.kill(pid, signal.SIGKILL)
    assert killed
    assert {who: printed(run) for who, run in outcomes.items()} == {
        "ann": "ann\n",
        "bob": "bob\n",
    }


def _children() -> set[int | None]:
    return {process.pid for process in multiprocessing.active_children()}


@pytest.mark.sandbox
def test_the_record_says_how_the_notebook_was_run(
    tiny: TinyCourse, forks_possible: None
) -> None:
    tiny.submit("ann")
    record = tiny.grade()["ann"]
    assert "fork server" in record.means and "memory: " in record.means
    assert read_record(tiny.course, "ann", "sums") == record


def names_in(pickled: bytes) -> set[str]:
    """What a pickle would have imported."""
    words: list[str] = []
    found = set()
    for code, value, _ in pickletools.genops(pickled):
        if "UNICODE" in code.name:
            words.append(str(value))
        elif code.name == "GLOBAL":
            found.add(str(value).replace(" ", "."))
        elif code.name == "STACK_GLOBAL":
            found.add(".".join(words[-2:]))
    return found


@pytest.mark.sandbox
def test_what_workers_send_back_is_text_and_numbers(tiny: TinyCourse) -> None:
    sent = []
    collect = pool._collect

    def watched(*arguments: Any) -> Iterator[tuple[str, pool.Outcome]]:
        for student, outcome in collect(*arguments):
            sent.append(pickle.dumps(outcome))
            yield student, outcome

    for name in ("pickles", "equal: a float"):
        ATTACKS[name].hand_in(tiny, name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_collect", watched)
        for mode in ("compat", "isolated"):
            tiny.grade(mode=mode, force=True)
    assert len(sent) == 4
    assert set.union(*map(names_in, sent)) == {
        "grader.execute.Run",
        "grader.isolated.run.IsolatedRun",
        "grader.isolated.session.Answer",
    }


def test_errors_come_back_from_workers_whole() -> None:
    error = NotebookError("Not a notebook.", "노트북이 아닙니다.")
    same = pickle.loads(pickle.dumps(error))
    assert (str(same), same.korean) == (str(error), error.korean)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two worker processes on this machine."""
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.sandbox
def test_a_cluster_gives_what_this_machine_gives(tiny: TinyCourse, scheduler: str) -> None:
    for student in CLASS[:3]:
        tiny.submit(student)
    tiny.submit("wrong", add="def add(a, b):\n    return 3")
    with pool.cluster(scheduler) as executor:
        records = tiny.grade(executor=executor)
    assert {record.status for record in records.values()} == {GRADED}
    assert all(tiny.scores(who) == FULL for who in CLASS[:3])
    assert tiny.scores("wrong") == {**FULL, "add-hidden": 0}


@pytest.mark.sandbox
def test_a_cluster_runs_again_what_a_lost_worker_ran(scheduler: str, tmp_path: Path) -> None:
    texts = {who: notebook(f"import time\ntime.sleep(1)\nprint({who!r})") for who in CLASS}
    killed = []
    with pool.cluster(scheduler) as executor:
        outcomes = {}
        for student, outcome in pool.run_all(texts, Limits(), executor=executor):
            outcomes[student] = outcome
            if not killed:
                killed.append(executor.submit(_stop_this_worker))
    assert {who: printed(run) for who, run in outcomes.items()} == {
        who: f"{who}\n" for who in CLASS
    }


def _stop_this_worker() -> None:
    # Tasks that took a worker with them three times are given up; this one is.
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_scheduler_that_is_not_there_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(pool, "CLUSTER_SECONDS", 0.5)
    with (
        pytest.raises(GraderError, match=r"No dask scheduler answers at tcp://127\.0\.0\.1:9"),
        pool.cluster("tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.sandbox
def test_workers_know_nothing_of_the_gradebook() -> None:
    probe = textwrap.dedent("""
        import sys
        from grader import pool
        print([name for name in ("nbgrader", "sqlalchemy") if name in sys.modules])
    """)
    found = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True)
    assert found.stdout == "[]\n"


@pytest.mark.sandbox
def test_the_command_grades_on_a_cluster(
    tiny: TinyCourse, scheduler: str, forks_possible: None
) -> None:
    tiny.submit("ann")
    command = ["--course", str(tiny.folder), "autograde", "sums", "--scheduler", scheduler]
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, tiny.scores("ann")) == (0, FULL), done.output
    assert "kernels: forks of the fork server" in done.output
    both = CliRunner().invoke(main, [*command, "--workers", "2"])
    assert both.exit_code == 2 and "--workers is for this machine" in both.output
