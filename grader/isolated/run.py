"""Run one notebook and its checker side by side."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode

from .. import warm
from ..errors import GraderError
from ..execute import Run
from ..kernel import NOT_RUN, TIMEOUT, KernelClient, error_output
from ..limits import Limits
from ..provisioner import SandboxKernelManager
from . import launch
from .names import Plan, role
from .seeds import SEED
from .session import Answer, Session

UNCHECKED = "This cell was not checked. | 이 셀은 확인하지 못했습니다."


@dataclass(frozen=True)
class IsolatedRun(Run):
    """What came of running a notebook with its checker."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """What the checker says each test cell earned, by grade id; the rest earn nothing."""


def run_isolated(
    notebook: str,
    limits: Limits,
    sandboxed: bool = True,
    *,
    plan: Plan,
    files: Mapping[str, bytes] | None = None,
    forks: str | None = None,
) -> IsolatedRun:
    """Execute a notebook in one sandbox and its test cells in another.

    The notebook's kernel gets what was released of the locked cells, hidden tests never. In
    the notebook that comes back, a test cell shows what the checker says of it.

    Args:
        notebook: nbformat 4 JSON text, sanitized; its metadata may hold the seed.
        limits: what each of the two sandboxes may use.
        sandboxed: False runs both as the calling user, with no protection at all.
        plan: what the checker runs.
        files: what both find in their working folders, by name.
        forks: address of the fork server; None for this process's own.

    Raises:
        GraderError: if no kernel or no checker could be started.
    """
    nb = nbformat.reads(notebook, as_version=4)
    if sandboxed and forks is None:
        forks = warm.address_for(notebook, *(step.source for step in plan.steps))
    start = time.monotonic()
    plan = replace(plan, seed=nb.metadata.pop(SEED, plan.seed))
    session = Session(plan, limits, files or {})
    try:
        session.start(sandboxed, forks)
        trouble, means = _run(nb, limits, sandboxed, session, forks)
    finally:
        session.close()
    _show_answers(nb, session)
    seconds = time.monotonic() - start
    return IsolatedRun(nbformat.writes(nb), seconds, trouble, means, session.answers)


def _run(
    nb: NotebookNode, limits: Limits, sandboxed: bool, session: Session, forks: str | None
) -> tuple[tuple[str, str] | None, str]:
    sockets = [session.channel.fileno()]
    if sandboxed:
        kernel = SandboxKernelManager(
            limits=limits, files=session.files, sockets=sockets, forks=forks
        )
        client = KernelClient(nb, kernel, limits)
        trouble = asyncio.run(_execute(client, session))
        return trouble, getattr(client.provisioner, "means", "")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
        manager = AsyncKernelManager(kernel_name="python3")
        for name, content in session.files.items():
            (Path(empty) / name).write_bytes(content)
        manager.transport, manager.ip = "ipc", f"{empty}/.kernel"
        client = KernelClient(nb, manager, limits)
        options = {
            "cwd": empty,
            "pass_fds": sockets,
            "env": os.environ | {"GRADER_SOCKETS": str(sockets[0])},
        }
        return asyncio.run(_execute(client, session, **options)), "kernels: without a sandbox"


async def _execute(
    client: KernelClient, session: Session, **start: Any
) -> tuple[str, str] | None:
    async def prepare() -> None:
        session.channel.close()
        started = await _quietly(client, launch.student_start())
        if any(output.output_type == "error" for output in started.outputs):
            raise GraderError("The kernel could not be made ready for the checker.")

    async def run_cell(cell: NotebookNode, index: int) -> None:
        await _run_cell(client, session, cell, index)

    return await client.run_all(run_cell, prepare, **start)


async def _run_cell(
    client: KernelClient, session: Session, cell: NotebookNode, index: int
) -> None:
    name = str(role(cell).get("grade_id", ""))
    locked = name in session.plan.shown and cell.cell_type == "code"
    full = cell.source
    if locked:
        cell.source = session.plan.shown[name]
    try:
        await client.run_cell(cell, index)
    finally:
        cell.source = full
    if name in session.plan.tests and locked:
        client.finished.discard(index)  # only the checker's word ends it
        if _timed_out(cell):
            seconds = client.limits.cell_seconds
            session.refuse(name, seconds)
        else:
            await session.prepare(name)
            await session.test(name, _serve(client))
        client.finished.add(index)


async def _serve(client: KernelClient) -> bool:
    cell = await _quietly(client, launch.SERVE)
    return not _timed_out(cell)


async def _quietly(client: KernelClient, source: str) -> NotebookNode:
    """Run a cell of our own that leaves no trace in the notebook or in `In`."""
    cell = nbformat.v4.new_code_cell(source)
    noted, client.on_cell_executed = client.on_cell_executed, _note_timeout
    first = client.nb.cells[0]  # nbclient puts what it runs into the notebook
    try:
        await client.run_cell(cell, 0, store_history=False)
    finally:
        client.on_cell_executed = noted
        client.nb.cells[0] = first
    return cell


def _note_timeout(cell: NotebookNode, cell_index: int, execute_reply: Any) -> None:
    reply = execute_reply["content"]
    if reply.get("ename") == TIMEOUT:
        cell.outputs = [error_output(TIMEOUT, "")]


def _timed_out(cell: NotebookNode) -> bool:
    return any(output.get("ename") == TIMEOUT for output in cell.outputs)


def _show_answers(nb: NotebookNode, session: Session) -> None:
    """Put the checker's answers where the outputs of test cells are."""
    for cell in nb.cells:
        name = role(cell).get("grade_id", "")
        if cell.cell_type != "code" or name not in session.plan.tests:
            continue
        answer = session.answers.get(name)
        points = session.plan.tests[name].points
        if answer is None:
            why = [output for output in cell.outputs if output.get("ename") == NOT_RUN]
            cell.outputs = why[-1:] or [error_output(NOT_RUN, UNCHECKED)]
        elif answer.error:
            cell.outputs = [error_output(answer.error, answer.message)]
        elif answer.points == points:
            cell.outputs = []
        else:
            shown = {"text/plain": repr(answer.points)}
            cell.outputs = [
                nbformat.v4.new_output("execute_result", data=shown, execution_count=1)
            ]
