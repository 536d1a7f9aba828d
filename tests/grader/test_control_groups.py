"""Where a control group (cgroup v2) is delegated, the kernel holds sandboxes down by itself.

`scripts/in-control-group` runs these tests in a delegated one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader import provisioner
from grader.limits import MIB, Limits
from grader.watch import TASKS_A_PROCESS, delegated_group

from .test_forked_kernels import in_thread, notebook, outputs

pytestmark = pytest.mark.sandbox

LIMITS = Limits(cell_seconds=60, notebook_seconds=120, memory_bytes=400 * MIB, processes=10)


@pytest.fixture(scope="module")
def parent() -> Path:
    """The group below which sandboxes have theirs."""
    folder = delegated_group()
    if folder is None:
        pytest.skip("no control group (cgroup v2) with memory is delegated here")
    return folder


@pytest.fixture(params=["forked", "started"])
def forks(request: pytest.FixtureRequest, parent: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The fork server's address, or none, with the watchdog asleep."""
    monkeypatch.setattr(provisioner, "WATCH_EVERY_SECONDS", 3600)
    return request.getfixturevalue("address") if request.param == "forked" else ""


def groups(parent: Path) -> list[Path]:
    return sorted(parent.glob("sandbox-*"))


def test_a_run_says_that_a_group_held_it_and_leaves_none(parent: Path, forks: str) -> None:
    run = in_thread(notebook("import torch", "print(1 + 1)"), LIMITS, forks=forks)
    assert run.trouble is None
    assert outputs(run)[1] == "2\n"
    assert "memory: cgroup v2" in run.means
    assert groups(parent) == []


def test_memory_over_the_limit_ends_the_run_and_is_named(parent: Path, forks: str) -> None:
    grow = "data = []\nwhile True: data.append(bytearray(b'x') * 10**7)"
    run = in_thread(notebook(grow, "print('never')"), LIMITS, forks=forks)
    assert run.trouble is not None
    assert "it used more than 400 MiB of memory" in run.trouble[0]
    assert outputs(run)[1] == ""
    assert groups(parent) == []


def test_memory_of_many_processes_is_added_up(parent: Path, forks: str) -> None:
    fork = "import os\nfor number in range(8):\n    if not os.fork():\n"
    fork += "        data = bytearray(b'x') * (90 * 2**20)\n        os.read(os.pipe()[0], 1)\n"
    fork += "import time\ntime.sleep(20)"
    run = in_thread(notebook(fork, "print('never')"), LIMITS, forks=forks)
    assert run.trouble is not None
    assert "it used more than 400 MiB of memory" in run.trouble[0]


def test_no_more_tasks_come_up_than_the_group_may_have(parent: Path, forks: str) -> None:
    most = TASKS_A_PROCESS * LIMITS.processes
    count = "import os\ncount = 0\ntry:\n    while count < 1000:\n"
    count += "        if not os.fork(): os.read(os.pipe()[0], 1)\n        count += 1\n"
    count += "except OSError as error:\n    print(count, type(error).__name__)"
    run = in_thread(notebook(count), LIMITS, forks=forks)
    found = re.fullmatch(r"(\d+) BlockingIOError\n", outputs(run)[0])
    assert found is not None, outputs(run)
    assert most // 2 < int(found[1]) < most
    assert groups(parent) == []
