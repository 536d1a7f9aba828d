"""The program that forks sandboxes: it has imported torch once and lends that to every fork.

It runs as a script inside an outer bubblewrap sandbox, where the rest of `grader` cannot be
seen, and holds no test and no student's data. Each connection to its socket asks for one
fork and brings all of its own: a job in a nameless file, a file for stderr, and sockets to hand
on. The server reads none of it; the fork does, once it is on its own:

    server ── fork ──> mapper: enters new namespaces, forks once more, ends
                         └──> init: mounts, limits, no rights left; first process in there
                                └──> the submission's kernel, or a plain Python program

Namespaces: `man 7 user_namespaces`, `man 7 pid_namespaces`. The steps follow bubblewrap's.
"""

from __future__ import annotations

import base64
import ctypes
import fcntl
import gc
import importlib
import json
import os
import resource
import select
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import pairwise
from typing import Any

PRELOADED = (
    "torch numpy numpy.random torch.nn torch.optim torch.utils.data matplotlib.pyplot "
    "matplotlib_inline.backend_inline matplotlib_inline.config IPython ipykernel.kernelapp "
    "ipykernel.ipkernel IPython.core.completerlib IPython.core.magics "
    "IPython.extensions.storemagic comm msgpack ipykernel.debugger "
    "tornado.platform.asyncio tornado.queues xmlrpc.server encodings.idna encodings.latin_1 "
    "dlcourse dlcourse.nn dlcourse.data dlcourse.gan dlcourse.hpo dlcourse.plot"
).split()
WORK_DIR, KERNEL_DIR = "/home/student", "/run/kernel"
NEW_NAMESPACES = 0x10000000 | 0x00020000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000
NEW_CGROUP_NAMESPACE = 0x02000000
READ_ONLY, NO_SUID, NO_DEV, NO_EXEC, REMOUNT, BIND, RECURSIVE, PRIVATE = (
    *(1, 2, 4, 8, 32),
    *(4096, 16384, 1 << 18),
)
SET_DEATH_SIGNAL, SET_DUMPABLE, SET_SECCOMP, DROP_FROM_BOUND, SET_NO_NEW_PRIVS = (
    1,
    4,
    22,
    24,
    38,
)
AMBIENT, CLEAR_ALL = 47, 4
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
SOCKET_BYTES = "4096 65536 65536"
"""Least, first and most bytes that wait in one direction of a TCP socket."""
MOST_MESSAGE = 64
FIRST_SOCKET = 10  # above what is open by then

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: Any) -> None:
    """Call a function of the C library.

    Raises:
        OSError: if it fails.
    """
    if getattr(libc, name)(*arguments) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(
    source: str | None, target: str, kind: str | None, flags: int, data: str = ""
) -> None:
    """Mount a file system, or change a mount; see `man 2 mount`."""
    words = [None if word is None else word.encode() for word in (source, target, kind)]
    call("mount", *words, ctypes.c_ulong(flags), data.encode() or None)


def serve(listener: socket.socket) -> None:
    """Fork for each connection, until the sandbox is killed."""
    while True:
        connection, _ = listener.accept()
        descriptors: list[int] = []
        try:
            connection.settimeout(10)
            _, descriptors, _, _ = socket.recv_fds(connection, MOST_MESSAGE, 16)
            connection.settimeout(None)
            mapper = os.fork()
            if mapper == 0:
                listener.close()
                run_and_exit(partial(enter_namespaces, connection, descriptors), connection)
            _, status = os.waitpid(mapper, 0)
            connection.send(b"forked" if status == 0 else b"failed")
        except OSError:
            pass  # whoever asked has gone; the next one has not
        finally:
            connection.close()
            for descriptor in descriptors:
                os.close(descriptor)


def run_and_exit(work: Callable[[], int], connection: socket.socket) -> None:
    """Run a step of a fork; never go back to the code of the server."""
    status = 1
    try:
        status = work()
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException as error:
        with suppress(OSError, ValueError):
            connection.send(f"error {type(error).__name__}: {error}"[:400].encode())
        with suppress(Exception):
            os.write(2, f"{type(error).__name__}: {error}\n".encode(errors="replace"))
    finally:
        os._exit(status & 0xFF)


