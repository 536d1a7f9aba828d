"""Run one notebook, cell by cell, and never lose what ran before something broke."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from .kernel import NOT_RUN, TIMEOUT, KernelClient
from .limits import Limits
from .provisioner import SandboxKernelManager

WROTE_TO_STDERR = (
    "The cell printed a warning or an error, which earns no points. | "
    "셀이 경고나 오류를 출력하여 점수를 받지 못합니다."
)


@dataclass(frozen=True)
class Run:
    """What came of running one notebook."""

    notebook: str
    """The executed notebook, as JSON."""
    seconds: float
    trouble: tuple[str, str] | None
    """What ended the run early, in English and in Korean; None if it reached the end."""
    means: str = ""
    """How the kernel was started and what held it within its limits."""


def run_notebook(
    notebook: str,
    limits: Limits,
    sandboxed: bool = True,
    *,
    files: Mapping[str, bytes] | None = None,
    folder: str = "",
    kernel_name: str = "",
    forks: str | None = None,
) -> Run:
    """Execute every code cell of a notebook in one fresh kernel.

    A cell that was not run to its end always carries an error output, so that nothing is
    scored for code that never ran: nbgrader takes an empty output for full marks.

    Args:
        notebook: nbformat 4 JSON text; the kernel it names is ignored.
        limits: what the run may use.
        sandboxed: False runs it as the calling user, with no protection at all.
        files: what to put into the working folder, by name.
        folder: without a sandbox, the kernel's working folder; an empty one by default.
        kernel_name: without a sandbox, the kernel to start; this Python's by default.
        forks: address of the fork server to take the kernel from; empty for a kernel started
            afresh, None for this process's own server.

    Raises:
        GraderError: if no kernel could be started.
    """
    nb = nbformat.reads(notebook, as_version=4)
    start = time.monotonic()
    if sandboxed:
        kernel = SandboxKernelManager(limits=limits, files=dict(files or {}), forks=forks)
        client = KernelClient(nb, kernel, limits)
        trouble = asyncio.run(client.run_all(client.run_cell))
    else:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
            manager = AsyncKernelManager(kernel_name=kernel_name or "python3")
            for name, content in (files or {}).items():
                (Path(empty) / name).write_bytes(content)
            if sys.platform != "win32":
                manager.transport, manager.ip = "ipc", f"{empty}/.kernel"
            client = KernelClient(nb, manager, limits)
            trouble = asyncio.run(client.run_all(client.run_cell, cwd=folder or empty))
    means = getattr(client.provisioner, "means", "kernels: without a sandbox")
    return Run(nbformat.writes(nb), time.monotonic() - start, trouble, means)


def failure(cell: NotebookNode) -> str | None:
    """What the first failed output of a check cell says, without its traceback.

    None if nothing failed by nbgrader's rule: an error, or anything written to stderr.
    Why a cell was stopped goes before the KeyboardInterrupt that stopping it raised.
    """
    ours = (TIMEOUT, NOT_RUN)
    for output in sorted(
        cell.get("outputs", []), key=lambda output: output.get("ename") not in ours
    ):
        if output.output_type == "error":
            if output.ename in ("AssertionError", *ours) and output.evalue.strip():
                return str(output.evalue).strip()
            return f"{output.ename}: {output.evalue}".strip(": ")
        if output.output_type == "stream" and output.name == "stderr":
            return f"{WROTE_TO_STDERR}\n{output.text[-500:].strip()}"
    return None
