"""A notebook's kernel under limits: what it prints and how long it runs, cell by cell."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from queue import Empty
from typing import Any

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets import Instance

from .errors import GraderError, concerns_everyone
from .limits import Limits, size_text
from .provisioner import SandboxKernelManager, SandboxProvisioner

TIMEOUT = "CellTimeout"
NOT_RUN = "CellNotRun"
A_MESSAGE = 200
"""Bytes that each message counts beside its content: millions of empty ones cost time too."""
SHOWN = {
    *("text/plain", "text/html", "text/latex", "text/markdown"),
    *("image/png", "image/jpeg", "image/gif", "image/svg+xml"),
}
"""Kinds of output that are kept. The formgrader shows others as they are: a diagram's text is
HTML to it, which would run as the instructor; a widget without its state stops the page."""
MOST_NESTED = 100
"""Levels of an output; one that only just fits the stack here fits none that reads it later."""


class MessageError(Exception):
    """A kernel sent something that is no message of Jupyter's protocol."""


class KernelClient(NotebookClient):
    """nbclient with limits on time and output, set up for cells that may fail."""

    limits = Instance(Limits, args=())

    def __init__(self, nb: NotebookNode, manager: AsyncKernelManager, limits: Limits) -> None:
        limit = f"{limits.cell_seconds:g}"
        super().__init__(
            nb,
            km=manager,
            allow_errors=True,
            interrupt_on_timeout=True,
            raise_on_iopub_timeout=True,
            startup_timeout=int(limits.startup_seconds),
            shutdown_kernel="immediate",
            record_timing=False,  # the same submission gives the same file
            error_on_timeout={
                "ename": TIMEOUT,
                "evalue": f"This cell ran longer than {limit} s and was stopped. | "
                f"이 셀은 {limit}초보다 오래 실행되어 중단되었습니다.",
                "traceback": [],
            },
        )
        # Kept by name: nbclient drops its manager when a kernel fails to start.
        self.manager = manager
        self.owns_km = True
        self.stopped_because: tuple[str, str] | None = None
        self.limits = limits
        self.finished: set[int] = set()
        self.on_cell_executed = self._finish_cell
        self.printed = 0
        self.deadline = time.monotonic() + limits.startup_seconds + limits.notebook_seconds
        self.timeout_func = self._seconds_left

    async def run_all(
        self,
        run_cell: Callable[[NotebookNode, int], Awaitable[None]],
        prepare: Callable[[], Awaitable[None]] | None = None,
        **start: Any,
    ) -> tuple[str, str] | None:
        """Start the kernel, run every cell, and end the kernel whatever happens.

        Args:
            run_cell: called with each cell and its index.
            prepare: called once the kernel has started.
            start: how jupyter_client is to start the kernel.

        Returns:
            What ended the run early, in English and in Korean; None if it reached the end.

        Raises:
            GraderError: if no kernel could be started.
        """
        try:
            await self._start(**start)
            self.deadline = time.monotonic() + self.limits.notebook_seconds
            if prepare is not None:
                await prepare()
            for index, cell in enumerate(self.nb.cells):
                if time.monotonic() > self.deadline:
                    raise DeadKernelError
                await run_cell(cell, index)
        except (DeadKernelError, CellTimeoutError, MessageError) as error:
            trouble = _explain(error, self)
            _mark_not_run(self.nb, self.finished, trouble)
            return trouble
        finally:
            # Not nbclient's own context manager: that one takes Ctrl-C for itself.
            if self.km is not None:
                if isinstance(self.provisioner, SandboxProvisioner):
                    # jupyter_client would look only every 0.1 s whether it has ended.
                    self.provisioner.stop()
                    await self.provisioner.wait()
                await self._async_cleanup_kernel()
        return None

    async def run_cell(self, cell: NotebookNode, index: int, **options: Any) -> None:
        """Run one cell.

        Args:
            cell: gets the outputs.
            index: its place in the notebook.
            options: as of nbclient's `async_execute_cell`.

        Raises:
            DeadKernelError: the kernel died.
            CellTimeoutError: the cell went on after it was interrupted.
            MessageError: the kernel sent something that makes no sense.
        """
        try:
            await self.async_execute_cell(cell, index, **options)
        except (DeadKernelError, CellTimeoutError):
            raise
        except (
            Exception
        ) as error:  # whatever a forged message makes zmq, nbclient or nbformat raise
            if concerns_everyone(error):
                raise
            raise MessageError from error

    async def _start(self, **start: Any) -> None:
        try:
            await self.async_start_new_kernel(**start)
            if not await self.heard_welcome():
                await self.async_start_new_kernel_client()
        except (RuntimeError, OSError, NoSuchKernel) as error:
            words = getattr(self.provisioner, "last_words", "") or str(error)
            if self.reason is not None:
                words = self.reason[0]
            raise GraderError(f"No kernel could be started ({words}).") from None

    async def heard_welcome(self) -> bool:
        """Connect to a sandboxed kernel, and wait until it says that it can be heard.

        nbclient asks a kernel what it is, and then waits for as long as that is certainly
        answered; a kernel that greets whoever listens is known to be there at once. False
        if this one does not greet: the slow way is to be taken.
        """
        if not isinstance(self.manager, SandboxKernelManager):
            return False
        client = self.manager.client()
        client.start_channels(stdin=False, hb=False)
        deadline = time.monotonic() + self.limits.startup_seconds
        while time.monotonic() < deadline and await self.manager.is_alive():
            with suppress(Empty):
                message = await client.get_iopub_msg(timeout=0.5)
                if message["msg_type"] == "iopub_welcome":
                    client.allow_stdin = False
                    self.kc = client
                    return True
                break
        client.stop_channels()
        return False

    def _seconds_left(self, cell: NotebookNode) -> int:
        left = min(self.limits.cell_seconds, self.deadline - time.monotonic())
        return max(1, round(left))  # nbclient takes 0 for "no limit"

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Count what is printed while it is read, and end a notebook that prints too much."""
        kind, content = msg["msg_type"], msg["content"]
        if kind.startswith("comm"):
            return None  # a widget may say where other cells' output goes, so none is heard
        if not isinstance(content.get("execution_count", 1), int | None):
            raise ValueError("an execution count that is no number")
        if _nests_too_deeply(content):
            raise ValueError("an output nested too deeply")
        if isinstance(data := content.get("data"), dict):
            content["data"] = {name: data[name] for name in data if name in SHOWN}
        self.printed += A_MESSAGE
        if kind != "execute_input":
            self.printed += len(repr(content)) + sum(map(len, msg.get("buffers", [])))
        if self.printed > self.limits.output_bytes:
            self._stop_for_output()
            return None
        return super().process_message(msg, cell, cell_index)

    def _stop_for_output(self) -> None:
        if self.stopped_because is None:
            size = size_text(self.limits.output_bytes)
            self.stopped_because = (
                f"it printed more than {size}",
                f"{size}보다 많이 출력했습니다",
            )
            self.killing = asyncio.ensure_future(self.provisioner.kill())

    def _finish_cell(
        self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]
    ) -> None:
        """Note that a cell ended; show its error where the cell itself printed none."""
        self.finished.add(cell_index)
        reply = execute_reply["content"]
        shown = any(output.get("ename") == reply.get("ename") for output in cell.outputs)
        if reply["status"] != "ok" and not shown:
            name, words = str(reply.get("ename", NOT_RUN)), str(reply.get("evalue", ""))
            cell.outputs.append(error_output(name, words))

    @property
    def provisioner(self) -> Any:
        """What started the kernel: ours in a sandbox, else jupyter_client's own."""
        return self.manager.provisioner

    @property
    def reason(self) -> tuple[str, str] | None:
        """Which limit the kernel was killed for, where it was."""
        if self.stopped_because is None and isinstance(self.provisioner, SandboxProvisioner):
            return self.provisioner.why_stopped()
        return self.stopped_because


