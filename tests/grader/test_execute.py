from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from grader import sandbox
from grader.errors import GraderError
from grader.execute import WROTE_TO_STDERR, Run, failure, run_notebook
from grader.limits import MIB, Limits
from grader.provisioner import SandboxKernelManager, SandboxProvisioner
from grader.watch import ControlGroup

LIMITS = Limits(
    cell_seconds=30,
    notebook_seconds=120,
    memory_bytes=400 * MIB,
    file_bytes=4 * MIB,
    output_bytes=100_000,
    processes=20,
)
HURRIED = replace(LIMITS, cell_seconds=4)
CASES = {
    "plain": ["x = 1", "print(x + 1)", "x / 0", "x"],
    "slow": ["import time; time.sleep(600)", "print('next')"],
    "exit": ["import os\nos._exit(3)", "print('never')"],
    "memory": ["data = []\nwhile True: data.append(bytearray(10**7))", "'never'"],
    "processes": [
        "import subprocess, time\n"
        "kept = [subprocess.Popen(['sleep', '30']) for _ in range(40)]\ntime.sleep(2)",
        "'never'",
    ],
    "display": [
        "from IPython.display import display\nwhile True: display({'text/plain': 'x' * 999},"
        " raw=True)",
        "'never'",
    ],
    "updates": [
        "from IPython.display import display\nh = display('a', display_id='d')\n"
        "while True: h.update('x' * 999)",
        "'never'",
    ],
    "file": ["open('big', 'wb').write(bytes(9 * 10**6))"],
    "stdin": ["input('name?')", "print('next')"],
    "thread": [
        "import threading, time\n"
        "def later():\n    time.sleep(.3)\n    print('late')\n"
        "threading.Thread(target=later, daemon=True).start()",
        "print('next')",
    ],
    "empty": ["", "   ", "print('ran')"],
}


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    """Each case run once in a sandbox, two at a time."""

    def run(case: str) -> Run:
        nb = new_notebook(cells=[new_code_cell(source) for source in CASES[case]])
        return run_notebook(nbformat.writes(nb), HURRIED if case == "slow" else LIMITS)

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(CASES, pool.map(run, CASES), strict=True))


def cells(run: Run) -> list[NotebookNode]:
    return nbformat.reads(run.notebook, as_version=4).cells


def text(cell: NotebookNode) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def errors(cell: NotebookNode) -> list[str]:
    return [output.ename for output in cell.outputs if output.output_type == "error"]


@pytest.mark.sandbox
def test_cells_run_in_order_and_errors_stop_nothing(runs: dict[str, Run]) -> None:
    run = runs["plain"]
    assert run.trouble is None
    first, second, third, fourth = cells(run)
    assert (first.outputs, text(second), errors(third)) == ([], "2\n", ["ZeroDivisionError"])
    assert fourth.outputs[0].data == {"text/plain": "1"}


@pytest.mark.sandbox
def test_a_slow_cell_is_interrupted_and_the_next_runs(runs: dict[str, Run]) -> None:
    slow, after = cells(runs["slow"])
    assert runs["slow"].trouble is None
    assert "CellTimeout" in errors(slow)
    assert text(after) == "next\n"
    assert "longer than 4 s" in (failure(slow) or "")


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("exit", "The kernel died"),
        ("memory", "it used more than 400 MiB of memory"),
        ("processes", "it started more than 20 processes"),
        ("display", "it printed more than 97 KiB"),
        ("updates", "it printed more than 97 KiB"),
    ],
)
def test_what_ends_a_run_is_named_and_later_cells_fail(
    runs: dict[str, Run], case: str, words: str
) -> None:
    trouble = runs[case].trouble
    assert trouble is not None and words in trouble[0]
    first, last = cells(runs[case])
    assert errors(first)[-1:] == errors(last) == ["CellNotRun"]


