"""Sandboxes forked from a process that has already imported torch.

`grader.forkserver` is that process, `grader.forking` asks it for a fork; here it is started.
Where it cannot be had, each sandbox starts afresh with `grader.sandbox.start`: slower by the
import of torch, and no less safe.
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from . import sandbox
from .errors import GraderError, one_line
from .forking import NoForkError, fork
from .limits import MIB, Limits
from .process import WarmProcess, last_line

PROGRAM = Path(__file__).with_name("forkserver.py")
SCRIPT = "/run/forkserver.py"
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
OPTIMIZERS = "optim"
"""In the source of a notebook that trains."""
FOR_TRAINING = ("torch._dynamo",)
"""What torch imports with the first optimizer that is made: a second, for each notebook."""


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
        self._errors.close()
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


def fork_if_possible(forks: str | None, limits: Limits, **wanted: Any) -> WarmProcess | None:
    """A fork, or None where the caller must start its sandbox afresh.

    Args:
        forks: address of the fork server; empty for none, None for this process's own.
        limits: what the fork may use.
        wanted: as for `fork`.
    """
    asked = address() if forks is None else forks
    while asked:
        try:
            return fork(asked, limits, **wanted)
        except NoForkError as error:
            asked = give_up(str(error), asked)
    return None


_lock = threading.Lock()
_server: ForkServer | None = None
_older: list[ForkServer] = []
_plain_only = False
"""Whether a server for training has failed: the one without serves all from then on."""
_problem = ""


def address(training: bool = False) -> str:
    """The address of this process's own fork server, started on the first call.

    Empty where there can be none; `problem` then says why.

    Args:
        training: whether it should have imported what optimizers need as well.
    """
    global _server, _plain_only, _problem
    with _lock:
        more = training and not _plain_only
        if (_server is None or (more and not _server.training)) and not _problem:
            try:
                made = ForkServer(more)
            except NoForkError as error:
                if _server is None:
                    _problem = str(error)
                _plain_only = True  # the one there is serves on
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


def give_up(reason: str, asked: str) -> str:
    """Ask the server at an address no more: a fork that should have worked did not.

    Returns:
        The address of the server to ask instead; empty where this process has none.
    """
    global _server, _plain_only, _problem
    with _lock:
        if _server is not None and not _problem:
            if asked == _server.address and _older and not _plain_only:
                # What it was to import besides may have ended it. Its forks may still run.
                _server, _older[-1] = _older[-1], _server
                _plain_only = True
            if asked != _server.address:
                return _server.address
        _problem = _problem or reason
        return ""


def forget() -> None:
    """End this process's fork server, if there is one; the next call starts another."""
    global _server, _plain_only, _problem
    with _lock, suppress(OSError):
        for server in filter(None, [_server, *_older]):
            server.close()
        _server, _plain_only, _problem = None, False, ""
        _older.clear()
