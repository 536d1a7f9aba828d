"""Limits on all processes of a sandbox together, which no rlimit knows.

Where a control group (cgroup v2) was delegated to whoever runs the grader, the kernel itself
holds memory and tasks down; everywhere, a watchdog adds up what the processes use.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from .limits import Limits, size_text

PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
OWN_LEAF = "grader"
TASKS_A_PROCESS = 4  # threads count as tasks
MOST_SOCKETS = 256
"""Open in one sandbox; what waits in them is memory that no process is charged for."""
FEW_SOCKETS = 64
"""Where nobody could set how much waits in each: up to 4 MiB and more by default."""
Reason = tuple[str, str]


def descendants(pid: int) -> list[int]:
    """Ids of all children of a process, and of theirs."""
    if not Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").exists():
        with suppress(psutil.Error):  # a kernel built without CONFIG_PROC_CHILDREN
            return [child.pid for child in psutil.Process(pid).children(recursive=True)]
        return []
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for task in os.scandir(f"/proc/{parent}/task"):
                with suppress(OSError):
                    text = Path(task.path, "children").read_text(encoding="ascii")
                    found.extend(map(int, text.split()))
    return found[1:]


def resident(pid: int) -> int:
    """Resident bytes of a process; 0 if it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def share(pid: int) -> int:
    """Resident bytes with shared pages counted in parts; all of them where it cannot be seen.

    A fork shares most of its memory with the server it came from, so that its resident size
    says more than it uses. The kernel takes milliseconds to add this up.
    """
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        return next(
            int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")
        )
    except (OSError, StopIteration, IndexError):
        return resident(pid)


def tasks(pid: int) -> int:
    """Number of a process's threads; 0 if it has ended."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return 0


def sockets(pid: int) -> int:
    """Number of sockets in a process's network namespace, those on their way included."""
    try:
        text = Path(f"/proc/{pid}/net/sockstat").read_text(encoding="ascii")
        return int(text.split(maxsplit=3)[2])
    except (OSError, ValueError, IndexError):
        return 0


