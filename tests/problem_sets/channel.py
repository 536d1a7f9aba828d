"""The two ends of the grader's channel in two plain processes: no sandbox and no kernel."""

from __future__ import annotations

import os
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from grader.isolated.checker import Checker, CheckerPeer
from grader.isolated.protocol import Wire
from grader.isolated.serve import StudentPeer


@contextmanager
def student(cells: list[tuple[str, bool]]) -> Iterator[socket.socket]:
    """A process that runs cells and serves the checker at each one marked as a test.

    Gives the checker's end of the channel.
    """
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        try:
            _be_student(theirs, cells)
        finally:
            os._exit(0)
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        os.waitpid(child, 0)


def _be_student(connection: socket.socket, cells: list[tuple[str, bool]]) -> None:
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        sys.stdout = sys.stderr = nowhere
        warnings.simplefilter("ignore")
        namespace: dict[str, object] = {"__name__": "__main__"}
        peer = StudentPeer(Wire(connection), namespace)
        for source, is_test in cells:
            try:
                exec(compile(source, "<cell>", "exec"), namespace)
            except Exception as error:
                print(error)
            if is_test:
                peer.serve()


class LocalChecker(Checker):
    """The checker in this process."""

    def __init__(self, connection: socket.socket, names: list[str], seed: int) -> None:
        ours, _ = socket.socketpair()
        main = sys.modules["__main__"]
        super().__init__(Wire(ours), CheckerPeer(Wire(connection)), names, seed)
        sys.modules["__main__"] = main
        self.main = self.namespace["__name__"]

    def prepare(self, name: str, source: str) -> list:
        return self._run(name, source)

    def test(self, name: str, source: str, points: float) -> list:
        try:
            return self._test(name, source, points)
        finally:
            self.peer.finish()
