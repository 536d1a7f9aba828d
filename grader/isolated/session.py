"""The grader's side of the checker: starts it, hands it cells, and hears what they earn."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import sys
import time
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .. import sandbox, warm
from ..errors import GraderError, one_line
from ..limits import Limits
from ..process import Sandboxed
from ..watch import Watchdog
from . import launch
from .frames import ChannelError, Wire
from .names import Plan, Step

GRACE_SECONDS = 10.0
"""How long the checker may still take once the student's kernel serves it no more."""
WATCH_EVERY_SECONDS = 0.2
LOST = "CheckLost"
GONE = (
    "The check could not be finished: the notebook's kernel did not answer it. | "
    "노트북의 커널이 응답하지 않아 확인을 마치지 못했습니다."
)
TOO_SLOW = (
    "The check took longer than {:g} s and was stopped. | "
    "확인이 {:g}초보다 오래 걸려 중단되었습니다."
)


@dataclass(frozen=True)
class Answer:
    """What a test cell earned, by the checker's own word."""

    points: float
    error: str = ""
    """Name of what went wrong; empty if nothing did."""
    message: str = ""


class Session:
    """One checker for one run of a notebook. `channel` is the student's end of the channel."""

    def __init__(self, plan: Plan, limits: Limits, files: Mapping[str, bytes]) -> None:
        self.plan, self.limits, self.files = plan, limits, dict(files)
        self.answers: dict[str, Answer] = {}
        self._ours, self._theirs = socket.socketpair()
        self._far, self.channel = socket.socketpair()
        self._done: set[int] = set()
        self._process: Sandboxed | None = None
        self._watch: asyncio.Task[None] | None = None
        self._lost = ""

    def start(self, sandboxed: bool = True, forks: str | None = None) -> None:
        """Start the checker.

        Args:
            sandboxed: False runs it as the calling user, as the notebook is.
            forks: address of the fork server; None for this process's own.
        """
        self._alone = sandboxed
        sockets = [self._theirs.fileno(), self._far.fileno()]
        if sandboxed:
            self._process = warm.fork_if_possible(
                forks,
                self.limits,
                files=self.files,
                sockets=sockets,
                kind="program",
                source=launch.PROGRAM,
            ) or sandbox.start(
                [sys.executable, "-c", launch.PROGRAM],
                self.limits,
                b"",
                self.files,
                sockets=sockets,
            )
        else:
            self._process = _unprotected(sockets)
        self._theirs.close()
        self._far.close()
        text = launch.sources(launch.CHECKER).encode()
        self._ours.settimeout(self.limits.startup_seconds)
        self._ours.sendall(struct.pack(">Q", len(text)) + text)
        self._wire = Wire(self._ours)
        self._wire.send([list(self.plan.names), self.plan.seed], [])

    async def prepare(self, name: str) -> None:
        """Run the instructor's cells that come before the test cell `name`.

        Raises:
            GraderError: if one fails, which is no student's fault.
        """
        if self._watch is None and self._process is not None:
            self._watch = asyncio.ensure_future(self._keep_watch(self._process))
        for index, step in enumerate(self.plan.steps):
            if step.name == name and step.points is not None:
                return
            if step.points is not None or index in self._done or self._lost:
                continue
            self._done.add(index)
            seconds = self.limits.startup_seconds + self.limits.cell_seconds
            what, kind, words = await asyncio.to_thread(self._ask, step, seconds)
            if what == "failed":
                raise GraderError(
                    f"The cell {step.name!r} of the problem set fails in the checker "
                    f"({kind}: {one_line(words)}): mend it and release the set again."
                )

    async def test(self, name: str, serving: Awaitable[bool]) -> Answer:
        """Run a test cell while the student's kernel serves the checker.

        Args:
            name: its grade id.
            serving: ends when the kernel serves no more; gives False if it ran out of time.
        """
        step = self.plan.tests[name]
        deadline = self.limits.cell_seconds + GRACE_SECONDS
        asked = asyncio.ensure_future(asyncio.to_thread(self._ask, step, 2 * deadline))
        in_time = True
        try:
            in_time = await serving
        finally:
            if not asked.done():
                await asyncio.wait([asked], timeout=GRACE_SECONDS)
            if not asked.done():
                self._lose(GONE)
            what, *rest = await asked
        answer = self._judge(step, what, rest, in_time)
        self.answers[name] = answer
        return answer

    def refuse(self, name: str, seconds: float) -> None:
        """Give a test cell nothing because its visible part ran out of time."""
        message = TOO_SLOW.format(seconds, seconds)
        self.answers[name] = Answer(0.0, "CellTimeout", message)

    def _judge(self, step: Step, what: str, rest: list[Any], in_time: bool) -> Answer:
        if not in_time:
            seconds = self.limits.cell_seconds
            return Answer(0.0, "CellTimeout", TOO_SLOW.format(seconds, seconds))
        if what == "points" and isinstance(rest[0], float) and step.points is not None:
            return Answer(min(max(rest[0], 0.0), step.points))
        if what == "failed":
            return Answer(0.0, str(rest[0]), str(rest[1]))
        return Answer(0.0, LOST, self._lost or GONE)

    def _ask(self, step: Step, seconds: float) -> list[Any]:
        if self._lost:
            return ["lost"]
        try:
            self._ours.settimeout(seconds)
            what = "run" if step.points is None else "test"
            self._wire.send([what, step.name, step.source, step.points], [])
            found, _ = self._wire.receive()
            return list(found)
        except ChannelError:
            self._lose(GONE)
            return ["lost"]

    def _lose(self, why: str) -> None:
        self._lost = self._lost or why
        if self._process is not None:
            self._process.kill()
        with suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)

    async def _keep_watch(self, process: Sandboxed) -> None:
        watchdog = Watchdog(process.init, self.limits, self._alone)
        while process.poll() is None:
            crossed = watchdog.crossed()
            if crossed is not None:
                self._lose(" | ".join(crossed))
            await asyncio.sleep(WATCH_EVERY_SECONDS)

    def close(self) -> None:
        """End the checker."""
        if self._watch is not None:
            self._watch.cancel()
        for end in (self._ours, self._theirs, self._far, self.channel):
            end.close()
        if self._process is not None:
            self._process.kill()
            end_by = time.monotonic() + GRACE_SECONDS
            while self._process.poll() is None and time.monotonic() < end_by:
                time.sleep(0.005)
            self._process.close()


def _unprotected(sockets: list[int]) -> Sandboxed:
    import subprocess
    import tempfile

    from ..process import ColdProcess

    errors = tempfile.TemporaryFile()  # noqa: SIM115 (the process closes it)
    environment = os.environ | {"GRADER_SOCKETS": ",".join(map(str, sockets))}
    process = subprocess.Popen(
        [sys.executable, "-c", launch.PROGRAM],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        pass_fds=sockets,
        env=environment,
    )
    return ColdProcess(process, process.pid, errors)