def _explain(error: Exception, client: KernelClient) -> tuple[str, str]:
    if client.reason is not None:
        english, korean = client.reason
        return f"The notebook was stopped: {english}.", f"노트북이 중단되었습니다. {korean}."
    if time.monotonic() > client.deadline:
        limit = f"{client.limits.notebook_seconds:g}"
        return (
            f"The notebook ran longer than {limit} s in all and was stopped.",
            f"노트북 전체가 {limit}초보다 오래 실행되어 중단되었습니다.",
        )
    if isinstance(error, MessageError):
        return (
            "The kernel sent messages that make no sense, so it was stopped.",
            "커널이 알 수 없는 메시지를 보내서 종료했습니다.",
        )
    if isinstance(error, CellTimeoutError):
        return (
            "A cell went on after it was interrupted, so the kernel was stopped.",
            "셀이 중단 요청 뒤에도 계속 실행되어 커널을 종료했습니다.",
        )
    return (
        "The kernel died while this notebook ran.",
        "노트북을 실행하는 동안 커널이 종료되었습니다.",
    )


def _mark_not_run(nb: NotebookNode, finished: set[int], trouble: tuple[str, str]) -> None:
    """Give each code cell that did not finish an error output that says why."""
    for index, cell in enumerate(nb.cells):
        if cell.cell_type == "code" and cell.source.strip() and index not in finished:
            cell.setdefault("outputs", []).append(error_output(NOT_RUN, " | ".join(trouble)))


def _nests_too_deeply(content: Any) -> bool:
    level = [content]
    for _ in range(MOST_NESTED):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def error_output(name: str, message: str) -> NotebookNode:
    """An error output such as a kernel's, of one line."""
    return nbformat.v4.new_output(
        "error", ename=name, evalue=message, traceback=[f"{name}: {message}"]
    )
