"""Commands that tests run as whoever has just opened a terminal would."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

# What make, git's hooks and pytest tell their children: a command that a test runs is none of
# them, and would work on the wrong repository, folder or profile.
NAMES = frozenset({"FRESH", "PROFILE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES"})
PREFIXES = ("GIT_", "DLCOURSE_", "PYTEST_")


def environment(**variables: str) -> dict[str, str]:
    """The variables of this process without those meant for it alone, and the given ones."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in NAMES and not name.startswith(PREFIXES)
    }
    return kept | variables


def run(
    command: Sequence[str | Path],
    cwd: Path,
    variables: dict[str, str],
    *,
    seconds: float = 300,
    stderr: int = subprocess.STDOUT,
) -> subprocess.CompletedProcess[str]:
    """Run a command, and end it with all that it has started when it takes too long.

    Args:
        command: the program and its words.
        cwd: where it runs.
        variables: its environment, see `environment`.
        seconds: how long it may take.
        stderr: where its errors go; among its output unless told otherwise.

    Raises:
        subprocess.TimeoutExpired: after that time.
    """
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, errors = process.communicate(timeout=seconds)
        except BaseException:
            # make's children would go on, and keep the pipe open that we read.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, said, errors)
