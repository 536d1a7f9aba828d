"""Let students run the visible checks of their own notebook before they hand it in.

Their own code on their own machine: no sandbox, no gradebook, nothing written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbformat import NotebookNode

from .errors import GraderError, one_line
from .execute import failure, run_notebook
from .limits import Limits
from .submission import read_submission


@dataclass(frozen=True)
class Check:
    """How one visible check came out."""

    name: str
    passed: bool
    message: str


def validate(notebook: Path, limits: Limits) -> tuple[list[Check], str]:
    """Run a notebook from its first cell and look at its checks.

    Returns:
        The checks in order, and one line in both languages if the run was cut short.

    Raises:
        GraderError: for a file that is no notebook, one without checks, a missing kernel.
    """
    if notebook.is_dir():
        raise GraderError(f"{notebook} is a folder; name the notebook in it.")
    if not notebook.exists():
        raise GraderError(f"There is no file {notebook}.")
    nb = read_submission(notebook, limits)
    written = nbformat.read(notebook, as_version=4)
    checks = {
        index: cell.metadata["nbgrader"]["grade_id"]
        for index, cell in enumerate(nb.cells)
        if "nbgrader" in cell.metadata and _is_check(written.cells[index])
    }
    if not checks:
        raise GraderError(f"{notebook} holds no checks: is it a released problem set?")
    run = run_notebook(
        nbformat.writes(nb),
        limits,
        sandboxed=False,
        folder=str(notebook.resolve().parent),
        kernel_name=_kernel(written, notebook),
    )
    done = nbformat.reads(run.notebook, as_version=4)
    found = [_check(name, done.cells[index]) for index, name in checks.items()]
    return found, " | ".join(run.trouble or ())


def _is_check(cell: NotebookNode) -> bool:
    role = cell.metadata["nbgrader"]
    return cell.cell_type == "code" and bool(role.get("grade")) and not role.get("solution")


def _kernel(nb: NotebookNode, notebook: Path) -> str:
    spec = nb.metadata.get("kernelspec", {})
    name = str(spec.get("name", "python3"))
    installed = sorted(KernelSpecManager().find_kernel_specs())
    if name not in installed:
        raise GraderError(
            f"{notebook} asks for the kernel {one_line(name, 60)!r}, which is not installed "
            f"here (there is {', '.join(installed) or 'none'}): choose another in Jupyter "
            "(Kernel > Change Kernel) and save it."
        )
    return name


def _check(name: str, cell: NotebookNode) -> Check:
    message = failure(cell)
    return Check(name, message is None, message or "")
