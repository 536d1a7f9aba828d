"""A jupyter_client kernel provisioner that starts kernels inside the sandbox.

The kernel listens on Unix sockets in a folder that only its sandbox has; this side reaches
them through `/proc/<sandbox>/root`, so that no writable folder is shared with the student.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import uuid
from contextlib import suppress
from typing import Any, cast

import zmq
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Dict, Instance, List, Unicode, default

from . import sandbox, seccomp, warm
from .limits import MIB, Limits
from .process import Sandboxed
from .watch import (
    FEW_SOCKETS,
    MOST_SOCKETS,
    TASKS_A_PROCESS,
    ControlGroup,
    Reason,
    Watchdog,
    delegated_group,
    resident,
    too_much_memory,
)

# A limit on tasks must be set inside: outside it would count all that the caller runs. It
# holds a fork bomb down until the watcher comes; root is exempt from it.
START = (
    "import resource, runpy, sys; tasks = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks)); "
    "runpy.run_module('ipykernel_launcher', run_name='__main__', alter_sys=True)"
)
KERNEL = [
    *("-f", sandbox.CONNECTION_FILE),
    "--HistoryManager.enabled=False",
    # The same draws each time for code that sets no seed of its own; no name is left behind.
    "--IPKernelApp.exec_lines=__import__('random').seed(0)",
    "--IPKernelApp.exec_lines=__import__('numpy.random').random.seed(0)",
]
PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
WATCH_EVERY_SECONDS = 0.1
RECONNECT_MILLISECONDS = 5
MOST_UNREAD = 1024 * MIB
"""Bytes by which this process may grow from messages that nobody has read."""
TOO_MUCH_UNREAD = (
    "it sent more than can be read",
    "읽을 수 있는 것보다 많이 보냈습니다",
)
FORKED = "kernels: forks of the fork server"
STARTED = "kernels: started afresh"


class SandboxProvisioner(KernelProvisionerBase):
    """Runs one Python kernel in a sandbox under `limits`: a fork if there is a fork server."""

    limits = Instance(Limits, args=())
    files = Dict()
    """What to put into the working folder: contents by name."""
    sockets: List[int] = List()
    """Descriptors to hand on to the kernel, which finds their numbers in $GRADER_SOCKETS."""
    forks = Unicode(allow_none=True, default_value=None)
    """Address of the fork server; empty for a fresh start, None for this process's own."""
    process: Sandboxed | None = None
    stopped_because: Reason | None = None
    """English and Korean reason, once the sandbox was killed for crossing a limit."""
    last_words = ""
    """The last line the sandbox wrote to stderr, once it has ended."""
    means = ""
    """How the kernel was started and what holds it within its limits."""
    _group: ControlGroup | None = None
    _watch: asyncio.Task[None] | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and has not been waited for."""
        return self.process is not None

    @property
    def sandbox_pid(self) -> int:
        """Process id of the sandbox's first process, 0 if it was waited for."""
        return 0 if self.process is None else self.process.init

    async def poll(self) -> int | None:
        """None while the kernel runs, else its exit status."""
        return 0 if self.process is None else self.process.poll()

    async def wait(self) -> int | None:
        """Wait until the kernel has ended; returns its exit status."""
        if self.process is None:
            return 0
        while (status := self.process.poll()) is None:
            await asyncio.sleep(0.005)
        self.last_words = self.process.close()
        self.process = None
        return status

    async def send_signal(self, signum: int) -> None:
        """End the sandbox for SIGKILL and SIGTERM; interrupts travel as messages instead."""
        if signum in (signal.SIGKILL, signal.SIGTERM):
            self.stop()

    async def kill(self, restart: bool = False) -> None:
        """Kill every process in the sandbox."""
        self.stop()

    async def terminate(self, restart: bool = False) -> None:
        """The same as `kill`: a stranger's kernel is not asked twice."""
        self.stop()

    def stop(self, reason: Reason | None = None) -> None:
        """Kill the sandbox at once, remembering why if a reason is given."""
        if self.stopped_because is None:
            self.stopped_because = reason
        if self.process is not None:
            self.process.kill()

    def why_stopped(self) -> Reason | None:
        """Which limit the sandbox was ended for, by us or by the kernel; None if for none."""
        if self.stopped_because is None and self._group is not None and self._group.ran_out():
            self.stopped_because = too_much_memory(self.limits)
        return self.stopped_because

    async def cleanup(self, restart: bool = False) -> None:
        """Stop watching and close what is open."""
        if self._watch is not None:
            self._watch.cancel()
        self.why_stopped()  # while the group is there to be asked
        if self.process is not None:
            self.process.kill()
            await self.wait()
        if self._group is not None:
            self._group.remove()
            self._group = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Name the command; the environment is the sandbox's own, never ours."""
        tasks = TASKS_A_PROCESS * self.limits.processes
        return {"cmd": [sys.executable, "-c", START, str(tasks), *KERNEL], "env": {}}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start a kernel in a new sandbox and say how to reach it."""
        assert self.parent is not None
        session = self.parent.session
        info: dict[str, Any] = dict(zip(PORTS, range(1, 6), strict=True))
        info |= {"transport": "ipc", "signature_scheme": session.signature_scheme}
        inside = json.dumps(info | {"ip": sandbox.SOCKETS, "key": session.key.decode()})
        self._group = self._make_group()
        self.process = self._fork(inside) or self._start(cmd, inside)
        held = "cgroup v2" if self._group else "watchdog on resident size"
        calls = "seccomp filter" if seccomp.program() else "no seccomp filter here"
        self.means += f"; memory: {held}; rlimits; {calls}"
        self._watch = asyncio.ensure_future(self._watch_limits())
        outside = f"/proc/{self.process.root}/root{sandbox.SOCKETS}"
        self.connection_info = cast(
            KernelConnectionInfo, info | {"ip": outside, "key": session.key}
        )
        return self.connection_info

    def _fork(self, connection: str) -> Sandboxed | None:
        made = warm.fork_if_possible(
            self.forks,
            self.limits,
            kind="kernel",
            connection=connection,
            arguments=KERNEL[2:],
            files=self.files,
            sockets=self.sockets,
            group=self._group,
        )
        if made is not None:
            self.means = FORKED
        return made

    def _start(self, cmd: list[str], connection: str) -> Sandboxed:
        reason = warm.problem() or "no fork server"
        self.means = f"{STARTED} ({reason})"
        return sandbox.start(
            cmd,
            self.limits,
            connection.encode(),
            self.files,
            sockets=self.sockets,
            group=self._group,
        )

    def _make_group(self) -> ControlGroup | None:
        parent = delegated_group()
        with suppress(OSError):
            if parent is not None:
                return ControlGroup.make(parent, f"sandbox-{uuid.uuid4().hex}", self.limits)
        return None

    async def _watch_limits(self) -> None:
        # Memory of all processes together has no rlimit, and RLIMIT_NPROC counts all of a
        # user's processes, not a sandbox's; so both are looked at from outside.
        folders = sandbox.memory_folders(self.limits)
        most = MOST_SOCKETS if self.means.startswith(FORKED) else FEW_SOCKETS
        watchdog = Watchdog(self.sandbox_pid, self.limits, sockets=most, folders=folders)
        before = resident(os.getpid())
        while True:
            if resident(os.getpid()) - before > MOST_UNREAD:
                self.stop(TOO_MUCH_UNREAD)
            crossed = watchdog.crossed()
            if crossed is not None:
                self.stop(crossed)
            await asyncio.sleep(WATCH_EVERY_SECONDS)


class SandboxKernelManager(AsyncKernelManager):
    """Manages a sandboxed Python kernel, whatever kernel a submission asks for."""

    limits = Instance(Limits)
    files = Dict()
    sockets: List[int] = List()
    forks = Unicode(allow_none=True, default_value=None)

    @default("limits")
    def _limits_default(self) -> Limits:
        return Limits.from_config(self.config)

    def client(self, **kwargs: Any) -> Any:
        """A client that hangs up on messages larger than all a notebook may print."""
        made = super().client(**kwargs)
        made.context.setsockopt(zmq.MAXMSGSIZE, 2 * self.limits.output_bytes + MIB)
        # The sockets are there a moment after we first try them.
        made.context.setsockopt(zmq.RECONNECT_IVL, RECONNECT_MILLISECONDS)
        return made

    @property
    def kernel_spec(self) -> KernelSpec:
        """The one kernel there is: this Python, through the sandbox's provisioner."""
        return KernelSpec(
            argv=[sys.executable, *KERNEL],
            display_name="Python 3 (sandboxed)",
            language="python",
            # Signals do not cross into a PID namespace the way a kernel expects them.
            interrupt_mode="message",
            metadata={
                "kernel_provisioner": {
                    "provisioner_name": "grader-sandbox",
                    "config": {
                        "limits": self.limits,
                        "files": self.files,
                        "sockets": self.sockets,
                        "forks": self.forks,
                    },
                }
            },
        )
