"""`grader validate` is for students: nothing of it may need Linux."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import grader

ROOM = Path(grader.__file__).parent
START = ("cli", "validate", "junit")
NOT_ON_WINDOWS = {
    *("fcntl", "grp", "posix", "pty", "pwd", "resource", "spwd", "syslog", "termios", "tty"),
}
POSIX_ONLY = (
    *("fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "getpgid", "killpg"),
    *(
        "mkfifo",
        "pipe2",
        "posix_fallocate",
        "posix_spawn",
        "pread",
        "pwrite",
        "sched_getaffinity",
    ),
    *("sched_setaffinity", "setpgid", "setsid", "uname", "waitid", "wait3", "wait4"),
)
SIGNALS = (
    "SIGKILL",
    "SIGHUP",
    "SIGSTOP",
    "SIGCONT",
    "SIGUSR1",
    "SIGUSR2",
    "SIGALRM",
    "SIGCHLD",
)
IMPORT = f"""
import importlib, os, signal, sys
# What others import on their own account differs from system to system; grader's must not.
import click, nbclient, nbformat, jupyter_client, nbgrader.api, nbgrader.coursedir, psutil, zmq
import nbgrader.utils, nbgrader.preprocessors, nbgrader.converters, tabulate, tqdm, asyncio
from nbconvert import exporters
for name in {POSIX_ONLY!r}:
    if hasattr(os, name):
        delattr(os, name)
for name in {SIGNALS!r}:
    if hasattr(signal, name):
        delattr(signal, name)
for name in {sorted(NOT_ON_WINDOWS)!r}:
    sys.modules[name] = None
for name in {START!r}:
    importlib.import_module("grader." + name)
print(sorted(name for name in sys.modules if name.startswith("grader.")))
"""


def imported(module: str, found: set[str], outside: dict[str, str]) -> None:
    """Follow the imports at the top of a module, through grader's own."""
    if module in found:
        return
    found.add(module)
    tree = ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Import):
            outside |= {alias.name.split(".")[0]: module for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            outside[str(node.module).split(".")[0]] = module
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else [alias.name for alias in node.names]
            for name in names:
                if (ROOM / f"{name}.py").exists():
                    imported(str(name), found, outside)


def test_nothing_linux_only_is_imported_by_name() -> None:
    found: set[str] = set()
    outside: dict[str, str] = {}
    for module in START:
        imported(module, found, outside)
    assert {"validate", "execute", "submission"} <= found
    assert {name: outside[name] for name in NOT_ON_WINDOWS & outside.keys()} == {}


def test_it_is_imported_where_posix_has_nothing_to_give() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "grader.validate" in done.stdout
