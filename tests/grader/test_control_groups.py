"""Where a control group (cgroup v2) is delegated, the kernel holds sandboxes down by itself.

`scripts/in-control-group` runs these tests in a delegated one.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from grader import provisioner, watch
from grader.limits import MIB, Limits
from grader.watch import TASKS_A_PROCESS, ControlGroup, delegated_group

from .test_forked_kernels import in_thread, notebook, outputs

pytestmark = pytest.mark.sandbox

LIMITS = Limits(cell_seconds=60, notebook_seconds=120, memory_bytes=400 * MIB, processes=10)


@pytest.fixture(scope="module")
def parent() -> Path:
    """The group below which sandboxes have theirs."""
    folder = delegated_group()
    if folder is None:
        told = os.environ.get("IN_CONTROL_GROUP")
        if told:
            pytest.fail(f"{told} was delegated, but not found")
        pytest.skip("no control group (cgroup v2) with memory is delegated here")
    return folder


@pytest.fixture(params=["forked", "started"])
def forks(request: pytest.FixtureRequest, parent: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The fork server's address, or none, with the watchdog asleep."""
    monkeypatch.setattr(provisioner, "WATCH_EVERY_SECONDS", 3600)
    return request.getfixturevalue("address") if request.param == "forked" else ""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The groups that sandboxes get."""
    folders: list[Path] = []
    make = ControlGroup.make

    def note(parent: Path, name: str, limits: Limits) -> ControlGroup:
        folders.append(parent / name)
        return make(parent, name, limits)

    monkeypatch.setattr(ControlGroup, "make", note)
    return folders


def gone(folders: list[Path]) -> bool:
    """Whether there were groups and none is left."""
    return bool(folders) and not any(folder.exists() for folder in folders)


def test_a_run_says_that_a_group_held_it_and_leaves_none(forks: str, made: list[Path]) -> None:
    run = in_thread(notebook("import torch", "print(1 + 1)"), LIMITS, forks=forks)
    assert run.trouble is None
    assert outputs(run)[1] == "2\n"
    assert "memory: cgroup v2" in run.means
    assert gone(made)


def test_memory_over_the_limit_ends_the_run_and_is_named(forks: str, made: list[Path]) -> None:
    grow = "data = []\nwhile True: data.append(bytearray(b'x') * 10**7)"
    run = in_thread(notebook(grow, "print('never')"), LIMITS, forks=forks)
    assert run.trouble is not None
    assert "it used more than 400 MiB of memory" in run.trouble[0]
    assert outputs(run)[1] == ""
    assert gone(made)


def test_memory_of_many_processes_is_added_up(forks: str) -> None:
    fork = "import os\nfor number in range(8):\n    if not os.fork():\n"
    fork += "        data = bytearray(b'x') * (90 * 2**20)\n        os.read(os.pipe()[0], 1)\n"
    fork += "import time\ntime.sleep(20)"
    run = in_thread(notebook(fork, "print('never')"), LIMITS, forks=forks)
    assert run.trouble is not None
    assert "it used more than 400 MiB of memory" in run.trouble[0]


def test_no_more_tasks_come_up_than_the_group_may_have(
    forks: str, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Fewer than the limit on a user's processes, which would stop them too.
    monkeypatch.setattr(watch, "TASKS_A_PROCESS", TASKS_A_PROCESS - 1)
    most = watch.TASKS_A_PROCESS * LIMITS.processes
    count = "import os\ncount = 0\ntry:\n    while count < 1000:\n"
    count += "        if not os.fork(): os.read(os.pipe()[0], 1)\n        count += 1\n"
    count += "except OSError as error:\n    print(count, type(error).__name__)"
    run = in_thread(notebook(count), LIMITS, forks=forks)
    found = re.fullmatch(r"(\d+) BlockingIOError\n", outputs(run)[0])
    assert found is not None, outputs(run)
    assert most // 2 < int(found[1]) < most
    assert gone(made)