@pytest.mark.sandbox
def test_a_run_that_the_system_ended_for_its_memory_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "memory.events").write_text("oom 1\noom_kill 1\n")
    group = ControlGroup(tmp_path)
    monkeypatch.setattr(SandboxProvisioner, "_make_group", lambda self: group)
    nb = new_notebook(cells=[new_code_cell(source) for source in CASES["exit"]])
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(run_notebook, nbformat.writes(nb), LIMITS).result()
    assert run.trouble is not None
    assert "it used more than 400 MiB of memory" in run.trouble[0]


@pytest.mark.sandbox
def test_a_file_over_the_limit_is_refused(runs: dict[str, Run]) -> None:
    assert errors(cells(runs["file"])[0]) == ["OSError"]


@pytest.mark.sandbox
def test_asking_for_input_is_an_error(runs: dict[str, Run]) -> None:
    asking, after = cells(runs["stdin"])
    assert errors(asking) == ["StdinNotImplementedError"]
    assert text(after) == "next\n"


@pytest.mark.sandbox
def test_threads_and_empty_cells_trouble_nobody(runs: dict[str, Run]) -> None:
    assert runs["thread"].trouble is None
    assert "next" in text(cells(runs["thread"])[1])
    assert text(cells(runs["empty"])[2]) == "ran\n"


@pytest.mark.sandbox
def test_the_whole_notebook_has_a_limit_too() -> None:
    sources = ("import time", "time.sleep(600)", "'never'")
    nb = new_notebook(cells=[new_code_cell(source) for source in sources])
    run = run_notebook(nbformat.writes(nb), replace(LIMITS, notebook_seconds=6))
    assert run.trouble is not None and "longer than 6 s in all" in run.trouble[0]
    assert errors(cells(run)[0]) == []
    assert errors(cells(run)[2]) == ["CellNotRun"]


def test_a_kernel_that_cannot_start_is_an_error_with_a_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise GraderError("The sandbox did not start: no room.")

    monkeypatch.setattr(sandbox, "start", refuse)
    with pytest.raises(GraderError, match="no room"):
        run_notebook(
            nbformat.writes(new_notebook(cells=[new_code_cell("1")])), LIMITS, forks=""
        )


@pytest.mark.sandbox
def test_a_program_that_is_no_kernel_gives_its_last_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("grader.provisioner.START", "raise SystemExit('no kernel')")
    with pytest.raises(GraderError, match="no kernel"):
        run_notebook(
            nbformat.writes(new_notebook(cells=[new_code_cell("1")])), LIMITS, forks=""
        )


@pytest.mark.sandbox
def test_nothing_of_a_sandbox_is_left_when_it_ends() -> None:
    async def start_and_kill() -> int:
        manager = SandboxKernelManager(limits=LIMITS)
        await manager.start_kernel()
        pid = manager.provisioner.sandbox_pid
        await manager.shutdown_kernel(now=True)
        return pid

    pid = asyncio.run(start_and_kill())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def cell_with(*outputs: NotebookNode) -> NotebookNode:
    return new_code_cell("", outputs=list(outputs))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (cell_with(), None),
        (cell_with(new_output("stream", name="stdout", text="hi")), None),
        (
            cell_with(new_output("error", ename="AssertionError", evalue="no | 아니요")),
            "no | 아니요",
        ),
        (cell_with(new_output("error", ename="AssertionError", evalue="")), "AssertionError"),
        (cell_with(new_output("error", ename="NameError", evalue="x")), "NameError: x"),
        (
            cell_with(
                new_output("error", ename="KeyboardInterrupt", evalue=""),
                new_output("error", ename="CellTimeout", evalue="too long | 너무 오래"),
            ),
            "too long | 너무 오래",
        ),
        (
            cell_with(new_output("stream", name="stderr", text="careful\n")),
            f"{WROTE_TO_STDERR}\ncareful",
        ),
    ],
)
def test_failure_is_told_without_a_traceback(cell: NotebookNode, message: str | None) -> None:
    assert failure(cell) == message
