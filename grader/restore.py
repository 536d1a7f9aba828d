"""Undo what a student may have done to the cells that are not theirs."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor


class RestoreCells(NbGraderPreprocessor):
    """Makes every cell the gradebook knows what it was when the set was released.

    Roles, points and ids come from the gradebook, never from the submission; a second cell
    of the same id loses its role (the last one counts, as in nbgrader). A deleted test or
    answer cell comes back where `c.OverwriteCells.add_missing_cells` says so, as our settings
    do; otherwise it waits for a person to grade it, as in nbgrader. nbgrader's OverwriteCells
    then restores locked sources.
    """

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Rewrite the metadata of all cells and add the missing ones."""
        names = resources["nbgrader"]
        lent = resources.get("gradebook")
        with nullcontext(lent) if lent else Gradebook(names["db_url"]) as gradebook:
            known = gradebook.find_notebook(names["notebook"], names["assignment"])
            roles = _roles(known)
            sources = {cell.name: cell for cell in known.source_cells}
            order = [cell.name for cell in known.source_cells]
            found: set[str] = set()
            for index in reversed(range(len(nb.cells))):
                cell = nb.cells[index]
                grade_id = _claimed_id(cell)
                # Nothing else of a cell's metadata is kept: a tag such as `skip-execution`
                # would leave a test without output, which scores in full.
                cell.metadata = NotebookNode()
                if grade_id in roles and grade_id not in found:
                    found.add(grade_id)
                    if cell.cell_type != sources[grade_id].cell_type:
                        cell = nb.cells[index] = _retyped(cell, sources[grade_id].cell_type)
                    cell.metadata["nbgrader"] = NotebookNode(roles[grade_id])
            wanted = self.config.OverwriteCells.get("add_missing_cells", False)
            for number, name in enumerate(order if wanted else [], 1):
                if name not in found:
                    cell = _new_cell(sources[name], roles[name], f"restored-{number}")
                    nb.cells.insert(_place(nb, order, name), cell)
                    found.add(name)
        return nb, resources


def _claimed_id(cell: NotebookNode) -> str:
    claimed = cell.metadata.get("nbgrader", {})
    name = claimed.get("grade_id", "") if isinstance(claimed, dict) else ""
    return name if isinstance(name, str) else ""


def _roles(known: Notebook) -> dict[str, dict[str, Any]]:
    grades = {cell.name: float(cell.max_score) for cell in known.grade_cells}
    tasks = {cell.name: float(cell.max_score) for cell in known.task_cells}
    solutions = {cell.name for cell in known.solution_cells}
    roles: dict[str, dict[str, Any]] = {}
    for cell in known.source_cells:
        role: dict[str, Any] = {
            "schema_version": 3,
            "grade_id": cell.name,
            "grade": cell.name in grades,
            "solution": cell.name in solutions,
            "task": cell.name in tasks,
            "locked": bool(cell.locked),
            "cell_type": cell.cell_type,
            "checksum": cell.checksum,
        }
        if cell.name in grades or cell.name in tasks:
            role["points"] = {**tasks, **grades}[cell.name]
        roles[cell.name] = role
    return roles


def _retyped(cell: NotebookNode, cell_type: str) -> NotebookNode:
    make = new_code_cell if cell_type == "code" else new_markdown_cell
    return make(cell.source, id=cell.id)


def _new_cell(source: Any, role: dict[str, Any], cell_id: str) -> NotebookNode:
    make = new_code_cell if source.cell_type == "code" else new_markdown_cell
    return make(source.source, id=cell_id, metadata={"nbgrader": role})


def _place(nb: NotebookNode, order: list[str], name: str) -> int:
    """Where a missing cell belongs: after the nearest earlier cell that is still there."""
    positions = {
        cell.metadata["nbgrader"]["grade_id"]: index
        for index, cell in enumerate(nb.cells)
        if "nbgrader" in cell.metadata
    }
    for earlier in reversed(order[: order.index(name)]):
        if earlier in positions:
            return positions[earlier] + 1
    return 0
