"""Handles on sandboxes that run: one started afresh, or a fork of the fork server."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Protocol


class Sandboxed(Protocol):
    """One sandbox with all its processes, seen from outside."""

    init: int
    """Process id of the sandbox's first process; the rest dies with it."""
    root: int
    """A process id under whose /proc/…/root the sandbox's folders can be seen."""

    def poll(self) -> int | None:
        """None while it runs, else its exit status, negative for a signal."""

    def kill(self) -> None:
        """Kill every process in the sandbox."""

    def close(self) -> str:
        """Close what is open, once it has ended; gives the last line it wrote to stderr."""


class ColdProcess:
    """A sandbox that bubblewrap made for one program."""

    def __init__(self, bwrap: subprocess.Popen[bytes], init: int, errors: IO[bytes]) -> None:
        self.init = self.root = init
        self._bwrap, self._errors = bwrap, errors

    def poll(self) -> int | None:
        """None while it runs, else its exit status."""
        return self._bwrap.poll()

    def kill(self) -> None:
        """Kill every process in the sandbox."""
        if self.poll() is None:
            # The sandbox's first process takes every other one in its PID namespace with it;
            # bubblewrap, its parent, then ends by itself and leaves no zombie behind.
            with suppress(ProcessLookupError):
                os.kill(self.init, signal.SIGKILL)

    def close(self) -> str:
        """Close what is open."""
        return _close(self._errors)


class WarmProcess:
    """A fork of the fork server, in namespaces of its own.

    Args:
        connection: to the fork's first process, which says there how the program ended.
        init: that process's id, as the kernel wrote it on its first message.
        root: the program's own id, from its first message.
        errors: collects what the program writes to stderr.
        at_end: called once, when it is closed.
    """

    def __init__(
        self,
        connection: socket.socket,
        init: int,
        root: int,
        errors: IO[bytes],
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        self.init, self.root = init, root
        self._connection, self._errors, self._at_end = connection, errors, at_end
        # Until we let it go on it waits for us, so the id is still its own.
        self._handle = os.pidfd_open(init)
        self._status: int | None = None

    def poll(self) -> int | None:
        """None while it runs, else its exit status."""
        if self._status is None and select.select([self._handle], [], [], 0)[0]:
            self._status = self._said_at_the_end()
        return self._status

    def kill(self) -> None:
        """Kill every process in the sandbox."""
        if self._status is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def close(self) -> str:
        """Close what is open."""
        if self._handle >= 0:
            self.kill()
            select.select([self._handle], [], [], 10)
            self.poll()
            os.close(self._handle)
            self._handle = -1
            self._connection.close()
            self._at_end()
        return _close(self._errors)

    def _said_at_the_end(self) -> int:
        with suppress(OSError, ValueError):
            self._connection.setblocking(False)
            while message := self._connection.recv(512):
                if message.startswith(b"ended "):
                    return int(message[6:])
        return -int(signal.SIGKILL)


def last_line(errors: IO[bytes]) -> str:
    """The last line a sandbox wrote to stderr, or "no reason given"."""
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - 4096))
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "no reason given"


def _close(errors: IO[bytes]) -> str:
    if errors.closed:
        return ""
    words = last_line(errors)
    errors.close()
    return words
