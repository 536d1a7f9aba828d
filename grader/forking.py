"""Asking a fork server for one fork: what is sent, and how the fork is let go."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from . import sandbox, seccomp
from .limits import Limits
from .process import WarmProcess, last_line
from .watch import TASKS_A_PROCESS, ControlGroup

CREDENTIALS = struct.Struct("3i")  # process, user and group id, see `man 7 unix`
SLOWEST_START = 120.0
"""Seconds the server may take to import what it imports; forks wait for it meanwhile."""


class NoForkError(Exception):
    """There is no fork to be had here; the message says why."""


def fork(
    address: str,
    limits: Limits,
    *,
    files: Mapping[str, bytes],
    sockets: Sequence[int] = (),
    group: ControlGroup | None = None,
    **job: Any,
) -> WarmProcess:
    """Ask the server at `address` for a fork in a sandbox of its own.

    Args:
        address: of a `grader.warm.ForkServer`, in this process or another one.
        limits: what the fork may use.
        files: what to put into its working folder, by name.
        sockets: descriptors to hand on, named inside by $GRADER_SOCKETS.
        group: a control group to put it into before it runs anything of a student's.
        job: `kind` "kernel" with `connection` (the connection file's text), or "program" with
            `source` (Python text); `arguments` for either.

    Raises:
        NoForkError: if the server is gone or cannot make the sandbox here.
    """
    errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (the process closes it)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        connection.settimeout(max(SLOWEST_START, limits.startup_seconds))
        connection.connect(address)
        brought = sandbox.in_memory(_job(limits, files, job))
        try:
            socket.send_fds(connection, [b"job"], [brought, errors.fileno(), *sockets])
        finally:
            os.close(brought)
        return _let_go(connection, errors, group)
    except BaseException as error:
        connection.close()
        words = last_line(errors)
        errors.close()
        if isinstance(error, OSError):
            raise NoForkError(f"the fork server does not answer ({error})") from None
        if isinstance(error, NoForkError) and words != "no reason given":
            raise NoForkError(words) from None
        raise


def _job(limits: Limits, files: Mapping[str, bytes], job: Mapping[str, Any]) -> bytes:
    sizes = {name: len(content) for name, content in files.items()}
    told = {
        "limits": {
            "file_bytes": limits.file_bytes,
            "cpu_seconds": int(limits.cpu_seconds),
            "threads": limits.threads,
            "tasks": TASKS_A_PROCESS * limits.processes,
        },
        "folders": sandbox.memory_folders(limits),
        "kept": _kept(sandbox.memory_folders(limits)),
        "environment": sandbox.environment(limits),
        "filter": base64.b64encode(seccomp.program() or b"").decode(),
        "files": sizes,
        "arguments": [],
    }
    header = json.dumps(told | dict(job)).encode()
    return b"".join((header, b"\n", *files.values()))


def _kept(folders: Iterable[str]) -> dict[str, list[str]]:
    """What a fork must still see of each folder after it has mounted an empty one there."""
    found: dict[str, list[str]] = {}
    for path in sandbox.readable_paths():
        for folder in folders:
            if path.is_relative_to(folder):
                found.setdefault(folder, []).append(str(path))
    return found


def _let_go(
    connection: socket.socket, errors: IO[bytes], group: ControlGroup | None
) -> WarmProcess:
    """Wait until the fork is on its own, put it into its group, and let it run."""
    told: dict[str, int] = {}
    while not {"init", "forked"} <= set(told):
        told.update([_receive(connection)])
    if group is not None:
        group.add(told["init"])
    connection.send(b"go")
    while "started" not in told:
        told.update([_receive(connection)])
    return WarmProcess(connection, told["init"], told["started"], errors)


def _receive(connection: socket.socket) -> tuple[str, int]:
    """A word from the fork or the server, and who said it as the kernel knows them."""
    message, ancillary, _, _ = connection.recvmsg(512, socket.CMSG_SPACE(CREDENTIALS.size))
    word = message.decode(errors="replace")
    if word not in ("init", "forked", "started"):
        raise NoForkError(word or "the fork server has ended")
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS):
            pid = CREDENTIALS.unpack(data[: CREDENTIALS.size])[0]
            if pid > 0:
                return word, pid
    raise NoForkError("the fork server runs where its processes cannot be seen")