def enter_namespaces(connection: socket.socket, descriptors: list[int]) -> int:
    """Leave the server's namespaces; the child made next is the first process of the new."""
    user, group = os.getuid(), os.getgid()
    job = descriptors[0]
    os.dup2(descriptors[1], 2)
    keep = [job, connection.fileno(), *descriptors[2:]]
    close_all_but(keep)
    write("/proc/self/oom_score_adj", "1000")
    flags = NEW_NAMESPACES
    try:
        call("unshare", flags | NEW_CGROUP_NAMESPACE)
    except OSError:
        call("unshare", flags)
    write("/proc/self/setgroups", "deny")
    write("/proc/self/uid_map", f"{user} {user} 1")
    write("/proc/self/gid_map", f"{group} {group} 1")
    if os.fork() == 0:
        run_and_exit(partial(be_init, connection, job, descriptors[2:]), connection)
    return 0


def be_init(connection: socket.socket, job_file: int, sockets: list[int]) -> int:
    """Furnish the sandbox, give up every right, start the submission and bury its dead."""
    job = read_job(job_file)
    os.close(job_file)
    os.setsid()
    furnish(job)
    # The caller learns our number from the message's own credentials, then lets us go on; it
    # may have put us into a control group by then, and our parent has ended.
    connection.send(b"init")
    if connection.recv(MOST_MESSAGE) != b"go":
        return 1
    call("prctl", SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    set_limits(job["limits"])
    drop_rights(base64.b64decode(job["filter"]))
    # Nothing in there may look into this process: it holds the way to the caller.
    call("prctl", SET_DUMPABLE, 0, 0, 0, 0)
    program = os.fork()
    if program == 0:
        run_and_exit(partial(run_job, job, connection, sockets), connection)
    for descriptor in sockets:
        os.close(descriptor)
    return bury(program, connection)


def bury(program: int, connection: socket.socket) -> int:
    """Wait for the program and whatever it leaves behind; end early if the caller has gone."""
    handle = os.pidfd_open(program)
    while not select.select([handle, connection.fileno()], [], [], 1.0)[0]:
        while True:
            dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if dead is None or dead.si_pid == program:
                break
            os.waitpid(dead.si_pid, 0)
    if select.select([handle], [], [], 0)[0]:
        _, status = os.waitpid(program, 0)
        code = os.waitstatus_to_exitcode(status)
        with suppress(OSError):
            connection.send(f"ended {code}".encode())
        return code
    return 1


def read_job(descriptor: int) -> dict[str, Any]:
    """The job in an open file: a line of JSON, then the files' contents one after another."""
    with open(descriptor, "rb", closefd=False) as file:
        job: dict[str, Any] = json.loads(file.readline())
        job["files"] = {name: file.read(size) for name, size in job["files"].items()}
    return job


def furnish(job: dict[str, Any]) -> None:
    """Mount what is the fork's own: /proc, terminals and small folders in memory."""
    mount(None, "/", None, RECURSIVE | PRIVATE)
    quiet = NO_SUID | NO_DEV | NO_EXEC
    mount("proc", "/proc", "proc", quiet)
    # No submission needs namespaces of its own, and they have a history of holes.
    write("/proc/sys/user/max_user_namespaces", "0")
    for name in ("tcp_rmem", "tcp_wmem"):
        # What waits in a socket is the kernel's memory, and by default up to megabytes each.
        with suppress(OSError):  # a kernel before 4.15
            write(f"/proc/sys/net/ipv4/{name}", SOCKET_BYTES)
    # A grader run by root leaves forks root's number, to which most of /proc/sys belongs.
    mount(None, "/proc", None, REMOUNT | BIND | READ_ONLY | quiet)
    terminals = "newinstance,ptmxmode=0666,mode=620"
    mount("devpts", "/dev/pts", "devpts", NO_SUID | NO_EXEC, terminals)
    for folder, size in job["folders"].items():
        kept = [
            (path, os.open(path, os.O_PATH)) for path in sorted(job["kept"].get(folder, ()))
        ]
        # Empty files take memory too, which no size counts: one file a page at most.
        data = f"mode=755,size={size},nr_inodes={size // 4096}"
        mount("tmpfs", folder, "tmpfs", NO_SUID | NO_DEV, data)
        # An interpreter that lies in /tmp, say; one kept path may lie in another, which the
        # mount of the other then has already.
        for path, descriptor in kept:
            os.makedirs(path, exist_ok=True)  # noqa: PTH103
            mount(f"/proc/self/fd/{descriptor}", path, None, BIND | RECURSIVE)
            os.close(descriptor)
    os.chdir(WORK_DIR)
    for name, content in job["files"].items():
        with open(os.path.join(WORK_DIR, name), "wb") as file:  # noqa: PTH118, PTH123
            file.write(content)
    socket.sethostname("sandbox")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sH14s", b"lo", UP_AND_RUNNING, b""))


def set_limits(limits: dict[str, Any]) -> None:
    """Set the limits that the kernel keeps for each process."""
    for kind, value in (
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_NOFILE, 1024),
        (resource.RLIMIT_NPROC, limits["tasks"]),
    ):
        resource.setrlimit(kind, (value, value))


