"""The bubblewrap sandbox a submission's kernel runs in.

The sandbox sees the interpreter, the installed libraries and `dlcourse`, all read-only, and
two small folders in memory: a working folder and the one that holds the kernel's sockets.
It has no network, no capabilities and no view of other processes, submissions, the gradebook
or the problem sets' sources. bubblewrap's options are described in `man bwrap`.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from . import seccomp
from .errors import GraderError
from .limits import MIB, Limits
from .process import ColdProcess, last_line
from .watch import ControlGroup

WORK_DIR = "/home/student"
KERNEL_DIR = "/run/kernel"
SOCKETS = f"{KERNEL_DIR}/socket"
CONNECTION_FILE = "/run/connection.json"
# The first release with --disable-userns, which keeps a submission from making new namespaces.
OLDEST_BWRAP = (0, 8)
NO_SANDBOX = "or grade without any protection with --no-sandbox (only work you trust)"


def bwrap_path() -> str:
    """Find bubblewrap and make sure that it can start a sandbox here.

    Raises:
        GraderError: if it is missing, too old, or kept from making user namespaces.
    """
    path = shutil.which("bwrap")
    if path is None:
        raise GraderError(
            "bubblewrap is not installed: run `scripts/install-system-packages` or "
            f"`apt-get install bubblewrap`, {NO_SANDBOX}."
        )
    answer = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    found = tuple(int(part) for part in re.findall(r"\d+", answer)[:2])
    if found < OLDEST_BWRAP:
        raise GraderError(
            f"bubblewrap {'.'.join(map(str, found))} is too old; install "
            f"{'.'.join(map(str, OLDEST_BWRAP))} or newer, {NO_SANDBOX}."
        )
    trial = subprocess.run(
        [path, *namespaces(), "--disable-userns", "--ro-bind", "/", "/", "true"],
        capture_output=True,
        text=True,
    )
    if trial.returncode != 0:
        reason = (trial.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise GraderError(
            f"This machine lets no ordinary user make a sandbox ({reason}): "
            "allow it with `sysctl kernel.unprivileged_userns_clone=1` (Debian) or "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu), "
            f"{NO_SANDBOX}."
        )
    return path


def namespaces() -> list[str]:
    return [
        "--unshare-user",
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--die-with-parent",
        "--new-session",
    ]


def readable_paths() -> list[Path]:
    """Folders the sandbox may read: the interpreter, its libraries, and `dlcourse`."""
    paths = [Path("/usr"), Path(sys.prefix), Path(sys.base_prefix)]
    # A virtual environment's python is a link; where it ends must be visible too.
    paths.append(Path(sys.executable).resolve().parent.parent)
    # `dlcourse` alone is shown, by the folder of its own files: beside it, in a checkout, lie
    # the solutions and the submissions.
    spec = importlib.util.find_spec("dlcourse")
    if spec is None or not spec.submodule_search_locations:
        raise GraderError("The package dlcourse is not installed: run `pip install -e .`.")
    paths.extend(Path(place) for place in spec.submodule_search_locations)
    kept: list[Path] = []
    for path in paths:
        if not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return kept


def check_hidden(secrets: Sequence[Path]) -> None:
    """Make sure that no folder the sandbox may read holds one of `secrets`.

    Raises:
        GraderError: if one does, naming both.
    """
    for shown in readable_paths():
        for secret in secrets:
            if secret.resolve().is_relative_to(shown.resolve()):
                raise GraderError(
                    f"{secret} lies inside {shown}, which submissions may read: move the "
                    "course out of it, or use a virtual environment of its own for the grader."
                )


def environment(limits: Limits) -> dict[str, str]:
    threads = str(limits.threads)
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": WORK_DIR,
        # Nobody in here has an entry in /etc/passwd, where getpass would look next.
        "USER": "student",
        "TMPDIR": WORK_DIR,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        # The order of sets must not change a grade from one run to the next.
        "PYTHONHASHSEED": "0",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
        "DLCOURSE_PROFILE": "small",
        # nbgrader's own sign that a notebook is being graded.
        "NBGRADER_EXECUTION": "autograde",
    }


def command(
    argv: Sequence[str],
    limits: Limits,
    info_fd: int,
    connection_fd: int,
    files: Mapping[str, int] | None = None,
    filter_fd: int | None = None,
) -> list[str]:
    """The bwrap command line that runs `argv`.

    Args:
        argv: the program to run inside.
        limits: sizes of the folders in memory, threads.
        info_fd: open for writing; bubblewrap writes the sandbox's process id there.
        connection_fd: open for reading; holds the kernel's connection file.
        files: open for reading; what to put into the working folder, by name.
        filter_fd: open for reading; holds the filter of system calls, where there is one.
    """
    parts = [bwrap_path(), *namespaces(), "--disable-userns", "--clearenv"]
    parts += ["--cap-drop", "ALL"]
    parts += ["--uid", "1000", "--gid", "1000", "--hostname", "sandbox"]
    # The folders in memory come first: an interpreter that lives under one of them (a virtual
    # environment in /tmp, say) is then mounted on top and stays visible.
    parts += ["--proc", "/proc", "--dev", "/dev"]
    for folder, size in memory_folders(limits).items():
        parts += ["--size", str(size), "--tmpfs", folder]
    parts += read_only()
    parts += ["--ro-bind-data", str(connection_fd), CONNECTION_FILE]
    for name, fd in (files or {}).items():
        parts += ["--file", str(fd), f"{WORK_DIR}/{name}"]
    for name, value in environment(limits).items():
        parts += ["--setenv", name, value]
    # Only now: what holds the mounts together lies in memory too, and has no size of its own.
    # To the kernel a root user's sandbox is root's, who may write to most of /proc/sys.
    parts += ["--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/"]
    if filter_fd is not None:
        parts += ["--seccomp", str(filter_fd)]
    parts += ["--chdir", WORK_DIR, "--info-fd", str(info_fd), "--", *argv]
    return parts


def memory_folders(limits: Limits) -> dict[str, int]:
    """The folders a submission may write to, all of them in memory, with their sizes."""
    return {
        WORK_DIR: limits.file_bytes,
        "/tmp": 64 * MIB,
        "/dev/shm": 64 * MIB,
        KERNEL_DIR: MIB,
    }


def read_only() -> list[str]:
    """What every sandbox may read, as options of bwrap."""
    parts: list[str] = []
    for path in readable_paths():
        parts += ["--ro-bind", str(path), str(path)]
    for name in ("lib", "lib64", "lib32", "bin", "sbin"):
        if (Path("/") / name).is_symlink():
            parts += ["--symlink", f"usr/{name}", f"/{name}"]
        else:
            parts += ["--ro-bind-try", f"/{name}", f"/{name}"]
    for name in ("/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime"):
        parts += ["--ro-bind-try", name, name]
    return parts


def start(
    argv: Sequence[str],
    limits: Limits,
    given: bytes,
    files: Mapping[str, bytes] | None = None,
    *,
    sockets: Sequence[int] = (),
    group: ControlGroup | None = None,
) -> ColdProcess:
    """Start `argv` in a new sandbox.

    Args:
        argv: the program to run inside.
        limits: what it may use.
        given: contents of the file `CONNECTION_FILE` in there.
        files: what to put into the working folder, by name.
        sockets: descriptors to hand on, named inside by $GRADER_SOCKETS.
        group: a control group to start it in.

    Raises:
        GraderError: if the sandbox does not start.
    """
    errors = tempfile.TemporaryFile()  # noqa: SIM115 (the process closes it)
    info_read, info_write = os.pipe()
    connection_read = in_memory(given)
    brought = {name: in_memory(content) for name, content in (files or {}).items()}
    refused = seccomp.program()
    filters = [] if refused is None else [in_memory(refused)]
    passed = (info_write, connection_read, *brought.values(), *filters)
    parts = command(argv, limits, info_write, connection_read, brought, *filters)
    if sockets:
        at = parts.index("--setenv")
        parts[at:at] = ["--setenv", "GRADER_SOCKETS", ",".join(map(str, sockets))]
    try:
        process = subprocess.Popen(
            parts,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            pass_fds=(*passed, *sockets),
            # --clearenv is for the program alone: bubblewrap's own process, the sandbox's
            # first, would keep ours for all to read in /proc/1/environ.
            env={},
            preexec_fn=lambda: _limit_process(limits, group),
            start_new_session=True,
        )
    finally:
        for fd in passed:
            os.close(fd)
    with os.fdopen(info_read, "rb") as info:
        answer = info.read()
    try:
        return ColdProcess(process, int(json.loads(answer)["child-pid"]), errors)
    except (ValueError, KeyError):
        process.kill()
        process.wait()
        raise GraderError(f"The sandbox did not start: {last_line(errors)}.") from None


def in_memory(content: bytes) -> int:
    """An open file that has no name, holding `content`, at its beginning."""
    fd = os.memfd_create("grader")
    with open(fd, "wb", closefd=False) as file:
        file.write(content)
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def _limit_process(limits: Limits, group: ControlGroup | None) -> None:
    # Runs between fork and exec; the sandbox inherits what is set here. RLIMIT_AS is left
    # alone: torch reserves far more address space than it uses.
    import resource  # not on Windows, where students may still run `grader validate`

    if group is not None:
        group.add(os.getpid())
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    for kind, value in (
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(limits.cpu_seconds)),
        (resource.RLIMIT_NOFILE, 1024),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
