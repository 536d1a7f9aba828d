"""The two ends of the grader's channel in two plain processes: no sandbox and no kernel."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import torch

from grader.isolated.checker import Checker, CheckerPeer
from grader.isolated.frames import Wire
from grader.isolated.names import make_plan
from grader.isolated.serve import StudentPeer

from .sheet import Result, Sheet, role

MOST_SECONDS = 600.0
"""How long a student's process may live: one that hangs would let the checker wait for ever."""


@contextmanager
def student(cells: list[tuple[str, bool]]) -> Iterator[socket.socket]:
    """A process that runs cells and serves the checker at each one marked as a test.

    Gives the checker's end of the channel, which closes when the process ends.
    """
    ours, theirs = socket.socketpair()
    # The grader gives both ends one thread. Here, too, a fork would wait for ever for the
    # threads that torch has started for this process: they are not in it.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    child = os.fork()
    if child == 0:
        ours.close()
        try:
            _be_student(theirs, cells)
        finally:
            os._exit(0)
    theirs.close()
    limit = threading.Timer(MOST_SECONDS, os.kill, (child, signal.SIGKILL))
    limit.daemon = True
    limit.start()
    try:
        yield ours
    finally:
        ours.close()
        # Once it is waited for, another process may get its number.
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        limit.cancel()
        os.waitpid(child, 0)
        torch.set_num_threads(threads)


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

    def prepare(self, name: str, source: str) -> list:
        return self._run(name, source)

    def test(self, name: str, source: str, points: float) -> list:
        try:
            return self._test(name, source, points)
        finally:
            self.peer.finish()


def grade_through_channel(
    sheet: Sheet, answers: dict[str, str] | None = None, seed: int = 1
) -> Result:
    """What the answers earn where the checks run in another process than they do."""
    answers, result = answers or {}, Result()
    plan = make_plan(sheet.notebook, sheet.notebook)
    cells = []
    for cell in sheet.needed_cells():
        is_test = bool(role(cell).get("grade"))
        source = answers.get(role(cell).get("grade_id", ""), cell.source)
        cells.append(("" if is_test else source, is_test))
    with pytest.MonkeyPatch.context() as patch, student(cells) as connection:
        patch.setenv("MPLBACKEND", "agg")
        patch.setenv("GRADER_CHECK_SEED", str(seed))
        patch.setattr(sys, "stderr", sys.stderr)  # cells of the set may exchange it
        checker = LocalChecker(connection, list(plan.names), seed)
        for step in plan.steps:
            if step.points is None:
                assert checker.prepare(step.name, step.source) == ["done", None, ""]
                continue
            what, *rest = checker.test(step.name, step.source, step.points)
            result.points[step.name] = rest[0] if what == "points" else 0
            if result.points[step.name] != step.points:
                result.errors[step.name] = f"{rest[0]}: {rest[1]}"
    return result
