"""Which cells of a problem set the checker runs, and which names are the student's."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from ..errors import GraderError


@dataclass(frozen=True)
class Step:
    """One cell that the checker runs."""

    name: str
    source: str
    points: float | None
    """What the cell is worth; None for one that only prepares."""


@dataclass(frozen=True)
class Plan:
    """What the checker does for one problem set. It holds the hidden tests."""

    steps: tuple[Step, ...]
    names: tuple[str, ...]
    """Names that the student's cells define."""
    shown: dict[str, str]
    """What the student's kernel gets of each locked cell, by grade id."""
    seed: int = 0
    """Test inputs of one submission are drawn from it."""

    @property
    def tests(self) -> dict[str, Step]:
        """The test cells by grade id."""
        return {step.name: step for step in self.steps if step.points is not None}


def role(cell: NotebookNode) -> dict[str, Any]:
    """Nbgrader's metadata of a cell, or nothing."""
    found = cell.metadata.get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def make_plan(source: NotebookNode, released: NotebookNode) -> Plan:
    """Plan the checking of a problem set.

    The checker runs locked cells and, of cells without a role, those before the first answer:
    imports. Later ones only show what the student's functions do.

    Args:
        source: the instructor's notebook, with solutions and hidden tests.
        released: what students got.

    Raises:
        GraderError: if an answer of the source is no Python.
    """
    steps, names, answered = [], [], False
    for cell in source.cells:
        found = role(cell)
        if cell.cell_type != "code" or found.get("task"):
            continue
        if found.get("solution"):
            answered = True
            names += bound_names(cell.source)
        elif found.get("grade"):
            points = float(found["points"])
            steps.append(Step(found["grade_id"], cell.source, points))
        elif found.get("locked") or (not found and not answered):
            name = found.get("grade_id") or f"cell {len(steps) + 1}"
            steps.append(Step(name, cell.source, None))
    shown = {
        role(cell)["grade_id"]: cell.source
        for cell in released.cells
        if cell.cell_type == "code" and role(cell) and not role(cell).get("solution")
    }
    return Plan(tuple(steps), tuple(dict.fromkeys(names)), shown)


def bound_names(source: str) -> list[str]:
    """Functions, classes and variables that code defines at its top level, but no imports.

    Raises:
        GraderError: if it is no Python.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise GraderError(
            f"A solution cell is no plain Python ({error}), so its names cannot be found."
        ) from None
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            found += [
                part.id
                for part in ast.walk(node)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            ]
    return found
