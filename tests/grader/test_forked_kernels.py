"""Kernels that are forks do what fresh ones do, and where there are none, fresh ones run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from grader import provisioner, sandbox, warm
from grader.execute import Run, run_notebook
from grader.limits import Limits

from .forks import LIMITS

pytestmark = pytest.mark.sandbox


def notebook(*sources: str) -> str:
    return nbformat.writes(new_notebook(cells=[new_code_cell(source) for source in sources]))


def in_thread(text: str, limits: Limits = LIMITS, **options: str) -> Run:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run_notebook, text, limits, **options).result()


def outputs(run: Run) -> list[str]:
    cells = nbformat.reads(run.notebook, as_version=4).cells
    return ["".join(output.get("text", "") for output in cell.outputs) for cell in cells]


def test_a_forked_kernel_prints_what_a_fresh_one_prints(address: str) -> None:
    text = notebook(
        "import random, sys, os, numpy as np\nprint(random.random(), np.random.rand(2))",
        "import torch, dlcourse\nprint(torch.get_num_threads(), torch.ones(2).sum())",
        "print(os.getcwd(), os.listdir(), __name__, sys.path, {'a', 'b', 'c', 'd'})",
        "import matplotlib\nprint(matplotlib.get_backend(), sorted(os.environ))",
        "print(sorted(name for name in globals() if not name.startswith('_')))",
    )
    forked, fresh = in_thread(text, forks=address), in_thread(text, forks="")
    assert outputs(forked) == outputs(fresh)
    assert forked.means.startswith(provisioner.FORKED)
    assert fresh.means.startswith(provisioner.STARTED)


@pytest.mark.parametrize("reason", ["gone", "refused"])
def test_without_a_server_kernels_start_afresh_and_say_why(
    reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_problem", "")
    monkeypatch.setattr(warm, "_server", None)
    if reason == "gone":
        run = in_thread(notebook("print(1)"), forks=str(tmp_path / "nobody"))
        words = "does not answer"
    else:

        def refuse(*descriptors: int) -> list[str]:
            raise sandbox.GraderError("no room for it here")

        monkeypatch.setattr(warm, "server_command", refuse)
        run = in_thread(notebook("print(1)"))
        words = "no room for it here"
    assert outputs(run) == ["1\n"]
    assert run.means.startswith(provisioner.STARTED) and words in run.means


def test_processor_time_of_all_processes_is_limited(address: str) -> None:
    busy = "import os\nfor _ in range(3): os.fork() or [None for _ in iter(int, 1)]\nos.wait()"
    run = in_thread(notebook(busy, "1"), replace(LIMITS, cpu_seconds=2), forks=address)
    assert run.trouble is not None and "2 s of processor time" in run.trouble[0]
