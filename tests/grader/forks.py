"""Programs in forks of the fork server, with a channel to each, for its tests."""

from __future__ import annotations

import json
import socket
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grader import warm
from grader.limits import MIB, Limits
from grader.process import WarmProcess

LIMITS = Limits(cell_seconds=20, notebook_seconds=60, file_bytes=16 * MIB)


SAY = """
import json, os, socket, sys
channel = socket.socket(fileno=int(os.environ["GRADER_SOCKETS"]))
def say(what):
    channel.sendall(json.dumps(what).encode() + b"\\n")
def hear():
    return json.loads(lines.readline())
lines = channel.makefile("rb")
"""


class Fork:
    """A plain Python program in a fork, with a channel to it."""

    def __init__(self, source: str, address: str, **files: bytes) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            program = SAY + textwrap.dedent(source)
            given = {"files": files, "sockets": [theirs.fileno()]}
            self.process: WarmProcess = warm.fork(
                address, LIMITS, kind="program", source=program, **given
            )
        ours.settimeout(60)
        self.channel, self.lines = ours, ours.makefile("rb")

    def hear(self) -> object:
        return json.loads(self.lines.readline())

    def say(self, what: object) -> None:
        self.channel.sendall(json.dumps(what).encode() + b"\n")

    def end(self) -> str:
        self.process.kill()
        self.lines.close()
        self.channel.close()
        return self.process.close()


@contextmanager
def forks(address: str, *sources: str, **files: bytes) -> Iterator[list[Fork]]:
    made = [Fork(source, address, **files) for source in sources]
    try:
        yield made
    finally:
        for fork in made:
            fork.end()


def wait_until(condition: Callable[[], object], seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False
