"""A jupyter_client kernel provisioner that starts kernels inside the sandbox.

The kernel listens on Unix sockets in a folder that only its sandbox has; this side reaches
them through `/proc/<sandbox>/root`, so that no writable folder is shared with the student.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, Any, cast

import psutil  # type: ignore[import-untyped]
import zmq
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import KernelProvisionerBase
from traitlets import Dict, Instance, default

from . import sandbox
from .limits import MIB, Limits, size_text

# A limit on tasks must be set inside: outside it would count all that the caller runs. It
# holds a fork bomb down until the watcher comes; root is exempt from it.
START = (
    "import resource, runpy, sys; tasks = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks)); "
    "runpy.run_module('ipykernel_launcher', run_name='__main__', alter_sys=True)"
)
TASKS_A_PROCESS = 4  # threads count as tasks
KERNEL = [
    *("-f", sandbox.CONNECTION_FILE),
    "--HistoryManager.enabled=False",
    # The same draws each time for code that sets no seed of its own; no name is left behind.
    "--IPKernelApp.exec_lines=__import__('random').seed(0)",
    "--IPKernelApp.exec_lines=__import__('numpy.random').random.seed(0)",
]
PORTS = ("shell_port", "iopub_port", "stdin_port", "hb_port", "control_port")
WATCH_EVERY_SECONDS = 0.1
MOST_UNREAD = 1024 * MIB
"""Bytes by which this process may grow from messages that nobody has read."""


class SandboxProvisioner(KernelProvisionerBase):
    """Runs one Python kernel in a bubblewrap sandbox under `limits`."""

    limits = Instance(Limits, args=())
    files = Dict()
    """What to put into the working folder: contents by name."""
    process: subprocess.Popen[bytes] | None = None
    sandbox_pid = 0
    stopped_because: tuple[str, str] | None = None
    """English and Korean reason, once the sandbox was killed for crossing a limit."""
    last_words = ""
    """The last line the sandbox wrote to stderr, once it has ended."""
    _errors: IO[bytes] | None = None
    _watch: asyncio.Task[None] | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was started and has not been waited for."""
        return self.process is not None

    async def poll(self) -> int | None:
        """None while the kernel runs, else its exit status."""
        return 0 if self.process is None else self.process.poll()

    async def wait(self) -> int | None:
        """Wait until the kernel has ended; returns its exit status."""
        if self.process is None:
            return 0
        while self.process.poll() is None:
            await asyncio.sleep(0.02)
        status = self.process.wait()
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

    def stop(self, english: str = "", korean: str = "") -> None:
        """Kill the sandbox at once, remembering why if a reason is given."""
        if english and self.stopped_because is None:
            self.stopped_because = (english, korean)
        if self.process is not None and self.process.poll() is None:
            # The sandbox's first process takes every other one in its PID namespace with it;
            # bubblewrap, its parent, then ends by itself and leaves no zombie behind.
            with suppress(ProcessLookupError):
                os.kill(self.sandbox_pid, signal.SIGKILL)

    async def cleanup(self, restart: bool = False) -> None:
        """Stop watching and close what is open."""
        if self._watch is not None:
            self._watch.cancel()
        if self._errors is not None:
            self.last_words = sandbox.last_line(self._errors)
            self._errors.close()
            self._errors = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Name the command; the environment is the sandbox's own, never ours."""
        tasks = TASKS_A_PROCESS * self.limits.processes
        return {"cmd": [sys.executable, "-c", START, str(tasks), *KERNEL], "env": {}}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start `cmd` in a new sandbox and say how to reach it."""
        assert self.parent is not None
        session = self.parent.session
        info: dict[str, Any] = dict(zip(PORTS, range(1, 6), strict=True))
        info |= {"transport": "ipc", "signature_scheme": session.signature_scheme}
        inside = info | {"ip": sandbox.SOCKETS, "key": session.key.decode()}
        self.process, self.sandbox_pid, self._errors = sandbox.start(
            cmd, self.limits, json.dumps(inside).encode(), self.files
        )
        self._watch = asyncio.ensure_future(
            self._watch_limits(psutil.Process(self.process.pid))
        )
        outside = f"/proc/{self.sandbox_pid}/root{sandbox.SOCKETS}"
        self.connection_info = cast(
            KernelConnectionInfo, info | {"ip": outside, "key": session.key}
        )
        return self.connection_info

    async def _watch_limits(self, process: psutil.Process) -> None:
        # Memory of a process tree has no rlimit, and RLIMIT_NPROC counts all of a user's
        # processes, not a sandbox's; so both are looked at from outside.
        own = psutil.Process()
        before = own.memory_info().rss
        while True:
            if own.memory_info().rss - before > MOST_UNREAD:
                self.stop(
                    "it sent more than can be read", "읽을 수 있는 것보다 많이 보냈습니다"
                )
            with suppress(psutil.NoSuchProcess):
                tree = process.children(recursive=True)
                if len(tree) > self.limits.processes:
                    self.stop(
                        f"it started more than {self.limits.processes} processes",
                        f"프로세스를 {self.limits.processes}개 넘게 시작했습니다",
                    )
                memory = 0
                for child in tree:
                    with suppress(psutil.NoSuchProcess):
                        memory += child.memory_info().rss
                if memory > self.limits.memory_bytes:
                    size = size_text(self.limits.memory_bytes)
                    self.stop(
                        f"it used more than {size} of memory",
                        f"메모리를 {size} 넘게 사용했습니다",
                    )
            await asyncio.sleep(WATCH_EVERY_SECONDS)


class SandboxKernelManager(AsyncKernelManager):
    """Manages a sandboxed Python kernel, whatever kernel a submission asks for."""

    limits = Instance(Limits)
    files = Dict()

    @default("limits")
    def _limits_default(self) -> Limits:
        return Limits.from_config(self.config)

    def client(self, **kwargs: Any) -> Any:
        """A client that hangs up on messages larger than all a notebook may print."""
        made = super().client(**kwargs)
        made.context.setsockopt(zmq.MAXMSGSIZE, 2 * self.limits.output_bytes + MIB)
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
                    "config": {"limits": self.limits, "files": self.files},
                }
            },
        )