def drop_rights(program: bytes) -> None:
    """Give up all capabilities for good, and let the filter refuse what is refused."""
    for capability in range(64):
        if libc.prctl(DROP_FROM_BOUND, capability, 0, 0, 0) < 0:
            break  # the kernel knows no more of them
    call("prctl", AMBIENT, CLEAR_ALL, 0, 0, 0)
    version_3 = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
    call("capset", version_3, ctypes.create_string_buffer(24))
    call("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if program:
        steps = ctypes.create_string_buffer(program, len(program))
        filled = struct.pack("HP", len(program) // 8, ctypes.addressof(steps))
        call("prctl", SET_SECCOMP, 2, ctypes.create_string_buffer(filled), 0, 0)


def run_job(job: dict[str, Any], connection: socket.socket, sockets: list[int]) -> int:
    """Run the kernel or the program, with no descriptor but its own sockets and stderr."""
    call("prctl", SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    call("prctl", SET_DUMPABLE, 1, 0, 0, 0)  # the caller looks through its /proc/…/root
    os.setsid()
    connection.send(b"started")
    kept = [os.dup(descriptor) for descriptor in sockets]
    moved = [os.dup2(fd, FIRST_SOCKET + 16 + place) for place, fd in enumerate(kept)]
    close_all_but(moved)
    named = [os.dup2(fd, FIRST_SOCKET + place) for place, fd in enumerate(moved)]
    close_all_but(named)
    connection.detach()  # its number may soon be another file's
    os.environ.update(job["environment"])
    if named:
        os.environ["GRADER_SOCKETS"] = ",".join(map(str, named))
    become_new(job["limits"]["threads"])
    return run_kernel(job) if job["kind"] == "kernel" else run_program(job)


def become_new(threads: int) -> None:
    """Draw random numbers as a fresh interpreter would, and use so many threads."""
    import random

    random.seed(0)
    for name, act in (
        ("numpy", lambda numpy: numpy.random.seed(0)),
        ("torch", lambda torch: (torch.manual_seed(0), torch.set_num_threads(threads))),
    ):
        if name in sys.modules:
            act(sys.modules[name])
    gc.unfreeze()


def run_kernel(job: dict[str, Any]) -> int:
    """Be an IPython kernel until the end."""
    path = f"{KERNEL_DIR}/connection.json"
    write(path, job["connection"])
    sys.argv = ["ipykernel_launcher", "-f", path, *job["arguments"]]
    kernelapp = importlib.import_module("ipykernel.kernelapp")
    kernelapp.launch_new_instance()
    return 0


def run_program(job: dict[str, Any]) -> int:
    """Run Python source as the main program."""
    sys.argv = ["-c", *job["arguments"]]
    sys.path.insert(0, "")
    main = type(sys)("__main__")
    sys.modules["__main__"] = main
    exec(compile(job["source"], "<program>", "exec"), main.__dict__)
    return 0


def write(path: str, text: str) -> None:
    """Write a short text to a file that the kernel makes."""
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(text)


def close_all_but(kept: list[int]) -> None:
    """Close every descriptor but stdin, stdout, stderr and `kept`."""
    edges = [2, *sorted(set(kept)), 1 << 20]
    for low, high in pairwise(edges):
        os.closerange(low + 1, high)


def preload(more: list[str]) -> None:
    """Import what submissions use, and `more`; what is not installed is passed over.

    Raises:
        RuntimeError: if a fork would share more than a copy: threads, or memory to write to.
    """
    sys.path[:] = [place for place in sys.path if place not in ("", "/run")]
    for name in [*PRELOADED, *more]:
        with suppress(ImportError):
            importlib.import_module(name)
    if threading.active_count() > 1 or len(os.listdir("/proc/self/task")) > 1:  # noqa: PTH208
        raise RuntimeError("a library started a thread")
    with open("/proc/self/maps", encoding="utf-8") as maps:  # noqa: PTH123
        shared = [line for line in maps if line.split()[1][1::2] == "ws"]
    if shared:
        raise RuntimeError("a library shares memory")
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    preload(sys.argv[2:])
    serve(socket.socket(fileno=int(sys.argv[1])))
