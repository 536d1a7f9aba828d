"""Sandboxes forked from a process that has already imported torch.

`grader.forkserver` is that process; this is the side that starts it and asks for forks. Where
it cannot be had, callers start each sandbox afresh with `grader.sandbox.start`: slower by the
import of torch, and no less safe.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from . import sandbox, seccomp
from .errors import GraderError, one_line
from .limits import MIB, Limits
from .process import WarmProcess, last_line
from .watch import TASKS_A_PROCESS, ControlGroup

PROGRAM = Path(__file__).with_name("forkserver.py")
SCRIPT = "/run/forkserver.py"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
CREDENTIALS = struct.Struct("3i")  # process, user and group id, see `man 7 unix`
OPTIMIZERS = "optim"
"""In the source of a notebook that trains."""
FOR_TRAINING = ("torch._dynamo",)
"""What torch imports with the first optimizer that is made: a second, for each notebook."""
SLOWEST_START = 120.0
"""Seconds the server may take to import what it imports; forks wait for it meanwhile."""


class NoForkError(Exception):
    """There is no fork to be had here; the message says why."""


class ForkServer:
    """One fork server in a sandbox; it ends with this process.

    Args:
        training: whether it imports what optimizers need as well.

    Raises:
        NoForkError: if it cannot be started.
    """

    def __init__(self, training: bool = False) -> None:
        self.training = training
        self._folder = Path(tempfile.mkdtemp(prefix="grader-"))  # for our user alone
        self.address = str(self._folder / "forks")
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (kept open)
        self._problem = ""
        started = threading.Event()
        # The server dies with the thread that started it, so that is one which never ends.
        threading.Thread(target=self._keep, args=(started,), daemon=True).start()
        started.wait()
        if self._problem:
            self.close()
            raise NoForkError(self._problem)
        atexit.register(self.close)

    def _keep(self, started: threading.Event) -> None:
        try:
            self._start()
        except (OSError, GraderError) as error:
            self._problem = one_line(str(error))
        started.set()
        if self._process is not None:
            self._process.wait()

    def _start(self) -> None:
        script = sandbox.in_memory(PROGRAM.read_bytes())
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(self.address)
            listener.listen(128)
            try:
                self._process = subprocess.Popen(
                    server_command(
                        script, listener.fileno(), FOR_TRAINING if self.training else ()
                    ),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=self._errors,
                    pass_fds=(script, listener.fileno()),
                    env={},
                    start_new_session=True,
                )
            finally:
                os.close(script)

    def close(self) -> None:
        """End the server and with it whatever it has forked."""
        atexit.unregister(self.close)
        if self._process is not None:
            self._process.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """Process id of the server's sandbox."""
        return 0 if self._process is None else self._process.pid

    def last_words(self) -> str:
        """The last line the server wrote to stderr."""
        return last_line(self._errors)


def server_command(script: int, listener: int, more: Sequence[str] = ()) -> list[str]:
    """The bwrap command line of the fork server, which imports `more` than it always does.

    Its own /proc and folders in memory serve it alone: each fork mounts others on top. It may
    make namespaces, which a submission may not.

    Raises:
        GraderError: if a fork would hide the interpreter from itself.
    """
    for path in sandbox.readable_paths():
        if str(path) in sandbox.memory_folders(Limits()):
            raise GraderError(f"the interpreter's folder is {path}, which forks replace")
    parts = [sandbox.bwrap_path(), *sandbox.namespaces(), "--clearenv", "--cap-drop", "ALL"]
    parts += ["--uid", "1000", "--gid", "1000", "--hostname", "forkserver"]
    parts += ["--proc", "/proc", "--tmpfs", "/dev"]
    for name in DEVICES:
        parts += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    parts += ["--symlink", "pts/ptmx", "/dev/ptmx", "--dir", "/dev/pts"]
    for name, target in (("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")):
        parts += ["--symlink", f"/proc/self/fd{target}", f"/dev/{name}"]
    for folder in sandbox.memory_folders(Limits()):
        parts += ["--size", str(MIB), "--tmpfs", folder]
    parts += sandbox.read_only()
    parts += ["--ro-bind-data", str(script), SCRIPT]
    for name, value in sandbox.environment(Limits()).items():
        parts += ["--setenv", name, value]
    parts += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    return [*parts, "--", sys.executable, SCRIPT, str(listener), *more]


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
        address: of a `ForkServer`, in this process or another one.
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


_lock = threading.Lock()
_server: ForkServer | None = None
_older: list[ForkServer] = []
_problem = ""


def address(training: bool = False) -> str:
    """The address of this process's own fork server, started on the first call.

    Empty where there can be none; `problem` then says why.

    Args:
        training: whether it should have imported what optimizers need as well.
    """
    global _server, _problem
    with _lock:
        if (_server is None or (training and not _server.training)) and not _problem:
            try:
                made = ForkServer(training)
            except NoForkError as error:
                if _server is None:  # else the one there is serves on
                    _problem = str(error)
            else:
                if _server is not None:
                    _older.append(_server)  # what it has forked may still run
                _server = made
        return "" if _server is None or _problem else _server.address


def address_for(*sources: str) -> str:
    """The address of the server that suits notebooks and tests with these sources."""
    return address(any(OPTIMIZERS in source for source in sources))


def problem() -> str:
    """Why this process has no fork server; empty if nothing is wrong with it."""
    return _problem


def give_up(reason: str) -> None:
    """Start no more forks in this process: one that should have worked did not."""
    global _problem
    _problem = _problem or reason


def forget() -> None:
    """End this process's fork server, if there is one; the next call starts another."""
    global _server, _problem
    with _lock, suppress(OSError):
        for server in filter(None, [_server, *_older]):
            server.close()
        _server, _problem = None, ""
        _older.clear()
