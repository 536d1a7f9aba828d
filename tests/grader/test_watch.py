"""Limits on all processes of a sandbox, by control groups and by looking."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import sandbox, watch
from grader.limits import MIB, Limits

# The grader runs on Linux alone; its other tests run on a contributor's macOS, too.
needs_proc = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="there is no /proc here"
)
LIMITS = Limits(memory_bytes=64 * MIB, processes=4, cpu_seconds=1)
FAMILY = """
import os, subprocess, sys, time
program = "import time; print(1, flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", program])
time.sleep(60)
"""


@needs_proc
def test_descendants_are_children_and_their_children() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY], stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        (child,) = watch.descendants(process.pid)
        assert child in watch.descendants(os.getpid())
        assert watch.resident(child) >= watch.share(child) > 0
        process.kill()
        os.kill(child, 9)
    assert watch.descendants(process.pid) == []
    assert watch.resident(process.pid) == watch.processor_seconds(process.pid) == 0


@needs_proc
def test_processor_time_is_what_a_process_has_used() -> None:
    begun = watch.processor_seconds(os.getpid())
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
    assert watch.processor_seconds(os.getpid()) - begun >= 0.2


@needs_proc
def test_files_of_this_machine_are_not_counted_for_a_sandbox_in_the_making() -> None:
    # Until its own folders are mounted, a sandbox sees ours; its disk has many more files.
    found = os.statvfs("/tmp")
    if found.f_files <= found.f_ffree:
        pytest.skip("the file system of /tmp, such as btrfs, does not count its files")
    assert watch.files(os.getpid(), "/tmp") == 0


@pytest.mark.sandbox
def test_a_sandbox_has_few_files_at_every_moment_of_its_making() -> None:
    # bubblewrap mounts and changes roots while we look; asked in two looks, the files of
    # this machine showed through about ten times in as many starts.
    starts, looks, most = 40, 0, 0
    for _ in range(starts):
        made = sandbox.start([sys.executable, "-c", ""], Limits(), b"{}")
        try:
            while made.poll() is None:
                most = max(most, watch.files(made.init, "/tmp"))
                looks += 1
        finally:
            made.kill()
            made.close()
    assert looks >= starts
    assert most < 100


@pytest.mark.parametrize(
    ("crossed", "words"),
    [
        ({"family": 5}, "more than 4 processes"),
        ({"tasks": 9}, "more than 16 threads"),
        ({"sockets": 257}, "more than 256 sockets"),
        ({"files": 3}, "more than 2 files in /tmp"),
        ({"files": 2}, None),
        ({"resident": 40 * MIB, "share": 40 * MIB}, "more than 64 MiB of memory"),
        ({"resident": 40 * MIB, "share": 10 * MIB}, None),
        ({"seconds": 0.6}, "more than 1 s of processor time"),
        ({}, None),
    ],
)
def test_each_limit_is_told_by_its_name(
    crossed: dict[str, float], words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    family = list(range(int(crossed.get("family", 2))))
    monkeypatch.setattr(watch, "descendants", lambda pid: family)
    monkeypatch.setattr(watch, "tasks", lambda pid: crossed.get("tasks", 1))
    monkeypatch.setattr(watch, "sockets", lambda pid: crossed.get("sockets", 0))
    monkeypatch.setattr(watch, "resident", lambda pid: crossed.get("resident", 0))
    monkeypatch.setattr(watch, "share", lambda pid: crossed.get("share", 0))
    monkeypatch.setattr(watch, "processor_seconds", lambda pid: crossed.get("seconds", 0))
    monkeypatch.setattr(watch, "files", lambda pid, folder: crossed.get("files", 0))
    found = watch.Watchdog(1, LIMITS, folders={"/tmp": 2 * watch.PAGE}).crossed()
    assert (found is None) == (words is None)
    if found is not None and words is not None:
        english, korean = found
        assert words in english and korean


def test_a_control_group_gets_its_limits_and_its_process(tmp_path: Path) -> None:
    group = watch.ControlGroup.make(tmp_path, "sandbox-1", LIMITS)
    group.add(42)
    written = {path.name: path.read_text() for path in group.folder.iterdir()}
    assert written == {
        "memory.max": str(64 * MIB),
        "memory.oom.group": "1",
        "memory.swap.max": "0",
        "pids.max": "16",
        "cgroup.procs": "42",
    }
    assert not group.ran_out()
    (group.folder / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    assert group.ran_out()


def delegate(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"cgroup.{name}").write_text(text)


def test_a_group_that_gives_memory_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "scope" / watch.OWN_LEAF
    delegate(own, subtree_control="")
    delegate(own.parent, subtree_control="cpu memory")
    monkeypatch.setattr(watch, "_own_group", lambda: own)
    assert watch.delegated_group() == own.parent


def test_a_group_of_our_own_is_made_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delegate(
        tmp_path, subtree_control="", controllers="cpu memory pids", procs=f"{os.getpid()}"
    )
    monkeypatch.setattr(watch, "_own_group", lambda: tmp_path)
    (tmp_path / watch.OWN_LEAF).mkdir()
    assert watch.delegated_group() == tmp_path
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory +pids"
    moved = (tmp_path / watch.OWN_LEAF / "cgroup.procs").read_text()
    assert moved == str(os.getpid())


@pytest.mark.parametrize(
    "files",
    [
        {"subtree_control": "", "controllers": "cpu memory", "procs": "1"},  # not ours alone
        {"subtree_control": "", "controllers": "cpu", "procs": ""},
        {},
    ],
)
def test_a_group_that_is_not_ours_is_left_alone(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delegate(tmp_path, **files)
    monkeypatch.setattr(watch, "_own_group", lambda: tmp_path)
    assert watch.delegated_group() is None
    assert not (tmp_path / watch.OWN_LEAF).exists()
