from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from . import commands


def test_a_command_does_not_see_what_make_git_and_pytest_say(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("FRESH", "MAKEFLAGS", "GIT_DIR", "DLCOURSE_SOLUTIONS", "PYTEST_XDIST_WORKER"):
        monkeypatch.setenv(name, "planted")
    monkeypatch.setenv("KEPT", "yes")
    done = commands.run(["env"], tmp_path, commands.environment(GIVEN="yes"))
    assert "planted" not in done.stdout
    assert {"KEPT=yes", "GIVEN=yes"} <= set(done.stdout.splitlines())


def running(pid: str) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"  # dead, though nobody has asked yet


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="there is no /proc here")
def test_a_command_that_takes_too_long_leaves_nothing_running(tmp_path: Path) -> None:
    script = "sleep 600 & echo $! >pid; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        commands.run(["sh", "-c", script], tmp_path, commands.environment(), seconds=1)
    pid = (tmp_path / "pid").read_text().strip()
    end = time.monotonic() + 30
    while running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not running(pid)