def files(pid: int, folder: str) -> int:
    """Number of files in a folder in memory that a sandbox has; 0 if it cannot be seen.

    A sandbox that is just being made still has this machine's folder in its place, which
    holds far more files.
    """
    try:
        # One look for both questions: between two, the mounts may change. Without O_PATH a
        # submission could lock us out of its folder.
        inside = os.open(f"/proc/{pid}/root{folder}", os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        if os.fstat(inside).st_dev == _device(Path(folder)):
            return 0
        found = os.fstatvfs(inside)
    finally:
        os.close(inside)
    return found.f_files - found.f_ffree


def _device(folder: Path) -> int | None:
    try:
        return folder.stat().st_dev
    except OSError:
        return None


def processor_seconds(pid: int) -> float:
    """Processor time of a process and of its children that have ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return sum(map(int, text.rpartition(")")[2].split()[11:15])) / TICKS
    except (OSError, ValueError):
        return 0.0


@dataclass
class Watchdog:
    """Looks at the processes of one sandbox from outside.

    Args:
        pid: the sandbox's first process, which is the grader's own and is not counted.
        limits: what the rest may use.
        alone: whether they have a network of their own, so that all its sockets are theirs.
        sockets: how many they may have open then.
        folders: those in memory, with their sizes in bytes. Empty files take memory as well,
            which no size counts: there may be one a page.
    """

    pid: int
    limits: Limits
    alone: bool = True
    sockets: int = MOST_SOCKETS
    folders: Mapping[str, int] = field(default_factory=dict)

    def crossed(self) -> Reason | None:
        """The limit that was crossed, in English and Korean, or None."""
        family = descendants(self.pid)
        if len(family) > self.limits.processes:
            return (
                f"it started more than {self.limits.processes} processes",
                f"프로세스를 {self.limits.processes}개 넘게 시작했습니다",
            )
        most = TASKS_A_PROCESS * self.limits.processes
        if sum(map(tasks, family)) > most:
            # RLIMIT_NPROC says the same, except to a grader that root runs.
            return (
                f"it started more than {most} threads",
                f"스레드를 {most}개 넘게 시작했습니다",
            )
        if self.alone and sockets(self.pid) > self.sockets:
            return (
                f"it opened more than {self.sockets} sockets",
                f"소켓을 {self.sockets}개 넘게 열었습니다",
            )
        for folder, size in self.folders.items():
            if files(self.pid, folder) > size // PAGE:
                return (
                    f"it made more than {size // PAGE} files in {folder}",
                    f"{folder} 폴더에 파일을 {size // PAGE}개 넘게 만들었습니다",
                )
        most = self.limits.memory_bytes
        if sum(map(resident, family)) > most and sum(map(share, family)) > most:
            return too_much_memory(self.limits)
        # Processes whose parents have ended are buried by the first process.
        seconds = sum(map(processor_seconds, (self.pid, *family)))
        if seconds > self.limits.cpu_seconds:
            limit = f"{self.limits.cpu_seconds:g} s"
            return (
                f"it used more than {limit} of processor time",
                f"프로세서 시간을 {limit}보다 많이 사용했습니다",
            )
        return None


def too_much_memory(limits: Limits) -> Reason:
    """The reason for ending a sandbox that used too much memory."""
    size = size_text(limits.memory_bytes)
    return f"it used more than {size} of memory", f"메모리를 {size} 넘게 사용했습니다"


@dataclass(frozen=True)
class ControlGroup:
    """A control group of one sandbox; `man 7 cgroups`, and the kernel's cgroup-v2 page."""

    folder: Path

    @classmethod
    def make(cls, parent: Path, name: str, limits: Limits) -> ControlGroup:
        """Make a group under a delegated one, with limits on memory and tasks.

        Raises:
            OSError: if it cannot be made after all.
        """
        group = cls(parent / name)
        group.folder.mkdir()
        try:
            group.set("memory.max", limits.memory_bytes)
            group.set("memory.oom.group", 1)
            with suppress(OSError):  # a machine without swap has no such file
                group.set("memory.swap.max", 0)
            with suppress(OSError):  # tasks may not be delegated where memory is
                group.set("pids.max", TASKS_A_PROCESS * limits.processes)
        except OSError:
            group.remove()
            raise
        return group

    def set(self, name: str, value: int) -> None:
        """Write one of the group's files."""
        (self.folder / name).write_text(str(value), encoding="ascii")

    def add(self, pid: int) -> None:
        """Put a process into the group; what it starts from then on belongs to it too."""
        self.set("cgroup.procs", pid)

    def ran_out(self) -> bool:
        """Whether the kernel killed for lack of memory in here."""
        with suppress(OSError):
            text = (self.folder / "memory.events").read_text(encoding="ascii")
            counts = dict(line.split() for line in text.splitlines())
            return int(counts.get("oom_kill", 0)) > 0
        return False

    def remove(self) -> None:
        """Remove the group, once nothing runs in it."""
        with suppress(OSError):
            self.folder.rmdir()


def delegated_group() -> Path | None:
    """The control group under which groups with a limit on memory can be made, if any.

    One that was delegated to us alone, as by `systemd-run --user --scope -p Delegate=yes`, is
    made ready: processes may live in leaves only, so we move into one.
    """
    own = _own_group()
    if own is None:
        return None
    for folder in (own.parent, own) if own.name == OWN_LEAF else (own,):
        if _gives_memory(folder):
            return folder
    try:
        members = set(map(int, (own / "cgroup.procs").read_text(encoding="ascii").split()))
        offered = (own / "cgroup.controllers").read_text(encoding="ascii").split()
        family = {os.getpid(), *descendants(os.getpid())}
        if "memory" not in offered or not members <= family or not os.access(own, os.W_OK):
            return None
        (own / OWN_LEAF).mkdir(exist_ok=True)
        for member in members:
            (own / OWN_LEAF / "cgroup.procs").write_text(str(member), encoding="ascii")
        wanted = " ".join(f"+{name}" for name in ("memory", "pids") if name in offered)
        (own / "cgroup.subtree_control").write_text(wanted, encoding="ascii")
    except (OSError, ValueError):
        return None
    return own


def _gives_memory(folder: Path) -> bool:
    try:
        controllers = (folder / "cgroup.subtree_control").read_text(encoding="ascii").split()
    except OSError:
        return False
    return "memory" in controllers and os.access(folder, os.W_OK)


def _own_group() -> Path | None:
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        groups = Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    places = [line.split()[1] for line in mounts if line.split()[2] == "cgroup2"]
    paths = [line[3:].lstrip("/") for line in groups if line.startswith("0::")]
    return Path(places[0], paths[0]) if places and paths else None
